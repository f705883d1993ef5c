"""A year of steps: contiguous ranges in threads, each gathered on the way, merged at the end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.calibration import UNMET, Calibrated, Solved, calibrate
from capacity.loadflow.flows import Meters, TrafoEnds
from capacity.loadflow.grid import Grid
from capacity.loadflow.injections import Injections
from capacity.loadflow.lanes import FAILED, LANES, PADDING, Block, padded, start_after
from capacity.loadflow.metered import Metered
from capacity.loadflow.statistics import Gathered, Gatherer, merge
from capacity.loadflow.worker import Worker

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
MOST_RANGES, LEAST_STEPS = 8, 1024
"""Into how many ranges the steps are cut at most, and the steps that make one worth its overhead."""


@dataclass(frozen=True)
class Plan:
    """Everything a year needs, prepared once. ``line_*`` describe the lines as :class:`Gatherer` wants them.

    ``net_load`` ``(n_groups, 2, n_steps)`` holds the net loads of a year already scaled to its readings; where it is
    given, nothing is scaled anew.
    """

    grid: Grid
    injections: Injections
    metered: Metered | None
    trafos: TrafoEnds
    feeders: Meters
    substations: Meters
    line_rows: Ints
    line_two_port: Reals
    line_rating_ka: Reals
    levels_percent: tuple[float, float]
    island_of_bus: Ints
    make_worker: Callable[[], Worker]
    net_load: Floats | None = None


@dataclass(frozen=True)
class Curves:
    """Arrays that the threads fill column by column; the powers in pu, ``(n_rows, 2, n_steps)``."""

    failed: Bools
    hv: Floats
    lv: Floats
    feeders: Floats
    substations: Floats
    net_load: Floats
    unmet: Bools
    clipped: Bools

    @classmethod
    def empty(cls, plan: Plan, n_steps: int) -> Curves:
        """Curves in which nothing has been solved."""

        def rows(count: int) -> Floats:
            return np.full((count, 2, n_steps), np.nan, dtype=np.float32)

        groups = plan.injections.n_groups
        return cls(
            np.zeros((len(plan.grid.islands), n_steps), dtype=bool),
            rows(len(plan.trafos.row)),
            rows(len(plan.trafos.row)),
            rows(len(plan.feeders.ids)),
            rows(len(plan.substations.ids)),
            rows(groups),
            np.zeros((groups, n_steps), dtype=bool),
            np.zeros((groups, n_steps), dtype=bool),
        )


class Progress:
    """Counts steps of all threads and passes the sum on."""

    def __init__(self, total: int, report: Callable[[int, int], None] | None) -> None:
        self._lock = threading.Lock()
        self._done, self._total, self._report = 0, total, report

    def add(self, steps: int) -> None:
        """Count ``steps`` more."""
        if self._report is not None:
            with self._lock:
                self._done += steps
                self._report(self._done, self._total)


def solve_ranges(
    plan: Plan, n_steps: int, workers: int, report: Callable[[int, int], None] | None
) -> tuple[Gathered, Curves]:
    """Solve steps ``0 … n_steps-1`` in ``workers`` threads.

    Every block begins with the voltages of the one before, so results depend, far below the tolerance, on where a range
    of steps begins: the ranges are the same whatever the number of threads.
    """
    curves = Curves.empty(plan, n_steps)
    progress = Progress(n_steps, report)
    count = min(MOST_RANGES, max(1, n_steps // LEAST_STEPS))
    borders = np.linspace(0, n_steps, count + 1).astype(int).tolist()
    ranges = [(first, last) for first, last in itertools.pairwise(borders) if last > first]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        jobs = [pool.submit(_solve_range, plan, first, last, curves, progress) for first, last in ranges]
        parts = [job.result() for job in jobs]
    gathered = parts[0]
    for part in parts[1:]:
        gathered = merge(gathered, part)
    return gathered, curves


def _solve_range(plan: Plan, first: int, last: int, curves: Curves, progress: Progress) -> Gathered:
    """Solve and gather the steps ``first … last-1``."""
    worker = plan.make_worker()
    lines = plan.grid.branches
    gatherer = Gatherer(
        lines.f[plan.line_rows],
        lines.t[plan.line_rows],
        plan.line_two_port,
        plan.line_rating_ka,
        plan.levels_percent,
        plan.island_of_bus,
    )
    width = worker.blocks * LANES
    block: Solved | None = None
    for begin in range(first, last, width):
        numbers = np.arange(begin, min(begin + width, last))
        steps, padding = padded(numbers)
        block = _solved_block(plan, worker, steps, block)
        block.status[:, padding == PADDING] = PADDING
        gatherer.add(steps, block.voltage, block.status)
        _record(plan, curves, numbers, block)
        progress.add(len(numbers))
    return gatherer.gathered


def _solved_block(plan: Plan, worker: Worker, steps: Ints, before: Solved | None) -> Solved:
    """A block of steps, loads scaled to readings where there are any; begun with, and put over, the block before."""
    if plan.metered is not None and plan.net_load is None:
        calibrated = before if isinstance(before, Calibrated) else None
        return calibrate(plan.injections, plan.metered, steps, worker.solve_over, calibrated)
    net_load = None if plan.net_load is None else in_lanes(plan.net_load, steps)
    power = plan.injections.power(steps, net_load, None if before is None else before.power)
    voltage = start_after(None if before is None else before.voltage, len(steps), plan.grid.n_bus)
    return Solved(power, voltage, worker.solve_over(steps, power, voltage))


def _record(plan: Plan, curves: Curves, numbers: Ints, block: Solved) -> None:
    """Write a block's flows, failures and what its readings left unmet into the year's curves."""
    count = len(numbers)
    span = slice(int(numbers[0]), int(numbers[0]) + count)
    voltage, power, status = block.voltage, block.power, block.status
    curves.hv[:, :, span] = in_steps(plan.trafos.hv.power(voltage), count)
    curves.lv[:, :, span] = -in_steps(plan.trafos.lv.power(voltage), count)
    curves.feeders[:, :, span] = in_steps(plan.feeders.power(voltage, power), count)
    curves.substations[:, :, span] = in_steps(plan.substations.power(voltage, power), count)
    curves.failed[:, span] = (status == FAILED).reshape(len(status), -1)[:, :count]
    if plan.metered is not None and isinstance(block, Calibrated):
        net_load, gap = in_steps(block.net_load, count), in_steps(block.gap, count)
        limit = UNMET * plan.metered.rating[:, None, None]
        curves.net_load[:, :, span] = net_load
        curves.unmet[:, span] = (np.abs(gap) > limit).any(axis=1) & plan.metered.measured[:, span]
        curves.clipped[:, span] = net_load[:, 0] <= 0.0


def in_steps(block: Block, count: int) -> Reals:
    """A block as ``(n_rows, 2, n_steps)``."""
    blocks, rows = block.shape[:2]
    return block.transpose(1, 2, 0, 3).reshape(rows, 2, blocks * LANES)[:, :, :count]


def in_lanes(values: Floats, steps: Ints) -> Block:
    """Steps ``(n_blocks, LANES)`` of ``(n_rows, 2, n_steps)`` as a block."""
    return np.ascontiguousarray(values[:, :, steps].transpose(2, 0, 1, 3), dtype=np.float64)
