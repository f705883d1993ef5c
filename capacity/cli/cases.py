"""Commands that make and check cases: template, import, export, city, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from capacity.cli import INPUT_PROBLEM, USAGE, Stamps, app, printing
from capacity.cli.language import say
from capacity.cli.runs import RegisterUrl, with_register


@app.command()
def template(ledger: Annotated[Path, typer.Argument(help="The Excel file to write.")]) -> None:
    """Write the empty ledger workbook with instructions. 生成空白台账模板。"""
    from capacity.case.ledger import write_template

    write_template(ledger)
    printing.where("已写出台账模板", "ledger template written", ledger)


@app.command("import")
def import_case(
    source: Annotated[
        str, typer.Argument(help="workbook:LEDGER.xlsx, simbench:CODE or pandapower:NET.json", metavar="KIND:SOURCE")
    ],
    folder: Annotated[Path, typer.Argument(help="The case folder to write.")],
    readings: Annotated[
        list[Path] | None, typer.Option(help="Meter exports, CSV, Parquet or Excel (workbook only); repeatable.")
    ] = None,
    stamps: Annotated[
        Stamps, typer.Option(help="Whether meter times name the start or the end of their interval (workbook only).")
    ] = Stamps.auto,
    keep_readings: Annotated[
        bool, typer.Option("--keep-readings", help="Keep readings the case already holds beside the new ones.")
    ] = False,
    replace_readings: Annotated[
        bool, typer.Option("--replace-readings", help="Drop readings the case already holds.")
    ] = False,
    profiles: Annotated[Path | None, typer.Option(help="Profile file, CSV or Parquet (pandapower only).")] = None,
) -> None:
    """Make a case folder from a ledger workbook, SimBench or a pandapower network. 导入算例。"""
    from capacity import case as cases

    kind, _, rest = source.partition(":")
    if kind == "workbook":
        from capacity.case.ledger import import_workbook

        stored: Literal["refuse", "keep", "replace"] = (
            "keep" if keep_readings else "replace" if replace_readings else "refuse"
        )
        made = import_workbook(Path(rest), folder, readings or (), readings_are=stamps.value, stored=stored)
    elif kind == "simbench":
        made = cases.import_simbench(rest, folder)
    elif kind == "pandapower":
        made = cases.import_pandapower(Path(rest), folder, profiles)
    else:
        printing.errors.print(
            say(
                f"不认识的来源“{source}”：请用 workbook:、simbench: 或 pandapower:",
                f"unknown source '{source}': use workbook:, simbench: or pandapower:",
            )
        )
        raise typer.Exit(USAGE)
    printing.print_issues(made.reading_issues)
    printing.where("已写出算例", "case written", folder)
    printing.console.print(say(f"下一步：capacity check {folder}", f"next: capacity check {folder}"), highlight=False)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    ledger: Annotated[Path, typer.Argument(help="The Excel file to write.")],
    readings: Annotated[Path | None, typer.Option(help="Also write the readings as 96-point CSV.")] = None,
    lv_lines: Annotated[bool, typer.Option(help="With the LV networks, or transformers only.")] = True,
) -> None:
    """Write a case as ledger workbook and meter export, to hand on or to edit. 导出台账。"""
    from capacity.case import load_case
    from capacity.case.ledger import export_readings, export_workbook

    case = load_case(folder)
    printing.print_issues(export_workbook(case, ledger, lv_lines=lv_lines))
    printing.where("已写出台账", "ledger written", ledger)
    if readings:
        export_readings(case, readings)
        printing.where("已写出量测", "readings written", readings)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    register: RegisterUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Report every problem of a case at once; exit code 1 on errors. 检查算例。"""
    from capacity.case import load_case
    from capacity.study import check as check_case

    issues = check_case(with_register(load_case(folder), register))
    if as_json:
        typer.echo(printing.issues_as_json(issues))
    else:
        printing.print_issues(issues)
        counts = {severity: sum(i.severity == severity for i in issues) for severity in ("error", "warning", "info")}
        printing.console.print(
            say(
                "{error} 个错误，{warning} 个警告，{info} 条说明".format(**counts),
                "{error} errors, {warning} warnings, {info} notes".format(**counts),
            )
        )
    if any(issue.severity == "error" for issue in issues):
        raise typer.Exit(INPUT_PROBLEM)


@app.command()
def city(
    folder: Annotated[Path, typer.Argument(help="The city folder to write: new, empty, or one to complete.")],
    substations: Annotated[int, typer.Option(min=1, help="Substations, one case each.")] = 2,
    feeders: Annotated[int, typer.Option(min=1, help="10 kV feeders per substation.")] = 4,
    transformers: Annotated[int, typer.Option(min=1, help="Distribution transformers per feeder.")] = 10,
    nodes: Annotated[int, typer.Option(min=3, help="LV nodes per transformer, on average.")] = 40,
    months: Annotated[int, typer.Option(min=1, max=12, help="Months of load profiles.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="Seed: the same one gives the same city.")] = 1,
    meters: Annotated[bool, typer.Option("--meters", help="With 15-minute readings of every transformer.")] = False,
) -> None:
    """Make a synthetic city of any size, one case per substation. 生成合成城市。"""
    from capacity.case import CityPlan, write_city

    plan = CityPlan(substations, feeders, transformers, nodes, months, seed, meters=meters)
    with printing.progress() as told:
        told("city", 0, substations)
        made = write_city(plan, folder, progress=lambda done, total: told("city", done, total))
    printing.print_issues(made.reading_issues)
    total = substations * feeders * transformers
    printing.console.print(
        say(
            f"合成城市：{substations} 座变电站，{total:,} 台配变，{total * nodes:,} 个低压节点",
            f"synthetic city: {substations} substations, {total:,} transformers, {total * nodes:,} LV nodes",
        ),
        highlight=False,
    )
    printing.where("已写出城市", "city written", folder)
    member, readme = folder / made.settings.members[0], folder / "README.md"
    printing.console.print(
        say(
            f"每个成员都是算例，如 {member}；说明见 {readme}", f"each member is a case, such as {member}; see {readme}"
        ),
        highlight=False,
    )
