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
_PLANS = frozenset(PROJECTS.columns) - {"project_id", "stage"}
"""What a plan says anew of a project; how far it has come says whoever builds it."""
AloneAt = Callable[[Path], AbstractContextManager[None]]
"""Keeps other processes from writing a file at the same time."""


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes
    ----------
    added : ids that are new in the library.
    updated : ids whose rows say something else now.
    unchanged : ids whose rows said the same already.
    left : ids that are no longer planned (running, done, cancelled): their rows were left as they are.
    others : ids of other rows that stand as planned: those of a former plan among them may be out of date.
    """

    path: Path
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    left: tuple[str, ...]
    others: tuple[str, ...]


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
        kept = _kept(data, path.name, zone)
        known = fresh["project_id"].isin(kept["project_id"])
        added = fresh[~known]
        if len(added):
            new = _appended(data, path.name, added)
            with _in_its_place(path) as beside:
                beside.write_bytes(new)
        return Entered(path, tuple(added["project_id"]), tuple(fresh.loc[known, "project_id"]), _differing(kept, fresh))


def merge_projects(path: Path, projects: pd.DataFrame, zone: dt.tzinfo, alone: AloneAt | None = None) -> Merged:
    """Bring planned projects into a library: new ones at its end, those still planned up to date.

    A project that is running, done or cancelled belongs to those who build it, and every row of another id to whoever
    wrote it: they stay as they are, byte for byte. So do, of an updated row, its stage and what stands in columns that
    are none of ours. The file keeps its encoding, separator, line ends and order of columns, and is replaced as a whole
    or left as it was. A library that does not exist yet is begun.

    Parameters
    ----------
    projects, zone, alone : as of :func:`enter_projects`.

    Raises
    ------
    InputError
        The library cannot be read, or lacks a column that the rows fill in: nothing was written.
    """
    fresh = conform(projects, PROJECTS)
    with alone(path) if alone else nullcontext():
        if not path.exists():
            return Merged(path, enter_projects(path, fresh, zone).added, (), (), (), ())
        data = path.read_bytes()
        kept = _kept(data, path.name, zone).set_index("project_id")
        here = fresh["project_id"].isin(kept.index)
        known, added = fresh[here], fresh[~here]
        planned = known["project_id"].map(kept["status"]).eq("planned")
        left, known = known[~planned], known[planned]
        differs = pd.Series([_says_else(row, kept) for row in known.to_dict("records")], known.index, dtype=bool)
        updated, same = known[differs], known[~differs]
        new = _updated(data, path.name, updated) if len(updated) else data
        new = _appended(new, path.name, added) if len(added) else new
        if new != data:
            with _in_its_place(path) as beside:
                beside.write_bytes(new)
        others = kept.index[kept["status"].eq("planned") & ~kept.index.isin(fresh["project_id"])]
        added_ids, updated_ids, same_ids, left_ids = (
            tuple(some["project_id"]) for some in (added, updated, same, left)
        )
        return Merged(path, added_ids, updated_ids, same_ids, left_ids, tuple(others))


def _kept(data: bytes, file: str, zone: dt.tzinfo) -> pd.DataFrame:
    kept, issues = read_csv_table(data, file, PROJECTS, zone)
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    return kept


def _says_else(row: dict[Any, Any], kept: pd.DataFrame) -> bool:
    old = kept.loc[row["project_id"]]
    return any(_cell(name, row[name]) != _cell(name, old[name]) for name in _PLANS)


def _differing(kept: pd.DataFrame, fresh: pd.DataFrame) -> tuple[str, ...]:
    here, there = kept.set_index("project_id"), fresh.set_index("project_id")
    both = [name for name in there.index if name in here.index]
    return tuple(name for name in both if not here.loc[name].equals(there.loc[name]))


@dataclass(frozen=True)
class _Written:
    """How a library is written: its text (with its mark, if any), and where each of our columns stands."""

    content: str
    encoding: str
    delimiter: str
    end: str
    width: int
    place_of: dict[str, int]

    def line(self, cells: list[str], end: str) -> str:
        """Cells as a line of the file."""
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=self.delimiter, lineterminator=end).writerow(cells)
        return line.getvalue()


def _written(data: bytes, file: str) -> _Written:
    encoding = _encoding(data)
    content = data.decode(encoding)
    first = content.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    end = "\r\n" if first.endswith("\r") or "\n" not in content else "\n"
    records = csv.reader(io.StringIO(content.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    headings = [cell.strip() for cell in next(records)]
    return _Written(content, encoding, delimiter, end, len(headings), match_headings(headings, file, PROJECTS)[0])


def _appended(data: bytes, file: str, added: pd.DataFrame) -> bytes:
    """The file's bytes with the rows after them, written as the file is."""
    how = _written(data, file)
    _refuse_missing(how.place_of, added, file)
    lines = []
    for row in added.to_dict("records"):
        cells = [""] * how.width
        for name, place in how.place_of.items():
            cells[place] = _cell(name, row[name])
        lines.append(how.line(cells, how.end))
    glue = "" if how.content.endswith(("\n", "\r")) else how.end
    return data + (glue + "".join(lines)).encode(how.encoding)


def _updated(data: bytes, file: str, updated: pd.DataFrame) -> bytes:
    """The file's bytes with the rows of these ids written anew, and no other byte changed."""
    how = _written(data, file)
    _refuse_missing(how.place_of, updated, file)
    rows = {row["project_id"]: row for row in updated.to_dict("records")}
    lines = list(io.StringIO(how.content, newline=""))
    reader, new, begin = csv.reader(lines, delimiter=how.delimiter), [], 0
    for cells in reader:
        own, begin = lines[begin : reader.line_num], reader.line_num
        row = rows.get(cells[how.place_of["project_id"]].strip()) if len(cells) > how.place_of["project_id"] else None
        if row is not None:
            cells += [""] * (how.width - len(cells))
            for name in _PLANS & how.place_of.keys():
                cells[how.place_of[name]] = _cell(name, row[name])
            own = [how.line(cells, own[-1][len(own[-1].rstrip("\r\n")) :])]
        new += own
    return "".join(new).encode(how.encoding)


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
