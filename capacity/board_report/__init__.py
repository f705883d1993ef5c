"""A report for the board, put together from the rooms: folders read, chapters written, pictures drawn, files set."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from capacity.board_report.sources import Faults, Found, look_at, read_all
from capacity.board_report.target import RECORD, look_at_target
from capacity.disclosure.notices.fonts import chinese_fonts
from capacity.disclosure.notices.letters import letters_for
from capacity.figures.report_pictures import pictures_of
from capacity.reports.html import as_html
from capacity.reports.pdf import write_pdf
from capacity.reports.quarter import Quarter, month_of, quarter_of
from capacity.reports.writing import annual_report, quarterly_report
from capacity.runs import compare_runs
from capacity.runs.swap import replace_whole
from capacity.tables.report import FORMAT, Changes, Edition, Inputs, Language, Report, RunInput, texts_of
from capacity.tables.words import Word

Progress = Callable[[str, int, int], None]
Pictures = Callable[..., tuple[bytes, ...]]


@dataclass(frozen=True)
class Made:
    """A report that was written: its record, as ``report.json`` holds it."""

    folder: Path
    record: dict[str, Any]


def make_report(
    folders: Sequence[Path],
    to: Path,
    *,
    title: str = "",
    edition: Edition = "annual",
    languages: Sequence[Language] = ("zh", "en"),
    several_cases: bool = False,
    made_at: dt.datetime | None = None,
    progress: Progress | None = None,
    draw: Pictures = pictures_of,
) -> Made:
    """Make a report of runs, matrices and plans: HTML and PDF in each language, and ``report.json``.

    Parameters
    ----------
    to : a folder that appears whole or not at all; a former report in it is replaced.
    several_cases : results of different cases are put side by side, which the report says on every page.
    draw : draws a picture in a language.

    Raises
    ------
    RequestError
        Every reason at once: a folder without results, damaged or given twice, another case, a quarter that the runs do
        not make, a target that cannot be written.
    RunError
        The target is being written by another process, or a file in it is open in another program.
    """
    faults = Faults()
    look_at_target(to, faults)
    found = look_at(folders, faults)
    _judge_cases(found, several_cases or edition == "quarterly", faults)
    if edition == "quarterly":
        _judge_quarter(found, faults)
    faults.stop()
    inputs = read_all(found, faults, progress)
    faults.stop()
    now = made_at or dt.datetime.now().replace(microsecond=0)
    report, quarter = _written(inputs, edition, title, now)
    record: dict[str, Any] = {}

    def fill(growing: Path) -> None:
        record.update(_fill(growing, report, quarter, languages, draw, progress))

    replace_whole(to, fill)
    return Made(to, record)


def _judge_cases(found: Sequence[Found], several_cases: bool, faults: Faults) -> None:
    names = list(dict.fromkeys(one.source.case_name for one in found))
    if several_cases or len(names) < 2:
        return
    told = {name: next(one.folder for one in found if one.source.case_name == name) for name in names}
    zh = "、".join(f"{name}（{folder}）" for name, folder in told.items())
    en = ", ".join(f"{name} ({folder})" for name, folder in told.items())
    faults.add(
        f"这些结果属于不同算例：{zh}。确要并列，请加 --several-cases。",
        f"these are results of different cases: {en}. To put them side by side all the same, add --several-cases.",
    )


def _judge_quarter(found: Sequence[Found], faults: Faults) -> None:
    """The quarterly edition is made of monthly runs of one case as it is."""
    runs = [one for one in found if one.source.kind == "run"]
    for one in found:
        if one.source.kind != "run":
            faults.add(
                f"季度报告只用各月计算结果，请去掉“{one.folder}”。",
                f"the quarterly edition is made of monthly runs: leave out '{one.folder}'.",
            )
        elif getattr(one.about, "scenario", None):
            faults.add(
                f"“{one.folder}”是情景计算，不能用于季度报告。",
                f"'{one.folder}' is a run of a scenario and is not for the quarterly edition.",
            )
    if not runs:
        faults.add("季度报告至少需要一个月的计算结果。", "the quarterly edition needs a month's run at least.")
    names = sorted({one.source.case_name for one in runs})
    if len(names) > 1:
        faults.add(
            f"季度报告只能用一个算例的结果，这里有：{'、'.join(names)}。",
            f"the quarterly edition is about one case; here are {', '.join(names)}.",
        )
    by_month = groupby(sorted(runs, key=lambda one: one.source.as_of), key=lambda one: month_of(one.source.as_of))
    for month, group in by_month:
        same = [str(one.folder) for one in group]
        if len(same) > 1 and len(names) == 1:
            faults.add(
                f"{month:%Y-%m} 有 {len(same)} 次计算（{'、'.join(same)}），请只留一个。",
                f"there are {len(same)} runs of {month:%Y-%m} ({', '.join(same)}): leave one only.",
            )


def _written(inputs: Inputs, edition: Edition, title: str, made_at: dt.datetime) -> tuple[Report, Quarter | None]:
    if edition == "annual":
        return annual_report(replace(inputs, changes=_last_changes(inputs.runs)), title, made_at), None
    quarter = quarter_of(inputs.runs)
    used = [*([quarter.before] if quarter.before else []), *quarter.there]
    changes = (_changes(*quarter.span),) if quarter.span else ()
    report = quarterly_report(Inputs(tuple(used), changes=changes), quarter, title, made_at)
    unused = [one.source.name for one in inputs.runs if one not in used]
    if unused:
        told = Word(
            f"未使用更早的计算：{'、'.join(unused)}。", f"Earlier runs that were not used: {', '.join(unused)}."
        )
        report = replace(report, remarks=(*report.remarks, told))
    return report, quarter


def _last_changes(runs: Sequence[RunInput]) -> tuple[Changes, ...]:
    """What changed between the last two runs of each case and scenario."""
    found = []
    for _, group in groupby(runs, key=lambda one: (one.source.case_name, one.run.manifest.scenario)):
        pairs = list(pairwise(group))
        if pairs:
            found.append(_changes(*pairs[-1]))
    return tuple(found)


def _changes(before: RunInput, after: RunInput) -> Changes:
    compared = compare_runs(before.run, after.run)
    return Changes(before.source, after.source, compared.areas, compared.alerts)


def _fill(
    folder: Path, report: Report, quarter: Quarter | None, languages: Sequence[Language], draw: Pictures,
    progress: Progress | None,
) -> dict[str, Any]:  # fmt: skip
    """Write every file into an empty folder."""
    files: list[dict[str, Any]] = []
    remarks = list(report.remarks)
    for place, language in enumerate(languages):
        if progress is not None:
            progress("writing", place, len(languages))
        drawn = {one.key: draw(one.drawing, language) for one in report.pictures}
        page = folder / f"report.{language}.html"
        page.write_text(as_html(report, drawn, language), encoding="utf-8")
        files.append({"path": page.name, "language": language, "format": "html"})
        fonts = chinese_fonts()
        if fonts is None and language == "zh":
            remarks.append(
                Word(
                    "未找到中文字体，未生成中文 PDF；HTML 不受影响。",
                    "No font with Chinese signs was found: the Chinese PDF was not made; the HTML is not affected.",
                )
            )
            continue
        signs = {sign for text in texts_of(report, language) for sign in text} | set("0123456789./ 目录来源表图：")
        with letters_for(fonts, signs) as letters:
            paper = folder / f"report.{language}.pdf"
            pages = write_pdf(report, drawn, letters, paper, language)
        files.append({"path": paper.name, "language": language, "format": "pdf", "pages": pages})
    record = _record(report, quarter, files, remarks)
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return record


def _record(
    report: Report, quarter: Quarter | None, files: list[dict[str, Any]], remarks: Sequence[Word]
) -> dict[str, Any]:
    """``report.json``: what the report was made from and what it consists of."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "title": _both(report.title),
        "edition": report.edition,
        "made_at": report.made_at.isoformat(),
        "marks": [_both(mark) for mark in report.marks],
        "sources": [
            {
                "key": one.key,
                "kind": one.kind,
                "name": one.name,
                "case": one.case_name,
                "scenario": _both(one.scenario),
                "as_of": one.as_of.isoformat(),
                "inputs": one.fingerprint,
                "synthetic": one.synthetic,
            }
            for one in report.sources
        ],
        "chapters": [{"key": one.key, **_both(one.title)} for one in report.chapters],
        "findings": [_both(finding) for one in report.chapters for finding in one.findings],
        "files": files,
        "remarks": [_both(remark) for remark in remarks],
    }
    if quarter is not None:
        months = {f"{month:%Y-%m}": None if run is None else run.source.name for month, run in quarter.months}
        before = None if quarter.before is None else quarter.before.source.name
        record["quarter"] = {"year": quarter.year, "number": quarter.number, "months": months, "before": before}
    return record


def _both(word: Word) -> dict[str, str]:
    return {"zh": word.zh, "en": word.en}
