"""Chosen sets in stages: what is needed from a later year on is a project of its own, if the rest does until then."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from capacity.tables.measure import Cleared, Measure, Need, Verified

Clears = tuple[Cleared, ...]


def in_stages(
    parts: Sequence[Verified],
    verified: Sequence[Verified],
    needs: Sequence[Need],
    measures: Mapping[str, Measure],
    whole: Collection[str] = (),
) -> tuple[Verified, ...]:
    """The chosen sets, each divided by the year from which on its measures are needed.

    A set is divided where a smaller one, verified by itself without harm, clears everything that it clears until some
    later year. Of several ways that one is taken that postpones most money the longest.

    Parameters
    ----------
    parts, verified : what was chosen, and all that was verified.
    whole : feeders whose sets are left as they are.

    Returns
    -------
    Earlier stages before later ones. A later one names what comes before it (``after``) and clears what that leaves.
    """
    forcing = {need.need_id for need in needs if need.rule not in ("P3", "P19")}
    found: list[Verified] = []
    for part in parts:
        smaller = [] if part.feeder_id in whole else [one for one in verified if _serves(one, part)]
        chain = _best_chain(part, part, sorted(smaller, key=lambda one: one.name), forcing, measures)[1]
        found += _stages(part, chain) if len(chain) > 1 else [part]
    return tuple(found)


def _serves(one: Verified, part: Verified) -> bool:
    inside = one.feeder_id == part.feeder_id and one.measure_ids < part.measure_ids
    return inside and one.solved and not one.harm and not one.after


def _best_chain(
    last: Verified,
    part: Verified,
    smaller: Sequence[Verified],
    forcing: Collection[str],
    measures: Mapping[str, Measure],
) -> tuple[float, list[Verified]]:
    """Ever larger sets up to ``last``, by the yuan-years that they postpone together; and these."""
    first, best = _first_year(part.clears, forcing), (0.0, [last])
    ends = _first_year(_left(part, last), forcing) or math.inf
    for one in smaller:
        until = _first_year(_left(part, one), forcing)
        if first is None or until is None or not first < until < ends or not one.measure_ids < last.measure_ids:
            continue
        cost = sum(measures[key].cost_yuan or 0.0 for key in last.measure_ids - one.measure_ids)
        before, chain = _best_chain(one, part, smaller, forcing, measures)
        best = max(best, (before + cost * (until - first), [*chain, last]), key=lambda way: way[0])
    return best


def _stages(part: Verified, chain: Sequence[Verified]) -> list[Verified]:
    """The sets of a chain as stages: of each what it adds to the one before it."""
    stages: list[Verified] = []
    before: Verified | None = None
    for one in chain:
        until_now = () if before is None else before.clears
        own = _minus(_within(one.clears, part.clears), until_now)
        if before is None:
            stages.append(replace(one, clears=own))
        else:
            stages.append(
                replace(
                    one,
                    measure_ids=one.measure_ids - before.measure_ids,
                    after=before.measure_ids,
                    clears=own,
                    released_kva=_more(one.released_kva, before.released_kva),
                    node_released_kva=_more(one.node_released_kva, before.node_released_kva),
                    losses_saved_kwh_per_year=_more(one.losses_saved_kwh_per_year, before.losses_saved_kwh_per_year),
                )
            )
        before = replace(one, clears=_joined(until_now, own))
    return stages


def _left(part: Verified, one: Verified) -> Clears:
    """What a smaller set leaves of what a set clears."""
    return _minus(part.clears, one.clears)


def _first_year(clears: Clears, forcing: Collection[str]) -> int | None:
    return min((year for own in clears if own.need_id in forcing for year in own.years), default=None)


def _minus(clears: Clears, done: Clears) -> Clears:
    years = _by_need(done)
    return _cleared({own.need_id: [year for year in own.years if year not in years[own.need_id]] for own in clears})


def _within(clears: Clears, whole: Clears) -> Clears:
    years = _by_need(whole)
    return _cleared({own.need_id: [year for year in own.years if year in years[own.need_id]] for own in clears})


def _joined(one: Clears, other: Clears) -> Clears:
    years = _by_need((*one, *other))
    return _cleared({need: sorted(own) for need, own in years.items()})


def _by_need(clears: Clears) -> defaultdict[str, set[int]]:
    years: defaultdict[str, set[int]] = defaultdict(set)
    for own in clears:
        years[own.need_id].update(own.years)
    return years


def _cleared(years: Mapping[str, Sequence[int]]) -> Clears:
    return tuple(Cleared(need, tuple(own)) for need, own in sorted(years.items()) if own)


def _more(whole: float | None, first: float | None) -> float | None:
    return None if whole is None or first is None else whole - first
