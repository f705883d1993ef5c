"""Engine 1: backward/forward sweep over blocks of steps, for islands that are trees with one source.

With the coefficients of :mod:`capacity.loadflow.tree`, one iteration is two passes over the buses in depth-first
order, for a block of steps at once:

* backward (leaves to source): the current into the subtree of bus ``i`` at the present voltages,
  ``J_i = conj(S_i / V_i) + Y_i·V_i + Σ D_c·J_c`` over its children ``c``;
* forward (source to leaves): ``V_i = A_i·V_parent − B_i·J_i``.

It ends when no voltage of the island moved by more than ``TOLERANCE_PU`` in any lane. The change of one iteration
bounds the distance to the solution from above as long as the iteration contracts, which it does except next to
collapse. A lane that is not finite, falls below ``COLLAPSE_PU`` or has not settled after ``MAX_ITERATIONS`` is failed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.grid import Grid
from capacity.loadflow.lanes import FAILED, LANES, Block
from capacity.loadflow.tree import sweep_coefficients

TOLERANCE_PU = 1e-8
MAX_ITERATIONS = 200
COLLAPSE_PU = 0.1
FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Floating-point freedom that keeps NaN and infinity meaningful."""

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _backward(
    start: int, stop: int, parent: Ints, ab: Reals, shunt: Reals, power: Block, voltage: Block, current: Block
) -> None:
    """Currents into every subtree, accumulated into ``current`` (zero on entry)."""
    for i in range(stop - 1, start, -1):
        p = parent[i]
        g, b = shunt[i, 0], shunt[i, 1]
        dr, di = ab[i, 4], ab[i, 5]
        for k in range(LANES):
            vr, vi = voltage[i, 0, k], voltage[i, 1, k]
            sr, si = power[i, 0, k], power[i, 1, k]
            inverse = 1.0 / (vr * vr + vi * vi)
            jr = current[i, 0, k] + (sr * vr + si * vi) * inverse + g * vr - b * vi
            ji = current[i, 1, k] + (sr * vi - si * vr) * inverse + g * vi + b * vr
            current[i, 0, k] = jr
            current[i, 1, k] = ji
            current[p, 0, k] += dr * jr - di * ji
            current[p, 1, k] += dr * ji + di * jr


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _forward(start: int, stop: int, parent: Ints, ab: Reals, voltage: Block, current: Block, moved: Reals) -> None:
    """Voltages from the source down; ``moved`` is the largest squared change per lane; leaves ``current`` zero."""
    moved[:] = 0.0
    for i in range(start + 1, stop):
        p = parent[i]
        ar, ai, br, bi = ab[i, 0], ab[i, 1], ab[i, 2], ab[i, 3]
        for k in range(LANES):
            pr, pi = voltage[p, 0, k], voltage[p, 1, k]
            jr, ji = current[i, 0, k], current[i, 1, k]
            vr = ar * pr - ai * pi - br * jr + bi * ji
            vi = ar * pi + ai * pr - br * ji - bi * jr
            er, ei = vr - voltage[i, 0, k], vi - voltage[i, 1, k]
            voltage[i, 0, k] = vr
            voltage[i, 1, k] = vi
            current[i, 0, k] = 0.0
            current[i, 1, k] = 0.0
            square = er * er + ei * ei
            moved[k] = square if square > moved[k] else moved[k]  # max() would not be vectorised
    current[start] = 0.0


@njit(nogil=True, cache=True)
def _all_settled(moved: Reals, limit: float) -> bool:
    settled = True
    for k in range(LANES):
        settled = settled and moved[k] <= limit
    return settled


@njit(nogil=True, cache=True)
def _no_load(start: int, stop: int, parent: Ints, ab: Reals, voltage: Block, lane: int) -> None:
    """The start of a lane without a usable neighbour: voltages with no current."""
    for i in range(start + 1, stop):
        p = parent[i]
        pr, pi = voltage[p, 0, lane], voltage[p, 1, lane]
        voltage[i, 0, lane] = ab[i, 0] * pr - ab[i, 1] * pi
        voltage[i, 1, lane] = ab[i, 0] * pi + ab[i, 1] * pr


@njit(nogil=True, cache=True)
def solve_block(
    start: int,
    stop: int,
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    power: Block,
    voltage: Block,
    current: Block,
    status: npt.NDArray[np.uint8],
) -> int:
    """Solve one island for one block; the voltages given are the start, zeros mean none.

    ``voltage[start]`` holds the source. Lanes that fail are marked in ``status`` and become NaN.
    Returns the number of iterations.
    """
    for k in range(LANES):
        if stop > start + 1 and not (abs(voltage[start + 1, 0, k]) + abs(voltage[start + 1, 1, k]) > 0.0):
            _no_load(start, stop, parent, ab, voltage, k)
    moved = np.empty(LANES)
    current[start:stop] = 0.0
    iterations = 0
    settled = False
    while not settled and iterations < MAX_ITERATIONS:
        _backward(start, stop, parent, ab, shunt, power, voltage, current)
        _forward(start, stop, parent, ab, voltage, current, moved)
        settled = _all_settled(moved, TOLERANCE_PU * TOLERANCE_PU)
        iterations += 1
    for k in range(LANES):
        sound = moved[k] <= TOLERANCE_PU * TOLERANCE_PU
        for i in range(start, stop):
            square = voltage[i, 0, k] ** 2 + voltage[i, 1, k] ** 2
            sound = sound and square >= COLLAPSE_PU * COLLAPSE_PU and square < np.inf
        if not sound:
            status[k] = FAILED
            voltage[start:stop, :, k] = np.nan
    return iterations


class Radial:
    """The radial engine for some tree islands of a grid; keeps its scratch memory, so one per thread."""

    name = "radial"
    blocks = 1

    def __init__(self, grid: Grid, islands: tuple[int, ...]) -> None:
        sweep = sweep_coefficients(grid)
        self.islands = islands
        self._runs = [(grid.islands[number].start, grid.islands[number].stop) for number in islands]
        self._parent = sweep.parent
        self._coefficients = np.ascontiguousarray(
            np.stack([sweep.a, sweep.b, sweep.d], axis=1).view(np.float64).reshape(grid.n_bus, 6)
        )
        self._shunt = np.ascontiguousarray(sweep.shunt.view(np.float64).reshape(grid.n_bus, 2))
        self._current = np.zeros((grid.n_bus, 2, LANES))

    def solve(self, steps: Ints, power: Block, voltage: Block, status: npt.NDArray[np.uint8]) -> None:
        """See :class:`capacity.loadflow.engines.Engine`."""
        for block in range(len(voltage)):
            for number, (start, stop) in zip(self.islands, self._runs, strict=True):
                if block and not voltage[block, start + 1 : start + 2].any():
                    voltage[block, start + 1 : stop] = voltage[block - 1, start + 1 : stop, :, -1:]
                solve_block(
                    start,
                    stop,
                    self._parent,
                    self._coefficients,
                    self._shunt,
                    power[block],
                    voltage[block],
                    self._current,
                    status[number, block],
                )
