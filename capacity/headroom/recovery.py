"""How much better than at its lowest step of the year a bus stands in each month and hour of the day (P8)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.grid import Grid
from capacity.headroom.transformers import cells_of

Curves = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CREDIT = 0.9
"""Part of the first-order estimate of a voltage's recovery that is counted on."""


class Year:
    """The steps of the window by month and hour: ``highest(curves)`` over each cell, ``(n, n_cells)``."""

    def __init__(self, timestamps: pd.DatetimeIndex, cells: pd.MultiIndex) -> None:
        self.n_cells = len(cells)
        number = cells.get_indexer(cells_of(timestamps))
        self._order = np.argsort(number, kind="stable")
        self._starts = np.searchsorted(number[self._order], np.arange(len(cells)))

    def highest(self, curves: npt.NDArray[np.floating]) -> Floats:
        """The highest value of each curve (``(n, n_steps)``) in each cell; NaN where a step of the cell is."""
        return np.maximum.reduceat(curves[:, self._order], self._starts, axis=1).astype(np.float64)


class Recovery:
    """First-order voltage losses of supply paths over the year, kept for the next question.

    The loss over a branch is ``R·P + X·Q`` with the power of the distribution transformers below it; loads at 10 kV and
    losses of power are not in it.
    """

    def __init__(self, grid: Grid, year: Year) -> None:
        self._tree, self._flows, self._year = grid.outlook.tree, grid.solved.transformers, year
        self.n_cells = year.n_cells
        trafos = grid.case.topology.trafos.loc[self._flows.index]
        live = trafos["kind"].eq("distribution").to_numpy() & (trafos["island"].to_numpy() >= 0)
        self._rows = np.flatnonzero(live)
        lv_bus = grid.case.net.trafo.loc[self._flows.index[self._rows], "lv_bus"].to_numpy()
        self._busbars = self._tree.positions(lv_bus)
        self._paths = self._tree.paths(self._busbars)
        self._is_busbar = np.isin(np.arange(len(self._tree.buses)), self._busbars)
        voltages = grid.solved.buses.reindex(self._tree.buses)
        self._highest = voltages["voltage_max_pu"].to_numpy(np.float64)
        self._lowest = voltages["voltage_min_pu"].to_numpy(np.float64)
        self._branch: dict[int, Curves] = {}
        self._foot: dict[int, tuple[Curves, Floats]] = {}

    def least(self, positions: Ints, lowest_at: Ints, lowest_pu: Floats) -> Floats:
        """By how much (pu) each bus stands higher in each cell at least, ``(n, n_cells)``; never less than nothing.

        Parameters
        ----------
        positions : of the buses in the supply tree.
        lowest_at, lowest_pu : step and value of the lowest voltage of the year of each.
        """
        better = np.zeros((len(positions), self._year.n_cells))
        feet = np.array([self._foot_of(position) for position in positions], dtype=np.int64)
        for foot in np.unique(feet).tolist():
            mine = np.flatnonzero(feet == foot)
            loss, cells = self._loss(foot)
            source = self._tree.paths(np.array([foot]))[0][-1]
            unsteady = self._highest[source] - self._lowest[source]
            gain = CREDIT * (loss[lowest_at[mine]].astype(np.float64)[:, None] - cells[None, :]) - unsteady
            if self._is_busbar[foot]:
                gain -= self._own_network(foot, lowest_at[mine], lowest_pu[mine])
            better[mine] = np.maximum(np.nan_to_num(gain, nan=0.0), 0.0)
        return better

    def _foot_of(self, position: int) -> int:
        """The LV busbar above an LV bus; an MV bus itself."""
        path = self._tree.paths(np.array([position]))[0]
        busbars = path[self._is_busbar[path]]
        return int(busbars[0]) if len(busbars) else position

    def _own_network(self, foot: int, lowest_at: Ints, lowest_pu: Floats) -> Floats:
        """What the LV network below a busbar may lose more in each cell than at each bus's lowest step."""
        here = self._rows[self._busbars == foot]
        kva = np.hypot(self._flows.p_hv_kw[here].sum(axis=0), self._flows.q_hv_kvar[here].sum(axis=0))
        most = self._year.highest(kva[None, :])
        more = np.maximum(most / np.maximum(kva[lowest_at], 1e-9)[:, None] - 1.0, 0.0)
        found: Floats = np.maximum(self._highest[foot] - lowest_pu, 0.0)[:, None] * more
        return found

    def _loss(self, foot: int) -> tuple[Curves, Floats]:
        """Loss from the source to a bus: per step, and the highest of each cell."""
        if foot not in self._foot:
            path = self._tree.paths(np.array([foot]))[0]
            branches = path[np.abs(self._tree.impedance[path]) > 0.0]
            loss = np.sum([self._branch_loss(int(branch)) for branch in branches], axis=0, dtype=np.float32)
            loss = np.broadcast_to(loss, self._flows.p_hv_kw.shape[1:])
            self._foot[foot] = loss, self._year.highest(loss[None, :])[0]
        return self._foot[foot]

    def _branch_loss(self, branch: int) -> Curves:
        if branch not in self._branch:
            below = self._rows[(self._paths == branch).any(axis=1)]
            z = self._tree.impedance[branch]
            p_kw, q_kvar = self._flows.p_hv_kw[below].sum(axis=0), self._flows.q_hv_kvar[below].sum(axis=0)
            self._branch[branch] = (z.real * p_kw + z.imag * q_kvar).astype(np.float32)
        return self._branch[branch]
