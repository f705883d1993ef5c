/** What changed against the release before, and why (P22). */

import { fill, h } from "../dom.js";
import { t, sentence, word } from "../language.js";
import { number } from "../logic/format.js";
import { any } from "../store.js";
import { pager } from "./parts.js";

const PER_PAGE = 30;

export function changesPanel(place, store, actions) {
  let cause = "";
  let page = 0;
  const draw = (state) => {
    const { about, changes } = state.release;
    if (!about.previous_id) return fill(place, h("h2", {}, t("tab_changes")), h("p", {}, t("changes_first")));
    const rows = changes.filter((row) => !cause || row.cause === cause);
    const pages = Math.ceil(rows.length / PER_PAGE);
    const go = (to) => {
      page = to;
      draw(store.state);
      place.parentElement.scrollTop = 0;
    };
    const choose = (event) => {
      cause = event.target.value;
      page = 0;
      draw(store.state);
    };
    return fill(
      place,
      h("h2", {}, t("changes_title", { previous: about.previous_id })),
      changes.length ? causeChoice(state, cause, choose) : h("p", {}, t("changes_none")),
      cause ? h("p.hint", {}, sentence(state.release.words, "cause", cause)) : null,
      changes.length ? h("p.muted", {}, t("changes_count", { shown: number(rows.length), total: number(changes.length) })) : null,
      h("ul.changes", {}, rows.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map((row) => item(row, state, actions))),
      pager(page, pages, go),
    );
  };
  store.on((state, changed) => {
    if (!state.release) return;
    if (any(changed, "release")) [cause, page] = ["", 0];
    if (any(changed, "release", "language")) draw(state);
  });
}

function causeChoice(state, cause, choose) {
  const counts = new Map();
  for (const row of state.release.changes) counts.set(row.cause, (counts.get(row.cause) ?? 0) + 1);
  const options = [...counts].sort((a, b) => b[1] - a[1]);
  const select = h(
    "select",
    { "data-key": "cause", onchange: choose },
    h("option", { value: "" }, t("changes_all", { count: state.release.changes.length })),
    options.map(([code, count]) => h("option", { value: code }, `${word(state.release.words, "cause", code)} (${count})`)),
  );
  select.value = cause;
  return h("label.field.inline", {}, h("span", {}, t("changes_cause")), select);
}

function item(row, state, actions) {
  const { words, byCode } = state.release;
  const area = byCode.get(row.area_code);
  return h(
    "li",
    {},
    area === undefined
      ? h("span.name", {}, row.name)
      : h("button.link.name", { type: "button", "data-key": `change-${row.area_code}`, onclick: () => actions.select(area) }, row.name),
    changeLines(row, words),
  );
}

/** What changed of one area, line by line, with the cause. */
export function changeLines(row, words) {
  const lines = [];
  const shown = new Set(["publication", "status"]);
  const add = (key, kind, before, after, none) => {
    if (before === after) return;
    const name = (code) => (code === null ? t(none) : word(words, kind, code));
    lines.push(t(key, { before: name(before), after: name(after) }));
  };
  if (row.publication === null) lines.push(t("gone"));
  else if (row.publication_before !== null) {
    add("change_publication", "publication", row.publication_before, row.publication, "not_published");
    add("change_status", "status", row.status_before, row.status, "not_published");
    if (row.allowed_before_kva !== row.allowed_kva) {
      shown.add("figure");
      const figure = (kva) => (kva === null ? t("not_published") : `${number(kva)} kVA`);
      lines.push(t("change_figure", { before: figure(row.allowed_before_kva), after: figure(row.allowed_kva) }));
    }
  }
  const others = (row.parts ?? "").split(";").filter((part) => part && !shown.has(part));
  if (others.length) lines.push(t("change_parts", { parts: others.map((part) => word(words, "part", part)).join(t("comma")) }));
  return h(
    "div.change",
    {},
    lines.map((line) => h("p", {}, line)),
    h("p.cause", {}, h("b", {}, word(words, "cause", row.cause)), " — ", sentence(words, "cause", row.cause)),
  );
}
