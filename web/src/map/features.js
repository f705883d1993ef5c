/** Outlines as features of the map library: decoded degrees turned into Web Mercator metres. */

import Feature from "ol/Feature.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";

const RADIUS = 6_378_137;
const RADIANS = Math.PI / 180;

export function mercator(lon, lat) {
  return [RADIUS * lon * RADIANS, RADIUS * Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2))];
}

export function degrees([x, y]) {
  return { lon: x / RADIUS / RADIANS, lat: (2 * Math.atan(Math.exp(y / RADIUS)) - Math.PI / 2) / RADIANS };
}

export function mercatorBox([west, south, east, north]) {
  return [...mercator(west, south), ...mercator(east, north)];
}

/** One feature per area that has an outline, with its row as id. */
export function areaFeatures(areas, shapes) {
  const features = [];
  for (const area of areas) {
    const shape = shapes[area.row];
    if (!shape) continue;
    const feature = new Feature(geometryOf(shape));
    feature.setId(area.row);
    feature.area = area;
    features.push(feature);
  }
  return features;
}

function geometryOf({ polygons }) {
  const flat = [];
  const ends = polygons.map((rings) =>
    rings.map((ring) => {
      const start = flat.length;
      for (let i = 0; i < ring.length; i += 2) flat.push(...mercator(ring[i], ring[i + 1]));
      flat.push(flat[start], flat[start + 1]);
      return flat.length;
    }),
  );
  return ends.length === 1 ? new Polygon(flat, "XY", ends[0]) : new MultiPolygon(flat, "XY", ends);
}
