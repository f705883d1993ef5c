"""Growth of few years: pooled, drawn in, honest about what cannot be known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_cases import QUICK

from capacity.planning.forecast.growth import ALL, pooled_growth

RANDOM = np.random.default_rng(5)


def levels(growth: np.ndarray) -> np.ndarray:
    return np.cumsum(np.column_stack([np.full(len(growth), 5.0), growth]), axis=1)


def test_pooled_growth__mean_and_spreads_are_found():
    lasting = 0.02 * RANDOM.standard_normal(400)
    growth = 0.03 + lasting[:, None] + 0.01 * RANDOM.standard_normal((400, 2))
    found = pooled_growth(levels(growth), ["rural"] * 400, QUICK)
    pool = found.pools["rural"]
    assert pool.mean == pytest.approx(0.03, abs=0.003)
    assert pool.between == pytest.approx(0.02, rel=0.15)
    assert pool.own_years == pytest.approx(0.01, rel=0.15)
    guess = pool.mean + found.lasting
    truth = 0.03 + lasting
    own = np.nanmean(growth, axis=1)
    assert np.mean((guess - truth) ** 2) < np.mean((own - truth) ** 2)  # drawn in beats its own mean
    assert np.mean((guess - truth) ** 2) < np.mean((pool.mean - truth) ** 2)  # and the pool's


def test_pooled_growth__two_years_leave_much_unknown():
    growth = np.full((10, 1), 0.04)
    pool = pooled_growth(levels(growth), ["rural"] * 10, QUICK).pools["rural"]
    assert pool.mean == pytest.approx(0.04)
    assert pool.common_years == pytest.approx(0.03)  # the stated prior: nothing measured of it
    assert pool.mean_error == pytest.approx(0.03)
    longer = pooled_growth(levels(np.full((10, 6), 0.04)), ["rural"] * 10, QUICK).pools["rural"]
    assert longer.mean_error < 0.5 * pool.mean_error


def test_pooled_growth__small_classes_take_the_pool_of_all():
    growth = np.vstack([np.full((6, 2), 0.02), np.full((2, 2), 0.10)])
    found = pooled_growth(levels(growth), ["rural"] * 6 + ["town"] * 2, QUICK)
    assert found.pool_of == ("rural",) * 6 + (ALL,) * 2
    assert set(found.pools) == {"rural", ALL}


def test_pooled_growth__a_jump_is_no_growth():
    growth = 0.03 + 0.005 * RANDOM.standard_normal((40, 2))
    growth[7, 1] = 0.8
    found = pooled_growth(levels(growth), ["rural"] * 40, QUICK)
    assert found.pools["rural"].mean == pytest.approx(0.03, abs=0.005)
    assert found.jumped().tolist() == [7]
    assert found.lasting[7] == 0.0
    assert found.pools["rural"].shocks.max() > 0.3  # but jumps happen, and futures know


def test_pooled_growth__nothing_to_go_by():
    found = pooled_growth(np.full((3, 1), 5.0), ["rural"] * 3, QUICK)
    assert not found.pools
    assert not found.knows(0)


def test_pooled_growth__given_growth_takes_the_place_of_the_measured():
    given = pd.DataFrame({"area_class": ["rural"], "growth_percent": [5.0], "spread_percent": [1.0]})
    for years in (1, 3):
        found = pooled_growth(np.full((4, years), 5.0), ["rural", "rural", "rural", "town"], QUICK, given)
        assert found.pools["rural"].mean == pytest.approx(np.log(1.05))
        assert found.pools["rural"].mean_error == pytest.approx(0.01)
        assert found.knows(0)
    assert not pooled_growth(np.full((1, 1), 5.0), ["town"], QUICK, given).knows(0)


def test_futures__share_what_the_pool_shares_and_nothing_else():
    growth = np.full((10, 2), 0.03)
    found = pooled_growth(levels(growth), ["rural"] * 10, QUICK)
    one, other = found.futures(0, "T1", 5, QUICK), found.futures(1, "T2", 5, QUICK)
    assert one == pytest.approx(other)  # no spread of their own: the same years hit both
    assert one.shape == (QUICK.draws, 5)
    assert np.std(one[:, 4]) > np.std(one[:, 0]) > 0.0
    wide = pooled_growth(levels(0.03 + 0.05 * RANDOM.standard_normal((10, 2))), ["rural"] * 10, QUICK)
    apart = np.corrcoef(wide.futures(0, "T1", 1, QUICK)[:, 0], wide.futures(1, "T2", 1, QUICK)[:, 0])[0, 1]
    assert 0.0 < apart < 0.9
