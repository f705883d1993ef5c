"""The whole flow on one screen: case → checks → load flow → load rates → allowed capacity → alerts → run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from capacity import checks, headroom, policy
from capacity.case import apply_scenario
from capacity.errors import InputError
from capacity.loadflow import LoadFlow
from capacity.memory import Engine, Memory, rates_of
from capacity.proof import SAMPLE_NODES, verify_sample
from capacity.runs import assembly
from capacity.runs.load_flow_issues import load_flow_issues
from capacity.tables._schema import conform
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.results import ALL
from capacity.tables.run import Run
from capacity.tables.scenario import Scenario

Progress = Callable[[str, int, int], None]


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
    scenario : changes laid over the case; the case itself is not touched. Its policy values replace those of ``rules``.
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
        rules = policy.with_variant(rules or policy.policy_of(case), scenario)
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
        memory.rates = memory.rates or rates_of(studied, rules, readings, solved, projected=scenario is not None)
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
        "customers": studied.customers,
        "applications": studied.applications,
        "projects": studied.projects,
    }
    return Run(
        manifest=assembly.make_manifest(
            studied, scenario, rules, window, solved, clock.seconds, name, sample, node_shape if node_capacity else ""
        ),
        **{key: conform(frame, ALL[key]) for key, frame in frames.items()},
        **memory.rates.frames,
        area_shapes=assembly.area_shapes(studied),
        feeder_shapes=assembly.feeder_shapes(studied),
        places=assembly.places(studied),
    )


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
