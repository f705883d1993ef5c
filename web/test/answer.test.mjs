import assert from "node:assert/strict";
import { test } from "node:test";

import { answerFor, items, termsFor, totalRange } from "../src/logic/answer.js";

const AREA = {
  publication: "full",
  status: "open",
  allowed_kva: 200,
  allowed_from_kva: 160,
  allowed_below_kva: 315,
  allowed_is_lower_bound: false,
  single_from_kva: 50,
  single_below_kva: 160,
  limit: "transformers",
};
const answer = (change, needKva, voltage = "lv") => answerFor({ ...AREA, ...change }, needKva, voltage, 5);
const verdict = (...given) => answer(...given).verdict;

test("yes only under the lower end of what one connection can take", () => {
  assert.equal(verdict({}, 50), "yes");
  assert.equal(verdict({}, 50.1), "likely");
  assert.equal(verdict({ single_from_kva: null, single_below_kva: null }, 10), "likely");
});

test("more than any connection can take is no yes, though the area could", () => {
  assert.deepEqual(answer({}, 160), { verdict: "stages", why: "single_small" });
  assert.deepEqual(answer({ single_from_kva: 0, single_below_kva: 5 }, 100), { verdict: "not_now", why: "single_none" });
});

test("more than the figure is in stages at best, whatever the upper end says", () => {
  assert.equal(verdict({ single_from_kva: 315, single_below_kva: null }, 200), "yes");
  assert.equal(verdict({ single_from_kva: 315, single_below_kva: null }, 201), "stages");
  assert.equal(verdict({ single_from_kva: 315, single_below_kva: null, allowed_kva: 310 }, 314), "stages");
  assert.deepEqual(answer({}, 1000), { verdict: "stages", why: "part" });
  assert.deepEqual(answer({ allowed_kva: 0, allowed_from_kva: 0, allowed_below_kva: 5 }, 50), { verdict: "not_now", why: "too_little" });
});

test("a range answers with its lower end", () => {
  const band = { publication: "band", allowed_kva: null, single_from_kva: null, single_below_kva: null };
  assert.equal(verdict(band, 160), "likely");
  assert.deepEqual(answer(band, 161), { verdict: "stages", why: "range" });
  assert.equal(verdict(band, 315), "stages");
  assert.deepEqual(answer({ ...band, allowed_from_kva: 0, allowed_below_kva: 5 }, 10), { verdict: "not_now", why: "too_little" });
});

test("a lower bound may turn out larger", () => {
  assert.deepEqual(answer({ allowed_is_lower_bound: true }, 1000), { verdict: "stages", why: "lower_bound" });
  assert.deepEqual(totalRange({ ...AREA, allowed_is_lower_bound: true }, 5), { from: 200, below: null });
});

test("blocked, unknown and withheld are three different answers", () => {
  assert.equal(verdict({ status: "blocked", allowed_kva: 0 }, 1), "not_now");
  assert.equal(verdict({ status: "no_data", allowed_kva: null, allowed_from_kva: null }, 1), "unknown");
  assert.equal(verdict({ publication: "withheld", status: null, allowed_kva: null, allowed_from_kva: null }, 1), "ask");
});

test("above the low-voltage ceiling the area's figure does not answer", () => {
  assert.deepEqual(answer({ allowed_kva: 5000, single_from_kva: 5000 }, 200, "hv"), { verdict: "ask", why: "own_transformer" });
  assert.deepEqual(answer({ status: "blocked", limit: "line" }, 200, "hv"), { verdict: "not_now", why: "blocked_above" });
  assert.equal(verdict({ status: "blocked", limit: "transformers" }, 200, "hv"), "ask");
});

test("never yes where less than the need is sure, for any figures", () => {
  let seed = 11;
  const random = (below) => Math.floor(((seed = (seed * 48271) % 2147483647) / 2147483647) * below);
  const maybe = (value) => (random(4) ? value : null);
  for (let i = 0; i < 5000; i += 1) {
    const from = random(400);
    const area = {
      ...AREA,
      status: ["open", "pre_control", "blocked", "no_data"][random(4)],
      publication: ["full", "band", "withheld"][random(3)],
      allowed_kva: maybe(from + random(20)),
      allowed_from_kva: maybe(from),
      allowed_below_kva: maybe(from + 20 + random(100)),
      allowed_is_lower_bound: random(2) === 0,
      single_from_kva: maybe(random(300)),
      single_below_kva: maybe(300 + random(100)),
    };
    const need = 1 + random(500);
    const sure = area.allowed_kva ?? area.allowed_from_kva;
    if (answerFor(area, need, "lv", 5).verdict === "yes") {
      assert.ok(need <= sure && need <= area.single_from_kva && ["open", "pre_control"].includes(area.status), JSON.stringify(area));
      assert.notEqual(area.publication, "withheld");
    }
  }
});

test("terms are found by kind, class and size; a size at the end of a range belongs to it", () => {
  const row = (above_kw, up_to_kw, voltage) => ({ customer_kind: "other", area_class: "town", above_kw, up_to_kw, voltage });
  const terms = [row(0, 160, "lv"), row(160, null, "hv")];
  assert.equal(termsFor(terms, "other", "town", 160).voltage, "lv");
  assert.equal(termsFor(terms, "other", "town", 160.01).voltage, "hv");
  assert.equal(termsFor(terms, "resident", "town", 5), null);
});

test("lists are told apart at semicolons", () => {
  assert.deepEqual(items("受理 1；装表接电 4; "), ["受理 1", "装表接电 4"]);
  assert.deepEqual(items(null), []);
});
