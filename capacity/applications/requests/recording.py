"""An answered request in the register: taken in where it is new, offered where there is something to offer (P14)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Literal

from capacity.applications.register import Register, add, amend, application, applications, offer
from capacity.applications.requests.comparing import CONNECTED
from capacity.applications.requests.reading import OPEN, request_of
from capacity.errors import RegisterError
from capacity.tables.assessment import Assessment, Option, Request
from capacity.tables.register import LARGER_TRANSFORMER, WORKS_FIRST, Application, Facts
from capacity.tables.words import APPLICATION_STATUS, Word

_HIGH = ("mv_tee", "second_feeder")


@dataclass(frozen=True)
class Recorded:
    """What the register holds now; ``steps`` were entered, in this order."""

    application: Application
    steps: tuple[Literal["received", "amended", "offered"], ...]


def record(
    register: Register, assessment: Assessment, *, who: str, why: str = "", lv_limit_kw: float | None = None
) -> Recorded:
    """Take the application in, put it where its best option connects, and enter the offer.

    An application that the register holds already is corrected where the option's place or the power differ. Where no
    option will do nothing is offered: it stays received. What is offered reserves nothing before it is accepted.

    Parameters
    ----------
    lv_limit_kw : up to which power a customer is connected at low voltage (P12); None leaves that unchecked.

    Raises
    ------
    InputError, RegisterError
        The register refuses the application, or a step with it; steps before stand, as its history says.
    """
    name = assessment.request.application_id
    known = next((one for one in applications(register) if one.application_id == name), None) if name else None
    _still_valid(register, assessment)
    facts = facts_of_answer(assessment, known.facts if known is not None else None)
    reason = why or _in_short(assessment)
    steps: list[Literal["received", "amended", "offered"]] = []
    if known is None:
        done = add(register, facts, who=who, why=why, application_id=name or None, lv_limit_kw=lv_limit_kw)
        steps.append("received")
    elif known.facts != facts:
        done = amend(
            register, name, facts, who=who, why=reason, expected_version=known.version, lv_limit_kw=lv_limit_kw,
            assessed=True,
        )  # fmt: skip
        steps.append("amended")
    else:
        done = known
    if offers_something(assessment):
        done = offer(
            register, done.application_id, who=who, why=reason, valid_until=assessment.valid_until,
            expected_version=done.version,
        )  # fmt: skip
        steps.append("offered")
    return Recorded(application(register, done.application_id), tuple(steps))


def offers_something(assessment: Assessment) -> bool:
    """Whether there is power to offer: all of it, where need be after works, or a firm part (P16)."""
    best, staged = assessment.best, assessment.staged
    return (staged is not None and staged.firm_kw > 0.0) or (best is not None and best.verdict in CONNECTED)


def facts_of_answer(assessment: Assessment, known: Facts | None = None) -> Facts:
    """What the register is to hold: what was asked for, at the place of the option that it is connected by."""
    asked = assessment.request
    base = known or Facts(p_kw=asked.kw, customer_kind=asked.customer_kind)
    facts = replace(
        base,
        p_kw=asked.kw,
        customer_kind=asked.customer_kind,
        category=asked.category,
        area_class=asked.area_class or base.area_class,
        supply="dual" if asked.place.dual_supply else "single",
        urgent_kw=asked.urgent_kw,
        power_factor=asked.power_factor,
        phases=None if known is not None and known.phases is None and asked.phases == 3 else str(asked.phases),
        longitude=asked.place.longitude if asked.place.longitude is not None else base.longitude,
        latitude=asked.place.latitude if asked.place.latitude is not None else base.latitude,
        energise_on=asked.energise_on,
        works_option=None,
        works_kva=None,
    )
    option = connected_by(assessment)
    if option is None:
        return replace(
            facts,
            node_id=asked.place.node_id or base.node_id,
            transformer_id=asked.place.transformer_id or base.transformer_id,
            voltage="hv" if facts.supply == "dual" else base.voltage,
        )
    high = option.candidate.kind in _HIGH
    below = option.candidate.transformer_id if option.design.connection.transformer is None and not high else ""
    placed = replace(
        facts,
        voltage="hv" if high else "lv",
        node_id=option.design.connection.node_id,
        transformer_id=below or None,
        feeder_id=option.candidate.feeder_id or None,
    )
    return _after_works(placed, assessment, option)


def _after_works(facts: Facts, assessment: Assessment, option: Option) -> Facts:
    """The facts with the works that the option needs first, and with the point that it is found again from."""
    one = option.design.connection.replacement or option.design.connection.transformer
    if one is None:
        return facts
    facts = replace(facts, works_option=option.key, works_kva=one.rated_kva)
    longitude, latitude = assessment.places.longitude, assessment.places.latitude
    if facts.longitude is not None or math.isnan(longitude):
        return facts
    return replace(facts, longitude=longitude, latitude=latitude)


def connected_by(assessment: Assessment) -> Option | None:
    """The option that the customer is connected by: the best; of a staged offer the one of the first stage.

    Where the whole power waits for a larger transformer in the place of the one that carries the first stage, it is
    that one: what is promised then stands at one transformer, before its works and after.
    """
    best, staged = assessment.best, assessment.staged
    if staged is None or assessment.verdict in CONNECTED:
        return best
    first = next((one for one in assessment.options if one.key == staged.option_key), None)
    if best is None or first is None or best.candidate.kind != LARGER_TRANSFORMER or best.verdict not in CONNECTED:
        return first
    same = first.candidate.transformer_id == best.candidate.transformer_id
    return best if same and first.candidate.kind not in WORKS_FIRST else first


def _still_valid(register: Register, assessment: Assessment) -> None:
    """An offer that has run out is refused before anything is entered."""
    today = register.local_day(dt.datetime.now(dt.UTC))
    if offers_something(assessment) and assessment.valid_until < today:
        raise RegisterError(
            f"this offer has run out on {assessment.valid_until}, today is {today}: assess anew with the day of "
            "application (--applied), on a case that is up to date. Nothing was entered.",
            f"该供电方案已于 {assessment.valid_until} 到期（今天 {today}）：请以最新算例按实际申请日期"
            "（--applied）重新核定。未作任何登记。",
        )


def _in_short(assessment: Assessment) -> str:
    summary: Word = assessment.summary
    return f"{summary.zh} {summary.en}"


def asked_in(register: Register, application_id: str, *, or_none: bool = False) -> Request | None:
    """What an application of the register asks for, to be assessed.

    Parameters
    ----------
    or_none : None where the register holds no such application, instead of an error.

    Raises
    ------
    RegisterError
        There is none, or it is not open any more: what is accepted reserves already, and would be counted twice.
    """
    if or_none and all(one.application_id != application_id for one in applications(register)):
        return None
    found = application(register, application_id)
    if found.status not in OPEN:
        status = APPLICATION_STATUS[found.status]
        raise RegisterError(
            f"application {application_id} is '{status.en}': only those received or offered are assessed.",
            f"申请 {application_id} 当前为“{status.zh}”，仅核定已受理、已答复的申请。",
        )
    stamp = found.stamped("received", "imported")
    received = found.received_at.date() if found.received_at else register.local_day(stamp.at) if stamp else None
    return request_of(found.facts, application_id=application_id, applied_on=received)
