"""What every trunk would allow at the heads of its networks, at the steps that are critical to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.again import Base, Same
from capacity.loadflow.additions.asking import COUNTS
from capacity.loadflow.additions.model import Trunk
from capacity.loadflow.additions.own import Figures
from capacity.loadflow.additions.setting import Setting
from capacity.loadflow.additions.tasks import NetworkFindings, answering_feeder, search_heads
from capacity.loadflow.additions.trunk import (
    ANSWER_SPREAD,
    MAX_EXTENSIONS,
    Above,
    TrunkYear,
    critical_steps,
    trunk_kinds,
)
from capacity.loadflow.additions.work import Work

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


def trunks_at_heads(
    setting: Setting, base: Base, found: dict[int, NetworkFindings], work: Work, known: Same | None
) -> dict[int, AtHeads]:
    """By number, every trunk in which something is to be sought."""
    return {
        above.trunk.number: _at_heads(setting, above, watched, base, found, work)
        for above, watched in aboves(setting, base, found, work, known)
    }


@dataclass(frozen=True)
class Watched:
    """A trunk with its bounds as they are to be kept, and what of it is already broken: ``thing`` and ``step``."""

    trunk: Trunk
    bus_bound: Reals
    broken: dict[int, int]


def watched_trunk(setting: Setting, trunk: Trunk, year: TrunkYear) -> Watched:
    """A trunk's broken limits, and bounds moved to where they may not be worsened (decision 006)."""
    ask, tree = setting.ask, trunk.tree
    bound = setting.local_bound(tree.bus, artificial=1)
    kind = trunk_kinds(trunk, bound)
    counted = ask.factor > COUNTS
    n = tree.n_bus
    watched = np.concatenate([np.isfinite(bound), kind[n:] >= 0])
    room = np.where(counted[None, :] & watched[:, None], year.room, np.inf)
    least, at = room.min(axis=1), room.argmin(axis=1)
    broken = {int(thing): int(at[thing]) for thing in np.flatnonzero(least < 0.0)}
    feeder = setting.feeder_of_bus[tree.bus]
    for group in np.unique(feeder[[thing for thing in broken if thing < n]]) if broken else ():
        mine = (feeder == group) & np.isfinite(bound)
        bound[mine] += ask.sense * (np.minimum(least[:n][mine], 0.0) - setting.bounds.epsilon_pu)
    over = np.flatnonzero(least[n:] < 0.0)
    if len(over):
        scale = tree.watch.scale.copy()
        scale[over] /= (1.0 - least[n:][over] + _epsilon_part(setting, tree.watch.element[over]))[:, None]
        tree = replace(tree, watch=replace(tree.watch, scale=scale))
    return Watched(replace(trunk, tree=tree), bound, broken)


def _epsilon_part(setting: Setting, branches: Ints) -> Reals:
    """What a broken load rate may be worsened by, as a part of each branch's bound (rows of the grid, -1 none)."""
    percent = setting.bounds.line_percent.reindex(setting.grid.branches.element[branches]).to_numpy(np.float64)
    return setting.bounds.epsilon_percent / np.where((branches >= 0) & (percent > 0.0), percent, 100.0)


def aboves(
    setting: Setting, base: Base, found: dict[int, NetworkFindings], work: Work, known: Same | None
) -> list[tuple[Above, Watched]]:
    """Every trunk in which something is to be sought, at its critical steps."""
    aboves = []
    kept = known.trunks if known is not None else frozenset()
    for trunk, year in zip(setting.model.trunks, base.years, strict=True):
        if not len(trunk.networks) or trunk.number in kept:
            continue
        watched = watched_trunk(setting, trunk, year)
        slack = np.stack([found[number].slack for number in trunk.networks.tolist()])
        kind = trunk_kinds(watched.trunk, watched.bus_bound)
        steps = critical_steps(year, slack, setting.ask.factor, kind)
        aboves.append((above_of(setting, watched, year, steps, base, found, work), watched))
    return aboves


def above_of(
    setting: Setting,
    watched: Watched,
    year: TrunkYear,
    steps: Ints,
    base: Base,
    found: dict[int, NetworkFindings],
    work: Work,
) -> Above:
    trunk = watched.trunk
    feeders = [feeder for feeder in setting.feeders if setting.model.networks[int(feeder[0])].trunk == trunk.number]
    answers = work.over(
        answering_feeder,
        [
            (
                setting.task(feeder).only(steps),
                [found[number].allowance for number in feeder.tolist()],
                np.ascontiguousarray(base.head[feeder][:, steps]),
            )
            for feeder in feeders
        ],
    )
    row = {number: position for position, number in enumerate(trunk.networks.tolist())}
    slope = np.zeros((len(row), len(steps)), dtype=np.complex128)
    lowest = np.full((len(row), len(steps)), -np.inf * setting.ask.sense)
    for feeder, answer in zip(feeders, answers, strict=True):
        places = [row[number] for number in feeder.tolist()]
        slope[places], lowest[places] = answer.slope, answer.lowest
    return Above(
        trunk,
        watched.bus_bound,
        trunk_kinds(trunk, watched.bus_bound),
        setting.loads.only(steps),
        steps,
        year.voltage[:, steps],
        year.offset[:, steps],
        np.ascontiguousarray(np.stack([found[number].inflow[steps] for number in trunk.networks.tolist()])),
        slope,
        lowest,
    )


@dataclass(frozen=True)
class AtHeads:
    """A trunk at its critical steps and, by position of its networks, what it would allow at their heads."""

    above: Above
    watched: Watched
    figures: dict[int, Figures]


def _at_heads(
    setting: Setting, above: Above, watched: Watched, base: Base, found: dict[int, NetworkFindings], work: Work
) -> AtHeads:
    """What a trunk would allow at the heads of its networks; critical steps are added until none can be missing."""
    trunk = above.trunk
    sought = [
        position
        for position, number in enumerate(trunk.networks.tolist())
        if found[number].figures is not None and broken_above(watched, trunk, int(trunk.heads[position])) is None
    ]
    need_kva = {position: _most(found[int(trunk.networks[position])]) for position in sought}
    figures: dict[int, Figures] = {}
    for _ in range(MAX_EXTENSIONS):
        groups = np.array_split(np.array(sought, dtype=np.int64), max(1, len(sought) // 8))
        tasks = [
            (above, setting.ask, group, np.array([need_kva[position] for position in group.tolist()]))
            for group in groups
            if len(group)
        ]
        results = work.over(search_heads, tasks)
        figures = {
            position: one
            for group, of_group in zip([task[2] for task in tasks], results, strict=True)
            for position, one in zip(group.tolist(), of_group, strict=True)
        }
        steps = np.union1d(
            above.steps, missing_steps(setting, above, base.years[trunk.number], found, figures, need_kva)
        )
        if len(steps) == len(above.steps):
            break
        above = above_of(setting, watched, base.years[trunk.number], steps, base, found, work)
    return AtHeads(above, watched, figures)


def _most(findings: NetworkFindings) -> float:
    """The largest rough figure of a network's nodes, kVA."""
    assert findings.figures is not None
    return max(1.0, float(findings.figures.kva.max()))


def missing_steps(
    setting: Setting,
    above: Above,
    year: TrunkYear,
    found: dict[int, NetworkFindings],
    figures: dict[int, Figures],
    need_kva: dict[int, float],
) -> Ints:
    """Steps outside the critical ones at which an addition as large as is of interest could break something."""
    if not figures:
        return np.empty(0, dtype=np.int64)
    reach = np.zeros(len(above.kind))
    for position, one in figures.items():
        kva = min(float(one.kva[0]), 1.1 * need_kva[position])
        reach = np.maximum(reach, ANSWER_SPREAD * one.answer[0] * kva)
    factor, reference = setting.ask.factor, above.trunk.tree.reference
    within = np.zeros(setting.n_steps, dtype=bool)
    for thing in np.flatnonzero((above.kind >= 0) & (reach > 0.0)).tolist():
        if thing >= above.trunk.tree.n_bus or np.isfinite(above.bus_bound[thing]):
            by_voltage = np.abs(year.voltage[reference[thing]]) if reference[thing] >= 0 else 1.0
            within |= year.room[thing] * by_voltage < reach[thing] * factor
    for position, head in enumerate(above.trunk.heads.tolist()):
        slack = found[int(above.trunk.networks[position])].slack
        within |= (
            slack * np.abs(year.voltage[head])
            < above.steepness(position, slack, setting.ask.sense) * reach[head] * factor
        )
    within &= factor > COUNTS
    return np.flatnonzero(within)


def broken_above(watched: Watched, trunk: Trunk, head: int) -> tuple[int, int] | None:
    """What is already broken on the way from a head to the source: watched thing and step."""
    things = things_above(watched, trunk, head)
    return (things[0], watched.broken[things[0]]) if things else None


def things_above(watched: Watched, trunk: Trunk, head: int) -> list[int]:
    """Everything that is already broken on the way from a head to the source."""
    n = trunk.tree.n_bus
    path = set()
    bus = head
    while bus > 0:
        path.add(bus)
        bus = int(trunk.tree.parent[bus])
    return [
        thing for thing in watched.broken if (thing if thing < n else int(trunk.tree.watch.child[thing - n])) in path
    ]


def above_at(setting: Setting, above: Above, base: Base, found: dict[int, NetworkFindings], steps: Ints) -> Above:
    """A trunk at other steps: where they are not critical to it, nothing elsewhere is near its bounds."""
    trunk = above.trunk
    place = np.searchsorted(above.steps, steps)
    known = above.steps[np.minimum(place, len(above.steps) - 1)] == steps
    slope = np.repeat(above.slope.mean(axis=1, keepdims=True), len(steps), axis=1)
    lowest = np.full(slope.shape, -np.inf * setting.ask.sense)
    slope[:, known], lowest[:, known] = above.slope[:, place[known]], above.lowest[:, place[known]]
    year = base.years[trunk.number]
    return replace(
        above,
        loads=setting.loads.only(steps),
        steps=steps,
        voltage=year.voltage[:, steps],
        offset=year.offset[:, steps],
        inflow=np.stack([found[number].inflow[steps] for number in trunk.networks.tolist()]),
        slope=slope,
        lowest=lowest,
    )
