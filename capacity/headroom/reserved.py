"""Reserved capacity: accepted applications that are not yet energised, each at its node (P7)."""

from __future__ import annotations

import math

import pandas as pd

from capacity.tables.case import Case
from capacity.tables.inputs.applications import reserving
from capacity.tables.policy import Policy


def application_demand(case: Case, policy: Policy, applications: pd.DataFrame) -> pd.DataFrame:
    """Demand each application brings: its power over its power factor, times its category's demand factor.

    Returns
    -------
    DataFrame, one row per application in the given order: ``application_id``, ``transformer_id`` (the one that supplies
    its node; as stated where the node is not known or at MV), ``bus`` (pandapower index of its node, else of the
    transformer's LV busbar; -1 unknown), ``status``, ``s_kva``, ``p_kw``, ``q_kvar`` (lagging).
    """
    table = applications.reset_index(drop=True)
    power_factor = table["power_factor"].fillna(case.settings.power_factor).astype("float64")
    factor = table["category"].map(lambda category: policy.demand_factor(None if pd.isna(category) else category))
    p_kw = table["p_kw"].astype("float64") * factor.astype("float64")
    bus_of_name = _unique(case.net.bus, "name")
    busbar_of = case.net.trafo.drop_duplicates("name").set_index("name")["lv_bus"]
    bus = table["node_id"].map(bus_of_name).fillna(table["transformer_id"].map(busbar_of))
    supplier = case.topology.buses["transformer_id"]
    of_node, of_stated = bus.map(supplier), table["transformer_id"].map(busbar_of).map(supplier)
    as_stated = of_node.isna() | of_node.eq(of_stated).fillna(False)  # also the second of two parallel units
    return pd.DataFrame(
        {
            "application_id": table["application_id"],
            "transformer_id": table["transformer_id"].where(as_stated, of_node).astype("string"),
            "bus": bus.fillna(-1).astype("int64"),
            "status": table["status"],
            "s_kva": p_kw / power_factor,
            "p_kw": p_kw,
            "q_kvar": p_kw * power_factor.map(lambda value: math.tan(math.acos(value))),
        }
    )


def reserved_demand(case: Case, policy: Policy) -> pd.DataFrame:
    """``application_demand`` of the applications that reserve capacity."""
    return application_demand(case, policy, case.applications[reserving(case.applications)])


def reserved_by_transformer(reserved: pd.DataFrame) -> pd.Series:
    """Reserved kVA by transformer_id (arithmetic sum: the worst case of all at once)."""
    return reserved.groupby("transformer_id")["s_kva"].sum()


def _unique(frame: pd.DataFrame, column: str) -> pd.Series:
    named = frame.drop_duplicates(column)
    return pd.Series(named.index, index=named[column])
