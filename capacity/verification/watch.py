"""What a load at a node can break (P9): its supply path, its own LV network, and everything on its feeder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.topology import Topology

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Watch:
    """The elements watched for one node, as pandapower indices; ``own_*`` marks those on its path or in its LV network.

    ``network`` numbers the network each bus belongs to: an LV network, or the MV part of a feeder. Buses that a source
    holds at its voltage are left out: no load moves them.
    """

    bus: int
    node_id: str
    island: int
    feeder_id: str
    substation_id: str
    buses: Ints
    own_buses: Bools
    network: Ints
    lines: Ints
    own_lines: Bools
    trafos: Ints


def watch_of(case: Case, bus: int) -> Watch:
    """What is watched for a load at a bus."""
    topology = case.topology
    place = topology.buses.loc[bus]
    feeder, substation = (_text(place[name]) for name in ("feeder_id", "substation_id"))
    buses = topology.buses[_of_feeders(topology.buses, _answering(topology, feeder, substation), place["island"])]
    buses = buses[buses["depth"].ne(0) & buses["level"].isin(["mv", "lv"])]
    lines = topology.lines[_of_feeders(topology.lines, {feeder}, place["island"]) & topology.lines["live"].astype(bool)]
    lines = lines[lines["level"].isin(["mv", "lv"])]
    own_network = _text(place["transformer_id"])
    path_buses, path_lines = _path(case, bus, feeder)
    network = buses["transformer_id"].fillna("MV " + buses["feeder_id"]).fillna("MV " + buses["substation_id"])
    return Watch(
        bus=bus,
        node_id=str(place["bus_id"]),
        island=int(place["island"]),
        feeder_id=feeder,
        substation_id=substation,
        buses=buses.index.to_numpy(np.int64),
        own_buses=_own(buses, own_network, path_buses),
        network=pd.factorize(network.fillna(""))[0].astype(np.int64),
        lines=lines.index.to_numpy(np.int64),
        own_lines=_own(lines, own_network, path_lines),
        trafos=_own_transformers(case, own_network),
    )


def _answering(topology: Topology, feeder: str, substation: str) -> set[str]:
    """The feeders whose voltages a load moves: of a modelled HV/MV transformer all, else only its own."""
    modelled = topology.trafos["kind"].eq("substation") & topology.trafos["substation_id"].eq(substation).fillna(False)
    if not modelled.any():
        return {feeder}
    return {feeder} | set(topology.feeders.loc[topology.feeders["substation_id"].eq(substation), "feeder_id"])


def _of_feeders(elements: pd.DataFrame, feeders: set[str], island: int) -> pd.Series:
    """The feeders' own elements, and those of the island that no one feeder can claim."""
    unclaimed = elements["feeder_id"].isna() & elements["island"].eq(island)
    return elements["feeder_id"].isin(feeders).fillna(False).astype(bool) | unclaimed


def _path(case: Case, bus: int, feeder: str) -> tuple[set[int], set[int]]:
    """Buses and lines between a bus and its source; in a mesh, where there is no path, all MV ones of its feeder."""
    topology = case.topology
    if topology.buses.at[bus, "depth"] < 0:
        buses, lines = topology.buses, topology.lines
        at_mv = buses["level"].eq("mv") & buses["feeder_id"].eq(feeder).fillna(False)
        sections = lines["level"].eq("mv") & lines["feeder_id"].eq(feeder).fillna(False)
        return set(buses.index[at_mv]), set(lines.index[sections])
    above, at = {bus}, bus
    while (at := int(topology.buses.at[at, "parent_bus"])) >= 0:
        above.add(at)
    return above, _with_parallels(case, {index for kind, index in topology.supply_path(bus) if kind == "line"})


def _with_parallels(case: Case, lines: set[int]) -> set[int]:
    """The lines and those beside them between the same two buses, which carry their part of the same current."""
    table = case.net.line
    ends = pd.Series(
        list(zip(table[["from_bus", "to_bus"]].min(axis=1), table[["from_bus", "to_bus"]].max(axis=1), strict=True)),
        index=table.index,
        dtype=object,
    )
    return set(table.index[ends.isin(set(ends[ends.index.isin(lines)]))])


def _own(elements: pd.DataFrame, own_network: str, path: set[int]) -> Bools:
    inside = elements["transformer_id"].eq(own_network).fillna(False).astype(bool)
    own: Bools = (inside | elements.index.isin(path)).to_numpy(dtype=bool)
    return own


def _own_transformers(case: Case, own_network: str) -> Ints:
    """The transformers that feed the LV network, parallel units included."""
    trafos = case.topology.trafos
    fed = case.net.trafo["lv_bus"].map(case.topology.buses["transformer_id"])
    mine = trafos["kind"].eq("distribution") & trafos["live"].astype(bool)
    return trafos.index[mine & fed.reindex(trafos.index).eq(own_network).fillna(False)].to_numpy(np.int64)


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)
