/** The part of the address after "#" names the area and a former release, so that what is shown can be passed on. */

export function readAddress() {
  const values = new URLSearchParams(location.hash.replace(/^#/u, ""));
  return { area: values.get("area"), release: values.get("release") };
}

export function writeAddress(state) {
  const values = new URLSearchParams();
  const area = state.release?.areas[state.selected];
  if (area) values.set("area", area.area_code);
  if (!state.pinned && state.release && state.release.id !== state.releases?.[0]?.id) values.set("release", state.release.id);
  const hash = values.toString();
  if (hash === location.hash.replace(/^#/u, "")) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // some browsers forbid it for pages opened from disk
  }
}
