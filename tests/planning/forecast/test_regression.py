"""The regression finds what was put in, agrees with statsmodels, and is not bent by outages."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from forecast_cases import AS_OF, calendar, elements, history

from capacity.planning.forecast.regression import _robust, fit_series, pattern_columns
from capacity.planning.forecast.sequences import lay_out

ONE = {"T1": 400.0}


def fitted(frame, years=(-2, -1, 0)):
    laid = lay_out(frame, elements(ONE), calendar(), AS_OF, 5, 50.0)
    columns = pattern_columns(laid.days, 4)
    return laid, fit_series(laid.log_kva[0], columns, laid.year, years)


def test_fit_series__levels_and_pattern_are_found():
    laid, fit = fitted(history({"T1": 200.0}, growth=0.05, noise=0.02))
    assert np.diff(fit.levels) == pytest.approx(np.log(1.05), abs=0.006)
    day = {str(date.date()): place for place, date in enumerate(laid.dates)}
    # 2027: New Year's Day of the lunar calendar is 6 February; the surge moves with it
    surge = fit.pattern[day["2027-02-08"]] - fit.pattern[day["2027-03-15"]]
    expected = 0.4 - 0.1 + 0.2 * (np.cos(2 * np.pi * 23 / 365.25) - np.cos(2 * np.pi * 58 / 365.25))
    assert surge == pytest.approx(expected, abs=0.06)
    assert fit.pattern[day["2027-07-11"]] - fit.pattern[day["2027-07-09"]] == pytest.approx(-0.1, abs=0.02)


def test_fit_series__outages_do_not_bend_it():
    frame = history({"T1": 200.0}, noise=0.03)
    plain = fitted(frame)[1]
    hit = frame.sample(30, random_state=1).index
    frame.loc[hit, "s_max_kva"] *= 0.05
    bent = fitted(frame)[1]
    assert bent.levels == pytest.approx(plain.levels, abs=0.01)
    assert np.nanmin(bent.deviations) < -2.0  # what happened is kept, not hidden


def test_fit_series__what_is_not_seen_is_not_used():
    frame = history({"T1": 200.0})
    laid, fit = fitted(frame, years=(-2, -1))
    other = frame.copy()
    other.loc[other["date"] >= "2025-11-01", "s_max_kva"] *= 3.0
    assert fitted(other, years=(-2, -1))[1].pattern == pytest.approx(fit.pattern)
    assert np.isnan(fit.deviations[laid.days_of(0)]).all()


def test_fit_series__one_year_without_a_festival_or_noise():
    frame = history({"T1": 200.0}, noise=0.0, festival=0.0, season=0.0, growth=0.0)
    frame["s_max_kva"] = 100.0
    fit = fitted(frame)[1]
    assert fit.levels == pytest.approx(np.log(100.0))
    assert np.nanmax(np.abs(fit.deviations)) < 1e-9


def test_robust__is_the_estimate_of_statsmodels():
    random = np.random.default_rng(3)
    design = np.column_stack([np.ones(400), random.standard_normal((400, 5))])
    values = design @ np.arange(6.0) + 0.1 * random.standard_normal(400)
    values[::40] -= 4.0
    theirs = sm.RLM(values, design, M=sm.robust.norms.HuberT()).fit(maxiter=200, tol=1e-10)
    assert _robust(values, design) == pytest.approx(theirs.params, abs=1e-4)
