"""Switchable sections: what is switched off together when something on the 10 kV level is worked on (P18)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from capacity.tables.case import Case


def section_of(case: Case) -> dict[str, str]:
    """The switchable section of every transformer, line and node, by its id.

    A section is the 10 kV grid between switches; it is named after its feeder and its first node from the substation.
    What is at low voltage belongs to the section of the transformer that supplies it. What is dead is in none.
    """
    net, topology = case.net, case.topology
    buses = topology.buses
    mv = buses[buses["level"].eq("mv") & buses["feeder_id"].notna()]
    place = pd.Series(np.arange(len(mv)), index=mv.index)
    lines = topology.lines[topology.lines["level"].eq("mv") & topology.lines["live"].astype(bool)]
    switched = set(net.switch.loc[net.switch["et"].eq("l"), "element"])
    whole = net.line.loc[[at for at in lines.index if at not in switched], ["from_bus", "to_bus"]]
    ends = whole.apply(lambda column: column.map(place)).dropna().astype(int)
    links = coo_array((np.ones(len(ends)), (ends["from_bus"], ends["to_bus"])), shape=(len(mv), len(mv)))
    _, label = connected_components(links, directed=False)
    mv = mv.assign(label=label).sort_values(["depth", "bus_id"])
    first = mv.groupby("label")[["feeder_id", "bus_id"]].first()
    name = mv["label"].map(first["feeder_id"] + "/" + first["bus_id"])
    found = dict(zip(mv["bus_id"].astype(str), name.astype(str), strict=True))
    far = net.line.loc[lines.index, ["from_bus", "to_bus"]]
    depth = buses["depth"]
    deeper = far["to_bus"].where(far["to_bus"].map(depth) >= far["from_bus"].map(depth), far["from_bus"])
    found |= _named(lines["line_id"], deeper.map(name))
    trafos = topology.trafos[topology.trafos["kind"].eq("distribution")]
    above = net.trafo.loc[trafos.index, "hv_bus"].map(name)
    found |= _named(trafos["trafo_id"], above)
    of_transformer = pd.Series(found, dtype=object)
    lv = buses[buses["level"].eq("lv") & buses["transformer_id"].notna()]
    found |= _named(lv["bus_id"], lv["transformer_id"].map(of_transformer))
    lv_lines = topology.lines[topology.lines["level"].eq("lv") & topology.lines["transformer_id"].notna()]
    return found | _named(lv_lines["line_id"], lv_lines["transformer_id"].map(of_transformer))


def _named(ids: pd.Series, sections: pd.Series) -> dict[str, str]:
    known = sections.notna().to_numpy()
    return dict(zip(ids[known].astype(str), sections[known].astype(str), strict=True))
