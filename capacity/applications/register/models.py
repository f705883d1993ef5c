"""The tables of the register's database, as SQLAlchemy knows them; ``migrations`` bring a database to this state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[dt.datetime]):
    """A moment in UTC: given and taken with its zone, kept without one by SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        in_utc = value.astimezone(dt.UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


ABOUT = Table(
    "about",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the register says about itself: its identity, its time zone, the last number it gave."""

APPLICATIONS = Table(
    "applications",
    METADATA,
    Column("application_id", String(80), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("p_kw", Float, nullable=False),
    Column("customer_kind", String(40), nullable=False),
    Column("category", String(40)),
    Column("area_class", String(20)),
    Column("voltage", String(4), nullable=False),
    Column("supply", String(20), nullable=False),
    Column("urgent_kw", Float),
    Column("power_factor", Float),
    Column("phases", String(1)),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("transformer_id", String(200), index=True),
    Column("node_id", String(200)),
    Column("feeder_id", String(200)),
    Column("works_option", String(250)),
    Column("works_kva", Float),
    Column("energise_on", Date),
    Column("customer", Text),
    Column("note", Text),
    Column("received_at", DateTime(timezone=False)),
    Column("energised_at", Utc),
    Column("offer_valid_until", Date),
    Column("reserved_kw", Float),
    Column("reserved_kva", Float),
    Column("claim", Text),
    CheckConstraint("p_kw > 0", name="power"),
    CheckConstraint("version > 0", name="version"),
)
"""Every application as it stands; all of it follows from ``HISTORY``."""

HISTORY = Table(
    "history",
    METADATA,
    Column("entry", Integer, primary_key=True, autoincrement=True),
    Column("application_id", String(80), ForeignKey("applications.application_id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("event", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("at", Utc, nullable=False),
    Column("who", String(120), nullable=False),
    Column("why", Text, nullable=False),
    Column("details", Text, nullable=False),
    UniqueConstraint("application_id", "sequence", name="uq_history_application_id"),
    sqlite_autoincrement=True,
)
"""What happened, in order. Entries are only ever added: triggers of the database refuse anything else."""

ELEMENTS = Table(
    "elements",
    METADATA,
    Column("element_type", String(20), primary_key=True),
    Column("element_id", String(200), primary_key=True),
    Column("version", Integer, nullable=False),
)
"""How often what is reserved on a transformer, feeder or substation has changed."""
