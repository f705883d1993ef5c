"""The greedy choice, for comparison: always the set that clears most for its money next."""

from __future__ import annotations

import math

from capacity.planning.choosing.problem import Problem, apart, clears
from capacity.planning.choosing.solving import Picked, as_picked, refuted_among
from capacity.tables.measure import Verified


def greedy(problem: Problem) -> Picked:
    """Add admissible sets one by one, the most need-years cleared per yuan first, those of P4, P6 and P10 before P5.

    A set is added only where it and all sets before it are stated to be apart and it has what it requires; nothing is
    taken back.
    """
    sets: list[Verified] = []
    built: frozenset[str] = frozenset()
    while True:
        steps = [one for one in problem.sets if _fits(problem, sets, built, one)]
        best = max(steps, key=lambda one: (_worth(problem, sets, built, one), _reversed(one.name)), default=None)
        if best is None or _worth(problem, sets, built, best) <= (0.0, 0.0):
            return as_picked(problem, tuple(sorted(built)), tuple(sets))
        sets.append(best)
        built |= best.measure_ids


def _fits(problem: Problem, sets: list[Verified], built: frozenset[str], one: Verified) -> bool:
    after = built | one.measure_ids
    return (
        all(apart(own, one) for own in sets)
        and not any(set(pair) <= after for pair in problem.excluded)
        and not any(set(pair) <= after and not _verified(sets, one, pair) for pair in problem.shared)
        and all(other in after for key, other in problem.required if key in after)
        and not refuted_among(problem, [*sets, one])
    )


def _verified(sets: list[Verified], one: Verified, pair: tuple[str, str]) -> bool:
    return any(set(pair) <= own.measure_ids for own in (*sets, one))


def _worth(problem: Problem, sets: list[Verified], built: frozenset[str], one: Verified) -> tuple[float, float]:
    new = [wanted for wanted in problem.wanted if clears(one, wanted) and not any(clears(own, wanted) for own in sets)]
    cost = sum(problem.cost_yuan[key] for key in one.measure_ids - built)
    must = sum(wanted.must for wanted in new)
    return _per(must, cost), _per(len(new) - must, cost)


def _per(gain: int, cost: float) -> float:
    return 0.0 if not gain else gain / cost if cost else math.inf


def _reversed(name: str) -> tuple[int, ...]:
    """Of equal steps the first name wins a maximum."""
    return tuple(-ord(sign) for sign in name)
