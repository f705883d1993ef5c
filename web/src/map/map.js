/** The map: a canvas, no WebGL, no base map; everything that can be clicked on it is in a list as well. */

import Feature from "ol/Feature.js";
import OlMap from "ol/Map.js";
import Overlay from "ol/Overlay.js";
import View from "ol/View.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import Point from "ol/geom/Point.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { fill, h } from "../dom.js";
import { announce } from "../frame.js";
import { t } from "../language.js";
import { categoryOf } from "../logic/category.js";
import { nearest } from "../logic/nearby.js";
import { any } from "../store.js";
import { createAreaLayers } from "./areas.js";
import { HIGHLIGHT } from "./colours.js";
import { createEquipmentLayers } from "./equipment.js";
import { degrees, mercator, mercatorBox } from "./features.js";

export const NEARBY_COUNT = 10;
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether an area passes the legend's and the place's filter. */
export function isShownIn(state) {
  return (area) =>
    (!state.kinds || state.kinds.has(categoryOf(area, state.mode))) &&
    (!state.place || area[state.place.kind] === state.place.label);
}

export function createMap(target, store, actions) {
  const areas = createAreaLayers();
  const equipment = store.state.isInternal ? createEquipmentLayers() : null;
  const point = pointLayer();
  const view = new View({ center: [0, 0], zoom: 4, maxZoom: 18, enableRotation: false });
  const map = new OlMap({
    target,
    view,
    controls: [new ScaleLine({ minWidth: 70 })],
    interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, zoomDuration: CALM ? 0 : 200 }),
    layers: [...areas.layers, ...(equipment?.layers ?? []), point.layer],
    moveTolerance: 3,
  });
  const note = h("p.map-note", { hidden: true });
  target.append(note);
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  let controls = [];

  const fitAll = () => {
    const { release } = store.state;
    if (release?.box) view.fit(mercatorBox(release.box), { padding: padding(target), maxZoom: 15 });
  };
  const drawControls = () => {
    for (const control of controls) map.removeControl(control);
    controls = [new Zoom({ zoomInTipLabel: t("zoom_in"), zoomOutTipLabel: t("zoom_out"), duration: CALM ? 0 : 200 })];
    for (const control of controls) map.addControl(control);
    const all = h("button", { type: "button", title: t("zoom_all"), "aria-label": t("zoom_all"), onclick: fitAll }, "⤢");
    target.querySelector(".ol-zoom")?.append(all);
    target.setAttribute("aria-label", t("map_hint"));
  };

  const redraw = (state, changed) => {
    if (any(changed, "language")) drawControls();
    if (!state.release) return;
    if (any(changed, "release")) {
      map.once("rendercomplete", () => tellDrawn(state.release.id));
      const first = areas.source.isEmpty();
      areas.setRelease(state.release);
      if (first) fitAll();
      fill(note, state.release.box ? null : t("no_outlines"));
      note.hidden = Boolean(state.release.box);
    }
    if (any(changed, "release", "mode", "kinds", "place")) {
      areas.setLook(state.mode, state.release.about.rules, isShownIn(state));
    }
    if (any(changed, "release", "selected", "point")) {
      const nearby = state.point ? nearest(state.release.shapes, state.point, NEARBY_COUNT).map(({ row }) => row) : [];
      areas.mark(state.selected, nearby);
    }
    if (any(changed, "point")) {
      point.show(state.point);
      if (state.point) bringIntoView(map, mercator(state.point.lon, state.point.lat), 13);
    }
    if (any(changed, "selected") && state.selected !== null) showArea(map, state.release.shapes[state.selected]);
    if (any(changed, "place") && state.place) showPlace(map, state);
    if (equipment && any(changed, "internal", "layers", "equipmentColour", "equipment", "release")) {
      equipment.redraw(state);
      for (const layer of areas.layers) layer.setVisible(state.layers.areas);
      if (any(changed, "equipment") && state.equipment) bringIntoView(map, equipment.placeOf(state), 14);
    }
    if (any(changed, "picking")) target.classList.toggle("picking", state.picking);
  };
  store.on(redraw);
  redraw(store.state, new Set(["language", "release", "internal"]));

  const choose = (coordinate, pixel) => {
    const { state } = store;
    if (state.picking) return actions.showPoint({ ...degrees(coordinate), label: "picked" });
    const found = pixel && equipment?.at(map, pixel);
    if (found) return actions.selectEquipment(found.kind, found.row, { focus: false });
    const area = areaAt(areas.source, coordinate);
    if (!area || !state.layers.areas) return pixel ? undefined : announce(t("map_nothing"));
    return actions.select(area.row, { focus: false });
  };
  map.on("click", (event) => choose(event.coordinate, event.pixel));
  target.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === target) choose(view.getCenter(), null);
  });
  addHoverName(map, target, areas.source);
  return map;
}

function areaAt(source, coordinate) {
  return source.getFeaturesAtCoordinate(coordinate)[0]?.area ?? null;
}

/** The name beside the pointer: a convenience; the list and the details have it too. */
function addHoverName(map, target, source) {
  const label = h("div.hover-name", { "aria-hidden": "true" });
  const overlay = new Overlay({ element: label, offset: [14, 14], stopEvent: false });
  map.addOverlay(overlay);
  map.on("pointermove", (event) => {
    if (event.dragging) return overlay.setPosition(undefined);
    const area = areaAt(source, event.coordinate);
    target.classList.toggle("over-area", Boolean(area));
    if (area) label.textContent = area.name;
    return overlay.setPosition(area ? event.coordinate : undefined);
  });
  target.addEventListener("pointerleave", () => overlay.setPosition(undefined));
}

function pointLayer() {
  const source = new VectorSource({ wrapX: false });
  const style = [
    new Style({ image: new CircleStyle({ radius: 9, fill: new Fill({ color: "#ffffff" }), stroke: new Stroke({ color: HIGHLIGHT, width: 2.5 }) }) }),
    new Style({ image: new CircleStyle({ radius: 4, fill: new Fill({ color: HIGHLIGHT }) }) }),
  ];
  return {
    layer: new VectorLayer({ source, style, zIndex: 10 }),
    show(point) {
      source.clear();
      if (point) source.addFeature(new Feature(new Point(mercator(point.lon, point.lat))));
    },
  };
}

/** That a release stands on the screen, for whoever measures or waits. */
function tellDrawn(id) {
  document.body.dataset.drawn = id;
  performance.mark("capacity-drawn");
}

/** Room at the edges, so that search box, legend and buttons cover nothing. */
function padding(target) {
  const legend = target.parentElement.querySelector(".legend");
  const beside = target.clientWidth > 700 && getComputedStyle(legend).position === "absolute";
  return beside ? [64, 60, 40, legend.offsetWidth + 24] : [16, 60, 40, 16];
}

/** Moves only if the area cannot be seen, or is too small to be seen. */
function showArea(map, shape) {
  if (!shape) return;
  const view = map.getView();
  const box = mercatorBox(shape.bbox);
  const metres = view.getResolution();
  const [top, right, bottom, left] = padding(map.getTargetElement()).map((pixels) => pixels * metres);
  const [west, south, east, north] = view.calculateExtent(map.getSize());
  const free = [west + left, south + bottom, east - right, north - top];
  const [wide, high] = [box[2] - box[0], box[3] - box[1]];
  if (box[0] > free[0] && box[1] > free[1] && box[2] < free[2] && box[3] < free[3] && wide > 14 * metres) return;
  const fits = wide > 14 * metres && wide < free[2] - free[0] && high < free[3] - free[1];
  const duration = CALM ? 0 : 250;
  if (fits) {
    const middle = [(box[0] + box[2] + right - left) / 2, (box[1] + box[3] + top - bottom) / 2];
    view.animate({ center: middle, duration });
  } else view.fit([box[0] - wide, box[1] - high, box[2] + wide, box[3] + high], { maxZoom: 14, duration });
}

function showPlace(map, state) {
  const boxes = state.release.areas.filter(isShownIn(state)).map(({ row }) => state.release.shapes[row]?.bbox).filter(Boolean);
  if (boxes.length === 0) return;
  const box = boxes.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
  map.getView().fit(mercatorBox(box), { padding: [28, 28, 44, 28], maxZoom: 14, duration: CALM ? 0 : 250 });
}

function bringIntoView(map, centre, zoom) {
  if (!centre) return;
  const view = map.getView();
  view.animate({ center: centre, zoom: Math.max(view.getZoom(), zoom), duration: CALM ? 0 : 250 });
}
