"""Lines and switches of a network as rows of the ledger."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd
import shapely

from capacity.case import equipment
from capacity.case.derived.geo import bus_coordinates, line_points
from capacity.case.issues import quoted
from capacity.case.ledger import sentences as say
from capacity.case.ledger.sheets import LV_LINE_SHEET, MV_LINE_SHEET
from capacity.tables.case import Case
from capacity.tables.issue import Issue

Rows = list[dict[str, Any]]
_COMPARED = ("r_ohm_per_km", "x_ohm_per_km", "c_nf_per_km", "max_i_ka")


def mv_line_rows(case: Case) -> tuple[Rows, list[Issue]]:
    """MV sections with their open ends, then bus switches."""
    net, lines = case.net, case.topology.lines
    frame = net.line[(lines["level"] == "mv").reindex(net.line.index).fillna(False).astype(bool)]
    opened, at = _open_ends(net), _places(net)
    names = net.bus["name"]
    rows: Rows = []
    for line in frame.itertuples():
        rows.append(
            {
                "line_id": line.name,
                "feeder_id": _feeder(case, lines["feeder_id"].get(line.Index), (line.from_bus, line.to_bus)),
                "from_node": names[line.from_bus],
                "to_node": names[line.to_bus],
                "type_name": line.std_type,
                "length_km": float(line.length_km),
                "parallel": int(line.parallel),
                "open_at": _open_at(line, opened),
                "geometry": _wkt(line, at),
            }
        )
    issues = _other_types(frame, "mv")
    unmodelled = {f"{one}/head" for one in case.feeders["feeder_id"]}
    switches = net.switch[net.switch["et"] == "b"]
    for switch in switches.itertuples():
        ends = (switch.bus, switch.element)
        if any(float(net.bus.at[bus, "vn_kv"]) <= 1.0 or names[bus] in unmodelled for bus in ends):
            continue
        rows.append(
            {
                "line_id": switch.name or f"switch {switch.Index}",
                "feeder_id": _feeder(case, None, ends),
                "from_node": names[ends[0]],
                "to_node": names[ends[1]],
                "type_name": "开关",
                "open_at": None if switch.closed else "to",
            }
        )
    return rows, issues


def lv_line_rows(case: Case) -> tuple[Rows, list[Issue]]:
    """LV lines in service below a transformer; open ones have no place in a ledger and are named."""
    net, lines = case.net, case.topology.lines
    of = lines["transformer_id"].reindex(net.line.index)
    level = lines["level"].reindex(net.line.index)
    opened, at = _open_ends(net), _places(net)
    names = net.bus["name"]
    rows: Rows = []
    left_out = []
    for line in net.line[(level == "lv").fillna(False).astype(bool)].itertuples():
        if pd.isna(of[line.Index]) or _open_at(line, opened) is not None:
            left_out.append(str(line.name))
            continue
        rows.append(
            {
                "line_id": line.name,
                "transformer_id": of[line.Index],
                "from_node": names[line.from_bus],
                "to_node": names[line.to_bus],
                "type_name": line.std_type,
                "length_m": float(line.length_km) * 1000.0,
                "parallel": int(line.parallel),
                "geometry": _wkt(line, at),
            }
        )
    issues = _other_types(net.line[(level == "lv").fillna(False).astype(bool)], "lv")
    if left_out:
        issues.append(
            say.issue(
                "info",
                "not_exported_open_lines",
                "",
                LV_LINE_SHEET,
                f"{len(left_out)} open or unsupplied LV line(s) are not in the workbook: {quoted(left_out)}.",
                f"{len(left_out)} 条断开或未带电的低压线路未写入工作簿：{quoted(left_out)}。",
                ids=left_out,
            )
        )
    return rows, issues


def mv_nodes(rows: Rows, case: Case) -> set[str]:
    """Every node a transformer may name: ends of MV sections, and busbars of feeders that have some."""
    nodes = {str(row[end]) for row in rows for end in ("from_node", "to_node")}
    return nodes | (set(case.substations["busbar_id"].dropna()) if rows else set())


def _open_ends(net: Any) -> set[tuple[int, int]]:
    """``(line, bus)`` of every open line switch."""
    switches = net.switch[(net.switch["et"] == "l") & ~net.switch["closed"].astype(bool)]
    return set(zip(switches["element"].tolist(), switches["bus"].tolist(), strict=True))


def _open_at(line: Any, opened: set[tuple[int, int]]) -> str | None:
    start, end = (line.Index, line.from_bus) in opened, (line.Index, line.to_bus) in opened
    if not line.in_service or (start and end):
        return "both"
    return "from" if start else "to" if end else None


def _feeder(case: Case, known: Any, buses: tuple[int, int]) -> Any:
    """The feeder of a section; of an end where the section itself is dead, else any of the substation."""
    if known is not None and pd.notna(known):
        return known
    of_bus = case.topology.buses[["feeder_id", "substation_id"]]
    for bus in buses:
        if bus in of_bus.index and pd.notna(of_bus.at[bus, "feeder_id"]):
            return of_bus.at[bus, "feeder_id"]
    stations = [of_bus.at[bus, "substation_id"] for bus in buses if bus in of_bus.index]
    own = case.feeders[case.feeders["substation_id"].isin([one for one in stations if pd.notna(one)])]
    return (own if len(own) else case.feeders)["feeder_id"].iloc[0] if len(case.feeders) else None


def _wkt(line: Any, at: dict[int, Any]) -> str | None:
    """The line's course; between its buses where it has none, so that their coordinates are not lost."""
    points = line_points(line.geo)
    if len(points) < 2:
        ends = [at[line.from_bus], at[line.to_bus]]
        points = [(float(x), float(y)) for x, y in ends if not math.isnan(x)]
    return shapely.LineString(points).wkt if len(points) > 1 and len(set(points)) > 1 else None


def _places(net: Any) -> dict[int, Any]:
    """Coordinates by bus index."""
    return dict(zip(net.bus.index.tolist(), bus_coordinates(net.bus), strict=True))


def _other_types(frame: pd.DataFrame, level: Literal["mv", "lv"]) -> list[Issue]:
    """Lines whose figures are not those of the library type they name."""
    other: list[str] = []
    for name, part in frame.groupby(frame["std_type"].astype("string").fillna(""), sort=False):
        known = equipment.line(name, level) if name else None
        values = known.pandapower_type if known else {}
        same = [
            all(math.isclose(float(getattr(line, one)), values.get(one, math.nan)) for one in _COMPARED)
            for line in part.itertuples()
        ]
        other += part.loc[[not one for one in same], "name"].astype(str).tolist()
    if not other:
        return []
    spec = MV_LINE_SHEET if level == "mv" else LV_LINE_SHEET
    return [
        say.issue(
            "warning",
            "not_exported_parameters",
            "",
            spec,
            f"{len(other)} line(s) do not have the figures of a library type; "
            "a new import would change or refuse them.",
            f"{len(other)} 条线路的参数与设备库型号不一致；重新导入时会改变或被拒绝。",
            ids=other,
        )
    ]
