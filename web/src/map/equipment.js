/** Layers of equipment, on the internal map only: lines, substations, transformers and low-voltage nodes. */

import Feature from "ol/Feature.js";
import LineString from "ol/geom/LineString.js";
import MultiLineString from "ol/geom/MultiLineString.js";
import Point from "ol/geom/Point.js";
import VectorImageLayer from "ol/layer/VectorImage.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { loadRate, allowedKva, roomOf } from "../logic/equipment.js";
import { HIGHLIGHT, roomColour } from "./colours.js";
import { mercator } from "./features.js";

const KINDS = ["feeders", "nodes", "transformers", "substations"]; // from below to above
const UNKNOWN = "#ffffff";
const EDGE = "#ffffff";

export function createEquipmentLayers() {
  const layers = new Map(KINDS.map((kind) => [kind, layerOf(kind)]));
  const chosen = new VectorLayer({ source: new VectorSource({ wrapX: false }), style: chosenStyle, zIndex: 9 });
  let drawn = null;
  return {
    layers: [...layers.values(), chosen],
    redraw(state) {
      const { internal } = state;
      if (!internal) return;
      if (drawn !== internal) {
        drawn = internal;
        for (const [kind, layer] of layers) layer.getSource().addFeatures(featuresOf(kind, internal[kind]));
      }
      for (const [kind, layer] of layers) {
        layer.setStyle(styleOf(kind, state));
        layer.setVisible(Boolean(state.layers[kind]));
      }
      chosen.getSource().clear(true);
      const feature = chosenFeature(layers, state);
      if (feature) chosen.getSource().addFeature(feature.clone());
    },
    /** {kind, row} of what is drawn at a pixel, or null. */
    at(map, pixel) {
      const candidates = [...layers.values()].filter((layer) => layer.getVisible());
      return (
        map.forEachFeatureAtPixel(pixel, ({ kind, row }) => (kind ? { kind, row } : undefined), {
          hitTolerance: 5,
          layerFilter: (layer) => candidates.includes(layer),
        }) ?? null
      );
    },
    placeOf(state) {
      const geometry = chosenFeature(layers, state)?.getGeometry();
      if (!geometry) return null;
      const [west, south, east, north] = geometry.getExtent();
      return [(west + east) / 2, (south + north) / 2];
    },
  };
}

function chosenFeature(layers, state) {
  const { equipment } = state;
  return equipment ? layers.get(equipment.kind)?.getSource().getFeatureById(equipment.row) : null;
}

function layerOf(kind) {
  const source = new VectorSource({ wrapX: false });
  const Layer = kind === "nodes" ? VectorImageLayer : VectorLayer;
  return new Layer({ source, minZoom: kind === "nodes" ? 11 : undefined });
}

function featuresOf(kind, rows) {
  return rows.map((row) => featureOf(kind, row)).filter(Boolean);
}

function featureOf(kind, row) {
  const geometry = kind === "feeders" ? lineOf(row.lines) : pointOf(row);
  if (!geometry) return null;
  const feature = new Feature(geometry);
  feature.setId(row.row);
  feature.kind = kind;
  feature.row = row.row;
  feature.data = row;
  return feature;
}

function pointOf({ lon, lat }) {
  return lon === null || lat === null || lon === undefined ? null : new Point(mercator(lon, lat));
}

/** A feeder's lines: one flat list of degrees, or several. */
function lineOf(lines) {
  if (!lines?.length) return null;
  const parts = (Array.isArray(lines[0]) ? lines : [lines]).map((flat) => {
    const points = [];
    for (let i = 0; i + 1 < flat.length; i += 2) points.push(mercator(flat[i], flat[i + 1]));
    return points;
  });
  return parts.length === 1 ? new LineString(parts[0]) : new MultiLineString(parts);
}

function styleOf(kind, state) {
  const cache = new Map();
  return (feature) => {
    const value = state.equipmentColour === "load" ? loadRate(feature.data) : allowedKva(feature.data);
    const room = roomOf(state.equipmentColour, value, state.release?.about.rules);
    const colour = room === null ? UNKNOWN : roomColour(room);
    if (!cache.has(colour)) cache.set(colour, makeStyle(kind, colour));
    return cache.get(colour);
  };
}

function makeStyle(kind, colour) {
  // light edges around colours, a dark one around the white of "unknown"
  const edge = colour === UNKNOWN ? "#16202a" : EDGE;
  const stroke = new Stroke({ color: edge, width: 1.6 });
  const fill = new Fill({ color: colour });
  if (kind === "feeders") {
    return [
      new Style({ stroke: new Stroke({ color: edge, width: 5.5 }) }),
      new Style({ stroke: new Stroke({ color: colour, width: 3 }) }),
    ];
  }
  if (kind === "substations") return new Style({ image: new RegularShape({ points: 4, radius: 11, angle: Math.PI / 4, fill, stroke }) });
  return new Style({ image: new CircleStyle({ radius: kind === "nodes" ? 3 : 6, fill, stroke }) });
}

const CHOSEN = new Style({
  image: new CircleStyle({ radius: 13, stroke: new Stroke({ color: HIGHLIGHT, width: 3 }) }),
  stroke: new Stroke({ color: HIGHLIGHT, width: 7 }),
});

function chosenStyle() {
  return CHOSEN;
}
