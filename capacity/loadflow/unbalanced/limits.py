"""What every phase of an LV network is held to, as excess over the limit in percent of it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from capacity.loadflow.unbalanced.assumptions import PhaseLimits
from capacity.loadflow.unbalanced.network import LvNetwork
from capacity.loadflow.unbalanced.phases import Records
from capacity.loadflow.unbalanced.solving import PhaseResult
from capacity.tables.policy import VoltageStandard

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

OWN_WORSENED_PERCENT, OTHER_WORSENED_PERCENT = 1e-3, 0.1
"""From here on what is broken already counts as worsened, in percent of the limit: on the customer's own phase, and on
the others, which its load reaches only through the head voltage and the neutral."""

WORST_OF_EACH = 2
"""So many steps of every kind of limit are looked at before the room is confirmed in all."""


@dataclass(frozen=True)
class Watched:
    """One watched quantity: which limit, of what, and the limit itself.

    ``node`` and ``branch`` are local numbers, -1 where not meant; ``phase`` 0–2.
    """

    criterion: str
    node: int
    branch: int
    phase: int
    limit: float
    unit: str


@dataclass(frozen=True)
class Watch:
    """Everything watched in one network with a customer on one node.

    Attributes
    ----------
    own_phase : of the customer.
    single_at : ``(k, 2)`` node and phase with the single-phase band.
    three_at : nodes with the three-phase band, line to line.
    rated : branches with a rating.
    """

    network: LvNetwork
    limits: PhaseLimits
    own_phase: int
    floor_single_v: float
    floor_three_v: float
    single_at: Ints
    three_at: Ints
    rated: Ints

    def excess(self, result: PhaseResult) -> Reals:
        """``(n_scenarios, n_watched)`` percent over the limit, negative below it; NaN without a solution."""
        v = result.voltage_v
        single = np.abs(v[:, self.single_at[:, 0], self.single_at[:, 1]])
        at = v[:, self.three_at]
        line_to_line = np.abs(at - np.roll(at, -1, axis=2)).reshape(len(v), -1)
        current = result.current_a[:, self.rated] / self.network.rating_a[self.rated, None]
        parts = [
            1.0 - single / self.floor_single_v,
            1.0 - line_to_line / self.floor_three_v,
            current.reshape(len(v), -1) / (self.limits.line_percent / 100.0) - 1.0,
            result.supply_a / (self.network.supply.rated_a * self.limits.transformer_percent / 100.0) - 1.0,
        ]
        return 100.0 * np.concatenate(parts, axis=1)

    @cached_property
    def own(self) -> npt.NDArray[np.bool_]:
        """``(n_watched)`` whether a quantity is one of the customer's own phase."""
        pair = np.isin(np.arange(3), (self.own_phase, (self.own_phase + 2) % 3))  # ab, bc, ca
        phase = np.arange(3) == self.own_phase
        parts = [self.single_at[:, 1] == self.own_phase, np.tile(pair, len(self.three_at))]
        return np.concatenate([*parts, np.tile(phase, len(self.rated)), phase])

    def counting(self, excess: Reals, before: Reals) -> Reals:
        """Excess that counts: over the limit, or, where it is broken without the load, over what it was (P9)."""
        worsened = np.where(self.own, OWN_WORSENED_PERCENT, OTHER_WORSENED_PERCENT)
        return excess - np.where(before > 0.0, before + worsened, 0.0)

    def deciding(self, raw: Reals) -> Ints:
        """Steps that are worst without the load: for each kind of limit, in all and on the customer's phase."""
        sizes = (len(self.single_at), 3 * len(self.three_at), 3 * len(self.rated), 3)
        first = np.cumsum((0, *sizes))
        found: set[int] = set()
        for start, stop in itertools.pairwise(first.tolist()):
            columns = np.arange(start, stop)
            for some in (columns, columns[self.own[columns]]):
                if len(some):
                    worst = np.argsort(-raw[:, some].max(axis=1), kind="stable")
                    found |= set(worst[:WORST_OF_EACH].tolist())
        return np.array(sorted(found), dtype=np.int64)

    def named(self, column: int, excess_percent: float) -> tuple[Watched, float]:
        """What a column of :meth:`excess` is, and its value in its own unit."""
        n_single, n_three, n_rated = len(self.single_at), 3 * len(self.three_at), 3 * len(self.rated)
        if column < n_single:
            node, phase = self.single_at[column].tolist()
            floor = self.floor_single_v
            return Watched("voltage_min", node, -1, phase, floor, "V"), floor * (1.0 - excess_percent / 100.0)
        column -= n_single
        if column < n_three:
            floor = self.floor_three_v
            node, phase = int(self.three_at[column // 3]), column % 3
            return Watched("voltage_min", node, -1, phase, floor, "V"), floor * (1.0 - excess_percent / 100.0)
        column -= n_three
        if column < n_rated:
            limit, branch = self.limits.line_percent, int(self.rated[column // 3])
            found = Watched("line_loading", -1, branch, column % 3, limit, "%")
            return found, limit * (1.0 + excess_percent / 100.0)
        limit = self.limits.transformer_percent
        found = Watched("transformer_loading", -1, -1, column - n_rated, limit, "%")
        return found, limit * (1.0 + excess_percent / 100.0)


def watch_of(
    network: LvNetwork, records: Records, own_node: int, own_phase: int, standard: VoltageStandard, limits: PhaseLimits
) -> Watch:
    """What is watched when a customer is put on a phase of a node."""
    single = records.single.copy()
    single[own_node, own_phase] = True
    floor_single, floor_three = floors_v(network, standard)
    return Watch(
        network=network,
        limits=limits,
        own_phase=own_phase,
        floor_single_v=floor_single,
        floor_three_v=floor_three,
        single_at=np.argwhere(single),
        three_at=np.flatnonzero(records.three),
        rated=np.flatnonzero(np.isfinite(network.rating_a)),
    )


def floors_v(network: LvNetwork, standard: VoltageStandard) -> tuple[float, float]:
    """Lower limits in volts of the model: phase to neutral of single-phase, line to line of three-phase points (P10).

    The bands are per unit of the model's nominal voltage, as everywhere: 220 V stands for 380 V / √3.
    """
    kv = network.vn_kv
    single = standard.band(kv, "1").lower_pu(kv) * network.phase_v
    three = standard.band(kv, "3").lower_pu(kv) * network.phase_v * math.sqrt(3.0)
    return single, three
