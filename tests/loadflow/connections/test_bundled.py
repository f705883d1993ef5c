"""Random connections in the bundled case: two weeks at each run of the tests, the whole year where asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from built_case import Built, built_together, flow_of, limits_in
from connections_cases import BRANCH, CABLE, S400, S630, power

from benchmarks import exhaustive
from capacity import checks, headroom
from capacity.case import load_case
from capacity.headroom.nodes import load_addition, node_bounds
from capacity.headroom.shapes import load_shape
from capacity.loadflow import LoadFlow
from capacity.loadflow.connections import Limits, Question, Standing, check_connection, rooms_by_cell, stand
from capacity.loadflow.connections.checking import ask_of
from capacity.loadflow.connections.in_trunk import search_in_trunk
from capacity.loadflow.connections.sites import site_of
from capacity.memory import rates_of
from capacity.policy import policy_of
from capacity.proof import everything_reserved
from capacity.study import past_window
from capacity.tables.case import Case, Window
from capacity.tables.connection import Connection
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings

FORTNIGHT = pd.Timedelta(days=14)
PEAK = pd.Timestamp("2026-01-10")


@dataclass
class Bundled:
    """The bundled case, its grid as it stands."""

    case: Case
    rules: Policy
    readings: JudgedReadings
    standing: Standing
    limits: Limits

    @classmethod
    def of(cls, folder: Path, window: Window | None) -> Bundled:
        case = load_case(folder)
        rules = policy_of(case)
        window = past_window(case, rules) if window is None else window
        readings = checks.judge_readings(case, window)
        flow = LoadFlow(case, window, levels_percent=(80.0, 100.0), workers=2, readings=readings)
        solved = flow.solve_year(crosscheck=False)
        rates = rates_of(case, rules, readings, solved, projected=False)
        reserved = headroom.reserved_demand(case, rules)
        transformers = headroom.transformer_headroom(rates.rated, reserved, rules, rates.curves.solver_failed)
        base = everything_reserved(case, rules, solved, transformers, reserved)
        bounds = node_bounds(case, rules, rates.nodes, base, "load")
        standard = rules.voltage_standards[case.settings.voltage_standard]
        limits = Limits(
            lambda vn_kv, single: standard.band(vn_kv, "1" if single else "3").lower_pu(vn_kv), 100.0, 100.0, 80.0
        )
        addition = load_addition(case, rules, solved.timestamps)
        return cls(case, rules, readings, stand(flow, solved, bounds, addition), limits)

    def faults(self, connections: Sequence[Connection], shape: str = "flat") -> list[str]:
        """What findings say that the built case does not show; the connections do not disturb each other."""
        flow, bounds = self.standing.flow, self.standing.setting.bounds
        case = built_together(self.case, connections)
        before = flow.solve_year(crosscheck=False, added_kw=bounds.connected_kw)
        limits = limits_in(case, self.rules, bounds.voltage_pu, self.limits)
        built = Built.of(flow_of(case, flow, self.readings), limits, bounds.connected_kw, before)
        found = []
        for number, connection in enumerate(connections):
            factor = load_shape(shape, flow.window.timestamps)
            unit = power((0.8, 0.9, 0.95, 0.99)[number % 4])
            addition = replace(self.standing.setting.addition, kw_per_kva=unit, factor=factor)
            finding = check_connection(self.standing, connection, Question(addition, 100.0, self.limits))
            trial = built.trial(connection, addition, connection.key)
            assert not math.isnan(finding.strict.kva), connection
            found += [f"{connection}: {fault}" for fault in trial.checked(finding, 80.0, 100.0, addition.ceiling_kva)]
        return found


def drawn(case: Case, seed: int, count: int) -> list[Connection]:
    """LV lines from nodes and busbars, customers at nodes, 10 kV branches."""
    draw, buses = np.random.default_rng(seed), case.topology.buses
    low = buses[buses["level"].eq("lv") & buses["transformer_id"].notna()]
    high = buses[buses["level"].eq("mv") & buses["depth"].gt(0)]
    found = []
    for number in range(count):
        key = f"k{number}"
        if number % 5 == 4:
            line = replace(BRANCH, length_m=float(draw.uniform(10, 2000)))
            found.append(Connection(key, str(high.iloc[int(draw.integers(len(high)))]["bus_id"]), line))
            continue
        cable = replace(CABLE, length_m=float(draw.uniform(0, 300)), max_i_ka=float(draw.choice([0.1, 0.28, 0.56])))
        node = str(low.iloc[int(draw.integers(len(low)))]["bus_id"])
        found.append(Connection(key, node, cable if draw.random() < 0.8 else None))
    return found


def drawn_transformers(case: Case, seed: int) -> list[Connection]:
    """One per feeder: another transformer in the place of one, or a new one on a branch."""
    draw, trafos = np.random.default_rng(seed), case.topology.trafos
    found = []
    for number, (_, own) in enumerate(trafos[trafos["live"].astype(bool)].groupby("feeder_id")):
        trafo = own.iloc[int(draw.integers(len(own)))]
        ends = case.net.trafo.loc[trafo.name, ["hv_bus", "lv_bus"]].astype(int)
        high, low = (str(case.topology.buses.at[bus, "bus_id"]) for bus in ends)
        if number % 2:
            line = replace(BRANCH, length_m=float(draw.uniform(10, 800)))
            found.append(Connection(f"t{number}", high, line, transformer=S400, service=replace(CABLE, length_m=60.0)))
        else:
            found.append(Connection(f"t{number}", low, CABLE, replaces=str(trafo["trafo_id"]), replacement=S630))
    return found


@pytest.fixture(scope="module")
def fortnight(bundled: Path) -> Bundled:
    return Bundled.of(bundled, Window(PEAK, PEAK + FORTNIGHT, 15))


def test_bundled__connections_of_every_kind_in_two_weeks(fortnight: Bundled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustive, "STEPS_FIRST", 0)
    assert not fortnight.faults(drawn(fortnight.case, 3, 32)[::2])
    assert not fortnight.faults(drawn_transformers(fortnight.case, 3)[:4])


def test_check_connection__is_the_same_whatever_was_asked_before(fortnight: Bundled) -> None:
    low, high, *_ = (one for one in drawn(fortnight.case, 3, 32)[3:])

    def asked(connection: Connection, kva: float) -> str:
        return repr(check_connection(fortnight.standing, connection, Question(addition, kva, fortnight.limits)))

    addition = replace(fortnight.standing.setting.addition, ceiling_kva=20_000.0)
    before = asked(low, 50.0)
    assert asked(high, 16_000.0) != before
    assert asked(low, 50.0) == before


def test_search_in_trunk__finds_the_steps_that_decide(fortnight: Bundled) -> None:
    # it begins at eight steps that happen to be known, instead of those where least room is
    standing = fortnight.standing
    ask = ask_of(standing, replace(standing.setting.addition, ceiling_kva=20_000.0))
    for connection in drawn(fortnight.case, 3, 32)[4::10]:
        site = site_of(standing, connection, fortnight.limits, ask)
        number = site.network.trunk
        _, watched = standing.trunks[number]
        elsewhere = np.arange(5, 1344, 168)
        few = replace(standing, trunks={number: (standing.at_exactly(number, elsewhere), watched)}, blocks={}, least={})
        found, usual = (search_in_trunk(one, site, ask, 20_000.0) for one in (few, standing))
        binding = int(usual.promise_kva[0].argmin())
        assert usual.at[0, binding] not in elsewhere
        assert found.at[0, binding] == usual.at[0, binding]
        assert found.kva[0] == pytest.approx(usual.kva[0], rel=1e-3)


def test_rooms_by_cell__hours_in_which_no_step_is_critical_to_the_year(fortnight: Bundled) -> None:
    standing, limits = fortnight.standing, fortnight.limits
    question = Question(replace(standing.setting.addition, ceiling_kva=20_000.0), 100.0, limits)
    (connection,) = (one for one in drawn(fortnight.case, 3, 32) if one.node_id == "T0702-HV")
    number = site_of(standing, connection, limits, ask_of(standing, question.addition)).network.trunk
    critical, watched = standing.trunks[number]
    for hour in (2, 14):
        cell = np.flatnonzero(standing.solved.timestamps.hour == hour)
        assert not np.isin(critical.steps, cell).any()
        all_of_it = standing.at_exactly(number, cell)
        every_step = replace(standing, trunks={number: (all_of_it, watched)}, blocks={}, least={})
        (found,), (true,) = (rooms_by_cell(one, connection, question, [cell]) for one in (standing, every_step))
        assert found.kva == pytest.approx(true.kva, rel=4e-4)
        assert found.kva > 200.0
        assert found.binding == true.binding


@pytest.mark.whole
@pytest.mark.parametrize("shape", ["flat", "residential"])
def test_bundled__a_year(bundled: Path, shape: str) -> None:
    year = Bundled.of(bundled, None)
    assert not year.faults(drawn(year.case, 5, 40), shape)
    assert not year.faults(drawn_transformers(year.case, 5), shape)
