"""A reinforcement plan as a workbook: needs and what becomes of them, measures and why, projects, programme, effect."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from capacity.errors import RunError
from capacity.runs.cells import DAY_FORMAT, MONTH_FORMAT
from capacity.runs.dictionary import write_dictionary
from capacity.runs.plan_sheets import MEASURES, MONTHS_BUILT, NEEDS, OVERVIEW, measures, months_built, needs, overview
from capacity.runs.sheets import Sheet, open_book, write_sheet
from capacity.tables._schema import Table
from capacity.tables.choice import FEEDER_CHOICES
from capacity.tables.head import CaseHead
from capacity.tables.matrix import TRIGGERS
from capacity.tables.plan import PLAN_AREAS, PLAN_CLAIMS, PLAN_UNSCHEDULED, PLAN_VERIFIED, PLAN_YEARS, Plan, PlanRecord
from capacity.tables.portfolio import BUDGET_YEARS, P19_CASES, PROJECT_LIST
from capacity.tables.programme import OUTAGES_PLANNED, PLAN

WORKBOOK, LIBRARY = "plan.xlsx", "projects.csv"
_URGENCY = {"must": "must_initiate", "connection": "connection", "pre_control": "pre_control", "may": "may_initiate"}
_BUDGET = {"postponed": "heavy", "falls_out": "blocked", "cost_unknown": "no_data"}
_STATE = {"late": "low", "not_placed": "blocked"}
_DAYS = dict.fromkeys(("due_on", "initiate_on", "release_on", "commissioning_date"), DAY_FORMAT)
_MONTHS = dict.fromkeys(("start_month", "finish_month", "due_month", "month"), MONTH_FORMAT)
_LESS_IS_BETTER = (*TRIGGERS, "must_elements", "low_voltage_nodes", "unknown_areas", "losses_kwh", "steps_failed",
                   "max_loading_percent")  # fmt: skip
_MORE_IS_BETTER = ("allowed_sum_kva", "allowed_kva", "node_lowest_kva", "node_median_kva")


def write_plan_book(plan: Plan, folder: Path) -> Path:
    """Write ``plan.xlsx`` into a plan's folder: a former one is replaced as a whole.

    Raises
    ------
    RunError
        The file cannot be written, e.g. because it is open in Excel.
    """
    path, beside = folder / WORKBOOK, folder / f".{uuid.uuid4().hex[:8]}-{WORKBOOK}"
    sheets = plan_sheets(plan)
    try:
        with open_book(beside, plan_head(plan.record), "plan") as book:
            for sheet in sheets:
                write_sheet(book, sheet)
            write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})
        os.replace(beside, path)
    except PermissionError as error:
        raise RunError(
            f"'{path}' cannot be written: is it open in Excel? Close it and try again.\n"
            f"“{path}”无法写入：是否正在 Excel 中打开？请关闭后重试。"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return path


def write_library(rows: pd.DataFrame, folder: Path) -> Path:
    """Write ``projects.csv`` into a plan's folder: rows of ``tables.inputs.projects``, UTF-8 with a mark for Excel."""
    days = rows["commissioning_date"].dt.strftime("%Y-%m-%d")
    path = folder / LIBRARY
    rows.assign(commissioning_date=days).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return path


def plan_head(record: PlanRecord) -> CaseHead:
    """What stands at the head of every sheet and picture of a plan."""
    return CaseHead(
        record.case_name,
        record.case_title_zh,
        record.case_title_en,
        record.synthetic,
        record.as_of,
        record.policy,
        record.scenario or None,
        record.scenario_title_zh,
        record.scenario_title_en,
    )


def plan_sheets(plan: Plan) -> list[Sheet]:
    """The tables of the workbook, in its order."""
    basis = f"{plan.record.candidates_basis_zh} {plan.record.candidates_basis_en}"
    wanted, tried = needs(plan), measures(plan)
    return [
        Sheet("概览 overview", OVERVIEW, overview(plan), formats={"value": "#,##0"}, frozen_columns=2),
        Sheet("需求 needs", NEEDS, wanted, paint={"outcome": _outcomes(wanted)}, formats=_DAYS, frozen_columns=3),
        Sheet(
            "措施 measures", MEASURES, tried, paint={"reason": _reasons(tried), "chosen": _chosen(tried)}, remark=basis,
            frozen_columns=2,
        ),
        Sheet("线路 feeders", FEEDER_CHOICES, plan.feeders, paint=_left_open(plan.feeders), frozen_columns=1),
        Sheet("校核 verified", PLAN_VERIFIED, plan.verified, paint=_verified(plan.verified), remark=basis,
              frozen_columns=2),
        _projects(plan.projects),
        Sheet("整治 remediation", P19_CASES, plan.cases, paint=_firing(plan.cases), frozen_columns=3),
        Sheet("预算 budget", BUDGET_YEARS, plan.budget),
        _programme(plan.programme),
        Sheet("未排入 unscheduled", PLAN_UNSCHEDULED, plan.unscheduled),
        _months(plan),
        Sheet("停电 outages", OUTAGES_PLANNED, plan.outages, paint=_shared(plan.outages), formats=_MONTHS,
              frozen_columns=2),
        _effect("逐年 years", PLAN_YEARS, plan.years, ["year"]),
        _effect("网格 areas", PLAN_AREAS, plan.areas, ["area_id", "year"]),
        _claims(plan.claims),
    ]  # fmt: skip


def _outcomes(frame: pd.DataFrame) -> pd.Series:
    colours = frame["outcome"].map({"cleared": "better", "partly": "heavy", "open": "heavy"})
    return colours.mask(frame["outcome"].ne("cleared") & frame["duty"].eq("must"), "blocked")


def _reasons(frame: pd.DataFrame) -> pd.Series:
    harmful = {"creates": "low", "leaves_open": "low", "not_solved": "no_data", "not_verified": "no_data",
               "cost_unknown": "no_data"}  # fmt: skip
    return frame["reason"].map(harmful).fillna("")


def _chosen(frame: pd.DataFrame) -> pd.Series:
    return frame["chosen"].map({True: "better", False: ""})


def _left_open(frame: pd.DataFrame) -> Mapping[str, pd.Series]:
    return {
        name: frame[name].gt(0).map({True: colour, False: ""})
        for name, colour in (("open_must", "blocked"), ("open_pre_control", "heavy"))
    }


def _verified(frame: pd.DataFrame) -> Mapping[str, pd.Series]:
    return {
        "chosen": _chosen(frame),
        "solved": frame["solved"].map({True: "", False: "no_data"}),
        "creates_zh": frame["creates_zh"].notna().map({True: "low", False: ""}),
        "creates_en": frame["creates_en"].notna().map({True: "low", False: ""}),
    }


def _projects(frame: pd.DataFrame) -> Sheet:
    paint = {
        "urgency": frame["urgency"].map(_URGENCY),
        "late_days": frame["late_days"].gt(0).fillna(False).map({True: "low", False: ""}),
        "budget_state": frame["budget_state"].map(_BUDGET).fillna(""),
    }
    return Sheet("项目 projects", PROJECT_LIST, frame, paint=paint, formats=_DAYS, frozen_columns=3)


def _firing(frame: pd.DataFrame) -> Mapping[str, pd.Series]:
    return {"fires": frame["fires"].map({True: "must_initiate", False: ""}).fillna("no_data")}


def _programme(frame: pd.DataFrame) -> Sheet:
    paint = {"urgency": frame["urgency"].map(_URGENCY), "state": frame["state"].map(_STATE).fillna("")}
    return Sheet("工程计划 programme", PLAN, frame, paint=paint, formats=_MONTHS, frozen_columns=2)


def _months(plan: Plan) -> Sheet:
    frame = months_built(plan)
    paint = {
        "outages_allowed": frame["outages_allowed"].map({True: "", False: "no_data"}),
        "crews_used": frame["crews_used"].ge(frame["crews"]).mask(frame["crews_used"].eq(0), False).map(
            {True: "heavy", False: ""}
        ),
    }  # fmt: skip
    return Sheet("按月 months", MONTHS_BUILT, frame, paint=paint, formats=_MONTHS, frozen_columns=1)


def _shared(frame: pd.DataFrame) -> Mapping[str, pd.Series]:
    return {"project_count": frame["project_count"].gt(1).map({True: "better", False: ""})}


def _effect(name: str, schema: Table, frame: pd.DataFrame, key: Sequence[str]) -> Sheet:
    """Before and after under each other, the plan's row painted by what it changes."""
    frame = frame.sort_values([*key, "state"], key=_before_first, kind="stable").reset_index(drop=True)
    paint = {column: _changed(frame, column, key) for column in (*_LESS_IS_BETTER, *_MORE_IS_BETTER) if column in frame}
    if "status" in frame:
        paint["status"] = frame["status"]
    return Sheet(name, schema, frame, paint=paint, frozen_columns=len(key) + 1)


def _before_first(values: pd.Series) -> pd.Series:
    return values.ne("before") if values.name == "state" else values


def _changed(frame: pd.DataFrame, column: str, key: Sequence[str]) -> pd.Series:
    """``better`` or ``worse`` beside the same row with nothing done; empty where equal or unknown."""
    before = frame.loc[frame["state"].eq("before"), [*key, column]]
    was = frame[list(key)].merge(before, on=list(key), how="left", validate="m:1")[column]
    change = frame[column].astype("Float64") - was.astype("Float64")
    if column in _LESS_IS_BETTER:
        change = -change
    return (
        pd.Series("", frame.index)
        .mask(change.gt(0.0).fillna(False), "better")
        .mask(change.lt(0.0).fillna(False), "worse")
    )


def _claims(frame: pd.DataFrame) -> Sheet:
    held = frame["holds"].map({True: "better", False: "over"}).fillna("no_data")
    remark = "" if len(frame) else "尚未核验，请运行 capacity verify · not verified yet: run capacity verify"
    return Sheet("核验 claims", PLAN_CLAIMS, frame, paint={"holds": held}, remark=remark, frozen_columns=2)
