"""Words for needs, years and amounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from capacity.planning.choosing.problem import Wanted
from capacity.tables.words import Word

_MOST_NAMED = 4


def yuan(amount: float) -> str:
    """An amount with thousands apart, ``12,000`` or ``0.50``."""
    return f"{amount:,.0f}" if abs(amount - round(amount)) < 0.005 else f"{amount:,.2f}"


def joined(ids: Iterable[str]) -> str:
    """Ids of a list; ``;`` as in the tables."""
    return ";".join(ids)


def told_years(years: Sequence[int]) -> str:
    """Years with runs drawn together: ``2027–2029, 2031``."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def told_needs(wanted: Sequence[Wanted]) -> Word:
    """Needs with their years; more than four: the first four and how many more."""
    needs = {one.need.need_id: one.need for one in wanted}
    zh, en = [], []
    for key in list(needs)[:_MOST_NAMED]:
        years = told_years([one.year for one in wanted if one.need.need_id == key])
        need = needs[key]
        zh.append(f"{need.rule} {need.element_id}（{years}）")
        en.append(f"{need.rule} at {need.element_id} ({years})")
    more = len(needs) - _MOST_NAMED
    if more > 0:
        zh.append(f"另 {more} 项")
        en.append(f"{more} more")
    return Word("、".join(zh), ", ".join(en))
