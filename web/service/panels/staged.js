/** The staged offer (P16): firm power now, more at certain hours, all of it later. */

import { fact, h } from "../../src/dom.js";
import { say, t } from "../language.js";
import { days, down } from "../request.js";

export function stagedBox(answer, state, actions) {
  const { staged } = answer;
  const full = answer.options.find(({ key }) => key === staged.full_option_key);
  return h(
    "section.staged",
    {},
    h("h3", {}, t("staged")),
    h("p", {}, say(staged.text)),
    h(
      "dl.facts",
      {},
      fact(t("firm"), staged.firm_kw === null ? t("unknown") : `${down(staged.firm_kw)} kW`, staged.firm_binding ? h("span.small", {}, say(staged.firm_binding.text)) : null),
      staged.meets_urgent === null ? null : fact(t("urgent"), t(staged.meets_urgent ? "urgent_met" : "urgent_not_met")),
      fact(t("full_on"), staged.full_on ? days(staged.full_on) : t("unknown"), full ? h("span.small", {}, `${say(full.target.kind_text)} ${full.target.target_id}`) : null),
    ),
    staged.hours ? hours(staged.hours, answer.request.kw) : h("button", { type: "button", "data-key": "hours", disabled: Boolean(state.busy), onclick: () => actions.assess({ hours: true }) }, state.busy === "assess" ? t("assessing") : t("work_out_hours")),
  );
}

/** Twelve months of 24 hours; the figure stands in every cell, the shade only helps. */
function hours(cells, asked) {
  const at = new Map(cells.map((cell) => [`${cell.month}-${cell.hour}`, cell]));
  const range = (count, first = 0) => Array.from({ length: count }, (_, i) => i + first);
  const cell = (month, hour) => {
    const one = at.get(`${month}-${hour}`);
    if (!one || one.kw === null) return h("td.unknown", { title: one ? say(one.reason_text) : "" }, "?");
    const shade = Math.min(4, Math.floor((one.kw / asked) * 4.0001));
    return h(`td.shade-${shade}`, {}, Math.floor(one.kw));
  };
  return h(
    "details.more",
    { open: true },
    h("summary", {}, t("hours")),
    h(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": t("hours") },
      h(
        "table.hours",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("month")), range(24).map((hour) => h("th", { scope: "col" }, hour)))),
        h("tbody", {}, range(12, 1).map((month) => h("tr", {}, h("th", { scope: "row" }, month), range(24).map((hour) => cell(month, hour))))),
      ),
    ),
    h("p.hint", {}, t("hours_hint")),
  );
}
