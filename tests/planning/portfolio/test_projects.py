"""The project list by hand: dates, order, budgets, and what stays open."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from planning_cases import found, measure, need

from capacity.planning.choosing import choose
from capacity.planning.portfolio import library_rows, project_list
from capacity.policy.working_days import is_working_day, published_days
from capacity.tables._schema import conform
from capacity.tables.measure import Cleared, Measure, Need, Verified
from capacity.tables.portfolio import P19_CASES, Portfolio, Schedulers
from capacity.tables.stage_plan import WorkingCalendar
from capacity.tables.works import Work
from capacity.works import bundled_durations, schedule_back, schedule_forward

TODAY = dt.date(2026, 3, 9)
CALENDAR = WorkingCalendar(published_days()[0], dt.date(2026, 12, 28), is_working_day)
DURATIONS = bundled_durations()
SCHEDULERS = Schedulers(
    back=lambda works, due: schedule_back(works, due, TODAY, CALENDAR, DURATIONS),
    forward=lambda works: schedule_forward(works, TODAY, CALENDAR, DURATIONS),
)
LARGER = Work("transformer_replacement", size=400, element_ids=("T1",))  # 78 working days
AREAS = pd.DataFrame(
    {"area_id": ["A1", "A2"], "name": ["A", "B"], "customer_count": pd.array([120, None], dtype="Int64")}
)
Candidate = tuple[Need, Measure, Verified]


def candidate(
    number: int,
    yuan: float,
    *,
    rule: Any = "P4",
    years: tuple[int, ...] = (2026, 2027),
    area: str = "A1",
    due: dt.date = dt.date(2026, 12, 1),
    released: float | None = 100.0,
    works: tuple[Work, ...] = (LARGER,),
) -> Candidate:
    """Need, measure and verified set of feeder ``F<number>``: one project."""
    feeder = f"F{number}"
    own = need(f"N{number}", years, rule=rule, feeder=feeder, due=due, area=area)
    one = measure(f"M{number}", yuan, f"T{number}", feeder=feeder, works=works, areas=(area,))
    return own, one, found(f"M{number}", {f"N{number}": years}, feeder=feeder, released=released)


def listed(
    *candidates: Candidate, budget: dict[int, float] | None = None, cases: pd.DataFrame | None = None
) -> Portfolio:
    needs, measures, verified = ([one[k] for one in candidates] for k in range(3))
    choice = choose(needs, measures, verified)  # type: ignore[arg-type]  # one list of each kind
    return project_list(choice, needs, measures, AREAS, SCHEDULERS, budget_yuan=budget, cases=cases)  # type: ignore[arg-type]  # the same


def case(cause: str, area_id: str | None, feeder_id: str | None) -> dict[str, object]:
    return {
        "feeder_id": feeder_id,
        "area_id": area_id,
        "cause": cause,
        "value": 1.0,
        "threshold": 1.0,
        "unit": "1",
        "is_lower_bound": False,
        "fires": True,
        "evidence_zh": "依据",
        "evidence_en": "evidence",
    }


def test_project_list__in_time_and_by_its_latest_start() -> None:
    row = listed(candidate(1, 80_000.0)).projects.iloc[0]
    plan = schedule_back([LARGER], dt.date(2026, 12, 1), TODAY, CALENDAR, DURATIONS)
    assert row["initiate_on"].date() == plan.stages[0].start.day
    released = next(stage for stage in plan.stages if stage.stage == "released")
    assert row["release_on"].date() == released.finish.day
    assert row["commissioning_date"] == pd.Timestamp("2026-12-01")
    assert row["late_days"] == 0
    assert not row["dates_estimated"]
    assert row["risk_en"] == ""


def test_project_list__too_late_begins_today_and_says_by_how_much() -> None:
    row = listed(candidate(1, 80_000.0, due=dt.date(2026, 4, 1))).projects.iloc[0]
    earliest = schedule_forward([LARGER], TODAY, CALENDAR, DURATIONS).stages[-1].finish.day
    assert earliest is not None
    assert row["initiate_on"].date() == TODAY
    assert row["commissioning_date"].date() == earliest
    assert row["late_days"] == (earliest - dt.date(2026, 4, 1)).days
    assert f"{row['late_days']} day(s) after the day due" in row["risk_en"]


def test_project_list__figures_and_library_row() -> None:
    portfolio = listed(candidate(1, 80_000.0, released=200.0))
    row = portfolio.projects.iloc[0]
    assert row["released_kva_per_10k_yuan"] == 25.0  # 200 kVA for 8 × 10,000
    assert row["customers"] == 120
    assert row["project_id"] == "XM-M1"
    assert (row["rule"], row["urgency"]) == ("P4", "must")
    assert "P4 at T-N1: 84.2 % (threshold 70 %)" in row["evidence_en"]
    written = library_rows(portfolio.projects).iloc[0]
    assert written[["project_id", "stage", "rule", "status"]].tolist() == ["XM-M1", "initiated", "P4", "planned"]
    assert written["cost_yuan"] == 80_000.0
    assert portfolio.works["XM-M1"] == (LARGER,)


def test_project_list__unknown_is_not_zero() -> None:
    row = listed(candidate(1, 80_000.0, area="A2", released=None, works=())).projects.iloc[0]
    assert row[["customers", "released_kva", "released_kva_per_10k_yuan", "commissioning_date"]].isna().all()


def test_ranking__urgency_then_customers_then_kva_per_money() -> None:
    portfolio = listed(
        candidate(1, 50_000.0, rule="P5"),
        candidate(2, 90_000.0),  # 120 customers / 9
        candidate(3, 60_000.0),  # 120 customers / 6: more for the money
        candidate(4, 10_000.0, area="A2"),  # customers unknown: after the known
        candidate(5, 10_000.0, area="A2", released=300.0),  # more kVA for the money than 4
        candidate(6, 50_000.0, rule="P6"),
        candidate(7, 99_000.0, rule="P10"),
    )
    assert portfolio.projects["measure_ids"].tolist() == ["M3", "M2", "M7", "M5", "M4", "M6", "M1"]
    assert portfolio.projects["urgency"].tolist() == ["must"] * 5 + ["connection", "pre_control"]


def test_ranking__remediation_cases_go_first_within_their_urgency_and_add_candidates() -> None:
    cases = conform(
        pd.DataFrame([case("outages", None, "F2"), case("outages", None, "F9"), case("low_voltage", "A2", None)]),
        P19_CASES,
    )
    portfolio = listed(candidate(1, 60_000.0), candidate(2, 90_000.0), cases=cases)
    projects = portfolio.projects.set_index("project_id")
    assert list(projects.index[:2]) == ["XM-M2", "XM-M1"]  # F2 is a case; without it M1 would be first
    assert set(projects.index[2:]) == {"XM-P19-A2", "XM-P19-F2", "XM-P19-F9"}
    assert pd.isna(projects.loc["XM-P19-F9", "cost_yuan"])
    assert projects.loc["XM-P19-F9", "urgency"] == "may"
    assert projects.loc["XM-M2", "p19_causes"] == "outages"


@pytest.mark.parametrize(("rule", "added"), [("P10", False), ("P4", True)])
def test_project_list__low_voltage_cleared_with_p10_adds_no_candidate(rule: str, added: bool) -> None:
    cases = conform(pd.DataFrame([case("low_voltage", "A1", "F1")]), P19_CASES)
    portfolio = listed(candidate(1, 60_000.0, rule=rule), cases=cases)
    assert ("XM-P19-A1" in set(portfolio.projects["project_id"])) is added


def test_budget__funded_postponed_and_fallen_out_with_what_stays_open() -> None:
    # rank 1 (60k) and rank 2 (90k); 2026 has 100k, 2027 90k; rank 3 (95k) fits nowhere, rank 4 (40k) still fits in 2026
    portfolio = listed(
        candidate(1, 60_000.0),
        candidate(2, 90_000.0),
        candidate(3, 95_000.0),
        candidate(4, 40_000.0, rule="P5"),
        budget={2026: 100_000.0, 2027: 90_000.0},
    )
    rows = portfolio.projects.set_index("measure_ids")
    assert rows["budget_state"].to_dict() == {"M1": "funded", "M2": "postponed", "M3": "falls_out", "M4": "funded"}
    assert rows.loc["M2", "budget_year"] == 2027
    assert rows.loc["M2", "commissioning_date"] == pd.Timestamp("2027-12-01")
    assert rows.loc["M2", "late_days"] == 365
    assert (
        rows.loc["M2", "risk_en"]
        == "postponed from 2026 to 2027; stays open: P4 at T-N2: 84.2 % (threshold 70 %) (2026)"
    )
    assert "costs 95,000 CNY" in rows.loc["M3", "risk_en"]
    assert "P4 at T-N3: 84.2 % (threshold 70 %) (2026–2027)" in rows.loc["M3", "risk_en"]
    assert "未消除：P4 T-N3" in rows.loc["M3", "risk_zh"]
    assert portfolio.budget["used_yuan"].tolist() == [100_000.0, 90_000.0]
    assert portfolio.budget["project_ids"].tolist() == ["XM-M1;XM-M4", "XM-M2"]
    assert "XM-M3" not in set(library_rows(portfolio.projects)["project_id"])
    assert len(portfolio.projects) == 4  # nothing is dropped from the list


@pytest.mark.parametrize(("money", "state"), [(59_999.0, "falls_out"), (60_000.0, "funded"), (0.0, "falls_out")])
def test_budget__exactly_enough_is_enough(money: float, state: str) -> None:
    assert listed(candidate(1, 60_000.0), budget={2026: money}).projects["budget_state"].tolist() == [state]


def test_budget__none_stated_is_not_a_budget_of_nothing() -> None:
    portfolio = listed(candidate(1, 60_000.0))
    assert portfolio.projects["budget_state"].tolist() == [""]
    assert portfolio.budget.empty
    assert listed().projects.empty


def test_project_list__a_stage_is_due_when_it_is_needed_and_names_what_comes_before():
    """N1 fires from 2026 on and is due on 2026-12-01; the second stage clears it from 2028 on: due on 2028-12-01."""
    own, first, alone = candidate(1, 9e4, years=(2026, 2027, 2028, 2029), works=())
    second = measure("M2", 5e4, "T2", feeder="F1")
    choice = choose([own], [first, second], [alone])
    early = replace(alone, clears=(Cleared("N1", (2026, 2027)),))
    later = replace(
        alone, measure_ids=frozenset({"M2"}), after=frozenset({"M1"}), clears=(Cleared("N1", (2028, 2029)),)
    )
    stages = replace(choice, parts=(early, later))
    rows = project_list(stages, [own], [first, second], AREAS, SCHEDULERS).projects.set_index("project_id")
    assert list(rows.loc[["XM-M1", "XM-M2"], "due_on"]) == [pd.Timestamp("2026-12-01"), pd.Timestamp("2028-12-01")]
    assert pd.isna(rows.loc["XM-M1", "after_ids"])
    assert rows.loc["XM-M2", "after_ids"] == "M1"
    assert rows.loc["XM-M2", "risk_en"] == ""
    paid = project_list(stages, [own], [first, second], AREAS, SCHEDULERS, budget_yuan={2026: 6e4}).projects
    risk = paid.set_index("project_id")["risk_en"]  # M1 costs 90,000 and falls out, M2 fits and is worth nothing
    assert risk["XM-M2"] == "rests on XM-M1, which is not paid for"


def test_library_rows__a_project_that_takes_room_away_releases_none():
    projects = listed(candidate(1, 9e4, released=-133.7), candidate(2, 9e4, released=50.0)).projects
    assert sorted(projects["released_kva"]) == [-133.7, 50.0]
    assert sorted(library_rows(projects)["released_kva"]) == [0.0, 50.0]
