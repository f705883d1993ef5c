/** Where the engineers' page starts. This file becomes one classic script; see ../build.mjs. */

import "ol/ol.css";
import "../src/css/base.css";
import "../src/css/frame.css";
import "./service.css";

import { createStore } from "../src/store.js";
import { actionsOf } from "./actions.js";
import { rememberedKey } from "./api.js";
import { buildFrame } from "./frame.js";
import { language, setLanguage } from "./language.js";
import { createMap } from "./map.js";
import { answerPanel } from "./panels/answer.js";
import { askPanel } from "./panels/ask.js";
import { registerPanel } from "./panels/register.js";

document.addEventListener("DOMContentLoaded", () => {
  setLanguage(language());
  const store = createStore({
    language: language(),
    basis: null, // who we are and what answers rest on; null: not signed in
    words: {},
    features: null, // of the map
    place: { kind: "point", longitude: "", latitude: "", node_id: "", transformer_id: "" },
    form: { kw: "", power_factor: "", phases: "3", customer_kind: "small_business", area_class: "", category: "", shape: "flat", energise_on: "", urgent_kw: "", dual_supply: false },
    problem: null, // {code, faults, refusal} of the last request
    busy: null, // which request is under way
    answer: null,
    chosen: null, // key of an option
    applications: null,
    total: 0,
    filter: "open",
    application: null,
    tab: "ask",
  });
  const actions = actionsOf(store);
  const frame = buildFrame(store, actions);
  askPanel(frame.panels.ask, store, actions);
  answerPanel(frame.panels.answer, store, actions);
  registerPanel(frame.panels.register, store, actions);
  createMap(frame.map, store, actions);
  if (rememberedKey()) actions.signIn(rememberedKey(), { silent: true });
});
