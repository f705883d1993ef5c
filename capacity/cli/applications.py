"""``capacity applications``: the desk's work at the register, one step a command."""

from __future__ import annotations

import datetime as dt
import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from capacity.cli import INPUT_PROBLEM, app, application_tables, printing
from capacity.cli.language import say
from capacity.cli.runs import moment

if TYPE_CHECKING:
    from capacity.applications.register import Register
    from capacity.tables.case import Case
    from capacity.tables.policy import Policy
    from capacity.tables.register import Application, Claim, Facts

DEFAULT_POLICY = "baoshan-2021"
applications_app = typer.Typer(no_args_is_help=True, help="The register of applications. 用电申请登记册。")
app.add_typer(applications_app, name="applications")

Url = Annotated[
    str,
    typer.Option(
        "--register",
        envvar="CAPACITY_REGISTER",
        help="The register: sqlite:///folder/register.db (or the path of the .db file), or "
        "postgresql://user:password@host/database.",
        metavar="URL",
    ),
]
Id = Annotated[str, typer.Argument(help="The application's id.", metavar="ID")]
Who = Annotated[
    str | None, typer.Option(help="Who does it; default: the name you are logged in with.", envvar="CAPACITY_WHO")
]
Why = Annotated[str, typer.Option(help="Why; kept in the history.")]
Seen = Annotated[
    int | None,
    typer.Option("--version", help="The version you looked at; refused if somebody changed it since.", min=1),
]
PolicyName = Annotated[str, typer.Option("--policy", help="Policy with the rules P12 and P14: bundled, or a file.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
CaseFolder = Annotated[
    Path | None, typer.Option("--case", help="The case: what accepted applications reserve on.", metavar="CASE")
]
Kind = Literal["resident", "small_business", "other"]
Category = Literal["residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging"]
AreaClass = Literal["city", "county", "town", "rural"]


@applications_app.command()
def init(
    register: Url,
    time_zone: Annotated[str, typer.Option(help="In which days are counted.")] = "Asia/Shanghai",
) -> None:
    """Make a register, or bring an older one up to date; a current one is left as it is. 新建或升级登记册。"""
    from capacity.applications.register import create_register

    made = create_register(register, time_zone=time_zone)
    printing.console.print(say(f"登记册就绪：{made.url}", f"the register is ready: {made.url}"), highlight=False)


@applications_app.command()
def add(
    register: Url,
    kw: Annotated[float, typer.Option(help="Requested power, kW.")],
    customer_kind: Annotated[Kind, typer.Option(help="Kind of customer (P12, P14).")],
    application_id: Annotated[str | None, typer.Option("--id", help="Default: the register's next number.")] = None,
    category: Annotated[Category | None, typer.Option(help="Category, whose profile its load follows.")] = None,
    area_class: Annotated[AreaClass | None, typer.Option(help="Class of the area (P12).")] = None,
    voltage: Annotated[Literal["lv", "hv"], typer.Option(help="Where it is connected.")] = "lv",
    supply: Annotated[Literal["single", "dual"], typer.Option(help="One or two supplies.")] = "single",
    urgent_kw: Annotated[float | None, typer.Option(help="Of it urgent, kW (P16).")] = None,
    power_factor: Annotated[float | None, typer.Option(help="Default: the case's.")] = None,
    phases: Annotated[Literal["1", "3"] | None, typer.Option(help="Phases.")] = None,
    at: Annotated[str | None, typer.Option(help="Place.", metavar="LON,LAT")] = None,
    transformer: Annotated[str | None, typer.Option(help="Transformer id.")] = None,
    node: Annotated[str | None, typer.Option(help="Node id.")] = None,
    feeder: Annotated[str | None, typer.Option(help="Feeder id, of a customer at 10 kV.")] = None,
    energise: Annotated[str | None, typer.Option(help="Requested energisation.", metavar="DATE")] = None,
    customer: Annotated[str | None, typer.Option(help="Name or number of the customer; stays in the register.")] = None,
    note: Annotated[str | None, typer.Option(help="Anything else.")] = None,
    who: Who = None,
    why: Why = "",
    policy: PolicyName = DEFAULT_POLICY,
    as_json: AsJson = False,
) -> None:
    """Take an application in; its receipt is stamped now. 受理申请。"""
    from capacity.applications import register as reg
    from capacity.desk import lv_limit_kw
    from capacity.tables.register import Facts

    longitude, latitude = _place(at)
    facts = Facts(
        p_kw=kw, customer_kind=customer_kind, category=category, area_class=area_class, voltage=voltage, supply=supply,
        urgent_kw=urgent_kw, power_factor=power_factor, phases=phases, longitude=longitude, latitude=latitude,
        transformer_id=transformer, node_id=node, feeder_id=feeder, energise_on=_day(energise), customer=customer,
        note=note,
    )  # fmt: skip
    limit = lv_limit_kw(_rules(policy))
    opened = _open(register)
    done = reg.add(opened, facts, who=_who(who), why=why, application_id=application_id, lv_limit_kw=limit)
    _tell(opened, done, as_json)


@applications_app.command()
def amend(
    register: Url,
    application_id: Id,
    why: Annotated[str, typer.Option(help="Why; kept in the history.")],
    kw: Annotated[float | None, typer.Option(help="Requested power, kW.")] = None,
    urgent_kw: Annotated[float | None, typer.Option(help="Of it urgent, kW.")] = None,
    power_factor: Annotated[float | None, typer.Option(help="Power factor.")] = None,
    voltage: Annotated[Literal["lv", "hv"] | None, typer.Option(help="Where it is connected.")] = None,
    transformer: Annotated[str | None, typer.Option(help="Transformer id.")] = None,
    node: Annotated[str | None, typer.Option(help="Node id; '-' for none.")] = None,
    feeder: Annotated[str | None, typer.Option(help="Feeder id.")] = None,
    energise: Annotated[str | None, typer.Option(help="Requested energisation.", metavar="DATE")] = None,
    note: Annotated[str | None, typer.Option(help="Anything else.")] = None,
    who: Who = None,
    version: Seen = None,
    policy: PolicyName = DEFAULT_POLICY,
    as_json: AsJson = False,
) -> None:
    """Correct an application that is not accepted yet; an offer made before is void. 更正申请。"""
    from dataclasses import replace

    from capacity.applications import register as reg
    from capacity.desk import lv_limit_kw

    given = {"p_kw": kw, "urgent_kw": urgent_kw, "power_factor": power_factor, "voltage": voltage,
             "transformer_id": transformer, "node_id": node, "feeder_id": feeder, "energise_on": _day(energise),
             "note": note}  # fmt: skip
    changes = {name: None if value == "-" else value for name, value in given.items() if value is not None}
    opened, limit = _open(register), lv_limit_kw(_rules(policy))
    found = reg.application(opened, application_id)
    facts: Facts = replace(found.facts, **changes)  # type: ignore[arg-type]  # columns by their names
    done = reg.amend(
        opened, application_id, facts, who=_who(who), why=why, expected_version=version or found.version,
        lv_limit_kw=limit,
    )  # fmt: skip
    _tell(opened, done, as_json)


@applications_app.command()
def offer(
    register: Url,
    application_id: Id,
    valid_until: Annotated[str | None, typer.Option(help="Last day of the offer.", metavar="DATE")] = None,
    who: Who = None,
    why: Why = "",
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """The supply offer was given to the customer; it reserves nothing. 答复供电方案。"""
    from capacity.applications import register as reg

    opened = _open(register)
    day = _day(valid_until)
    done = reg.offer(opened, application_id, who=_who(who), why=why, valid_until=day, expected_version=version)
    _tell(opened, done, as_json)


@applications_app.command()
def accept(
    register: Url,
    application_id: Id,
    run: Annotated[
        Path | None,
        typer.Option(help="The run by whose figures it is judged, less what was accepted since (low voltage).",
                     metavar="RUN"),
    ] = None,
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

    if (run is None) == (claim is None):
        raise typer.BadParameter(say("请用 --run 或 --claim 之一", "give one of --run and --claim"))
    opened = _open(register)
    if run is not None:
        from capacity.applications.register.from_run import judge_by_run
        from capacity.runs import read_run

        compute = judge_by_run(read_run(run))
        done = reg.accept_with(opened, application_id, compute, who=_who(who), why=why, expected_version=version)
    else:
        assert claim is not None
        done = reg.accept(opened, application_id, _claim(claim), who=_who(who), why=why)
    _tell(opened, done, as_json)


@applications_app.command("works-started")
def works_started(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """Works outside or of the customer began: the clock of P14 stands. 外部或客户工程开工。"""
    from capacity.applications import register as reg

    opened = _open(register)
    done = reg.works(opened, application_id, ready=False, who=_who(who), why=why, expected_version=version)
    _tell(opened, done, as_json)


@applications_app.command("works-ready")
def works_ready(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """Those works are finished and reported: the clock runs. 工程完工报验。"""
    from capacity.applications import register as reg

    opened = _open(register)
    done = reg.works(opened, application_id, ready=True, who=_who(who), why=why, expected_version=version)
    _tell(opened, done, as_json)


@applications_app.command()
def energise(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """The customer was switched on; reserves until meters see it. 装表接电。"""
    from capacity.applications import register as reg

    opened = _open(register)
    _tell(opened, reg.energise(opened, application_id, who=_who(who), why=why, expected_version=version), as_json)


@applications_app.command("taken-up")
def taken_up(
    register: Url,
    application_id: Id,
    why: Annotated[str, typer.Option(help="Why; kept in the history.")],
    who: Who = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """The case holds an energised customer's load now, without a meter telling. 负荷已计入算例，停止占用。"""
    from capacity.applications import register as reg

    opened = _open(register)
    _tell(opened, reg.take_up(opened, application_id, who=_who(who), why=why, expected_version=version), as_json)


@applications_app.command()
def withdraw(
    register: Url,
    application_id: Id,
    why: Annotated[str, typer.Option(help="Why; kept in the history.")],
    who: Who = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """The customer withdrew; what was reserved is free again. 撤回。"""
    from capacity.applications import register as reg

    opened = _open(register)
    _tell(opened, reg.withdraw(opened, application_id, who=_who(who), why=why, expected_version=version), as_json)


@applications_app.command()
def expire(
    register: Url,
    application_id: Id,
    why: Annotated[str, typer.Option(help="Why; kept in the history.")],
    who: Who = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """The application or its offer ran out; what was reserved is free again. 失效。"""
    from capacity.applications import register as reg

    opened = _open(register)
    _tell(opened, reg.expire(opened, application_id, who=_who(who), why=why, expected_version=version), as_json)


def _tell(opened: Register, done: Application, as_json: bool) -> None:
    """What the application is now."""
    if as_json:
        typer.echo(json.dumps(application_tables.as_json(opened, done), ensure_ascii=False, indent=1))
    else:
        printing.console.print(application_tables.one_line(done), highlight=False, markup=False)


def _open(url: str) -> Register:
    from capacity.applications.register import open_register

    return open_register(url)


def _who(given: str | None) -> str:
    return given or getpass.getuser()


def _rules(name: str) -> Policy:
    from capacity.policy import load_policy

    path = Path(name)
    return load_policy(path.name, path.parent) if path.parent.name or path.is_file() else load_policy(name)


def rules_for(name: str, case: Case | None) -> Policy:
    """The case's policy, else the one of that name."""
    from capacity.policy import policy_of

    return policy_of(case) if case is not None else _rules(name)


def _day(text: str | None) -> dt.date | None:
    at = moment(text)
    return None if at is None else at.date()


def _place(text: str | None) -> tuple[float | None, float | None]:
    if text is None:
        return None, None
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            say(f"无法识别的位置“{text}”，请用 99.17,25.11", f"'{text}' is not a place; write 99.17,25.11")
        ) from error
    return longitude, latitude


def _claim(path: Path) -> Claim:
    from capacity.applications.register import claim_of_json

    try:
        return claim_of_json(path.read_text(encoding="utf-8-sig"))
    except (ValueError, TypeError, KeyError) as error:
        printing.errors.print(say(f"“{path}”不是核定依据（{error}）", f"'{path}' is no claim ({error})"), markup=False)
        raise typer.Exit(INPUT_PROBLEM) from error


from capacity.cli import application_lists  # noqa: E402, F401  # its commands register with ``applications_app``
