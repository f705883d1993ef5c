/** The files of a release, with size and checksum. */

import { fill, h } from "../dom.js";
import { either, t } from "../language.js";
import { bytes } from "../logic/format.js";
import { any } from "../store.js";

const GROUPS = [
  ["downloads_tables", ["csv", "xlsx"]],
  ["downloads_maps", ["geojson", "gpkg"]],
  ["downloads_notices", ["pdf"]],
  ["downloads_pictures", ["png"]],
  ["downloads_texts", ["txt", "json", "html"]],
];

export function downloadsPanel(place, store) {
  store.on((state, changed) => {
    if (!state.release || !any(changed, "release", "language")) return;
    const { downloads, id } = state.release;
    fill(
      place,
      h("h2", {}, t("downloads_title", { id })),
      downloads.length ? h("p.hint", {}, t("downloads_hint")) : h("p.muted", {}, t("downloads_none")),
      GROUPS.map(([title, kinds]) => group(title, downloads.filter(({ kind }) => kinds.includes(kind)), state)),
      state.isInternal ? null : h("p", {}, h("a", { href: `${state.root}/releases/index.json`, download: true }, t("downloads_index"))),
    );
  });
}

function group(title, files, state) {
  if (files.length === 0) return null;
  return [h("h3", {}, t(title)), h("ul.files", {}, files.map((file) => item(file, state)))];
}

function item(file, state) {
  const name = file.path.split("/").at(-1);
  return h(
    "li",
    {},
    h("a", { href: `${state.root}/releases/${state.release.id}/${file.path}`, download: name, type: null }, either(file, "title")),
    h("span.size", {}, ` ${file.kind.toUpperCase()}, ${bytes(file.bytes)}`),
    h("details", {}, h("summary", {}, `${t("checksum")} · ${name}`), h("code.sha", {}, `SHA-256 ${file.sha256}`)),
  );
}
