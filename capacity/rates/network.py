"""Load rates of lines (P1, P2) and voltages of LV nodes (P10)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import SolvedYear


def line_rates(case: Case, solved: SolvedYear, rated: pd.DataFrame) -> pd.DataFrame:
    """One row per line of the network, with the columns of ``tables.results.lines``.

    Below a transformer of which too little is known (P1) nothing is known of its LV lines either.

    Parameters
    ----------
    rated : ``transformer_rates`` of the same year.
    """
    placed = case.topology.lines
    net_line = case.net.line.loc[placed.index]
    stats = _where_known(solved.lines.reindex(placed.index), placed["transformer_id"], rated)
    rated_a = net_line["max_i_ka"] * net_line["df"] * net_line["parallel"] * 1000.0
    copied = [
        column
        for column in stats.columns
        if column.startswith(("max_loading", "second_", "third_", "hours_", "longest_"))
    ]
    return pd.DataFrame(
        {
            "line_id": placed["line_id"],
            "level": placed["level"],
            "area_id": placed["transformer_id"].map(_area_of_transformer(case)),
            "transformer_id": placed["transformer_id"],
            "feeder_id": placed["feeder_id"],
            "substation_id": placed["substation_id"],
            "voltage_kv": net_line["from_bus"].map(case.net.bus["vn_kv"]),
            "rated_a": rated_a.where(rated_a > 0.0),
            "max_i_a": stats["max_i_ka"] * 1000.0,
            **{column: stats[column] for column in copied},
            "steps_failed": stats["steps_failed"].fillna(0).astype("int64"),
        }
    ).reset_index(drop=True)


def node_voltages(case: Case, policy: Policy, solved: SolvedYear, rated: pd.DataFrame) -> pd.DataFrame:
    """One row per LV bus: its lowest and highest voltage against its statutory band (P10).

    A node is single-phase when all its customers are; a node without a customer, or whose customers do not state
    their phases, takes the three-phase band. Below a transformer of which too little is known no voltage is known.

    Returns
    -------
    DataFrame with the columns of ``tables.results.nodes``; the index is the pandapower bus.
    """
    buses = case.topology.buses
    nodes = buses[buses["level"] == "lv"]
    stats = _where_known(solved.buses.reindex(nodes.index), nodes["transformer_id"], rated)
    standard = policy.voltage_standards[case.settings.voltage_standard]
    phases = nodes["bus_id"].map(node_phases(case)).fillna("unknown")
    kinds = list(zip(nodes["vn_kv"], phases, strict=True))
    band = {(vn, p): standard.band(vn, p) for vn, p in set(kinds)}
    lower = np.array([band[vn, p].lower_pu(vn) for vn, p in kinds])
    upper = np.array([band[vn, p].upper_pu(vn) for vn, p in kinds])
    known = stats["voltage_min_pu"].notna()
    return pd.DataFrame(
        {
            "node_id": nodes["bus_id"],
            "area_id": nodes["transformer_id"].map(_area_of_transformer(case)),
            "transformer_id": nodes["transformer_id"],
            "feeder_id": nodes["feeder_id"],
            "vn_kv": nodes["vn_kv"],
            "phases": phases,
            "voltage_min_pu": stats["voltage_min_pu"],
            "voltage_min_v": stats["voltage_min_pu"] * nodes["vn_kv"] * 1000.0,
            "voltage_min_at": stats["voltage_min_at"],
            "voltage_max_pu": stats["voltage_max_pu"],
            "voltage_max_at": stats["voltage_max_at"],
            "voltage_lower_pu": lower,
            "voltage_upper_pu": upper,
            "low_voltage": (stats["voltage_min_pu"] < lower).astype("boolean").where(known),
            "high_voltage": (stats["voltage_max_pu"] > upper).astype("boolean").where(known),
            "allowed_kva": np.nan,
            "binding_element": pd.Series(pd.NA, index=nodes.index, dtype="string"),
            "binding_criterion": pd.Series(pd.NA, index=nodes.index, dtype="string"),
            "binding_at": pd.NaT,
            "reason": "not_computed",
            "generation_reason": "not_computed",
        },
        index=nodes.index,
    )


def feeder_voltages(case: Case, policy: Policy, solved: SolvedYear, rated: pd.DataFrame) -> pd.DataFrame:
    """Voltages of MV buses and LV busbars by distance from the substation, for radially operated feeders.

    Returns
    -------
    DataFrame with the columns of ``tables.results.feeder_voltages``.
    """
    buses = case.topology.buses
    busbars = buses.index.isin(case.net.trafo["lv_bus"])
    shown = buses[(buses["level"].eq("mv") | (buses["level"].eq("lv") & busbars)) & buses["feeder_id"].notna()]
    shown = shown[shown["depth"] >= 0]
    standard = policy.voltage_standards[case.settings.voltage_standard]
    stats = _where_known(solved.buses.reindex(shown.index), shown["transformer_id"], rated)
    return pd.DataFrame(
        {
            "feeder_id": shown["feeder_id"],
            "node_id": shown["bus_id"],
            "level": shown["level"],
            "distance_km": _distance_km(case).reindex(shown.index),
            "voltage_min_pu": stats["voltage_min_pu"],
            "voltage_max_pu": stats["voltage_max_pu"],
            "lower_pu": [standard.band(vn).lower_pu(vn) for vn in shown["vn_kv"]],
            "upper_pu": [standard.band(vn).upper_pu(vn) for vn in shown["vn_kv"]],
        }
    ).sort_values(["feeder_id", "distance_km", "node_id"], ignore_index=True)


def _distance_km(case: Case) -> pd.Series:
    """Length of the lines between each bus and the MV busbar of its substation, by bus index."""
    buses = case.topology.buses
    length_km = case.net.line["length_km"]
    by_depth = buses[buses["depth"] >= 0].sort_values("depth")
    distance: dict[int, float] = {}
    for bus, parent, kind, index in zip(
        by_depth.index, by_depth["parent_bus"], by_depth["parent_kind"], by_depth["parent_index"], strict=True
    ):
        own = float(length_km.at[index]) if kind == "line" and buses.at[bus, "level"] != "hv" else 0.0
        distance[bus] = distance.get(parent, 0.0) + own
    return pd.Series(distance, dtype="float64")


def node_phases(case: Case) -> pd.Series:
    """``"1"``, ``"3"`` or ``"unknown"`` by node_id, for nodes with customers."""
    at_node = case.customers.dropna(subset=["node_id"])
    if at_node.empty:
        return pd.Series(dtype="string")
    stated = pd.DataFrame({phases: at_node["phases"].eq(phases).fillna(False).astype(bool) for phases in ("1", "3")})
    of_node = stated.groupby(at_node["node_id"])
    one, three = of_node["1"].all(), of_node["3"].any()
    agreed = np.select([three, one], ["3", "1"], "unknown")
    return pd.Series(agreed, index=three.index, name="phases", dtype="string")


def _where_known(stats: pd.DataFrame, transformer_id: pd.Series, rated: pd.DataFrame) -> pd.DataFrame:
    """The statistics, missing below transformers without a load rate: what was simulated there is filled or empty."""
    unknown = rated.loc[rated["max_loading_percent"].isna(), "transformer_id"]
    return stats[~transformer_id.isin(unknown).to_numpy(dtype=bool)].reindex(stats.index)


def _area_of_transformer(case: Case) -> pd.Series:
    return case.transformers.drop_duplicates("transformer_id").set_index("transformer_id")["area_id"]


def substation_rates(case: Case, solved: SolvedYear) -> pd.DataFrame:
    """Highest load rate of each substation and its step: ``substation_id, max_loading_percent, max_loading_at``."""
    flows, rows = solved.substations, case.topology.substations.drop_duplicates("substation_id")
    rated = rows.set_index("substation_id")["rated_kva"].reindex(flows.ids).to_numpy(dtype=np.float64)
    kva = np.hypot(flows.p_kw, flows.q_kvar).astype(np.float64)
    known = np.isfinite(kva).any(axis=1)
    at = np.argmax(np.nan_to_num(kva, nan=-1.0), axis=1)
    highest = np.where(known, kva[np.arange(len(kva)), at], np.nan) if len(kva) else np.empty(0)
    return pd.DataFrame(
        {
            "substation_id": list(flows.ids),
            "max_loading_percent": 100.0 * highest / rated,
            "max_loading_at": pd.Series(solved.timestamps[at]).where(known),
        }
    )
