"""What a search found, in the words of tables: elements by id, steps by time, values in volts, percent and kVA."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.loadflow.additions.answer import Limit
from capacity.loadflow.additions.asking import VOLTAGE
from capacity.loadflow.additions.elsewhere import Elsewhere
from capacity.loadflow.additions.own import NetworkBounds, network_year
from capacity.loadflow.additions.settled import named_limit
from capacity.loadflow.additions.trunk import Above
from capacity.loadflow.connections.sites import Limits, Site
from capacity.loadflow.connections.standing import Standing
from capacity.loadflow.connections.states import After, Fullest
from capacity.tables.connection import Binding

NEW_CUSTOMER = "NEW customer"
UNITS = {"voltage": "V", "voltage_min": "V", "substation_loading": "kVA"}


@dataclass(frozen=True)
class Names:
    """Names what is limited around a site; ``transformer_percent`` is how far its transformers may be loaded."""

    standing: Standing
    site: Site
    above: Above
    elsewhere: Elsewhere
    limits: Limits
    transformer_percent: float

    def binding(self, limit: Limit, value: float = math.nan, bound: float = math.nan) -> Binding | None:
        """A limit as tables know it; None where nothing binds."""
        if not limit.table:
            return None
        criterion = self._criterion(limit)
        new = limit.table == "new" or (limit.table == "bus" and limit.place < 0)
        at = self._moment(limit.step)
        return Binding(criterion, self._element(limit), at, value, bound, UNITS.get(criterion, "%"), new)

    def new_part(self, full: Fullest) -> Binding:
        """What would be built itself, too full."""
        part = self.site.part(full.element)
        bound = self._new_percent(part)
        return Binding(
            self._new_criterion(part), f"NEW {part}", self._moment(full.step), full.rate * bound, bound, "%", new=True
        )

    def broken(self, after: After, thing: int, lane: int) -> Binding:
        """A broken thing of the joint tree at the lane where it is worst, with its value."""
        trunk, network = self.above.trunk, self.site.network
        n, m = trunk.tree.n_bus, network.tree.n_bus
        buses, branches = n + m - 2, len(trunk.tree.watch.child)
        step = int(after.step[lane])
        if thing >= buses + branches and network.tree.watch.element[thing - buses - branches] < -1:
            row = thing - buses - branches
            rate = float(after.rate[thing - buses, lane])
            return self.new_part(Fullest(int(network.tree.watch.element[row]), rate, step))
        kind = int(after.state.kinds[thing])
        limit = named_limit(self.standing.setting, network, self.above, thing, step, kind, self.elsewhere)
        value, bound = self._value(after, thing, lane, limit)
        found = self.binding(limit, value, bound)
        assert found is not None  # a thing has a name
        return found

    def _value(self, after: After, thing: int, lane: int, limit: Limit) -> tuple[float, float]:
        """Value and limit of a thing, in the unit of its criterion."""
        setting, trunk = self.standing.setting, self.above.trunk
        n, buses = trunk.tree.n_bus, trunk.tree.n_bus + self.site.network.tree.n_bus - 2
        if thing < buses:
            vn_kv = self._vn_kv(thing)
            own = n <= thing or (limit.kind == "voltage" and limit.place == int(trunk.tree.bus[thing]))
            if not own:
                return self._weak_value(limit, thing, lane, after)
            return 1000.0 * vn_kv * float(after.size[thing, lane]), 1000.0 * vn_kv * float(after.bound[thing, lane])
        row, rate = thing - buses, float(after.rate[thing - buses, lane])
        if limit.table == "substation":
            bound = float(setting.bounds.substation_kva.get(setting.substation_ids[limit.place], math.nan))
            return rate * bound, bound
        element = int(setting.grid.branches.element[limit.place])
        if limit.kind == "transformer_loading":
            return rate * self.transformer_percent, self.transformer_percent
        bound = float(setting.bounds.line_percent.get(element, math.nan))
        if row < len(trunk.tree.watch.child):  # a section over its limit already is held to a little above where it is
            stated = setting.model.trunks[trunk.number].tree.watch.scale[row, 0]
            bound *= float(stated / trunk.tree.watch.scale[row, 0])
        return rate * bound, bound

    def _weak_value(self, limit: Limit, thing: int, lane: int, after: After) -> tuple[float, float]:
        """What a limit inside another network comes to when its head has the voltage found."""
        setting = self.standing.setting
        if limit.table != "bus":
            return math.nan, math.nan
        number = int(setting.model.network_of[limit.place])
        network, step = setting.model.networks[number], int(after.step[lane])
        head = self.standing.base.head[number][step : step + 1]
        moved = head / np.abs(head) * float(after.size[thing, lane])
        bound, allowance = setting.local_bound(network.tree.bus, artificial=2), self.standing.found[number].allowance
        kind = np.full(len(allowance), -1, dtype=np.int64)
        kind[2 : network.tree.n_bus] = VOLTAGE
        bounds = NetworkBounds(bound, allowance, kind)
        year = network_year(network, bounds, setting.loads, setting.ask, np.array([step]), moved, keep=False)
        local = int(np.flatnonzero(network.tree.bus == limit.place)[-1])
        volts = 1000.0 * float(setting.grid.base_kv[limit.place])
        return volts * float(year.extreme[local]), volts * float(allowance[local])

    def _vn_kv(self, thing: int) -> float:
        trunk, network, grid = self.above.trunk, self.site.network, self.standing.setting.grid
        n = trunk.tree.n_bus
        bus = trunk.tree.bus[thing] if thing < n else network.tree.bus[thing - n + 2]
        if bus >= 0:
            return float(grid.base_kv[bus])
        return self.site.new_vn_kv[thing - n + 2 - network.tree.n_bus]

    def _criterion(self, limit: Limit) -> str:
        if limit.table == "new":
            return self._new_criterion(self.site.part(limit.place))
        return "voltage_min" if limit.kind == "voltage" else limit.kind

    def _new_criterion(self, part: str) -> str:
        if part == "transformer":
            return "transformer_loading"
        at_mv = part == "line" and self.site.new_vn_kv[0] > 1.0
        return "section_loading" if at_mv else "line_loading"

    def _new_percent(self, part: str) -> float:
        if part == "transformer":
            return self.transformer_percent
        at_mv = self._new_criterion(part) == "section_loading"
        return self.limits.mv_line_percent if at_mv else self.limits.lv_line_percent

    def _element(self, limit: Limit) -> str:
        setting, topology = self.standing.setting, self.standing.setting.case.topology
        if limit.table == "new":
            return f"NEW {self.site.part(limit.place)}"
        if limit.table == "bus":
            return self.standing.node_of_bus.get(limit.place, NEW_CUSTOMER)
        if limit.table == "substation":
            return setting.substation_ids[limit.place]
        branches = setting.grid.branches
        names = topology.lines["line_id"] if branches.kind[limit.place] == "line" else topology.trafos["trafo_id"]
        return str(names.get(int(branches.element[limit.place]), "?"))

    def _moment(self, step: int) -> pd.Timestamp:
        times = self.standing.solved.timestamps
        return pd.Timestamp(times[step]) if step >= 0 else pd.NaT
