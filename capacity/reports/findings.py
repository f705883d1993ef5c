"""What a run found fault with: alerts by rule, issues of the data, doubts about its own figures."""

from __future__ import annotations

import pandas as pd

from capacity.reports import saying
from capacity.reports.saying import column, same
from capacity.tables.report import Block, Callout, Grid, Paragraph, RunInput
from capacity.tables.run import Manifest
from capacity.tables.words import ACTION, EFFECT, SEVERITY, Word

_ALERTS_PER_RULE = 3
RULE_ORDER = ("P4", "P6", "P5", "P3", "P10")


def alert_blocks(one: RunInput) -> list[Block]:
    """Alerts by rule, the worst of each in words."""
    alerts = one.run.alerts
    if alerts.empty:
        return [Paragraph(Word("没有预警。", "There are no alerts."))]
    rows: list[tuple[Word, ...]] = []
    strong: list[int] = []
    for rule in sorted(alerts["rule"].unique(), key=rule_rank):
        mine = worst_first(alerts[alerts["rule"].eq(rule)])
        first = mine.iloc[0]
        strong.append(len(rows))
        action = saying.coded(first["action"], ACTION)
        rows.append((same(rule), saying.number(len(mine)), action))
        for place, row in enumerate(mine.head(_ALERTS_PER_RULE).to_dict("records"), start=1):
            rows.append((same(f"{rule} · {place}"), Word("", ""), saying.pair(row, "message")))
    return [
        Grid(
            Word("按规则统计的预警及最严重者", "Alerts by rule, and the worst of each"),
            (
                column("规则", "rule", 0.6),
                column("数量", "number", 0.4, right=True),
                column("动作；说明", "action; what was found", 3.6),
            ),
            tuple(rows),
            one.source.line,
            Word(
                "门槛取自政策文件，逐条写在说明中。", "The thresholds are those of the policy file, said in each line."
            ),
            frozenset(strong),
        )
    ]


def worst_first(alerts: pd.DataFrame) -> pd.DataFrame:
    """Alerts of one rule by how far the value is from the threshold, in the direction of that rule."""
    beyond = (alerts["value"] - alerts["threshold"]).abs()
    order = alerts.assign(_beyond=beyond).sort_values(["_beyond", "element_id"], ascending=[False, True])
    return order.drop(columns="_beyond")


def rule_rank(rule: str) -> int:
    """The most urgent rule first."""
    return RULE_ORDER.index(rule) if rule in RULE_ORDER else len(RULE_ORDER)


def quality_blocks(one: RunInput) -> list[Block]:
    """Issues of the data, and how the results were put to the test."""
    quality, m = one.run.quality, one.run.manifest
    rows = []
    for (severity, effect), group in quality.groupby(["severity", "effect"], sort=False):
        found = saying.listed(sorted({str(area) for area in group["area_id"].dropna()}))
        rows.append(
            (
                saying.coded(severity, SEVERITY),
                saying.coded(effect, EFFECT),
                saying.number(len(group)),
                found,
                saying.pair(group.iloc[0], "sentence"),
            )
        )
    table = Grid(
        Word("数据质量问题及其影响", "Issues of the data and what they did"),
        (
            column("级别", "severity", 0.6),
            column("影响", "effect", 1.1),
            column("条数", "number", 0.5, right=True),
            column("涉及网格", "areas", 1.2),
            column("示例", "example", 2.6),
        ),
        tuple(rows),
        one.source.line,
    )
    checks = [Callout("care" if doubtful else "good", text) for doubtful, text in (_crosscheck(m), _verified(m))]
    if quality.empty:
        return [Paragraph(Word("没有数据质量问题。", "There are no issues of data quality.")), *checks]
    return [table, *checks]


def _crosscheck(m: Manifest) -> tuple[bool, Word]:
    passed, steps = m.crosscheck_passed, m.crosscheck_steps
    if passed is None:
        return True, Word("未与第二个求解程序核对。", "Not checked against a second solver.")
    verdict = Word("一致", "they agree") if passed else Word("不一致", "they DISAGREE")
    return not passed, Word(
        f"以 pandapower 复算 {steps} 步，结果{verdict.zh}。",
        f"{steps} steps solved again with pandapower: {verdict.en}.",
    )


def _verified(m: Manifest) -> tuple[bool, Word]:
    sample = m.verification
    if sample is None:
        return True, Word(
            "节点容量未经抽样核验或未计算。", "Node capacities were not put to the test, or not computed."
        )
    extent = (
        Word("全部时刻", "at every step")
        if sample.full_window
        else Word("仅最严重与抽取的时刻", "at the worst and some drawn steps only")
    )
    return bool(sample.false_open), Word(
        f"抽样核验 {sample.nodes} 个节点容量（{extent.zh}）："
        f"虚高 {sample.false_open} 个，虚低 {sample.false_blocked} 个。",
        f"{sample.nodes} node capacities put to the test ({extent.en}): {sample.false_open} too large, "
        f"{sample.false_blocked} too small.",
    )
