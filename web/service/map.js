/** The map: a canvas, no WebGL, no base map; whatever can be clicked on it can be typed or is in a list as well. */

import Feature from "ol/Feature.js";
import OlMap from "ol/Map.js";
import View from "ol/View.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import LineString from "ol/geom/LineString.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";

import { h } from "../src/dom.js";
import { degrees, mercator } from "../src/map/features.js";
import { any } from "../src/store.js";
import { announce } from "./frame.js";
import { t } from "./language.js";
import { customerStyle, gridStyle, routeStyle } from "./styles.js";

const CALM = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const ORDER = ["area", "line", "node", "transformer", "substation"]; // from below to above
const NEAREST_ZOOM = { node: 15.5 };

export function createMap(target, store, actions) {
  const layers = new Map(ORDER.map((name, place) => [name, layerOf(place, gridStyle(name), NEAREST_ZOOM[name])]));
  const routes = layerOf(20, (feature) => routeStyle(feature, store.state.chosen));
  const customer = layerOf(30, customerStyle);
  const view = new View({ center: [0, 0], zoom: 4, maxZoom: 21, enableRotation: false });
  const map = new OlMap({
    target,
    view,
    controls: [new ScaleLine({ minWidth: 70 })],
    interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, zoomDuration: CALM ? 0 : 200 }),
    layers: [...layers.values(), routes, customer],
    moveTolerance: 3,
  });
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  target.classList.add("picking");
  let controls = [];

  const fitAll = () => {
    const extents = [...layers.values()].map((layer) => layer.getSource().getExtent()).filter((one) => one[0] < one[2]);
    if (extents.length) view.fit(extents.reduce(joined), { padding: [24, 56, 40, 24], maxZoom: 16 });
  };
  const drawControls = () => {
    for (const control of controls) map.removeControl(control);
    controls = [new Zoom({ zoomInTipLabel: t("zoom_in"), zoomOutTipLabel: t("zoom_out"), duration: CALM ? 0 : 200 })];
    for (const control of controls) map.addControl(control);
    target.querySelector(".ol-zoom")?.append(h("button", { type: "button", title: t("zoom_all"), "aria-label": t("zoom_all"), onclick: fitAll }, "⤢"));
    target.setAttribute("aria-label", t("map_hint"));
  };

  const redraw = (state, changed) => {
    if (any(changed, "language")) drawControls();
    if (any(changed, "basis")) setTimeout(() => map.updateSize());
    if (any(changed, "features")) {
      for (const layer of layers.values()) layer.getSource().clear();
      for (const one of state.features ?? []) layers.get(one.properties.layer)?.getSource().addFeature(featureOf(one));
      map.updateSize();
      fitAll();
      map.once("rendercomplete", () => (document.body.dataset.drawn = "yes"));
      map.render();
    }
    if (any(changed, "answer")) drawRoutes(routes, state, view, target);
    if (any(changed, "chosen")) routes.changed();
    if (any(changed, "place", "features")) drawCustomer(customer, state, layers);
  };
  store.on(redraw);
  redraw(store.state, new Set(["language"]));

  const choose = (coordinate, pixel) => {
    const hit = pixel && elementAt(map, pixel, layers);
    if (hit) {
      const kind = hit.layer === "node" ? "node_id" : "transformer_id";
      actions.setPlace({ kind, [kind]: hit[kind] });
      return announce(t("place_element", { id: hit[kind] }));
    }
    const { lon, lat } = degrees(coordinate);
    actions.setPlace({ kind: "point", longitude: lon.toFixed(6), latitude: lat.toFixed(6) });
    return announce(t("place_point", { lon: lon.toFixed(6), lat: lat.toFixed(6) }));
  };
  map.on("click", (event) => choose(event.coordinate, event.pixel));
  target.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === target) choose(view.getCenter(), null);
  });
  return map;
}

function layerOf(zIndex, style, minZoom) {
  return new VectorLayer({ source: new VectorSource({ wrapX: false }), style, zIndex, minZoom, declutter: zIndex === 0 });
}

function joined(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

function featureOf({ geometry, properties }) {
  const feature = new Feature(geometryOf(geometry));
  feature.data = properties;
  return feature;
}

function geometryOf({ type, coordinates }) {
  const place = (point) => mercator(point[0], point[1]);
  if (type === "Point") return new Point(place(coordinates));
  if (type === "LineString") return new LineString(coordinates.map(place));
  if (type === "Polygon") return new Polygon(coordinates.map((ring) => ring.map(place)));
  return new MultiPolygon(coordinates.map((polygon) => polygon.map((ring) => ring.map(place))));
}

function elementAt(map, pixel, layers) {
  const wanted = [layers.get("node"), layers.get("transformer")];
  return map.forEachFeatureAtPixel(pixel, (feature) => feature.data, { hitTolerance: 6, layerFilter: (layer) => wanted.includes(layer) && layer.getVisible() }) ?? null;
}

function drawRoutes(layer, state, view, target) {
  const source = layer.getSource();
  source.clear();
  const found = (state.answer?.map.features ?? []).filter((one) => one.properties.role !== "customer").map(featureOf);
  source.addFeatures(found);
  const usable = found.filter((feature) => feature.data.rank > 0);
  const shown = usable.length ? usable : found;
  if (!shown.length) return;
  const box = shown.map((feature) => feature.getGeometry().getExtent()).reduce(joined);
  const wide = target.clientWidth > 700;
  view.fit(box, { padding: wide ? [60, 70, 60, 60] : [30, 50, 30, 30], maxZoom: 18.5, duration: CALM ? 0 : 250 });
}

function drawCustomer(layer, state, layers) {
  const source = layer.getSource();
  source.clear();
  const { place } = state;
  if (place.kind === "point") {
    const [lon, lat] = [Number(place.longitude), Number(place.latitude)];
    if (place.longitude && place.latitude && Math.abs(lon) <= 180 && Math.abs(lat) < 86) source.addFeature(new Feature(new Point(mercator(lon, lat))));
    return;
  }
  const layerName = place.kind === "node_id" ? "node" : "transformer";
  const found = layers.get(layerName).getSource().getFeatures().find((feature) => feature.data[place.kind] === place[place.kind]);
  if (found) source.addFeature(new Feature(found.getGeometry().clone()));
}
