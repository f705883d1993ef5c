"""The largest addition at every LV node: networks, trunks and both together, put in order (P9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.again import Base, Kept, Same, same, taken_up
from capacity.loadflow.additions.answer import KIND_WORD, NOTHING, Answer, Limit, to_table
from capacity.loadflow.additions.asking import SECTION, SUBSTATION, TRANSFORMER
from capacity.loadflow.additions.elsewhere import Elsewhere
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.own import Figures, NetworkBounds, network_year
from capacity.loadflow.additions.setting import Setting, make_setting
from capacity.loadflow.additions.tasks import (
    NetworkFindings,
    answering_feeder,
    search_heads,
    settle_network,
    study_feeder,
)
from capacity.loadflow.additions.trunk import (
    ANSWER_SPREAD,
    MAX_EXTENSIONS,
    Above,
    TrunkYear,
    critical_steps,
    driving_impedance,
    trunk_kinds,
    trunk_year,
    with_others,
)
from capacity.tables.additions import Addition, Additions, Bounds, Progress
from capacity.tables.solved import SolvedYear

if TYPE_CHECKING:
    from capacity.loadflow.load_flow import LoadFlow

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Result = TypeVar("Result")

IMPEDANCE_STEPS = 16
IMPEDANCE_KVA = 100.0
COUNTS = 1e-6
"""Part of its peak from which the addition is there at all."""


def largest_additions(
    flow: LoadFlow,
    solved: SolvedYear,
    bounds: Bounds,
    addition: Addition,
    *,
    before: Additions | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Additions:
    """The largest addition at every LV bus, each alone, that breaks no bound in any step of the window (P9).

    Parameters
    ----------
    flow, solved : the load flow and the year it solved.
    before : the answer to the same question when little was different; LV networks that are the same are not searched
        from nothing.
    executor : where the units of work run, by default as many threads as the load flow has workers.
    progress : called with (units of work done, units in all).

    Raises
    ------
    ValueError
        If the addition's factors do not cover the window.
    """
    setting = make_setting(flow, solved, bounds, addition)
    kept = before.kept if before is not None else None
    if executor is not None:
        return _searched(setting, _Work(setting, executor, progress), kept)
    with ThreadPoolExecutor(max_workers=flow.workers) as pool:
        return _searched(setting, _Work(setting, pool, progress), kept)


def _searched(setting: Setting, work: _Work, before: object) -> Additions:
    """The passes: without the addition, network by network, trunk by trunk, both together."""
    if not (setting.ask.factor > COUNTS).any() or not setting.model.networks:
        return Additions(to_table(setting, _never_there(setting)), setting.addition)
    known = same(setting, before)
    base = _base(setting, known)
    found = _studied(setting, base, work, known)
    at_heads = {
        above.trunk.number: _at_heads(setting, above, watched, base, found, work)
        for above, watched in _aboves(setting, base, found, work, known)
    }
    answers = _settled(setting, base, at_heads, found, work, known)
    table = to_table(setting, [answer for number in sorted(answers) for answer in answers[number]])
    return Additions(table, setting.addition, Kept(setting, base, found, answers))


def _never_there(setting: Setting) -> list[Answer]:
    """Every node's answer where the addition is there in no step of the window: nothing speaks against any size."""
    ceiling = setting.ask.ceiling_kva
    return [
        Answer(int(bus), np.nan, NOTHING, NOTHING, np.nan, "solver_failure")
        if setting.failed[network.number]
        else Answer(int(bus), ceiling, NOTHING, NOTHING, np.nan, "search_ceiling")
        for network in setting.model.networks
        for bus in network.tree.bus[2:]
    ]


class _Work:
    """Runs tasks on the executor and counts them."""

    def __init__(self, setting: Setting, executor: Executor, progress: Progress | None) -> None:
        self._executor, self._progress = executor, progress
        self._done, self._total = 0, 3 * len(setting.feeders) + len(setting.model.networks)

    def over(self, task: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> list[Result]:
        """Results of ``task`` in the order of its arguments."""
        jobs = [self._executor.submit(task, *one) for one in arguments]
        results = []
        for job in jobs:
            results.append(job.result())
            self._done += 1
            if self._progress is not None:
                self._progress(min(self._done, self._total), self._total)
        return results


def _base(setting: Setting, known: Same | None) -> Base:
    """Solve every trunk with its networks' power; what is connected besides is solved in its networks first."""
    inflow, model = setting.inflow.copy(), setting.model
    kept = known.trunks if known is not None else frozenset()
    years = [_taken(known, trunk) or _trunk_year(setting, trunk, inflow) for trunk in model.trunks]
    alone = []
    for trunk, year in zip(model.trunks, years, strict=True):
        if known is not None and trunk.number in kept:
            inflow[trunk.networks] = known.kept.base.inflow[trunk.networks]
            alone.append(known.kept.base.loads_alone[trunk.number])
        elif setting.connected[trunk.tree.bus[1:]].any():
            alone.append(_trunk_year(setting, _without(setting, trunk), inflow).through)
        else:
            alone.append(year.through)
    changed = [
        network
        for network in model.networks
        if network.trunk not in kept
        and (np.isnan(inflow[network.number]).any() or setting.connected[network.tree.bus[2:]].any())
    ]
    for _ in range(2):
        for network in changed:
            head = _head_of(setting, network, years)
            steps = np.arange(setting.n_steps)
            solved = network_year(network, _unbounded(network), setting.loads, setting.ask, steps, head, keep=False)
            inflow[network.number] = solved.inflow
        for number in {network.trunk for network in changed}:
            years[number] = _trunk_year(setting, model.trunks[number], inflow)
    full = [
        _taken(known, trunk) or with_others(trunk, year, _past(setting, trunk, years, alone), setting.ask)
        for trunk, year in zip(model.trunks, years, strict=True)
    ]
    head = np.stack([_head_of(setting, network, full) for network in model.networks])
    return Base(tuple(full), tuple(alone), head, _impedances(setting, full, inflow, known), inflow)


def _taken(known: Same | None, trunk: Trunk) -> TrunkYear | None:
    """A trunk's year where a search before knows it."""
    return known.kept.base.years[trunk.number] if known is not None and trunk.number in known.trunks else None


def _without(setting: Setting, trunk: Trunk) -> Trunk:
    """A trunk without what is connected besides."""
    bus = trunk.tree.bus
    own = np.where(bus >= 0, setting.connected[bus], 0j)
    own[0] = 0j
    constant = trunk.consumption.constant - np.stack([own.real, own.imag], axis=1)
    return replace(trunk, consumption=replace(trunk.consumption, constant=constant))


def _trunk_year(setting: Setting, trunk: Trunk, inflow: Complexes) -> TrunkYear:
    drawn = np.nan_to_num(inflow[trunk.networks])
    bound = setting.local_bound(trunk.tree.bus, artificial=1)
    return trunk_year(trunk, bound, setting.loads, setting.ask, setting.source[trunk.source], drawn)


def _unbounded(network: Network) -> NetworkBounds:
    total = network.tree.n_bus + len(network.tree.watch.child)
    nothing = np.full(total, -np.inf)
    return NetworkBounds(nothing[: network.tree.n_bus], nothing, np.full(total, -1, dtype=np.int64))


def _head_of(setting: Setting, network: Network, years: list[TrunkYear]) -> Complexes:
    """Voltage of a network's head, ``(n_steps)``."""
    return np.ascontiguousarray(years[network.trunk].voltage[network.head])


def _past(setting: Setting, trunk: Trunk, years: list[TrunkYear], before: list[Complexes]) -> Complexes:
    """What flows into a trunk's substations past the trunk itself."""
    past = setting.into_substation[trunk.substations].copy()
    for row, substation in enumerate(trunk.substations.tolist()):
        past[row] -= before[trunk.number][row]
        for other, year in zip(setting.model.trunks, years, strict=True):
            if other.number != trunk.number:
                for position in np.flatnonzero(other.substations == substation).tolist():
                    past[row] += year.through[position] - before[other.number][position]
    return past


def _impedances(setting: Setting, years: list[TrunkYear], inflow: Complexes, known: Same | None) -> Complexes:
    """What every network sees behind its head, pu."""
    impedance = np.zeros(len(setting.model.networks), dtype=np.complex128)
    for trunk, year in zip(setting.model.trunks, years, strict=True):
        if not len(trunk.networks):
            continue
        if known is not None and trunk.number in known.trunks:
            impedance[trunk.networks] = known.kept.base.impedance[trunk.networks]
            continue
        bound = setting.local_bound(trunk.tree.bus, artificial=1)
        load = np.abs(inflow[trunk.networks]).sum(axis=0)
        count = min(IMPEDANCE_STEPS, len(load))
        steps = np.sort(np.argpartition(-load, count - 1)[:count])
        nothing = np.full((len(trunk.networks), len(steps)), -np.inf * setting.ask.sense)
        blocks = Above(
            trunk, bound, trunk_kinds(trunk, bound), setting.loads.only(steps), steps, year.voltage[:, steps],
            year.offset[:, steps], inflow[trunk.networks][:, steps], np.zeros(nothing.shape, dtype=np.complex128),
            nothing,
        ).blocks(steps, setting.ask)  # fmt: skip
        for number, head in zip(trunk.networks.tolist(), trunk.heads.tolist(), strict=True):
            impedance[number] = driving_impedance(trunk, blocks, setting.ask, head, IMPEDANCE_KVA)
    return impedance


def _studied(setting: Setting, base: Base, work: _Work, known: Same | None) -> dict[int, NetworkFindings]:
    """The year of every network, taken up where a search before has it."""
    found = taken_up(setting, base.head, known)
    left = [feeder[[number not in found for number in feeder.tolist()]] for feeder in setting.feeders]
    feeders = [feeder for feeder in left if len(feeder)]
    tasks = [(setting.task(feeder), base.head[feeder], base.impedance[feeder]) for feeder in feeders]
    for feeder, results in zip(feeders, work.over(study_feeder, tasks), strict=True):
        found.update(zip(feeder.tolist(), results, strict=True))
    return found


@dataclass(frozen=True)
class _Watched:
    """A trunk with its bounds as they are to be kept, and what of it is already broken: ``thing`` and ``step``."""

    trunk: Trunk
    bus_bound: Reals
    broken: dict[int, int]


def _watched(setting: Setting, trunk: Trunk, year: TrunkYear) -> _Watched:
    """A trunk's broken limits, and bounds moved to where they may not be worsened (decision 006)."""
    ask, tree = setting.ask, trunk.tree
    bound = setting.local_bound(tree.bus, artificial=1)
    kind = trunk_kinds(trunk, bound)
    counted = ask.factor > 1e-6
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
    return _Watched(replace(trunk, tree=tree), bound, broken)


def _epsilon_part(setting: Setting, branches: Ints) -> Reals:
    """What a broken load rate may be worsened by, as a part of each branch's bound (rows of the grid, -1 none)."""
    percent = setting.bounds.line_percent.reindex(setting.grid.branches.element[branches]).to_numpy(np.float64)
    return setting.bounds.epsilon_percent / np.where((branches >= 0) & (percent > 0.0), percent, 100.0)


def _aboves(
    setting: Setting, base: Base, found: dict[int, NetworkFindings], work: _Work, known: Same | None
) -> list[tuple[Above, _Watched]]:
    """Every trunk in which something is to be sought, at its critical steps."""
    aboves = []
    kept = known.trunks if known is not None else frozenset()
    for trunk, year in zip(setting.model.trunks, base.years, strict=True):
        if not len(trunk.networks) or trunk.number in kept:
            continue
        watched = _watched(setting, trunk, year)
        slack = np.stack([found[number].slack for number in trunk.networks.tolist()])
        kind = trunk_kinds(watched.trunk, watched.bus_bound)
        steps = critical_steps(year, slack, setting.ask.factor, kind)
        aboves.append((_above(setting, watched, year, steps, base, found, work), watched))
    return aboves


def _above(
    setting: Setting,
    watched: _Watched,
    year: TrunkYear,
    steps: Ints,
    base: Base,
    found: dict[int, NetworkFindings],
    work: _Work,
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
class _AtHeads:
    """A trunk at its critical steps and, by position of its networks, what it would allow at their heads."""

    above: Above
    watched: _Watched
    figures: dict[int, Figures]


def _at_heads(
    setting: Setting, above: Above, watched: _Watched, base: Base, found: dict[int, NetworkFindings], work: _Work
) -> _AtHeads:
    """What a trunk would allow at the heads of its networks; critical steps are added until none can be missing."""
    trunk = above.trunk
    sought = [
        position
        for position, number in enumerate(trunk.networks.tolist())
        if found[number].figures is not None and _broken_above(watched, trunk, int(trunk.heads[position])) is None
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
        steps = np.union1d(above.steps, _missing(setting, above, base.years[trunk.number], found, figures, need_kva))
        if len(steps) == len(above.steps):
            break
        above = _above(setting, watched, base.years[trunk.number], steps, base, found, work)
    return _AtHeads(above, watched, figures)


def _most(findings: NetworkFindings) -> float:
    """The largest rough figure of a network's nodes, kVA."""
    assert findings.figures is not None
    return max(1.0, float(findings.figures.kva.max()))


def _missing(
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
    factor, size, reference = setting.ask.factor, np.abs(year.voltage), above.trunk.tree.reference
    within = np.zeros(setting.n_steps, dtype=bool)
    for thing in np.flatnonzero((above.kind >= 0) & (reach > 0.0)).tolist():
        if thing >= above.trunk.tree.n_bus or np.isfinite(above.bus_bound[thing]):
            by_voltage = size[reference[thing]] if reference[thing] >= 0 else 1.0
            within |= year.room[thing] * by_voltage < reach[thing] * factor
    for position, head in enumerate(above.trunk.heads.tolist()):
        slack = found[int(above.trunk.networks[position])].slack
        within |= slack * size[head] < above.steepness(position, slack, setting.ask.sense) * reach[head] * factor
    within &= factor > COUNTS
    return np.flatnonzero(within)


def _broken_above(watched: _Watched, trunk: Trunk, head: int) -> tuple[int, int] | None:
    """What is already broken on the way from a head to the source: watched thing and step."""
    n = trunk.tree.n_bus
    path = set()
    bus = head
    while bus > 0:
        path.add(bus)
        bus = int(trunk.tree.parent[bus])
    for thing, step in watched.broken.items():
        if (thing if thing < n else int(trunk.tree.watch.child[thing - n])) in path:
            return thing, step
    return None


def _settled(
    setting: Setting,
    base: Base,
    at_heads: dict[int, _AtHeads],
    found: dict[int, NetworkFindings],
    work: _Work,
    known: Same | None,
) -> dict[int, list[Answer]]:
    """Every node's answer, by network."""
    answers: dict[int, list[Answer]] = {}
    tasks, numbers = [], []
    unsolved = _unsolved_sources(setting, base.years, found)
    for number, network in enumerate(setting.model.networks):
        if known is not None and network.trunk in known.trunks:
            answers[number] = known.kept.answers[number]
            continue
        zero = _refused(setting, network, found[number], at_heads, unsolved)
        if zero is not None:
            answers[number] = [Answer(int(bus), *zero) for bus in network.tree.bus[2:]]
            continue
        tasks.append(_settling(setting, base, at_heads, found, network))
        numbers.append(number)
    results = work.over(settle_network, tasks)
    elsewhere = Elsewhere(setting, base.head, {number: one.allowance for number, one in found.items()})
    for number, figures in zip(numbers, results, strict=True):
        network = setting.model.networks[number]
        answers[number] = _answers(setting, network, at_heads[network.trunk].above, figures, elsewhere)
    return answers


def _unsolved_sources(setting: Setting, years: tuple[TrunkYear, ...], found: dict[int, NetworkFindings]) -> set[int]:
    """Sources below which something has no solution with what is connected besides: nothing is known of any of it."""
    failed = {trunk.number for trunk, year in zip(setting.model.trunks, years, strict=True) if year.failed}
    failed |= {setting.model.networks[number].trunk for number, one in found.items() if one.failed}
    return {setting.model.trunks[number].source for number in failed}


Refusal = tuple[float, Limit, Limit, float, str]


def _refused(
    setting: Setting, network: Network, findings: NetworkFindings, at_heads: dict[int, _AtHeads], unsolved: set[int]
) -> Refusal | None:
    """The figure of all of a network's nodes where nothing has to be sought: unknown, or nothing can be added."""
    if setting.failed[network.number] or setting.model.trunks[network.trunk].source in unsolved:
        return np.nan, NOTHING, NOTHING, np.nan, "solver_failure"
    kind, thing, step = findings.broken
    if kind >= 0:
        limit = _limit(setting, network, kind, thing, step)
        return 0.0, limit, NOTHING, np.nan, "over_limit" if kind == TRANSFORMER else "existing_violation"
    one = at_heads[network.trunk]
    above = _broken_above(one.watched, one.above.trunk, network.head)
    if above is None:
        return None
    thing, step = above
    return 0.0, _trunk_limit(setting, one.above.trunk, thing, step), NOTHING, np.nan, "existing_violation"


def _settling(
    setting: Setting,
    base: Base,
    at_heads: dict[int, _AtHeads],
    found: dict[int, NetworkFindings],
    network: Network,
) -> tuple[Any, ...]:
    """Arguments of the last search in a network."""
    findings = found[network.number]
    assert findings.figures is not None
    guess, steps = findings.figures.kva, findings.steps
    one = at_heads[network.trunk]
    position = int(np.flatnonzero(one.above.trunk.networks == network.number)[0])
    in_trunk = one.figures[position]
    guess = np.minimum(guess, in_trunk.kva[0])
    upstream = in_trunk.at[0]
    steps = np.union1d(steps, upstream[upstream >= 0])
    above = _above_at(setting, one.above, base, found, steps)
    feeder = setting.task(np.array([network.number])).only(steps)
    return feeder, above, position, steps, base.head[network.number][steps], guess, findings.allowance


def _above_at(setting: Setting, above: Above, base: Base, found: dict[int, NetworkFindings], steps: Ints) -> Above:
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


def _answers(setting: Setting, network: Network, above: Above, figures: Figures, elsewhere: Elsewhere) -> list[Answer]:
    """What a network's nodes can take, with what binds first and what would bind next."""
    ceiling = setting.ask.ceiling_kva
    answers = []
    for row, bus in enumerate(network.tree.bus[2:].tolist()):
        kva, promise = float(figures.kva[row]), figures.promise_kva[row]
        kinds = [kind for kind in np.argsort(promise, kind="stable").tolist() if promise[kind] < ceiling]
        limits = [
            _named(setting, network, above, int(figures.where[row, kind]), int(figures.at[row, kind]), kind, elsewhere)
            for kind in kinds
        ]
        if not figures.exact[row]:
            answers.append(Answer(bus, np.nan, NOTHING, NOTHING, np.nan, "solver_failure"))
        elif not limits or kva >= ceiling:
            answers.append(Answer(bus, ceiling, NOTHING, NOTHING, np.nan, "search_ceiling"))
        else:
            others = [place for place, limit in enumerate(limits) if limit.kind != limits[0].kind]
            following = limits[others[0]] if others else NOTHING
            next_kva = max(kva, float(promise[kinds[others[0]]])) if others else np.nan
            answers.append(Answer(bus, kva, limits[0], following, next_kva, "ok"))
    return answers


def _named(
    setting: Setting, network: Network, above: Above, thing: int, step: int, kind: int, elsewhere: Elsewhere
) -> Limit:
    """The watched thing of a joint tree."""
    n, m = above.trunk.tree.n_bus, network.tree.n_bus
    buses = n + m - 2
    if n <= thing < buses:
        return _limit(setting, network, kind, thing - n + 2, step)
    branches = len(above.trunk.tree.watch.child)
    if thing >= buses + branches:
        return _limit(setting, network, kind, thing - buses - branches + m, step)
    own = thing if thing < n else thing - buses + n
    if own < n:
        weak = elsewhere.network_at(above, own, step, without=network.number)
        if weak is not None:
            return weak
    return _trunk_limit(setting, above.trunk, own, step)


def _limit(setting: Setting, network: Network, kind: int, thing: int, step: int) -> Limit:
    """A watched thing of a network: a bus, then a branch."""
    n = network.tree.n_bus
    if thing < n:
        return Limit(KIND_WORD[kind], "bus", int(network.tree.bus[thing]), step)
    return Limit(KIND_WORD[kind], "branch", int(network.tree.watch.element[thing - n]), step)


def _trunk_limit(setting: Setting, trunk: Trunk, thing: int, step: int) -> Limit:
    """A watched thing of a trunk: a bus, a section, or a substation."""
    n = trunk.tree.n_bus
    if thing < n:
        return Limit("voltage", "bus", int(trunk.tree.bus[thing]), step)
    substation = int(trunk.offset_of[thing - n])
    if substation >= 0:
        return Limit(KIND_WORD[SUBSTATION], "substation", int(trunk.substations[substation]), step)
    return Limit(KIND_WORD[SECTION], "branch", int(trunk.tree.watch.element[thing - n]), step)
