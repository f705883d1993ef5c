import assert from "node:assert/strict";
import { test } from "node:test";

import { parseCoordinates } from "../src/logic/coordinates.js";

const BAOSHAN = [98.6, 24.1, 100, 26];
const POINT = { lon: 99.17, lat: 25.11 };

function near(found, wanted) {
  assert.ok(found, "not understood");
  assert.ok(Math.abs(found.lon - wanted.lon) < 1e-9 && Math.abs(found.lat - wanted.lat) < 1e-9, JSON.stringify(found));
}

for (const text of [
  "99.17,25.11",
  "25.11, 99.17",
  "99.17 25.11",
  "25.11　99.17",
  "99.17，25.11",
  "９９．１７，２５．１１",
  "(99.17, 25.11)",
  "E99.17 N25.11",
  "25.11N, 99.17E",
  "99.17°E 25.11°N",
  "东经99.17 北纬25.11",
  "北纬25.11度，东经99.17度",
  `25°6'36"N 99°10'12"E`,
  "25°6′36″N 99°10′12″E",
  "东经99度10分12秒 北纬25度6分36秒",
  "99.17;25.11",
]) {
  test(`${text} is the point`, () => near(parseCoordinates(text, BAOSHAN), POINT));
}

test("a number above 90 can only be a longitude", () => {
  near(parseCoordinates("25.11, 99.17"), POINT);
  near(parseCoordinates("99.17, 25.11"), POINT);
});

test("where both could be either, the map decides, else longitude comes first", () => {
  near(parseCoordinates("48.6, 7.9", [7, 48, 9, 49]), { lon: 7.9, lat: 48.6 });
  near(parseCoordinates("7.9, 48.6", [7, 48, 9, 49]), { lon: 7.9, lat: 48.6 });
  near(parseCoordinates("7.9, 48.6"), { lon: 7.9, lat: 48.6 });
});

test("south and west are negative", () => {
  near(parseCoordinates("S33.9 W18.4"), { lon: -18.4, lat: -33.9 });
  near(parseCoordinates("-18.4, -33.9", [-19, -34.5, -18, -33]), { lon: -18.4, lat: -33.9 });
});

for (const text of ["", "城关东网格", "12号网格", "1, 2, 3", "99.17", "200, 95", "N25 N26", "25.11 99.17 号", "K7QM2A", "3-5 号"]) {
  test(`"${text}" is no point`, () => assert.equal(parseCoordinates(text, BAOSHAN), null));
}
