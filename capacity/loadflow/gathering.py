"""The compiled kernels of the statistics, which see every voltage of the year once (see ``kernels``)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.vectors import FREEDOM, LANES, any_above, any_at_least, any_below, larger, load, store

FAST = set(FREEDOM)

Block = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def extremes(
    voltage: Block, unknown: Reals, island: Ints, steps: Ints, low: Reals, low_step: Ints, high: Reals, high_step: Ints
) -> None:
    """Lowest and highest squared voltage per bus, the earliest step where equal.

    ``unknown`` is NaN per island and lane where a step is not to be counted, else zero.
    """
    squares = np.empty(LANES)
    for i in range(len(low)):
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        square = vr * vr + vi * vi + load(unknown, island[i])
        if any_below(square, low[i]) or any_above(square, high[i]):
            store(squares, 0, square)
            for k in range(LANES):
                if squares[k] < low[i]:
                    low[i], low_step[i] = squares[k], steps[k]
                if squares[k] > high[i]:
                    high[i], high_step[i] = squares[k], steps[k]


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def loadings(
    f: Ints,
    t: Ints,
    y: Reals,
    limits: Reals,
    island: Ints,
    voltage: Block,
    unknown: Reals,
    steps: Ints,
    width: int,
    span: int,
    top: Reals,
    top_step: Ints,
    count: Ints,
    first: Ints,
    last: Ints,
    longest: Ints,
) -> None:
    """The lines' currents of one block of ``width`` steps, and what they add to the statistics of ``span`` steps."""
    squares = np.empty(LANES)
    for line in range(len(f)):
        a, b = f[line], t[line]
        ar, ai, br, bi = load(voltage, 2 * a), load(voltage, 2 * a + 1), load(voltage, 2 * b), load(voltage, 2 * b + 1)
        fr = y[line, 0] * ar - y[line, 1] * ai + y[line, 2] * br - y[line, 3] * bi
        fi = y[line, 0] * ai + y[line, 1] * ar + y[line, 2] * bi + y[line, 3] * br
        tr = y[line, 4] * ar - y[line, 5] * ai + y[line, 6] * br - y[line, 7] * bi
        ti = y[line, 4] * ai + y[line, 5] * ar + y[line, 6] * bi + y[line, 7] * br
        square = larger(fr * fr + fi * fi, tr * tr + ti * ti) + load(unknown, island[a])
        if any_above(square, top[line, 2]):
            store(squares, 0, square)
            for k in range(width):
                if squares[k] > top[line, 2]:
                    _insert(top[line], top_step[line], squares[k], steps[k])
        for level in range(limits.shape[1]):
            if any_at_least(square, limits[line, level]):
                store(squares, 0, square)
                for k in range(width):
                    _count(
                        squares[k] >= limits[line, level],
                        span + k + 1,
                        count[line],
                        first[line],
                        last[line],
                        longest[line],
                        level,
                    )
            else:
                last[line, level] = 0


@njit(nogil=True, cache=True)
def _count(over: bool, steps: int, count: Ints, first: Ints, last: Ints, longest: Ints, level: int) -> None:
    """One more step, over a level or not; ``steps`` are all so far."""
    if over:
        count[level] += 1
        last[level] += 1
        longest[level] = max(longest[level], last[level])
        if last[level] == steps:
            first[level] = steps
    else:
        last[level] = 0


@njit(nogil=True, cache=True)
def _insert(top: Reals, top_step: Ints, square: float, step: int) -> None:
    """Put one value into a descending top three; equal values keep the order of their steps."""
    place = 3
    while place > 0 and square > top[place - 1]:
        place -= 1
    for k in range(2, place, -1):
        top[k], top_step[k] = top[k - 1], top_step[k - 1]
    if place < 3:
        top[place], top_step[place] = square, step
