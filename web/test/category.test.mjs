import assert from "node:assert/strict";
import { test } from "node:test";

import { categories, categoryOf, MODES } from "../src/logic/category.js";

const RULES = { capacity_bands_kva: [0, 5, 50, 160], load_rate_bands_percent: [0, 50, 80] };
const AREA = { publication: "full", status: "open", allowed_from_kva: 50, load_rate_from_percent: 50 };
const AREAS = [
  AREA,
  { ...AREA, status: "blocked", allowed_from_kva: 0, load_rate_from_percent: 80 },
  { ...AREA, status: "pre_control", allowed_from_kva: 0 },
  { ...AREA, status: "no_data", allowed_from_kva: null, load_rate_from_percent: null },
  { ...AREA, publication: "withheld", status: null, allowed_from_kva: null, load_rate_from_percent: null },
  { ...AREA, publication: "band" },
];

test("every area has an entry in the legend, in every colouring", () => {
  for (const mode of MODES) {
    const keys = categories(mode, RULES).map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    for (const area of AREAS) assert.ok(keys.includes(categoryOf(area, mode)), `${mode} ${JSON.stringify(area)}`);
  }
});

test("zero, unknown and withheld never share an entry", () => {
  for (const mode of ["status", "capacity"]) {
    const [, blocked, , unknown, withheld] = AREAS.map((area) => categoryOf(area, mode));
    assert.equal(new Set([blocked, unknown, withheld]).size, 3);
  }
});

test("little capacity and a high load rate have the same colour", () => {
  const room = (mode) => categories(mode, RULES).filter(({ kind }) => kind === "range").map((one) => one.room);
  assert.deepEqual(room("capacity"), [1, 2 / 3, 1 / 3, 0]);
  assert.deepEqual(room("load"), [1, 0.5, 0]);
});
