"""``capacity applications accept``: the one step that reserves capacity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.cli import INPUT_PROBLEM, printing
from capacity.cli.application_options import (
    AsJson,
    CaseFolder,
    Id,
    Seen,
    Url,
    Who,
    Why,
    applications_app,
    open_at,
    tell,
    who_is,
)
from capacity.cli.language import say

if TYPE_CHECKING:
    from capacity.applications.register import Register
    from capacity.tables.register import Claim, Compute


@applications_app.command()
def accept(
    register: Url,
    application_id: Id,
    run: Annotated[
        Path | None,
        typer.Option(help="The run by whose figures it is judged, less what was accepted since (low voltage).",
                     metavar="RUN"),
    ] = None,
    assess: Annotated[
        bool, typer.Option("--assess", help="Judge it by load flow over the year, its works in place; needs --case.")
    ] = False,
    case: CaseFolder = None,
    claim: Annotated[
        Path | None, typer.Option(help="A claim as JSON, from a program that assessed it by load flow.", metavar="FILE")
    ] = None,
    who: Who = None,
    why: Why = "",
    version: Seen = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Accept an offered application and reserve its capacity, once: or say why not. 确认并占用容量。"""
    from capacity.applications import register as reg

    if sum((run is not None, assess, claim is not None)) != 1:
        raise typer.BadParameter(say("请用 --run、--assess、--claim 之一", "give one of --run, --assess and --claim"))
    if assess != (case is not None):
        raise typer.BadParameter(say("--assess 与 --case 须同时使用", "--assess and --case go together"))
    opened = open_at(register)
    if claim is not None:
        done = reg.accept(opened, application_id, _claim(claim), who=who_is(who), why=why)
    else:
        compute = _by_load_flow(opened, case) if case is not None else _by_run(run)
        done = reg.accept_with(opened, application_id, compute, who=who_is(who), why=why, expected_version=version)
    tell(opened, done, as_json)


def _by_run(run: Path | None) -> Compute:
    from capacity.applications.register.from_run import judge_by_run
    from capacity.runs import read_run

    assert run is not None
    return judge_by_run(read_run(run))


def _by_load_flow(register: Register, folder: Path) -> Compute:
    """The assessor's judgement, on a case that is opened with the register as it stands."""
    from capacity.applications.register import take_snapshot
    from capacity.assessing import open_assessor
    from capacity.case import load_case

    with printing.progress() as told:
        told("reading case", 0, 0)
        return open_assessor(load_case(folder), snapshot=take_snapshot(register), progress=told).judge


def _claim(path: Path) -> Claim:
    from capacity.applications.register import claim_of_json

    try:
        return claim_of_json(path.read_text(encoding="utf-8-sig"))
    except (ValueError, TypeError, KeyError) as error:
        printing.errors.print(say(f"“{path}”不是核定依据（{error}）", f"'{path}' is no claim ({error})"), markup=False)
        raise typer.Exit(INPUT_PROBLEM) from error
