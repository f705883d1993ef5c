"""``capacity assess``: can I connect here, when, and what does it take?"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from capacity.cli import app, assess_batch, assess_one
from capacity.cli.application_options import AreaClass, Category, Kind, Who, Why, day_of, who_is
from capacity.cli.assess_opening import opened
from capacity.cli.language import say

_ONE = ("at", "node", "transformer", "kw", "phases", "power_factor", "kind", "area_class", "category", "dual",
        "energise", "urgent", "hours", "everything", "application", "offer", "projects", "record", "pdf",
        "xlsx")  # fmt: skip
_MANY = ("order", "to", "sheets")
_SPELLED = {"area_class": "class", "everything": "all"}


class DayShape(enum.StrEnum):
    """Shapes of a load over time."""

    flat = "flat"
    residential = "residential"
    commercial = "commercial"
    industrial = "industrial"


@app.command()
def assess(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    at: Annotated[
        str | None, typer.Option(help="Where: degrees, EPSG:4326. Or --node, or --transformer.", metavar="LON,LAT")
    ] = None,
    node: Annotated[str | None, typer.Option(help="Where: an existing node.", metavar="ID")] = None,
    transformer: Annotated[str | None, typer.Option(help="Where: an existing transformer.", metavar="ID")] = None,
    kw: Annotated[float | None, typer.Option(help="Power asked for, kW, at its peak.")] = None,
    phases: Annotated[Literal["1", "3"] | None, typer.Option(help="Phases; default 3.")] = None,
    power_factor: Annotated[float | None, typer.Option(help="Lagging; default: the case's.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Kind of customer (P12, P14); default: other.")] = None,
    area_class: Annotated[
        AreaClass | None, typer.Option("--class", help="Class of the area (P12); default: that of the place.")
    ] = None,
    category: Annotated[Category | None, typer.Option(help="Of the customer, for the demand factor (P7).")] = None,
    shape: Annotated[DayShape, typer.Option(help="Of the load over time.")] = DayShape.flat,
    dual: Annotated[bool, typer.Option("--dual", help="Two feeders, each able to carry the whole load.")] = False,
    energise: Annotated[str | None, typer.Option(help="Day the supply is wanted on (P17).", metavar="DATE")] = None,
    applied: Annotated[
        str | None, typer.Option(help="Day of application (P12); default: the as-of date.", metavar="DATE")
    ] = None,
    urgent: Annotated[float | None, typer.Option(help="Of the power, needed at once (P16).", metavar="KW")] = None,
    register: Annotated[
        str | None,
        typer.Option(
            help="Register of applications: what it reserves counts in place of the case's applications.csv.",
            metavar="URL",
            envvar="CAPACITY_REGISTER",
        ),
    ] = None,
    application: Annotated[
        str | None,
        typer.Option(
            help="Ask for this application of the register; what is given here as well counts instead. With --record "
            "also the id of a new one.",
            metavar="ID",
        ),
    ] = None,
    scenario: Annotated[Path | None, typer.Option(help="Scenario file laid over the case.", metavar="FILE")] = None,
    no_go: Annotated[
        Path | None, typer.Option("--no-go", help="Areas that no new line may enter.", metavar="GEOJSON")
    ] = None,
    hours: Annotated[
        bool, typer.Option("--hours", help="Also what may be drawn by month and hour until all is there (P16).")
    ] = False,
    offer: Annotated[
        bool, typer.Option("--offer", help="Enter the staged offer's project into the project library (P17).")
    ] = False,
    projects: Annotated[
        Path | None, typer.Option(help="The project library; default: CASE/projects.csv.", metavar="CSV")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Take the application into the register and enter the offer (P14).")
    ] = False,
    who: Who = None,
    why: Why = "",
    pdf: Annotated[Path | None, typer.Option(help="Write the answer sheet as PDF.", metavar="FILE")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the answer sheet as a workbook.", metavar="FILE")] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Many at once: applications as CSV or Excel, in order of receipt.", metavar="FILE"),
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            help="With --file, what if: file, smallest-first, urgent-first, or a CSV or Excel file with one id a row, "
            "compared with the order of receipt.",
            metavar="ORDER",
        ),
    ] = "received",
    to: Annotated[
        Path | None, typer.Option(help="With --file: write the workbook assessments.xlsx there.", metavar="DIR")
    ] = None,
    sheets: Annotated[
        bool, typer.Option("--sheets", help="With --to: an answer sheet per application too, in order of receipt.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every option and every place that was looked at.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: all processors, at most 8.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:  # fmt: skip
    """Can I connect here, when, and what does it take? Ranked options, checked by load flow. 能否接入、何时、代价几何。

    With --file, many applications in order of receipt, each seeing what the earlier ones reserve. 批量核定，先到先得。
    """
    given = {name for name in context.params if _is_given(context, name)}
    applied_on = day_of(applied)
    if file is not None:
        _refuse(given & set(_ONE), say("不能与 --file 同用", "cannot go with --file"))
        plan = assess_batch.Plan(file, order, to, sheets, shape.value, applied_on, as_json)
        found = assess_batch.read(plan)
        with opened(folder, register, scenario, no_go, workers) as desk:
            done = assess_batch.answer(desk, plan, found)
        assess_batch.finish(desk, plan, found, done)
        return
    _refuse(given & set(_MANY), say("只能与 --file 同用", "go with --file only"))
    stated: dict[str, Any] = {
        "kw": kw, "phases": int(phases) if phases else None, "power_factor": power_factor, "customer_kind": kind,
        "area_class": area_class, "category": category, "energise_on": day_of(energise), "applied_on": applied_on,
        "urgent_kw": urgent, "shape": shape.value if "shape" in given else None,
    }  # fmt: skip
    wish = assess_one.Wish(
        place=assess_one.place_of_options(at, node, transformer, dual=dual), stated=stated, dual=dual,
        application_id=application or "", register=register, record=record,
    )  # fmt: skip
    assess_one.check_names(pdf, xlsx)
    request = assess_one.request_for(wish)
    with opened(folder, register, scenario, no_go, workers) as desk:
        answer = desk.assessor.assess(request, hours=hours)
    assess_one.show(desk, answer, as_json=as_json, everything=everything)
    assess_one.write_sheets(desk, answer, pdf, xlsx)
    if offer:
        assess_one.enter_offer(desk, answer, projects or folder / "projects.csv")
    if record:
        assess_one.record(desk, answer, who=who_is(who), why=why)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _refuse(names: set[str], why: str) -> None:
    if names:
        listed = ", ".join(f"--{_SPELLED.get(name, name).replace('_', '-')}" for name in sorted(names))
        raise typer.BadParameter(f"{listed}: {why}")
