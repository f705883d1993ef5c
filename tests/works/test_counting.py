"""Working days counted over holidays, and beyond what is published as a range."""

from __future__ import annotations

import datetime as dt

import pytest

from capacity.errors import RequestError
from capacity.policy import Deadline, deadline, is_working_day, published_days
from capacity.tables.stage_plan import WorkingCalendar
from capacity.works import days_later

CALENDAR = WorkingCalendar(*published_days(), is_working_day)


def test_counted_by_hand__over_a_holiday_and_a_make_up_day() -> None:
    # 2025: 4 April (Friday) is Qingming; 27 April (Sunday) is worked for the May holidays of 1 to 5 May
    assert days_later(dt.date(2025, 4, 3), 1, CALENDAR).day == dt.date(2025, 4, 7)
    assert days_later(dt.date(2025, 4, 30), -4, CALENDAR).day == dt.date(2025, 4, 25)
    assert days_later(dt.date(2025, 5, 1), 0, CALENDAR).day == dt.date(2025, 5, 1)
    assert days_later(dt.date(2025, 5, 2), 1, CALENDAR).day == dt.date(2025, 5, 6)
    assert days_later(dt.date(2025, 5, 2), -1, CALENDAR).day == dt.date(2025, 4, 30)


@pytest.mark.parametrize("start", [dt.date(2025, 1, 25), dt.date(2025, 4, 27), dt.date(2025, 9, 30)])
@pytest.mark.parametrize("count", [-30, -1, 1, 2, 15, 60])
def test_agrees_with_the_deadlines_of_p14(start: dt.date, count: int) -> None:
    assert Deadline(days_later(start, count, CALENDAR).earliest) == deadline(start, count)


def test_beyond_the_published_calendar__a_range() -> None:
    found = days_later(CALENDAR.last, 60, CALENDAR)
    assert not found.published
    assert found.day is None
    assert CALENDAR.last < found.earliest < found.latest


def test_before_the_calendar__is_refused() -> None:
    with pytest.raises(RequestError, match="begins on"):
        days_later(CALENDAR.first - dt.timedelta(days=1), 1, CALENDAR)
    with pytest.raises(RequestError, match="counted back"):
        days_later(CALENDAR.first, -5, CALENDAR)
