"""Working days, holidays and where the Spring Festival lies, past and to come."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from capacity.case.synthetic.shapes import SPRING_FESTIVALS
from capacity.planning.forecast import day_table, lunar_new_years


def test_lunar_new_years__agree_with_the_almanac():
    assert dict(zip(SPRING_FESTIVALS, lunar_new_years(2022, 2027), strict=True)) == SPRING_FESTIVALS


def test_lunar_new_years__of_years_that_no_holiday_list_knows_yet():
    # Hong Kong Observatory, Gregorian-lunar calendar conversion table: 2033-01-31, 2034-02-19
    assert lunar_new_years(2033, 2034) == (dt.date(2033, 1, 31), dt.date(2034, 2, 19))
    with pytest.raises(ValueError, match="2099"):
        lunar_new_years(2099, 2100)


def test_day_table__published_working_days_go_before_the_rule():
    """2024-02-04 was a working Sunday; 2024-02-16 a Friday off that the law alone does not give."""
    told = {dt.date(2024, 2, 4): True, dt.date(2024, 2, 16): False}
    days = day_table(dt.date(2024, 2, 1), dt.date(2024, 2, 29), country="CN", works_on=told.get).set_index("date")
    assert bool(days.loc["2024-02-04", "working_day"])
    assert not bool(days.loc["2024-02-16", "working_day"])
    assert bool(days.loc["2024-02-16", "holiday"])
    assert days.loc["2024-02-10", "festival_day"] == 0.0
    assert days.loc["2024-02-07", "festival_day"] == -3.0


def test_day_table__beyond_the_published_calendar_the_law_decides():
    days = day_table(dt.date(2035, 9, 28), dt.date(2035, 10, 9), country="CN", works_on=lambda day: None)
    days = days.set_index("date")
    assert bool(days.loc["2035-10-01", "holiday"])
    assert not bool(days.loc["2035-10-02", "working_day"])
    assert bool(days.loc["2035-10-08", "working_day"])  # a Monday


def test_day_table__other_countries_keep_no_festival():
    days = day_table(dt.date(2016, 1, 1), dt.date(2016, 12, 31), country="DE").set_index("date")
    assert bool(days.loc["2016-10-03", "holiday"])
    assert days["festival_day"].isna().all()
    nowhere = day_table(dt.date(2016, 1, 1), dt.date(2016, 1, 7), country=None)
    assert not nowhere["holiday"].any()
    with pytest.raises(ValueError, match="XX"):
        day_table(dt.date(2016, 1, 1), dt.date(2016, 1, 7), country="XX")


def test_day_table__every_day_once():
    days = day_table(dt.date(2023, 12, 30), dt.date(2025, 1, 2), country="CN")
    assert list(days["date"]) == list(pd.date_range("2023-12-30", "2025-01-02"))
