"""Terms, cost, plan and dates of an option; the project of P6; the staged offer of P16; the answer in a sentence."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pandas as pd
import pytest
from options_setting import APPLIED, AT, candidate, finding, request, setting, tools

from capacity.applications.options import (
    connected_on,
    design_option,
    hours_in_kw,
    judged,
    project_rows,
    rank,
    staged_offer,
    summary,
    supporting_works,
    valid_until,
    verdict_of,
    work_out,
)
from capacity.applications.options.working_out import outside_works
from capacity.policy import working_days_between
from capacity.tables.assessment import Option, Request
from capacity.tables.connection import Binding
from capacity.tables.inputs.projects import PROJECTS

SETTING, TOOLS = setting(), tools()
LOW = Binding("voltage_min", "N", AT, 349.0, 353.4, "V")


def option(kind: str, ask: Request, found=None, route_m: float = 40.0, area_class: str = "rural") -> Option:
    one = candidate(kind, route_m, target_id="T1" if "transformer" in kind else "N1")
    kva = ask.kw / 0.95
    made = judged(design_option(one, ask, kva, area_class, SETTING), found or finding(500.0), ask, kva, SETTING)
    return work_out(made, ask, area_class, APPLIED, SETTING, TOOLS)


def test_service_drop__has_the_days_of_p14_alone() -> None:
    home = option("lv_node", request(8.0, phases=1, customer_kind="resident"))
    assert home.plan is None
    assert home.energised.day == dt.date(2025, 3, 5)  # Monday 3 March and 1 + 1 working days
    shop = option("lv_node", request(95.0, customer_kind="small_business"), route_m=50.0)
    assert shop.energised.day == dt.date(2025, 3, 10)  # 1 + 4
    assert shop.terms.zero_investment == "yes"
    assert shop.cost.total.likely == pytest.approx(shop.cost.company.likely)
    assert shop.cost.customer.likely == 0.0


def test_line__takes_its_works_between_the_steps_of_p14() -> None:
    made = option("dedicated_circuit", request(95.0), route_m=180.0)
    assert made.plan.today == dt.date(2025, 3, 5)  # received on the 3rd, 1 day of P14 on the 4th
    total = 5 + made.plan.working_days
    assert working_days_between(APPLIED, made.energised.day) == total
    assert f"They take {made.plan.working_days}" not in made.plan.sentence_en
    assert f"The works take {made.plan.working_days} working days" in made.plan.sentence_en
    assert str(made.energised.day) in made.plan.sentence_en
    assert str(made.energised.day) in made.plan.sentence_zh


@pytest.mark.parametrize("kind", ["dedicated_circuit", "larger_transformer"])
def test_backwards__slack_and_the_day_of_supply_agree(kind: str) -> None:
    soonest = option(kind, request(95.0), route_m=180.0).energised.day
    just = option(kind, request(95.0, energise_on=soonest), route_m=180.0)
    assert (just.plan.slack.fewest, just.plan.slack.in_time) == (0, True)
    assert "0 working day(s) to spare" in just.plan.sentence_en
    day_before = TOOLS.days_later(soonest, -1).day
    late = option(kind, request(95.0, energise_on=day_before), route_m=180.0)
    assert late.plan.slack.most == -1
    assert late.energised.day == soonest
    assert "already too late by 1 working day(s)" in late.plan.sentence_en
    assert "已晚 1 个工作日" in late.plan.sentence_zh


def test_backwards__metering_comes_after_the_works() -> None:
    made = option("larger_transformer", request(95.0, energise_on=dt.date(2025, 9, 30)), route_m=180.0)
    assert made.plan.stages[-1].finish.day == dt.date(2025, 9, 25)  # 28 September, a Sunday, is worked
    assert working_days_between(made.plan.stages[-1].finish.day, dt.date(2025, 9, 30)) == 4
    assert made.plan.stages[0].stage == "initiated"


def test_tee__the_customers_own_works_count_beside() -> None:
    made = option(
        "mv_tee", request(500.0), finding(600.0), route_m=0.0
    )  # a tee switch alone against the customer's station
    assert [work.kind for work in made.plan.works] == ["mv_tee_switch"]
    own = [work for work in made.design.works if work.stands == "premises"]
    own_days = TOOLS.schedule_forward(own, made.plan.today).working_days
    longest = max(own_days, made.plan.working_days)
    assert working_days_between(APPLIED, made.energised.day) == 15 + longest
    assert ("The customer's own works" in made.plan.sentence_en) == (own_days > made.plan.working_days)
    assert made.terms.voltage == "hv"


def test_beyond_the_calendar__a_range() -> None:
    ask = request(95.0)
    made = judged(
        design_option(candidate("larger_transformer", 180.0), ask, 100.0, "rural", SETTING),
        finding(500.0),
        ask,
        100.0,
        SETTING,
    )
    late = work_out(made, ask, "rural", dt.date(2026, 11, 2), SETTING, TOOLS)
    assert not late.energised.published
    assert late.energised.earliest < late.energised.latest
    assert "between" in late.plan.sentence_en


def test_rejected__has_terms_and_cost_but_no_days() -> None:
    made = option("larger_transformer", request(95.0), finding(0.0, broken=(LOW,)))
    assert (made.plan, made.energised) == (None, None)
    assert made.cost.total.likely > 0.0


def test_project__brings_the_transformer_back_to_eighty_percent() -> None:
    # 84.3 % of 200 kVA are 168.6 kVA: 210.75 kVA at 80 %, so 250 kVA
    made = option("lv_node", request(95.0), finding(90.0, 120.0, load_rate_percent=84.3))
    assert [work.type_name for work in made.project] == ["S20-M-250"]
    assert option("lv_node", request(95.0)).project == ()
    rows = project_rows(made.project, made, "P6", APPLIED, SETTING, TOOLS, project_id="P6-1")
    PROJECTS.validate(rows)
    row = rows.iloc[0]
    assert (row["rule"], row["area_ids"], row["element_ids"], row["stage"]) == ("P6", "A1", "T1", "initiated")
    assert row["released_kva"] == pytest.approx(0.8 * (250.0 - 200.0))
    assert project_rows((), made, "P6", APPLIED, SETTING, TOOLS, project_id="P6-2") is None


def staged(urgent_kw: float | None = None, firm_kva: float = 60.0) -> tuple[Option, Option, Request]:
    ask = request(95.0, urgent_kw=urgent_kw)
    best = option("lv_node", ask, finding(firm_kva, firm_kva, broken=(LOW,)))
    return best, option("larger_transformer", ask, route_m=180.0), ask


def test_staged_offer__firm_now_hours_and_the_whole() -> None:
    best, full, ask = staged(urgent_kw=50.0)
    assert best.energised is None  # the whole power is not had there
    profile = pd.DataFrame(
        {"month": 1, "hour": [0, 1, 2, 3], "allowed_kva": [100.0, 80.04, 60.0, math.nan], "reason": "ok"}
    )
    rows = project_rows(supporting_works(full), full, "P16", APPLIED, SETTING, TOOLS, project_id="P16-1")
    offer = staged_offer(best, full, ask, 100.0, APPLIED, SETTING, TOOLS, hours=profile, project=rows)
    assert (offer.firm_kw, offer.firm_kva, offer.meets_urgent) == (57.0, 60.0, True)
    assert offer.hours["kw"].tolist()[:3] == [95.0, 76.0, 57.0]
    assert math.isnan(offer.hours["kw"].iloc[3])
    assert (offer.full_key, offer.full_on) == (full.key, full.energised)
    assert "57 kW can be had at all hours, beginning on 2025-03-10" in offer.sentence.en
    assert "covers the urgent 50 kW" in offer.sentence.en
    assert "in 1 of 3 hours of the months all 95 kW" in offer.sentence.en
    assert str(full.energised.day) in offer.sentence.en
    assert "满足急需的 50 kW" in offer.sentence.zh
    assert offer.project.iloc[0]["released_kva"] == pytest.approx(40.0)


def test_staged_offer__rounded_down_but_never_below_the_urgent_part() -> None:
    best, full, ask = staged(firm_kva=60.09)  # 57.0855 kW
    assert staged_offer(best, full, ask, 100.0, APPLIED, SETTING, TOOLS).firm_kw == 57.0
    best, full, ask = staged(urgent_kw=57.08, firm_kva=60.09)
    offer = staged_offer(best, full, ask, 100.0, APPLIED, SETTING, TOOLS)
    assert (offer.meets_urgent, offer.firm_kw) == (True, 57.08)


def test_staged_offer__without_an_option_that_brings_the_whole() -> None:
    best, _, ask = staged()
    offer = staged_offer(best, None, ask, 100.0, APPLIED, SETTING, TOOLS)
    assert (offer.full_key, offer.full_on, offer.meets_urgent) == ("", None, None)
    assert "a project has to be planned" in offer.sentence.en
    assert "须另行规划项目" in offer.sentence.zh


def test_hours__never_more_than_asked_for() -> None:
    profile = pd.DataFrame({"allowed_kva": [500.0, 99.999, 0.0]})
    assert hours_in_kw(profile, 95.0, 100.0, 0.0)["kw"].tolist() == [95.0, 94.9, 0.0]


def test_summary__yes_with_day_and_cost() -> None:
    ask = request(95.0, customer_kind="small_business", energise_on=dt.date(2025, 3, 10))
    ranked = rank((option("lv_node", ask, route_m=40.0),), SETTING.choices, lv_first=True)
    said = summary(ranked, None, ask, TOOLS)
    assert verdict_of(ranked, None) == "yes"
    assert said.en.startswith("Yes, it can be connected: 95 kW, existing LV node (N1), over 40 m, supply on 2025-03-10")
    assert "in time for 2025-03-10" in said.en
    assert "nothing behind the property line" in said.en
    assert "可满足期望的 2025-03-10" in said.zh


def test_summary__no_and_unknown_and_nothing_there() -> None:
    ask = request(95.0)
    ranked = rank((option("lv_node", ask, finding(0.0, broken=(LOW,))),), SETTING.choices, lv_first=True)
    assert verdict_of(ranked, None) == "not_before_project"
    assert "none of 1 option(s) takes 95 kW" in summary(ranked, None, ask, TOOLS).en
    assert "349.0 V < 353.4 V (P10) at node N on 2025-01-28 19:15" in summary(ranked, None, ask, TOOLS).en
    both = rank((*ranked, option("dedicated_circuit", ask, finding(math.nan))), SETTING.choices, lv_first=True)
    assert verdict_of(both, None) == "unknown"
    assert "no place to connect" in summary((), None, ask, TOOLS).en


def test_summary__staged_is_the_offers_sentence() -> None:
    best, full, ask = staged(urgent_kw=50.0)
    ranked = rank((best,), SETTING.choices, lv_first=True)
    offer = staged_offer(ranked[0], full, ask, 100.0, APPLIED, SETTING, TOOLS)
    assert offer.sentence.zh in summary(ranked, offer, ask, TOOLS).zh


def test_summary__says_what_can_be_had_until_the_works_are_done() -> None:
    best, full, ask = staged()
    ranked = rank((best, full), SETTING.choices, lv_first=True)
    offer = staged_offer(best, full, ask, 100.0, APPLIED, SETTING, TOOLS)
    assert ranked[0].key == full.key
    assert (verdict_of(ranked, offer), verdict_of(ranked, None)) == ("staged", "not_before_project")
    assert summary(ranked, offer, ask, TOOLS).en == (
        "In stages (P16): 57 kW can be had at all hours, beginning on 2025-03-10 (P16). All 95 kW come with the works "
        "'larger transformer in the same place', on 2025-07-04 at the earliest."
    )
    assert summary(ranked, None, ask, TOOLS).en.startswith("Not before a project: 95 kW, larger transformer")
    assert "可先供 57 kW" in summary(ranked, offer, ask, TOOLS).zh
    alone = rank((best,), SETTING.choices, lv_first=True)
    assert summary(alone, None, ask, TOOLS).en.startswith("In stages (P16): 349.0 V < 353.4 V (P10) at node N")


def test_validity__so_many_days() -> None:
    assert valid_until(dt.date(2025, 3, 3), SETTING.choices) == dt.date(2025, 4, 2)


def test_connected_on__of_the_first_stage() -> None:
    best, _, _ = staged()
    assert connected_on(best, APPLIED, TOOLS).day == dt.date(2025, 3, 10)
    assert connected_on(replace(best, terms=None), APPLIED, TOOLS) is None


def test_outside__what_a_service_drop_brings_along_is_no_works() -> None:
    county = option("lv_node", request(95.0), area_class="county")
    assert {work.kind for work in county.design.works} == {"lv_service_drop", "trench", "metering_lv", "lv_box"}
    assert outside_works(county.design.works) == ()
    tee = design_option(candidate("mv_tee", 200.0, cable=True), request(500.0), 526.0, "rural", SETTING)
    assert "trench" in {work.kind for work in outside_works(tee.works)}


def test_project__is_done_before_metering_begins() -> None:
    wanted = dt.date(2025, 9, 30)
    full = option("larger_transformer", request(95.0, energise_on=wanted), route_m=180.0)
    works = supporting_works(full)
    rows = project_rows(works, full, "P16", APPLIED, SETTING, TOOLS, project_id="P16-1", wanted=wanted)
    assert rows.iloc[0]["commissioning_date"] == pd.Timestamp(2025, 9, 25)
    forward = project_rows(works, full, "P16", APPLIED, SETTING, TOOLS, project_id="P16-1")
    days = TOOLS.schedule_forward(works, dt.date(2025, 3, 5))
    assert forward.iloc[0]["commissioning_date"] == pd.Timestamp(days.earliest_energisation.day)


def test_summary__project_and_pair_are_named() -> None:
    ask = request(95.0)
    made = option("lv_node", ask, finding(90.0, 120.0, load_rate_percent=84.3))
    said = summary(rank((made,), SETTING.choices, lv_first=True), None, ask, TOOLS)
    assert said.en.startswith("Yes, and a project is to be initiated early (P6): 95 kW")
    assert "The project: transformer replacement S20-M-250." in said.en
    assert "项目内容：更换配变 S20-M-250。" in said.zh
    pair = replace(made, design=replace(made.design, candidate=replace(made.candidate, pairs_with="mv_tee:L7")))
    both = summary(rank((pair,), SETTING.choices, lv_first=True), None, ask, TOOLS)
    assert "(N1, the first being L7)" in both.en
