/**
 * The data of the site. They come as classic scripts that call window.CAPACITY, because a page opened from disk may
 * neither fetch nor import.
 */

import { rowsOf } from "./logic/table.js";
import { boxOfAll, decodeShapes } from "./logic/shapes.js";
import { searchIndex } from "./logic/search.js";

const arrived = { releases: null, release: new Map(), hours: new Map(), internal: null };
const asked = new Map();

/** Defines window.CAPACITY, which the data files call. */
export function openDoor() {
  window.CAPACITY = {
    releases: (list) => {
      arrived.releases = list;
    },
    release: (payload) => {
      arrived.release.set(payload.about.release_id, readRelease(payload));
    },
    hours: (id, chunk, payload) => {
      arrived.hours.set(`${id}/${chunk}`, payload);
    },
    internal: (payload) => {
      arrived.internal = payload;
    },
  };
}

/** The list of releases, newest first; null if its file is missing. */
export function releases() {
  return arrived.releases;
}

export async function loadRelease(root, id) {
  if (!arrived.release.has(id)) await loadScript(`${root}/releases/${id}/release.js`);
  return arrived.release.get(id) ?? null;
}

/** {unit, cells} of a chunk of areas, or null. */
export async function loadHours(root, id, chunk) {
  const name = String(chunk).padStart(3, "0");
  if (!arrived.hours.has(`${id}/${chunk}`)) await loadScript(`${root}/releases/${id}/hours-${name}.js`);
  return arrived.hours.get(`${id}/${chunk}`) ?? null;
}

/** What only planners see, or null. */
export async function loadInternal(root) {
  if (!arrived.internal) await loadScript(`${root}/internal.js`);
  return arrived.internal ? readInternal(arrived.internal) : null;
}

function loadScript(address) {
  if (!asked.has(address)) {
    asked.set(
      address,
      new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = address;
        script.addEventListener("load", resolve);
        script.addEventListener("error", () => {
          asked.delete(address);
          resolve();
        });
        document.head.append(script);
      }),
    );
  }
  return asked.get(address);
}

/** A release as the page works with it. */
export function readRelease(payload) {
  const areas = rowsOf(payload.areas);
  const shapes = decodeShapes(payload.shapes);
  return {
    id: payload.about.release_id,
    about: payload.about,
    words: payload.words,
    headings: payload.headings ?? {},
    areas,
    byCode: new Map(areas.map((area) => [area.area_code, area.row])),
    changes: rowsOf(payload.changes),
    branches: rowsOf(payload.branches),
    terms: rowsOf(payload.terms),
    shapes,
    box: boxOfAll(shapes),
    hoursChunk: payload.hours?.chunk ?? [],
    downloads: payload.downloads ?? [],
    index: searchIndex(areas),
  };
}

const EQUIPMENT = ["feeders", "substations", "transformers", "nodes"];

function readInternal(payload) {
  const tables = { areas: rowsOf(payload.areas), alerts: rowsOf(payload.alerts) };
  for (const kind of EQUIPMENT) tables[kind] = rowsOf(payload[kind]);
  return { ...tables, headings: payload.headings ?? {}, words: payload.words ?? {} };
}
