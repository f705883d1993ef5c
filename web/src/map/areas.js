/** The layers of the areas: fills drawn to a picture that is moved while the map moves, names where there is room. */

import VectorImageLayer from "ol/layer/VectorImage.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

import { categories, categoryOf } from "../logic/category.js";
import { areaFeatures } from "./features.js";
import { fillOf, HIGHLIGHT, OUTLINE } from "./colours.js";

const FONT = '12px "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';
const FAINT = new Style({ fill: new Fill({ color: "#f4f5f3" }), stroke: new Stroke({ color: "rgba(43,53,64,0.18)", width: 0.7 }) });

export function createAreaLayers() {
  // outlines do not overlap: the library may then paint many at once
  const source = new VectorSource({ overlaps: false, wrapX: false });
  const shown = { styles: new Map(), mode: "status", isShown: () => true };
  const styleOf = (feature) => (shown.isShown(feature.area) ? shown.styles.get(categoryOf(feature.area, shown.mode)) : FAINT);
  const fills = new VectorImageLayer({
    source,
    imageRatio: 1.6,
    renderBuffer: 4,
    style: styleOf,
    // by kind, so that one kind is painted in one go
    renderOrder: (a, b) => orderOf(a) - orderOf(b),
  });
  const orderOf = (feature) => (shown.isShown(feature.area) ? (shown.order.get(categoryOf(feature.area, shown.mode)) ?? 0) : -1);
  const names = new VectorLayer({ source, declutter: "names", style: (feature, resolution) => nameStyle(feature, resolution, shown) });
  const marks = new VectorLayer({ source: new VectorSource({ wrapX: false }), style: markStyle, updateWhileInteracting: true });

  return {
    layers: [fills, marks, names],
    source,
    setRelease(release) {
      source.clear(true);
      source.addFeatures(areaFeatures(release.areas, release.shapes));
    },
    setLook(mode, rules, isShown) {
      const legend = categories(mode, rules);
      const width = source.getFeatures().length > 2000 ? 0.6 : 1;
      const stroke = new Stroke({ color: OUTLINE, width });
      shown.mode = mode;
      shown.isShown = isShown;
      shown.order = new Map(legend.map(({ key }, i) => [key, i]));
      shown.styles = new Map(legend.map((one) => [one.key, new Style({ fill: new Fill({ color: fillOf(one) }), stroke })]));
      fills.changed();
      names.changed();
    },
    /** Draws a line around the selected area and around those nearby. */
    mark(selected, nearby) {
      const chosen = nearby.filter((row) => row !== selected).map((row) => marked(source, row, false));
      if (selected !== null) chosen.push(marked(source, selected, true));
      marks.getSource().clear(true);
      marks.getSource().addFeatures(chosen.filter(Boolean));
    },
  };
}

function marked(source, row, isSelected) {
  const feature = source.getFeatureById(row);
  if (!feature) return null;
  const copy = feature.clone();
  copy.isSelected = isSelected;
  return copy;
}

const SELECTED = [
  new Style({ stroke: new Stroke({ color: "#ffffff", width: 6 }) }),
  new Style({ stroke: new Stroke({ color: HIGHLIGHT, width: 3.2 }) }),
];
const NEARBY = [
  new Style({ stroke: new Stroke({ color: "#ffffff", width: 4 }) }),
  new Style({ stroke: new Stroke({ color: HIGHLIGHT, width: 1.6, lineDash: [5, 4] }) }),
];

function markStyle(feature) {
  return feature.isSelected ? SELECTED : NEARBY;
}

const texts = new Map();

function nameStyle(feature, resolution, shown) {
  if (!shown.isShown(feature.area)) return null;
  const { name } = feature.area;
  const [west, , east] = feature.getGeometry().getExtent();
  if ((east - west) / resolution < 0.8 * widthOf(name)) return null;
  if (!texts.has(name)) {
    texts.set(
      name,
      new Style({
        text: new Text({
          text: name,
          font: FONT,
          overflow: true,
          fill: new Fill({ color: "#16202a" }),
          stroke: new Stroke({ color: "rgba(255,255,255,0.92)", width: 3 }),
        }),
      }),
    );
  }
  return texts.get(name);
}

/** Pixels that a name takes, near enough: full-width characters and others. */
function widthOf(name) {
  let width = 0;
  for (const one of name) width += one.codePointAt(0) > 0x2e7f ? 12 : 6.5;
  return width;
}
