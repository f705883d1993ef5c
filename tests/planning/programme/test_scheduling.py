"""The programme by hand: lateness before outages before crews, shared outages, nothing dropped."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import RequestError
from capacity.planning.programme import schedule, sheets
from capacity.planning.programme.rough import rough_starts
from capacity.tables.programme import Job, Programme, Resources
from capacity.tables.words import Word

START = dt.date(2027, 1, 1)


def job(
    key: str, due: int, months: int = 1, *, earliest: int = 0, crews: int = 1, sections: tuple[str, ...] = ()
) -> Job:
    return Job(key, Word(f"项目{key}", f"project {key}"), earliest, due, months, crews, sections)


def crews(*by_month: int, closed: tuple[int, ...] = ()) -> Resources:
    return Resources(START, by_month, frozenset(closed))


def month(programme: Programme, key: str, column: str = "finish_month") -> Any:
    return programme.plan.set_index("project_id").loc[key, column]


def row(programme: Programme, key: str) -> Any:
    return programme.plan.set_index("project_id").loc[key]


def test_schedule__as_late_as_the_day_due_allows() -> None:
    programme = schedule([job("A", due=3, months=2)], crews(1, 1, 1, 1, 1, 1))
    assert month(programme, "A", "start_month") == pd.Timestamp("2027-03-01")
    assert month(programme, "A") == pd.Timestamp("2027-04-01")
    assert row(programme, "A")["state"] == "on_time"
    assert programme.months["crews_used"].tolist() == [0, 0, 1, 1, 0, 0]


def test_schedule__works_on_one_section_share_one_outage() -> None:
    # A is due in month 2, B in month 5: by themselves they would end then; sharing an outage both end in month 2
    programme = schedule([job("A", 2, sections=("S1",)), job("B", 5, sections=("S1",))], crews(*[2] * 6))
    assert programme.outages == 1
    assert month(programme, "A") == month(programme, "B") == pd.Timestamp("2027-03-01")
    assert row(programme, "A")["shared_with"] == "B"
    assert programme.outages_planned.to_dict("records") == [
        {"section_id": "S1", "month": pd.Timestamp("2027-03-01"), "project_ids": "A;B", "project_count": 2}
    ]


def test_schedule__an_outage_is_not_saved_by_being_late() -> None:
    # B cannot end before month 3, A is due in month 2: two outages, nobody late
    jobs = [job("A", 2, sections=("S1",)), job("B", 5, earliest=3, sections=("S1",))]
    programme = schedule(jobs, crews(*[2] * 6))
    assert (programme.late_months, programme.outages) == (0, 2)


def test_schedule__an_outage_is_saved_before_crews_are_spread() -> None:
    # one crew a month would do, but the shared outage needs both crews in one month
    jobs = [job("A", 3, sections=("S1",)), job("B", 3, sections=("S1",))]
    programme = schedule(jobs, crews(*[2] * 4))
    assert (programme.outages, programme.peak_crews) == (1, 2)
    apart = schedule([job("A", 3, sections=("S1",)), job("B", 3, sections=("S2",))], crews(*[2] * 4))
    assert (apart.outages, apart.peak_crews) == (2, 1)


def test_schedule__crews_make_one_late_and_it_says_by_how_much_and_why() -> None:
    # three jobs of two months, all due at the end of month 3, one crew: 2, 4 and 6 months: the last is 2 late
    programme = schedule([job(key, 3, 2) for key in "ABC"], crews(*[1] * 8))
    assert programme.late_months == 2
    assert sorted(programme.plan["late_months"]) == [0, 0, 2]
    late = programme.plan[programme.plan["state"].eq("late")].iloc[0]
    assert late["why_en"] == "2 month(s) late: there are not enough crews for all to be on time"
    assert late["why_zh"] == "晚 2 个月：施工队不足以使全部项目按期"


def test_schedule__the_more_urgent_is_on_time() -> None:
    # one crew, both due at the end of month 1 and two months long: the "may" waits although it comes first by id
    may = replace(job("A", 1, 2), urgency="may")
    programme = schedule([may, job("B", 1, 2)], crews(*[1] * 4))
    assert row(programme, "B")["state"] == "on_time"
    assert row(programme, "A")["late_months"] == 2
    # one month late of a "must" weighs more than three of a "may"
    long = replace(job("A", 2, 3), urgency="may")
    assert row(schedule([long, job("B", 0)], crews(*[1] * 6)), "B")["state"] == "on_time"
    # and where only one has a place, the must has it
    only = schedule([may, job("B", 1, 2)], crews(1, 1))
    assert row(only, "A")["state"] == "not_placed"


def test_schedule__late_by_itself() -> None:
    programme = schedule([job("A", due=0, months=2, earliest=1)], crews(*[1] * 4))
    assert row(programme, "A")["late_months"] == 2
    assert "it cannot begin earlier" in row(programme, "A")["why_en"]


@pytest.mark.parametrize(
    ("one", "resources", "why", "late"),
    [
        (job("A", 1, crews=3), crews(2, 2, 2), "it needs 3 crews, there are 2 at most", 2),
        (job("A", 1, 2, earliest=2), crews(2, 2, 2), "beyond the 3 months of the programme", 2),
        (job("A", 1, sections=("S",)), crews(1, 1, 1, closed=(0, 1, 2)), "no month allows its outage", 2),
        (job("A", -2, crews=3), crews(2, 2, 2), "at least 5 month(s) late", 5),
    ],
)
def test_schedule__without_a_place_it_is_told_not_dropped(one: Job, resources: Resources, why: str, late: int) -> None:
    programme = schedule([one, job("B", 2)], resources)
    assert programme.not_placed == 1
    assert row(programme, "A")["state"] == "not_placed"
    assert row(programme, "A")["late_months"] == late
    assert why in row(programme, "A")["why_en"]
    assert pd.isna(month(programme, "A"))
    assert row(programme, "B")["state"] == "on_time"


def test_schedule__full_months() -> None:
    programme = schedule([job("A", 0), job("B", 0), job("C", 0)], crews(1, 1))
    assert programme.not_placed == 1
    out = programme.plan[programme.plan["state"].eq("not_placed")].iloc[0]
    assert "the crews of the programme's months are taken; at least 2 month(s) late" in out["why_en"]


def test_schedule__months_without_outages_bind_only_works_that_need_one() -> None:
    jobs = [job("A", 2, sections=("S1",)), job("B", 2)]
    programme = schedule(jobs, crews(1, 1, 1, closed=(2,)))
    assert month(programme, "A") == pd.Timestamp("2027-02-01")
    assert month(programme, "B") == pd.Timestamp("2027-03-01")


def test_schedule__the_order_of_the_input_decides_nothing() -> None:
    jobs = [job(key, 3, 1 + number % 2, sections=(f"S{number % 2}",)) for number, key in enumerate("ABCDE")]
    one, other = schedule(jobs, crews(*[2] * 6)), schedule(jobs[::-1], crews(*[2] * 6))
    pd.testing.assert_frame_equal(one.plan, other.plan)


def test_schedule__nothing_to_do_and_every_fault_at_once() -> None:
    assert schedule([], crews(1, 1)).plan.empty
    with pytest.raises(RequestError) as caught:
        schedule([job("A", 1), job("A", 1, months=0), job("B", 1, crews=-1)], Resources(dt.date(2027, 1, 2), (-1,)))
    assert len(caught.value.faults_en) == 4


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Job], Resources]:
    n = draw(st.integers(1, 4))
    jobs = [
        job(
            f"J{number}",
            draw(st.integers(-1, 4)),
            draw(st.integers(1, 2)),
            earliest=draw(st.integers(0, 2)),
            crews=draw(st.integers(0, 2)),
            sections=tuple(sorted(draw(st.sets(st.sampled_from(["S1", "S2"]), max_size=2)))),
        )
        for number in range(n)
    ]
    closed = tuple(draw(st.sets(st.integers(0, 4), max_size=1)))
    return jobs, crews(*draw(st.lists(st.integers(0, 3), min_size=5, max_size=5)), closed=closed)


def worth(jobs: list[Job], starts: tuple[int | None, ...], resources: Resources) -> tuple[int, int, int] | None:
    """Without a place, late months (5 months long), outages; None where it cannot be."""
    used = [0] * resources.months
    outages = set()
    late = 0
    for one, start in zip(jobs, starts, strict=True):
        if start is None:
            late += max(resources.months - one.due_month, 0)
            continue
        end = start + one.months - 1
        if start < one.earliest_month or end >= resources.months:
            return None
        if one.section_ids and end in resources.no_outage_months:
            return None
        for busy in range(start, end + 1):
            used[busy] += one.crews
        outages |= {(section, end) for section in one.section_ids}
        late += max(end - one.due_month, 0)
    if any(number > there for number, there in zip(used, resources.crews, strict=True)):
        return None
    return sum(start is None for start in starts), late, len(outages)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(programmes())
def test_schedule__is_what_trying_everything_finds(given_: tuple[list[Job], Resources]) -> None:
    jobs, resources = given_
    programme = schedule(jobs, resources)
    assert programme.proven
    late = int(programme.plan["late_months"].sum())
    months: list[int | None] = [None, *range(resources.months)]
    tried = (worth(jobs, starts, resources) for starts in product(months, repeat=len(jobs)))
    best = min(one for one in tried if one is not None)
    assert (programme.not_placed, late, programme.outages) == best
    rough = worth(jobs, rough_starts(jobs, resources), resources)
    assert rough is not None
    assert best <= rough
    assert (programme.months["crews_used"] <= programme.months["crews"]).all()


@pytest.mark.parametrize(
    ("language", "titles", "heading"),
    [
        ("zh", ["工程计划", "停电计划", "各月资源"], "完工月份"),
        ("en", ["programme", "planned outages", None], "ends in"),
    ],
)
def test_sheets__in_the_readers_language(language: str, titles: list[str | None], heading: str) -> None:
    made = sheets(schedule([job("A", 2, sections=("S1",))], crews(1, 1, 1)), language)
    assert [told for told, wanted in zip(made, titles, strict=True) if wanted] == [one for one in titles if one]
    plan = next(iter(made.values()))
    assert plan[heading].tolist() == ["2027-03"]
    assert ("按期" if language == "zh" else "on time") in plan.to_numpy().ravel().tolist()
    assert not any(column.endswith(("_zh", "_en")) for column in plan.columns)
