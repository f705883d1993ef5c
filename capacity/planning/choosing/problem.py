"""One feeder's choice as a problem: what may be chosen, what has to be cleared, what excludes what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from capacity.tables.measure import Measure, Need, Rule, Verified

Duty = Literal["must", "where_possible", "listed"]
DUTY: dict[Rule, Duty] = {
    "P4": "must",
    "P6": "must",
    "P10": "must",
    "P5": "where_possible",
    "P3": "listed",
    "P19": "listed",
}
"""What the choice does about a rule: P3 is a "may", and outages of P19 are nothing that load flow could clear."""


@dataclass(frozen=True)
class Wanted:
    """A need in one year that has to be cleared."""

    need: Need
    year: int

    @property
    def must(self) -> bool:
        """P4, P6 and P10 come before P5."""
        return DUTY[self.need.rule] == "must"


@dataclass(frozen=True)
class Problem:
    """The choice on one feeder; everything in the order of ids, so that the input's order decides nothing.

    Attributes
    ----------
    measures : those that can be had: at least one admissible set has them.
    sets : admissible sets: solved, without new violations, every measure with a price.
    wanted : needs by year that have to be cleared.
    shared : pairs of measures on one element; they exclude each other but for sets with both.
    excluded : pairs that never go together.
    required : (measure, the one it requires).
    together : what was verified of several measures at once, admissible or not.
    contradicted : sets that were verified together and did less than each by itself: not chosen together.
    """

    measures: tuple[Measure, ...]
    sets: tuple[Verified, ...]
    wanted: tuple[Wanted, ...]
    shared: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    together: tuple[Verified, ...] = ()
    contradicted: tuple[tuple[str, ...], ...] = ()

    @property
    def cost_yuan(self) -> dict[str, float]:
        """Price of each measure."""
        return {one.measure_id: one.cost_yuan for one in self.measures if one.cost_yuan is not None}


def problem_of(needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified]) -> Problem:
    """The problem of one feeder; its input has been found sound (``faults.py``)."""
    by_id = {one.measure_id: one for one in measures}
    sets = tuple(sorted((one for one in verified if admissible(one, by_id)), key=lambda one: one.name))
    usable = sorted(set().union(*(one.measure_ids for one in sets)))
    had = tuple(by_id[measure_id] for measure_id in usable)
    return Problem(
        measures=had,
        sets=sets,
        wanted=wanted_of(needs),
        shared=tuple(pair for pair in combinations(usable, 2) if shared_elements(by_id[pair[0]], by_id[pair[1]])),
        excluded=tuple(pair for pair in combinations(usable, 2) if stated_exclusive(by_id[pair[0]], by_id[pair[1]])),
        required=tuple((one.measure_id, other) for one in had for other in sorted(one.requires)),
        together=tuple(sorted((one for one in verified if len(one.measure_ids) > 1), key=lambda one: one.name)),
    )


def wanted_of(needs: Sequence[Need]) -> tuple[Wanted, ...]:
    """What has to be cleared, need by need and year by year."""
    forced = sorted((need for need in needs if DUTY[need.rule] != "listed"), key=lambda need: need.need_id)
    return tuple(Wanted(need, year) for need in forced for year in need.years)


def admissible(one: Verified, by_id: dict[str, Measure]) -> bool:
    """Whether a verified set may be chosen at all."""
    return one.solved and not one.harm and all(by_id[key].cost_yuan is not None for key in one.measure_ids)


def shared_elements(one: Measure, other: Measure) -> tuple[str, ...]:
    """Elements that both work on."""
    return tuple(sorted(set(one.element_ids) & set(other.element_ids)))


def stated_exclusive(one: Measure, other: Measure) -> bool:
    """Whether one of them says that it does not go with the other."""
    return other.measure_id in one.excludes or one.measure_id in other.excludes


def apart(one: Verified, other: Verified) -> bool:
    """Whether both state what they touch, and nothing of it is the same."""
    return bool(one.touches) and bool(other.touches) and not one.touches & other.touches


def clears(one: Verified, wanted: Wanted) -> bool:
    """Whether a set clears a need in a year."""
    return any(own.need_id == wanted.need.need_id and wanted.year in own.years for own in one.clears)
