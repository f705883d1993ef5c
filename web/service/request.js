/** The form as the request that the service understands. */

const NUMBERS = ["kw", "power_factor", "urgent_kw"];
const CODES = ["customer_kind", "area_class", "category", "shape", "energise_on"];

/** The body of an assessment; what was left empty is left out, what is no number goes as it was typed. */
export function requestOf(place, form, hours = false) {
  const body = { phases: Number(form.phases), dual_supply: form.dual_supply, hours };
  for (const name of NUMBERS) if (form[name].trim() !== "") body[name] = numberOf(form[name]);
  for (const name of CODES) if (form[name] !== "") body[name] = form[name];
  if (place.kind === "point") {
    for (const name of ["longitude", "latitude"]) if (place[name].trim() !== "") body[name] = numberOf(place[name]);
  } else if (place[place.kind].trim() !== "") body[place.kind] = place[place.kind].trim();
  return body;
}

/** A number, also with a Chinese full stop or blanks in it; else the text as it was typed. */
export function numberOf(text) {
  const plain = text.trim().replace(/[。．]/u, ".").replace(/[０-９]/gu, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  return /^[+-]?(\d+\.?\d*|\.\d+)$/u.test(plain) ? Number(plain) : text.trim();
}

/** Never above the value itself: 159.96 kVA are not 160. */
export function down(value, digits = 1) {
  if (value === null || value === undefined) return null;
  const scale = 10 ** digits;
  return (Math.floor(Math.round(value * scale * 1e6) / 1e6) / scale).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Never below the value itself: 80.04 % are not 80.0 %. */
export function up(value, digits = 1) {
  if (value === null || value === undefined) return null;
  const scale = 10 ** digits;
  return (Math.ceil(Math.round(value * scale * 1e6) / 1e6) / scale).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Yuan in ten thousands from 10,000 on in Chinese, in thousands groups else. */
export function yuan(value, lang) {
  if (lang === "zh" && value >= 10_000) return `${(value / 10_000).toFixed(value < 1e5 ? 2 : 1)} 万元`;
  const text = Math.round(value).toLocaleString("en");
  return lang === "zh" ? `${text} 元` : `CNY ${text}`;
}

/** A day, or the range that it is estimated in. */
export function days(range) {
  if (!range) return null;
  return range.earliest === range.latest ? range.earliest : `${range.earliest} – ${range.latest}`;
}
