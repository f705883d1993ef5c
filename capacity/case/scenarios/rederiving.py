"""The case of a changed network: topology, feeders and substations follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from capacity.case.derived.graph import column
from capacity.case.derived.topology import derive_topology
from capacity.case.folder.filling import fill_feeders
from capacity.tables.case import Case
from capacity.tables.topology import Topology


def rederived(case: Case, net: Any, transformers: pd.DataFrame) -> Case:
    """``case`` with another network and transformer table, and everything that is derived from them."""
    topology = _new_topology(case, net)
    transformers = _moved_to_other_feeders(transformers, case.topology, topology)
    transformers, topology, _ = fill_feeders(transformers, topology)
    return replace(
        case,
        net=net,
        topology=topology,
        transformers=transformers,
        substations=topology.substations[list(case.substations.columns)],
        feeders=topology.feeders[list(case.feeders.columns)],
    )


def _new_topology(case: Case, net: Any) -> Topology:
    """Derived from the changed network; tables that the case was given still hold, with the new ratings."""
    old = case.topology
    given = old.substations[~old.substations["derived"].astype(bool)][list(case.substations.columns)]
    feeders = old.feeders[~old.feeders["derived"].astype(bool)][list(case.feeders.columns)]
    topology = derive_topology(net, case.settings, given if len(given) else None, feeders if len(feeders) else None)
    if given.empty:
        return topology
    more = _station_kva(net, topology).sub(_station_kva(case.net, old), fill_value=0.0)
    change = topology.substations["substation_id"].map(more).astype(float).fillna(0.0)
    rated = topology.substations["rated_kva"] + change
    return replace(topology, substations=topology.substations.assign(rated_kva=rated.where(rated > 0.0)))


def _station_kva(net: Any, topology: Topology) -> pd.Series:
    """Sum of the ratings of the live HV/MV transformers by substation."""
    live = topology.trafos[(topology.trafos["kind"] == "substation") & topology.trafos["live"].astype(bool)]
    trafo = net.trafo.loc[live.index]
    rating = trafo["sn_mva"].astype(float) * 1000.0 * column(trafo, "parallel", 1).astype(float)
    return rating.groupby(live["substation_id"]).sum()


def _moved_to_other_feeders(transformers: pd.DataFrame, old: Topology, new: Topology) -> pd.DataFrame:
    """A transformer that the table puts on the feeder the network showed goes where the network shows it now."""

    def shown(topology: Topology) -> pd.Series:
        by_id = topology.trafos.drop_duplicates("trafo_id").set_index("trafo_id")["feeder_id"]
        return transformers["transformer_id"].map(by_id).astype("string")

    before, after = shown(old), shown(new)
    moved = ((transformers["feeder_id"] == before) & after.notna() & (after != before)).fillna(False)
    return transformers.assign(feeder_id=transformers["feeder_id"].mask(moved, after))
