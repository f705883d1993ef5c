"""Given steps with power added, solved by pandapower: the measure that published figures are held against.

Where a substation's busbar is held by an external grid, its feeders do not feel each other, and pandapower is given the
one feeder that is asked about. That it then finds the same voltages as in the whole network is tried out once per
feeder; where it does not, the whole network is solved.

After a question's first step pandapower keeps its admittances and starts from the step before (``recycle``), which is
three times as quick. The last step is then solved from scratch; where it differs, so is every other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandapower
import pandas as pd
from pandapower import create_load
from pandapower.auxiliary import LoadflowNotConverged
from pandapower.toolbox import select_subnet

from capacity.loadflow.crosscheck import element_power
from capacity.loadflow.grid import RUNPP
from capacity.loadflow.reference import fresh, run
from capacity.loadflow.worker import source_buses
from capacity.tables.solved import HeadFlows, Snapshot, SolvedYear

if TYPE_CHECKING:
    from pandapower import pandapowerNet

    from capacity.loadflow.load_flow import LoadFlow

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
SAME_PU = 1e-9
"""Voltages of a feeder alone and in the whole network may differ by this much to be taken as the same."""
RECYCLED_SAME_PU = 1e-8
"""The same for a step solved from scratch and from the step before, both to pandapower's tolerance of power."""
RECYCLE = {"bus_pq": True, "trafo": False, "gen": True}
_SIGN = {"load": 1.0, "sgen": -1.0, "storage": 1.0}


@dataclass(frozen=True)
class _Part:
    """A network to solve in and, where it is one feeder of a substation, that feeder's id (else empty)."""

    net: pandapowerNet
    alone: str


@dataclass(frozen=True)
class _Row:
    """One step: whether it failed, voltages, load rates, power fed into the substations; NaN where failed."""

    failed: bool
    voltage_pu: Reals
    line_percent: Reals
    trafo_percent: Reals
    fed_in_kva: Reals


class ReferenceSteps:
    """pandapower for steps of a load flow's window; a ``Solver`` (``tables.solved``) that may be told the feeder.

    Parameters
    ----------
    load_flow : whose loads, scaled to readings, and source voltages are used.
    base : the window solved with what is added at every step, if one feeder is to be solved alone: what the other
        feeders draw from the substation is taken from it.

    It solves one question at a time, whatever the number of threads that ask: Newton–Raphson in Python does not gain.
    """

    def __init__(self, load_flow: LoadFlow, base: SolvedYear | None = None) -> None:
        self._load_flow, self._base = load_flow, base
        self._parts: dict[str, _Part] = {}
        self._lock = threading.Lock()

    def __call__(
        self, steps: Sequence[int] | Ints, added_kw: dict[int, complex] | None = None, feeder_id: str = ""
    ) -> Snapshot:
        """Solve ``steps`` with ``added_kw`` (kW + j kvar, load positive, by pandapower bus index).

        Parameters
        ----------
        feeder_id : the feeder asked about; elements that do not answer to it may be missing from the snapshot. Empty
            stands for the whole network.

        Returns
        -------
        Snapshot
            A step that pandapower does not solve is failed, its values NaN.
        """
        numbers = np.asarray(steps, dtype=np.int64)
        with self._lock:
            part = self._part(feeder_id)
            net = part.net
            loads = self._add(net, added_kw or {})
            try:
                rows = self._rows(part, numbers.tolist())
            finally:
                net.load.drop(index=loads, inplace=True)
        return Snapshot(
            steps=numbers,
            failed=np.array([row.failed for row in rows]),
            bus_index=net.bus.index.to_numpy(np.int64),
            voltage_pu=np.array([row.voltage_pu for row in rows]),
            line_index=net.line.index.to_numpy(np.int64),
            line_loading_percent=np.array([row.line_percent for row in rows]),
            trafo_index=net.trafo.index.to_numpy(np.int64),
            trafo_loading_percent=np.array([row.trafo_percent for row in rows]),
            substation_ids=tuple(self._load_flow.case.topology.substations["substation_id"].astype(str)),
            substation_kva=np.array([row.fed_in_kva for row in rows]),
        )

    def _add(self, net: pandapowerNet, added_kw: dict[int, complex]) -> list[int]:
        """Added power as loads of their own, numbered beyond the case's, of which one feeder's network holds some."""
        free = int(self._load_flow.case.net.load.index.max()) + 1 if len(self._load_flow.case.net.load) else 0
        there = [(bus, power / 1000.0) for bus, power in added_kw.items() if bus in net.bus.index]
        return [
            int(create_load(net, bus, p_mw=power.real, q_mvar=power.imag, index=free + number))
            for number, (bus, power) in enumerate(there)
        ]

    def _rows(self, part: _Part, steps: list[int]) -> list[_Row]:
        """The steps one after another, each from the one before; all from scratch where that makes a difference."""
        rows: list[_Row] = []
        for step in steps:
            again = bool(rows) and not rows[-1].failed
            rows.append(self._solved(part, step, _recycled if again else run))
        if not steps or _same_voltages(rows[-1], self._solved(part, steps[-1], run)):
            return rows
        return [self._solved(part, step, run) for step in steps]

    def _solved(self, part: _Part, step: int, solver: Callable[[pandapowerNet], bool]) -> _Row:
        net = part.net
        _apply_step(net, self._load_flow, step)
        if not solver(net):
            sizes = (len(net.bus), len(net.line), len(net.trafo), len(self._load_flow.case.topology.substations))
            return _Row(True, *(np.full(size, np.nan) for size in sizes))
        return _Row(
            False,
            net.res_bus["vm_pu"].reindex(net.bus.index).to_numpy(np.float64),
            net.res_line["loading_percent"].reindex(net.line.index).to_numpy(np.float64),
            net.res_trafo["loading_percent"].reindex(net.trafo.index).to_numpy(np.float64),
            self._fed_in_kva(part, step),
        )

    def _fed_in_kva(self, part: _Part, step: int) -> Reals:
        """Power fed into every substation; NaN where it is not part of what was solved."""
        topology, net = self._load_flow.case.topology, part.net
        electrical = self._load_flow.plan.grid.bus_of
        at_source = pd.Series(electrical[net.ext_grid["bus"].to_numpy(np.int64)], index=net.ext_grid.index)
        found = np.full(len(topology.substations), np.nan)
        for row, substation in enumerate(topology.substations.itertuples()):
            grids = at_source.index[at_source.eq(electrical[int(substation.busbar)])] if substation.busbar >= 0 else []
            kind, own = topology.trafos["kind"], topology.trafos["substation_id"].eq(substation.substation_id)
            trafos = topology.trafos.index[kind.eq("substation") & own.fillna(False)].intersection(net.trafo.index)
            if len(grids):
                result = net.res_ext_grid.loc[grids]
                power = complex(result["p_mw"].sum(), result["q_mvar"].sum()) * 1000.0
            elif len(trafos):
                result = net.res_trafo.loc[trafos]
                power = complex(result["p_hv_mw"].sum(), result["q_hv_mvar"].sum()) * 1000.0
            else:
                continue
            if part.alone and self._base is not None:
                power += _at(self._base.substations, str(substation.substation_id), step)
                power -= _at(self._base.feeders, part.alone, step)
            found[row] = abs(power)
        return found

    def _part(self, feeder_id: str) -> _Part:
        if feeder_id not in self._parts:
            self._parts[feeder_id] = self._prepared(feeder_id)
        return self._parts[feeder_id]

    def _prepared(self, feeder_id: str) -> _Part:
        if not feeder_id:
            return _Part(fresh(self._load_flow.case.net), "")
        whole = self._part("")
        if self._base is None or feeder_id not in self._base.feeders.ids:
            return whole
        alone = fresh(_feeder_net(self._load_flow, feeder_id))
        return _Part(alone, feeder_id) if self._same(alone, whole.net) else whole

    def _same(self, alone: pandapowerNet, whole: pandapowerNet) -> bool:
        """Whether a feeder alone has the voltages that it has in the whole network, at the window's first step."""
        if alone.ext_grid.empty:
            return False
        for net in (alone, whole):
            _apply_step(net, self._load_flow, 0)
            if not run(net):
                return False
        own = alone.res_bus["vm_pu"].to_numpy(np.float64)
        other = whole.res_bus["vm_pu"].reindex(alone.res_bus.index).to_numpy(np.float64)
        feeder = self._load_flow.case.topology.buses["feeder_id"].reindex(alone.res_bus.index)
        mine = feeder.notna().to_numpy(dtype=bool) & np.isfinite(own)
        return bool(mine.any() and (np.abs(own - other)[mine] <= SAME_PU).all())


def _recycled(net: pandapowerNet) -> bool:
    """Solve from the step before in place; False as for :func:`capacity.loadflow.reference.run`."""
    try:
        pandapower.runpp(net, recycle=RECYCLE, **RUNPP)
    except (LoadflowNotConverged, FloatingPointError, np.linalg.LinAlgError, ZeroDivisionError):
        return False
    return bool(np.isfinite(net.res_bus["vm_pu"].to_numpy()[net.bus["in_service"].to_numpy(bool)]).any())


def _same_voltages(one: _Row, other: _Row) -> bool:
    """Whether two solutions of a step are the same, unsupplied buses apart."""
    if one.failed or other.failed:
        return one.failed == other.failed
    difference = np.abs(one.voltage_pu - other.voltage_pu)
    return bool(np.nanmax(difference, initial=0.0) <= RECYCLED_SAME_PU)


def _feeder_net(load_flow: LoadFlow, feeder_id: str) -> pandapowerNet:
    """The feeder's buses and lines, the buses at open ends of its lines, and the busbar that holds its voltage."""
    topology, net = load_flow.case.topology, load_flow.case.net
    buses, lines = topology.buses, topology.lines
    mine = set(buses.index[buses["feeder_id"].eq(feeder_id).fillna(False)])
    substation = buses.loc[list(mine), "substation_id"].dropna().unique()
    held = buses["depth"].eq(0) & buses["substation_id"].isin(substation)
    kept = mine | set(buses.index[held])
    sections = net.line.loc[lines.index[lines["feeder_id"].eq(feeder_id).fillna(False)], ["from_bus", "to_bus"]]
    beyond = set(sections.to_numpy().ravel().tolist()) - kept
    return select_subnet(net, sorted(kept | beyond))


def _apply_step(net: pandapowerNet, load_flow: LoadFlow, step: int) -> None:
    """Give the elements that a network has the consumption and source voltages of one step."""
    plan = load_flow.plan
    power = element_power(plan.injections, step, load_flow.net_load(np.array([step])))
    elements = plan.injections.elements
    for table, sign in _SIGN.items():
        mine = (elements["table"] == table).to_numpy(bool) & elements["element"].isin(net[table].index).to_numpy(bool)
        index = elements.loc[mine, "element"].to_numpy()
        scaling = net[table].loc[index, "scaling"].to_numpy(np.float64)
        used = scaling != 0.0  # an element scaled to zero consumes nothing whatever its base
        base = sign * plan.grid.sn_mva * power[mine][used] / scaling[used]
        net[table].loc[index[used], "p_mw"] = base.real
        net[table].loc[index[used], "q_mvar"] = base.imag
    profile = load_flow.reference.gen_profile
    if profile is not None and len(net.gen):
        base_mw = load_flow.case.net.gen["p_mw"]
        factor = pd.Series(profile[:, step], index=base_mw.index)
        net.gen["p_mw"] = (base_mw * factor).reindex(net.gen.index)
    grid, sources = plan.grid, load_flow.source_voltage
    size = pd.Series(np.abs(sources[:, min(step, sources.shape[1] - 1)]), index=source_buses(grid))
    held = pd.Series(grid.bus_of[net.ext_grid["bus"].to_numpy(np.int64)], index=net.ext_grid.index).map(size)
    net.ext_grid["vm_pu"] = held.fillna(net.ext_grid["vm_pu"])


def _at(flows: HeadFlows, name: str, step: int) -> complex:
    row = flows.ids.index(name)
    return complex(flows.p_kw[row, step], flows.q_kvar[row, step])
