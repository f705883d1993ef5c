"""The choice among measures: what was chosen and why, what was rejected and why, which needs stay open."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.measure import RULES, Verified
from capacity.tables.words import MEASURE_CHOICE, MEASURE_KIND, NEED_DUTY, NEED_ORIGIN, NEED_OUTCOME

_IDS = "Separated by ``;``."

MEASURE_CHOICES = table(
    "measure_choices",
    "措施比选",
    "measures chosen and rejected",
    "One row per measure.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "measure_id": text("措施编号", "measure id", key=True),
        "kind": text("措施类型", "kind", choices=tuple(MEASURE_KIND)),
        "chosen": flag("选用", "chosen"),
        "part": text(
            "所属组合", "part", "The verified set that it was chosen in: ids joined by ``+``.", missing="rejected"
        ),
        "cost_yuan": number("费用", "cost", "CNY", "Likely amount.", missing="not known", at_least=0.0),
        "reason": text("原因", "reason", choices=tuple(MEASURE_CHOICE)),
        "difference_yuan": number(
            "差额",
            "difference",
            "CNY",
            "Chosen: what the cheapest choice without it costs more. Rejected: what the cheapest choice with it costs "
            "more.",
            missing="not a matter of cost",
        ),
        "conflicts_with": text("与之冲突", "conflicts with", _IDS + " Chosen measures only.", missing="none"),
        "existing_need_ids": text(
            "所消除存量需求", "existing deficits cleared", _IDS + " By its part.", missing="none"
        ),
        "growth_need_ids": text("所消除增长需求", "needs of growth cleared", _IDS + " By its part.", missing="none"),
        "connection_need_ids": text(
            "所消除报装需求", "needs of connections cleared", _IDS + " By its part.", missing="none"
        ),
        "why_zh": text("理由（中文）", "why (Chinese)"),
        "why_en": text("理由（英文）", "why (English)"),
    },
)

NEED_OUTCOMES = table(
    "need_outcomes",
    "需求消除情况",
    "needs and what becomes of them",
    "One row per need, also of those that nothing clears.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "need_id": text("需求编号", "need id", key=True),
        "rule": text("规则", "rule", choices=RULES),
        "area_id": text("网格编号", "area id", missing="in no area"),
        "element_id": text("设备编号", "element id"),
        "origin": text("来源", "origin", choices=tuple(NEED_ORIGIN)),
        "duty": text("消除要求", "duty", choices=tuple(NEED_DUTY)),
        "due_on": moment("需求日期", "due on"),
        "outcome": text("结果", "outcome", choices=tuple(NEED_OUTCOME)),
        "measure_ids": text("由何措施", "by measures", _IDS, missing="not cleared"),
        "cleared_years": text("已消除年份", "years cleared", _IDS, missing="none"),
        "open_years": text("未消除年份", "years left open", _IDS, missing="none"),
        "why_zh": text("说明（中文）", "why (Chinese)"),
        "why_en": text("说明（英文）", "why (English)"),
    },
)

FEEDER_CHOICES = table(
    "feeder_choices",
    "线路措施汇总",
    "choice per feeder",
    "One row per feeder. Open need-years: one need in one year counts one.",
    {
        "feeder_id": text("线路编号", "feeder id", key=True),
        "measure_ids": text("选用措施", "measures", _IDS, missing="none"),
        "cost_yuan": number("费用合计", "cost", "CNY", at_least=0.0),
        "existing_cost_yuan": number(
            "存量问题所需", "for existing deficits", "CNY", "The cheapest choice that clears these alone."
        ),
        "growth_cost_yuan": number(
            "负荷增长所增",
            "added by growth",
            "CNY",
            "What clearing these too costs on top; below zero only where conflicts forbid to clear both.",
        ),
        "connection_cost_yuan": number("新报装所增", "added by connections", "CNY", "What these cost on top of both."),
        "open_must": count("必须消除而未消除", "open need-years of P4, P6, P10"),
        "open_pre_control": count("预管控未消除", "open need-years of P5"),
        "greedy_cost_yuan": number(
            "逐项贪心费用", "cost of the greedy choice", "CNY", "Always the best value for money next; for comparison."
        ),
        "greedy_open_must": count("贪心未消除（必须）", "left open by greedy: P4, P6, P10"),
        "greedy_open_pre_control": count("贪心未消除（预管控）", "left open by greedy: P5"),
        "verified_as_one": flag(
            "整体已校核",
            "verified as one",
            "False: it consists of parts stated to be independent, and the whole was not solved together yet.",
        ),
    },
)


@dataclass(frozen=True)
class Choice:
    """The measures chosen on all feeders; tables as their schemas here.

    Attributes
    ----------
    parts : the verified sets chosen, each a project. Where a smaller set has been verified to do until a later year,
        the planner divides them further (``Verified.after``).
    """

    measures: pd.DataFrame
    needs: pd.DataFrame
    feeders: pd.DataFrame
    parts: tuple[Verified, ...]
