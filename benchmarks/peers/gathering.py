"""The statistics of a year from chunks of a peer's results, in numpy: what its user would have to write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.outputs import Floats, Ints, Reals, Statistics
from capacity.loadflow import LoadFlow

TOP = 3


@dataclass(frozen=True)
class Gathering:
    """State of the statistics; arrays are changed in place as chunks come in, steps in order.

    ``bus_rows``/``line_rows``/``trafo_rows`` are the network's table rows of the peer's columns, ``electrical`` the
    peer's column of each energised network bus.
    """

    load_flow: LoadFlow
    bus_rows: Ints
    electrical: Ints
    line_rows: Ints
    rating_ka: Reals
    trafo_rows: Ints
    rated_kva: Reals
    low: Reals
    low_step: Ints
    high: Reals
    high_step: Ints
    top: Reals
    count: Ints
    run: Ints
    longest: Ints
    transformer_kva: Floats

    @classmethod
    def of(cls, load_flow: LoadFlow, n_steps: int) -> Gathering:
        """Nothing gathered yet of ``n_steps`` steps."""
        plan, net = load_flow.plan, load_flow.case.net
        buses = net.bus.index.to_numpy(np.int64)
        electrical = plan.grid.bus_of[buses]
        live = np.flatnonzero(electrical >= 0)
        n_bus, n_lines = plan.grid.n_bus, len(plan.line_rows)
        return cls(
            load_flow=load_flow,
            bus_rows=live,
            electrical=electrical[live],
            line_rows=net.line.index.get_indexer(plan.grid.branches.element[plan.line_rows]).astype(np.int64),
            rating_ka=plan.line_rating_ka,
            trafo_rows=plan.trafos.row,
            rated_kva=plan.trafos.rated_kva,
            low=np.full(n_bus, np.inf),
            low_step=np.full(n_bus, -1, dtype=np.int64),
            high=np.full(n_bus, -np.inf),
            high_step=np.full(n_bus, -1, dtype=np.int64),
            top=np.full((TOP, n_lines), -np.inf),
            count=np.zeros((n_lines, 2), dtype=np.int64),
            run=np.zeros((n_lines, 2), dtype=np.int64),
            longest=np.zeros((n_lines, 2), dtype=np.int64),
            transformer_kva=np.full((len(net.trafo), n_steps), np.nan, dtype=np.float32),
        )

    def add(self, begin: int, voltage_pu: Reals, current_ka: Reals, transformer_kva: Reals) -> None:
        """Take the steps from ``begin`` on: ``(n_steps, n_electrical_bus | n_lines | n_transformers)``."""
        self._extremes(begin, voltage_pu)
        loading = 100.0 * current_ka / self.rating_ka
        both = np.concatenate([self.top, loading])
        self.top[:] = -np.sort(-np.partition(both, len(both) - TOP, axis=0)[-TOP:], axis=0)
        for level, limit in enumerate(self.load_flow.plan.levels_percent):
            self._runs(level, loading >= limit)
        self.transformer_kva[self.trafo_rows, begin : begin + len(voltage_pu)] = transformer_kva.T

    def _extremes(self, begin: int, voltage_pu: Reals) -> None:
        column = np.arange(voltage_pu.shape[1])
        lowest, highest = voltage_pu.argmin(axis=0), voltage_pu.argmax(axis=0)
        lower, higher = voltage_pu[lowest, column] < self.low, voltage_pu[highest, column] > self.high
        self.low[lower], self.low_step[lower] = voltage_pu[lowest, column][lower], begin + lowest[lower]
        self.high[higher], self.high_step[higher] = voltage_pu[highest, column][higher], begin + highest[higher]

    def _runs(self, level: int, above: np.ndarray) -> None:
        """Hours and runs at or above a level; only lines that reach it, or were in a run, are looked at."""
        self.count[:, level] += above.sum(axis=0)
        self.run[~above.any(axis=0), level] = 0
        for line in np.flatnonzero(above.any(axis=0)):
            run, longest = int(self.run[line, level]), int(self.longest[line, level])
            for reached in above[:, line].tolist():
                run = run + 1 if reached else 0
                longest = max(longest, run)
            self.run[line, level], self.longest[line, level] = run, longest

    def statistics(self) -> Statistics:
        """Everything gathered, in the order of the network's tables."""
        net, hours = self.load_flow.case.net, self.load_flow.window.step_hours
        n_bus, n_lines = len(net.bus), len(net.line)

        def of_buses(values: Reals) -> Reals:
            return _placed(values[self.electrical], self.bus_rows, n_bus, np.nan)

        def of_lines(values: Reals) -> Reals:
            rated = np.where(np.isfinite(self.rating_ka)[:, None], values, np.nan)
            return _placed(rated, self.line_rows, n_lines, np.nan)

        return Statistics(
            voltage_min_pu=of_buses(self.low),
            voltage_min_step=_placed(self.low_step[self.electrical], self.bus_rows, n_bus, -1),
            voltage_max_pu=of_buses(self.high),
            voltage_max_step=_placed(self.high_step[self.electrical], self.bus_rows, n_bus, -1),
            top_loading_percent=of_lines(np.where(np.isfinite(self.top), self.top, np.nan).T),
            hours=of_lines((self.count * hours).astype(np.float64)),
            longest_run_h=of_lines((self.longest * hours).astype(np.float64)),
            transformer_kva=self.transformer_kva,
        )

    def in_order(self, voltage_pu: Reals, current_ka: Reals, transformer_kva: Reals) -> tuple[Reals, Reals, Reals]:
        """A chunk's voltages and loadings in the order of the network's tables, ``(n_steps, n_elements)``."""
        net = self.load_flow.case.net
        return (
            _placed(voltage_pu.T[self.electrical], self.bus_rows, len(net.bus), np.nan).T,
            _placed((100.0 * current_ka / self.rating_ka).T, self.line_rows, len(net.line), np.nan).T,
            _placed((100.0 * transformer_kva / self.rated_kva).T, self.trafo_rows, len(net.trafo), np.nan).T,
        )


def _placed(values: np.ndarray, rows: Ints, size: int, missing: float) -> np.ndarray:
    full = np.full((size, *values.shape[1:]), missing, dtype=values.dtype)
    full[rows] = values
    return full
