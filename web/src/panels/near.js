/** What is the load situation around my connection point (P21): the nearest areas and what they can take. */

import { fill, h } from "../dom.js";
import { announce } from "../frame.js";
import { language, t } from "../language.js";
import { coordinates, distance } from "../logic/format.js";
import { nearest } from "../logic/nearby.js";
import { parseCoordinates } from "../logic/coordinates.js";
import { NEARBY_COUNT } from "../map/map.js";
import { any } from "../store.js";
import { entry } from "./list.js";
import { capacityRange } from "./parts.js";

const FAR_METRES = 3000;

export function nearPanel(place, store, actions) {
  const form = h("form.near-form");
  const message = h("p.message", { role: "status" });
  const result = h("div");
  place.append(form, message, result);

  const submit = (event) => {
    event.preventDefault();
    const point = parseCoordinates(form.querySelector("input").value, store.state.release?.box);
    message.textContent = point ? "" : t("near_bad");
    if (point) actions.showPoint({ ...point, label: "picked" });
  };
  form.addEventListener("submit", submit);
  const locate = () => {
    message.textContent = t("near_waiting");
    const denied = () => {
      message.textContent = t("near_denied");
    };
    if (!navigator.geolocation) return denied();
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        message.textContent = "";
        actions.showPoint({ lon: coords.longitude, lat: coords.latitude, label: "here" });
      },
      denied,
      { timeout: 15_000, maximumAge: 60_000 },
    );
  };

  const draw = (state) => {
    const typed = form.querySelector("input")?.value ?? "";
    fill(
      form,
      h("h2", {}, t("near_title")),
      h(
        "div.row",
        {},
        h("label.field", {}, h("span", {}, t("near_point")), h("input", { type: "text", inputmode: "text", autocomplete: "off", "data-key": "point", value: state.point ? coordinates(state.point) : typed })),
        h("button.main-button", { type: "submit", "data-key": "near-go" }, t("near_show")),
      ),
      h(
        "div.row",
        {},
        h("button", { type: "button", "data-key": "locate", onclick: locate }, t("near_locate")),
        h("button", { type: "button", "aria-pressed": String(state.picking), "data-key": "pick", onclick: () => store.set({ picking: !state.picking }) }, t("near_pick")),
      ),
      state.picking ? h("p.message", {}, t("near_picking")) : null,
      h("p.hint", {}, t("near_private")),
    );
    fill(result, state.point ? found(state, actions) : h("p.muted", {}, t("near_none")));
  };
  store.on((state, changed) => {
    if (!state.release || !any(changed, "release", "language", "point", "picking", "mode", "selected")) return;
    draw(state);
    if (any(changed, "point") && state.point) announce(t("near_from", { place: placeName(state.point) }));
  });
}

/** How the point is called in sentences. */
export function placeName(point) {
  if (point.name) return point.name;
  return point.label === "here" ? t("here") : t("picked", { point: coordinates(point) });
}

function rangeWords(area) {
  const range = capacityRange(area);
  return range ? ` · ${t("capacity_range_short", { range })}` : "";
}

function found(state, actions) {
  const near = nearest(state.release.shapes, state.point, NEARBY_COUNT);
  if (near.length === 0) return h("p", {}, t("no_outlines"));
  return [
    h("h3", {}, t("near_from", { place: placeName(state.point) })),
    near[0].metres > FAR_METRES ? h("p.message", {}, t("near_far", { distance: distance(near[0].metres, language()) })) : null,
    h(
      "ul.areas",
      {},
      near.map(({ row, metres }) => {
        const area = state.release.areas[row];
        return entry(area, state, actions, h("span.facts", {}, h("b", {}, distance(metres, language())), rangeWords(area)));
      }),
    ),
    h("p", {}, h("button", { type: "button", onclick: () => actions.showTab("answer") }, t("show_answer"))),
  ];
}
