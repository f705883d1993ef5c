"""A small complete plan, consistent in itself: two feeders, four needs, six measures, two projects and a P19 case.

Feeder F1 (area A1): T1 is above 70 % today (N1, P4), T2 will be above 80 % with a customer (N2, P6). M1 and M2,
verified together, clear both for 150,000; M3 would cost 20,000 more. Feeder F2 (area A2): in 2029 its area falls to
120 kVA (N3, P5), which M4 clears; its node LV7 is below its voltage limit today (N4, P10) and stays open, since the
price of the only measure that would clear it (M6) is not known. A2 is a remediation case without works.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from capacity.tables._schema import Table, conform, empty
from capacity.tables.choice import FEEDER_CHOICES, MEASURE_CHOICES, NEED_OUTCOMES
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.plan import (
    PLAN_AREAS,
    PLAN_CLAIMS,
    PLAN_MEASURES,
    PLAN_NEEDS,
    PLAN_UNSCHEDULED,
    PLAN_VERIFIED,
    PLAN_YEARS,
    Plan,
    PlanRecord,
)
from capacity.tables.portfolio import BUDGET_YEARS, P19_CASES, PROJECT_LIST
from capacity.tables.programme import MONTHS, OUTAGES_PLANNED, PLAN, Programme

AS_OF = dt.date(2026, 11, 1)
YEARS = (2027, 2028, 2029)
BOTH, M4, P19 = "XM-M1+M2", "XM-M4", "XM-P19-A2"
_ALL = "2027;2028;2029"
_T1 = "T1 2026-08-03 20:15 84.2 % ≥ 70 %"


def sample_record(**changes: Any) -> PlanRecord:
    """``plan.json`` of the sample."""
    facts: dict[str, Any] = {
        "created_at": dt.datetime(2026, 11, 2, 9, 30),
        "case_name": "two",
        "case_title_zh": "两条线路",
        "case_title_en": "two feeders",
        "as_of": AS_OF,
        "synthetic": True,
        "input_hashes": {"network.json": "0" * 64},
        "policy": "baoshan-2021",
        "scenario": "growth",
        "scenario_title_zh": "温和增长",
        "scenario_title_en": "moderate growth",
        "years": YEARS,
        "candidates_basis_zh": "关键时刻校核，选用方案另以全年核验",
        "candidates_basis_en": "verified at critical steps, the choice over the whole year",
        "price_year": 2026,
        "remarks_zh": ("1 台配变无读数，未计入",),
        "remarks_en": ("1 transformer has no readings and is not counted",),
        "verified_sets": 7,
        "programme_proven": True,
        "program": "capacity",
        "wall_time_s": 12.5,
    }
    return PlanRecord(**facts | changes)


def sample_plan(**changes: Any) -> Plan:
    """The plan of the module's description, not yet verified; ``changes`` replace record or frames."""
    frames: dict[str, Any] = {
        "record": sample_record(),
        "needs": _frame(PLAN_NEEDS, _needs()),
        "measures": _frame(PLAN_MEASURES, _measures()),
        "verified": _frame(PLAN_VERIFIED, _verified()),
        "choices": _frame(MEASURE_CHOICES, _choices()),
        "outcomes": _frame(NEED_OUTCOMES, _outcomes()),
        "feeders": _frame(FEEDER_CHOICES, _feeders()),
        "projects": _frame(PROJECT_LIST, _projects()),
        "cases": _frame(P19_CASES, _cases()),
        "budget": _frame(BUDGET_YEARS, _budget()),
        "programme": _frame(PLAN, _programme()),
        "outages": _frame(OUTAGES_PLANNED, _outages()),
        "months": _frame(MONTHS, _months()),
        "unscheduled": _frame(
            PLAN_UNSCHEDULED, [{"project_id": P19, "why_zh": "尚无工程内容", "why_en": "no works are known yet"}]
        ),
        "years": _frame(PLAN_YEARS, _years()),
        "areas": _frame(PLAN_AREAS, _areas()),
        "claims": empty(PLAN_CLAIMS),
    }
    return Plan(**frames | changes)


def sample_claims(*, holds: bool | None = True) -> pd.DataFrame:
    """Every claim of the sample verified; ``holds`` is said of the last, that M4 clears N3 in 2029."""
    rows: list[dict[str, Any]] = []
    for year in YEARS:
        rows.append(_claim(BOTH, "N1", "P4", "T1", year, 84.2, 53.5, 70.0, "%"))
        rows.append(_claim(BOTH, "N2", "P6", "T2", year, 86.0, 60.2, 80.0, "%"))
        rows.append(_no_new(BOTH, year))
    rows.append(_no_new(M4, 2029))
    after = None if holds is None else 196.0 if holds else 151.0
    rows.append(_claim(M4, "N3", "P5", "A2", 2029, 120.0, after, 160.0, "kVA") | {"holds": holds})
    return _frame(PLAN_CLAIMS, rows)


def sample_programme(plan: Plan | None = None) -> Programme:
    """The programme of the sample, for pictures."""
    of = plan or sample_plan()
    return Programme(of.programme, of.outages, of.months, 0, 6, 2, 1, of.record.programme_proven)


def sample_library() -> pd.DataFrame:
    """Its rows of ``projects.csv``: what has a price."""
    rows = [
        {
            "project_id": row["project_id"],
            "name": row["name_zh"],
            "stage": "initiated",
            "rule": row["rule"],
            "element_ids": row["element_ids"],
            "area_ids": row["area_ids"],
            "released_kva": row["released_kva"],
            "cost_yuan": row["cost_yuan"],
            "commissioning_date": row["commissioning_date"],
            "status": "planned",
        }
        for row in _projects()
        if row["budget_state"] == "funded"
    ]
    return _frame(PROJECTS, rows)


def _frame(schema: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), schema)


def _needs() -> list[dict[str, Any]]:
    def need(
        key: str, rule: str, place: str, origin: str, due: str, years: str, value: tuple[float, float, str]
    ) -> Any:
        feeder, area, element = place.split("/")
        what = {"value": value[0], "threshold": value[1], "unit": value[2]}
        words = {"evidence_zh": f"{element} 依据", "evidence_en": f"evidence for {element}"}
        return {
            "need_id": key, "rule": rule, "feeder_id": feeder, "area_id": area, "element_id": element,
            "origin": origin, "due_on": pd.Timestamp(due), "years": years, **what, **words,
        }  # fmt: skip

    first = need("N1", "P4", "F1/A1/T1", "existing", "2026-11-01", _ALL, (84.2, 70.0, "%"))
    second = need("N2", "P6", "F1/A1/T2", "connection", "2027-06-30", _ALL, (86.0, 80.0, "%"))
    return [
        first | {"evidence_zh": _T1, "evidence_en": _T1},
        second | {"application_ids": "A-1"},
        need("N3", "P5", "F2/A2/A2", "growth", "2029-01-01", "2029", (120.0, 160.0, "kVA")),
        need("N4", "P10", "F2/A2/LV7", "existing", "2026-11-01", _ALL, (196.4, 198.0, "V")),
    ]


def _measures() -> list[dict[str, Any]]:
    def measure(key: str, feeder: str, kind: str, elements: str, cost: float | None, change: dict[str, Any]) -> Any:
        known = cost is not None
        return {
            "measure_id": key,
            "feeder_id": feeder,
            "kind": kind,
            "area_ids": f"A{feeder[1:]}",
            "element_ids": elements,
            "works_zh": f"{elements} 改造",
            "works_en": f"works on {elements}",
            "cost_low_yuan": 0.8 * cost if cost is not None else None,
            "cost_yuan": cost,
            "cost_high_yuan": 1.25 * cost if cost is not None else None,
            "cost_mark": "typical" if known else None,
            "lead_time_working_days": 90,
            "released_kva": {"M1": 80.0, "M2": 60.0, "M3": 140.0, "M4": 76.0}.get(key),
            "losses_saved_kwh_per_year": {"M1": 600.0, "M2": 400.0}.get(key),
            "changes": json.dumps([change]),
            "note_zh": "",
            "note_en": "",
        }

    def exchange(key: str, kva: float) -> dict[str, Any]:
        return {"kind": "exchange_transformer", "transformer_id": key, "rated_kva": kva}

    tap = {"kind": "set_tap", "transformer_id": "T3", "tap_position": -1}
    split = {"kind": "move_load", "node_ids": ["LV7"], "to_transformer_id": "T3"}
    return [
        measure("M1", "F1", "larger_transformer", "T1", 90_000.0, exchange("T1", 630.0)),
        measure("M2", "F1", "larger_transformer", "T2", 60_000.0, exchange("T2", 400.0)),
        measure("M3", "F1", "additional_transformer", "T1;T2", 170_000.0, exchange("T1", 800.0)),
        measure("M4", "F2", "larger_transformer", "T3", 95_000.0, exchange("T3", 400.0)),
        measure("M5", "F2", "tap_change", "T3", 1_000.0, tap),
        measure("M6", "F2", "lv_split", "LV7", None, split),
    ]


def _verified() -> list[dict[str, Any]]:
    def found(feeder: str, measures: str, clears: str | None, released: float | None, **more: Any) -> Any:
        facts = {"chosen": False, "basis": "critical_steps", "solved": True, "losses_saved_kwh_per_year": None}
        return {
            "feeder_id": feeder, "measure_ids": measures, "clears": clears, "released_kva": released, **facts, **more,
        }  # fmt: skip

    n1, n2 = (f"{key}:{','.join(map(str, YEARS))}" for key in ("N1", "N2"))
    whole = {"chosen": True, "basis": "full_year"}
    return [
        found("F1", "M1", n1, 80.0),
        found("F1", "M2", n2, 60.0),
        found("F1", "M1;M2", f"{n1};{n2}", 150.0, losses_saved_kwh_per_year=1_000.0, **whole),
        found("F1", "M3", f"{n1};{n2}", 140.0),
        found("F2", "M4", "N3:2029", 76.0, **whole),
        found("F2", "M5", None, None, creates_zh="P10 LV9：197.1 V", creates_en="P10 at LV9: 197.1 V"),
        found("F2", "M6", "N4:2027,2028,2029", 5.0),
    ]


def _choices() -> list[dict[str, Any]]:
    def choice(
        key: str, feeder: str, kind: str, cost: float | None, reason: str, why: tuple[str, str], **more: Any
    ) -> Any:
        return {
            "feeder_id": feeder, "measure_id": key, "kind": kind, "cost_yuan": cost, "reason": reason,
            "chosen": "part" in more, "why_zh": why[0], "why_en": why[1], **more,
        }  # fmt: skip

    of_both = {"part": "M1+M2", "existing_need_ids": "N1", "connection_need_ids": "N2"}
    dearer = {"difference_yuan": 20_000.0, "conflicts_with": "M1;M2"}

    def needed(need: str) -> tuple[str, str]:
        return f"否则 {need} 未消除", f"without it {need} stays open"

    larger = "larger_transformer"
    more = ("贵 20,000 元", "20,000 CNY dearer")
    return [
        choice("M1", "F1", larger, 90_000.0, "needed", needed("N1"), **of_both),
        choice("M2", "F1", larger, 60_000.0, "needed", needed("N2"), **of_both),
        choice("M3", "F1", "additional_transformer", 170_000.0, "dearer", more, **dearer),
        choice("M4", "F2", larger, 95_000.0, "needed", needed("N3"), part="M4", growth_need_ids="N3"),
        choice("M5", "F2", "tap_change", 1_000.0, "creates", ("产生 P10 LV9", "creates P10 at LV9")),
        choice("M6", "F2", "lv_split", None, "cost_unknown", ("费用未知", "its price is not known")),
    ]


def _outcomes() -> list[dict[str, Any]]:
    rows = []
    for need in _needs():
        cleared = need["need_id"] != "N4"
        left = ("仅 M6 可消除，费用未知", "only M6 would clear it, and its price is not known")
        why = ("由选用措施消除", "cleared by what was chosen") if cleared else left
        kept = ("feeder_id", "need_id", "rule", "area_id", "element_id", "origin", "due_on")
        rows.append(
            {name: need[name] for name in kept}
            | {
                "duty": "where_possible" if need["rule"] == "P5" else "must",
                "outcome": "cleared" if cleared else "open",
                "measure_ids": {"N3": "M4", "N4": None}.get(need["need_id"], "M1;M2"),
                "cleared_years": need["years"] if cleared else None,
                "open_years": None if cleared else need["years"],
                "why_zh": why[0],
                "why_en": why[1],
            }
        )
    return rows


def _feeders() -> list[dict[str, Any]]:
    def feeder(key: str, measures: str, costs: tuple[float, float, float], open_must: int, greedy: float) -> Any:
        return {
            "feeder_id": key,
            "measure_ids": measures,
            "cost_yuan": sum(costs),
            "existing_cost_yuan": costs[0],
            "growth_cost_yuan": costs[1],
            "connection_cost_yuan": costs[2],
            "open_must": open_must,
            "open_pre_control": 0,
            "greedy_cost_yuan": greedy,
            "greedy_open_must": open_must,
            "greedy_open_pre_control": 0,
            "verified_as_one": True,
        }

    return [
        feeder("F1", "M1;M2", (90_000.0, 0.0, 60_000.0), 0, 170_000.0),
        feeder("F2", "M4", (0.0, 95_000.0, 0.0), 3, 95_000.0),
    ]


def _projects() -> list[dict[str, Any]]:
    day = pd.Timestamp
    return [
        {
            "rank": 1, "project_id": BOTH, "name_zh": "T1, T2 配变增容", "name_en": "T1, T2: larger transformer",
            "feeder_id": "F1", "rule": "P4", "rules": "P4;P6", "urgency": "must", "measure_ids": "M1;M2",
            "element_ids": "T1;T2", "area_ids": "A1", "due_on": day("2026-11-01"), "initiate_on": day("2026-11-02"),
            "release_on": day("2027-01-15"), "commissioning_date": day("2027-04-30"), "late_days": 180,
            "dates_estimated": True, "cost_yuan": 150_000.0, "released_kva": 150.0, "released_kva_per_10k_yuan": 10.0,
            "losses_saved_kwh_per_year": 1_000.0, "customers": 120, "p19_causes": None, "existing_need_ids": "N1",
            "growth_need_ids": None, "connection_need_ids": "N2", "evidence_zh": _T1, "evidence_en": _T1,
            "budget_year": 2027, "budget_state": "funded", "risk_zh": "投产前未消除：P4 T1：84.2 %（门槛 70 %）",
            "risk_en": "open until commissioned: P4 at T1: 84.2 % (threshold 70 %)",
        },
        {
            "rank": 2, "project_id": M4, "name_zh": "T3 配变增容", "name_en": "T3: larger transformer",
            "feeder_id": "F2", "rule": "P5", "rules": "P5", "urgency": "pre_control", "measure_ids": "M4",
            "element_ids": "T3", "area_ids": "A2", "due_on": day("2029-01-01"), "initiate_on": day("2028-03-01"),
            "release_on": day("2028-06-30"), "commissioning_date": day("2028-12-20"), "late_days": 0,
            "dates_estimated": True, "cost_yuan": 95_000.0, "released_kva": 76.0, "released_kva_per_10k_yuan": 8.0,
            "losses_saved_kwh_per_year": None, "customers": 80, "p19_causes": "low_voltage", "existing_need_ids": None,
            "growth_need_ids": "N3", "connection_need_ids": None, "evidence_zh": "A2 依据",
            "evidence_en": "evidence for A2", "budget_year": 2028, "budget_state": "funded", "risk_zh": "",
            "risk_en": "",
        },
        {
            "rank": 3, "project_id": P19, "name_zh": "A2 整治：低电压", "name_en": "A2, remediation: low voltage",
            "feeder_id": None, "rule": "P19", "rules": "P19", "urgency": "may", "measure_ids": None,
            "element_ids": None, "area_ids": "A2", "due_on": None, "initiate_on": None, "release_on": None,
            "commissioning_date": None, "late_days": None, "dates_estimated": False, "cost_yuan": None,
            "released_kva": None, "released_kva_per_10k_yuan": None, "losses_saved_kwh_per_year": None,
            "customers": 80, "p19_causes": "low_voltage", "existing_need_ids": None, "growth_need_ids": None,
            "connection_need_ids": None, "evidence_zh": "LV7 196.4 V < 198 V", "evidence_en": "LV7 196.4 V < 198 V",
            "budget_year": None, "budget_state": "cost_unknown", "risk_zh": "未消除：A2 低电压",
            "risk_en": "stays open: low voltage in A2",
        },
    ]  # fmt: skip


def _cases() -> list[dict[str, Any]]:
    words = {"evidence_zh": "LV7 196.4 V < 198 V", "evidence_en": "LV7 196.4 V < 198 V"}
    none = {"evidence_zh": "半年内 2 次", "evidence_en": "2 within six months"}
    return [
        {"feeder_id": None, "area_id": "A2", "cause": "low_voltage", "value": 1.0, "threshold": 1.0, "unit": "",
         "is_lower_bound": False, "fires": True, **words},
        {"feeder_id": "F1", "area_id": None, "cause": "fault_outages", "value": 2.0, "threshold": 15.0, "unit": "",
         "is_lower_bound": False, "fires": False, **none},
    ]  # fmt: skip


def _budget() -> list[dict[str, Any]]:
    return [
        {"year": 2027, "budget_yuan": 200_000.0, "used_yuan": 150_000.0, "project_ids": BOTH},
        {"year": 2028, "budget_yuan": 100_000.0, "used_yuan": 95_000.0, "project_ids": M4},
    ]


def _programme() -> list[dict[str, Any]]:
    names = {row["project_id"]: (row["name_zh"], row["name_en"], row["urgency"]) for row in _projects()}

    def job(key: str, state: str, months: tuple[str, str, str], late: int, section: str, why: tuple[str, str]) -> Any:
        start, finish, due = (pd.Timestamp(f"{month}-01") for month in months)
        return {
            "project_id": key, "name_zh": names[key][0], "name_en": names[key][1], "urgency": names[key][2],
            "state": state, "start_month": start, "finish_month": finish, "due_month": due, "late_months": late,
            "crews": 1, "section_ids": section, "shared_with": None, "why_zh": why[0], "why_en": why[1],
        }  # fmt: skip

    late = ("需求日期已过", "the day due is past")
    return [
        job(BOTH, "late", ("2027-03", "2027-04", "2026-10"), 6, "S-1", late),
        job(M4, "on_time", ("2028-11", "2028-12", "2028-12"), 0, "S-2", ("", "")),
    ]


def _outages() -> list[dict[str, Any]]:
    return [
        {"section_id": "S-1", "month": pd.Timestamp("2027-04-01"), "project_ids": BOTH, "project_count": 1},
        {"section_id": "S-2", "month": pd.Timestamp("2028-12-01"), "project_ids": M4, "project_count": 1},
    ]


def _months() -> list[dict[str, Any]]:
    busy = {"2027-03": 0, "2027-04": 1, "2028-11": 0, "2028-12": 1}
    rows = []
    for month in pd.date_range("2026-12-01", "2029-01-01", freq="MS"):
        key = f"{month:%Y-%m}"
        rows.append(
            {
                "month": month,
                "crews": 4,
                "crews_used": int(key in busy),
                "outages": busy.get(key, 0),
                "outages_allowed": month.month not in (1, 2, 7),
                "used_percent": 25.0 if key in busy else 0.0,
            }
        )
    return rows


def _years() -> list[dict[str, Any]]:
    areas = _areas()
    rows = []
    for year in YEARS:
        for state in ("before", "after"):
            own = [row for row in areas if row["year"] == year and row["state"] == state]
            nothing_done = state == "before"
            rows.append(
                {
                    "year": year,
                    "state": state,
                    "basis": "full_year" if year == YEARS[-1] else "critical_steps",
                    **{rule: sum(bool(row[rule]) for row in own) for rule in ("p3", "p4", "p5", "p6", "p10")},
                    "must_elements": 2 if nothing_done else 0,
                    "low_voltage_nodes": 1,
                    "allowed_sum_kva": sum(row["allowed_sum_kva"] for row in own),
                    "allowed_kva": sum(row["allowed_kva"] for row in own),
                    "unknown_areas": 0,
                    "losses_kwh": (51_000.0 if nothing_done else 50_000.0) if year == YEARS[-1] else None,
                    "investment_yuan": 0.0 if nothing_done else {2027: 150_000.0, 2028: 95_000.0}.get(year, 0.0),
                    "steps_failed": 0,
                }
            )
    return rows


def _areas() -> list[dict[str, Any]]:
    rows = []
    for at, year in enumerate(YEARS):
        for state in ("before", "after"):
            done = state == "after"
            allowed = (190.0, 180.0, 170.0)[at] - (0.0 if done else 150.0)
            a1 = {"area_id": "A1", "max_loading_percent": 60.2 if done else 86.0, "allowed_kva": allowed}
            a1 |= {"allowed_sum_kva": allowed + 145.0, "status": "open" if done else "blocked"}
            a1 |= {"p3": int(not done), "p4": int(not done), "p5": 0, "p6": int(not done), "p10": 0}
            left = (290.0, 210.0, 196.0 if done else 120.0)[at]
            a2 = {"area_id": "A2", "max_loading_percent": 61.0, "allowed_sum_kva": left, "allowed_kva": left}
            a2 |= {"status": "open" if left >= 160.0 else "pre_control", "p3": 0, "p4": 0}
            a2 |= {"p5": int(left < 160.0), "p6": 0, "p10": 1}
            nodes = {"A1": (30.0 * done, 45.0 * done), "A2": (0.0, 25.0)}
            for row in (a1, a2):
                low, median = nodes[str(row["area_id"])]
                rows.append({"year": year, "state": state, **row, "node_lowest_kva": low, "node_median_kva": median})
    return rows


def _claim(
    project: str, need: str, rule: str, element: str, year: int, before: float, after: float | None, *what: Any
) -> dict[str, Any]:
    limit, unit = what
    return {
        "project_id": project, "claim": "clears", "need_id": need, "rule": rule, "element_id": element, "year": year,
        "holds": True, "value_before": before, "value_after": after, "threshold": limit, "unit": unit,
        "words_zh": f"{before:g} → {after or '未知'} {unit}",
        "words_en": f"{before:g} → {after or 'unknown'} {unit}",
    }  # fmt: skip


def _no_new(project: str, year: int) -> dict[str, Any]:
    return {
        "project_id": project, "claim": "no_new_violation", "need_id": None, "rule": None, "element_id": None,
        "year": year, "holds": True, "value_before": None, "value_after": None, "threshold": None, "unit": "",
        "words_zh": "无新增越限", "words_en": "no new violation",
    }  # fmt: skip
