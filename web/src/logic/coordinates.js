/** Coordinates as people type them: "99.17, 25.11", "25.11 99.17", "东经99.17 北纬25.11", 25°6′36″N 99°10′12″E. */

const ANGLE = String.raw`(-?\d+(?:\.\d+)?)(?:\s*[°度]\s*(?:(\d+(?:\.\d+)?)\s*['′分]\s*)?(?:(\d+(?:\.\d+)?)\s*["秒]\s*)?)?`;
// letters stand before both numbers, or behind both
const LETTERS_FIRST = new RegExp(String.raw`([NSEWnsew东西南北])[经纬]?[:：]?\s*${ANGLE}()`, "gu");
const LETTERS_LAST = new RegExp(String.raw`()${ANGLE}\s*([NSEWnsew])?`, "gu");
const NORTH_SOUTH = /[NSns南北]/u;
const EAST_WEST = /[EWew东西]/u;
const NEGATIVE = /[SWsw西南]/u;

/**
 * {lon, lat} in degrees, or null if the text is not a pair of coordinates.
 *
 * Which of the two comes first is taken from their letters, else from their size, else from `box`
 * ([west, south, east, north] of the map), else longitude first.
 */
export function parseCoordinates(text, box = null) {
  const plain = text.replace(/[″”]/gu, '"').replace(/[º˚]/gu, "°").normalize("NFKC").replace(/[，、;；]/gu, ",").trim();
  if (!/\d/u.test(plain)) return null;
  const form = /^\(?[^\d(-]/u.test(plain) ? LETTERS_FIRST : LETTERS_LAST;
  const found = [...plain.matchAll(form)];
  if (found.length !== 2 || plain.replace(form, "").replace(/[\s,()]/gu, "") !== "") return null;
  const [first, second] = found.map(readAngle);
  if (first.axis && first.axis === second.axis) return null;
  const straight = asPoint(first, second);
  const swapped = asPoint(second, first);
  if (first.axis || second.axis) {
    return first.axis === "lon" || second.axis === "lat" ? straight : swapped;
  }
  if (!straight || !swapped) return straight ?? swapped;
  if (box && !isNear(straight, box) && isNear(swapped, box)) return swapped;
  return straight;
}

function readAngle([, before, degrees, minutes, seconds, after]) {
  const letter = before || after || "";
  const size = Math.abs(Number(degrees)) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600;
  const negative = degrees.startsWith("-") !== NEGATIVE.test(letter);
  const axis = NORTH_SOUTH.test(letter) ? "lat" : EAST_WEST.test(letter) ? "lon" : null;
  return { value: negative ? -size : size, axis };
}

function asPoint(lon, lat) {
  if (Math.abs(lon.value) > 180 || Math.abs(lat.value) > 90) return null;
  return { lon: lon.value, lat: lat.value };
}

function isNear({ lon, lat }, [west, south, east, north]) {
  const margin = 2;
  return lon > west - margin && lon < east + margin && lat > south - margin && lat < north + margin;
}
