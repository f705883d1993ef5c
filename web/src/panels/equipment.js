/** Everything that can be clicked on the internal map, as a list; and one piece of equipment in full. */

import { fact, fill, h } from "../dom.js";
import { language, t } from "../language.js";
import { idOf, titleOf } from "../logic/equipment.js";
import { number } from "../logic/format.js";
import { plain } from "../logic/search.js";
import { any } from "../store.js";
import { cell, pager } from "./parts.js";

const PER_PAGE = 50;
const KINDS = ["feeders", "substations", "transformers", "nodes"];

export function equipmentPanel(place, store, actions) {
  let kind = "transformers";
  let page = 0;
  let query = "";
  const tools = h("div.list-tools");
  const list = h("ul.areas");
  const foot = h("div");
  place.append(tools, list, foot);

  const drawList = (state) => {
    const all = state.internal[kind];
    const rows = all.filter((row) => !query || plain(`${row.name ?? ""} ${idOf(kind, row)}`).includes(plain(query)));
    const go = (to) => {
      page = to;
      drawList(store.state);
    };
    fill(
      list,
      h("li.none", {}, t("equipment_count", { shown: number(rows.length), total: number(all.length) })),
      rows.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map((row) =>
        h(
          "li",
          {},
          h(
            "button.area",
            { type: "button", "data-key": `${kind}-${row.row}`, onclick: () => actions.selectEquipment(kind, row.row) },
            h("span.what", {}, h("span.name", {}, titleOf(kind, row)), h("span.facts", {}, summary(row))),
          ),
        ),
      ),
    );
    fill(foot, pager(page, Math.ceil(rows.length / PER_PAGE), go));
  };
  const again = (change) => (event) => {
    change(event.target.value);
    page = 0;
    drawList(store.state);
  };
  const draw = (state) => {
    const select = h(
      "select",
      { "data-key": "kind", onchange: again((value) => (kind = value)) },
      KINDS.map((name) => h("option", { value: name }, t(`layer_${name}`))),
    );
    select.value = kind;
    fill(
      tools,
      h("h2", {}, t("tab_equipment")),
      h("label.field.inline", {}, h("span", {}, t("equipment_kind")), select),
      h("label.field.inline", {}, h("span", {}, t("equipment_find")), h("input", { type: "text", value: query, "data-key": "find", oninput: again((value) => (query = value)) })),
    );
    drawList(state);
  };
  store.on((state, changed) => {
    if (state.internal && any(changed, "internal", "language")) draw(state);
  });
}

function summary(row) {
  const load = row.max_loading_percent;
  const allowed = row.allowed_kva;
  return [
    load === undefined ? null : `${t("by_load")} ${load === null ? t("missing") : `${number(load, 1)} %`}`,
    allowed === undefined ? null : `${t("by_allowed")} ${allowed === null ? t("missing") : `${number(allowed, 1)} kVA`}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** All columns of a row of an internal table, with their headings. */
export function factsOf(table, row, internal) {
  const headings = internal.headings[table] ?? {};
  return h(
    "dl.facts-table",
    {},
    Object.entries(row)
      .filter(([name]) => !["row", "lines"].includes(name))
      .map(([name, value]) => {
        const heading = headings[name];
        const title = heading ? `${heading[language()]}${heading.unit ? ` (${heading.unit})` : ""}` : name;
        return fact(title, wordOf(internal.words, name, value) ?? cell(value));
      }),
  );
}

/** Words are filed by kind of code: column "binding_criterion" holds a "criterion". */
function wordOf(words, column, value) {
  if (typeof value !== "string") return undefined;
  const kind = words[column] ? column : column.split("_").at(-1);
  return words[kind]?.[value]?.[language()] || undefined;
}
