"""Reserved capacity: accepted applications that are not yet energised, each at its node (P7).

What waits for a larger transformer counts on the one that it names, which is full with it until then. The load flow
draws it at that transformer's 10 kV side: the one that stands there will never carry it, and loaded far beyond its
rating it would break limits elsewhere that no customer ever sees broken.
"""

from __future__ import annotations

import math

import pandas as pd

from capacity.tables.case import Case
from capacity.tables.inputs.applications import reserving
from capacity.tables.policy import Policy


def application_demand(case: Case, policy: Policy, applications: pd.DataFrame, *, seen_from: str = "") -> pd.DataFrame:
    """Demand each application brings: its power over its power factor, times its category's demand factor.

    Parameters
    ----------
    seen_from : a transformer whose own customers are looked at: what waits for it is drawn at its nodes.

    Returns
    -------
    DataFrame, one row per application in the given order: ``application_id``, ``transformer_id`` (the one that supplies
    its node; as stated where the node is not known or at MV), ``bus`` (pandapower index of its node, else of the
    transformer's LV busbar; of one that :func:`waits` the transformer's 10 kV bus; -1 unknown), ``status``, ``s_kva``,
    ``p_kw``, ``q_kvar`` (lagging).
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
    above = table["transformer_id"].map(case.net.trafo.drop_duplicates("name").set_index("name")["hv_bus"])
    drawn_above = waits(case, table) & table["transformer_id"].ne(seen_from).fillna(True).astype(bool)
    as_stated = of_node.isna() | of_node.eq(of_stated).fillna(False)  # also the second of two parallel units
    return pd.DataFrame(
        {
            "application_id": table["application_id"],
            "transformer_id": table["transformer_id"].where(as_stated, of_node).astype("string"),
            "bus": bus.mask(drawn_above, above).fillna(-1).astype("int64"),
            "status": table["status"],
            "s_kva": p_kw / power_factor,
            "p_kw": p_kw,
            "q_kvar": p_kw * power_factor.map(lambda value: math.tan(math.acos(value))),
        }
    )


def reserved_demand(case: Case, policy: Policy, *, seen_from: str = "") -> pd.DataFrame:
    """``application_demand`` of the applications that reserve capacity."""
    return application_demand(case, policy, case.applications[reserving(case.applications)], seen_from=seen_from)


def waits(case: Case, applications: pd.DataFrame) -> pd.Series:
    """Which applications wait for a transformer larger than the one that they name; bool, by the frame's index."""
    if "works_kva" not in applications:
        return pd.Series(False, index=applications.index)
    rated = case.transformers.drop_duplicates("transformer_id").set_index("transformer_id")["rated_kva"]
    return applications["works_kva"].gt(applications["transformer_id"].map(rated).astype("float64")).fillna(False)


def waited_for(case: Case) -> frozenset[str]:
    """The transformers that something reserved waits to see replaced."""
    applications = case.applications[reserving(case.applications)]
    return frozenset(applications.loc[waits(case, applications).astype(bool), "transformer_id"].astype(str))


def reserved_by_transformer(reserved: pd.DataFrame) -> pd.Series:
    """Reserved kVA by transformer_id (arithmetic sum: the worst case of all at once)."""
    return reserved.groupby("transformer_id")["s_kva"].sum()


def _unique(frame: pd.DataFrame, column: str) -> pd.Series:
    named = frame.drop_duplicates(column)
    return pd.Series(named.index, index=named[column])
