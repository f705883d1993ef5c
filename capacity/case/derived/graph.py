"""The operating state as arrays: which branches are live, which buses are one node, which islands have a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

HV_ABOVE_KV = 35.0
MV_ABOVE_KV = 1.0

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Buses:
    """Buses by position: pandapower index, voltage, service, and the fused node each belongs to."""

    index: Ints
    vn_kv: npt.NDArray[np.float64]
    in_service: Bools
    node: Ints
    node_count: int
    switch_index: Ints
    switch_from: Ints
    switch_to: Ints

    def positions(self, values: Any) -> Ints:
        """Positions of pandapower bus indices; -1 where there is no such bus."""
        wanted = pd.to_numeric(pd.Series(values), errors="coerce").fillna(-1).to_numpy(dtype=np.int64)
        return pd.Index(self.index).get_indexer(wanted).astype(np.int64)


@dataclass(frozen=True)
class Branches:
    """Branches of every kind, in the order in which parallel ones represent each other.

    ``live`` is in service with both ends closed and both buses in service; energised or not is the island's matter.
    ``closed_from`` and ``closed_to`` say which end is connected.
    """

    kind: npt.NDArray[np.str_]
    index: Ints
    from_bus: Ints
    to_bus: Ints
    closed_from: Bools
    closed_to: Bools
    live: Bools

    def of(self, kind: str) -> Branches:
        """Only the branches of one kind."""
        chosen = self.kind == kind
        return Branches(
            self.kind[chosen],
            self.index[chosen],
            self.from_bus[chosen],
            self.to_bus[chosen],
            self.closed_from[chosen],
            self.closed_to[chosen],
            self.live[chosen],
        )


def levels(vn_kv: Any) -> Any:
    """``hv`` above 35 kV, ``mv`` above 1 kV, else ``lv``."""
    return np.select([vn_kv > HV_ABOVE_KV, vn_kv > MV_ABOVE_KV], ["hv", "mv"], "lv")


def table(net: Any, name: str) -> pd.DataFrame:
    """A table of the network; an empty frame where it is absent."""
    found = net.get(name)
    return found if isinstance(found, pd.DataFrame) else pd.DataFrame()


def column(frame: pd.DataFrame, name: str, default: Any) -> pd.Series:
    """A column, or ``default`` for every row where it is absent; missing values become ``default``."""
    if name not in frame.columns:
        return pd.Series([default] * len(frame), index=frame.index)
    values = frame[name]
    missing = values.isna()
    return values.where(~missing, default) if missing.any() else values


def flags(frame: pd.DataFrame, name: str) -> Bools:
    """A yes/no column as booleans; true where absent or missing."""
    return column(frame, name, True).astype(bool).to_numpy()


def names(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Ids of a table's elements: their ``name``, or ``kind index`` where there is none."""
    fallback = pd.Series([f"{kind} {index}" for index in frame.index], index=frame.index, dtype="string")
    if "name" not in frame.columns:
        return fallback
    given = frame["name"].astype("string").str.strip()
    return given.where(given.notna() & (given != ""), fallback)


def components(count: int, start: Ints, end: Ints) -> tuple[int, Ints]:
    """Connected components of an undirected graph: their number and each node's label."""
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count))
    number, labels = connected_components(graph, directed=False)
    return int(number), labels.astype(np.int64)


def read_buses(net: Any) -> Buses:
    """Buses, fused where a closed switch joins two that are in service."""
    bus = table(net, "bus")
    index = bus.index.to_numpy(dtype=np.int64)
    in_service = flags(bus, "in_service")
    vn_kv = pd.to_numeric(column(bus, "vn_kv", np.nan), errors="coerce").to_numpy(dtype=float)
    none = np.empty(0, dtype=np.int64)
    bare = Buses(index, vn_kv, in_service, none, 0, none, none, none)

    switch = table(net, "switch")
    which, start, end = none, none, none
    if {"bus", "element", "et"} <= set(switch.columns):
        couplers = switch[(switch["et"] == "b") & flags(switch, "closed")]
        which = couplers.index.to_numpy(dtype=np.int64)
        start, end = bare.positions(couplers["bus"]), bare.positions(couplers["element"])
        joining = np.flatnonzero((start >= 0) & (end >= 0))
        joining = joining[in_service[start[joining]] & in_service[end[joining]]]
        which, start, end = which[joining], start[joining], end[joining]
    count, node = components(len(index), start, end)
    return Buses(index, vn_kv, in_service, node, count, which, start, end)


_THREE_WINDING_ENDS = (("hv_bus", "mv_bus"), ("hv_bus", "lv_bus"))


def read_branches(net: Any, buses: Buses) -> Branches:
    """Lines, transformers, three-winding transformers and impedances with the switches at their ends.

    A three-winding transformer counts as two branches, from its high-voltage side to each of the others.
    """
    parts = [_branches_of(net, buses, kind, kind, ends, code) for kind, ends, code in _KINDS]
    parts += [_branches_of(net, buses, "trafo3w", "trafo3w", ends, "t3") for ends in _THREE_WINDING_ENDS]

    def joined(field: str) -> Any:
        return np.concatenate([getattr(part, field) for part in parts])

    return Branches(
        *(joined(field) for field in ("kind", "index", "from_bus", "to_bus", "closed_from", "closed_to", "live"))
    )


_KINDS = (
    ("line", ("from_bus", "to_bus"), "l"),
    ("trafo", ("hv_bus", "lv_bus"), "t"),
    ("impedance", ("from_bus", "to_bus"), ""),
)


def _branches_of(net: Any, buses: Buses, name: str, kind: str, ends: tuple[str, str], code: str) -> Branches:
    frame = table(net, name)
    if not set(ends) <= set(frame.columns):
        frame = frame.iloc[0:0].reindex(columns=list(ends))
    start, end = buses.positions(frame[ends[0]]), buses.positions(frame[ends[1]])
    index = frame.index.to_numpy(dtype=np.int64)
    open_at = _open_ends(net, code)
    closed_from = ~np.isin(_pair(index, frame[ends[0]]), open_at)
    closed_to = ~np.isin(_pair(index, frame[ends[1]]), open_at)
    known = (start >= 0) & (end >= 0)
    live = flags(frame, "in_service") & known & closed_from & closed_to
    live &= buses.in_service[start] & buses.in_service[end] if len(buses.index) else False
    return Branches(np.full(len(frame), kind, dtype="U10"), index, start, end, closed_from, closed_to, live)


def _pair(element: Ints, bus: Any) -> Ints:
    """Element and bus as one number, to look both up at once."""
    bus_index = pd.to_numeric(pd.Series(bus), errors="coerce").fillna(-1).to_numpy(dtype=np.int64)
    return element * 2**31 + bus_index


def _open_ends(net: Any, code: str) -> Ints:
    switch = table(net, "switch")
    if not code or not {"bus", "element", "et"} <= set(switch.columns):
        return np.empty(0, dtype=np.int64)
    opened = switch[(switch["et"] == code) & ~flags(switch, "closed")]
    element = pd.to_numeric(opened["element"], errors="coerce").fillna(-1).to_numpy(dtype=np.int64)
    return _pair(element, opened["bus"])


def source_nodes(net: Any, buses: Buses) -> Ints:
    """Fused nodes that hold an external grid or a slack generator in service, each once, ascending."""
    at: list[Ints] = []
    for name in ("ext_grid", "gen"):
        frame = table(net, name)
        if "bus" not in frame.columns:
            continue
        standing = flags(frame, "in_service")
        if name == "gen":
            standing = standing & column(frame, "slack", False).astype(bool).to_numpy()
        at.append(buses.positions(frame.loc[standing, "bus"]))
    positions = np.concatenate(at) if at else np.empty(0, dtype=np.int64)
    positions = positions[positions >= 0]
    return np.unique(buses.node[positions[buses.in_service[positions]]])
