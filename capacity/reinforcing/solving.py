"""A grid in a year, solved: results, findings and what is judged of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity import headroom, policy, rates
from capacity.loadflow import LoadFlow
from capacity.matrix.cell import whatever_coverage
from capacity.planning.needs import findings_of, violations_of
from capacity.runs import assembly
from capacity.tables.case import Case, Window
from capacity.tables.findings import Results
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings, ReadingState
from capacity.tables.solved import SolvedYear

Floats = npt.NDArray[np.float64]
HOURS_A_YEAR = 8760.0
LOSS_STRIDE = 146
"""Steps from one that losses are taken from to the next: no multiple of a day."""


@dataclass(frozen=True)
class Load:
    """What the meters show in some steps: gaps filled, ``(n, n_steps)``, and which of it counts as read (P1)."""

    transformer_ids: tuple[str, ...]
    p_kw: Floats
    q_kvar: Floats
    state: npt.NDArray[np.uint8]

    def seen(self, times: pd.DatetimeIndex) -> JudgedReadings:
        """As the load rates see it: what counts, and the rest as it was judged."""
        return self._judged(times, self.state)

    def simulated(self, times: pd.DatetimeIndex) -> JudgedReadings:
        """As the load flow sees it, with the gaps filled."""
        there = np.isfinite(self.p_kw) & np.isfinite(self.q_kvar)
        return self._judged(times, np.where(there, ReadingState.VALID, ReadingState.MISSING).astype(np.uint8))

    def _judged(self, times: pd.DatetimeIndex, state: npt.NDArray[np.uint8]) -> JudgedReadings:
        unknown_a = np.full(state.shape, np.nan)
        s_kva = np.hypot(self.p_kw, self.q_kvar)
        return JudgedReadings(times, self.transformer_ids, self.p_kw, self.q_kvar, s_kva, unknown_a, state)

    def at(self, steps: npt.NDArray[np.int64]) -> Load:
        """The same at some of the steps."""
        return Load(self.transformer_ids, self.p_kw[:, steps], self.q_kvar[:, steps], self.state[:, steps])

    def of(self, ids: set[str]) -> Load:
        """The same of some transformers."""
        rows = [row for row, name in enumerate(self.transformer_ids) if name in ids]
        names = tuple(self.transformer_ids[row] for row in rows)
        return Load(names, self.p_kw[rows], self.q_kvar[rows], self.state[rows])


@dataclass(frozen=True)
class SolvedGrid:
    """A solved grid with everything that follows from it.

    ``losses_kwh`` is of a year, from some evenly spaced steps; NaN where a step failed.
    """

    flow: LoadFlow
    solved: SolvedYear
    results: Results
    findings: pd.DataFrame
    violations: pd.DataFrame
    headroom_grid: headroom.grid.Grid
    losses_kwh: float

    @property
    def failed_at(self) -> npt.NDArray[np.bool_]:
        """The steps without a solution in some island."""
        return np.asarray(self.solved.failed.any(axis=0))

    @property
    def steps_failed(self) -> int:
        """How many these are."""
        return int(self.failed_at.sum())

    @property
    def allowed_kva(self) -> pd.Series:
        """P8 by area."""
        return self.results.areas.set_index("area_id")["allowed_kva"]


def solve(
    case: Case,
    rules: Policy,
    window: Window,
    load: Load,
    *,
    sample: npt.NDArray[np.int64] | None = None,
    workers: int | None = 1,
) -> SolvedGrid:
    """Solve a grid at the steps of a window and judge it by P1–P8 and P10.

    Parameters
    ----------
    load : of the same steps.
    sample : evenly spaced steps that losses are taken from, positions in the window; by default of all of it.
    """
    rules = whatever_coverage(rules)
    times = window.timestamps
    levels = (rules.choice("heavy_percent"), rules.choice("overload_percent"))
    flow = LoadFlow(case, window, levels_percent=levels, workers=workers, readings=load.simulated(times))
    solved = flow.solve_year(crosscheck=False)
    seen = load.seen(times)
    curves = rates.rated_curves(case, seen, solved, projected=True)
    rated = rates.transformer_rates(case, rules, curves, seen, solved)
    lines = rates.line_rates(case, solved, rated)
    nodes = rates.node_voltages(case, rules, solved, rated)
    reserved = headroom.reserved_demand(case, rules)
    transformers = headroom.transformer_headroom(rated, reserved, rules, curves.solver_failed)
    grid = headroom.prepare_grid(case, rules, solved, flow, transformers, nodes, reserved)
    areas = headroom.area_headroom(grid, lines, nodes, rules)
    areas = policy.with_status(areas, assembly.quality_table([]), rules)
    substations = rates.substation_rates(case, solved)
    demand = headroom.application_demand(case, rules, case.applications)
    unrated = transformers.assign(max_loading_percent=np.nan)  # load rates are judged by the findings
    alerts = policy.raise_alerts(rules, unrated, lines.iloc[:0], areas, substations.iloc[:0], demand, curves)
    voltages = rates.feeder_voltages(case, rules, solved, rated)
    results = Results(transformers, lines, nodes, areas, substations, alerts, reserved, voltages)
    sample = evenly(len(times)) if sample is None else sample
    failed = bool(solved.failed.any())
    losses_kwh = float("nan") if failed else float(flow.losses_kw(sample).mean()) * HOURS_A_YEAR
    return SolvedGrid(
        flow, solved, results, findings_of(results, rules), violations_of(results, rules), grid, losses_kwh
    )


def evenly(n_steps: int) -> npt.NDArray[np.int64]:
    """Every so manieth step: about 240 of a year, at all hours of the day in turn."""
    return np.arange(0, n_steps, LOSS_STRIDE, dtype=np.int64)
