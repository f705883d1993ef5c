"""Why a plan is needed: needs by rule and origin, remediation cases, and on whom the cost is laid."""

from __future__ import annotations

import pandas as pd

from capacity.reports import saying
from capacity.reports.findings import rule_rank
from capacity.reports.saying import column, same
from capacity.tables.report import NOT_APPLICABLE, NOTHING, UNKNOWN, Block, Grid, Paragraph, PlanInput
from capacity.tables.words import NEED_ORIGIN, P19_CAUSE, Word

_MOST_CASES, _MOST_FEEDERS = 12, 40


def blocks_of(one: PlanInput) -> list[Block]:
    """Needs, and the remediation cases (P19) that hold or cannot be settled."""
    if one.plan.needs.empty:
        blocks: list[Block] = [Paragraph(Word("没有需求：期内不触发任何规则。", "There are no needs: no rule fires."))]
    else:
        blocks = [needs_table(one)]
    return [*blocks, *_remediation(one)]


def needs_table(one: PlanInput) -> Grid:
    """Needs by rule and origin, with the worst value of each rule."""
    needs = one.plan.needs
    rows = []
    for rule in sorted(needs["rule"].unique(), key=rule_rank):
        mine = needs[needs["rule"].eq(rule)]
        by_origin = [saying.number(int(mine["origin"].eq(origin).sum())) for origin in NEED_ORIGIN]
        rows.append((same(rule), saying.number(len(mine)), *by_origin, _worst(mine)))
    return Grid(
        Word("需求：按规则和来源", "Needs by rule and origin"),
        (
            column("规则", "rule", 0.5),
            column("需求", "needs", 0.5, right=True),
            *(column(word.zh, word.en, 0.8, right=True) for word in NEED_ORIGIN.values()),
            column("最不利者", "the worst", 2.6),
        ),
        tuple(rows),
        one.source.line,
        Word(
            "存量问题在没有增长和新报装时已存在；一条需求是一台设备或一个网格的一条规则。",
            "Existing deficits are there without growth and without new connections. A need is one rule at one "
            "element.",
        ),
    )


def _worst(needs: pd.DataFrame) -> Word:
    far = (needs["value"] - needs["threshold"]).abs()
    row = needs.loc[far.idxmax()] if far.notna().any() else needs.iloc[0]
    return saying.pair(row, "evidence")


def _remediation(one: PlanInput) -> list[Block]:
    cases = one.plan.cases
    told = cases[~cases["fires"].eq(False).fillna(False)]
    if told.empty:
        if cases.empty:
            text = Word("整治对象（P19）未判定。", "Remediation cases (P19) were not judged.")
        else:
            text = Word(
                f"判定了 {len(cases)} 条整治（P19），均不成立。", f"None of {len(cases)} remediation cases (P19) holds."
            )
        return [Paragraph(text)]
    rows = [
        (
            saying.stated(row["area_id"], otherwise=saying.stated(row["feeder_id"])),
            saying.coded(row["cause"], P19_CAUSE),
            saying.with_unit(_value(row), same(row["unit"])),
            saying.exact(row["threshold"]),
            UNKNOWN if saying.missing(row["fires"]) else Word("成立", "holds"),
            saying.pair(row, "evidence"),
        )
        for row in told.head(_MOST_CASES).to_dict("records")
    ]
    more = len(told) - len(rows)
    return [
        Grid(
            Word(
                f"整治对象（P19）：{len(told)} 条成立或无法判定，共判定 {len(cases)} 条",
                f"Remediation cases (P19): {len(told)} of {len(cases)} hold or cannot be settled",
            ),
            (
                column("网格或线路", "area or feeder", 0.8),
                column("原因", "cause", 1.4),
                column("数值", "value", 0.7, right=True),
                column("门槛", "threshold", 0.7, right=True),
                column("判定", "result", 0.6),
                column("依据", "evidence", 2.2),
            ),
            tuple(rows),
            one.source.line,
            Word(f"另有 {more} 条未列。", f"{more} more are not listed.") if more else NOTHING,
        )
    ]


def _value(row: dict[object, object] | pd.Series) -> Word:
    value = saying.exact(row["value"])
    bound = row["is_lower_bound"]
    return same(f"≥ {value.en}") if value != UNKNOWN and not saying.missing(bound) and bool(bound) else value


def cost_by_origin(one: PlanInput) -> list[Block]:
    """Per feeder what the existing deficits alone cost, what growth adds and what connections add."""
    feeders = one.plan.feeders[one.plan.feeders["measure_ids"].notna()].sort_values("feeder_id")
    if feeders.empty:
        return []
    amounts = ("cost_yuan", "existing_cost_yuan", "growth_cost_yuan", "connection_cost_yuan")
    rows = [
        (
            same(row["feeder_id"]),
            *(saying.yuan(row[name]) for name in amounts),
            saying.number(row["open_must"]),
            Word("是", "yes") if row["verified_as_one"] else Word("否", "no"),
        )
        for row in feeders.head(_MOST_FEEDERS).to_dict("records")
    ]
    sums = (saying.yuan(feeders[name].sum()) for name in amounts)
    rows.append((Word("合计", "total"), *sums, saying.number(feeders["open_must"].sum()), NOT_APPLICABLE))
    more = len(feeders) - len(rows) + 1
    left = Word(f"另有 {more} 条线路未列，已计入合计。", f"{more} more feeders are in the total.") if more else NOTHING
    return [
        Grid(
            Word("各线路费用由何而来（万元）", "What the cost of each feeder is for (10⁴ CNY)"),
            (
                column("线路", "feeder", 0.8),
                column("费用", "cost", 0.7, right=True),
                column("存量问题所需", "for existing deficits", 1.0, right=True),
                column("负荷增长所增", "added by growth", 1.0, right=True),
                column("新报装所增", "added by connections", 1.0, right=True),
                column("未消除（必须）", "left open, need-years", 1.0, right=True),
                column("整体已校核", "verified as one", 0.8),
            ),
            tuple(rows),
            one.source.line,
            Word(
                f"新报装不分摊存量问题。整体已校核：选用的各部分一起算过潮流。{left.zh}",
                "Connections bear nothing of what was short before. Verified as one: the parts chosen were solved "
                f"together. {left.en}".strip(),
            ),
            frozenset({len(rows) - 1}),
        )
    ]
