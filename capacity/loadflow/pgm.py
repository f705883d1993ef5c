"""Engine 2: power-grid-model batches, for islands with loops or several sources.

The network goes over exactly as pandapower sees it, in one made-up voltage level (1 kV, so that power-grid-model's
base of 1 MVA makes one ohm one per unit): the transfer part of every two-port becomes a ``generic_branch`` with ratio
one and a phase shift, everything else in it joins the shunt of its buses. Only a two-port whose two transfer
admittances differ in size (an asymmetric impedance) has no such form.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from power_grid_model import CalculationMethod, ComponentType, DatasetType, PowerGridModel, initialize_array

from capacity.loadflow.grid import Grid, Island
from capacity.loadflow.lanes import FAILED, LANES, Block

Ints = npt.NDArray[np.int64]
Complexes = npt.NDArray[np.complex128]

BASE_VOLT = 1e3
BASE_WATT = 1e6
SOURCE_VA = 1e17
"""Short-circuit power of the sources: a drop below 1e-9 pu, as near to pandapower's ideal source as numbers allow."""
TOLERANCE_PU = 1e-10
MAX_ITERATIONS = 30
RECIPROCITY = 1e-9


def reciprocal(grid: Grid, island: Island) -> bool:
    """Whether every branch of an island has transfer admittances of equal size both ways."""
    rows = _rows(grid, island)
    forth, back = np.abs(grid.branches.yft[rows]), np.abs(grid.branches.ytf[rows])
    return bool(np.all(np.abs(forth - back) <= RECIPROCITY * np.maximum(forth, back)))


def _rows(grid: Grid, island: Island) -> Ints:
    f, t = grid.branches.f, grid.branches.t
    return np.flatnonzero((f >= island.start) & (f < island.stop) & (f != t))


class PowerGridModelEngine:
    """The pgm engine for one island; one per thread."""

    name = "pgm"
    blocks = 32

    def __init__(self, grid: Grid, number: int) -> None:
        self.islands: tuple[int, ...] = (number,)
        self._island = grid.islands[number]
        self._model = PowerGridModel(_network(grid, self._island))
        self._loads = np.setdiff1d(np.arange(self._island.start, self._island.stop), self._island.sources)
        self._first_id = 10 * (grid.n_bus + len(grid.branches.f))

    def solve(self, steps: Ints, power: Block, voltage: Block, status: npt.NDArray[np.uint8]) -> None:
        """See :class:`capacity.loadflow.engines.Engine`."""
        scenarios = len(voltage) * LANES
        result, failed = self._calculate(
            self._update(_scenarios(power[:, self._loads]), _scenarios(voltage[:, self._island.sources]))
        )
        size, angle = result["u_pu"], result["u_angle"]
        solved = size * np.exp(1j * angle)
        failed = failed | ~np.isfinite(solved).all(axis=1)
        solved[failed] = np.nan
        shaped = solved.reshape(len(voltage), LANES, -1).transpose(0, 2, 1)
        run = slice(self._island.start, self._island.stop)
        voltage[:, run, 0], voltage[:, run, 1] = shaped.real, shaped.imag
        status[self.islands[0]][failed.reshape(len(voltage), LANES)] = FAILED
        assert len(failed) == scenarios

    def _update(self, power: Complexes, source: Complexes) -> dict[ComponentType, Any]:
        """The batch: consumption of every bus and voltage of every source, one row per scenario."""
        loads = initialize_array(DatasetType.update, ComponentType.sym_load, power.shape)
        loads["id"] = self._first_id + self._loads
        loads["p_specified"], loads["q_specified"] = power.real * BASE_WATT, power.imag * BASE_WATT
        sources = initialize_array(DatasetType.update, ComponentType.source, source.shape)
        sources["id"] = self._first_id + self._island.sources
        sources["u_ref"], sources["u_ref_angle"] = np.abs(source), np.angle(source)
        return {ComponentType.sym_load: loads, ComponentType.source: sources}

    def _calculate(self, update: dict[ComponentType, Any]) -> tuple[dict[str, Any], npt.NDArray[np.bool_]]:
        """Node results of a batch and which scenarios failed (their memory is not initialised)."""
        failed = np.zeros(len(update[ComponentType.sym_load]), dtype=bool)
        result: Any = self._model.calculate_power_flow(
            calculation_method=CalculationMethod.newton_raphson,
            error_tolerance=TOLERANCE_PU,
            max_iterations=MAX_ITERATIONS,
            update_data=update,
            threading=-1,
            output_component_types={ComponentType.node: ["u_pu", "u_angle"]},
            continue_on_batch_error=True,
        )
        if self._model.batch_error is not None:
            failed[self._model.batch_error.failed_scenarios] = True
        return result[ComponentType.node], failed


def _scenarios(block: Block) -> Complexes:
    """Complex ``(n_scenarios, n_rows)`` of a block."""
    values = block[:, :, 0] + 1j * block[:, :, 1]
    return values.transpose(0, 2, 1).reshape(-1, block.shape[1])


def _network(grid: Grid, island: Island) -> dict[ComponentType, Any]:
    """power-grid-model's input for one island; a node's id is its electrical bus."""
    buses = np.arange(island.start, island.stop)
    rows = _rows(grid, island)
    first_id = 10 * (grid.n_bus + len(grid.branches.f))
    shunt = grid.shunt[island.start : island.stop].copy()
    nodes = initialize_array(DatasetType.input, ComponentType.node, len(buses))
    nodes["id"], nodes["u_rated"] = buses, BASE_VOLT
    return {
        ComponentType.node: nodes,
        ComponentType.generic_branch: _branches(grid, island, rows, shunt),
        ComponentType.shunt: _shunts(grid, buses, shunt),
        ComponentType.sym_load: _loads(np.setdiff1d(buses, island.sources), first_id),
        ComponentType.source: _sources(grid, island.sources, first_id),
    }


def _branches(grid: Grid, island: Island, rows: Ints, shunt: Complexes) -> Any:
    """Transfer part of the two-ports; what is left at either end is added to ``shunt``."""
    two = grid.branches
    shift = -0.5 * np.angle(two.ytf[rows] / two.yft[rows])
    series = -two.ytf[rows] * np.exp(1j * shift)
    turned = series.real < 0.0
    shift, series = np.where(turned, shift + np.pi, shift), np.where(turned, -series, series)
    np.add.at(shunt, two.f[rows] - island.start, two.yff[rows] - series)
    np.add.at(shunt, two.t[rows] - island.start, two.ytt[rows] - series)
    impedance = 1.0 / series
    branches = initialize_array(DatasetType.input, ComponentType.generic_branch, len(rows))
    branches["id"] = grid.n_bus + rows
    branches["from_node"], branches["to_node"] = two.f[rows], two.t[rows]
    branches["from_status"] = branches["to_status"] = 1
    branches["r1"], branches["x1"], branches["g1"], branches["b1"] = impedance.real, impedance.imag, 0.0, 0.0
    branches["k"], branches["theta"], branches["sn"] = 1.0, shift, BASE_WATT
    return branches


def _shunts(grid: Grid, buses: Ints, shunt: Complexes) -> Any:
    there = np.flatnonzero(shunt != 0.0)
    shunts = initialize_array(DatasetType.input, ComponentType.shunt, len(there))
    shunts["id"] = grid.n_bus + len(grid.branches.f) + buses[there]
    shunts["node"], shunts["status"] = buses[there], 1
    shunts["g1"], shunts["b1"] = shunt[there].real, shunt[there].imag
    return shunts


def _loads(buses: Ints, first_id: int) -> Any:
    loads = initialize_array(DatasetType.input, ComponentType.sym_load, len(buses))
    loads["id"], loads["node"], loads["status"], loads["type"] = first_id + buses, buses, 1, 0
    loads["p_specified"] = loads["q_specified"] = 0.0
    return loads


def _sources(grid: Grid, buses: Ints, first_id: int) -> Any:
    sources = initialize_array(DatasetType.input, ComponentType.source, len(buses))
    sources["id"], sources["node"], sources["status"] = first_id + buses, buses, 1
    sources["u_ref"] = np.abs(grid.source_voltage[buses])
    sources["u_ref_angle"] = np.angle(grid.source_voltage[buses])
    sources["sk"] = SOURCE_VA
    return sources
