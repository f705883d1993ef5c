/** Capacity by month and hour: 288 integers, month by month, in units of `unit` kVA; −1 where there are no data. */

export const MISSING = -1;

/** {cells: 12 × 24 kVA or null, least, most: {kva, month, hour} or null}. Months count from 1, hours from 0. */
export function readHours(values, unit) {
  const cells = [];
  let least = null;
  let most = null;
  for (let m = 0; m < 12; m += 1) {
    const row = [];
    for (let hour = 0; hour < 24; hour += 1) {
      const value = values[m * 24 + hour];
      const kva = value === MISSING || value === null || value === undefined ? null : value * unit;
      row.push(kva);
      if (kva === null) continue;
      if (!least || kva < least.kva) least = { kva, month: m + 1, hour };
      if (!most || kva > most.kva) most = { kva, month: m + 1, hour };
    }
    cells.push(row);
  }
  return { cells, least, most };
}

/** Shade 0 … steps − 1 of a figure between the least and the most. */
export function shade(kva, least, most, steps) {
  if (most <= least) return steps - 1;
  return Math.min(steps - 1, Math.floor(((kva - least) / (most - least)) * steps));
}
