"""The entry points of this room: every problem of a case at once, and the judgement of its readings."""

from __future__ import annotations

from collections.abc import Iterator

from capacity.checks.catalogue import CHECKS, NOT_CARRIED_OUT
from capacity.checks.facts import Check, Facts
from capacity.checks.sheet import lay_out
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.readings import JudgedReadings

_ORDER = {"error": 0, "warning": 1, "info": 2}


def check(case: Case, window: Window | None = None, *, coverage_min_percent: float) -> tuple[Issue, ...]:
    """Every problem of a case: those met while reading it and those of every check, errors first.

    Never raises, never changes the case, never stops at the first problem. The same case gives the same issues in the
    same order. What reading has already said of the same file, column and ids is not said twice.

    Parameters
    ----------
    case : the case as read.
    window : the steps looked at; the twelve months before the as-of date unless stated (P1).
    coverage_min_percent : the policy's share of steps with a reading that counts, below which data are insufficient.
    """
    facts = Facts(case, window or case.window, coverage_min_percent)
    said = {(i.file, i.column, frozenset(i.ids)) for i in case.reading_issues if i.ids}
    ours = [issue for one in CHECKS for issue in _carried_out(one, facts)]
    found = [*case.reading_issues, *(i for i in ours if (i.file, i.column, frozenset(i.ids)) not in said)]
    return tuple(sorted(found, key=lambda i: (_ORDER[i.severity], i.check, i.table, i.column, i.ids, i.sentence_en)))


def judge_readings(case: Case, window: Window | None = None) -> JudgedReadings:
    """The readings of the window on the grid of its steps, each with the reason why it counts or not (P1).

    Parameters
    ----------
    case : readings, ledger, exclusions and outages are looked at.
    window : the steps looked at; the twelve months before the as-of date unless stated.

    Returns
    -------
    JudgedReadings
        One row per transformer of the ledger with at least one reading in the window, in the ledger's order.
        Rows of other ids and with times that are not the start of a step are left out; ``check`` reports them.
        Of several rows of one step the first stands; where they differ the state is ``CONTRADICTORY``.
        Readings from ``valid_to`` on are ``BEFORE_RATING`` like those before ``valid_from``.
    """
    return lay_out(case, window or case.window).judged


def _carried_out(one: Check, facts: Facts) -> Iterator[Issue]:
    """The issues of one check; that it could not be carried out is an issue too."""
    try:
        yield from list(one(facts))
    except Exception as reason:  # a check must not hide the findings of the others, whatever the input holds
        name = f"{one.__module__.rsplit('.', 1)[-1]}.{one.__name__}"
        what = f"{type(reason).__name__}: {reason}"
        yield NOT_CARRIED_OUT.issue(
            "case",
            "",
            [name],
            f"The check {name} could not be carried out ({what}).",
            f"检查 {name} 无法执行（{what}）。",
        )
