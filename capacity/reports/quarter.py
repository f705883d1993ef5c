"""The quarterly edition: which months are there, what changed, projects by stage, applications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from capacity.reports import capacities, development, findings, grid, registers
from capacity.reports.saying import column, joined, same
from capacity.tables.report import (
    NOT_APPLICABLE,
    Block,
    Callout,
    Changes,
    Chapter,
    Grid,
    Heading,
    Paragraph,
    RunInput,
)
from capacity.tables.words import Word

_MONTHS = 3


@dataclass(frozen=True)
class Quarter:
    """Three months with their runs (None: missing), and the run before the quarter (None: not given)."""

    year: int
    number: int
    months: tuple[tuple[dt.date, RunInput | None], ...]
    before: RunInput | None

    @property
    def there(self) -> tuple[RunInput, ...]:
        """The months' runs, in order."""
        return tuple(run for _, run in self.months if run is not None)

    @property
    def missing(self) -> tuple[dt.date, ...]:
        """The months without a run."""
        return tuple(month for month, run in self.months if run is None)

    @property
    def span(self) -> tuple[RunInput, RunInput] | None:
        """The runs between which the quarter is looked at: the one before it, else its first, and its last."""
        first = self.before or self.there[0]
        return None if first is self.there[-1] else (first, self.there[-1])

    @property
    def words(self) -> Word:
        """``2026 年第三季度``."""
        return Word(f"{self.year} 年第 {self.number} 季度", f"Q{self.number} {self.year}")


def month_of(as_of: dt.date) -> dt.date:
    """The first day of the month that a run closes: the month of the day before its as-of date."""
    return (as_of - dt.timedelta(days=1)).replace(day=1)


def quarter_of(runs: Sequence[RunInput]) -> Quarter:
    """The quarter of the newest run, with the newest run before it.

    Parameters
    ----------
    runs : of one case, not of a scenario, by as-of date; one a month at most.
    """
    by_month = {month_of(run.source.as_of): run for run in runs}
    newest = max(by_month)
    number = (newest.month - 1) // _MONTHS + 1
    first = dt.date(newest.year, _MONTHS * (number - 1) + 1, 1)
    months = tuple(dt.date(newest.year, first.month + step, 1) for step in range(_MONTHS))
    earlier = [month for month in by_month if month < first]
    return Quarter(
        newest.year,
        number,
        tuple((month, by_month.get(month)) for month in months),
        by_month[max(earlier)] if earlier else None,
    )


def chapters_of(quarter: Quarter, changes: Changes | None) -> tuple[Chapter, ...]:
    """The chapters of the quarterly edition."""
    runs = [*([quarter.before] if quarter.before else []), *quarter.there]
    last = quarter.there[-1]
    before = quarter.span[0] if quarter.span else None
    changed: tuple[Block, ...] = (
        (*development.change_blocks(changes),)
        if changes is not None
        else (Callout("unknown", Word("只有一次计算，无从比较。", "There is one run only: nothing to compare.")),)
    )
    return (
        Chapter("months", Word("本季度的计算", "The runs of the quarter"), _months(quarter), _about_months(quarter)),
        Chapter(
            "changes",
            Word("本季度的变化", "What changed in the quarter"),
            (development.development_chart(runs, "quarter"), development.alert_counts(runs), *changed),
            _findings(quarter, changes),
        ),
        Chapter(
            "projects",
            Word("项目与申请", "Projects and applications"),
            (
                *registers.project_blocks(before, last),
                Heading(Word("用电申请", "Applications")),
                *registers.application_blocks(before, last),
                Heading(Word("停电", "Outages")),
                Paragraph(
                    Word(
                        "计算结果不含停电记录：本报告不知道本季度的停电情况，这不表示没有停电。",
                        "Runs do not carry outage records: this report does not know of outages, which does not mean "
                        "that there were none.",
                    )
                ),
            ),
        ),
        Chapter(
            "state",
            Word(f"季末状态（{last.source.as_of}）", f"The grid at the end of it ({last.source.as_of})"),
            (
                *grid.load_rate_blocks(last),
                Heading(Word("可开放容量", "Capacity")),
                *capacities.blocks_of(last),
                Heading(Word("数据质量与可信程度", "Data quality, and how sure this is")),
                *findings.quality_blocks(last),
            ),
        ),
    )


def _months(quarter: Quarter) -> tuple[Block, ...]:
    rows = [
        (
            same(f"{month:%Y-%m}"),
            Word("缺", "missing") if run is None else same(run.source.name),
            NOT_APPLICABLE if run is None else same(run.source.as_of),
            NOT_APPLICABLE if run is None else same(run.source.fingerprint),
            NOT_APPLICABLE if run is None else run.source.basis,
        )
        for month, run in quarter.months
    ]
    if quarter.before is not None:
        source = quarter.before.source
        label = Word("季度前", "before it")
        rows.insert(0, (label, same(source.name), same(source.as_of), same(source.fingerprint), source.basis))
    blocks: list[Block] = [
        Grid(
            Word(f"{quarter.words.zh}：各月的计算", f"{quarter.words.en}: the run of each month"),
            (
                column("月份", "month", 0.7),
                column("计算结果", "run", 1.3),
                column("截至日", "as of", 0.8),
                column("输入", "inputs", 0.8),
                column("口径", "basis", 2.4),
            ),
            tuple(rows),
            joined((run.source.line for run in quarter.there), "；", "; "),
        )
    ]
    if quarter.missing:
        blocks.append(Callout("care", _missing(quarter)))
    if quarter.before is None:
        text = Word(
            "没有本季度之前的计算：变化从本季度第一次计算算起。",
            "There is no run from before the quarter: changes count from its first run.",
        )
        blocks.append(Callout("care", text))
    return tuple(blocks)


def _missing(quarter: Quarter) -> Word:
    months = [f"{month:%Y-%m}" for month in quarter.missing]
    return Word(
        f"缺少 {'、'.join(months)} 的计算；这些月份的情况未知。",
        f"There is no run of {', '.join(months)}: nothing is known of these months.",
    )


def _about_months(quarter: Quarter) -> tuple[Word, ...]:
    return (_missing(quarter),) if quarter.missing else ()


def _findings(quarter: Quarter, changes: Changes | None) -> tuple[Word, ...]:
    last = quarter.there[-1]
    counts = development.status_told(last)
    found = [Word(f"截至 {last.source.as_of}：{counts.zh}。", f"As of {last.source.as_of}: {counts.en}.")]
    if changes is not None:
        states = changes.alerts["state"].value_counts()
        new, cleared = int(states.get("new", 0)), int(states.get("cleared", 0))
        moved = changes.areas["status_before"].fillna("").ne(changes.areas["status_after"].fillna(""))
        found.append(
            Word(
                f"与 {changes.before.as_of} 相比：{int(moved.sum())} 个网格改变状态，新增预警 {new} 条，消除 "
                f"{cleared} 条。",
                f"Against {changes.before.as_of}: {int(moved.sum())} areas changed their status, {new} alerts are new, "
                f"{cleared} are cleared.",
            )
        )
    return tuple(found)
