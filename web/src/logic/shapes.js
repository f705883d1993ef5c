/** Outlines as published: rings of integers in units of 1/scale degree, each point as its difference to the one before. */

/** One ring as flat [lon, lat, lon, lat, …] in degrees; the closing point stays left out. */
export function decodeRing(ring, scale) {
  const flat = new Float64Array(ring.length);
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    x += ring[i];
    y += ring[i + 1];
    flat[i] = x / scale;
    flat[i + 1] = y / scale;
  }
  return flat;
}

/** Outlines per area row: null, or {polygons: [[outer, hole, …], …], bbox: [west, south, east, north]}. */
export function decodeShapes(shapes) {
  const scale = shapes?.scale ?? 1;
  return (shapes?.polygons ?? []).map((polygons) => {
    if (!polygons || polygons.length === 0) return null;
    const decoded = polygons.map((rings) => rings.map((ring) => decodeRing(ring, scale)));
    return { polygons: decoded, bbox: boxOf(decoded.map((rings) => rings[0])) };
  });
}

/** [west, south, east, north] of flat rings. */
export function boxOf(rings) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      if (ring[i] < box[0]) box[0] = ring[i];
      if (ring[i] > box[2]) box[2] = ring[i];
      if (ring[i + 1] < box[1]) box[1] = ring[i + 1];
      if (ring[i + 1] > box[3]) box[3] = ring[i + 1];
    }
  }
  return box;
}

/** The box around all outlines, or null if there is none. */
export function boxOfAll(shapes) {
  const boxes = shapes.filter(Boolean).map((shape) => shape.bbox);
  if (boxes.length === 0) return null;
  return boxes.reduce((all, box) => [
    Math.min(all[0], box[0]),
    Math.min(all[1], box[1]),
    Math.max(all[2], box[2]),
    Math.max(all[3], box[3]),
  ]);
}

/** Area-weighted middle of the largest part: where "here" is when an area is taken as the starting point. */
export function middleOf(shape) {
  let best = null;
  for (const [outer] of shape.polygons) {
    const middle = ringMiddle(outer);
    if (!best || middle.area > best.area) best = middle;
  }
  return { lon: best.lon, lat: best.lat };
}

function ringMiddle(ring) {
  let twice = 0;
  let lon = 0;
  let lat = 0;
  const [x0, y0] = ring;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    const ax = ring[i] - x0;
    const ay = ring[i + 1] - y0;
    const bx = ring[j] - x0;
    const by = ring[j + 1] - y0;
    const cross = ax * by - bx * ay;
    twice += cross;
    lon += (ax + bx) * cross;
    lat += (ay + by) * cross;
  }
  if (twice === 0) return { lon: x0, lat: y0, area: 0 };
  return { lon: x0 + lon / (3 * twice), lat: y0 + lat / (3 * twice), area: Math.abs(twice) };
}
