"""The history replayed: what the register says must follow from what happened, entry by entry."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from capacity.applications.register.errors import NotAllowed
from capacity.applications.register.events import EVENTS, status_after
from capacity.applications.register.facts import claim_of_json, facts_of, facts_of_json
from capacity.applications.register.models import ELEMENTS
from capacity.applications.register.opening import Register, reading, told
from capacity.applications.register.reading import all_applications
from capacity.tables.issue import Issue
from capacity.tables.register import Application, Claim, Stamp


def replay(application_id: str, stamps: Sequence[Stamp]) -> Application:
    """An application made from its history alone; a part of it gives the state at that time.

    Raises
    ------
    ValueError
        The entries cannot have happened in this order; the message says at which.
    """
    state: Application | None = None
    for place, stamp in enumerate(stamps, start=1):
        if stamp.sequence != place:
            raise ValueError(f"entry {stamp.entry} has number {stamp.sequence}, not {place}")
        if place > 1 and stamp.at < stamps[place - 2].at:
            raise ValueError(f"entry {stamp.entry} is stamped before the one it follows")
        state = _first(application_id, stamp) if state is None else _next(state, stamp)
        if state.status != stamp.status:
            raise ValueError(f"entry {stamp.entry} says '{stamp.status}', but leads to '{state.status}'")
    if state is None:
        raise ValueError("there is no entry")
    return dataclasses.replace(state, stamps=tuple(stamps))


def _first(application_id: str, stamp: Stamp) -> Application:
    empty: dict[str, Any] = {
        "reserved_kw": None, "reserved_kva": None, "claim": None, "received_at": None, "energised_at": None,
        "offer_valid_until": None,
    }  # fmt: skip
    if stamp.event == "received":
        return Application(application_id, 1, "received", facts_of_json(stamp.details), **empty)
    if stamp.event == "imported":
        return imported(application_id, stamp.details)
    raise ValueError(f"entry {stamp.entry} is the first, but '{stamp.event}'")


def imported(application_id: str, details: str) -> Application:
    """An application as the details of its import state it."""
    record = json.loads(details)
    claim = record["claim"]
    return Application(
        application_id=application_id,
        version=1,
        status=record["status"],
        facts=facts_of(record["facts"]),
        reserved_kw=record["reserved_kw"],
        reserved_kva=record["reserved_kva"],
        claim=claim_of_json(json.dumps(claim)) if claim else None,
        received_at=_moment(record["received_at"]),
        energised_at=_moment(record["energised_at"]),
        offer_valid_until=None,
    )


def _next(state: Application, stamp: Stamp) -> Application:
    try:
        status = status_after(stamp.event, state.application_id, state.status)
    except (NotAllowed, KeyError) as error:
        raise ValueError(f"entry {stamp.entry}: '{stamp.event}' cannot follow '{state.status}'") from error
    state = dataclasses.replace(state, status=status, version=state.version + 1)
    if stamp.event == "amended":
        return dataclasses.replace(state, facts=facts_of_json(stamp.details), offer_valid_until=None)
    if stamp.event == "offered":
        return dataclasses.replace(
            state, offer_valid_until=dt.date.fromisoformat(stamp.details) if stamp.details else None
        )
    if stamp.event == "accepted":
        claim = claim_of_json(stamp.details)
        kw, kva = claim.reserved_kw, claim.reserved_kva
        return dataclasses.replace(state, claim=claim, reserved_kw=kw, reserved_kva=kva, offer_valid_until=None)
    if stamp.event == "energised":
        return dataclasses.replace(state, energised_at=stamp.at)
    if EVENTS[stamp.event].capacity == "frees":
        return dataclasses.replace(state, claim=None, reserved_kw=None, reserved_kva=None, offer_valid_until=None)
    return state


def verify_history(register: Register) -> tuple[Issue, ...]:
    """Replay everything and compare: every application, and the version of every element.

    Returns
    -------
    Every difference; empty where the register is what its history says.
    """
    with told(register.url), reading(register.engine) as connection:
        found = all_applications(connection)
        versions = {(row.element_type, row.element_id): row.version for row in connection.execute(select(ELEMENTS))}
    return (*_different_applications(found), *_different_elements(found, versions))


def _different_applications(found: Sequence[Application]) -> Iterator[Issue]:
    for one in found:
        try:
            replayed = replay(one.application_id, one.stamps)
        except (ValueError, TypeError, KeyError) as error:
            yield _issue(one.application_id, f"its history cannot be replayed: {error}", f"历史无法重放：{error}")
            continue
        names = [f.name for f in dataclasses.fields(one) if getattr(one, f.name) != getattr(replayed, f.name)]
        if names:
            listed = ", ".join(names)
            yield _issue(one.application_id, f"it differs from its history in: {listed}", f"与历史不一致：{listed}")


def _different_elements(found: Sequence[Application], versions: dict[tuple[str, str], int]) -> Iterator[Issue]:
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        counted.update((e.element_type, e.element_id) for claim in _changes(one) for e in claim.elements)
    for key in sorted(counted.keys() | versions.keys()):
        if counted[key] != versions.get(key, 0):
            name = " ".join(key)
            yield _issue(
                name,
                f"its version is {versions.get(key, 0)}, but {counted[key]} changes of what it reserves happened",
                f"其版本为 {versions.get(key, 0)}，而历史中有 {counted[key]} 次占用变动",
            )


def _changes(one: Application) -> Iterator[Claim]:
    """The claim in force at each entry that moved the versions of its elements."""
    claim: Claim | None = None
    for stamp in one.stamps:
        if stamp.event in ("accepted", "imported"):
            try:
                claim = claim_of_json(stamp.details) if stamp.event == "accepted" else imported("", stamp.details).claim
            except (ValueError, TypeError, KeyError):
                return  # told by the replay of the application
        elif stamp.event != "energised" and EVENTS[stamp.event].capacity != "frees":
            continue
        if claim is not None:
            yield claim
        if EVENTS[stamp.event].capacity == "frees":
            claim = None


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _issue(name: str, en: str, zh: str) -> Issue:
    return Issue(
        "error",
        "register.history",
        "history",
        "",
        (name,),
        f"{en}. Somebody changed the database by hand: restore it from a backup, and use the program alone.",
        f"{zh}。数据库被直接改动：请从备份恢复，并只通过本程序办理。",
    )
