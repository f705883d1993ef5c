/** Tables arrive by column (they are smaller so); the page works with rows. */

/** Rows of a columnar table: one object per row, with `row` as its number. */
export function rowsOf(columns) {
  const names = Object.keys(columns ?? {});
  const count = names.length ? columns[names[0]].length : 0;
  const rows = new Array(count);
  for (let i = 0; i < count; i += 1) {
    const row = { row: i };
    for (const name of names) row[name] = columns[name][i] ?? null;
    rows[i] = row;
  }
  return rows;
}
