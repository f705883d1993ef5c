/** Where the page starts. This file becomes one classic script; see build.mjs. */

import "ol/ol.css";
import "./css/base.css";
import "./css/frame.css";
import "./css/panels.css";
import "./css/print.css";

import { openDoor } from "./data.js";
import { language, setLanguage } from "./language.js";
import { startGuide } from "./guide.js";
import { startMapPage } from "./page.js";

openDoor();
document.addEventListener("DOMContentLoaded", () => {
  setLanguage(language());
  const { root = ".", release = "", internal = "", page = "map" } = document.body.dataset;
  const place = { root: root.replace(/\/$/u, ""), pinned: release, isInternal: internal === "true" };
  if (page === "guide") startGuide(place);
  else startMapPage(place);
});
