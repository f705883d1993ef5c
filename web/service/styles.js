/** How things look on the map: told apart by form and line style, not by colour alone. */

import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

import { fillOf, HIGHLIGHT } from "../src/map/colours.js";

const INK = "#2b3540";
const GRID = "#5d6b78";
const FONT = '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif';
export const TINTS = { open: "#dfeaf3", pre_control: "#fbf0cb", blocked: "#d9cfd6", no_data: "#ffffff" };
const NO_STATUS = "#f7f7f3";
const OVERVIEW = 8; // metres a pixel, beyond which only the outlines of the network matter
const WHITE = new Fill({ color: "#ffffff" });
const kept = new Map();

export function gridStyle(layer) {
  return (feature, resolution) => ({ area, line, node, transformer, substation })[layer](feature.data, resolution);
}

function area({ status, name }, resolution) {
  const isTextured = resolution > OVERVIEW && (status === "blocked" || status === "no_data");
  const colour = isTextured ? fillOf({ key: status, kind: status }) : (TINTS[status] ?? NO_STATUS);
  return new Style({
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: "rgba(43, 53, 64, 0.45)", width: 1 }),
    text: resolution > 1.2 ? new Text({ text: name ?? "", font: `12px ${FONT}`, fill: new Fill({ color: INK }), stroke: new Stroke({ color: "rgba(255,255,255,0.9)", width: 3 }) }) : undefined,
  });
}

function line({ level }, resolution) {
  if (level === "lv" && resolution > OVERVIEW) return null;
  return once(`line-${level}`, () => new Style({ zIndex: level === "mv" ? 2 : 1, stroke: new Stroke(level === "mv" ? { color: "#33536f", width: 2.2 } : { color: GRID, width: 1 }) }));
}

function node() {
  return once("node", () => new Style({ image: new CircleStyle({ radius: 3, fill: WHITE, stroke: new Stroke({ color: GRID, width: 1.4 }) }) }));
}

function transformer({ ownership, transformer_id: id }, resolution) {
  const isOwn = ownership === "dedicated";
  const isSmall = resolution > OVERVIEW;
  const stroke = new Stroke({ color: INK, width: isSmall ? 1.2 : 1.8 });
  const image = once(`transformer-${ownership}-${isSmall}`, () => isOwn
    ? new RegularShape({ points: 4, radius: isSmall ? 4 : 7, angle: Math.PI / 4, fill: WHITE, stroke })
    : new CircleStyle({ radius: isSmall ? 3.5 : 6, fill: new Fill({ color: "#33536f" }), stroke: new Stroke({ color: "#fff", width: isSmall ? 0.8 : 1.6 }) }));
  const text = resolution < 2.5 ? label(id, 0, 16) : undefined;
  return new Style({ image, text });
}

function substation({ name }) {
  return new Style({
    image: once("substation", () => new RegularShape({ points: 4, radius: 12, angle: Math.PI / 4, fill: new Fill({ color: INK }), stroke: new Stroke({ color: "#fff", width: 2 }) })),
    text: label(name ?? "", 0, 20, 600),
  });
}

function label(text, offsetX, offsetY, weight = 400) {
  return new Text({ text, offsetX, offsetY, font: `${weight} 12px ${FONT}`, fill: new Fill({ color: INK }), stroke: new Stroke({ color: "rgba(255,255,255,0.9)", width: 3 }) });
}

/** A route's leg or target: new parts dashed, existing ones solid; the chosen option stands out, rejected ones are crosses. */
export function routeStyle(feature, chosen) {
  const { role, rank, option_key: key } = feature.data;
  const isChosen = key === chosen;
  if (chosen && !isChosen && role !== "target") return null;
  if (role === "target") return target(rank, isChosen);
  if (rank === 0 && !isChosen) return null;
  const dash = role === "new" ? [9, 7] : undefined;
  const width = isChosen ? 5 : 3;
  return [
    new Style({ zIndex: isChosen ? 5 : 1, stroke: new Stroke({ color: "#fff", width: width + 4 }) }),
    new Style({ zIndex: isChosen ? 6 : 2, stroke: new Stroke({ color: isChosen ? HIGHLIGHT : "#8d5a3c", width, lineDash: dash }) }),
  ];
}

function target(rank, isChosen) {
  if (rank === 0) {
    return once(`rejected-${isChosen}`, () => new Style({
      zIndex: 8,
      image: new RegularShape({ points: 4, radius: isChosen ? 10 : 7, radius2: 0, angle: Math.PI / 4, stroke: new Stroke({ color: isChosen ? HIGHLIGHT : "#6b747b", width: 3 }) }),
    }));
  }
  return new Style({
    zIndex: isChosen ? 12 : 10 - rank / 100,
    image: new CircleStyle({ radius: isChosen ? 13 : 10, fill: new Fill({ color: isChosen ? HIGHLIGHT : "#ffffff" }), stroke: new Stroke({ color: isChosen ? "#ffffff" : HIGHLIGHT, width: 2 }) }),
    text: new Text({ text: String(rank), font: `700 12px ${FONT}`, fill: new Fill({ color: isChosen ? "#ffffff" : HIGHLIGHT }) }),
  });
}

export function customerStyle() {
  return once("customer", () => [
    new Style({ image: new CircleStyle({ radius: 10, fill: WHITE, stroke: new Stroke({ color: "#17497a", width: 3 }) }) }),
    new Style({ image: new RegularShape({ points: 4, radius: 6, radius2: 0, stroke: new Stroke({ color: "#17497a", width: 2.5 }) }) }),
  ]);
}

function once(name, make) {
  if (!kept.has(name)) kept.set(name, make());
  return kept.get(name);
}
