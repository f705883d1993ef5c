"""``capacity applications``: looking into the register, and taking applications in and out of it in files."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.cli import INPUT_PROBLEM, application_tables, printing
from capacity.cli.application_options import (
    DEFAULT_POLICY,
    AsJson,
    CaseFolder,
    Id,
    PolicyName,
    Url,
    Who,
    Why,
    applications_app,
    open_at,
    rules_for,
    who_is,
)
from capacity.cli.language import say

if TYPE_CHECKING:
    import pandas as pd


class Status(enum.StrEnum):
    """Statuses of an application."""

    received = "received"
    offered = "offered"
    accepted = "accepted"
    energised = "energised"
    withdrawn = "withdrawn"
    expired = "expired"


@applications_app.command("list")
def list_applications(
    register: Url,
    status: Annotated[list[Status] | None, typer.Option(help="Only these; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the applications of the register. 列出申请。"""
    from capacity.applications import register as reg

    opened = open_at(register)
    found = reg.applications(opened, status=status or ())
    if as_json:
        typer.echo(json.dumps([application_tables.as_json(opened, one) for one in found], ensure_ascii=False, indent=1))
    else:
        printing.console.print(application_tables.listed(found))


@applications_app.command()
def show(register: Url, application_id: Id, as_json: AsJson = False) -> None:
    """Show one application with its whole history. 查看申请及其历史。"""
    from capacity.applications import register as reg

    opened = open_at(register)
    one = reg.application(opened, application_id)
    if as_json:
        typer.echo(json.dumps(application_tables.as_json(opened, one), ensure_ascii=False, indent=1))
        return
    printing.console.print(application_tables.one_line(one), highlight=False, markup=False)
    printing.console.print(application_tables.history(opened, one))


@applications_app.command()
def timetable(register: Url, application_id: Id, policy: PolicyName = DEFAULT_POLICY, as_json: AsJson = False) -> None:
    """The customer's own timetable: every step and its last day (P14). 用电时刻表。"""
    from capacity import desk
    from capacity.applications import register as reg

    opened = open_at(register)
    one = reg.application(opened, application_id)
    rows = desk.customer_timetable(opened, one, rules_for(policy, None))
    if as_json:
        typer.echo(_records(rows))
    else:
        title = say(f"用电时刻表 {application_id}", f"timetable of {application_id}")
        printing.console.print(application_tables.due(rows, title))


@applications_app.command()
def due(register: Url, policy: PolicyName = DEFAULT_POLICY, as_json: AsJson = False) -> None:
    """What is overdue, due and running of all open applications, most urgent first (P14). 到期与超期。"""
    from capacity import desk
    from capacity.applications import register as reg

    opened = open_at(register)
    rows = desk.due(opened, reg.applications(opened, status=reg.OPEN), rules_for(policy, None))
    if as_json:
        typer.echo(_records(rows))
    else:
        printing.console.print(application_tables.due(rows, say("时限（P14）", "time limits (P14)")))


@applications_app.command("overcommitted")
def overcommitted(
    run: Annotated[Path, typer.Argument(help="The run, made with --register.", metavar="RUN")], as_json: AsJson = False
) -> None:
    """Transformers on which more is promised than their load now leaves room for (P7). 超额承诺。"""
    from capacity.desk import over_committed_in
    from capacity.runs import read_run

    rows = over_committed_in(read_run(run))
    if as_json:
        typer.echo(_records(rows))
    else:
        application_tables.print_over_committed(rows)


@applications_app.command()
def verify(register: Url, as_json: AsJson = False) -> None:
    """Replay the whole history and compare it with the register; exit code 1 on a difference. 重放历史并核对。"""
    from capacity.applications.register import verify_history

    issues = verify_history(open_at(register))
    if as_json:
        typer.echo(printing.issues_as_json(issues))
    else:
        printing.print_issues(issues)
        if not issues:
            printing.console.print(say("登记册与其历史一致。", "the register is what its history says."))
    if issues:
        raise typer.Exit(INPUT_PROBLEM)


@applications_app.command("import")
def import_applications(
    register: Url,
    file: Annotated[
        Path, typer.Argument(help="CSV or Excel file; or a case folder, to take over its applications.csv.")
    ],
    case: CaseFolder = None,
    who: Who = None,
    why: Why = "",
    policy: PolicyName = DEFAULT_POLICY,
    as_json: AsJson = False,
) -> None:
    """Take applications over from a file or a case: all of them, or none. 导入申请。"""
    from capacity import desk
    from capacity.case import load_case

    opened = open_at(register)
    if file.is_dir():
        loaded = load_case(file)
        done = desk.migrate_case(opened, loaded, rules_for(policy, loaded), who=who_is(who), why=why)
    else:
        beside = load_case(case) if case else None
        done = desk.import_file(opened, file, rules_for(policy, beside), who=who_is(who), why=why, case=beside)
    if as_json:
        typer.echo(json.dumps(vars(done), ensure_ascii=False, indent=1))
    else:
        printing.console.print(
            say(
                f"已导入 {len(done.added)} 份申请；{len(done.known)} 份登记册中已有，未变动。",
                f"{len(done.added)} applications were taken over; the register had {len(done.known)} already.",
            ),
            highlight=False,
        )
        if done.placeless:
            listed = ", ".join(done.placeless)
            printing.console.print(
                say(
                    f"其中未说明接入位置：{listed}。请用 amend 补充经纬度、配变或接入点，此前不能承诺容量。",
                    f"Of them nothing says where the customer is: {listed}. Enter a place, transformer or node with "
                    "amend; until then nothing can be promised.",
                ),
                highlight=False,
            )


@applications_app.command("export")
def export_applications(
    register: Url,
    file: Annotated[Path, typer.Argument(help="The file to write: .csv, or .xlsx for Excel.")],
    status: Annotated[list[Status] | None, typer.Option(help="Only these; repeatable.")] = None,
) -> None:
    """Write the applications as CSV or Excel; an import reads them again. 导出申请。"""
    from capacity.applications import register as reg
    from capacity.applications.register.files import write_csv, write_xlsx

    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter(say("文件名须以 .csv 或 .xlsx 结尾", "the file's name must end in .csv or .xlsx"))
    opened = open_at(register)
    table = reg.as_frame(opened, reg.applications(opened, status=status or ()))
    (write_csv if file.suffix.lower() == ".csv" else write_xlsx)(table, file)
    printing.where("已写出", "written", file)


@applications_app.command()
def snapshot(register: Url) -> None:
    """Print the register as one consistent state with its hash, for programs. 输出登记册快照。"""
    from capacity.applications.register import take_snapshot

    taken = take_snapshot(open_at(register))
    content = {
        "register_id": taken.register_id,
        "taken_at": taken.taken_at.isoformat(),
        "time_zone": taken.time_zone,
        "sha256": taken.sha256,
        "versions": [vars(version) for version in taken.versions],
        "applications": json.loads(_records(taken.applications)),
    }
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


def _records(rows: pd.DataFrame) -> str:
    return str(rows.to_json(orient="records", force_ascii=False, date_format="iso", indent=1))
