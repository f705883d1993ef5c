/** A customer's first answer: what fits where, and what follows from the terms. A guide, not an offer. */

import { fill, h, fact } from "../dom.js";
import { language, t, word } from "../language.js";
import { answerFor, items, termsFor, totalRange, VERDICTS } from "../logic/answer.js";
import { compact, distance, month, number } from "../logic/format.js";
import { nearest } from "../logic/nearby.js";
import { middleOf } from "../logic/shapes.js";
import { any } from "../store.js";
import { placeName } from "./near.js";

const KINDS = ["resident", "small_business", "other"];
const COUNT = 6;

export function answerPanel(place, store, actions) {
  const form = h("form.answer-form");
  const message = h("p.message", { role: "alert" });
  const result = h("div.answer", { "aria-live": "polite" });
  place.append(form, message, result);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kw = Number(form.elements.kw.value.replace(/,/gu, ""));
    const good = Number.isFinite(kw) && kw > 0;
    message.textContent = good ? "" : t("answer_bad");
    if (good) store.set({ need: { kw, kind: form.elements.kind.value } });
  });
  store.on((state, changed) => {
    if (!state.release || !any(changed, "release", "language", "point", "selected", "need")) return;
    drawForm(form, state, store);
    fill(result, state.need.kw ? answer(state, actions) : null);
  });
}

function drawForm(form, state, store) {
  const { release, need } = state;
  const typed = form.elements.kw?.value ?? "";
  const kind = h("select", { name: "kind", "data-key": "answer-kind" }, KINDS.map((code) => h("option", { value: code }, word(release.words, "customer_kind", code))));
  kind.value = form.elements.kind?.value ?? need.kind;
  const where = startOf(state);
  fill(
    form,
    h("h2", {}, t("answer_title")),
    h("p.guide-only", {}, t("answer_guide")),
    h(
      "div.row",
      {},
      h("label.field", {}, h("span", {}, t("answer_kw")), h("input", { name: "kw", type: "text", inputmode: "decimal", autocomplete: "off", size: "8", "data-key": "kw", value: typed || (need.kw ?? "") })),
      h("label.field", {}, h("span", {}, t("answer_kind")), kind),
      h("button.main-button", { type: "submit", "data-key": "answer-go" }, t("answer_go")),
    ),
    h(
      "p.where-line",
      {},
      t("answer_where"),
      t("colon"),
      where ? h("b", {}, where.name) : h("span.muted", {}, t("answer_where_none")),
      " ",
      h("button.link", { type: "button", "data-key": "answer-near", onclick: () => store.set({ tab: "near" }) }, t("tab_near")),
    ),
  );
}

/** Where the customer is: the point, else the selected area. */
function startOf({ point, selected, release }) {
  if (selected !== null) {
    const shape = release.shapes[selected];
    return { name: release.areas[selected].name, row: selected, point: shape ? middleOf(shape) : null };
  }
  return point ? { name: placeName(point), row: null, point } : null;
}

function answer(state, actions) {
  const where = startOf(state);
  if (!where) return h("p.message", {}, t("answer_where_none"));
  const { release, need } = state;
  const needKva = need.kw / release.about.power_factor;
  const first = candidates(where, release);
  if (first.length === 0) return h("p.message", {}, t("no_outlines"));
  const home = release.areas[first[0].row];
  const terms = termsFor(release.terms, need.kind, home.area_class, need.kw);
  return [
    h("p.need", {}, t("answer_need", { kw: compact(need.kw), pf: release.about.power_factor, kva: number(needKva, 1) })),
    h("ol.verdicts", {}, first.map((one) => verdict(one, needKva, terms?.voltage ?? "lv", state, actions))),
    termsSection(terms, home, need, release.words),
    h("p.guide-only", {}, t("answer_guide")),
  ];
}

/** The area of the place first, then its neighbours. */
function candidates(where, release) {
  const near = where.point ? nearest(release.shapes, where.point, COUNT) : [];
  if (where.row === null) return near;
  const others = near.filter(({ row }) => row !== where.row).slice(0, COUNT - 1);
  return [{ row: where.row, metres: 0 }, ...others];
}

function verdict({ row, metres }, needKva, voltage, { release }, actions) {
  const area = release.areas[row];
  const rounding = release.about.rules.rounding_kva;
  const { verdict: code, why } = answerFor(area, needKva, voltage, rounding);
  const from = totalRange(area, rounding)?.from ?? 0;
  const relief = area.relief_month && ["stages", "not_now"].includes(code);
  return h(
    "li",
    { class: `verdict-${code}` },
    h("span.badge", { class: `badge-${VERDICTS.indexOf(code)}` }, t(`verdict_${code}`)),
    h(
      "div.what",
      {},
      h("button.link.name", { type: "button", "data-key": `verdict-${area.area_code}`, onclick: () => actions.select(row) }, area.name),
      metres === null ? null : h("span.muted", {}, ` ${distance(metres, language())}`),
      h("p", {}, t(`why_${why}`, { kva: number(from) })),
      relief ? h("p", {}, t("relief_after", { month: month(area.relief_month, language()), kind: word(release.words, "relief", area.relief_kind) })) : null,
    ),
  );
}

function termsSection(terms, home, need, words) {
  const title = t("terms_title", {
    kind: word(words, "customer_kind", need.kind),
    area_class: word(words, "area_class", home.area_class),
    kw: compact(need.kw),
  });
  if (!terms) return h("section.section", {}, h("h3", {}, title), h("p.message", {}, t("terms_none")));
  const lang = language();
  const days = (count) => t("working_days", { days: count });
  return h(
    "section.section",
    {},
    h("h3", {}, title),
    h(
      "dl.facts-table",
      {},
      fact(t("voltage"), t(`voltage_${terms.voltage}`)),
      fact(t("investment"), word(words, "zero_investment", terms.zero_investment)),
      fact(t("deadline"), h("b", {}, days(terms.days_total)), h("p.hint", {}, t("deadline_more"))),
      terms.whole_process_days === null ? null : fact(t("whole_process"), days(terms.whole_process_days)),
      terms.dual_supply_days === null ? null : fact(t("dual_supply"), days(terms.dual_supply_days)),
      fact(t("steps"), h("ol", {}, items(terms[`steps_${lang}`]).map((step) => h("li", {}, step)))),
      fact(t("documents"), h("ul", {}, items(terms[`documents_${lang}`]).map((one) => h("li", {}, one)))),
      terms[`note_${lang}`] ? fact(t("note"), terms[`note_${lang}`]) : null,
    ),
  );
}
