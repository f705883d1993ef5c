"""One thread's engines: consumption in, voltages out, for all islands of the grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from capacity.loadflow.engines import make_engines
from capacity.loadflow.grid import Grid
from capacity.loadflow.lanes import SOLVED, Block, room
from capacity.loadflow.reference import Reference

Ints = npt.NDArray[np.int64]
Complexes = npt.NDArray[np.complex128]
Statuses = npt.NDArray[np.uint8]


class Worker:
    """Engines for every island of a grid, with their scratch memory; one per thread.

    Parameters
    ----------
    source_voltage : ``(n_sources, n_steps)`` or ``(n_sources, 1)`` complex voltages of the grid's source buses, pu.
    """

    def __init__(
        self, grid: Grid, chosen: dict[int, tuple[str, str]], reference: Reference, source_voltage: Complexes
    ) -> None:
        self._engines = make_engines(grid, chosen, reference)
        self._sources = source_buses(grid)
        self._source_voltage = source_voltage
        self._grid = grid
        self.blocks = max(engine.blocks for engine in self._engines)

    def solve(self, steps: Ints, power: Block, start: Block | None = None) -> tuple[Block, Statuses]:
        """Voltages ``(n_blocks, n_bus, 2, LANES)`` of steps ``(n_blocks, LANES)`` and each island's status.

        ``start`` are voltages of the same shape to begin with.
        """
        voltage = room(*power.shape)
        voltage[:] = 0.0 if start is None else start
        return voltage, self.solve_over(steps, power, voltage)

    def solve_over(self, steps: Ints, power: Block, voltage: Block) -> Statuses:
        """Solve as :meth:`solve` does, from the voltages given and into their place."""
        at = self._source_voltage[:, steps if self._source_voltage.shape[1] > 1 else np.zeros_like(steps)]
        voltage[:, self._sources, 0] = at.real.transpose(1, 0, 2)
        voltage[:, self._sources, 1] = at.imag.transpose(1, 0, 2)
        status = np.full((len(self._grid.islands), *steps.shape), SOLVED, dtype=np.uint8)
        for engine in self._engines:
            engine.solve(steps, power, voltage, status)
        return status


def source_buses(grid: Grid) -> Ints:
    """The grid's source buses, island by island."""
    return np.concatenate([island.sources for island in grid.islands])
