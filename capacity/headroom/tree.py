"""The operating state as a tree with numbers: who lies below what, and how much voltage a kVA costs on the way (P8).

The voltage that a load takes from a bus is, to first order, ``(R·P + X·Q) / V`` over the part of the two supply paths
that they share (the linear branch flow equations of Baran and Wu, IEEE Trans. Power Delivery 4(2), 1989, without their
losses). Only the proportions are used: what a kVA really costs is taken from AC load flows
(:mod:`capacity.headroom.simultaneous`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SupplyTree:
    """Every bus of the network by position.

    Attributes
    ----------
    buses : pandapower index of each position; ``index`` is the same, for looking up.
    parent : position of the parent bus; -1 at sources, in meshed islands and where unenergised.
    known : whether the bus lies in an island that is a tree.
    impedance : pu per kVA, R + jX, of the branch from the parent (0 over switches).
    drop : pu of voltage per kVA at the case's power factor over that branch.
    drop_to_source : the sum of ``drop`` from the source to the bus.
    levels : positions by their number of branches and switches from the source, the source's own first.
    arrival : by pandapower line index: position of the bus at which the line arrives from above; -1 where unknown.
    """

    buses: Ints
    index: pd.Index
    parent: Ints
    known: Bools
    impedance: npt.NDArray[np.complex128]
    drop: Floats
    drop_to_source: Floats
    levels: tuple[Ints, ...]
    arrival: pd.Series

    def positions(self, buses: npt.ArrayLike) -> Ints:
        """Positions of pandapower buses, -1 where unknown."""
        return self.index.get_indexer(np.asarray(buses)).astype(np.int64)

    def paths(self, positions: Ints) -> Ints:
        """Each bus and everything above it, ``(n, longest)``, nearest first, filled up with -1."""
        rows, here = [], positions.copy()
        while (here >= 0).any():
            rows.append(here)
            here = np.where(here >= 0, self.parent[here], -1)
        return np.stack(rows, axis=1) if rows else np.empty((len(positions), 0), dtype=np.int64)

    def supplies(self, arrivals: Ints, paths: Ints) -> Bools:
        """Whether each bus of ``arrivals`` lies on each of the paths, ``(n_arrivals, n_paths)``."""
        marked = np.zeros((len(arrivals), len(paths)), dtype=bool)
        for row, arrival in enumerate(arrivals):
            if arrival >= 0:
                marked[row] = (paths == arrival).any(axis=1)
        return marked

    def shared_drop(self, positions: Ints, paths: Ints) -> Floats:
        """Voltage in pu that a kVA at the foot of each path costs at each bus, ``(n_positions, n_paths)``."""
        shared = np.zeros((len(positions), len(paths)))
        on_path = np.zeros(len(self.buses) + 1, dtype=bool)  # the last one stands for -1
        for row, own in enumerate(self.paths(positions)):
            on_path[own] = True
            on_path[-1] = False
            met = on_path[paths]
            meeting = paths[np.arange(len(paths)), met.argmax(axis=1)]
            shared[row] = np.where(met.any(axis=1), self.drop_to_source[meeting], 0.0)
            on_path[own] = False
        return shared

    def drops(self, kva: Floats) -> Floats:
        """Voltage in pu lost at every bus when ``kva`` is drawn (by position); 0 outside trees."""
        through = kva.copy()
        for level in reversed(self.levels[1:]):
            np.add.at(through, self.parent[level], through[level])
        lost = np.zeros(len(kva))
        for level in self.levels[1:]:
            lost[level] = lost[self.parent[level]] + self.drop[level] * through[level]
        return lost


def supply_tree(case: Case) -> SupplyTree:
    """The tree of a case's operating state, with the impedances of its lines and transformers."""
    buses = case.topology.buses
    index = buses.index.to_numpy(np.int64)
    parent = pd.Index(index).get_indexer(buses["parent_bus"]).astype(np.int64)
    known = buses["depth"].to_numpy() >= 0
    levels = _levels(parent, known)
    switched = buses["parent_kind"].eq("switch").to_numpy(dtype=bool)
    arrival = _arrivals(case, parent, known, switched)
    impedance = _impedances(case, arrival, parent, known, switched)
    factor = case.settings.power_factor
    drop = impedance.real * factor + impedance.imag * np.sqrt(1.0 - factor**2)
    to_source = np.zeros(len(index))
    for level in levels[1:]:
        to_source[level] = to_source[parent[level]] + drop[level]
    return SupplyTree(index, pd.Index(index), parent, known, impedance, drop, to_source, levels, arrival)


def _levels(parent: Ints, known: Bools) -> tuple[Ints, ...]:
    hops = np.where(known & (parent < 0), 0, -1)
    levels = [np.flatnonzero(hops == 0)]
    while len(levels[-1]):
        here = (hops < 0) & (parent >= 0)
        here[here] = hops[parent[here]] == len(levels) - 1
        hops[here] = len(levels)
        levels.append(np.flatnonzero(here))
    return tuple(levels[:-1]) or (np.empty(0, dtype=np.int64),)


def _arrivals(case: Case, parent: Ints, known: Bools, switched: Bools) -> pd.Series:
    lines = case.net.line
    arrival = _arrival_of(case, lines["from_bus"].to_numpy(), lines["to_bus"].to_numpy(), parent, known, switched)
    return pd.Series(np.where(case.topology.lines["live"].to_numpy(dtype=bool), arrival, -1), index=lines.index)


def _arrival_of(case: Case, start: Ints, end: Ints, parent: Ints, known: Bools, switched: Bools) -> Ints:
    """Where branches arrive from above: their deeper end, carried over switches to the bus that has the branch above.

    So all branches in parallel arrive at one bus.
    """
    buses = case.topology.buses
    depth = buses["depth"].to_numpy()
    ends = np.stack([buses.index.get_indexer(start), buses.index.get_indexer(end)])
    deeper = np.where(depth[ends[0]] > depth[ends[1]], ends[0], ends[1])
    in_tree = (ends >= 0).all(axis=0) & known[deeper] & (depth[ends[0]] != depth[ends[1]])
    here = np.where(in_tree, deeper, -1).astype(np.int64)
    while (over := (here >= 0) & switched[here]).any():
        here[over] = parent[here[over]]
    return here


def _impedances(
    case: Case, arrival: pd.Series, parent: Ints, known: Bools, switched: Bools
) -> npt.NDArray[np.complex128]:
    """pu per kVA over each bus's branch from above; branches in parallel share the current."""
    lines, trafos = case.net.line, case.net.trafo
    vn_kv = case.topology.buses["vn_kv"].to_numpy()
    of_line = arrival.to_numpy(np.int64)
    per_kva = (lines["length_km"] / lines["parallel"]).to_numpy() / (1000.0 * vn_kv[of_line] ** 2)
    line_z = (lines["r_ohm_per_km"].to_numpy() + 1j * lines["x_ohm_per_km"].to_numpy()) * per_kva
    of_trafo = _arrival_of(case, trafos["hv_bus"].to_numpy(), trafos["lv_bus"].to_numpy(), parent, known, switched)
    of_trafo = np.where(case.topology.trafos["live"].to_numpy(dtype=bool), of_trafo, -1)
    kva = (trafos["sn_mva"] * trafos["parallel"]).to_numpy() * 1000.0
    r = trafos["vkr_percent"].to_numpy() / 100.0 / kva
    z = trafos["vk_percent"].to_numpy() / 100.0 / kva
    trafo_z = r + 1j * np.sqrt(np.maximum(z**2 - r**2, 0.0))
    admittance = np.zeros(len(parent), dtype=np.complex128)
    for where, impedance in ((of_line, line_z), (of_trafo, trafo_z)):
        counted = (where >= 0) & (np.abs(impedance) > 0.0)
        np.add.at(admittance, where[counted], 1.0 / impedance[counted])
    found = np.zeros(len(parent), dtype=np.complex128)
    np.divide(1.0, admittance, out=found, where=np.abs(admittance) > 0.0)
    return found
