"""One feeder planned: candidates for its needs, each verified, sets of them where one alone is not enough."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from capacity.planning.candidates import candidates, combinations
from capacity.reinforcing.feeder_year import FeederYear
from capacity.reinforcing.market import market
from capacity.reinforcing.reconciling import reconciled
from capacity.reinforcing.trying import Trials
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.situation import Situation

MOST_STACKED = 5
"""Measures in one set, at most, that are put together for the room of an area."""


@dataclass(frozen=True)
class FeederPlan:
    """What was tried on a feeder; ``refused`` are sets that could not be laid or solved, and why."""

    feeder_id: str
    measures: tuple[Measure, ...]
    verified: tuple[Verified, ...]
    refused: dict[str, str]


def plan_feeder(feeder_id: str, files: Sequence[Path], needs: Sequence[Need], as_of: dt.date) -> FeederPlan:
    """Generate and verify measures for the needs of a feeder, until what would be chosen has been verified as one.

    Parameters
    ----------
    files : pickled :class:`FeederYear` of some years of the horizon, ascending; each was written by this program a
        moment ago.
    """
    years: list[FeederYear] = [pickle.loads(file.read_bytes()) for file in files]
    last = years[-1]
    situation = Situation(
        feeder_id, last.case, tuple(needs), last.results.transformers, last.results.lines, last.results.nodes,
        last.results.areas,
    )  # fmt: skip
    found = {one.measure_id: one for one in candidates(situation, market(last.rules, as_of))}
    trials = Trials(feeder_id, tuple(needs), found, years, as_of)
    for key in found:
        trials.verified(frozenset({key}))
    for pair in combinations(tuple(found.values()), needs):
        if _worth(trials, pair, needs):
            trials.verified(pair)
    for need in needs:
        if need.rule == "P5" and not _cleared(trials.known, need):
            _stack(trials, need)
    measures = tuple(_with_effect(one, trials.known[frozenset({key})]) for key, one in found.items())
    return FeederPlan(feeder_id, measures, reconciled(trials, needs, measures), trials.refused)


def choose_again(
    feeder_id: str,
    files: Sequence[Path],
    needs: Sequence[Need],
    as_of: dt.date,
    measures: Sequence[Measure],
    known: Sequence[Verified],
) -> tuple[Verified, ...]:
    """Sets to choose among after some were refuted, with those that had to be tried for it."""
    years: list[FeederYear] = [pickle.loads(file.read_bytes()) for file in files]
    by_id = {one.measure_id: one for one in measures}
    trials = Trials(feeder_id, tuple(needs), by_id, years, as_of, {one.measure_ids: one for one in known})
    return reconciled(trials, needs, measures)


def _with_effect(measure: Measure, alone: Verified) -> Measure:
    return replace(
        measure,
        released_kva=alone.released_kva,
        node_released_kva=alone.node_released_kva,
        losses_saved_kwh_per_year=alone.losses_saved_kwh_per_year,
    )


def _worth(trials: Trials, pair: frozenset[str], needs: Sequence[Need]) -> bool:
    """Whether none of its measures clears by itself what is wanted where the set works."""
    alone = [trials.verified(frozenset({key})) for key in pair]
    areas = {area for key in pair for area in trials.measures[key].area_ids}
    mine = [
        need for need in needs if need.rule not in ("P3", "P19") and (need.area_id is None or need.area_id in areas)
    ]
    wanted = {(need.need_id, year) for need in mine for year in need.years}
    done = [
        {(one.need_id, year) for one in each.clears for year in one.years} & wanted for each in alone if not each.harm
    ]
    both = set().union(*done)
    return both < wanted or all(own < both for own in done)


def _cleared(known: Mapping[frozenset[str], Verified], need: Need) -> bool:
    years = {
        year
        for one in known.values()
        if one.solved and not one.harm
        for own in one.clears
        if own.need_id == need.need_id
        for year in own.years
    }
    return set(need.years) <= years


def _stack(trials: Trials, need: Need) -> None:
    """Put measures of an area together, the most room per yuan first, until its need is cleared."""
    ranked = []
    for key, measure in trials.measures.items():
        alone = trials.verified(frozenset({key}))
        room, cost = alone.released_kva or 0.0, measure.cost_yuan
        if need.area_id in measure.area_ids and room > 0.0 and cost and alone.solved and not alone.harm:
            ranked.append((-room / cost, key))
    stack: list[str] = []
    used: set[str] = set()
    for _, key in sorted(ranked):
        elements = set(trials.measures[key].element_ids)
        if elements & used:
            continue
        stack.append(key)
        used |= elements
        if len(stack) > 1:
            found = trials.verified(frozenset(stack))
            if any(own.need_id == need.need_id and set(need.years) <= set(own.years) for own in found.clears):
                return
        if len(stack) == MOST_STACKED:
            return
