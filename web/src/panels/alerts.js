/** The alerts of the run, on the internal map only. */

import { fill, h } from "../dom.js";
import { either, t } from "../language.js";
import { number } from "../logic/format.js";
import { any } from "../store.js";
import { pager } from "./parts.js";

const PER_PAGE = 40;
const KIND_OF = { transformer: "transformers", feeder: "feeders", substation: "substations", node: "nodes" };

export function alertsPanel(place, store, actions) {
  let page = 0;
  const draw = (state) => {
    const { alerts } = state.internal;
    const go = (to) => {
      page = to;
      draw(store.state);
    };
    fill(
      place,
      h("h2", {}, t("alerts_count", { count: number(alerts.length) })),
      alerts.length ? null : h("p.muted", {}, t("alerts_none")),
      h("ul.changes", {}, alerts.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map((alert) => item(alert, state, actions))),
      pager(page, Math.ceil(alerts.length / PER_PAGE), go),
    );
  };
  store.on((state, changed) => {
    if (state.internal && state.release && any(changed, "internal", "release", "language")) draw(state);
  });
}

function item(alert, state, actions) {
  const title = `${alert.rule ?? ""} ${alert.element_id ?? alert.area_id ?? ""}`.trim();
  const go = target(alert, state, actions);
  return h(
    "li",
    {},
    go ? h("button.link.name", { type: "button", "data-key": `alert-${alert.row}`, onclick: go }, title) : h("span.name", {}, title),
    h("p", {}, either(alert, "message")),
  );
}

/** Selects what an alert is about: its equipment if it is on the map, else its area. */
function target(alert, state, actions) {
  const kind = KIND_OF[alert.element_type];
  const column = { transformers: "transformer_id", feeders: "feeder_id", substations: "substation_id", nodes: "node_id" }[kind];
  const row = kind ? state.internal[kind].find((one) => one[column] === alert.element_id) : undefined;
  if (row) return () => actions.selectEquipment(kind, row.row);
  const area = state.internal.areas.find((one) => one.area_id === alert.area_id);
  return area ? () => actions.select(area.row) : null;
}
