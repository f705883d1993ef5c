"""Which engine solves which island, and what every engine can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from capacity.errors import SolverError
from capacity.loadflow.grid import Grid, Island
from capacity.loadflow.lanes import Block
from capacity.loadflow.pgm import PowerGridModelEngine, reciprocal
from capacity.loadflow.radial import Radial
from capacity.loadflow.reference import PandapowerEngine

if TYPE_CHECKING:
    from capacity.loadflow.reference import Reference

Choice = Literal["auto", "radial", "pgm", "pandapower"]
Ints = npt.NDArray[np.int64]
ASYMMETRIC = "impedances that differ by direction"


class Engine(Protocol):
    """Turns bus injections into bus voltages for the islands it was built for. One per thread."""

    name: str
    islands: tuple[int, ...]
    blocks: int
    """How many blocks of steps it likes to be given at once."""

    def solve(self, steps: Ints, power: Block, voltage: Block, status: npt.NDArray[np.uint8]) -> None:
        """Fill ``voltage`` at the buses of the engine's islands.

        Parameters
        ----------
        steps : ``(n_blocks, LANES)`` positions in the window.
        power : ``(n_blocks, n_bus, 2, LANES)`` consumption at the buses, pu.
        voltage : as ``power``. Source buses hold the source voltage; the rest may hold a start, or zeros.
        status : uint8 ``(n_islands, n_blocks, LANES)``: lanes that do not converge become ``FAILED`` and their
            voltages NaN.
        """
        ...


def choose(grid: Grid, wanted: Choice) -> dict[int, tuple[str, str]]:
    """Engine and reason per island number.

    Raises
    ------
    SolverError
        If the engine asked for cannot represent an island exactly.
    """
    return {island.number: _chosen(grid, island, wanted) for island in grid.islands}


def _chosen(grid: Grid, island: Island, wanted: Choice) -> tuple[str, str]:
    if wanted == "pandapower":
        return "pandapower", "asked for"
    if wanted == "auto":
        if island.beyond:
            return "pandapower", f"it holds {island.beyond}"
        if island.tree:
            return "radial", "a tree with one source"
        if not reciprocal(grid, island):
            return "pandapower", f"{_meshed(island)} and holds {ASYMMETRIC}"
        return "pgm", _meshed(island)
    if island.beyond:
        raise SolverError(wanted, island.number, f"it holds {island.beyond}, which only pandapower solves")
    if wanted == "radial" and not island.tree:
        raise SolverError("radial", island.number, f"{_meshed(island)}: open the loops or use engine 'pgm' or 'auto'")
    if wanted == "pgm" and not reciprocal(grid, island):
        raise SolverError("pgm", island.number, f"it holds {ASYMMETRIC}: use engine 'pandapower' or 'auto'")
    return wanted, "asked for"


def _meshed(island: Island) -> str:
    sources = len(island.sources)
    return "it is meshed" if sources == 1 else f"it is fed by {sources} external grids"


def make_engines(grid: Grid, chosen: dict[int, tuple[str, str]], reference: Reference) -> list[Engine]:
    """Engines for all islands; call once per thread, they keep scratch memory."""

    def of(name: str) -> tuple[int, ...]:
        return tuple(number for number, (engine, _) in chosen.items() if engine == name)

    engines: list[Engine] = []
    if of("radial"):
        engines.append(Radial(grid, of("radial")))
    engines.extend(PowerGridModelEngine(grid, number) for number in of("pgm"))
    if of("pandapower"):
        engines.append(PandapowerEngine(grid, of("pandapower"), reference))
    return engines
