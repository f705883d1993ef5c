/** The register: what is open and due, one application with its history, and the steps with it. */

import { fact, fill, h } from "../../src/dom.js";
import { any } from "../../src/store.js";
import { confirmed } from "../confirm.js";
import { problemBox, tag } from "../frame.js";
import { say, t, word } from "../language.js";
import { down } from "../request.js";

const FILTERS = ["open", "received", "offered", "accepted", "energised", "withdrawn", "expired", "all"];
const DUE_SIGNS = { overdue: "‼", due: "!", running: "→", waiting: "‖", done: "✓", done_late: "✓", unknown: "?" };
const STEPS = ["offer", "accept", "energise", "withdraw", "application", "applications", "take_in"];

export function registerPanel(panel, store, actions) {
  store.on((state, changed) => {
    if (!state.basis || !any(changed, "language", "applications", "application", "problem", "busy", "basis", "filter")) return;
    if (state.application) drawOne(panel, state, actions);
    else drawList(panel, state, actions);
  });
}

function drawList(panel, state, actions) {
  const { applications } = state;
  const select = h("select", { id: "filter", "data-key": "filter", onchange: (event) => actions.filter(event.target.value) }, FILTERS.map((one) => h("option", { value: one }, one === "open" || one === "all" ? t(`filter_${one}`) : word(state.words, "application_status", one))));
  select.value = state.filter;
  fill(
    panel,
    h("h2", { tabindex: "-1" }, t("register_title")),
    h("div.bar", {}, h("label", { for: "filter" }, t("show")), select, h("button", { type: "button", "data-key": "reload", disabled: Boolean(state.busy), onclick: actions.loadApplications }, t("reload"))),
    problemBox(state, STEPS),
    !applications ? h("p.muted", {}, t("working")) : applications.length ? [h("p.hint", {}, t("count", { shown: applications.length, total: state.total })), h("ul.applications", {}, applications.map((one) => row(one, state, actions)))] : h("p.muted", {}, t("none_here")),
  );
}

function row(one, state, actions) {
  return h(
    "li",
    {},
    h(
      "button.application",
      { type: "button", "data-key": `application-${one.application_id}`, onclick: () => actions.open(one.application_id) },
      h("span.line", {}, h("b", {}, one.application_id), tag("status", one.status, state)),
      h("span.line", {}, `${one.p_kw} kW · ${place(one)}`, one.customer ? h("span.muted", {}, one.customer) : null),
      one.due.slice(0, 1).map((due) => h(`span.line.due-${due.state}`, {}, dueText(due, state))),
    ),
  );
}

function place(one) {
  return [one.transformer_id, one.node_id, one.feeder_id].filter(Boolean).join(" / ") || "–";
}

function dueText(due, state) {
  const day = due.due_on ? ` · ${t("due_on", { day: due.due_on })}` : "";
  const count = due.working_days_left;
  const left = count === null ? "" : ` · ${count < 0 ? t("days_late", { days: -count }) : t("days_left", { days: count })}`;
  return `${DUE_SIGNS[due.state] ?? ""} ${say(due.step)} · ${word(state.words, "due_state", due.state)}${day}${left}${due.remark ? ` · ${say(due.remark)}` : ""}`;
}

function drawOne(panel, state, actions) {
  const { application: one } = state;
  fill(
    panel,
    h("button.link.back", { type: "button", "data-key": "back", onclick: actions.close }, `← ${t("back")}`),
    h("h2", { tabindex: "-1" }, one.application_id, " ", tag("status", one.status, state)),
    problemBox(state, STEPS),
    steps(one, state, actions),
    facts(one, state),
    one.due.length ? h("section.part", {}, h("h3", {}, t("timetable")), h("ul.plain", {}, one.due.map((due) => h(`li.due-${due.state}`, {}, dueText(due, state))))) : null,
    history(one, state),
  );
}

function facts(one, state) {
  const { claim } = one;
  return h(
    "dl.facts",
    {},
    fact(t("kw"), `${one.p_kw} kW`, one.urgent_kw ? h("span.small", {}, `${t("urgent_kw")} ${one.urgent_kw} kW`) : null),
    one.customer ? fact(t("customer_name"), one.customer) : null,
    fact(t("customer_kind"), word(state.words, "customer_kind", one.customer_kind)),
    fact(t("connected"), `${word(state.words, "voltage", one.voltage)} · ${word(state.words, "supply", one.supply)}`, h("span.small", {}, place(one))),
    one.works_option ? fact(t("works_first"), `${word(state.words, "place_kind", one.works_option.split(":")[0])} ${one.works_option.slice(one.works_option.indexOf(":") + 1)} · ${one.works_kva} kVA`) : null,
    one.energise_on ? fact(t("energise_on"), one.energise_on) : null,
    one.offer_valid_until ? fact(t("offer_until"), one.offer_valid_until) : null,
    claim ? fact(t("reserved"), `${down(one.reserved_kw)} kW · ${down(one.reserved_kva)} kVA`, h("span.small", {}, t("against", { kva: down(claim.figure_kva) }), " ", say(claim.basis))) : null,
    one.note ? fact(t("note"), one.note) : null,
  );
}

function history(one, state) {
  const moment = (at) => new Date(at).toLocaleString(state.language === "zh" ? "zh-CN" : "en-GB", { timeZone: state.basis.time_zone, dateStyle: "short", timeStyle: "short" });
  return h(
    "section.part",
    {},
    h("h3", {}, t("history")),
    h(
      "ol.history",
      {},
      one.history.map((stamp) => h("li", {}, h("span.when", {}, moment(stamp.at)), h("b", {}, word(state.words, "register_event", stamp.event)), h("span.by", {}, stamp.who), stamp.why ? h("span.small", {}, stamp.why) : null, stamp.sentence ? h("span.small", {}, say(stamp.sentence)) : null)),
    ),
  );
}

function steps(one, state, actions) {
  const may = new Set(one.may);
  const isBusy = Boolean(state.busy);
  const button = (key, label, isMain, onclick) => h(isMain ? "button.main-button" : "button", { type: "button", "data-key": key, disabled: isBusy, onclick }, state.busy === key ? t("working") : label);
  const ask = async (name, more) => {
    const answers = await confirmed(name, one);
    if (answers) await actions.step(name, more?.(answers) ?? {});
  };
  const canWithdraw = may.has("withdrawn") && (state.basis.key.role === "admin" || one.history[0].who === state.basis.key.name);
  const buttons = [
    may.has("offered") ? button("offer", t(one.status === "offered" ? "offer_again" : "offer"), one.status === "received", () => ask("offer", ({ day }) => (day ? { valid_until: day } : {}))) : null,
    may.has("accepted") ? button("accept", t("accept"), true, () => ask("accept", ({ why }) => ({ why }))) : null,
    may.has("energised") ? button("energise", t("energise"), true, () => ask("energise", ({ why }) => ({ why }))) : null,
    canWithdraw ? button("withdraw", t("withdraw"), false, () => ask("withdraw", ({ why }) => ({ why }))) : null,
  ];
  return h("div.bar.steps", { role: "group", "aria-label": t("steps_title") }, buttons);
}

