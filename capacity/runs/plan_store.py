"""A reinforcement plan on disk: ``plan.json`` and one Parquet file per table, there as a whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from capacity.errors import RunError
from capacity.runs.swap import only_writer, present, recover, replace_whole
from capacity.runs.table_files import first_line, read_table, write_table
from capacity.tables import choice, portfolio, programme
from capacity.tables import plan as plans
from capacity.tables._schema import Table
from capacity.tables.plan import Plan, PlanRecord

RECORD = "plan.json"
TABLES: dict[str, Table] = {
    "needs": plans.PLAN_NEEDS,
    "measures": plans.PLAN_MEASURES,
    "verified": plans.PLAN_VERIFIED,
    "choices": choice.MEASURE_CHOICES,
    "outcomes": choice.NEED_OUTCOMES,
    "feeders": choice.FEEDER_CHOICES,
    "projects": portfolio.PROJECT_LIST,
    "cases": portfolio.P19_CASES,
    "budget": portfolio.BUDGET_YEARS,
    "programme": programme.PLAN,
    "outages": programme.OUTAGES_PLANNED,
    "months": programme.MONTHS,
    "unscheduled": plans.PLAN_UNSCHEDULED,
    "years": plans.PLAN_YEARS,
    "areas": plans.PLAN_AREAS,
    "claims": plans.PLAN_CLAIMS,
}
"""The schema of every table of a plan, by its name in :class:`Plan`."""
FORMAT = int(PlanRecord.model_fields["format"].default)
_OURS = re.compile(rf"plan\.(json|xlsx)|projects\.csv|gantt-\d+\.png|({'|'.join(TABLES)})\.parquet")


def write_plan(plan: Plan, folder: Path, also: Callable[[Path], object] | None = None) -> None:
    """Write a plan as a folder that appears whole or not at all.

    Parameters
    ----------
    folder : a plan that is already there is replaced when the new one is whole; files in it that are not ours (a
        planner's notes) are kept.
    also : called with the growing folder once the tables are in it, e.g. to write the workbook and draw pictures.

    Raises
    ------
    RunError
        ``folder`` holds something that is not a plan, is being written by another process, or holds a file that another
        program keeps open. The former state is unchanged then.
    pandera.errors.SchemaErrors
        A table breaks its schema: a fault of the program, not of the input.
    """
    refuse_foreign(folder)

    def fill(growing: Path) -> None:
        for name, schema in TABLES.items():
            write_table(getattr(plan, name), schema, growing / f"{name}.parquet")
        if also is not None:
            also(growing)
        if folder.is_dir():
            _keep_foreign_files(folder, growing)
        (growing / RECORD).write_text(plan.record.model_dump_json(indent=1) + "\n", encoding="utf-8")

    replace_whole(folder, fill)


def read_plan(folder: Path) -> Plan:
    """Read a plan's folder.

    Raises
    ------
    RunError
        Files are missing, damaged or of another format: every problem at once, in English and Chinese.
    """
    place, problems = present(folder), list[str]()
    record = _read_record(place, folder, problems)
    tables: dict[str, pd.DataFrame | None] = {}
    if record is not None:  # of another format, or of none, nothing more can be said
        tables = {name: read_table(place / f"{name}.parquet", schema, problems) for name, schema in TABLES.items()}
    if problems or record is None:
        raise RunError("\n".join([f"'{folder}' is not a complete plan / 不是完整的规划:", *problems]))
    return Plan(record=record, **tables)


def read_record(folder: Path) -> PlanRecord:
    """Read only what a plan says about itself.

    Raises
    ------
    RunError
        ``plan.json`` is missing, damaged or of another format.
    """
    problems = list[str]()
    record = _read_record(present(folder), folder, problems)
    if record is None:
        raise RunError("\n".join([f"'{folder}' is not a complete plan / 不是完整的规划:", *problems]))
    return record


def holds_plan(folder: Path) -> bool:
    """Whether a folder says that it is a plan."""
    return (present(folder) / RECORD).is_file()


def write_claims(folder: Path, claims: pd.DataFrame) -> None:
    """Put ``claims`` (``PLAN_CLAIMS``) in the place of the claims of a plan; all of them or none.

    Raises
    ------
    RunError
        The folder holds no readable plan, or is being written by another process.
    pandera.errors.SchemaErrors
        The table breaks its schema: a fault of the program, not of the input.
    """
    read_record(folder)
    with only_writer(folder):
        recover(folder)
        beside = folder / f".claims-{uuid.uuid4().hex[:8]}"
        try:
            write_table(claims, TABLES["claims"], beside)
            os.replace(beside, folder / "claims.parquet")
        finally:
            beside.unlink(missing_ok=True)


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that a plan must not be written to; to be asked before hours of work.

    Raises
    ------
    RunError
        It is a file, or a folder that holds something else than a plan.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunError(f"'{folder}' is a file, not a folder.\n“{folder}”是文件，不是文件夹。")
    if any(folder.iterdir()) and not (folder / RECORD).exists():
        raise RunError(
            f"'{folder}' holds files but no {RECORD}: it is not a plan and will not be replaced. "
            f"Choose another folder, or empty this one.\n"
            f"“{folder}”中有文件但没有 {RECORD}，不是规划结果，不会覆盖。请另选文件夹或先清空。"
        )


def _keep_foreign_files(folder: Path, growing: Path) -> None:
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) or path.name.startswith((".claims-", "~$")):  # "~$": Excel's mark of an open file
            continue
        if path.is_dir():
            shutil.copytree(path, growing / path.name)
        else:
            shutil.copy2(path, growing / path.name)


def _read_record(place: Path, folder: Path, problems: list[str]) -> PlanRecord | None:
    path = place / RECORD
    if not place.is_dir():
        problems.append(f"  - there is no folder '{folder}' / 文件夹不存在")
        return None
    if not path.exists():
        problems.append(f"  - {RECORD}: missing / 缺失")
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            problems.append(
                f"  - {RECORD}: format {content.get('format')}, this program reads {FORMAT}; plan again "
                f"/ 格式为 {content.get('format')}，本程序读取 {FORMAT}，请重新编制规划"
            )
            return None
        return PlanRecord.model_validate(content)
    except (ValidationError, ValueError, AttributeError, OSError) as error:
        problems.append(f"  - {RECORD}: damaged / 已损坏 ({first_line(error)})")
        return None


assert set(TABLES) == {field.name for field in fields(Plan)} - {"record"}
