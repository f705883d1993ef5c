"""Designs redone on paper: currents, voltage drops, ratings, and the works complete."""

from __future__ import annotations

import math

import pytest
from options_setting import candidate, request, setting

from capacity.applications.options import (
    Unfit,
    asked_kva,
    design_option,
    faults_against,
    larger_sizes,
    paired,
    set_aside,
)
from capacity.applications.options.sizing import Load, choose_line, current_a, drop_percent, sufficient_rating
from capacity.works import bundled_durations, bundled_prices, cost_of, stages_of


def kinds(design) -> list[str]:
    return [work.kind for work in design.works]


def work(design, kind: str):
    return next(one for one in design.works if one.kind == kind)


def test_choices__name_types_that_the_library_holds() -> None:
    assert faults_against(setting().choices, setting().catalogue) == ()


def test_asked_kva__power_factor_of_the_case_or_the_request() -> None:
    assert asked_kva(request(95.0), setting()) == pytest.approx(100.0)
    assert asked_kva(request(95.0, power_factor=1.0), setting()) == 95.0


def test_current__three_phase_and_single_phase() -> None:
    # 100 kVA at 380 V: 100 / (sqrt 3 x 0.38) = 151.93 A; 10 kVA at 219.4 V: 10 / 0.2194 = 45.58 A
    assert current_a(Load(100.0, 0.95), 0.4, 95.0) == pytest.approx(151.934, abs=1e-3)
    assert current_a(Load(10.0, 0.95, single_phase=True), 0.4, 95.0) == pytest.approx(45.580, abs=1e-3)


def test_drop__on_paper() -> None:
    # JKLYJ-1-70, 40 m: sqrt 3 x 151.93 A x (0.443 x 0.95 + 0.298 x 0.31225) x 0.040 = 5.41 V of 380 V = 1.423 %
    line = setting().catalogue.line("JKLYJ-1-70")
    by_hand = 100.0 * math.sqrt(3) * 151.934 * (0.443 * 0.95 + 0.298 * 0.31225) * 0.040 / 380.0
    assert drop_percent(Load(100.0, 0.95), line, 40.0, 0.4, 95.0) == pytest.approx(by_hand, rel=1e-4)
    assert by_hand == pytest.approx(1.423, abs=1e-3)
    # there and back in one phase: 2 x 45.58 A x ... of 219.4 V
    single = 100.0 * 2 * 45.580 * (0.443 * 0.95 + 0.298 * 0.31225) * 0.040 / 219.393
    assert drop_percent(Load(10.0, 0.95, single_phase=True), line, 40.0, 0.4, 95.0) == pytest.approx(single, rel=1e-4)


def test_choose_line__current_decides_on_a_short_way() -> None:
    # 151.9 A needs 189.9 A of rating at 80 %: 180 A (50 mm2) is too little, 230 A (70 mm2) will do
    chosen = choose_line("service_overhead", Load(100.0, 0.95), 10.0, 0.4, setting().catalogue, setting().choices)
    assert chosen.line.type_name == "JKLYJ-1-70"
    assert "152 A ≤ 80 % of 230 A" in chosen.remark.en


def test_choose_line__drop_decides_on_a_long_way() -> None:
    chosen = choose_line("lv_overhead", Load(100.0, 0.95), 180.0, 0.4, setting().catalogue, setting().choices)
    assert chosen.line.type_name == "JKLYJ-1-150"
    smaller = setting().catalogue.line("JKLYJ-1-120")
    assert drop_percent(Load(100.0, 0.95), smaller, 180.0, 0.4, 95.0) > 4.0
    assert drop_percent(Load(100.0, 0.95), chosen.type, 180.0, 0.4, 95.0) <= 4.0


def test_choose_line__says_that_the_drop_is_not_kept_and_adds_no_circuits_for_it() -> None:
    chosen = choose_line("lv_overhead", Load(100.0, 0.95), 900.0, 0.4, setting().catalogue, setting().choices)
    assert (chosen.line.type_name, chosen.line.circuits) == ("JKLYJ-1-240", 1)
    assert "the load flow decides" in chosen.remark.en
    assert "以潮流校核为准" in chosen.remark.zh


def test_choose_line__circuits_side_by_side_by_current() -> None:
    # 320 kVA: 486 A / 0.8 = 608 A, more than the 321 A of one 240 mm2 cable: two of them, 642 A
    chosen = choose_line("lv_cable", Load(320.0, 0.95), 60.0, 0.4, setting().catalogue, setting().choices)
    assert (chosen.line.type_name, chosen.line.circuits) == ("YJLV22-0.6/1-240", 2)
    assert choose_line("lv_cable", Load(700.0, 0.95), 60.0, 0.4, setting().catalogue, setting().choices) is None


def test_rating__exactly_eighty_percent_is_within() -> None:
    catalogue = setting().catalogue
    assert sufficient_rating(200.0, 80.0, 0.0, catalogue, "S20-M").rated_kva == 250.0
    assert sufficient_rating(200.0 + 1e-6, 80.0, 0.0, catalogue, "S20-M").rated_kva == 315.0
    assert sufficient_rating(0.1 + 0.2, 80.0, 0.0, catalogue, "S20-M").rated_kva == 30.0
    assert sufficient_rating(100.0, 80.0, 200.0, catalogue, "S20-M").rated_kva == 250.0  # always a larger one
    assert sufficient_rating(1281.0, 80.0, 0.0, catalogue, "S20-M") is None


def test_lv_node__service_drop_with_a_pole_per_further_span() -> None:
    design = design_option(candidate(route_m=50.0), request(), 100.0, "rural", setting())
    assert kinds(design) == ["lv_service_drop", "lv_pole", "metering_lv"]
    assert work(design, "lv_pole").count == 1  # spans of 25 m: one pole between
    assert (work(design, "lv_service_drop").made_as, design.connection.node_id) == ("overhead", "N1")
    along = design_option(candidate(route_m=50.0, new_m=25.0, along_m=25.0), request(), 100.0, "rural", setting())
    assert "lv_pole" not in kinds(along)


def test_lv_node__beyond_a_service_drop_a_line() -> None:
    design = design_option(candidate(route_m=50.5), request(), 100.0, "rural", setting())
    assert kinds(design) == ["lv_line", "metering_lv"]
    assert "lv_pole" not in kinds(design)  # the price of a line holds its poles


def test_lv_node__cable_in_a_county_seat() -> None:
    design = design_option(candidate(route_m=50.0), request(), 100.0, "county", setting())
    assert kinds(design) == ["lv_service_drop", "trench", "metering_lv", "lv_box"]
    assert work(design, "lv_service_drop").made_as == "cable"


def test_lv_node__customer_at_the_node_itself() -> None:
    design = design_option(candidate(route_m=0.0), request(), 100.0, "rural", setting())
    assert design.connection.line is None
    assert kinds(design) == ["metering_lv"]


def test_single_phase__two_wires_and_its_own_meter() -> None:
    design = design_option(candidate(route_m=30.0), request(5.0, phases=1), 5.263, "rural", setting())
    assert design.connection.single_phase
    # 5.263 kVA / 0.2194 kV = 24.0 A -> 30 A: BLV-10 (55 A); drop 2 x 24 x (3.08 x .95 + .29 x .312) x .03 = 4.3 V = 2 %
    assert design.connection.line.type_name == "BLV-10"
    assert work(design, "metering_lv").made_as == "single_phase"


def test_dedicated__outlet_and_line() -> None:
    design = design_option(candidate("dedicated_circuit", 180.0), request(), 100.0, "rural", setting())
    assert kinds(design) == ["lv_dedicated_circuit", "lv_line", "metering_lv"]


def test_larger_transformer__next_rating_that_keeps_p6() -> None:
    # 100 kVA present + 100 kVA asked for = 200 kVA = 80.0 % of 250 kVA
    design = design_option(candidate("larger_transformer", 180.0), request(), 100.0, "rural", setting())
    assert (design.connection.replaces, design.connection.replacement.type_name) == ("T1", "S20-M-250")
    assert kinds(design)[0] == "transformer_replacement"
    assert "200.0 kVA, about 80 %" in design.remarks[0].en
    more = design_option(candidate("larger_transformer", 180.0), request(), 100.1, "rural", setting())
    assert more.connection.replacement.type_name == "S20-M-315"


def test_larger_transformer__unknown_load_is_not_zero() -> None:
    found = design_option(candidate("larger_transformer", transformer_id="T2"), request(), 100.0, "rural", setting())
    assert isinstance(found, Unfit)
    assert "T2 is not known" in found.reason.en
    assert "未知" in found.reason.zh
    assert found.unknown
    assert set_aside(found.candidate, found.reason, setting().facts, unknown=found.unknown).verdict == "unknown"


def test_larger_sizes__ever_larger_and_then_no_more() -> None:
    sizes = [
        design.connection.replacement.rated_kva
        for design in larger_sizes(candidate("larger_transformer", 180.0), request(), 100.0, "rural", setting())
    ]
    assert sizes == [315.0, 400.0, 500.0, 630.0, 800.0, 1000.0, 1250.0, 1600.0]
    lines = list(larger_sizes(candidate("dedicated_circuit", 180.0), request(), 100.0, "rural", setting()))
    assert [one.connection.line.type_name for one in lines][:2] == ["JKLYJ-1-185", "JKLYJ-1-240"]
    built = [one.connection.line for one in lines]
    drops = [(one.r_ohm_per_km * 0.95 + one.x_ohm_per_km * 0.31225) / one.circuits for one in built]
    assert drops == sorted(drops, reverse=True)
    assert built[-1].circuits == 3
    assert list(larger_sizes(candidate(route_m=0.0), request(), 100.0, "rural", setting())) == []


def test_additional_transformer__branch_station_and_service() -> None:
    design = design_option(candidate("additional_transformer", 220.0), request(), 100.0, "rural", setting())
    assert kinds(design) == ["mv_line", "mv_tee_switch", "transformer_station", "lv_service_drop", "metering_lv"]
    assert design.connection.transformer.rated_kva == 125.0  # 100 / 125 = 80 %
    assert (design.connection.node_id, design.connection.service.vn_kv) == ("ML7", 0.4)
    assert work(design, "mv_line").serves_all
    assert work(design, "transformer_station").made_as == "pole"
    large = design_option(candidate("additional_transformer"), request(400.0), 421.0, "rural", setting())
    assert work(large, "transformer_station").made_as == "box"  # 630 kVA


def test_mv_tee__overhead_switch_or_ring_main_unit() -> None:
    overhead = design_option(candidate("mv_tee", 200.0), request(500.0), 526.3, "rural", setting())
    assert kinds(overhead) == ["mv_line", "mv_tee_switch", "metering_hv", "customer_transformer"]
    assert work(overhead, "customer_transformer").size == 800.0  # 526.3 / 0.8 = 657.9
    assert work(overhead, "customer_transformer").stands == "premises"
    assert overhead.connection.transformer is None
    cable = design_option(candidate("mv_tee", 200.0, cable=True), request(500.0), 526.3, "rural", setting())
    assert kinds(cable) == ["mv_cable", "trench", "ring_main_unit", "metering_hv", "customer_transformer"]
    unsaid = design_option(candidate("mv_tee", 200.0, cable=None), request(500.0), 526.3, "rural", setting())
    assert kinds(unsaid) == kinds(overhead)
    assert "an overhead tee is assumed" in unsaid.remarks[0].en


def test_mv_tee__several_transformers_of_the_customer() -> None:
    design = design_option(candidate("mv_tee", 200.0), request(5000.0), 5263.0, "rural", setting())
    own = work(design, "customer_transformer")
    assert (own.size, own.count) == (1600.0, 5)  # 5263 / 0.8 = 6579 kVA


def test_paired__works_of_both_supplies_once() -> None:
    first = design_option(candidate("mv_tee", 200.0), request(500.0, dual_supply=True), 526.3, "rural", setting())
    other = candidate("second_feeder", 900.0, line_id="L9", pairs_with=first.candidate.key)
    second = design_option(other, request(500.0, dual_supply=True), 526.3, "rural", setting())
    both = paired(first, second)
    assert both.candidate is other
    assert kinds(both).count("customer_transformer") == 1
    assert kinds(both).count("mv_line") == 2
    assert kinds(both).count("metering_hv") == 2
    assert "second_supply" in kinds(both)


@pytest.mark.parametrize("area_class", ["city", "county", "town", "rural"])
@pytest.mark.parametrize(("kw", "phases"), [(1.0, 1), (12.0, 1), (1.0, 3), (95.0, 3), (160.0, 3), (6000.0, 3)])
def test_every_design__has_a_price_and_a_duration(area_class: str, phases: int, kw: float) -> None:
    every = ("lv_node", "dedicated_circuit", "larger_transformer", "neighbour_transformer", "additional_transformer")
    at_mv = ("mv_tee", "second_feeder")
    ask = request(kw, phases=phases)
    for kind in every if kw <= 160.0 else at_mv:
        for route_m in (0.0, 40.0, 700.0):
            for cable in (True, False):
                one = candidate(kind, route_m, cable=cable)
                design = design_option(one, ask, asked_kva(ask, setting()), area_class, setting())
                assert not isinstance(design, Unfit)
                assert cost_of(design.works, bundled_prices(), split=None, area_class=area_class).total.likely > 0.0
                assert stages_of(design.works, bundled_durations())
