"""The chapter about several runs of a case: how status, load rates and alerts developed, and what changed last."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.reports import saying
from capacity.reports.findings import rule_rank
from capacity.reports.grid import STATES, load_bands, state_counts, status_words
from capacity.reports.saying import column, joined, same
from capacity.tables.report import (
    NOT_APPLICABLE,
    UNKNOWN,
    Block,
    Changes,
    Chapter,
    Chart,
    Grid,
    Heading,
    Panel,
    Paragraph,
    Picture,
    RunInput,
    Series,
)
from capacity.tables.words import STATUS, Word

_MOST_CHANGES = 25


def chapter_of(runs: Sequence[RunInput], changes: Sequence[Changes], number: int) -> Chapter:
    """Runs of one case and scenario by as-of date, and what changed between each and the one before it."""
    key = f"development{number}"
    blocks: list[Block] = [development_chart(runs, key), alert_counts(runs)]
    if changes:
        last = changes[-1]
        blocks += [
            Heading(
                Word(
                    f"{last.before.as_of} 至 {last.after.as_of} 的变化",
                    f"What changed from {last.before.as_of} to {last.after.as_of}",
                )
            ),
            *change_blocks(last),
        ]
    title = Word(f"历次变化：{runs[-1].source.case_title.zh}", f"Development: {runs[-1].source.case_title.en}")
    return Chapter(key, title, tuple(blocks), _findings(runs))


def sources_line(runs: Sequence[RunInput]) -> Word:
    """Where figures of several runs are from."""
    return joined((one.source.line for one in runs), "；", "; ")


def status_told(one: RunInput) -> Word:
    """Areas by status in one run, in words."""
    return status_words(state_counts(one.run))


def development_chart(runs: Sequence[RunInput], key: str) -> Picture:
    """Areas by status and transformers by load rate in each run."""
    ticks = tuple(same(str(one.source.as_of)) for one in runs)
    counts = [state_counts(one.run) for one in runs]
    bands = [load_bands(one.run) for one in runs]
    names = list(dict.fromkeys(name for band in bands for name in band))
    names.sort(key=lambda name: name == UNKNOWN)
    status = tuple(Series(STATUS[state], tuple(float(one[state]) for one in counts)) for state in STATES)
    loads = tuple(Series(name, tuple(float(one.get(name, 0)) for one in bands)) for name in names)
    alt = joined(
        (
            Word(f"{one.source.as_of}：{status_told(one).zh}", f"{one.source.as_of}: {status_told(one).en}")
            for one in runs
        ),
        "；",
        "; ",
    )
    panels = (
        Panel(Word("网格（按状态）", "areas by status"), ticks, status, Word("个", "areas")),
        Panel(
            Word("公变（按最高负载率）", "public transformers by load rate"), ticks, loads, Word("台", "transformers")
        ),
    )
    return Picture(
        f"{key}-status",
        Word("网格状态与公变负载率的变化", "Areas by status and transformers by load rate, run by run"),
        alt,
        Chart("stacked", panels, palette="ordered"),
        sources_line(runs),
        _windows(runs),
    )


def _windows(runs: Sequence[RunInput]) -> Word:
    """Which stretch of time each run looked at."""
    spans = [f"{one.run.manifest.window_start:%Y-%m-%d} – {one.run.manifest.window_end:%Y-%m-%d}" for one in runs]
    return Word(
        f"各次计算的窗口：{'；'.join(spans)}；重叠部分的峰值会重复出现。",
        f"Windows: {'; '.join(spans)}; where they overlap the same peaks count again.",
    )


def alert_counts(runs: Sequence[RunInput]) -> Grid:
    """Alerts by rule in each run."""
    rules = sorted({str(rule) for one in runs for rule in one.run.alerts["rule"]}, key=rule_rank)
    rows = [
        (same(one.source.as_of), *(saying.number(int(one.run.alerts["rule"].eq(rule).sum())) for rule in rules))
        for one in runs
    ]
    return Grid(
        Word("各次计算的预警条数", "Alerts by rule in each run"),
        (column("截至日", "as of", 1.2), *(column(rule, rule, 0.6, right=True) for rule in rules)),
        tuple(rows),
        sources_line(runs),
    )


def change_blocks(changes: Changes) -> list[Block]:
    """Areas that changed their status and alerts that are new or cleared, with their causes."""
    source = joined((changes.before.line, changes.after.line), "；", "; ")
    return [_status_changes(changes, source), _alert_changes(changes, source)]


def _status_changes(changes: Changes, source: Word) -> Block:
    areas = changes.areas
    was, now = areas["status_before"].fillna(""), areas["status_after"].fillna("")
    moved = areas[was.ne(now)]
    if moved.empty:
        return Paragraph(Word("没有网格改变状态。", "No area changed its status."))
    rows = [
        (
            same(row["area_id"]),
            saying.stated(row["name"]),
            saying.coded(row["status_before"], STATUS, otherwise=Word("无", "none")),
            saying.coded(row["status_after"], STATUS, otherwise=Word("无", "none")),
            saying.floor(row["allowed_sum_kva_before"]),
            saying.floor(row["allowed_sum_kva_after"]),
            saying.pair(row, "cause"),
        )
        for row in moved.to_dict("records")
    ]
    return Grid(
        Word(f"改变状态的网格（{len(rows)} 个）", f"Areas that changed their status ({len(rows)})"),
        (
            column("网格", "area", 0.5),
            column("名称", "name", 1.2),
            column("原状态", "before", 0.7),
            column("现状态", "after", 0.7),
            column("原合计", "sum before", 0.7, right=True, unit=saying.KVA),
            column("现合计", "sum after", 0.7, right=True, unit=saying.KVA),
            column("原因", "cause", 2.4),
        ),
        tuple(rows),
        source,
        Word("合计：允许接入容量合计（P7），P5 以此判定。", "Sum: of allowed capacity (P7), which P5 is judged by."),
    )


def _alert_changes(changes: Changes, source: Word) -> Block:
    alerts = changes.alerts
    counts = alerts["state"].value_counts()
    moved = alerts[alerts["state"].isin(["new", "cleared"])].copy()
    moved["_rank"] = moved["rule"].map(rule_rank)
    moved = moved.sort_values(["state", "_rank", "element_id"], ascending=[False, True, True])
    if moved.empty:
        return Paragraph(
            Word(
                f"没有新增或消除的预警，延续 {int(counts.get('continuing', 0))} 条。",
                f"No alert is new or cleared; {int(counts.get('continuing', 0))} continue.",
            )
        )
    rows = [_alert_row(row) for row in moved.head(_MOST_CHANGES).to_dict("records")]
    new, cleared = int(counts.get("new", 0)), int(counts.get("cleared", 0))
    more = len(moved) - len(rows)
    left_out = Word(f"另有 {more} 条未列。", f"{more} more are not listed.") if more else Word("", "")
    return Grid(
        Word(
            f"预警：新增 {new} 条，消除 {cleared} 条，延续 {int(counts.get('continuing', 0))} 条",
            f"Alerts: {new} new, {cleared} cleared, {int(counts.get('continuing', 0))} continuing",
        ),
        (
            column("变化", "change", 0.5),
            column("规则", "rule", 0.4),
            column("对象", "element", 1.1),
            column("原值", "before", 0.7, right=True),
            column("现值", "after", 0.7, right=True),
            column("门槛", "threshold", 0.7, right=True),
            column("原因", "cause", 2.6),
        ),
        tuple(rows),
        source,
        left_out,
    )


def _alert_row(row: dict[str, object] | dict[object, object]) -> tuple[Word, ...]:
    record = pd.Series(row)
    state = Word("新增", "new") if record["state"] == "new" else Word("消除", "cleared")
    unit = same("" if saying.missing(record["unit"]) else record["unit"])
    absent = NOT_APPLICABLE  # below the threshold in that run: no alert, so no value
    return (
        state,
        same(record["rule"]),
        saying.stated(record["element_id"]),
        saying.with_unit(saying.number(record["value_before"], 1, otherwise=absent), unit),
        saying.with_unit(saying.number(record["value_after"], 1, otherwise=absent), unit),
        saying.with_unit(saying.number(record["threshold"], 0, otherwise=absent), unit),
        saying.pair(record, "cause"),
    )


def _findings(runs: Sequence[RunInput]) -> tuple[Word, ...]:
    first, last = (one.run.areas["status"] for one in (runs[0], runs[-1]))
    return (
        Word(
            f"受限网格由 {int(first.eq('blocked').sum())} 个（{runs[0].source.as_of}）变为 "
            f"{int(last.eq('blocked').sum())} 个（{runs[-1].source.as_of}）。",
            f"Blocked areas: {int(first.eq('blocked').sum())} ({runs[0].source.as_of}), now "
            f"{int(last.eq('blocked').sum())} ({runs[-1].source.as_of}).",
        ),
    )
