"""Looking into the register: one application, all of them, or a snapshot that a study can freeze."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from capacity.applications.register.models import APPLICATIONS, ELEMENTS
from capacity.applications.register.opening import Register, reading, told
from capacity.applications.register.records import application_of, stamps_of
from capacity.errors import RegisterError
from capacity.tables._schema import conform
from capacity.tables.register import REGISTER, Application, ElementVersion, Facts, Snapshot


def application(register: Register, application_id: str) -> Application:
    """One application with its history.

    Raises
    ------
    RegisterError
        There is none of this id.
    """
    found = applications(register, application_ids=[application_id])
    if not found:
        raise RegisterError(
            f"the register holds no application '{application_id}'; `capacity applications list` shows all.",
            f"登记册中没有申请“{application_id}”，可用 capacity applications list 查看。",
        )
    return found[0]


def applications(
    register: Register, *, status: Sequence[str] = (), application_ids: Sequence[str] | None = None
) -> list[Application]:
    """Applications with their history, by id; of the stated statuses and ids alone where any are stated."""
    with told(register.url), reading(register.engine) as connection:
        return all_applications(connection, status, application_ids)


def take_snapshot(register: Register) -> Snapshot:
    """The register as it stands at this moment: one consistent state, whatever other desks do meanwhile."""
    with told(register.url), reading(register.engine) as connection:
        found = all_applications(connection, first_only=True)
        rows = connection.execute(
            select(ELEMENTS).where(ELEMENTS.c.version > 0).order_by(ELEMENTS.c.element_type, ELEMENTS.c.element_id)
        )
        versions = tuple(ElementVersion(*row) for row in rows)
    frame = as_frame(register, found)
    return Snapshot(
        register_id=register.identity,
        taken_at=dt.datetime.now(dt.UTC),
        time_zone=register.time_zone.key,
        applications=frame,
        versions=versions,
        sha256=_sha256(frame, versions),
    )


def as_frame(register: Register, found: Sequence[Application]) -> pd.DataFrame:
    """Applications as a table of ``REGISTER``, times local, whole seconds."""
    columns = {name: [getattr(one.facts, name) for one in found] for name in _FACTS}
    stamped = _local(register, [one.stamps[0].at for one in found])
    stated = pd.Series(pd.to_datetime([one.received_at for one in found])).dt.floor("s")
    frame = pd.DataFrame(columns | {name: [getattr(one, name) for one in found] for name in _KEPT})
    return conform(
        frame.assign(
            energise_on=pd.to_datetime(pd.Series(columns["energise_on"], dtype="object")),
            received_at=stated.fillna(stamped),
            energised_at=_local(register, [one.energised_at for one in found]),
            substation_id=[_substation(one) for one in found],
        ),
        REGISTER,
    )


_FACTS = [field.name for field in dataclasses.fields(Facts)]
_KEPT = ("application_id", "status", "reserved_kw", "reserved_kva", "version")


def _local(register: Register, moments: Sequence[dt.datetime | None]) -> pd.Series:
    zoned = pd.Series(pd.to_datetime(list(moments), utc=True))
    return zoned.dt.tz_convert(register.time_zone).dt.tz_localize(None).dt.floor("s")


def _substation(one: Application) -> str | None:
    elements = one.claim.elements if one.claim else ()
    return next((element.element_id for element in elements if element.element_type == "substation"), None)


def all_applications(
    connection: Connection,
    status: Sequence[str] = (),
    application_ids: Sequence[str] | None = None,
    *,
    first_only: bool = False,
) -> list[Application]:
    """Applications by id inside a transaction; with ``first_only`` without their history after the first entry."""
    query = select(APPLICATIONS).order_by(APPLICATIONS.c.application_id)
    if status:
        query = query.where(APPLICATIONS.c.status.in_(status))
    if application_ids is not None:
        query = query.where(APPLICATIONS.c.application_id.in_(application_ids))
    stamps = stamps_of(connection, application_ids, first_only=first_only)
    return [application_of(row, stamps[row.application_id]) for row in connection.execute(query)]


def _sha256(frame: pd.DataFrame, versions: Sequence[ElementVersion]) -> str:
    """Of the contents, written down in one way only."""
    table = frame.to_csv(index=False, na_rep="\\N", lineterminator="\n")
    moved = "\n".join(f"{v.element_type}\t{v.element_id}\t{v.version}" for v in versions)
    return hashlib.sha256(f"{table}\n{moved}".encode()).hexdigest()
