"""What becomes of each need; one that stays open says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from capacity.planning.choosing.problem import DUTY, Wanted, clears
from capacity.planning.choosing.solving import Picked
from capacity.planning.choosing.telling import joined, told_years
from capacity.tables.measure import Need, Verified
from capacity.tables.words import Word

_MOST_NAMED = 3


def outcome_rows(
    needs: Sequence[Need], verified: Sequence[Verified], picked: Picked, prices: Mapping[str, float | None]
) -> list[dict[str, object]]:
    """One row per need; ``prices`` by measure, None where not known."""
    return [_row(need, verified, picked, prices) for need in needs]


def _row(
    need: Need, verified: Sequence[Verified], picked: Picked, prices: Mapping[str, float | None]
) -> dict[str, object]:
    by = [one for one in picked.sets if any(clears(one, Wanted(need, year)) for year in need.years)]
    cleared = [year for year in need.years if any(clears(one, Wanted(need, year)) for one in by)]
    left = [year for year in need.years if year not in cleared]
    words = _told(need, cleared, left, by, verified, prices)
    return {
        "feeder_id": need.feeder_id,
        "need_id": need.need_id,
        "rule": need.rule,
        "area_id": need.area_id,
        "element_id": need.element_id,
        "origin": need.origin,
        "duty": DUTY[need.rule],
        "due_on": pd.Timestamp(need.due_on),
        "outcome": "cleared" if not left else "partly" if cleared else "open",
        "measure_ids": joined(sorted({key for one in by for key in one.measure_ids})) or None,
        "cleared_years": joined(map(str, cleared)) or None,
        "open_years": joined(map(str, left)) or None,
        "why_zh": words.zh,
        "why_en": words.en,
    }


def _told(
    need: Need,
    cleared: Sequence[int],
    left: Sequence[int],
    by: Sequence[Verified],
    verified: Sequence[Verified],
    prices: Mapping[str, float | None],
) -> Word:
    names = joined(one.name for one in by)
    if not left:
        return Word(f"由 {names} 消除（{told_years(cleared)}）", f"cleared by {names} ({told_years(cleared)})")
    begin = (
        Word(
            f"{names} 在 {told_years(cleared)} 消除，{told_years(left)} 未消除；",
            f"cleared by {names} in {told_years(cleared)}, open in {told_years(left)}; ",
        )
        if cleared
        else Word(f"{told_years(left)} 未消除；", f"open in {told_years(left)}; ")
    )
    why = _why_open(need, left, verified, prices)
    return Word(begin.zh + why.zh, begin.en + why.en)


def _why_open(
    need: Need, left: Sequence[int], verified: Sequence[Verified], prices: Mapping[str, float | None]
) -> Word:
    able = sorted(
        (one for one in verified if any(clears(one, Wanted(need, year)) for year in left)), key=lambda one: one.name
    )
    if not able:
        return Word("没有经校核的措施能消除", "no verified measure clears it")
    harmless = [one for one in able if not one.harm]
    priced = [one for one in harmless if all(prices[key] is not None for key in one.measure_ids)]
    if not harmless:
        one = able[0]
        return Word(
            f"只有 {_names(able)} 能消除，但产生新的越限（{one.name}：{one.harm[0].words.zh}）",
            f"only {_names(able)} would clear it, but creates new violations ({one.name}: {one.harm[0].words.en})",
        )
    if not priced:
        return Word(
            f"只有 {_names(harmless)} 能消除，但费用未知",
            f"only {_names(harmless)} would clear it, but its cost is not known",
        )
    if DUTY[need.rule] == "listed":
        return Word(
            f"{need.rule} 不强制；{_names(priced)} 可消除", f"{need.rule} forces nothing; {_names(priced)} would"
        )
    return Word(
        f"{_names(priced)} 可消除，但与消除其他需求的措施不能兼得",
        f"{_names(priced)} would clear it, but not beside what clears the other needs",
    )


def _names(sets: Sequence[Verified]) -> str:
    more = len(sets) - _MOST_NAMED
    return ", ".join(one.name for one in sets[:_MOST_NAMED]) + (f" +{more}" if more > 0 else "")
