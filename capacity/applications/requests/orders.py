"""The orders that requests can be assessed in: whoever comes first is promised first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from capacity.applications.register.files import read_cells
from capacity.applications.requests.reading import Filed
from capacity.errors import InputError
from capacity.tables.issue import Issue
from capacity.tables.words import Word

ORDERS = {
    "received": Word("按受理先后", "in order of receipt"),
    "file": Word("按文件次序", "in the order of the file"),
    "smallest-first": Word("容量由小到大", "the smallest first"),
    "urgent-first": Word("急需者先（P16）", "those with urgent needs first (P16)"),
}
"""What ``--order`` takes besides a list of ids."""

_HEADINGS = {"applicationid", "申请编号", "申请编号applicationid", "id"}


def in_order(filed: Sequence[Filed], order: str) -> tuple[Filed, ...]:
    """The requests in one of ``ORDERS``.

    ``received``: by time of receipt, then by id; those without one come last. ``smallest-first``: by power, then as
    received. ``urgent-first``: those with an urgent part (P16) before the others, the day wanted deciding among them,
    then as received.
    """
    return tuple(sorted(filed, key=_KEYS[order]))


def in_listed_order(filed: Sequence[Filed], ids: Sequence[str], file: str) -> tuple[Filed, ...]:
    """The requests in the order of a list, which names every one of them, once.

    Raises
    ------
    InputError
        Ids missing, unknown or repeated: all of them.
    """
    by_id = {one.application_id: one for one in filed}
    missing = [name for name in by_id if name not in set(ids)]
    unknown = [name for name in dict.fromkeys(ids) if name not in by_id]
    repeated = [name for name in dict.fromkeys(ids) if ids.count(name) > 1]
    problems = [
        _issue(code, file, found, en, zh)
        for code, found, en, zh in (
            ("missing", missing, "these applications are not in the list; add each where it belongs.",
             "以下申请未列入次序，请补入相应位置。"),
            ("unknown", unknown, "these ids are none of the applications to be assessed; delete them.",
             "以下编号不在待核定申请之中，请删除。"),
            ("repeated", repeated, "these ids are listed more than once; keep one of each.",
             "以下编号重复列出，请各保留一次。"),
        )
        if found
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tuple(by_id[name] for name in ids)


def read_order(path: Path) -> tuple[str, ...]:
    """The ids of a CSV or Excel file, one a row in its first column; a heading (application_id, 申请编号) may be there.

    Raises
    ------
    InputError
        The file cannot be read, or holds no id.
    """
    cells, issues = read_cells(path)
    if issues:
        raise InputError(issues)
    ids = [_text(row[0]) for row in cells if row and _text(row[0])]
    if ids and "".join(ids[0].split()).replace("_", "").casefold() in _HEADINGS:
        ids = ids[1:]
    if not ids:
        raise InputError([_issue("empty", path.name, (), "it lists no application; write one id a row.",
                                 "其中没有申请编号，请每行填写一个。")])  # fmt: skip
    return tuple(ids)


def _text(cell: Any) -> str:
    return str(cell).strip().removesuffix(".0") if isinstance(cell, float) else str(cell).strip()


def _as_received(one: Filed) -> tuple[Any, ...]:
    return (one.received_at or dt.datetime.max, one.application_id)


def _urgent_first(one: Filed) -> tuple[Any, ...]:
    wanted = one.request.energise_on or dt.date.max
    urgent = one.request.urgent_kw is not None
    return (not urgent, wanted if urgent else dt.date.max, *_as_received(one))


_KEYS: dict[str, Callable[[Filed], tuple[Any, ...]]] = {
    "received": _as_received,
    "file": lambda one: (one.row,),
    "smallest-first": lambda one: (one.request.kw, *_as_received(one)),
    "urgent-first": _urgent_first,
}


def _issue(code: str, file: str, ids: Sequence[str], en: str, zh: str) -> Issue:
    return Issue("error", f"order.{code}", "order", "application_id", tuple(ids), en, zh, file)
