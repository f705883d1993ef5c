"""Every engine against paper, against pandapower, and against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp
import pytest
from loadflow_cases import OBERRHEIN, load_flow_of, make_case, profile_table, radial_net, window

from capacity.errors import SolverError
from capacity.loadflow import LoadFlow
from capacity.loadflow.crosscheck import cross_check
from capacity.loadflow.grid import build_grid

VOLTAGE_PU = 1e-6
LOADING_PERCENT = 0.01


def assert_as_pandapower(net: Any, n_steps: int = 8, engine: Any = "auto", profiles: Any = None) -> LoadFlow:
    load_flow = load_flow_of(make_case(net, profiles), window(n_steps), engine=engine)
    found = cross_check(load_flow, np.arange(n_steps))
    assert found is not None
    assert found.delta_voltage_pu <= VOLTAGE_PU, found.delta_voltage_at
    assert found.delta_loading_percent <= LOADING_PERCENT, found.delta_loading_at
    assert (load_flow(range(n_steps)).voltage_pu > 0.1).all()
    return load_flow


@pytest.mark.parametrize("engine", ["radial", "pgm", "pandapower"])
def test_two_buses__by_hand(engine: Any) -> None:
    """10 kV, R = X = 1 ohm, no charging, source at 1 pu, load 1 MW at unity power factor.

    In per unit of 1 MVA and 10 kV the base impedance is 100 ohm, so r = x = 0.01 and p = 1. With u = |V2|²,
    the voltage equation is (u + r·p)² + (x·p)² = u: u² + (2·0.01 − 1)·u + 0.0002 = 0, whose upper root is
    u = (0.98 + √(0.9604 − 0.0008)) / 2 = 0.97979588…, |V2| = 0.98984639. The current is p / |V2| = 1.01025776 pu of
    57.7350 A, that is 58.3273 A, 29.1636 % of the line's 200 A; the loss is r·I² = 0.0102062 MW.
    """
    net = pp.create_empty_network(sn_mva=1.0)
    source, end = pp.create_bus(net, 10.0), pp.create_bus(net, 10.0)
    pp.create_ext_grid(net, source, vm_pu=1.0)
    pp.create_line_from_parameters(net, source, end, 1.0, 1.0, 1.0, 0.0, 0.2)
    pp.create_load(net, end, p_mw=1.0, q_mvar=0.0)
    snapshot = load_flow_of(make_case(net), window(4), engine=engine)([0, 3])
    assert snapshot.voltage_pu[:, 1] == pytest.approx(0.98984639, abs=1e-8)
    assert snapshot.line_loading_percent[:, 0] == pytest.approx(29.1636, abs=1e-4)
    assert not snapshot.failed.any()


@pytest.mark.parametrize("engine", ["radial", "pgm", "pandapower"])
def test_radial_net__every_engine_as_pandapower(engine: Any) -> None:
    net = radial_net()
    net.load["profile"] = "household"
    net.load["profile_q"] = "reactive"
    net.sgen["profile"] = "sun"
    generator = np.random.default_rng(1)
    columns = {name: generator.uniform(0.0, 1.4, 11) for name in ("household", "reactive", "sun")}
    load_flow = assert_as_pandapower(net, 11, engine, profile_table(11, **columns))
    assert load_flow.engines == {0: (engine, "asked for")}


def test_oberrhein_schutterwald__as_pandapower() -> None:
    if not OBERRHEIN.exists():
        pytest.skip(f"{OBERRHEIN.name} is not there")
    load_flow = assert_as_pandapower(pp.from_json(OBERRHEIN), 1)
    assert {engine for engine, _ in load_flow.engines.values()} == {"radial"}


def test_simbench__random_steps_as_pandapower() -> None:
    load_flow = simbench_load_flow("1-MVLV-rural-4.101-0-sw")
    steps = np.random.default_rng(7).choice(load_flow.n_steps, 12, replace=False)
    assert_agrees(load_flow, steps)


@pytest.mark.whole
@pytest.mark.parametrize("code", ["rural-all-0", "semiurb-all-2", "urban-all-0", "comm-all-0"])
def test_simbench__whole_codes_as_pandapower(code: str) -> None:
    load_flow = simbench_load_flow(f"1-MVLV-{code}-sw")
    steps = np.random.default_rng(7).choice(load_flow.n_steps, 50, replace=False)
    assert_agrees(load_flow, steps)


def assert_agrees(load_flow: LoadFlow, steps: Any) -> None:
    found = cross_check(load_flow, np.sort(steps))
    assert found is not None
    assert len(found.steps) == len(steps)
    assert found.delta_voltage_pu <= VOLTAGE_PU, found.delta_voltage_at
    assert found.delta_loading_percent <= LOADING_PERCENT, found.delta_loading_at


def simbench_load_flow(code: str) -> LoadFlow:
    """A SimBench code with its relative profiles."""
    simbench = pytest.importorskip("simbench", reason="simbench is an optional extra")
    net = simbench.get_simbench_net(code)
    tables = [net.profiles[name].drop(columns="time") for name in ("load", "renewables", "powerplants")]
    storages = net.profiles["storage"].drop(columns="time")
    columns = {name: table[name].to_numpy() for table in [*tables, storages] for name in table if len(table)}
    n_steps = len(net.profiles["load"])
    base = net.load["profile"].copy()
    net.load["profile"], net.load["profile_q"] = base + "_pload", base + "_qload"
    if len(net.storage):
        net.storage["profile"] = None
    return load_flow_of(make_case(net, profile_table(n_steps, **columns)), window(n_steps))


def test_parallel_branches__split_as_pandapower() -> None:
    net = radial_net()
    pp.create_transformer(net, 1, 2, "0.25 MVA 20/0.4 kV", name="T2", parallel=2)
    pp.create_line(net, 2, 3, 0.2, "NAYY 4x50 SE", parallel=2)
    pp.create_line(net, 1, 0, 2.0, "NA2XS2Y 1x95 RM/25 12/20 kV")
    load_flow = assert_as_pandapower(net, 3, "radial")
    assert load_flow.engines[0][0] == "radial"


def test_taps_shift_and_magnetising_branch__as_pandapower() -> None:
    net = radial_net()
    net.trafo["shift_degree"] = 150.0
    net.trafo["tap_pos"] = 2
    net.trafo["pfe_kw"] = 5.0
    net.trafo["i0_percent"] = 3.0
    net.trafo["tap_step_degree"] = 1.5
    assert_as_pandapower(net, 2, "radial")
    assert_as_pandapower(net, 2, "pgm")


def test_open_line_ends_and_switch_impedance__as_pandapower() -> None:
    net = radial_net()
    tie = pp.create_line(net, 0, 1, 8.0, "NA2XS2Y 1x185 RM/25 12/20 kV")
    pp.create_switch(net, 0, tie, "l", closed=False)
    fused = pp.create_bus(net, 0.4)
    pp.create_switch(net, 4, fused, "b", closed=True)
    behind = pp.create_bus(net, 0.4)
    pp.create_switch(net, fused, behind, "b", closed=True, z_ohm=0.02)
    pp.create_load(net, behind, p_mw=0.02, q_mvar=0.004)
    load_flow = assert_as_pandapower(net, 2, "radial")
    grid = build_grid(load_flow.case.net)
    assert grid.bus_of[fused] == grid.bus_of[4]
    assert load_flow([0]).line_loading_percent[0, list(load_flow([0]).line_index).index(tie)] > 0.0


def test_line_between_fused_buses__as_pandapower() -> None:
    net = radial_net()
    pp.create_switch(net, 0, 1, "b", closed=True)
    load_flow = load_flow_of(make_case(net), window(1))
    assert load_flow.engines[0][0] == "radial"
    pp.runpp(net, trafo_loading="power")
    assert np.abs(load_flow([0]).voltage_pu[0] - net.res_bus["vm_pu"].to_numpy()).max() <= VOLTAGE_PU


def test_out_of_service_elements__as_pandapower() -> None:
    net = radial_net()
    net.load.loc[1, "in_service"] = False
    dead = pp.create_bus(net, 0.4, in_service=False)
    pp.create_line(net, 5, dead, 0.1, "NAYY 4x150 SE")
    island = pp.create_bus(net, 0.4)
    pp.create_load(net, island, p_mw=1.0)
    pp.create_line(net, 2, 5, 0.1, "NAYY 4x150 SE", in_service=False)
    load_flow = assert_as_pandapower(net, 2, "radial")
    year = load_flow.solve_year(crosscheck=False)
    assert np.isnan(year.buses.loc[[dead, island], "voltage_min_pu"]).all()
    assert np.isnan(year.lines["max_loading_percent"].iloc[-1])


def test_shunts_and_wards__as_pandapower() -> None:
    net = radial_net()
    pp.create_shunt(net, 3, q_mvar=-0.05, p_mw=0.002)
    pp.create_ward(net, 4, ps_mw=0.01, qs_mvar=0.002, pz_mw=0.01, qz_mvar=-0.004)
    assert_as_pandapower(net, 2, "radial")
    assert_as_pandapower(net, 2, "pgm")


def test_two_islands__each_its_own_source() -> None:
    net = radial_net()
    other = pp.create_bus(net, 10.0)
    end = pp.create_bus(net, 10.0)
    pp.create_ext_grid(net, other, vm_pu=0.97, va_degree=20.0)
    pp.create_line(net, other, end, 2.0, "NA2XS2Y 1x95 RM/25 6/10 kV")
    pp.create_load(net, end, p_mw=1.0, q_mvar=0.3)
    load_flow = assert_as_pandapower(net, 2)
    assert set(load_flow.engines) == {0, 1}


def ring_net() -> Any:
    net = radial_net()
    far = pp.create_bus(net, 20.0)
    pp.create_line(net, 1, far, 4.0, "NA2XS2Y 1x95 RM/25 12/20 kV")
    pp.create_line(net, far, 0, 6.0, "NA2XS2Y 1x95 RM/25 12/20 kV")
    pp.create_load(net, far, p_mw=3.0, q_mvar=1.0)
    return net


def test_ring__auto_takes_pgm_and_agrees() -> None:
    load_flow = assert_as_pandapower(ring_net(), 3)
    assert load_flow.engines == {0: ("pgm", "it is meshed")}


def test_ring__radial_refuses() -> None:
    with pytest.raises(SolverError, match="meshed"):
        load_flow_of(make_case(ring_net()), window(1), engine="radial")


def test_two_sources_in_one_island__pgm() -> None:
    net = radial_net()
    pp.create_ext_grid(net, 1, vm_pu=1.01)
    load_flow = assert_as_pandapower(net, 2)
    assert load_flow.engines == {0: ("pgm", "it is fed by 2 external grids")}


def test_voltage_dependent_loads_and_generators__pandapower() -> None:
    net = radial_net()
    net.load["const_z_p_percent"] = 40.0
    pp.create_gen(net, 1, p_mw=0.4, vm_pu=1.03)
    load_flow = assert_as_pandapower(net, 2)
    name, why = load_flow.engines[0]
    assert name == "pandapower"
    assert "generators" in why
    assert "voltage-dependent" in why
    with pytest.raises(SolverError, match="only pandapower"):
        load_flow_of(make_case(net), window(1), engine="radial")


def test_asymmetric_impedance__radial_in_a_tree_pandapower_in_a_ring() -> None:
    for net, expected in ((radial_net(), "radial"), (ring_net(), "pandapower")):
        far = pp.create_bus(net, 20.0)
        pp.create_impedance(net, 1, far, rft_pu=0.01, xft_pu=0.02, rtf_pu=0.02, xtf_pu=0.03, sn_mva=5.0)
        pp.create_load(net, far, p_mw=0.5, q_mvar=0.1)
        assert assert_as_pandapower(net, 2).engines[0][0] == expected
        if expected == "pandapower":
            with pytest.raises(SolverError, match="differ by direction"):
                load_flow_of(make_case(net), window(1), engine="pgm")


def test_three_winding_transformer__as_pandapower() -> None:
    net = radial_net()
    upper, third = pp.create_bus(net, 110.0), pp.create_bus(net, 10.0)
    net.ext_grid["in_service"] = False
    pp.create_ext_grid(net, upper, vm_pu=1.01)
    pp.create_transformer3w(net, upper, 0, third, "63/25/38 MVA 110/20/10 kV")
    pp.create_load(net, third, p_mw=4.0, q_mvar=1.0)
    assert_as_pandapower(net, 2, "radial")


def test_no_source__says_so() -> None:
    net = radial_net()
    net.ext_grid["in_service"] = False
    with pytest.raises(SolverError):
        load_flow_of(make_case(net), window(1))


@pytest.mark.parametrize("engine", ["radial", "pgm", "pandapower"])
def test_divergence__is_nan_counted_and_never_zero(engine: Any) -> None:
    net = radial_net()
    net.load["profile"] = "absurd"
    factor = np.ones(20)
    factor[[3, 11]] = 80.0
    load_flow = load_flow_of(make_case(net, profile_table(20, absurd=factor)), window(20), engine=engine, workers=2)
    year = load_flow.solve_year()
    assert np.flatnonzero(year.failed[0]).tolist() == [3, 11]
    for curve in (year.transformers.p_hv_kw, year.transformers.q_lv_kvar, year.substations.p_kw, year.feeders.p_kw):
        assert np.isnan(curve[:, [3, 11]]).all()
        assert np.isfinite(np.delete(curve, [3, 11], axis=1)).all()
    assert (year.lines["steps_failed"] == 2).all()
    assert year.lines["max_loading_percent"].between(0.9, 100.0).all()
    assert year.crosscheck is not None
    assert year.crosscheck.delta_voltage_pu <= VOLTAGE_PU
    snapshot = load_flow([2, 3])
    assert snapshot.failed.tolist() == [False, True]
    assert np.isnan(snapshot.voltage_pu[1]).all()
    assert np.isnan(snapshot.line_loading_percent[1]).all()
