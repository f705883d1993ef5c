"""A row of the project library from a plan and its estimate (P17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from capacity.tables._schema import conform
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.stage_plan import StagePlan
from capacity.tables.works import CostEstimate

_BETWEEN_IDS = ";"


def project_row(
    plan: StagePlan,
    estimate: CostEstimate | None,
    *,
    project_id: str,
    name: str,
    rule: str,
    area_ids: Sequence[str] = (),
    released_kva: float | None = None,
    status: str = "planned",
) -> pd.DataFrame:
    """One row of ``tables.inputs.projects``.

    Its stage is the plan's first, the one to do next. The cost is the likely amount that the company pays; what is left
    to the supply offer is not in it. The commissioning date is :func:`commissioning`'s.

    Parameters
    ----------
    estimate
        None where nothing is known: the cost is then missing, not zero.
    rule
        The rule it was raised for, such as ``P6``.

    Raises
    ------
    pandera.errors.SchemaErrors
        An empty id, a negative capacity or a status that does not exist.
    """
    elements = dict.fromkeys(element for work in plan.works for element in work.element_ids)
    row = {
        "project_id": project_id,
        "name": name,
        "stage": plan.stages[0].stage,
        "rule": rule or None,
        "element_ids": _BETWEEN_IDS.join(elements) or None,
        "area_ids": _BETWEEN_IDS.join(area_ids) or None,
        "released_kva": released_kva,
        "cost_yuan": round(estimate.company.likely, 2) if estimate else None,
        "commissioning_date": pd.Timestamp(commissioning(plan)),
        "status": status,
    }
    return conform(pd.DataFrame([row]), PROJECTS)


def commissioning(plan: StagePlan) -> dt.date:
    """The day to promise: the wanted one where it can be kept for sure, else the earliest energisation; of an estimated
    range its latest day."""
    kept = plan.slack is not None and plan.slack.in_time is True
    return plan.wanted if kept and plan.wanted else plan.earliest_energisation.latest
