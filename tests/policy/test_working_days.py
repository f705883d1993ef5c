"""Working days with real make-up weekends; beyond the published calendar no date is given (P14)."""

import datetime as dt

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.policy import load_policy, terms_for
from capacity.policy.working_days import (
    Deadline,
    NotPublished,
    deadline,
    is_working_day,
    published_days,
    timetable,
    working_days_between,
)

POLICY = load_policy("baoshan-2021")
FIRST, LAST = published_days()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_is_working_day__spring_festival_2026_with_its_make_up_saturdays() -> None:
    # 15 to 23 February are free; Saturdays 14 and 28 February are worked
    assert [is_working_day(day(f"2026-02-{n}")) for n in (13, 14, 15, 20, 23, 24, 28)] == [
        *(True, True, False, False, False, True, True)
    ]
    assert is_working_day(day("2026-03-01")) is False  # an ordinary Sunday


@pytest.mark.parametrize(
    ("start", "working_days", "due"),
    [
        ("2026-02-12", 1, "2026-02-13"),
        ("2026-02-12", 2, "2026-02-14"),  # Saturday, worked
        ("2026-02-12", 3, "2026-02-24"),  # the first day after the holidays
        ("2026-02-14", 5, "2026-02-28"),  # 24, 25, 26, 27 and Saturday 28
        ("2026-02-17", 1, "2026-02-24"),  # applied for on a holiday
        ("2025-09-30", 2, "2025-10-10"),  # National Day 2025: 1 to 8 October are free
        ("2025-09-30", 3, "2025-10-11"),  # Saturday, worked
        ("2026-03-02", 5, "2026-03-09"),  # an ordinary week
        ("2026-03-02", 0, "2026-03-02"),
        ("2026-02-24", -3, "2026-02-12"),  # backwards over the same holidays
    ],
)
def test_deadline(start: str, working_days: int, due: str) -> None:
    assert deadline(day(start), working_days) == Deadline(day(due))


def test_deadline__beyond_the_published_calendar_there_is_no_date() -> None:
    answer = deadline(LAST, 1)
    assert answer == NotPublished(LAST + dt.timedelta(days=1), FIRST, LAST)
    assert str(LAST) in answer.sentence_zh
    assert "尚未公布" in answer.sentence_zh
    assert "not yet published" in answer.sentence_en
    far = deadline(LAST + dt.timedelta(days=400), 2)
    assert isinstance(far, NotPublished)


def test_deadline__before_the_calendar_begins() -> None:
    answer = deadline(dt.date(2003, 12, 1), 2)
    assert isinstance(answer, NotPublished)
    assert "begins on" in answer.sentence_en
    assert "2004-01-01" in answer.sentence_zh


def test_published_days__end_before_the_next_new_year_can_move_a_day() -> None:
    """The last days of a year belong to the next year's list: 2018-12-29 was worked and 2018-12-31 free."""
    assert is_working_day(day("2018-12-29")) is True
    assert is_working_day(day("2018-12-31")) is False
    moved = [one for one in (*holidays, *workdays) if one.month == 12]
    assert min((one.month, one.day) for one in moved) > (LAST.month, LAST.day)
    assert max(one.year for one in holidays) == LAST.year


@settings(deadline=None)
@given(st.dates(dt.date(2010, 1, 1), dt.date(2025, 12, 1)), st.integers(-40, 40))
def test_working_days_between__undoes_deadline(start: dt.date, working_days: int) -> None:
    due = deadline(start, working_days)
    assert isinstance(due, Deadline)
    assert working_days_between(start, due.day) == working_days
    if working_days:
        assert is_working_day(due.day) is True


@settings(deadline=None)
@given(st.dates(dt.date(2010, 1, 1), dt.date(2025, 6, 1)), st.integers(0, 60), st.integers(0, 60))
def test_working_days_between__adds_up(start: dt.date, first: int, second: int) -> None:
    middle = start + dt.timedelta(days=first)
    end = middle + dt.timedelta(days=second)
    parts = [working_days_between(start, middle), working_days_between(middle, end)]
    assert working_days_between(start, end) == sum(int(part) for part in parts if not isinstance(part, NotPublished))


def test_working_days_between__unpublished_days_are_not_counted() -> None:
    assert working_days_between(LAST, LAST) == 0
    assert isinstance(working_days_between(LAST, LAST + dt.timedelta(days=1)), NotPublished)
    assert isinstance(working_days_between(LAST + dt.timedelta(days=2), LAST), NotPublished)


def test_timetable__each_step_after_the_one_before() -> None:
    steps = terms_for(POLICY, "other", "city", 500.0, day("2026-02-11")).steps
    table = timetable(steps, day("2026-02-11"))
    assert [one.step.name_zh for one in table] == ["受理", "供电方案答复", "竣工检验和装表接电"]
    # 1: 12 Feb; + 4: 13, 14, 24, 25 Feb; + 10: 26, 27, 28 Feb, 2 to 6, 9, 10 March (14 and 28 are worked Saturdays)
    assert [one.due for one in table] == [Deadline(day(d)) for d in ("2026-02-12", "2026-02-25", "2026-03-10")]


def test_timetable__steps_within_the_calendar_keep_their_dates() -> None:
    steps = terms_for(POLICY, "other", "city", 500.0, LAST, "dual").steps
    table = timetable(steps, LAST - dt.timedelta(days=7))
    assert isinstance(table[0].due, Deadline)
    assert isinstance(table[-1].due, NotPublished)
