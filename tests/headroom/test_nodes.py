"""Node figures of the hand-worked case (P9), each compared with a bisection by plain pandapower at the two peaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hand_case import PEAK_AT, WINDOW, application, hand_case
from verification_cases import at_peak, exact_kva, street_case

from capacity.case import derive_topology
from capacity.headroom.nodes import node_figures
from capacity.study import run_study
from capacity.tables._schema import conform
from capacity.tables.additions import Addition, Additions
from capacity.tables.case import Case
from capacity.tables.inputs.customers import CUSTOMERS

T1_PEAK, T2_PEAK = PEAK_AT["T1"], PEAK_AT["T2"]


def nodes_of(case: Case, **options: Any) -> pd.DataFrame:
    run = run_study(case, window=WINDOW, workers=1, sample_nodes=0, crosscheck_steps=0, **options)
    return run.nodes.set_index("node_id")


def single_phase_street() -> Case:
    """A house with one single-phase customer at the end of 250 m of wire: its floor is 220 V − 10 %, 0.855 pu."""
    case = street_case(metres=250.0)
    customer = {"customer_id": "C1", "transformer_id": "T1", "node_id": "house", "phases": 1}
    return replace(case, customers=conform(pd.DataFrame([customer]), CUSTOMERS))


@dataclass(frozen=True)
class Worked:
    """A case in which one limit binds one node."""

    case: Callable[[], Case]
    node: str
    criterion: str
    element: str
    at: pd.Timestamp
    reason: str = "ok"
    limits: dict[str, Any] = field(default_factory=dict)


WORKED = {
    "transformer": Worked(hand_case, "T1-LV", "transformer_loading", "T1", T1_PEAK),
    "conductor": Worked(lambda: street_case(wire_ka=0.1), "house", "line_loading", "wire", T1_PEAK),
    "three-phase voltage": Worked(lambda: street_case(metres=250.0), "house", "voltage_min", "house", T1_PEAK),
    "single-phase voltage": Worked(
        single_phase_street, "house", "voltage_min", "house", T1_PEAK, limits={"floor": {"house": 0.855}}
    ),
    "section": Worked(lambda: hand_case(line_max_i_ka=0.02), "T1-LV", "section_loading", "L1", T2_PEAK, "grid_limited"),
    "section with a stated limit": Worked(
        lambda: hand_case(line_max_i_ka=0.04, limit_percent=50.0),
        "T1-LV",
        "section_loading",
        "L1",
        T2_PEAK,
        "grid_limited",
        {"sections_percent": 50.0},
    ),
    "substation": Worked(
        lambda: hand_case(substation_kva=500.0),
        "T1-LV",
        "substation_loading",
        "S1",
        T2_PEAK,
        "grid_limited",
        {"substation_kva": 400.0},
    ),
}


@pytest.mark.parametrize("name", WORKED)
def test_node_headroom__is_what_pandapower_finds(name: str) -> None:
    worked = WORKED[name]
    case = worked.case()
    exact = exact_kva(case, worked.node, **worked.limits)
    row = nodes_of(case).loc[worked.node]
    assert 20.0 < exact < 150.0
    assert row["allowed_kva"] == pytest.approx(exact, rel=4e-4, abs=0.05)
    assert row["allowed_kva"] <= exact + 0.01
    assert row["binding_criterion"] == worked.criterion
    assert row["binding_element"] == worked.element
    assert row["reason"] == worked.reason
    assert row["binding_at"] == worked.at
    assert row["next_margin_kva"] > 0.0


def test_node_headroom__own_transformer_is_loaded_to_exactly_80() -> None:
    import pandapower as pp

    case = hand_case()
    kva = nodes_of(case).at["T1-LV", "allowed_kva"]
    net = at_peak(case, T1_PEAK)
    pp.create_load(net, int(net.trafo.at[0, "lv_bus"]), kva * 0.95e-3, kva * np.sqrt(1.0 - 0.95**2) * 1e-3)
    pp.runpp(net, trafo_loading="power")
    assert net.res_trafo.at[0, "loading_percent"] == pytest.approx(80.0, abs=0.02)
    assert net.res_trafo.at[0, "loading_percent"] <= 80.0


def test_node_headroom__what_is_reserved_is_connected() -> None:
    """50 kW at power factor 0.95 reserved at T1's busbar take exactly their own 52.6 kVA from there."""
    reserved = pd.DataFrame([application("A1", "T1", 50.0)])
    free, less = nodes_of(hand_case()), nodes_of(hand_case(applications=reserved))
    taken = free.at["T1-LV", "allowed_kva"] - less.at["T1-LV", "allowed_kva"]
    assert taken == pytest.approx(50.0 / 0.95, abs=0.05)


def test_node_headroom__unknown_dedicated_and_dead_nodes_have_no_figure() -> None:
    """Below T2, without a meter or a load, nothing is known, and T1 is not promised what T2 may need."""
    nodes = nodes_of(hand_case(meterless=("T2",), line_max_i_ka=0.02))
    assert nodes.at["T2-LV", "reason"] in ("no_source", "insufficient_data")
    assert pd.isna(nodes.at["T2-LV", "allowed_kva"])
    # L1 carries 346 kVA: T2's 0.8 · 315 = 252 and T1's 200 are more than that
    assert nodes.loc["T1-LV", ["allowed_kva", "reason"]].tolist() == [0.0, "existing_violation"]

    case = hand_case()
    dedicated = case.transformers.assign(ownership=["dedicated", "public"])
    nodes = nodes_of(replace(case, transformers=dedicated))
    assert nodes.at["T1-LV", "reason"] == "dedicated"
    assert pd.isna(nodes.at["T1-LV", "allowed_kva"])
    assert nodes.at["T2-LV", "allowed_kva"] > 0.0

    case = hand_case(meterless=("T2",))
    case.net.trafo.loc[1, "in_service"] = False
    topology = derive_topology(case.net, case.settings, case.substations, case.feeders)
    nodes = nodes_of(replace(case, topology=topology))
    assert nodes.at["T2-LV", "reason"] in ("no_source", "out_of_service")
    assert pd.isna(nodes.at["T2-LV", "allowed_kva"])


@pytest.mark.parametrize("shape", ["residential", "commercial", "industrial"])
def test_node_headroom__a_day_shape_never_has_less_than_flat(shape: str) -> None:
    case = street_case(metres=250.0)
    flat, shaped = nodes_of(case), nodes_of(case, node_shape=shape)
    assert (shaped["allowed_kva"] >= 0.9995 * flat["allowed_kva"]).all()
    assert (shaped["allowed_kva"] > flat["allowed_kva"] + 1.0).any()


def answer(case: Case, bus: str, table: str, element: int, kind: str) -> pd.Series:
    """The figure at a bus of which the search says that this element binds."""
    index = case.topology.buses.index
    found = pd.DataFrame(
        {
            "kva": 50.0, "kind": kind, "table": table, "element": element, "step": 0, "next_kind": None,
            "next_table": None, "next_element": -1, "next_step": -1, "next_kva": np.nan, "reason": "ok",
        },
        index=index,
    )  # fmt: skip
    addition = Addition("load", 1 + 0j, np.ones(1), 1e4, pd.DatetimeIndex([T1_PEAK]))
    nodes = case.topology.buses[["bus_id", "transformer_id"]]
    transformers = pd.DataFrame({"transformer_id": ["T1", "T2"], "reason": "ok"})
    figures = node_figures(case, Additions(found, addition), nodes, transformers)
    return figures.loc[index[case.topology.buses["bus_id"].eq(bus)][0]]


def test_node_figures__a_limit_in_another_lv_network_is_the_grids() -> None:
    case = street_case()
    wire = int(case.net.line.index[case.net.line["name"].eq("wire")][0])
    house = int(case.net.bus.index[case.net.bus["name"].eq("house")][0])
    assert answer(case, "T1-LV", "line", wire, "line_loading")["reason"] == "ok"
    assert answer(case, "T2-LV", "line", wire, "line_loading")["reason"] == "grid_limited"
    assert answer(case, "T1-LV", "bus", house, "voltage")["reason"] == "ok"
    assert answer(case, "T2-LV", "bus", house, "voltage")["reason"] == "grid_limited"
