"""A plan's claims put to the test by the study itself: each year run with and without the projects, every step solved.

Nothing of what made the plan is used here but its tables: the study lays the scenario over the case, judges readings,
solves the year, checks it against pandapower and raises its alerts, as for any run.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter

from capacity import policy
from capacity.city.pool import Jobs, work_through
from capacity.planning.days import in_years
from capacity.planning.needs import created, findings_of, stays, violations_of
from capacity.study import run_study
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case, Window
from capacity.tables.findings import Results
from capacity.tables.network_change import NetworkChange
from capacity.tables.plan import PLAN_CLAIMS, Plan
from capacity.tables.policy import Policy
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word

Progress = Callable[[str, int, int], None]
CHANGES: TypeAdapter[tuple[NetworkChange, ...]] = TypeAdapter(tuple[NetworkChange, ...])


@dataclass(frozen=True)
class _Project:
    """A project as its plan states it; ``clears`` are the years by need."""

    project_id: str
    feeder_id: str
    places: frozenset[str]
    changes: tuple[NetworkChange, ...]
    clears: Mapping[str, tuple[int, ...]]

    @property
    def first_year(self) -> int | None:
        """From when on it is there: the first year in which it clears more than P3; else the first of all."""
        years = [year for need, own in self.clears.items() if not need.startswith("P3:") for year in own]
        return min(years or [year for own in self.clears.values() for year in own], default=None)


@dataclass(frozen=True)
class YearSeen:
    """What the study found in a year: findings, and why nothing can be said of it, if so."""

    findings: pd.DataFrame
    violations: pd.DataFrame
    unsure: Word | None


def verify_plan(
    case: Case,
    plan: Plan,
    scenario: Scenario | None = None,
    *,
    rules: Policy | None = None,
    window: Window | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Whether each project does what the plan claims, in every year claimed, with all projects of that year done.

    Parameters
    ----------
    case, scenario, window : what the plan was made from.
    workers : processes, by default one per processor, at most eight.
    progress : called as ``progress("years", done, total)``.

    Returns
    -------
    DataFrame of ``tables.plan.PLAN_CLAIMS``: of every project the needs that it clears, year by year, and in every year
    from its first one on that no new violation is put down to it. Years with a step that has no solution, or that
    pandapower solves differently, settle nothing.

    Raises
    ------
    InputError
        The plan's changes cannot be made on this case.
    """
    rules = rules or policy.policy_of(case)
    projects = _projects(plan)
    if not projects:
        return empty(PLAN_CLAIMS)
    by_year = policy.with_variant(rules, scenario)
    seen = _years_seen(case, plan, scenario, rules, projects, window, workers, executor, progress)
    rows: list[dict[str, object]] = []
    for year in plan.record.years:
        before, after = seen["before", year], seen["after", year]
        new = created(before.violations, after.violations, by_year)
        for project in projects:
            rows += _cleared(project, plan.needs, year, before, after)
        rows += _harm(projects, year, after, new)
    return conform(pd.DataFrame(rows), PLAN_CLAIMS) if rows else empty(PLAN_CLAIMS)


def _projects(plan: Plan) -> list[_Project]:
    chosen = plan.verified[plan.verified["chosen"].astype(bool)]
    by_ids = {frozenset(str(row.measure_ids).split(";")): row for row in chosen.itertuples()}
    changes = dict(zip(plan.measures["measure_id"], plan.measures["changes"], strict=True))
    found = []
    for row in plan.projects.dropna(subset=["measure_ids"]).itertuples():
        ids = str(row.measure_ids).split(";")
        part = by_ids.get(frozenset(ids))
        stated = "" if part is None or pd.isna(part.clears) else str(part.clears)
        found.append(
            _Project(
                str(row.project_id),
                str(row.feeder_id),
                frozenset(_split(row.element_ids) + _split(row.area_ids)),
                tuple(change for key in ids for change in CHANGES.validate_json(changes[key])),
                {
                    need: tuple(map(int, years.split(",")))
                    for need, _, years in (one.rpartition(":") for one in stated.split(";") if one)
                },
            )
        )
    return found


def _split(ids: object) -> list[str]:
    return ids.split(";") if isinstance(ids, str) else []


def _years_seen(
    case: Case,
    plan: Plan,
    scenario: Scenario | None,
    rules: Policy,
    projects: Sequence[_Project],
    window: Window | None,
    workers: int | None,
    executor: Executor | None,
    progress: Progress | None,
) -> dict[tuple[str, int], YearSeen]:
    done = _with_projects(scenario, projects, case.settings.as_of.year, case)
    record = plan.record
    seen: dict[tuple[str, int], YearSeen] = {}
    with tempfile.TemporaryDirectory(prefix="capacity-claims-") as name:
        file = Path(name) / "case.pickle"
        file.write_bytes(pickle.dumps(case))
        jobs: Jobs = {
            f"{state}/{year}": (file, future, rules, window, year, record.draw, record.seed)
            for year in record.years
            for state, future in (("before", scenario), ("after", done))
        }
        at_once = workers or min(8, os.cpu_count() or 1)
        for key, outcome in work_through(see_year, jobs, at_once=at_once, executor=executor):
            if isinstance(outcome, BaseException):
                raise outcome
            state, _, year = key.partition("/")
            seen[state, int(year)] = outcome
            if progress is not None:
                progress("years", len(seen), len(jobs))
    return seen


def _with_projects(scenario: Scenario | None, projects: Sequence[_Project], base: int, case: Case) -> Scenario:
    future = scenario or Scenario(name="with-plan", title_zh="实施规划后", title_en="with the plan")
    changes = list(future.changes)
    for project in sorted(projects, key=lambda one: one.first_year or base):
        day = in_years(case.settings.as_of, (project.first_year or base) - base)
        changes += [change.model_copy(update={"in_service_on": day}) for change in project.changes]
    return future.model_copy(update={"changes": tuple(changes)})


def see_year(
    file: Path, scenario: Scenario | None, rules: Policy, window: Window | None, year: int, draw: int, seed: int
) -> YearSeen:
    """Run the study on a year of a future; ``file`` is the pickled case, written by this program a moment ago."""
    case: Case = pickle.loads(file.read_bytes())
    if scenario is not None and scenario.is_future:
        scenario = scenario.model_copy(update={"year": year, "draw": draw, "seed": seed})
    run = run_study(case, scenario=scenario, rules=rules, window=window, workers=1, node_capacity=False, sample_nodes=0)
    results = Results(
        run.transformers, run.lines, run.nodes, run.areas, run.substations, run.alerts,
        pd.DataFrame(columns=["application_id", "transformer_id"]), run.feeder_voltages,
    )  # fmt: skip
    manifest = run.manifest
    unsure = None
    if manifest.steps_failed:
        unsure = Word(f"{manifest.steps_failed} 个时刻潮流无解", f"{manifest.steps_failed} steps have no solution")
    elif manifest.crosscheck_passed is False:
        unsure = Word("与 pandapower 结果不一致", "pandapower finds another solution")
    by_year = policy.with_variant(rules, scenario)
    return YearSeen(findings_of(results, by_year), violations_of(results, by_year), unsure)


def _cleared(
    project: _Project, needs: pd.DataFrame, year: int, before: YearSeen, after: YearSeen
) -> list[dict[str, object]]:
    by_id = needs.set_index("need_id")
    rows = []
    for need_id, years in project.clears.items():
        if year not in years:
            continue
        rule, _, key = need_id.partition(":")
        was, now = _finding(before, key), _finding(after, key)
        unsure = after.unsure
        holds = None if unsure else not stays(after.findings, key, rule)
        value = None if now is None else now["value"]
        words = unsure or (
            Word("不再触发", "no longer fires")
            if holds
            else Word("仍触发或未知", "still fires, or its value is unknown")
        )
        rows.append(
            {
                "project_id": project.project_id,
                "claim": "clears",
                "need_id": need_id,
                "rule": rule,
                "element_id": by_id["element_id"].get(need_id, key.partition(":")[2]),
                "year": year,
                "holds": holds,
                "value_before": None if was is None else was["value"],
                "value_after": value,
                "threshold": by_id["threshold"].get(need_id),
                "unit": by_id["unit"].get(need_id, ""),
                "words_zh": words.zh,
                "words_en": words.en,
            }
        )
    return rows


def _finding(seen: YearSeen, key: str) -> pd.Series | None:
    found = seen.findings[seen.findings["key"] == key]
    return None if found.empty else found.iloc[0]


def _harm(projects: Sequence[_Project], year: int, after: YearSeen, new: pd.DataFrame) -> list[dict[str, object]]:
    there = [project for project in projects if project.first_year is not None and project.first_year <= year]
    blamed: dict[str, list[pd.Series]] = {project.project_id: [] for project in there}
    for _, row in new.iterrows():
        for project in _blamed(row, there):
            blamed[project.project_id].append(row)
    rows = []
    for project in there:
        mine = blamed[project.project_id]
        told = "; ".join(f"{row['rule']} {row['element_id']} {row['value']:.4g} {row['unit']}" for row in mine[:3])
        words = after.unsure or (Word(f"新增：{told}", f"new: {told}") if mine else Word("无新增越限", "nothing new"))
        rows.append(
            {
                "project_id": project.project_id,
                "claim": "no_new_violation",
                "year": year,
                "holds": None if after.unsure else not mine,
                "unit": "",
                "words_zh": words.zh,
                "words_en": words.en,
            }
        )
    return rows


def _blamed(row: pd.Series, projects: Sequence[_Project]) -> list[_Project]:
    """Whom a new violation is put down to: who works on it or in its area, else all of its feeder, else everybody."""
    names = {str(row["element_id"]), str(row["key"]).partition(":")[2], str(row["area_id"])}
    near = [project for project in projects if names & project.places]
    return near or [one for one in projects if one.feeder_id == row["feeder_id"]] or list(projects)
