"""The grid as it stands, with everything reserved: what every question about a connection starts from.

The year of the load flow is taken apart as for the search of node figures (:mod:`capacity.loadflow.additions`): trunks
with their networks as powers, networks behind their heads' voltages. All of that is worked out once; a question then
looks at one network, its trunk, and the steps that matter to them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.again import MOST_MOVED_PU, Base, Kept, Same, same
from capacity.loadflow.additions.asking import Ask
from capacity.loadflow.additions.base import solve_base
from capacity.loadflow.additions.heads import Watched, above_of, aboves
from capacity.loadflow.additions.own import Blocks
from capacity.loadflow.additions.setting import Setting, make_setting
from capacity.loadflow.additions.settled import unsolved_sources
from capacity.loadflow.additions.tasks import KnownYear, NetworkFindings, study_feeder
from capacity.loadflow.additions.trunk import Above, TrunkYear, trunk_year, with_others
from capacity.loadflow.additions.work import Work
from capacity.loadflow.connections.rooms import Answers, Least, least_room
from capacity.loadflow.load_flow import LoadFlow
from capacity.tables.additions import Addition, Bounds, Progress
from capacity.tables.solved import SolvedYear

Ints = npt.NDArray[np.int64]

SAME_DIRECTION = 1e-9
"""Difference of unit vectors below which two additions have one direction."""
REMEMBERED_BLOCKS, REMEMBERED_YEARS = 12, 2000
"""Questions of different kinds whose blocks of a trunk, and networks whose years, are kept for the next ones."""


@dataclass
class Standing:
    """A case's grid with everything reserved, ready to be asked.

    Attributes
    ----------
    setting, base, found : as the search of node figures has them; ``found`` without figures.
    trunks : every trunk with networks, at its critical steps.
    unsolved : rows of sources below which something has no solution: nothing is known of any of it.
    place_of : trunk number and local bus of every electrical bus above the networks.
    bus_of_node : electrical bus by node id; only energised ones. ``node_of_bus``: the first node of each.
    """

    flow: LoadFlow
    solved: SolvedYear
    setting: Setting
    base: Base
    found: dict[int, NetworkFindings]
    trunks: dict[int, tuple[Above, Watched]]
    unsolved: set[int]
    place_of: dict[int, tuple[int, int]]
    bus_of_node: dict[str, int]
    node_of_bus: dict[int, str]
    years: dict[tuple[Any, ...], KnownYear] = field(default_factory=dict, repr=False)
    answers: dict[int, Answers] = field(default_factory=dict, repr=False)
    least: dict[int, tuple[TrunkYear, Least]] = field(default_factory=dict, repr=False)
    toward: dict[int, tuple[complex, TrunkYear]] = field(default_factory=dict, repr=False)
    blocks: dict[tuple[Any, ...], Blocks] = field(default_factory=dict, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def at_exactly(self, number: int, steps: Ints) -> Above:
        """A trunk at some steps, with how its networks answer at each of them, which is remembered."""
        critical, watched = self.trunks[number]
        answers = self.answers.get(number)
        if answers is None:
            answers = self.answers.setdefault(number, Answers.none(self.setting.n_steps, len(critical.trunk.networks)))
        fresh = steps[~answers.known[steps]]
        year = self.base.years[number]
        if len(fresh):
            work = Work(self.setting, _Here(), None)
            answers.put(fresh, above_of(self.setting, watched, year, fresh, self.base, self.found, work))
        return replace(
            critical,
            loads=self.setting.loads.only(steps),
            steps=steps,
            voltage=year.voltage[:, steps],
            offset=year.offset[:, steps],
            inflow=np.stack([self.found[one].inflow[steps] for one in critical.trunk.networks.tolist()]),
            slope=np.ascontiguousarray(answers.slope[steps].T),
            lowest=np.ascontiguousarray(answers.lowest[steps].T),
        )

    def year_toward(self, number: int, ask: Ask) -> TrunkYear:
        """A trunk's year with its room in the direction of an addition, remembered for the latest other direction."""
        year, stated = self.base.years[number], self.setting.ask
        if abs(ask.unit / abs(ask.unit) - stated.unit / abs(stated.unit)) < SAME_DIRECTION:
            return year
        known = self.toward.get(number)
        if known is None or known[0] != ask.unit:
            setting, trunk = self.setting, self.setting.model.trunks[number]
            bound, inflow = setting.local_bound(trunk.tree.bus, artificial=1), np.nan_to_num(self.base.inflow)
            turned = trunk_year(trunk, bound, setting.loads, ask, setting.source[trunk.source], inflow[trunk.networks])
            turned = with_others(trunk, turned, year.offset, ask)
            known = ask.unit, replace(year, room=turned.room)
            self.toward[number] = known
        return known[1]

    def least_of(self, number: int, year: TrunkYear) -> Least:
        """A trunk's least room in the year, remembered as long as the year is."""
        known = self.least.get(number)
        if known is None or known[0] is not year:
            known = year, least_room(self.trunks[number][0], year, self.found, self.setting.ask.sense)
            self.least[number] = known
        return known[1]

    def blocks_of(self, above: Above, ask: Ask) -> Blocks:
        """A trunk's own blocks at its critical steps, remembered for the last few questions of another kind."""
        key = (above.trunk.number, *mark_of(ask))
        found = self.blocks.get(key)
        if found is None:
            found = above.blocks(above.steps, ask)
            with self.lock:
                while len(self.blocks) >= REMEMBERED_BLOCKS:
                    self.blocks.pop(next(iter(self.blocks)))
                self.blocks[key] = found
        return found

    def year_of(self, key: tuple[Any, ...], solve: Callable[[], KnownYear]) -> KnownYear:
        """A network's year, remembered; its number comes first in the key."""
        found = self.years.get(key)
        if found is None:
            found = _light(solve())
            with self.lock:
                while len(self.years) >= REMEMBERED_YEARS:
                    self.years.pop(next(iter(self.years)))
                self.years[key] = found
        return found


def mark_of(ask: Ask) -> tuple[Any, ...]:
    """What tells questions of one kind from those of another."""
    factor = ask.factor
    if factor.min() == factor.max():  # flat, as most are
        return ask.unit, ask.sense, float(factor[0])
    return ask.unit, ask.sense, hashlib.blake2b(factor.tobytes(), digest_size=16).digest()


def _light(known: KnownYear) -> KnownYear:
    """Without what is as long as the year: a question about a site does not look at it."""
    year = known.year
    return replace(known, year=replace(year, inflow=year.inflow[:0], slack=year.slack[:0], within=year.within[:0]))


class _Here(Executor):
    """Runs what it is given at once, in the thread that gives it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def stand(
    flow: LoadFlow,
    solved: SolvedYear,
    bounds: Bounds,
    addition: Addition,
    *,
    before: Standing | None = None,
    progress: Progress | None = None,
) -> Standing:
    """Take the solved year apart, with ``bounds.connected_kw`` connected besides.

    Parameters
    ----------
    flow, solved : the load flow and the year it solved without what is reserved.
    addition : of the usual kind; questions may ask for other powers.
    before : the grid as it stood before a little changed; what is the same is taken up.
    progress : called with (units of work done, units in all).
    """
    setting = make_setting(flow, solved, bounds, addition)
    known = None
    if before is not None:
        known = same(setting, Kept(before.setting, before.base, before.found, {}))
    with ThreadPoolExecutor(max_workers=flow.workers) as pool:
        work = Work(setting, pool, progress)
        base = solve_base(setting, known)
        found = _found(setting, base, work, known)
        trunks = {above.trunk.number: (above, watched) for above, watched in aboves(setting, base, found, work, known)}
    years: dict[tuple[Any, ...], KnownYear] = {}
    answers: dict[int, Answers] = {}
    if before is not None and known is not None:
        trunks |= {number: one for number, one in before.trunks.items() if number in known.trunks}
        quiet = {number for number in known.networks if setting.model.networks[number].trunk in known.trunks}
        years = {key: year for key, year in before.years.items() if key[0] in quiet}
        answers = {number: one for number, one in before.answers.items() if number in known.trunks}
    unsolved, nodes = unsolved_sources(setting, base.years, found), _nodes(setting)
    return Standing(
        flow,
        solved,
        setting,
        base,
        found,
        trunks,
        unsolved,
        _places(setting),
        nodes,
        {bus: name for name, bus in reversed(nodes.items())},
        years,
        answers,
    )


def _found(setting: Setting, base: Base, work: Work, known: Same | None) -> dict[int, NetworkFindings]:
    """What every network's year shows, without a search in it."""
    found = _taken_up(setting, base, known)
    nothing = np.empty(0, dtype=np.int64)
    tasks = []
    left = [feeder[[number not in found for number in feeder.tolist()]] for feeder in setting.feeders]
    feeders = [feeder for feeder in left if len(feeder)]
    for feeder in feeders:
        task = replace(setting.task(feeder), nodes=tuple(nothing for _ in feeder))
        tasks.append((task, base.head[feeder], base.impedance[feeder]))
    for feeder, results in zip(feeders, work.over(study_feeder, tasks), strict=True):
        found.update(zip(feeder.tolist(), results, strict=True))
    return found


def _taken_up(setting: Setting, base: Base, known: Same | None) -> dict[int, NetworkFindings]:
    """Findings of networks in which nothing changed and whose head moved little; their room moves with the head."""
    if known is None:
        return {}
    before, taken = known.kept, {}
    for number in sorted(known.networks):
        findings = before.found[number]
        moved = np.abs(base.head[number]) - np.abs(before.base.head[number])
        largest = float(np.abs(moved).max())
        if largest == 0.0:
            taken[number] = findings
        elif findings.broken[0] < 0 and not findings.failed and largest <= MOST_MOVED_PU:
            slack = findings.slack + setting.ask.sense * moved
            if slack.min() > 0.0:
                taken[number] = replace(findings, slack=slack.astype(np.float32))
    return taken


def _places(setting: Setting) -> dict[int, tuple[int, int]]:
    """Where every bus above the networks is; sources are left out, since nothing loads them."""
    return {
        bus: (trunk.number, local)
        for trunk in setting.model.trunks
        for local, bus in enumerate(trunk.tree.bus.tolist())
        if local > 0 and bus >= 0
    }


def _nodes(setting: Setting) -> dict[str, int]:
    names, bus_of = setting.case.topology.buses["bus_id"], setting.grid.bus_of
    return {str(name): int(bus_of[bus]) for bus, name in names.items() if bus_of[bus] >= 0}
