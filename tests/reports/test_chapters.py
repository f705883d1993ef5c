"""What the chapters say: figures worked by hand, and unknown, zero and not computed told apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sample_plan import BOTH, M4, sample_claims, sample_plan, sample_programme, sample_record
from sample_report import month_run

from capacity.board_report.sources import Faults, look_at, read_all
from capacity.reports import plan_comparison, saying
from capacity.reports.costs import cost_by_year, cost_of, range_words
from capacity.reports.crossings import Crossing, crossings_of
from capacity.reports.futures import chapter_of as futures_chapter
from capacity.reports.grid import load_bands, state_counts
from capacity.reports.plan_works import programme_of
from capacity.reports.plans import chapter_of as plan_chapter
from capacity.reports.quarter import month_of, quarter_of
from capacity.tables.report import (
    Chapter,
    Chart,
    Grid,
    Inputs,
    Picture,
    PlanInput,
    RunInput,
    Source,
    fingerprint_of,
    texts_of,
)
from capacity.tables.words import Word

SOURCE = Source(
    "S1", "plan", "p", "two", Word("两条线路", "two feeders"), Word("情景", "growth"), dt.date(2026, 11, 1), "0" * 8,
    True, Word("口径", "basis"), "test",
)  # fmt: skip


def inputs_of(*folders: Path) -> Inputs:
    faults = Faults()
    inputs = read_all(look_at(folders, faults), faults)
    assert not faults.en
    return inputs


def text_of(chapter: Chapter) -> str:
    return "\n".join(texts_of(chapter, "en"))


def grids(chapter: Chapter) -> dict[str, Grid]:
    return {block.title.en: block for block in chapter.blocks if isinstance(block, Grid)}


def cells(grid: Grid) -> list[tuple[str, ...]]:
    return [tuple(cell.en for cell in row) for row in grid.rows]


def chart_of(chapter: Chapter, key: str) -> Chart:
    picture = next(one for one in chapter.blocks if isinstance(one, Picture) and one.key.endswith(key))
    assert isinstance(picture.drawing, Chart)
    return picture.drawing


@pytest.mark.parametrize(
    ("value", "told"), [(0.0, "0"), (None, "unknown"), (float("nan"), "unknown"), (12345.99, "12,345")]
)
def test_floor__never_above_itself_and_unknown_is_not_zero(value: float | None, told: str) -> None:
    assert saying.floor(value).en == told


def test_yuan__in_ten_thousands() -> None:
    assert saying.yuan(1_234_567.0).en == "123.5"
    assert saying.yuan(None).zh == "未知"


def test_fingerprint__changes_with_any_file_and_not_with_the_order() -> None:
    assert fingerprint_of({"a": "1", "b": "2"}) == fingerprint_of({"b": "2", "a": "1"})
    assert fingerprint_of({"a": "1", "b": "2"}) != fingerprint_of({"a": "1", "b": "3"})
    assert len(fingerprint_of({})) == 8


def test_state__counts_and_bands_hold_every_area_and_transformer() -> None:
    run = month_run(dt.date(2026, 10, 1))
    assert sum(state_counts(run).values()) == len(run.areas) == 6
    bands = {name.en: count for name, count in load_bands(run).items()}
    # 19 public transformers, two without enough readings; by hand from PEAKS of the sample
    assert bands == {"< 50 %": 8, "50–70 %": 3, "70–80 %": 3, "80–100 %": 2, "≥ 100 %": 1, "unknown": 2}


def test_costs__low_likely_high_and_what_has_no_price() -> None:
    plan = sample_plan()
    total = cost_of(plan.measures)  # M6 has no price
    assert (total.likely, total.unpriced, total.mark) == (416_000.0, 1, "typical")
    assert total.low == pytest.approx(0.8 * 416_000.0)
    assert range_words(total).en == "41.6 (33.3–52.0), 1 more not known"
    assert range_words(cost_of(plan.measures[plan.measures["measure_id"].eq("M6")])).en == "unknown"
    assert range_words(cost_of(plan.measures.head(0))).en == "0.0 (0.0–0.0)"


def test_cost_by_year__budget_year_then_commissioning_then_none() -> None:
    plan = sample_plan()
    assert {year: cost.likely for year, cost in cost_by_year(plan).items()} == {2027: 150_000.0, 2028: 95_000.0}
    projects = plan.projects.copy()
    projects["budget_year"] = pd.array([None] * len(projects), dtype="Int64")
    projects.loc[projects["project_id"].eq(M4), "commissioning_date"] = pd.NaT
    late = cost_by_year(sample_plan(projects=projects))
    assert {year: cost.likely for year, cost in late.items()} == {2027: 150_000.0, None: 95_000.0}


def test_plan__why_chosen_why_rejected_what_stays_open_what_was_claimed() -> None:
    plan = sample_plan(claims=sample_claims(holds=None))
    chapter = plan_chapter(PlanInput(SOURCE, plan), 1, several=False, several_cases=False)
    told = grids(chapter)
    chosen = cells(told["Measures chosen, and why"])
    assert [row[0] for row in chosen] == ["M1", "M2", "M4", "total"]
    assert chosen[0][3:] == ("9.0", "7.2–11.2", "typical", "without it N1 stays open")
    assert chosen[-1][3:5] == ("24.5", "19.6–30.6")
    rejected = {row[0]: row for row in cells(told["The cheapest alternatives of each feeder (3 of 3 rejected)"])}
    assert rejected["M3"][3:6] == ("17.0", "2.0", "dearer")
    assert rejected["M6"][3:6] == ("unknown", "—", "cost not known")
    assert [row[0] for row in cells(told["Needs left open (1)"])] == ["N4"]
    projects = {row[1].split()[0]: row for row in cells(told["Projects (3, in order)"])}
    assert projects[BOTH][4] == "2027-04-30, 180 days late"
    assert projects["XM-P19-A2"][5] == "unknown"
    assert "no works are known yet" in text_of(chapter)
    assert "11 claims put to the test over the whole year: 10 hold, 0 do not, of 1 it is not known." in text_of(chapter)
    assert cells(told["Claims that do not hold or are not known"])[0][3] == "unknown"
    effect = cells(told["Each year with and without the plan"])
    assert effect[0][:3] == ("2027", "nothing done", "1")
    assert effect[0][10] == "not computed"
    assert effect[-1][10] == "50,000"


def test_plan__what_the_cost_is_for_and_remediation() -> None:
    told = grids(plan_chapter(PlanInput(SOURCE, sample_plan()), 1, several=False, several_cases=False))
    split = cells(told["What the cost of each feeder is for (10⁴ CNY)"])
    assert split[0] == ("F1", "15.0", "9.0", "0.0", "6.0", "0", "yes")
    assert split[-1] == ("total", "24.5", "9.0", "9.5", "6.0", "3", "—")
    remediation = cells(told["Remediation cases (P19): 1 of 2 hold or cannot be settled"])
    assert remediation[0][:5] == ("A2", "low voltage", "1", "1", "holds")


def test_plan__a_remediation_case_that_cannot_be_settled_is_unknown() -> None:
    plan = sample_plan()
    cases = plan.cases.copy()
    cases["fires"] = pd.array([False, None], dtype="boolean")
    chapter = plan_chapter(PlanInput(SOURCE, replace(plan, cases=cases)), 1, several=False, several_cases=False)
    assert cells(grids(chapter)["Remediation cases (P19): 1 of 2 hold or cannot be settled"])[0][4] == "unknown"
    none = replace(plan, cases=plan.cases.head(0), needs=plan.needs.head(0))
    told = text_of(plan_chapter(PlanInput(SOURCE, none), 1, several=False, several_cases=False))
    assert "Remediation cases (P19) were not judged." in told
    assert "There are no needs: no rule fires." in told


def test_plan__without_claims_and_without_measures_says_so() -> None:
    plan = sample_plan()
    nothing = replace(plan, choices=plan.choices.assign(chosen=False), programme=plan.programme.head(0))
    told = text_of(plan_chapter(PlanInput(SOURCE, nothing), 1, several=False, several_cases=False))
    assert "No measure was chosen." in told
    assert "There is no cost: no measure was chosen." in told
    assert "Not verified over the whole year yet" in told


@pytest.mark.parametrize("proven", [True, False])
def test_programme__is_proven_best_only_where_the_plan_says_so(proven: bool) -> None:
    plan = sample_plan(record=sample_record(programme_proven=proven))
    again, made = programme_of(plan), sample_programme(plan)
    assert again.proven is proven
    assert (again.late_months, again.not_placed, again.outages) == (made.late_months, made.not_placed, made.outages)


def test_unknown_values__are_gaps_in_pictures() -> None:
    plan = sample_plan()
    years = plan.years.copy()
    years.loc[years["year"].eq(2028), "p4"] = pd.NA
    chapter = plan_chapter(PlanInput(SOURCE, replace(plan, years=years)), 1, several=False, several_cases=False)
    panel = next(one for one in chart_of(chapter, "-effect").panels if one.title.en.startswith("P4"))
    assert [one.values for one in panel.series] == [(1.0, None, 1.0), (0.0, None, 0.0)]


def test_plan__capacity_is_a_lower_bound_where_areas_are_unknown() -> None:
    plan = sample_plan()
    years = plan.years.assign(unknown_areas=pd.array([1] * len(plan.years), dtype="Int64"))
    chapter = plan_chapter(PlanInput(SOURCE, replace(plan, years=years)), 1, several=False, several_cases=False)
    assert cells(grids(chapter)["Each year with and without the plan"])[0][8] == "≥ 330"


def test_plans__in_common_and_different() -> None:
    first, second = sample_plan(), sample_plan()
    without = second.choices.copy()
    without.loc[without["measure_id"].eq("M4"), "chosen"] = False
    other = PlanInput(replace(SOURCE, key="S2", scenario=Word("高", "high")), replace(second, choices=without))
    chapter = plan_comparison.chapter_of([PlanInput(SOURCE, first), other])
    table = {row[1]: row[2:] for row in cells(grids(chapter)["Measures of the plans (cost, 10⁴ CNY)"])}
    assert table == {"T1": ("all", "9.0", "9.0"), "T2": ("all", "6.0", "6.0"), "T3": ("some", "9.5", "—")}
    overview = {row[0]: row[1:] for row in cells(grids(chapter)["The plans in figures"])}
    assert overview["cost, likely (low–high)"] == ("24.5 (19.6–30.6)", "15.0 (12.0–18.8)")
    assert overview["P4 must be initiated, last year"] == ("1 → 0", "1 → 0")


def test_plans__of_different_cases_are_said_to_be_and_not_matched_by_element() -> None:
    other = PlanInput(replace(SOURCE, key="S2", case_name="three"), sample_plan())
    chapter = plan_comparison.chapter_of([PlanInput(SOURCE, sample_plan()), other])
    assert "different cases: different grids" in text_of(chapter)
    assert cells(grids(chapter)["Measures by kind"]) == [("larger transformer", "3", "3")]


def test_matrix__fan_capacity_and_adopters_by_hand(folders: dict[str, Path]) -> None:
    one = inputs_of(folders["matrix"]).matrices[0]
    chapter = futures_chapter(one, {"A01": "城关东"}, 1, several_cases=False)
    table = {row[:2]: row[2:] for row in cells(grids(chapter)["Areas that raise a rule: median [10 to 90 %]"])}
    # low, 2028: one of three draws raises P4: median 0, 90 % at 0.8 between 0 and 1
    assert table["P4 must be initiated", "low"] == ("0 [0–0]", "0 [0–1]")
    assert table["P4 must be initiated", "high"] == ("1 [1–1]", "1 [1–1]")
    assert table["capacity, all areas (kVA)", "low"][0] == "≥ 98 [97–99]"  # draws 1, 2, 3: 99, 98, 97; A02 unknown
    adopters = cells(grids(chapter)["Customers who have adopted a device: median [fewest–most]"])
    assert adopters[0] == ("low", "15 [0–30]", "15 [0–30]")
    assert "critical steps only (2027–2028)" in text_of(chapter)
    panel = chart_of(chapter, "-triggers").panels[0]
    assert panel.series[0].high == (0.0, 0.8)


def test_matrix__where_no_area_is_known_nothing_counts_as_zero(folders: dict[str, Path]) -> None:
    one = inputs_of(folders["matrix"]).matrices[0]
    figures = [name for name in one.fan.columns if name.endswith("_value")]
    of = one.fan["quantity"].eq("p10")
    fan = one.fan.assign(unknown_areas=one.fan["unknown_areas"].mask(of, 2))
    fan.loc[of, figures] = float("nan")
    chapter = futures_chapter(replace(one, fan=fan), {}, 1, several_cases=False)
    table = {row[:2]: row[2:] for row in cells(grids(chapter)["Areas that raise a rule: median [10 to 90 %]"])}
    assert table["P10 low voltage", "low"] == ("unknown", "unknown")
    note = next(block.note.en for block in chapter.blocks if isinstance(block, Picture) and "-triggers" in block.key)
    assert note.endswith("Never raised by an area that is known, in any scenario or year: P3、P5、P6.")


def test_crossings__possible_likely_and_the_last_year(folders: dict[str, Path]) -> None:
    outlook = inputs_of(folders["matrix"]).matrices[0].outlook
    low, high = (crossings_of(outlook[outlook["scenario"].eq(name)]) for name in ("low", "high"))
    assert low == [Crossing("A01", "p4", 2028, None, pytest.approx(100.0 / 3.0))]
    assert high == [Crossing("A01", "p4", 2027, 2027, 100.0)]


@pytest.mark.parametrize(
    ("as_of", "month"), [("2026-10-01", "2026-09"), ("2026-09-30", "2026-09"), ("2027-01-01", "2026-12")]
)
def test_month_of__the_day_before_the_as_of_date(as_of: str, month: str) -> None:
    assert f"{month_of(dt.date.fromisoformat(as_of)):%Y-%m}" == month


def test_quarter__months_there_missing_and_before(folders: dict[str, Path]) -> None:
    runs = inputs_of(folders["september"], folders["june"], folders["july"]).runs
    quarter = quarter_of(runs)
    assert (quarter.year, quarter.number) == (2026, 3)
    assert [run.source.name for run in quarter.there] == ["sample-2026-08-01", "sample-2026-10-01"]
    assert [f"{month:%Y-%m}" for month in quarter.missing] == ["2026-08"]
    assert quarter.before is not None
    assert quarter.before.source.name == "sample-2026-07-01"


def test_quarter__one_run_only_has_nothing_to_compare(folders: dict[str, Path]) -> None:
    runs: tuple[RunInput, ...] = inputs_of(folders["july"]).runs
    assert quarter_of(runs).span is None
