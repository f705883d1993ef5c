"""What is due when (P14): the company's own working days, with the clock standing while others have to act.

The register stamps 受理 the moment an application is entered, so that step is met with its entry. The offer of HV
customers counts from there to the first offer. The last step counts, at LV from the receipt and at HV from the day on
which the customer's works are reported finished, to the energisation. The clock stands while the customer has an
offer and has not agreed, and from the start of works outside or of the customer until they are finished [choice];
then what is left of the time limit runs on. The day on which a clock starts or runs again is day 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.register import DUE, Application, StepsOf, WorkCalendar
from capacity.tables.service import Step
from capacity.tables.words import DUE_STATE, Word

LocalDay = Callable[[dt.datetime], dt.date]

_CUSTOMER = Word("等待客户确认供电方案，时限暂停", "the customer has the offer: the clock stands")
_WORKS = Word("外部或客户工程进行中，时限暂停", "works outside or of the customer: the clock stands")
_HV_WORKS = Word("客户工程完工报验后起算", "counts from the day the customer's works are reported finished")
_ASK_EXPIRY = Word(
    "供电方案已过有效期：请重新答复或办理失效", "the offer has run out: renew it, or let the application expire"
)


@dataclass(frozen=True)
class _Span:
    """A stretch of days on which the clock runs; ``end`` is None where it still runs."""

    start: dt.date
    end: dt.date | None


@dataclass(frozen=True)
class _Clock:
    """The clock of a step: the spans it ran, when the step was done, or why it stands."""

    step: Step
    spans: tuple[_Span, ...]
    done_on: dt.date | None = None
    stands: Word | None = None


def due_list(
    found: Sequence[Application], *, today: dt.date, steps_of: StepsOf, calendar: WorkCalendar, day_of: LocalDay
) -> pd.DataFrame:
    """What is due, overdue or waiting, of all open applications; the most urgent first.

    Parameters
    ----------
    steps_of : the steps of P14 of an application, by its facts.
    calendar : the working days; unpublished years come as words instead of days.
    day_of : the local day of a moment in UTC.

    Returns
    -------
    Rows of ``DUE``.
    """
    rows = [
        row
        for one in found
        if one.status in ("received", "offered", "accepted")
        for row in (*_rows(one, today, steps_of, calendar, day_of), *_offer_rows(one, today))
        if row["state"] not in ("done", "done_late")
    ]
    if not rows:
        return empty(DUE)
    rank = {state: place for place, state in enumerate(DUE_STATE)}
    frame = conform(pd.DataFrame(rows), DUE)
    keys = frame.assign(rank=frame["state"].map(rank))
    return frame.loc[keys.sort_values(["rank", "due_on", "application_id"], kind="stable").index].reset_index(drop=True)


def timetable(
    one: Application, *, today: dt.date, steps_of: StepsOf, calendar: WorkCalendar, day_of: LocalDay
) -> pd.DataFrame:
    """The customer's own timetable (用电时刻表): every step of P14, done or to come; rows of ``DUE``."""
    rows = [*_rows(one, today, steps_of, calendar, day_of), *_offer_rows(one, today)]
    if one.status in ("withdrawn", "expired"):  # nothing is due any more
        rows = [row for row in rows if row["state"] in ("done", "done_late")]
    return conform(pd.DataFrame(rows), DUE) if rows else empty(DUE)


def _rows(
    one: Application, today: dt.date, steps_of: StepsOf, calendar: WorkCalendar, day_of: LocalDay
) -> Iterator[dict[str, object]]:
    for clock in _clocks(one, steps_of(one.facts), day_of):
        yield _row(one.application_id, clock, today, calendar)


def _clocks(one: Application, steps: Sequence[Step], day_of: LocalDay) -> Iterator[_Clock]:
    received = one.received_at.date() if one.received_at else day_of(one.stamps[0].at)
    days = [(stamp.event, day_of(stamp.at)) for stamp in one.stamps]
    energised = next((day for event, day in days if event == "energised"), None)
    first, *middle, last = steps
    yield _Clock(first, (_Span(received, received),), done_on=received)
    for step in middle:
        offered = next((day for event, day in days if event == "offered"), None)
        yield _Clock(step, (_Span(received, offered),), done_on=offered)
    yield _last_clock(last, received, days, energised, high_voltage=one.facts.voltage == "hv")


_STARTS = {"accepted", "works_ready", "amended"}
_STOPS: dict[str, Word] = {"offered": _CUSTOMER, "works_started": _WORKS}


def _last_clock(
    step: Step, received: dt.date, days: Sequence[tuple[str, dt.date]], energised: dt.date | None, *, high_voltage: bool
) -> _Clock:
    spans: list[_Span] = []
    running: dt.date | None = None if high_voltage else received
    stands: Word | None = _HV_WORKS if high_voltage else None
    for event, day in days:
        if high_voltage and event not in ("works_started", "works_ready", "energised"):
            continue
        if event in _STOPS and running is not None:
            spans.append(_Span(running, day))
            running, stands = None, _STOPS[event]
        elif event in _STARTS and running is None:
            running, stands = day, None
    if running is not None:
        spans.append(_Span(running, energised))
    return _Clock(step, tuple(spans), done_on=energised, stands=stands if energised is None else None)


def _row(application_id: str, clock: _Clock, today: dt.date, calendar: WorkCalendar) -> dict[str, object]:
    row: dict[str, object] = {
        "application_id": application_id,
        "step_zh": clock.step.name_zh,
        "step_en": clock.step.name_en,
        "due_on": None,
        "days_left": None,
        "remark_zh": None,
        "remark_en": None,
    }
    left = _days_left(clock, calendar)
    if clock.stands is not None:
        spent = left if isinstance(left, int) else None
        return row | {"state": "waiting", "days_left": spent} | _remark(clock.stands)
    if isinstance(left, Word):
        return row | {"state": "done" if clock.done_on else "unknown"} | _remark(left)
    last_span = clock.spans[-1] if clock.spans else None
    if last_span is None:
        return row | {"state": "done"}
    due = calendar.last_day(last_span.start, left)
    if isinstance(due, Word):
        return row | {"state": "done" if clock.done_on else "unknown"} | _remark(due)
    if clock.done_on is not None:
        return row | {"due_on": due, "state": "done" if clock.done_on <= due else "done_late"} | _done(clock.done_on)
    remaining = calendar.days_between(today, due)
    state = "overdue" if today > due else "due" if today == due else "running"
    return row | {"due_on": due, "state": state, "days_left": None if isinstance(remaining, Word) else remaining}


def _days_left(clock: _Clock, calendar: WorkCalendar) -> int | Word:
    """Working days that the last span may take: the time limit less what the earlier ones took."""
    left = clock.step.working_days
    closed = clock.spans if clock.stands is not None else clock.spans[:-1]
    for span in closed:
        if span.end is None:
            continue
        taken = calendar.days_between(span.start, span.end)
        if isinstance(taken, Word):
            return taken
        left -= taken
    return left


def _offer_rows(one: Application, today: dt.date) -> Iterator[dict[str, object]]:
    if one.status != "offered" or one.offer_valid_until is None:
        return
    past = one.offer_valid_until < today
    yield {
        "application_id": one.application_id,
        "step_zh": "供电方案有效期",
        "step_en": "the offer runs out",
        "state": "overdue" if past else "waiting",
        "due_on": one.offer_valid_until,
        "days_left": None,
        **(_remark(_ASK_EXPIRY) if past else _remark(_CUSTOMER)),
    }


def _remark(word: Word) -> dict[str, object]:
    return {"remark_zh": word.zh, "remark_en": word.en}


def _done(day: dt.date) -> dict[str, object]:
    return _remark(Word(f"{day:%Y-%m-%d} 完成", f"done {day:%Y-%m-%d}"))
