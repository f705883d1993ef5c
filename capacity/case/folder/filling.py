"""Feeders of transformers: the table fills the topology and the topology the table, and the issues say which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.case.issues import problem
from capacity.tables.issue import Issue
from capacity.tables.topology import Topology

DERIVED_FEEDER = "reading.feeder_derived"
FILE = "transformers.csv"


def fill_feeders(transformers: pd.DataFrame, topology: Topology) -> tuple[pd.DataFrame, Topology, list[Issue]]:
    """Complete ``feeder_id`` on both sides.

    A transformer without feeder takes the one the network shows. Where the network shows none (a transformer on the
    busbar itself, a feeder without modelled lines), the transformer and its LV network take the table's.
    """
    by_id = topology.trafos.drop_duplicates("trafo_id").set_index("trafo_id")["feeder_id"]
    shown = transformers["transformer_id"].map(by_id).astype("string")
    fill = transformers["feeder_id"].isna() & shown.notna()
    filled = transformers.assign(feeder_id=transformers["feeder_id"].where(~fill, shown))
    completed = _with_feeders_of_table(topology, filled)
    if not fill.any():
        return filled, completed, []
    ids = transformers.loc[fill, "transformer_id"].tolist()
    issue = problem(
        "info",
        DERIVED_FEEDER,
        FILE,
        f"{len(ids)} transformer(s) without feeder_id took the feeder that the network shows.",
        f"{len(ids)} 台配变未填线路编号，已按网络拓扑推算。",
        column="feeder_id",
        ids=ids,
        effect="derived",
    )
    return filled, completed, [issue]


def _with_feeders_of_table(topology: Topology, transformers: pd.DataFrame) -> Topology:
    """The topology with the table's feeders where it knew none, and their substation."""
    known = transformers.dropna(subset=["feeder_id"]).drop_duplicates("transformer_id")
    feeder_of = known.set_index("transformer_id")["feeder_id"]
    station_of = topology.feeders.drop_duplicates("feeder_id").set_index("feeder_id")["substation_id"]

    def completed(frame: pd.DataFrame, by: str) -> pd.DataFrame:
        told = frame[by].map(feeder_of).astype("string")
        unknown = frame["feeder_id"].isna() & told.notna()
        if not unknown.any():
            return frame
        feeder = frame["feeder_id"].where(~unknown, told)
        station = frame["substation_id"].where(frame["substation_id"].notna(), told.map(station_of).astype("string"))
        return frame.assign(feeder_id=feeder, substation_id=station)

    distribution = topology.trafos["kind"] == "distribution"
    trafos = completed(topology.trafos[distribution], "trafo_id")
    order = np.argsort(np.r_[np.flatnonzero(distribution), np.flatnonzero(~distribution)])
    return replace(
        topology,
        buses=completed(topology.buses, "transformer_id"),
        lines=completed(topology.lines, "transformer_id"),
        trafos=pd.concat([trafos, topology.trafos[~distribution]]).iloc[order],
    )
