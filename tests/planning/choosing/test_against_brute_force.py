"""The choice on random small feeders: the same as trying everything, never worse than greedy."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from planning_cases import found, measure, need

from capacity.planning.choosing.greedy import greedy
from capacity.planning.choosing.problem import Problem, apart, clears, problem_of
from capacity.planning.choosing.solving import cheapest, refuted_among
from capacity.tables.measure import Verified

Key = tuple[int, int, float, int, tuple[str, ...]]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five measures, up to six verified sets, up to four needs over two years."""
    ids = [f"M{number}" for number in range(1, draw(st.integers(1, 5)) + 1)]
    rules = draw(st.lists(st.sampled_from(["P4", "P5", "P6", "P10"]), min_size=1, max_size=4))
    needs = [need(f"N{k}", (2027, 2028)[: draw(st.integers(1, 2))], rule=rule) for k, rule in enumerate(rules)]
    elements = st.sampled_from(["T1", "T2", "T3", "T4", "T5"])
    measures = []
    for key in ids:
        others = [other for other in ids if other != key]
        required = draw(st.sets(st.sampled_from(others), max_size=1)) if others and draw(st.integers(0, 4)) == 0 else ()
        excluded = draw(st.sets(st.sampled_from(others), max_size=1)) if others and draw(st.integers(0, 4)) == 0 else ()
        excluded = set(excluded) - set(required)
        yuan = float(draw(st.integers(0, 6)) * 10_000)
        measures.append(measure(key, yuan, draw(elements), requires=required, excludes=excluded))
    names = draw(st.lists(st.sets(st.sampled_from(ids), min_size=1, max_size=3), min_size=1, max_size=6))
    sets: dict[frozenset[str], Verified] = {}
    for name in names:
        if any(one.measure_id in name and one.excludes & name for one in measures):
            continue
        cleared = {one.need_id: one.years for one in needs if draw(st.booleans())}
        touches = " ".join(draw(st.sets(st.sampled_from("abc"), max_size=2)))
        harm = (need("X"),) if draw(st.integers(0, 7)) == 0 else ()
        sets[frozenset(name)] = found("+".join(name), cleared, touches=touches, creates=harm)
    return problem_of(needs, measures, list(sets.values()))


def key_of(problem: Problem, sets: tuple[Verified, ...]) -> Key | None:
    """What a choice of sets is worth, None where it cannot be had."""
    built = frozenset().union(*(one.measure_ids for one in sets))
    if any(not apart(one, other) for one, other in combinations(sets, 2)) or refuted_among(problem, sets):
        return None
    if any(set(pair) <= built for pair in problem.excluded):
        return None
    if any(set(pair) <= built and not any(set(pair) <= one.measure_ids for one in sets) for pair in problem.shared):
        return None
    if any(one in built and other not in built for one, other in problem.required):
        return None
    left = [wanted for wanted in problem.wanted if not any(clears(one, wanted) for one in sets)]
    must = sum(wanted.must for wanted in left)
    cost = sum(problem.cost_yuan[one] for one in built)
    return must, len(left) - must, cost, len(built), tuple(sorted(built))


def brute_force(problem: Problem) -> Key:
    sizes = range(len(problem.sets) + 1)
    tried = chain.from_iterable(combinations(problem.sets, size) for size in sizes)
    return min(key for key in (key_of(problem, sets) for sets in tried) if key is not None)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(problems())
def test_cheapest__is_what_trying_everything_finds(problem: Problem) -> None:
    picked = cheapest(problem)
    assert picked is not None
    found_key = (picked.open_must, picked.open_pre_control, picked.cost_yuan, len(picked.measure_ids))
    assert (*found_key, picked.measure_ids) == brute_force(problem)
    assert key_of(problem, picked.sets) is not None
    plain = cheapest(problem, unique=False)
    assert plain is not None
    assert (plain.open_must, plain.open_pre_control, plain.cost_yuan) == found_key[:3]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(problems())
def test_greedy__is_a_choice_and_never_better(problem: Problem) -> None:
    rough, best = greedy(problem), cheapest(problem)
    assert best is not None
    assert key_of(problem, rough.sets) is not None
    assert (best.open_must, best.open_pre_control, best.cost_yuan) <= (
        rough.open_must,
        rough.open_pre_control,
        rough.cost_yuan,
    )


def test_greedy__is_worse_where_the_best_value_first_leads_astray() -> None:
    # best value: M1 clears two for 50 (25 each); then the third needs M2 for 60: 110. M3 clears all three for 90.
    needs = [need(f"N{number}") for number in (1, 2, 3)]
    measures = [measure("M1", 50.0, "T1"), measure("M2", 60.0, "T2"), measure("M3", 90.0, "T3")]
    sets = [
        found("M1", "N1 N2", touches="a"),
        found("M2", "N3", touches="b"),
        found("M3", "N1 N2 N3", touches="a b"),
    ]
    problem = problem_of(needs, measures, sets)
    best = cheapest(problem)
    assert best is not None
    assert best.cost_yuan == 90.0
    assert greedy(problem).cost_yuan == 110.0
