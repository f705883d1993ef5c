"""A solved year: what it holds and where it comes from."""

from __future__ import annotations

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from loadflow_cases import load_flow_of, make_case, profile_table, radial_net, window

from capacity.errors import InputError
from capacity.loadflow import LoadFlow
from capacity.tables.settings import BusbarVoltage


def varied_load_flow(n_steps: int, workers: int, engine: str = "auto") -> LoadFlow:
    net = radial_net()
    net.load["profile"] = "household"
    factor = 1.0 + 1.5 * np.sin(np.arange(n_steps) / 9.0) ** 2
    case = make_case(net, profile_table(n_steps, household=factor))
    return load_flow_of(case, window(n_steps), workers=workers, engine=engine)


def test_solve_year__statistics_are_those_of_its_steps() -> None:
    load_flow = varied_load_flow(100, 3)
    calls: list[tuple[int, int]] = []
    year = load_flow.solve_year(progress=lambda done, total: calls.append((done, total)))
    snapshot = load_flow(range(100))
    loading = pd.DataFrame(snapshot.line_loading_percent, year.timestamps, snapshot.line_index)
    np.testing.assert_allclose(year.lines["max_loading_percent"], loading.max(), rtol=1e-6)
    assert (year.lines["max_loading_at"] == loading.idxmax()).all()
    np.testing.assert_allclose(year.lines["third_loading_percent"], np.sort(loading, axis=0)[-3], rtol=1e-6)
    np.testing.assert_allclose(year.lines["hours_ge_80"], (loading >= 80.0).sum() / 4.0)
    assert year.lines["hours_ge_100"].max() > 0.0
    voltage = pd.DataFrame(snapshot.voltage_pu, year.timestamps, snapshot.bus_index)
    np.testing.assert_allclose(year.buses["voltage_min_pu"], voltage.min(), rtol=1e-7)
    assert (year.buses["voltage_min_at"] == voltage.idxmin())[2:].all()
    np.testing.assert_allclose(year.buses["voltage_max_pu"], voltage.max(), rtol=1e-7)
    assert calls[-1] == (100, 100)


def test_solve_year__flows_balance() -> None:
    year = varied_load_flow(30, 1).solve_year(crosscheck=False)
    losses = year.transformers.p_hv_kw - year.transformers.p_lv_kw
    assert ((losses > 0.5) & (losses < 20.0)).all()
    assert (year.feeders.p_kw > year.transformers.p_hv_kw).all()
    np.testing.assert_allclose(year.substations.p_kw, year.feeders.p_kw, rtol=1e-5)
    assert year.feeders.ids
    assert year.engines == {0: ("radial", "a tree with one source")}
    assert not year.failed.any()


@pytest.mark.parametrize("engine", ["pgm", "pandapower"])
def test_solve_year__the_same_with_any_engine_and_any_number_of_workers(engine: str) -> None:
    radial = varied_load_flow(26, 2).solve_year(crosscheck=False)
    other = varied_load_flow(26, 1, engine).solve_year(crosscheck=False)
    for name in radial.lines:
        ours, theirs = radial.lines[name], other.lines[name]
        if ours.dtype == "float64":
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, err_msg=name)
        else:
            assert (ours == theirs).all(), name
    np.testing.assert_allclose(radial.buses["voltage_min_pu"], other.buses["voltage_min_pu"], atol=1e-8)
    np.testing.assert_allclose(radial.transformers.q_lv_kvar, other.transformers.q_lv_kvar, atol=1e-3)


def test_solve_year__equal_to_the_last_bit_whatever_the_number_of_threads() -> None:
    one = varied_load_flow(100, 1).solve_year(crosscheck=False)
    for workers in (2, 3):
        other = varied_load_flow(100, workers).solve_year(crosscheck=False)
        pd.testing.assert_frame_equal(one.lines, other.lines, check_exact=True)
        pd.testing.assert_frame_equal(one.buses, other.buses, check_exact=True)
        np.testing.assert_array_equal(one.transformers.p_hv_kw, other.transformers.p_hv_kw)


def test_line_without_rating__has_current_but_no_loading() -> None:
    net = radial_net()
    net.line.loc[1, "max_i_ka"] = np.nan
    year = load_flow_of(make_case(net), window(5)).solve_year()
    assert year.lines.loc[1, "max_i_ka"] > 0.0
    unknown = year.lines.loc[1, ["max_loading_percent", "hours_ge_80", "longest_run_ge_100_h", "max_loading_at"]]
    assert unknown.isna().all()
    assert year.crosscheck is not None


def test_measured_busbar_voltage__replaces_the_set_point_step_by_step() -> None:
    net = radial_net()
    name = str(make_case(net).topology.substations["substation_id"].iloc[0])
    busbar = {name: BusbarVoltage(source="measured", profile="u")}
    volts = np.array([1.0, 1.03, 0.98, 1.01])
    case = make_case(net, profile_table(4, u=volts), busbar_voltage=busbar)
    load_flow = load_flow_of(case, window(4))
    np.testing.assert_allclose(load_flow(range(4)).voltage_pu[:, 0], volts, rtol=1e-12)
    year = load_flow.solve_year()
    assert year.buses.loc[0, "voltage_max_pu"] == pytest.approx(1.03)
    assert year.crosscheck is not None
    assert year.crosscheck.delta_voltage_pu <= 1e-6


def test_hv_mv_transformer__substation_is_its_hv_side() -> None:
    net = radial_net()
    upper = pp.create_bus(net, 110.0)
    net.ext_grid["in_service"] = False
    pp.create_ext_grid(net, upper, vm_pu=1.0)
    pp.create_transformer(net, upper, 0, "25 MVA 110/20 kV", name="main 1")
    pp.create_transformer(net, upper, 0, "25 MVA 110/20 kV", name="main 2")
    load_flow = load_flow_of(make_case(net), window(3))
    year = load_flow.solve_year()
    pp.runpp(net, trafo_loading="power")
    assert year.substations.p_kw[0] == pytest.approx(net.res_ext_grid["p_mw"].sum() * 1000.0, rel=1e-6)
    assert year.crosscheck is not None
    assert year.crosscheck.delta_loading_percent <= 0.01


def test_missing_profiles__all_named() -> None:
    net = radial_net()
    net.load["profile"] = ["a", "b", "here", "here"]
    with pytest.raises(InputError, match="a, b"):
        load_flow_of(make_case(net, profile_table(5, here=np.ones(5))), window(5))
    net.load["profile"] = "here"
    with pytest.raises(InputError, match="every step"):
        load_flow_of(make_case(net, profile_table(5, here=np.ones(5))), window(6))


def test_case__is_left_untouched() -> None:
    net = radial_net()
    case = make_case(net)
    before = net.load.copy(), net.ext_grid.copy(), net.switch.copy()
    load_flow = load_flow_of(case, window(3))
    load_flow.solve_year()
    for old, new in zip(before, (net.load, net.ext_grid, net.switch), strict=True):
        pd.testing.assert_frame_equal(old, new)
