"""The largest load on one phase that keeps every limit in every step: predicted, bracketed, then confirmed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Excess = Callable[[Reals, Ints], Reals]
"""Of loads (kVA) in steps (rows), pairwise: ``(n, n_watched)`` percent over the limit that counts; NaN unsolved."""

TRIED_AT_ONCE = 6
MORE_STEPS = 8
CURVED = 2.5
"""Before the probe a guess may be too small by this: near collapse the last part of a drop is twice a straight one."""


@dataclass(frozen=True)
class Found:
    """What the search came to.

    Attributes
    ----------
    kva : the largest load that keeps every limit; NaN where a step has no solution before any limit breaks.
    step, column, excess_percent : what a load larger by the tolerance breaks; -1 and NaN where nothing does below
        the ceiling.
    """

    kva: float
    step: int = -1
    column: int = -1
    excess_percent: float = math.nan


@dataclass(frozen=True)
class Search:
    """The search on one phase.

    Attributes
    ----------
    at_zero : ``(n_steps, n_watched)`` excess that counts without the load.
    broken : the same shape: broken without the load already, and made worse by it: no room (P9).
    deciding : the steps looked at while narrowing down.
    guess_kva, most_kva : where a straight line through a probe crosses the first limit, and what the room is at most:
        drops grow faster than straight, so beyond the probe the guess is too large, before it too small.
    found : once narrowed: what holds for the deciding steps, never less than what holds for all.
    confirmed : it holds for all steps.
    """

    excess: Excess
    at_zero: Reals
    broken: Bools
    ceiling_kva: float
    tolerance_kva: float
    deciding: Ints
    guess_kva: float
    most_kva: float
    found: Found | None = None
    confirmed: bool = False

    @property
    def kva(self) -> float:
        """The room as far as it is known: 0 where what binds was broken before; at most, of a guess."""
        one = self.found
        if one is None:
            return self.most_kva
        return 0.0 if one.column >= 0 and self.broken[one.step, one.column] else one.kva


def begun(
    excess: Excess,
    at_zero: Reals,
    broken: Bools,
    deciding: Ints,
    probe_kva: float,
    ceiling_kva: float,
    tolerance_kva: float,
) -> Search:
    """Guess the room from a probe in the steps that are likely to decide."""
    if np.isnan(at_zero).any():
        unsolved = Found(math.nan, int(np.flatnonzero(np.isnan(at_zero).any(axis=1))[0]))
        return Search(excess, at_zero, broken, ceiling_kva, tolerance_kva, deciding, 0.0, 0.0, unsolved, confirmed=True)
    probe, start = excess(np.full(len(deciding), probe_kva), deciding), at_zero[deciding]
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = np.where(probe > start, -start * probe_kva / (probe - start), np.inf)
    guess = math.inf if np.isnan(probe).any() else float(crossing.min())
    most = min(probe_kva, CURVED * guess) if guess < probe_kva else guess
    return Search(excess, at_zero, broken, ceiling_kva, tolerance_kva, deciding, guess, min(ceiling_kva, most))


def furthered(search: Search) -> Search:
    """One step on: narrowed down where it is a guess, else confirmed, or narrowed down again with more steps."""
    if search.found is None:
        return _narrowed(search, search.guess_kva, search.ceiling_kva, Found(search.ceiling_kva))
    return _confirmed(search, search.found)


def _confirmed(search: Search, found: Found) -> Search:
    """Look at every step: the same search where they all hold, else one that looks at those that do not, too."""
    if found.kva <= 0.0:
        return replace(search, confirmed=True)
    steps = np.arange(len(search.at_zero))
    everywhere = search.excess(np.full(len(steps), found.kva), steps)
    worst = _worst(everywhere)
    if not (worst > 0.0).any():
        return replace(search, confirmed=True)
    more = np.argsort(-worst, kind="stable")[:MORE_STEPS]
    deciding = np.union1d(search.deciding, more[worst[more] > 0.0]).astype(np.int64)
    return _narrowed(replace(search, deciding=deciding), math.inf, found.kva, _named(everywhere, steps, found.kva))


def _narrowed(search: Search, guess_kva: float, high: float, found: Found) -> Search:
    """Narrow what is kept (from zero) and what is broken (``high``, or the ceiling) down to the tolerance.

    The lowest load that breaks a limit counts, where limits are broken and kept in turn.
    """
    low, steps = 0.0, search.deciding
    near = [guess_kva * part for part in (0.9, 0.97, 0.995, 1.005)] if math.isfinite(guess_kva) else []
    levels = np.array(sorted({*(one for one in near if low < one < high), *np.linspace(low, high, 4)[1:].tolist()}))
    while True:
        values = search.excess(np.repeat(levels, len(steps)), np.tile(steps, len(levels)))
        broken = (_worst(values) > 0.0).reshape(len(levels), len(steps)).any(axis=1)
        if broken.any():
            first = int(np.argmax(broken))
            mine = slice(first * len(steps), (first + 1) * len(steps))
            low, high = (float(levels[first - 1]) if first else low), float(levels[first])
            found = _named(values[mine], steps, high)
        else:
            low = float(levels[-1])
        if high - low <= search.tolerance_kva:
            break
        levels = np.linspace(low, high, TRIED_AT_ONCE + 2)[1:-1]
    unsolved = found.step >= 0 and found.column < 0
    return replace(search, found=replace(found, kva=math.nan if unsolved else low), confirmed=unsolved)


def _worst(values: Reals) -> Reals:
    """The highest excess of each scenario; an unsolved one counts as broken without bound."""
    return np.where(np.isnan(values).any(axis=1), np.inf, np.nan_to_num(values, nan=0.0).max(axis=1))


def _named(values: Reals, steps: Ints, kva: float) -> Found:
    """What is broken most at a load; a limit before a step without solution."""
    solved = ~np.isnan(values).any(axis=1)
    worst = np.where(solved, np.nan_to_num(values, nan=0.0).max(axis=1), -np.inf)
    row = int(np.argmax(worst))
    if worst[row] > 0.0:
        return Found(kva, int(steps[row]), int(np.argmax(values[row])), float(values[row].max()))
    return Found(kva, int(steps[np.argmax(~solved)]))
