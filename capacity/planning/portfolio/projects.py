"""The project list from the chosen measures and the remediation cases (P16–P19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from capacity.planning.days import in_years
from capacity.planning.portfolio.budget import UNPAID, with_budget
from capacity.planning.portfolio.dates import Dates, dates_of
from capacity.planning.portfolio.ranking import per_10k, ranked, rule_and_urgency
from capacity.tables._schema import conform, empty
from capacity.tables.choice import Choice
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.measure import ORIGINS, Measure, Need, Verified
from capacity.tables.portfolio import PROJECT_LIST, Portfolio, Schedulers
from capacity.tables.stage_plan import StagePlan
from capacity.tables.words import MEASURE_KIND, P19_CAUSE
from capacity.tables.works import Work

PREFIX = "XM-"


def project_list(
    choice: Choice,
    needs: Sequence[Need],
    measures: Sequence[Measure],
    areas: pd.DataFrame,
    schedulers: Schedulers,
    *,
    cases: pd.DataFrame | None = None,
    budget_yuan: Mapping[int, float] | None = None,
) -> Portfolio:
    """A project for every verified set that was chosen, and for every remediation case that none of them clears.

    Parameters
    ----------
    areas
        ``area_id, name, customer_count``; a count may be missing.
    schedulers
        Works in time, with today and the working calendar in them.
    cases
        ``P19_CASES`` of :func:`~capacity.planning.portfolio.remediation_cases`; those that fire add and re-rank.
    budget_yuan
        By calendar year; None: no budget is stated and nothing falls out. What a year leaves over is not carried on.

    Returns
    -------
    Portfolio
        In the order of rank (``docs/planning.md``). Nothing is dropped: what a budget leaves out is in it, with what
        stays open.

    Raises
    ------
    RequestError
        From the schedulers: faulty works, or days beyond the calendar.
    """
    firing = cases[cases["fires"].fillna(False).astype(bool)] if cases is not None else None
    by_need = {need.need_id: need for need in needs}
    by_measure = {one.measure_id: one for one in measures}
    works: dict[str, tuple[Work, ...]] = {}
    plans: dict[str, StagePlan] = {}
    rows = []
    for part in choice.parts:
        own = [by_measure[key] for key in sorted(part.measure_ids)]
        cleared = sorted((by_need[one.need_id] for one in part.clears if one.years), key=lambda need: need.need_id)
        row = _project(part, own, cleared, areas, firing)
        key = str(row["project_id"])
        works[key] = tuple(work for one in own for work in one.works)
        dates, plan = dates_of(works[key], row["due_on"], schedulers)
        plans |= {key: plan} if plan else {}
        rows.append({**row, **_dated(dates)})
    if firing is not None:
        rows += _remediation(firing, rows, choice, areas)
    if not rows:
        return Portfolio(empty(PROJECT_LIST), {}, {}, with_budget([], {}, budget_yuan)[1])
    open_years = {PREFIX + part.name: _years_by_need(part, by_need) for part in choice.parts}
    placed, years = with_budget(ranked(rows), open_years, budget_yuan)
    return Portfolio(conform(pd.DataFrame(placed), PROJECT_LIST), works, plans, years)


def library_rows(projects: pd.DataFrame) -> pd.DataFrame:
    """The list as rows of ``projects.csv``: stage initiated, status planned; what falls out of the budget is not in it.

    Raises
    ------
    pandera.errors.SchemaErrors
        Where the list is not one of :func:`project_list`.
    """
    kept = projects[~projects["budget_state"].isin(UNPAID)]
    rows = pd.DataFrame(
        {
            "project_id": kept["project_id"],
            "name": kept["name_zh"],
            "stage": "initiated",
            "rule": kept["rule"],
            "element_ids": kept["element_ids"],
            "area_ids": kept["area_ids"],
            "released_kva": kept["released_kva"].clip(lower=0.0),  # what takes room away releases none
            "cost_yuan": kept["cost_yuan"],
            "commissioning_date": kept["commissioning_date"],
            "status": "planned",
        }
    )
    return conform(rows, PROJECTS)


def _project(
    part: Verified, own: Sequence[Measure], cleared: Sequence[Need], areas: pd.DataFrame, firing: pd.DataFrame | None
) -> dict[str, object]:
    area_ids = dict.fromkeys(area for one in own for area in one.area_ids)
    area_ids |= dict.fromkeys(need.area_id for need in cleared if need.area_id)
    elements = dict.fromkeys(element for one in own for element in one.element_ids)
    kinds = [MEASURE_KIND[kind] for kind in dict.fromkeys(one.kind for one in own)]
    place = ", ".join(list(elements)[:3]) + (" …" if len(elements) > 3 else "")
    cost = sum(one.cost_yuan for one in own if one.cost_yuan is not None)  # of what was chosen every price is known
    rule, urgency = rule_and_urgency([need.rule for need in cleared])
    causes = _causes(firing, part.feeder_id, list(area_ids))
    driving = [need for need in cleared if need.rule not in ("P3", "P19")] or list(cleared)
    from_year = {one.need_id: one.years[0] for one in part.clears if one.years}
    return {
        "project_id": PREFIX + part.name,
        "name_zh": f"{place} {'、'.join(kind.zh for kind in kinds)}".strip(),
        "name_en": f"{place}: {', '.join(kind.en for kind in kinds)}",
        "feeder_id": part.feeder_id,
        "rule": rule,
        "rules": ";".join(sorted({need.rule for need in cleared}, key=lambda one: int(one[1:]))),
        "urgency": urgency,
        "measure_ids": ";".join(one.measure_id for one in own),
        "after_ids": ";".join(sorted(part.after)) or None,
        "element_ids": ";".join(elements) or None,
        "area_ids": ";".join(area_ids) or None,
        "due_on": min((_due_on(need, from_year[need.need_id]) for need in driving), default=None),
        "cost_yuan": cost,
        "released_kva": part.released_kva,
        "released_kva_per_10k_yuan": per_10k(part.released_kva, cost),
        "losses_saved_kwh_per_year": part.losses_saved_kwh_per_year,
        "customers": _customers(areas, list(area_ids)),
        "p19_causes": ";".join(causes) or None,
        **{
            f"{origin}_need_ids": ";".join(need.need_id for need in cleared if need.origin == origin) or None
            for origin in ORIGINS
        },
        "evidence_zh": "；".join(need.evidence.zh or need.words.zh for need in cleared),
        "evidence_en": "; ".join(need.evidence.en or need.words.en for need in cleared),
    }


def _due_on(need: Need, year: int) -> dt.date:
    """The day a need is due, where it is cleared from a later year on the same day of that."""
    return in_years(need.due_on, max(year - need.years[0], 0))


def _dated(dates: Dates) -> dict[str, object]:
    return {
        "initiate_on": dates.initiate_on,
        "release_on": dates.release_on,
        "commissioning_date": dates.commissioning,
        "late_days": dates.late_days,
        "dates_estimated": dates.estimated,
        "due_on": dates.due_on,
    }


def _remediation(
    firing: pd.DataFrame, projects: Sequence[Mapping[str, object]], choice: Choice, areas: pd.DataFrame
) -> list[dict[str, object]]:
    """Cases that no chosen project clears: low voltage is cleared with every P10 need of the area."""
    cleared = set(choice.needs.loc[choice.needs["outcome"].eq("cleared"), "need_id"])
    rows = []
    for (area_id, feeder_id), group in firing.groupby(["area_id", "feeder_id"], dropna=False, sort=True):
        about_area = not pd.isna(area_id)
        place = str(area_id if about_area else feeder_id)
        voltage = choice.needs[choice.needs["rule"].eq("P10") & choice.needs["area_id"].eq(place)]
        if about_area and len(voltage) and set(voltage["need_id"]) <= cleared:
            continue
        own = choice.needs[choice.needs["rule"].eq("P19") & choice.needs["element_id"].eq(place)]
        if len(own) and set(own["need_id"]) <= cleared:
            continue
        causes = [P19_CAUSE[cause] for cause in group["cause"]]
        area_ids = [place] if about_area else []
        rows.append(
            {
                "project_id": f"{PREFIX}P19-{place}",
                "name_zh": f"{place} 整治：{'、'.join(word.zh for word in causes)}",
                "name_en": f"{place}, remediation: {', '.join(word.en for word in causes)}",
                "feeder_id": None if pd.isna(feeder_id) else feeder_id,
                "rule": "P19",
                "rules": "P19",
                "urgency": rule_and_urgency(["P19"])[1],
                "area_ids": ";".join(area_ids) or None,
                "customers": _customers(areas, area_ids),
                "p19_causes": ";".join(group["cause"]),
                "dates_estimated": False,
                "evidence_zh": "；".join(group["evidence_zh"]),
                "evidence_en": "; ".join(group["evidence_en"]),
            }
        )
    return rows


def _causes(firing: pd.DataFrame | None, feeder_id: str, area_ids: Sequence[str]) -> list[str]:
    if firing is None:
        return []
    about_areas = firing["area_id"].isin(area_ids)
    about_feeder = firing["area_id"].isna() & firing["feeder_id"].eq(feeder_id)
    found = set(firing.loc[about_areas | about_feeder, "cause"])
    return [cause for cause in P19_CAUSE if cause in found]


def _customers(areas: pd.DataFrame, area_ids: Sequence[str]) -> int | None:
    counts = areas.set_index("area_id")["customer_count"].reindex(list(area_ids))
    return None if counts.empty or counts.isna().any() else int(counts.sum())


def _years_by_need(part: Verified, by_need: Mapping[str, Need]) -> list[tuple[Need, tuple[int, ...]]]:
    return [(by_need[one.need_id], one.years) for one in part.clears if one.years]
