"""The example of ``docs/connection-check.md``: its numbers worked on paper and found by the load flow."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from built_case import CUSTOMER, built, customer_bus, flow_of
from connections_cases import LIMITS, floor_pu, power
from hand_case import PEAK_AT, WINDOW, hand_case

from capacity.loadflow import LoadFlow
from capacity.loadflow.connections import Question, Standing, check_connection, stand
from capacity.loadflow.reference_steps import ReferenceSteps
from capacity.tables.additions import Addition, Bounds
from capacity.tables.connection import Connection, Finding, NewLine, NewTransformer

PAGE = Path(__file__).parents[3] / "docs" / "connection-check.md"
ASKED_KVA = 50.0
CABLE = NewLine("YJV22-4x120", 0.4, 200.0, 0.153, 0.077, 0.28)
AT_T1 = Connection("k", "T1-LV", CABLE)


@pytest.fixture(scope="module")
def standing() -> Standing:
    case = hand_case()
    flow = LoadFlow(case, WINDOW, levels_percent=(80.0, 100.0), workers=1)
    buses, lines = case.topology.buses, case.topology.lines
    bounds = Bounds(
        buses["vn_kv"].map(lambda vn_kv: floor_pu(vn_kv, False)),
        pd.Series(100.0, index=lines.index),
        80.0,
        pd.Series({"S1": 8000.0}),
        buses["feeder_id"],
        0.005,
        0.5,
        {},
    )
    flat = Addition("load", power(0.8), np.ones(flow.n_steps), 10_000.0, flow.window.timestamps)
    return stand(flow, flow.solve_year(crosscheck=False), bounds, flat)


def checked(standing: Standing, connection: Connection, kva: float = ASKED_KVA) -> Finding:
    return check_connection(standing, connection, Question(standing.setting.addition, kva, LIMITS))


@pytest.fixture(scope="module")
def found(standing: Standing) -> Finding:
    return checked(standing, AT_T1)


def on_paper() -> dict[str, float]:
    """T1 at its peak of 160 kW + 120 kvar, with 40 kW + 30 kvar behind 200 m of 0.153 + j0.077 Ω/km."""
    r, x = 0.153 * 0.2, 0.077 * 0.2
    ampere = 50.0 / (sqrt(3.0) * 0.387)
    cable_kw, cable_kvar = 3.0 * ampere**2 * r / 1000.0, 3.0 * ampere**2 * x / 1000.0
    p_kw, q_kvar = 160.0 + 40.0 + cable_kw, 120.0 + 30.0 + cable_kvar
    share = (hypot(p_kw, q_kvar) / 400.0 * 400.0 / 391.0) ** 2
    hv_kw, hv_kvar = p_kw + 4.0 * share + 0.57, q_kvar + 15.49 * share + 0.82
    line_v = ((hv_kw + 51.6) * 0.27 + (hv_kvar + 39.2) * 0.34) / 10.0
    transformer_percent = (p_kw * 1.0 + q_kvar * 3.873) / 400.0 / 0.98
    busbar_v = 400.0 * (1.0 - line_v / 10_000.0 - transformer_percent / 100.0)
    cable_v = ((40.0 + cable_kw) * 1000.0 * r + (30.0 + cable_kvar) * 1000.0 * x) / busbar_v
    return {
        "ampere": ampere,
        "cable_kw": cable_kw,
        "hv_kva": hypot(hv_kw, hv_kvar),
        "load_rate_percent": hypot(hv_kw, hv_kvar) / 4.0,
        "line_v": line_v,
        "transformer_percent": transformer_percent,
        "busbar_v": busbar_v,
        "cable_v": cable_v,
        "customer_v": busbar_v - cable_v,
    }


def test_check_connection__is_what_paper_says(found: Finding) -> None:
    paper = on_paper()
    assert found.load_rate_percent == pytest.approx(paper["load_rate_percent"], abs=0.1)
    assert found.voltage_min_v == pytest.approx(paper["customer_v"], abs=0.1)
    assert found.voltage_at == found.load_rate_at == PEAK_AT["T1"]
    assert found.voltage_floor_v == pytest.approx(353.4)
    assert found.broken == ()


def test_check_connection__the_page_shows_these_numbers(found: Finding) -> None:
    text, paper = PAGE.read_text(encoding="utf-8"), on_paper()
    for number in (
        f"{paper['ampere']:.1f} A",
        f"{paper['cable_kw']:.2f} kW",
        f"{paper['hv_kva']:.1f} kVA",
        f"{paper['load_rate_percent']:.1f} %",
        f"{paper['line_v']:.1f} V",
        f"{paper['transformer_percent']:.2f} %",
        f"{paper['busbar_v']:.1f} V",
        f"{paper['cable_v']:.2f} V",
        f"{paper['customer_v']:.1f} V",
        f"{found.load_rate_before_percent:.2f} %",
        f"{found.load_rate_percent:.2f} %",
        f"{found.voltage_min_v:.2f} V",
        f"{found.strict.kva:.1f} kVA",
        f"{found.rated.kva:.1f} kVA",
    ):
        assert number in text, number


def test_check_connection__binding_limits(found: Finding) -> None:
    strict, rated = found.strict, found.rated
    assert strict.binding is not None
    assert rated.binding is not None
    assert rated.next_binding is not None
    assert (strict.binding.criterion, strict.binding.element_id) == ("transformer_loading", "T1")
    assert (rated.binding.criterion, rated.binding.element_id) == ("transformer_loading", "T1")
    assert (rated.next_binding.criterion, rated.next_binding.element_id) == ("line_loading", "NEW line")
    assert strict.binding.at == PEAK_AT["T1"]


def test_check_connection__the_cable_s_own_current(standing: Standing) -> None:
    # 80 A at 386.7 V: 53.6 kVA, well before the transformer's limit
    found = checked(standing, replace(AT_T1, line=replace(CABLE, max_i_ka=0.08)))
    assert found.strict.binding is not None
    assert (found.strict.binding.element_id, found.strict.binding.new) == ("NEW line", True)
    assert found.strict.kva == pytest.approx(sqrt(3.0) * 0.08 * 386.7, rel=2e-3)
    assert found.rated.kva == found.strict.kva


def test_check_connection__a_larger_transformer(standing: Standing) -> None:
    # T1's percentages at 630 kVA: it needs two thirds of 1.65 kW + 6.4 kvar, and twice 0.8 kvar without load
    new = NewTransformer("S-630", 630.0, 4.0, 1.0, 0.57, 0.25)
    found = checked(standing, replace(AT_T1, replaces="T1", replacement=new))
    through_kva = hypot(200.5 + 0.66 * 1.65 + 0.57, 150.3 + 0.66 * 6.4 + 1.47)
    assert found.load_rate_percent == pytest.approx(through_kva / 6.3, abs=0.1)
    assert found.load_rate_before_percent == pytest.approx(checked(standing, AT_T1).load_rate_before_percent)
    assert found.strict.binding is not None
    assert found.strict.binding.element_id == "NEW line"  # 280 A come before 504 kVA


def test_check_connection__as_pandapower_has_it(standing: Standing, found: Finding) -> None:
    case = built(standing.flow.case, AT_T1)
    flow = flow_of(case, standing.flow)
    step = flow.window.timestamps.get_indexer([PEAK_AT["T1"]]).astype(np.int64)
    reference = ReferenceSteps(flow, flow.solve_year(crosscheck=False))
    solved = reference(step, {customer_bus(case): ASKED_KVA * power(0.8)}, "F1")
    voltage = dict(zip(solved.bus_index.tolist(), solved.voltage_pu[0].tolist(), strict=True))
    assert found.voltage_min_v == pytest.approx(400.0 * voltage[customer_bus(case)], abs=0.01)
    assert found.load_rate_percent == pytest.approx(float(solved.trafo_loading_percent[0, 0]), abs=0.001)
    assert CUSTOMER in set(case.topology.buses["bus_id"])
