"""The monthly rhythm: month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from capacity.cli import Stamps, app, printing
from capacity.cli.language import say
from capacity.cli.runs import (
    RegisterUrl,
    moment,
    show,
    show_promises,
    stop_unless_confirmed,
    with_register,
    write_with_pictures,
)


@app.command()
def month(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    readings: Annotated[list[Path], typer.Option(help="The month's meter exports; repeatable.")],
    stamps: Annotated[
        Stamps, typer.Option(help="Whether meter times name the start or the end of their interval.")
    ] = Stamps.auto,
    take_new: Annotated[
        bool, typer.Option("--take-new", help="Where a new reading contradicts a stored one, take the new one.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="As-of date (YYYY-MM-DD); default: the day after the last new reading.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="Last month's run; default: the newest earlier run of this case in --results.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("results"),
    register: RegisterUrl = None,
) -> None:
    """Append the month's readings, check, run, compare with last month, write the month's workbook. 月度例行。"""
    from capacity.month import WORKBOOK, run_month
    from capacity.runs import write_month

    with printing.progress() as told:
        done = run_month(
            folder,
            readings,
            readings_are=stamps.value,
            contradictory="take_new" if take_new else "keep_stored",
            as_of=moment(as_of),
            previous=previous,
            results=results,
            prepare=lambda case: with_register(case, register),
            progress=told,
        )
        told("writing", 0, 0)
        target = results / done.run.manifest.run_name
        write_with_pictures(done.run, target, also=lambda place: write_month(done.run, done.previous, place / WORKBOOK))
    printing.print_issues(done.issues)
    printing.console.print(say(f"新增 {done.added} 个读数。", f"{done.added} new readings."))
    show(done.run, target)
    show_promises(done.run)
    if done.previous is None:
        printing.console.print(say("没有上月结果可比。", "no run of last month to compare with."))
    printing.where("月度工作簿", "the month's workbook", target / WORKBOOK)
    stop_unless_confirmed(done.run)
