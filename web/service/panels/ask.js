/** The form: where, how much, who, when. */

import { fill, h } from "../../src/dom.js";
import { any } from "../../src/store.js";
import { problemBox } from "../frame.js";
import { t, word } from "../language.js";

const CATEGORIES = ["", "residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging"];
const PLACES = ["point", "node_id", "transformer_id"];

export function askPanel(panel, store, actions) {
  let kind = null;
  store.on((state, changed) => {
    if (!state.basis) return;
    if (any(changed, "language", "basis", "problem", "busy", "words") || state.place.kind !== kind) {
      kind = state.place.kind;
      draw(panel, state, actions);
    } else if (any(changed, "place")) showPlace(panel, state.place);
  });
}

/** Only the values: drawing the form anew while somebody leaves a field would swallow the click that follows. */
function showPlace(panel, place) {
  for (const input of panel.querySelectorAll("[data-place]")) {
    if (input.value !== place[input.name]) input.value = place[input.name];
  }
}

function draw(panel, state, actions) {
  const faulty = new Set(state.problem?.of === "assess" ? state.problem.faults.map(({ field }) => field) : []);
  const input = (name, label, unit, more = {}) => textField({ name, label, unit, value: state.form[name], isFaulty: faulty.has(name), oninput: (event) => actions.setForm(name, event.target.value), ...more });
  const select = (name, label, codes, words) => selectField({ name, label, value: state.form[name], isFaulty: faulty.has(name), options: codes.map((code) => [code, code === "" ? t("not_stated") : word(state.words, words, code)]), onchange: (event) => actions.setForm(name, event.target.value) });
  fill(
    panel,
    h(
      "form.ask",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          actions.assess();
        },
      },
      h("h2", { tabindex: "-1" }, t("ask_title")),
      placeFields(state, actions, faulty),
      h(
        "fieldset",
        {},
        h("legend", {}, t("need")),
        h(
          "div.grid",
          {},
          input("kw", t("kw"), "kW", { required: true, inputmode: "decimal" }),
          input("urgent_kw", t("urgent_kw"), "kW", { inputmode: "decimal", hint: t("urgent_hint") }),
          input("power_factor", t("power_factor"), "", { inputmode: "decimal", placeholder: String(state.basis.power_factor) }),
          selectField({ name: "phases", label: t("phases"), value: state.form.phases, options: ["3", "1"].map((code) => [code, word(state.words, "phases", code)]), onchange: (event) => actions.setForm("phases", event.target.value) }),
          select("shape", t("shape"), ["flat", "residential", "commercial", "industrial"], "shape"),
          textField({ name: "energise_on", label: t("energise_on"), type: "date", value: state.form.energise_on, isFaulty: faulty.has("energise_on"), oninput: (event) => actions.setForm("energise_on", event.target.value) }),
        ),
        h("label.check", {}, h("input", { type: "checkbox", name: "dual_supply", checked: state.form.dual_supply, "data-key": "dual_supply", onchange: (event) => actions.setForm("dual_supply", event.target.checked) }), t("dual_supply")),
      ),
      h(
        "fieldset",
        {},
        h("legend", {}, t("customer")),
        select("customer_kind", t("customer_kind"), ["resident", "small_business", "other"], "customer_kind"),
        h("div.grid", {}, select("area_class", t("area_class"), ["", "city", "county", "town", "rural"], "area_class"), select("category", t("category"), CATEGORIES, "category")),
      ),
      h("div.submit", {}, problemBox(state, ["assess"]), h("button.main-button.large", { type: "submit", "data-key": "assess", disabled: Boolean(state.busy) }, state.busy === "assess" ? t("assessing") : t("assess"))),
    ),
  );
}

function placeFields(state, actions, faulty) {
  const { place } = state;
  const input = (name, more = {}) => textField({ name, label: t(name), value: place[name], isFaulty: faulty.has(name), "data-place": name, oninput: (event) => actions.setPlace({ [name]: event.target.value }), ...more });
  const fields = place.kind === "point" ? [input("longitude", { inputmode: "decimal", unit: "°" }), input("latitude", { inputmode: "decimal", unit: "°" })] : [input(place.kind)];
  return h(
    "fieldset",
    {},
    h("legend", {}, t("where")),
    h(
      "div.choices",
      { role: "radiogroup", "aria-label": t("where") },
      PLACES.map((kind) => h("label", {}, h("input", { type: "radio", name: "place", value: kind, checked: place.kind === kind, "data-key": `place-${kind}`, onchange: () => actions.setPlace({ kind }) }), t(`by_${kind}`))),
    ),
    h("div.grid", {}, fields),
    h("p.hint", {}, t("where_hint")),
  );
}

export function textField({ name, label, unit = "", value = "", hint = "", isFaulty = false, type = "text", ...more }) {
  const id = `field-${name}`;
  return h(
    "div.field",
    {},
    h("label", { for: id }, label, unit ? h("span.unit", {}, ` (${unit})`) : null),
    h("input", { id, name, type, value, autocomplete: "off", "data-key": id, "aria-invalid": isFaulty ? "true" : null, "aria-describedby": hint ? `${id}-hint` : null, ...more }),
    hint ? h("span.hint", { id: `${id}-hint` }, hint) : null,
  );
}

function selectField({ name, label, value, options, isFaulty = false, onchange }) {
  const id = `field-${name}`;
  const select = h("select", { id, name, "data-key": id, "aria-invalid": isFaulty ? "true" : null, onchange }, options.map(([code, text]) => h("option", { value: code }, text)));
  select.value = value;
  return h("div.field", {}, h("label", { for: id }, label), select);
}
