import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { VERDICTS } from "../src/logic/answer.js";
import { MODES } from "../src/logic/category.js";
import { TEXTS } from "../src/texts.js";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name.endsWith(".js") && one.name !== "texts.js")
    .map((one) => readFileSync(join(one.parentPath, one.name), "utf8"));
}

const places = (text) => [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name).sort();

test("every text is there in both languages, with the same places to fill in", () => {
  for (const [key, text] of Object.entries(TEXTS)) {
    assert.deepEqual(Object.keys(text).sort(), ["en", "zh"], key);
    assert.ok(text.zh.trim() && text.en.trim(), key);
    assert.deepEqual([...new Set(places(text.zh))], [...new Set(places(text.en))], key);
  }
});

test("Chinese texts are Chinese and English ones are not", () => {
  const either = new Set(["switch_language", "switch_language_hint", "banner_internal", "figure"]);
  for (const [key, { zh, en }] of Object.entries(TEXTS)) {
    if (either.has(key)) continue;
    assert.ok(!/[\u4e00-\u9fff]/u.test(en), `${key}: ${en}`);
    if (/[a-z]{3}/iu.test(en.replace(/\{\w+\}/gu, ""))) assert.ok(/[\u4e00-\u9fff]/u.test(zh), `${key}: ${zh}`);
  }
});

test("every text that the page asks for exists, and none is left over", () => {
  const code = sources(SRC).join("\n");
  const asked = new Set([...code.matchAll(/\bt\(\s*"(\w+)"/gu), ...code.matchAll(/TEXTS\.(\w+)/gu)].map(([, key]) => key));
  for (const key of asked) assert.ok(key in TEXTS, key);
  const families = [...code.matchAll(/`(\w+_)\$\{/gu)].map(([, start]) => start);
  const quoted = new Set([...code.matchAll(/"(\w+)"/gu)].map(([, key]) => key));
  const unused = Object.keys(TEXTS).filter(
    (key) => !asked.has(key) && !quoted.has(key) && !families.some((start) => key.startsWith(start)),
  );
  assert.deepEqual(unused, []);
});

test("every code of the answer, the colouring and the tabs has its words", () => {
  const code = readFileSync(join(SRC, "logic", "answer.js"), "utf8");
  for (const [, why] of code.matchAll(/why: (?:[^"]*\? )?"(\w+)"/gu)) assert.ok(`why_${why}` in TEXTS, why);
  for (const [, why] of code.matchAll(/\? "(\w+)" : "\w+" \}/gu)) assert.ok(`why_${why}` in TEXTS, why);
  for (const verdict of VERDICTS) assert.ok(`verdict_${verdict}` in TEXTS, verdict);
  for (const mode of MODES) assert.ok(`mode_${mode}` in TEXTS, mode);
  for (const tab of ["details", "list", "near", "answer", "changes", "downloads", "equipment", "alerts"]) {
    assert.ok(`tab_${tab}` in TEXTS, tab);
  }
});
