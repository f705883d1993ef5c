import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { days, down, numberOf, requestOf, up, yuan } from "../service/request.js";
import { TEXTS } from "../service/texts.js";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "..", "service");
const FORM = { kw: "60", power_factor: "", phases: "3", customer_kind: "other", area_class: "", category: "", shape: "flat", energise_on: "", urgent_kw: "", dual_supply: false };
const places = (text) => [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name).sort();

function sources() {
  return readdirSync(FOLDER, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name.endsWith(".js") && one.name !== "texts.js")
    .map((one) => readFileSync(join(one.parentPath, one.name), "utf8"))
    .join("\n");
}

test("what was left empty is left out of a request", () => {
  const place = { kind: "point", longitude: "99.203", latitude: "25.103", node_id: "N1", transformer_id: "" };
  assert.deepEqual(requestOf(place, FORM), { phases: 3, dual_supply: false, hours: false, kw: 60, customer_kind: "other", shape: "flat", longitude: 99.203, latitude: 25.103 });
  assert.equal(requestOf({ ...place, kind: "node_id" }, FORM).node_id, "N1");
  assert.ok(!("longitude" in requestOf({ ...place, kind: "node_id" }, FORM)));
  assert.ok(!("transformer_id" in requestOf({ ...place, kind: "transformer_id" }, FORM)));
  assert.ok(!("kw" in requestOf(place, { ...FORM, kw: "  " })));
});

test("numbers as people type them; what is none goes as it was typed, for the service to refuse", () => {
  assert.equal(numberOf(" 12.5 "), 12.5);
  assert.equal(numberOf("１２．５"), 12.5);
  assert.equal(numberOf("12,5"), "12,5");
  assert.equal(numberOf("1e3"), "1e3");
  assert.equal(numberOf("-3"), -3);
});

test("room is never shown above itself, loads never below", () => {
  assert.equal(down(159.96), "159.9");
  assert.equal(down(160), "160.0");
  assert.equal(up(80.04), "80.1");
  assert.equal(up(80), "80.0");
  assert.equal(down(null), null);
});

test("money and days", () => {
  assert.equal(yuan(4219.4, "zh"), "4,219 元");
  assert.equal(yuan(158_000, "zh"), "15.8 万元");
  assert.equal(yuan(158_000, "en"), "CNY 158,000");
  assert.equal(days({ earliest: "2026-11-09", latest: "2026-11-09" }), "2026-11-09");
  assert.equal(days({ earliest: "2027-02-17", latest: "2027-02-25" }), "2027-02-17 – 2027-02-25");
  assert.equal(days(null), null);
});

test("every text is there in both languages, with the same places to fill in", () => {
  for (const [key, text] of Object.entries(TEXTS)) {
    assert.deepEqual(Object.keys(text).sort(), ["en", "zh"], key);
    assert.ok(text.zh.trim() && text.en.trim(), key);
    assert.deepEqual(places(text.zh), places(text.en), key);
    if (key !== "switch_language") assert.ok(!/[一-鿿]/u.test(text.en), key);
  }
});

test("every text that the page asks for exists, and none is left over", () => {
  const code = sources();
  const asked = new Set([...code.matchAll(/\bt\(\s*"(\w+)"/gu)].map(([, key]) => key));
  for (const key of asked) assert.ok(key in TEXTS, key);
  const families = [...code.matchAll(/`(\w+_)\$\{/gu)].map(([, start]) => start);
  const quoted = new Set([...code.matchAll(/"(\w+)"/gu)].map(([, key]) => key));
  const unused = Object.keys(TEXTS).filter((key) => !asked.has(key) && !quoted.has(key) && !families.some((start) => key.startsWith(start)));
  assert.deepEqual(unused, []);
});

test("nothing is read as markup, nothing comes from elsewhere, the key goes in a header alone", () => {
  const code = sources();
  assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|XMLHttpRequest|https?:\/\//u.test(code));
  assert.equal(code.match(/\bfetch\(/gu).length, 1);
  assert.ok(!/localStorage\.setItem\([^)]*key\)/u.test(code.replace(/setItem\(KEY, lang\)/gu, "")));
});
