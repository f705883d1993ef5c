"""One customer in one network: its load put on each phase in turn, and the phase with the most room."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from capacity.loadflow.unbalanced.assumptions import Assumptions, PhaseLimits
from capacity.loadflow.unbalanced.limits import Watch, watch_of
from capacity.loadflow.unbalanced.network import LvNetwork
from capacity.loadflow.unbalanced.phases import Records
from capacity.loadflow.unbalanced.search import Search, begun, furthered
from capacity.loadflow.unbalanced.solving import PhaseResult, PhaseSolver
from capacity.loadflow.unbalanced.state import State
from capacity.tables.policy import VoltageStandard

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

PROBE_SHARE = 0.25
"""Of the ceiling: a larger load asked for is no probe of what the first limit will be."""


@dataclass(frozen=True)
class Side:
    """The customer on one phase.

    Attributes
    ----------
    raw : excess without the load, ``(n_steps, n_watched)``.
    lowest_v : lowest voltage of the phase at the customer without the load.
    """

    phase: int
    watch: Watch
    raw: Reals
    lowest_v: float
    search: Search

    @property
    def rank(self) -> tuple[float, float, int]:
        """More room first (to a hundredth kVA), then the higher voltage, then the first phase; the unknown last."""
        room = self.search.kva
        return (-math.inf if math.isnan(room) else round(room, 2), round(self.lowest_v, 6), -self.phase)


@dataclass(frozen=True)
class Question:
    """A customer's node in a network whose loads are known by step and phase.

    ``before`` is every step without the customer, ``per_kva`` kW + j kvar per kVA.
    """

    network: LvNetwork
    records: Records
    node: int
    state: State
    before: PhaseResult
    per_kva: complex

    @cached_property
    def solver(self) -> PhaseSolver:
        """Built once per question."""
        return PhaseSolver(self.network)

    @cached_property
    def existing(self) -> Complexes:
        """Consumption without the customer."""
        return existing_va(self.state, self.records)

    def with_load(self, phase: int, kva: Reals, rows: Ints) -> PhaseResult:
        """Steps with a load each on one phase of the customer's node; the head voltage falls with it."""
        load_va = self.existing[rows]
        load_va[:, self.node, phase] += 1000.0 * kva * self.per_kva
        return self.solver.solve(self.state.open_v[rows] - 1000.0 * kva * self.state.sag_v_per_va, load_va)

    def asked(self, phase: int, kva: float) -> PhaseResult:
        """Every step with the load asked for on one phase."""
        every = np.arange(len(self.state.steps))
        return self.with_load(phase, np.full(len(every), kva), every)

    def on(
        self,
        phase: int,
        asked_kva: float,
        ceiling_kva: float,
        standard: VoltageStandard,
        limits: PhaseLimits,
        assumed: Assumptions,
    ) -> Side:
        """The customer on a phase, its room guessed."""
        watch = watch_of(self.network, self.records, self.node, phase, standard, limits)
        raw = watch.excess(self.before)

        def excess(kva: Reals, rows: Ints) -> Reals:
            return watch.counting(watch.excess(self.with_load(phase, kva, rows)), raw[rows])

        search = begun(
            excess,
            at_zero=watch.counting(raw, raw),
            broken=watch.own & (raw > 0.0),
            deciding=watch.deciding(raw),
            probe_kva=min(asked_kva, PROBE_SHARE * ceiling_kva),
            ceiling_kva=ceiling_kva,
            tolerance_kva=assumed.tolerance_kva,
        )
        lowest_v = float(np.abs(self.before.voltage_v[:, self.node, phase]).min())
        return Side(phase, watch, raw, lowest_v, search)


def existing_va(state: State, records: Records) -> Complexes:
    """Consumption by phase without the customer, ``(n_steps, n_nodes, 3)``, VA; what is reserved a third on each."""
    return state.load_va[:, :, None] * records.share + state.added_va[:, None] / 3.0


def best_of(sides: list[Side]) -> Side:
    """The side with the most room, confirmed. What is not confirmed is never too small, so the others may stay so."""
    while True:
        best = max(sides, key=lambda side: side.rank)
        if best.search.confirmed:
            return best
        sides = [side if side is not best else replace(side, search=furthered(side.search)) for side in sides]
