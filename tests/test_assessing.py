"""Requests about the bundled case answered from end to end: places, load flow, money, dates, the register."""

from __future__ import annotations

import datetime as dt
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from capacity.applications.answers import as_json
from capacity.applications.register import (
    accept_with,
    add,
    application,
    create_register,
    offer,
    take_snapshot,
    withdraw,
)
from capacity.applications.register.errors import Refused
from capacity.assessing import CaseAssessor, open_assessor
from capacity.case import load_case
from capacity.desk import migrate_case
from capacity.errors import RequestError
from capacity.tables.assessment import Request
from capacity.tables.case import Case
from capacity.tables.connection import Connection
from capacity.tables.places import PlaceRequest
from capacity.tables.register import Facts

MARKET = PlaceRequest(99.2030, 25.1030)
"""In the county seat, by the busbar of T0102."""
LAKE = box(99.2092, 25.0994, 99.2098, 25.1000)


@pytest.fixture(scope="module")
def case(bundled: Path) -> Case:
    return load_case(bundled)


@pytest.fixture(scope="module")
def assessor(case: Case) -> CaseAssessor:
    """Of the case with a lake that no other question comes near."""
    lake = gpd.GeoDataFrame(geometry=[LAKE], crs="EPSG:4326")
    return open_assessor(case, no_go=lake)


def test_an_answer_names_place_figure_money_and_day(assessor: CaseAssessor) -> None:
    answer = assessor.assess(Request(MARKET, 120.0, customer_kind="small_business"))
    assert answer.asked_kva == pytest.approx(120.0 / 0.95)
    assert (answer.verdict, answer.area_class) == ("yes", "county")
    best = answer.best
    assert best is not None
    assert best.finding is not None
    assert best.cost is not None
    assert best.energised is not None
    assert best.candidate.kind == "lv_node"
    assert best.finding.strict.kva >= answer.asked_kva
    assert best.finding.load_rate_percent <= 80.0
    assert best.finding.voltage_min_v >= best.finding.voltage_floor_v == pytest.approx(353.4)
    assert best.cost.customer.likely == 0.0, "P12: a small business in the county seat pays nothing up to its line"
    assert best.energised.earliest > assessor.ground.case.settings.as_of
    assert sorted(one.rank for one in answer.ranked) == list(range(1, len(answer.ranked) + 1))
    for option in answer.options:
        assert option.reason.zh
        assert option.reason.en
        assert option.place.zh
        assert option.place.en


def test_the_figures_of_an_answer_are_the_load_flows_own(assessor: CaseAssessor) -> None:
    """The customer's voltage and the load rate: the whole network solved with the load, and the drop on paper."""
    answer = assessor.assess(Request(MARKET, 120.0))
    best = answer.best
    assert best is not None
    assert best.finding is not None
    finding, line, ground = best.finding, best.design.connection.line, assessor.ground
    assert line is not None
    step = int(ground.solved.timestamps.get_loc(finding.voltage_at))
    buses = ground.case.topology.buses
    bus = int(buses.index[buses["bus_id"].eq(best.design.connection.node_id)][0])
    power = 120.0 * complex(1.0, math.tan(math.acos(0.95)))
    z = complex(line.r_ohm_per_km, line.x_ohm_per_km) * line.length_m / 1000.0 / line.circuits
    drawn = power
    for _ in range(20):  # at the bus: the load and what the line to it loses
        reserved = dict(ground.reserved_kw)
        reserved[bus] = reserved.get(bus, 0j) + drawn
        snapshot = ground.flow([step], reserved)
        at_bus = 400.0 * float(snapshot.voltage_pu[0, list(snapshot.bus_index).index(bus)])
        at_customer = complex(at_bus)
        for _ in range(50):
            at_customer = at_bus - z * (1000.0 * power / at_customer).conjugate()
        drawn = power + z * abs(1000.0 * power / at_customer) ** 2 / 1000.0
    assert finding.voltage_min_v == pytest.approx(abs(at_customer), abs=0.02)
    trafos = ground.case.topology.trafos
    own = trafos.index[trafos["trafo_id"].eq(best.candidate.transformer_id)][0]
    rate = snapshot.trafo_loading_percent[0, list(snapshot.trafo_index).index(own)]
    assert finding.load_rate_percent >= rate - 0.01
    if finding.load_rate_at == finding.voltage_at:
        assert finding.load_rate_percent == pytest.approx(rate, abs=0.01)


def test_the_same_question_has_the_same_answer_from_every_thread(assessor: CaseAssessor) -> None:
    request = Request(PlaceRequest(99.2110, 25.1010), 45.0, power_factor=0.9, shape="residential")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: as_json(assessor.assess(request)), range(4)))
    assert all(one == found[0] for one in found)


def test_each_request_sees_what_the_earlier_ones_took(assessor: CaseAssessor) -> None:
    here = Request(PlaceRequest(node_id="T0102-M5P2"), 60.0)
    alone, first, nowhere, second, third = (
        assessor.assess(here),
        *assessor.assess_in_order([here, replace(here, place=PlaceRequest()), here, replace(here, kw=-1.0)]),
    )
    assert not isinstance(first, Exception)
    assert not isinstance(second, Exception)
    assert isinstance(third, RequestError)
    assert isinstance(nowhere, RequestError)
    assert "Give a point, a node or a transformer" in str(nowhere)
    before, after = (_at(one, "T0102-M5P2") for one in (first, second))
    assert before == pytest.approx(_at(alone, "T0102-M5P2"))
    assert after == pytest.approx(before - first.asked_kva, rel=0.02)
    assert _at(assessor.assess(here), "T0102-M5P2") == before, "the assessor itself has reserved nothing"


def test_high_power_goes_to_10_kv(assessor: CaseAssessor) -> None:
    answer = assessor.assess(Request(MARKET, 1000.0))
    assert {one.candidate.kind for one in answer.ranked} == {"mv_tee"}
    assert all("P12" in one.reason.en for one in answer.rejected if one.candidate.kind == "lv_node")
    dual = assessor.assess(Request(replace(MARKET, dual_supply=True), 1000.0))
    pairs = [one for one in dual.ranked if one.candidate.kind == "second_feeder"]
    assert pairs
    assert all(one.second is not None and one.candidate.feeder_id for one in pairs)
    for one in pairs:
        first = dual.first_of(one)
        assert first is not None
        assert first.feeder_id != one.candidate.feeder_id


def test_a_single_phase_customer_is_judged_phase_by_phase(assessor: CaseAssessor) -> None:
    answer = assessor.assess(Request(PlaceRequest(node_id="T0102-M5P2"), 8.0, phases=1, customer_kind="resident"))
    phases = [one.finding.phase for one in answer.ranked if one.finding is not None]
    assert phases
    assert all(phase is not None and phase.basis_zh and phase.basis_en for phase in phases)
    assert {round(phase.floor_v, 6) for phase in phases if phase is not None} == {198.0}, "0.9 of 220 V (P10)"


def test_staged_offers_have_firm_power_hours_and_the_day_of_the_rest(assessor: CaseAssessor) -> None:
    answer = assessor.assess(Request(PlaceRequest(transformer_id="T0501"), 120.0, urgent_kw=20.0), hours=True)
    staged = answer.staged
    assert staged is not None
    assert staged.meets_urgent is True
    assert 20.0 <= staged.firm_kw < 120.0
    assert staged.hours is not None
    assert len(staged.hours) == 288
    assert (staged.hours["kw"] >= staged.firm_kw - 1e-9).all()
    assert (staged.hours["kw"] <= 120.0).all()
    assert staged.hours["kw"].max() > staged.firm_kw


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(MARKET, 0.0), "above 0 kW"),
        (Request(PlaceRequest(node_id="T0102-M5P2"), 5000.0), "low-voltage"),
        (Request(MARKET, 10.0, energise_on=dt.date(2020, 1, 1)), "before the as-of date"),
        (Request(MARKET, 10.0, customer_kind="shop"), "no kind of customer"),  # type: ignore[arg-type]  # a wrong one
        (Request(PlaceRequest(25.1030, 99.2030), 10.0), "latitude"),
        (Request(PlaceRequest(node_id="nowhere"), 10.0), "nowhere"),
    ],
)
def test_what_cannot_be_answered_is_told_in_both_languages(
    assessor: CaseAssessor, request_: Request, said: str
) -> None:
    before = assessor.basis
    with pytest.raises(RequestError, match=said) as told:
        assessor.assess(request_)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(told.value)), "a Chinese sentence too"
    assert assessor.basis == before


def test_every_fault_of_power_and_place_is_told_at_once(assessor: CaseAssessor) -> None:
    with pytest.raises(RequestError) as told:
        assessor.assess(Request(PlaceRequest(25.1030, 99.2030), 0.0))
    assert "above 0 kW" in str(told.value)
    assert "latitude" in str(told.value)


def test_a_point_in_a_lake_is_refused(assessor: CaseAssessor) -> None:
    with pytest.raises(RequestError, match="no-go"):
        assessor.assess(Request(PlaceRequest(99.2095, 25.0997), 10.0))
    assert assessor.assess(Request(PlaceRequest(99.2090, 25.0997), 10.0)).verdict == "yes", "beside it"


def test_days_beyond_the_calendar_are_ranges_and_said(assessor: CaseAssessor) -> None:
    answer = assessor.assess(Request(MARKET, 10.0, energise_on=dt.date(2028, 6, 1)))
    assert any("not yet known" in one.en for one in answer.basis.remarks)


class TestTheRegister:
    """Two desks, one transformer: the register, judged by load flow."""

    @pytest.fixture
    def register(self, case: Case, tmp_path: Path, assessor: CaseAssessor) -> object:
        made = create_register(f"sqlite:///{tmp_path / 'desk.db'}")
        migrate_case(made, case, assessor.ground.rules, who="test")
        return made

    def test_the_last_capacity_is_promised_once(self, case: Case, register: object, assessor: CaseAssessor) -> None:
        desk = open_assessor(case, snapshot=take_snapshot(register))  # type: ignore[arg-type]  # made above
        room = _at(desk.assess(Request(PlaceRequest(node_id="T0102-M5P2"), 10.0)), "T0102-M5P2")
        kw = 0.7 * room * 0.95
        ids = [
            add(register, _asking(kw), who="desk", lv_limit_kw=160.0).application_id  # type: ignore[arg-type]
            for _ in range(2)
        ]

        for name in ids:
            offer(register, name, who="desk")  # type: ignore[arg-type]

        def accept(name: str) -> str:
            try:
                accept_with(register, name, desk.judge, who=name)  # type: ignore[arg-type]
            except Refused as why:
                return "refused" if "P9" in str(why) else str(why)
            return "accepted"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(accept, ids)) == ["accepted", "refused"]
        accepted = [application(register, name) for name in ids]  # type: ignore[arg-type]
        claim = next(one.claim for one in accepted if one.claim is not None)
        assert claim.figure_kva >= claim.reserved_kva == pytest.approx(kw / 0.95)
        assert {one.element_type for one in claim.elements} == {"transformer", "feeder", "substation"}

        anew = open_assessor(case, snapshot=take_snapshot(register))  # type: ignore[arg-type]
        desk.take_up(take_snapshot(register))  # type: ignore[arg-type]
        assert desk.basis == anew.basis
        sample = np.random.default_rng(5).choice(sorted(desk.ground.supplier_of), 40, replace=False)
        for node in [*sample, "T0102-M5P2"]:
            one, other = (_figure(each, str(node)) for each in (desk, anew))
            assert one == pytest.approx(other, abs=0.05, rel=4e-4, nan_ok=True)

        winner = next(one.application_id for one in accepted if one.claim is not None)
        withdraw(register, winner, who="customer", why="changed plans")  # type: ignore[arg-type]
        loser = next(name for name in ids if name != winner)
        accept_with(register, loser, desk.judge, who="desk")  # type: ignore[arg-type]
        assert application(register, loser).status == "accepted"  # type: ignore[arg-type]


def _asking(kw: float) -> Facts:
    return Facts(kw, "other", transformer_id="T0102", node_id="T0102-M5P2", phases="3")


def _at(answer: object, node_id: str) -> float:
    option = next(one for one in answer.options if one.key == f"lv_node:{node_id}")  # type: ignore[attr-defined]
    return float(option.finding.strict.kva)


def _figure(assessor: CaseAssessor, node_id: str) -> float:
    ground = assessor.ground
    return ground.check(Connection("one", node_id), ground.addition(0.95, "flat", 10.0), 10.0).strict.kva
