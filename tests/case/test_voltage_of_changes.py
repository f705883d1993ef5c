"""Transformers of the library are made for the voltage of the grid they go into."""

from __future__ import annotations

import copy
from dataclasses import replace

import pandapower as pp
import pytest

from capacity.case import apply_changes, derive_topology
from capacity.tables.network_change import AddTransformer, ExchangeTransformer
from tests.hand_case import hand_case


def test_exchange__in_a_20_kv_grid_stays_a_20_kv_transformer():
    case = hand_case()
    net = copy.deepcopy(case.net)
    net.trafo["vn_hv_kv"] = 20.0
    change = ExchangeTransformer(kind="exchange_transformer", transformer_id="T1", std_type="S20-M", rated_kva=630.0)
    after = apply_changes(replace(case, net=net), [change]).net.trafo.set_index("name").loc["T1"]
    assert (after["vn_hv_kv"], round(after["sn_mva"], 6)) == (20.0, 0.63)


def test_add__takes_the_voltage_of_its_node():
    case = hand_case()
    net = copy.deepcopy(case.net)
    net.bus.loc[net.bus["vn_kv"] == 10.0, "vn_kv"] = 20.0
    net.trafo["vn_hv_kv"] = 20.0
    busbar = int(net.bus.index[net.bus["name"] == "T1-LV"][0])
    node = pp.create_bus(net, 0.4, name="P1", geodata=(99.215, 25.101))
    pp.create_line_from_parameters(net, busbar, node, 0.1, 0.27, 0.34, 9.0, 0.3, name="LV1")
    case = replace(case, net=net, topology=derive_topology(net, case.settings, case.substations, case.feeders))
    change = AddTransformer(
        kind="add_transformer", transformer_id="N", node_id="P1", mv_node_id="M1", mv_length_m=50.0,
        mv_line_type="JKLYJ-10-70", rated_kva=400.0, open_line_ids=("LV1",),
    )  # fmt: skip
    trafo = apply_changes(case, [change]).net.trafo.set_index("name")
    assert trafo.loc["N", "vn_hv_kv"] == 20.0


@pytest.mark.parametrize(
    ("step_percent", "position", "expected"),
    [(2.5, 1.0, 1.0), (1.25, 4.0, 2.0), (2.5, -3.0, -2.0), (2.5, float("nan"), 0)],
)
def test_add__its_tap_stands_as_that_of_the_transformer_beside(step_percent, position, expected):
    """Of the library: ±2 steps of 2.5 %. Four steps of 1.25 % are two of them; more than there are is the last."""
    case = hand_case()
    net = copy.deepcopy(case.net)
    busbar = int(net.bus.index[net.bus["name"] == "T1-LV"][0])
    node = pp.create_bus(net, 0.4, name="P1", geodata=(99.215, 25.101))
    pp.create_line_from_parameters(net, busbar, node, 0.1, 0.27, 0.34, 9.0, 0.3, name="LV1")
    of_t1 = net.trafo["name"] == "T1"
    for name, value in {
        "tap_side": "hv",
        "tap_neutral": 0.0,
        "tap_step_percent": step_percent,
        "tap_pos": position,
    }.items():
        net.trafo.loc[of_t1, name] = value
    case = replace(case, net=net, topology=derive_topology(net, case.settings, case.substations, case.feeders))
    change = AddTransformer(
        kind="add_transformer", transformer_id="N", node_id="P1", mv_node_id="M1", mv_length_m=50.0,
        mv_line_type="JKLYJ-10-70", rated_kva=400.0, open_line_ids=("LV1",),
    )  # fmt: skip
    assert apply_changes(case, [change]).net.trafo.set_index("name").loc["N", "tap_pos"] == expected
