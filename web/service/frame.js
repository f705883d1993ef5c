/** The frame around the map: banner, head, signing in, tabs, what went wrong. */

import { fill, h } from "../src/dom.js";
import { swatch } from "../src/map/colours.js";
import { any } from "../src/store.js";
import { say, t, word } from "./language.js";
import { TINTS } from "./styles.js";

let status = null;

/** Says something to those who listen instead of looking. */
export function announce(text) {
  if (status) status.textContent = text;
}

export function buildFrame(store, actions) {
  const banner = h("p.notice.internal");
  const head = h("header.head");
  const notes = h("div");
  const notices = h("section.notices", {}, banner, notes);
  const gate = h("main.gate");
  const map = h("div.map");
  const legend = h("details.legend-box.key");
  const tabs = h("div.tabs", { role: "tablist" });
  const panels = Object.fromEntries(
    ["ask", "answer", "register"].map((name) => [name, h("section.panel", { id: `panel-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: "-1" })]),
  );
  const main = h("main.main", {}, h("div.where", {}, h("div.map-frame", {}, map, h("section.legend", {}, legend))), h("div.side", {}, tabs, Object.values(panels)));
  status = h("p.spoken", { role: "status", "aria-live": "polite" });
  const skip = h("a.skip", { href: "#panel-ask" });
  document.body.append(skip, notices, head, gate, main, status);

  const redraw = (state, changed) => {
    if (any(changed, "language", "basis")) {
      document.title = `${t("internal_mark")}${t("page_name")}`;
      notices.setAttribute("aria-label", t("notices"));
      fill(banner, t("internal"));
      fill(skip, t("skip"));
      drawHead(head, state, actions);
      drawNotes(notes, state);
    }
    if (any(changed, "language", "features", "words")) drawLegend(legend, state);
    if (any(changed, "language", "basis", "problem", "busy")) drawGate(gate, state, actions);
    if (any(changed, "language", "tab", "basis", "answer")) drawTabs(tabs, panels, state, actions);
    main.hidden = !state.basis;
    document.body.classList.toggle("busy", Boolean(state.busy));
  };
  store.on(redraw);
  redraw(store.state, new Set(["language", "tab", "basis"]));
  return { map, panels };
}

function drawHead(head, state, actions) {
  const { basis } = state;
  fill(
    head,
    h(
      "div.brand",
      {},
      h("h1", {}, t("page_name")),
      basis ? h("p.sub", {}, say(basis.title), h("span.dates", {}, t("window", { from: basis.window_from.slice(0, 10), to: basis.window_to.slice(0, 10) }))) : null,
    ),
    h(
      "nav.tools",
      { "aria-label": t("tools") },
      basis ? h("span.who", {}, `${basis.key.name}（${t(`role_${basis.key.role}`)}）`) : null,
      basis ? h("button", { type: "button", "data-key": "sign-out", onclick: actions.signOut }, t("sign_out")) : null,
      h("button.language", { type: "button", lang: state.language === "zh" ? "en" : "zh-CN", "data-key": "language", onclick: actions.toggleLanguage }, t("switch_language")),
    ),
  );
}

function drawNotes(notes, { basis }) {
  fill(
    notes,
    basis?.synthetic ? h("p.notice.synthetic", {}, t("synthetic")) : null,
    basis && !basis.register ? h("p.notice", {}, t("no_register")) : null,
  );
}

function drawGate(gate, state, actions) {
  gate.hidden = Boolean(state.basis);
  if (state.basis) return fill(gate);
  const typed = gate.querySelector("input")?.value ?? "";
  const input = h("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false", "data-key": "key", required: true, value: typed, "aria-describedby": "key-hint" });
  return fill(
    gate,
    h(
      "form.card",
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (input.value.trim()) actions.signIn(input.value.trim());
        },
      },
      h("h2", {}, t("sign_in_title")),
      h("label", { for: "key" }, t("key")),
      input,
      h("p.hint", { id: "key-hint" }, t("key_hint")),
      problemBox(state, ["sign_in"]),
      h("button.main-button", { type: "submit", "data-key": "sign-in", disabled: Boolean(state.busy) }, state.busy ? t("working") : t("sign_in")),
    ),
  );
}

function drawTabs(tabs, panels, state, actions) {
  const names = Object.keys(panels).filter((name) => name !== "register" || (state.basis?.register && state.basis.key.role !== "viewer"));
  tabs.setAttribute("aria-label", t("tabs"));
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(state.tab) + step + names.length) % names.length];
    actions.showTab(next);
    document.getElementById(`tab-${next}`).focus();
  };
  fill(
    tabs,
    names.map((name) => {
      const isChosen = name === state.tab;
      return h(
        "button.tab",
        { id: `tab-${name}`, type: "button", role: "tab", "aria-selected": String(isChosen), "aria-controls": `panel-${name}`, tabindex: isChosen ? "0" : "-1", "data-key": `tab-${name}`, onclick: () => actions.showTab(name), onkeydown: move },
        t(`tab_${name}`),
      );
    }),
  );
  for (const [name, panel] of Object.entries(panels)) panel.hidden = name !== state.tab;
}

function drawLegend(legend, state) {
  const line = (kind, key) => h("li", {}, h(`span.sample.${kind}`, { "aria-hidden": "true" }), t(key));
  if (!legend.dataset.seen) {
    legend.open = window.innerWidth > 760;
    legend.dataset.seen = "yes";
  }
  fill(
    legend,
    h("summary", {}, t("legend")),
    h("ul", {}, statuses(state), line("new", "legend_new"), line("along", "legend_along"), line("mv", "legend_mv"), line("lv", "legend_lv"), line("public", "legend_public"), line("dedicated", "legend_dedicated"), line("node", "legend_node")),
  );
}

/** Of areas, where a run told their status. */
function statuses(state) {
  const told = new Set((state.features ?? []).map(({ properties }) => properties.status).filter(Boolean));
  return ["open", "pre_control", "blocked", "no_data"].filter((one) => told.has(one)).map((one) => {
    const kind = one === "blocked" || one === "no_data" ? one : "tint";
    const sample = kind === "tint" ? h("span.sample.status", { "aria-hidden": "true" }) : swatch({ key: one, kind }, 22, 14);
    if (kind === "tint") sample.style.background = TINTS[one];
    return h("li", {}, sample, t("legend_status", { status: word(state.words, "status", one) }));
  });
}

/** What the service refused, in its own words; null where nothing went wrong with these requests. */
export function problemBox(state, names) {
  const { problem } = state;
  if (!problem || !names.includes(problem.of)) return null;
  const { refusal } = problem;
  const sentences = problem.faults.length ? problem.faults.map(say) : [t(problem.code === "unreachable" ? "unreachable" : "unreadable")];
  return h(
    "div.problem-box",
    { role: "alert" },
    h("b", {}, t(problem.code === "not_accepted" ? "refused" : "not_done")),
    h("ul", {}, sentences.map((sentence) => h("li", {}, sentence))),
    refusal ? h("p.figures", {}, t("refusal_figures", { wanted: number(refusal.wanted_kva), figure: number(refusal.figure_kva), missing: number(refusal.missing_kva) })) : null,
  );
}

function number(value) {
  return value === null || value === undefined ? t("unknown") : value.toFixed(1);
}

/** A short mark with words, for a status or a verdict: never colour alone. */
export function tag(kind, code, state) {
  return h(`span.tag.${kind}-${code}`, {}, word(state.words, kind === "status" ? "application_status" : kind, code));
}
