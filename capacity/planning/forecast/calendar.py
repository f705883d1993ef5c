"""The days of past and coming years: working days, public holidays, and where the Spring Festival lies (it moves)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import holidays
import numpy as np
import pandas as pd

from capacity.tables._schema import conform
from capacity.tables.forecast import DAYS

WorksOn = Callable[[dt.date], bool | None]
"""Whether people work on a day; None where the calendar of that day is not published."""

_LUNAR_NEW_YEAR = "Chinese New Year (Spring Festival)"
_LAST_LUNAR_YEAR = 2099  # of the tables behind ``holidays``


def day_table(first: dt.date, last: dt.date, *, country: str | None, works_on: WorksOn | None = None) -> pd.DataFrame:
    """The calendar of every day from ``first`` to ``last``, schema ``tables.forecast.DAYS``.

    Parameters
    ----------
    country : ISO code; ``CN`` keeps the Spring Festival. None: no public holidays, only weekends.
    works_on : the published working days with their make-up days. Where it knows nothing, a day is a working day from
        Monday to Friday unless the law makes it a holiday.

    Raises
    ------
    ValueError
        The country is not known, or its lunar calendar does not reach ``last``.
    """
    days = pd.date_range(first, last, freq="D")
    public = _public_holidays(country, first.year, last.year)
    holiday = np.array([day in public for day in days.date], dtype=bool)
    working = (days.dayofweek < 5) & ~holiday
    if works_on is not None:
        told = [works_on(day) for day in days.date]
        working = np.array([bool(own) if said is None else said for own, said in zip(working, told, strict=True)])
        holiday = np.where([said is None for said in told], holiday, holiday | (~working & (days.dayofweek < 5)))
    festival = _days_from(days, lunar_new_years(first.year - 1, last.year + 1)) if country == "CN" else np.nan
    return conform(
        pd.DataFrame({"date": days, "working_day": working, "holiday": holiday, "festival_day": festival}), DAYS
    )


def lunar_new_years(first_year: int, last_year: int) -> tuple[dt.date, ...]:
    """Lunar New Year's Day of each year, from the astronomical calendar: past years and years to come alike.

    >>> lunar_new_years(2026, 2027)
    (datetime.date(2026, 2, 17), datetime.date(2027, 2, 6))
    """
    if last_year > _LAST_LUNAR_YEAR:
        raise ValueError(f"the lunar calendar is known up to {_LAST_LUNAR_YEAR}, not {last_year}")
    found = holidays.country_holidays("CN", years=range(first_year, last_year + 1), language="en_US")
    return tuple(min(d for d in found.get_named(_LUNAR_NEW_YEAR, lookup="exact") if d.year == year)
                 for year in range(first_year, last_year + 1))  # fmt: skip


def _public_holidays(country: str | None, first_year: int, last_year: int) -> frozenset[dt.date]:
    if country is None:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, years=range(first_year, last_year + 1)))
    except NotImplementedError as reason:
        raise ValueError(f"no public holidays are known for the country '{country}'") from reason


def _days_from(days: pd.DatetimeIndex, feasts: tuple[dt.date, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Days since (before: negative) the nearest feast."""
    apart = days.to_numpy("datetime64[D]")[:, None] - np.array(feasts, dtype="datetime64[D]")[None, :]
    number = apart.astype(np.int64)
    return number[np.arange(len(days)), np.abs(number).argmin(axis=1)].astype(np.float64)
