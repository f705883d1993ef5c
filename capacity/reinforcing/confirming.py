"""The choice among what was tried, confirmed by the whole grid at every step of every year, or made again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from capacity import policy
from capacity.city.pool import Jobs
from capacity.planning.choosing import choose
from capacity.reinforcing.feeders import FeederPlan, choose_again
from capacity.reinforcing.projects import with_projects
from capacity.reinforcing.record import remarks_of
from capacity.reinforcing.settling import settled, unblamed
from capacity.reinforcing.staging import in_stages
from capacity.reinforcing.working import Work, done
from capacity.reinforcing.years import SolvedYear, cut_file, solve_year
from capacity.tables.case import Case
from capacity.tables.choice import Choice
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.policy import Policy
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word

ROUNDS = 6
"""How often a choice is made at most."""
STAGINGS = 2
"""How often sets are divided into stages at most."""
Known = dict[tuple[str, frozenset[str]], Verified]
"""What was verified, by feeder and measures."""
Seen = tuple[dict[int, SolvedYear], tuple[Verified, ...], frozenset[str]]
"""The years with some sets done, the sets as these show them, and the feeders where one was refuted."""


def confirmed_choice(
    work: Work,
    case: Case,
    future: Scenario,
    rules: Policy,
    needs: Sequence[Need],
    tried_on: Mapping[str, FeederPlan],
    before: Mapping[int, SolvedYear],
    tried: Sequence[int],
    *,
    nodes: bool,
) -> tuple[Choice, tuple[Verified, ...], dict[int, SolvedYear], list[Word]]:
    """The choice that the whole grid confirms, everything verified, the years with it done, and what weakens it.

    The choice's parts are in stages: each is done in the first year in which it clears something.
    """
    as_of = case.settings.as_of
    measures = measures_of(tried_on)
    by_id = {one.measure_id: one for one in measures}
    by_year = dict.fromkeys(before, policy.with_variant(rules, future))
    known: Known = {(one.feeder_id, one.measure_ids): one for plan in tried_on.values() for one in plan.verified}

    def confirmed(parts: Sequence[Verified], stage: str) -> Seen:
        with_all = with_projects(future, parts, needs, by_id, as_of)
        after = _solved(work, with_all, tuple(before), stage, nodes=nodes)
        return after, *settled(parts, before, after, by_year, as_of)

    for round_ in range(1, ROUNDS + 1):
        choice = choose(needs, measures, tuple(known.values()))
        after, seen, refuted = confirmed(choice.parts, f"check {round_}")
        _learn(known, seen)
        if not refuted or round_ == ROUNDS:
            break
        _try_again(work, refuted, tried, needs, as_of, tried_on, known)
    short = len([part for part in seen if part.feeder_id in refuted])
    if refuted:
        choice, after = of_what_holds(needs, measures, seen, confirmed, known)
    else:
        choice = choose(needs, measures, tuple(known.values()))  # the same sets, as the whole grid shows them
    refused = {name: why for plan in tried_on.values() for name, why in plan.refused.items()}
    parts, after = _in_stages(choice.parts, tuple(known.values()), needs, by_id, confirmed, after)
    known |= {(one.feeder_id, one.measure_ids): one for one in parts if not one.after}
    everything = (*known.values(), *(one for one in parts if one.after))
    nobodys = unblamed(parts, before, after, by_year)
    failed = {year: one.steps_failed for year, one in after.items() if one.steps_failed}
    remarks = remarks_of(refused, short, round_, nobodys, failed)
    return replace(choice, parts=parts), everything, after, remarks


def _try_again(
    work: Work,
    refuted: frozenset[str],
    tried: Sequence[int],
    needs: Sequence[Need],
    as_of: dt.date,
    tried_on: Mapping[str, FeederPlan],
    known: Known,
) -> None:
    """Sets that the choice asks for on the feeders where one was refuted, added to what is known."""
    jobs: Jobs = {
        feeder: (
            feeder, [cut_file(work.folder, feeder, year) for year in tried],
            tuple(need for need in needs if need.feeder_id == feeder), as_of, tried_on[feeder].measures,
            tuple(one for key, one in known.items() if key[0] == feeder),
        )
        for feeder in sorted(refuted)
    }  # fmt: skip
    for sets in done(work, "feeders again", choose_again, jobs).values():
        known |= {(one.feeder_id, one.measure_ids): one for one in sets}


def of_what_holds(
    needs: Sequence[Need],
    measures: Sequence[Measure],
    seen: tuple[Verified, ...],
    confirmed: Callable[[Sequence[Verified], str], Seen],
    known: Known,
) -> tuple[Choice, dict[int, SolvedYear]]:
    """A choice among sets that the whole grid was seen to bear out, and nothing else; and the years with it done."""
    for _ in range(ROUNDS):
        choice = choose(needs, measures, seen)
        after, seen, worse = confirmed(choice.parts, "check, the last")
        choice = replace(choice, parts=seen[: len(choice.parts)])
        _learn(known, seen)
        if not worse:
            break
    return choice, after


def _in_stages(
    parts: tuple[Verified, ...],
    verified: Sequence[Verified],
    needs: Sequence[Need],
    measures: Mapping[str, Measure],
    confirmed: Callable[[Sequence[Verified], str], Seen],
    after: dict[int, SolvedYear],
) -> tuple[tuple[Verified, ...], dict[int, SolvedYear]]:
    """The sets in stages as far as the whole grid confirms them, and the years with them done."""
    whole: frozenset[str] = frozenset()
    for round_ in range(1, STAGINGS + 1):
        stages = in_stages(parts, verified, needs, measures, whole)
        if stages == parts:
            break
        later, seen, refuted = confirmed(stages, f"stages {round_}")
        if not refuted:
            return seen[: len(stages)], later
        whole |= refuted
    return parts, after


def _learn(known: Known, seen: Sequence[Verified]) -> None:
    """Put what the whole grid shows in the place of what the feeder alone did, but for what only that can tell."""
    for one in seen:
        key = (one.feeder_id, one.measure_ids)
        alone = known.get(key, one)
        known[key] = replace(
            one,
            released_kva=alone.released_kva,
            node_released_kva=alone.node_released_kva,
            losses_saved_kwh_per_year=alone.losses_saved_kwh_per_year,
        )


def _solved(work: Work, future: Scenario, years: Sequence[int], stage: str, *, nodes: bool) -> dict[int, SolvedYear]:
    """Every year of a future, every step; the last first, since it takes longest."""
    jobs: Jobs = {
        str(year): (work.ground_file, future, year, work.draw, work.seed, {}, work.folder, nodes and year == max(years))
        for year in sorted(years, reverse=True)
    }
    return {int(year): one for year, one in done(work, stage, solve_year, jobs).items()}


def measures_of(tried_on: Mapping[str, FeederPlan]) -> tuple[Measure, ...]:
    """Every measure of every feeder."""
    return tuple(one for plan in tried_on.values() for one in plan.measures)
