"""A reinforcement plan from a case: futures solved, needs found, measures tried and chosen, projects in time."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capacity import policy
from capacity.matrix.ground import prepare_ground
from capacity.planning.needs import needs_of
from capacity.reinforcing.confirming import confirmed_choice, measures_of
from capacity.reinforcing.feeders import FeederPlan, plan_feeder
from capacity.reinforcing.futures import with_mean_readings
from capacity.reinforcing.horizon import PRESENT, horizon_of, in_words, refuse_unknown, years_tried
from capacity.reinforcing.neighbours import neighbours
from capacity.reinforcing.projects import projects_of
from capacity.reinforcing.record import record_of, timing_of
from capacity.reinforcing.telling import (
    areas_table,
    measures_table,
    needs_table,
    verified_table,
    wanted_on,
    years_table,
)
from capacity.reinforcing.working import Progress, Work, done
from capacity.reinforcing.years import Cuts, SolvedYear, cut_file, solve_year
from capacity.study import past_window
from capacity.tables._schema import empty
from capacity.tables.case import Case, Window
from capacity.tables.measure import Need
from capacity.tables.plan import PLAN_CLAIMS, Plan
from capacity.tables.policy import Policy
from capacity.tables.programme import Programme
from capacity.tables.scenario import Scenario


@dataclass(frozen=True)
class MadePlan:
    """A plan with what is drawn and written of it: the programme, and the projects as rows of ``projects.csv``."""

    plan: Plan
    programme: Programme
    library: pd.DataFrame


def make_plan(
    case: Case,
    scenario: Scenario | None = None,
    *,
    years: Sequence[int] = (),
    feeders: Collection[str] = (),
    draw: int = 0,
    seed: int = 0,
    budget_yuan: Mapping[int, float] | None = None,
    crews: int = 4,
    months: int | None = None,
    no_outage_months: Collection[int] = (),
    nodes: bool = True,
    rules: Policy | None = None,
    window: Window | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> MadePlan:
    """Plan the reinforcement of a grid over a horizon.

    Every year of the horizon is solved at every step where nothing is done. Candidates for what fires are tried on
    their feeder (and those it can be tied to) at the critical steps of some of the years. What is chosen of them is
    solved with the whole grid at every step of every year; where that refutes a claim, the choice is made anew.

    Parameters
    ----------
    scenario : the future; none: the grid as it is today.
    years : calendar years; by default those of the scenario's horizon.
    feeders : on which measures are sought; by default on all. Needs are found on all.
    draw, seed : of the future's draw; 0 is the central one.
    budget_yuan : by calendar year; none: nothing falls out.
    crews, months, no_outage_months : of the programme: crews in each month, its length (by default to the end of the
        horizon), calendar months in which nothing may be switched off.
    nodes : whether the capacity of every node is found in the last year, without and with the plan (P9).
    rules : the policy, if not the one that the case names.
    window : the steps that stand for a year, if not the policy's months before the case's as-of date (P1).
    workers : processes, by default one per processor, at most eight.
    executor : where years and feeders are worked on instead; the temporary folder must be reachable there.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    InputError
        The case has errors, or a scenario names what it does not have.
    RequestError
        There is nothing to plan for: no years, years before the case's, a feeder that the case does not have.
    """
    began = time.perf_counter()
    rules = rules or policy.policy_of(case)
    as_of = case.settings.as_of
    future, horizon = scenario or PRESENT, horizon_of(case, scenario, years)
    refuse_unknown(case, feeders)
    tell = progress or (lambda stage, done, total: None)
    with tempfile.TemporaryDirectory(prefix="capacity-plan-") as name:
        tell("base year", 0, 0)
        ground = with_mean_readings(prepare_ground(case, rules, window or past_window(case, rules), workers=workers))
        file = Path(name) / "ground.pickle"
        file.write_bytes(pickle.dumps(ground))
        work = Work(Path(name), file, draw, seed, workers or min(8, os.cpu_count() or 1), executor, tell)
        tried = years_tried(horizon)
        cuts = {name: held for name, held in neighbours(case).items() if not feeders or name in feeders}
        present, before = _years_before(work, future, horizon, tried, cuts, as_of.year, nodes=nodes)
        needs = needs_of(
            {year: one.findings for year, one in before.items()}, present.findings, as_of,
            wanted_on=wanted_on(case.applications), future=in_words(future),
        )  # fmt: skip
        tried_on = _feeders(work, needs, tried, as_of)
        choice, verified, after, remarks = confirmed_choice(
            work, case, future, rules, needs, tried_on, before, tried, nodes=nodes
        )
    projects = projects_of(
        case, rules, choice, needs, measures_of(tried_on), present.areas, budget_yuan, crews=crews,
        months=months or 12 * max(horizon[-1] - as_of.year, 2), no_outage_months=no_outage_months,
    )  # fmt: skip
    remarks += timing_of(projects.projects)
    seconds = time.perf_counter() - began
    record = record_of(
        case, rules, scenario, horizon, tried, draw, seed, len(verified), remarks, seconds,
        programme_proven=projects.programme.proven,
    )  # fmt: skip
    plan = Plan(
        record=record,
        needs=needs_table(needs),
        measures=measures_table(measures_of(tried_on)),
        verified=verified_table(verified, choice.parts),
        choices=choice.measures,
        outcomes=choice.needs,
        feeders=choice.feeders,
        projects=projects.projects,
        cases=projects.cases,
        budget=projects.budget,
        programme=projects.programme.plan,
        outages=projects.programme.outages_planned,
        months=projects.programme.months,
        unscheduled=projects.unscheduled,
        years=years_table(before, after, projects.investment_yuan(horizon)),
        areas=areas_table(before, after),
        claims=empty(PLAN_CLAIMS),
    )
    return MadePlan(plan, projects.programme, projects.library)


def _years_before(
    work: Work, future: Scenario, horizon: Sequence[int], tried: Sequence[int], cuts: Cuts, base: int, *, nodes: bool
) -> tuple[SolvedYear, dict[int, SolvedYear]]:
    """Today's grid, and every year of the horizon with nothing done."""
    jobs = {
        str(year): (work.ground_file, future, year, work.draw, work.seed, cuts if year in tried else {}, work.folder,
                    nodes and year == horizon[-1])
        for year in reversed(horizon)
    }  # fmt: skip
    today = future is PRESENT
    if not today:
        jobs["present"] = (work.ground_file, PRESENT, base, 0, 0, {}, work.folder, False)
    found = done(work, "years", solve_year, jobs)
    before = {year: found[str(year)] for year in horizon}
    return (before[base] if today else found["present"]), before


def _feeders(work: Work, needs: Sequence[Need], tried: Sequence[int], as_of: dt.date) -> dict[str, FeederPlan]:
    """What was tried on every feeder where more than P3 fires; a substation's need has nothing that could be tried."""
    jobs = {}
    for feeder in sorted({need.feeder_id for need in needs if need.rule != "P3"}):
        files = [cut_file(work.folder, feeder, year) for year in tried]
        if all(file.exists() for file in files):
            jobs[feeder] = (feeder, files, tuple(need for need in needs if need.feeder_id == feeder), as_of)
    return done(work, "feeders", plan_feeder, jobs)
