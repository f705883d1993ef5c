"""The answer sheet as a workbook: answer, options, works and costs, stages, hours, basis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.applications.answers.facts import (
    Fact,
    Value,
    answer_facts,
    basis_facts,
    figure,
    limit_percent,
    option_name,
    projects_facts,
    remarks_of,
    request_facts,
)
from capacity.applications.answers.option_columns import option_columns
from capacity.applications.answers.rules import rules_of_answer
from capacity.applications.answers.sheets import Book, Heading, add_page, new_book, write_facts, write_line, write_table
from capacity.applications.answers.told import NONE, NOT_WORKED_OUT, UNKNOWN, Language, unknown_because
from capacity.applications.answers.writing import written
from capacity.tables.assessment import Assessment, Option, StagedOffer
from capacity.tables.places import Rejection
from capacity.tables.settings import ServiceNumbers
from capacity.tables.stage_plan import PlannedDay, StagePlan
from capacity.tables.words import (
    PAYER,
    PLACE_KIND,
    PLACE_REASON,
    PRICE_MARK,
    PROJECT_STAGE,
    PROPERTY_SIDE,
    REASON,
    WORK_PART,
    WORK_UNIT,
    Word,
)
from capacity.tables.works import KINDS, CostItem, Work

_TOP = 4
_PROJECT = Word("立项工程（P6，未计费用）", "project (P6), not in the estimate")


def write_workbook(
    assessment: Assessment, path: Path, language: Language = "zh", service_numbers: ServiceNumbers | None = None
) -> None:
    """Write the answer as a workbook, whole or not at all; the same answer gives the same bytes.

    Every figure is a number with its unit in the heading; what is unknown, not worked out or does not apply is said in
    words, never 0 or blank. The hours of a staged offer have a sheet of their own (P16).

    Parameters
    ----------
    service_numbers : of the case (P21); None: 12398 and 95598.

    Raises
    ------
    AnswerError
        The file cannot be written, for instance because it is open in Excel.
    """
    with written(path) as beside, new_book(beside, assessment, language) as book:
        _write_answer(book, service_numbers)
        _write_options(book)
        _write_works(book)
        _write_stages(book)
        if assessment.staged is not None:
            _write_hours(book, assessment.staged)
        _write_basis(book)


def _write_answer(book: Book, service_numbers: ServiceNumbers | None) -> None:
    page = add_page(book, Word("答复", "answer"), Word("用电接入答复", "Answer to a connection request"), lying=False)
    row = write_facts(book, page, _TOP, Word("答复", "Answer"), answer_facts(book.assessment, service_numbers))
    row = write_facts(book, page, row, Word("申请", "Request"), request_facts(book.assessment))
    title = Word("满足全部功率的项目（P16）", "Project that brings the whole power (P16)")
    for facts in projects_facts(book.assessment.staged):
        row = write_facts(book, page, row, title, facts)
    rules = ", ".join(rules_of_answer(book.assessment))
    page.write_string(row, 0, book.say(Word(f"依据规则：{rules}", f"Rules: {rules}")), book.style("subtitle"))


def _write_options(book: Book) -> None:
    assessment = book.assessment
    page = add_page(book, Word("方案", "options"), Word("接入方案比较（P15）", "Options compared (P15)"))
    columns = option_columns(assessment, limit_percent(assessment))
    rows = [[column.value(option) for column in columns] for option in assessment.options]
    best = [number for number, option in enumerate(assessment.options) if option.rank == 1]
    headings = [Heading(column.heading, column.unit, column.wide) for column in columns]
    row = write_table(book, page, _TOP, headings, rows, strong=best, frozen_columns=2)
    page.repeat_columns(0, 1)
    for number, one in enumerate(assessment.places.rejected, start=row + 1):
        page.write_string(number, 1, book.say(_elsewhere(one)), book.style("subtitle"))


def _elsewhere(one: Rejection) -> Word:
    reason, kind = PLACE_REASON[one.reason], PLACE_KIND[one.kind]
    zh = one.sentence_zh or f"{kind.zh} {one.target_id}：{reason.zh}"
    return Word(zh, one.sentence_en or f"{kind.en} {one.target_id}: {reason.en}")


_WORK_HEADINGS = (
    Heading(Word("方案序号", "option")),
    Heading(Word("工程", "work"), wide=True),
    Heading(Word("费用构成", "part"), wide=True),
    Heading(Word("数量", "quantity")),
    Heading(Word("单位", "unit")),
    Heading(Word("单价", "unit price")),
    Heading(Word("系数", "factor")),
    Heading(Word("金额", "amount"), "CNY"),
    Heading(Word("低值", "low"), "CNY"),
    Heading(Word("高值", "high"), "CNY"),
    Heading(Word("承担方（P12、P13）", "paid by (P12, P13)")),
    Heading(Word("红线内外（P13）", "side of the property line (P13)")),
    Heading(Word("涉及设备", "elements")),
    Heading(Word("价格依据", "mark")),
    Heading(Word("价格来源", "source of the price"), wide=True),
    Heading(Word("包括", "includes"), wide=True),
)


def _write_works(book: Book) -> None:
    page = add_page(book, Word("工程与费用", "works and costs"), Word("工程与费用", "Works and costs"))
    rows: list[list[Value]] = []
    totals: list[int] = []
    for option in book.assessment.options:
        mark = book.assessment.marks[option.key]
        if option.cost is None:
            rows += [_unpriced(mark, work, NOT_WORKED_OUT) for work in option.design.works]
        else:
            rows += [_priced(mark, item, option.cost.sources) for item in option.cost.items]
            totals.append(len(rows))
            rows.append(_total(mark, option))
        rows += [_unpriced(mark, work, _PROJECT) for work in option.project]
    write_table(book, page, _TOP, _WORK_HEADINGS, rows, strong=totals, frozen_columns=2)


def _priced(mark: str, item: CostItem, sources: dict[str, Word]) -> list[Value]:
    unit = WORK_UNIT.get(item.unit, Word("元 × %", "CNY × %") if item.unit == "%" else Word(item.unit, item.unit))
    includes = Word(item.includes_zh, item.includes_en)
    return [
        mark, item.work.words, WORK_PART[item.part], item.quantity, unit, item.unit_yuan.likely, item.factor,
        item.amount.likely, item.amount.low, item.amount.high, PAYER[item.payer], PROPERTY_SIDE[item.work.stands],
        _elements(item.work), PRICE_MARK[item.mark], sources.get(item.source, UNKNOWN),
        includes if includes.zh else NONE,
    ]  # fmt: skip


def _unpriced(mark: str, work: Work, why: Word) -> list[Value]:
    """A work that no price was looked up for."""
    prices: list[Value] = [NOT_WORKED_OUT] * 6
    return [
        mark, work.words, why, work.quantity, WORK_UNIT[KINDS[work.kind].unit], *prices, PROPERTY_SIDE[work.stands],
        _elements(work), NOT_WORKED_OUT, NOT_WORKED_OUT, NONE,
    ]  # fmt: skip


def _total(mark: str, option: Option) -> list[Value]:
    cost = option.cost
    assert cost is not None, "only priced options have a total"
    split = Word(
        f"企业 {cost.company.likely:,.0f}、用户 {cost.customer.likely:,.0f}、待定 {cost.open.likely:,.0f}",
        f"company {cost.company.likely:,.0f}, customer {cost.customer.likely:,.0f}, open {cost.open.likely:,.0f}",
    )
    words = Word(f"合计：{option_name(option).zh}", f"in all: {option_name(option).en}")
    year = Word(f"{cost.price_year}年价", f"prices of {cost.price_year}")
    dash: Value = "—"
    return [
        mark, words, split, *[dash] * 4, cost.total.likely, cost.total.low, cost.total.high, *[dash] * 3,
        PRICE_MARK[cost.mark], year, dash,
    ]  # fmt: skip


def _elements(work: Work) -> Value:
    return "; ".join(work.element_ids) or NONE


_STAGE_HEADINGS = (
    Heading(Word("方案序号", "option")),
    Heading(Word("阶段", "stage")),
    Heading(Word("工作日", "working days"), "d"),
    Heading(Word("开始（早）", "start, earliest")),
    Heading(Word("开始（迟）", "start, latest")),
    Heading(Word("完成（早）", "finish, earliest")),
    Heading(Word("完成（迟）", "finish, latest")),
    Heading(Word("日期依据", "certainty")),
)


def _write_stages(book: Book) -> None:
    title = Word("配套工程进度（P17）", "Stages of the works (P17)")
    page = add_page(book, Word("阶段", "stages"), title)
    marks, rows, sentences = book.assessment.marks, [], []
    for option in book.assessment.options:
        if option.plan is not None:
            rows += list(_stages(marks[option.key], option.plan))
            told, mark = option.plan, marks[option.key]
            sentences.append(Word(f"方案{mark}：{told.sentence_zh}", f"Option {mark}: {told.sentence_en}"))
    row = write_table(book, page, _TOP, _STAGE_HEADINGS, rows)
    if not rows:
        nothing = Word(
            "各方案均无须配套工程，或未测算", "no option needs works beyond the connection, or none was planned"
        )
        page.write_string(row, 0, book.say(nothing), book.style("subtitle"))
    row += 1
    for sentence in sentences:
        row = write_line(book, page, row, sentence, len(_STAGE_HEADINGS), 100.0)


def _stages(mark: str, plan: StagePlan) -> Iterator[list[Value]]:
    for stage in plan.stages:
        certain = stage.start.published and stage.finish.published
        yield [
            mark, PROJECT_STAGE[stage.stage], float(stage.working_days), *_two(stage.start), *_two(stage.finish),
            Word("按已公布工作日历", "calendar published") if certain else Word("估计", "estimated"),
        ]  # fmt: skip


def _two(planned: PlannedDay) -> tuple[Value, Value]:
    return planned.earliest, planned.latest


def _write_hours(book: Book, offer: StagedOffer) -> None:
    """Power by month (down) and hour (across), then the whole power's project."""
    title = Word("逐月逐时可用功率，kW（P16）", "Power by month and hour, kW (P16)")
    page = add_page(book, Word("分时容量", "hours"), title)
    hours = [Heading(Word(f"{hour}时", f"{hour:02d} h"), "kW") for hour in range(24)]
    row = write_line(book, page, _TOP, offer.sentence, 25, 200.0) + 1
    if offer.hours is None:
        nothing = Word("未测算逐时可用功率", "power by hour was not worked out")
        page.write_string(row, 0, book.say(nothing), book.style("subtitle"))
        return
    row = write_table(book, page, row, [Heading(Word("月", "month")), *hours], _by_month(offer.hours)) + 1
    page.set_column(1, 24, 8.0)
    note = Word(
        "每格为该月该小时内任一时刻可用的总功率（不超过申请功率），该小时自整点起。“未知”不是0。",
        "Each cell: what may be drawn in all at any moment of that month's hour, from the full hour on, at most what "
        "was asked for. 'Unknown' is not 0.",
    )
    row = write_line(book, page, row, note, 25, 200.0)
    if _why_unknown(offer.hours):
        write_line(book, page, row, unknown_because(REASON.get(_why_unknown(offer.hours))), 25, 200.0)


def _by_month(hours: pd.DataFrame) -> list[list[Value]]:
    cells = {(int(row["month"]), int(row["hour"])): row for row in hours.to_dict("records")}
    return [[float(month), *(_power(cells.get((month, hour))) for hour in range(24))] for month in range(1, 13)]


def _power(cell: dict[Any, Any] | None) -> Value:
    return UNKNOWN if cell is None else figure(float(cell["kw"]))


def _why_unknown(hours: pd.DataFrame) -> str:
    """The reason of the first hour that is not known; empty where all are."""
    reasons = hours.loc[hours["kw"].isna(), "reason"]
    return "" if reasons.empty else str(reasons.iloc[0])


def _write_basis(book: Book) -> None:
    page = add_page(book, Word("依据", "basis"), Word("依据与说明", "Basis and remarks"), lying=False)
    row = write_facts(book, page, _TOP, Word("依据", "Basis"), basis_facts(book.assessment))
    numbered = [Fact(Word(f"{n}", f"{n}"), word) for n, word in enumerate(remarks_of(book.assessment), start=1)]
    nothing = [Fact(Word("说明", "remarks"), NONE)]
    row = write_facts(book, page, row, Word("影响精度的因素", "What makes the figures weaker"), numbered or nothing)
    best = book.assessment.best
    if best is not None and best.terms is not None:
        notes = [
            Fact(Word(f"{n}", f"{n}"), Word(f"{note.zh}（{note.source_zh}）", f"{note.en} ({note.source_en})"))
            for n, note in enumerate(best.terms.notes, start=1)
        ]
        write_facts(book, page, row, Word("条款", "Terms"), notes)
