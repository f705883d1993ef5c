"""Commands about futures: scenario files (check, list, new) and the matrix of scenario × year × draw."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from capacity.cli import INPUT_PROBLEM, app, language, printing
from capacity.cli.cluster import place
from capacity.cli.language import say

if TYPE_CHECKING:
    import pandas as pd

    from capacity.tables.case import Case
    from capacity.tables.issue import Issue
    from capacity.tables.matrix import MatrixRecord
    from capacity.tables.scenario import Scenario

scenarios_app = typer.Typer(no_args_is_help=True, help="Scenario files. 情景文件。")
app.add_typer(scenarios_app, name="scenarios")
YEARS = re.compile(r"(\d+)(?:\s*[-–~]\s*(\d+))?")
RELATIVE_BELOW = 1000
"""Years below this are counted from the case's as-of date."""


@scenarios_app.command("list")
def list_scenarios(
    folder: Annotated[Path, typer.Argument(help="Folder of scenario files.")] = Path("scenarios"),
) -> None:
    """List the scenario files of a folder. 列出情景。"""
    from capacity.case import load_scenario

    for path in sorted(folder.glob("*.yaml")):
        scenario = load_scenario(path)
        printing.console.print(
            f"{path}: {say(scenario.title_zh, scenario.title_en)}{_horizon(scenario)}", highlight=False
        )


def _horizon(scenario: Scenario) -> str:
    if not scenario.is_future:
        return ""
    return say(
        f"（{scenario.horizon_years} 年，{scenario.pathway}）", f" ({scenario.horizon_years} years, {scenario.pathway})"
    )


@scenarios_app.command("check")
def check_scenario(
    scenarios: Annotated[list[Path], typer.Argument(help="The scenario files.")],
    folder: Annotated[
        Path | None, typer.Option("--case", help="Also check ids, policy values and changes against this case.")
    ] = None,
) -> None:
    """Check scenario files, alone or against a case; every problem at once. 检查情景。"""
    from capacity.case import load_case

    loaded = _loaded(scenarios)
    case = load_case(folder) if folder else None
    if case is not None:
        _fit(case, loaded)
    for scenario in loaded:
        printing.console.print(
            say(f"情景“{scenario.title_zh}”有效", f"scenario '{scenario.title_en}' is sound"), highlight=False
        )
        if case is not None and scenario.is_future:
            _show_horizon(case, scenario)


@scenarios_app.command("new")
def new_scenario(
    file: Annotated[Path, typer.Argument(help="The file to write, e.g. scenarios/my-plan.yaml.")],
) -> None:
    """Write a commented scenario file to start from, in the language in use. 新建情景模板。"""
    from capacity.case.scenarios.template import template_text

    if file.exists():
        printing.errors.print(
            say(f"“{file}”已存在，请换一个文件名。", f"'{file}' is there already; choose another name."),
            highlight=False,
        )
        raise typer.Exit(INPUT_PROBLEM)
    file.parent.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9_-]+", "-", file.stem.lower()).strip("-_") or "scenario"
    file.write_text(template_text(language.language(), name), encoding="utf-8", newline="\n")
    printing.where("已写入", "written to", file)


@app.command("matrix")
def matrix(
    folder: Annotated[Path, typer.Argument(metavar="CASE", help="The case folder.")],
    scenarios: Annotated[list[Path], typer.Option(help="Scenario file, or a folder of them; give it once for each.")],
    to: Annotated[Path, typer.Option(help="Folder of the results; a stopped matrix goes on where it stopped.")],
    years: Annotated[
        str | None, typer.Option(help="e.g. 2027-2036, or 1-10 after the as-of date (default: each horizon).")
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Random draws per scenario and year, besides the central one.")
    ] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws: the same seed gives the same futures.")] = 0,
    full_year: Annotated[
        Literal["none", "last", "central"],
        typer.Option(help="Central draws solved at every step: none, of the last year, of every year."),
    ] = "last",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes (default: one per processor, at most 8).")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to work on instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
) -> None:
    """Triggers, load rates and capacity of many futures: scenario × year × draw. 情景矩阵计算。"""
    from capacity.case import load_case
    from capacity.matrix import fan_of, outlook_of, read_cells, run_matrix
    from capacity.runs.matrix_book import write_matrix

    loaded = _loaded([file for path in scenarios for file in _files(path)])
    case = load_case(folder)
    asked = _years(years, case)
    stages = {"base year": say("计算基准年", "base year"), "cells": say("逐格计算", "cells")}
    with place(scheduler) as where, printing.progress() as told:
        record = run_matrix(
            case,
            loaded,
            to,
            years=asked,
            draws=draws,
            seed=seed,
            full_year=full_year,
            workers=workers or where.slots,
            executor=where.executor,
            progress=lambda stage, done, total: told(stages[stage], done, total),
        )
    fan, outlook = _tables(to, fan_of, outlook_of, read_cells)
    files = write_matrix(record, fan, outlook, to)
    if as_json:
        typer.echo(record.model_dump_json(indent=1))
    else:
        _show(record, fan)
        for file in files:
            printing.where("结果", "results", file)
    if record.cells_failed:
        for sentence in record.cells_failed[:5]:
            printing.errors.print(sentence.splitlines()[0], markup=False, highlight=False)
        raise typer.Exit(INPUT_PROBLEM)


def _tables(to: Path, fan_of: object, outlook_of: object, read_cells: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    cells = read_cells(to, level="area")  # type: ignore[operator]  # imported late, handed over
    return fan_of(cells), outlook_of(cells)  # type: ignore[operator]  # likewise


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _loaded(files: list[Path]) -> list[Scenario]:
    """The scenarios, or every problem of every file."""
    from capacity.case import load_scenario
    from capacity.errors import InputError

    loaded, issues = [], []
    for file in files:
        try:
            loaded.append(load_scenario(file))
        except InputError as error:
            issues += list(error.issues)
    if issues:
        raise InputError(issues)
    return loaded


def _fit(case: Case, scenarios: list[Scenario]) -> None:
    """Every id, change and policy value against the case.

    Raises
    ------
    InputError
        With the problems of all scenarios.
    PolicyError
        A scenario names policy values that there are not.
    """
    from capacity import policy
    from capacity.case import apply_scenario
    from capacity.errors import InputError

    issues: list[Issue] = []
    for scenario in scenarios:
        try:
            apply_scenario(case, scenario)
        except InputError as error:
            issues += list(error.issues)
    if issues:
        raise InputError(issues)
    for scenario in scenarios:
        policy.with_variant(policy.policy_of(case), scenario)


def _show_horizon(case: Case, scenario: Scenario) -> None:
    """What the central draw brings by the end of the horizon."""
    from capacity.case import what_was_drawn

    year = case.settings.as_of.year + scenario.horizon_years
    drawn = what_was_drawn(case, scenario, year)
    placed = drawn[drawn["p_kw"].notna()]
    for (_, what), mine in placed.groupby(["kind", "what"], sort=False):
        units = mine["units"].sum()
        count_zh, count_en = (f"{units:,.0f} 个，", f"{units:,.0f} units, ") if units else ("", "")
        total = mine["p_kw"].sum()
        printing.console.print(
            say(f"  {year} 年 {what}：{count_zh}{total:,.0f} 千瓦", f"  {year} {what}: {count_en}{total:,.0f} kW"),
            highlight=False,
        )


def _years(text: str | None, case: Case) -> tuple[int, ...]:
    """The years of ``2027-2036``, ``1-10`` or several of them with commas."""
    years: list[int] = []
    for part in (text or "").replace("，", ",").split(",") if text else ():
        found = YEARS.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first:
            raise typer.BadParameter(
                say(
                    f"无法理解年份“{text}”，请写成 2027-2036 或 1-10",
                    f"'{text}' is no span of years; write 2027-2036 or 1-10",
                )
            )
        years += range(first, last + 1)
    base = case.settings.as_of.year
    return tuple(year + base if year < RELATIVE_BELOW else year for year in years)


def _show(record: MatrixRecord, fan: pd.DataFrame) -> None:
    """Areas that must act (P4) and under pre-control (P5), per scenario and year."""
    from rich.table import Table

    from capacity.tables.matrix import TRIGGER

    shown = Table(title=say("触发规则的网格数：中位数（10%–90%）", "areas that raise a rule: median (10–90 %)"))
    for heading in (say("情景", "scenario"), say("年份", "year")):
        shown.add_column(heading)
    for word in TRIGGER.values():
        shown.add_column(say(word.zh, word.en), justify="right")
    for (scenario, year), mine in fan.groupby(["scenario", "year"], sort=True):
        of = mine.set_index("quantity")
        shown.add_row(str(scenario), str(year), *(_cell(of.loc[rule]) for rule in TRIGGER))
    printing.console.print(shown)
    printing.console.print(say(record.basis_zh, record.basis_en), highlight=False)
    printing.console.print(
        say(
            f"{record.cells} 格，其中 {record.cells_kept} 格沿用已有结果；平均 {record.critical_steps_mean:.0f} "
            f"个关键时刻；用时 {record.wall_time_s:.0f} 秒",
            f"{record.cells} cells, {record.cells_kept} of them kept from before; {record.critical_steps_mean:.0f} "
            f"critical steps on average; {record.wall_time_s:.0f} s",
        ),
        highlight=False,
    )


def _cell(row: pd.Series) -> str:
    """Areas that are not known are in no figure: it is the least there are, or unknown like all of them."""
    least = "≥ " if row["unknown_areas"] else ""
    if pd.notna(row["median_value"]):
        return f"{least}{row['median_value']:g} ({row['p10_value']:g}–{row['p90_value']:g})"
    return f"{least}{row['central_value']:g}" if pd.notna(row["central_value"]) else say("未知", "unknown")
