"""Jobs from the project list: when construction can begin, by when it has to end, what is switched off for it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from capacity.tables.portfolio import Portfolio, Schedulers
from capacity.tables.programme import Job
from capacity.tables.stage_plan import StagePlan
from capacity.tables.words import Word
from capacity.tables.works import KINDS, Work

WORKING_DAYS_A_MONTH = 21


def one_crew(works: Sequence[Work]) -> int:
    """One crew for whatever it is [choice]."""
    return 1


def jobs_of(
    portfolio: Portfolio,
    schedulers: Schedulers,
    first_month: dt.date,
    section_of: Mapping[str, str],
    *,
    crews_of: Callable[[Sequence[Work]], int] = one_crew,
) -> tuple[tuple[Job, ...], pd.DataFrame]:
    """The jobs of the projects that are paid for and have works and a day due.

    Parameters
    ----------
    first_month
        First day of the programme's first month.
    section_of
        The switchable section of each element. An element without one is a section of its own: nothing is bundled by
        guess.
    crews_of
        How many crews the works of a project take in each of its months.

    Returns
    -------
    The jobs, and the projects that none was made of: ``project_id, why_zh, why_en``.
    """
    jobs, without = [], []
    for row in portfolio.projects.to_dict("records"):
        key = str(row["project_id"])
        why = _why_none(row, key in portfolio.plans)
        if why is not None:
            without.append({"project_id": key, "why_zh": why.zh, "why_en": why.en})
            continue
        works = portfolio.works[key]
        plan = schedulers.forward(works)
        begin = _first_month_of(plan, first_month)
        if not pd.isna(row["budget_year"]):
            begin = max(begin, (int(row["budget_year"]) - first_month.year) * 12 + 1 - first_month.month)
        jobs.append(
            Job(
                job_id=key,
                name=Word(str(row["name_zh"]), str(row["name_en"])),
                earliest_month=begin,
                due_month=_last_month_before(row["due_on"], first_month),
                months=_months_of(plan),
                crews=crews_of(works),
                section_ids=_sections(works, row["element_ids"], section_of),
                urgency=str(row["urgency"]),
            )
        )
    return tuple(jobs), pd.DataFrame(without, columns=["project_id", "why_zh", "why_en"])


def _why_none(row: Mapping[str, object], planned: bool) -> Word | None:
    if row["budget_state"] in ("falls_out", "cost_unknown"):
        return Word(f"预算未安排：{row['risk_zh']}", f"not paid for: {row['risk_en']}")
    if not planned:
        return Word("没有工程内容或需求日期，无法排期", "no works or no day due are stated: it cannot be scheduled")
    return None


def _first_month_of(plan: StagePlan, first_month: dt.date) -> int:
    """The month in which construction can begin; of works without such a stage, in which they can begin."""
    stage = next((one for one in plan.stages if one.stage == "construction"), plan.stages[0])
    day = stage.start.latest
    return max((day.year - first_month.year) * 12 + day.month - first_month.month, 0)


def _last_month_before(due_on: pd.Timestamp, first_month: dt.date) -> int:
    """The last month that is over by the day due: a job is done at the end of a month."""
    after = due_on + pd.Timedelta(days=1)
    return int((after.year - first_month.year) * 12 + after.month - first_month.month - 1)


def _months_of(plan: StagePlan) -> int:
    days = sum(one.working_days for one in plan.stages if one.stage in ("construction", "accepted"))
    return max(math.ceil(days / WORKING_DAYS_A_MONTH), 1)


def _sections(works: Sequence[Work], element_ids: object, section_of: Mapping[str, str]) -> tuple[str, ...]:
    """Where something has to be switched off; works that name no element stand for the project's."""
    own = str(element_ids).split(";") if isinstance(element_ids, str) else []
    touched = [key for work in works if KINDS[work.kind].outage for key in (work.element_ids or own)]
    return tuple(sorted({section_of.get(key, key) for key in touched}))
