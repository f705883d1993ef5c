"""Tables that people ask for and that follow from a run's tables: roll-ups, low-voltage and heavily loaded 台区."""

from __future__ import annotations

import pandas as pd

from capacity.tables._schema import conform, count, flag, moment, number, table, text
from capacity.tables.policy_values import policy_value
from capacity.tables.results.transformers import TRANSFORMERS
from capacity.tables.run import Run

NOT_STATED = "未填 not stated"
_ALL = "合计 total"

LOW_VOLTAGE = table(
    "low_voltage",
    "低电压台区",
    "low-voltage transformers",
    "One row per distribution transformer with a node below its voltage limit at some step (P10).",
    {
        "branch": text("分公司", "branch", missing="not stated"),
        "supply_station": text("供电所", "supply station", missing="not stated"),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="not known"),
        "system_code": text("台区编号", "system code", missing="not stated"),
        "name": text("配变名称", "name", missing="not known"),
        "low_nodes": count("低电压节点数", "low-voltage nodes"),
        "nodes": count("节点数", "nodes", "LV nodes below the transformer."),
        "node_id": text("最低节点", "lowest node", "The node furthest below its own limit."),
        "phases": text("相数", "phases", choices=("1", "3", "unknown")),
        "voltage_min_v": number("最低电压", "lowest voltage", "V", "Phase voltage where single-phase."),
        "voltage_min_pu": number("最低电压（标幺）", "lowest voltage", "pu"),
        "voltage_lower_pu": number("下限", "lower limit", "pu"),
        "voltage_min_at": moment("时刻", "at", missing="never solved"),
        "max_loading_percent": number("配变最高负载率", "max load rate", "%", missing="no data"),
    },
)

_UNIT_COLUMNS = {
    "area_count": count("网格数", "areas"),
    "open": count("可开放网格", "open"),
    "pre_control": count("预管控网格", "pre-control"),
    "blocked": count("受限网格", "blocked"),
    "no_data": count("数据不足网格", "no data"),
    "transformer_count": count("公变台数", "public transformers", "In service."),
    "unknown_count": count("数据不足公变", "of which without data"),
    "rated_kva": number("公变总容量", "rated power", "kVA"),
    "max_loading_percent": number("最高负载率", "max load rate", "%", "Of its areas.", missing="no data"),
    "heavy_load": count("重载公变", "heavy load"),
    "overload": count("过载公变", "overload"),
    "low_voltage": count("低电压台区", "low-voltage transformers"),
    "allowed_sum_kva": number(
        "允许接入容量合计", "sum of allowed capacity", "kVA",
        "Sum of the transformers' own rooms (P7); limits of the grid above are per feeder and not additive.",
        missing="every transformer unknown",
    ),
    "lower_bound": flag("为下限", "is a lower bound", "Some transformers have no data and are not in the sum."),
    "reserved_kva": number("已批未投", "reserved", "kVA"),
    "alerts_p3": count("P3预警", "P3 alerts"),
    "alerts_p4": count("P4预警", "P4 alerts"),
    "alerts_p5": count("P5预警", "P5 alerts"),
    "alerts_p6": count("P6预警", "P6 alerts"),
    "quality_count": count("数据质量问题", "data quality issues"),
}  # fmt: skip

STATIONS = table(
    "stations",
    "按供电所汇总",
    "by supply station",
    "One row per supply station, with its branch.",
    {"branch": text("分公司", "branch"), "supply_station": text("供电所", "supply station"), **_UNIT_COLUMNS},
)
BRANCHES = table(
    "branches",
    "按分公司汇总",
    "by branch",
    "One row per branch.",
    {"branch": text("分公司", "branch"), **_UNIT_COLUMNS},
)


def heavy_transformers(run: Run) -> pd.DataFrame:
    """Public transformers in service under heavy load or overload (P2), the worst first; schema ``TRANSFORMERS``."""
    frame = run.transformers
    marked = frame["heavy_load"].fillna(False) | frame["overload"].fillna(False)
    public = (frame["ownership"] == "public") & frame["in_service"]
    return conform(frame[marked & public].sort_values("max_loading_percent", ascending=False), TRANSFORMERS)


def busy_lines(run: Run, at_least_rows: int = 50) -> pd.DataFrame:
    """Lines from the load rate of P3 up, or the ``at_least_rows`` highest where these are fewer; worst first."""
    ranked = run.lines[run.lines["max_loading_percent"].notna()].sort_values("max_loading_percent", ascending=False)
    threshold_percent = policy_value(run.manifest.policy_values, "may_initiate")
    from_p3 = 0 if threshold_percent is None else int((ranked["max_loading_percent"] >= threshold_percent).sum())
    return ranked.head(max(from_p3, at_least_rows)).reset_index(drop=True)


def low_voltage_transformers(run: Run) -> pd.DataFrame:
    """Transformers with low-voltage nodes, the furthest below its limit first; schema ``LOW_VOLTAGE``."""
    nodes = run.nodes
    low = nodes[nodes["low_voltage"].fillna(False)].copy()
    if low.empty:
        return conform(low.reindex(columns=list(LOW_VOLTAGE.columns)), LOW_VOLTAGE)
    low["margin_pu"] = low["voltage_min_pu"] - low["voltage_lower_pu"]
    low["group"] = low["transformer_id"].fillna("")
    lowest = low.loc[low.groupby("group")["margin_pu"].idxmin()].sort_values("margin_pu")
    counts = low.groupby("group").size()
    totals = nodes["transformer_id"].fillna("").value_counts()
    facts = run.transformers.set_index("transformer_id")
    frame = lowest.assign(
        low_nodes=lowest["group"].map(counts),
        nodes=lowest["group"].map(totals),
        **{
            name: lowest["transformer_id"].map(facts[name])
            for name in ("branch", "supply_station", "system_code", "name", "max_loading_percent")
        },
    )
    return conform(frame[list(LOW_VOLTAGE.columns)], LOW_VOLTAGE)


def by_station(run: Run) -> pd.DataFrame:
    """The run rolled up by supply station, with a closing total; schema ``STATIONS``."""
    return conform(_rolled_up(run, ["branch", "supply_station"]), STATIONS)


def by_branch(run: Run) -> pd.DataFrame:
    """The run rolled up by branch, with a closing total; schema ``BRANCHES``."""
    return conform(_rolled_up(run, ["branch"]), BRANCHES)


def units_of_areas(run: Run) -> pd.DataFrame:
    """``area_id`` (index) to name, branch and supply station, for tables that only name the area."""
    frame = run.areas.set_index("area_id")[["name", "branch", "supply_station"]]
    return frame.fillna({"branch": NOT_STATED, "supply_station": NOT_STATED})


def _rolled_up(run: Run, keys: list[str]) -> pd.DataFrame:
    areas = run.areas.fillna(dict.fromkeys(keys, NOT_STATED))
    transformers = run.transformers[(run.transformers["ownership"] == "public") & run.transformers["in_service"]]
    transformers = _with_units(transformers, run, keys)
    low = run.nodes.loc[run.nodes["low_voltage"].fillna(False), "transformer_id"].dropna().unique()
    transformers = transformers.assign(low_voltage=transformers["transformer_id"].isin(low))
    alerts = run.alerts.merge(units_of_areas(run)[keys], left_on="area_id", right_index=True, how="left")
    alerts = alerts.fillna(dict.fromkeys(keys, NOT_STATED))
    units = pd.concat([areas[keys], transformers[keys], alerts[keys]]).drop_duplicates().sort_values(keys)
    rows = [
        dict(zip(keys, unit, strict=True))
        | _figures(*(_of(frame, keys, unit) for frame in (areas, transformers, alerts)))
        for unit in units.itertuples(index=False, name=None)
    ]
    rows.append(dict.fromkeys(keys, _ALL) | _figures(areas, transformers, alerts))
    return pd.DataFrame(rows)


def _with_units(transformers: pd.DataFrame, run: Run, keys: list[str]) -> pd.DataFrame:
    """Transformers with the organisation units of their area; those outside any area keep their own."""
    of_area = units_of_areas(run)
    mapped = {
        key: transformers["area_id"].map(of_area[key]).fillna(transformers[key]).fillna(NOT_STATED) for key in keys
    }
    return transformers.assign(**mapped)


def _of(frame: pd.DataFrame, keys: list[str], unit: tuple[str, ...]) -> pd.DataFrame:
    mask = pd.Series(True, index=frame.index)
    for key, value in zip(keys, unit, strict=True):
        mask &= frame[key] == value
    return frame[mask]


def _figures(areas: pd.DataFrame, transformers: pd.DataFrame, alerts: pd.DataFrame) -> dict[str, object]:
    unknown = transformers["allowed_kva"].isna()
    return {
        "area_count": len(areas),
        **{status: int((areas["status"] == status).sum()) for status in ("open", "pre_control", "blocked", "no_data")},
        "transformer_count": len(transformers),
        "unknown_count": int(unknown.sum()),
        "rated_kva": float(transformers["rated_kva"].sum()),
        "max_loading_percent": areas["max_loading_percent"].max(),
        "heavy_load": int(transformers["heavy_load"].fillna(False).sum()),
        "overload": int(transformers["overload"].fillna(False).sum()),
        "low_voltage": int(transformers["low_voltage"].sum()),
        "allowed_sum_kva": transformers["allowed_kva"].sum(min_count=1),
        "lower_bound": bool(unknown.any() and not unknown.all()),
        "reserved_kva": float(transformers["reserved_kva"].sum()),
        **{f"alerts_{rule.lower()}": int((alerts["rule"] == rule).sum()) for rule in ("P3", "P4", "P5", "P6")},
        "quality_count": int(areas["quality_count"].sum()),
    }
