"""Statistics gathered while the year is solved: from bus voltages, whichever engine found them.

Loading is the current at the more loaded end. Three things are kept per line: the three highest steps, hours at or
above each of two levels (heavy load and overload, P2), and the longest run of such steps. A run ends where a step
failed: what happened there is unknown. Ranges of steps are gathered apart (one per thread) and merged; a run that
crosses the border is put together from the run at the end of one range and the run at the start of the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.gathering import extremes, loadings
from capacity.loadflow.lanes import PADDING, SOLVED, Block

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Statuses = npt.NDArray[np.uint8]

TOP = 3
LEVELS = 2
"""How many levels of loading have their hours and runs counted (P2): heavy load and overload."""


@dataclass(frozen=True)
class Runs:
    """Steps at or above a level, ``(n_lines, n_levels)`` each; ``first`` is the run that starts the range.

    ``last`` is the run that ends it; a range that is one single run has ``first == last == span``.
    """

    count: Ints
    first: Ints
    last: Ints
    longest: Ints


@dataclass(frozen=True)
class Gathered:
    """Statistics of a contiguous range of ``span`` steps.

    ``top_square`` are the three highest squared currents per line, kA², descending, NaN where there are fewer;
    ``top_step`` their steps, -1. ``low``/``high`` are squared voltages per bus, pu², NaN if never solved.
    """

    span: int
    top_square: Reals
    top_step: Ints
    runs: Runs
    low: Reals
    low_step: Ints
    high: Reals
    high_step: Ints


def nothing_gathered(n_lines: int, n_bus: int) -> Gathered:
    """Statistics of an empty range."""
    runs = Runs(*(np.zeros((n_lines, LEVELS), dtype=np.int64) for _ in range(4)))
    return Gathered(
        0,
        np.full((n_lines, TOP), np.nan),
        np.full((n_lines, TOP), -1, dtype=np.int64),
        runs,
        np.full(n_bus, np.nan),
        np.full(n_bus, -1, dtype=np.int64),
        np.full(n_bus, np.nan),
        np.full(n_bus, -1, dtype=np.int64),
    )


def merge(early: Gathered, late: Gathered) -> Gathered:
    """Statistics of two adjoining ranges as if gathered in one."""
    squares = np.concatenate([early.top_square, late.top_square], axis=1)
    steps = np.concatenate([early.top_step, late.top_step], axis=1)
    best = np.argsort(np.where(np.isnan(squares), np.inf, -squares), axis=1, kind="stable")[:, :TOP]
    low_late = (late.low < early.low) | np.isnan(early.low)
    high_late = (late.high > early.high) | np.isnan(early.high)
    return Gathered(
        early.span + late.span,
        np.take_along_axis(squares, best, axis=1),
        np.take_along_axis(steps, best, axis=1),
        _merge_runs(early, late),
        np.where(low_late, late.low, early.low),
        np.where(low_late, late.low_step, early.low_step),
        np.where(high_late, late.high, early.high),
        np.where(high_late, late.high_step, early.high_step),
    )


def _merge_runs(early: Gathered, late: Gathered) -> Runs:
    across = early.runs.last + late.runs.first
    return Runs(
        early.runs.count + late.runs.count,
        np.where(early.runs.first == early.span, early.span + late.runs.first, early.runs.first),
        np.where(late.runs.last == late.span, late.span + early.runs.last, late.runs.last),
        np.maximum(np.maximum(early.runs.longest, late.runs.longest), across),
    )


class Gatherer:
    """Takes blocks of voltages in the order of their steps; ``gathered`` is what they amount to so far.

    Parameters
    ----------
    f, t : the lines' electrical buses. ``two_port`` : ``(n_lines, 8)`` real and imaginary parts of Yff, Yft, Ytf, Ytt
        scaled so that they give kA. ``rating`` : kA, NaN where unknown.
    levels_percent : the two loadings, in percent of the rating, whose hours and runs are counted.
    island : island of every electrical bus.
    """

    def __init__(
        self, f: Ints, t: Ints, two_port: Reals, rating: Reals, levels_percent: tuple[float, float], island: Ints
    ) -> None:
        # in the order of their buses, so that lines seen one after the other look at voltages that lie together
        order = np.argsort(np.maximum(f, t), kind="stable")
        self._place = np.argsort(order)
        self._f, self._t, self._two_port, self._island = f[order], t[order], two_port[order], island
        levels = np.array(levels_percent) / 100.0 * rating[:, None]
        self._limits = np.where(levels > 0.0, levels * levels, np.inf)[order]
        empty = nothing_gathered(len(f), len(island))
        self._span = 0
        self._top = np.full_like(empty.top_square, -1.0)
        self._state = empty
        self._low = np.full(len(island), np.inf)
        self._high = np.full(len(island), -np.inf)

    def add(self, steps: Ints, voltage: Block, status: Statuses) -> None:
        """Take blocks of voltages: ``steps`` ``(n_blocks, LANES)``, ``status`` ``(n_islands, n_blocks, LANES)``."""
        state, runs = self._state, self._state.runs
        for block in range(len(voltage)):
            unknown = np.where(status[:, block] == SOLVED, 0.0, np.nan)
            extremes(
                voltage[block],
                unknown,
                self._island,
                steps[block],
                self._low,
                state.low_step,
                self._high,
                state.high_step,
            )
            width = int((status[0, block] != PADDING).sum())
            loadings(
                self._f,
                self._t,
                self._two_port,
                self._limits,
                self._island,
                voltage[block],
                unknown,
                steps[block],
                width,
                self._span,
                self._top,
                state.top_step,
                runs.count,
                runs.first,
                runs.last,
                runs.longest,
            )
            self._span += width

    @property
    def gathered(self) -> Gathered:
        """Statistics of everything added."""
        state, place, runs = self._state, self._place, self._state.runs
        return Gathered(
            self._span,
            np.where(state.top_step >= 0, self._top, np.nan)[place],
            state.top_step[place],
            Runs(runs.count[place], runs.first[place], runs.last[place], runs.longest[place]),
            np.where(state.low_step >= 0, self._low, np.nan),
            state.low_step,
            np.where(state.high_step >= 0, self._high, np.nan),
            state.high_step,
        )
