"""``capacity applications``: the desk's work at the register, one step a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from capacity.cli import printing
from capacity.cli.application_options import (
    DEFAULT_POLICY,
    AreaClass,
    AsJson,
    Category,
    Id,
    Kind,
    PolicyName,
    Seen,
    Url,
    Who,
    Why,
    applications_app,
    day_of,
    open_at,
    place_of,
    rules_named,
    tell,
    who_is,
)
from capacity.cli.language import say

if TYPE_CHECKING:
    from capacity.tables.register import Facts


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

    longitude, latitude = place_of(at)
    facts = Facts(
        p_kw=kw, customer_kind=customer_kind, category=category, area_class=area_class, voltage=voltage, supply=supply,
        urgent_kw=urgent_kw, power_factor=power_factor, phases=phases, longitude=longitude, latitude=latitude,
        transformer_id=transformer, node_id=node, feeder_id=feeder, energise_on=day_of(energise), customer=customer,
        note=note,
    )  # fmt: skip
    limit = lv_limit_kw(rules_named(policy))
    opened = open_at(register)
    done = reg.add(opened, facts, who=who_is(who), why=why, application_id=application_id, lv_limit_kw=limit)
    tell(opened, done, as_json)


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
             "transformer_id": transformer, "node_id": node, "feeder_id": feeder, "energise_on": day_of(energise),
             "note": note}  # fmt: skip
    changes = {name: None if value == "-" else value for name, value in given.items() if value is not None}
    opened, limit = open_at(register), lv_limit_kw(rules_named(policy))
    found = reg.application(opened, application_id)
    facts: Facts = replace(found.facts, **changes)  # type: ignore[arg-type]  # columns by their names
    done = reg.amend(
        opened, application_id, facts, who=who_is(who), why=why, expected_version=version or found.version,
        lv_limit_kw=limit,
    )  # fmt: skip
    tell(opened, done, as_json)


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

    opened = open_at(register)
    day = day_of(valid_until)
    done = reg.offer(opened, application_id, who=who_is(who), why=why, valid_until=day, expected_version=version)
    tell(opened, done, as_json)


@applications_app.command("works-started")
def works_started(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """Works outside or of the customer began: the clock of P14 stands. 外部或客户工程开工。"""
    from capacity.applications import register as reg

    opened = open_at(register)
    done = reg.works(opened, application_id, ready=False, who=who_is(who), why=why, expected_version=version)
    tell(opened, done, as_json)


@applications_app.command("works-ready")
def works_ready(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """Those works are finished and reported: the clock runs. 工程完工报验。"""
    from capacity.applications import register as reg

    opened = open_at(register)
    done = reg.works(opened, application_id, ready=True, who=who_is(who), why=why, expected_version=version)
    tell(opened, done, as_json)


@applications_app.command()
def energise(
    register: Url, application_id: Id, who: Who = None, why: Why = "", version: Seen = None, as_json: AsJson = False
) -> None:
    """The customer was switched on; reserves until meters see it. 装表接电。"""
    from capacity.applications import register as reg

    opened = open_at(register)
    tell(opened, reg.energise(opened, application_id, who=who_is(who), why=why, expected_version=version), as_json)


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

    opened = open_at(register)
    tell(opened, reg.take_up(opened, application_id, who=who_is(who), why=why, expected_version=version), as_json)


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

    opened = open_at(register)
    tell(opened, reg.withdraw(opened, application_id, who=who_is(who), why=why, expected_version=version), as_json)


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

    opened = open_at(register)
    tell(opened, reg.expire(opened, application_id, who=who_is(who), why=why, expected_version=version), as_json)
