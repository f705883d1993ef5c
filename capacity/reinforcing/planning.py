"""A reinforcement plan from a case: futures solved, needs found, measures tried and chosen, projects in time."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from capacity import policy
from capacity.city.pool import Jobs, work_through
from capacity.errors import RequestError
from capacity.matrix.ground import prepare_ground
from capacity.planning.choosing import choose
from capacity.planning.needs import needs_of
from capacity.reinforcing.feeders import FeederPlan, choose_again, plan_feeder
from capacity.reinforcing.futures import with_mean_readings
from capacity.reinforcing.neighbours import neighbours
from capacity.reinforcing.projects import projects_of, with_projects
from capacity.reinforcing.record import record_of, remarks_of
from capacity.reinforcing.settling import settled
from capacity.reinforcing.telling import (
    areas_table,
    measures_table,
    needs_table,
    verified_table,
    wanted_on,
    years_table,
)
from capacity.reinforcing.years import Cuts, SolvedYear, cut_file, solve_year
from capacity.study import past_window
from capacity.tables._schema import empty
from capacity.tables.case import Case, Window
from capacity.tables.choice import Choice
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.plan import PLAN_CLAIMS, Plan
from capacity.tables.policy import Policy
from capacity.tables.programme import Programme
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word

Progress = Callable[[str, int, int], None]
Outcome = TypeVar("Outcome")
PRESENT = Scenario(name="present", title_zh="现状电网", title_en="the present grid")
TRIED_YEARS, ROUNDS = 3, 3
"""Years of the horizon that candidates are tried in; how often a choice that the whole grid refutes is made anew."""


@dataclass(frozen=True)
class MadePlan:
    """A plan with what is drawn and written of it: the programme, and the projects as rows of ``projects.csv``."""

    plan: Plan
    programme: Programme
    library: pd.DataFrame


@dataclass(frozen=True)
class _Work:
    """What every unit of work of one plan has in common."""

    folder: Path
    ground_file: Path
    draw: int
    seed: int
    at_once: int
    executor: Executor | None
    tell: Progress


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
    future, horizon = scenario or PRESENT, _horizon(case, scenario, years)
    _refuse_unknown(case, feeders)
    tell = progress or (lambda stage, done, total: None)
    with tempfile.TemporaryDirectory(prefix="capacity-plan-") as name:
        tell("base year", 0, 0)
        ground = with_mean_readings(prepare_ground(case, rules, window or past_window(case, rules), workers=workers))
        file = Path(name) / "ground.pickle"
        file.write_bytes(pickle.dumps(ground))
        work = _Work(Path(name), file, draw, seed, workers or min(8, os.cpu_count() or 1), executor, tell)
        tried = _some_of(horizon)
        cuts = {name: held for name, held in neighbours(case).items() if not feeders or name in feeders}
        present, before = _years_before(work, future, horizon, tried, cuts, as_of.year, nodes=nodes)
        needs = needs_of(
            {year: one.findings for year, one in before.items()}, present.findings, as_of,
            wanted_on=wanted_on(case.applications), future=_told(future),
        )  # fmt: skip
        tried_on = _feeders(work, needs, tried, as_of)
        choice, verified, after, remarks = _chosen(
            work, case, future, rules, needs, tried_on, before, tried, nodes=nodes
        )
    projects = projects_of(
        case, rules, choice, needs, _measures(tried_on), present.areas, budget_yuan, crews=crews,
        months=months or 12 * max(horizon[-1] - as_of.year, 2), no_outage_months=no_outage_months,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    record = record_of(case, rules, scenario, horizon, tried, draw, seed, len(verified), remarks, seconds)
    parts = {part.measure_ids for part in choice.parts}
    plan = Plan(
        record=record,
        needs=needs_table(needs),
        measures=measures_table(_measures(tried_on)),
        verified=verified_table(verified, parts),
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


def _horizon(case: Case, scenario: Scenario | None, years: Sequence[int]) -> tuple[int, ...]:
    base = case.settings.as_of.year
    if scenario is None:
        if any(year != base for year in years):
            raise RequestError(
                [f"未给出情景时只能规划现状（{base} 年）；请用情景文件说明以后年份的负荷"],
                [f"without a scenario only the present ({base}) can be planned for; name a scenario for later years"],
            )
        return (base,)
    asked = tuple(sorted(set(years))) or tuple(range(base + 1, base + scenario.horizon_years + 1))
    if not asked:
        raise RequestError(
            [f"情景“{scenario.name}”没有规划年限（horizon_years），请指定年份"],
            [f"scenario '{scenario.name}' has no horizon_years; ask for years"],
        )
    early = [year for year in asked if year < base]
    if early:
        raise RequestError(
            [f"年份 {early} 早于算例截止日所在的 {base} 年"], [f"years {early} lie before {base}, the year of the case"]
        )
    return asked


def _refuse_unknown(case: Case, feeders: Collection[str]) -> None:
    known = [str(one) for one in case.topology.feeders["feeder_id"]]
    unknown = sorted(set(feeders) - set(known))
    if unknown:
        raise RequestError(
            [f"没有线路 {'、'.join(unknown)}；可用：{'、'.join(known)}"],
            [f"there is no feeder {', '.join(unknown)}; there are: {', '.join(known)}"],
        )


def _some_of(horizon: Sequence[int]) -> tuple[int, ...]:
    """Evenly spaced years, the first and the last among them."""
    last = len(horizon) - 1
    return tuple(sorted({horizon[round(last * part / (TRIED_YEARS - 1))] for part in range(TRIED_YEARS)}))


def _told(future: Scenario) -> Word:
    if future is PRESENT:
        return Word(future.title_zh, future.title_en)
    return Word(f"情景 {future.title_zh}", f"scenario '{future.title_en or future.name}'")


def _years_before(
    work: _Work, future: Scenario, horizon: Sequence[int], tried: Sequence[int], cuts: Cuts, base: int, *, nodes: bool
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
    found = _all(work, "years", solve_year, jobs)
    before = {year: found[str(year)] for year in horizon}
    return (before[base] if today else found["present"]), before


def _feeders(work: _Work, needs: Sequence[Need], tried: Sequence[int], as_of: dt.date) -> dict[str, FeederPlan]:
    """What was tried on every feeder where more than P3 fires; a substation's need has nothing that could be tried."""
    jobs = {}
    for feeder in sorted({need.feeder_id for need in needs if need.rule != "P3"}):
        files = [cut_file(work.folder, feeder, year) for year in tried]
        if all(file.exists() for file in files):
            jobs[feeder] = (feeder, files, tuple(need for need in needs if need.feeder_id == feeder), as_of)
    return _all(work, "feeders", plan_feeder, jobs)


def _chosen(
    work: _Work,
    case: Case,
    future: Scenario,
    rules: Policy,
    needs: Sequence[Need],
    tried_on: Mapping[str, FeederPlan],
    before: Mapping[int, SolvedYear],
    tried: Sequence[int],
    *,
    nodes: bool,
) -> tuple[Choice, tuple[Verified, ...], dict[int, SolvedYear], list[Word]]:
    """The choice that the whole grid confirms, everything verified, the years with it done, and what weakens it."""
    as_of, last = case.settings.as_of, max(before)
    measures = _measures(tried_on)
    by_id = {one.measure_id: one for one in measures}
    by_year = dict.fromkeys(before, policy.with_variant(rules, future))
    known = {(one.feeder_id, one.measure_ids): one for plan in tried_on.values() for one in plan.verified}
    for round_ in range(1, ROUNDS + 1):
        choice = choose(needs, measures, tuple(known.values()))
        done = with_projects(future, choice.parts, needs, by_id, as_of)
        jobs: Jobs = {
            str(year): (work.ground_file, done, year, work.draw, work.seed, {}, work.folder, nodes and year == last)
            for year in reversed(list(before))
        }
        after = {int(year): one for year, one in _all(work, f"check {round_}", solve_year, jobs).items()}
        seen, worse = settled(choice.parts, before, after, by_year, as_of)
        known |= {(one.feeder_id, one.measure_ids): one for one in seen}
        if not worse:
            break
        refuted = {one.feeder_id for one in seen}
        again = {
            feeder: (
                feeder, [cut_file(work.folder, feeder, year) for year in tried],
                tuple(need for need in needs if need.feeder_id == feeder), as_of, tried_on[feeder].measures,
                tuple(one for key, one in known.items() if key[0] == feeder),
            )
            for feeder in sorted(refuted)
        }  # fmt: skip
        for sets in _all(work, "feeders again", choose_again, again).values():
            known |= {(one.feeder_id, one.measure_ids): one for one in sets}
    final = choose(needs, measures, tuple(known.values()))
    if {part.measure_ids for part in final.parts} != {part.measure_ids for part in choice.parts}:
        final = choose(needs, measures, seen)  # what the last round solved, as it saw it
    refused = {name: why for plan in tried_on.values() for name, why in plan.refused.items()}
    return (
        final,
        tuple(known.values()),
        after,
        remarks_of(refused, sum(bool(part.harm) for part in seen) if worse else 0, round_),
    )


def _measures(tried_on: Mapping[str, FeederPlan]) -> tuple[Measure, ...]:
    return tuple(one for plan in tried_on.values() for one in plan.measures)


def _all(work: _Work, stage: str, task: Callable[..., Outcome], jobs: Jobs) -> dict[str, Outcome]:
    """Every job done, in processes; the first error is raised."""
    found: dict[str, Outcome] = {}
    work.tell(stage, 0, len(jobs))
    for name, outcome in work_through(task, jobs, at_once=work.at_once, executor=work.executor):
        if isinstance(outcome, BaseException):
            raise outcome
        found[name] = outcome
        work.tell(stage, len(found), len(jobs))
    return found
