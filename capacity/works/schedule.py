"""Stages of works scheduled backwards from the day they are wanted, or forwards from today (P17).

Counting [choice]: a stage of n working days takes up n working days, its first and its last one included. The next
stage begins on the working day after. Supply is switched on, on the last day of the last stage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from capacity.errors import RequestError
from capacity.tables.stage_plan import Pace, PlannedDay, PlannedStage, Slack, Stage, StagePlan, WorkingCalendar
from capacity.tables.works import Mark, Work
from capacity.works.calendar import WorkingRow, possible_rows
from capacity.works.durations import Durations, mark_of, stages_of
from capacity.works.told import plan_in_words

_LONGEST_HOLIDAYS_DAYS = 60


def schedule_back(
    works: Sequence[Work],
    energise_on: dt.date,
    today: dt.date,
    calendar: WorkingCalendar,
    durations: Durations,
    *,
    pace: Pace = "usual",
    begin_with: Stage = "initiated",
) -> StagePlan:
    """The latest start and finish of every stage so that supply is switched on by ``energise_on``.

    Parameters
    ----------
    works
        Those that make one project.
    energise_on
        The day wanted; where it is not worked, the last working day before it.
    today
        The first stage may begin on this day, if it is worked.
    calendar
        Published working days. What depends on later ones is given as a range, flagged as not published.
    begin_with
        The first stage that is still to come, of a project that has begun.

    Returns
    -------
    StagePlan
        With slack (0: start today; -3: too late by three working days) and the earliest energisation.

    Raises
    ------
    RequestError
        Faulty works; a day before the calendar begins, or too far beyond its end.
    """
    days = stages_of(works, durations, pace, begin_with)
    total = sum(days.values())
    _refuse_before(calendar, today, energise_on)
    rows = possible_rows(calendar, max(energise_on, _surely_done(today, total)))
    lasts = [row.place_until(energise_on) for row in rows]
    firsts = [last - total + 1 for last in lasts]
    if min(firsts) < 0:
        raise RequestError(
            [f"倒排到工作日历起点（{calendar.first}）之前：请检查日期 {energise_on}"],
            [f"counted back, it begins before the calendar does ({calendar.first}): check the day {energise_on}"],
        )
    published = energise_on <= calendar.last
    stages = _placed(days, rows, firsts, certain_until=dt.date.max if published else dt.date.min)
    spare = [first - row.place_from(today) for row, first in zip(rows, firsts, strict=True)]
    slack = Slack(min(spare), max(spare), published and today <= calendar.last)
    done = _forward(rows, days, today, calendar)[-1].finish
    return _plan(works, today, energise_on, stages, slack, done, pace, mark_of(works, durations), calendar)


def schedule_forward(
    works: Sequence[Work],
    today: dt.date,
    calendar: WorkingCalendar,
    durations: Durations,
    *,
    pace: Pace = "usual",
    begin_with: Stage = "initiated",
) -> StagePlan:
    """The earliest start and finish of every stage when the first begins on ``today``.

    Parameters, errors and counting as :func:`schedule_back`.
    """
    days = stages_of(works, durations, pace, begin_with)
    total = sum(days.values())
    _refuse_before(calendar, today)
    rows = possible_rows(calendar, _surely_done(today, total))
    stages = _forward(rows, days, today, calendar)
    return _plan(works, today, None, stages, None, stages[-1].finish, pace, mark_of(works, durations), calendar)


def _forward(
    rows: Sequence[WorkingRow], days: dict[Stage, int], today: dt.date, calendar: WorkingCalendar
) -> tuple[PlannedStage, ...]:
    return _placed(days, rows, [row.place_from(today) for row in rows], certain_until=calendar.last)


def _placed(
    days: dict[Stage, int], rows: Sequence[WorkingRow], firsts: Sequence[int], certain_until: dt.date
) -> tuple[PlannedStage, ...]:
    """The stages one after another, the first at place ``firsts`` of each row."""

    def over_all_rows(offset: int) -> PlannedDay:
        found = [row.day(first + offset) for row, first in zip(rows, firsts, strict=True)]
        return PlannedDay(min(found), max(found), max(found) <= certain_until)

    ends = accumulate(days.values())
    return tuple(
        PlannedStage(stage, count, over_all_rows(end - count), over_all_rows(end - 1))
        for (stage, count), end in zip(days.items(), ends, strict=True)
    )


def _plan(
    works: Sequence[Work],
    today: dt.date,
    wanted: dt.date | None,
    stages: tuple[PlannedStage, ...],
    slack: Slack | None,
    earliest: PlannedDay,
    pace: Pace,
    mark: Mark,
    calendar: WorkingCalendar,
) -> StagePlan:
    plan = StagePlan(
        works=tuple(works),
        today=today,
        wanted=wanted,
        stages=stages,
        working_days=sum(stage.working_days for stage in stages),
        slack=slack,
        earliest_energisation=earliest,
        pace=pace,
        mark=mark,
        calendar_until=calendar.last,
        sentence_zh="",
        sentence_en="",
    )
    words = plan_in_words(plan)
    return replace(plan, sentence_zh=words.zh, sentence_en=words.en)


def _surely_done(today: dt.date, total_working_days: int) -> dt.date:
    """A day by which so many working days have passed, whatever the holidays."""
    return today + dt.timedelta(days=2 * total_working_days + _LONGEST_HOLIDAYS_DAYS)


def _refuse_before(calendar: WorkingCalendar, *days: dt.date) -> None:
    early = sorted(day for day in days if day < calendar.first)
    if early:
        raise RequestError(
            [f"工作日历自{calendar.first}起，不能推算{early[0]}（P14）"],
            [f"the calendar begins on {calendar.first}: {early[0]} cannot be counted from (P14)"],
        )
