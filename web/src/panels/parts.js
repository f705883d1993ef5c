/** Pieces that several panels use. */

import { h } from "../dom.js";
import { language, t, word } from "../language.js";
import { categories, categoryOf } from "../logic/category.js";
import { number, range, shortRange } from "../logic/format.js";
import { swatch } from "../map/colours.js";

/** The swatch of an area in the colouring that the map shows. */
export function areaSwatch(area, state) {
  const key = categoryOf(area, state.mode);
  const category = categories(state.mode, state.release.about.rules).find((one) => one.key === key);
  return category ? swatch(category, 22, 16) : null;
}

/** "open", "withheld", … in words. */
export function statusWord(area, words) {
  if (area.publication === "withheld") return word(words, "publication", "withheld");
  return word(words, "status", area.status ?? "no_data");
}

/** The capacity of an area in a few words: a figure, a range, unknown or withheld; never 0 for what is not known. */
export function capacityWords(area) {
  if (area.publication === "withheld") return t("figure_withheld");
  if (area.status === "no_data" || (area.allowed_kva === null && area.allowed_from_kva === null)) return t("figure_unknown");
  const figure =
    area.allowed_kva === null
      ? shortRange(area.allowed_from_kva, area.allowed_below_kva, "kVA")
      : `${number(area.allowed_kva)} kVA`;
  return area.allowed_is_lower_bound ? t("capacity_at_least", { figure }) : figure;
}

/** The range that the capacity lies in; "" if it is withheld or unknown, or nothing is left. */
export function capacityRange(area) {
  const none = area.publication === "withheld" || ["no_data", "blocked"].includes(area.status);
  if (none || area.allowed_from_kva === null) return "";
  return range(area.allowed_from_kva, area.allowed_below_kva, "kVA", language());
}

export function loadWords(area) {
  if (area.publication === "withheld") return "";
  if (area.load_rate_from_percent === null) return t("load_unknown");
  return t("load_short", { range: shortRange(area.load_rate_from_percent, area.load_rate_below_percent, "%") });
}

/** Buttons to page through a list; what is shown is `page` (from 0) of `pages`. */
export function pager(page, pages, go) {
  if (pages <= 1) return null;
  const step = (key, to, off) =>
    h("button", { type: "button", disabled: off, "data-key": key, onclick: () => go(to) }, t(key));
  return h(
    "nav.pager",
    { "aria-label": t("page_of", { page: page + 1, pages }) },
    step("page_previous", page - 1, page === 0),
    h("span", {}, t("page_of", { page: page + 1, pages })),
    step("page_next", page + 1, page === pages - 1),
  );
}

/** The month's name for the heat map and its sentences. */
export function monthName(month) {
  return t("month_names").split(" ")[month - 1];
}

/** "" for missing values of internal tables would look like nothing: say so. */
export function cell(value) {
  if (value === null || value === undefined || value === "") return h("span.muted", {}, t("missing"));
  if (value === true || value === false) return t(value ? "yes" : "no");
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : number(value, 2);
  return String(value);
}
