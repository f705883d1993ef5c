"""The chapter about a plan: why it is needed, what was chosen and rejected and why, what stays open."""

from __future__ import annotations

from typing import Any

import pandas as pd

from capacity.reports import costs, plan_effects, plan_needs, saying
from capacity.reports.costs import MARK, chosen_measures, cost_of, mark_words, range_words
from capacity.reports.findings import rule_rank
from capacity.reports.saying import column, joined, same
from capacity.tables.report import (
    NOT_APPLICABLE,
    UNKNOWN,
    Block,
    Chapter,
    Grid,
    Heading,
    Paragraph,
    PlanInput,
    Points,
)
from capacity.tables.words import (
    MEASURE_CHOICE,
    MEASURE_KIND,
    NEED_OUTCOME,
    Word,
)

_MOST_REJECTED, _MOST_OPEN = 3, 20
_BY_COST = ("dearer", "equal", "leaves_open")


def chapter_of(one: PlanInput, number: int, *, several: bool, several_cases: bool) -> Chapter:
    """One plan from its needs to its claims."""
    key, r = f"plan{number}", one.plan.record
    title = Word("规划", "Reinforcement plan")
    if several or several_cases:
        where = Word("", "")
        if several_cases:
            where = Word(f"{r.case_title_zh}（{r.case_name}），", f"{r.case_title_en} ({r.case_name}), ")
        title = Word(
            f"{title.zh}：{where.zh}{one.source.scenario.zh}", f"{title.en}: {where.en}{one.source.scenario.en}"
        )
    blocks: list[Block] = [
        Paragraph(_about(one)),
        *_remarks(one),
        Heading(Word("为什么需要", "Why it is needed")),
        *plan_needs.blocks_of(one),
        Heading(Word("选用的措施", "What was chosen, and why")),
        *_chosen(one),
        *plan_needs.cost_by_origin(one),
        Heading(Word("未选用的措施", "What was rejected, and why")),
        *_rejected(one),
        *_open(one),
        *plan_effects.blocks_of(one, key),
    ]
    return Chapter(key, title, tuple(blocks), _findings(one))


def _about(one: PlanInput) -> Word:
    r = one.plan.record
    return Word(
        f"规划期 {saying.span(r.years)} 年，情景：{one.source.scenario.zh}，抽样 {r.draw}（0 为中心抽样），随机"
        f"种子 {r.seed}。候选措施 {len(one.plan.measures)} 项，以潮流校核了 {r.verified_sets} 个措施组合。"
        f"候选：{r.candidates_basis_zh}。价格年份 {r.price_year}。",
        f"Years {saying.span(r.years)}, scenario: {one.source.scenario.en}, draw {r.draw} (0: the central one), "
        f"seed {r.seed}. {len(one.plan.measures)} candidates; {r.verified_sets} sets of measures were verified by load "
        f"flow. Candidates: {r.candidates_basis_en}. Prices of {r.price_year}.",
    )


def _remarks(one: PlanInput) -> list[Block]:
    r = one.plan.record
    told = tuple(Word(zh, en) for zh, en in zip(r.remarks_zh, r.remarks_en, strict=False))
    return [Points(told)] if told else []


def _chosen(one: PlanInput) -> list[Block]:
    plan, chosen = one.plan, chosen_measures(one.plan)
    if chosen.empty:
        return [Paragraph(Word("没有选用任何措施。", "No measure was chosen."))]
    why = plan.choices.set_index("measure_id")
    rows = [
        (
            same(row["measure_id"]),
            saying.coded(row["kind"], MEASURE_KIND),
            saying.pair(row, "works"),
            *_costs(row),
            _why(why.loc[row["measure_id"]]),
        )
        for row in chosen.to_dict("records")
    ]
    total = cost_of(chosen)
    rows.append(
        (
            Word("合计", "total"),
            saying.counted(len(chosen), "项", "measure"),
            NOT_APPLICABLE,
            saying.yuan(total.likely),
            same(f"{saying.yuan(total.low).en}–{saying.yuan(total.high).en}"),
            saying.coded(total.mark, MARK),
            Word(f"{total.unpriced} 项价格未知，未计入", f"{total.unpriced} without a price are not in it")
            if total.unpriced
            else Word("", ""),
        )
    )
    return [
        Grid(
            Word("选用的措施与理由", "Measures chosen, and why"),
            (
                column("措施", "measure", 0.8),
                column("类型", "kind", 0.9),
                column("工程内容", "works", 1.6),
                column("费用", "cost", 0.85, right=True, unit=saying.YUAN_UNIT),
                column("低–高", "low–high", 0.8, right=True),
                column("价格可信度", "price", 0.8),
                column("选用理由", "why", 2.2),
            ),
            tuple(rows),
            one.source.line,
            _mark_note(chosen),
            frozenset({len(rows) - 1}),
        )
    ]


def _mark_note(measures: pd.DataFrame) -> Word:
    told = mark_words(measures)
    return Word(
        f"价格可信度取各项中最弱者：{told.zh}。费用不论由谁承担。",
        f"The mark is that of the weakest price of a measure: {told.en}. Whoever pays.",
    )


def _costs(row: Any) -> tuple[Word, Word, Word]:
    if saying.missing(row["cost_low_yuan"]) or saying.missing(row["cost_high_yuan"]):
        spread = UNKNOWN
    else:
        spread = same(f"{saying.yuan(row['cost_low_yuan']).en}–{saying.yuan(row['cost_high_yuan']).en}")
    mark = saying.coded(row["cost_mark"], MARK, otherwise=UNKNOWN)
    return saying.yuan(row["cost_yuan"]), spread, mark


def _why(choice: Any) -> Word:
    reason = saying.coded(choice["reason"], MEASURE_CHOICE)
    told = saying.pair(choice, "why")
    return told if told.zh else reason


def rejected_in_order(one: PlanInput) -> pd.DataFrame:
    """Rejected measures: those that were possible first, by what they would cost more; unknown differences last."""
    choices = one.plan.choices
    rejected = choices[~choices["chosen"].eq(True)].copy()
    rejected["_possible"] = ~rejected["reason"].isin(_BY_COST)
    order = ["feeder_id", "_possible", "difference_yuan", "cost_yuan", "measure_id"]
    return rejected.sort_values(order, na_position="last").drop(columns="_possible")


def _rejected(one: PlanInput) -> list[Block]:
    rejected = rejected_in_order(one)
    if rejected.empty:
        return [Paragraph(Word("没有未选用的候选措施。", "No candidate was rejected."))]
    works = one.plan.measures.set_index("measure_id")
    shown = rejected.groupby("feeder_id", sort=True).head(_MOST_REJECTED)
    rows = [
        (
            same(row["measure_id"]),
            saying.coded(row["kind"], MEASURE_KIND),
            saying.pair(works.loc[row["measure_id"]], "works") if row["measure_id"] in works.index else NOT_APPLICABLE,
            saying.yuan(row["cost_yuan"]),
            saying.yuan(row["difference_yuan"], otherwise=NOT_APPLICABLE),
            saying.coded(row["reason"], MEASURE_CHOICE),
            _why(row),
        )
        for row in shown.to_dict("records")
    ]
    reasons = joined(
        Word(f"{MEASURE_CHOICE[code].zh} {n} 项", f"{n} {MEASURE_CHOICE[code].en}")
        for code, n in rejected["reason"].value_counts().items()
    )
    return [
        Grid(
            Word(
                f"每条线路最省的未选方案（列 {len(rows)} 项，共 {len(rejected)} 项）",
                f"The cheapest alternatives of each feeder ({len(rows)} of {len(rejected)} rejected)",
            ),
            (
                column("措施", "measure", 0.8),
                column("类型", "kind", 0.9),
                column("工程内容", "works", 1.5),
                column("费用", "cost", 0.85, right=True, unit=saying.YUAN_UNIT),
                column("方案差额", "dearer by", 0.85, right=True, unit=saying.YUAN_UNIT),
                column("原因", "reason", 0.9),
                column("说明", "why", 2.2),
            ),
            tuple(rows),
            one.source.line,
            Word(
                f"全部未选原因：{reasons.zh}。方案差额：包含该措施的最省方案比选用方案贵多少；“—”与费用无关。",
                f"All rejected: {reasons.en}. Dearer by: what the cheapest choice with it costs more; —: not a matter "
                "of cost.",
            ),
        )
    ]


def _open(one: PlanInput) -> list[Block]:
    outcomes = one.plan.outcomes
    left = outcomes[outcomes["outcome"].ne("cleared") & outcomes["duty"].ne("listed")].sort_values(
        ["rule", "need_id"], key=lambda s: s.map(rule_rank) if s.name == "rule" else s
    )
    if left.empty:
        return [Paragraph(Word("必须或应当消除的需求全部消除。", "Every need that is to be cleared is cleared."))]
    rows = [
        (
            same(row["need_id"]),
            same(row["rule"]),
            saying.stated(row["element_id"]),
            saying.coded(row["outcome"], NEED_OUTCOME),
            saying.stated(row["open_years"]),
            saying.pair(row, "why"),
        )
        for row in left.head(_MOST_OPEN).to_dict("records")
    ]
    return [
        Heading(Word("仍未消除的需求", "What stays open")),
        Grid(
            Word(f"未消除的需求（{len(left)} 条）", f"Needs left open ({len(left)})"),
            (
                column("需求", "need", 0.8),
                column("规则", "rule", 0.4),
                column("设备", "element", 0.8),
                column("结果", "outcome", 0.8),
                column("未消除年份", "years open", 1.0),
                column("说明", "why", 2.4),
            ),
            tuple(rows),
            one.source.line,
            Word(f"另有 {len(left) - len(rows)} 条未列。", f"{len(left) - len(rows)} more are not listed.")
            if len(left) > len(rows)
            else Word("", ""),
        ),
    ]


def _findings(one: PlanInput) -> tuple[Word, ...]:
    plan, chosen = one.plan, chosen_measures(one.plan)
    told, marks = range_words(cost_of(chosen)), costs.mark_words(chosen)
    open_ = plan.outcomes[plan.outcomes["outcome"].ne("cleared") & plan.outcomes["duty"].eq("must")]
    left = saying.counted(len(open_), "条", "need that has to be cleared", "needs that have to be cleared")
    found = Word(
        f"规划（{one.source.scenario.zh}）：{len(plan.needs)} 条需求，选用 {len(chosen)} 项措施，费用 {told.zh} 万元"
        f"（价格：{marks.zh}），必须消除而未消除 {left.zh}。",
        f"Plan ({one.source.scenario.en}): {len(plan.needs)} needs, {len(chosen)} measures chosen for {told.en} × 10⁴ "
        f"CNY (prices: {marks.en}); left open: {left.en}.",
    )
    return saying.keyed(one.source.key, [found])
