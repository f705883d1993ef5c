"""The largest load on one phase that keeps every limit in every step: predicted, bracketed, then confirmed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

Excess = Callable[[Reals, Ints], Reals]
"""Of loads (kVA) in steps (rows), pairwise: ``(n, n_watched)`` percent over the limit that counts; NaN unsolved."""

TRIED_AT_ONCE = 6
DECIDING_STEPS = 8
MOST_ROUNDS = 40


@dataclass(frozen=True)
class Found:
    """The room on one phase.

    Attributes
    ----------
    kva : NaN where a step has no solution before any limit breaks.
    step, column, excess_percent : what a load larger by the tolerance breaks; -1 and NaN where nothing does below
        the ceiling.
    """

    kva: float
    step: int = -1
    column: int = -1
    excess_percent: float = math.nan


def largest(excess: Excess, at_zero: Reals, ceiling_kva: float, tolerance_kva: float) -> Found:
    """Search from zero up: of several crossings the first one counts.

    Parameters
    ----------
    at_zero : ``(n_steps, n_watched)`` excess that counts without the load; NaN in steps without a solution.
    """
    steps = np.arange(len(at_zero))
    if np.isnan(at_zero).any():
        return Found(math.nan)
    probe = 0.25 * ceiling_kva
    after = excess(np.full(len(steps), probe), steps)
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = np.where(after > at_zero, -at_zero * probe / (after - at_zero), np.inf)
    predicted = np.where(np.isnan(after).any(axis=1), 0.0, np.nan_to_num(crossing, nan=0.0, posinf=np.inf).min(axis=1))
    deciding = np.argsort(predicted, kind="stable")[:DECIDING_STEPS]
    guess = float(predicted.min())
    low, high, found = 0.0, ceiling_kva, Found(ceiling_kva)
    for _ in range(MOST_ROUNDS):
        low, high, found = _bracket(excess, deciding, guess, low, high, found, tolerance_kva)
        everywhere = excess(np.full(len(steps), low), steps)
        broken = _worst(everywhere) > 0.0
        if low == 0.0 or not broken.any():
            break
        worst_first = steps[np.argsort(-_worst(everywhere), kind="stable")][:DECIDING_STEPS]
        deciding = np.union1d(deciding, worst_first[broken[worst_first]])
        guess, high, low, found = 0.5 * low, low, 0.0, _named(everywhere, steps, low)
    unsolved = found.step >= 0 and math.isnan(found.excess_percent)
    return Found(math.nan, found.step) if unsolved else Found(low, found.step, found.column, found.excess_percent)


def _bracket(
    excess: Excess, deciding: Ints, guess: float, low: float, high: float, found: Found, tolerance_kva: float
) -> tuple[float, float, Found]:
    """Narrow ``low`` (kept) and ``high`` (broken, or the ceiling) until they are within the tolerance."""
    near = [guess * (1.0 - d) for d in (0.03, 0.005, -0.005, -0.03)] if math.isfinite(guess) else []
    levels = np.array(sorted({*(one for one in near if low < one < high), *np.linspace(low, high, 4)[1:].tolist()}))
    while True:
        kva, rows = np.repeat(levels, len(deciding)), np.tile(deciding, len(levels))
        values = excess(kva, rows)
        broken = (_worst(values) > 0.0).reshape(len(levels), len(deciding)).any(axis=1)
        if broken.any():
            first = int(np.argmax(broken))
            mine = slice(first * len(deciding), (first + 1) * len(deciding))
            found = _named(values[mine], deciding, float(levels[first]))
            low, high = (float(levels[first - 1]) if first else low), float(levels[first])
        else:
            low = float(levels[-1])
        if high - low <= tolerance_kva:
            return low, high, found
        levels = np.linspace(low, high, TRIED_AT_ONCE + 2)[1 : -1 if found.step >= 0 else None]


def _worst(values: Reals) -> Reals:
    """The highest excess of each scenario; an unsolved one counts as broken without bound."""
    return np.where(np.isnan(values).any(axis=1), np.inf, np.nan_to_num(values, nan=0.0).max(axis=1))


def _named(values: Reals, steps: Ints, kva: float) -> Found:
    """What is broken most at a load, a limit before a step without solution."""
    solved = ~np.isnan(values).any(axis=1)
    worst = np.where(solved, np.nan_to_num(values, nan=0.0).max(axis=1), -np.inf)
    row = int(np.argmax(worst))
    if worst[row] > 0.0:
        return Found(kva, int(steps[row]), int(np.argmax(values[row])), float(values[row].max()))
    return Found(kva, int(steps[np.argmax(~solved)]))
