"""The critical steps of the year: those at which a limit within reach may be the first to break (P8).

A load added at every step alike moves the apparent power of a section from ``S(t)`` to ``S(t) + X·u``. Its square is
``|S|² + 2·X·Re(S·conj(u)) + X²``: over X, one straight line per step plus something that all steps share. The steps
that can ever be the highest for some X up to the full room are therefore the upper envelope of these lines, a handful,
and no other step can be the first to break that section. Voltages fall by nearly the same amount at every step, so a
bus is lowest at the step at which it was lowest before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.network import Network
from capacity.headroom.reach import STRETCH, Reach
from capacity.headroom.tree import SupplyTree
from capacity.tables.case import Case
from capacity.tables.solved import HeadFlows, SolvedYear

Complexes = npt.NDArray[np.complex64]
Steps = npt.NDArray[np.int64]
IMPORT_STEPS = 3
LOWEST_BUSES = 3
"""Buses of an LV network whose lowest steps are looked at, and steps of a feeder's highest import."""


@dataclass(frozen=True)
class Outlook:
    """What the choice of steps is made from.

    ``section_limit_percent`` by pandapower line index, ``floor_pu`` by bus; ``unit`` is a kVA of added load in
    kW + j kvar.
    """

    case: Case
    solved: SolvedYear
    network: Network
    reach: Reach
    floor_pu: pd.Series
    section_limit_percent: pd.Series
    unit: complex

    @property
    def tree(self) -> SupplyTree:
        """The operating state as a tree."""
        return self.network.tree

    @property
    def rated_kva(self) -> pd.Series:
        """By pandapower line index."""
        return self.network.rated_kva


def critical_steps(outlook: Outlook, feeder: str) -> Steps:
    """Every step at which a limit on the feeder may be the first to break, its head's highest imports included."""
    found = [_section_steps(outlook, feeder), _voltage_steps(outlook, feeder)]
    found.append(_import_steps(outlook.solved.feeders, feeder, IMPORT_STEPS))
    return np.unique(np.concatenate(found)).astype(np.int64)


def substation_steps(outlook: Outlook, substation: str) -> Steps:
    """The steps at which a substation's load may be the highest, whatever part of the rooms below it is added."""
    flows, reach = outlook.solved.substations, outlook.reach
    row = flows.ids.index(substation)
    before, rooms = reach.substation_before_kva.get(substation, 0j), reach.substation_kva.get(substation, 0.0)
    power = (flows.p_kw[row] + 1j * flows.q_kvar[row]).astype(np.complex64) + np.complex64(before)
    highest = _import_steps(flows, substation, 1)
    return np.unique(np.concatenate([highest, envelope(power, outlook.unit, float(rooms))]))


def _section_steps(outlook: Outlook, feeder: str) -> Steps:
    topology, solved = outlook.case.topology, outlook.solved
    belonging = outlook.network.belonging
    mine = belonging.lines([feeder]) & belonging.line_at_mv
    columns = ["max_loading_percent", "max_loading_at", "second_loading_at", "third_loading_at"]
    sections = solved.lines.loc[topology.lines.index[mine], columns]
    added = 100.0 * STRETCH * outlook.reach.line_kva.reindex(sections.index) / outlook.rated_kva.reindex(sections.index)
    near = sections["max_loading_percent"] + added > outlook.section_limit_percent.reindex(sections.index)
    highest = sections["max_loading_percent"].eq(sections["max_loading_percent"].max())
    times = pd.concat(
        [
            sections.loc[near | highest, "max_loading_at"],
            sections.loc[near, "second_loading_at"],
            sections.loc[near, "third_loading_at"],
        ]
    ).dropna()
    top = solved.timestamps.get_indexer(pd.DatetimeIndex(times.unique()))
    lines = sections.index[near].to_numpy(np.int64)
    power = section_flows(outlook.case, solved, outlook.tree, feeder, lines)
    steps = [top[top >= 0]]
    for row, line in enumerate(lines):
        if np.isfinite(outlook.reach.line_kva.at[line]):
            before = np.complex64(outlook.reach.line_before_kva.at[line])
            steps.append(envelope(power[row] + before, outlook.unit, float(outlook.reach.line_kva.at[line])))
    return np.concatenate(steps).astype(np.int64)


def section_flows(case: Case, solved: SolvedYear, tree: SupplyTree, feeder: str, lines: Steps) -> Complexes:
    """Power through each line over the year, kW + j kvar ``(n_lines, n_steps)``: the sum of the transformers below.

    Losses of the sections and loads that stand at 10 kV themselves are not in it. NaN where a step failed.
    """
    flows, trafos = solved.transformers, case.topology.trafos
    own = trafos["feeder_id"].eq(feeder).fillna(False) & trafos["kind"].eq("distribution")
    rows = np.flatnonzero(own.reindex(flows.index).fillna(False).to_numpy(dtype=bool))
    paths = tree.paths(tree.positions(case.net.trafo.loc[flows.index[rows], "hv_bus"].to_numpy()))
    below = tree.supplies(tree.arrival.loc[lines].to_numpy(), paths).astype(np.float32)
    power = np.empty((len(lines), len(solved.timestamps)), dtype=np.complex64)
    power.real = below @ flows.p_hv_kw[rows]
    power.imag = below @ flows.q_hv_kvar[rows]
    return power


def envelope(power: Complexes, unit: complex, most_kva: float) -> Steps:
    """The steps at which ``|power + x·unit|`` is the highest of all steps for some ``x`` in ``[0, most_kva]``."""
    known = np.isfinite(power.real)
    if not known.any():
        return np.empty(0, dtype=np.int64)
    along = np.where(known, power.real * unit.real + power.imag * unit.imag, -np.inf) / abs(unit)
    square = np.where(known, power.real.astype(np.float64) ** 2 + power.imag.astype(np.float64) ** 2, -np.inf)
    highest = np.flatnonzero(square == square.max())
    at = int(highest[np.argmax(along[highest])])
    steps, reached = [at], 0.0
    while True:
        later = np.flatnonzero(along > along[at])
        if not len(later):
            break
        crossing = (square[at] - square[later]) / (2.0 * (along[later] - along[at]))
        first = int(np.argmin(crossing))
        reached = max(reached, float(crossing[first]))
        if reached > most_kva:
            break
        at = int(later[first])
        steps.append(at)
    return np.array(steps, dtype=np.int64)


def _voltage_steps(outlook: Outlook, feeder: str) -> Steps:
    """The lowest steps of the buses that can be reached, the lowest few of each network; of the lowest bus anyhow."""
    topology, solved = outlook.case.topology, outlook.solved
    own = topology.buses.index[outlook.network.belonging.buses([feeder])]
    here = solved.buses.loc[own, ["voltage_min_pu", "voltage_min_at"]].dropna(subset=["voltage_min_pu"])
    margin = (here["voltage_min_pu"] - outlook.floor_pu.reindex(here.index)).dropna()
    if margin.empty:
        return np.empty(0, dtype=np.int64)
    near = margin[margin < outlook.reach.voltage_pu.reindex(margin.index)].sort_values(kind="stable")
    network = topology.buses["transformer_id"].reindex(near.index)
    at_mv = near.index[network.isna()]
    below = near[network.notna()].groupby(network.dropna(), sort=False).head(LOWEST_BUSES).index
    buses = [margin.idxmin(), *at_mv, *below]
    times = pd.DatetimeIndex(here.loc[buses, "voltage_min_at"].dropna().unique())
    found = solved.timestamps.get_indexer(times)
    return found[found >= 0].astype(np.int64)


def _import_steps(flows: HeadFlows, name: str, count: int) -> Steps:
    """The steps of highest apparent power towards the loads: a section's own maximum may be an export (P7)."""
    if name not in flows.ids:
        return np.empty(0, dtype=np.int64)
    row = flows.ids.index(name)
    imported = np.where(flows.p_kw[row] >= 0.0, np.hypot(flows.p_kw[row], flows.q_kvar[row]), -1.0)
    return np.argsort(-np.nan_to_num(imported, nan=-1.0), kind="stable")[:count].astype(np.int64)
