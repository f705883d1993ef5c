"""Findings about connections put to the test: the connection built, every step of the window solved with the load.

The judgement is that of ``capacity verify`` (:mod:`capacity.verification`), which knows nothing of how figures come
about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.built_case import customer_bus, floors, named
from capacity.loadflow import LoadFlow
from capacity.loadflow.connections import Limits
from capacity.tables.additions import Addition
from capacity.tables.case import Case
from capacity.tables.connection import Binding, Connection, Finding, Room
from capacity.tables.policy import Policy
from capacity.tables.solved import Snapshot, SolvedYear
from capacity.verification import bounds_of
from capacity.verification.bounds import Bounds
from capacity.verification.breaches import Allowance, Breach, allowance_of, breaches_at_steps, breaches_of_year
from capacity.verification.report import TOLERANCE_KVA, TOLERANCE_PERCENT
from capacity.verification.steps import worst_steps
from capacity.verification.watch import Watch, watch_of
from capacity.verification.worst import Worst, worst_of_year

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Power = dict[int, complex]
CHUNK = 512
STEPS_FIRST = 2000
"""Windows up to so many steps are looked at step by step; longer ones by what their year leaves behind."""
IN_STEPS_ONLY = 1e-9
LAST_DIGITS = 3e-6
"""Excess that is none: what other feeders draw is kept in single precision."""


def limits_in(
    case: Case, rules: Policy, known_floor_pu: pd.Series, limits: Limits, *, single_phase: bool = False
) -> Bounds:
    """The limits of P9 in a built case as the policy states them, those of what was built among them."""
    return with_new(case, bounds_of(case, rules, floors(case, known_floor_pu, limits.floor_pu, single_phase)), limits)


def with_new(case: Case, stated: Bounds, limits: Limits) -> Bounds:
    """The limits of a built case with those of its new lines."""
    lines = case.topology.lines
    new = lines["line_id"].astype(str).str.startswith("NEW ")
    at_mv = lines["level"].eq("mv")
    percent = stated.line_percent.reindex(lines.index).mask(new & at_mv, limits.mv_line_percent)
    return replace(stated, line_percent=percent.mask(new & ~at_mv, limits.lv_line_percent))


@dataclass(frozen=True)
class Built:
    """A built case solved without the customers: ``base`` is everything reserved.

    ``before`` is the window before anything was built: what may not get worse by more than epsilon goes by it.
    """

    case: Case
    flow: LoadFlow
    limits: Bounds
    base: Power
    year: SolvedYear
    before: SolvedYear

    @classmethod
    def of(cls, flow: LoadFlow, limits: Bounds, base: Power, before: SolvedYear) -> Built:
        """Solve the window of a built case; ``flow`` is :func:`.built_case.flow_of`, ``before`` with ``base`` too."""
        return cls(flow.case, flow, limits, base, flow.solve_year(crosscheck=False, added_kw=base), before)

    def trial(self, connection: Connection, addition: Addition, key: str = "") -> Trial:
        """One of the connections built, and what a kVA at its end is."""
        bus = customer_bus(self.case, key)
        watch = watch_of(self.case, bus)
        return Trial(self, connection, addition, key, bus, watch)

    def bounds(self, transformer_percent: float) -> Bounds:
        """The limits with the customer's transformer up to a load rate."""
        return replace(self.limits, transformer_percent=transformer_percent)


@dataclass(frozen=True)
class Trial:
    """A customer before the judge."""

    built: Built
    connection: Connection
    addition: Addition
    key: str
    bus: int
    watch: Watch

    def broken_by(self, kva: float, transformer_percent: float) -> list[Breach]:
        """Everything that a load breaks in the window, the worst first."""
        bounds = self.built.bounds(transformer_percent)
        allowance = self._allowance(bounds)
        if self._flat and self.built.flow.n_steps > STEPS_FIRST:
            broken, closer = breaches_of_year(
                self.built.case, self.watch, bounds, allowance, self.built.year, self.year_with(kva)
            )
            if broken or not closer:
                return broken
        return self._step_by_step(kva, bounds, allowance)

    def broken_at_worst(self, kva: float, transformer_percent: float, binding: Binding | None) -> list[Breach]:
        """What a flat load breaks at the worst steps and around the one stated: quick, but not everything."""
        if not self._flat or self.built.flow.n_steps <= STEPS_FIRST:
            return []
        bounds, year = self.built.bounds(transformer_percent), self.built.year
        allowance = self._allowance(bounds)
        steps = worst_steps(self.built.case, year, self.watch, bounds, None if binding is None else binding.at)
        base, loaded = self.built.flow(steps, self.built.base), self.built.flow(steps, self.power(kva, 1.0))
        return breaches_at_steps(self.built.case, self.watch, bounds, allowance, base, loaded)

    def year_with(self, kva: float) -> SolvedYear:
        """The window with a flat load."""
        return self.built.flow.solve_year(crosscheck=False, added_kw=self.power(kva, 1.0))

    def power(self, kva: float, factor: float) -> Power:
        """What is drawn besides the known loads at a part of the peak."""
        power = dict(self.built.base)
        power[self.bus] = power.get(self.bus, 0j) + kva * factor * self.addition.kw_per_kva
        return power

    def snapshots(self, kva: float) -> list[Snapshot]:
        """Every step of the window with the load."""
        return [self.built.flow(steps, self.power(kva, factor)) for factor, steps in self._alike()]

    def _allowance(self, bounds: Bounds) -> Allowance:
        """What the load may do: own elements by how they are once it is built, others by how they were before."""
        built, watch = self.built, self.watch
        now, before = worst_of_year(built.year), worst_of_year(built.before)
        own_network = np.isin(watch.network, watch.network[watch.own_buses])
        own_buses, own_lines = watch.buses[own_network], watch.lines[watch.own_lines]
        worst = Worst(
            _put_over(now.voltage_pu, before.voltage_pu, own_buses),
            _put_over(now.voltage_step, before.voltage_step, own_buses),
            _put_over(now.loading_percent, before.loading_percent, own_lines),
            _put_over(now.loading_step, before.loading_step, own_lines),
        )
        return allowance_of(built.case, watch, bounds, worst)

    @property
    def _flat(self) -> bool:
        return bool((self.addition.factor == 1.0).all())

    def _alike(self) -> list[tuple[float, Ints]]:
        """Steps at which the same part of the peak is drawn, in pieces."""
        pieces = []
        for factor in np.unique(self.addition.factor).tolist():
            steps = np.flatnonzero(self.addition.factor == factor)
            pieces += [(factor, steps[first : first + CHUNK]) for first in range(0, len(steps), CHUNK)]
        return pieces

    def _step_by_step(self, kva: float, bounds: Bounds, allowance: Allowance) -> list[Breach]:
        found: dict[tuple[str, str], Breach] = {}
        for factor, steps in self._alike():
            base, loaded = self.built.flow(steps, self.built.base), self.built.flow(steps, self.power(kva, factor))
            counted = allowance if factor > IN_STEPS_ONLY else replace(allowance, already=())
            for one in breaches_at_steps(self.built.case, self.watch, bounds, counted, base, loaded):
                known = found.get((one.criterion, one.element))
                if known is None or one.excess > known.excess:
                    found[one.criterion, one.element] = one
        return sorted(found.values(), key=lambda one: -one.excess)

    def judged(self, room: Room, transformer_percent: float, ceiling_kva: float) -> str:
        """Empty where a figure is right, else what is wrong with it."""
        if math.isnan(room.kva):
            return f"nothing stated: {room.reason}"
        broken = self.broken_by(room.kva, transformer_percent) if room.kva > 0.0 else []
        if broken := [one for one in broken if not one.excess < LAST_DIGITS]:
            return f"{room.kva:.3f} kVA breaks {told(broken[0])}; stated was {stated(room.binding)}"
        if room.reason == "search_ceiling":
            return "" if room.kva == ceiling_kva else f"{room.kva} kVA is not the ceiling"
        larger = room.kva + max(TOLERANCE_PERCENT / 100.0 * room.kva, TOLERANCE_KVA)
        broken = self.broken_at_worst(larger, transformer_percent, room.binding)
        if room.binding is None or not any(self.same(room.binding, one) for one in broken):
            broken = self.broken_by(larger, transformer_percent)
        if not broken:
            return f"{larger:.3f} kVA breaks nothing; stated was {room.kva:.3f} by {stated(room.binding)}"
        if room.binding is None:
            return f"no limit is named where {told(broken[0])} breaks"
        if not any(self.same(room.binding, one) for one in broken):
            return f"{stated(room.binding)} is named, but {', '.join(told(one) for one in broken[:3])} breaks"
        return ""

    def same(self, binding: Binding, breach: Breach) -> bool:
        """Whether a limit as stated is the one that was found broken."""
        return binding.criterion == breach.criterion and breach.element in self.names(binding)

    def names(self, binding: Binding) -> list[str]:
        """How a limit's element may be called in the built case; nodes joined by a closed switch are one."""
        if binding.criterion == "voltage_min" and binding.element_id == named("transformer"):
            return [named("tee", self.key), named("busbar", self.key)]
        return [binding.element_id, f"{binding.element_id} {self.key}".strip()]

    def checked(self, finding: Finding, strict_percent: float, rated_percent: float, ceiling_kva: float) -> list[str]:
        """What is wrong with a finding's two figures."""
        strict = self.judged(finding.strict, strict_percent, ceiling_kva)
        rated = self.judged(finding.rated, rated_percent, ceiling_kva)
        return [f"{word}: {fault}" for word, fault in (("strict", strict), ("rated", rated)) if fault]


def _put_over(now: pd.Series, before: pd.Series, own: Ints) -> pd.Series:
    """``before`` where it knows an element that is none of ``own``, else ``now``."""
    return before.reindex(now.index).mask(now.index.isin(own), now).fillna(now)


def told(breach: Breach) -> str:
    """A breach in one line."""
    return f"{breach.criterion} {breach.element} step {breach.step}: {breach.value:.6g} against {breach.allowed:.6g}"


def stated(binding: Binding | None) -> str:
    """A stated limit in one line."""
    return "nothing" if binding is None else f"{binding.criterion} {binding.element_id} {binding.at}"


@dataclass(frozen=True)
class Truth:
    """A solved window with the load asked for: what a finding states besides its figures.

    ``load_rate_percent`` of the customer's own transformers, NaN without one; ``voltage_min_pu`` at the customer.
    """

    load_rate_percent: float
    voltage_min_pu: float


def truth(trial: Trial, kva: float) -> Truth:
    """Look at every step with the load asked for."""
    rates, lowest = [], []
    for snapshot in trial.snapshots(kva):
        own = pd.Index(snapshot.trafo_index).get_indexer(trial.watch.trafos)
        rates.append(float(snapshot.trafo_loading_percent[:, own].max()) if len(own) else np.nan)
        lowest.append(float(snapshot.voltage_pu[:, pd.Index(snapshot.bus_index).get_loc(trial.bus)].min()))
    return Truth(max(rates), min(lowest))


def part_of(name: str) -> str:
    """The name of a part without the key of its connection."""
    words = name.split()
    return name if words[:1] != ["NEW"] else named(words[1])
