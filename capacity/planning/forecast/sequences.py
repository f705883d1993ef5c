"""Daily maxima laid out as one matrix, series by day, and the years before and after the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WORKING, WEEKEND, HOLIDAY, FESTIVAL = range(4)
"""Kinds of days; ``FESTIVAL`` are all days round the Spring Festival, working or not."""
FESTIVAL_WINDOW = (-14.0, 21.0)
_FIRST_READING_WITHIN_DAYS = 7
"""A history that begins so few days into a year still counts as having that year."""


@dataclass(frozen=True)
class Sequences:
    """Daily maxima of ``n`` transformers over ``d`` days, of which the last ones lie ahead.

    Attributes
    ----------
    elements : the transformers (``tables.forecast.ELEMENTS``), one row per series.
    days : the calendar of the ``d`` days.
    year : int ``(d,)`` year of each day: 1 begins on the as-of date, 0 is the year before it, -1 the one before that.
    past : number of days before the as-of date, ``m``.
    log_kva : float64 ``(n, m)`` logarithm of the day's maximum in kVA; NaN where there is no reading that counts.
    reason : code per series of why it cannot be forecast; empty where it can.
    coverage : float64 ``(n, years)`` share of the days with a reading, for each of ``past_years``.
    past_years : years with a day in the history, oldest first, up to 0.
    """

    elements: pd.DataFrame
    days: pd.DataFrame
    year: Ints
    past: int
    log_kva: Floats
    reason: npt.NDArray[np.str_]
    coverage: Floats
    past_years: tuple[int, ...]

    @cached_property
    def kind(self) -> Ints:
        """Kind of each of the ``d`` days."""
        return day_kinds(self.days)

    @cached_property
    def day_of_year(self) -> Ints:
        """Day of the calendar year of each of the ``d`` days."""
        return np.asarray(self.dates.dayofyear, dtype=np.int64)

    @property
    def dates(self) -> pd.DatetimeIndex:
        """The ``d`` days."""
        return pd.DatetimeIndex(self.days["date"])

    def days_of(self, year: int) -> Ints:
        """Positions of the days of a year."""
        return np.flatnonzero(self.year == year)

    def highest_log_kva(self, year: int) -> Floats:
        """Logarithm of each series' highest day of a past year; NaN without one."""
        values = self.log_kva[:, self.days_of(year)]
        if not values.shape[1]:
            return np.full(len(values), np.nan)
        highest: Floats = np.where(np.isnan(values), -np.inf, values).max(axis=1)
        return np.where(np.isinf(highest), np.nan, highest)


def day_kinds(days: pd.DataFrame) -> Ints:
    """Kind of each day of a calendar (``WORKING`` …), int ``(d,)``."""
    festival = days["festival_day"].between(*FESTIVAL_WINDOW).to_numpy(bool)
    holiday, working = days["holiday"].to_numpy(bool), days["working_day"].to_numpy(bool)
    return np.select([festival, holiday, ~working], [FESTIVAL, HOLIDAY, WEEKEND], default=WORKING)


def year_start(as_of: dt.date, year: int) -> pd.Timestamp:
    """First day of a year: year 1 begins on the as-of date."""
    return pd.Timestamp(as_of) + pd.DateOffset(years=year - 1)


def year_name(as_of: dt.date, year: int) -> int:
    """The calendar year in which the middle of a year lies."""
    return int((year_start(as_of, year) + pd.DateOffset(months=6)).year)


def lay_out(
    history: pd.DataFrame,
    elements: pd.DataFrame,
    calendar: pd.DataFrame,
    as_of: dt.date,
    horizon_years: int,
    coverage_min_percent: float,
) -> Sequences:
    """The readings that count, as a matrix: since the present rating, before the as-of date, above zero.

    Raises
    ------
    ValueError
        The calendar does not hold every day from the first reading to the end of the horizon.
    """
    start, end = pd.Timestamp(as_of), year_start(as_of, horizon_years + 1)
    kept = _that_count(history, elements, start)
    first = kept["date"].min() if len(kept) else start
    oldest = _year_of(pd.DatetimeIndex([first]), as_of, horizon_years)[0] if first < start else 0
    days = _calendar_of(calendar, year_start(as_of, int(oldest)), end)
    dates = pd.DatetimeIndex(days["date"])
    past = int((dates < start).sum())
    log_kva = np.full((len(elements), past), np.nan)
    rows = pd.Index(elements["transformer_id"]).get_indexer(pd.Index(kept["transformer_id"]))
    log_kva[rows, dates.get_indexer(pd.DatetimeIndex(kept["date"]))] = np.log(kept["s_max_kva"].to_numpy(np.float64))
    year = _year_of(dates, as_of, horizon_years)
    past_years = tuple(range(int(year[0]), 1))
    known = ~np.isnan(log_kva)
    coverage = np.column_stack([known[:, year[:past] == one].mean(axis=1) for one in past_years])
    reason = _why_not(elements, known, dates[:past], start, coverage[:, -1], coverage_min_percent)
    return Sequences(elements, days, year, past, log_kva, reason, coverage, past_years)


def _that_count(history: pd.DataFrame, elements: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    since = history["transformer_id"].map(elements.set_index("transformer_id")["valid_from"])
    known = history["transformer_id"].isin(elements["transformer_id"])
    valued = history["s_max_kva"].gt(0.0)  # NaN and zero are no maxima
    kept = history[known & valued & (history["date"] < start) & ~(history["date"] < since)]
    return kept.drop_duplicates(["transformer_id", "date"])


def _calendar_of(calendar: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    wanted = pd.date_range(first, end, freq="D", inclusive="left")
    found = calendar.set_index("date").reindex(wanted)
    if found["working_day"].isna().any():
        absent = wanted[found["working_day"].isna().to_numpy()]
        raise ValueError(f"the calendar lacks {len(absent)} days, {absent[0]:%Y-%m-%d} first")
    return found.rename_axis("date").reset_index()


def _year_of(dates: pd.DatetimeIndex, as_of: dt.date, horizon_years: int) -> Ints:
    """Year of each day, counted from the as-of date."""
    back = pd.Timestamp(as_of).year - dates[0].year + 2
    edges = pd.DatetimeIndex([year_start(as_of, y) for y in range(1 - back, horizon_years + 2)])
    return np.asarray(edges.searchsorted(dates, side="right") - back, dtype=np.int64)


def _why_not(
    elements: pd.DataFrame,
    known: npt.NDArray[np.bool_],
    dates: pd.DatetimeIndex,
    start: pd.Timestamp,
    last_coverage: Floats,
    coverage_min_percent: float,
) -> npt.NDArray[np.str_]:
    """First match wins; the order is the one in which a reader would ask."""
    year_before = start - pd.DateOffset(years=1)
    latest_start = year_before + pd.Timedelta(days=_FIRST_READING_WITHIN_DAYS)
    any_known = known.any(axis=1)
    first = dates[known.argmax(axis=1)] if len(dates) else pd.DatetimeIndex([start] * len(elements))
    cases = [
        elements["valid_to"].le(start).to_numpy(bool),
        elements["valid_from"].gt(year_before).to_numpy(bool),
        ~any_known,
        np.asarray(first > latest_start),
        100.0 * last_coverage < coverage_min_percent,
    ]
    codes = ["out_of_service", "rating_changed", "no_readings", "short_history", "low_coverage"]
    return np.asarray(np.select(cases, codes, default=""))
