"""Everything solved without the addition: trunks, what their networks draw, and what each network sees above it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.again import Base, Same
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.own import NetworkBounds, network_year
from capacity.loadflow.additions.setting import Setting
from capacity.loadflow.additions.trunk import (
    Above,
    TrunkYear,
    driving_impedance,
    trunk_kinds,
    trunk_year,
    with_others,
)

Complexes = npt.NDArray[np.complex128]

IMPEDANCE_STEPS = 16
IMPEDANCE_KVA = 100.0


def solve_base(setting: Setting, known: Same | None) -> Base:
    """Solve every trunk with its networks' power; what is connected besides is solved in its networks first."""
    inflow, model = setting.inflow.copy(), setting.model
    kept = known.trunks if known is not None else frozenset()
    years = [_taken(known, trunk) or _trunk_year(setting, trunk, inflow) for trunk in model.trunks]
    alone = []
    for trunk, year in zip(model.trunks, years, strict=True):
        if known is not None and trunk.number in kept:
            inflow[trunk.networks] = known.kept.base.inflow[trunk.networks]
            alone.append(known.kept.base.loads_alone[trunk.number])
        elif setting.connected[trunk.tree.bus[1:]].any():
            alone.append(_trunk_year(setting, _without(setting, trunk), inflow).through)
        else:
            alone.append(year.through)
    changed = [
        network
        for network in model.networks
        if network.trunk not in kept
        and (np.isnan(inflow[network.number]).any() or setting.connected[network.tree.bus[2:]].any())
    ]
    for _ in range(2):
        for network in changed:
            head = _head_of(setting, network, years)
            steps = np.arange(setting.n_steps)
            solved = network_year(network, _unbounded(network), setting.loads, setting.ask, steps, head, keep=False)
            inflow[network.number] = solved.inflow
        for number in {network.trunk for network in changed}:
            years[number] = _trunk_year(setting, model.trunks[number], inflow)
    full = [
        _taken(known, trunk) or with_others(trunk, year, _past(setting, trunk, years, alone), setting.ask)
        for trunk, year in zip(model.trunks, years, strict=True)
    ]
    head = np.empty(inflow.shape, dtype=np.complex128)
    for network in model.networks:
        head[network.number] = _head_of(setting, network, full)
    return Base(tuple(full), tuple(alone), head, _impedances(setting, full, inflow, known), inflow)


def _taken(known: Same | None, trunk: Trunk) -> TrunkYear | None:
    """A trunk's year where a search before knows it."""
    return known.kept.base.years[trunk.number] if known is not None and trunk.number in known.trunks else None


def _without(setting: Setting, trunk: Trunk) -> Trunk:
    """A trunk without what is connected besides."""
    bus = trunk.tree.bus
    own = np.where(bus >= 0, setting.connected[bus], 0j)
    own[0] = 0j
    constant = trunk.consumption.constant - np.stack([own.real, own.imag], axis=1)
    return replace(trunk, consumption=replace(trunk.consumption, constant=constant))


def _trunk_year(setting: Setting, trunk: Trunk, inflow: Complexes) -> TrunkYear:
    drawn = np.nan_to_num(inflow[trunk.networks])
    bound = setting.local_bound(trunk.tree.bus, artificial=1)
    return trunk_year(trunk, bound, setting.loads, setting.ask, setting.source[trunk.source], drawn)


def _unbounded(network: Network) -> NetworkBounds:
    total = network.tree.n_bus + len(network.tree.watch.child)
    nothing = np.full(total, -np.inf)
    return NetworkBounds(nothing[: network.tree.n_bus], nothing, np.full(total, -1, dtype=np.int64))


def _head_of(setting: Setting, network: Network, years: list[TrunkYear]) -> Complexes:
    """Voltage of a network's head, ``(n_steps)``."""
    return np.ascontiguousarray(years[network.trunk].voltage[network.head])


def _past(setting: Setting, trunk: Trunk, years: list[TrunkYear], before: list[Complexes]) -> Complexes:
    """What flows into a trunk's substations past the trunk itself."""
    past = setting.into_substation[trunk.substations].copy()
    for row, substation in enumerate(trunk.substations.tolist()):
        past[row] -= before[trunk.number][row]
        for other, year in zip(setting.model.trunks, years, strict=True):
            if other.number != trunk.number:
                for position in np.flatnonzero(other.substations == substation).tolist():
                    past[row] += year.through[position] - before[other.number][position]
    return past


def _impedances(setting: Setting, years: list[TrunkYear], inflow: Complexes, known: Same | None) -> Complexes:
    """What every network sees behind its head, pu."""
    impedance = np.zeros(len(setting.model.networks), dtype=np.complex128)
    for trunk, year in zip(setting.model.trunks, years, strict=True):
        if not len(trunk.networks):
            continue
        if known is not None and trunk.number in known.trunks:
            impedance[trunk.networks] = known.kept.base.impedance[trunk.networks]
            continue
        bound = setting.local_bound(trunk.tree.bus, artificial=1)
        load = np.abs(inflow[trunk.networks]).sum(axis=0)
        count = min(IMPEDANCE_STEPS, len(load))
        steps = np.sort(np.argpartition(-load, count - 1)[:count])
        nothing = np.full((len(trunk.networks), len(steps)), -np.inf * setting.ask.sense)
        blocks = Above(
            trunk, bound, trunk_kinds(trunk, bound), setting.loads.only(steps), steps, year.voltage[:, steps],
            year.offset[:, steps], inflow[trunk.networks][:, steps], np.zeros(nothing.shape, dtype=np.complex128),
            nothing,
        ).blocks(steps, setting.ask)  # fmt: skip
        for number, head in zip(trunk.networks.tolist(), trunk.heads.tolist(), strict=True):
            impedance[number] = driving_impedance(trunk, blocks, setting.ask, head, IMPEDANCE_KVA)
    return impedance
