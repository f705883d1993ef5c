/** One option with everything behind it: figures with their limits, works, money, days, and taking an application in. */

import { fact, h } from "../../src/dom.js";
import { language, say, t, word } from "../language.js";
import { days, down, up, yuan } from "../request.js";
import { textField } from "./ask.js";

export function optionDetails(option, state, actions) {
  return [
    h("p.standing", {}, say(option.standing)),
    option.figures ? figures(option.figures, t("figures")) : h("p.muted", {}, t("no_figures")),
    option.second ? figures(option.second, t("second_feeder")) : null,
    section(t("route"), h("dl.facts", {}, route(option.route))),
    works(option),
    option.cost ? cost(option.cost, state) : null,
    option.terms ? terms(option.terms) : null,
    option.plan ? plan(option.plan) : null,
    option.remarks.length ? h("ul.plain", {}, option.remarks.map((one) => h("li", {}, say(one)))) : null,
    takeIn(option, state, actions),
  ];
}

function section(title, ...content) {
  return h("section.part", {}, h("h4", {}, title), ...content);
}

function figures({ within_limit: limit, within_rating: rating, load_rate: rate, voltage, broken, steps, phase }, title) {
  const missing = (value, why) => value ?? say(why) ?? t("unknown");
  return section(
    title,
    h(
      "dl.facts",
      {},
      fact(t("within_limit"), roomOf(limit)),
      limit.next_binding ? fact(t("next_limit"), `${down(limit.next_kva)} kVA`, small(say(limit.next_binding.text))) : null,
      rating.kva !== limit.kva ? fact(t("within_rating"), roomOf(rating)) : null,
      fact(t("load_rate"), rate.with_load_percent === null ? missing(null, rate.why_missing) : `${up(rate.before_percent)} % → ${up(rate.with_load_percent)} %`, rate.at ? small(`${rate.transformer_id ?? ""} ${moment(rate.at)}`) : null),
      fact(t("voltage"), voltage.lowest_v === null ? missing(null, voltage.why_missing) : t("voltage_against", { value: down(voltage.lowest_v), floor: voltage.floor_v.toFixed(1) }), voltage.at ? small(`${t(`between_${voltage.between}`)} ${moment(voltage.at)}`) : null),
      phase ? fact(t("phase"), phase.room_kva === null ? missing(null, phase.why_missing) : `${down(phase.room_kva)} kVA`, small(say(phase.basis))) : null,
    ),
    broken.length ? [h("p.hint", {}, t("broken")), h("ul.plain.broken", {}, broken.slice(0, 6).map((one) => h("li", {}, say(one.text))))] : null,
    h("p.hint", {}, t("steps", { steps })),
  );
}

function roomOf(room) {
  return [room.kva === null ? t("unknown") : `${down(room.kva)} kVA`, small(room.binding ? say(room.binding.text) : say(room.reason_text))];
}

function small(text) {
  return text ? h("span.small", {}, text) : null;
}

function moment(text) {
  return text.slice(0, 16).replace("T", " ");
}

function route(one) {
  return [
    fact(t("route_length"), `${up(one.route_m)} m`, small(say(one.certainty_text))),
    fact(t("route_parts"), t("route_parts_m", { fresh: up(one.new_m), along: up(one.along_m) })),
  ];
}

function works({ works: list, project }) {
  const line = (work) => h("li", {}, `${say(work.text)} · ${work.quantity.toLocaleString("en")} ${t(`unit_${work.unit}`)}`, small(say(work.note)));
  return [
    list.length ? section(t("works"), h("ul.plain", {}, list.map(line))) : null,
    project.length ? section(t("project"), h("ul.plain", {}, project.map(line))) : null,
  ];
}

function cost(one, state) {
  const lang = language();
  const row = (label, money) => (money.high_yuan > 0 ? h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, yuan(money.likely_yuan, lang)), h("td", {}, `${yuan(money.low_yuan, lang)} – ${yuan(money.high_yuan, lang)}`)) : null);
  const payers = ["company", "customer", "open"].map((payer) => row(t("paid_by", { payer: word(state.words, "payer", payer) }), one[payer]));
  return section(
    t("cost", { year: one.price_year }),
    h("table.money", {}, h("thead", {}, h("tr", {}, h("th", {}, h("span.spoken", {}, t("payer"))), h("th", { scope: "col" }, t("likely")), h("th", { scope: "col" }, t("range")))), h("tbody", {}, payers, row(t("total"), one.total))),
    h("details.more", {}, h("summary", {}, t("cost_lines")), h("ul.plain", {}, one.lines.map((line) => h("li", {}, `${say(line.work)}, ${say(line.part_text)}: ${yuan(line.amount.likely_yuan, lang)}`)))),
  );
}

function terms(one) {
  const steps = one.steps.map((step) => `${say(step.name)} ${step.working_days}`).join(" + ");
  return section(
    t("terms"),
    h(
      "dl.facts",
      {},
      fact(t("who_pays"), say(one.zero_investment_text), small(`${say(one.boundary.text)} (${say(one.boundary.source)})`)),
      fact(t("time_limit"), t("working_days", { days: one.days_total }), small(steps)),
      one.whole_process_days === null ? null : fact(t("whole_process"), t("working_days", { days: one.whole_process_days })),
    ),
  );
}

function plan(one) {
  return section(
    t("plan"),
    h("p", {}, say(one.text)),
    h(
      "table.stages",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("stage")), h("th", { scope: "col" }, t("start")), h("th", { scope: "col" }, t("finish")))),
      h("tbody", {}, one.stages.map((stage) => h("tr", {}, h("th", { scope: "row" }, say(stage.text)), h("td", {}, days(stage.start)), h("td", {}, days(stage.finish))))),
    ),
  );
}

function takeIn(option, state, actions) {
  const { basis } = state;
  if (!option.rank || !basis.register || basis.key.role === "viewer") return null;
  return h(
    "form.take-in",
    {
      onsubmit: (event) => {
        event.preventDefault();
        const { elements } = event.target;
        actions.takeIn(option.key, elements.namedItem("customer").value, elements.namedItem("note").value);
      },
    },
    h("h4", {}, t("take_in_title")),
    h("div.grid", {}, textField({ name: "customer", label: t("customer_name"), maxlength: 500 }), textField({ name: "note", label: t("note"), maxlength: 500 })),
    h("button.main-button", { type: "submit", "data-key": "take-in", disabled: Boolean(state.busy) }, state.busy === "take_in" ? t("working") : t("take_in")),
  );
}
