"""When works start and end, stage by stage, in working days (P14, P17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from capacity.tables.works import Mark, Work

Pace = Literal["short", "usual", "long"]
Stage = Literal["initiated", "feasibility", "released", "design", "procurement", "construction", "accepted"]
"""The stages of the project library, in their order."""


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked, as far as published: ``works`` is only asked for days from ``first`` to ``last``.

    Make it with ``WorkingCalendar(*published_days(), is_working_day)`` of ``policy.working_days``.
    """

    first: dt.date
    last: dt.date
    works: Callable[[dt.date], object]


@dataclass(frozen=True)
class PlannedDay:
    """A day of a plan. Where it depends on working days not yet published it is a range, an estimate: from the
    earliest to the latest day that comes out with the holidays of each published year laid over the unknown ones."""

    earliest: dt.date
    latest: dt.date
    published: bool

    @property
    def day(self) -> dt.date | None:
        """The day itself; None where the calendar is not published so far."""
        return self.earliest if self.published else None


@dataclass(frozen=True)
class PlannedStage:
    """A stage with its first and last working day."""

    stage: Stage
    working_days: int
    start: PlannedDay
    finish: PlannedDay


@dataclass(frozen=True)
class Slack:
    """Working days to spare before the first stage has to start; negative: too late by so many. A range where the
    calendar is not published."""

    fewest: int
    most: int
    published: bool

    @property
    def in_time(self) -> bool | None:
        """Whether the wanted day can be kept; None where that hangs on the unpublished calendar."""
        return True if self.fewest >= 0 else False if self.most < 0 else None


@dataclass(frozen=True)
class StagePlan:
    """The stages of works in working days.

    Attributes
    ----------
    wanted : the day the supply is to be switched on, the last day of the last stage; None in a plan made forwards.
    stages : latest start and finish where a day is wanted, earliest ones in a plan made forwards from ``today``.
    working_days : of all stages.
    slack : None in a plan made forwards.
    earliest_energisation : last day of the last stage when the first one starts on ``today``, or on the first
        working day after it.
    pace : whether each stage takes its shortest, usual or longest time.
    mark : the weakest mark of the durations used.
    calendar_until : last day of the published calendar.
    sentence_zh, sentence_en : what follows, in words.
    """

    works: tuple[Work, ...]
    today: dt.date
    wanted: dt.date | None
    stages: tuple[PlannedStage, ...]
    working_days: int
    slack: Slack | None
    earliest_energisation: PlannedDay
    pace: Pace
    mark: Mark
    calendar_until: dt.date
    sentence_zh: str
    sentence_en: str
