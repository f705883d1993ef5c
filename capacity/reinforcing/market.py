"""What measures can be built of, priced and timed: the rooms ``works``, ``policy`` and the equipment library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from capacity import policy, works
from capacity.assessing.toolbox import catalogue
from capacity.errors import RequestError
from capacity.tables.policy import Policy
from capacity.tables.portfolio import Schedulers
from capacity.tables.situation import Market
from capacity.tables.stage_plan import StagePlan, WorkingCalendar
from capacity.tables.works import CostEstimate, Work

TRIGGER_OF = {"P3": "may_initiate", "P4": "must_initiate", "P5": "pre_control", "P6": "connection"}


def market(rules: Policy, today: dt.date) -> Market:
    """Prices and durations of the package, with the policy's numbers."""
    timed = schedulers(today)

    def cost(what: Sequence[Work], area_class: str) -> CostEstimate | None:
        try:
            return works.cost_of(what, works.bundled_prices(), split=None, area_class=area_class)
        except RequestError:
            return None

    def lead_time(what: Sequence[Work]) -> int | None:
        try:
            return timed.forward(what).working_days
        except RequestError:
            return None

    return Market(
        equipment=_equipment(),
        cost=cost,
        lead_time_working_days=lead_time,
        choice=rules.choice,
        thresholds={rule: rules.triggers[name].threshold for rule, name in TRIGGER_OF.items()},
    )


def schedulers(today: dt.date) -> Schedulers:
    """Works in time, from a day on, over the published working calendar."""
    calendar = WorkingCalendar(*policy.published_days(), policy.is_working_day)
    durations = works.bundled_durations()

    def back(what: Sequence[Work], due_on: dt.date) -> StagePlan:
        return works.schedule_back(what, due_on, today, calendar, durations)

    def forward(what: Sequence[Work]) -> StagePlan:
        return works.schedule_forward(what, today, calendar, durations)

    return Schedulers(back, forward)


_equipment = cache(catalogue)
