/** One area in full: what it can take, what limits it, when that changes, and how sure that is. */

import { byKey, fact, fill, h, phone } from "../dom.js";
import { either, language, sentence, t, word } from "../language.js";
import { day, month, number, range } from "../logic/format.js";
import { titleOf } from "../logic/equipment.js";
import { any } from "../store.js";
import { changeLines } from "./changes.js";
import { factsOf } from "./equipment.js";
import { hoursSection } from "./hours.js";
import { areaSwatch, statusWord } from "./parts.js";

export function detailsPanel(place, store, actions) {
  const live = h("div.details", { "aria-live": "polite" });
  place.append(live);
  store.on((state, changed) => {
    if (!state.release) return;
    if (any(changed, "release", "language", "selected", "equipment", "internal")) draw(live, state, actions, store);
    if (any(changed, "wantsFocus")) live.querySelector("h2")?.focus();
    else if (any(changed, "selected", "equipment") && state.tab === "details") bringUp(place);
  });
}

/** On a telephone the details are below the map: bring their head into view. */
function bringUp(place) {
  if (window.matchMedia("(max-width: 760px)").matches) place.scrollIntoView({ block: "nearest" });
  else place.parentElement.scrollTop = 0;
}

function draw(live, state, actions, store) {
  const { release, selected, equipment, internal } = state;
  if (equipment && internal) return fill(live, back(state, actions), equipmentDetails(equipment, internal));
  if (selected === null) return fill(live, h("h2", { tabindex: "-1" }, t("tab_details")), h("p.muted", {}, t("details_none")));
  const area = release.areas[selected];
  return fill(
    live,
    back(state, actions),
    h("h2", { tabindex: "-1" }, area.name),
    h("p.place", {}, placeLine(area, release.words)),
    statusLine(area, state),
    area.publication === "withheld" ? withheld(area, release) : published(area, release),
    internal ? internalFigures(area, internal) : null,
    area.has_hours ? hoursSection(area, state) : null,
    whatChanged(area, release),
    h(
      "p.actions",
      {},
      release.shapes[area.row]
        ? h("button", { type: "button", "data-key": "to-near", onclick: () => actions.nearArea(area.row) }, t("show_near"))
        : h("span.muted", {}, t("not_on_map")),
      h("button", { type: "button", "data-key": "to-answer", onclick: () => store.set({ tab: "answer" }) }, t("show_answer")),
    ),
    contact(area, release),
  );
}

function back(state, actions) {
  const goBack = () => {
    const code = state.release.areas[state.selected]?.area_code;
    actions.leaveDetails();
    const panel = document.getElementById(`panel-${state.cameFrom}`);
    (code && byKey(panel, code) ? byKey(panel, code) : document.getElementById(`tab-${state.cameFrom}`)).focus();
  };
  return h(
    "p.back",
    {},
    h("button.link", { type: "button", "data-key": "back", onclick: goBack }, t("back_to", { tab: t(`tab_${state.cameFrom}`) })),
    h("button.link", { type: "button", "data-key": "deselect", onclick: actions.deselect }, t("deselect")),
  );
}

function placeLine(area, words) {
  const parts = [word(words, "area_class", area.area_class), area.branch, area.supply_station, t("area_code", { code: area.area_code })];
  return parts.filter(Boolean).join(" · ");
}

function statusLine(area, state) {
  const { words } = state.release;
  const withheldArea = area.publication === "withheld";
  return h(
    "p.status",
    {},
    areaSwatch(area, { ...state, mode: "status" }),
    h("b", {}, statusWord(area, words)),
    h("span", {}, withheldArea ? sentence(words, "publication", "withheld") : sentence(words, "status", area.status ?? "no_data")),
  );
}

function withheld(area, { words, about }) {
  return h(
    "dl.facts-table",
    {},
    fact(t("withheld_title"), h("b", {}, word(words, "withheld", area.withheld_reason)), " — ", sentence(words, "withheld", area.withheld_reason)),
    fact(t("as_of_row"), day(area.as_of ?? about.as_of, language())),
  );
}

function published(area, release) {
  const { words, about } = release;
  const told = (kind, code) => [h("b", {}, word(words, kind, code)), " — ", sentence(words, kind, code)];
  return h(
    "dl.facts-table",
    {},
    fact(t("allowed"), figure(area, release)),
    area.limit ? fact(t("limit"), told("limit", area.limit)) : null,
    sharing(area),
    fact(t("single"), rangeOr(area.single_from_kva, area.single_below_kva, "kVA")),
    fact(t("load_rate"), rangeOr(area.load_rate_from_percent, area.load_rate_below_percent, "%"), h("p.hint", {}, t("load_rate_hint"))),
    area.queue ? fact(t("queue"), told("queue", area.queue)) : null,
    fact(t("relief"), relief(area, words)),
    area.structural ? fact(t("structural"), t("structural_sentence", { kva: preControl(about) })) : null,
    fact(t("basis"), area.basis ? told("basis", area.basis) : null, h("p.hint", {}, t("basis_more", { start: day(about.window_start, language()), end: day(about.window_end, language()), pf: about.power_factor }))),
    fact(t("as_of_row"), day(area.as_of ?? about.as_of, language())),
  );
}

function preControl(about) {
  return number(about.limits.pre_control_kva ?? 160);
}

function figure(area, { about, words }) {
  if (area.status === "no_data" || (area.allowed_kva === null && area.allowed_from_kva === null)) {
    return h("div.figure", {}, h("b.big", {}, t("unknown")), h("p.hint", {}, t("unknown_not_zero")));
  }
  const ranged = range(area.allowed_from_kva, area.allowed_below_kva, "kVA", language());
  const atLeast = area.allowed_is_lower_bound ? t("at_least") : "";
  const bound = area.allowed_is_lower_bound ? h("p.hint", {}, t("lower_bound")) : null;
  if (area.allowed_kva === null) {
    const why = area.withheld_reason ? sentence(words, "withheld", area.withheld_reason) : sentence(words, "publication", "band");
    return h("div.figure", {}, h("b.big", {}, atLeast, ranged), h("p.hint", {}, t("allowed_band"), " — ", why), bound);
  }
  return h(
    "div.figure",
    {},
    h("b.big", {}, `${atLeast}${number(area.allowed_kva)} kVA`),
    h("p.hint", {}, t("allowed_range", { range: ranged }), " · ", t("allowed_rounded", { rounding: number(about.rules.rounding_kva) })),
    bound,
  );
}

function sharing(area) {
  if (area.shared_kva !== null && area.sharing_areas > 1) {
    return fact(t("sharing_title"), t("sharing", { areas: number(area.sharing_areas), kva: number(area.shared_kva) }));
  }
  return area.status === "no_data" ? null : fact(t("sharing_title"), t("sharing_unknown"));
}

function rangeOr(from, below, unit) {
  return from === null ? h("span.muted", {}, t("single_missing")) : range(from, below, unit, language());
}

function relief(area, words) {
  if (!area.relief_month) return h("span.muted", {}, t("relief_none"));
  return [h("b", {}, month(area.relief_month, language())), " — ", sentence(words, "relief", area.relief_kind) || word(words, "relief", area.relief_kind)];
}

function whatChanged(area, release) {
  const row = release.changes.find((one) => one.area_code === area.area_code);
  if (!release.about.previous_id || !row || row.cause === "none") return null;
  return h("section.section", {}, h("h3", {}, t("changed_since")), changeLines(row, release.words));
}

function contact(area, { branches, about }) {
  const branch = branches.find((one) => one.branch === area.branch);
  const numbers = [
    branch?.phone ? [branch.branch, branch.phone] : null,
    about.services.company ? [t("company"), about.services.company] : null,
    [t("regulator"), about.services.regulator ?? "12398"],
  ].filter(Boolean);
  return h("p.call", {}, t("call"), t("colon"), numbers.map(([name, number_], i) => [i ? " · " : "", name, " ", phone(number_)]));
}

function internalFigures(area, internal) {
  const exact = internal.areas[area.row];
  return exact ? h("details.exact", {}, h("summary", {}, t("exact")), factsOf("areas", exact, internal)) : null;
}

function equipmentDetails({ kind, row }, internal) {
  const thing = internal[kind][row];
  const alerts = internal.alerts.filter((alert) => thing[ID[kind]] && alert.element_id === thing[ID[kind]]);
  return [
    h("h2", { tabindex: "-1" }, titleOf(kind, thing)),
    h("p.place", {}, t(`layer_${kind}`)),
    alerts.map((alert) => h("p.message", {}, alert.rule, " ", either(alert, "message"))),
    factsOf(kind, thing, internal),
  ];
}

const ID = { feeders: "feeder_id", substations: "substation_id", transformers: "transformer_id", nodes: "node_id" };
