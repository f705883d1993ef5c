"""The conservative rule for networks whose customers' phases are not recorded: sums of magnitudes, no search.

Assumed: on every section the most loaded phase carries at most ``k`` times the mean of the three, with ::

    k = 1 + unbalance + 2 · (largest single-phase customer behind it) / (all contract capacity behind it),  at most 3

(customers put one after the other on the least loaded phase keep within the last term; ``unbalance`` is what growth
and carelessness add). With every voltage between the single-phase floor ``Uf`` and the open-circuit voltage ``U0``,
no node draws more than ``|S| / 3Uf`` a phase on average, a phase of a section at most ``k`` times the sum ``Ī`` of
these, and the neutral at most ``n`` times it, where the third phase carries what the others leave::

    k ≤ 1.5:  n = k − (3 − 2k)·Uf/U0        (two phases at k)
    k > 1.5:  n = √(k² + x² − k·x), the larger of x = 3 − k and x = (3 − k)·Uf/U0

(phases of like power factor, 120° apart). No drop then exceeds ::

    existing  Σ over the way  Ī · (k·|Z1| + n·|Zn|)         phase to neutral, Zn = (Z0 − Z1) / 3
              Σ over the way  Ī · 2k·|Z1|                   line to line
    customer  S / Uf · Σ over the common way |Z1 + Zn|      phase to neutral
              S / Uf · Σ over the common way |Z1|           line to line

so the largest ``S`` that leaves every floor kept is a quotient. Ratings are then held to the currents at the voltages
that this much load leaves at least. The smallest of all is the room; it holds for whichever phase is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.unbalanced.assumptions import PhaseLimits
from capacity.loadflow.unbalanced.limits import Watched, floors_v
from capacity.loadflow.unbalanced.network import LvNetwork
from capacity.loadflow.unbalanced.phases import Records
from capacity.loadflow.unbalanced.state import State
from capacity.tables.policy import VoltageStandard

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
SQRT3 = math.sqrt(3.0)
HALVINGS = 14


@dataclass(frozen=True)
class RuleFinding:
    """By rule.

    Attributes
    ----------
    room_kva : NaN where a step has no solution.
    binding, value, step : what limits it, with its value at the room.
    customer_v : ``(n_steps)`` the lowest the customer's phase can be with the load asked for.
    """

    room_kva: float
    binding: Watched | None
    value: float
    step: int
    customer_v: Reals


def spread_of(network: LvNetwork, records: Records, unbalance: float) -> Reals:
    """``k`` of the section above every node (of the transformer at node 0): its most loaded phase per mean."""
    largest = records.largest_single_kva.copy()
    total = records.contract_kva.copy()
    parent, _, order = network.up
    for node in order[:0:-1]:
        largest[parent[node]] = max(largest[parent[node]], largest[node])
        total[parent[node]] += total[node]
    one = np.divide(2.0 * largest, total, out=np.zeros(network.n), where=total > 0.0)
    return np.minimum(3.0, 1.0 + unbalance + one)


def neutral_of(spread: Reals, floor_share: float) -> Reals:
    """``n``: the neutral's current per mean phase current, at most, when no phase carries more than ``spread``.

    ``floor_share`` is the lowest voltage per open-circuit voltage, at most one.
    """
    rest = 3.0 - spread
    beyond = [np.sqrt(spread**2 + x**2 - spread * x) for x in (rest, rest * floor_share)]
    return np.where(spread <= 1.5, spread - (3.0 - 2.0 * spread) * floor_share, np.maximum(*beyond))


def by_rule(
    network: LvNetwork,
    records: Records,
    state: State,
    node: int,
    asked_kva: float,
    unbalance: float,
    standard: VoltageStandard,
    limits: PhaseLimits,
) -> RuleFinding:
    """The room of a single-phase load at a node, whatever phase it is put on.

    Raises
    ------
    Unsupported
        If the network has loops.
    """
    floor_v, floor_three_v = floors_v(network, standard)
    way = _Way.of(network, node)
    spread = spread_of(network, records, unbalance)
    neutral = neutral_of(spread, min(1.0, floor_v / float(np.nanmax(state.open_v, initial=floor_v))))
    mean_a = way.behind(_draw_a(network, state, np.full(network.n, floor_v)))
    z1, zn = np.abs(way.z1_ohm), np.abs(way.zn_ohm)
    lowest_v = state.open_v[:, None] - way.summed(mean_a * (spread * z1 + neutral * zn))
    lowest_pair_v = SQRT3 * state.open_v[:, None] - way.summed(mean_a * 2.0 * spread * z1)
    own = way.summed(np.where(way.common, np.abs(way.z1_ohm + way.zn_ohm), 0.0)) / floor_v + state.sag_v_per_va
    own_pair = way.summed(np.where(way.common, z1, 0.0)) / floor_v + SQRT3 * state.sag_v_per_va
    single = np.flatnonzero(records.single.any(axis=1) | (np.arange(network.n) == node))
    three = np.flatnonzero(records.three)
    customer_v = lowest_v[:, node] - 1000.0 * asked_kva * own[node]
    kept = [
        _Kept((lowest_v - floor_v)[:, single], own[single], _voltages(single, floor_v)),
        _Kept((lowest_pair_v - floor_three_v)[:, three], own_pair[three], _voltages(three, floor_three_v)),
    ]
    most_va = max(0.0, min(float((one.slack / one.per_va).min(initial=np.inf)) for one in kept))

    def ratings(room_va: float) -> list[_Kept]:
        """With at most so much load no voltage is lower than this, so no current higher."""
        at_least_v = np.maximum(floor_v, lowest_v - room_va * own)
        return _ratings(
            network, limits, way, spread * way.behind(_draw_a(network, state, at_least_v)), at_least_v[:, node]
        )

    kept += ratings(_largest_kept(ratings, most_va) if math.isfinite(most_va) else 0.0)
    return _smallest(kept, customer_v)


def _largest_kept(ratings: Callable[[float], list[_Kept]], most_va: float) -> float:
    """The largest load that the ratings allow with the currents which go with it; less load, less current."""

    def allowed(room_va: float) -> float:
        return min(float((one.slack / one.per_va).min(initial=np.inf)) for one in ratings(room_va))

    low, high = allowed(most_va), most_va
    if not low < high:
        return most_va
    for _ in range(HALVINGS):
        middle = 0.5 * (max(low, 0.0) + high)
        low, high = (middle, high) if allowed(middle) >= middle else (low, middle)
    return high


@dataclass(frozen=True)
class _Kept:
    """Limits: how much of each is left ``(n_steps, k)``, what a VA of the customer takes of it, and which they are."""

    slack: Reals
    per_va: Reals
    watched: list[Watched]


@dataclass(frozen=True)
class _Way:
    """The tree: every node stands for the section above it, node 0 for the transformer.

    ``common`` marks the sections that the customer's current takes.
    """

    parent: Ints
    order: Ints
    over: Ints
    z1_ohm: npt.NDArray[np.complex128]
    zn_ohm: npt.NDArray[np.complex128]
    common: Bools

    @classmethod
    def of(cls, network: LvNetwork, node: int) -> _Way:
        parent, over, order = network.up
        z1 = np.full(network.n, network.supply.z1_ohm)
        z0 = np.full(network.n, network.supply.z0_ohm)
        z1[order[1:]], z0[order[1:]] = network.z1_ohm[over[order[1:]]], network.z0_ohm[over[order[1:]]]
        return cls(parent, order, over, z1, (z0 - z1) / 3.0, _on_way(parent, node))

    def behind(self, values: Reals) -> Reals:
        """Sums over what lies behind every section, ``(n_steps, n_nodes)``."""
        total = values.copy()
        for one in self.order[:0:-1]:
            total[:, self.parent[one]] += total[:, one]
        return total

    def summed(self, values: Reals) -> Reals:
        """Sums over the way from the transformer to every node, along the last axis."""
        total = values.copy()
        for one in self.order[1:]:
            total[..., one] += total[..., self.parent[one]]
        return total


def _draw_a(network: LvNetwork, state: State, lowest_v: Reals) -> Reals:
    """Mean current of the phases that every node draws at most, A; charging and shunts by magnitude too."""
    _, over, order = network.up
    aside_s = np.abs(network.shunt_s)
    aside_s[order[1:]] += np.abs(network.charging_s[over[order[1:]]])
    consumed = np.abs(state.load_va) + np.abs(state.added_va)
    return consumed / (3.0 * lowest_v) + state.open_v[:, None] * aside_s


def _voltages(nodes: Ints, floor_v: float) -> list[Watched]:
    return [Watched("voltage_min", int(node), -1, -1, floor_v, "V") for node in nodes]


def _ratings(network: LvNetwork, limits: PhaseLimits, way: _Way, phase_a: Reals, own_v: Reals) -> list[_Kept]:
    """Lines on the customer's way and the transformer; slack in percent of the rating."""
    rated = np.flatnonzero(way.common & (way.over >= 0))
    rated = rated[np.isfinite(network.rating_a[way.over[rated]])]
    line_a, transformer_a = network.rating_a[way.over[rated]], network.supply.rated_a
    lines = [Watched("line_loading", -1, int(way.over[node]), -1, limits.line_percent, "%") for node in rated]
    transformer = [Watched("transformer_loading", -1, -1, -1, limits.transformer_percent, "%")]
    return [
        _Kept(limits.line_percent - 100.0 * phase_a[:, rated] / line_a, 100.0 / own_v[:, None] / line_a, lines),
        _Kept(
            limits.transformer_percent - 100.0 * phase_a[:, :1] / transformer_a,
            100.0 / own_v[:, None] / transformer_a,
            transformer,
        ),
    ]


def _smallest(kept: list[_Kept], customer_v: Reals) -> RuleFinding:
    """The smallest room of all limits and steps, and the limit it comes from."""
    room_va = np.concatenate([one.slack / one.per_va for one in kept], axis=1)
    slack = np.concatenate([one.slack for one in kept], axis=1)
    watched = [what for one in kept for what in one.watched]
    if np.isnan(room_va).any():
        bad = int(np.flatnonzero(np.isnan(room_va).any(axis=1))[0])
        return RuleFinding(math.nan, None, math.nan, bad, customer_v)
    step, column = (int(one) for one in np.unravel_index(int(np.argmin(room_va)), room_va.shape))
    least, binding = float(room_va[step, column]), watched[column]
    beyond = min(0.0, float(slack[step, column]))  # broken without the customer, should the network be so uneven
    value = binding.limit + (beyond if binding.unit == "V" else -beyond)
    return RuleFinding(max(0.0, least) / 1000.0, binding, value, step, customer_v)


def _on_way(parent: Ints, node: int) -> Bools:
    """Nodes whose upper section the customer's current takes: the node, its parents, and node 0 (the transformer)."""
    there = np.zeros(len(parent), dtype=bool)
    while node >= 0:
        there[node] = True
        node = int(parent[node])
    return there
