"""The critical steps of the year: those at which a feeder or substation comes nearest to its limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.limits import of_feeders
from capacity.tables.case import Case
from capacity.tables.solved import HeadFlows, SolvedYear

Steps = npt.NDArray[np.int64]
STEPS_PER_FEEDER = 40
LOADED_PART = 0.5
"""Sections with at least this part of the feeder's highest load rate are asked for their highest steps."""


def critical_steps(case: Case, solved: SolvedYear, floor_pu: pd.Series, feeder: str) -> Steps:
    """Steps of the highest section currents and of the lowest voltages of a feeder, most often named first."""
    topology = case.topology
    mine = of_feeders(topology, topology.lines, [feeder]) & topology.lines["level"].eq("mv")
    sections = solved.lines.loc[topology.lines.index[mine]]
    loaded = sections[sections["max_loading_percent"] >= LOADED_PART * sections["max_loading_percent"].max()]
    own = topology.buses.index[of_feeders(topology, topology.buses, [feeder])]
    here = solved.buses.loc[own].dropna(subset=["voltage_min_pu"])
    margin = here["voltage_min_pu"] - floor_pu.reindex(here.index)
    of_trafo = topology.buses["transformer_id"].reindex(here.index).fillna("")
    lowest = margin.groupby(of_trafo).nsmallest(3).index.get_level_values(-1)
    times = pd.concat(
        [
            loaded["max_loading_at"],
            loaded["second_loading_at"],
            loaded["third_loading_at"],
            here.loc[lowest, "voltage_min_at"],
        ]
    ).dropna()
    positions = solved.timestamps.get_indexer(pd.DatetimeIndex(times.value_counts().index[:STEPS_PER_FEEDER]))
    head = _import_steps(solved.feeders, feeder, count=3)
    return np.unique(np.concatenate([positions[positions >= 0], head, substation_steps(solved)])).astype(np.int64)


def substation_steps(solved: SolvedYear) -> Steps:
    """The step of each substation's highest import."""
    flows = solved.substations
    return np.array([step for name in flows.ids for step in _import_steps(flows, name, count=1)], dtype=np.int64)


def _import_steps(flows: HeadFlows, name: str, count: int) -> Steps:
    """The steps of highest apparent power towards the loads: a section's own maximum may be an export (P7)."""
    if name not in flows.ids:
        return np.empty(0, dtype=np.int64)
    row = flows.ids.index(name)
    imported = np.where(flows.p_kw[row] >= 0.0, np.hypot(flows.p_kw[row], flows.q_kvar[row]), -1.0)
    return np.argsort(-np.nan_to_num(imported, nan=-1.0), kind="stable")[:count].astype(np.int64)
