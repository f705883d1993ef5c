"""Rounding and ranges at their edges: what is 160 on paper is 160, and unknown stays unknown."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.disclosure.rounding import NARROWEST_ROUNDINGS, range_of, rounded_down, wide_edges

BANDS = (0.0, 5.0, 50.0, 160.0, 315.0, 630.0, 1250.0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, 0.0), (4.999, 0.0), (5.0, 5.0), (9.99, 5.0), (159.99, 155.0), (160.0, 160.0), (164.99, 160.0),
        (160.0 * (1.0 - 1e-10), 160.0), (160.0 - 1e-6, 155.0), (0.1 + 0.2 + 4.7, 5.0), (12345.6, 12345.0),
    ],
)  # fmt: skip
def test_rounded_down__at_the_edges(value: float, shown: float) -> None:
    assert rounded_down([value], 5.0).tolist() == [shown]


def test_rounded_down__missing_stays_missing() -> None:
    assert math.isnan(rounded_down([math.nan], 5.0)[0])


@given(st.floats(0.0, 1e5), st.sampled_from([1.0, 5.0, 10.0, 0.5]))
def test_rounded_down__never_above_and_less_than_a_step_below(value: float, step: float) -> None:
    shown = float(rounded_down([value], step)[0])
    assert shown <= value * (1.0 + 1e-9) + 1e-9
    assert value - shown < step * (1.0 + 1e-9) + 1e-9


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (0.0, 0.0, 5.0), (4.999, 0.0, 5.0), (5.0, 5.0, 50.0), (49.99, 5.0, 50.0), (50.0, 50.0, 160.0),
        (159.999, 50.0, 160.0), (160.0, 160.0, 315.0), (160.0 * (1.0 - 1e-10), 160.0, 315.0), (1249.9, 630.0, 1250.0),
    ],
)  # fmt: skip
def test_range_of__at_the_edges(value: float, low: float, high: float) -> None:
    assert range_of(pd.Series([value]), BANDS).iloc[0].tolist() == [low, high]


def test_range_of__the_last_range_is_open_and_the_unknown_has_none() -> None:
    found = range_of(pd.Series([1250.0, 99999.0, math.nan]), BANDS)
    assert found["from"].tolist()[:2] == [1250.0, 1250.0]
    assert found["below"].isna().all()
    assert math.isnan(found["from"].iloc[2])


@given(st.floats(0.0, 3000.0))
def test_range_of__agrees_with_the_rounded_figure(value: float) -> None:
    """A reader who sees a figure and its range never sees one outside the other."""
    low, high = range_of(pd.Series([value]), BANDS).iloc[0]
    shown = float(rounded_down([value], 5.0)[0])
    assert low <= shown
    assert math.isnan(high) or shown < high


def test_wide_edges__no_range_is_narrow_and_the_threshold_of_p5_stays() -> None:
    edges = wide_edges(BANDS, 5.0)
    assert edges == (0.0, 50.0, 160.0, 315.0, 630.0, 1250.0)
    assert all(high - low >= NARROWEST_ROUNDINGS * 5.0 for low, high in pairwise(edges))
