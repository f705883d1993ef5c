"""The command that plans reinforcement: plan."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.cli import app, plan_library, plan_printing, printing
from capacity.cli.language import language
from capacity.cli.plan_asking import Asked, meant

if TYPE_CHECKING:
    from capacity.reinforcing import MadePlan
    from capacity.tables.plan import Plan


@app.command()
def plan(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    to: Annotated[Path, typer.Option(help="Folder of the plan; a plan that is there is replaced.", metavar="DIR")],
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file; without one the present grid is planned for.", metavar="FILE")
    ] = None,
    years: Annotated[
        str | None, typer.Option(help="e.g. 2027-2036, or 1-10 after the as-of date (default: the horizon).")
    ] = None,
    feeder: Annotated[
        list[str] | None,
        typer.Option(help="Seek measures on this feeder alone; repeatable (default: on all).", metavar="ID"),
    ] = None,
    draw: Annotated[int, typer.Option(min=0, help="Which draw of the scenario; 0 is the central one.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    budget: Annotated[
        list[str] | None,
        typer.Option(help="Budget of a calendar year in CNY; repeatable.", metavar="YEAR=YUAN"),
    ] = None,
    budget_file: Annotated[
        Path | None, typer.Option(help="The same as a table: year, budget_yuan.", metavar="CSV")
    ] = None,
    crews: Annotated[int, typer.Option(min=1, help="Construction crews in every month.")] = 4,
    months: Annotated[
        int | None, typer.Option(min=1, max=480, help="Months of the programme (default: to the end of the horizon).")
    ] = None,
    no_outages: Annotated[
        str | None,
        typer.Option(help="Calendar months in which nothing may be switched off, e.g. 1,2,7.", metavar="MONTHS"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes or threads (default: one per processor, at most 8).")
    ] = None,
    write_library: Annotated[
        bool,
        typer.Option("--write-library", help="Bring the projects into the case's projects.csv (those still planned)."),
    ] = False,
    pictures: Annotated[bool, typer.Option(help="Draw the programme too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record for programs.")] = False,
) -> None:
    """What to build, where and when: needs, verified measures, choice, projects, programme. 编制加强规划。"""
    from capacity.case import load_case, load_scenario
    from capacity.proof import sha256_of
    from capacity.reinforcing import make_plan
    from capacity.runs.plan_store import refuse_foreign

    refuse_foreign(to)
    with printing.progress() as told:
        told("reading case", 0, 0)
        case = load_case(folder)
        future = load_scenario(scenario) if scenario else None
        asked = meant(Asked(years, budget or (), budget_file, no_outages), case, future)
        made = make_plan(
            case,
            future,
            years=asked.years,
            feeders=feeder or (),
            draw=draw,
            seed=seed,
            budget_yuan=asked.budget_yuan,
            crews=crews,
            months=months,
            no_outage_months=asked.no_outage_months,
            workers=workers,
            progress=told,
        )
        told("writing", 0, 0)
        where = {
            "case_folder": os.path.abspath(folder),
            "scenario_file": os.path.abspath(scenario) if scenario else "",
            "scenario_sha256": sha256_of(scenario) if scenario else "",
        }
        kept = replace(made.plan, record=made.plan.record.model_copy(update=where))
        _write(made, kept, to, pictures=pictures)
    if as_json:
        typer.echo(kept.record.model_dump_json(indent=1))
    else:
        plan_printing.print_plan(kept)
        printing.where("已写出", "written", to)
    if write_library:
        plan_library.into_the_library(case, folder, made, feeder or (), silent=as_json)


def _write(made: MadePlan, kept: Plan, to: Path, *, pictures: bool) -> None:
    """Tables, workbook, library rows and pictures as a folder that appears whole or not at all."""
    from capacity.figures.gantt import draw_gantt
    from capacity.runs.plan_book import plan_head, write_library, write_plan_book
    from capacity.runs.plan_store import write_plan

    def also(growing: Path) -> None:
        write_plan_book(kept, growing)
        write_library(made.library, growing)
        if pictures and len(kept.programme):
            draw_gantt(made.programme, plan_head(kept.record), growing, language())

    write_plan(kept, to, also)
