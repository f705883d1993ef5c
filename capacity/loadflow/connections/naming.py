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
from capacity.loadflow.connections.states import After
from capacity.tables.connection import Binding

NEW_CUSTOMER, NEW_TRANSFORMER = "NEW customer", "NEW transformer"
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
        new = limit.place < 0
        at = self._moment(limit.step)
        return Binding(criterion, self._element(limit), at, value, bound, UNITS.get(criterion, "%"), new)

    def is_upstream(self, limit: Limit) -> bool:
        """Whether a limit belongs to the grid above the customer's network, or to another network."""
        setting = self.standing.setting
        if limit.table == "substation":
            return True
        if not limit.table or limit.place < 0:
            return False
        bus = limit.place
        if limit.table == "branch":
            two, parent = setting.grid.branches, setting.grid.parent
            f, t = int(two.f[limit.place]), int(two.t[limit.place])
            bus = t if parent[t] == f else f
        return int(setting.model.network_of[bus]) != self.site.network.number or self.site.network.number < 0

    def broken(self, after: After, thing: int, lane: int) -> Binding:
        """A broken thing of the joint tree at the lane where it is worst, with its value."""
        network = self.site.network
        step = int(after.step[lane])
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
        if limit.table == "branch" and limit.place < 0:
            bound = self._new_percent(self.site.part(limit.place))
            return rate * bound, bound
        if limit.table == "substation":
            bound = float(setting.bounds.substation_kva.get(setting.substation_ids[limit.place], math.nan))
            return rate * bound, bound
        element = int(setting.grid.branches.element[limit.place])
        if limit.kind == "transformer_loading":
            return rate * self.transformer_percent, self.transformer_percent
        bound = held = float(setting.bounds.line_percent.get(element, math.nan))
        if row < len(trunk.tree.watch.child):  # a section over its limit already is held to a little above where it is
            stated = setting.model.trunks[trunk.number].tree.watch.scale[row, 0]
            held *= float(stated / trunk.tree.watch.scale[row, 0])
            if not self._on_path(int(trunk.tree.watch.child[row])):
                bound = held
        return rate * held, bound

    def _on_path(self, bus: int) -> bool:
        """Whether a bus of the trunk lies between the site and the source."""
        parent, here = self.above.trunk.tree.parent, self.site.network.head
        while here > 0 and here != bus:
            here = int(parent[here])
        return here == bus

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
        if limit.table == "branch" and limit.place < 0:
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
        if limit.table == "branch" and limit.place < 0:
            return f"NEW {self.site.part(limit.place)}"
        if limit.table == "bus":
            return self.standing.node_of_bus.get(limit.place, "?") if limit.place >= 0 else self._new_node(limit.place)
        if limit.table == "substation":
            return setting.substation_ids[limit.place]
        branches = setting.grid.branches
        names = topology.lines["line_id"] if branches.kind[limit.place] == "line" else topology.trafos["trafo_id"]
        return str(names.get(int(branches.element[limit.place]), "?"))

    def _new_node(self, code: int) -> str:
        """A bus that would be built: the customer's, or a terminal of the new transformer."""
        connection = self.site.connection
        if code != self.site.network.tree.bus[self.site.node]:
            return NEW_TRANSFORMER
        return NEW_CUSTOMER if connection.line or connection.transformer else connection.node_id

    def _moment(self, step: int) -> pd.Timestamp:
        times = self.standing.solved.timestamps
        return pd.Timestamp(times[step]) if step >= 0 else pd.NaT
