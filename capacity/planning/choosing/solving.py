"""The cheapest choice by integer programming (HiGHS through ``scipy.optimize.milp``), goal after goal.

Goals, each kept while the next is sought: (1) as few open need-years of P4, P6 and P10 as possible, (2) of P5,
(3) the least cost, (4) the fewest measures, (5) of equal choices the one whose ids come first. The last makes the
answer unique, so that it does not depend on the solver's mood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from capacity.planning.choosing.problem import Problem, clears
from capacity.tables.measure import Verified

Floats = npt.NDArray[np.float64]
_YUAN = 1e4  # costs are minimised in 10 000 CNY: the solver's 1e-6 is then a hundredth of one yuan
_TIGHT = 1e-6


@dataclass(frozen=True)
class Picked:
    """A choice: the measures, the verified sets it consists of, and what it leaves open (numbers in ``wanted``)."""

    measure_ids: tuple[str, ...]
    sets: tuple[Verified, ...]
    open: tuple[int, ...]
    cost_yuan: float
    open_must: int
    open_pre_control: int


@dataclass(frozen=True)
class _Programme:
    """Unknowns: a set is chosen (x), a measure is built (y), a wanted need-year stays open (z)."""

    rows: Floats
    least: Floats
    most: Floats
    n_sets: int
    n_measures: int


def cheapest(
    problem: Problem, *, with_ids: Sequence[str] = (), without_ids: Sequence[str] = (), unique: bool = True
) -> Picked | None:
    """The best choice by the goals above; None where ``with_ids`` cannot be had.

    Parameters
    ----------
    with_ids, without_ids
        Measures that have to be in, or must not be.
    unique
        False leaves out goals 4 and 5: what it costs and leaves open is the same.
    """
    while True:
        picked = _solve(problem, with_ids, without_ids, unique)
        refuted = picked and refuted_among(problem, picked.sets)
        if not refuted:
            return picked
        problem = replace(problem, contradicted=(*problem.contradicted, refuted))


def _solve(problem: Problem, with_ids: Sequence[str], without_ids: Sequence[str], unique: bool) -> Picked | None:
    programme = _programme(problem)
    ids = [one.measure_id for one in problem.measures]
    x, y = programme.n_sets, programme.n_measures
    lower, upper = np.zeros(programme.rows.shape[1]), np.ones(programme.rows.shape[1])
    if not set(with_ids) <= set(ids):
        return None
    lower[[x + ids.index(key) for key in with_ids]] = 1.0
    upper[[x + ids.index(key) for key in without_ids if key in ids]] = 0.0

    must = np.array([one.must for one in problem.wanted], dtype=float)
    cost = np.array([problem.cost_yuan[key] for key in ids]) / _YUAN
    goals = [_goal(programme, z=must), _goal(programme, z=1.0 - must), _goal(programme, y=cost)]
    if unique:
        goals.append(_goal(programme, y=np.ones(y)))
    found = None
    for goal in goals:
        found = _minimise(programme, goal, lower, upper)
        if found is None:
            return None
        programme = _kept(programme, goal, float(goal @ found))
    if found is None:  # never: there are always goals
        return None
    if unique:
        found = _first_by_id(programme, found, lower, upper)
        built = found[x : x + y] > 0.5
        lower[x : x + y] = upper[x : x + y] = built
        finest = _goal(programme, x=-np.ones(x))  # as many parts as it can be taken apart into
        found = _minimise(programme, finest, lower, upper) if x else found
    return None if found is None else _picked(problem, programme, found)


def _programme(problem: Problem) -> _Programme:
    ids = [one.measure_id for one in problem.measures]
    x, y, z = len(problem.sets), len(ids), len(problem.wanted)
    rows: list[Floats] = []
    least: list[float] = []
    most: list[float] = []

    def row(at_least: float, at_most: float, terms: Sequence[tuple[int, float]]) -> None:
        one = np.zeros(x + y + z)
        for place, factor in terms:
            one[place] += factor
        rows.append(one)
        least.append(at_least)
        most.append(at_most)

    parts = sorted(set().union(*(one.touches for one in problem.sets))) or [""]
    for part in parts:  # one set at most decides about a part of the feeder
        row(0.0, 1.0, [(k, 1.0) for k, one in enumerate(problem.sets) if not one.touches or part in one.touches])
    for j, key in enumerate(ids):
        having = [k for k, one in enumerate(problem.sets) if key in one.measure_ids]
        row(0.0, 1.0, [(k, 1.0) for k in having])  # a measure is done once, in one part
        row(0.0, np.inf, [*((k, 1.0) for k in having), (x + j, -1.0)])
        for k in having:
            row(0.0, 1.0, [(x + j, 1.0), (k, -1.0)])
    for one_id, other in problem.shared:
        both = [(k, -1.0) for k, one in enumerate(problem.sets) if {one_id, other} <= one.measure_ids]
        row(-np.inf, 1.0, [(x + ids.index(one_id), 1.0), (x + ids.index(other), 1.0), *both])
    for one_id, other in problem.excluded:
        row(-np.inf, 1.0, [(x + ids.index(one_id), 1.0), (x + ids.index(other), 1.0)])
    for one_id, other in problem.required:
        needed = [(x + ids.index(other), -1.0)] if other in ids else []
        row(-np.inf, 0.0, [(x + ids.index(one_id), 1.0), *needed])
    names = [one.name for one in problem.sets]
    for together in problem.contradicted:
        row(-np.inf, len(together) - 1.0, [(names.index(name), 1.0) for name in together])
    for number, wanted in enumerate(problem.wanted):
        clearing = [(k, 1.0) for k, one in enumerate(problem.sets) if clears(one, wanted)]
        row(1.0, np.inf, [(x + y + number, 1.0), *clearing])
    return _Programme(np.array(rows).reshape(len(rows), x + y + z), np.array(least), np.array(most), x, y)


def _goal(
    programme: _Programme, *, x: Floats | None = None, y: Floats | None = None, z: Floats | None = None
) -> Floats:
    n_sets, n_measures = programme.n_sets, programme.n_measures
    goal = np.zeros(programme.rows.shape[1])
    for part, values in ((slice(0, n_sets), x), (slice(n_sets, n_sets + n_measures), y)):
        if values is not None:
            goal[part] = values
    if z is not None:
        goal[n_sets + n_measures :] = z
    return goal


def _kept(programme: _Programme, goal: Floats, value: float) -> _Programme:
    """With one more row: the goal's value is not given up."""
    return replace(
        programme,
        rows=np.vstack([programme.rows, goal]),
        least=np.append(programme.least, -np.inf),
        most=np.append(programme.most, value + _TIGHT),
    )


def _minimise(programme: _Programme, goal: Floats, lower: Floats, upper: Floats) -> Floats | None:
    if not len(goal):
        return goal
    found = milp(
        goal,
        integrality=np.ones(len(goal)),
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(programme.rows, programme.least, programme.most),
        options={"mip_rel_gap": 0.0},
    )
    return np.round(found.x) if found.status == 0 else None


def _first_by_id(programme: _Programme, found: Floats, lower: Floats, upper: Floats) -> Floats:
    """Of all choices that are as good, the one with the first ids; ``found`` where there is no other."""
    x, y = programme.n_sets, programme.n_measures
    built = found[x : x + y] > 0.5
    other = _goal(programme, y=np.where(built, -1.0, 1.0))
    another = replace(
        programme,
        rows=np.vstack([programme.rows, other]),
        least=np.append(programme.least, 1.0 - built.sum()),
        most=np.append(programme.most, np.inf),
    )
    if _minimise(another, np.zeros(len(found)), lower, upper) is None:
        return found
    lower, upper = lower.copy(), upper.copy()
    for place in range(x, x + y):
        if found[place] < 0.5:
            lower[place] = 1.0
            better = _minimise(programme, np.zeros(len(found)), lower, upper) if upper[place] > 0.5 else None
            lower[place] = upper[place] = float(better is not None)
            found = found if better is None else better
        else:
            lower[place] = 1.0
    return found


def _picked(problem: Problem, programme: _Programme, found: Floats) -> Picked:
    x, y = programme.n_sets, programme.n_measures
    built = tuple(one.measure_id for one, on in zip(problem.measures, found[x : x + y], strict=True) if on > 0.5)
    sets = tuple(one for one, on in zip(problem.sets, found[:x], strict=True) if on > 0.5)
    return as_picked(problem, built, sets)


def as_picked(problem: Problem, measure_ids: tuple[str, ...], sets: tuple[Verified, ...]) -> Picked:
    """A choice with what it costs and leaves open."""
    open_ = tuple(
        number for number, wanted in enumerate(problem.wanted) if not any(clears(one, wanted) for one in sets)
    )
    must = sum(problem.wanted[number].must for number in open_)
    cost = sum(problem.cost_yuan[key] for key in measure_ids)
    return Picked(measure_ids, sets, open_, cost, must, len(open_) - must)


def refuted_among(problem: Problem, sets: Sequence[Verified]) -> tuple[str, ...]:
    """Chosen sets which are stated to be apart, but did less where they were verified together; none: empty.

    A load flow without an answer for the whole counts as less: what is not known is not promised.
    """
    for whole in problem.together:
        parts = [one for one in sets if one.measure_ids < whole.measure_ids]
        if len(parts) < 2 or frozenset().union(*(one.measure_ids for one in parts)) != whole.measure_ids:
            continue
        cleared = [w for w in problem.wanted if any(clears(one, w) for one in parts)]
        if whole.harm or not whole.solved or not all(clears(whole, w) for w in cleared):
            return tuple(one.name for one in parts)
    return ()
