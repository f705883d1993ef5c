"""Supply relations out of the operating state of a network: islands, substations, feeders, what supplies each bus."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.geo import bus_coordinates
from capacity.case.derived.graph import (
    MV_ABOVE_KV,
    Branches,
    Buses,
    Ints,
    levels,
    names,
    read_branches,
    read_buses,
    source_nodes,
    table,
)
from capacity.case.derived.supply import Supply, agreed_ids, find_supply
from capacity.case.derived.tree import Parents, find_islands, find_parents
from capacity.tables.settings import CaseSettings
from capacity.tables.topology import Topology


def derive_topology(
    net: Any,
    settings: CaseSettings,
    substations: pd.DataFrame | None = None,
    feeders: pd.DataFrame | None = None,
) -> Topology:
    """What hangs on what, with the switches as they stand.

    Closed bus switches fuse buses, an open switch at the end of a line or transformer takes it out, parallel branches
    between the same two nodes count once. It never raises on a network that pandapower can hold: what cannot be told
    is missing.

    Parameters
    ----------
    net : pandapower network; element ``name`` is the id, ``kind index`` where it is missing.
    settings : the case's settings.
    substations, feeders : tables of the case. Without substations, every MV busbar below a transformer from a higher
        voltage and every MV busbar with an external grid is one, named after its bus. Without feeders, every live
        line that leaves a substation's busbar heads one, named after that line; lines in parallel head one together.
        Transformers that hang on the busbar itself form the feeder ``<substation_id>/busbar``, which has no head line.
        With a table, they belong to the substation's only feeder without a head line, if there is exactly one.

    Returns
    -------
    Topology
        ``islands.sources`` counts fused nodes that hold a source. A transformer_id, feeder_id or substation_id is given
        also in meshed islands wherever it is unique; several parallel transformers on the same two nodes are
        represented by the first. Depth counts branches; buses fused by switches share it.
    """
    del settings  # part of the contract; every rule above follows from network and tables alone
    buses = read_buses(net)
    branches = read_branches(net, buses)
    sources = source_nodes(net, buses)
    islands, island_of_node = find_islands(buses, branches, sources)
    parents = find_parents(buses, branches, sources, islands, island_of_node)
    supply = find_supply(net, buses, branches, island_of_node, substations, feeders)
    return Topology(
        buses=_bus_table(net, buses, island_of_node, parents, sources, supply),
        lines=_line_table(net, buses, branches.of("line"), island_of_node, supply),
        trafos=_trafo_table(net, buses, branches.of("trafo"), island_of_node, supply),
        feeders=supply.feeders,
        substations=supply.substations,
        islands=islands,
    )


def _bus_table(
    net: Any, buses: Buses, island_of_node: Ints, parents: Parents, sources: Ints, supply: Supply
) -> pd.DataFrame:
    bus = table(net, "bus")
    at = bus_coordinates(bus)
    parent_index = np.where(parents.bus >= 0, buses.index[parents.bus] if len(buses.index) else -1, -1)
    frame = pd.DataFrame(
        {
            "bus_id": names(bus, "bus"),
            "level": levels(buses.vn_kv),
            "vn_kv": buses.vn_kv,
            "island": np.where(buses.in_service, island_of_node[buses.node], -1),
            "substation_id": supply.substation_of_bus,
            "feeder_id": supply.feeder_of_bus,
            "transformer_id": supply.transformer_of_bus,
            "parent_bus": parent_index,
            "parent_kind": parents.kind,
            "parent_index": parents.index,
            "depth": parents.depth,
            "x": at[:, 0],
            "y": at[:, 1],
        },
        index=bus.index,
    )
    return _typed(frame)


def _line_table(net: Any, buses: Buses, lines: Branches, island_of_node: Ints, supply: Supply) -> pd.DataFrame:
    frame = table(net, "line")
    energised, island = _state(buses, lines, island_of_node)
    level = levels(buses.vn_kv[lines.from_bus]) if len(buses.index) else np.full(len(frame), "lv")
    result = pd.DataFrame(
        {
            "line_id": names(frame, "line"),
            "level": level,
            "island": island,
            "substation_id": _at_ends(supply.substation_of_bus, lines),
            "feeder_id": supply.feeder_of_line(lines),
            "transformer_id": np.where(level == "lv", _at_ends(supply.transformer_of_bus, lines), pd.NA),
            "live": energised,
        },
        index=frame.index,
    )
    return _typed(result)


def _trafo_table(net: Any, buses: Buses, trafos: Branches, island_of_node: Ints, supply: Supply) -> pd.DataFrame:
    frame = table(net, "trafo")
    energised, island = _state(buses, trafos, island_of_node)
    above_1kv = buses.vn_kv[trafos.to_bus] > MV_ABOVE_KV if len(buses.index) else np.zeros(len(frame), dtype=bool)
    result = pd.DataFrame(
        {
            "trafo_id": names(frame, "trafo"),
            "kind": np.where(above_1kv, "substation", "distribution"),
            "island": island,
            "substation_id": supply.substation_of_trafo,
            "feeder_id": supply.feeder_of_trafo,
            "live": energised,
        },
        index=frame.index,
    )
    return _typed(result)


def _state(buses: Buses, branches: Branches, island_of_node: Ints) -> tuple[Any, Ints]:
    """Whether each branch is live and energised, and the island it can be reached from (-1 none)."""
    if not len(buses.index):
        return np.zeros(len(branches.index), dtype=bool), np.full(len(branches.index), -1, dtype=np.int64)
    at_from = np.where(branches.closed_from, island_of_node[buses.node[branches.from_bus]], -1)
    at_to = np.where(branches.closed_to, island_of_node[buses.node[branches.to_bus]], -1)
    energised = branches.live & (at_from >= 0)
    island = np.where(branches.live, at_from, np.maximum(at_from, at_to))
    return energised, island


def _at_ends(of_bus: Any, branches: Branches) -> Any:
    """A bus's id carried to a branch: of the closed end; of both where they agree; else of the only one known."""
    return agreed_ids(of_bus[branches.from_bus], of_bus[branches.to_bus], branches.closed_from, branches.closed_to)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if name.endswith("_id")]
    numbers = [name for name in ("island", "parent_bus", "parent_index", "depth") if name in frame.columns]
    return frame.astype(dict.fromkeys(texts, "string") | dict.fromkeys(numbers, "int64"))
