"""The gate (P22): moves that nothing explains are listed for approval before anything is published."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capacity.errors import InputError
from capacity.tables.issue import Issue
from capacity.tables.public.words import CAUSE
from capacity.tables.release import DisclosureRules

UNKNOWN = "未知 unknown"
HEADINGS = {
    "area_id": "网格编号",
    "name": "网格名称",
    "before_kva": "原数值",
    "after_kva": "现数值",
    "explained_kva": "已有解释",
    "unexplained_kva": "未获解释",
    "cause": "查得原因",
    "approved_by": "批准人",
    "reason": "理由",
}
"""Columns of the list: the code, followed in the file by its Chinese heading."""


@dataclass(frozen=True)
class Jump:
    """A figure that moved further than equipment, reservations and rules explain; NaN: unknown."""

    area_id: str
    name: str
    before_kva: float
    after_kva: float
    explained_kva: float
    unexplained_kva: float
    cause: str


@dataclass(frozen=True)
class ApprovalRow:
    """One row of a filled list, as read."""

    row: int
    area_id: str
    before: str
    after: str
    approved_by: str
    reason: str


@dataclass(frozen=True)
class Approvals:
    """A filled list of jumps; ``content`` is kept in the record byte for byte."""

    file: str
    content: bytes
    rows: tuple[ApprovalRow, ...]

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.content).hexdigest()


def find_jumps(
    frame: pd.DataFrame,
    causes: pd.Series,
    names: pd.Series,
    shown: pd.Series,
    rules: DisclosureRules,
    rules_changed: bool,
) -> tuple[Jump, ...]:
    """The jumps among the moves of areas that are published now (``shown``), by ``area_id``.

    Parameters
    ----------
    frame : of ``moves.moves``.
    rules_changed : policy values differ from then: that explains any move between two known figures.
    """
    step = frame["after"] - frame["before"]
    unexplained = step - step.where(pd.Series(rules_changed, index=frame.index), frame["explained"])
    lost = frame["before"].isna() ^ frame["after"].isna()
    size = unexplained.abs()
    far = (size > rules.jump_kva) & (size > rules.jump_percent / 100.0 * frame["before"])
    blocked = (frame["before"].eq(0.0) ^ frame["after"].eq(0.0)) & ~lost & (size > rules.rounding_kva)
    chosen = (far | blocked | lost) & shown.reindex(frame.index).fillna(False).astype(bool)
    return tuple(
        Jump(
            str(area_id),
            str(names[area_id]),
            float(row.before),
            float(row.after),
            float(row.after - row.before - unexplained[area_id]),
            float(unexplained[area_id]),
            str(causes[area_id]),
        )
        for area_id, row in frame[chosen].sort_index().iterrows()
    )


def write_jumps(jumps: Iterable[Jump], path: Path) -> None:
    """The list to be filled in (``approved_by``, ``reason``) and handed back with ``--accept``; opens in Excel."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{code} {zh}" for code, zh in HEADINGS.items()])
        for jump in jumps:
            told = CAUSE[jump.cause]
            figures = (jump.before_kva, jump.after_kva, jump.explained_kva, jump.unexplained_kva)
            cause = f"{told.zh} {told.en}"
            writer.writerow([jump.area_id, _safe(jump.name), *(_shown(value) for value in figures), cause, "", ""])


def read_approvals(path: Path) -> Approvals:
    """A filled list; whether it fits the jumps at hand says ``check_approvals``.

    Excel may have saved it in the office's own encoding, with semicolons or tabs.

    Raises
    ------
    InputError
        The file is missing, cannot be read, or lacks columns.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError([_issue("approvals.unreadable", path.name, (), "",
            f"'{path}' cannot be read ({type(error).__name__}). Give the list of jumps that the last attempt to "
            f"publish wrote, filled in.",
            f"无法读取“{path}”（{type(error).__name__}）。"
            f"请给出上次公布时生成并已填写的跳变清单。")]) from error  # fmt: skip
    text = _decoded(content)
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    table = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    columns = (
        {cell.split()[0].strip('"'): number for number, cell in enumerate(table[0]) if cell.strip()} if table else {}
    )
    missing = [code for code in ("area_id", "before_kva", "after_kva", "approved_by", "reason") if code not in columns]
    if missing:
        raise InputError([_issue("approvals.columns", path.name, tuple(missing), "",
            f"the list lacks the columns {', '.join(missing)}. Fill in the file as it was written; do not rename or "
            f"delete columns.",
            f"清单缺少列：{'、'.join(missing)}。请在原清单中填写，勿改名或删除列。")])  # fmt: skip

    def cell(row: Sequence[str], code: str) -> str:
        return row[columns[code]].strip() if columns[code] < len(row) else ""

    rows = tuple(
        ApprovalRow(number, *(cell(row, c) for c in ("area_id", "before_kva", "after_kva", "approved_by", "reason")))
        for number, row in enumerate(table[1:], start=2)
        if any(one.strip() for one in row)
    )
    return Approvals(path.name, content, rows)


def check_approvals(jumps: Sequence[Jump], approvals: Approvals) -> tuple[Issue, ...]:
    """Every problem of a filled list against the jumps at hand; none: all of them are approved."""
    by_id = {jump.area_id: jump for jump in jumps}
    issues: list[Issue] = []
    seen: dict[str, int] = {}
    for row in approvals.rows:
        issues += _row_issues(row, by_id.get(row.area_id), seen, approvals.file)
        seen.setdefault(row.area_id, row.row)
    for area_id in sorted(by_id.keys() - seen.keys()):
        issues.append(_issue("approvals.not_listed", approvals.file, (area_id,), "area_id",
            f"area {area_id} jumps and is not in the list. Publish without --accept to get the present list, and fill "
            f"that in.",
            f"网格 {area_id} 发生跳变，但不在清单中。请不带 --accept 重新公布以取得最新清单并填写。"))  # fmt: skip
    return tuple(issues)


def _row_issues(row: ApprovalRow, jump: Jump | None, seen: dict[str, int], file: str) -> list[Issue]:
    ids = (f"row {row.row}", row.area_id)
    if row.area_id in seen:
        return [_issue("approvals.twice", file, ids, "area_id",
            f"area {row.area_id} stands in row {seen[row.area_id]} already. Delete one of the two rows.",
            f"网格 {row.area_id} 已在第 {seen[row.area_id]} 行出现。请删除其中一行。")]  # fmt: skip
    if jump is None:
        return [_issue("approvals.extra", file, ids, "area_id",
            f"area '{row.area_id}' does not jump in this run: the list is of another run or day. Publish without "
            f"--accept to get the present list, or delete the row.",
            f"网格“{row.area_id}”在本次计算中没有跳变：清单属于另一次计算。"
            f"请不带 --accept 重新公布以取得最新清单，或删除该行。")]  # fmt: skip
    issues = []
    if not (_fits(row.before, jump.before_kva) and _fits(row.after, jump.after_kva)):
        issues.append(_issue("approvals.stale", file, ids, "after_kva",
            f"area {row.area_id} moves from {_shown(jump.before_kva)} to {_shown(jump.after_kva)} kVA; the list says "
            f"from {row.before} to {row.after}: it is of another run. Publish without --accept to get the present one.",
            f"网格 {row.area_id} 由 {_shown(jump.before_kva)} 变为 {_shown(jump.after_kva)} kVA，而清单为"
            f"由 {row.before} 变为 {row.after}：清单属于另一次计算。"
            f"请不带 --accept 重新公布以取得最新清单。"))  # fmt: skip
    for column, value, zh in (("approved_by", row.approved_by, "批准人"), ("reason", row.reason, "理由")):
        if not value:
            issues.append(_issue("approvals.empty", file, ids, column,
                f"area {row.area_id} has no '{column}'. Write who approves the jump and why it is right; if it is not, "
                f"correct the data and run again.",
                f"网格 {row.area_id} 未填写“{zh}”。"
                f"请写明由谁批准、为何属实；若不属实，请更正数据后重新计算。"))  # fmt: skip
    return issues


def _issue(check: str, file: str, ids: tuple[str, ...], column: str, en: str, zh: str) -> Issue:
    return Issue("error", check, "jumps", column, ids, en, zh, file)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def _shown(value: float) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:.1f}"


def _fits(told: str, value: float) -> bool:
    """Whether a cell still tells the value; Excel may have changed its look."""
    try:
        number = float(told.replace(",", "").replace(" ", ""))
    except ValueError:
        return math.isnan(value) and ("unknown" in told or "未知" in told)
    return not math.isnan(value) and abs(number - value) <= 0.051


def _safe(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
