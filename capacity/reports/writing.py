"""A report from its inputs: first page, chapters, how to read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

from capacity.reports import development, futures, grid, plan_comparison, plans, quarter, reading
from capacity.reports.quarter import Quarter
from capacity.reports.saying import joined
from capacity.tables.report import EDITION, Chapter, Edition, Inputs, Points, Report, RunInput
from capacity.tables.words import Word

_INTERNAL = Word(
    "内部资料：含设备编号和线路走向，不得公开。",
    "Internal: names equipment and shows where feeders run. Not for publication.",
)


def annual_report(inputs: Inputs, title: str, made_at: dt.datetime) -> Report:
    """Every chapter that the inputs allow.

    Parameters
    ----------
    title : the report's title in both languages; empty: its own.
    """
    return _report(inputs, tuple(_annual(inputs)), "annual", _own_title(inputs, title), made_at)


def quarterly_report(inputs: Inputs, of: Quarter, title: str, made_at: dt.datetime) -> Report:
    """The quarter's edition; ``inputs.changes`` holds the change over the quarter, or nothing."""
    chapters = quarter.chapters_of(of, inputs.changes[0] if inputs.changes else None)
    return _report(inputs, chapters, "quarterly", _own_title(inputs, title), made_at, of.words)


def _own_title(inputs: Inputs, title: str) -> Word:
    if title:
        return Word(title, title)
    if inputs.several_cases:
        return Word("配电网接入能力与规划报告", "Connection capacity and planning")
    case = inputs.sources[0].case_title
    return Word(f"{case.zh} 配电网接入能力与规划报告", f"{case.en}: connection capacity and planning")


def _annual(inputs: Inputs) -> Iterator[Chapter]:
    groups = [list(group) for _, group in groupby(inputs.runs, key=_group_of)]
    for number, group in enumerate(groups, start=1):
        yield grid.chapter_of(group[-1], number, with_scenario=len(groups) > 1 or inputs.several_cases)
        if len(group) > 1:
            keys = {one.source.key for one in group}
            changes = [one for one in inputs.changes if one.before.key in keys and one.after.key in keys]
            yield development.chapter_of(group, changes, number)
    for number, matrix in enumerate(inputs.matrices, start=1):
        names = area_names(inputs.runs, matrix.source.case_name)
        yield futures.chapter_of(matrix, names, number, several_cases=inputs.several_cases)
    several = len(inputs.plans) > 1
    if several:
        yield plan_comparison.chapter_of(inputs.plans)
    for number, plan in enumerate(inputs.plans, start=1):
        yield plans.chapter_of(plan, number, several=several, several_cases=inputs.several_cases)


def _group_of(one: RunInput) -> tuple[str, str]:
    return one.source.case_name, one.run.manifest.scenario or ""


def area_names(runs: Sequence[RunInput], case_name: str) -> dict[str, str]:
    """Names of a case's areas by id."""
    return {
        str(row.area_id): str(row.name)
        for one in runs
        if one.source.case_name == case_name
        for row in one.run.areas.itertuples(index=False)
    }


def _report(
    inputs: Inputs, chapters: tuple[Chapter, ...], edition: Edition, title: Word, made_at: dt.datetime,
    period: Word | None = None,
) -> Report:  # fmt: skip
    sources = inputs.sources
    findings = tuple(finding for chapter in chapters for finding in chapter.findings)
    summary = Chapter("summary", Word("要点", "In brief"), (Points(findings),)) if findings else None
    cases = joined((Word(zh, en) for zh, en in dict.fromkeys(_titles(inputs))), "、", ", ")
    dates = sorted({str(source.as_of) for source in sources})
    span = dates[0] if len(dates) == 1 else f"{dates[0]} – {dates[-1]}"
    word = EDITION[edition] if period is None else joined((period, EDITION[edition]), " · ", " · ")
    facts = (
        (Word("算例", "case"), cases),
        (Word("版本", "edition"), word),
        (Word("数据截至", "data as of"), Word(span, span)),
        (Word("编制时间", "made at"), Word(f"{made_at:%Y-%m-%d %H:%M}", f"{made_at:%Y-%m-%d %H:%M}")),
    )
    return Report(
        title=title,
        subtitle=Word(f"{word.zh} · 截至 {span}", f"{_capital(word.en)} · as of {span}"),
        edition=edition,
        made_at=made_at,
        facts=facts,
        marks=_marks(inputs),
        foot=_foot(inputs),
        sources=sources,
        chapters=(*((summary,) if summary else ()), *chapters, reading.chapter_of(inputs)),
    )


def _titles(inputs: Inputs) -> list[tuple[str, str]]:
    return [(one.case_title.zh, one.case_title.en) for one in inputs.sources]


def _synthetic(inputs: Inputs) -> Word:
    if all(source.synthetic for source in inputs.sources):
        return Word("合成数据，不代表任何真实电网", "Synthetic data: no real grid")
    keys = joined((Word(one.key, one.key) for one in inputs.sources if one.synthetic), "、", ", ")
    if not keys.zh:
        return Word("", "")
    return Word(f"部分为合成数据（{keys.zh}）", f"Partly synthetic data ({keys.en})")


def _marks(inputs: Inputs) -> tuple[Word, ...]:
    marks = []
    synthetic = _synthetic(inputs)
    if synthetic.zh:
        marks.append(synthetic)
    if inputs.several_cases:
        names = "、".join(dict.fromkeys(source.case_name for source in inputs.sources))
        marks.append(
            Word(
                f"本报告并列不同算例：{names}；不同电网的数值不可相减。",
                f"Different cases side by side: {names.replace('、', ', ')}. Figures of different grids are not to be "
                "subtracted.",
            )
        )
    return (*marks, _INTERNAL)


def _foot(inputs: Inputs) -> Word:
    parts = [_synthetic(inputs)]
    if inputs.several_cases:
        parts.append(Word("含不同算例", "several cases"))
    parts.append(Word("内部资料", "internal"))
    return joined(parts, " · ", " · ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
