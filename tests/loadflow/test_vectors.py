"""Sixteen numbers as one value compute what sixteen numbers compute, wherever they lie in memory."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from capacity.loadflow.lanes import room
from capacity.loadflow.vectors import (
    ALIGNMENT,
    LANES,
    any_above,
    any_at_least,
    any_below,
    in_all_lanes,
    larger,
    load,
    nan_unless_between,
    store,
)

Reals = npt.NDArray[np.float64]


def rows() -> Reals:
    out = np.random.default_rng(1).normal(size=(3, LANES))
    out[0, 3] = np.nan
    return out


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_arithmetic__lane_by_lane_and_with_numbers(operation: Callable[..., Any]) -> None:
    @njit  # type: ignore[untyped-decorator]
    def compute(values: Reals, out: Reals, number: float, whole: int) -> None:
        one, other = load(values, 0), load(values, 1)
        store(out, 0, operation(one, other))
        store(out, 1, operation(number, one))
        store(out, 2, operation(one, whole))

    values, out = rows(), np.empty((3, LANES))
    compute(values, out, 2.5, 3)
    expected = [operation(values[0], values[1]), operation(2.5, values[0]), operation(values[0], 3)]
    np.testing.assert_allclose(out, expected, rtol=1e-15)
    assert np.isnan(out[:, 3]).all()


def test_larger__passes_over_what_is_unknown() -> None:
    @njit  # type: ignore[untyped-decorator]
    def compute(values: Reals, out: Reals) -> None:
        store(out, 0, larger(load(values, 0), load(values, 1)))
        store(out, 1, in_all_lanes(7.0))
        store(out, 2, 9.0)

    values, out = rows(), np.empty((3, LANES))
    compute(values, out)
    np.testing.assert_array_equal(out[0], np.fmax(values[0], values[1]))
    assert (out[1] == 7.0).all()
    assert (out[2] == 9.0).all()


def test_nan_unless_between__lower_end_included() -> None:
    @njit  # type: ignore[untyped-decorator]
    def compute(values: Reals, out: Reals) -> None:
        store(out, 0, nan_unless_between(load(values, 0), 1.0, np.inf))

    values = np.full(LANES, 1.0)
    values[:4] = np.nan, np.inf, 0.999, -np.inf
    out = np.empty(LANES)
    compute(values, out)
    np.testing.assert_array_equal(out, np.where(np.arange(LANES) < 4, np.nan, 1.0))


@pytest.mark.parametrize(
    ("question", "number", "expected"),
    [
        (any_above, 2.0, False),
        (any_above, 1.9, True),
        (any_at_least, 2.0, True),
        (any_at_least, 2.1, False),
        (any_below, 1.0, False),
        (any_below, 1.1, True),
    ],
)
def test_any_lane__equality_counts_only_where_it_says_so(question: Any, number: float, expected: bool) -> None:
    @njit  # type: ignore[untyped-decorator]
    def compute(values: Reals, limit: float) -> bool:
        answer: bool = question(load(values, 0), limit)
        return answer

    values = np.full(LANES, 1.5)
    values[[0, 7, LANES - 1]] = np.nan, 1.0, 2.0
    assert compute(values, number) is expected
    assert compute(np.full(LANES, np.nan), number) is False


def test_load__refuses_what_has_no_rows_of_lanes() -> None:
    @njit  # type: ignore[untyped-decorator]
    def compute(values: Any, out: Reals) -> None:
        store(out, 0, load(values, 0))

    out = np.empty(LANES)
    for unfit in (np.ones((LANES, 2))[:, 0], np.ones(LANES, dtype=np.float32)):
        with pytest.raises(Exception, match="load"):
            compute(unfit, out)


def test_room__begins_on_a_cache_line() -> None:
    blocks = [room(2, 5, 2, LANES) for _ in range(7)]
    assert all(block.ctypes.data % ALIGNMENT == 0 and block.shape == (2, 5, 2, LANES) for block in blocks)
