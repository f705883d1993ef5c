"""The programme of works: which project is built in which month, with how many crews, in which outage (P17, P18)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.words import PLAN_STATE, URGENCY, Word

_IDS = "Separated by ``;``."


@dataclass(frozen=True)
class Job:
    """The construction of a project; months are counted from the programme's first, 0.

    Attributes
    ----------
    earliest_month : the first month in which it can begin.
    due_month : the last month in which it may end without being late; negative: it is late whatever is done.
    months : how long it takes; it is done at the end of its last month.
    crews : busy in each of these months.
    section_ids : switchable sections that are switched off for it, in its last month; empty: none.
    """

    job_id: str
    name: Word
    earliest_month: int
    due_month: int
    months: int
    crews: int = 1
    section_ids: tuple[str, ...] = ()
    urgency: str = "must"


@dataclass(frozen=True)
class Resources:
    """What there is in each month of the programme.

    Attributes
    ----------
    first_month : its first day.
    crews : by month; as many months as the programme has.
    no_outage_months : months in which nothing may be switched off (the festival, the summer peak).
    """

    first_month: dt.date
    crews: tuple[int, ...]
    no_outage_months: frozenset[int] = frozenset()

    @property
    def months(self) -> int:
        """Length of the programme."""
        return len(self.crews)

    def day(self, month: int) -> pd.Timestamp:
        """The first day of a month of the programme."""
        return pd.Timestamp(self.first_month) + pd.DateOffset(months=month)


PLAN = table(
    "programme",
    "工程计划",
    "programme",
    "One row per project. Months are named by their first day.",
    {
        "project_id": text("项目编号", "project id", key=True),
        "name_zh": text("项目名称", "project name (Chinese)"),
        "name_en": text("项目名称（英文）", "project name (English)"),
        "urgency": text("紧迫程度", "urgency", choices=tuple(URGENCY)),
        "state": text("计划情况", "state", choices=tuple(PLAN_STATE)),
        "start_month": moment("开工月份", "starts in", missing="cannot be placed"),
        "finish_month": moment("完工月份", "ends in", missing="cannot be placed"),
        "due_month": moment("需求月份", "due in"),
        "late_months": count("延期月数", "late by months", "Of one that cannot be placed: at least so many."),
        "crews": count("施工队数", "crews", "In each of its months."),
        "section_ids": text("停电区段", "sections switched off", _IDS, missing="no outage"),
        "shared_with": text("同次停电项目", "shares its outages with", _IDS, missing="with none"),
        "why_zh": text("说明（中文）", "why (Chinese)"),
        "why_en": text("说明（英文）", "why (English)"),
    },
)

OUTAGES_PLANNED = table(
    "planned_outages",
    "停电计划",
    "planned outages",
    "One row per section and month in which it is switched off; all works on it share the outage (P18).",
    {
        "section_id": text("区段编号", "section id"),
        "month": moment("月份", "month"),
        "project_ids": text("项目", "projects", _IDS),
        "project_count": count("项目数", "projects sharing it"),
    },
    unique=["section_id", "month"],
)

MONTHS = table(
    "programme_months",
    "各月资源",
    "resources by month",
    "One row per month.",
    {
        "month": moment("月份", "month"),
        "crews": count("可用施工队", "crews there are"),
        "crews_used": count("使用施工队", "crews used"),
        "outages": count("停电次数", "outages"),
        "outages_allowed": flag("可停电", "outages allowed"),
        "used_percent": number("使用率", "used", "%", missing="no crew that month"),
    },
)


@dataclass(frozen=True)
class Programme:
    """A programme of works.

    Attributes
    ----------
    late_months, outages, peak_crews : what the goals came to, in their order; projects that cannot be placed apart.
    not_placed : how many projects there is no place for.
    proven : every goal was proven best; False: the search was cut off, and the plan is the best found.
    """

    plan: pd.DataFrame
    outages_planned: pd.DataFrame
    months: pd.DataFrame
    not_placed: int
    late_months: int
    outages: int
    peak_crews: int
    proven: bool
