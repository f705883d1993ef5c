"""The whole flow on one screen: case → checks → load flow → load rates → allowed capacity → alerts → run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import pandas as pd

from capacity import checks, headroom, policy, rates
from capacity.case import apply_scenario
from capacity.errors import InputError
from capacity.loadflow import LoadFlow, largest_additions
from capacity.proof import SAMPLE_NODES, verify_sample
from capacity.runs import assembly
from capacity.runs.load_flow_issues import load_flow_issues
from capacity.tables._schema import conform
from capacity.tables.additions import Addition, Additions, Bounds
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves
from capacity.tables.readings import JudgedReadings
from capacity.tables.results import ALL
from capacity.tables.run import Run
from capacity.tables.scenario import Scenario
from capacity.tables.solved import SolvedYear

Progress = Callable[[str, int, int], None]
Engine = Literal["auto", "radial", "pgm", "pandapower"]


def check(case: Case, window: Window | None = None, *, rules: Policy | None = None) -> tuple[Issue, ...]:
    """Every problem of a case at once, errors first; see :func:`capacity.checks.check`.

    Parameters
    ----------
    window : the steps to look at, if not the policy's months before the case's as-of date (P1).
    rules : the policy, if not the one that the case names; it says which coverage of readings suffices.

    Raises
    ------
    PolicyError
        The policy that the case names is absent or cannot be used.
    """
    rules = rules or policy.policy_of(case)
    window = window or past_window(case, rules)
    return checks.check(case, window, coverage_min_percent=rules.choice("coverage_min_percent"))


def run_study(
    case: Case,
    *,
    scenario: Scenario | None = None,
    rules: Policy | None = None,
    window: Window | None = None,
    engine: Engine = "auto",
    workers: int | None = None,
    name: str | None = None,
    node_capacity: bool = True,
    node_shape: str = "flat",
    generation: bool = True,
    crosscheck_steps: int | None = None,
    sample_nodes: int = SAMPLE_NODES,
    executor: Executor | None = None,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run the main job on a case and return everything it found.

    Parameters
    ----------
    scenario : changes laid over the case; the case itself is not touched.
    rules : the policy, if not the one that the case names.
    window : the steps to look at, if not the policy's months before the case's as-of date (P1).
    engine : load-flow engine, or ``auto`` for the fastest exact one per island.
    workers : threads of the load flow; all processors by default.
    name : of the run; made of case, scenario and as-of date by default.
    node_capacity : whether the capacity of every LV node is sought (P9).
    node_shape : of the load that is sought for, over time: ``flat`` or a day shape (``headroom.shapes``).
    generation : whether rooftop PV is sought at every node beside load.
    crosscheck_steps : critical steps solved with pandapower too, at most (by default 24); 0 leaves the cross-check out,
        and the run says so.
    sample_nodes : node figures put to the test while the run is made; 0 leaves that out.
    executor : where feeders are worked on, if not in threads of this process: anything that runs functions elsewhere.
    memory : what studies leave behind for the next one of a case in which little has changed; taken up and filled.
    progress : called as ``progress(stage, done, total)``; ``total`` is 0 where a stage only begins.

    Raises
    ------
    InputError
        The case (or the scenario laid over it) has errors; every one of them is in ``.issues``.
    PolicyError
        The policy that the case names is absent or cannot be used.
    """
    clock, memory = _Clock(progress), memory or Memory(lasting=False)
    with clock.stage("check"):
        rules = rules or policy.policy_of(case)
        studied = apply_scenario(case, scenario) if scenario else case
        window = window or past_window(studied, rules)
        issues = _without_errors(check(studied, window, rules=rules))
        readings = checks.judge_readings(studied, window)
    with clock.stage("load flow"):
        levels = (rules.choice("heavy_percent"), rules.choice("overload_percent"))
        how = (window, scenario, rules, engine)
        if not memory.holds_the_loads_of(studied, how):
            flow = LoadFlow(studied, window, levels_percent=levels, engine=engine, workers=workers, readings=readings)
            solved = flow.solve_year(crosscheck_steps=crosscheck_steps, progress=clock.within("load flow"))
            memory.keep(flow, solved, how)
        flow, solved = memory.load_flow
    with clock.stage("load rates"):
        memory.rates = memory.rates or _rates(studied, rules, readings, solved, projected=scenario is not None)
        curves, rated, lines, nodes = memory.rates.curves, memory.rates.rated, memory.rates.lines, memory.rates.nodes
    with clock.stage("allowed capacity"):
        reserved = headroom.reserved_demand(studied, rules)
        transformers = headroom.transformer_headroom(rated, reserved, rules, curves.solver_failed)
        grid = headroom.prepare_grid(studied, rules, solved, flow, transformers, nodes, reserved)
        areas = headroom.area_headroom(grid, lines, nodes, rules)
        feeders = headroom.feeder_headroom(grid, lines, rules)
        substations = headroom.substation_headroom(grid, rules)
        transformers = headroom.with_shares(transformers, areas)
    with clock.stage("node capacity"):
        if node_capacity:
            told = clock.within("node capacity")
            largest = partial(memory.search, executor=executor, progress=told)
            nodes = headroom.node_headroom(
                studied, rules, largest, transformers, nodes, grid.base, solved.timestamps, shape=node_shape,
                generation=generation,
            )  # fmt: skip
    with clock.stage("verification"):
        sample = None
        if node_capacity and node_shape == "flat" and sample_nodes:
            sample = verify_sample(studied, rules, flow, solved, transformers, nodes, reserved, n_nodes=sample_nodes)
    with clock.stage("alerts"):
        quality = assembly.quality_table([*issues, *load_flow_issues(solved, studied)])
        areas = policy.with_status(areas, quality, rules)
        demand = headroom.application_demand(studied, rules, studied.applications)
        alerts = policy.raise_alerts(rules, transformers, lines, areas, substations, demand, curves)
    frames = {
        "transformers": transformers,
        "nodes": nodes,
        "areas": areas,
        "feeders": feeders,
        "substations": substations,
        "alerts": alerts,
        "evidence": policy.gather_evidence(alerts, transformers, lines, curves),
        "capacity_12x24": headroom.capacity_12x24(grid, areas, transformers, curves, rules),
        "quality": quality,
        "applications": studied.applications,
        "projects": studied.projects,
    }
    return Run(
        manifest=assembly.make_manifest(
            studied, scenario, rules, window, solved, clock.seconds, name, sample, node_shape if node_capacity else ""
        ),
        **{key: conform(frame, ALL[key]) for key, frame in frames.items()},
        **memory.rates.frames,
        area_shapes=studied.areas[["area_id", "geometry"]],
        feeder_shapes=assembly.feeder_shapes(studied),
    )


_How = tuple[Window, Scenario | None, Policy, Engine]
"""What besides the case decides about a load flow."""


@dataclass(frozen=True)
class _Rates:
    """What follows from loads and readings alone; ``frames`` are the run's tables of it."""

    curves: RatedCurves
    rated: pd.DataFrame
    lines: pd.DataFrame
    nodes: pd.DataFrame
    frames: dict[str, pd.DataFrame]


def _rates(case: Case, rules: Policy, readings: JudgedReadings, solved: SolvedYear, *, projected: bool) -> _Rates:
    curves = rates.rated_curves(case, readings, solved, projected=projected)
    rated = rates.transformer_rates(case, rules, curves, readings, solved)
    lines = rates.line_rates(case, solved, rated)
    frames = {
        "lines": lines,
        "transformer_curves": assembly.transformer_curves(curves),
        "feeder_curves": assembly.feeder_curves(solved),
        "feeder_voltages": rates.feeder_voltages(case, rules, solved, rated),
    }
    nodes = rates.node_voltages(case, rules, solved, rated)
    return _Rates(curves, rated, lines, nodes, {key: conform(frame, ALL[key]) for key, frame in frames.items()})


@dataclass
class Memory:
    """What a study leaves behind for the next one: its load flow, and the year of every LV network it searched.

    After an application was accepted or a reading corrected, what the change does not touch is taken up; its feeder,
    what stands above it and everything that depends on its substation are computed anew. The result equals that of a
    study from nothing, to the accuracy of the figures. ``lasting`` is False where no study is to follow.
    """

    lasting: bool = True
    rates: _Rates | None = None
    _flow: LoadFlow | None = None
    _solved: SolvedYear | None = None
    _how: _How | None = None
    _searches: dict[str, Additions] = field(default_factory=dict)

    def holds_the_loads_of(self, case: Case, how: _How) -> bool:
        """Whether the load flow it holds is that of a case: nothing that a load flow uses has changed."""
        return self._flow is not None and self._how == how and same_loads(self._flow.case, case)

    def keep(self, flow: LoadFlow, solved: SolvedYear, how: _How) -> None:
        """Keep a load flow and the year it solved."""
        self._flow, self._solved, self._how, self.rates = flow, solved, how, None

    @property
    def load_flow(self) -> tuple[LoadFlow, SolvedYear]:
        """The load flow it holds, and its solved year."""
        assert self._flow is not None
        assert self._solved is not None
        return self._flow, self._solved

    def search(
        self,
        bounds: Bounds,
        addition: Addition,
        *,
        executor: Executor | None,
        progress: Callable[[int, int], None] | None,
    ) -> Additions:
        """The largest additions, with what the search before left behind taken up."""
        flow, solved = self.load_flow
        before = self._searches.pop(addition.direction, None)
        found = largest_additions(flow, solved, bounds, addition, before=before, executor=executor, progress=progress)
        if self.lasting:
            self._searches[addition.direction] = found
        return found


LOADS = ("areas", "substations", "feeders", "transformers", "customers", "profiles")
READINGS = ("measurements", "daily_maxima", "exclusions")
"""Tables of a case that load flow and load rates use besides the network."""


def same_loads(one: Case, other: Case) -> bool:
    """Whether two cases, under the same scenario, have the same network, loads and readings."""
    if one is other:
        return True
    stored = one.hashes.get("network.json")
    same_net = one.net is other.net or (stored is not None and stored == other.hashes.get("network.json"))
    tables = all(
        getattr(one, name) is getattr(other, name) or getattr(one, name).equals(getattr(other, name))
        for name in (*LOADS, *READINGS)
    )
    return same_net and tables and one.settings == other.settings


def past_window(case: Case, rules: Policy | None = None) -> Window:
    """The steps that "past" means for a case: the policy's months before its as-of date (P1)."""
    months = int((rules or policy.policy_of(case)).choice("window_months"))
    return Window.before(pd.Timestamp(case.settings.as_of), case.settings.step_minutes, months)


@dataclass
class _Clock:
    """Seconds spent in each stage, and who is told of it."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if self.progress:
            self.progress(name, 0, 0)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def within(self, name: str) -> Callable[[int, int], None] | None:
        progress = self.progress
        return None if progress is None else lambda done, total: progress(name, done, total)


def _without_errors(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """The issues, if none of them stops a run."""
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    return issues
