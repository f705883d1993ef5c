import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, compact, day, daysBetween, distance, month, number, range, shortRange } from "../src/logic/format.js";
import { readHours, shade } from "../src/logic/hours.js";
import { rowsOf } from "../src/logic/table.js";
import { allowedKva, loadRate, roomOf, titleOf } from "../src/logic/equipment.js";

test("numbers", () => {
  assert.equal(number(1234567), "1,234,567");
  assert.equal(number(-1234.56, 1), "−1,234.6");
  assert.equal(compact(12.5), "12.5");
  assert.equal(compact(0.123456), "0.12");
});

test("ranges say that the upper end is not in them", () => {
  assert.equal(range(160, 315, "kVA", "zh"), "160 至 315 kVA 以下");
  assert.equal(range(160, 315, "kVA", "en"), "160 to under 315 kVA");
  assert.equal(range(0, 5, "kVA", "en"), "under 5 kVA");
  assert.equal(range(1250, null, "kVA", "zh"), "1,250 kVA 及以上");
  assert.equal(range(null, null, "kVA", "zh"), "");
  assert.equal(shortRange(100, null, "%"), "≥ 100 %");
});

test("dates, distances, sizes", () => {
  assert.equal(month("2027-03", "zh"), "2027年3月");
  assert.equal(month("2027-03", "en"), "March 2027");
  assert.equal(day("2026-11-01", "en"), "1 November 2026");
  assert.equal(daysBetween("2026-11-01", "2027-01-03"), 63);
  assert.equal(distance(0, "en"), "here");
  assert.equal(distance(347, "zh"), "350 m");
  assert.equal(distance(2345, "zh"), "2.3 km");
  assert.equal(bytes(2048), "2.0 KB");
});

test("a table by column becomes rows; what is missing is null", () => {
  assert.deepEqual(rowsOf({ a: [1, null], b: ["x", undefined] }), [{ row: 0, a: 1, b: "x" }, { row: 1, a: null, b: null }]);
  assert.deepEqual(rowsOf(undefined), []);
});

test("hours: missing cells stay missing, the extremes are found", () => {
  const values = Array.from({ length: 288 }, (_, i) => i);
  values[5] = -1;
  values[24] = 0;
  const { cells, least, most } = readHours(values, 5);
  assert.equal(cells[0][5], null);
  assert.deepEqual(least, { kva: 0, month: 1, hour: 0 });
  assert.deepEqual(most, { kva: 287 * 5, month: 12, hour: 23 });
  assert.deepEqual([shade(0, 0, 100, 7), shade(100, 0, 100, 7), shade(5, 5, 5, 7)], [0, 6, 6]);
  assert.equal(readHours(new Array(288).fill(-1), 5).least, null);
});

test("equipment: unknown is no colour of the scale", () => {
  const rules = { load_rate_bands_percent: [0, 50, 100], capacity_bands_kva: [0, 5, 50] };
  assert.equal(roomOf("load", loadRate({ max_loading_percent: null }), rules), null);
  assert.equal(roomOf("load", 120, rules), 0);
  assert.equal(roomOf("allowed", allowedKva({ allowed_kva: 60 }), rules), 1);
  assert.equal(titleOf("transformers", { transformer_id: "T1", name: "一号" }), "一号 (T1)");
});
