"""Drawn years: days take after days of their own kind, the festival takes its own along."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forecast_cases import AS_OF, CERTAIN, QUICK, calendar, elements, history

from capacity.planning.forecast.futures import annual_maxima, draw_deviations, years_with_deviations
from capacity.planning.forecast.growth import pooled_growth
from capacity.planning.forecast.regression import fit_series, pattern_columns
from capacity.planning.forecast.sequences import FESTIVAL, HOLIDAY, lay_out

ONE = {"T1": 400.0}


def laid_and_fitted(frame: pd.DataFrame, as_of: dt.date = AS_OF):
    laid = lay_out(frame, elements(ONE), calendar(), as_of, 5, 50.0)
    return laid, fit_series(laid.log_kva[0], pattern_columns(laid.days, 4), laid.year, laid.past_years)


def test_draw_deviations__a_day_takes_after_days_of_its_kind():
    laid, _ = laid_and_fitted(history({"T1": 200.0}))
    marked = laid.kind[: laid.past].astype(float)  # each day deviates by the number of its kind
    for year in (1, 2, 5):
        drawn = draw_deviations(laid, marked, year, QUICK, np.random.default_rng(1))
        assert (drawn == laid.kind[laid.days_of(year)]).all()


def test_draw_deviations__the_festival_takes_its_own_along():
    laid, _ = laid_and_fitted(history({"T1": 200.0}))
    away = laid.days["festival_day"].to_numpy(float)
    marked = np.where(laid.kind == FESTIVAL, away, 0.0)[: laid.past]
    drawn = draw_deviations(laid, marked, 3, QUICK, np.random.default_rng(1))
    days = laid.days_of(3)
    near = laid.kind[days] == FESTIVAL
    assert (drawn[:, near] == away[days][near]).all()


def test_draw_deviations__season_stays_season():
    laid, _ = laid_and_fitted(history({"T1": 200.0}))
    summer = np.isin(laid.dates.month[: laid.past], (6, 7, 8)).astype(float)
    drawn = draw_deviations(laid, summer, 1, QUICK, np.random.default_rng(1))
    days, plain = laid.days_of(1), laid.kind[laid.days_of(1)] != HOLIDAY  # few holidays: any of them stands in
    july, january = (laid.dates.month[days] == 7) & plain, (laid.dates.month[days] == 1) & plain
    assert (drawn[:, july] == 1.0).mean() > 0.95
    assert (drawn[:, january] == 0.0).all()


def test_draw_deviations__gaps_are_filled_never_zero():
    laid, _ = laid_and_fitted(history({"T1": 200.0}))
    gappy = np.full(laid.past, 7.0)
    gappy[laid.days_of(-1)] = np.nan
    gappy[-40:] = np.nan
    assert years_with_deviations(laid, gappy).tolist() == [-2, 0]
    assert (draw_deviations(laid, gappy, 1, QUICK, np.random.default_rng(1)) == 7.0).all()


def test_annual_maxima__a_factory_that_stops_does_not_exceed_itself():
    """Closed at the festival, full on working days: the jump back to work must not be added to a full day."""
    frame = history({"T1": 100.0}, noise=0.01, festival=0.0, season=0.0, growth=0.0)
    away = frame["date"].map(calendar().set_index("date")["festival_day"]).astype(float)
    frame.loc[away.between(-2, 7), "s_max_kva"] *= 0.15
    laid, fit = laid_and_fitted(frame)
    growth = pooled_growth(fit.levels[None, :], ["rural"], replace(CERTAIN, pool_least=1))
    drawn = annual_maxima(laid, 0, fit, growth, "regression", CERTAIN, after_year=0, years=3)
    assert drawn.max() < 112.0
    assert np.median(drawn) == pytest.approx(frame["s_max_kva"].max(), rel=0.04)


def test_annual_maxima__growth_compounds_on_the_last_level():
    frame = history({"T1": 100.0}, noise=0.0, growth=0.05, festival=0.0)
    laid, fit = laid_and_fitted(frame)
    growth = pooled_growth(fit.levels[None, :], ["rural"], replace(CERTAIN, pool_least=1))
    for model, yearly in (("regression", 1.05), ("last_year", 1.05), ("seasonal_naive", 1.0)):
        drawn = np.median(annual_maxima(laid, 0, fit, growth, model, CERTAIN, after_year=0, years=4), axis=0)
        highest = frame.loc[frame["date"] >= "2025-11-01", "s_max_kva"].max()
        assert drawn / highest == pytest.approx(yearly ** np.arange(1, 5), rel=0.01)
