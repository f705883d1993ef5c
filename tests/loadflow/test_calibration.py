"""Loads scaled to meters: the metered side carries what the meter read, whatever the losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from loadflow_cases import (
    START,
    load_flow_of,
    make_case,
    profile_table,
    radial_net,
    readings_table,
    transformers_table,
    window,
)

from capacity.loadflow.crosscheck import apply_step
from capacity.loadflow.readings import complex_readings, filled, judge
from capacity.loadflow.reference import fresh, run
from capacity.tables.case import Case
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.readings import ReadingState

RATED_KVA = 400.0


def metered_case(
    side: str, p_kw: Any, q_kvar: Any = None, net: Any = None, exclusions: Any = None, **columns: Any
) -> Case:
    net = radial_net() if net is None else net
    generator = np.random.default_rng(3)
    n_steps = len(p_kw)
    net.load["profile"] = [f"h{number % 2}" for number in range(len(net.load))]
    net.sgen["profile"] = "sun"
    profiles = profile_table(
        n_steps,
        h0=generator.uniform(0.1, 1.0, n_steps),
        h1=generator.uniform(0.1, 1.0, n_steps),
        sun=generator.uniform(0.0, 1.0, n_steps),
    )
    tables = {} if exclusions is None else {"exclusions": exclusions}
    return make_case(
        net,
        profiles,
        transformers=transformers_table(net, side, **columns.pop("ledger", {})),
        measurements=readings_table("T1", p_kw, q_kvar, **columns),
        **tables,
    )


def side_of(year: Any, side: str) -> tuple[Any, Any]:
    flows = year.transformers
    return (flows.p_hv_kw[0], flows.q_hv_kvar[0]) if side == "hv" else (flows.p_lv_kw[0], flows.q_lv_kvar[0])


@pytest.mark.parametrize("engine", ["radial", "pgm"])
@pytest.mark.parametrize("side", ["hv", "lv"])
def test_calibration__equals_the_readings(side: str, engine: Any) -> None:
    generator = np.random.default_rng(5)
    p_kw, q_kvar = generator.uniform(40.0, 330.0, 30), generator.uniform(-20.0, 90.0, 30)
    load_flow = load_flow_of(metered_case(side, p_kw, q_kvar), window(30), engine=engine, workers=2)
    year = load_flow.solve_year()
    simulated_p, simulated_q = side_of(year, side)
    assert np.abs(simulated_p - p_kw).max() <= 1e-4 * RATED_KVA
    assert np.abs(simulated_q - q_kvar).max() <= 1e-4 * RATED_KVA
    assert year.filled_steps == {"T1": 0}
    assert year.unmet.empty
    assert year.crosscheck is not None
    assert year.crosscheck.delta_voltage_pu <= 1e-6
    assert year.crosscheck.delta_loading_percent <= 0.01


def test_calibration__as_pandapower_with_the_same_loads() -> None:
    p_kw = np.linspace(50.0, 300.0, 10)
    load_flow = load_flow_of(metered_case("hv", p_kw, 0.3 * p_kw), window(10))
    net = fresh(load_flow.case.net)
    apply_step(net, load_flow, 7)
    assert run(net)
    assert net.res_trafo["p_hv_mw"].iloc[0] * 1000.0 == pytest.approx(p_kw[7], abs=1e-4 * RATED_KVA)
    # generation follows its own profile
    assert net.sgen["p_mw"].iloc[0] == pytest.approx(0.02 * load_flow.case.profiles.loc[7, "sun"], rel=1e-12)


def test_calibration__shares_follow_base_power_and_profile() -> None:
    p_kw = np.full(4, 100.0)
    case = metered_case("lv", p_kw, 0.0 * p_kw)
    load_flow = load_flow_of(case, window(4))
    net = fresh(case.net)
    apply_step(net, load_flow, 2)
    expected = case.profiles.loc[2, ["h0", "h1", "h0", "h1"]].to_numpy(float)
    shares = net.load["p_mw"].to_numpy() / net.load["p_mw"].sum()
    np.testing.assert_allclose(shares, expected / expected.sum(), rtol=1e-9)


def test_apparent_power_only__taken_as_import_at_the_power_factor() -> None:
    missing = np.full(5, np.nan)
    case = metered_case("lv", missing, missing, s_kva=np.full(5, 200.0))
    year = load_flow_of(case, window(5)).solve_year(crosscheck=False)
    assert year.transformers.p_lv_kw[0] == pytest.approx(190.0, abs=1e-4 * RATED_KVA)
    assert np.hypot(year.transformers.p_lv_kw, year.transformers.q_lv_kvar) == pytest.approx(200.0, abs=0.05)


def test_export_without_generation__is_listed_and_clipped_at_zero() -> None:
    p_kw = np.full(6, 80.0)
    p_kw[4] = -150.0
    year = load_flow_of(metered_case("lv", p_kw, 0.2 * np.abs(p_kw)), window(6)).solve_year(crosscheck=False)
    assert year.unmet.to_dict("records") == [
        {
            "transformer_id": "T1",
            "steps": 1,
            "first_at": START + pd.Timedelta(hours=1),
            "why": "export_without_generation",
        }
    ]
    assert year.transformers.p_lv_kw[0, 4] > -25.0


def test_no_load_to_scale__is_listed() -> None:
    net = radial_net()
    net.load["p_mw"] = 0.0
    year = load_flow_of(metered_case("lv", np.full(3, 50.0), np.zeros(3), net), window(3)).solve_year(crosscheck=False)
    assert year.unmet[["transformer_id", "steps", "why"]].to_dict("records") == [
        {"transformer_id": "T1", "steps": 3, "why": "no_load"}
    ]


def test_parallel_transformers__held_to_the_sum_of_their_readings() -> None:
    net = radial_net()
    pp.create_transformer(net, 1, 2, "0.25 MVA 20/0.4 kV", name="T2")
    case = metered_case("lv", np.full(4, 120.0), np.full(4, 30.0), net)
    both = pd.concat([case.measurements, readings_table("T2", np.full(4, 60.0), np.full(4, 15.0))])
    for readings, expected in ((both, 180.0), (case.measurements, None)):
        held = make_case(net, case.profiles, transformers=case.transformers, measurements=readings)
        year = load_flow_of(held, window(4)).solve_year(crosscheck=False)
        if expected is None:
            assert year.transformers.p_lv_kw[0] == pytest.approx(120.0, abs=0.05)
        else:
            assert year.transformers.p_lv_kw.sum(axis=0) == pytest.approx(expected, abs=0.08)


def test_judge__only_what_counts() -> None:
    exclusions = pd.DataFrame(
        {
            "transformer_id": ["T1"],
            "from": [START + pd.Timedelta(minutes=45)],
            "to": [START + pd.Timedelta(minutes=75)],
            "reason": ["meter error"],
            "author": ["x"],
        }
    ).astype(dict.fromkeys(("transformer_id", "reason", "author"), "string"))
    assert list(exclusions.columns) == list(EXCLUSIONS.columns)
    p_kw = np.array([10.0, 20.0, np.nan, 40.0, 50.0, 60.0])
    ledger = {"valid_from": START + pd.Timedelta(minutes=15)}
    case = metered_case("lv", p_kw, 0.0 * p_kw, exclusions=exclusions, ledger=ledger)
    readings = judge(case, window(6))
    states = [ReadingState(state) for state in readings.state[0]]
    assert states == [
        ReadingState.BEFORE_RATING,
        ReadingState.VALID,
        ReadingState.MISSING,
        ReadingState.EXCLUDED,
        ReadingState.EXCLUDED,
        ReadingState.VALID,
    ]
    assert np.isnan(complex_readings(readings, 0.95)[0]).tolist() == [True, False, True, True, True, False]


def test_filled__neighbouring_weeks_then_the_month_then_nothing() -> None:
    week = 7 * 96
    times = window(3 * week).timestamps
    power = np.full((1, 3 * week), complex(np.nan, np.nan))
    power[0, 10], power[0, 2 * week + 10] = 10 + 2j, 30 + 4j  # same quarter-hour, one week to either side
    power[0, week + 96 + 20] = 7 + 1j  # the only reading at 05:00 that month
    out = filled(power, times, 15)
    assert out[0, week + 10] == 20 + 3j
    assert out[0, 5 * 96 + 20] == 7 + 1j
    assert np.isnan(out[0, 33].real)


def test_gaps__filled_for_the_simulation_and_counted() -> None:
    n_steps = 8 * 96
    p_kw = np.tile(np.linspace(60.0, 200.0, 96), 8)
    p_kw[300:310] = np.nan
    year = load_flow_of(metered_case("lv", p_kw, 0.2 * p_kw), window(n_steps)).solve_year(crosscheck=False)
    assert year.filled_steps == {"T1": 10}
    assert year.transformers.p_lv_kw[0, 300:310] == pytest.approx(p_kw[204:214], abs=0.05)
    assert year.unmet.empty


def test_added_load__comes_on_top_of_the_scaled_loads() -> None:
    p_kw = np.full(40, 150.0)
    load_flow = load_flow_of(metered_case("lv", p_kw, 0.2 * p_kw), window(40))
    for solved_before in (False, True):
        if solved_before:
            load_flow.solve_year(crosscheck=False)
        steps = [0, 5, 39]
        before, after = load_flow(steps), load_flow(steps, {4: 50.0 + 10.0j})
        kva = before.trafo_loading_percent[:, 0] / 100.0 * RATED_KVA
        added = after.trafo_loading_percent[:, 0] / 100.0 * RATED_KVA
        # without losses 150 + j30 kVA would grow by 51.0 kVA; the added load's own losses come on top
        assert ((added - kva > 51.0) & (added - kva < 62.0)).all()
        house = list(after.bus_index).index(4)
        assert (after.voltage_pu[:, house] < before.voltage_pu[:, house]).all()


def test_added_load__as_pandapower() -> None:
    load_flow = load_flow_of(metered_case("hv", np.full(9, 150.0), np.full(9, 20.0)), window(9))
    snapshot = load_flow([6], {5: 30.0 + 5.0j, 1: 400.0 + 0.0j})
    net = fresh(load_flow.case.net)
    apply_step(net, load_flow, 6)
    pp.create_load(net, 5, p_mw=0.03, q_mvar=0.005)
    pp.create_load(net, 1, p_mw=0.4)
    assert run(net)
    assert np.abs(snapshot.voltage_pu[0] - net.res_bus["vm_pu"].to_numpy()).max() <= 1e-6
    assert np.abs(snapshot.line_loading_percent[0] - net.res_line["loading_percent"].to_numpy()).max() <= 0.01
    assert np.abs(snapshot.trafo_loading_percent[0] - net.res_trafo["loading_percent"].to_numpy()).max() <= 0.01
    fed = np.hypot(net.res_ext_grid["p_mw"], net.res_ext_grid["q_mvar"]).sum() * 1000.0
    assert snapshot.substation_kva[0, 0] == pytest.approx(fed, rel=1e-6)


ADDED = {4: 50.0 + 10.0j, 1: 300.0 + 0.0j, 5: -8.0 + 0.0j}


def test_year_with_added_power__equals_the_same_steps_asked_one_by_one() -> None:
    n_steps = 40
    p_kw = np.linspace(60.0, 300.0, n_steps)
    load_flow = load_flow_of(metered_case("lv", p_kw, 0.2 * p_kw), window(n_steps), workers=2)
    scaled = load_flow.solve_year(crosscheck=False)
    year = load_flow.solve_year(added_kw=ADDED)
    asked = load_flow(range(n_steps), ADDED)
    np.testing.assert_allclose(year.buses["voltage_min_pu"], asked.voltage_pu.min(axis=0), atol=2e-8)
    np.testing.assert_allclose(year.lines["max_loading_percent"], asked.line_loading_percent.max(axis=0), rtol=1e-6)
    through = np.hypot(year.transformers.p_hv_kw, year.transformers.q_hv_kvar)[0]
    np.testing.assert_allclose(100.0 * through / RATED_KVA, asked.trafo_loading_percent[:, 0], rtol=1e-6)
    assert year.crosscheck is not None
    assert year.crosscheck.delta_voltage_pu <= 1e-6
    assert year.crosscheck.delta_loading_percent <= 0.01
    # 42 kW more at the transformer, with their losses; the readings still hold without them
    grown = year.transformers.p_lv_kw[0] - p_kw
    assert ((grown > 42.0) & (grown < 55.0)).all()
    np.testing.assert_array_equal(
        load_flow.solve_year(crosscheck=False).transformers.p_lv_kw, scaled.transformers.p_lv_kw
    )


def test_year_with_added_power__scales_the_loads_first_and_keeps_them() -> None:
    p_kw = np.linspace(60.0, 300.0, 20)
    p_kw[4] = -150.0  # cannot be met
    case = metered_case("hv", p_kw, 0.2 * np.abs(p_kw))
    load_flow, other = (load_flow_of(case, window(20)) for _ in range(2))
    first = load_flow.solve_year(added_kw=ADDED, crosscheck=False)
    plain = other.solve_year(crosscheck=False)
    second = other.solve_year(added_kw=ADDED, crosscheck=False)
    np.testing.assert_array_equal(first.transformers.p_hv_kw, second.transformers.p_hv_kw)
    pd.testing.assert_frame_equal(first.unmet, plain.unmet)
    assert len(plain.unmet) == 1
    assert np.array_equal(load_flow.net_load(np.arange(20)), other.net_load(np.arange(20)))  # type: ignore[arg-type]


def test_year_with_added_power__without_meters_and_with_any_engine() -> None:
    for engine in ("radial", "pgm", "pandapower"):
        load_flow = load_flow_of(make_case(radial_net()), window(5), engine=engine)
        year = load_flow.solve_year(added_kw=ADDED, crosscheck=False)
        asked = load_flow(range(5), ADDED)
        np.testing.assert_allclose(year.buses["voltage_min_pu"], asked.voltage_pu.min(axis=0), atol=2e-8)
        assert year.buses["voltage_min_pu"].min() < load_flow.solve_year().buses["voltage_min_pu"].min() - 0.005
    with pytest.raises(ValueError, match="bus 99"):
        load_flow.solve_year(added_kw={99: 1.0 + 0.0j})


def test_call__refuses_unknown_steps_and_buses() -> None:
    load_flow = load_flow_of(make_case(radial_net()), window(4))
    with pytest.raises(ValueError, match="0 … 3"):
        load_flow([4])
    with pytest.raises(ValueError, match="bus 99"):
        load_flow([0], {99: 1.0 + 0.0j})
