/** Reading the internal tables: which column is the load rate, which the allowed capacity, what a thing is called. */

export function loadRate(row) {
  return row.max_loading_percent ?? null;
}

export function allowedKva(row) {
  return row.allowed_kva ?? null;
}

/** 0 (no room) … 1 (much), by the ranges of the release; null if unknown. */
export function roomOf(colourBy, value, rules) {
  if (value === null || value === undefined || !rules) return null;
  const ends = colourBy === "load" ? rules.load_rate_bands_percent : rules.capacity_bands_kva;
  const place = ends.filter((end) => end <= value).length - 1;
  const share = ends.length < 2 ? 1 : Math.max(0, place) / (ends.length - 1);
  return colourBy === "load" ? 1 - share : share;
}

const IDS = { feeders: "feeder_id", substations: "substation_id", transformers: "transformer_id", nodes: "node_id" };

export function idOf(kind, row) {
  return String(row[IDS[kind]] ?? row.row);
}

/** Name and id, or the id alone. */
export function titleOf(kind, row) {
  const id = idOf(kind, row);
  return row.name && row.name !== id ? `${row.name} (${id})` : id;
}
