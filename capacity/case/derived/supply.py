"""Which substation, feeder and distribution transformer supplies each bus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.derived.graph import MV_ABOVE_KV, Branches, Buses, Ints, components, names, table
from capacity.case.derived.substations import feeder_frame, find_substations, unique_ids

Ids = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Supply:
    """Ids by bus position and by row of ``net.trafo``; ``pd.NA`` where unknown or not unique."""

    substations: pd.DataFrame
    feeders: pd.DataFrame
    substation_of_bus: Ids
    feeder_of_bus: Ids
    transformer_of_bus: Ids
    substation_of_trafo: Ids
    feeder_of_trafo: Ids

    def feeder_of_line(self, lines: Branches) -> Ids:
        """The feeder of each line: its closed end's, or the one its ends agree on; a head line's own."""
        found = agreed_ids(
            self.feeder_of_bus[lines.from_bus], self.feeder_of_bus[lines.to_bus], lines.closed_from, lines.closed_to
        )
        row_of = {int(index): row for row, index in enumerate(lines.index)}
        for feeder_id, head in zip(self.feeders["feeder_id"], self.feeders["head_line"], strict=True):
            if head in row_of:
                found[row_of[head]] = feeder_id
        return found


def find_supply(
    net: Any,
    buses: Buses,
    branches: Branches,
    island_of_node: Ints,
    substations: pd.DataFrame | None,
    feeders: pd.DataFrame | None,
) -> Supply:
    """Substations from their busbars, feeders from the parts of the MV network that remain without the busbars."""
    stations = find_substations(net, buses, branches, island_of_node, substations)
    busbar_of_node = np.full(buses.node_count, -1, dtype=np.int64)  # row of the substation, -1 none
    for row, busbar in reversed(list(enumerate(buses.positions(stations["busbar"])))):
        if busbar >= 0:
            busbar_of_node[buses.node[busbar]] = row

    part_of_node = _parts_without_busbars(buses, branches, busbar_of_node)
    joints = _joints(net, buses, branches, busbar_of_node, part_of_node)
    heads = _heads(net, buses, branches, stations, joints, feeders)
    part_count = int(part_of_node.max(initial=-1)) + 1
    station_ids = stations["substation_id"].to_numpy(dtype=object)
    substation_of_part = _unique_by(part_count, joints["part"], station_ids[joints["station"].to_numpy(dtype=np.int64)])
    feeder_of_part = _unique_by(part_count, heads.joints["part"], heads.joints["feeder_id"].to_numpy(dtype=object))

    energised = island_of_node >= 0
    inside = (part_of_node >= 0) & energised
    substation_of_node, feeder_of_node = _missing(buses.node_count), _missing(buses.node_count)
    substation_of_node[inside] = substation_of_part[part_of_node[inside]]
    feeder_of_node[inside] = feeder_of_part[part_of_node[inside]]
    at_busbar = busbar_of_node >= 0
    substation_of_node[at_busbar] = station_ids[busbar_of_node[at_busbar]]

    trafos = branches.of("trafo")
    substation_of_trafo, feeder_of_trafo = _at_trafos(
        buses, trafos, busbar_of_node, substation_of_node, feeder_of_node, stations, heads.feeder_at_busbar
    )
    of_lv = _lv_networks(net, buses, branches, trafos, energised, substation_of_trafo, feeder_of_trafo)
    standing = buses.in_service
    return Supply(
        substations=stations,
        feeders=heads.feeders,
        substation_of_bus=np.where(
            of_lv.reached, of_lv.substation, np.where(standing, substation_of_node[buses.node], pd.NA)
        ),
        feeder_of_bus=np.where(of_lv.reached, of_lv.feeder, np.where(standing, feeder_of_node[buses.node], pd.NA)),
        transformer_of_bus=of_lv.transformer,
        substation_of_trafo=substation_of_trafo,
        feeder_of_trafo=feeder_of_trafo,
    )


def _parts_without_busbars(buses: Buses, branches: Branches, busbar_of_node: Ints) -> Ints:
    """Parts of the network above 1 kV that hang together when the busbars are taken away; -1 at busbars and in LV."""
    above = _node_above_1kv(buses) & (busbar_of_node < 0)
    start, end = buses.node[branches.from_bus], buses.node[branches.to_bus]
    inner = branches.live & above[start] & above[end] if buses.node_count else branches.live
    _, label = components(buses.node_count, start[inner], end[inner])
    return np.where(above, label, -1)


def _node_above_1kv(buses: Buses) -> npt.NDArray[np.bool_]:
    above = np.zeros(buses.node_count, dtype=bool)
    above[buses.node[buses.vn_kv > MV_ABOVE_KV]] = True
    return above


def _joints(net: Any, buses: Buses, branches: Branches, busbar_of_node: Ints, part_of_node: Ints) -> pd.DataFrame:
    """Live branches through which a busbar supplies a part: columns kind, index, station, part, head_bus, pair.

    A transformer whose lower side is the busbar feeds it and is none of them.
    """
    start, end = buses.node[branches.from_bus], buses.node[branches.to_bus]
    rows = []
    for near, far, near_bus in ((start, end, branches.from_bus), (end, start, branches.to_bus)):
        chosen = branches.live & (busbar_of_node[near] >= 0) & (part_of_node[far] >= 0)
        if near is end:
            chosen &= ~np.isin(branches.kind, ("trafo", "trafo3w"))
        at = np.flatnonzero(chosen)
        rows.append(
            pd.DataFrame(
                {
                    "kind": branches.kind[at],
                    "index": branches.index[at],
                    "station": busbar_of_node[near[at]],
                    "part": part_of_node[far[at]],
                    "head_bus": buses.index[near_bus[at]],
                    "pair": near[at] * max(buses.node_count, 1) + far[at],
                }
            )
        )
    return pd.concat(rows, ignore_index=True).sort_values(["kind", "index"], ignore_index=True)


@dataclass(frozen=True)
class _Heads:
    feeders: pd.DataFrame
    joints: pd.DataFrame  # part, feeder_id
    feeder_at_busbar: dict[int, str]  # by row of the substation: feeder of the transformers on the busbar itself


def _heads(
    net: Any,
    buses: Buses,
    branches: Branches,
    stations: pd.DataFrame,
    joints: pd.DataFrame,
    given: pd.DataFrame | None,
) -> _Heads:
    lines = joints[joints["kind"] == "line"]
    if given is not None and len(given):
        return _given_heads(net, stations, lines, given)
    heads = lines.drop_duplicates("pair")
    line_ids = names(table(net, "line"), "line")
    feeder_ids = unique_ids([str(line_ids.loc[index]) for index in heads["index"]])
    rows: list[tuple[Any, ...]] = [
        (feeder_id, stations["substation_id"].iloc[station], line_ids.loc[index], index, bus)
        for feeder_id, index, station, bus in zip(
            feeder_ids, heads["index"], heads["station"], heads["head_bus"], strict=True
        )
    ]
    hanging = _stations_with_transformers_at_busbar(buses, branches, stations)
    at_busbar = {row: f"{stations['substation_id'].iloc[row]}/busbar" for row in hanging}
    rows += [(name, stations["substation_id"].iloc[row], pd.NA, -1, -1) for row, name in at_busbar.items()]
    feeder_of_pair = dict(zip(heads["pair"], feeder_ids, strict=True))
    joints_of_feeders = pd.DataFrame(
        {"part": lines["part"], "feeder_id": [feeder_of_pair[pair] for pair in lines["pair"]]}
    )
    return _Heads(feeder_frame(rows), joints_of_feeders, at_busbar)


def _given_heads(net: Any, stations: pd.DataFrame, lines: pd.DataFrame, given: pd.DataFrame) -> _Heads:
    line_ids = names(table(net, "line"), "line")
    index_of = dict(zip(reversed(line_ids.tolist()), reversed(line_ids.index.tolist()), strict=True))
    head_line = [int(index_of.get(head, -1)) if pd.notna(head) else -1 for head in given["head_line_id"]]
    by_line = lines.drop_duplicates("index").set_index("index")
    feeders = given.reset_index(drop=True).assign(
        head_line=np.array(head_line, dtype=np.int64),
        head_bus=np.array([int(by_line["head_bus"].get(index, -1)) for index in head_line], dtype=np.int64),
        derived=False,
    )
    feeder_of_pair = {
        by_line["pair"].loc[index]: str(feeder)
        for feeder, index in zip(feeders["feeder_id"], head_line, strict=True)
        if index in by_line.index
    }
    joints = pd.DataFrame(
        {"part": lines["part"], "feeder_id": [feeder_of_pair.get(pair, pd.NA) for pair in lines["pair"]]}
    )
    without_head = feeders[feeders["head_line_id"].isna()].groupby("substation_id")["feeder_id"]
    only = {str(station): str(ids.iloc[0]) for station, ids in without_head if len(ids) == 1}
    at_busbar = {row: only[str(sid)] for row, sid in enumerate(stations["substation_id"]) if str(sid) in only}
    return _Heads(feeders, joints, at_busbar)


def _stations_with_transformers_at_busbar(buses: Buses, branches: Branches, stations: pd.DataFrame) -> list[int]:
    trafos = branches.of("trafo")
    to_lv = trafos.live & ~(buses.vn_kv[trafos.to_bus] > MV_ABOVE_KV) if len(buses.index) else trafos.live
    hanging = set(buses.node[trafos.from_bus[to_lv]].tolist())
    busbars = buses.positions(stations["busbar"])
    return [row for row, busbar in enumerate(busbars) if busbar >= 0 and int(buses.node[busbar]) in hanging]


def _at_trafos(
    buses: Buses,
    trafos: Branches,
    busbar_of_node: Ints,
    substation_of_node: Ids,
    feeder_of_node: Ids,
    stations: pd.DataFrame,
    feeder_at_busbar: dict[int, str],
) -> tuple[Ids, Ids]:
    """Substation and feeder of every row of ``net.trafo``: from its HV side, or of the busbar that it feeds."""
    if not len(buses.index):
        return _missing(len(trafos.index)), _missing(len(trafos.index))
    upper, lower = buses.node[trafos.from_bus], buses.node[trafos.to_bus]
    feeds_busbar = busbar_of_node[lower] >= 0
    substation = np.where(feeds_busbar, substation_of_node[lower], substation_of_node[upper])
    feeder = np.where(feeds_busbar, pd.NA, feeder_of_node[upper])
    for row in np.flatnonzero(~feeds_busbar & (busbar_of_node[upper] >= 0)):
        if not buses.vn_kv[trafos.to_bus[row]] > MV_ABOVE_KV:
            feeder[row] = feeder_at_busbar.get(int(busbar_of_node[upper[row]]), pd.NA)
    known = (trafos.from_bus >= 0) & (trafos.to_bus >= 0)
    return np.where(known, substation, pd.NA), np.where(known, feeder, pd.NA)


@dataclass(frozen=True)
class _LvNetworks:
    reached: npt.NDArray[np.bool_]
    transformer: Ids
    substation: Ids
    feeder: Ids


def _lv_networks(
    net: Any,
    buses: Buses,
    branches: Branches,
    trafos: Branches,
    energised: npt.NDArray[np.bool_],
    substation_of_trafo: Ids,
    feeder_of_trafo: Ids,
) -> _LvNetworks:
    """LV buses take the ids of the transformers that feed their network, wherever these agree."""
    above = _node_above_1kv(buses)
    start, end = buses.node[branches.from_bus], buses.node[branches.to_bus]
    inner = branches.live & ~above[start] & ~above[end] if buses.node_count else branches.live
    count, label = components(buses.node_count, start[inner], end[inner])
    upper, lower = buses.node[trafos.from_bus], buses.node[trafos.to_bus]
    feeding = trafos.live & above[upper] & ~above[lower] if buses.node_count else trafos.live
    network = label[lower[feeding]]
    pair = upper[feeding] * max(buses.node_count, 1) + lower[feeding]
    trafo_ids = names(table(net, "trafo"), "trafo").to_numpy(dtype=object)[feeding]
    first_of_pair = pd.Series(trafo_ids).groupby(pair).transform("first").to_numpy(dtype=object)

    of_bus = label[buses.node] if buses.node_count else np.empty(0, dtype=np.int64)
    reached = ~above[buses.node] & energised[buses.node] & buses.in_service & np.isin(of_bus, network)

    def carried(ids: Ids) -> Ids:
        return np.where(reached, _unique_by(count, pd.Series(network), ids)[of_bus], pd.NA)

    return _LvNetworks(
        reached, carried(first_of_pair), carried(substation_of_trafo[feeding]), carried(feeder_of_trafo[feeding])
    )


def _unique_by(count: int, groups: pd.Series, ids: Ids) -> Ids:
    """For each of ``count`` groups the id its members share; missing where there is none, or more than one."""
    found = _missing(count)
    known = pd.DataFrame({"group": np.asarray(groups, dtype=np.int64), "id": ids}).drop_duplicates()
    single = known[~known["group"].duplicated(keep=False) & known["id"].notna()]
    found[single["group"].to_numpy(dtype=np.int64)] = single["id"].to_numpy(dtype=object)
    return found


def _missing(count: int) -> Ids:
    return np.full(count, pd.NA, dtype=object)


def agreed_ids(first: Ids, second: Ids, first_closed: Any, second_closed: Any) -> Ids:
    """One id out of two ends: the closed end's where one is open; the same or the only one known; else missing."""
    only_first, only_second = first_closed & ~second_closed, second_closed & ~first_closed
    has_first, has_second = ~pd.isna(first), ~pd.isna(second)
    same = np.array([a == b for a, b in zip(first.astype(str), second.astype(str), strict=True)], dtype=bool)
    either = np.where(has_first & (same | ~has_second), first, np.where(has_second & ~has_first, second, pd.NA))
    return np.where(only_first, first, np.where(only_second, second, either))
