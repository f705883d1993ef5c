"""What an engineer would script for the capacity of a node: bisection with ``pandapower.runpp`` on one step.

The step is the one with the highest import of all substations; everything reserved is connected. For one node after
the other a load at the case's power factor is added, the whole network solved with pandapower's defaults, and every
limit of P9 looked at: transformers, LV conductors, 10 kV sections, substation transformers, undervoltage. Limits that
are broken before anything is added are treated as P9 says. The script knows one step only: that is its weakness.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandapower
import pandas as pd
from pandapower.auxiliary import LoadflowNotConverged

from benchmarks.measure import Outcome, Stopwatch
from benchmarks.peers.pandapower_series import OPTIONS
from capacity.headroom.placing import reserved_power
from capacity.headroom.reserved import reserved_demand
from capacity.loadflow import LoadFlow
from capacity.loadflow.crosscheck import apply_step
from capacity.loadflow.reference import fresh
from capacity.rates.network import node_phases
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import SolvedYear

if TYPE_CHECKING:
    from pandapower import pandapowerNet

TOLERANCE_KVA = 1.0
TOLERANCE_PERCENT = 0.5
NOISE = 1e-6
"""Percent or pu: what a comparison of two load flows leaves of a limit that is exactly kept."""


@dataclass(frozen=True)
class Limits:
    """The limits of P9 by pandapower index; infinite (voltage: minus infinite) where there is none."""

    trafo_percent: pd.Series
    line_percent: pd.Series
    bus_pu: pd.Series
    ext_grid_kva: pd.Series
    epsilon_percent: float
    epsilon_pu: float
    ceiling_kva: float


@dataclass(frozen=True)
class Answer:
    """What the script finds at a node, and how many load flows it took."""

    bus: int
    allowed_kva: float
    load_flows: int


def limits_of(case: Case, rules: Policy) -> Limits:
    """The limits of a case's elements under a policy."""
    topology, net = case.topology, case.net
    substation = topology.trafos["kind"].eq("substation")
    trafo = pd.Series(rules.choice("transformer_limit_percent"), index=net.trafo.index)
    trafo[substation.reindex(trafo.index).fillna(False)] = rules.choice("substation_limit_percent")
    stated = topology.feeders.set_index("feeder_id")["limit_percent"].astype("float64")
    section = topology.lines["feeder_id"].map(stated).fillna(rules.choice("section_limit_percent")).astype("float64")
    level = topology.lines["level"]
    line = section.where(level.eq("mv"), rules.choice("lv_line_limit_percent")).where(level.ne("hv"), np.inf)
    return Limits(
        trafo_percent=trafo,
        line_percent=line.reindex(net.line.index).fillna(np.inf),
        bus_pu=_floor(case, rules),
        ext_grid_kva=_substations_at_busbars(case, rules.choice("substation_limit_percent")),
        epsilon_percent=rules.choice("existing_violation_epsilon_percent"),
        epsilon_pu=rules.choice("existing_violation_epsilon_pu"),
        ceiling_kva=rules.choice("search_ceiling_kva"),
    )


def _floor(case: Case, rules: Policy) -> pd.Series:
    """Lower voltage limit per bus (P10)."""
    standard, buses = rules.voltage_standards[case.settings.voltage_standard], case.topology.buses
    phases = buses["bus_id"].map(node_phases(case)).fillna("unknown")
    floors = [standard.band(vn, phase).lower_pu(vn) for vn, phase in zip(buses["vn_kv"], phases, strict=True)]
    return pd.Series(floors, index=buses.index).where(buses["level"].ne("hv"), -np.inf)


def _substations_at_busbars(case: Case, limit_percent: float) -> pd.Series:
    """Limit of external grids that stand at a busbar in place of the substation's transformer."""
    substations, grids = case.topology.substations, case.net.ext_grid
    rated = substations.drop_duplicates("busbar").set_index("busbar")["rated_kva"].astype("float64")
    return (limit_percent / 100.0 * grids["bus"].map(rated)).fillna(np.inf)


def worst_step(year: SolvedYear) -> int:
    """The step in which the substations together take the most active power."""
    return int(np.nanargmax(np.nansum(year.substations.p_kw, axis=0)))


@dataclass(frozen=True)
class Peer:
    """The network in its worst step with everything reserved connected.

    ``added`` is the load that is moved from node to node; ``before`` is by how much each limit is exceeded without it
    (index kind and pandapower index, percent or pu, negative where kept).
    """

    case: Case
    net: pandapowerNet
    limits: Limits
    step: int
    added: int
    before: pd.Series


def prepare(load_flow: LoadFlow, rules: Policy, step: int) -> Peer:
    """The script's starting point: the worst step as the case has it, and one load flow of it.

    Raises
    ------
    LoadflowNotConverged
        Where that step has no solution.
    """
    case = load_flow.case
    net = fresh(case.net)
    apply_step(net, load_flow, step)
    for bus, power in reserved_power(reserved_demand(case, rules)).items():
        pandapower.create_load(net, bus, p_mw=power.real / 1000.0, q_mvar=power.imag / 1000.0)
    added = int(pandapower.create_load(net, net.bus.index[0], p_mw=0.0, q_mvar=0.0))
    limits = limits_of(case, rules)
    pandapower.runpp(net, **OPTIONS)
    return Peer(case, net, limits, step, added, _over(net, limits))


def capacities(peer: Peer, buses: list[int]) -> Outcome[list[Answer]]:
    """The script's figure for some nodes, one after the other."""
    with Stopwatch() as watch:
        answers = [capacity_at(peer, bus) for bus in buses]
    return Outcome(answers, {"solve": watch.spent})


def capacity_at(peer: Peer, bus: int) -> Answer:
    """Largest load (kVA) at a bus in the worst step: doubling from the transformer's rating, then bisection."""
    tries = _Tries(_holds(peer, bus))
    if _blocked(peer, bus):
        return Answer(bus, 0.0, tries.count)
    holds, fails = 0.0, _first_guess_kva(peer.case, bus)
    while fails < peer.limits.ceiling_kva and tries(fails):
        holds, fails = fails, 2.0 * fails
    if fails >= peer.limits.ceiling_kva:
        fails = peer.limits.ceiling_kva
        if tries(fails):
            return Answer(bus, fails, tries.count)
    while fails - holds > max(TOLERANCE_KVA, TOLERANCE_PERCENT / 100.0 * holds):
        middle = 0.5 * (holds + fails)
        holds, fails = (middle, fails) if tries(middle) else (holds, middle)
    return Answer(bus, holds, tries.count)


class _Tries:
    """A question, and how often it was asked."""

    def __init__(self, holds: Callable[[float], bool]) -> None:
        self._holds, self.count = holds, 0

    def __call__(self, kva: float) -> bool:
        self.count += 1
        return self._holds(kva)


def _first_guess_kva(case: Case, bus: int) -> float:
    """The rating of the transformers that supply the node."""
    supplier = case.topology.buses.at[bus, "transformer_id"]
    mine = case.net.trafo[case.net.trafo["name"].eq(supplier)]
    rated = float((mine["sn_mva"] * mine["parallel"]).sum() * 1000.0)
    return rated if rated > 0.0 else 100.0


def _holds(peer: Peer, bus: int) -> Callable[[float], bool]:
    """Whether a load of so many kVA at the bus breaks nothing new and worsens nothing by more than the epsilon."""
    net, factor = peer.net, peer.case.settings.power_factor
    unit_p, unit_q = factor / 1000.0, math.sqrt(1.0 - factor**2) / 1000.0
    was = peer.before
    epsilon = np.where(was.index.get_level_values(0) == "bus", peer.limits.epsilon_pu, peer.limits.epsilon_percent)
    bearable = np.where(was > NOISE, was + epsilon, NOISE)

    def holds(kva: float) -> bool:
        net.load.loc[peer.added, ["bus", "p_mw", "q_mvar"]] = [bus, kva * unit_p, kva * unit_q]
        try:
            pandapower.runpp(net, **OPTIONS)
        except LoadflowNotConverged:
            return False
        return bool((_over(net, peer.limits).to_numpy() <= bearable).all())

    return holds


def _blocked(peer: Peer, bus: int) -> bool:
    """Whether something on the node's supply path or in its own LV network is broken already (P9)."""
    broken = peer.before.index[peer.before > NOISE]
    if not len(broken):
        return False
    topology, net = peer.case.topology, peer.net
    supplier = topology.buses.at[bus, "transformer_id"]
    own = set(topology.supply_path(bus))
    own |= {("line", index) for index in topology.lines.index[topology.lines["transformer_id"].eq(supplier)]}
    buses = set(topology.buses.index[topology.buses["transformer_id"].eq(supplier)])
    while bus >= 0:
        buses.add(bus)
        bus = int(topology.buses.at[bus, "parent_bus"])
    own |= {("bus", index) for index in buses}
    own |= {("trafo", index) for index in net.trafo.index[net.trafo["lv_bus"].isin(buses)]}
    own |= {("ext_grid", index) for index in net.ext_grid.index[net.ext_grid["bus"].isin(buses)]}
    return any((kind, int(index)) in own for kind, index in broken)


def _over(net: pandapowerNet, limits: Limits) -> pd.Series:
    """By how much every limit is exceeded in the load flow just solved, as ``Peer.before``."""
    supplied_kva = np.hypot(net.res_ext_grid["p_mw"], net.res_ext_grid["q_mvar"]) * 1000.0
    parts = {
        "trafo": net.res_trafo["loading_percent"] - limits.trafo_percent,
        "line": net.res_line["loading_percent"] - limits.line_percent,
        "bus": limits.bus_pu - net.res_bus["vm_pu"],
        "ext_grid": 100.0 * (supplied_kva / limits.ext_grid_kva - 1.0),
    }
    return pd.concat(parts).fillna(-np.inf)
