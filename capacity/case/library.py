"""Entering projects into a project library (``projects.csv``): whoever keeps it by hand finds every byte again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.case.folder.tabular import match_headings, read_csv_table
from capacity.case.folder.writing import write_csv
from capacity.case.issues import problem
from capacity.errors import InputError
from capacity.tables._schema import conform
from capacity.tables.inputs.projects import PROJECTS

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
AloneAt = Callable[[Path], AbstractContextManager[None]]
"""Keeps other processes from writing a file at the same time."""


@dataclass(frozen=True)
class Entered:
    """What was entered.

    Attributes
    ----------
    added : ids that are new in the library.
    known : ids that stood there already; their rows were left as they are.
    differing : those of ``known`` whose rows say something else by now: what is kept by hand counts.
    """

    path: Path
    added: tuple[str, ...]
    known: tuple[str, ...]
    differing: tuple[str, ...]


def enter_projects(path: Path, projects: pd.DataFrame, zone: dt.tzinfo, alone: AloneAt | None = None) -> Entered:
    """Add projects to a library at its end, each id once; what stands there stays as it is, byte for byte.

    The rows take on the file's encoding, separator, line ends and order of columns. The file is replaced as a whole, or
    left as it was. A library that does not exist yet is begun.

    Parameters
    ----------
    projects : rows of ``PROJECTS``.
    zone : the case's time zone.
    alone : held while the file is read and replaced, so that two at once lose nothing.

    Raises
    ------
    InputError
        The library cannot be read, or lacks a column that the new rows fill in: nothing was written.
    """
    fresh = conform(projects, PROJECTS)
    with alone(path) if alone else nullcontext():
        if not path.exists():
            if len(fresh):
                with _in_its_place(path) as beside:
                    write_csv(fresh, beside)
            return Entered(path, tuple(fresh["project_id"]), (), ())
        data = path.read_bytes()
        kept, issues = read_csv_table(data, path.name, PROJECTS, zone)
        if any(issue.severity == "error" for issue in issues):
            raise InputError(issues)
        known = fresh["project_id"].isin(kept["project_id"])
        added = fresh[~known]
        if len(added):
            new = _appended(data, path.name, added)
            with _in_its_place(path) as beside:
                beside.write_bytes(new)
        return Entered(path, tuple(added["project_id"]), tuple(fresh.loc[known, "project_id"]), _differing(kept, fresh))


def _differing(kept: pd.DataFrame, fresh: pd.DataFrame) -> tuple[str, ...]:
    here, there = kept.set_index("project_id"), fresh.set_index("project_id")
    both = [name for name in there.index if name in here.index]
    return tuple(name for name in both if not here.loc[name].equals(there.loc[name]))


def _appended(data: bytes, file: str, added: pd.DataFrame) -> bytes:
    """The file's bytes with the rows after them, written as the file is."""
    encoding = _encoding(data)
    content = data.decode(encoding)
    first = content.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    end = "\r\n" if first.endswith("\r") or "\n" not in content else "\n"
    records = csv.reader(io.StringIO(content.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    headings = [cell.strip() for cell in next(records)]
    place_of, _ = match_headings(headings, file, PROJECTS)
    _refuse_missing(place_of, added, file)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter, lineterminator=end)
    for row in added.to_dict("records"):
        cells = [""] * len(headings)
        for name, place in place_of.items():
            cells[place] = _cell(name, row[name])
        writer.writerow(cells)
    glue = "" if content.endswith(("\n", "\r")) else end
    return data + (glue + lines.getvalue()).encode(encoding)


def _encoding(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _refuse_missing(place_of: dict[str, int], added: pd.DataFrame, file: str) -> None:
    """A column that the library lacks would swallow what the new rows say in it."""
    lacking = [name for name in added.columns if name not in place_of and added[name].notna().any()]
    if lacking:
        raise InputError(
            [
                problem(
                    "error",
                    "projects.missing_column",
                    file,
                    f"the library has no column '{name}' ({PROJECTS.columns[name].metadata['zh']}), which the new "
                    "projects fill in; add it as the last heading of the first row.",
                    f"项目库缺少列“{PROJECTS.columns[name].metadata['zh']}”（{name}），新项目需填写该列；"
                    "请在首行末尾补充该列名。",
                    column=name,
                    ids=added["project_id"],
                )
                for name in lacking
            ]
        )


def _cell(name: str, value: Any) -> str:
    """As the reader takes it back; a name that looks like a formula is kept from being one."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"
    return f"'{value}" if name == "name" and str(value).startswith(_FORMULA_SIGNS) else str(value)


@contextmanager
def _in_its_place(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when the block ends well, and is gone when it does not."""
    beside = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
