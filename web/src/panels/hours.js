/** Capacity by month and hour of one area: a table that is also a heat map; its data come when it is opened. */

import { loadHours } from "../data.js";
import { fill, h } from "../dom.js";
import { t } from "../language.js";
import { number } from "../logic/format.js";
import { readHours, shade } from "../logic/hours.js";
import { monthName } from "./parts.js";

const SHADES = 7;
let wasOpen = false;

export function hoursSection(area, state) {
  const content = h("div.hours", { "aria-live": "off" });
  const section = h("details.hours-section", {}, h("summary", { "data-key": "hours" }, t("show_hours")), content);
  let loaded = false;
  const open = async () => {
    if (loaded) return;
    loaded = true;
    fill(content, h("p.muted", {}, t("loading")));
    const chunk = state.release.hoursChunk[area.row];
    const data = chunk >= 0 ? await loadHours(state.root, state.release.id, chunk) : null;
    const values = data?.cells[String(area.row)];
    fill(content, values ? heatMap(area, readHours(values, data.unit)) : h("p.message", {}, t("hours_failed")));
  };
  section.addEventListener("toggle", () => {
    wasOpen = section.open;
    if (section.open) open();
  });
  section.open = wasOpen; // what was opened for one area stays open for the next
  return section;
}

function heatMap(area, { cells, least, most }) {
  if (!least) return h("p.muted", {}, t("hours_missing"));
  const told = (key, { kva, month, hour }) => h("li", {}, t(key, { kva: number(kva), month: monthName(month).replace("月", ""), hour: `${String(hour).padStart(2, "0")}:00` }));
  return [
    h("ul.extremes", {}, told("hours_least", least), told("hours_most", most)),
    h(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": t("show_hours") },
      h(
        "table.heat",
        {},
        h("caption", {}, t("hours_caption", { name: area.name })),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("hours_hour")), cells.map((_, m) => h("th", { scope: "col" }, monthName(m + 1))))),
        h("tbody", {}, Array.from({ length: 24 }, (_, hour) => hourRow(cells, hour, least.kva, most.kva))),
      ),
    ),
    h("p.hint", {}, t("hours_hint")),
  ];
}

function hourRow(cells, hour, least, most) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, String(hour).padStart(2, "0")),
    cells.map((month) => {
      const kva = month[hour];
      if (kva === null) return h("td.none", {}, h("span", { "aria-hidden": "true" }, "–"), h("span.spoken", {}, t("hours_missing")));
      return h(`td.heat-${shade(kva, least, most, SHADES)}`, {}, String(kva));
    }),
  );
}
