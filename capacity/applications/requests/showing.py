"""An answer for eyes: its options as a table and as HTML, Chinese or English, in terminals and notebooks alike."""

from __future__ import annotations

import math
from html import escape

import pandas as pd

from capacity.applications.answers.told import (
    NOT_APPLICABLE,
    NOT_WORKED_OUT,
    UNKNOWN,
    Language,
    day_in_words,
    element,
    say,
    supplier_of,
)
from capacity.applications.requests.allowed import Allowed, allowed
from capacity.tables.assessment import Assessment, Option
from capacity.tables.words import CRITERION, PLACE_KIND, REASON, VERDICT, Word
from capacity.units import rounded_down

HEADINGS = {
    "rank": Word("名次", "rank"),
    "verdict": Word("结论", "verdict"),
    "kind": Word("接入方式", "kind"),
    "target": Word("接入设备", "connected to"),
    "route_m": Word("路径 m", "route m"),
    "allowed_kva": Word("允许 kVA", "allowed kVA"),
    "load_rate_percent": Word("接入后负载率 %", "load rate after %"),
    "limited_by": Word("限制", "limited by"),
    "cost_yuan": Word("投资 元", "cost CNY"),
    "customer_yuan": Word("其中用户 元", "customer's CNY"),
    "energised": Word("最早送电", "earliest"),
}
_STOPS = ".。 "
SHORT_VERDICT = {
    "yes": Word("可以", "yes"),
    "yes_with_project": Word("可以，同时立项", "yes, with project"),
    "staged": Word("分期", "staged"),
    "not_before_project": Word("须先实施项目", "project first"),
    "unknown": Word("未知", "unknown"),
    "not_answered": Word("未答复", "not answered"),
}
"""Verdicts for narrow columns."""


def options_table(assessment: Assessment, language: Language = "en") -> pd.DataFrame:
    """The options as a table of texts, the ranked ones first: as they stand in a terminal, a notebook, a mail.

    Capacities are rounded down, load rates and costs to the nearest. Unknown, not worked out and not applicable are
    written out, never left blank or shown as 0.

    Returns
    -------
    A row per option, columns of ``HEADINGS`` in the language; the rank of a rejected option is ``–``.
    """
    rows = [{say(HEADINGS[name], language): say(cell, language) for name, cell in cells(one).items()}
            for one in assessment.options]  # fmt: skip
    return pd.DataFrame(rows, columns=[say(word, language) for word in HEADINGS.values()])


def cells(option: Option) -> dict[str, Word]:
    """An option's cells, by the names of ``HEADINGS``, in both languages."""
    candidate = option.candidate
    room = allowed(option)
    return {
        "rank": _plain(str(option.rank) if option.rank else "–"),
        "verdict": SHORT_VERDICT[option.verdict],
        "kind": PLACE_KIND[candidate.kind],
        "target": _plain(candidate.target_id),
        "route_m": _plain(f"{candidate.route_m:,.0f}") if math.isfinite(candidate.route_m) else UNKNOWN,
        "allowed_kva": _allowed(room),
        "load_rate_percent": _load_rate(option),
        "limited_by": _limited_by(room),
        "cost_yuan": _yuan(option.cost.total.likely if option.cost is not None else None),
        "customer_yuan": _yuan(option.cost.customer.likely if option.cost is not None else None),
        "energised": day_in_words(option.energised) if option.energised is not None else _no_day(option),
    }


def in_html(assessment: Assessment, language: Language = "en") -> str:
    """The answer as a piece of HTML for a notebook: verdict, options, reasons, staged offer."""
    verdict = say(VERDICT[assessment.verdict], language)
    parts = [f"<p><b>{escape(verdict)}</b><br>{escape(say(assessment.summary, language))}</p>"]
    if assessment.options:
        parts.append(options_table(assessment, language).to_html(index=False, border=0))
    parts += [f"<p>{escape(line)}</p>" for line in reasons(assessment, language)]
    if assessment.staged is not None:
        parts.append(f"<p>{escape(say(assessment.staged.sentence, language))}</p>")
    return "\n".join(parts)


def reasons(assessment: Assessment, language: Language = "en") -> list[str]:
    """Why each option stands where it stands, one line each."""
    colon = "：" if language == "zh" else ": "
    lines = []
    for one in assessment.options:
        head = f"{one.rank}." if one.rank else "–"
        named = f"{say(PLACE_KIND[one.candidate.kind], language)} {one.candidate.target_id}"
        lines.append(f"{head} {named}{colon}{why(one, language)}")
    return lines


def why(option: Option, language: Language) -> str:
    """Why the option has its verdict and its place, said once where one repeats the other."""
    verdict, place = say(option.reason, language).rstrip(_STOPS), say(option.place, language).rstrip(_STOPS)
    if not place or (verdict and verdict.casefold() in place.casefold()):
        return verdict or place
    return f"{verdict}{'；' if language == 'zh' else '; '}{place}" if verdict else place


def _plain(text: str) -> Word:
    return Word(text, text)


def _allowed(room: Allowed | None) -> Word:
    if room is None:
        return NOT_WORKED_OUT
    return _plain(f"{rounded_down(room.kva, 1):,.1f}") if math.isfinite(room.kva) else UNKNOWN


def _load_rate(option: Option) -> Word:
    if option.finding is None:
        return NOT_WORKED_OUT
    if math.isfinite(option.finding.load_rate_percent):
        return _plain(f"{option.finding.load_rate_percent:.1f}")
    return UNKNOWN if supplier_of(option) else NOT_APPLICABLE


def _limited_by(room: Allowed | None) -> Word:
    if room is None:
        return NOT_WORKED_OUT
    if room.binding is None:
        return REASON["search_ceiling"] if math.isfinite(room.kva) else _why(room)
    criterion, where = CRITERION[room.binding.criterion], element(room.binding)
    return Word(f"{criterion.zh} {where.zh}", f"{criterion.en} {where.en}")


def _why(room: Allowed) -> Word:
    return REASON[room.reason] if REASON[room.reason].zh else UNKNOWN


def _yuan(amount: float | None) -> Word:
    return NOT_WORKED_OUT if amount is None else _plain(f"{amount:,.0f}")


def _no_day(option: Option) -> Word:
    return UNKNOWN if option.rank else NOT_WORKED_OUT
