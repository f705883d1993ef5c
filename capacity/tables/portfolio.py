"""The project list: what is to be built, by when, for whom, in which order, and what a budget leaves out (P16–P19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.stage_plan import StagePlan
from capacity.tables.words import BUDGET_STATE, P19_CAUSE, URGENCY
from capacity.tables.works import Work

_IDS = "Separated by ``;``."

P19_CASES = table(
    "p19_cases",
    "整治对象判定",
    "remediation cases (P19)",
    "One row per area or feeder and cause that was judged.",
    {
        "feeder_id": text("线路编号", "feeder id", missing="an area of several feeders"),
        "area_id": text("网格编号", "area id", missing="about the feeder"),
        "cause": text("原因", "cause", choices=tuple(P19_CAUSE)),
        "value": number("数值", "value", "see unit", missing="not known", at_least=0.0),
        "threshold": number("门槛", "threshold", "see unit", missing="area class not known"),
        "unit": text("单位", "unit"),
        "is_lower_bound": flag("为下限", "is a lower bound", "Some outages do not state their customers."),
        "fires": flag("成立", "fires", missing="cannot be settled: too little is known"),
        "evidence_zh": text("依据（中文）", "evidence (Chinese)"),
        "evidence_en": text("依据（英文）", "evidence (English)"),
    },
)

PROJECT_LIST = table(
    "project_list",
    "项目清单",
    "project list",
    "One row per project: a verified set of measures, or a remediation case (P19) without a measure yet.",
    {
        "rank": count("排序", "rank", "1: first."),
        "project_id": text("项目编号", "project id", key=True),
        "name_zh": text("项目名称", "project name (Chinese)"),
        "name_en": text("项目名称（英文）", "project name (English)"),
        "feeder_id": text("线路编号", "feeder id", missing="an area of several feeders"),
        "rule": text("触发规则", "rule", "The most urgent rule that it clears."),
        "rules": text("全部规则", "all rules", _IDS),
        "urgency": text("紧迫程度", "urgency", choices=tuple(URGENCY)),
        "measure_ids": text("措施", "measures", _IDS, missing="no measure yet"),
        "after_ids": text("先行措施", "after measures", "Done before, by another project. " + _IDS, missing="none"),
        "element_ids": text("设备编号", "element ids", _IDS, missing="none"),
        "area_ids": text("网格编号", "area ids", _IDS, missing="none"),
        "due_on": moment("需求日期", "due on", missing="no day stated"),
        "initiate_on": moment("立项日期", "initiate on", "Latest start.", missing="not scheduled, or no such stage"),
        "release_on": moment("出库日期", "release on", "End of the stage.", missing="not scheduled, or no such stage"),
        "commissioning_date": moment("投产日期", "commissioning date", missing="not scheduled"),
        "late_days": count("延期天数", "late by days", "After the day due; 0: in time.", missing="not scheduled"),
        "dates_estimated": flag("日期为估算", "dates estimated", "They rest on working days not yet published."),
        "cost_yuan": number("投资", "cost", "CNY", missing="not known", at_least=0.0),
        "released_kva": number("释放容量", "released capacity", "kVA", "Verified for the set.", missing="not known"),
        "released_kva_per_10k_yuan": number(
            "每万元释放容量", "released per 10,000 CNY", "kVA/10⁴ CNY", missing="capacity or cost unknown, or no cost"
        ),
        "losses_saved_kwh_per_year": number("年节约损耗", "losses saved", "kWh/a", missing="not known"),
        "customers": count("受益户数", "customers who benefit", "Of its areas.", missing="unknown for an area"),
        "p19_causes": text("整治原因", "remediation causes (P19)", _IDS, missing="none"),
        "existing_need_ids": text("存量需求", "existing deficits", _IDS, missing="none"),
        "growth_need_ids": text("增长需求", "needs of growth", _IDS, missing="none"),
        "connection_need_ids": text("报装需求", "needs of connections", _IDS, missing="none"),
        "evidence_zh": text("依据（中文）", "evidence (Chinese)"),
        "evidence_en": text("依据（英文）", "evidence (English)"),
        "budget_year": count("预算年度", "budget year", "Year in which it is paid.", missing="not placed"),
        "budget_state": text("预算安排", "budget", choices=tuple(BUDGET_STATE)),
        "risk_zh": text("风险（中文）", "risk (Chinese)", "What stays open without it, or until it is there."),
        "risk_en": text("风险（英文）", "risk (English)"),
    },
)

BUDGET_YEARS = table(
    "budget_years",
    "预算年度",
    "budget years",
    "One row per year with a stated budget.",
    {
        "year": count("年度", "year"),
        "budget_yuan": number("预算", "budget", "CNY", at_least=0.0),
        "used_yuan": number("已安排", "used", "CNY", at_least=0.0),
        "project_ids": text("项目", "projects", _IDS, missing="none"),
    },
)


@dataclass(frozen=True)
class Schedulers:
    """How works are placed in time, with today, calendar and durations already in them.

    ``back(works, due_on)`` and ``forward(works)`` are ``works.schedule_back`` and ``works.schedule_forward``.
    """

    back: Callable[[Sequence[Work], dt.date], StagePlan]
    forward: Callable[[Sequence[Work]], StagePlan]


@dataclass(frozen=True)
class Portfolio:
    """The project list in the order of rank, the works behind it by project, and the years' budgets."""

    projects: pd.DataFrame
    works: dict[str, tuple[Work, ...]]
    plans: dict[str, StagePlan]
    budget: pd.DataFrame
