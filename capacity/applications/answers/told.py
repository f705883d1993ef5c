"""The words of an answer: days, limits, works, money, and what is said where a figure is missing."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from capacity.applications.requests.allowed import allowed
from capacity.tables.assessment import Assessment, Option
from capacity.tables.connection import Binding, Finding, Room
from capacity.tables.stage_plan import PlannedDay
from capacity.tables.words import CRITERION, REASON, Word
from capacity.tables.works import Yuan

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Missing(Word):
    """Words in the place of a value: why there is none."""


UNKNOWN = Missing("未知", "unknown")
NOT_APPLICABLE = Missing("不适用", "does not apply")
NOT_WORKED_OUT = Missing("未测算", "not worked out")
NOT_STATED = Missing("未填写", "not stated")
NONE = Missing("无", "none")
SYNTHETIC = Word("合成数据，非真实电网", "synthetic data, not a real grid")

_RULES = {"voltage_min": "P10", "voltage_max": "P10", "transformer_loading": "P6"}
_NEW_PARTS = {
    "": Word("新建设施", "what would be built"),
    "line": Word("新建线路", "new line"),
    "service": Word("新建低压线路", "new LV line"),
    "transformer": Word("新建配变", "new transformer"),
    "customer": Word("用户接入点", "the customer's point"),
}


def say(word: Word, language: Language) -> str:
    """A word in one of the languages."""
    return word.zh if language == "zh" else word.en


def rule_of(criterion: str) -> str:
    """The rule that a limit belongs to."""
    return _RULES.get(criterion, "P9")


def element(binding: Binding) -> Word:
    """The element that a limit belongs to."""
    return element_named(binding.element_id, new=binding.new)


def element_named(element_id: str, *, new: bool = False) -> Word:
    """An element by its id; what would be built is named as such."""
    if not (new or element_id.startswith("NEW")):
        return Word(element_id, element_id)
    part = element_id.removeprefix("NEW").strip(" :-_/.")
    return _NEW_PARTS.get(part, Word(f"新建 {part}", f"new {part}"))


def limit_in_words(binding: Binding) -> Word:
    """What binds, where, when, and with which value against which limit."""
    where, when = element(binding), "" if pd.isna(binding.at) else f"{binding.at:%Y-%m-%d %H:%M}"
    criterion = CRITERION[binding.criterion]
    zh, en = f"{criterion.zh}，{where.zh}", f"{criterion.en}, {where.en}"
    figures = _against(binding)
    if figures:
        zh, en = f"{zh}，{figures}", f"{en}, {figures}"
    rule = rule_of(binding.criterion)
    return Word(
        f"{zh}，{when}（{rule}）" if when else f"{zh}（{rule}）", f"{en}, {when} ({rule})" if when else f"{en} ({rule})"
    )


def _against(binding: Binding) -> str:
    if math.isnan(binding.value) or math.isnan(binding.limit):
        return ""
    sign = "<" if binding.value < binding.limit else ">" if binding.value > binding.limit else "="
    return f"{binding.value:,.1f} {sign} {binding.limit:,.1f} {binding.unit}".strip()


def why_no_room(room: Room) -> Word | None:
    """The words of a room's reason; None where it is an ordinary figure."""
    word = REASON[room.reason]
    return word if word.zh else None


def allowed_room(option: Option) -> Room | None:
    """The least of all that an option has to keep, with what limits it; None where nothing was worked out."""
    found = allowed(option)
    return None if found is None else Room(found.kva, found.reason, found.binding)


def largest_allowed_kva(assessment: Assessment) -> float:
    """The most that any option could carry within P6's limit, on the worst phase and by the weaker of two feeders, kVA.

    NaN where nothing is known.
    """
    found = [allowed(option) for option in assessment.options]
    return max((one.kva for one in found if one is not None and not math.isnan(one.kva)), default=math.nan)


def lowest_voltage(finding: Finding) -> tuple[float, float, pd.Timestamp]:
    """Lowest voltage at the customer, its limit, and when: of a single-phase customer on the worst phase (P10)."""
    if finding.phase is not None:
        return finding.phase.voltage_min_v, finding.phase.floor_v, finding.phase.voltage_at
    return finding.voltage_min_v, finding.voltage_floor_v, finding.voltage_at


def supplier_of(option: Option) -> str:
    """The public transformer that would supply the customer, ``NEW`` where it would be built; empty: none does."""
    if option.design.connection.transformer is not None:
        return "NEW transformer"
    return "" if option.candidate.kind in ("mv_tee", "second_feeder") else option.candidate.transformer_id


def why_no_load_rate(option: Option, finding: Finding) -> Missing | None:
    """Why the load rate with the load is missing; None where it is not."""
    if not math.isnan(finding.load_rate_percent):
        return None
    if not supplier_of(option):
        return Missing("不适用：不由公用配变供电", "does not apply: no public transformer supplies the customer")
    return _unknown_for(finding.strict)


def why_no_load_rate_before(option: Option, finding: Finding) -> Missing | None:
    """Why the load rate without the load is missing; None where it is not."""
    if not math.isnan(finding.load_rate_before_percent):
        return None
    if supplier_of(option).startswith("NEW"):
        return Missing("不适用：新建配变", "does not apply: a new transformer")
    return why_no_load_rate(option, finding) or UNKNOWN


def why_no_voltage(room: Room, voltage_v: float) -> Missing | None:
    """Why a voltage is missing; None where it is not."""
    return _unknown_for(room) if math.isnan(voltage_v) else None


def unknown_because(why: Word | None) -> Missing:
    """Unknown, and why where that is known."""
    return Missing(f"未知：{why.zh}", f"unknown: {why.en}") if why is not None and why.zh else UNKNOWN


def _unknown_for(room: Room) -> Missing:
    return unknown_because(REASON[room.reason] if math.isnan(room.kva) else REASON["not_computed"])


def day_in_words(day: PlannedDay | dt.date | None) -> Word:
    """A day, or the range that it is estimated in."""
    if day is None:
        return UNKNOWN
    if isinstance(day, dt.date):
        return Word(f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}")
    if day.earliest == day.latest:
        about = Word("", "") if day.published else Word("约", "about ")
        return Word(f"{about.zh}{day.earliest}", f"{about.en}{day.earliest}")
    return Word(f"约{day.earliest}至{day.latest}", f"about {day.earliest} to {day.latest}")


def yuan_in_words(amount: Yuan) -> Word:
    """The likely amount and the range, in whole yuan."""
    likely, low, high = (f"{value:,.0f}" for value in (amount.likely, amount.low, amount.high))
    if amount.low == amount.high == amount.likely:
        return Word(f"{likely} 元", f"CNY {likely}")
    return Word(f"约 {likely} 元（{low}–{high}）", f"about CNY {likely} ({low}–{high})")
