"""What breaks first in a network when its head's voltage moves: named when it is what binds somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.answer import KIND_WORD, Limit
from capacity.loadflow.additions.asking import TRANSFORMER
from capacity.loadflow.additions.own import NetworkBounds, kinds_of, network_year
from capacity.loadflow.additions.trunk import Above

if TYPE_CHECKING:
    from capacity.loadflow.additions.setting import Setting

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


class Elsewhere:
    """Names of weak points by network and step, found once."""

    def __init__(self, setting: Setting, head: Complexes, allowance: dict[int, Reals]) -> None:
        self._setting, self._head, self._allowance = setting, head, allowance
        self._known: dict[tuple[int, int], Limit] = {}

    def network_at(self, above: Above, bus: int, step: int, *, without: int) -> Limit | None:
        """The weak point of the network whose bound is the strictest at a trunk's bus; None if the trunk's own is."""
        column = int(np.searchsorted(above.steps, step))
        if column >= len(above.steps) or above.steps[column] != step:
            return None
        sense = self._setting.ask.sense
        strictest, network = float(above.bus_bound[bus]), -1
        for position in np.flatnonzero(above.trunk.heads == bus).tolist():
            number = int(above.trunk.networks[position])
            lowest = float(above.lowest[position, column])
            if number != without and (lowest - strictest) * sense > 0.0:
                strictest, network = lowest, number
        if network < 0:
            return None
        if (network, step) not in self._known:
            self._known[network, step] = self._weak_point(network, step, strictest)
        return self._known[network, step]

    def _weak_point(self, number: int, step: int, voltage_pu: float) -> Limit:
        setting = self._setting
        network = setting.model.networks[number]
        bus_bound = setting.local_bound(network.tree.bus, artificial=2)
        kind = kinds_of(network, bus_bound)
        bounds = NetworkBounds(bus_bound, self._allowance[number], kind)
        head = self._head[number][step : step + 1]
        moved = head / np.abs(head) * voltage_pu
        year = network_year(network, bounds, setting.loads, setting.ask, np.array([step]), moved, keep=False)
        n, allowance = network.tree.n_bus, self._allowance[number]
        left = allowance - year.extreme
        left[:n] *= -setting.ask.sense
        left = np.where((kind >= 0) & (kind != TRANSFORMER), left, np.inf)
        thing = int(np.argmin(left))
        if thing < n:
            return Limit(KIND_WORD[int(kind[thing])], "bus", int(network.tree.bus[thing]), step)
        return Limit(KIND_WORD[int(kind[thing])], "branch", int(network.tree.watch.element[thing - n]), step)
