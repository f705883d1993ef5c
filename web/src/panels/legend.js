/** The legend in words, which is also the filter; on the internal map the layers too. */

import { fill, h } from "../dom.js";
import { language, t, word } from "../language.js";
import { categories, categoryOf, MODES } from "../logic/category.js";
import { number, range, shortRange } from "../logic/format.js";
import { swatch } from "../map/colours.js";
import { any } from "../store.js";

const LAYERS = ["areas", "feeders", "substations", "transformers", "nodes"];

export function legendPanel(place, store, actions) {
  const box = h("details.legend-box");
  // a summary of the map on a telephone, open where there is room
  box.open = !window.matchMedia("(max-width: 760px)").matches;
  place.append(box);
  const redraw = (state, changed) => {
    if (!any(changed, "language", "release", "mode", "kinds", "layers", "equipmentColour", "internal")) return;
    place.setAttribute("aria-label", t("legend"));
    if (!state.release) return fill(box);
    return fill(
      box,
      h("summary", { "data-key": "legend" }, t("legend")),
      modeChoice(state, store),
      h("p.hint", {}, t("legend_hint")),
      h("ul.kinds", {}, entries(state, actions)),
      h(
        "button.link",
        { type: "button", hidden: !state.kinds, "data-key": "all-kinds", onclick: () => store.set({ kinds: null }) },
        t("show_all_kinds"),
      ),
      state.isInternal ? layerChoice(state, store) : null,
    );
  };
  store.on(redraw);
  redraw(store.state, new Set(["language"]));
}

function modeChoice(state, store) {
  const select = h(
    "select",
    { "data-key": "mode", onchange: (event) => store.set({ mode: event.target.value, kinds: null }) },
    MODES.map((mode) => h("option", { value: mode }, t(`mode_${mode}`))),
  );
  select.value = state.mode;
  return h("label.field.inline", {}, h("span", {}, t("colour_by")), select);
}

function entries(state, actions) {
  const { release, mode, kinds } = state;
  const counts = new Map();
  for (const area of release.areas) {
    const key = categoryOf(area, mode);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return categories(mode, release.about.rules)
    .filter(({ key, from }) => counts.has(key) || !(mode === "capacity" && from === 0))
    .map((category) => {
      const count = counts.get(category.key) ?? 0;
      const pressed = !kinds || kinds.has(category.key);
      return h(
        "li",
        {},
        h(
          "button.kind-button",
          {
            type: "button",
            "aria-pressed": String(Boolean(kinds) && pressed),
            class: pressed ? "" : "off",
            "data-key": category.key,
            onclick: () => actions.toggleKind(category.key),
          },
          swatch(category),
          h("span.words", {}, categoryWords(category, mode, release.words)),
          h("span.count", {}, number(count)),
        ),
      );
    });
}

function categoryWords(category, mode, words) {
  if (category.kind === "range") {
    return range(category.from, category.below, category.unit === "kva" ? "kVA" : "%", language());
  }
  if (category.kind === "status") return word(words, "status", category.key);
  if (category.kind === "no_data" && mode === "load") return t("legend_load_unknown");
  return t(`legend_${category.kind}`);
}

/** The colours of equipment in words; white is unknown. */
function equipmentScale({ equipmentColour, release }) {
  const ranges = categories(equipmentColour === "load" ? "load" : "capacity", release.about.rules).filter(({ kind }) => kind === "range");
  const unknown = { key: "equipment-unknown", kind: "plain" };
  return [...ranges, unknown].map((one) => {
    const words = one.kind === "range" ? shortRange(one.from, one.below, one.unit === "kva" ? "kVA" : "%") : t("unknown");
    return h("li", {}, swatch(one, 14, 12), " ", words);
  });
}

function layerChoice(state, store) {
  const colour = h(
    "select",
    { "data-key": "equipment-colour", onchange: (event) => store.set({ equipmentColour: event.target.value }) },
    ["load", "allowed"].map((by) => h("option", { value: by }, t(`by_${by}`))),
  );
  colour.value = state.equipmentColour;
  return h(
    "fieldset.layers",
    {},
    h("legend", {}, t("layers")),
    LAYERS.map((name) =>
      h(
        "label",
        {},
        h("input", {
          type: "checkbox",
          checked: state.layers[name],
          "data-key": `layer-${name}`,
          onchange: (event) => store.set({ layers: { ...state.layers, [name]: event.target.checked } }),
        }),
        " ",
        t(`layer_${name}`),
      ),
    ),
    h("label.field.inline", {}, h("span", {}, t("equipment_colour")), colour),
    h("ul.scale", {}, equipmentScale(state)),
  );
}
