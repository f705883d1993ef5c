/** The map page: what is in it, and what happens when something is chosen. */

import { loadInternal, loadRelease, releases } from "./data.js";
import { announce, buildFrame } from "./frame.js";
import { language, setLanguage, t } from "./language.js";
import { middleOf } from "./logic/shapes.js";
import { createMap } from "./map/map.js";
import { answerPanel } from "./panels/answer.js";
import { alertsPanel } from "./panels/alerts.js";
import { changesPanel } from "./panels/changes.js";
import { detailsPanel } from "./panels/details.js";
import { downloadsPanel } from "./panels/downloads.js";
import { equipmentPanel } from "./panels/equipment.js";
import { legendPanel } from "./panels/legend.js";
import { listPanel } from "./panels/list.js";
import { nearPanel } from "./panels/near.js";
import { searchBox } from "./panels/search.js";
import { readAddress, writeAddress } from "./address.js";
import { createStore } from "./store.js";

const PUBLIC_TABS = {
  details: detailsPanel,
  list: listPanel,
  near: nearPanel,
  answer: answerPanel,
  changes: changesPanel,
  downloads: downloadsPanel,
};
const INTERNAL_TABS = { equipment: equipmentPanel, alerts: alertsPanel };

export async function startMapPage({ root, pinned, isInternal }) {
  const store = createStore({
    root,
    pinned,
    isInternal,
    language: language(),
    releases: releases(),
    release: null,
    internal: null,
    problem: releases() ? (releases().length ? null : "no_release") : "failed_list",
    mode: "status",
    kinds: null, // keys of the legend that are shown; null: all
    place: null, // {kind: "branch" | "supply_station", label}
    selected: null, // row of an area
    equipment: null, // {kind, row}
    point: null, // {lon, lat, label: "here" | "picked" | null, name}
    picking: false,
    need: { kw: null, kind: "resident" },
    layers: { areas: true, feeders: true, substations: true, transformers: true, nodes: false },
    equipmentColour: "load",
    tab: "list",
    cameFrom: "list",
  });
  const actions = actionsOf(store);
  const tabs = isInternal ? { ...PUBLIC_TABS, ...INTERNAL_TABS } : PUBLIC_TABS;
  const frame = buildFrame(store, actions, Object.keys(tabs));
  searchBox(frame.search, store, actions);
  legendPanel(frame.legend, store, actions);
  for (const [name, panel] of Object.entries(tabs)) panel(frame.panels[name], store, actions);
  createMap(frame.map, store, actions);

  const wanted = readAddress();
  if (store.state.problem) return;
  if (isInternal) store.set({ internal: await loadInternal(root) });
  await actions.showRelease(pinned || wanted.release || releases()[0].id);
  if (wanted.area) actions.selectCode(wanted.area);
  window.addEventListener("hashchange", () => followAddress(store, actions));
}

function actionsOf(store) {
  const { state } = store;
  const actions = {
    async showRelease(id) {
      const code = state.release?.areas[state.selected]?.area_code;
      const release = await loadRelease(state.root, id);
      if (!release) return store.set({ problem: "failed_release", failedId: id });
      const selected = release.byCode.get(code) ?? null;
      const tab = selected === null && state.tab === "details" ? "list" : state.tab;
      store.set({ release, selected, tab, problem: null });
      return writeAddress(state);
    },
    /** An area, by row; `byKeyboard` when the focus should follow into the details. */
    select(row, { focus = true } = {}) {
      const cameFrom = state.tab === "details" ? state.cameFrom : state.tab;
      store.set({ selected: row, equipment: null, cameFrom, tab: "details", picking: false });
      const area = state.release.areas[row];
      announce(t("selected", { name: area.name }));
      writeAddress(state);
      if (focus) store.set({ wantsFocus: Symbol("details") });
    },
    selectCode(code) {
      const row = state.release?.byCode.get(code);
      if (row !== undefined) actions.select(row, { focus: false });
    },
    selectEquipment(kind, row, { focus = true } = {}) {
      const cameFrom = state.tab === "details" ? state.cameFrom : state.tab;
      store.set({ selected: null, equipment: { kind, row }, cameFrom, tab: "details" });
      if (focus) store.set({ wantsFocus: Symbol("details") });
    },
    deselect() {
      store.set({ selected: null, equipment: null, tab: state.cameFrom });
      writeAddress(state);
    },
    leaveDetails() {
      store.set({ tab: state.cameFrom });
    },
    showTab(tab) {
      store.set({ tab });
    },
    /** A connection point: what was chosen last, point or area, is where answers start from. */
    showPoint(point) {
      store.set({ point, selected: null, picking: false, tab: "near" });
      writeAddress(state);
    },
    showPlace(place) {
      store.set({ place, tab: "list" });
    },
    nearArea(row) {
      const shape = state.release.shapes[row];
      if (shape) actions.showPoint({ ...middleOf(shape), name: state.release.areas[row].name });
    },
    toggleLanguage() {
      setLanguage(state.language === "zh" ? "en" : "zh");
      store.set({ language: language() });
    },
    toggleKind(key) {
      const kinds = new Set(state.kinds ?? []);
      if (!kinds.delete(key)) kinds.add(key);
      store.set({ kinds: kinds.size ? kinds : null });
    },
  };
  return actions;
}

function followAddress(store, actions) {
  const { area, release } = readAddress();
  const { state } = store;
  const shown = state.release?.areas[state.selected]?.area_code;
  if (release && release !== state.release?.id) actions.showRelease(release).then(() => area && actions.selectCode(area));
  else if (area && area !== shown) actions.selectCode(area);
}
