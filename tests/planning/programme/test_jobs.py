"""From needs to a programme: the worked example of ``docs/planning.md``, and jobs at the ends of months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from planning_cases import found, measure, need

from capacity.planning.choosing import choose
from capacity.planning.portfolio import project_list
from capacity.planning.programme import jobs_of, schedule
from capacity.policy.working_days import is_working_day, published_days
from capacity.tables.portfolio import Portfolio, Schedulers
from capacity.tables.programme import Job, Resources
from capacity.tables.stage_plan import WorkingCalendar
from capacity.tables.works import Work
from capacity.works import bundled_durations, schedule_back, schedule_forward

TODAY = dt.date(2026, 3, 9)
CALENDAR = WorkingCalendar(published_days()[0], dt.date(2026, 12, 28), is_working_day)
DURATIONS = bundled_durations()
SCHEDULERS = Schedulers(
    back=lambda works, due: schedule_back(works, due, TODAY, CALENDAR, DURATIONS),
    forward=lambda works: schedule_forward(works, TODAY, CALENDAR, DURATIONS),
)
FIRST = dt.date(2026, 3, 1)
AREAS = pd.DataFrame({"area_id": ["A1"], "name": ["A"], "customer_count": pd.array([120], dtype="Int64")})


def larger(element: str) -> Work:
    return Work("transformer_replacement", size=400, element_ids=(element,))


def portfolio(*, due: dt.date = dt.date(2026, 11, 30), budget: dict[int, float] | None = None) -> Portfolio:
    """T1 is short today; T2 will be for want of room for a customer; both hang on section S1."""
    needs = [
        need("N1", rule="P4", existing=True, due=due),
        need("N2", rule="P6", applications=("SQ1",), due=due),
    ]
    measures = [
        measure("M1", 90_000.0, "T1", works=(larger("T1"),)),
        measure("M2", 60_000.0, "T2", works=(larger("T2"),)),
        measure("M3", 170_000.0, "T1", "T2", works=(larger("T1"), larger("T2"))),
    ]
    verified = [
        found("M1", "N1", touches="T1", released=150.0),
        found("M2", "N2", touches="T2", released=60.0),
        found("M3", "N1 N2", released=230.0),
    ]
    choice = choose(needs, measures, verified)
    return project_list(choice, needs, measures, AREAS, SCHEDULERS, budget_yuan=budget)


def jobs(made: Portfolio, sections: dict[str, str]) -> tuple[Job, ...]:
    return jobs_of(made, SCHEDULERS, FIRST, sections)[0]


def test_from_needs_to_a_programme() -> None:
    made = portfolio()
    assert made.projects["project_id"].tolist() == ["XM-M1", "XM-M2"]  # must before connection
    assert made.projects["cost_yuan"].sum() == 150_000.0  # 20,000 less than M3
    own = jobs(made, {"T1": "S1", "T2": "S1"})
    assert [one.section_ids for one in own] == [("S1",), ("S1",)]
    programme = schedule(own, Resources(FIRST, (1,) * 12))
    # one crew: they cannot end in the same month, so the section is switched off twice
    assert (programme.outages, programme.late_months, programme.peak_crews) == (2, 0, 1)
    bundled = schedule(own, Resources(FIRST, (2,) * 12))
    assert (bundled.outages, bundled.peak_crews) == (1, 2)
    assert bundled.plan["finish_month"].tolist() == [pd.Timestamp("2026-11-01")] * 2


def test_jobs__an_element_without_a_section_is_bundled_with_nothing() -> None:
    own = jobs(portfolio(), {})
    assert [one.section_ids for one in own] == [("T1",), ("T2",)]


@pytest.mark.parametrize(
    ("due", "month"),
    [
        (dt.date(2026, 11, 29), 7),  # November is not over by the 29th: done by the end of October
        (dt.date(2026, 11, 30), 8),
        (dt.date(2026, 12, 1), 8),
    ],
)
def test_jobs__done_by_the_end_of_a_month(due: dt.date, month: int) -> None:
    assert {one.due_month for one in jobs(portfolio(due=due), {})} == {month}


def test_jobs__construction_begins_when_its_stage_can() -> None:
    plan = schedule_forward([larger("T1")], TODAY, CALENDAR, DURATIONS)
    begin = next(stage for stage in plan.stages if stage.stage == "construction").start.day
    assert begin is not None
    assert {one.earliest_month for one in jobs(portfolio(), {})} == {begin.month - FIRST.month}
    days = sum(stage.working_days for stage in plan.stages if stage.stage in ("construction", "accepted"))
    assert {one.months for one in jobs(portfolio(), {})} == {-(-days // 21)}


def test_jobs__not_before_the_year_that_pays_and_none_without_money() -> None:
    made = portfolio(budget={2026: 60_000.0, 2027: 90_000.0})
    own, without = jobs_of(made, SCHEDULERS, FIRST, {})
    assert {one.job_id: one.earliest_month for one in own}["XM-M1"] == 10  # January 2027
    assert without.empty
    less, left_out = jobs_of(portfolio(budget={2026: 70_000.0}), SCHEDULERS, FIRST, {})
    assert [one.job_id for one in less] == ["XM-M2"]
    assert left_out["project_id"].tolist() == ["XM-M1"]
    assert "not paid for: costs 90,000 CNY" in left_out["why_en"].iloc[0]


def test_jobs__without_works_there_is_nothing_to_schedule() -> None:
    made = portfolio()
    bare = replace(made, plans={})
    own, without = jobs_of(bare, SCHEDULERS, FIRST, {})
    assert own == ()
    assert without["project_id"].tolist() == ["XM-M1", "XM-M2"]


def test_from_needs__why_the_contract_for_both_is_rejected() -> None:
    needs = [need("N1", existing=True), need("N2", rule="P6", applications=("SQ1",))]
    measures = [measure("M1", 90_000.0, "T1"), measure("M2", 60_000.0, "T2"), measure("M3", 170_000.0, "T1", "T2")]
    apart = [found("M1", "N1", touches="T1"), found("M2", "N2", touches="T2"), found("M3", "N1 N2")]
    choice = choose(needs, measures, apart)
    why = choice.measures.set_index("measure_id").loc["M3", "why_en"]
    assert "costs 20,000 CNY more" in why
    assert "conflicts with the chosen M1 (both on T1), M2 (both on T2)" in why
    row = choice.feeders.iloc[0]
    assert [row[f"{one}_cost_yuan"] for one in ("existing", "growth", "connection")] == [90_000.0, 0.0, 60_000.0]
    silent = [replace(one, touches=frozenset()) for one in apart]
    assert choose(needs, measures, silent).feeders["measure_ids"].tolist() == ["M3"]
