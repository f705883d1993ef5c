"""How wrong the forecast was: made again without the days held back, compared with them and with the baseline.

With two years or more the last year is held back. The model of each series is chosen on the year before that one, never
on the held-back year. With one year alone every fourth week is held back in turn; that tests pattern and spread, not
growth, and the first turn serves the choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.planning.forecast.days import QUANTILES, DayForecast, last_years_days, model_days, naive_days
from capacity.planning.forecast.futures import annual_maxima
from capacity.planning.forecast.growth import Growth, pooled_growth
from capacity.planning.forecast.regression import Fit, fit_all, fit_series
from capacity.planning.forecast.sequences import Floats, Ints, Sequences
from capacity.tables.forecast import ForecastSettings

MODELS = ("regression", "last_year")
DEDICATED = "dedicated"
_WEEK = 7


@dataclass(frozen=True)
class Validation:
    """MAE over rating in percent on the validation days, per series and model of ``MODELS``; NaN without them."""

    error_percent: Floats

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which series could be validated."""
        return np.array([not np.isnan(own).any() for own in self.error_percent], dtype=bool)

    def chosen(self) -> list[str]:
        """The better model of each series; where none could be validated, the one that is better for most."""
        better = self.error_percent[:, 1] < self.error_percent[:, 0]
        known = self.known
        usual = MODELS[int(known.any() and better[known].mean() > 0.5)]
        return [MODELS[int(b)] if k else usual for b, k in zip(better, known, strict=True)]


def growth_at(
    sequences: Sequences, fits: dict[int, Fit], settings: ForecastSettings, assumed: pd.DataFrame | None = None
) -> Growth:
    """Pooled growth of what was fitted, one row per series of ``sequences``."""
    years = max((len(fit.levels) for fit in fits.values()), default=0)
    levels = np.full((len(sequences.elements), years), np.nan)
    for row, fit in fits.items():
        levels[row] = fit.levels
    return pooled_growth(levels, classes_of(sequences.elements), settings, assumed)


def classes_of(elements: pd.DataFrame) -> list[str]:
    """Area class of each transformer; dedicated ones are a class of their own."""
    own = elements["area_class"].astype("string").fillna("")
    return [str(one) for one in own.mask(elements["ownership"].eq(DEDICATED), DEDICATED)]


def validate(
    sequences: Sequences, columns: Floats, wanted: npt.NDArray[np.bool_], coverage_min_percent: float
) -> Validation:
    """Compare the models on year -1 by what was known before it; growth cannot be known yet, for neither."""
    errors = np.full((len(sequences.elements), len(MODELS)), np.nan)
    days = sequences.days_of(-1)
    for row, fit in fit_all(sequences, columns, wanted, -2, coverage_min_percent).items():
        actual = sequences.log_kva[row, days]
        naive = last_years_days(sequences.log_kva[row], int(days[0]), len(days))
        compared = ~np.isnan(actual) & ~np.isnan(naive)
        if compared.mean() * 100.0 >= coverage_min_percent:
            for number, guess in enumerate((fit.last_level + fit.pattern[days], naive)):
                errors[row, number] = np.abs(np.exp(guess) - np.exp(actual))[compared].mean()
    rated = sequences.elements["rated_kva"].to_numpy(np.float64)
    return Validation(100.0 * errors / rated[:, None])


def backtest_year(
    sequences: Sequences,
    columns: Floats,
    wanted: npt.NDArray[np.bool_],
    models: list[str],
    settings: ForecastSettings,
    coverage_min_percent: float,
) -> pd.DataFrame:
    """Year 0 forecast by what was known before it, one row per series (``tables.forecast.BACKTEST``)."""
    fits = fit_all(sequences, columns, wanted, -1, coverage_min_percent)
    growth = growth_at(sequences, fits, settings)
    days = sequences.days_of(0)
    rows = []
    for row, fit in fits.items():
        log_kva = sequences.log_kva[row]
        chosen = model_days(sequences, row, fit, growth, models[row], settings, year=0)
        naive = naive_days(log_kva, int(days[0]), len(days))
        known = growth if growth.knows(row) else _still(growth)
        maxima = annual_maxima(sequences, row, fit, known, models[row], settings, after_year=-1, years=1)[:, 0]
        low, middle, high = np.quantile(maxima, QUANTILES)
        found = _row(sequences, row, models[row], "year", days, chosen, naive)
        if found:
            last, before = (float(np.exp(sequences.highest_log_kva(y)[row])) for y in (0, -1))
            rows.append(
                {
                    **found,
                    "annual_max_kva": last,
                    "annual_max_p10_kva": low,
                    "annual_max_p50_kva": middle,
                    "annual_max_p90_kva": high,
                    "annual_max_naive_kva": before,
                }
            )
    return pd.DataFrame(rows)


def _still(growth: Growth) -> Growth:
    """No growth, where not even a class's is known: what a single year before the held-back one allows to say."""
    nothing = np.zeros((len(growth.pool_of), 1))
    settings = ForecastSettings(pool_least=1)
    return pooled_growth(np.hstack([nothing, nothing]), ["none"] * len(nothing), settings)


def backtest_weeks(
    sequences: Sequences, columns: Floats, wanted: npt.NDArray[np.bool_], settings: ForecastSettings
) -> tuple[pd.DataFrame, Validation]:
    """Each week of every ``weeks_apart`` held back in turn, against the same weekday of the week before it."""
    days = sequences.days_of(0)
    turn = (np.arange(len(days)) // _WEEK) % settings.weeks_apart
    rated = sequences.elements["rated_kva"].to_numpy(np.float64)
    errors = np.full((len(sequences.elements), len(MODELS)), np.nan)
    rows = []
    for row in np.flatnonzero(wanted).tolist():
        actual = sequences.log_kva[row, days]
        naive = np.concatenate([np.full(_WEEK, np.nan), actual[:-_WEEK]])
        fitted, spread = np.full(len(days), np.nan), np.full((2, len(days)), np.nan)
        for number in range(settings.weeks_apart):
            seen = sequences.log_kva[row].copy()
            seen[days[turn == number]] = np.nan
            fit = fit_series(seen, columns, sequences.year, (0,))
            fitted[turn == number] = (fit.last_level + fit.pattern[days])[turn == number]
            known = fit.deviations[~np.isnan(fit.deviations)]
            spread[:, turn == number] = np.quantile(known, (QUANTILES[0], QUANTILES[2]))[:, None]
        both = ~np.isnan(actual) & ~np.isnan(naive)
        tried, judged = both & (turn == 0), both & (turn != 0)
        for number, guess in enumerate((fitted, naive)):
            errors[row, number] = np.abs(np.exp(guess) - np.exp(actual))[tried].mean() / rated[row] * 100.0
        own = actual[judged] - naive[judged]
        low, high = np.quantile(own, (QUANTILES[0], QUANTILES[2]))
        last_week = DayForecast(np.where(judged, np.stack([naive + low, naive, naive + high]), np.nan))
        regression = DayForecast(np.where(judged, np.stack([fitted + spread[0], fitted, fitted + spread[1]]), np.nan))
        model = MODELS[int(errors[row, 1] < errors[row, 0])]
        chosen = regression if model == "regression" else last_week
        rows.append(_row(sequences, row, model, "weeks", days, chosen, last_week))
    return pd.DataFrame([row for row in rows if row]), Validation(errors)


def _row(
    sequences: Sequences, row: int, model: str, kind: str, days: Ints, chosen: DayForecast, naive: DayForecast
) -> dict[str, object]:
    element = sequences.elements.iloc[row]
    actual = np.exp(sequences.log_kva[row, days])
    ours, theirs = np.exp(chosen.log_quantiles), np.exp(naive.log_quantiles)
    compared = ~np.isnan(actual) & ~np.isnan(ours[1]) & ~np.isnan(theirs[1])
    if not compared.any():
        return {}
    dates = sequences.dates[days]
    told: dict[str, object] = {
        "transformer_id": element["transformer_id"],
        "area_class": element["area_class"],
        "ownership": element["ownership"],
        "kind": kind,
        "model": model,
        "held_back_from": dates[0],
        "held_back_until": dates[-1] + pd.Timedelta(days=1),
        "days": int(compared.sum()),
    }
    for name, quantiles in (("", ours), ("naive_", theirs)):
        told |= _measures(actual[compared], quantiles[:, compared], float(element["rated_kva"]), name)
    return told


def _measures(actual: Floats, quantiles: Floats, rated_kva: float, name: str) -> dict[str, float]:
    error = np.abs(quantiles[1] - actual)
    inside = (actual >= quantiles[0]) & (actual <= quantiles[2])
    spread_known = not np.isnan(quantiles[[0, 2]]).any()
    return {
        f"mae_{name}kva": float(error.mean()),
        f"mae_{name}percent": 100.0 * float(error.mean()) / rated_kva,
        f"mape_{name}percent": 100.0 * float((error / actual).mean()),
        f"pinball_{name}percent": 100.0 * pinball(actual, quantiles) / rated_kva if spread_known else np.nan,
        f"coverage_{name}percent": 100.0 * float(inside.mean()) if spread_known else np.nan,
    }


def pinball(actual: Floats, quantiles: Floats) -> float:
    """Mean pinball loss of the 10, 50 and 90 % quantiles, in the unit of the values (Koenker and Bassett 1978).

    >>> pinball(np.array([10.0]), np.array([[10.0], [10.0], [10.0]]))
    0.0
    >>> round(pinball(np.array([10.0]), np.array([[10.0], [8.0], [10.0]])), 4)  # (0 + 0.5 * 2 + 0) / 3
    0.3333
    """
    level = np.array(QUANTILES)[:, None]
    off = actual - quantiles
    return float(np.maximum(level * off, (level - 1.0) * off).mean())


def classes_that_lost(backtest: pd.DataFrame, classes: list[str], settings: ForecastSettings) -> tuple[str, ...]:
    """The classes for which the baseline was at least as good, by mean MAE over rating; small ones go with all.

    This is the acceptance of a whole class, not a choice between models: it looks at the held-back days.
    """
    if backtest.empty:
        return ()
    of_series = pd.Series(classes_of(backtest), index=backtest.index)
    worse = _lost(backtest)
    own = {name: _lost(part) for name, part in backtest.groupby(of_series) if len(part) >= settings.pool_least}
    return tuple(name for name in sorted(set(classes)) if own.get(name, worse))


def _lost(part: pd.DataFrame) -> bool:
    return bool(part["mae_percent"].mean() >= part["mae_naive_percent"].mean())


def summarised(backtest: pd.DataFrame) -> pd.DataFrame:
    """Means over all series and over each class (``tables.forecast.BACKTEST_SUMMARY``)."""
    if backtest.empty:
        return pd.DataFrame()
    public = backtest["ownership"].ne(DEDICATED)
    groups = {"all": backtest}
    for name, members in backtest[public].groupby("area_class", observed=True):
        groups[str(name)] = members
    if not public.all():
        groups[DEDICATED] = backtest[~public]
    kinds = {(name, kind): part for name, group in groups.items() for kind, part in group.groupby("kind")}
    several = backtest["kind"].nunique() > 1
    return pd.DataFrame(
        [
            {"group": f"{name} ({kind})" if several else name, "kind": kind, **_means(part)}
            for (name, kind), part in kinds.items()
        ]
    )


def _means(part: pd.DataFrame) -> dict[str, object]:
    plain = [f"{m}_{n}percent" for m in ("mae", "mape", "pinball", "coverage") for n in ("", "naive_")]
    actual = part.get("annual_max_kva", pd.Series(np.nan, index=part.index))
    yearly = actual.notna().any()
    told: dict[str, object] = {name: float(part[name].mean()) for name in plain}
    told |= {
        "series": len(part),
        "improved": int((part["mae_kva"] < part["mae_naive_kva"]).sum()),
        "beats_baseline": bool(part["mae_percent"].mean() < part["mae_naive_percent"].mean()),
    }
    if yearly:
        inside = (actual >= part["annual_max_p10_kva"]) & (actual <= part["annual_max_p90_kva"])
        told |= {
            "annual_error_percent": 100.0 * float(((part["annual_max_p50_kva"] - actual).abs() / actual).mean()),
            "annual_error_naive_percent": 100.0
            * float(((part["annual_max_naive_kva"] - actual).abs() / actual).mean()),
            "annual_coverage_percent": 100.0 * float(inside.mean()),
        }
    return told
