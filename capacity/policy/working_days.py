"""Working days by the Chinese calendar with its make-up days (P14), and deadlines counted in them.

The State Council publishes each year's holidays near the end of the year before. Beyond what is published nobody knows
the working days, and nothing here guesses: the answer is then :class:`NotPublished` instead of a date.

Counting: the day on which a step begins is day 0 [choice]; the first working day after it is day 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

from capacity.tables.service import Step

_ONE_DAY = dt.timedelta(days=1)
_LAST_SETTLED = (12, 28)
"""Month and day up to which a year is settled by its own list: later days may be moved by the next New Year's (from
29 December at the earliest in every list so far, 2004 to 2026)."""


@dataclass(frozen=True)
class Deadline:
    """The last day on which a step is in time."""

    day: dt.date


@dataclass(frozen=True)
class NotPublished:
    """The calendar of ``day`` is not published (yet), so that working days cannot be counted up to it.

    ``first`` and ``last`` are the days between which they can.
    """

    day: dt.date
    first: dt.date
    last: dt.date

    @property
    def sentence_zh(self) -> str:
        """Why there is no date."""
        if self.day < self.first:
            return f"工作日历自{self.first:%Y-%m-%d}起，无法推算{self.day:%Y-%m-%d}前后的工作日（P14）。"
        return (
            f"国务院公布的节假日安排截至{self.last:%Y-%m-%d}，其后的工作日尚未公布，暂不能给出日期（P14）。"
            "公布后请更新 chinesecalendar 软件包。"
        )

    @property
    def sentence_en(self) -> str:
        """Why there is no date."""
        if self.day < self.first:
            return f"The calendar begins on {self.first}: working days about {self.day} cannot be counted (P14)."
        return (
            f"The official holidays are published up to {self.last}; working days after that are not yet published, so "
            "no date can be given (P14). Update the package chinesecalendar once they are."
        )


@dataclass(frozen=True)
class StepDue:
    """A step and when it is due, counted from the start of the first step."""

    step: Step
    due: Deadline | NotPublished


@cache
def published_days() -> tuple[dt.date, dt.date]:
    """First and last day of the published calendar."""
    years = {day.year for day in holidays}
    return dt.date(min(years), 1, 1), dt.date(max(years), *_LAST_SETTLED)


def is_working_day(day: dt.date) -> bool | NotPublished:
    """Whether people work on ``day``: make-up weekends count, public holidays do not."""
    unknown = _unpublished(day)
    return unknown or bool(chinese_calendar.is_workday(day))


def deadline(start: dt.date, working_days: int) -> Deadline | NotPublished:
    """The ``working_days``-th working day after ``start``; before it, where the number is negative (P17).

    ``deadline(start, 0)`` is ``start`` itself.
    """
    day, left = start, abs(working_days)
    step = _ONE_DAY if working_days > 0 else -_ONE_DAY
    while left:
        day += step
        works = is_working_day(day)
        if isinstance(works, NotPublished):
            return works
        left -= works
    return Deadline(day)


def working_days_between(start: dt.date, end: dt.date) -> int | NotPublished:
    """Working days after ``start`` up to and with ``end``; negative where ``end`` is earlier.

    The inverse of :func:`deadline`: ``working_days_between(start, deadline(start, n).day) == n``.
    """
    if end < start:
        # from end (counted) to the day before start: what deadline() goes through backwards
        counted = working_days_between(end - _ONE_DAY, start - _ONE_DAY)
        return counted if isinstance(counted, NotPublished) else -counted
    unknown = (_unpublished(start + _ONE_DAY) or _unpublished(end)) if end > start else None
    if unknown:
        return unknown
    days = ((start + _ONE_DAY * n) for n in range(1, (end - start).days + 1))
    return sum(chinese_calendar.is_workday(day) for day in days)


def timetable(steps: Sequence[Step], start: dt.date) -> tuple[StepDue, ...]:
    """When each step is due if the first begins on ``start`` and each takes all the time it has."""
    due, elapsed = [], 0
    for step in steps:
        elapsed += step.working_days
        due.append(StepDue(step, deadline(start, elapsed)))
    return tuple(due)


def _unpublished(day: dt.date) -> NotPublished | None:
    first, last = published_days()
    return None if first <= day <= last else NotPublished(day, first, last)
