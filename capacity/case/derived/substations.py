"""Substations of a network: given in a table, or found at its MV busbars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.geo import bus_coordinates
from capacity.case.derived.graph import Branches, Buses, Ints, column, levels, names, source_nodes, table
from capacity.tables._schema import empty
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.substations import SUBSTATIONS

STEP_DOWN_RATIO = 1.2
"""A transformer whose sides differ by less (a voltage regulator) makes no substation."""


def find_substations(
    net: Any, buses: Buses, branches: Branches, island_of_node: Ints, given: pd.DataFrame | None
) -> pd.DataFrame:
    """Columns of the substations table, ``busbar`` (pandapower bus index, -1 unknown) and ``derived``."""
    if given is not None and len(given):
        return _given(net, given)
    nodes = _busbar_nodes(net, buses, branches, island_of_node)
    bus_ids = names(table(net, "bus"), "bus")
    at = bus_coordinates(table(net, "bus"))
    busbars = [_best_bus(net, buses, node) for node in nodes]
    ids = unique_ids([str(bus_ids.iloc[position]) for position in busbars])
    frame = pd.DataFrame(
        {
            "substation_id": ids,
            "name": ids,
            "busbar_id": [str(bus_ids.iloc[position]) for position in busbars],
            "rated_kva": [_rated_kva(net, buses, branches, node) for node in nodes],
            "x": at[busbars, 0] if busbars else [],
            "y": at[busbars, 1] if busbars else [],
        }
    )
    return _typed(frame, SUBSTATIONS).assign(busbar=buses.index[np.array(busbars, dtype=np.int64)], derived=True)


def feeder_frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Derived feeders out of (feeder_id, substation_id, head_line_id, head_line, head_bus)."""
    frame = pd.DataFrame(rows, columns=["feeder_id", "substation_id", "head_line_id", "head_line", "head_bus"])
    frame = frame.assign(name=frame["feeder_id"], limit_percent=np.nan)
    return _typed(frame, FEEDERS).assign(
        head_line=frame["head_line"].astype("int64"), head_bus=frame["head_bus"].astype("int64"), derived=True
    )


def unique_ids(wanted: Iterable[str]) -> list[str]:
    """The ids as wanted, the second and further ones of the same name with ``#2``, ``#3`` … behind them."""
    wanted = list(wanted)
    taken = set(wanted)
    seen: Counter[str] = Counter()
    result = []
    for one in wanted:
        seen[one] += 1
        name, number = one, seen[one]
        while number > 1 and (name := f"{one}#{number}") in taken:
            number += 1
        taken.add(name)
        result.append(name)
    return result


def _given(net: Any, given: pd.DataFrame) -> pd.DataFrame:
    bus_ids = names(table(net, "bus"), "bus")
    index_of = dict(zip(reversed(bus_ids.tolist()), reversed(bus_ids.index.tolist()), strict=True))
    busbars = [int(index_of.get(one, -1)) if pd.notna(one) else -1 for one in given["busbar_id"]]
    return given.reset_index(drop=True).assign(busbar=np.array(busbars, dtype=np.int64), derived=False)


def _busbar_nodes(net: Any, buses: Buses, branches: Branches, island_of_node: Ints) -> list[int]:
    """Energised nodes at MV that a transformer from a higher voltage feeds, or that hold an external grid.

    An external grid that only feeds substation transformers (35 kV of a 35/10 kV substation) is none.
    """
    if not len(buses.index):
        return []
    level = levels(buses.vn_kv)
    upper, lower = branches.from_bus, branches.to_bus
    steps_down = (
        np.isin(branches.kind, ("trafo", "trafo3w"))
        & branches.live
        & (level[lower] == "mv")
        & (buses.vn_kv[upper] > STEP_DOWN_RATIO * buses.vn_kv[lower])
    )
    fed = set(buses.node[lower[steps_down]].tolist())
    mv_sources = set(source_nodes(net, buses).tolist()) & set(buses.node[level == "mv"].tolist())
    leaving = branches.live & ~steps_down
    with_network = set(buses.node[upper[leaving]].tolist()) | set(buses.node[lower[leaving]].tolist())
    only_steps_down = set(buses.node[upper[steps_down]].tolist()) - with_network
    found = {int(node) for node in fed | (mv_sources - only_steps_down) if island_of_node[node] >= 0}
    first_bus = {int(node): position for position, node in reversed(list(enumerate(buses.node.tolist())))}
    return sorted(found, key=lambda node: first_bus[node])


def _best_bus(net: Any, buses: Buses, node: int) -> int:
    """The position of the bus that names the node: its first busbar (type ``b``), else its first bus."""
    members = np.flatnonzero(buses.node == node)
    types = column(table(net, "bus"), "type", "").to_numpy()
    busbars = [position for position in members if types[position] == "b"]
    return int(busbars[0] if busbars else members[0])


def _rated_kva(net: Any, buses: Buses, branches: Branches, node: int) -> float:
    """Sum of the ratings of the live transformers that feed the node; NaN where one is unknown or there is none."""
    trafos = branches.of("trafo")
    feeding = trafos.live & (buses.node[trafos.to_bus] == node)
    frame = table(net, "trafo")[feeding]
    if not len(frame):
        return float("nan")
    rating = pd.to_numeric(column(frame, "sn_mva", np.nan), errors="coerce") * 1000.0
    parallel = pd.to_numeric(column(frame, "parallel", 1), errors="coerce")
    return float((rating * parallel).sum(skipna=False))


def _typed(frame: pd.DataFrame, schema: Any) -> pd.DataFrame:
    return frame[list(schema.columns)].astype(empty(schema).dtypes.to_dict())
