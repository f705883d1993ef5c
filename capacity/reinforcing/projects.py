"""The chosen sets as projects: listed, paid for, placed in time; and as changes that a future can hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity import policy
from capacity.planning.days import in_years
from capacity.planning.portfolio import feeders_served, library_rows, project_list, remediation_cases
from capacity.planning.portfolio.budget import UNPAID
from capacity.planning.portfolio.projects import PREFIX
from capacity.planning.programme import jobs_of, schedule
from capacity.reinforcing.market import schedulers
from capacity.reinforcing.sections import section_of
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.choice import Choice
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.plan import PLAN_UNSCHEDULED
from capacity.tables.policy import Policy
from capacity.tables.programme import Programme, Resources
from capacity.tables.scenario import Scenario


@dataclass(frozen=True)
class Projects:
    """The project list with its budget and its programme; tables of ``tables.portfolio`` and ``tables.programme``."""

    projects: pd.DataFrame
    cases: pd.DataFrame
    budget: pd.DataFrame
    programme: Programme
    unscheduled: pd.DataFrame
    library: pd.DataFrame

    def investment_yuan(self, horizon: Sequence[int]) -> dict[int, float]:
        """Cost by the year in which projects are due; what is due before the horizon counts in its first year.

        What no budget pays for is not in it.
        """
        paid = ~self.projects["budget_state"].isin(UNPAID)
        due = self.projects[paid].dropna(subset=["due_on", "cost_yuan"])
        year = pd.to_datetime(due["due_on"]).dt.year.clip(horizon[0], horizon[-1])
        return {int(key): float(value) for key, value in due["cost_yuan"].astype(float).groupby(year).sum().items()}


def projects_of(
    case: Case,
    rules: Policy,
    choice: Choice,
    needs: Sequence[Need],
    measures: Sequence[Measure],
    present_areas: pd.DataFrame,
    budget_yuan: Mapping[int, float] | None,
    *,
    crews: int,
    months: int,
    no_outage_months: Collection[int],
) -> Projects:
    """Projects, remediation cases (P19), budget and programme.

    Parameters
    ----------
    present_areas : of today's grid: ``area_id, low_voltage_nodes``.
    no_outage_months : calendar months in which nothing may be switched off.
    """
    as_of = case.settings.as_of
    timed = schedulers(as_of)
    areas = _areas(case, present_areas)
    outages = case.outages if len(case.outages) else None
    cases = remediation_cases(
        outages, feeders_served(case.transformers, areas), areas, as_of, policy.reliability_rules(rules)
    )
    portfolio = project_list(choice, needs, measures, areas, timed, cases=cases, budget_yuan=budget_yuan)
    first = as_of.replace(day=1)
    jobs, without = jobs_of(portfolio, timed, first, section_of(case))
    closed = frozenset(month for month in range(months) if (first.month - 1 + month) % 12 + 1 in no_outage_months)
    programme = schedule(jobs, Resources(first, (crews,) * months, closed))
    return Projects(
        portfolio.projects, cases, portfolio.budget, programme, conform(without, PLAN_UNSCHEDULED),
        library_rows(portfolio.projects),
    )  # fmt: skip


def _areas(case: Case, present: pd.DataFrame) -> pd.DataFrame:
    public = case.transformers[case.transformers["ownership"].eq("public")]
    by_area = public.groupby("area_id")
    counts = by_area["customer_count"].agg(lambda each: each.sum() if each.notna().all() else None)
    feeders = by_area["feeder_id"].agg(lambda each: ";".join(sorted(set(each.dropna()))))
    frame = pd.DataFrame(case.areas[["area_id", "name", "area_class"]])
    return frame.assign(
        customer_count=frame["area_id"].map(counts),
        feeder_ids=frame["area_id"].map(feeders),
        low_voltage_nodes=frame["area_id"].map(present.set_index("area_id")["low_voltage_nodes"]),
    )


def with_projects(
    future: Scenario, parts: Sequence[Verified], needs: Sequence[Need], measures: Mapping[str, Measure], as_of: dt.date
) -> Scenario:
    """A future with the chosen sets done, each from the first year on in which it clears something."""
    by_id = {need.need_id: need for need in needs}
    changes = list(future.changes)
    for part in parts:
        years = [year for own in part.clears if by_id[own.need_id].rule != "P3" for year in own.years]
        year = min(years, default=as_of.year)
        stated = {"in_service_on": in_years(as_of, year - as_of.year), "project_id": PREFIX + part.name}
        for key in sorted(part.measure_ids):
            changes += [change.model_copy(update=stated) for change in measures[key].changes]
    return future.model_copy(update={"changes": tuple(changes)})
