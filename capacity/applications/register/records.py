"""Rows of the database as objects, and the few statements that every change of an application is made of."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from capacity.applications.register.errors import Changed
from capacity.applications.register.events import status_after
from capacity.applications.register.facts import claim_of_json, facts_of
from capacity.applications.register.models import APPLICATIONS, ELEMENTS, HISTORY
from capacity.applications.register.opening import Register, told
from capacity.errors import RegisterError
from capacity.tables.register import Application, ElementVersion, Facts, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

SKEW = dt.timedelta(minutes=2)
"""By how much the clocks of two desks may differ before one of them is refused."""


@contextmanager
def writing(register: Register) -> Iterator[Connection]:
    """One transaction: all of it happens, or nothing. Leaving by an error undoes it."""
    with told(register.url), register.engine.begin() as connection:
        yield connection


def current(connection: Connection, application_id: str, expected_version: int | None = None) -> Application:
    """The application, kept from others until the transaction ends.

    Raises
    ------
    RegisterError
        There is none of this id.
    Changed
        It has another version than the caller saw.
    """
    row = connection.execute(
        select(APPLICATIONS).where(APPLICATIONS.c.application_id == application_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise RegisterError(
            f"the register holds no application '{application_id}'; `capacity applications list` shows all.",
            f"登记册中没有申请“{application_id}”，可用 capacity applications list 查看。",
        )
    found = application_of(row, stamps_of(connection, [application_id])[application_id])
    if expected_version is not None and expected_version != found.version:
        last = found.stamps[-1]
        raise Changed(
            f"application {application_id} has changed since you read it (version {expected_version}, now "
            f"{found.version}): {last.event} by {last.who}. Look at it again, then repeat.",
            f"申请 {application_id} 在您读取之后已变动（版本 {expected_version}，现为 {found.version}）：{last.who} "
            "已办理"
            f" {last.event}。请重新查看后再办理。",
        )
    return found


def record(
    connection: Connection,
    application: Application,
    event: str,
    *,
    who: str,
    why: str,
    details: str = "",
    changes: Mapping[str, object] | None = None,
    stamped: str = "",
) -> None:
    """Let an event happen to an application: its row changes, its history grows by one entry, stamped now.

    Parameters
    ----------
    details : what belongs to the entry, so that the state can be replayed from it.
    changes : columns of the application that change with it.
    stamped : a column that takes the moment.

    Raises
    ------
    NotAllowed
        Its status does not allow the event.
    RegisterError
        The clock lies before the application's last entry: nothing is ever filed as if it had happened earlier.
    """
    status = status_after(event, application.application_id, application.status)
    last = application.stamps[-1]
    at = _not_before(last, now(connection))
    values = {**(changes or {}), **({stamped: at} if stamped else {})}
    changed = connection.execute(
        update(APPLICATIONS)
        .where(APPLICATIONS.c.application_id == application.application_id)
        .where(APPLICATIONS.c.version == application.version)
        .values(status=status, version=application.version + 1, **values)
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"{application.application_id} moved inside a transaction that holds it")
    sequence, name = last.sequence + 1, application.application_id
    enter(connection, name, sequence, event, status, at=at, who=who, why=why, details=details)


def enter(
    connection: Connection,
    application_id: str,
    sequence: int,
    event: str,
    status: str,
    *,
    at: dt.datetime,
    who: str,
    why: str,
    details: str,
) -> None:
    """Add one entry to the history."""
    if not who.strip():
        raise RegisterError("say who you are (--who)", "请说明经办人（--who）")
    values = {"application_id": application_id, "sequence": sequence, "event": event, "status": status, "at": at}
    connection.execute(insert(HISTORY).values(**values, who=who.strip(), why=why.strip(), details=details))


def now(connection: Connection) -> dt.datetime:
    """The moment: by the server's clock, where there is a server, else by this machine's."""
    if connection.dialect.name == "postgresql":
        moment: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(dt.UTC)
    return dt.datetime.now(dt.UTC)


def _not_before(last: Stamp, moment: dt.datetime) -> dt.datetime:
    if moment < last.at - SKEW:
        raise RegisterError(
            f"this machine's clock says {moment:%Y-%m-%d %H:%M} UTC, but the application's last entry is of "
            f"{last.at:%Y-%m-%d %H:%M}. Set the clock right; steps are stamped when they happen (P14).",
            f"本机时钟为 {moment:%Y-%m-%d %H:%M} UTC，早于该申请最近一次记录 {last.at:%Y-%m-%d %H:%M}。请校准时钟；"
            "各环节须即时记录（P14）。",
        )
    return max(moment, last.at)


def bump(connection: Connection, elements: Iterable[ElementVersion], *, only_unchanged: bool) -> list[ElementVersion]:
    """Count a change on every element, in one order for all, so that two desks never wait for each other.

    Returns
    -------
    With ``only_unchanged`` the elements that have another version than stated, as they are now: nothing was counted on
    these, and the caller has to undo the rest.
    """
    moved = []
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for element in sorted(elements):
        here = {"element_type": element.element_type, "element_id": element.element_id}
        connection.execute(upsert(ELEMENTS).values(**here, version=0).on_conflict_do_nothing())
        change = update(ELEMENTS).values(version=ELEMENTS.c.version + 1).filter_by(**here)
        if only_unchanged:
            change = change.where(ELEMENTS.c.version == element.version)
        if connection.execute(change).rowcount != 1:
            moved.append(_version_now(connection, element))
    return moved


def _version_now(connection: Connection, element: ElementVersion) -> ElementVersion:
    here = {"element_type": element.element_type, "element_id": element.element_id}
    version = connection.execute(select(ELEMENTS.c.version).filter_by(**here)).scalar_one()
    return dataclasses.replace(element, version=version)


def row_of(facts: Facts) -> dict[str, Any]:
    """The facts as columns of a row."""
    return dataclasses.asdict(facts)


def application_of(row: Row[Any], stamps: Sequence[Stamp]) -> Application:
    """A row and its history as an object."""
    content = row._mapping
    return Application(
        application_id=content["application_id"],
        version=content["version"],
        status=content["status"],
        facts=facts_of(dict(content)),
        reserved_kw=content["reserved_kw"],
        reserved_kva=content["reserved_kva"],
        claim=claim_of_json(content["claim"]) if content["claim"] else None,
        received_at=content["received_at"],
        energised_at=content["energised_at"],
        offer_valid_until=content["offer_valid_until"],
        stamps=tuple(stamps),
    )


def stamps_of(
    connection: Connection, application_ids: Sequence[str] | None = None, *, first_only: bool = False
) -> dict[str, list[Stamp]]:
    """The history by application, oldest first (or its first entry alone); of all where no ids are given."""
    query = select(HISTORY).order_by(HISTORY.c.application_id, HISTORY.c.sequence)
    if application_ids is not None:
        query = query.where(HISTORY.c.application_id.in_(application_ids))
    if first_only:
        query = query.where(HISTORY.c.sequence == 1)
    found: dict[str, list[Stamp]] = {}
    for row in connection.execute(query):
        content = dict(row._mapping)
        found.setdefault(content.pop("application_id"), []).append(Stamp(**content))
    return found
