"""A plan's claims put to the test, for ``capacity verify``: against the case and the scenario it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import NOT_CONFIRMED, printing
from capacity.cli.language import language, say
from capacity.errors import RequestError, RunError

if TYPE_CHECKING:
    from capacity.tables.case import Case
    from capacity.tables.plan import Plan, PlanRecord
    from capacity.tables.scenario import Scenario

LIBRARY = "projects.csv"
"""Kept by hand from day to day, and nothing that a load flow rests on: it may differ."""


def verify_claims(
    folder: Path, case_folder: Path | None, scenario_file: Path | None, *, workers: int | None, as_json: bool
) -> None:
    """Verify, keep and show the claims of the plan in ``folder``; exits with 3 where one is broken.

    Raises
    ------
    RunError
        The folder is not a complete plan.
    RequestError
        The case or the scenario is not what the plan was made from; everything that differs is named.
    """
    from capacity.reinforcing import verify_plan
    from capacity.runs.plan_store import read_plan, write_claims

    plan = read_plan(folder)
    with printing.progress() as told:
        told("reading case", 0, 0)
        case, scenario = made_from(plan.record, case_folder, scenario_file)
        claims = verify_plan(case, plan, scenario, workers=workers, progress=told)
    write_claims(folder, claims)
    broken = int(claims["holds"].eq(False).sum())
    if as_json:
        typer.echo(_as_json(claims))
    else:
        _show(plan, claims)
        printing.where("已写出", "written", folder / "claims.parquet")
    _into_the_workbook(folder)
    if broken:
        printing.errors.print(
            say(f"{len(claims)} 项成效中有 {broken} 项不成立。", f"{broken} of {len(claims)} claims do not hold."),
            style="bold red",
            highlight=False,
        )
        raise typer.Exit(NOT_CONFIRMED)


def made_from(record: PlanRecord, case_folder: Path | None, scenario_file: Path | None) -> tuple[Case, Scenario | None]:
    """The case and the scenario that a plan was made from.

    Raises
    ------
    RequestError
        They are not there, or differ from what the plan used; everything at once.
    """
    from capacity.case import load_case, load_scenario
    from capacity.proof import sha256_of

    folder = case_folder or (Path(record.case_folder) if record.case_folder else None)
    file = scenario_file or (Path(record.scenario_file) if record.scenario_file else None)
    zh: list[str] = []
    en: list[str] = []
    if folder is None or not folder.is_dir():
        zh.append(f"找不到规划所用的案例“{folder or '（未记录）'}”，请用 --case 指定")
        en.append(f"the case of the plan is not at '{folder or '(not recorded)'}'; say where it is with --case")
    if record.scenario and (file is None or not file.is_file()):
        zh.append(f"找不到规划所用的情景文件“{file or '（未记录）'}”，请用 --scenario 指定")
        en.append(f"the scenario of the plan is not at '{file or '(not recorded)'}'; say where it is with --scenario")
    elif record.scenario and file is not None and sha256_of(file) != record.scenario_sha256:
        zh.append(f"情景文件“{file}”在规划之后已改动；请用 --scenario 指定当时的文件，或重新编制规划")
        en.append(f"the scenario file '{file}' has changed since the plan; give it as it was, or plan again")
    case = load_case(folder) if folder is not None and folder.is_dir() else None
    for name, state_zh, state_en in _differing(record.input_hashes, case.hashes if case is not None else None):
        zh.append(f"案例文件“{name}”在规划之后{state_zh}；请用 --case 指定当时的案例，或重新编制规划")
        en.append(f"'{name}' of the case {state_en} since the plan; give the case as it was with --case, or plan again")
    if zh or case is None:
        raise RequestError(zh, en)
    return case, load_scenario(file) if record.scenario and file is not None else None


def _differing(used: Mapping[str, str], found: Mapping[str, str] | None) -> list[tuple[str, str, str]]:
    """File, what became of it in Chinese and English."""
    changes = []
    for name in sorted(used.keys() | (found or {}).keys()) if found is not None else ():
        if name == LIBRARY or used.get(name) == (found or {}).get(name):
            continue
        if name not in (found or {}):
            changes.append((name, "已不存在", "has gone"))
        elif name not in used:
            changes.append((name, "新增", "has been added"))
        else:
            changes.append((name, "已改动", "has changed"))
    return changes


def _into_the_workbook(folder: Path) -> None:
    """The workbook with its claims; where it is open in Excel the verdict counts all the same."""
    from capacity.runs.plan_book import write_plan_book
    from capacity.runs.plan_store import read_plan

    try:
        write_plan_book(read_plan(folder), folder)
    except RunError as error:
        printing.errors.print(str(error), style="yellow", markup=False)


def _show(plan: Plan, claims: pd.DataFrame) -> None:
    table = Table(title=say("项目成效核验", "claims put to the test"), title_justify="left")
    table.add_column(say("项目", "project"))
    for zh, en in (("成立", "held"), ("不成立", "broken"), ("未知", "unknown")):
        table.add_column(say(zh, en), justify="right")
    table.add_column(say("最严重者", "the worst"))
    built = plan.projects[plan.projects["measure_ids"].notna()].sort_values("rank")
    for key, name in zip(built["project_id"], built[f"name_{language()}"], strict=True):
        own = claims[claims["project_id"].eq(key)]
        held, broken, unknown = (int(one.sum()) for one in _verdicts(own))
        style = "bold red" if broken else "yellow" if unknown else None
        told = _worst(own) if len(own) else say("无可核验", "nothing claimed")
        table.add_row(escape(f"{key}\n{name}"), str(held), str(broken), str(unknown), escape(told), style=style)
    held, broken, unknown = (int(one.sum()) for one in _verdicts(claims))
    table.add_row(say("合计", "all"), str(held), str(broken), str(unknown), "", style="bold")
    printing.console.print(table)


def _verdicts(claims: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    holds = claims["holds"]
    return holds.eq(True).fillna(False), holds.eq(False).fillna(False), holds.isna()


def _worst(own: pd.DataFrame) -> str:
    """Of what is broken that which is furthest from its threshold; else what is not known; else the narrowest."""
    held, broken, unknown = _verdicts(own)
    few = own[broken] if broken.any() else own[unknown] if unknown.any() else own[held]
    off = (few["value_after"] - few["threshold"]).abs() / few["threshold"].abs()
    if broken.any():
        row = few.loc[off.idxmax()] if off.notna().any() else few.iloc[0]
    elif unknown.any() or not off.notna().any():
        row = few.iloc[0]
    else:
        row = few.loc[off.idxmin()]
    what = "" if pd.isna(row["rule"]) else f" {row['rule']} {row['element_id']}"
    return f"{row['year']}{what}: {row[f'words_{language()}']}"


def _as_json(claims: pd.DataFrame) -> str:
    held, broken, unknown = (int(one.sum()) for one in _verdicts(claims))
    rows = json.loads(claims.to_json(orient="records", force_ascii=False))
    return json.dumps(
        {"held": held, "broken": broken, "unknown": unknown, "claims": rows}, ensure_ascii=False, indent=1
    )
