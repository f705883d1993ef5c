"""Highest steps and longest runs, against a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capacity.rates.statistics import highest_steps, longest_run_steps, value_at

CURVES = arrays(
    np.float64, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=st.sampled_from([np.nan, 1, 2, 3, 4])
)


def test_highest_steps__named_order_and_earlier_first() -> None:
    curves = np.array([[1.0, 5.0, 5.0, np.nan, 4.0]])
    assert highest_steps(curves).tolist() == [[1, 2, 4]]


def test_highest_steps__fewer_values_than_asked() -> None:
    assert highest_steps(np.array([[np.nan, 7.0, np.nan]])).tolist() == [[1, -1, -1]]


def test_value_at__missing_position_is_missing_value() -> None:
    values = value_at(np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([1, -1]))
    assert values[0] == 4.0
    assert np.isnan(values[1])


@given(CURVES)
def test_longest_run_steps__equals_plain_loop(curves: np.ndarray) -> None:
    above = curves >= 3.0
    expected = []
    for row in above:
        best = run = 0
        for value in row:
            run = run + 1 if value else 0
            best = max(best, run)
        expected.append(best)
    assert longest_run_steps(above).tolist() == expected


@given(CURVES)
def test_highest_steps__first_is_the_maximum(curves: np.ndarray) -> None:
    top = value_at(curves, highest_steps(curves)[:, 0])
    for row, value in zip(curves, top, strict=True):
        assert (np.isnan(row).all() and np.isnan(value)) or value == np.nanmax(row)
