"""Stages in Chinese working days, back from a wanted day and forward from today (P17)."""

import datetime as dt
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import RequestError
from capacity.policy.working_days import is_working_day, published_days
from capacity.tables.inputs.projects import STAGES
from capacity.tables.stage_plan import Pace, Stage, StagePlan, WorkingCalendar
from capacity.tables.words import PACE
from capacity.tables.works import Work
from capacity.works import bundled_durations, bundled_prices, commissioning, cost_of, project_row
from capacity.works import schedule_back as back
from capacity.works import schedule_forward as forward
from capacity.works.calendar import possible_rows

FIRST, _ = published_days()
LAST = dt.date(2026, 12, 28)  # as if no later holidays were published, whatever the installed package knows
CALENDAR = WorkingCalendar(FIRST, LAST, is_working_day)
DURATIONS = bundled_durations()
METER = [Work("metering_lv")]  # construction 1, acceptance 1
DROP = [Work("lv_service_drop", size=16, length_m=30.0)]  # construction 2, acceptance 1
REPLACEMENT = [Work("transformer_replacement", size=400, element_ids=("T1", "T2"))]  # 78 days


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(plan: StagePlan) -> list[tuple[str, str, str]]:
    """Stage, first and last day of a plan that is published throughout."""
    return [(one.stage, str(one.start.day), str(one.finish.day)) for one in plan.stages]


def slack(plan: StagePlan) -> tuple[int, int]:
    assert plan.slack is not None
    return plan.slack.fewest, plan.slack.most


def test_stages__are_those_of_the_project_library() -> None:
    assert get_args(Stage) == STAGES
    assert set(get_args(Pace)) == set(PACE)


def test_schedule_back__an_ordinary_week() -> None:
    plan = back(DROP, day("2026-03-13"), day("2026-03-09"), CALENDAR, DURATIONS)  # Friday, asked on Monday
    assert days(plan) == [
        ("construction", "2026-03-11", "2026-03-12"),
        ("accepted", "2026-03-13", "2026-03-13"),
    ]
    assert slack(plan) == (2, 2)
    assert plan.slack is not None
    assert plan.slack.in_time is True
    assert plan.earliest_energisation.day == day("2026-03-11")
    assert "富余2个工作日" in plan.sentence_zh
    assert "2 working day(s) to spare" in plan.sentence_en


@pytest.mark.parametrize(
    ("today", "spare", "in_time", "words"),
    [
        ("2026-03-10", 1, True, "富余1个工作日"),
        ("2026-03-11", 0, True, "富余0个工作日"),  # has to begin today
        ("2026-03-12", -1, False, "已晚1个工作日"),
        ("2026-03-13", -2, False, "已晚2个工作日"),
        ("2026-03-16", -3, False, "已晚3个工作日"),  # the wanted day is over
    ],
)
def test_schedule_back__start_today_exactly_and_a_day_too_late(
    today: str, spare: int, in_time: bool, words: str
) -> None:
    plan = back(DROP, day("2026-03-13"), day(today), CALENDAR, DURATIONS)
    assert slack(plan) == (spare, spare)
    assert plan.slack is not None
    assert plan.slack.in_time is in_time
    assert words in plan.sentence_zh
    assert plan.stages[0].start.day == day("2026-03-11")  # the latest start does not depend on today


def test_schedule_back__across_the_spring_festival_with_its_make_up_saturdays() -> None:
    # 15 to 23 February 2026 are free, Saturdays 14 and 28 February are worked
    assert days(back(DROP, day("2026-02-24"), day("2026-02-02"), CALENDAR, DURATIONS)) == [
        ("construction", "2026-02-13", "2026-02-14"),
        ("accepted", "2026-02-24", "2026-02-24"),
    ]
    assert days(back(DROP, day("2026-02-28"), day("2026-02-02"), CALENDAR, DURATIONS))[1] == (
        *("accepted", "2026-02-28", "2026-02-28"),
    )


def test_schedule_back__a_day_off_is_kept_by_the_working_day_before() -> None:
    wanted_in_the_holidays = back(DROP, day("2026-02-20"), day("2026-02-02"), CALENDAR, DURATIONS)
    assert wanted_in_the_holidays.stages[-1].finish.day == day("2026-02-14")
    assert wanted_in_the_holidays.wanted == day("2026-02-20")


def test_schedule_forward__begun_on_a_day_off_it_starts_on_the_next_working_day() -> None:
    plan = forward(DROP, day("2026-02-14"), CALENDAR, DURATIONS)  # a worked Saturday
    assert days(plan) == [
        ("construction", "2026-02-14", "2026-02-24"),
        ("accepted", "2026-02-25", "2026-02-25"),
    ]
    assert forward(DROP, day("2026-02-15"), CALENDAR, DURATIONS).stages[0].start.day == day("2026-02-24")
    assert plan.slack is None
    assert plan.earliest_energisation.day == day("2026-02-25")
    assert "3个工作日" in plan.sentence_zh


def test_schedule_back__the_whole_project_counted_on_a_calendar() -> None:
    plan = back(REPLACEMENT, day("2026-11-30"), day("2026-07-01"), CALENDAR, DURATIONS)
    assert days(plan)[0] == ("initiated", "2026-08-07", "2026-08-13")
    assert days(plan)[3] == ("design", "2026-09-18", "2026-10-08")  # worked on Sunday the 20th; 1 to 7 October free
    assert days(plan)[-1] == ("accepted", "2026-11-26", "2026-11-30")
    assert plan.working_days == 78 == sum(stage.working_days for stage in plan.stages)


def test_schedule_back__a_project_that_has_begun() -> None:
    plan = back(REPLACEMENT, day("2026-11-30"), day("2026-07-01"), CALENDAR, DURATIONS, begin_with="procurement")
    assert [stage for stage, _, _ in days(plan)] == ["procurement", "construction", "accepted"]
    assert plan.mark == "assumed"


def test_schedule_back__pace() -> None:
    starts = [
        back(REPLACEMENT, day("2026-11-30"), day("2026-07-01"), CALENDAR, DURATIONS, pace=pace).stages[0].start.day
        for pace in ("short", "usual", "long")
    ]
    assert starts == sorted(starts, key=lambda start: start or dt.date.min, reverse=True)
    assert len(set(starts)) == 3


def test_schedule_back__beyond_the_published_calendar_only_a_range_is_given() -> None:
    plan = back(REPLACEMENT, day("2027-05-31"), day("2026-11-23"), CALENDAR, DURATIONS)
    first = plan.stages[0].start
    assert first.day is None
    assert not first.published
    assert first.earliest < first.latest
    assert (first.latest - first.earliest).days <= 14
    assert slack(plan)[0] < slack(plan)[1]
    assert str(LAST) in plan.sentence_zh
    assert "尚未公布" in plan.sentence_zh
    assert "estimated" in plan.sentence_en


def test_schedule_back__on_the_last_published_day_and_the_day_after() -> None:
    certain = back(DROP, LAST, day("2026-12-01"), CALENDAR, DURATIONS)
    assert certain.stages[-1].finish.day == LAST  # a Monday
    assert "尚未公布" not in certain.sentence_zh
    assert (
        not back(DROP, LAST + dt.timedelta(days=1), day("2026-12-01"), CALENDAR, DURATIONS).stages[-1].finish.published
    )


def test_schedule_forward__published_up_to_there_and_estimated_beyond() -> None:
    plan = forward(REPLACEMENT, day("2026-11-23"), CALENDAR, DURATIONS)
    known = [stage.stage for stage in plan.stages if stage.finish.published]
    assert known == ["initiated", "feasibility"]
    assert plan.stages[2].start.day == day("2026-12-21")
    assert plan.stages[2].finish.day is None
    assert not plan.earliest_energisation.published


def test_schedule_back__whether_it_can_be_kept_may_hang_on_the_unpublished_calendar() -> None:
    plans = [
        back(REPLACEMENT, day("2027-03-01") + dt.timedelta(days=n), day("2026-11-23"), CALENDAR, DURATIONS)
        for n in range(31)
    ]
    verdicts = [plan.slack.in_time for plan in plans if plan.slack]
    assert verdicts == sorted(verdicts, key=[False, None, True].index)
    open_one = plans[verdicts.index(None)]
    assert "取决于尚未公布的节假日" in open_one.sentence_zh
    assert "hangs on holidays not yet published" in open_one.sentence_en


def test_possible_rows__held_what_came_in_most_former_years() -> None:
    """Back-test: with the calendar ending each December from 2012 to 2025, how often is the true day in the range?"""
    truth = possible_rows(CALENDAR, LAST)[0]
    inside = outside = 0
    for year in range(2012, 2026):
        cut = WorkingCalendar(FIRST, dt.date(year, 12, 28), is_working_day)
        for start in (dt.date(year, month, 17) for month in (9, 11, 12)):
            rows = possible_rows(cut, dt.date(year + 1, 12, 31))
            for count in range(75, 170, 10):
                true = truth.day(truth.place_from(start) + count)
                found = [row.day(row.place_from(start) + count) for row in rows]
                held = min(found) <= true <= max(found)
                inside, outside = inside + held, outside + (not held)
                assert min(found) - dt.timedelta(days=7) <= true <= max(found) + dt.timedelta(days=7)
    assert inside / (inside + outside) > 0.9


def test_schedule__too_early_or_too_far_is_refused_in_both_languages() -> None:
    with pytest.raises(RequestError, match="begins on 2004-01-01") as caught:
        back(METER, day("2003-12-31"), day("2026-01-05"), CALENDAR, DURATIONS)
    assert "2004-01-01" in caught.value.faults_zh[0]
    with pytest.raises(RequestError, match="check the day"):
        back(REPLACEMENT, day("2004-01-30"), day("2026-01-05"), CALENDAR, DURATIONS)
    with pytest.raises(RequestError, match="too far beyond the calendar"):
        back(METER, day("2060-01-01"), day("2026-01-05"), CALENDAR, DURATIONS)
    with pytest.raises(RequestError, match="no works"):
        forward([], day("2026-01-05"), CALENDAR, DURATIONS)


wanted_days = st.dates(dt.date(2015, 1, 1), dt.date(2034, 12, 31))


@settings(max_examples=60, deadline=None)
@given(wanted_days, st.integers(0, 60), st.sampled_from([METER, DROP, REPLACEMENT]))
def test_schedule_back__a_later_day_never_asks_for_an_earlier_start(
    wanted: dt.date, later: int, works: list[Work]
) -> None:
    today = day("2015-01-05")
    one, other = (
        back(works, energise_on, today, CALENDAR, DURATIONS)
        for energise_on in (wanted, wanted + dt.timedelta(days=later))
    )
    for before, after in zip(one.stages, other.stages, strict=True):
        assert before.start.earliest <= after.start.earliest
        assert before.start.latest <= after.start.latest
    assert all(fewer <= more for fewer, more in zip(slack(one), slack(other), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.dates(dt.date(2015, 1, 1), dt.date(2026, 6, 1)), st.sampled_from([METER, DROP, REPLACEMENT]))
def test_schedule__forward_and_back_again_is_the_same_plan(today: dt.date, works: list[Work]) -> None:
    there = forward(works, today, CALENDAR, DURATIONS)
    done = there.earliest_energisation.day
    assert done is not None
    again = back(works, done, today, CALENDAR, DURATIONS)
    assert again.stages == there.stages
    assert slack(again) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(wanted_days, st.sampled_from([DROP, REPLACEMENT]))
def test_schedule_back__stages_follow_one_another_on_working_days(wanted: dt.date, works: list[Work]) -> None:
    plan = back(works, wanted, wanted, CALENDAR, DURATIONS)
    for stage in plan.stages:
        assert stage.start.earliest <= stage.start.latest
        assert stage.start.earliest <= stage.finish.earliest
        if stage.start.published:
            assert is_working_day(stage.start.earliest) is True
            worked = sum(
                is_working_day(stage.start.earliest + dt.timedelta(days=n)) is True
                for n in range((stage.finish.earliest - stage.start.earliest).days + 1)
            )
            assert worked == stage.working_days
    for one, following in zip(plan.stages, plan.stages[1:], strict=False):
        assert one.finish.earliest < following.start.earliest
    assert plan.stages[-1].finish.latest <= wanted


def test_project_row__in_time_and_too_late() -> None:
    estimate = cost_of(REPLACEMENT, bundled_prices(), split=None)
    kept = back(REPLACEMENT, day("2026-11-30"), day("2026-07-01"), CALENDAR, DURATIONS)
    row = project_row(
        *(kept, estimate),
        project_id="P-1",
        name="T1",
        rule="P6",
        area_ids=("A1", "A2"),
        released_kva=85.0,
    ).iloc[0]
    assert (row.stage, row.status, row.rule) == ("initiated", "planned", "P6")
    assert (row.element_ids, row.area_ids) == ("T1;T2", "A1;A2")
    assert row.cost_yuan == pytest.approx(estimate.company.likely, abs=0.01)
    assert row.commissioning_date.date() == day("2026-11-30")
    late = back(REPLACEMENT, day("2026-11-30"), day("2026-08-31"), CALENDAR, DURATIONS)
    assert commissioning(late) == late.earliest_energisation.day != day("2026-11-30")


def test_project_row__of_a_range_the_latest_day_and_no_cost_is_not_zero() -> None:
    plan = forward(REPLACEMENT, day("2026-11-23"), CALENDAR, DURATIONS)
    row = project_row(plan, None, project_id="P-2", name="T1", rule="").iloc[0]
    assert row.commissioning_date.date() == plan.earliest_energisation.latest
    assert row[["cost_yuan", "released_kva", "rule", "area_ids"]].isna().all()
