import assert from "node:assert/strict";
import { test } from "node:test";

import { search, searchIndex } from "../src/logic/search.js";

const AREAS = [
  { row: 0, name: "城关东网格", area_code: "K7QM2A", branch: "隆阳分公司", supply_station: "城关供电所" },
  { row: 1, name: "城关西网格", area_code: "P3XW9C", branch: "隆阳分公司", supply_station: "城关供电所" },
  { row: 2, name: "Old Town 3", area_code: "B8RT4D", branch: "施甸分公司", supply_station: null },
];
const INDEX = searchIndex(AREAS);
const labels = (query) => search(INDEX, query).map(({ label }) => label);

test("names are found by their beginning, a part, and in any width or case", () => {
  assert.deepEqual(labels("城关西"), ["城关西网格"]);
  assert.deepEqual(labels("OLD town"), ["Old Town 3"]);
  assert.deepEqual(labels("ｏｌｄ"), ["Old Town 3"]);
  assert.deepEqual(labels("没有"), []);
  assert.deepEqual(labels("   "), []);
});

test("places come before areas that only begin alike", () => {
  assert.deepEqual(labels("城关"), ["城关供电所", "城关东网格", "城关西网格"]);
  assert.equal(search(INDEX, "城关")[0].kind, "supply_station");
  assert.equal(search(INDEX, "隆阳分公司")[0].count, 2);
});

test("a code finds its area, several words narrow down", () => {
  assert.deepEqual(labels("p3xw9c"), ["城关西网格"]);
  assert.deepEqual(labels("隆阳 东"), ["城关东网格"]);
});

test("coordinates are offered first", () => {
  const [first] = search(INDEX, "99.17, 25.11");
  assert.equal(first.kind, "point");
  assert.deepEqual(first.point, { lon: 99.17, lat: 25.11 });
});

test("no more than asked for", () => {
  const many = searchIndex(Array.from({ length: 100 }, (_, row) => ({ row, name: `网格${row}`, area_code: `A${row}` })));
  assert.equal(search(many, "网格", null, 7).length, 7);
});
