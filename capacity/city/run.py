"""A whole city: its members one after another through an executor, then their tables put together."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import pandas as pd

from capacity.city.member import failed, kept_run, run_member
from capacity.city.pool import work_through
from capacity.errors import InputError
from capacity.runs.assembly import program_packages
from capacity.runs.city import clear_leftovers, member_folder, sole_writer, write_city
from capacity.runs.program import program_version
from capacity.tables.case import Window
from capacity.tables.city import City
from capacity.tables.city_run import CityManifest, MemberFacts, MemberOptions

Progress = Callable[[str, int, int], None]
MOST_WORKERS = 8


def run_city(
    city: City,
    out: Path,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    options: MemberOptions | None = None,
    progress: Progress | None = None,
) -> CityManifest:
    """Run every member of a city that has not been run yet, and put their tables together.

    Members are written one by one as they finish (``OUT/members/<member>/``) and their tables put together at the end
    (``OUT/city/``), see :mod:`capacity.runs.city`. A run that was stopped goes on where it stopped: a member whose
    whole run of the same files, options, program and packages is there is kept. A member that fails does not stop the
    others.

    Parameters
    ----------
    city : as ``capacity.case.read_city`` found it.
    out : folder of the results; new, or one that holds results of a city.
    workers : members worked on at the same time, each with one thread; by default one per processor, at most eight.
        Each takes the memory of one member's run.
    executor : where members are run, by default as many processes of this machine. Elsewhere the folders of the city
        and of its results must be reachable under the same absolute paths.
    options : how members are run; its window, where it has none, is the city's.
    progress : called as ``progress(stage, done, total)``.

    Returns
    -------
    CityManifest
        Its ``failed`` members say why they failed; ``complete`` is False then. When all failed, no tables are written.

    Raises
    ------
    InputError
        The city's members do not fit together; every problem is in ``.issues``.
    RunError
        ``out`` holds something else, or another process is writing there.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    if any(issue.severity == "error" for issue in city.reading_issues):
        raise InputError(city.reading_issues)
    asked = _with_window(options or MemberOptions(), city)
    at_once = max(1, workers or min(MOST_WORKERS, os.cpu_count() or 1))
    names = city.settings.members
    folders = {name: Path(os.path.abspath(folder)) for name, folder in zip(names, city.members, strict=True)}
    out = Path(os.path.abspath(out))
    with sole_writer(out):
        clear_leftovers(out, names)
        found: dict[str, MemberFacts] = {}
        for name, folder in folders.items():
            if (facts := kept_run(folder, member_folder(out, name), asked)) is not None:
                found[name] = facts
        tell("members", len(found), len(names))
        jobs = {name: (folders[name], member_folder(out, name), asked) for name in names if name not in found}
        for name, outcome in work_through(run_member, jobs, at_once=at_once, executor=executor):
            found[name] = _facts(name, outcome)
            tell("members", len(found), len(names))
        members = [found[name] for name in names]
        manifest = _manifest(city, asked, members, began, at_once)
        if any(facts.state != "failed" for facts in members):
            tell("city tables", 0, 0)
            manifest = write_city(manifest, out, lambda done, total: tell("city tables", done, total))
    return manifest


def _with_window(options: MemberOptions, city: City) -> MemberOptions:
    """The options with the city's window where they have none and its members hold less than the policy asks for."""
    months = city.settings.window_months
    if options.window_start is not None or months is None:
        return options
    as_of = pd.Timestamp(options.as_of or city.settings.as_of)
    window = Window.before(as_of, city.settings.step_minutes, months)
    return options.model_copy(
        update={"window_start": window.start.to_pydatetime(), "window_end": window.end.to_pydatetime()}
    )


def _facts(name: str, outcome: MemberFacts | BaseException) -> MemberFacts:
    if isinstance(outcome, MemberFacts):
        return outcome
    why = f"{type(outcome).__name__}: {outcome}"
    return failed(
        name,
        f"执行该成员的进程中途结束（{why}）；内存不足时请减少 --workers。",
        f"the process that ran it ended before it was done ({why}); if memory is short, use fewer --workers.",
    )


def _manifest(
    city: City, options: MemberOptions, members: list[MemberFacts], began: float, workers: int
) -> CityManifest:
    """What the members came to, summed up; ``rows`` are filled in when the tables are written."""
    settings = city.settings
    done = [facts for facts in members if facts.state != "failed"]
    compared = [facts.crosscheck_passed for facts in done if facts.crosscheck_passed is not None]
    proofs = [facts.verification for facts in done if facts.verification is not None]
    return CityManifest(
        city=settings.name,
        title_zh=settings.title_zh,
        title_en=settings.title_en,
        synthetic=settings.synthetic,
        notes=list(settings.notes),
        city_folder=os.path.abspath(city.folder),
        created_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        as_of=options.as_of or settings.as_of,
        complete=len(done) == len(members),
        options=options,
        program=program_version(),
        package_versions=program_packages(),
        policy=done[0].policy if done else "",
        policy_values=done[0].policy_values if done else {},
        steps_total=sum(facts.steps_total for facts in done),
        steps_failed=sum(facts.steps_failed for facts in done),
        crosscheck_steps=sum(facts.crosscheck_steps for facts in done),
        crosscheck_delta_voltage_pu=_largest([facts.crosscheck_delta_voltage_pu for facts in done]),
        crosscheck_delta_loading_percent=_largest([facts.crosscheck_delta_loading_percent for facts in done]),
        crosscheck_passed=all(compared) if compared else None,
        verification_nodes=sum(proof.nodes for proof in proofs),
        verification_false_open=sum(proof.false_open for proof in proofs),
        verification_false_blocked=sum(proof.false_blocked for proof in proofs),
        wall_time_s=round(time.perf_counter() - began, 3),
        workers=workers,
        rows={},
        members=members,
    )


def _largest(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known, default=None)
