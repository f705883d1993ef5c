"""Requests assessed in an order as a table, and two orders side by side: who gains, who loses, what is connected."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capacity.applications.requests.allowed import allowed
from capacity.applications.requests.reading import Filed
from capacity.errors import RequestError
from capacity.tables._schema import conform, empty
from capacity.tables.assessed import ASSESSED, COMPARED
from capacity.tables.assessment import Assessment, Option, Verdict
from capacity.tables.words import NOT_ANSWERED, Word

Answer = Assessment | Exception
"""What ``Assessor.assess_in_order`` gives for one request."""
CONNECTED: tuple[Verdict, ...] = ("yes", "yes_with_project")
_SAME_KW = 1e-6
_SAME_YUAN = 1.0


@dataclass(frozen=True)
class Totals:
    """What an order comes to. ``whole`` counts those served at once, ``later`` those whose whole power needs works
    first, ``part`` those of whom a part is all there is, ``unknown`` those of unknown room. The kilowatts are of those
    answered, ``now_kw`` before any project."""

    requests: int
    whole: int
    later: int
    part: int
    nothing: int
    unknown: int
    not_answered: int
    asked_kw: float
    promised_kw: float
    now_kw: float


def promised_kw(assessment: Assessment) -> float:
    """What can be promised at all hours: all of it, where need be after works, else the firm part (P16).

    NaN where nothing is known.
    """
    if assessment.best is not None and assessment.best.verdict in CONNECTED:
        return assessment.request.kw
    return now_kw(assessment)


def now_kw(assessment: Assessment) -> float:
    """What of it there is at all hours before any public works; NaN where nothing is known."""
    if assessment.verdict in CONNECTED:
        return assessment.request.kw
    if assessment.staged is not None:
        return assessment.staged.firm_kw
    return math.nan if assessment.verdict == "unknown" else 0.0


def assessed(filed: Sequence[Filed], answers: Sequence[Answer]) -> pd.DataFrame:
    """The answers (rows of ``ASSESSED``) in the order in which they were given."""
    rows = [_row(place, one, answer) for place, (one, answer) in enumerate(zip(filed, answers, strict=True), start=1)]
    return conform(pd.DataFrame(rows), ASSESSED) if rows else empty(ASSESSED)


def compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Two orders of the same requests side by side (rows of ``COMPARED``), in the order before.

    Who is promised more kilowatts gains, who is promised fewer loses. With as many, who has more of them before any
    project; then who has them earlier; then whose connection costs less.

    Parameters
    ----------
    before, after : rows of ``ASSESSED``.
    """
    then, now = before.set_index("application_id"), after.set_index("application_id")
    rows = [_side_by_side(str(name), one, now.loc[name]) for name, one in then.iterrows()]
    return conform(pd.DataFrame(rows), COMPARED) if rows else empty(COMPARED)


def _side_by_side(name: str, before: pd.Series, after: pd.Series) -> dict[str, Any]:
    return {
        "application_id": name,
        "p_kw": before["p_kw"],
        "position_before": before["position"],
        "position_after": after["position"],
        "verdict_before": before["verdict"],
        "verdict_after": after["verdict"],
        "promised_before_kw": before["promised_kw"],
        "promised_after_kw": after["promised_kw"],
        "difference_kw": after["promised_kw"] - before["promised_kw"],
        "now_before_kw": before["now_kw"],
        "now_after_kw": after["now_kw"],
        "target_before": before["target_id"],
        "target_after": after["target_id"],
        "energised_before_on": before["energised_on"],
        "energised_after_on": after["energised_on"],
        "later_days": _days(before, after),
        "cost_before_yuan": before["cost_yuan"],
        "cost_after_yuan": after["cost_yuan"],
        "outcome": _outcome(before, after),
    }


def totals(rows: pd.DataFrame) -> Totals:
    """What an order comes to.

    Parameters
    ----------
    rows : of ``ASSESSED``.
    """
    promised = rows["promised_kw"]
    whole = rows["verdict"].isin(CONNECTED)
    later = ~whole & promised.eq(rows["p_kw"]).fillna(False).astype(bool)
    some = ~whole & ~later & promised.gt(0.0).fillna(False).astype(bool)
    answered = rows["verdict"].ne(NOT_ANSWERED)
    return Totals(
        requests=len(rows),
        whole=int(whole.sum()),
        later=int(later.sum()),
        part=int(some.sum()),
        nothing=int((answered & promised.eq(0.0).fillna(False).astype(bool)).sum()),
        unknown=int((answered & promised.isna()).sum()),
        not_answered=int((~answered).sum()),
        asked_kw=float(rows["p_kw"].sum()),
        promised_kw=float(promised.sum()),
        now_kw=float(rows["now_kw"].sum()),
    )


def in_words(error: Exception) -> Word:
    """Why a request is not answered."""
    if isinstance(error, RequestError):
        return Word("".join(error.faults_zh), " ".join(error.faults_en))
    return Word(str(error), str(error))


def _outcome(before: pd.Series, after: pd.Series) -> str:
    """Kilowatts first, in the end and now, then the day, then the cost; what is not known decides nothing."""
    if NOT_ANSWERED in (before["verdict"], after["verdict"]):
        return "not_answered"
    better = (
        (after["promised_kw"] - before["promised_kw"], _SAME_KW),
        (after["now_kw"] - before["now_kw"], _SAME_KW),
        (-_days(before, after), 0.5),
        (before["cost_yuan"] - after["cost_yuan"], _SAME_YUAN),
    )
    for step, least in better:
        if abs(step) > least:
            return "gains" if step > 0.0 else "loses"
    alike = before["verdict"] == after["verdict"] and _alike(before["target_id"], after["target_id"])
    return "same" if alike else "changed"


def _days(before: pd.Series, after: pd.Series) -> float:
    """By how many days the whole power comes later; NaN where a day is not known."""
    if pd.isna(before["energised_on"]) or pd.isna(after["energised_on"]):
        return math.nan
    return float((after["energised_on"] - before["energised_on"]).days)


def _alike(one: Any, other: Any) -> bool:
    return one == other if isinstance(one, str) and isinstance(other, str) else pd.isna(one) and pd.isna(other)


def _row(position: int, one: Filed, answer: Answer) -> dict[str, Any]:
    asked = {
        "position": position,
        "application_id": one.application_id,
        "p_kw": one.request.kw,
        "urgent_kw": one.request.urgent_kw,
        "received_at": one.received_at,
    }
    if isinstance(answer, Exception):
        why = in_words(answer)
        return {**asked, "verdict": NOT_ANSWERED, "answer_zh": why.zh, "answer_en": why.en}
    given = {
        "verdict": answer.verdict,
        "promised_kw": promised_kw(answer),
        "now_kw": now_kw(answer),
        "answer_zh": answer.summary.zh,
        "answer_en": answer.summary.en,
    }
    return {**asked, **given, **(_about(answer.best) if answer.best is not None else {})}


def _about(option: Option) -> dict[str, Any]:
    """The option in figures; what is not known stays missing."""
    about: dict[str, Any] = {
        "option_kind": option.candidate.kind,
        "target_id": option.candidate.target_id,
        "route_m": option.candidate.route_m,
        "energised_on": pd.Timestamp(_latest(option)),
    }
    room = allowed(option)
    if room is not None:
        about["allowed_kva"] = room.kva
        about["limited_by"] = room.binding.element_id if room.binding is not None else None
    if option.finding is not None:
        about["load_rate_percent"] = option.finding.load_rate_percent
    if option.cost is not None:
        about["cost_yuan"] = option.cost.total.likely
        about["customer_yuan"] = option.cost.customer.likely
    return about


def _latest(option: Option) -> dt.date | None:
    return option.energised.latest if option.energised is not None else None
