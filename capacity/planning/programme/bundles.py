"""Crews spread and days kept late, with what shares an outage moved as one: the last two goals of a programme."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, lil_array, vstack

from capacity.planning.programme.rough import possible_starts
from capacity.tables.programme import Job, Resources
from capacity.tables.words import URGENCY

Floats = npt.NDArray[np.float64]
Minimise = Callable[[Floats, csr_array, Floats, Floats, Floats], tuple[Floats | None, bool]]
Months = Sequence[int | None]
_TIGHT = 1e-6


def urgencies_of(jobs: Sequence[Job]) -> list[str]:
    """The urgencies there are among the jobs, the most urgent first."""
    return [urgency for urgency in URGENCY if any(job.urgency == urgency for job in jobs)]


def bundles_of(jobs: Sequence[Job], months: Months) -> list[list[int]]:
    """Numbers of the jobs that share an outage, directly or through others; a job without one is its own bundle."""
    shared: nx.Graph[tuple[object, ...]] = nx.Graph()
    for number, (job, month) in enumerate(zip(jobs, months, strict=True)):
        if month is None:
            continue
        shared.add_node((number,))
        for section in job.section_ids:
            shared.add_edge((number,), (section, month + job.months - 1))
    groups = nx.connected_components(shared)
    return sorted(sorted(int(str(node[0])) for node in group if len(node) == 1) for group in groups)


def spread_bundles(
    jobs: Sequence[Job], resources: Resources, months: Months, together: Sequence[Sequence[int]], minimise: Minimise
) -> tuple[tuple[int | None, ...], bool]:
    """Move bundles so that the fewest crews are busy at once, then as late as the days due allow.

    No urgency becomes later in sum.

    Returns
    -------
    The months, ``months`` where nothing better was found, and whether both goals were proven.
    """
    if not together:
        return tuple(months), True
    moves = _moves(jobs, resources, months, together)
    rows, least, most = _rows(jobs, resources, months, together, moves)
    size = len(moves) + 1
    early, peak, found = (np.zeros(size) for _ in range(3))
    late = {urgency: np.zeros(size) for urgency in urgencies_of(jobs)}
    for place, (bundle, shift) in enumerate(moves):
        for one in together[bundle]:
            ahead = jobs[one].due_month - (_start(months, one) + shift + jobs[one].months - 1)
            late[jobs[one].urgency][place] += max(-ahead, 0)
            early[place] += max(ahead, 0)
        found[place] = float(shift == 0)
    peak[-1] = 1.0
    found[-1] = float(np.max(rows[len(together) : len(together) + resources.months, :-1] @ found[:-1], initial=0.0))
    upper = np.append(np.ones(size - 1), np.inf)
    for own in late.values():
        rows, least, most = _kept(rows, least, most, own, float(own @ found))
    proven = True
    for goal in (peak, early):
        better, settled = minimise(goal, rows, least, most, upper)
        if better is not None and goal @ better <= goal @ found + _TIGHT:
            found = better
        proven &= settled
        rows, least, most = _kept(rows, least, most, goal, float(goal @ found))
    moved = list(months)
    for place, (bundle, shift) in enumerate(moves):
        if found[place] > 0.5:
            for one in together[bundle]:
                moved[one] = _start(months, one) + shift
    return tuple(moved), proven


def _start(months: Months, one: int) -> int:
    month = months[one]
    assert month is not None  # bundles hold placed jobs only
    return month


def _moves(
    jobs: Sequence[Job], resources: Resources, months: Months, together: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    """Every bundle with the shifts in months that all of its jobs can follow."""
    found = []
    for bundle, members in enumerate(together):
        shifts = ({start - _start(months, one) for start in possible_starts(jobs[one], resources)} for one in members)
        found += [(bundle, shift) for shift in sorted(set.intersection(*shifts))]
    return found


def _rows(
    jobs: Sequence[Job],
    resources: Resources,
    months: Months,
    together: Sequence[Sequence[int]],
    moves: Sequence[tuple[int, int]],
) -> tuple[csr_array, Floats, Floats]:
    """Every bundle once; crews by month; crews by month below the peak, the last unknown."""
    n, h = len(together), resources.months
    rows = lil_array((n + 2 * h, len(moves) + 1))
    for place, (bundle, shift) in enumerate(moves):
        rows[bundle, place] = 1.0
        for one in together[bundle]:
            begin = _start(months, one) + shift
            for busy in range(begin, begin + jobs[one].months):
                rows[n + busy, place] += jobs[one].crews
                rows[n + h + busy, place] += jobs[one].crews
    rows[n + h :, -1] = -1.0
    least = np.concatenate([np.ones(n), np.full(2 * h, -np.inf)])
    most = np.concatenate([np.ones(n), np.array(resources.crews, dtype=float), np.zeros(h)])
    return csr_array(rows), least, most


def _kept(rows: csr_array, least: Floats, most: Floats, goal: Floats, value: float) -> tuple[csr_array, Floats, Floats]:
    """With one more row: the goal's value is not given up."""
    return (
        vstack([rows, csr_array(goal[None, :])], format="csr"),
        np.append(least, -np.inf),
        np.append(most, value + _TIGHT),
    )
