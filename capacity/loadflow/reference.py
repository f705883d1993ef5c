"""Engine 3: pandapower itself, one ``runpp`` per step. Slow, and the measure of the other two."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandapower
import pandas as pd
from pandapower.auxiliary import LoadflowNotConverged

from capacity.loadflow.grid import PROFILED, RUNPP, Grid, bare_copy
from capacity.loadflow.lanes import FAILED, LANES, Block

if TYPE_CHECKING:
    from pandapower import pandapowerNet

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reference:
    """What pandapower needs beside injections.

    ``gen_profile`` is ``(n_gens, n_steps)`` factors of the generators' active power, None where all are constant.
    """

    net: pandapowerNet
    gen_profile: Reals | None = None


def solver_name() -> str:
    """The reference solver and its version, for the manifest."""
    return f"pandapower {version('pandapower')} runpp (Newton-Raphson, numba, without lightsim2grid)"


def run(net: pandapowerNet) -> bool:
    """Solve a network in place; False where it does not converge or gives no finite voltage."""
    try:
        pandapower.runpp(net, **RUNPP)
    except (LoadflowNotConverged, FloatingPointError, np.linalg.LinAlgError, ZeroDivisionError):
        return False
    energised = net.res_bus["vm_pu"].to_numpy()[net.bus["in_service"].to_numpy(bool)]
    return bool(np.isfinite(energised).any())


class PandapowerEngine:
    """The reference engine for some islands of a grid; one per thread (it keeps its own copy of the network).

    Loads, generators and storages are replaced by one load per electrical bus. Buses of islands that other engines
    solve carry none, so that their trouble does not stop this one.
    """

    name = "pandapower"
    blocks = 1

    def __init__(self, grid: Grid, islands: tuple[int, ...], reference: Reference) -> None:
        self.islands = islands
        self._grid = grid
        self._runs = [grid.islands[number] for number in islands]
        self._buses = np.concatenate([np.arange(island.start, island.stop) for island in self._runs])
        self._net, self._load_of_bus = _with_one_load_per_bus(grid, reference.net, self._buses)
        self._gen_base = self._net.gen["p_mw"].to_numpy(np.float64).copy()
        self._gen_profile = reference.gen_profile

    def solve(self, steps: Ints, power: Block, voltage: Block, status: npt.NDArray[np.uint8]) -> None:
        """See :class:`capacity.loadflow.engines.Engine`."""
        for block in range(len(voltage)):
            for lane in range(LANES):
                if (
                    lane
                    and steps[block, lane] == steps[block, lane - 1]
                    and (power[block, :, :, lane] == power[block, :, :, lane - 1]).all()
                ):
                    voltage[block, self._buses, :, lane] = voltage[block, self._buses, :, lane - 1]
                    status[:, block, lane] = status[:, block, lane - 1]
                    continue
                solved = self._step(int(steps[block, lane]), power[block, :, :, lane], voltage[block, :, :, lane])
                voltage[block, self._buses, 0, lane] = solved.real
                voltage[block, self._buses, 1, lane] = solved.imag
                self._mark(status[:, block, lane], solved)

    def _step(self, step: int, power: Reals, source: Reals) -> Complexes:
        """Voltages of the engine's buses in one step, NaN where pandapower does not converge."""
        grid, net = self._grid, self._net
        beyond_constants = (power[:, 0] + 1j * power[:, 1] - grid.constant)[self._load_of_bus] * grid.sn_mva
        net.load["p_mw"], net.load["q_mvar"] = beyond_constants.real, beyond_constants.imag
        if self._gen_profile is not None:
            net.gen["p_mw"] = self._gen_base * self._gen_profile[:, step]
        at = grid.bus_of[net.ext_grid["bus"].to_numpy(np.int64)]
        held = np.isin(at, self._buses)
        net.ext_grid.loc[held, "vm_pu"] = np.hypot(source[at[held], 0], source[at[held], 1])
        if not run(net):
            return np.full(len(self._buses), np.nan, dtype=np.complex128)
        arrays = net._ppc["bus"][grid.ppc_bus[self._buses]].real
        voltage: Complexes = arrays[:, 7] * np.exp(1j * np.deg2rad(arrays[:, 8]))
        return voltage

    def _mark(self, status: npt.NDArray[np.uint8], solved: Complexes) -> None:
        first = 0
        for island in self._runs:
            count = island.stop - island.start
            if not np.isfinite(solved[first : first + count]).all():
                status[island.number] = FAILED
            first += count


def _with_one_load_per_bus(grid: Grid, net: pandapowerNet, buses: Ints) -> tuple[pandapowerNet, Ints]:
    """A private copy of the network with one load at one pandapower bus of each electrical bus that has one."""
    own = bare_copy(net)
    known = np.flatnonzero(np.isin(grid.bus_of, buses))
    electrical, first = np.unique(grid.bus_of[known], return_index=True)
    percent = _voltage_dependence(grid, own, electrical)
    own.load = own.load.iloc[0:0]
    for table in PROFILED[1:]:
        own[table] = own[table].iloc[0:0]
    pandapower.create_loads(own, known[first], p_mw=np.zeros(len(first)), q_mvar=np.zeros(len(first)), **percent)
    return own, electrical


def _voltage_dependence(grid: Grid, net: pandapowerNet, electrical: Ints) -> dict[str, Reals]:
    """Each bus's shares of constant-impedance and constant-current load, averaged over its loads as pandapower does."""
    load = net.load[net.load["in_service"].astype(bool)]
    at = pd.Series(grid.bus_of[load["bus"].to_numpy(np.int64)], index=load.index)
    columns = [f"const_{kind}_{part}_percent" for kind in "zi" for part in "pq"]
    mean = load[columns].groupby(at).mean().reindex(electrical).fillna(0.0)
    return {column: mean[column].to_numpy(np.float64) for column in columns}


def fresh(net: pandapowerNet) -> pandapowerNet:
    """A private copy of the network to solve in."""
    own = copy.deepcopy(net)
    own.user_pf_options = {}
    return own
