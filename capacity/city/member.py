"""One member of a city as a unit of work: read, run, written; what goes wrong in it is an answer, not an exception."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from capacity.case import load_case
from capacity.errors import CapacityError, InputError
from capacity.proof import started_from
from capacity.runs import read_manifest, write_run
from capacity.runs.assembly import program_packages
from capacity.runs.city import CITY_TABLES, facts_of, read_record, write_record
from capacity.runs.program import program_version
from capacity.study import run_study
from capacity.tables.case import Case, Window
from capacity.tables.city_run import MemberFacts, MemberOptions, MemberRecord
from capacity.tables.run import Run

PICTURES = "pictures"
MOST_PROBLEMS = 5


def run_member(folder: Path, target: Path, options: MemberOptions) -> MemberFacts:
    """Run one member with one thread and write its run to ``target``, whole or not at all.

    Everything it takes and gives is small and can be pickled; the folders must be reachable where it runs.

    Parameters
    ----------
    folder : the member's case folder.
    target : the folder of its run, replaced if it is there.

    Returns
    -------
    MemberFacts
        ``state`` is ``failed`` where the member could not be run; ``problem_zh`` and ``problem_en`` say why.
    """
    began = time.perf_counter()
    try:
        if not folder.is_dir():
            return failed(folder.name, *_unreachable(folder))
        case = load_case(folder)
        if options.as_of is not None:
            case = case.with_as_of(pd.Timestamp(options.as_of))
        run = run_study(
            case,
            window=_window(case, options),
            engine=options.engine,
            workers=1,
            node_capacity=options.node_capacity,
            node_shape=options.node_shape,
            generation=options.generation,
            crosscheck_steps=options.crosscheck_steps,
            sample_nodes=options.sample_nodes,
        )
        run = started_from(run, folder)
        beside = partial(_beside, member=folder.name, run=run, options=options, began=began)
        write_run(run, target, also=beside, workbook=options.workbook)
        return facts_of(target, kept=False)
    except InputError as error:
        return failed(folder.name, *_of_issues(error))
    except CapacityError as error:
        return failed(folder.name, str(error), str(error))
    except Exception as error:  # a fault in one member must neither hide nor stop the others
        where = traceback.format_exc()
        return failed(
            folder.name,
            f"程序内部错误 {type(error).__name__}: {error}\n{where}",
            f"a fault of the program, {type(error).__name__}: {error}\n{where}",
        )


def failed(member: str, problem_zh: str, problem_en: str) -> MemberFacts:
    """The facts of a member without a run."""
    return MemberFacts(member=member, state="failed", problem_zh=problem_zh, problem_en=problem_en)


def kept_run(folder: Path, target: Path, options: MemberOptions) -> MemberFacts | None:
    """The facts of a whole run in ``target`` of the same files, options, program and packages, if there is one."""
    record = read_record(target)
    if record is None or record.options != options or record.program != program_version():
        return None
    try:
        manifest = read_manifest(target)
    except CapacityError:
        return None
    if manifest.package_versions != program_packages() or manifest.input_hashes != hashes_of(folder):
        return None
    return facts_of(target, kept=True)


def hashes_of(folder: Path) -> Mapping[str, str]:
    """SHA-256 of every file of a case folder, as a run of it records them."""
    if not folder.is_dir():
        return {}
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _window(case: Case, options: MemberOptions) -> Window | None:
    if options.window_start is None or options.window_end is None:
        return None
    start, end = pd.Timestamp(options.window_start), pd.Timestamp(options.window_end)
    return Window(start, end, case.settings.step_minutes)


def _beside(growing: Path, *, member: str, run: Run, options: MemberOptions, began: float) -> None:
    """What lies beside a member's tables."""
    if options.pictures:
        from capacity.figures import draw_all

        draw_all(run, growing / PICTURES, language=options.pictures)
    rows = {name: len(getattr(run, name)) for name in CITY_TABLES}
    seconds = round(time.perf_counter() - began, 3)
    write_record(
        MemberRecord(member=member, options=options, program=program_version(), wall_time_s=seconds, rows=rows), growing
    )


def _unreachable(folder: Path) -> tuple[str, str]:
    return (
        f"执行计算的机器上没有文件夹“{folder}”；城市与结果文件夹须能被所有计算进程以同一路径访问。",
        f"there is no folder '{folder}' where this member was run; the city and its results must be reachable by every "
        "worker under the same path.",
    )


def _of_issues(error: InputError) -> tuple[str, str]:
    """The first errors of a case and how many there are; ``capacity check`` names them all."""
    errors = [issue for issue in error.issues if issue.severity == "error"]
    shown = errors[:MOST_PROBLEMS]
    zh = "\n".join(f"{issue.location}: {issue.sentence_zh}" for issue in shown)
    en = "\n".join(f"{issue.location}: {issue.sentence_en}" for issue in shown)
    return (
        f"共 {len(errors)} 个错误（capacity check 可列出全部）：\n{zh}",
        f"{len(errors)} errors (capacity check names them all):\n{en}",
    )
