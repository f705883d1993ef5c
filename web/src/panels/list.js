/** All areas as a list, a page at a time: what the map shows, for those who cannot or would rather not use it. */

import { byKey, fill, h } from "../dom.js";
import { language, t } from "../language.js";
import { isShownIn } from "../map/map.js";
import { any } from "../store.js";
import { areaSwatch, capacityWords, loadWords, pager, statusWord } from "./parts.js";

const PER_PAGE = 50;
const SORTS = ["name", "most", "least", "load"];

export function listPanel(place, store, actions) {
  let page = 0;
  let sort = "name";
  const tools = h("div.list-tools");
  const list = h("ul.areas");
  const foot = h("div");
  place.append(tools, list, foot);

  const draw = (state) => {
    const rows = sorted(state.release.areas.filter(isShownIn(state)), sort);
    const pages = Math.max(1, Math.ceil(rows.length / PER_PAGE));
    page = Math.min(page, pages - 1);
    const go = (to) => {
      page = to;
      draw(store.state);
      place.parentElement.scrollTop = 0;
      list.firstElementChild?.querySelector("button").focus();
    };
    fill(tools, heading(state, rows.length), sortChoice(), filters(state));
    fill(
      list,
      rows.length ? rows.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map((area) => entry(area, state, actions)) : h("li.none", {}, t("list_none")),
    );
    fill(foot, pager(page, pages, go));
  };
  const heading = (state, shown) =>
    h("h2", {}, t("list_count", { shown: shown.toLocaleString("en"), total: state.release.areas.length.toLocaleString("en") }));
  const sortChoice = () => {
    const select = h(
      "select",
      {
        "data-key": "sort",
        onchange: (event) => {
          sort = event.target.value;
          page = 0;
          draw(store.state);
        },
      },
      SORTS.map((name) => h("option", { value: name }, t(`sort_${name}`))),
    );
    select.value = sort;
    return h("label.field.inline", {}, h("span", {}, t("sort")), select);
  };
  const filters = (state) => [
    state.place ? chip(t("only_place", { place: state.place.label }), "place", () => store.set({ place: null })) : null,
    state.kinds ? chip(t("only_kinds"), "kinds", () => store.set({ kinds: null })) : null,
  ];

  store.on((state, changed) => {
    if (!state.release) return;
    if (any(changed, "release", "kinds", "place")) page = 0;
    if (any(changed, "release", "kinds", "place", "mode", "language", "selected")) draw(state);
    if (any(changed, "tab") && state.tab === "list" && state.lastArea) byKey(list, state.lastArea)?.scrollIntoView({ block: "nearest" });
  });
}

/** One area as a button with its colour, status, capacity and load rate. */
export function entry(area, state, actions, ...more) {
  const { words } = state.release;
  return h(
    "li",
    {},
    h(
      "button.area",
      {
        type: "button",
        "data-key": area.area_code,
        "aria-current": area.row === state.selected ? "true" : null,
        onclick: () => actions.select(area.row),
      },
      areaSwatch(area, state),
      h(
        "span.what",
        {},
        h("span.name", {}, area.name),
        h("span.facts", {}, [statusWord(area, words), hasFigure(area) ? capacityWords(area) : null, loadWords(area)].filter(Boolean).join(" · ")),
        more,
      ),
    ),
  );
}

function hasFigure(area) {
  return area.publication !== "withheld" && area.status !== "no_data";
}

function chip(text, key, clear) {
  return h("p.chip", {}, text, " ", h("button.link", { type: "button", "data-key": `clear-${key}`, onclick: clear }, t("clear_filter")));
}

function sorted(rows, sort) {
  const compare = new Intl.Collator(language() === "zh" ? "zh-CN" : "en", { numeric: true }).compare;
  const byName = (a, b) => compare(a.name, b.name);
  const figure = (area) => area.allowed_kva ?? area.allowed_from_kva;
  const last = (a, b, value, sign) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return (x === null) - (y === null) || byName(a, b);
    return sign * (x - y) || byName(a, b);
  };
  if (sort === "most") return rows.sort((a, b) => last(a, b, figure, -1));
  if (sort === "least") return rows.sort((a, b) => last(a, b, figure, 1));
  if (sort === "load") return rows.sort((a, b) => last(a, b, (area) => area.load_rate_from_percent, -1));
  return rows.sort(byName);
}
