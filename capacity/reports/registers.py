"""Projects and applications between two runs: by stage and status, and what moved."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.reports import saying
from capacity.reports.saying import column, joined, same
from capacity.tables.inputs.projects import STAGES
from capacity.tables.report import Block, Column, Grid, Paragraph, RunInput
from capacity.tables.words import APPLICATION_STATUS, PROJECT_STAGE, PROJECT_STATUS, Word

_MOST_ROWS = 20
_MOVED_INTO = ("accepted", "energised")
_ABSENT = Word("无", "none")


def project_blocks(before: RunInput | None, after: RunInput) -> list[Block]:
    """Projects by stage at both ends, and those that changed in between."""
    if before is None:
        return [_stage_counts(None, after)]
    moved = _moved(before.run.projects, after.run.projects, "project_id", ("stage", "status", "commissioning_date"))
    if not moved:
        text = Word("没有项目改变阶段、状态或投产日期。", "No project changed its stage, status or commissioning date.")
        return [_stage_counts(before, after), Paragraph(text)]
    rows = [
        (
            saying.stated(key),
            saying.stated(_of(new, "name") or _of(old, "name")),
            _change(old, new, "stage", PROJECT_STAGE),
            _change(old, new, "status", PROJECT_STATUS),
            _arrow(
                _ABSENT if old is None else saying.day(old["commissioning_date"], otherwise=_ABSENT),
                _ABSENT if new is None else saying.day(new["commissioning_date"], otherwise=_ABSENT),
            ),
        )
        for key, old, new in moved[:_MOST_ROWS]
    ]
    return [
        _stage_counts(before, after),
        Grid(
            Word(f"有变化的项目（{len(moved)} 项）", f"Projects that changed ({len(moved)})"),
            (
                column("项目", "project", 0.9),
                column("名称", "name", 1.5),
                column("阶段", "stage", 1.2),
                column("状态", "status", 1.1),
                column("投产日期", "commissioning", 1.3),
            ),
            tuple(rows),
            joined((before.source.line, after.source.line), "；", "; "),
            _left_out(len(moved)),
        ),
    ]


def _stage_counts(before: RunInput | None, after: RunInput) -> Block:
    runs = [one for one in (before, after) if one is not None]
    if all(one.run.projects.empty for one in runs):
        return Paragraph(
            Word("算例没有项目库：项目情况未知。", "The case has no project library: nothing is known of projects.")
        )
    live = [one.run.projects[one.run.projects["status"].isin(["planned", "running"])] for one in runs]
    rows = [
        (PROJECT_STAGE[stage], *(saying.number(int(frame["stage"].eq(stage).sum())) for frame in live))
        for stage in STAGES
    ]
    rows.append(
        (
            Word("已投产（累计）", "done, in all"),
            *(saying.number(int(one.run.projects["status"].eq("done").sum())) for one in runs),
        )
    )
    return Grid(
        Word("计划和在建项目：按阶段", "Projects planned or running, by stage"),
        (column("阶段", "stage", 1.4), *_dated(runs)),
        tuple(rows),
        joined((one.source.line for one in runs), "；", "; "),
        strong=frozenset({len(rows) - 1}),
    )  # fmt: skip


def application_blocks(before: RunInput | None, after: RunInput) -> list[Block]:
    """Applications by status at both ends, and those accepted or energised in between."""
    runs = [after] if before is None else [before, after]
    if all(one.run.applications.empty for one in runs):
        text = Word(
            "计算结果中没有用电申请：情况未知，不表示没有申请。",
            "The runs carry no applications: nothing is known of them, which does not mean that there are none.",
        )
        return [Paragraph(text)]
    source = joined((one.source.line for one in runs), "；", "; ")
    blocks: list[Block] = [_application_counts(runs, source)]
    if before is None:
        return blocks
    moved = [
        (key, old, new)
        for key, old, new in _moved(before.run.applications, after.run.applications, "application_id", ("status",))
        if _of(new, "status") in _MOVED_INTO
    ]
    if not moved:
        text = Word("本季度没有申请转为已批未投或已送电。", "No application was accepted or energised in the quarter.")
        return [*blocks, Paragraph(text)]
    rows = [
        (
            saying.stated(key),
            saying.stated(_of(new, "transformer_id")),
            saying.number(_of(new, "p_kw"), 1),
            _change(old, new, "status", APPLICATION_STATUS),
        )
        for key, old, new in moved[:_MOST_ROWS]
    ]
    return [
        *blocks,
        Grid(
            Word(f"本季度批准或送电的申请（{len(moved)} 件）", f"Accepted or energised in the quarter ({len(moved)})"),
            (
                column("申请", "application", 1.2),
                column("配变", "transformer", 1.0),
                column("容量", "power", 0.8, right=True, unit=Word("kW", "kW")),
                column("状态", "status", 2.0),
            ),
            tuple(rows),
            source,
            _left_out(len(moved)),
        ),
    ]


def _application_counts(runs: Sequence[RunInput], source: Word) -> Grid:
    rows = []
    for status, word in APPLICATION_STATUS.items():
        mine = [one.run.applications[one.run.applications["status"].eq(status)] for one in runs]
        cells = [same(f"{len(frame)} / {frame['p_kw'].sum():,.0f} kW") for frame in mine]
        rows.append((word, *cells))
    return Grid(
        Word("用电申请：件数 / 容量", "Applications: number / power"),
        (column("状态", "status", 1.4), *_dated(runs)),
        tuple(rows),
        source,
    )


def _dated(runs: Sequence[RunInput]) -> list[Column]:
    """A column of figures per run."""
    return [column(str(one.source.as_of), str(one.source.as_of), 0.9, right=True) for one in runs]


def _moved(
    before: pd.DataFrame, after: pd.DataFrame, key: str, watched: Sequence[str]
) -> list[tuple[str, pd.Series | None, pd.Series | None]]:
    """Rows that are new, gone, or differ in a watched column."""
    old, new = before.set_index(key, drop=False), after.set_index(key, drop=False)
    found = []
    for name in sorted({*old.index, *new.index}):
        was = old.loc[name] if name in old.index else None
        now = new.loc[name] if name in new.index else None
        if was is None or now is None or any(_text(was[one]) != _text(now[one]) for one in watched):
            found.append((str(name), was, now))
    return found


def _text(value: object) -> str:
    return "" if saying.missing(value) else str(value)


def _of(row: pd.Series | None, name: str) -> object:
    return None if row is None or saying.missing(row[name]) else row[name]


def _change(old: pd.Series | None, new: pd.Series | None, name: str, words: dict[str, Word]) -> Word:
    before, after = (saying.coded(_of(row, name), words, otherwise=_ABSENT) for row in (old, new))
    return _arrow(before, after)


def _arrow(before: Word, after: Word) -> Word:
    return after if before == after else Word(f"{before.zh} → {after.zh}", f"{before.en} → {after.en}")


def _left_out(count: int) -> Word:
    more = count - _MOST_ROWS
    return Word(f"另有 {more} 条未列。", f"{more} more are not listed.") if more > 0 else Word("", "")
