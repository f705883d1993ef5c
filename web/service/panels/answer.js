/** The answer: verdict, ranked options, what will not do and why, the staged offer, what to take along. */

import { fill, h } from "../../src/dom.js";
import { any } from "../../src/store.js";
import { problemBox, tag } from "../frame.js";
import { say, t, word } from "../language.js";
import { days, down, up, yuan } from "../request.js";
import { optionDetails } from "./option.js";
import { stagedBox } from "./staged.js";

const SIGNS = { yes: "✓", yes_with_project: "✓", staged: "◐", not_before_project: "✕", unknown: "?" };

export function answerPanel(panel, store, actions) {
  store.on((state, changed) => {
    if (state.basis && any(changed, "language", "answer", "chosen", "problem", "busy", "basis")) draw(panel, state, actions);
  });
}

function draw(panel, state, actions) {
  const { answer } = state;
  if (!answer) {
    fill(panel, h("h2", { tabindex: "-1" }, t("answer_title")), h("p.muted", {}, t("no_answer")), problemBox(state, ["assess"]));
    return;
  }
  const ranked = answer.options.filter(({ rank }) => rank > 0);
  const rejected = answer.options.filter(({ rank }) => rank === 0);
  fill(
    panel,
    h(
      `div.verdict.verdict-${answer.verdict}`,
      {},
      h("span.sign", { "aria-hidden": "true" }, SIGNS[answer.verdict]),
      h("div", {}, h("h2", { tabindex: "-1" }, say(answer.verdict_text)), h("p", {}, say(answer.summary))),
    ),
    asked(answer, state),
    problemBox(state, ["assess", "download", "take_in"]),
    downloads(answer, state, actions),
    answer.staged ? stagedBox(answer, state, actions) : null,
    h("h3", {}, t("options", { count: ranked.length })),
    ranked.length ? h("ol.options", {}, ranked.map((option) => card(option, state, actions))) : h("p.muted", {}, t("no_option")),
    rejected.length ? [h("h3", {}, t("rejected", { count: rejected.length })), h("ul.options", {}, rejected.map((option) => card(option, state, actions)))] : null,
    elsewhere(answer),
    basis(answer),
  );
}

function asked(answer, state) {
  const { request } = answer;
  const parts = [
    `${request.kw} kW · ${up(request.kva)} kVA (cos φ ${request.power_factor})`,
    word(state.words, "phases", String(request.phases)),
    say(request.customer_kind_text),
    say(request.area_class_text),
    request.energise_on ? t("wanted_on", { day: request.energise_on }) : null,
    t("valid_until", { day: answer.valid_until }),
  ];
  return h("p.asked", {}, parts.filter(Boolean).join(" · "));
}

function downloads(answer, state, actions) {
  const formats = [...state.basis.sheets, "json"];
  return h(
    "div.downloads",
    { role: "group", "aria-label": t("downloads") },
    h("span.muted", {}, t("downloads")),
    formats.map((format) => h("button", { type: "button", "data-key": `download-${format}`, disabled: Boolean(state.busy), onclick: () => actions.download(format) }, t(`format_${format}`))),
  );
}

function card(option, state, actions) {
  const isChosen = option.key === state.chosen;
  const id = `option-${option.key.replace(/[^\w-]/gu, "-")}`;
  return h(
    `li.option${isChosen ? ".chosen" : ""}`,
    {},
    h(
      "button.option-head",
      { type: "button", "aria-expanded": String(isChosen), "aria-controls": id, "data-key": `choose-${option.key}`, onclick: () => actions.choose(option.key) },
      h("span.rank", { "aria-hidden": "true" }, option.rank || "✕"),
      h(
        "span.words",
        {},
        h("span.name", {}, option.rank ? h("span.spoken", {}, t("rank", { rank: option.rank })) : null, say(option.target.kind_text), h("span.target", {}, option.target.target_id)),
        h("span.facts", {}, tag("verdict", option.verdict, state), brief(option, state)),
        h("span.reason", {}, say(option.reason)),
      ),
    ),
    isChosen ? h("div.option-body", { id }, optionDetails(option, state, actions)) : null,
  );
}

function brief(option, state) {
  const { cost, energised, route, figures } = option;
  const room = down(figures?.within_limit.kva);
  const parts = [
    t("route_m", { metres: Math.ceil(route.route_m) }),
    room === null ? null : t("room", { kva: room }),
    cost ? yuan(cost.total.likely_yuan, state.language) : null,
    energised ? days(energised) : null,
  ];
  return parts.filter(Boolean).map((part) => h("span.fact-part", {}, part));
}

function elsewhere(answer) {
  if (!answer.elsewhere.length) return null;
  return h("details.more", {}, h("summary", {}, t("elsewhere", { count: answer.elsewhere.length })), h("ul.plain", {}, answer.elsewhere.map((one) => h("li", {}, say(one.text)))));
}

function basis(answer) {
  const { basis: grounds } = answer;
  return h(
    "details.more",
    {},
    h("summary", {}, t("grounds")),
    h(
      "ul.plain",
      {},
      h("li", {}, t("grounds_window", { from: grounds.window_from.slice(0, 10), to: grounds.window_to.slice(0, 10), policy: grounds.policy_name })),
      h("li", {}, grounds.register_sha256 ? t("grounds_register", { hash: grounds.register_sha256.slice(0, 12) }) : t("grounds_no_register")),
      grounds.policy_values.map((one) => h("li", {}, `${say(one.text)}: ${one.value}`)),
      grounds.remarks.map((remark) => h("li.warn", {}, say(remark))),
    ),
  );
}
