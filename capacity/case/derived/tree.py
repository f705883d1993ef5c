"""Islands of the operating state, their loops, and the parent of every bus in those that are trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from capacity.case.derived.graph import Branches, Buses, Ints, components


@dataclass(frozen=True)
class Parents:
    """By bus position: the parent bus's position (-1), the element between them, and the depth (-1)."""

    bus: Ints
    kind: npt.NDArray[np.str_]
    index: Ints
    depth: Ints


def find_islands(buses: Buses, branches: Branches, sources: Ints) -> tuple[pd.DataFrame, Ints]:
    """Energised islands with their loops, and the island of every fused node (-1 unenergised).

    Islands are numbered by their first bus. Parallel branches between the same two nodes count once and a branch
    with both ends on one node not at all, so ``loops`` is the number of independent loops that really exist.
    """
    live = branches.live
    start, end = buses.node[branches.from_bus[live]], buses.node[branches.to_bus[live]]
    count, label = components(buses.node_count, start, end)
    energised = np.unique(label[sources])
    first_bus = np.full(count, len(buses.index), dtype=np.int64)
    np.minimum.at(first_bus, label[buses.node], np.arange(len(buses.index)))
    number = np.full(count, -1, dtype=np.int64)
    number[energised[np.argsort(first_bus[energised], kind="stable")]] = np.arange(len(energised))

    island = number[label] if count else np.empty(0, dtype=np.int64)
    apart = start != end
    pairs = np.unique(_pair_key(start[apart], end[apart], buses.node_count))
    pair_island = island[pairs // max(buses.node_count, 1)]

    def per_island(values: Ints) -> Ints:
        return np.bincount(values[values >= 0], minlength=len(energised)).astype(np.int64)

    frame = pd.DataFrame(
        {
            "island": np.arange(len(energised), dtype=np.int64),
            "sources": per_island(island[sources]),
            "buses": per_island(island[buses.node]),
            "loops": per_island(pair_island) - per_island(island) + 1,
        }
    )
    return frame, island


def find_parents(
    buses: Buses, branches: Branches, sources: Ints, islands: pd.DataFrame, island_of_node: Ints
) -> Parents:
    """Breadth-first from the source of every island that is a tree with one source.

    Depth counts branches; buses fused by switches share it. Inside a fused node the parents lead over its switches to
    the bus where the branch from above arrives.
    """
    size = len(buses.index)
    parent = np.full(size, -1, dtype=np.int64)
    kind = np.full(size, "", dtype="U10")
    index = np.full(size, -1, dtype=np.int64)
    depth = np.full(size, -1, dtype=np.int64)
    trees = islands.loc[(islands["loops"] == 0) & (islands["sources"] == 1), "island"].to_numpy()
    roots = sources[np.isin(island_of_node[sources], trees)]
    if not len(roots):
        return Parents(parent, kind, index, depth)

    live = np.flatnonzero(branches.live & (buses.node[branches.from_bus] != buses.node[branches.to_bus]))
    start, end = buses.node[branches.from_bus[live]], buses.node[branches.to_bus[live]]
    order, above = _from_roots(buses.node_count, start, end, roots)
    node_depth = _depths(buses.node_count, order, above, roots)

    key, first = np.unique(_pair_key(start, end, buses.node_count), return_index=True)
    below = np.array([node for node in order if node_depth[node] > 0], dtype=np.int64)
    branch = live[first[np.searchsorted(key, _pair_key(above[below], below, buses.node_count))]]
    arrives_at_to = buses.node[branches.to_bus[branch]] == below
    entry = np.where(arrives_at_to, branches.to_bus[branch], branches.from_bus[branch])
    parent[entry] = np.where(arrives_at_to, branches.from_bus[branch], branches.to_bus[branch])
    kind[entry], index[entry] = branches.kind[branch], branches.index[branch]

    bus_depth = node_depth[buses.node]
    depth[bus_depth >= 0] = bus_depth[bus_depth >= 0]
    root_entries = np.array([np.flatnonzero(buses.node == root)[0] for root in roots], dtype=np.int64)
    kind[root_entries] = ""
    entries = np.concatenate([root_entries, entry])
    _, over_switch = _from_roots(size, buses.switch_from, buses.switch_to, entries)
    joined = np.flatnonzero((over_switch >= 0) & (parent < 0))
    if len(joined):
        parent[joined], kind[joined] = over_switch[joined], "switch"
        switch_key, first = np.unique(_pair_key(buses.switch_from, buses.switch_to, size), return_index=True)
        at = np.searchsorted(switch_key, _pair_key(over_switch[joined], joined, size))
        index[joined] = buses.switch_index[first[at]]
    return Parents(parent, kind, index, depth)


def _pair_key(start: Ints, end: Ints, count: int) -> Ints:
    """Two node numbers as one, whichever way round; the lower one is ``key // count``."""
    return np.minimum(start, end) * max(count, 1) + np.maximum(start, end)


def _from_roots(count: int, start: Ints, end: Ints, roots: Ints) -> tuple[Ints, Ints]:
    """Breadth-first order from several roots, and each node's predecessor (-1 at roots and where not reached)."""
    virtual = count
    starts = np.concatenate([start, np.full(len(roots), virtual)])
    ends = np.concatenate([end, roots])
    graph = coo_array((np.ones(len(starts)), (starts, ends)), shape=(count + 1, count + 1)).tocsr()
    order, above = breadth_first_order(graph, virtual, directed=False)
    above = np.where((above < 0) | (above == virtual), -1, above).astype(np.int64)
    return order[order != virtual].astype(np.int64), above[:count]


def _depths(count: int, order: Ints, above: Ints, roots: Ints) -> Ints:
    depth = np.full(count, -1, dtype=np.int64)
    depth[roots] = 0
    for node in order:
        if above[node] >= 0:
            depth[node] = depth[above[node]] + 1
    return depth
