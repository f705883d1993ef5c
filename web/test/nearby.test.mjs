import assert from "node:assert/strict";
import { test } from "node:test";

import { distanceTo, nearest } from "../src/logic/nearby.js";
import { boxOfAll, decodeShapes, middleOf } from "../src/logic/shapes.js";

/** A square of `side` ten-thousandths of a degree, as it is published. */
const square = (x, y, side) => [x * 10, y * 10, side * 10, 0, 0, side * 10, -side * 10, 0];
const inner = (x, y, side) => [x * 10, y * 10, 0, side * 10, side * 10, 0, 0, -side * 10];
const SHAPES = decodeShapes({
  scale: 100000,
  polygons: [
    [[square(991000, 250000, 200)]],
    null,
    [[square(991200, 250000, 200), inner(991250, 250050, 100)]],
    [[square(991500, 250000, 50)], [square(991600, 250000, 50)]],
  ],
});

test("rings are decoded from differences", () => {
  assert.deepEqual([...SHAPES[0].polygons[0][0]], [99.1, 25, 99.12, 25, 99.12, 25.02, 99.1, 25.02]);
  assert.equal(SHAPES[1], null);
  assert.deepEqual(SHAPES[3].bbox, [99.15, 25, 99.165, 25.005]);
  assert.deepEqual(boxOfAll(SHAPES), [99.1, 25, 99.165, 25.02]);
  assert.equal(boxOfAll([null]), null);
});

test("inside is no distance, a hole is not inside", () => {
  assert.equal(distanceTo(SHAPES[0], { lon: 99.11, lat: 25.01 }), 0);
  const fromHole = distanceTo(SHAPES[2], { lon: 99.13, lat: 25.01 });
  assert.ok(Math.abs(fromHole - 0.005 * 111_195 * Math.cos((25.01 * Math.PI) / 180)) < 1, String(fromHole));
});

test("distance to an edge and to a corner agrees with the great circle", () => {
  const toEdge = distanceTo(SHAPES[0], { lon: 99.11, lat: 24.99 });
  assert.ok(Math.abs(toEdge - 1111.95) < 0.5, String(toEdge));
  const toCorner = distanceTo(SHAPES[0], { lon: 99.09, lat: 24.99 });
  assert.ok(Math.abs(toCorner - 1500.2) < 3, String(toCorner)); // haversine: 1500.2 m
});

test("nearest areas come first, those without an outline never", () => {
  const point = { lon: 99.149, lat: 25.002 };
  assert.deepEqual(nearest(SHAPES, point, 3).map(({ row }) => row), [3, 2, 0]);
  assert.deepEqual(nearest(SHAPES, point, 1).map(({ row }) => row), [3]);
  assert.deepEqual(nearest([null], point, 3), []);
});

test("pruning by boxes finds the same as looking at everything", () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const many = decodeShapes({
    scale: 100000,
    polygons: Array.from({ length: 400 }, () => [[square(990000 + Math.floor(random() * 3000), 250000 + Math.floor(random() * 3000), 20 + Math.floor(random() * 200))]]),
  });
  for (let i = 0; i < 20; i += 1) {
    const point = { lon: 99 + random() * 0.4, lat: 25 + random() * 0.4 };
    const all = many.map((shape) => distanceTo(shape, point)).sort((a, b) => a - b).slice(0, 5);
    assert.deepEqual(nearest(many, point, 5).map(({ metres }) => metres), all);
  }
});

test("the middle of an area is the centroid of its largest part", () => {
  const { lon, lat } = middleOf(SHAPES[0]);
  assert.ok(Math.abs(lon - 99.11) < 1e-9 && Math.abs(lat - 25.01) < 1e-9);
});
