"""Time limits (P14) on days that can be counted on paper.

November 2026: the 23rd is a Monday; the week is plain, no holidays, no make-up days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from desks import facts

from capacity import desk, policy
from capacity.applications.register.deadlines import due_list, timetable
from capacity.tables.register import Application, Facts, Stamp

STEPS = desk.steps_of(policy.load_policy("baoshan-2021"))
CALENDAR = desk.chinese_calendar()
MON, TUE, WED, THU, FRI = (dt.date(2026, 11, day) for day in (23, 24, 25, 26, 27))
NEXT_MON = dt.date(2026, 11, 30)


def application(of: Facts, *events: tuple[str, dt.date], status: str = "received") -> Application:
    stamps = tuple(
        Stamp(n, n, event, status, dt.datetime.combine(day, dt.time(9), dt.UTC), "li", "")
        for n, (event, day) in enumerate(events, start=1)
    )
    return Application("A1", len(stamps), status, of, None, None, None, None, None, None, stamps)


def last_step(one: Application, today: dt.date) -> tuple[object, ...]:
    rows = timetable(one, today=today, steps_of=STEPS, calendar=CALENDAR, day_of=lambda at: at.date())
    row = rows.iloc[-1]
    due_on = None if row["due_on"] != row["due_on"] else row["due_on"].date()
    left = None if row["days_left"] != row["days_left"] else int(row["days_left"])
    return row["state"], due_on, left


RESIDENT = replace(facts(8.0), customer_kind="resident")
SHOP = facts(50.0)
FACTORY = replace(facts(500.0), customer_kind="other", voltage="hv")
DUAL = replace(FACTORY, supply="dual")


@pytest.mark.parametrize(
    ("of", "today", "expected"),
    [
        (RESIDENT, MON, ("running", TUE, 1)),
        (RESIDENT, TUE, ("due", TUE, 0)),
        (RESIDENT, WED, ("overdue", TUE, -1)),
        (SHOP, MON, ("running", FRI, 4)),
        (SHOP, FRI, ("due", FRI, 0)),
        (SHOP, NEXT_MON, ("overdue", FRI, -1)),
    ],
)
def test_timetable__lv_counts_from_the_receipt(of: Facts, today: dt.date, expected: tuple[object, ...]) -> None:
    assert last_step(application(of, ("received", MON)), today) == expected


def test_timetable__the_clock_stands_while_the_customer_has_the_offer() -> None:
    events = [("received", MON), ("offered", TUE)]
    assert last_step(application(SHOP, *events, status="offered"), FRI) == ("waiting", None, 3)
    agreed = application(SHOP, *events, ("accepted", FRI), status="accepted")  # one of four days was used
    assert last_step(agreed, FRI) == ("running", dt.date(2026, 12, 2), 3)


def test_timetable__the_clock_stands_during_works() -> None:
    events = [("received", MON), ("offered", MON), ("accepted", MON), ("works_started", WED)]
    assert last_step(application(SHOP, *events, status="accepted"), FRI) == ("waiting", None, 2)
    ready = application(SHOP, *events, ("works_ready", FRI), status="accepted")
    assert last_step(ready, FRI) == ("running", dt.date(2026, 12, 1), 2)


@pytest.mark.parametrize(("done", "state"), [(FRI, "done"), (NEXT_MON, "done_late")])
def test_timetable__done_in_time_or_late(done: dt.date, state: str) -> None:
    one = application(
        SHOP, ("received", MON), ("offered", MON), ("accepted", MON), ("energised", done), status="energised"
    )
    assert last_step(one, dt.date(2026, 12, 8))[:2] == (state, FRI)


def test_timetable__hv_has_an_offer_and_counts_the_inspection_from_the_finished_works() -> None:
    rows = timetable(
        application(FACTORY, ("received", MON)), today=MON, steps_of=STEPS, calendar=CALENDAR,
        day_of=lambda at: at.date(),
    )  # fmt: skip
    assert rows["step_zh"].tolist() == ["受理", "供电方案答复", "竣工检验和装表接电"]
    assert rows["state"].tolist() == ["done", "running", "waiting"]
    assert rows["due_on"].iloc[1].date() == FRI
    ready = application(
        FACTORY, ("received", MON), ("offered", TUE), ("accepted", FRI), ("works_ready", NEXT_MON), status="accepted"
    )
    assert last_step(ready, NEXT_MON) == ("running", dt.date(2026, 12, 14), 10)


def test_timetable__hv_dual_has_fourteen_days_for_the_offer() -> None:
    rows = timetable(
        application(DUAL, ("received", MON)), today=MON, steps_of=STEPS, calendar=CALENDAR, day_of=lambda at: at.date()
    )
    assert rows["due_on"].iloc[1].date() == dt.date(2026, 12, 11)


def test_timetable__beyond_the_published_calendar_says_so_instead_of_guessing() -> None:
    late = application(SHOP, ("received", dt.date(2027, 3, 1)))
    rows = timetable(late, today=dt.date(2027, 3, 1), steps_of=STEPS, calendar=CALENDAR, day_of=lambda at: at.date())
    last = rows.iloc[-1]
    assert last["state"] == "unknown"
    assert last["due_on"] != last["due_on"]
    assert "尚未公布" in last["remark_zh"]


def test_due_list__most_urgent_first_and_open_ones_only() -> None:
    found = [
        replace(application(SHOP, ("received", MON)), application_id="shop"),
        replace(application(RESIDENT, ("received", MON)), application_id="home"),
        replace(application(SHOP, ("received", MON), ("withdrawn", MON), status="withdrawn"), application_id="gone"),
        replace(
            application(SHOP, ("received", MON), ("offered", MON), status="offered"),
            application_id="offer",
            offer_valid_until=WED,
        ),
    ]
    rows = due_list(found, today=THU, steps_of=STEPS, calendar=CALENDAR, day_of=lambda at: at.date())
    assert list(zip(rows["application_id"], rows["state"], strict=True)) == [
        ("home", "overdue"), ("offer", "overdue"), ("shop", "running"), ("offer", "waiting"),
    ]  # fmt: skip
    assert rows["remark_zh"].iloc[1].startswith("供电方案已过有效期")


def test_timetable__of_a_closed_one_nothing_is_due() -> None:
    gone = application(SHOP, ("received", MON), ("withdrawn", TUE), status="withdrawn")
    rows = timetable(gone, today=FRI, steps_of=STEPS, calendar=CALENDAR, day_of=lambda at: at.date())
    assert rows["state"].tolist() == ["done"]
