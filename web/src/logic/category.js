/** Which colour and which line of the legend an area belongs to. Unknown, zero and withheld never share one (P11). */

export const MODES = ["status", "capacity", "load"];

/**
 * The legend of a mode, from most to least room:
 * [{key, kind: "status" | "range" | "blocked" | "no_data" | "withheld", from, below, step, steps}].
 */
export function categories(mode, rules) {
  const hidden = [
    { key: "no_data", kind: "no_data" },
    { key: "withheld", kind: "withheld" },
  ];
  if (mode === "status") {
    const shown = ["open", "pre_control", "blocked"].map((key) => ({
      key,
      kind: key === "blocked" ? "blocked" : "status",
    }));
    return [...shown, ...hidden];
  }
  if (mode === "capacity") {
    const ranges = rangesOf(rules.capacity_bands_kva, "kva");
    ranges.reverse();
    return [...ranges, { key: "blocked", kind: "blocked" }, ...hidden];
  }
  return [...rangesOf(rules.load_rate_bands_percent, "percent"), ...hidden];
}

/** The key, in that legend, of an area. */
export function categoryOf(area, mode) {
  if (area.publication === "withheld") return "withheld";
  if (mode === "status") return area.status ?? "no_data";
  if (mode === "capacity") {
    if (area.status === "blocked") return "blocked";
    if (area.status === "no_data" || area.allowed_from_kva === null) return "no_data";
    return `kva-${area.allowed_from_kva}`;
  }
  return area.load_rate_from_percent === null ? "no_data" : `percent-${area.load_rate_from_percent}`;
}

function rangesOf(ends, unit) {
  return ends.map((from, i) => ({
    key: `${unit}-${from}`,
    kind: "range",
    unit,
    from,
    below: ends[i + 1] ?? null,
    // 0 = least room, 1 = most: little capacity and a high load rate look alike
    room: ends.length < 2 ? 1 : unit === "kva" ? i / (ends.length - 1) : 1 - i / (ends.length - 1),
  }));
}
