"""What a solved cell says: the study's own chain from load rates to alerts, boiled down to one row per element."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity import headroom, policy, rates
from capacity.loadflow import LoadFlow
from capacity.runs import assembly
from capacity.tables.case import Case
from capacity.tables.matrix import TRIGGERS
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings
from capacity.tables.solved import SolvedYear


def figures_of(
    case: Case,
    rules: Policy,
    readings: JudgedReadings,
    flow: LoadFlow,
    solved: SolvedYear,
    supply: headroom.Network,
) -> pd.DataFrame:
    """Rows of ``tables.matrix.CELLS`` from ``level`` on: areas, distribution transformers, feeders, substations."""
    curves = rates.rated_curves(case, readings, solved, projected=True)
    rated = rates.transformer_rates(case, rules, curves, readings, solved)
    lines = rates.line_rates(case, solved, rated)
    nodes = rates.node_voltages(case, rules, solved, rated)
    reserved = headroom.reserved_demand(case, rules)
    transformers = headroom.transformer_headroom(rated, reserved, rules, curves.solver_failed)
    grid = headroom.prepare_grid(case, rules, solved, flow, transformers, nodes, reserved, supply)
    few = _worst_lines(lines)
    none = nodes.iloc[:0]  # areas count their nodes below
    areas = policy.with_status(headroom.area_headroom(grid, few, none, rules), assembly.quality_table([]), rules)
    substations = rates.substation_rates(case, solved)
    demand = headroom.application_demand(case, rules, case.applications)
    alerts = policy.raise_alerts(rules, transformers, few, areas, substations, demand, curves)
    frames = [
        _areas(areas, nodes, alerts),
        _transformers(transformers, nodes, alerts),
        _feeders(case, solved, few, alerts),
        substations.assign(level="substation", **_count(alerts, substations["substation_id"], "substation")).rename(
            columns={"substation_id": "element_id"}
        ),
    ]
    full = pd.concat([frame.dropna(axis=1, how="all") for frame in frames], ignore_index=True)
    added = _added(case)
    of_area = transformers.set_index("transformer_id")["area_id"].reindex(added.index)
    both = pd.concat([added, added.groupby(of_area).sum()])
    of_level = full["level"].isin(["area", "transformer"])
    for part in ("added_kw", "added_generation_kw"):
        full[part] = full["element_id"].map(both[part]).fillna(0.0).where(of_level)
    return full


def _worst_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """The 10 kV sections, and of each LV network the most loaded line: no other can be what an area is judged by."""
    mv = lines["level"].eq("mv")
    lv = lines[~mv].dropna(subset=["max_loading_percent", "transformer_id"])
    worst = lv.groupby("transformer_id", sort=False)["max_loading_percent"].idxmax()
    return lines[mv | lines.index.isin(worst)].reset_index(drop=True)


def _areas(areas: pd.DataFrame, nodes: pd.DataFrame, alerts: pd.DataFrame) -> pd.DataFrame:
    low = _lowest(nodes, "area_id").reindex(areas["area_id"])
    counts = alerts.groupby(["area_id", "rule"]).size().unstack(fill_value=0)
    rules = counts.reindex(index=areas["area_id"], columns=["P3", "P4", "P5", "P6"], fill_value=0)
    rules.columns = rules.columns.str.lower()
    own = ["max_loading_percent", "max_loading_at", "allowed_sum_kva", "allowed_kva", "status"]
    frame = areas[["area_id", *own]].set_index("area_id")
    frame = frame.join(rules).join(low)
    frame["p5"] = frame["p5"].clip(upper=1).astype("Int64").where(frame["status"] != "no_data")
    for rule in ("p3", "p4"):
        frame[rule] = frame[rule].astype("Int64").where(frame["max_loading_percent"].notna())
    return frame.reset_index().assign(level="area", element_id=lambda made: made["area_id"])


def _transformers(transformers: pd.DataFrame, nodes: pd.DataFrame, alerts: pd.DataFrame) -> pd.DataFrame:
    frame = transformers[["transformer_id", "area_id", "max_loading_percent", "max_loading_at", "allowed_kva"]]
    frame = frame.set_index("transformer_id").join(_lowest(nodes, "transformer_id"))
    counts = _count(alerts, pd.Series(frame.index), "transformer")
    frame = frame.assign(**{rule: counts[rule] for rule in counts})
    for rule in ("p3", "p4"):
        frame[rule] = frame[rule].where(frame["max_loading_percent"].notna())
    return frame.rename_axis("element_id").reset_index().assign(level="transformer")


def _lowest(nodes: pd.DataFrame, key: str) -> pd.DataFrame:
    """Lowest voltage, its time and the nodes below their limit by area or transformer; nothing where none is known."""
    known = nodes.dropna(subset=["voltage_min_pu", key])
    lowest = known.loc[known.groupby(key)["voltage_min_pu"].idxmin()].set_index(key)
    low = known.groupby(key)["low_voltage"].sum().astype("Int64")
    return lowest[["voltage_min_pu", "voltage_min_at"]].assign(p10=low)


def _count(alerts: pd.DataFrame, ids: pd.Series, element_type: str) -> dict[str, np.ndarray]:
    """Alerts of elements of a type by rule, as whole numbers in the order of ``ids``; P6 counts applications."""
    mine = alerts[alerts["element_type"] == element_type]
    table = mine.groupby(["element_id", "rule"]).size().unstack(fill_value=0)
    wanted = [
        rule for rule in TRIGGERS if rule not in ("p5", "p10") and (element_type == "transformer" or rule != "p6")
    ]
    return {rule: pd.array(ids.map(table.get(rule.upper(), {})).fillna(0), dtype="Int64") for rule in wanted}


def _feeders(case: Case, solved: SolvedYear, lines: pd.DataFrame, alerts: pd.DataFrame) -> pd.DataFrame:
    """The most loaded section and the lowest 10 kV voltage of every feeder."""
    sections = lines[lines["level"].eq("mv")].dropna(subset=["max_loading_percent", "feeder_id"])
    top = sections.loc[sections.groupby("feeder_id")["max_loading_percent"].idxmax()].set_index("feeder_id")
    buses = solved.buses.join(case.topology.buses[["level", "feeder_id"]])
    mv = buses[buses["level"].eq("mv")].dropna(subset=["voltage_min_pu", "feeder_id"])
    low = mv.loc[mv.groupby("feeder_id")["voltage_min_pu"].idxmin()].set_index("feeder_id")
    ids = case.topology.feeders["feeder_id"].astype(object)
    frame = pd.DataFrame({"element_id": ids.to_numpy()}).assign(level="feeder")
    for source, names in (
        (top, ["max_loading_percent", "max_loading_at"]),
        (low, ["voltage_min_pu", "voltage_min_at"]),
    ):
        for name in names:
            frame[name] = frame["element_id"].map(source[name])
    section_alerts = alerts[alerts["element_type"] == "section"]
    feeder_of = lines.set_index("line_id")["feeder_id"]
    of_feeder = section_alerts["element_id"].map(feeder_of)
    for rule in ("p3", "p4"):
        counts = of_feeder[section_alerts["rule"] == rule.upper()].value_counts()
        frame[rule] = frame["element_id"].map(counts).fillna(0).astype("Int64")
        frame[rule] = frame[rule].where(frame["max_loading_percent"].notna())
    return frame


def _added(case: Case) -> pd.DataFrame:
    """Load and generation on top of meters by transformer, kW."""
    sums = {}
    for table, name in (("load", "added_kw"), ("sgen", "added_generation_kw")):
        frame = case.net[table]
        on_top = (
            frame["metered"].eq(False).fillna(False) if "metered" in frame.columns else pd.Series(False, frame.index)
        )
        mine = frame[on_top.astype(bool)]
        sums[name] = (mine["p_mw"] * mine["scaling"] * 1000.0).groupby(
            mine["bus"].map(case.topology.buses["transformer_id"])
        ).sum()  # fmt: skip
    return pd.DataFrame(sums).fillna(0.0)
