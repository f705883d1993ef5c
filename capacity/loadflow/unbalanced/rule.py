"""The conservative rule for networks whose customers' phases are not recorded: sums of magnitudes, no search.

Assumed: on every section the most loaded phase carries at most ``k`` times the mean of the three, with ::

    k = 1 + unbalance + 2 · (largest single-phase customer behind it) / (all contract capacity behind it),  at most 3

(customers put one after the other on the least loaded phase keep within the last term; ``unbalance`` is what growth
and carelessness add). With every voltage between the single-phase floor ``Uf`` and the open-circuit voltage ``U0``, no node
draws more than ``|S| / 3Uf`` a phase on average, a phase of a section at most ``k`` times the sum ``Ī`` of these, and the
neutral at most ``n`` times it, where the third phase carries what the others leave::

    k ≤ 1.5:  n = k − (3 − 2k)·Uf/U0        (two phases at k)
    k > 1.5:  n = √(k² + x² − k·x), the larger of x = 3 − k and x = (3 − k)·Uf/U0

(phases of like power factor, 120° apart). No drop then exceeds ::

    existing  Σ over the way  Ī · (k·|Z1| + n·|Zn|)         phase to neutral, Zn = (Z0 − Z1) / 3
              Σ over the way  Ī · 2k·|Z1|                   line to line
    customer  S / Uf · Σ over the common way |Z1 + Zn|      phase to neutral
              S / Uf · Σ over the common way |Z1|           line to line

so the largest ``S`` that leaves every floor and rating kept is a quotient, and the smallest of them is the room. It
holds for whichever phase the customer is put on.
"""

from __future__ import annotations

import math
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
    parent, over, order = network.up
    floor_v, floor_three_v = floors_v(network, standard)
    aside_s = np.abs(network.shunt_s)
    aside_s[order[1:]] += np.abs(network.charging_s[over[order[1:]]])
    through_a = (np.abs(state.load_va) + np.abs(state.added_va)) / (3.0 * floor_v) + state.open_v[:, None] * aside_s
    for one in order[:0:-1]:
        through_a[:, parent[one]] += through_a[:, one]
    spread = spread_of(network, records, unbalance)
    neutral = neutral_of(spread, min(1.0, floor_v / float(np.nanmax(state.open_v, initial=floor_v))))
    supply = network.supply
    z1 = np.where(over >= 0, network.z1_ohm[over] if len(network.f) else 0.0, supply.z1_ohm)
    z0 = np.where(over >= 0, network.z0_ohm[over] if len(network.f) else 0.0, supply.z0_ohm)
    zn = (z0 - z1) / 3.0
    on_way = _on_way(parent, node)
    phase_drop = through_a * (spread * np.abs(z1) + neutral * np.abs(zn))
    pair_drop = through_a * 2.0 * spread * np.abs(z1)
    own_phase, own_pair = np.where(on_way, np.abs(z1 + zn), 0.0), np.where(on_way, np.abs(z1), 0.0)
    for one in order[1:]:
        for drop in (phase_drop, pair_drop):
            drop[:, one] += drop[:, parent[one]]
        for drop in (own_phase, own_pair):
            drop[one] += drop[parent[one]]
    sag = state.sag_v_per_va
    lowest = state.open_v[:, None] - phase_drop
    single = records.single.any(axis=1) | (np.arange(network.n) == node)
    three = records.three
    asked_va = 1000.0 * asked_kva
    rooms = [
        ((lowest - floor_v) / (own_phase / floor_v + sag))[:, single],
        ((SQRT3 * state.open_v[:, None] - pair_drop - floor_three_v) / (own_pair / floor_v + SQRT3 * sag))[
            :, three
        ],
    ]
    watched = [Watched("voltage_min", int(at), -1, -1, floor_v, "V") for at in np.flatnonzero(single)]
    watched += [Watched("voltage_min", int(at), -1, -1, floor_three_v, "V") for at in np.flatnonzero(three)]
    rating = np.where(over >= 0, network.rating_a[over] if len(network.f) else np.nan, np.nan)
    rating *= limits.line_percent / 100.0
    rated = np.flatnonzero(on_way & np.isfinite(rating))
    rooms.append((rating - spread * through_a)[:, rated] * floor_v)
    watched += [Watched("line_loading", -1, int(over[at]), -1, limits.line_percent, "%") for at in rated]
    transformer_a = supply.rated_a * limits.transformer_percent / 100.0
    rooms.append((transformer_a - spread[0] * through_a[:, :1]) * floor_v)
    watched.append(Watched("transformer_loading", -1, -1, -1, limits.transformer_percent, "%"))
    room_va = np.concatenate(rooms, axis=1)
    customer_v = lowest[:, node] - asked_va * (own_phase[node] / floor_v + sag)
    if np.isnan(room_va).any():
        bad = int(np.flatnonzero(np.isnan(room_va).any(axis=1))[0])
        return RuleFinding(math.nan, None, math.nan, bad, customer_v)
    step, column = np.unravel_index(int(np.argmin(room_va)), room_va.shape)
    least = float(room_va[step, column])
    binding = watched[int(column)]
    value = binding.limit
    if least < 0.0:  # broken without the customer, should the network be as uneven as assumed
        slack = _slack(least, binding, network, supply.rated_a, own_phase, own_pair, floor_v, floor_three_v, sag)
        value = binding.limit + slack
    return RuleFinding(max(0.0, least) / 1000.0, binding, value, int(step), customer_v)


def _on_way(parent: Ints, node: int) -> Bools:
    """Nodes whose upper section the customer's current takes: the node, its parents, and node 0 (the transformer)."""
    there = np.zeros(len(parent), dtype=bool)
    while node >= 0:
        there[node] = True
        node = int(parent[node])
    return there


def _slack(
    least_va: float,
    binding: Watched,
    network: LvNetwork,
    rated_a: float,
    own_phase: Reals,
    own_pair: Reals,
    floor_v: float,
    floor_three_v: float,
    sag: float,
) -> float:
    """How far beyond its limit a bound is that is broken already, in its unit."""
    if binding.unit == "V":
        pair = binding.limit == floor_three_v
        own = own_pair[binding.node] / floor_v + SQRT3 * sag if pair else own_phase[binding.node] / floor_v + sag
        return float(least_va * own)
    rating = rated_a if binding.branch < 0 else float(network.rating_a[binding.branch])
    return -100.0 * least_va / floor_v / rating
