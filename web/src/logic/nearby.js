/** Distances on the ground, good to a fraction of a percent over the tens of kilometres that matter here. */

const METRES_PER_DEGREE = 111_195;

/** Metres from a point {lon, lat} to an outline; 0 inside. */
export function distanceTo(shape, point) {
  const east = METRES_PER_DEGREE * Math.cos((point.lat * Math.PI) / 180);
  if (shape.polygons.some((rings) => isInside(rings, point))) return 0;
  let least = Infinity;
  for (const rings of shape.polygons) {
    for (const ring of rings) least = Math.min(least, distanceToRing(ring, point, east));
  }
  return Math.sqrt(least);
}

/** Rows with an outline, nearest first: [{row, metres}], at most `count`. */
export function nearest(shapes, point, count) {
  const bounds = [];
  shapes.forEach((shape, row) => {
    if (shape) bounds.push({ row, atLeast: distanceToBox(shape.bbox, point) });
  });
  bounds.sort((a, b) => a.atLeast - b.atLeast);
  const found = [];
  for (const { row, atLeast } of bounds) {
    if (found.length >= count && atLeast > found[count - 1].metres) break;
    found.push({ row, metres: distanceTo(shapes[row], point) });
    found.sort((a, b) => a.metres - b.metres || a.row - b.row);
    if (found.length > count) found.pop();
  }
  return found;
}

function isInside(rings, { lon, lat }) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const above = ring[i + 1] > lat !== ring[j + 1] > lat;
      if (above && lon < ((ring[j] - ring[i]) * (lat - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) {
        inside = !inside;
      }
    }
  }
  return inside;
}

function distanceToRing(ring, { lon, lat }, east) {
  let least = Infinity;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const ax = (ring[j] - lon) * east;
    const ay = (ring[j + 1] - lat) * METRES_PER_DEGREE;
    const dx = (ring[i] - lon) * east - ax;
    const dy = (ring[i + 1] - lat) * METRES_PER_DEGREE - ay;
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length));
    const x = ax + along * dx;
    const y = ay + along * dy;
    least = Math.min(least, x * x + y * y);
  }
  return least;
}

function distanceToBox([west, south, east, north], { lon, lat }) {
  const metres = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  const dx = Math.max(west - lon, 0, lon - east) * metres;
  const dy = Math.max(south - lat, 0, lat - north) * METRES_PER_DEGREE;
  return Math.hypot(dx, dy);
}
