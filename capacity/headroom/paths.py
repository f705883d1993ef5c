"""What supplies a transformer, and which broken limits lie there (P9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.headroom.belonging import Belonging
from capacity.headroom.margins import Binding
from capacity.headroom.tree import SupplyTree
from capacity.tables.case import Case
from capacity.tables.solved import Snapshot


@dataclass(frozen=True)
class SupplyPath:
    """Lines and buses (pandapower indices) between a transformer's HV terminal and its source, and its substation."""

    lines: frozenset[int]
    buses: frozenset[int]
    substation: str


def supply_paths(
    case: Case, tree: SupplyTree, belonging: Belonging, transformers: pd.DataFrame
) -> dict[str, SupplyPath]:
    """The supply path of every energised transformer; in a meshed island its whole feeder counts as path."""
    hv_bus = case.net.trafo.drop_duplicates("name").set_index("name")["hv_bus"]
    energised = transformers[transformers["feeder_id"].notna() & transformers["transformer_id"].isin(hv_bus.index)]
    positions = tree.positions(hv_bus.loc[energised["transformer_id"]].to_numpy())
    lines_at = tree.arrival[tree.arrival >= 0]
    lines_of = {int(at): frozenset(lines) for at, lines in lines_at.groupby(lines_at).groups.items()}
    meshed: dict[str, SupplyPath] = {}
    paths = {}
    rows = zip(energised.itertuples(), positions, tree.paths(positions), strict=True)
    for transformer, position, path in rows:
        substation = str(transformer.substation_id)
        if tree.known[position]:
            above = path[path >= 0]
            lines = frozenset().union(*(lines_of.get(int(at), frozenset()) for at in above))
            found = SupplyPath(lines, frozenset(tree.buses[above].tolist()), substation)
        else:
            feeder = str(transformer.feeder_id)
            found = meshed.setdefault(feeder, _whole_feeder(case, belonging, feeder, substation))
        paths[str(transformer.transformer_id)] = found
    return paths


def _whole_feeder(case: Case, belonging: Belonging, feeder: str, substation: str) -> SupplyPath:
    lines, buses = case.topology.lines, case.topology.buses
    own = belonging.buses([feeder]) & buses["level"].eq("mv").to_numpy(dtype=bool)
    return SupplyPath(frozenset(lines.index[belonging.lines([feeder])]), frozenset(buses.index[own]), substation)


def blocked_transformers(
    case: Case, snapshot: Snapshot, broken: pd.DataFrame, paths: dict[str, SupplyPath], busbar: pd.Series
) -> dict[str, Binding]:
    """By transformer_id: the first limit of ``broken`` that lies on its supply path or in its own LV network."""
    supplier = case.topology.buses["transformer_id"]
    network = supplier.reindex(snapshot.bus_index).fillna("").to_numpy(dtype=str)
    own = supplier.reindex(busbar.loc[list(paths)]).fillna("").to_numpy(dtype=str)  # of parallel units the first
    found: dict[str, Binding] = {}
    for fault in broken.itertuples():
        column = int(fault.column)
        binding = Binding(str(fault.criterion), column, int(fault.step))
        for name, lv_network in zip(paths, own, strict=True):
            if name not in found and _concerns(binding, snapshot, paths[name], str(lv_network), network):
                found[name] = binding
    return found


def _concerns(
    binding: Binding, snapshot: Snapshot, path: SupplyPath, lv_network: str, network: np.ndarray[tuple[int], np.dtype]
) -> bool:
    column = binding.column
    if binding.criterion == "section_loading":
        return int(snapshot.line_index[column]) in path.lines
    if binding.criterion == "substation_loading":
        return bool(snapshot.substation_ids[column] == path.substation)
    in_own = bool(lv_network) and network[column] == lv_network
    return in_own or int(snapshot.bus_index[column]) in path.buses
