/** The search box: areas, branches, stations, coordinates. A combobox with a list, by the book of ARIA. */

import { fill, h } from "../dom.js";
import { announce } from "../frame.js";
import { t } from "../language.js";
import { search } from "../logic/search.js";
import { any } from "../store.js";
import { statusWord } from "./parts.js";

export function searchBox(place, store, actions) {
  const input = h("input", {
    id: "search",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "search-results",
  });
  const label = h("label.spoken", { for: "search" });
  const hint = h("p.spoken", { id: "search-hint" });
  const list = h("ul.results", { id: "search-results", role: "listbox", hidden: true });
  const clear = h("button.clear", { type: "button", hidden: true }, "×");
  input.setAttribute("aria-describedby", "search-hint");
  place.setAttribute("role", "search");
  place.append(label, input, clear, hint, list);
  let found = [];
  let active = -1;

  const show = () => {
    const { release } = store.state;
    const query = input.value.trim();
    clear.hidden = query === "";
    if (!release || query === "") return hide();
    found = search(release.index, query, release.box);
    active = -1;
    fill(list, found.length ? found.map(option) : h("li.none", { role: "option", "aria-disabled": "true" }, t("search_none", { query })));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    announce(found.length ? t("search_count", { count: found.length }) : t("search_none", { query }));
    return mark();
  };
  const hide = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((item, i) => {
      if (found.length) item.setAttribute("aria-selected", String(i === active));
    });
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `result-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const choose = (i) => {
    const entry = found[i];
    if (!entry) return;
    hide();
    if (entry.kind === "area") {
      input.value = entry.label;
      actions.select(entry.row);
    } else if (entry.kind === "point") actions.showPoint({ ...entry.point, label: "picked" });
    else actions.showPlace({ kind: entry.kind, label: entry.label });
  };
  const option = (entry, i) =>
    h(
      "li",
      { id: `result-${i}`, role: "option", "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => choose(i) },
      h("span.name", {}, entry.label),
      h("span.kind", {}, kindWords(entry, store.state)),
    );

  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("blur", hide);
  clear.addEventListener("click", () => {
    input.value = "";
    show();
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      if (list.hidden) show();
      active = (active + step + found.length) % found.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) show();
      choose(Math.max(active, 0));
    } else if (event.key === "Escape") hide();
  });

  const redraw = (state, changed) => {
    if (!any(changed, "language")) return;
    label.textContent = t("search");
    input.placeholder = t("search_placeholder");
    hint.textContent = t("search_hint");
    list.setAttribute("aria-label", t("search_results"));
    clear.setAttribute("aria-label", t("search_clear"));
  };
  store.on(redraw);
  redraw(store.state, new Set(["language"]));
}

function kindWords(entry, { release }) {
  if (entry.kind !== "area") return t(`kind_${entry.kind}`, { count: entry.count });
  const area = release.areas[entry.row];
  return [area.branch, statusWord(area, release.words)].filter(Boolean).join(" · ");
}
