"""The network's operating state: what is dead, what is looped, who disagrees with the ledger about it."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np
import pandas as pd
from pandapower.topology import create_nxgraph

from capacity.checks.facts import Check, Facts, element_names, numbers
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.tables.issue import Issue

NO_SOURCE = Kind(
    "network.no_source",
    "error",
    "networks in which no external grid energises anything",
    "没有任何外部电网供电的网络",
    "Put an external grid in service at each substation.",
    "请在每座变电站设置投运的外部电网。",
)
UNENERGISED = Kind(
    "network.unenergised",
    "warning",
    "parts of the network, in service and with transformers or loads, that no source reaches",
    "在运且带有配变或负荷、但没有电源到达的部分",
    "Close the switch or add the line that feeds it, or take it out of service; until then it has no simulated result.",
    "请合上供电开关、补充线路或将其停运；此前不产生仿真结果。",
    "not_counted",
)
UNENERGISED_EMPTY = Kind(
    "network.unenergised_empty",
    "info",
    "buses in service that no source reaches and that carry neither transformer nor load",
    "在运但无电源到达、也不带配变和负荷的母线",
    "Nothing need be done if they are spare; otherwise close the switch that feeds them.",
    "如为备用无需处理；否则请合上供电开关。",
)
LOOP = Kind(
    "network.loop",
    "warning",
    "closed rings, after merging parallel branches and closed bus switches",
    "合环运行（并联支路与闭合母联已合并）",
    "If it is operated open, open the switch at its open point; if it is really closed, it is solved as a meshed "
    "network and limits along 'the' supply path cannot be told.",
    "若为开环运行，请断开开环点开关；若确为合环，则按环网计算，无法给出唯一供电路径上的限额。",
    "lower_accuracy",
)
TWO_SOURCES = Kind(
    "network.two_sources",
    "warning",
    "parts of the network that several external grids feed at the same time",
    "同时由多个外部电网供电的部分",
    "Open the tie between the substations if they are operated apart; otherwise their loads are shared by impedance.",
    "若分列运行请断开联络；否则按阻抗分配负荷。",
    "lower_accuracy",
)
DANGLING = Kind(
    "network.dangling",
    "error",
    "elements of the network at a bus that does not exist",
    "接在不存在母线上的元件",
    "Correct the bus, or delete the element.",
    "请更正母线或删除该元件。",
)
FEEDER_DIFFERS = Kind(
    "network.feeder_differs",
    "warning",
    "feeder_id of transformers.csv other than that of the feeder from which the network supplies the transformer",
    "台账线路与网络供电线路不一致的配变",
    "Correct feeder_id, or the position of the switches.",
    "请更正线路编号或开关位置。",
    "lower_accuracy",
)
RATING_DIFFERS = Kind(
    "network.rating_differs",
    "warning",
    "rated_kva of transformers.csv that differs by more than 1 % from sn_mva × parallel of the network",
    "台账额定容量与网络 sn_mva × parallel 相差超过 1 % 的配变",
    "Correct the wrong one; load rates refer to rated_kva of the ledger, impedances to the network.",
    "请更正错误的一方；负载率以台账额定容量为准，阻抗以网络为准。",
    "lower_accuracy",
)
KINDS = (
    NO_SOURCE,
    UNENERGISED,
    UNENERGISED_EMPTY,
    LOOP,
    TWO_SOURCES,
    DANGLING,
    FEEDER_DIFFERS,
    RATING_DIFFERS,
)

BUS_COLUMNS = {
    "line": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "load": ("bus",),
    "sgen": ("bus",),
    "storage": ("bus",),
    "gen": ("bus",),
    "ext_grid": ("bus",),
    "switch": ("bus",),
}


def dangling(facts: Facts) -> Iterator[Issue]:
    """Elements at buses that do not exist, one issue per table."""
    net = facts.case.net
    for name, columns in BUS_COLUMNS.items():
        wrong = np.zeros(len(net[name]), dtype=bool)
        for column in columns:
            wrong |= ~net[name][column].isin(net.bus.index).to_numpy()
        if wrong.any():
            found = element_names(net[name], wrong)
            yield DANGLING.issue(
                f"net.{name}",
                columns[0],
                found,
                f"{len(found)} elements of net.{name} stand at a bus that does not exist ({names_en(found)}).",
                f"net.{name} 中 {len(found)} 个元件接在不存在的母线上（{names_zh(found)}）。",
            )


def no_source(facts: Facts) -> Iterator[Issue]:
    """Whether anything is energised."""
    if not (facts.case.topology.buses["island"] >= 0).any():
        count = len(facts.case.net.ext_grid)
        yield NO_SOURCE.issue(
            "net.ext_grid",
            "",
            [],
            f"No bus of the network is energised ({count} external grids, none in service at a bus in service).",
            f"网络没有任何带电母线（外部电网 {count} 个，均未在投运母线上投运）。",
        )


def unenergised(facts: Facts) -> Iterator[Issue]:
    """Dead parts: one issue for each that should supply something, one in all for the others."""
    net, buses = facts.case.net, facts.case.topology.buses
    in_service = net.bus["in_service"].astype(bool)
    dead = set(buses.index[(buses["island"] < 0) & in_service.reindex(buses.index, fill_value=False)])
    if not dead or len(dead) == int(in_service.sum()):
        return
    graph = create_nxgraph(net, respect_switches=True).subgraph(dead)
    empty: list[int] = []
    for part in sorted(map(sorted, nx.connected_components(graph))):
        trafos = facts.distribution[facts.distribution["lv_bus"].isin(part) | facts.distribution["hv_bus"].isin(part)]
        loads = net.load[net.load["bus"].isin(part) & net.load["in_service"].astype(bool)]
        if trafos.empty and loads.empty:
            empty += part
            continue
        bus_ids = list(buses.loc[part, "bus_id"])
        found = [*trafos.index, *bus_ids]
        yield UNENERGISED.issue(
            "net.bus",
            "",
            found,
            f"{len(part)} buses with {len(trafos)} transformers and {len(loads)} loads have no source "
            f"({names_en(found)}).",
            f"{len(part)} 个母线（含 {len(trafos)} 台配变、{len(loads)} 个负荷）没有电源（{names_zh(found)}）。",
            facts.areas_of(trafos.index),
        )
    if empty:
        found = list(buses.loc[empty, "bus_id"])
        yield UNENERGISED_EMPTY.issue(
            "net.bus",
            "",
            found,
            f"{len(found)} buses in service have no source and carry nothing ({names_en(found)}).",
            f"{len(found)} 个在运母线没有电源，也未带负荷（{names_zh(found)}）。",
        )


def loops(facts: Facts) -> Iterator[Issue]:
    """Closed rings, one issue for each mesh of rings that share branches."""
    if not (facts.case.topology.islands["loops"] > 0).any():
        return
    graph = _live_graph(facts)
    for mesh in nx.biconnected_component_edges(graph):
        if len(mesh) < 2:
            continue
        branches = sorted({branch for a, b in mesh for branch in graph.edges[a, b]["branches"]})
        found = _branch_names(facts, branches)
        yield LOOP.issue(
            "net.line",
            "",
            found,
            f"{len(found)} branches form closed rings ({names_en(found)}).",
            f"{len(found)} 条支路构成合环（{names_zh(found)}）。",
            _areas_at(facts, branches),
        )


def two_sources(facts: Facts) -> Iterator[Issue]:
    """Islands that several sources feed, one issue each."""
    net, topology = facts.case.net, facts.case.topology
    for island in topology.islands.loc[topology.islands["sources"] > 1, "island"]:
        buses = topology.buses.index[topology.buses["island"] == island]
        grids = net.ext_grid[net.ext_grid["bus"].isin(buses) & net.ext_grid["in_service"].astype(bool)]
        found = element_names(net.ext_grid, net.ext_grid.index.isin(grids.index)) or [f"island {island}"]
        yield TWO_SOURCES.issue(
            "net.ext_grid",
            "",
            found,
            f"{len(found)} sources feed one connected part of {len(buses)} buses ({names_en(found)}).",
            f"{len(found)} 个电源同时供电于同一连通部分（{len(buses)} 个母线：{names_zh(found)}）。",
            facts.areas_of_buses(buses),
        )


def feeder_differs(facts: Facts) -> Iterator[Issue]:
    """Transformers that ledger and network hang on different feeders, one issue in all."""
    stated = facts.serving["feeder_id"].dropna().astype(str)
    derived = facts.distribution["derived_feeder_id"].dropna().astype(str).reindex(stated.index)
    apart = stated[derived.notna() & (stated != derived) & stated.isin(facts.known_feeders)]
    if len(apart):
        first = apart.index[0]
        yield FEEDER_DIFFERS.issue(
            "transformers",
            "feeder_id",
            apart.index,
            f"{len(apart)} transformers hang on another feeder than the ledger says ({names_en(apart.index)}), "
            f"e.g. {first}: ledger {apart[first]}, network {derived[first]}.",
            f"{len(apart)} 台配变的供电线路与台账不一致（{names_zh(apart.index)}），"
            f"例如 {first}：台账 {apart[first]}，网络 {derived[first]}。",
            facts.areas_of(apart.index),
        )


def rating_differs(facts: Facts) -> Iterator[Issue]:
    """Transformers of which ledger and network state different ratings, one issue in all."""
    held = facts.distribution
    parallel = numbers(held, "parallel")
    modelled = pd.Series(numbers(held, "sn_mva") * np.where(parallel > 0, parallel, 1.0) * 1000.0, index=held.index)
    stated = pd.Series(facts.rated_kva, dtype="float64").reindex(modelled.index)
    apart = modelled[(modelled > 0.0) & ((modelled - stated).abs() > 0.01 * stated)]
    if len(apart):
        first = apart.index[0]
        yield RATING_DIFFERS.issue(
            "transformers",
            "rated_kva",
            apart.index,
            f"{len(apart)} transformers have another rating in the network ({names_en(apart.index)}), "
            f"e.g. {first}: ledger {stated[first]:g} kVA, network {apart[first]:g} kVA.",
            f"{len(apart)} 台配变的台账容量与网络不一致（{names_zh(apart.index)}），"
            f"例如 {first}：台账 {stated[first]:g} kVA，网络 {apart[first]:g} kVA。",
            facts.areas_of(apart.index),
        )


def _branch_names(facts: Facts, branches: list[tuple[str, int]]) -> list[str]:
    """Names of branches, by table and then in alphabetical order."""
    named = {table: facts.case.net[table] for table, _ in branches}
    return [
        name
        for table in sorted(named)
        for name in sorted(element_names(named[table], named[table].index.isin([i for t, i in branches if t == table])))
    ]


def _areas_at(facts: Facts, branches: list[tuple[str, int]]) -> set[str]:
    """Areas supplied through branches, as far as it can be told where there is a ring."""
    lines, trafos = ([i for table, i in branches if table == wanted] for wanted in ("line", "trafo"))
    at_ring = pd.unique(facts.case.net.line.loc[lines, ["from_bus", "to_bus"]].to_numpy().ravel())
    hanging = facts.distribution.index[facts.distribution["hv_bus"].isin(at_ring)]
    named = facts.case.topology.trafos.loc[trafos, "trafo_id"]
    return {*facts.areas_of_lines(lines), *facts.areas_of([*named, *hanging])}


def _live_graph(facts: Facts) -> nx.Graph[int]:
    """Live branches between nodes of fused buses; each edge lists its parallel branches as (table, index)."""
    net, topology = facts.case.net, facts.case.topology
    ties = net.switch[(net.switch["et"] == "b") & net.switch["closed"].astype(bool)]
    fused = nx.utils.UnionFind(net.bus.index)
    for a, b in zip(ties["bus"], ties["element"], strict=True):
        fused.union(a, b)
    opened = net.switch.loc[(net.switch["et"] == "t3") & ~net.switch["closed"].astype(bool), "element"]
    three_winding = net.trafo3w["in_service"].astype(bool) & ~net.trafo3w.index.isin(opened)
    graph: nx.Graph[int] = nx.Graph()
    for name, live, ends in (
        ("line", topology.lines["live"], ("from_bus", "to_bus")),
        ("trafo", topology.trafos["live"], ("hv_bus", "lv_bus")),
        ("trafo3w", three_winding, ("hv_bus", "mv_bus")),
        ("trafo3w", three_winding, ("hv_bus", "lv_bus")),
        ("impedance", net.impedance["in_service"].astype(bool), ("from_bus", "to_bus")),
    ):
        for index, a, b in net[name].loc[live.to_numpy(dtype=bool), list(ends)].itertuples():
            a, b = fused[a], fused[b]
            if a != b:
                graph.add_edge(a, b)
                graph.edges[a, b].setdefault("branches", []).append((name, index))
    return graph


CHECKS: tuple[Check, ...] = (
    dangling,
    no_source,
    unenergised,
    loops,
    two_sources,
    feeder_differs,
    rating_differs,
)
