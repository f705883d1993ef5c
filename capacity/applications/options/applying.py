"""Which kinds of places come into question for a request: P12's limit, dual supply, single phase (P12, P14, P15)."""

from __future__ import annotations

from collections.abc import Iterable

from capacity.applications.options.setting import GridFacts, Setting
from capacity.applications.options.telling import joined
from capacity.tables.assessment import Design, Option, Request
from capacity.tables.connection import Connection
from capacity.tables.places import Candidate
from capacity.tables.words import Word

LV_KINDS = frozenset(
    ("lv_node", "dedicated_circuit", "larger_transformer", "neighbour_transformer", "additional_transformer")
)
"""Kinds of places where the customer is metered at low voltage; at the others at 10 kV."""


def within_lv_limit(request: Request, setting: Setting) -> bool:
    """Whether a request is connected at low voltage (P12); exactly the limit is."""
    return round(request.kw, 9) <= setting.lv_limit_kw


def unsuited(candidate: Candidate, request: Request, setting: Setting) -> Word | None:
    """Why a candidate does not come into question, whatever the grid could carry there; None where it does."""
    at_lv = candidate.kind in LV_KINDS
    limit = setting.lv_limit_kw
    if at_lv and request.place.dual_supply:
        return Word("双电源只在10千伏提供（P14）", "dual supply is given at 10 kV alone (P14)")
    if at_lv and not within_lv_limit(request, setting):
        shown = shown_kw(request.kw, limit)
        return Word(
            f"申请 {shown} kW 超过低压接入上限 {limit:g} kW，须以10千伏供电（P12）",
            f"{shown} kW are above the {limit:g} kW up to which connections are made at low voltage (P12)",
        )
    if not at_lv and request.phases == 1:
        return Word("单相用户不在10千伏接入（P10）", "a single-phase customer is not connected at 10 kV (P10)")
    if candidate.kind == "mv_tee" and request.place.dual_supply:
        return Word(
            "仅此一路不构成双电源，只作为第一路参与组合（P14）",
            "one tee alone is no dual supply; it counts as the first supply of a pair (P14)",
        )
    if candidate.kind == "second_feeder" and not request.place.dual_supply:
        return Word("未申请双电源（P14）", "no dual supply was asked for (P14)")
    return None


def in_two_rounds(
    candidates: Iterable[Candidate], request: Request, setting: Setting
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """What to look at first, and what only where nothing of it will do: 10 kV within the limit of P12 (P15).

    Candidates that :func:`unsuited` speaks against are in neither.
    """
    suited = [one for one in candidates if unsuited(one, request, setting) is None]
    if not within_lv_limit(request, setting) or request.place.dual_supply:
        return tuple(suited), ()
    first = tuple(one for one in suited if one.kind in LV_KINDS)
    return first, tuple(one for one in suited if one.kind not in LV_KINDS)


def not_needed(setting: Setting) -> Word:
    """Why 10 kV was not looked at: low voltage will do."""
    limit = setting.lv_limit_kw
    return Word(
        f"{limit:g} kW 及以下采取低压方式接入，低压可以满足，未校核10千伏方案（P12）",
        f"up to {limit:g} kW connections are made at low voltage, which will do: 10 kV was not looked into (P12)",
    )


def set_aside(candidate: Candidate, reason: Word, facts: GridFacts, *, unknown: bool = False) -> Option:
    """A candidate that was not checked by load flow, with the reason, as a rejected option without works.

    ``unknown`` : because too little is known there, as :class:`~.designing.Unfit` says (P11).
    """
    node_id = candidate.node_id or facts.far_end(candidate.line_id)
    reason = joined(reason)
    return Option(
        design=Design(candidate, Connection(candidate.key, node_id), ()),
        finding=None,
        verdict="unknown" if unknown else "not_before_project",
        rank=0,
        reason=reason,
        place=rejected(reason),
    )


def rejected(reason: Word) -> Word:
    """The place of an option that will not do."""
    en = reason.en.removesuffix(".")
    if en[1:2].islower() or en.startswith("A "):
        en = en[:1].lower() + en[1:]
    return Word(f"未采用：{reason.zh.removesuffix('。')}。", f"rejected: {en}.")


def shown_kw(kw: float, limit_kw: float) -> str:
    """A power in kW, with as many digits as it takes not to look like the limit that it exceeds or keeps."""
    for digits in range(1, 10):
        shown = f"{round(kw, digits):g}" if digits < 2 else f"{round(kw, digits):.{digits}f}"
        if (float(shown) > limit_kw) == (kw > limit_kw) and (float(shown) == limit_kw) == (kw == limit_kw):
            return shown
    return repr(kw)
