/**
 * The first answer: can an area take a load of this size now? A guide, never an offer.
 *
 * Only lower ends count in favour: "yes" needs the whole load to fit under the published figure (or the lower end of its
 * range) and under the lower end of what one connection can take.
 */

/** In this order: what is best for the customer first. */
export const VERDICTS = ["yes", "likely", "stages", "not_now", "unknown", "ask"];

/**
 * @param area one published row
 * @param needKva what the customer needs
 * @param voltage "lv" or "hv", as the terms say for this size
 * @param roundingKva figures are rounded down to multiples of it
 * @returns {{verdict, why}} codes; why has a sentence in texts.js
 */
export function answerFor(area, needKva, voltage, roundingKva) {
  if (area.publication === "withheld") return { verdict: "ask", why: "withheld" };
  if (voltage === "hv") return atHighVoltage(area);
  if (area.status === "no_data" || area.status === null) return { verdict: "unknown", why: "no_data" };
  if (area.status === "blocked") return { verdict: "not_now", why: "blocked" };
  const total = totalRange(area, roundingKva);
  if (total === null) return { verdict: "unknown", why: "no_data" };
  const one = { from: area.single_from_kva, below: area.single_below_kva };
  if (needKva > total.from) return tooLittle(area, needKva, total);
  if (one.from === null) return { verdict: "likely", why: "single_unknown" };
  if (needKva <= one.from) return { verdict: "yes", why: "fits" };
  if (one.below === null || needKva < one.below) return { verdict: "likely", why: "single_range" };
  return one.from > 0 ? { verdict: "stages", why: "single_small" } : { verdict: "not_now", why: "single_none" };
}

/** Above the LV ceiling a customer gets a transformer of its own: the figure of the public ones says little about it. */
function atHighVoltage(area) {
  const blockedAbove = area.status === "blocked" && ["line", "substation"].includes(area.limit);
  return blockedAbove ? { verdict: "not_now", why: "blocked_above" } : { verdict: "ask", why: "own_transformer" };
}

/** From where to where the area's unrounded capacity may lie: [from, below), below null if there is no upper end. */
export function totalRange(area, roundingKva) {
  const below = area.allowed_is_lower_bound ? null : area.allowed_below_kva;
  if (area.allowed_kva !== null) {
    if (area.allowed_is_lower_bound) return { from: area.allowed_kva, below: null };
    const rounded = area.allowed_kva + roundingKva;
    return { from: area.allowed_kva, below: below === null ? rounded : Math.min(below, rounded) };
  }
  if (area.allowed_from_kva === null) return null;
  return { from: area.allowed_from_kva, below };
}

function tooLittle(area, needKva, total) {
  if (total.below === null || needKva < total.below) {
    return { verdict: "stages", why: area.allowed_is_lower_bound ? "lower_bound" : "range" };
  }
  return total.from > 0 ? { verdict: "stages", why: "part" } : { verdict: "not_now", why: "too_little" };
}

/** The row of the terms for a kind of customer, class of area and size, or null. */
export function termsFor(terms, kind, areaClass, needKw) {
  return (
    terms.find(
      (row) =>
        row.customer_kind === kind &&
        row.area_class === areaClass &&
        needKw > row.above_kw &&
        (row.up_to_kw === null || needKw <= row.up_to_kw),
    ) ?? null
  );
}

/** Items of a list that is written with semicolons. */
export function items(text) {
  return (text ?? "").split(/[;；]/u).map((item) => item.trim()).filter(Boolean);
}
