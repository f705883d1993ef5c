"""The matrix: which cells there are, which are done already, and the rest worked through on an executor."""

from __future__ import annotations

import json
import os
import pickle
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from capacity import policy
from capacity.case.scenarios.future import stage
from capacity.case.scenarios.problems import unknown_ids
from capacity.city.pool import work_through
from capacity.errors import CapacityError, InputError, RequestError
from capacity.matrix.ground import Ground, prepare_ground
from capacity.matrix.store import cell_file, facts_of, key_of, write_record
from capacity.matrix.work import Made, Wanted, solve_batch
from capacity.runs.program import program_version
from capacity.runs.swap import only_writer
from capacity.study import past_window
from capacity.tables.case import Case, Window
from capacity.tables.matrix import BASIS, Basis, CellFacts, FullYear, MatrixRecord
from capacity.tables.policy import Policy
from capacity.tables.scenario import Scenario

BATCH = 7
"""Cells of one unit of work at most: few enough to spread, enough to share a network."""
Progress = Callable[[str, int, int], None]
Places = dict[tuple[str, int], list[Wanted]]


def run_matrix(
    case: Case,
    scenarios: Sequence[Scenario],
    target: Path,
    *,
    years: Sequence[int] = (),
    draws: int = 20,
    seed: int = 0,
    full_year: FullYear = "last",
    rules: Policy | None = None,
    window: Window | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> MatrixRecord:
    """Work through every scenario, year and draw, and write each cell to ``target`` as soon as it is done.

    A cell that is there already and rests on the same case, scenario, policy, seed, steps and program is kept, so a
    stopped matrix goes on where it stopped. Draw 0 is the central one; draws 1 … ``draws`` are random. Draws are
    solved at critical steps (those of the base year, and those of each draw's own highest loads), the central draw at
    every step of the year where ``full_year`` says so; each row says which.

    Parameters
    ----------
    years : calendar years; by default every year of each scenario's horizon.
    draws : random draws per scenario and year.
    full_year : ``none``, ``last`` (the central draw of the last year asked for) or ``central`` (of every year).
    rules : the policy, if not the one that the case names; scenarios may replace values of it.
    workers : processes, by default one per processor, at most eight.
    executor : where cells are worked on instead; ``target`` must be reachable there.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    InputError
        The case has errors, or a scenario names what it does not have: all of them at once.
    RequestError
        Years before the case's, scenarios of one name, nothing to do.
    PolicyError
        A scenario names a policy value that there is not.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    rules = rules or policy.policy_of(case)
    window = window or past_window(case, rules)
    asked = {one.name: _years(case, one, years) for one in scenarios}
    _refuse(case, scenarios, asked, rules, draws)
    target.mkdir(parents=True, exist_ok=True)
    with only_writer(target):
        wanted, kept = _to_do(case, scenarios, asked, target, draws, seed, full_year, rules, window)
        total = len(kept) + sum(len(cells) for cells in wanted.values())
        made: list[Made] = []
        if wanted:
            tell("base year", 0, 0)
            ground = prepare_ground(case, rules, window, workers=workers)
            by_name = {one.name: one for one in scenarios}
            tell("cells", len(kept), total)
            for batch in _worked(ground, target, by_name, wanted, seed, workers, executor):
                made += batch
                tell("cells", len(kept) + len(made), total)
        record = _record(case, scenarios, rules, asked, draws, seed, full_year, kept, made, time.perf_counter() - began)
        write_record(target, record)
    return record


def _years(case: Case, scenario: Scenario, years: Sequence[int]) -> tuple[int, ...]:
    base = case.settings.as_of.year
    return tuple(sorted(set(years))) or tuple(range(base + 1, base + scenario.horizon_years + 1))


def _refuse(
    case: Case, scenarios: Sequence[Scenario], asked: Mapping[str, tuple[int, ...]], rules: Policy, draws: int
) -> None:
    """Everything that stands against the matrix, before anything is computed."""
    base, zh, en = case.settings.as_of.year, [], []
    names = [one.name for one in scenarios]
    for name in sorted({name for name in names if names.count(name) > 1}):
        zh.append(f"有多个情景名为“{name}”，请改名")
        en.append(f"more than one scenario is called '{name}'; rename them")
    for name, years in asked.items():
        if not years:
            zh.append(f"情景“{name}”没有规划年限（horizon_years），请用 --years 指定年份")
            en.append(f"scenario '{name}' has no horizon_years; ask for years")
        early = [year for year in years if year < base]
        if early:
            zh.append(f"年份 {early} 早于算例截止日所在的 {base} 年")
            en.append(f"years {early} lie before {base}, the year of the case")
    if draws < 0:
        zh.append("抽样次数不能为负")
        en.append("the number of draws cannot be negative")
    if zh:
        raise RequestError(list(dict.fromkeys(zh)), list(dict.fromkeys(en)))
    issues = [issue for one in scenarios for issue in unknown_ids(case, one)]
    for one in scenarios if not issues else ():
        policy.with_variant(rules, one)
        try:
            stage(case, one, asked[one.name][-1])
        except InputError as error:
            issues += error.issues
    if issues:
        raise InputError(issues)


def _to_do(
    case: Case,
    scenarios: Sequence[Scenario],
    asked: Mapping[str, tuple[int, ...]],
    target: Path,
    draws: int,
    seed: int,
    full_year: FullYear,
    rules: Policy,
    window: Window,
) -> tuple[Places, list[CellFacts]]:
    """The cells to make, by scenario and year, and those that are there already."""
    ground = {
        "case": case.settings.name,
        "as_of": case.settings.as_of,
        "files": dict(case.hashes),
        "rules": rules.model_dump_json(),
        "window": (window.start, window.end, window.step_minutes),
        "program": program_version(),
        "seed": seed,
    }
    wanted: Places = {}
    kept: list[CellFacts] = []
    for one in scenarios:
        content = one.model_dump_json()
        for year in asked[one.name]:
            for draw in range(draws + 1):
                basis = _basis(draw, year, asked[one.name], full_year)
                key = key_of({**ground, "scenario": content, "year": year, "draw": draw, "basis": basis})
                facts = facts_of(cell_file(target, one.name, year, draw))
                if facts is not None and facts.key == key:
                    kept.append(facts)
                else:
                    wanted.setdefault((one.name, year), []).append(Wanted(draw, basis, key))
    return wanted, kept


def _basis(draw: int, year: int, years: tuple[int, ...], full_year: FullYear) -> Basis:
    whole = draw == 0 and (full_year == "central" or (full_year == "last" and year == years[-1]))
    return "full_year" if whole else "critical_steps"


def _worked(
    ground: Ground,
    target: Path,
    scenarios: Mapping[str, Scenario],
    wanted: Places,
    seed: int,
    workers: int | None,
    executor: Executor | None,
) -> Iterator[list[Made]]:
    """The cells as they come, batch by batch; the ground lies in a file beside them while they are worked on."""
    at_once = workers or min(8, os.cpu_count() or 1)
    file = target / f".ground-{uuid.uuid4().hex[:8]}"
    try:
        file.write_bytes(pickle.dumps(ground, protocol=pickle.HIGHEST_PROTOCOL))
        jobs, of_job = {}, {}
        for (name, year), cells in _longest_first(wanted):
            for first in range(0, len(cells), BATCH):
                batch = cells[first : first + BATCH]
                label = f"{name} {year} {first}"
                jobs[label] = (file, target, scenarios[name], year, seed, batch)
                of_job[label] = (name, year, batch)
        for label, outcome in work_through(solve_batch, jobs, at_once=at_once, executor=executor):
            yield outcome if isinstance(outcome, list) else _lost(of_job[label], outcome)
    finally:
        file.unlink(missing_ok=True)


def _longest_first(wanted: Places) -> list[tuple[tuple[str, int], list[Wanted]]]:
    """Whole years first: the end should not wait for one of them."""
    return sorted(wanted.items(), key=lambda item: not any(one.basis == "full_year" for one in item[1]))


def _lost(job: tuple[str, int, list[Wanted]], error: BaseException) -> list[Made]:
    name, year, batch = job
    sentence = str(error) if isinstance(error, CapacityError) else f"{type(error).__name__}: {error}"
    return [
        Made(CellFacts(scenario=name, year=year, draw=one.draw, basis=one.basis, key=one.key), sentence, sentence)
        for one in batch
    ]


def _record(
    case: Case,
    scenarios: Sequence[Scenario],
    rules: Policy,
    asked: Mapping[str, tuple[int, ...]],
    draws: int,
    seed: int,
    full_year: FullYear,
    kept: Sequence[CellFacts],
    made: Sequence[Made],
    seconds: float,
) -> MatrixRecord:
    whole = [*kept, *(one.facts for one in made if not one.problem_en)]
    steps = [facts.steps for facts in whole if facts.basis == "critical_steps"]
    return MatrixRecord(
        case_name=case.settings.name,
        case_title_zh=case.settings.title_zh,
        case_title_en=case.settings.title_en,
        as_of=case.settings.as_of,
        synthetic=case.settings.synthetic,
        input_hashes=dict(case.hashes),
        policy=rules.name,
        scenarios={one.name: key_of(json.loads(one.model_dump_json())) for one in scenarios},
        years=tuple(sorted({year for years in asked.values() for year in years})),
        draws=draws,
        seed=seed,
        full_year=full_year,
        basis_zh=BASIS["critical_steps"].zh,
        basis_en=BASIS["critical_steps"].en,
        cells=len(whole),
        cells_kept=len(kept),
        cells_failed=tuple(
            f"{one.facts.scenario} {one.facts.year} draw {one.facts.draw}: {one.problem_en}"
            for one in made
            if one.problem_en
        ),
        critical_steps_mean=sum(steps) / len(steps) if steps else 0.0,
        program=program_version(),
        wall_time_s=round(seconds, 3),
    )
