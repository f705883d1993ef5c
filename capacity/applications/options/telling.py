"""Limits, figures and findings in words, rounded so that no figure contradicts the rule it is set against (P6, P10)."""

from __future__ import annotations

import math

import pandas as pd

from capacity.tables.connection import Binding, Finding, RoomReason
from capacity.tables.words import CRITERION, REASON, Word
from capacity.units import rounded_down

_RULE = {
    "transformer_loading": "P6",
    "line_loading": "P9",
    "section_loading": "P9",
    "substation_loading": "P9",
    "voltage_min": "P10",
    "voltage_max": "P10",
    "existing_violation": "P9",
}
_LOAD_RATES = ("transformer_loading", "line_loading", "section_loading", "substation_loading")


def against(value: float, limit: float, digits: int = 1) -> str:
    """``value`` rounded away from ``limit``: 80.02 against 80 is 80.1, 353.39 against 353.4 is 353.3.

    >>> against(80.02, 80.0), against(79.99, 80.0), against(353.39, 353.4), against(80.0, 80.0)
    ('80.1', '79.9', '353.3', '80')
    """
    value = round(value, 9)
    if value == limit:
        return f"{value:g}"
    shown = -rounded_down(-value, digits) if value > limit else rounded_down(value, digits)
    return f"{shown:.{digits}f}"


def limit_shown(limit: float, value: float, value_shown: str) -> str:
    """A limit with one decimal, or with all it has where one would contradict the value shown beside it.

    >>> limit_shown(197.454, 211.0, "211.0"), limit_shown(197.454, 197.46, "197.5"), limit_shown(72.093, 72.1, "72.1")
    ('197.5', '197.454', '72.093')
    """
    short, shown = round(limit, 1), float(value_shown)
    agrees = (shown > short) == (value > limit) and (shown < short) == (value < limit)
    return f"{short:g}" if agrees else f"{limit:.10g}"


def when(at: pd.Timestamp) -> Word:
    """A step, with its preposition; empty where nothing was solved."""
    return Word("", "") if pd.isna(at) else Word(f"（{at:%Y-%m-%d %H:%M}）", f" on {at:%Y-%m-%d %H:%M}")


def limit_in_words(binding: Binding, rule: str = "") -> Word:
    """A limit that would be broken: "349 V < 353.4 V (P10) at node N on 2025-01-28 19:15"."""
    rule = rule or _RULE.get(binding.criterion, "P9")
    element = element_in_words(binding)
    at = when(binding.at)
    criterion = CRITERION.get(binding.criterion, Word(binding.criterion, binding.criterion))
    if math.isnan(binding.value) or math.isnan(binding.limit):
        return Word(f"{element.zh}：{criterion.zh}（{rule}）{at.zh}", f"{element.en}: {criterion.en} ({rule}){at.en}")
    value = against(binding.value, binding.limit)
    limit = limit_shown(binding.limit, binding.value, value)
    sign = ">" if binding.value > binding.limit else "<" if binding.value < binding.limit else "="
    if binding.criterion in _LOAD_RATES:
        unit = binding.unit or "%"
        return Word(
            f"{element.zh} 将达 {value} {unit} {sign} {limit} {unit}（{rule}）{at.zh}",
            f"{element.en} would reach {value} {unit} {sign} {limit} {unit} ({rule}){at.en}",
        )
    return Word(
        f"{element.zh} {value} {binding.unit} {sign} {limit} {binding.unit}（{rule}）{at.zh}",
        f"{value} {binding.unit} {sign} {limit} {binding.unit} ({rule}) at {element.en}{at.en}",
    )


def element_in_words(binding: Binding) -> Word:
    """The element that a limit is of: "transformer T0102", "the new line"."""
    new_zh, new_en = ("新建", "the new ") if binding.new else ("", "")
    thing = {
        "transformer_loading": Word("配变", "transformer"),
        "line_loading": Word("低压线路", "LV line"),
        "section_loading": Word("10千伏区段", "10 kV section"),
        "substation_loading": Word("变电站主变", "substation transformer"),
    }.get(binding.criterion, Word("节点", "node"))
    name = "" if binding.new else f" {binding.element_id}"
    return Word(f"{new_zh}{thing.zh}{name}", f"{new_en}{thing.en}{name}")


def load_rate_in_words(finding: Finding, limit_percent: float, *, exceeded: bool) -> Word:
    """The supplying transformer's highest load rate without and with the load; empty where there is none.

    ``exceeded`` : whether the verdict takes the limit as exceeded; the figure never says otherwise.
    """
    if math.isnan(finding.load_rate_percent):
        return Word("", "")
    rate = against(finding.load_rate_percent, limit_percent)
    if not exceeded and finding.load_rate_percent > limit_percent:  # within the exactness of the figures
        rate = f"{limit_percent:g}"
    sign_zh, sign_en = (f"超过 {limit_percent:g} %", ">") if exceeded else (f"不超过 {limit_percent:g} %", "≤")
    now_zh = now_en = ""
    if not math.isnan(finding.load_rate_before_percent):
        now = f"{rounded_down(finding.load_rate_before_percent, 1):.1f}"
        now_zh, now_en = f"，不含本申请为 {now} %", f"; {now} % without it, with all that is reserved"
    at = when(finding.load_rate_at)
    return Word(
        f"配变最高负载率将为 {rate} %，{sign_zh}（P6）{at.zh}{now_zh}",
        f"the transformer's highest load rate would be {rate} % {sign_en} {limit_percent:g} % (P6){at.en}{now_en}",
    )


def voltage_in_words(finding: Finding) -> Word:
    """The lowest voltage at the customer against its floor; empty where it is not known."""
    volts, floor, at = finding.voltage_min_v, finding.voltage_floor_v, finding.voltage_at
    if finding.phase is not None and not math.isnan(finding.phase.voltage_min_v):
        volts, floor, at = finding.phase.voltage_min_v, finding.phase.floor_v, finding.phase.voltage_at
    if math.isnan(volts) or math.isnan(floor):
        return Word("", "")
    low = f"{rounded_down(volts, 1):.1f}"
    shown = low if float(low) >= floor or volts < floor else against(volts, floor)
    sign = "≥" if volts >= floor else "<"
    told, limit = when(at), limit_shown(floor, volts, shown)
    return Word(
        f"用户处最低电压 {shown} V {sign} {limit} V（P10）{told.zh}",
        f"the lowest voltage at the customer is {shown} V {sign} {limit} V (P10){told.en}",
    )


def unknown_in_words(reason: RoomReason) -> Word:
    """Why nothing is known."""
    word = REASON.get(reason)
    if word is None or not word.zh:
        return Word("资料不足，无法核定该处容量（P11）", "too little is known of the grid there (P11)")
    return Word(f"无法核定该处容量：{word.zh}（P11）", f"what the grid can carry there is not known: {word.en} (P11)")


def joined(*parts: Word) -> Word:
    """Phrases as one sentence; empty ones are left out."""
    zh = "，".join(part.zh.removesuffix("。") for part in parts if part.zh)
    en = "; ".join(part.en.removesuffix(".") for part in parts if part.en)
    return Word(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")
