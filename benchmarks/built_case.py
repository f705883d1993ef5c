"""Connections built for real: the pandapower network with what a connection would add, as a case of its own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd

from capacity.case.scenarios.rederiving import rederived
from capacity.loadflow import LoadFlow
from capacity.tables.case import Case
from capacity.tables.connection import Connection, NewLine, NewTransformer
from capacity.tables.readings import JudgedReadings

CUSTOMER = "NEW customer"
"""Node id of the customer in the built case; of one among several, with the connection's key behind it."""
SHORTEST_M = 0.01
"""Length at which a line of no length is built: pandapower wants an impedance."""
LV_KV = 0.4


def built(case: Case, connection: Connection) -> Case:
    """A case in which a connection has been built; nothing is drawn at its end yet.

    New lines have no capacitance. A transformer that takes the place of another keeps its voltages, tap and vector
    group, and is one unit. Topology is derived anew; readings, tables and bus numbers stay as they are.
    """
    return built_together(case, [replace(connection, key="")])


def built_together(case: Case, connections: Sequence[Connection]) -> Case:
    """A case in which several connections have been built, each with its key behind the names of its parts.

    Lines that carry nothing change nothing for each other; what a transformer draws without load does.
    """
    net = copy.deepcopy(case.net)
    for connection in connections:
        _build(net, case, connection)
    return rederived(case, net, case.transformers.copy())


def named(part: str, key: str = "") -> str:
    """The name of a part of what is built: ``customer``, ``line``, ``transformer`` or ``service``."""
    return f"NEW {part} {key}".strip()


def customer_bus(case: Case, key: str = "") -> int:
    """The pandapower bus of a customer in a built case."""
    names = case.topology.buses["bus_id"]
    return int(names.index[names.eq(named("customer", key))][0])


def flow_of(case: Case, before: LoadFlow, readings: JudgedReadings | None = None) -> LoadFlow:
    """The load flow of a built case, with the loads as ``before`` scaled them to ``readings``, before it was built."""
    flow = LoadFlow(
        case, before.window, levels_percent=before.plan.levels_percent, workers=before.workers, readings=readings
    )
    flow.take_loads_of(before)
    return flow


def floors(case: Case, known_pu: pd.Series, floor_pu: Callable[[float, bool], float], single_phase: bool) -> pd.Series:
    """Lower voltage limits by bus of a built case: ``known_pu`` of the buses there were, P10's of new ones."""
    new = case.net.bus.index.difference(known_pu.index)
    levels = case.net.bus["vn_kv"]
    stated = [floor_pu(float(levels.at[bus]), single_phase and levels.at[bus] <= 1.0) for bus in new]
    return pd.concat([known_pu, pd.Series(stated, index=new, dtype="float64")]).reindex(case.net.bus.index)


def _build(net: Any, case: Case, connection: Connection) -> None:
    names, key = case.topology.buses["bus_id"], connection.key
    at = int(names.index[names.eq(connection.node_id)][0])
    if connection.replacement is not None:
        _replace(net, connection.replaces, connection.replacement)
    if connection.transformer is None and connection.line is None:
        _joined(net, at, named("customer", key))
        return
    if connection.transformer is None:
        assert connection.line is not None
        _line(net, at, connection.line, named("customer", key), named("line", key))
        return
    high = at if connection.line is None else _line(net, at, connection.line, named("tee", key), named("line", key))
    service = connection.service
    low = named("customer", key) if service is None else named("busbar", key)
    busbar = _transformer(net, high, connection.transformer, LV_KV if service is None else service.vn_kv, low, key)
    if service is not None:
        _line(net, busbar, service, named("customer", key), named("service", key))


def _joined(net: Any, at: int, name: str) -> int:
    bus = int(pp.create_bus(net, net.bus.at[at, "vn_kv"], name=name))
    pp.create_switch(net, at, bus, "b", closed=True)
    return bus


def _line(net: Any, at: int, line: NewLine, end: str, name: str) -> int:
    bus = int(pp.create_bus(net, net.bus.at[at, "vn_kv"], name=end))
    pp.create_line_from_parameters(
        net, at, bus, max(line.length_m, SHORTEST_M) / 1000.0, line.r_ohm_per_km, line.x_ohm_per_km, 0.0,
        line.max_i_ka, name=name, parallel=line.circuits,
    )  # fmt: skip
    return bus


def _transformer(net: Any, high: int, one: NewTransformer, low_kv: float, low: str, key: str) -> int:
    bus = int(pp.create_bus(net, low_kv, name=low))
    pp.create_transformer_from_parameters(
        net, high, bus, one.rated_kva / 1000.0, net.bus.at[high, "vn_kv"], low_kv, one.vkr_percent, one.vk_percent,
        one.pfe_kw, one.i0_percent, shift_degree=330.0, name=named("transformer", key), tap_dependency_table=False,
    )  # fmt: skip
    return bus


def _replace(net: Any, transformer_id: str, one: NewTransformer) -> None:
    row = net.trafo.index[net.trafo["name"].astype(str).eq(transformer_id)]
    if len(row) != 1:
        raise ValueError(f"{len(row)} transformers are called {transformer_id!r}")
    values = (one.rated_kva / 1000.0, one.vk_percent, one.vkr_percent, one.pfe_kw, one.i0_percent, 1, 1.0)
    columns = ["sn_mva", "vk_percent", "vkr_percent", "pfe_kw", "i0_percent", "parallel", "df"]
    net.trafo.loc[row, columns] = np.array([values])
