"""Making and opening a register: nothing is made by mistake, the schema is what the migrations make."""

from __future__ import annotations

from pathlib import Path

import desks
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from capacity.applications import register as reg
from capacity.applications.register.models import METADATA
from capacity.applications.register.opening import reading


def test_create_register__migrations_make_what_the_program_expects(register: reg.Register) -> None:
    with register.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_create_register__brings_the_first_version_up_to_date(register: reg.Register, url: str) -> None:
    one = reg.add(register, desks.facts(30.0), who="li")
    with register.engine.begin() as connection:  # as the first version left it
        for column in ("works_option", "works_kva"):
            connection.execute(text(f"ALTER TABLE applications DROP COLUMN {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'r001'"))
    with pytest.raises(reg.RegisterError, match="applications init"):
        reg.open_register(url)
    again = reg.create_register(url)
    assert reg.application(again, one.application_id) == one
    assert not reg.verify_history(again)


def test_create_register__leaves_a_current_one_as_it_is(register: reg.Register, url: str) -> None:
    again = reg.create_register(url, time_zone="Europe/Berlin")
    assert (again.identity, again.time_zone.key) == (register.identity, "Asia/Shanghai")


def test_open_register__is_the_same_register(register: reg.Register, url: str) -> None:
    assert reg.open_register(url).identity == register.identity


def test_open_register__never_makes_one(url: str, tmp_path: Path) -> None:
    with pytest.raises(reg.RegisterError, match="applications init"):
        reg.open_register(url)
    assert not (tmp_path / "register.db").exists()


def test_open_register__refuses_one_of_a_newer_program(register: reg.Register, url: str) -> None:
    with register.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r999'"))
    for open_or_make in (reg.open_register, reg.create_register):
        with pytest.raises(reg.RegisterError, match="newer version"):
            open_or_make(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://host/db", "is not a register"),
        ("register", "is not a register"),
        ("sqlite://", "is not a register"),
        ("sqlite:///:memory:", "is not a register"),
        ("nonsense://", "is not a register"),
        (r"\\server\share\register.db", "network drive"),
        ("//server/share/register.db", "network drive"),
        ("nowhere/at/all/register.db", "no folder"),
    ],
)
def test_create_register__says_what_is_wrong_with_the_place(url: str, says: str) -> None:
    with pytest.raises(reg.RegisterError, match=says) as caught:
        reg.create_register(url)
    assert caught.value.sentence_zh


def test_open_register__never_shows_a_password() -> None:
    with pytest.raises(reg.RegisterError, match="cannot be used") as caught:
        reg.open_register("postgresql://desk:geheim@/register?host=/nowhere")
    assert "geheim" not in str(caught.value)


def test_create_register__unknown_time_zone(tmp_path: Path) -> None:
    with pytest.raises(reg.RegisterError, match="time zone"):
        reg.create_register(str(tmp_path / "r.db"), time_zone="Asia/Nowhere")
    assert not (tmp_path / "r.db").exists()


def test_sqlite__waits_writes_ahead_and_keeps_references(tmp_path: Path) -> None:
    register = reg.create_register(str(tmp_path / "r.db"))
    with reading(register.engine) as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                   ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}


def test_open_register__a_file_that_is_no_register(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("shopping list, long enough to be no database header at all\n" * 20, encoding="utf-8")
    with pytest.raises(reg.RegisterError) as caught:
        reg.open_register(str(path))
    assert "not a database" in caught.value.sentence_en
