"""Taking applications over from a file, a case or another system: all of them, or none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert

from capacity.applications.register.facts import NOWHERE, as_json, claim_as_json, facts_of, faults, has_place
from capacity.applications.register.files import Line
from capacity.applications.register.models import APPLICATIONS
from capacity.applications.register.opening import Register
from capacity.applications.register.reading import all_applications
from capacity.applications.register.records import bump, enter, now, row_of, writing
from capacity.errors import InputError
from capacity.tables.issue import Issue
from capacity.tables.register import Application, Claim, ElementVersion, Facts

_EARLIEST = dt.datetime(1950, 1, 1)
Hangs = Callable[[Facts], tuple[ElementVersion, ...] | Issue]
"""The transformer, feeder and substation that a customer hangs on, or why they are not known; versions are not read."""


@dataclass(frozen=True)
class Imported:
    """What an import did: ids that are new, and ids that the register held already, exactly as stated.

    ``placeless`` : of the new ones, those that do not say where the customer is; nothing is promised to them yet.
    """

    added: tuple[str, ...]
    known: tuple[str, ...]
    placeless: tuple[str, ...] = ()


def import_lines(
    register: Register,
    lines: Sequence[Line],
    *,
    who: str,
    why: str,
    file: str,
    power_factor: float,
    hangs: Hangs,
    lv_limit_kw: float | None = None,
    found: Iterable[Issue] = (),
) -> Imported:
    """Take applications over; their history begins with the import, stamped now, and keeps what the file states.

    Accepted and energised ones reserve what they state (by default all they ask for) without being judged again: they
    were promised elsewhere. An application that the register holds already, with the same facts, is left alone.

    Parameters
    ----------
    power_factor : where an application states none, for what it reserves.
    hangs : what an accepted application is reserved on.
    found : what was wrong while the file was read; nothing is imported then, but all is told.

    Raises
    ------
    InputError
        Every problem of every line; nothing was written.
    """
    with writing(register) as connection:
        moment = now(connection)
        present = {one.application_id: one for one in all_applications(connection, first_only=True)}
        issues = [*found]
        fresh: list[tuple[Line, Application]] = []
        known: list[str] = []
        for line in lines:
            facts = facts_of(_facts(line.values))
            problems = [*_problems(line, facts, file, lv_limit_kw, register.local(moment))]
            held = present.get(line.application_id)
            claim = None if problems or held else _claim(line, facts, power_factor, hangs, file)
            if isinstance(claim, Issue):
                problems.append(claim)
            issues += problems
            if held is not None:
                issues += _contradictions(line, facts, held, file)
                known.append(line.application_id)
            elif not problems and not isinstance(claim, Issue):
                fresh.append((line, _application(register, line, facts, claim)))
        if any(issue.severity == "error" for issue in issues):
            raise InputError(issues)
        for _, one in fresh:
            _insert(connection, one, moment, who, why)
        bump(connection, _counted(fresh), only_unchanged=False)
    placeless = tuple(one.application_id for _, one in fresh if not has_place(one.facts))
    return Imported(tuple(one.application_id for _, one in fresh), tuple(known), placeless)


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    day = values["energise_on"]
    return {**values, "energise_on": day.date() if isinstance(day, dt.datetime) else None}


def _problems(line: Line, facts: Facts, file: str, lv_limit_kw: float | None, moment: dt.datetime) -> Iterator[Issue]:
    ids = (f"row {line.row}", line.application_id)
    open_now = line.values["status"] in ("received", "offered")
    for issue in faults(facts, today=dt.date.min, lv_limit_kw=lv_limit_kw if open_now else None, file=file):
        if open_now and issue.check == NOWHERE:
            continue  # taken over as it stands: a place has to be given before anything is promised
        yield dataclasses.replace(issue, ids=ids)
    reserved = line.values["reserved_kw"]
    if reserved is not None and not 0.0 < reserved <= facts.p_kw:
        yield _issue(ids, "reserved_kw", f"what is reserved ({reserved:g} kW) must lie above 0 and not above the "
                     f"requested {facts.p_kw:g} kW.", f"占用容量（{reserved:g} kW）须大于 0 且不超过申请容量 "
                     f"{facts.p_kw:g} kW。",
                     file)  # fmt: skip
    if line.values["status"] == "energised" and not line.settled and line.values["energised_at"] is None:
        yield _issue(ids, "energised_at", "an energised application needs the day it was energised; until when it "
                     "reserves depends on it.", "已送电的申请须填写送电时间，占用期限以此为准。", file)  # fmt: skip
    for name in ("received_at", "energised_at"):
        at = line.values[name]
        if at is not None and not _EARLIEST <= at <= moment:
            yield _issue(
                ids,
                name,
                f"{at:%Y-%m-%d %H:%M} lies in the future or too far back; correct it.",
                f"{at:%Y-%m-%d %H:%M} 晚于当前时间或过早，请更正。",
                file,
            )


def _claim(line: Line, facts: Facts, power_factor: float, hangs: Hangs, file: str) -> Claim | Issue | None:
    """What a promise made elsewhere reserves; None where nothing is promised."""
    if line.settled or line.values["status"] not in ("accepted", "energised"):
        return None
    elements = hangs(facts)
    if isinstance(elements, Issue):
        return dataclasses.replace(elements, ids=(f"row {line.row}", line.application_id), file=file)
    kw = line.values["reserved_kw"] or facts.p_kw
    kva = kw / (facts.power_factor or power_factor)
    places = tuple(dataclasses.replace(element, version=0) for element in elements)
    zh, en = f"导入自 {file}，此前已确认", f"promised before, imported from {file}"
    return Claim(line.application_id, 1, kw, kva, kva, places, basis_zh=zh, basis_en=en)


def _application(register: Register, line: Line, facts: Facts, claim: Claim | None) -> Application:
    energised = line.values["energised_at"] if line.values["status"] == "energised" else None
    return Application(
        application_id=line.application_id,
        version=1,
        status=line.values["status"],
        facts=facts,
        reserved_kw=claim.reserved_kw if claim else None,
        reserved_kva=claim.reserved_kva if claim else None,
        claim=claim,
        received_at=line.values["received_at"],
        energised_at=energised.replace(tzinfo=register.time_zone).astimezone(dt.UTC) if energised else None,
        offer_valid_until=None,
    )


def _insert(connection: Connection, one: Application, moment: dt.datetime, who: str, why: str) -> None:
    claim = claim_as_json(one.claim) if one.claim else None
    values = {
        "status": one.status,
        "reserved_kw": one.reserved_kw,
        "reserved_kva": one.reserved_kva,
        "received_at": one.received_at,
        "energised_at": one.energised_at,
    }
    row = {"application_id": one.application_id, "version": 1, "claim": claim, **values, **row_of(one.facts)}
    connection.execute(insert(APPLICATIONS).values(row))
    details = {
        **{name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in values.items()},
        "facts": json.loads(as_json(one.facts)),
        "claim": json.loads(claim) if claim else None,
    }
    content = json.dumps(details, ensure_ascii=False, sort_keys=True)
    enter(connection, one.application_id, 1, "imported", one.status, at=moment, who=who, why=why, details=content)


def _counted(fresh: Sequence[tuple[Line, Application]]) -> list[ElementVersion]:
    """Every element as often as something new is reserved on it."""
    return [element for _, one in fresh if one.claim for element in one.claim.elements]


def _contradictions(line: Line, facts: Facts, held: Application, file: str) -> Iterator[Issue]:
    """A file never changes what the register holds: where it says something else, a person decides."""
    differing = [f.name for f in dataclasses.fields(facts) if getattr(facts, f.name) != getattr(held.facts, f.name)]
    if line.values["status"] != held.status:
        differing.append("status")
    if differing:
        listed = ", ".join(differing)
        yield _issue(
            (f"row {line.row}", line.application_id),
            differing[0],
            f"the register holds this application with another {listed}; delete the row, or change the application in "
            "the register (amend, withdraw, …).",
            f"登记册中已有该申请，但 {listed} 不同；请删除此行，或在登记册中办理变更（amend、withdraw 等）。",
            file,
        )


def _issue(ids: tuple[str, ...], column: str, en: str, zh: str, file: str) -> Issue:
    return Issue("error", "register.import", "application_file", column, ids, en, zh, file)
