"""What a plan costs, in total and by year: low, likely and high, with what is not known kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.reports import saying
from capacity.reports.saying import ids, joined
from capacity.tables.plan import Plan
from capacity.tables.report import UNKNOWN
from capacity.tables.words import Word

MARK = {
    "verified": Word("已核对", "verified"),
    "typical": Word("典型", "typical"),
    "assumed": Word("假定", "assumed"),
}
"""Short words for the marks of prices; what they mean stands in the last chapter."""
AMOUNTS = ("cost_low_yuan", "cost_yuan", "cost_high_yuan")


@dataclass(frozen=True)
class Cost:
    """Three amounts in CNY, what they do not hold, and the weakest price behind them (None: nothing is priced)."""

    low: float
    likely: float
    high: float
    unpriced: int
    mark: str | None


def cost_of(measures: pd.DataFrame) -> Cost:
    """The sum over some measures; those without a price are counted apart and not as zero."""
    priced = measures[measures[list(AMOUNTS)].notna().all(axis=1)]
    low, likely, high = (float(priced[name].sum()) for name in AMOUNTS)
    marks = [mark for mark in ("assumed", "typical", "verified") if priced["cost_mark"].eq(mark).any()]
    return Cost(low, likely, high, len(measures) - len(priced), marks[0] if marks else None)


def chosen_measures(plan: Plan) -> pd.DataFrame:
    """The measures of the plan, with their choice's reason, by feeder and id."""
    chosen = plan.choices.loc[plan.choices["chosen"].eq(True), "measure_id"]
    return plan.measures[plan.measures["measure_id"].isin(chosen)].sort_values(["feeder_id", "measure_id"])


def year_of_projects(plan: Plan) -> pd.Series:
    """The year in which each project is paid: that of its budget, else of its commissioning; missing: neither."""
    projects = plan.projects.set_index("project_id")
    commissioned = projects["commissioning_date"].dt.year.astype("Int64")
    return projects["budget_year"].astype("Int64").fillna(commissioned)


def cost_by_year(plan: Plan) -> dict[int | None, Cost]:
    """What each year's projects cost; None: projects without a year. Every measure counts once."""
    years = year_of_projects(plan)
    of_measure: dict[str, int | None] = {}
    for row in plan.projects.itertuples():
        year = years[row.project_id]
        for measure in ids(row.measure_ids):
            of_measure.setdefault(measure, None if pd.isna(year) else int(year))
    chosen = chosen_measures(plan)
    placed = chosen["measure_id"].map(of_measure)
    found: dict[int | None, Cost] = {}
    for year in sorted({int(one) for one in placed.dropna()}):
        found[year] = cost_of(chosen[placed.eq(year).fillna(False)])
    rest = chosen[placed.isna()]
    if len(rest):
        found[None] = cost_of(rest)
    return found


def range_words(cost: Cost) -> Word:
    """``122.5 (100.0–151.0)`` in 10,000 CNY, and how many measures have no price."""
    if cost.mark is None and cost.unpriced:
        return UNKNOWN
    figure = saying.same(f"{saying.yuan(cost.likely).en} ({saying.yuan(cost.low).en}–{saying.yuan(cost.high).en})")
    if not cost.unpriced:
        return figure
    return Word(f"{figure.zh}，另 {cost.unpriced} 项未知", f"{figure.en}, {cost.unpriced} more not known")


def mark_words(measures: pd.DataFrame) -> Word:
    """How many prices are of which mark."""
    counts = measures["cost_mark"].value_counts()
    told = [
        Word(f"{word.zh} {counts[mark]} 项", f"{counts[mark]} {word.en}")
        for mark, word in MARK.items()
        if mark in counts
    ]
    unknown = int(measures["cost_mark"].isna().sum())
    if unknown:
        told.append(Word(f"价格未知 {unknown} 项", f"{unknown} without a price"))
    return joined(told) if told else Word("无", "none")


def years_of(plans: Sequence[Plan]) -> list[int]:
    """Every year in which one of the plans builds something."""
    return sorted({year for plan in plans for year in cost_by_year(plan) if year is not None})
