"""The limits of sections, substations and voltages (P9, P10), and which of them a group of feeders must keep."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from capacity.headroom.margins import Limits, Scope
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import Snapshot
from capacity.tables.topology import Topology


def voltage_floor(case: Case, policy: Policy, nodes: pd.DataFrame) -> pd.Series:
    """The lower limit of every MV and LV bus by pandapower index (P10); missing at HV."""
    standard = policy.voltage_standards[case.settings.voltage_standard]
    buses = case.topology.buses
    at_mv = buses["vn_kv"].map({vn: standard.band(vn).lower_pu(vn) for vn in buses["vn_kv"].unique() if vn > 0.0})
    return nodes["voltage_lower_pu"].reindex(buses.index).fillna(at_mv.where(buses["level"].eq("mv")))


def limits_of(case: Case, policy: Policy, floor_pu: pd.Series, snapshot: Snapshot) -> Limits:
    """The limits of everything the snapshot shows."""
    line_percent = section_limits(case, policy).loc[snapshot.line_index].to_numpy()
    rated = case.topology.substations.set_index("substation_id")["rated_kva"].astype("float64")
    rated_kva = rated.reindex(list(snapshot.substation_ids))
    substation_kva = policy.choice("substation_limit_percent") / 100.0 * rated_kva
    epsilon_percent = policy.choice("existing_violation_epsilon_percent")
    return Limits(
        line_percent.astype(np.float64),
        substation_kva.fillna(np.inf).to_numpy(dtype=np.float64),
        floor_pu.reindex(snapshot.bus_index).fillna(-np.inf).to_numpy(dtype=np.float64),
        pd.factorize(_network_of(case, snapshot))[0],
        policy.choice("existing_violation_epsilon_pu"),
        epsilon_percent,
        (epsilon_percent / 100.0 * rated_kva).fillna(0.0).to_numpy(dtype=np.float64),
    )


def section_limits(case: Case, policy: Policy) -> pd.Series:
    """Allowed load rate (%) by line: of its feeder, the policy's where no feeder claims it; ``inf`` below MV."""
    lines = case.topology.lines
    of_feeder = case.topology.feeders.set_index("feeder_id")["limit_percent"]
    stated = lines["feeder_id"].map(of_feeder).astype("float64").fillna(policy.choice("section_limit_percent"))
    return stated.where(lines["level"].eq("mv"), np.inf)


def _network_of(case: Case, snapshot: Snapshot) -> pd.Series:
    """The network each bus belongs to: its LV network by transformer, else the MV part of its feeder or substation."""
    buses = case.topology.buses.loc[snapshot.bus_index]
    return buses["transformer_id"].fillna("MV " + buses["feeder_id"]).fillna("MV " + buses["substation_id"]).fillna("")


def of_feeders(topology: Topology, elements: pd.DataFrame, feeders: Collection[str]) -> pd.Series:
    """Which buses or lines are the feeders' own, or of their islands without any one feeder that could claim them.

    The second kind are sections between two feeders that are tied together: what loads one feeder loads them too.
    """
    heads = topology.lines[topology.lines["feeder_id"].isin(feeders)]
    islands = set(heads["island"]) | set(topology.buses.loc[topology.buses["feeder_id"].isin(feeders), "island"])
    unclaimed = elements["feeder_id"].isna() & elements["island"].isin(islands - {-1})
    return elements["feeder_id"].isin(feeders) | unclaimed


def substations_above(topology: Topology, feeders: Collection[str]) -> set[str]:
    """The substations that the feeders belong to."""
    of_feeder = topology.feeders.set_index("feeder_id")["substation_id"]
    return set(of_feeder[of_feeder.index.isin(feeders)].dropna())


def answering_feeders(topology: Topology, feeders: Collection[str]) -> list[str]:
    """The feeders whose voltages a load on ``feeders`` moves: with a modelled HV/MV transformer all of its busbar."""
    modelled = set(topology.trafos.loc[topology.trafos["kind"].eq("substation"), "substation_id"].dropna())
    sharing = topology.feeders["substation_id"].isin(modelled & substations_above(topology, feeders))
    return sorted({str(name) for name in topology.feeders.loc[sharing, "feeder_id"]} | set(feeders))


def scope_of(topology: Topology, snapshot: Snapshot, limits: Limits, feeders: list[str]) -> Scope:
    """Sections of the feeders, every bus that answers to them, and the substations above."""
    lines, buses = topology.lines.loc[snapshot.line_index], topology.buses.loc[snapshot.bus_index]
    above = substations_above(topology, feeders)
    watched = of_feeders(topology, buses, answering_feeders(topology, feeders))
    return Scope(
        np.flatnonzero(of_feeders(topology, lines, feeders) & lines["level"].eq("mv")),
        np.flatnonzero(watched.to_numpy(dtype=bool) & np.isfinite(limits.voltage_pu)),
        np.flatnonzero([name in above for name in snapshot.substation_ids]),
    )
