"""Opening a register by its URL: SQLite as a file, PostgreSQL on a server; making one, and bringing one up to date."""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import re
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError

from capacity.applications.register.models import ABOUT
from capacity.errors import RegisterError

WAIT_SECONDS = 30
"""How long a desk waits for another one's transaction, which takes milliseconds."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_DRIVE_REMOTE = 4  # what Windows calls a drive that lies on another machine
_ADVISORY_LOCK = 0x63617061  # makes two first openings of a PostgreSQL register wait for each other


@dataclass(frozen=True)
class Register:
    """An open register. ``url`` is fit to be shown: it never holds the password."""

    engine: Engine
    url: str
    identity: str
    time_zone: ZoneInfo

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A moment in UTC as naive local time of the register."""
        return moment.astimezone(self.time_zone).replace(tzinfo=None)

    def local_day(self, moment: dt.datetime) -> dt.date:
        """The local day of a moment in UTC."""
        return self.local(moment).date()


def create_register(url: str, *, time_zone: str = "Asia/Shanghai") -> Register:
    """Make a register where there is none, or bring an older one up to date; a current one is left as it is.

    Parameters
    ----------
    url : ``sqlite:///folder/register.db`` (or just the file's path), ``postgresql://user:password@host/database``.
    time_zone : in which days are counted and times shown.

    Raises
    ------
    RegisterError
        The URL, the place, the server or the time zone cannot be used, or the register is newer than this program.
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RegisterError(
            f"'{time_zone}' is not a time zone; use e.g. Asia/Shanghai", f"“{time_zone}”不是时区，例如 Asia/Shanghai"
        ) from error
    engine, shown = _engine(url, may_create=True)
    with told(shown), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        _refuse_newer(connection, shown)
        command.upgrade(_alembic(connection), "head")
        if not _about(connection):
            facts = {"identity": uuid.uuid4().hex, "time_zone": time_zone, "last_number": "0"}
            connection.execute(insert(ABOUT), [{"name": name, "value": value} for name, value in facts.items()])
    return open_register(url)


def open_register(url: str) -> Register:
    """Open a register that is there. One that is not there is never made: an empty register has promised nothing.

    Raises
    ------
    RegisterError
        There is none, it is older or newer than this program, or it cannot be reached.
    """
    engine, shown = _engine(url, may_create=False)
    with told(shown), reading(engine) as connection:
        present = inspect(connection).has_table("about")
        if present:
            _refuse_newer(connection, shown)
        if not present or _revision(connection) != _head():
            raise RegisterError(
                f"there is no register of this version at {shown}. Make it, or bring it up to date, with: "
                "capacity applications init --register URL",
                f"{shown} 处没有本版本的登记册。请用 capacity applications init --register URL 新建或升级。",
            )
        about = _about(connection)
    return Register(engine, shown, about["identity"], ZoneInfo(about["time_zone"]))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the register throughout, and changes nothing."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(read_only=True, **level) as connection, connection.begin():
        yield connection


@contextmanager
def told(shown: str) -> Iterator[None]:
    """Whatever the database refuses becomes a sentence."""
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseError as error:
        why = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise RegisterError(
            f"the register at {shown} cannot be used ({why}). Check the path or the server, your rights to it and the "
            "free disk space; if another desk held it, repeat. Nothing was changed.",
            f"登记册 {shown} 无法使用（{why}）。请检查路径或服务器、访问权限和磁盘空间；如被其他席位占用，"
            "请稍后重试。未作任何更改。",
        ) from error


def _engine(url: str, *, may_create: bool) -> tuple[Engine, str]:
    parsed = _parsed(url)
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, shown, may_create=may_create), shown
    try:
        return create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": WAIT_SECONDS}), shown
    except ModuleNotFoundError as error:
        raise RegisterError(
            "PostgreSQL needs a driver that is not installed: pip install 'capacity[postgres]'",
            "使用 PostgreSQL 需要安装驱动：pip install 'capacity[postgres]'",
        ) from error


def _parsed(url: str) -> URL:
    """The URL; a bare path is a SQLite file, ``postgresql://`` is psycopg 3."""
    if "://" not in url:
        if not re.search(r"\.(db|sqlite|sqlite3)$", url):
            raise _bad_url(url)
        return URL.create("sqlite", database=url)
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise _bad_url("") from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise _bad_url(parsed.render_as_string(hide_password=True))
    return parsed


def _bad_url(shown: str) -> RegisterError:
    return RegisterError(
        f"'{shown}' is not a register: give sqlite:///folder/register.db, a path that ends in .db, or "
        "postgresql://user:password@host/database",
        f"“{shown}”不是登记册地址：请用 sqlite:///文件夹/register.db、以 .db 结尾的路径，或 postgresql://用户:密码@主机/数据库",
    )


def _sqlite(url: URL, shown: str, *, may_create: bool) -> Engine:
    database = str(url.database)
    if _on_network_drive(database):
        raise RegisterError(
            f"{shown} lies on a network drive, where SQLite can lose what was promised: put it on a local disk, or "
            "use PostgreSQL.",
            f"{shown} 位于网络驱动器，SQLite 在其上可能丢失记录：请放在本机磁盘，或改用 PostgreSQL。",
        )
    file = Path(database)
    if not (file.parent.is_dir() if may_create else file.is_file()):
        raise RegisterError(
            f"there is no {'folder' if may_create else 'register'} '{file.parent if may_create else file}'. Check the "
            "path; a new register is made with: capacity applications init --register URL",
            f"找不到“{file.parent if may_create else file}”。请检查路径；新建登记册请用 capacity applications init "
            "--register URL。",
        )
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _on_network_drive(database: str) -> bool:
    if database.startswith(("\\\\", "//")):
        return True
    if sys.platform == "win32":
        root = os.path.splitdrive(os.path.abspath(database))[0] + "\\"
        return bool(ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE)
    return False


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its place at once, so that it never finds out at the end that another was faster."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _head() -> str:
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(connection: Connection, shown: str) -> None:
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if found is not None and found not in known:
        raise RegisterError(
            f"the register at {shown} was made by a newer version of this program ({found}); update the program.",
            f"登记册 {shown} 由更新版本的程序建立（{found}），请升级程序。",
        )


def _about(connection: Connection) -> dict[str, str]:
    return {str(name): str(value) for name, value in connection.execute(select(ABOUT.c.name, ABOUT.c.value))}
