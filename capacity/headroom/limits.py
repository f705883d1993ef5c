"""The limits of sections, substations and voltages (P9, P10), and which of them a group of feeders must keep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.headroom.belonging import Belonging
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


def scope_of(topology: Topology, belonging: Belonging, snapshot: Snapshot, limits: Limits, feeders: list[str]) -> Scope:
    """Sections of the feeders, every bus that answers to them, and the substations above."""
    lines = topology.lines.index.get_indexer(snapshot.line_index)
    buses = topology.buses.index.get_indexer(snapshot.bus_index)
    above = belonging.substations(feeders)
    watched = belonging.buses(belonging.answering(feeders))
    return Scope(
        np.flatnonzero((belonging.lines(feeders) & belonging.line_at_mv)[lines]),
        np.flatnonzero(watched[buses] & np.isfinite(limits.voltage_pu)),
        np.flatnonzero([name in above for name in snapshot.substation_ids]),
    )
