"""What a desk does with an application: take it, correct it, offer, accept, energise, withdraw, let expire.

Every step is one transaction, stamped when it happens, with who and why. Accepting is in ``accepting``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from capacity.applications.register.errors import NotAllowed
from capacity.applications.register.events import EVENTS
from capacity.applications.register.facts import LAST_DAY, as_json, faults
from capacity.applications.register.models import ABOUT, APPLICATIONS
from capacity.applications.register.opening import Register
from capacity.applications.register.reading import application
from capacity.applications.register.records import bump, current, enter, now, record, row_of, writing
from capacity.errors import InputError, RegisterError
from capacity.tables.register import Application, Facts


def add(
    register: Register,
    facts: Facts,
    *,
    who: str,
    why: str = "",
    application_id: str | None = None,
    lv_limit_kw: float | None = None,
) -> Application:
    """Take an application in; its receipt is stamped now.

    Parameters
    ----------
    application_id : of another system; by default the register gives one, ``A2026-00001``.
    lv_limit_kw : up to which power a customer is connected at low voltage (P12); None leaves that unchecked.

    Raises
    ------
    InputError
        Every fault of the application; nothing was changed.
    RegisterError
        The id is taken.
    """
    with writing(register) as connection:
        moment = now(connection)
        today = register.local_day(moment)
        found = faults(facts, today=today, lv_limit_kw=lv_limit_kw, application_id=application_id or "")
        if found:
            raise InputError(found)
        name = application_id or _next_id(connection, today.year)
        try:
            connection.execute(
                insert(APPLICATIONS).values(application_id=name, version=1, status="received", **row_of(facts))
            )
        except IntegrityError as error:
            raise RegisterError(
                f"the register holds an application '{name}' already; nothing was changed.",
                f"登记册中已有申请“{name}”，未作任何更改。",
            ) from error
        enter(connection, name, 1, "received", "received", at=moment, who=who, why=why, details=as_json(facts))
    return application(register, name)


def amend(
    register: Register,
    application_id: str,
    facts: Facts,
    *,
    who: str,
    why: str,
    expected_version: int | None = None,
    lv_limit_kw: float | None = None,
    assessed: bool = False,
) -> Application:
    """Correct what an application asks for, before it is accepted; an offer made before is void.

    Parameters
    ----------
    assessed : the facts come from an assessment, with the works of its option. Else works that were offered before are
        void with another place or power: nobody has looked whether they would do.
    """
    with writing(register) as connection:
        found = current(connection, application_id, expected_version)
        if not assessed and any(getattr(facts, name) != getattr(found.facts, name) for name in _OFFERED_FOR):
            facts = replace(facts, works_option=None, works_kva=None)
        today = register.local_day(now(connection))
        wrong = faults(facts, today=today, lv_limit_kw=lv_limit_kw, application_id=application_id)
        if wrong:
            raise InputError(wrong)
        changes = {**row_of(facts), "offer_valid_until": None}
        record(connection, found, "amended", who=who, why=why, details=as_json(facts), changes=changes)
    return application(register, application_id)


_OFFERED_FOR = (
    "p_kw", "urgent_kw", "power_factor", "phases", "category", "voltage", "supply", "longitude", "latitude",
    "transformer_id", "node_id", "feeder_id",
)  # fmt: skip
"""What an option is worked out for: with any of it changed, an option offered before says nothing."""


def offer(
    register: Register,
    application_id: str,
    *,
    who: str,
    why: str = "",
    valid_until: dt.date | None = None,
    expected_version: int | None = None,
) -> Application:
    """The supply offer was given to the customer; it may state until when it holds. It reserves nothing."""
    with writing(register) as connection:
        found = current(connection, application_id, expected_version)
        today = register.local_day(now(connection))
        if valid_until is not None and not today <= valid_until <= LAST_DAY:
            raise RegisterError(
                f"an offer cannot be valid until {valid_until}: give a day from today ({today}) on.",
                f"供电方案有效期 {valid_until} 无效，请填写今天（{today}）及以后的日期。",
            )
        details = valid_until.isoformat() if valid_until else ""
        changes = {"offer_valid_until": valid_until}
        record(connection, found, "offered", who=who, why=why, details=details, changes=changes)
    return application(register, application_id)


def works(
    register: Register,
    application_id: str,
    *,
    ready: bool,
    who: str,
    why: str = "",
    expected_version: int | None = None,
) -> Application:
    """Works outside or of the customer began (the clock of P14 stands) or are finished (it runs again)."""
    with writing(register) as connection:
        found = current(connection, application_id, expected_version)
        record(connection, found, "works_ready" if ready else "works_started", who=who, why=why)
    return application(register, application_id)


def energise(
    register: Register, application_id: str, *, who: str, why: str = "", expected_version: int | None = None
) -> Application:
    """The customer was connected and switched on. It goes on reserving until meters see it (``counting``)."""
    with writing(register) as connection:
        found = current(connection, application_id, expected_version)
        record(connection, found, "energised", who=who, why=why, stamped="energised_at")
        _count_change(connection, found)
    return application(register, application_id)


def take_up(
    register: Register, application_id: str, *, who: str, why: str, expected_version: int | None = None
) -> Application:
    """The case holds the energised customer's load now, though no meter tells: it reserves no longer."""
    return _close(register, application_id, "taken_up", who, why, expected_version)


def withdraw(
    register: Register, application_id: str, *, who: str, why: str, expected_version: int | None = None
) -> Application:
    """The customer withdrew; what was reserved is free again."""
    return _close(register, application_id, "withdrawn", who, why, expected_version)


def expire(
    register: Register, application_id: str, *, who: str, why: str, expected_version: int | None = None
) -> Application:
    """The application, its offer or its acceptance ran out; what was reserved is free again."""
    return _close(register, application_id, "expired", who, why, expected_version)


def _close(
    register: Register, application_id: str, event: str, who: str, why: str, expected_version: int | None
) -> Application:
    with writing(register) as connection:
        found = current(connection, application_id, expected_version)
        if event == "taken_up" and found.status == "energised" and found.claim is None:
            raise NotAllowed(
                f"application {application_id} reserves nothing any more. Nothing was changed.",
                f"申请 {application_id} 已不占用容量。未作任何更改。",
            )
        if EVENTS[event].capacity == "frees":
            _count_change(connection, found)
        changes = {"reserved_kw": None, "reserved_kva": None, "claim": None, "offer_valid_until": None}
        record(connection, found, event, who=who, why=why, changes=changes)
    return application(register, application_id)


def _count_change(connection: Connection, found: Application) -> None:
    """Claims computed while this reserved (or was not energised) are stale from now on."""
    if found.claim is not None:
        bump(connection, found.claim.elements, only_unchanged=False)


def _exists(connection: Connection, application_id: str) -> bool:
    query = select(APPLICATIONS.c.version).where(APPLICATIONS.c.application_id == application_id)
    return connection.execute(query).one_or_none() is not None


def _next_id(connection: Connection, year: int) -> str:
    """The next number of the register's own; one that was given by hand meanwhile is passed over."""
    while True:
        query = select(ABOUT.c.value).where(ABOUT.c.name == "last_number").with_for_update()
        number = int(connection.execute(query).scalar_one()) + 1
        connection.execute(update(ABOUT).where(ABOUT.c.name == "last_number").values(value=str(number)))
        name = f"A{year}-{number:05d}"
        if not _exists(connection, name):
            return name
