"""The one object other code gets: a case's electrical model, ready to solve its year or any of its steps."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow import results
from capacity.loadflow.calibration import calibrate
from capacity.loadflow.crosscheck import MOST_STEPS, critical_steps, cross_check
from capacity.loadflow.engines import Choice, choose
from capacity.loadflow.grid import Grid, build_grid
from capacity.loadflow.injections import build_injections
from capacity.loadflow.lanes import Block, padded, unpack
from capacity.loadflow.metered import metered_networks, with_loads_on_top
from capacity.loadflow.prepare import gen_profile, island_numbers, make_plan, source_voltage
from capacity.loadflow.readings import judge
from capacity.loadflow.reference import Reference
from capacity.loadflow.worker import Worker
from capacity.loadflow.year import Plan, in_lanes, in_steps, solve_ranges
from capacity.tables.case import Case, Window
from capacity.tables.readings import JudgedReadings
from capacity.tables.solved import Snapshot, SolvedYear

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
REMEMBERED_BYTES = 256_000_000
"""How much consumption and voltages of asked steps is kept for the next question about the same steps."""


class LoadFlow:
    """Load flow of a case in a window; a ``Solver`` (``tables.solved``).

    Parameters
    ----------
    case : the case; its ``net`` is copied, never changed.
    window : the steps, by default the twelve months before the case's as-of date.
    levels_percent : the loadings of a line from which it counts as heavily loaded and as overloaded (P2).
    engine : ``auto`` picks per island: radial for trees with one source, else pgm, else pandapower.
    workers : threads of :meth:`solve_year`, by default one per processor, at most eight.
    readings : judged readings to scale loads to; by default the case's own, judged by the ledger alone.
    grid : the electrical model of the case's network, where it is at hand: of the same network with other loads.

    Raises
    ------
    SolverError
        If no engine, or not the one asked for, can represent the network.
    InputError
        If an element names a profile that is absent or does not cover the window.
    """

    def __init__(
        self,
        case: Case,
        window: Window | None = None,
        *,
        levels_percent: tuple[float, float],
        engine: Choice = "auto",
        workers: int | None = None,
        readings: JudgedReadings | None = None,
        grid: Grid | None = None,
    ) -> None:
        self.case = case
        self.window = case.window if window is None else window
        self.workers = min(8, os.cpu_count() or 1) if workers is None else max(1, workers)
        grid = build_grid(case.net) if grid is None else grid
        self.engines = choose(grid, engine)
        self._readings = judge(case, self.window) if readings is None else readings
        metered, self._idle = metered_networks(case, grid, self._readings)
        injections = build_injections(case, self.window, grid, metered.group_of_bus if len(metered.names) else None)
        self._metered = with_loads_on_top(metered, injections) if len(metered.names) else None
        sources = source_voltage(case, self.window, grid)
        reference = Reference(case.net, gen_profile(case, self.window))
        chosen = self.engines
        self._plan = make_plan(
            case,
            grid,
            injections,
            self._metered,
            levels_percent,
            lambda: Worker(grid, chosen, reference, sources),
        )
        self._sources, self._reference = sources, reference
        self._own = threading.local()
        self._lock = threading.Lock()
        self._net_load: npt.NDArray[np.float32] | None = None
        self._unmet: pd.DataFrame | None = None
        self._remembered: OrderedDict[bytes, tuple[Block, Block]] = OrderedDict()

    @property
    def n_steps(self) -> int:
        """Steps of the window."""
        return len(self.window.timestamps)

    def solve_year(
        self,
        *,
        crosscheck: bool = True,
        crosscheck_steps: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        added_kw: dict[int, complex] | None = None,
    ) -> SolvedYear:
        """Solve every step of the window.

        Parameters
        ----------
        crosscheck : re-solve the critical steps with pandapower and record the largest differences.
        crosscheck_steps : at most so many of them, if not ``crosscheck.MOST_STEPS``.
        progress : called with (steps done, steps in all).
        added_kw : kW + j kvar, load positive, by pandapower bus index, in every step on top of the (scaled) loads.
            Loads are scaled to their readings without it: by the last year solved, which is solved first if need be.

        Raises
        ------
        ValueError
            If a bus is unknown or not energised.
        """
        began = time.perf_counter()
        case, plan = self.case, self._plan
        if added_kw:
            plan = self._with_added(added_kw)
        gathered, curves = solve_ranges(plan, self.n_steps, self.workers, progress)
        if plan.net_load is None:
            self._net_load = None if self._metered is None else curves.net_load
            self._unmet = results.unmet_table(self.window, self._metered, self._idle_steps(), curves)
        assert self._unmet is not None  # where power is added: what the year without it did not meet
        number = island_numbers(case, plan.grid)
        failed = np.zeros((max(number.values(), default=-1) + 1, self.n_steps), dtype=bool)
        failed[list(number.values())] = curves.failed[list(number)]
        year = SolvedYear(
            timestamps=self.window.timestamps,
            failed=failed,
            transformers=results.transformer_flows(case, plan, curves),
            feeders=results.head_flows(plan.feeders.ids, curves.feeders, plan.grid.sn_mva),
            substations=results.head_flows(plan.substations.ids, curves.substations, plan.grid.sn_mva),
            lines=results.line_table(case, self.window, plan, gathered, curves.failed),
            buses=results.bus_table(case, self.window, plan.grid, gathered),
            engines={number[own]: choice for own, choice in self.engines.items()},
            filled_steps=results.filled_steps(self._metered),
            unmet=self._unmet,
            crosscheck=None,
            wall_time_s=time.perf_counter() - began,
        )
        if not crosscheck:
            return year
        steps = critical_steps(case, year, plan.trafos, MOST_STEPS if crosscheck_steps is None else crosscheck_steps)
        checked = cross_check(self, steps, added_kw)
        return replace(year, crosscheck=checked, wall_time_s=time.perf_counter() - began)

    def __call__(self, steps: Sequence[int] | Ints, added_kw: dict[int, complex] | None = None) -> Snapshot:
        """Solve some steps with power added on top of the (scaled) loads.

        Parameters
        ----------
        steps : positions in the window.
        added_kw : kW + j kvar, load positive, by pandapower bus index.

        Raises
        ------
        ValueError
            If a step lies outside the window or a bus is unknown or not energised.
        """
        numbers = np.asarray(steps, dtype=np.int64)
        if len(numbers) and (numbers.min() < 0 or numbers.max() >= self.n_steps):
            raise ValueError(f"steps must lie in 0 … {self.n_steps - 1}")
        if not len(numbers):
            raise ValueError("no steps to solve")
        lanes, _ = padded(numbers)
        power, start = self._known(lanes)
        if added_kw:
            added = self._added(added_kw)
            power = power + np.stack([added.real, added.imag], axis=1)[:, :, None]
        voltage, status = self._own_worker().solve(lanes, power, start)
        return self._snapshot(numbers, power, voltage, status)

    def _known(self, lanes: Ints) -> tuple[Block, Block]:
        """Consumption and voltages of steps without anything added, remembered for the next question."""
        key = lanes.tobytes()
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        worker, plan = self._own_worker(), self._plan
        if self._metered is not None and self._net_load is None:
            done = calibrate(plan.injections, self._metered, lanes, worker.solve_over)
            known = (done.power, done.voltage)
        else:
            net_load = None if self._metered is None else self._stored_net_load(lanes)
            power = plan.injections.power(lanes, net_load)
            known = (power, worker.solve(lanes, power)[0])
        with self._lock:
            self._remembered[key] = known
            while len(self._remembered) * 2 * known[0].nbytes > REMEMBERED_BYTES and len(self._remembered) > 1:
                self._remembered.popitem(last=False)
        return known

    def net_load(self, steps: Ints) -> Reals | None:
        """Scaled net load of every metered network, pu, ``(n_networks, 2, n_steps)``; None without meters."""
        if self._metered is None:
            return None
        lanes, _ = padded(steps)
        if self._net_load is not None:
            return in_steps(self._stored_net_load(lanes), len(steps))
        done = calibrate(self._plan.injections, self._metered, lanes, self._own_worker().solve_over)
        return in_steps(done.net_load, len(steps))

    def losses_kw(self, steps: Sequence[int] | Ints) -> Reals:
        """What the grid draws from its sources beyond what is consumed, kW ``(n_steps,)``.

        Substation transformers count where they are modelled. Steps that have no solution give no sensible number:
        look at ``SolvedYear.failed`` first.
        """
        numbers = np.asarray(steps, dtype=np.int64)
        lanes, _ = padded(numbers)
        power, voltage = self._known(lanes)
        drawn = in_steps(self._plan.substations.power(voltage, power), len(numbers))[:, 0].sum(axis=0)
        consumed = in_steps(power, len(numbers))[:, 0].sum(axis=0)
        return np.asarray(1000.0 * self._plan.grid.sn_mva * (drawn - consumed))

    def take_loads_of(self, other: LoadFlow) -> None:
        """Take the loads that another load flow scaled to the same readings, before the network was changed.

        A transformer that would replace another has read nothing: what hangs below it is known by the old one.

        Raises
        ------
        ValueError
            If the windows differ, or a metered network of this load flow is none of the other.
        """
        if self._metered is None:
            return
        if other._net_load is None:
            other.solve_year(crosscheck=False)
        row = {names: number for number, names in enumerate(other._metered.names if other._metered else ())}
        if other.n_steps != self.n_steps or not set(self._metered.names) <= row.keys() or other._net_load is None:
            raise ValueError("the other load flow has another window or other meters")
        self._net_load = other._net_load[[row[names] for names in self._metered.names]]
        self._unmet = other._unmet
        self._plan = replace(self._plan, net_load=self._net_load)
        self._remembered.clear()

    def _stored_net_load(self, lanes: Ints) -> Block:
        assert self._net_load is not None
        return in_lanes(self._net_load, lanes)

    def _with_added(self, added_kw: dict[int, complex]) -> Plan:
        """The plan of a year with power added, loads scaled as in the year without it."""
        added = self._added(added_kw)
        if self._metered is not None and self._net_load is None:
            self.solve_year(crosscheck=False)
        injections = replace(self._plan.injections, constant=self._plan.injections.constant + added)
        return replace(self._plan, injections=injections, net_load=self._net_load)

    def _added(self, added_kw: dict[int, complex]) -> Complexes:
        """Added power by electrical bus, pu."""
        added = np.zeros(self._plan.grid.n_bus, dtype=np.complex128)
        for bus, power_kw in added_kw.items():
            added[self._electrical_bus(bus)] += power_kw / (1000.0 * self._plan.grid.sn_mva)
        return added

    def _own_worker(self) -> Worker:
        """The calling thread's worker: questions may come from several threads at once."""
        if not hasattr(self._own, "worker"):
            self._own.worker = self._plan.make_worker()
        worker: Worker = self._own.worker
        return worker

    def _electrical_bus(self, bus: int) -> int:
        place = self._plan.grid.bus_of
        if not 0 <= bus < len(place) or place[bus] < 0:
            raise ValueError(f"bus {bus} is not an energised bus of the network")
        return int(place[bus])

    def _idle_steps(self) -> dict[str, Ints]:
        """Steps with a reading of the metered transformers below which there is nothing to scale."""
        row = {name: number for number, name in enumerate(self._readings.transformer_ids)}
        return {name: np.flatnonzero(self._readings.valid[row[name]]) for name in self._idle}

    def _snapshot(self, numbers: Ints, power: Block, voltage: Block, status: npt.NDArray[np.uint8]) -> Snapshot:
        plan, grid, count = self._plan, self._plan.grid, len(numbers)
        solved = unpack(voltage, count)
        two, rows = grid.branches, plan.line_rows
        at_f, at_t = solved[two.f[rows]], solved[two.t[rows]]
        y = plan.line_two_port
        current_f = np.abs((y[:, 0] + 1j * y[:, 1])[:, None] * at_f + (y[:, 2] + 1j * y[:, 3])[:, None] * at_t)
        current_t = np.abs((y[:, 4] + 1j * y[:, 5])[:, None] * at_f + (y[:, 6] + 1j * y[:, 7])[:, None] * at_t)
        kva = 1000.0 * grid.sn_mva
        hv, lv = (in_steps(end.power(voltage), count) for end in (plan.trafos.hv, plan.trafos.lv))
        through = np.maximum(np.hypot(hv[:, 0], hv[:, 1]), np.hypot(lv[:, 0], lv[:, 1]))
        into = in_steps(plan.substations.power(voltage, power), count)
        buses = self.case.net.bus.index.to_numpy(np.int64)
        buses = buses[grid.bus_of[buses] >= 0]
        return Snapshot(
            steps=numbers,
            failed=(status == 1).any(axis=0).reshape(-1)[:count],
            bus_index=buses,
            voltage_pu=np.abs(solved[grid.bus_of[buses]]).T,
            line_index=two.element[rows],
            line_loading_percent=(100.0 * np.maximum(current_f, current_t) / plan.line_rating_ka[:, None]).T,
            trafo_index=self.case.net.trafo.index.to_numpy(np.int64)[plan.trafos.row],
            trafo_loading_percent=(100.0 * kva * through / plan.trafos.rated_kva[:, None]).T,
            substation_ids=plan.substations.ids,
            substation_kva=kva * np.hypot(into[:, 0], into[:, 1]).T,
        )

    @property
    def plan(self) -> Plan:
        """The prepared model, for the cross-check."""
        return self._plan

    @property
    def reference(self) -> Reference:
        """What pandapower needs to solve the same steps."""
        return self._reference

    @property
    def source_voltage(self) -> Complexes:
        """Voltages of the source buses, pu, ``(n_sources, n_steps)`` or one column where constant."""
        return self._sources
