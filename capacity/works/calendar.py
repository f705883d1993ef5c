"""Working days in a row: the published ones, and beyond them one possible row for each published year.

Nobody knows the working days that are not published yet, and nothing here guesses them. But how holidays can fall is
known from every published year. Each of these years is laid over the unknown days, moved by whole weeks so that
weekends stay weekends; what comes out of all of them is the range that a plan states as an estimate.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from capacity.errors import RequestError
from capacity.tables.stage_plan import WorkingCalendar

_YEAR_DAYS = 365.2425


@dataclass(frozen=True)
class WorkingRow:
    """Working days one after another, as ordinals; each has its place in the row."""

    days: tuple[int, ...]

    def place_from(self, day: dt.date) -> int:
        """The place of ``day``, or of the first working day after it."""
        return bisect_left(self.days, day.toordinal())

    def place_until(self, day: dt.date) -> int:
        """The place of ``day``, or of the last working day before it; -1 where the row begins later."""
        return bisect_right(self.days, day.toordinal()) - 1

    def day(self, place: int) -> dt.date:
        """The working day at a place of the row."""
        return dt.date.fromordinal(self.days[place])


def possible_rows(calendar: WorkingCalendar, until: dt.date) -> tuple[WorkingRow, ...]:
    """The working days up to ``until``: one row where all of them are published, else one per year laid over the rest.

    Raises
    ------
    RequestError
        ``until`` lies so far ahead that no published year is left to be laid over.
    """
    if until <= calendar.last:
        return (WorkingRow(_published(calendar)),)
    rows = _rows_beyond(calendar, dt.date(until.year + 1, 12, 31))
    if not rows:
        raise RequestError(
            [f"计划将延续到{until}，距已公布的工作日历（至{calendar.last}）过远，无法估算（P14）"],
            [f"the plan would reach {until}: too far beyond the calendar, published up to {calendar.last} (P14)"],
        )
    return rows


@lru_cache(maxsize=8)
def _published(calendar: WorkingCalendar) -> tuple[int, ...]:
    ordinals = range(calendar.first.toordinal(), calendar.last.toordinal() + 1)
    return tuple(ordinal for ordinal in ordinals if calendar.works(dt.date.fromordinal(ordinal)) is True)


@lru_cache(maxsize=8)
def _rows_beyond(calendar: WorkingCalendar, until: dt.date) -> tuple[WorkingRow, ...]:
    known = _published(calendar)
    worked = frozenset(known)
    unknown = range(calendar.last.toordinal() + 1, until.toordinal() + 1)
    rows = []
    for years_back in range(1, int((calendar.last - calendar.first).days / _YEAR_DAYS) + 1):
        weeks_back = round(years_back * _YEAR_DAYS / 7) * 7
        if unknown[0] - weeks_back < calendar.first.toordinal() or unknown[-1] - weeks_back > calendar.last.toordinal():
            continue
        rows.append(WorkingRow(known + tuple(day for day in unknown if day - weeks_back in worked)))
    return tuple(rows)
