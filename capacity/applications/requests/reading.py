"""Requests from a file of applications: every problem at once, with row, id and remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from capacity.applications.register.facts import NOWHERE, facts_of, faults
from capacity.applications.register.files import Line, read_file
from capacity.errors import InputError
from capacity.tables.assessment import Request
from capacity.tables.issue import Issue, Severity
from capacity.tables.places import PlaceRequest
from capacity.tables.register import Facts
from capacity.tables.words import APPLICATION_STATUS

OPEN = ("received", "offered")
"""Only these are yet to be answered: the others reserve already, or ask for nothing any more."""


@dataclass(frozen=True)
class Filed:
    """A request of a file: its row there, and when it came in (naive local time; None: not stated)."""

    row: int
    received_at: dt.datetime | None
    request: Request

    @property
    def application_id(self) -> str:
        """Unique in its file."""
        return self.request.application_id


@dataclass(frozen=True)
class RequestFile:
    """The requests of a file in the order of its rows, and what is to be known about it."""

    filed: tuple[Filed, ...]
    notes: tuple[Issue, ...] = ()


def read_requests(path: Path, *, shape: str = "flat", applied_on: dt.date | None = None) -> RequestFile:
    """Read the requests of a CSV or Excel file with the columns of ``APPLICATION_FILE``.

    Where a row has coordinates they count before its node, and the node before its transformer. Rows that are accepted,
    energised, withdrawn or expired are left out, and named in the notes. Rows that do not say where the customer is are
    named there too, and are requests without a place: nobody can answer them, and they reserve nothing.

    Parameters
    ----------
    shape : of every load over time.
    applied_on : day of application of the rows that do not state when they were received.

    Raises
    ------
    InputError
        Every problem of the file, or that no request is in it.
    """
    lines, issues = read_file(path)
    asked = [line for line in lines if line.values["status"] in OPEN]
    for line in asked:
        issues += _problems(line, path.name)
    if not lines and not issues:
        issues = [_issue("empty", path.name, "", (), "there is no request in it; write one a row.",
                         "其中没有申请，请每行填写一份。")]  # fmt: skip
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    if not asked:
        raise InputError(_left_out(lines, path.name, "error"))
    notes = (*issues, *_left_out([line for line in lines if line not in asked], path.name, "info"))
    return RequestFile(tuple(_filed(line, shape, applied_on) for line in asked), notes)


def request_of(
    facts: Facts, *, application_id: str = "", shape: str = "flat", applied_on: dt.date | None = None
) -> Request:
    """What an application of the register, or of a file, asks for."""
    return Request(
        place=_place(facts),
        kw=facts.p_kw,
        power_factor=facts.power_factor,
        phases=1 if facts.phases == "1" else 3,
        customer_kind=facts.customer_kind,  # type: ignore[arg-type]  # one of the schema's choices
        area_class=facts.area_class,  # type: ignore[arg-type]  # the same
        category=facts.category,
        shape=shape,
        energise_on=facts.energise_on,
        urgent_kw=facts.urgent_kw,
        applied_on=applied_on,
        application_id=application_id,
    )


def _filed(line: Line, shape: str, applied_on: dt.date | None) -> Filed:
    at = line.values["received_at"]
    day = at.date() if at is not None else applied_on
    asked = request_of(_facts(line.values), application_id=line.application_id, shape=shape, applied_on=day)
    return Filed(line.row, at, asked)


def _facts(values: Mapping[str, Any]) -> Facts:
    day = values["energise_on"]
    return facts_of({**values, "energise_on": day.date() if isinstance(day, dt.datetime) else day})


def _place(facts: Facts) -> PlaceRequest:
    dual = facts.supply == "dual"
    if facts.longitude is not None:
        return PlaceRequest(longitude=facts.longitude, latitude=facts.latitude, dual_supply=dual)
    if facts.node_id is not None:
        return PlaceRequest(node_id=facts.node_id, dual_supply=dual)
    return PlaceRequest(transformer_id=facts.transformer_id, dual_supply=dual)


def _problems(line: Line, file: str) -> Iterator[Issue]:
    ids = (f"row {line.row}", line.application_id)
    facts = _facts(line.values)
    for issue in faults(facts, today=dt.date.min, lv_limit_kw=None, file=file):
        severity: Severity = "warning" if issue.check == NOWHERE else issue.severity  # the register takes those too
        yield replace(issue, severity=severity, table="application_file", ids=ids)
    if facts.feeder_id is not None and all(
        value is None for value in (facts.longitude, facts.node_id, facts.transformer_id)
    ):
        alone = _issue("feeder_alone", file, "feeder_id", ids,
                       "a feeder alone does not say where the customer is; give longitude and latitude, or a node or "
                       "transformer.", "仅填线路编号无法确定用电位置，请填写经纬度，或接入点、配变编号。")  # fmt: skip
        yield replace(alone, severity="warning")


def _left_out(lines: Sequence[Line], file: str, severity: str) -> list[Issue]:
    if not lines:
        return []
    ids = tuple(line.application_id for line in lines)
    statuses = dict.fromkeys(line.values["status"] for line in lines)
    en = ", ".join(APPLICATION_STATUS[code].en for code in statuses)
    zh = "、".join(APPLICATION_STATUS[code].zh for code in statuses)
    found = _issue("not_open", file, "status", ids,
                   f"{len(ids)} application(s) are not open any more ({en}) and are not assessed; only those received "
                   "or offered are.", f"{len(ids)} 份申请已不在受理状态（{zh}），不予核定；仅核定已受理、已答复的申请。"
                   )  # fmt: skip
    return [replace(found, severity=severity)]  # type: ignore[arg-type]  # of the callers' two


def _issue(code: str, file: str, column: str, ids: tuple[str, ...], en: str, zh: str) -> Issue:
    return Issue("error", f"requests.{code}", "application_file", column, ids, en, zh, file)
