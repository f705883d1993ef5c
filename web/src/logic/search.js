/** Finding areas and places by what is typed. */

import { parseCoordinates } from "./coordinates.js";

/** Text as it is compared: full-width forms, case and spaces do not matter. */
export function plain(text) {
  return (text ?? "").normalize("NFKC").toLowerCase().replace(/\s+/gu, "");
}

/** What can be found: areas, branches and supply stations of a release. */
export function searchIndex(areas) {
  const entries = areas.map((area) => ({
    kind: "area",
    row: area.row,
    label: area.name,
    name: plain(area.name),
    code: plain(area.area_code),
    all: plain([area.name, area.area_code, area.branch, area.supply_station].filter(Boolean).join(" ")),
  }));
  return [...places(areas, "branch"), ...places(areas, "supply_station"), ...entries];
}

function places(areas, column) {
  const counts = new Map();
  for (const area of areas) {
    if (area[column]) counts.set(area[column], (counts.get(area[column]) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => {
    const name = plain(label);
    return { kind: column, label, count, name, code: "", all: name };
  });
}

/** Best matches first; coordinates, if that is what was typed, before all others. */
export function search(index, query, box = null, limit = 12) {
  const point = parseCoordinates(query, box);
  const found = point ? [{ kind: "point", label: query.trim(), point }] : [];
  const words = query.normalize("NFKC").toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return found;
  const whole = words.join("");
  const ranked = [];
  for (const entry of index) {
    const rank = rankOf(entry, whole, words);
    if (rank !== null) ranked.push({ entry, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.entry.name.length - b.entry.name.length);
  return [...found, ...ranked.slice(0, limit - found.length).map(({ entry }) => entry)];
}

function rankOf(entry, whole, words) {
  if (entry.name === whole || entry.code === whole) return 0;
  if (entry.name.startsWith(whole)) return entry.kind === "area" ? 2 : 1;
  if (entry.name.includes(whole)) return entry.kind === "area" ? 4 : 3;
  if (words.every((word) => entry.all.includes(word))) return 5;
  return null;
}
