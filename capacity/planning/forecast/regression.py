"""The day's maximum as a product: a level per year, the season, the kind of day, the Spring Festival, and a deviation.

In logarithms that is a linear regression; outages and reconnected neighbours are bounded by Huber's weights
(``statsmodels.robust``), so that a few odd days do not bend the pattern. Deviations are kept as they were: drawn again
in blocks they give the spread of the days and of the annual maximum, tails included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.robust.norms import HuberT
from statsmodels.robust.scale import mad

from capacity.planning.forecast.sequences import (
    FESTIVAL,
    FESTIVAL_WINDOW,
    HOLIDAY,
    WEEKEND,
    Floats,
    Ints,
    Sequences,
    day_kinds,
)

_FESTIVAL_KNOTS = (FESTIVAL_WINDOW[0], -7.0, -3.0, -1.0, 1.0, 4.0, 7.0, 14.0, FESTIVAL_WINDOW[1])
_HUBER = HuberT()
_ITERATIONS, _TOLERANCE = 50, 1e-6  # of logarithms
_FLAT, _RANK = 1e-9, 1e-10


@dataclass(frozen=True)
class Fit:
    """One series' fit.

    Attributes
    ----------
    levels : float64 ``(years,)`` log level of each fitted year; NaN for years with too few days.
    pattern : float64 ``(d,)`` what season, kind of day and festival add to the level, in logarithms, for every day.
    deviations : float64 ``(m,)`` log reading minus level and pattern; NaN where there is no reading or no level.
    """

    levels: Floats
    pattern: Floats
    deviations: Floats

    @property
    def last_level(self) -> float:
        """The level of the last fitted year."""
        return float(self.levels[~np.isnan(self.levels)][-1])


def pattern_columns(days: pd.DataFrame, fourier_pairs: int) -> Floats:
    """The regressors of every day without the levels, float64 ``(d, p)``: shared by all series."""
    dates, kind = pd.DatetimeIndex(days["date"]), day_kinds(days)
    away = days["festival_day"].to_numpy(np.float64)
    festival_off = (kind == FESTIVAL) & days["holiday"].to_numpy(bool)
    columns = [kind == WEEKEND, (kind == WEEKEND) & (dates.dayofweek == 6), kind == HOLIDAY, festival_off]
    turn = 2.0 * np.pi * (dates.dayofyear.to_numpy() - 1.0) / 365.25
    for k in range(1, fourier_pairs + 1):
        columns += [np.cos(k * turn), np.sin(k * turn)]
    if not np.isnan(away).all():
        columns += _hats(np.nan_to_num(away, nan=np.inf))
    return np.column_stack(columns).astype(np.float64)


def _hats(away: Floats) -> list[Floats]:
    """Piecewise linear bumps round the festival: 1 at their own knot, 0 at the neighbouring ones."""
    knots = np.array(_FESTIVAL_KNOTS)
    return [np.interp(away, knots, np.eye(len(knots))[k], left=0.0, right=0.0) for k in range(1, len(knots) - 1)]


def fit_series(log_kva: Floats, columns: Floats, year: Ints, years: tuple[int, ...]) -> Fit:
    """Fit one series on the days of ``years`` on which it has a reading.

    Parameters
    ----------
    log_kva : ``(m,)``; what must not be seen is NaN.
    columns : ``(d, p)`` of :func:`pattern_columns`.
    year : ``(d,)``.
    years : the years that have enough days to have a level, oldest first; at least one.
    """
    past = len(log_kva)
    place = np.full(past, -1)
    for number, one in enumerate(years):
        place[year[:past] == one] = number
    used = (place >= 0) & ~np.isnan(log_kva)
    levels = np.zeros((past, len(years)))
    levels[np.flatnonzero(place >= 0), place[place >= 0]] = 1.0
    varying = np.ptp(columns[:past][used], axis=0) > 0.0  # e.g. no festival among the days
    design = np.column_stack([levels, columns[:past][:, varying]])
    found = _robust(log_kva[used], design[used])
    coefficients = np.zeros(columns.shape[1])
    coefficients[varying] = found[len(years) :]
    pattern = columns @ coefficients
    deviations = np.full(past, np.nan)
    deviations[used] = log_kva[used] - design[used] @ found
    spare = max(int(used.sum()) - design.shape[1], 1)
    return Fit(found[: len(years)], pattern, deviations * np.sqrt(max(int(used.sum()), 1) / spare))


def _robust(values: Floats, design: Floats) -> Floats:
    """Coefficients by iteratively reweighted least squares with Huber's weights and the scale of the median deviation.

    The same estimate as ``statsmodels.RLM`` (a test holds it to that), on normal equations instead of a singular value
    decomposition per step: a tenth of the time, which counts with thousands of series.
    """
    found = _solved(design, values, np.ones(len(values)))
    for _ in range(_ITERATIONS):
        away = values - design @ found
        spread = float(mad(away, center=0.0))
        if spread < _FLAT:
            return found
        former, found = found, _solved(design, values, np.asarray(_HUBER.weights(away / spread), dtype=np.float64))
        if float(np.abs(found - former).max()) < _TOLERANCE:
            return found
    return found


def _solved(design: Floats, values: Floats, weights: Floats) -> Floats:
    weighted = design * weights[:, None]
    return np.asarray(np.linalg.lstsq(weighted.T @ design, weighted.T @ values, rcond=_RANK)[0], dtype=np.float64)


def fit_all(
    sequences: Sequences, columns: Floats, wanted: npt.NDArray[np.bool_], last_year: int, coverage_min_percent: float
) -> dict[int, Fit]:
    """Fit the wanted series by what was known at the end of ``last_year``.

    Returns
    -------
    By row of ``sequences``; ``levels`` has one entry per year of ``past_years`` up to ``last_year``. A series without
    enough days in ``last_year`` is left out.
    """
    years = np.array([one for one in sequences.past_years if one <= last_year])
    enough = 100.0 * sequences.coverage[:, : len(years)] >= coverage_min_percent
    seen = np.where(sequences.year[: sequences.past] <= last_year, sequences.log_kva, np.nan)
    fits = {}
    for row in np.flatnonzero(wanted & (enough[:, -1] if len(years) else False)):
        own = fit_series(seen[row], columns, sequences.year, tuple(int(one) for one in years[enough[row]]))
        levels = np.full(len(years), np.nan)
        levels[enough[row]] = own.levels
        fits[int(row)] = Fit(levels, own.pattern, own.deviations)
    return fits
