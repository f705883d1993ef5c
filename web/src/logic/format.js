/** Numbers, dates and sizes as they are read, in both languages. */

const MONTHS = "January February March April May June July August September October November December".split(" ");

export function number(value, digits = 0) {
  const [whole, part] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/gu, ",");
  return `${value < 0 ? "−" : ""}${grouped}${part ? `.${part}` : ""}`;
}

/** As many digits as the value has, at most two: 5, 12.5, 0.25. */
export function compact(value) {
  return number(value, Number.isInteger(value) ? 0 : Math.min(2, (String(value).split(".")[1] ?? "").length));
}

/** "160 至 315 kVA 以下" / "160 to under 315 kVA"; no upper end: "1,250 kVA 及以上". */
export function range(from, below, unit, lang) {
  if (from === null) return "";
  if (below === null) return lang === "zh" ? `${compact(from)} ${unit} 及以上` : `${compact(from)} ${unit} or more`;
  if (from === 0) return lang === "zh" ? `${compact(below)} ${unit} 以下` : `under ${compact(below)} ${unit}`;
  return lang === "zh"
    ? `${compact(from)} 至 ${compact(below)} ${unit} 以下`
    : `${compact(from)} to under ${compact(below)} ${unit}`;
}

/** "160–315 kVA", for where room is short. */
export function shortRange(from, below, unit) {
  if (from === null) return "";
  if (below === null) return `≥ ${compact(from)} ${unit}`;
  if (from === 0) return `< ${compact(below)} ${unit}`;
  return `${compact(from)}–${compact(below)} ${unit}`;
}

export function distance(metres, lang) {
  if (metres < 1) return lang === "zh" ? "所在网格" : "here";
  if (metres < 1000) return `${number(Math.max(10, Math.round(metres / 10) * 10))} m`;
  return `${number(metres / 1000, metres < 10_000 ? 1 : 0)} km`;
}

/** "2027-03" → "2027年3月" / "March 2027". */
export function month(text, lang) {
  const [year, m] = text.split("-").map(Number);
  return lang === "zh" ? `${year}年${m}月` : `${MONTHS[m - 1]} ${year}`;
}

/** "2027-03-01" → "2027年3月1日" / "1 March 2027". */
export function day(text, lang) {
  const [year, m, d] = text.slice(0, 10).split("-").map(Number);
  return lang === "zh" ? `${year}年${m}月${d}日` : `${d} ${MONTHS[m - 1]} ${year}`;
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${number(count / 1024, count < 10_240 ? 1 : 0)} KB`;
  return `${number(count / 1024 / 1024, 1)} MB`;
}

/** Whole days from one ISO date to another. */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}

export function coordinates({ lon, lat }) {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}
