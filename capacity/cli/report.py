"""The command that tells a board: report."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated

import typer

from capacity.cli import app, printing
from capacity.cli.language import say
from capacity.tables.report import Language


class Edition(enum.StrEnum):
    """Editions of a report."""

    annual = "annual"
    quarterly = "quarterly"


class Lang(enum.StrEnum):
    """Languages that a report is set in."""

    zh = "zh"
    en = "en"
    both = "both"


_LANGUAGES: dict[Lang, tuple[Language, ...]] = {Lang.zh: ("zh",), Lang.en: ("en",), Lang.both: ("zh", "en")}


@app.command()
def report(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Folders of runs, matrices of scenarios and plans, any mixture.", metavar="RUN…"),
    ],
    to: Annotated[Path, typer.Option(help="Folder of the report; a former report in it is replaced.", metavar="DIR")],
    title: Annotated[str, typer.Option(help="Title, if not its own.")] = "",
    edition: Annotated[
        Edition, typer.Option(help="quarterly: from the monthly runs of a quarter and the one before it.")
    ] = Edition.annual,
    lang: Annotated[Lang, typer.Option(help="Language of the report.")] = Lang.both,
    several_cases: Annotated[
        bool, typer.Option("--several-cases", help="Put results of different cases side by side; the report says so.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made for programs.")] = False,
) -> None:
    """A report for the board: PDF and HTML from runs, scenario matrices and plans. 编制报告（年度、季度）。"""
    from capacity.board_report import make_report

    with printing.progress() as told:
        made = make_report(
            folders, to, title=title, edition=edition.value, languages=_LANGUAGES[lang], several_cases=several_cases,
            progress=told,
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(made.record, ensure_ascii=False, indent=1))
        return
    for mark in (*made.record["marks"], *made.record["remarks"]):
        printing.console.print("- " + say(mark["zh"], mark["en"]), markup=False, highlight=False)
    for file in made.record["files"]:
        pages = say(f"，{file['pages']} 页", f", {file['pages']} pages") if "pages" in file else ""
        printing.console.print(f"{file['path']}{pages}", markup=False, highlight=False)
    printing.where("已写出", "written", made.folder)
