"""Engine 1: backward/forward sweep over blocks of steps, for islands that are trees with one source.

With the coefficients of :mod:`capacity.loadflow.tree`, one iteration is two passes over the buses in depth-first
order, for a block of steps at once:

* backward (leaves to source): the current into the subtree of bus ``i`` at the present voltages,
  ``J_i = conj(S_i / V_i) + Y_i·V_i + Σ D_c·J_c`` over its children ``c``;
* forward (source to leaves): ``V_i = A_i·V_parent − B_i·J_i``.

It ends when what is still to come, by the last two movements, is below ``TOLERANCE_PU`` in every lane (docs/method.md
derives it). A lane that is not finite, falls below ``COLLAPSE_PU`` or has not settled after ``MAX_ITERATIONS`` is
failed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from capacity.loadflow.grid import Grid
from capacity.loadflow.kernels import solve_block
from capacity.loadflow.lanes import LANES, Block, room
from capacity.loadflow.tree import sweep_coefficients

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


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
        self._current = room(grid.n_bus, 2, LANES)

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
