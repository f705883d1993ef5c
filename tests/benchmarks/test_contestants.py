"""Every contestant on small networks: the same answers, whatever they take."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pytest
from hand_case import hand_case
from loadflow_cases import make_case, profile_table, radial_net, transformers_table, window

from benchmarks import load_flow, nodes, ours
from benchmarks.__main__ import main
from benchmarks.outputs import Deviation
from benchmarks.peers import bisection, pandapower_series, pgm
from benchmarks.question import Question, ask
from capacity.loadflow import LoadFlow
from capacity.policy import load_policy
from capacity.tables.settings import BusbarVoltage

STEPS = 60


@pytest.fixture(scope="module")
def question() -> Question:
    net = radial_net()
    net.line["max_i_ka"] = net.line["max_i_ka"].mask(net.line["name"] == "lv 0", 0.15)
    net.load["profile"], net.sgen["profile"] = "household", "sun"
    generator = np.random.default_rng(3)
    profiles = profile_table(
        STEPS, household=generator.uniform(0.2, 1.5, STEPS), sun=generator.uniform(0.0, 1.0, STEPS)
    )
    case = make_case(net, profiles, transformers=transformers_table(net, "lv"))
    return Question("small", Path("small"), case, load_policy("baoshan-2021"), window(STEPS))


def test_peers__deliver_ours(question: Question) -> None:
    flow, steps = question.load_flow(1), question.drawn_steps(10)
    reference, batch = ours.steps_in_full(flow, steps), pgm.prepare(flow)
    series = pandapower_series.prepare(flow, steps)
    for found in (
        pgm.steps_in_full(batch, steps),
        pandapower_series.solve(series, recycle=True).result,
        pandapower_series.solve(series, recycle=False).result,
    ):
        apart = Deviation.between(reference, found)
        assert apart.voltage_pu < 1e-7
        assert apart.loading_percent < 1e-4


@pytest.mark.parametrize("threads", [1, 2])
def test_power_grid_model__gathers_our_statistics_across_chunks(question: Question, threads: int) -> None:
    peer = dataclasses.replace(pgm.prepare(question.load_flow(1)), chunk_steps=16)
    year, found = ours.year_statistics(question.load_flow(threads)).result, pgm.solve_year(peer, threads).result
    assert year.hours.max() > 0.0, "without an overload hours and runs are not tested"
    apart = Deviation.of_statistics(year, found)
    assert apart.voltage_pu < 1e-7
    assert apart.loading_percent < 1e-4
    np.testing.assert_array_equal(year.hours, found.hours)
    np.testing.assert_array_equal(year.longest_run_h, found.longest_run_h)
    np.testing.assert_allclose(year.transformer_kva, found.transformer_kva, rtol=1e-5)
    moving = year.voltage_min_pu < year.voltage_max_pu - 1e-6
    np.testing.assert_array_equal(year.voltage_min_step[moving], found.voltage_min_step[moving])
    np.testing.assert_array_equal(year.voltage_max_step[moving], found.voltage_max_step[moving])


def test_measured_source_voltage__reaches_every_peer() -> None:
    net = radial_net()
    net.ext_grid["vm_pu"] = 1.0
    voltage = BusbarVoltage(source="measured", profile="busbar")
    profiles = profile_table(8, busbar=np.linspace(0.97, 1.03, 8))
    case = make_case(net, profiles)
    name = str(case.topology.substations["substation_id"].iloc[0])
    case = make_case(net, profiles, busbar_voltage={name: voltage})  # type: ignore[arg-type]
    flow = Question("small", Path("small"), case, load_policy("baoshan-2021"), window(8)).load_flow(1)
    steps = np.arange(8)
    reference = ours.steps_in_full(flow, steps)
    assert np.ptp(reference.voltage_pu[:, 0]) == pytest.approx(0.06)
    series = pandapower_series.prepare(flow, steps)
    for found in (pgm.steps_in_full(pgm.prepare(flow), steps), pandapower_series.solve(series, recycle=False).result):
        assert Deviation.between(reference, found).voltage_pu < 1e-7


def test_load_flow_table__rows_ratios_and_deviations(question: Question) -> None:
    measured = load_flow.measure(question, drawn=6, workers=2, repetitions=1, with_memory=False)
    table = load_flow.table(question, measured, "the command")
    assert [cells[0] for cells in table.rows] == [row.who for row in measured.rows]
    assert [(row.who.split(",")[0], row.threads) for row in measured.rows] == [
        ("ours", 1),
        ("ours", 2),
        *[("power-grid-model", count) for count in (1, 1, 2, 2)],
        *[("pandapower run_timeseries", 1)] * 2,
    ]
    ours_1, ours_2 = measured.rows[:2]
    for row in measured.rows:
        assert row.times(ours_1) == pytest.approx(row.all_steps.wall_s / ours_1.spent.wall_s)
        assert row.steps == (6 if "pandapower" in row.who else STEPS)
        assert row.who.startswith("ours") or (row.deviation is not None and row.deviation.voltage_pu < 1e-7)
    assert all("extrapolated from 6 steps" in cells[7] for cells in table.rows[-2:])
    assert ours_2.times(ours_2) == 1.0


def hand_flow(case: Any) -> LoadFlow:
    return Question("hand", Path("hand"), case, load_policy("baoshan-2021"), window(4)).load_flow(1)


def test_bisection__finds_the_limit_that_a_load_flow_confirms() -> None:
    """What the script allows keeps T1 at 80 %, what it does not allow breaks it; ours solves both."""
    flow = hand_flow(hand_case())
    bus = int(flow.case.net.trafo["lv_bus"].iloc[0])
    answer = bisection.capacity_at(bisection.prepare(flow, load_policy("baoshan-2021"), 0), bus)
    beyond_kva = answer.allowed_kva + max(bisection.TOLERANCE_KVA, 0.005 * answer.allowed_kva)
    unit = complex(0.95, np.sqrt(1 - 0.95**2))
    allowed, beyond = (
        flow([0], {bus: kva * unit}).trafo_loading_percent[0, 0] for kva in (answer.allowed_kva, beyond_kva)
    )
    assert answer.allowed_kva > 50.0
    assert allowed <= 80.0 < beyond


def test_bisection__a_limit_broken_on_the_supply_path_leaves_nothing() -> None:
    """A second load brings T1 above 80 %: nothing at T1, while T2 beside it still takes some."""
    case: Any = hand_case()
    t1, t2 = (int(bus) for bus in case.net.trafo["lv_bus"])
    pp.create_load(case.net, t1, p_mw=0.2, q_mvar=0.0, name="heavy")
    peer = bisection.prepare(hand_flow(case), load_policy("baoshan-2021"), 0)
    blocked, beside = bisection.capacity_at(peer, t1), bisection.capacity_at(peer, t2)
    assert (blocked.allowed_kva, blocked.load_flows) == (0.0, 0)
    assert beside.allowed_kva > 0.0


def test_nodes_table__is_never_invented(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "node_capacities", lambda *_: None)
    measured = nodes.measure(question, drawn=2, workers=1)
    table = nodes.table(question, measured, "the command")
    assert (measured.drawn, measured.lv_nodes) == (2, 5)
    assert table.rows[0].count("NOT COMPUTED") == 2
    assert table.rows[1][7] == "NOT COMPUTED"
    assert "NOT COMPUTED" in table.notes[0]


def test_ask__shortens_the_window_of_a_folder(tmp_path: Path) -> None:
    simbench = pytest.importorskip("simbench")
    assert simbench
    found = ask("1-LV-rural1--0-sw", 48, tmp_path)
    assert (found.network, found.n_steps) == ("1-LV-rural1--0-sw", 48)
    assert ask(str(tmp_path / "1-LV-rural1--0-sw"), None, tmp_path).n_steps == 35_136
    assert (np.diff(found.drawn_steps(10)) > 0).all()


def test_command__prints_the_table_and_how_to_make_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("simbench")
    words = "--network 1-LV-rural1--0-sw --steps 48 --drawn-steps 4 --repetitions 1"
    assert main([*words.split(), "--only", "loadflow", "--no-memory"]) == 0
    shown = capsys.readouterr().out
    assert "15 buses × 48 steps" in shown
    expected = "--only loadflow --network 1-LV-rural1--0-sw --steps 48 --drawn-steps 4 --repetitions 1 --no-memory"
    assert f"python -m benchmarks {expected}\n" in shown
