"""A reinforcement plan as it is kept: needs, measures tried, the choice, projects, programme, and what it changes.

``capacity plan`` makes it, reports and ``capacity verify`` read it. Everything is in tables, so that a plan can be read
without the case; ``measures.changes`` holds what to do to the network, so that it can be verified again with it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.matrix import BASIS, STATES, TRIGGER, TRIGGERS
from capacity.tables.measure import RULES
from capacity.tables.words import MEASURE_KIND, NEED_ORIGIN, Word
from capacity.tables.works import MARKS

_IDS = "Separated by ``;``."
PLAN_STATES = {"before": Word("不采取措施", "nothing done"), "after": Word("实施规划后", "with the plan")}
PLAN_CLAIM = {
    "clears": Word("消除需求", "clears the need"),
    "no_new_violation": Word("不产生新越限", "creates no new violation"),
}

PLAN_NEEDS = table(
    "plan_needs",
    "规划需求",
    "needs",
    "One row per rule that fires, or will fire, where nothing is done.",
    {
        "need_id": text("需求编号", "need id", key=True),
        "rule": text("规则", "rule", choices=RULES),
        "feeder_id": text("线路编号", "feeder id"),
        "area_id": text("网格编号", "area id", missing="in no area"),
        "element_id": text("设备编号", "element id"),
        "origin": text("来源", "origin", choices=tuple(NEED_ORIGIN)),
        "due_on": moment("需求日期", "due on"),
        "years": text("触发年份", "years", "In which it fires. " + _IDS),
        "value": number("最不利数值", "worst value", "see unit", missing="it counts something else"),
        "threshold": number("门槛", "threshold", "see unit", missing="none"),
        "unit": text("单位", "unit"),
        "application_ids": text("申请编号", "applications", _IDS, missing="none"),
        "evidence_zh": text("依据（中文）", "evidence (Chinese)"),
        "evidence_en": text("依据（英文）", "evidence (English)"),
    },
)

PLAN_MEASURES = table(
    "plan_measures",
    "候选措施",
    "candidate measures",
    "One row per candidate, chosen or not.",
    {
        "measure_id": text("措施编号", "measure id", key=True),
        "feeder_id": text("线路编号", "feeder id"),
        "kind": text("措施类型", "kind", choices=tuple(MEASURE_KIND)),
        "area_ids": text("网格编号", "area ids", _IDS, missing="none"),
        "element_ids": text("设备编号", "element ids", _IDS, missing="none"),
        "works_zh": text("工程内容（中文）", "works (Chinese)"),
        "works_en": text("工程内容（英文）", "works (English)"),
        "cost_low_yuan": number("费用下限", "cost, low", "CNY", missing="not known", at_least=0.0),
        "cost_yuan": number("费用", "cost, likely", "CNY", missing="not known", at_least=0.0),
        "cost_high_yuan": number("费用上限", "cost, high", "CNY", missing="not known", at_least=0.0),
        "cost_mark": text("价格可信度", "weakest price", choices=MARKS, missing="not known"),
        "lead_time_working_days": count("工期（工作日）", "lead time, working days", missing="not known"),
        "released_kva": number("单独释放容量", "released alone", "kVA", "By P8, not additive.", missing="not known"),
        "node_released_kva": number(
            "单独释放节点容量",
            "released alone, at a node",
            "kVA",
            "By P9: mean growth over the LV nodes of its areas that are known, last year.",
            missing="not known",
        ),
        "losses_saved_kwh_per_year": number("单独年节约损耗", "losses saved alone", "kWh/a", missing="not known"),
        "changes": text("网络变更", "changes", "JSON, as ``changes`` of a scenario."),
        "note_zh": text("备注（中文）", "note (Chinese)"),
        "note_en": text("备注（英文）", "note (English)"),
    },
)

PLAN_VERIFIED = table(
    "plan_verified",
    "措施校核",
    "verified sets",
    "One row per set of measures that a load flow was solved for.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "measure_ids": text("措施", "measures", _IDS),
        "after_ids": text(
            "先行措施", "after measures", "Done before and solved together with these. " + _IDS, missing="none"
        ),
        "chosen": flag("选用", "chosen"),
        "basis": text("计算口径", "basis", choices=tuple(BASIS)),
        "solved": flag("有解", "solved", "False: the load flow gave no answer, and nothing is known of the set."),
        "clears": text("消除需求", "clears", "``need:year,year``, separated by ``;``.", missing="nothing"),
        "creates_zh": text("新增越限（中文）", "creates (Chinese)", missing="nothing"),
        "creates_en": text("新增越限（英文）", "creates (English)", missing="nothing"),
        "released_kva": number("释放容量", "released", "kVA", "P8 of its areas, last year.", missing="not known"),
        "node_released_kva": number(
            "释放节点容量",
            "released at a node",
            "kVA",
            "P9: mean growth over the LV nodes of its areas that are known, last year.",
            missing="not known",
        ),
        "losses_saved_kwh_per_year": number("年节约损耗", "losses saved", "kWh/a", "Last year.", missing="not known"),
    },
)

PLAN_YEARS = table(
    "plan_years",
    "逐年效果",
    "year by year",
    "One row per year and state: what fires with and without the plan.",
    {
        "year": count("年份", "year"),
        "state": text("状态", "state", choices=tuple(PLAN_STATES)),
        "basis": text("计算口径", "basis", choices=tuple(BASIS)),
        **{
            rule: count(f"{TRIGGER[rule].zh}网格数", f"areas with {TRIGGER[rule].en}", missing="not known")
            for rule in TRIGGERS
        },
        "must_elements": count(
            "必须立项处数",
            "places at or above P4",
            "Transformers, LV networks by their worst line, feeders by their worst section, substations.",
        ),
        "low_voltage_nodes": count("低电压节点数", "low-voltage nodes", missing="not known, or a step failed"),
        "allowed_sum_kva": number("允许接入容量合计", "allowed, plain sum", "kVA", "P7 of all areas."),
        "allowed_kva": number("可开放容量合计", "allowed", "kVA", "P8 of all areas, not additive within a feeder."),
        "unknown_areas": count("未知网格数", "areas with unknown figures"),
        "losses_kwh": number("年损耗", "losses", "kWh", missing="critical steps only, or a step failed"),
        "investment_yuan": number("当年投资", "investment", "CNY", "Of projects due that year; nothing done: 0."),
        "steps_failed": count("未收敛时刻数", "failed steps"),
    },
    unique=["year", "state"],
)

PLAN_AREAS = table(
    "plan_areas",
    "网格效果",
    "areas with and without the plan",
    "One row per area, year and state.",
    {
        "year": count("年份", "year"),
        "state": text("状态", "state", choices=tuple(PLAN_STATES)),
        "area_id": text("网格编号", "area id"),
        "max_loading_percent": number("最高负载率", "max load rate", "%", missing="not known", at_least=0.0),
        "allowed_sum_kva": number("允许接入容量合计", "allowed, plain sum", "kVA", missing="unknown"),
        "allowed_kva": number("可开放容量", "allowed", "kVA", "P8.", missing="unknown"),
        "status": text("网格状态", "area status", choices=STATES),
        **{rule: count(TRIGGER[rule].zh, TRIGGER[rule].en, missing="not known") for rule in TRIGGERS},
        "node_lowest_kva": number("节点可开放容量最小", "lowest node capacity", "kVA", "P9.", missing="not computed"),
        "node_median_kva": number("节点可开放容量中位", "median node capacity", "kVA", "P9.", missing="not computed"),
    },
)

PLAN_UNSCHEDULED = table(
    "plan_unscheduled",
    "未排入计划的项目",
    "projects without a job",
    "One row per project that no job was made of.",
    {
        "project_id": text("项目编号", "project id", key=True),
        "why_zh": text("说明（中文）", "why (Chinese)"),
        "why_en": text("说明（英文）", "why (English)"),
    },
)

PLAN_CLAIMS = table(
    "plan_claims",
    "项目成效核验",
    "claims verified",
    "One row per claim of a project and year, solved with every step of the year.",
    {
        "project_id": text("项目编号", "project id"),
        "claim": text("核验内容", "claim", choices=tuple(PLAN_CLAIM)),
        "need_id": text("需求编号", "need id", missing="about new violations"),
        "rule": text("规则", "rule", choices=RULES, missing="about new violations"),
        "element_id": text("设备编号", "element id", missing="about new violations"),
        "year": count("年份", "year"),
        "holds": flag("成立", "holds", missing="not known: steps without a solution"),
        "value_before": number("实施前", "before", "see unit", missing="not one value"),
        "value_after": number("实施后", "after", "see unit", missing="not one value"),
        "threshold": number("门槛", "threshold", "see unit", missing="not one value"),
        "unit": text("单位", "unit"),
        "words_zh": text("说明（中文）", "words (Chinese)"),
        "words_en": text("说明（英文）", "words (English)"),
    },
)


class PlanRecord(BaseModel):
    """``plan.json``: what a plan was made from and what its figures rest on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    created_at: dt.datetime
    case_name: str
    case_title_zh: str
    case_title_en: str
    case_folder: str = ""
    as_of: dt.date
    synthetic: bool
    input_hashes: dict[str, str]
    policy: str
    scenario: str = Field(default="", description="empty: the present grid, without any growth")
    scenario_title_zh: str = ""
    scenario_title_en: str = ""
    scenario_file: str = ""
    scenario_sha256: str = ""
    years: tuple[int, ...]
    draw: int = 0
    seed: int = 0
    candidates_basis_zh: str
    candidates_basis_en: str
    price_year: int
    remarks_zh: tuple[str, ...] = ()
    remarks_en: tuple[str, ...] = ()
    verified_sets: int
    programme_proven: bool = Field(
        default=False, description="the programme is proven best; False: its search was cut off, or nothing is said"
    )
    program: str
    wall_time_s: float


@dataclass(frozen=True)
class Plan:
    """A reinforcement plan; every frame follows the schema that is named behind it."""

    record: PlanRecord
    needs: pd.DataFrame
    """``PLAN_NEEDS``"""
    measures: pd.DataFrame
    """``PLAN_MEASURES``"""
    verified: pd.DataFrame
    """``PLAN_VERIFIED``"""
    choices: pd.DataFrame
    """``tables.choice.MEASURE_CHOICES``"""
    outcomes: pd.DataFrame
    """``tables.choice.NEED_OUTCOMES``"""
    feeders: pd.DataFrame
    """``tables.choice.FEEDER_CHOICES``"""
    projects: pd.DataFrame
    """``tables.portfolio.PROJECT_LIST``"""
    cases: pd.DataFrame
    """``tables.portfolio.P19_CASES``"""
    budget: pd.DataFrame
    """``tables.portfolio.BUDGET_YEARS``"""
    programme: pd.DataFrame
    """``tables.programme.PLAN``"""
    outages: pd.DataFrame
    """``tables.programme.OUTAGES_PLANNED``"""
    months: pd.DataFrame
    """``tables.programme.MONTHS``"""
    unscheduled: pd.DataFrame
    """``PLAN_UNSCHEDULED``"""
    years: pd.DataFrame
    """``PLAN_YEARS``"""
    areas: pd.DataFrame
    """``PLAN_AREAS``"""
    claims: pd.DataFrame
    """``PLAN_CLAIMS``; empty until verified."""
