"""The cheapest set of measures on each feeder, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from capacity.errors import RequestError
from capacity.planning.choosing.faults import refuse_faults
from capacity.planning.choosing.greedy import greedy
from capacity.planning.choosing.outcomes import outcome_rows
from capacity.planning.choosing.problem import Problem, problem_of, wanted_of
from capacity.planning.choosing.reasons import why_chosen, why_rejected
from capacity.planning.choosing.solving import Picked, cheapest
from capacity.planning.choosing.telling import joined
from capacity.tables._schema import Table, conform, empty
from capacity.tables.choice import FEEDER_CHOICES, MEASURE_CHOICES, NEED_OUTCOMES, Choice
from capacity.tables.measure import ORIGINS, Measure, Need, Origin, Verified

Verify = Callable[[str, frozenset[str]], Verified]
"""Verifies a set of measures of a feeder by load flow: ``verify(feeder_id, measure_ids)``."""


@dataclass(frozen=True)
class _Feeder:
    feeder_id: str
    needs: tuple[Need, ...]
    measures: tuple[Measure, ...]
    verified: tuple[Verified, ...]
    problem: Problem
    picked: Picked


def choose(needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified]) -> Choice:
    """Choose the cheapest measures per feeder that clear P4, P6, P10 for the horizon, and P5 where it can be cleared.

    Parameters
    ----------
    needs
        Of all rules; those of P3 and P19 are listed and force nothing.
    measures, verified
        Candidates with their prices, and what load flow found of sets of them.

    Returns
    -------
    Choice
        Needs that nothing clears are in it, as open.

    Raises
    ------
    RequestError
        With every fault: ids twice or unknown, a price below zero, years that do not ascend.
    """
    refuse_faults(needs, measures, verified)
    feeders = [_chosen_on(feeder_id, needs, measures, verified) for feeder_id in _feeder_ids(needs, measures)]
    return Choice(
        measures=_frame([row for one in feeders for row in _measure_rows(one)], MEASURE_CHOICES),
        needs=_frame([row for one in feeders for row in _need_rows(one)], NEED_OUTCOMES),
        feeders=_frame([_feeder_row(one) for one in feeders], FEEDER_CHOICES),
        parts=tuple(part for one in feeders for part in one.picked.sets),
    )


def choose_and_verify(
    needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified], verify: Verify
) -> tuple[Choice, tuple[Verified, ...]]:
    """Choose, verify as one what was put together of parts, and choose again until all of it has been verified.

    Parameters
    ----------
    verify
        ``(feeder_id, measure_ids) -> Verified``, handed in by who can solve load flows.

    Returns
    -------
    The choice, and the verified sets with those that were added.

    Raises
    ------
    RequestError
        As :func:`choose`; also where ``verify`` answers about other measures than it was asked about.
    """
    known = list(verified)
    while True:
        choice = choose(needs, measures, known)
        unsettled = choice.feeders[~choice.feeders["verified_as_one"].astype(bool)]
        if unsettled.empty:
            return choice, tuple(known)
        known.extend(
            _asked(verify, str(row.feeder_id), frozenset(str(row.measure_ids).split(";")))
            for row in unsettled.itertuples()
        )


def _asked(verify: Verify, feeder_id: str, measure_ids: frozenset[str]) -> Verified:
    found = verify(feeder_id, measure_ids)
    if (found.feeder_id, found.measure_ids) != (feeder_id, measure_ids):
        asked = "+".join(sorted(measure_ids))
        raise RequestError(
            [f"要求校核线路 {feeder_id} 的 {asked}，得到的却是 {found.feeder_id} 的 {found.name}"],
            [f"asked to verify {asked} on feeder {feeder_id}, the answer is about {found.name} on {found.feeder_id}"],
        )
    return found


def _feeder_ids(needs: Sequence[Need], measures: Sequence[Measure]) -> list[str]:
    return sorted({need.feeder_id for need in needs} | {one.feeder_id for one in measures})


def _chosen_on(
    feeder_id: str, needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified]
) -> _Feeder:
    own = tuple(sorted((need for need in needs if need.feeder_id == feeder_id), key=lambda need: need.need_id))
    candidates = sorted((one for one in measures if one.feeder_id == feeder_id), key=lambda one: one.measure_id)
    found = tuple(one for one in verified if one.feeder_id == feeder_id)
    problem = problem_of(own, candidates, found)
    return _Feeder(feeder_id, own, tuple(candidates), found, problem, _best(problem))


def _best(problem: Problem) -> Picked:
    picked = cheapest(problem)
    if picked is None:
        raise AssertionError("to do nothing is always possible")
    return picked


def _measure_rows(feeder: _Feeder) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for one in feeder.measures:
        chosen = one.measure_id in feeder.picked.measure_ids
        why = (
            why_chosen(feeder.problem, feeder.picked, one)
            if chosen
            else why_rejected(feeder.problem, feeder.picked, one, feeder.measures, feeder.verified)
        )
        part = next((part for part in feeder.picked.sets if one.measure_id in part.measure_ids), None)
        cleared = {} if part is None else _cleared_by_origin(feeder, part)
        rows.append(
            {
                "feeder_id": feeder.feeder_id,
                "measure_id": one.measure_id,
                "kind": one.kind,
                "chosen": chosen,
                "part": part.name if part else None,
                "cost_yuan": one.cost_yuan,
                "reason": why.reason,
                "difference_yuan": why.difference_yuan,
                "conflicts_with": joined(why.conflicts_with) or None,
                **{f"{origin}_need_ids": cleared.get(origin) or None for origin in ORIGINS},
                "why_zh": why.words.zh,
                "why_en": why.words.en,
            }
        )
    return rows


def _cleared_by_origin(feeder: _Feeder, part: Verified) -> dict[Origin, str]:
    cleared = {own.need_id for own in part.clears if own.years}
    return {
        origin: joined(need.need_id for need in feeder.needs if need.origin == origin and need.need_id in cleared)
        for origin in ORIGINS
    }


def _need_rows(feeder: _Feeder) -> list[dict[str, object]]:
    prices = {one.measure_id: one.cost_yuan for one in feeder.measures}
    return outcome_rows(feeder.needs, feeder.verified, feeder.picked, prices)


def _feeder_row(feeder: _Feeder) -> dict[str, object]:
    picked, rough = feeder.picked, greedy(feeder.problem)
    existing, grown = (_cost_of(feeder, origins) for origins in (ORIGINS[:1], ORIGINS[:2]))
    whole = frozenset(picked.measure_ids)
    return {
        "feeder_id": feeder.feeder_id,
        "measure_ids": joined(picked.measure_ids) or None,
        "cost_yuan": picked.cost_yuan,
        "existing_cost_yuan": existing,
        "growth_cost_yuan": grown - existing,
        "connection_cost_yuan": picked.cost_yuan - grown,
        "open_must": picked.open_must,
        "open_pre_control": picked.open_pre_control,
        "greedy_cost_yuan": rough.cost_yuan,
        "greedy_open_must": rough.open_must,
        "greedy_open_pre_control": rough.open_pre_control,
        "verified_as_one": len(picked.sets) < 2 or any(one.measure_ids == whole for one in feeder.verified),
    }


def _cost_of(feeder: _Feeder, origins: Sequence[Origin]) -> float:
    """What the cheapest choice costs that looks at needs of these origins alone."""
    own = wanted_of([need for need in feeder.needs if need.origin in origins])
    if len(own) == len(feeder.problem.wanted):
        return feeder.picked.cost_yuan
    found = cheapest(replace(feeder.problem, wanted=own), unique=False)
    return found.cost_yuan if found else 0.0


def _frame(rows: list[dict[str, object]], schema: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), schema) if rows else empty(schema)
