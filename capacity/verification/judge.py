"""One node's figure judged: it must break nothing, and one larger by the tolerance must break something."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.solved import Snapshot, SolvedYear, Solver
from capacity.verification.bounds import Bounds
from capacity.verification.breaches import Allowance, Breach, allowance_of, breaches_at_steps, breaches_of_year
from capacity.verification.drawing import EXISTING, stratum
from capacity.verification.report import TOLERANCE_KVA, TOLERANCE_PERCENT, Verdict
from capacity.verification.steps import WORST_STEPS, worst_steps
from capacity.verification.watch import Watch, watch_of
from capacity.verification.worst import worse_of, worst_of_snapshot, worst_of_year

Ints = npt.NDArray[np.int64]
Power = dict[int, complex]
MOST_WAITING = 3
"""How many nodes may wait for the reference; each holds its worst steps in memory."""
CHUNK = 192
"""Steps looked at together where a year must be looked at step by step."""


class ReferenceSolver(Protocol):
    """Solves steps with an engine of another make; it may leave out what ``feeder_id`` does not answer to."""

    def __call__(self, steps: Ints, added_kw: Power, feeder_id: str) -> Snapshot:
        """Solve ``steps`` with ``added_kw`` (kW + j kvar) by bus index."""
        ...


@dataclass(frozen=True)
class Engines:
    """Who solves: some steps, the whole window (None: only steps are looked at), and the reference (None: nobody)."""

    steps: Solver
    year: Callable[[Power], SolvedYear] | None = None
    reference: ReferenceSolver | None = None


@dataclass(frozen=True)
class Judge:
    """Everything that is the same for every node.

    Attributes
    ----------
    base : what is connected before a node's figure is added (kW + j kvar by bus): everything reserved or assumed.
    base_year : the window solved with it, or without it where only steps are looked at: then a limit counts as already
        broken when it is so in this year or, with ``base``, at a step looked at.
    more_steps : steps looked at for every node beside its worst ones.
    worst_count : how many worst steps of each node are looked at.
    """

    case: Case
    bounds: Bounds
    engines: Engines
    base: Power
    base_year: SolvedYear
    more_steps: Ints
    worst_count: int = WORST_STEPS

    def verdict(self, node: pd.Series) -> Verdict:
        """Whether a row of ``tables.results.nodes`` states the right figure.

        A figure above 0 is ``false_open`` when it breaks a limit; any figure but one at the search's ceiling is
        ``false_blocked`` when more by the tolerance breaks none.
        """
        trial = Trial.of(self, node)
        return trial.confirmed(trial.verdict())

    def verdicts(self, nodes: Sequence[pd.Series]) -> Iterator[Verdict]:
        """The verdicts of several rows, in their order.

        One node after another is solved with all threads of the load flow, while one thread confirms the nodes before
        with the reference. The first node is judged alone: it builds the look-ups that both share from then on.
        """
        if not nodes:
            return
        yield self.verdict(nodes[0])
        waiting: deque[Future[Verdict]] = deque()
        with ThreadPoolExecutor(max_workers=1) as pool:
            for node in nodes[1:]:
                if len(waiting) == MOST_WAITING:
                    yield waiting.popleft().result()
                trial = Trial.of(self, node)
                waiting.append(pool.submit(trial.confirmed, trial.verdict()))
            for one in waiting:
                yield one.result()


@dataclass(frozen=True)
class Trial:
    """One node before the judge: what is watched for it, at which steps first, and what it may do."""

    judge: Judge
    node: pd.Series
    watch: Watch
    allowance: Allowance
    steps: Ints
    before: Snapshot

    @classmethod
    def of(cls, judge: Judge, node: pd.Series) -> Trial:
        """The trial of a row of ``tables.results.nodes``."""
        buses = judge.case.topology.buses["bus_id"]
        watch = watch_of(judge.case, int(buses.index[buses.eq(node["node_id"])][0]))
        at = node["binding_at"]
        chosen = worst_steps(judge.case, judge.base_year, watch, judge.bounds, at, judge.worst_count)
        steps = np.union1d(chosen, judge.more_steps).astype(np.int64)
        before = judge.engines.steps(steps, judge.base)
        worst = worse_of(worst_of_year(judge.base_year), worst_of_snapshot(before))
        allowance = allowance_of(judge.case, watch, judge.bounds, worst)
        return cls(judge, node, watch, allowance, steps, before)

    def verdict(self) -> Verdict:
        """What the load flow's own engine says."""
        stated_kva = self._stated_kva
        if stated_kva > 0.0 and (broken := self._broken_by(stated_kva)):
            return self._found("false_open", stated_kva, broken)
        if self.node["reason"] == "search_ceiling":
            return self._found("agrees", stated_kva, [])
        larger_kva = stated_kva + max(TOLERANCE_PERCENT / 100.0 * stated_kva, TOLERANCE_KVA)
        broken = self._broken_by(larger_kva)
        return self._found("agrees" if broken else "false_blocked", larger_kva, broken)

    def confirmed(self, verdict: Verdict) -> Verdict:
        """The verdict, or ``false_open`` where only the reference finds that the figure breaks a limit."""
        reference, stated_kva = self.judge.engines.reference, self._stated_kva
        if reference is None or not stated_kva > 0.0 or verdict.outcome == "false_open":
            return verdict
        broken = self._at(reference(self.steps, self._with(stated_kva), self.watch.feeder_id))
        checked = verdict if not broken else self._found("false_open", stated_kva, broken)
        return replace(checked, reference_steps=len(self.steps))

    @property
    def _stated_kva(self) -> float:
        return float(self.node["allowed_kva"])

    def _broken_by(self, s_kva: float) -> list[Breach]:
        """What a load breaks at the worst steps; if nothing, what it breaks in the whole window."""
        power = self._with(s_kva)
        return self._at(self.judge.engines.steps(self.steps, power)) or self._in_year(power)

    def _found(self, outcome: str, tried_kva: float, broken: list[Breach]) -> Verdict:
        """The verdict in words and figures of the run's tables."""
        node = self.node
        engines, times = self.judge.engines, self.judge.base_year.timestamps
        stated = _stated(node)
        hit = next((breach for breach in broken if stated and _same(breach, *stated)), None)
        first = hit or (broken[0] if broken else None)
        return Verdict(
            node_id=str(node["node_id"]),
            stratum=str(stratum(node.to_frame().T).iloc[0]),
            allowed_kva=float(node["allowed_kva"]),
            reason=str(node["reason"]),
            criterion=stated[0] if stated else "",
            element=stated[1] if stated else "",
            outcome=outcome,
            tried_kva=tried_kva,
            broken_criterion=first.criterion if first else "",
            broken_element=first.element if first else "",
            broken_at="" if first is None or first.step < 0 else str(times[first.step]),
            broken_value=first.value if first else math.nan,
            broken_allowed=first.allowed if first else math.nan,
            binding_agrees=None if outcome != "agrees" or not stated or not broken else hit is not None,
            steps=len(self.steps) if engines.year is None else len(times),
            reference_steps=0,
        )

    def _with(self, s_kva: float) -> Power:
        factor = self.judge.case.settings.power_factor
        power = dict(self.judge.base)
        load = s_kva * complex(factor, math.sqrt(1.0 - factor**2))
        power[self.watch.bus] = power.get(self.watch.bus, 0j) + load
        return power

    def _at(self, after: Snapshot, before: Snapshot | None = None) -> list[Breach]:
        base = self.before if before is None else before
        return breaches_at_steps(self.judge.case, self.watch, self.judge.bounds, self.allowance, base, after)

    def _in_year(self, power: Power) -> list[Breach]:
        judge = self.judge
        if judge.engines.year is None:
            return []
        year = judge.engines.year(power)
        broken, look_closer = breaches_of_year(
            judge.case, self.watch, judge.bounds, self.allowance, judge.base_year, year
        )
        return broken or (self._step_by_step(power, len(year.timestamps)) if look_closer else [])

    def _step_by_step(self, power: Power, n_steps: int) -> list[Breach]:
        """Every step with and without the load, where the year's extremes do not tell whether a line got worse."""
        solve = self.judge.engines.steps
        for first in range(0, n_steps, CHUNK):
            steps = np.arange(first, min(first + CHUNK, n_steps))
            broken = self._at(solve(steps, power), solve(steps, self.judge.base))
            if broken:
                return broken
        return []


def _stated(node: pd.Series) -> tuple[str, str] | None:
    """Criterion and element that a row names; None where it names none."""
    if pd.isna(node["binding_criterion"]):
        return None
    return str(node["binding_criterion"]), "" if pd.isna(node["binding_element"]) else str(node["binding_element"])


def _same(breach: Breach, criterion: str, element: str) -> bool:
    return breach.element == element and criterion in (breach.criterion, EXISTING)
