"""When each job begins: integer programmes, goal after goal (HiGHS through ``scipy.optimize.milp``).

Goals, each kept while the next is sought: (1) as few jobs without a place as possible, (2) the least lateness in
months, both of the most urgent jobs first, (3) the fewest outages, a section and a month counting one (P18), and with
what shares an outage kept together (4) the smallest number of crews that are busy at once, (5) as late as the day due
allows (P17). A goal whose search is cut off keeps the best found, and says so; it is cut off by its size, not by
a clock, so that the same jobs always get the same programme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from capacity.planning.programme.bundles import bundles_of, spread_bundles, urgencies_of
from capacity.planning.programme.rough import possible_starts, rough_starts
from capacity.tables.programme import Job, Resources

Floats = npt.NDArray[np.float64]
_ONE_NODE = 8000.0
"""Unknowns from which on a goal's search is left at the first node of its tree, with its heuristics; 200 projects over
three years have as many. Of half as many unknowns four nodes are searched, and so on with the square."""
_TIGHT = 1e-6


@dataclass(frozen=True)
class Starts:
    """The month in which each job begins, None where there is no place; whether every goal was proven."""

    months: tuple[int | None, ...]
    proven: bool


@dataclass(frozen=True)
class _Unknowns:
    """Places of the unknowns: begins (job, month), has no place (job), outage (section, month)."""

    begins: tuple[tuple[int, int], ...]
    sections: tuple[tuple[str, int], ...]
    n_jobs: int

    @property
    def size(self) -> int:
        return len(self.begins) + self.n_jobs + len(self.sections)

    def no_place(self, job: int) -> int:
        return len(self.begins) + job

    def outage(self, number: int) -> int:
        return len(self.begins) + self.n_jobs + number


def best_starts(jobs: Sequence[Job], resources: Resources) -> Starts:
    """The starts by the goals above; ``jobs`` in the order of their ids."""
    unknowns = _unknowns(jobs, resources)
    rows, least, most = _rows(jobs, resources, unknowns)
    found = _as_solution(rough_starts(jobs, resources), jobs, unknowns)
    upper = np.ones(unknowns.size)
    goals, late = _goals(jobs, resources, unknowns)
    proven = True
    for goal in goals:
        if goal is goals[-1]:
            upper = np.minimum(upper, _not_later_than_worth(late, float(late @ found), unknowns))
        better, settled = minimise(goal, rows, least, most, upper)
        if better is not None and goal @ better <= goal @ found + _TIGHT:
            found = better
        proven &= settled
        rows = vstack([rows, csr_array(goal[None, :])], format="csr")
        least, most = np.append(least, -np.inf), np.append(most, float(goal @ found) + _TIGHT)
    months: list[int | None] = [None] * len(jobs)
    for place, (job, month) in enumerate(unknowns.begins):
        if found[place] > 0.5:
            months[job] = month
    together = bundles_of(jobs, months)
    spread, settled = spread_bundles(jobs, resources, months, together, minimise)
    return Starts(spread, proven and settled)


def _unknowns(jobs: Sequence[Job], resources: Resources) -> _Unknowns:
    begins = [(number, month) for number, job in enumerate(jobs) for month in possible_starts(job, resources)]
    sections = {
        (section, month + jobs[number].months - 1) for number, month in begins for section in jobs[number].section_ids
    }
    return _Unknowns(tuple(begins), tuple(sorted(sections)), len(jobs))


def _rows(jobs: Sequence[Job], resources: Resources, unknowns: _Unknowns) -> tuple[csr_array, Floats, Floats]:
    """Every job once or without a place; crews by month; an outage wherever a job needs one."""
    terms: list[tuple[int, int, float]] = []
    least: list[float] = []
    most: list[float] = []

    def new(at_least: float, at_most: float) -> int:
        least.append(at_least)
        most.append(at_most)
        return len(least) - 1

    once = [new(1.0, 1.0) for _ in jobs]
    crews = [new(-np.inf, float(number)) for number in resources.crews]
    outage_of = {key: unknowns.outage(number) for number, key in enumerate(unknowns.sections)}
    terms += [(once[number], unknowns.no_place(number), 1.0) for number in range(len(jobs))]
    for place, (number, month) in enumerate(unknowns.begins):
        job = jobs[number]
        terms.append((once[number], place, 1.0))
        for busy in range(month, month + job.months):
            terms.append((crews[busy], place, float(job.crews)))
        for section in job.section_ids:
            row = new(-np.inf, 0.0)
            terms += [(row, place, 1.0), (row, outage_of[section, month + job.months - 1], -1.0)]
    at_row, at_column, factors = zip(*terms, strict=True)
    matrix = coo_array((factors, (at_row, at_column)), shape=(len(least), unknowns.size))
    return csr_array(matrix), np.array(least), np.array(most)


def _goals(jobs: Sequence[Job], resources: Resources, unknowns: _Unknowns) -> tuple[list[Floats], Floats]:
    """What is to be small, in its order: no place by urgency, lateness by urgency, outages; and all lateness."""
    late, outages = np.zeros(unknowns.size), np.zeros(unknowns.size)
    job_of = np.full(unknowns.size, -1)
    for number, job in enumerate(jobs):
        job_of[unknowns.no_place(number)] = number
        late[unknowns.no_place(number)] = max(resources.months - job.due_month, 0)
    for place, (number, month) in enumerate(unknowns.begins):
        job_of[place] = number
        late[place] = max(month + jobs[number].months - 1 - jobs[number].due_month, 0)
    outages[unknowns.outage(0) :] = 1.0
    no_place = np.zeros(unknowns.size)
    no_place[len(unknowns.begins) : len(unknowns.begins) + unknowns.n_jobs] = 1.0
    urgent = [
        np.array([number >= 0 and jobs[number].urgency == urgency for number in job_of], dtype=float)
        for urgency in urgencies_of(jobs)
    ]
    return [*(no_place * own for own in urgent), *(late * own for own in urgent), outages], late


def minimise(goal: Floats, rows: csr_array, least: Floats, most: Floats, upper: Floats) -> tuple[Floats | None, bool]:
    """The best found and whether it is proven; unknowns are whole numbers from 0 to ``upper``."""
    found = milp(
        goal,
        integrality=np.ones(len(goal)),
        bounds=Bounds(np.zeros(len(goal)), upper),
        constraints=LinearConstraint(rows, least, most),
        options={"mip_rel_gap": 0.0, "node_limit": max(round((_ONE_NODE / len(goal)) ** 2), 1)},
    )
    return (None if found.x is None else np.round(found.x)), found.status == 0


def _not_later_than_worth(late: Floats, total: float, unknowns: _Unknowns) -> Floats:
    """Upper bounds without the starts that no programme of this lateness can have.

    Every other job is at least as late as it is alone; what the total leaves beyond that is all that one job can add.
    """
    upper = np.ones(unknowns.size)
    alone = late[len(unknowns.begins) : len(unknowns.begins) + unknowns.n_jobs].copy()
    for place, (job, _) in enumerate(unknowns.begins):
        alone[job] = min(alone[job], late[place])
    spare = total - float(alone.sum())
    for place, (job, _) in enumerate(unknowns.begins):
        if late[place] > alone[job] + spare + _TIGHT:
            upper[place] = 0.0
    return upper


def _as_solution(months: Sequence[int | None], jobs: Sequence[Job], unknowns: _Unknowns) -> Floats:
    """A programme as the unknowns' values."""
    solution = np.zeros(unknowns.size)
    place_of = {key: place for place, key in enumerate(unknowns.begins)}
    outage_of = {key: unknowns.outage(number) for number, key in enumerate(unknowns.sections)}
    for number, month in enumerate(months):
        if month is None:
            solution[unknowns.no_place(number)] = 1.0
            continue
        job = jobs[number]
        solution[place_of[number, month]] = 1.0
        for section in job.section_ids:
            solution[outage_of[section, month + job.months - 1]] = 1.0
    return solution
