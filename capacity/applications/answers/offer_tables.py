"""The tables of an offer on paper: options, costs, stages, hours."""

from __future__ import annotations

import math

import pandas as pd

from capacity.applications.answers.blocks import Row, Table
from capacity.applications.answers.facts import allowed_in_words, limit_percent, option_name, room_told
from capacity.applications.answers.rules import rules_of
from capacity.applications.answers.told import (
    NOT_WORKED_OUT,
    UNKNOWN,
    Language,
    allowed_room,
    day_in_words,
    limit_in_words,
    lowest_voltage,
    say,
    why_no_load_rate,
    why_no_load_rate_before,
    why_no_voltage,
)
from capacity.tables.assessment import Assessment, Option
from capacity.tables.stage_plan import StagePlan
from capacity.tables.words import PAYER, PROJECT_STAGE, VERDICT, WORK_PART, WORK_UNIT, Word
from capacity.tables.works import CostEstimate, CostItem, Yuan
from capacity.units import rounded_down

_RANKED, _REJECTED, _REASONS = 6, 4, 4
"""How many options a sheet of paper has rows for, and how many reasons it tells for the others."""


def option_table(assessment: Assessment, language: Language) -> Table:
    """The options that are told on paper, with reason and place below the figures."""
    limit = limit_percent(assessment)
    shown = "P6" if math.isnan(limit) else f"{limit:g} %"
    headings = (
        Word("序", "no."),
        Word("方案", "option"),
        Word("结论", "verdict"),
        Word(f"允许接入 kVA（配变≤{shown}）", f"allowed kVA (transf. ≤ {shown})"),
        Word("配变负载率 %", "load rate %"),
        Word("最低电压 V", "lowest V"),
        Word("路径 m", "route m"),
        Word("费用 元", "cost CNY"),
        Word("最早送电", "supply from"),
    )
    rows = tuple(_option_row(assessment, option, language) for option in options_on_paper(assessment))
    return Table(
        headings=tuple(say(word, language) for word in headings),
        shares=(7.0, 43.0, 25.0, 22.0, 21.0, 14.0, 12.0, 17.0, 24.0),
        right=frozenset({3, 4, 5, 6, 7}),
        rows=rows,
    )


def options_on_paper(assessment: Assessment) -> tuple[Option, ...]:
    """The best options and the nearest of the rejected that were worked out; the workbook has every one."""
    rejected = [option for option in assessment.rejected if option.finding is not None]
    kept = {option.key for option in (*assessment.ranked[:_RANKED], *rejected[:_REJECTED])}
    if assessment.staged is not None:
        kept |= {assessment.staged.option_key, assessment.staged.full_key}
    return tuple(option for option in assessment.options if option.key in kept)


def left_out_words(assessment: Assessment) -> list[Word]:
    """The options that have no row on paper: the ranked by their number, the rejected by their reason."""
    shown = {option.key for option in options_on_paper(assessment)}
    rest = [option for option in assessment.options if option.key not in shown]
    marks, told = assessment.marks, []
    ranked = [marks[option.key] for option in rest if option.rank]
    if ranked:
        told.append(
            Word(
                f"另有{len(ranked)}个可行方案（第{'、'.join(ranked)}位），见 Excel 答复。",
                f"{len(ranked)} more options will do (no. {', '.join(ranked)}): see the workbook.",
            )
        )
    reasons = dict.fromkeys(option.reason for option in rest if not option.rank)
    for reason in list(reasons)[:_REASONS]:
        names = [f"{marks[one.key]} {one.candidate.target_id}" for one in rest if not one.rank and one.reason == reason]
        told.append(
            Word(
                f"未采用 {'、'.join(names)}：{reason.zh.rstrip('。')}。",
                f"Rejected {', '.join(names)}: {reason.en.rstrip('.')}.",
            )
        )
    if len(reasons) > _REASONS:
        told.append(Word("其余见 Excel 答复。", "The others: see the workbook."))
    return told


def _option_row(assessment: Assessment, option: Option, language: Language) -> Row:
    cost = Word(_yuan(option.cost.total.likely), _yuan(option.cost.total.likely)) if option.cost else NOT_WORKED_OUT
    route = f"{option.candidate.route_m:,.0f}"
    words = (
        option_name(option),
        VERDICT[option.verdict],
        _short(allowed_in_words(option)),
        _load_rate(option),
        _voltage(option),
        Word(route, route),
        cost,
        day_in_words(option.energised) if option.rank else Word("—", "—"),
    )
    return Row(
        (assessment.marks[option.key], *(say(word, language) for word in words)),
        note=_note(option, language),
        strong=option.rank == 1,
    )


def _note(option: Option, language: Language) -> str:
    """Reason, place, who pays, what limits it, and the rules."""
    said_twice = option.reason.zh.rstrip("。") in option.place.zh
    parts = [option.place] if said_twice else [option.reason, option.place]
    finding = option.finding
    allowed = allowed_room(option)
    if allowed is not None and finding is not None and not finding.broken and allowed.binding is not None:
        binding = limit_in_words(allowed.binding)
        parts.append(Word(f"再多则受限于：{binding.zh}", f"more is limited by: {binding.en}"))
    if option.second is not None:
        told = room_told(option.second.strict)
        parts.append(Word(f"第二路允许接入 {told.zh} kVA", f"second feeder: {told.en} kVA allowed"))
    if option.cost is not None:
        ours, yours, left = (_yuan(one.likely) for one in (option.cost.company, option.cost.customer, option.cost.open))
        split = Word(f"企业 {ours}、用户 {yours}、待定 {left} 元", f"company {ours}, you {yours}, open {left} CNY")
        parts.append(split)
    text = ("；" if language == "zh" else "; ").join(say(part, language).rstrip("。.") for part in parts)
    return f"{text} [{', '.join(rules_of(option))}]"


def _short(word: Word) -> Word:
    """Unknown without its reason, which stands in the note."""
    return Word(word.zh.split("：")[0], word.en.split(":")[0])


def _load_rate(option: Option) -> Word:
    finding = option.finding
    if finding is None:
        return NOT_WORKED_OUT
    why = why_no_load_rate(option, finding)
    if why is not None:
        return _short(why)
    after = f"→ {rounded_down(finding.load_rate_percent, 1):.1f}"
    if why_no_load_rate_before(option, finding) is not None:
        return Word(f"新建 {after}", f"new {after}")
    text = f"{rounded_down(finding.load_rate_before_percent, 1):.1f} {after}"
    return Word(text, text)


def _voltage(option: Option) -> Word:
    finding = option.finding
    if finding is None:
        return NOT_WORKED_OUT
    lowest_v = lowest_voltage(finding)[0]
    if why_no_voltage(finding.strict, lowest_v) is not None:
        return UNKNOWN
    text = f"{rounded_down(lowest_v, 1):,.1f}"
    return Word(text, text)


def _yuan(value: float) -> str:
    return f"{value:,.0f}"


def cost_table(cost: CostEstimate, language: Language) -> Table:
    """The lines of an estimate, and its sums."""
    headings = (
        Word("工程", "work"), Word("费用构成", "part"), Word("数量", "quantity"), Word("金额 元", "amount CNY"),
        Word("区间 元", "range CNY"), Word("承担方", "paid by"),
    )  # fmt: skip
    sums = (
        (Word("合计", "in all"), cost.total, ""),
        (PAYER["company"], cost.company, "P12, P13"),
        (PAYER["customer"], cost.customer, "P12, P13"),
        (PAYER["open"], cost.open, "P13"),
    )
    rows = [_cost_row(item, language) for item in cost.items]
    rows += [
        Row((say(word, language), rules, "", _yuan(amount.likely), _range(amount), ""), strong=number == 0)
        for number, (word, amount, rules) in enumerate(sums)
    ]
    return Table(
        tuple(say(word, language) for word in headings), (56.0, 44.0, 22.0, 20.0, 30.0, 24.0), frozenset({2, 3, 4}),
        tuple(rows),
    )  # fmt: skip


def _cost_row(item: CostItem, language: Language) -> Row:
    unit = WORK_UNIT.get(item.unit)
    quantity = f"{item.quantity:,.1f}".removesuffix(".0") + f" {say(unit, language)}" if unit else "—"
    payer = PAYER[item.payer]
    return Row(
        (
            say(item.work.words, language),
            say(WORK_PART[item.part], language),
            quantity,
            _yuan(item.amount.likely),
            _range(item.amount),
            say(payer, language),
        )
    )


def _range(amount: Yuan) -> str:
    return _yuan(amount.low) if amount.low == amount.high else f"{_yuan(amount.low)}–{_yuan(amount.high)}"


def stage_table(plan: StagePlan, language: Language) -> Table:
    """The stages of a plan with their days."""
    headings = (Word("阶段", "stage"), Word("工作日", "working days"), Word("开始", "start"), Word("完成", "finish"))
    rows = tuple(
        Row(
            (
                say(PROJECT_STAGE[stage.stage], language),
                f"{stage.working_days}",
                say(day_in_words(stage.start), language),
                say(day_in_words(stage.finish), language),
            )
        )
        for stage in plan.stages
    )
    return Table(tuple(say(word, language) for word in headings), (40.0, 24.0, 59.0, 59.0), frozenset({1}), rows)


def hour_table(hours: pd.DataFrame, language: Language) -> Table:
    """Power in kW by month (down) and hour (across), whole kW rounded down; ``?`` unknown."""
    known = {(int(row["month"]), int(row["hour"])): float(row["kw"]) for row in hours.to_dict("records")}
    rows = tuple(
        Row((f"{month}", *(_power(known.get((month, hour), math.nan)) for hour in range(24)))) for month in range(1, 13)
    )
    headings = (say(Word("月", "mon"), language), *(f"{hour}" for hour in range(24)))
    return Table(headings, (8.0, *[7.25] * 24), frozenset(range(1, 25)), rows, size_pt=6.2)


def _power(kw: float) -> str:
    return "?" if math.isnan(kw) else f"{rounded_down(kw):.0f}"
