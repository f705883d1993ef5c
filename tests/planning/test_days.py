"""The same day of another year."""

from __future__ import annotations

import datetime as dt

from capacity.planning.days import in_years


def test_in_years__of_29_february_the_28th_where_there_is_none():
    assert in_years(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28)
    assert in_years(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)
    assert in_years(dt.date(2026, 11, 1), 9) == dt.date(2035, 11, 1)
