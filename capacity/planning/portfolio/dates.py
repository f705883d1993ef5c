"""The dates of a project: back from the day it is due, or forward from today where that day cannot be kept (P17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from capacity.tables.portfolio import Schedulers
from capacity.tables.stage_plan import Stage, StagePlan
from capacity.tables.works import Work


@dataclass(frozen=True)
class Dates:
    """When a project enters the library, leaves it for execution, and is in service; None: not scheduled."""

    due_on: dt.date | None
    initiate_on: dt.date | None = None
    release_on: dt.date | None = None
    commissioning: dt.date | None = None
    late_days: int | None = None
    estimated: bool = False


def dates_of(works: Sequence[Work], due_on: Any, schedulers: Schedulers) -> tuple[Dates, StagePlan | None]:
    """The dates, and the plan behind them; without works or without a day due there is none.

    The latest start that keeps the day due for sure, whatever of the calendar is not published yet; where there is none
    (too late, or not certain) the earliest plan from today, and by how many days it comes late.
    """
    if not works or due_on is None:
        return Dates(due_on), None
    plan = schedulers.back(works, due_on)
    kept = plan.slack is not None and plan.slack.in_time is True
    if not kept:
        plan = schedulers.forward(works)
    commissioning = due_on if kept else plan.stages[-1].finish.latest
    ends = [day for stage in plan.stages for day in (stage.start, stage.finish)]
    dates = Dates(
        due_on=due_on,
        initiate_on=_start(plan, "initiated"),
        release_on=_finish(plan, "released"),
        commissioning=commissioning,
        late_days=max((commissioning - due_on).days, 0),
        estimated=not all(day.published for day in ends),
    )
    return dates, plan


def _start(plan: StagePlan, stage: Stage) -> dt.date | None:
    return next((one.start.earliest for one in plan.stages if one.stage == stage), None)


def _finish(plan: StagePlan, stage: Stage) -> dt.date | None:
    """Of a range the earlier day: a release that comes later may not keep the day due."""
    return next((one.finish.earliest for one in plan.stages if one.stage == stage), None)
