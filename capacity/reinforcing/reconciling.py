"""Sets tried because a choice leaves something open only for want of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from capacity.planning.choosing import choose_and_verify
from capacity.reinforcing.trying import Trials
from capacity.tables.choice import Choice
from capacity.tables.measure import Measure, Need, Verified

ROUNDS, MOST_PER_NEED, MOST_TOGETHER = 2, 2, 6
"""How often what stays open is looked at; sets tried for each open need; measures in one of them."""


def reconciled(trials: Trials, needs: Sequence[Need], measures: Sequence[Measure]) -> tuple[Verified, ...]:
    """Sets to choose among, what would be chosen verified as one.

    Where a need stays open although a set would clear it, since that set touches what a chosen one touches too, both
    together are tried; so they are where a set does harm that a chosen one may undo (a line that carries more behind a
    larger transformer).
    """
    by_id = {one.measure_id: one for one in measures}
    for round_ in range(ROUNDS + 1):
        known = tuple(sorted(trials.known.values(), key=lambda one: (len(one.measure_ids), one.name)))
        choice, complete = choose_and_verify(needs, measures, known, lambda _, ids: trials.verified(ids))
        more = [ids for ids in _beside(choice, complete, by_id) if ids not in trials.known]
        if not more or round_ == ROUNDS:
            break
        for ids in dict.fromkeys(more):
            trials.verified(ids)
    return complete


def _beside(choice: Choice, known: Sequence[Verified], measures: Mapping[str, Measure]) -> Iterator[frozenset[str]]:
    open_needs = choice.needs[choice.needs["outcome"].ne("cleared") & choice.needs["duty"].ne("listed")]
    for row in open_needs.itertuples():
        left = {int(year) for year in str(row.open_years).split(";")}
        able = [one for one in known if _priced(one, measures) and _clears(one, str(row.need_id), left)]
        ranked = sorted(able, key=lambda each: (bool(each.harm), _cost(each, measures), each.name))
        for one in ranked[:MOST_PER_NEED]:
            together = one.measure_ids | _compatible(choice, one, measures)
            if len(together) <= MOST_TOGETHER:
                yield together


def _compatible(choice: Choice, one: Verified, measures: Mapping[str, Measure]) -> frozenset[str]:
    """The measures of the chosen parts that touch the same and work on other elements."""
    elements = {element for key in one.measure_ids for element in measures[key].element_ids}
    parts = [part for part in choice.parts if part.touches & one.touches]
    return frozenset(key for part in parts for key in part.measure_ids if not elements & set(measures[key].element_ids))


def _clears(one: Verified, need_id: str, years: set[int]) -> bool:
    return one.solved and any(own.need_id == need_id and years & set(own.years) for own in one.clears)


def _priced(one: Verified, measures: Mapping[str, Measure]) -> bool:
    return all(measures[key].cost_yuan is not None for key in one.measure_ids)


def _cost(one: Verified, measures: Mapping[str, Measure]) -> float:
    return sum(measures[key].cost_yuan or 0.0 for key in one.measure_ids)
