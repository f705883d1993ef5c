"""Verdicts exactly at, below and above their limits, and reasons that contradict none of them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from options_setting import AT, candidate, finding, request, room, setting

from capacity.applications.options import asked_kva, design_option, firm_of, judge, judged
from capacity.applications.options.applying import in_two_rounds, set_aside, shown_kw, unsuited
from capacity.applications.options.judging import shown_pair
from capacity.applications.options.telling import against, limit_in_words, load_rate_in_words, voltage_in_words
from capacity.tables.connection import Binding, PhaseFinding

SETTING = setting()
OVER = Binding("transformer_loading", "T1", AT, 104.27, 100.0, "%")
LOW = Binding("voltage_min", "N", AT, 349.04, 353.4, "V")


def verdict(found, kw: float = 95.0, **more) -> str:
    ask = request(kw, **more)
    kva = asked_kva(ask, SETTING)
    return judge(design_option(candidate(), ask, kva, "rural", SETTING), found, ask, kva, SETTING)[0]


def reason(found, kw: float = 95.0, second=None, **more):
    ask = request(kw, **more)
    kva = asked_kva(ask, SETTING)
    return judge(design_option(candidate(), ask, kva, "rural", SETTING), found, ask, kva, SETTING, second)[1]


def test_yes__what_is_asked_for_exactly_is_had() -> None:
    assert verdict(finding(100.0)) == "yes"
    assert verdict(finding(100.0 - 0.009)) == "yes"  # figures are exact to 0.01 kVA
    assert verdict(finding(99.98, 120.0)) == "yes_with_project"


def test_yes_with_project__between_the_limit_and_the_rating() -> None:
    found = finding(90.0, 100.0, load_rate_before_percent=61.0, load_rate_percent=84.3)
    assert verdict(found) == "yes_with_project"
    said = reason(found)
    assert "would be 84.3 % > 80 % (P6) on 2025-01-28 19:15; 61.0 % without it, with all that is reserved" in said.en
    assert "将为 84.3 %，超过 80 %（P6）（2025-01-28 19:15），不含本申请为 61.0 %" in said.zh


def test_staged__the_urgent_part_or_a_least_power() -> None:
    assert verdict(finding(60.0, 60.0, broken=(LOW,)), urgent_kw=57.0) == "staged"  # 57 kW are 60 kVA
    assert verdict(finding(59.98, 59.98, broken=(LOW,)), urgent_kw=57.0) == "not_before_project"
    least_kva = 5.0 / 0.95
    assert verdict(finding(least_kva, least_kva, broken=(LOW,))) == "staged"
    assert verdict(finding(least_kva - 0.02, least_kva - 0.02, broken=(LOW,))) == "not_before_project"
    assert verdict(finding(4.0, 4.0), kw=4.5) == "not_before_project"  # less than the least is asked for


def test_staged__the_urgent_part_may_go_up_to_the_rating() -> None:
    found, ask = finding(0.0, 30.0, broken=(OVER,)), request(95.0, urgent_kw=20.0)
    design = design_option(candidate(), ask, 100.0, "rural", SETTING)
    option = judged(design, found, ask, 100.0, SETTING)
    assert option.verdict == "staged"
    firm = firm_of(option, ask, 100.0, SETTING)
    assert (firm.room.kva, firm.above_limit) == (30.0, True)


def test_unknown__is_neither_yes_nor_no() -> None:
    found = finding(math.nan)
    found = replace(found, strict=room(math.nan, "meshed"), rated=room(math.nan, "meshed"))
    assert verdict(found) == "unknown"
    assert "operated as a mesh" in reason(found).en
    assert "环网" in reason(found).zh
    assert verdict(replace(found, strict=room(10.0))) == "unknown"  # up to the rating it might fit
    assert verdict(replace(found, strict=room(100.0))) == "yes"


def test_not_before_project__names_value_limit_element_and_time() -> None:
    said = reason(finding(0.0, 0.0, broken=(LOW,)))
    assert said.en.startswith("349.0 V < 353.4 V (P10) at node N on 2025-01-28 19:15")
    assert said.zh.startswith("节点 N 349.0 V < 353.4 V（P10）（2025-01-28 19:15）")
    over = reason(finding(0.0, 0.0, broken=(OVER,), load_rate_before_percent=61.0))
    assert "Transformer T1 would reach 104.3 % > 100 % (P6) on 2025-01-28 19:15; 61.0 % without it, with" in over.en
    assert "0.0 kVA to be had < 100.0 kVA asked for (P9)" in over.en


def test_dual__the_worse_supply_counts_and_is_named() -> None:
    ask = request(95.0, dual_supply=True)
    design = design_option(candidate("mv_tee"), ask, 100.0, "rural", SETTING)
    good, bad = finding(200.0), finding(0.0, 0.0, broken=(LOW,))
    assert judge(design, good, ask, 100.0, SETTING, good)[0] == "yes"
    found, said = judge(design, good, ask, 100.0, SETTING, bad)
    assert found == "not_before_project"
    assert said.en.startswith("Second supply: 349.0 V")
    assert said.zh.startswith("第二路：")


def test_single_phase__the_worst_phase_counts() -> None:
    phase = PhaseFinding("rule", 4.0, 201.4, 198.0, AT, LOW, "", "按最不利相计", "reckoned at the worst phase")
    found = finding(100.0, phase=phase)
    assert verdict(found, kw=3.8, phases=1) == "yes"
    assert verdict(found, kw=3.9, phases=1) == "not_before_project"
    assert reason(found, kw=3.8, phases=1).en.endswith("by the conservative rule, phases not being recorded (P10).")
    assert "201.4 V ≥ 198 V" in reason(found, kw=3.8, phases=1).en
    unknown = replace(phase, room_kva=math.nan)
    assert verdict(finding(100.0, phase=unknown), kw=3.8, phases=1) == "unknown"
    assert verdict(finding(3.0, phase=unknown), kw=3.8, phases=1) == "not_before_project"


def test_figures__never_contradict_their_rule() -> None:
    assert against(80.02, 80.0) == "80.1"
    assert against(79.98, 80.0) == "79.9"
    assert against(353.39, 353.4) == "353.3"
    exceeded = load_rate_in_words(finding(1.0, load_rate_percent=80.0004), 80.0, exceeded=True)
    assert "80.1 % > 80 %" in exceeded.en
    kept = load_rate_in_words(finding(1.0, load_rate_percent=80.0004), 80.0, exceeded=False)
    assert "80 % ≤ 80 %" in kept.en
    assert "353.5 V ≥ 353.46 V" in voltage_in_words(finding(1.0, voltage_min_v=353.47, voltage_floor_v=353.46)).en
    assert "353.3 V < 353.4 V" in voltage_in_words(finding(1.0, voltage_min_v=353.399, voltage_floor_v=353.4)).en


@given(st.floats(0.0, 200.0), st.sampled_from([80.0, 100.0, 353.4]))
def test_figures__compare_as_the_values_do(value: float, limit: float) -> None:
    shown, rounded = float(against(value, limit)), round(value, 9)
    assert (shown > limit) == (rounded > limit)
    assert (shown < limit) == (rounded < limit)


@given(st.floats(0.1, 9000.0), st.floats(0.0, 9000.0))
def test_pairs__compare_as_the_verdict_says(asked: float, there: float) -> None:
    fit = there + 0.01 >= asked
    shown_asked, shown_room = map(float, shown_pair(asked, there, fit=fit))
    assert (shown_asked <= shown_room) if fit or abs(asked - there) < 0.02 else (shown_asked > shown_room)


def test_binding_without_values__still_says_which_limit() -> None:
    said = limit_in_words(Binding("section_loading", "L9", AT))
    assert said.en == "10 kV section L9: feeder section current limit (P9) on 2025-01-28 19:15"
    new = limit_in_words(Binding("line_loading", "NEW line", AT, 101.0, 100.0, "%", new=True))
    assert new.en.startswith("the new LV line would reach 101.0 % > 100 % (P9)")
    assert re.match("新建低压线路", new.zh)


@pytest.mark.parametrize(("kw", "at_lv"), [(160.0, True), (160.00000000001, True), (160.1, False)])
def test_low_voltage__exactly_the_limit_is_within(kw: float, at_lv: bool) -> None:
    said = unsuited(candidate("lv_node"), request(kw), SETTING)
    assert (said is None) == at_lv
    if said:
        assert "160.1 kW are above the 160 kW" in said.en
        assert "（P12）" in said.zh


def test_low_voltage__first_and_ten_kilovolts_only_then() -> None:
    places = (candidate("lv_node"), candidate("mv_tee"), candidate("second_feeder", pairs_with="mv_tee:N1"))
    first, later = in_two_rounds(places, request(95.0), SETTING)
    assert [one.kind for one in first] == ["lv_node"]
    assert [one.kind for one in later] == ["mv_tee"]
    assert [one.kind for one in in_two_rounds(places, request(500.0), SETTING)[0]] == ["mv_tee"]
    dual = in_two_rounds(places, request(95.0, dual_supply=True), SETTING)
    assert ([one.kind for one in dual[0]], dual[1]) == (["second_feeder"], ())
    assert in_two_rounds(places, request(5.0, phases=1), SETTING)[1] == ()


def test_set_aside__stays_in_the_list_with_its_reason() -> None:
    said = unsuited(candidate("lv_node"), request(500.0), SETTING)
    option = set_aside(candidate("lv_node"), said, SETTING.facts)
    assert (option.rank, option.verdict, option.finding) == (0, "not_before_project", None)
    assert (
        option.place.en
        == "rejected: 500 kW are above the 160 kW up to which connections are made at low voltage (P12)."
    )


def test_shown_kw__does_not_look_like_the_limit() -> None:
    assert shown_kw(160.04, 160.0) == "160.04"
    assert shown_kw(160.0, 160.0) == "160"
    assert shown_kw(5000.0, 160.0) == "5000"
