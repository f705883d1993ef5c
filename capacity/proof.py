"""Published node figures put to the test: a run's case is solved anew, and drawn figures are added to it (P9)."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from capacity import checks, headroom, policy
from capacity.case import apply_scenario, load_case, load_scenario
from capacity.errors import InputError
from capacity.headroom.limits import voltage_floor
from capacity.headroom.placing import Power, added, assumed_kva, at_busbars, at_energised_buses, reserved_power
from capacity.headroom.shapes import FLAT
from capacity.loadflow import LoadFlow
from capacity.loadflow.reference_steps import ReferenceSteps
from capacity.runs import read_run
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.register import SNAPSHOT_HASH
from capacity.tables.run import Manifest, Run, Verification
from capacity.tables.solved import SolvedYear
from capacity.verification import Engines, Judge, Proof, Verdict, bounds_of, draw, stratum, summed_up
from capacity.verification.same_case import differences, no_figures, not_flat, not_found, policy_differences

Progress = Callable[[str, int, int], None]
DEFAULT_NODES, DEFAULT_SEED = 200, 1
SAMPLE_NODES, SAMPLE_WORST_STEPS, SAMPLE_DRAWN_STEPS = 8, 40, 60


def verify_run(
    folder: Path,
    *,
    case_folder: Path | None = None,
    scenario_file: Path | None = None,
    nodes: int = DEFAULT_NODES,
    seed: int = DEFAULT_SEED,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Put a run's node figures to the test: the full window, and its worst steps with pandapower too.

    Parameters
    ----------
    folder : the run.
    case_folder, scenario_file : where they are now, if not where the run found them.
    nodes : how many figures are drawn, by binding criterion; fewer where there are not as many.
    seed : of the draw.
    workers : threads of the load flow, beside which one thread asks pandapower; by default one per processor, at most
        eight.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    RunError
        The folder is not a complete run.
    InputError
        The run holds no node figure, or the case is not the one it was made from; every difference is in ``.issues``.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    tell("reading", 0, 0)
    run = read_run(folder)
    case, rules = case_of_run(run, case_folder, scenario_file, unfit=_not_to_be_tested(run))
    judge = full_window_judge(case, rules, run, workers=workers, progress=tell)
    drawn = draw(_searched(case, run.nodes), nodes, seed)
    verdicts: list[Verdict] = []
    for verdict in judge.verdicts([row for _, row in drawn.iterrows()]):
        verdicts.append(verdict)
        tell("verification", len(verdicts), len(drawn))
    seconds = time.perf_counter() - began
    summary = summed_up(verdicts, _by_criterion(drawn), seed=seed, full_window=True, seconds=seconds)
    return Proof(summary, tuple(verdicts))


def full_window_judge(
    case: Case, rules: Policy, run: Run, *, workers: int | None = None, progress: Progress | None = None
) -> Judge:
    """A judge who looks at every step of a run's window.

    Parameters
    ----------
    case : as the run saw it, its scenario applied.
    """
    again = solved_again(case, rules, run, workers=workers, progress=progress)
    flow = again.flow
    engines = Engines(
        steps=flow,
        year=lambda power: flow.solve_year(crosscheck=False, added_kw=power),
        reference=ReferenceSteps(flow, again.year),
    )
    bounds = bounds_of(case, rules, floor_by_bus(case, rules, run.nodes))
    return Judge(case, bounds, engines, again.base, again.year, more_steps=np.empty(0, dtype=np.int64))


@dataclass(frozen=True)
class Again:
    """A run's load flow anew: ``base`` is everything reserved or assumed, ``year`` the window solved with it."""

    flow: LoadFlow
    base: Power
    year: SolvedYear


def solved_again(
    case: Case,
    rules: Policy,
    run: Run,
    *,
    seen_from: str = "",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Again:
    """Solve a run's window again, with everything reserved; ``case`` is as the run saw it, its scenario applied.

    ``seen_from`` is the transformer whose customers are looked at: what waits to see it replaced is drawn at its nodes.
    """
    tell = progress or (lambda stage, done, total: None)
    window = _window_of(run.manifest)
    flow = LoadFlow(
        case,
        window,
        levels_percent=(rules.choice("heavy_percent"), rules.choice("overload_percent")),
        workers=workers,
        readings=checks.judge_readings(case, window),
    )
    plain = flow.solve_year(crosscheck=False, progress=lambda done, total: tell("load flow", done, total))
    base = everything_reserved(
        case, rules, plain, run.transformers, headroom.reserved_demand(case, rules, seen_from=seen_from)
    )
    return Again(flow, base, flow.solve_year(crosscheck=False, added_kw=base))


def verify_sample(
    case: Case,
    rules: Policy,
    flow: LoadFlow,
    solved: SolvedYear,
    transformers: pd.DataFrame,
    nodes: pd.DataFrame,
    reserved: pd.DataFrame,
    *,
    n_nodes: int = SAMPLE_NODES,
    seed: int = DEFAULT_SEED,
    base_year: SolvedYear | None = None,
) -> Verification:
    """A quick look at a few figures while a run is made: their worst steps and some drawn ones, no pandapower.

    It can find a figure too large only at the steps it looks at, and calls one too small when more breaks nothing
    there, the stated time among them; ``full_window`` of the result is False.

    Parameters
    ----------
    solved : the window solved without anything reserved.
    transformers, nodes : the tables with their figures of P7 and P9.
    reserved : ``headroom.reserved_demand``.
    base_year : the window solved with everything reserved, where it is at hand.
    """
    began = time.perf_counter()
    base = everything_reserved(case, rules, solved, transformers, reserved)
    chance = np.random.default_rng(seed)
    count = min(SAMPLE_DRAWN_STEPS, flow.n_steps)
    judge = Judge(
        case,
        bounds_of(case, rules, floor_by_bus(case, rules, nodes)),
        Engines(steps=flow),
        base,
        base_year or solved,
        more_steps=np.sort(chance.choice(flow.n_steps, count, replace=False)).astype(np.int64),
        worst_count=SAMPLE_WORST_STEPS,
    )
    drawn = draw(_searched(case, nodes), n_nodes, seed)
    verdicts = [judge.verdict(node) for _, node in drawn.iterrows()]
    seconds = time.perf_counter() - began
    return summed_up(verdicts, _by_criterion(drawn), seed=seed, full_window=False, seconds=seconds)


def _searched(case: Case, nodes: pd.DataFrame) -> pd.DataFrame:
    """The nodes whose figures were searched for: none below a transformer that promises wait to see replaced."""
    return nodes[~nodes["transformer_id"].isin(headroom.waited_for(case))]


def everything_reserved(
    case: Case, rules: Policy, solved: SolvedYear, transformers: pd.DataFrame, reserved: pd.DataFrame
) -> Power:
    """What is connected before a figure is added (P9): reserved applications and what unknown transformers may draw."""
    assumed = at_busbars(case, assumed_kva(case, rules, solved, transformers))
    return at_energised_buses(case, added(reserved_power(reserved), assumed))


def _by_criterion(drawn: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(count) for name, count in stratum(drawn).value_counts().sort_index().items()}


def floor_by_bus(case: Case, rules: Policy, nodes: pd.DataFrame) -> pd.Series:
    """P10's lower limit by bus; ``nodes`` states it by node_id."""
    of_bus = case.topology.buses["bus_id"]
    lower = nodes.drop_duplicates("node_id").set_index("node_id")["voltage_lower_pu"]
    by_bus = of_bus.map(lower).where(case.topology.buses["level"].eq("lv")).astype("float64")
    return voltage_floor(case, rules, by_bus.to_frame("voltage_lower_pu"))


def _window_of(manifest: Manifest) -> Window:
    start, end = pd.Timestamp(manifest.window_start), pd.Timestamp(manifest.window_end)
    return Window(start, end, manifest.step_minutes)


def _not_to_be_tested(run: Run) -> list[Issue]:
    """Why a run's node figures cannot be put to the test whatever the case."""
    unfit = [] if run.nodes["allowed_kva"].notna().any() else [no_figures()]
    return unfit + ([not_flat(run.manifest.node_shape)] if run.manifest.node_shape not in ("", FLAT) else [])


def case_of_run(
    run: Run, case_folder: Path | None, scenario_file: Path | None, *, unfit: Sequence[Issue] = ()
) -> tuple[Case, Policy]:
    """The case that a run was made from, with the applications that the run froze, and its policy.

    Parameters
    ----------
    case_folder, scenario_file : where they are now, if not where the run found them.
    unfit : what else stands against the use of the run, to be told together with what is found here.

    Raises
    ------
    InputError
        It cannot be found or differs from what the run used, or ``unfit`` holds something.
    """
    manifest = run.manifest
    issues = list(unfit)
    folder = case_folder or (Path(manifest.case_folder) if manifest.case_folder else None)
    file = scenario_file or (Path(manifest.scenario_file) if manifest.scenario_file else None)
    if folder is None or not folder.is_dir():
        issues.append(not_found("case_folder", str(folder or ""), "--case"))
    if manifest.scenario is not None and (file is None or not file.is_file()):
        issues.append(not_found("scenario_file", str(file or ""), "--scenario"))
    if issues or folder is None:
        raise InputError(issues)
    case = load_case(folder)
    used = {name: value for name, value in manifest.input_hashes.items() if name != SNAPSHOT_HASH}
    issues = differences(used, dict(case.hashes))  # the register's applications are the run's own, see below
    if manifest.scenario is not None and file is not None:
        issues += differences({file.name: manifest.scenario_sha256}, {file.name: sha256_of(file)})
    if issues:
        raise InputError(issues)
    scenario = load_scenario(file) if manifest.scenario is not None and file is not None else None
    rules = policy.with_variant(policy.policy_of(case), scenario)
    issues = policy_differences(manifest, rules)
    if issues:
        raise InputError(issues)
    studied = apply_scenario(case, scenario) if scenario is not None else case
    return replace(studied, applications=run.applications), rules


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's contents."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def started_from(run: Run, case_folder: Path, scenario_file: Path | None = None) -> Run:
    """The run, with where its case and scenario lie written down, so that it can be verified."""
    where = {
        "case_folder": os.path.abspath(case_folder),
        "scenario_file": os.path.abspath(scenario_file) if scenario_file else "",
        "scenario_sha256": sha256_of(scenario_file) if scenario_file else "",
    }
    return replace(run, manifest=run.manifest.model_copy(update=where))
