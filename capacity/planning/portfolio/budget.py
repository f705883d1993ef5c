"""What a year's budget pays for, what is postponed, what falls out, and what stays open then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.measure import Need
from capacity.tables.portfolio import BUDGET_YEARS
from capacity.tables.words import Word

UNPAID = ("falls_out", "cost_unknown")
"""States of projects that no budget pays for."""
_CENT = 0.005
_MOST_NAMED = 4
Opened = Mapping[str, Sequence[tuple[Need, tuple[int, ...]]]]


def with_budget(
    rows: Sequence[Mapping[str, Any]], clears: Opened, budget_yuan: Mapping[int, float] | None
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Place the projects, in their order, each in the first year that can still pay for it.

    A project is paid in one year: that of its release, else of its commissioning, or a later one. One that does not fit
    does not hold up smaller ones behind it. Postponed by n years, its commissioning moves by n years.

    Parameters
    ----------
    rows : in the order of rank.
    clears : by project, the needs that it clears with the years.
    budget_yuan : by year; None: none is stated.
    """
    left = dict(sorted((budget_yuan or {}).items()))
    placed: dict[int, list[str]] = {year: [] for year in left}
    out = []
    for row in rows:
        own = clears.get(row["project_id"], ())
        if budget_yuan is None:
            out.append({**row, "budget_state": "", **_told(_late(row, own))})
        else:
            out.append(_placed(row, own, left, placed))
    years = [
        {
            "year": year,
            "budget_yuan": (budget_yuan or {})[year],
            "used_yuan": (budget_yuan or {})[year] - left[year],
            "project_ids": ";".join(placed[year]) or None,
        }
        for year in left
    ]
    out = _on_what_comes_before(out)
    return out, conform(pd.DataFrame(years), BUDGET_YEARS) if years else empty(BUDGET_YEARS)


def _placed(
    row: Mapping[str, Any],
    own: Sequence[tuple[Need, tuple[int, ...]]],
    left: dict[int, float],
    placed: dict[int, list[str]],
) -> dict[str, Any]:
    cost, wanted_year = row.get("cost_yuan"), _year_of(row)
    if cost is None:
        without = Word("费用未知，未列入预算", "its cost is not known: in no budget")
        return {**row, "budget_state": "cost_unknown", **_told(_joined(without, _stays(own, None)))}
    fits = [year for year in left if (wanted_year is None or year >= wanted_year) and left[year] + _CENT >= cost]
    if not fits:
        why = _why_out(cost, wanted_year, left, placed)
        return {**row, "budget_state": "falls_out", **_told(_joined(why, _stays(own, None)))}
    year = fits[0]
    left[year] = max(left[year] - cost, 0.0)
    placed[year].append(str(row["project_id"]))
    moved = 0 if wanted_year is None else year - wanted_year
    if not moved:
        return {**row, "budget_year": year, "budget_state": "funded", **_told(_late(row, own))}
    later = row["commissioning_date"]
    later = later and (pd.Timestamp(later) + pd.DateOffset(years=moved)).date()
    why = Word(f"由 {wanted_year} 年推迟至 {year} 年", f"postponed from {wanted_year} to {year}")
    late = max((later - row["due_on"]).days, 0) if later and row.get("due_on") else row.get("late_days")
    return {
        **row,
        "budget_year": year,
        "budget_state": "postponed",
        "commissioning_date": later,
        "late_days": late,
        **_told(_joined(why, _stays(own, later.year if later else None))),
    }


def _on_what_comes_before(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A later stage is worth nothing by itself: its risk says where what comes before it is not paid for, or later."""
    of_measure = {key: row for row in rows for key in str(row.get("measure_ids") or "").split(";")}
    told = []
    for row in rows:
        risk = Word(row["risk_zh"], row["risk_en"])
        for key in str(row.get("after_ids") or "").split(";"):
            risk = _joined(risk, _wanting(row, of_measure[key])) if key in of_measure and key else risk
        told.append({**row, **_told(risk)})
    return told


def _wanting(row: Mapping[str, Any], before: Mapping[str, Any]) -> Word:
    name, mine, its = before["project_id"], row.get("commissioning_date"), before.get("commissioning_date")
    if before["budget_state"] in UNPAID:
        return Word(f"先行项目 {name} 未列入预算，本项目单独不能奏效", f"rests on {name}, which is not paid for")
    if mine and its and its > mine:
        return Word(f"先行项目 {name} 至 {its} 才投产", f"rests on {name}, in service only on {its}")
    return Word("", "")


def _year_of(row: Mapping[str, Any]) -> int | None:
    day = row.get("release_on") or row.get("commissioning_date")
    return day.year if day else None


def _late(row: Mapping[str, Any], own: Sequence[tuple[Need, tuple[int, ...]]]) -> Word:
    """A project in its year leaves something open only where it comes too late."""
    days = row.get("late_days")
    if not days:
        return Word("", "")
    told = Word(f"比需求日期晚 {days} 天", f"{days} day(s) after the day due")
    return _joined(told, _stays(own, row["commissioning_date"].year))


def _stays(own: Sequence[tuple[Need, tuple[int, ...]]], until: int | None) -> Word:
    """The needs that stay open, before ``until`` or for good; P3 is a "may" and no risk."""
    zh: list[str] = []
    en: list[str] = []
    more = 0
    for need, years in own:
        left = [year for year in years if until is None or year < until]
        if not left or need.rule == "P3":
            continue
        if len(zh) == _MOST_NAMED:
            more += 1
            continue
        span = f"{left[0]}" if len(left) == 1 else f"{left[0]}–{left[-1]}"
        zh.append(f"{need.words.zh}（{span}）")
        en.append(f"{need.words.en} ({span})")
    if not zh:
        return Word("", "")
    if more:
        zh.append(f"另 {more} 项")
        en.append(f"{more} more")
    return Word(f"未消除：{'、'.join(zh)}", f"stays open: {', '.join(en)}")


def _why_out(
    cost: float, wanted_year: int | None, left: Mapping[int, float], placed: Mapping[int, Sequence[str]]
) -> Word:
    years = [year for year in left if wanted_year is None or year >= wanted_year]
    if not years:
        return Word(f"{wanted_year} 年及以后未列预算", f"no budget is stated from {wanted_year} on")
    best = max(years, key=lambda year: left[year])
    used = ", ".join(placed[best][:_MOST_NAMED]) or "—"
    return Word(
        f"需 {cost:,.0f} 元，{years[0]}–{years[-1]} 年中余额最多的 {best} 年仅余 {left[best]:,.0f} 元（先安排 {used}）",
        f"costs {cost:,.0f} CNY; of {years[0]}–{years[-1]} the year with most left, {best}, has {left[best]:,.0f} "
        f"(after {used})",
    )


def _joined(one: Word, other: Word) -> Word:
    if not one.zh or not other.zh:
        return other if not one.zh else one
    return Word(f"{one.zh}；{other.zh}", f"{one.en}; {other.en}")


def _told(words: Word) -> dict[str, str]:
    return {"risk_zh": words.zh, "risk_en": words.en}
