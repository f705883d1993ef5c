"""Forecasts of single days: the regression's, last year's days with growth, and the seasonal naive baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.planning.forecast.growth import Growth, generator_of
from capacity.planning.forecast.regression import Fit
from capacity.planning.forecast.sequences import Floats, Sequences
from capacity.tables.forecast import ForecastSettings

QUANTILES = (0.1, 0.5, 0.9)
_SAME_WEEKDAY_BACK = (364, 357, 371, 350, 378)
"""The same weekday about a year before, in the order in which it is looked for where readings are missing."""


@dataclass(frozen=True)
class DayForecast:
    """Log values at the quantiles 10, 50 and 90 %, float64 ``(3, days)``; NaN where nothing can be said."""

    log_quantiles: Floats


def last_years_days(log_kva: Floats, first: int, days: int) -> Floats:
    """The same weekday about a year before each of the ``days`` from position ``first`` on; NaN where none is known."""
    found = np.full(days, np.nan)
    places = np.arange(first, first + days)
    for back in _SAME_WEEKDAY_BACK:
        source = places - back
        inside = (source >= 0) & (source < min(first, len(log_kva))) & np.isnan(found)
        found[inside] = log_kva[source[inside]]
    return found


def naive_days(log_kva: Floats, first: int, days: int) -> DayForecast:
    """The baseline: last year's day, and the spread of the errors that it would have made the year before that."""
    middle = last_years_days(log_kva, first, days)
    errors = _own_errors(log_kva, first)
    low, high = np.quantile(errors, (QUANTILES[0], QUANTILES[2])) if len(errors) else (np.nan, np.nan)
    return DayForecast(np.stack([middle + low, middle, middle + high]))


def model_days(
    sequences: Sequences, row: int, fit: Fit, growth: Growth, model: str, settings: ForecastSettings, *, year: int
) -> DayForecast:
    """The forecast of every day of ``year`` from what was known before it, growth with its uncertainty included."""
    days = sequences.days_of(year)
    transformer_id = str(sequences.elements["transformer_id"].iloc[row])
    grown = growth.futures(row, transformer_id, 1, settings)[:, 0] if growth.knows(row) else np.zeros(settings.draws)
    random = generator_of(settings, f"backtest {transformer_id}")
    if model == "regression":
        middle = fit.last_level + fit.pattern[days]
        errors = fit.deviations[~np.isnan(fit.deviations)]
    else:
        middle = last_years_days(sequences.log_kva[row], int(days[0]), len(days))
        errors = _own_errors(sequences.log_kva[row], int(days[0]))
        if not len(errors):  # the difference of two days deviates by twice the variance of one
            errors = fit.deviations[~np.isnan(fit.deviations)] * np.sqrt(2.0)
        errors = errors - np.median(errors)
    away = np.quantile(grown + random.choice(errors, settings.draws), QUANTILES)
    return DayForecast(away[:, None] + middle)


def _own_errors(log_kva: Floats, first: int) -> Floats:
    """Errors of last year's day over the year before position ``first``."""
    start = max(first - 365, 0)
    past = last_years_days(log_kva, start, first - start)
    errors = log_kva[start:first] - past
    return np.asarray(errors[~np.isnan(errors)])
