"""Working days counted from a day, as far as published; beyond, the range they can fall in (P14, P17)."""

from __future__ import annotations

import datetime as dt

from capacity.errors import RequestError
from capacity.tables.stage_plan import PlannedDay, WorkingCalendar
from capacity.works.calendar import possible_rows

_LONGEST_HOLIDAYS_DAYS = 60


def days_later(start: dt.date, working_days: int, calendar: WorkingCalendar) -> PlannedDay:
    """The ``working_days``-th working day after ``start``, before it where the number is negative; 0: ``start`` itself.

    The day on which a step begins is day 0, as in ``policy.working_days``.

    Raises
    ------
    RequestError
        Before the calendar begins, or so far beyond its end that no published year is left to be laid over.
    """
    if not working_days:
        return PlannedDay(start, start, published=True)
    if start < calendar.first:
        raise RequestError(
            [f"工作日历自{calendar.first}起，不能推算{start}（P14）"],
            [f"the calendar begins on {calendar.first}: {start} cannot be counted from (P14)"],
        )
    until = start + dt.timedelta(days=2 * max(working_days, 0) + _LONGEST_HOLIDAYS_DAYS)
    rows = possible_rows(calendar, until)
    places = [(row.place_until(start) if working_days > 0 else row.place_from(start)) + working_days for row in rows]
    if min(places) < 0:
        raise RequestError(
            [f"倒排到工作日历起点（{calendar.first}）之前：请检查日期 {start}"],
            [f"counted back, it begins before the calendar does ({calendar.first}): check the day {start}"],
        )
    found = [row.day(place) for row, place in zip(rows, places, strict=True)]
    return PlannedDay(min(found), max(found), published=max(max(found), start) <= calendar.last)
