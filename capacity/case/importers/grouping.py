"""Group neighbouring distribution transformers into LV grid areas, for networks that come without any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from capacity.tables.topology import Topology

ENOUGH = 5
"""Transformers from which on a group is closed; two groups of fewer join to at most eight."""
FEW = 3
MOST = 8

Group = list[int]


def group_transformers(topology: Topology, trafo_hv_bus: pd.Series) -> list[list[int]]:
    """Groups of neighbouring distribution transformers of one feeder, mostly three to eight each.

    Along a feeder operated as a tree the groups are grown from its ends towards the substation: what hangs on one
    stretch stays together, and at a junction the branches nearest to it join first. Where there is no tree, the
    transformers of a feeder are cut into runs along the longer side of the area they cover.

    Parameters
    ----------
    topology : of the network.
    trafo_hv_bus : HV bus by pandapower trafo index (``net.trafo.hv_bus``).

    Returns
    -------
    list of lists of pandapower trafo indices, in a fixed order; every distribution transformer is in exactly one.
    """
    trafos = topology.trafos[topology.trafos["kind"] == "distribution"]
    feeder = trafos["feeder_id"].fillna("").astype(str)
    station = trafos["substation_id"].fillna("").astype(str)
    groups: list[Group] = []
    for _, members in sorted(trafos.index.groupby(list(zip(station, feeder, strict=True))).items()):
        hv_bus = trafo_hv_bus.loc[members].astype(int)
        at_tree = topology.buses["depth"].reindex(hv_bus).to_numpy() >= 0
        groups += _along_tree(topology, hv_bus[at_tree])
        groups += _along_axis(topology, hv_bus[~at_tree])
    return groups


def _along_tree(topology: Topology, hv_bus: pd.Series) -> list[Group]:
    """Close a group as soon as it is large enough, from the far ends up; the rest at the busbar joins it."""
    pending: dict[int, list[Group]] = defaultdict(list)
    for trafo, bus in hv_bus.sort_index().items():
        pending[int(bus)].append([int(trafo)])
    parent, depth = topology.buses["parent_bus"].to_dict(), topology.buses["depth"].to_dict()
    place = _places(topology)
    position = {bus: number for number, bus in enumerate(topology.buses.index)}
    feeder = topology.buses["feeder_id"].to_dict()
    closed: list[Group] = []
    closed_at: dict[int, int] = {}  # bus -> the group closed there last, passed upwards
    waiting = {depth[bus]: {bus} for bus in pending}
    for bus in pending:
        waiting[depth[bus]].add(bus)
    for level in range(max(waiting, default=-1), -1, -1):
        for bus in sorted(waiting.get(level, ()), key=position.__getitem__):
            joined, full = _join(pending.pop(bus, []), bus, hv_bus, place)
            for group in full:
                closed_at[bus] = len(closed)
                closed.append(group)
            above = parent[bus]
            if above < 0 or pd.isna(feeder[above]):
                if joined:
                    _finish(joined, closed, closed_at.get(bus))
                continue
            if joined:
                pending[above].append(joined)
            if bus in closed_at:
                closed_at.setdefault(above, closed_at[bus])
            waiting.setdefault(depth[above], set()).add(above)
    return closed


def _join(parts: list[Group], bus: int, hv_bus: pd.Series, place: dict[int, complex]) -> tuple[Group, list[Group]]:
    """Join the parts that meet at a bus, nearest first; what is large enough is closed."""

    def distance(part: Group) -> float:
        return min(abs(place[int(hv_bus.loc[trafo])] - place[bus]) for trafo in part)

    joined: Group = []
    full: list[Group] = []
    for part in sorted(parts, key=lambda part: (distance(part), part)):
        joined = joined + part
        if len(joined) >= ENOUGH:
            full.append(joined)
            joined = []
    return joined, full


def _finish(rest: Group, closed: list[Group], neighbour: int | None) -> None:
    """What is left at the busbar joins the group before it when it is small and there is room, else stands alone."""
    if neighbour is not None and len(rest) < FEW and len(closed[neighbour]) + len(rest) <= MOST:
        closed[neighbour] = closed[neighbour] + rest
    else:
        closed.append(rest)


def _along_axis(topology: Topology, hv_bus: pd.Series) -> list[Group]:
    """Runs of nearly equal length along the longer side of the place."""
    if hv_bus.empty:
        return []
    at = topology.buses[["x", "y"]].reindex(hv_bus.to_numpy()).to_numpy(dtype=float)
    extent = np.nanmax(at, axis=0) - np.nanmin(at, axis=0) if np.isfinite(at).any() else np.zeros(2)
    along = at[:, int(np.argmax(np.nan_to_num(extent)))]
    order = np.lexsort((hv_bus.index.to_numpy(), along))
    number = max(1, round(len(order) / ENOUGH))
    return [hv_bus.index[part].tolist() for part in np.array_split(order, number) if len(part)]


def _places(topology: Topology) -> dict[int, complex]:
    """Each bus's place as a complex number; buses without one are all at the origin."""
    x, y = topology.buses["x"].fillna(0.0), topology.buses["y"].fillna(0.0)
    stretch = np.cos(np.radians(float(y.mean()))) if len(y) and float(y.abs().max()) <= 90.0 else 1.0
    return dict(zip(topology.buses.index.tolist(), (x * stretch + 1j * y).tolist(), strict=True))


def group_names(groups: Iterable[Group], feeder_of: pd.Series) -> list[tuple[str, str]]:
    """Id and name of each group: numbered throughout, named after its feeder and numbered within it."""
    named = []
    within: dict[str, int] = defaultdict(int)
    for number, group in enumerate(groups, start=1):
        feeder = feeder_of.get(group[0])
        label = "no feeder" if pd.isna(feeder) else str(feeder)
        within[label] += 1
        named.append((f"A{number:03d}", f"{label} / {within[label]}"))
    return named
