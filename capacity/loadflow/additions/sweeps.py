"""The compiled passes over a tree's whole year: what it consumes, solved without the addition, and the least rooms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.additions.kernels import Demand, Limbs, Wish, currents, rooms
from capacity.loadflow.kernels import FAST, LANES, solve_block
from capacity.loadflow.vectors import (
    any_below,
    in_all_lanes,
    larger,
    load,
    smaller,
    store,
)

Block = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


@njit(nogil=True, cache=True, error_model="numpy")
def consumption(demand: Demand, factors: Block, net_load: Block, power: Block) -> None:
    """Consumption of a tree's buses in one block: what :mod:`capacity.loadflow.injections` says of the whole grid.

    ``factors`` ``(n_profiles, LANES)``, ``net_load`` ``(n_groups, 2, LANES)``.
    """
    for i in range(len(demand.constant)):
        store(power, 2 * i, demand.constant[i, 0])
        store(power, 2 * i + 1, demand.constant[i, 1])
    for entry in range(len(demand.fixed_bus)):
        i = demand.fixed_bus[entry]
        factor = load(factors, demand.fixed_profile[entry])
        store(power, 2 * i, load(power, 2 * i) + factor * demand.fixed_p[entry])
        store(power, 2 * i + 1, load(power, 2 * i + 1) + factor * demand.fixed_q[entry])
    if len(demand.shared_bus):
        _share(demand, factors, net_load, power)


@njit(nogil=True, cache=True, error_model="numpy")
def _share(demand: Demand, factors: Block, net_load: Block, power: Block) -> None:
    """Shares of each group's net load by base power × profile; by base power where all profiles are zero."""
    bus, group, profile, base = demand.shared_bus, demand.shared_group, demand.shared_profile, demand.shared_power
    weighted = np.zeros((len(net_load), LANES))
    plain = np.zeros(len(net_load))
    for entry in range(len(bus)):
        plain[group[entry]] += base[entry, 0]
        for k in range(LANES):
            weighted[group[entry], k] += base[entry, 0] * factors[profile[entry, 0], k]
    for entry in range(len(bus)):
        i, g = bus[entry], group[entry]
        for k in range(LANES):
            if np.isnan(net_load[g, 0, k]):
                power[i, 0, k] += base[entry, 0] * factors[profile[entry, 0], k]
                power[i, 1, k] += base[entry, 1] * factors[profile[entry, 1], k]
                continue
            share = base[entry, 0] / plain[g]
            if weighted[g, k] > 0.0:
                share = base[entry, 0] * factors[profile[entry, 0], k] / weighted[g, k]
            power[i, 0, k] += share * net_load[g, 0, k]
            power[i, 1, k] += share * net_load[g, 1, k]


@njit(nogil=True, cache=True, error_model="numpy")
def _gather(steps: Ints, begin: int, demand: Demand, factors: Block, shared: Block, number: Ints) -> None:
    """Profiles and net loads of one block; the last step fills what is left of it."""
    profiles, net_load = demand.profiles, demand.net_load
    for k in range(LANES):
        number[k] = steps[min(begin + k, len(steps) - 1)]
    for row in range(len(profiles)):
        for k in range(LANES):
            factors[row, k] = profiles[row, number[k]]
    for row in range(len(net_load)):
        for part in range(2):
            for k in range(LANES):
                shared[row, part, k] = net_load[row, part, number[k]]


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _slack(n: int, is_power: Bools, allowance: Reals, sense: float, size: Block, rate: Block, slack: Reals) -> None:
    """How far the head (bus 1) may move before something passes its allowance."""
    left = in_all_lanes(np.inf)
    for i in range(2, n):
        left = smaller((load(size, i) - allowance[i]) * sense, left)
    if sense > 0.0:
        top = load(size, 1)
        for w in range(len(is_power)):
            if not is_power[w]:
                left = smaller(top * (1.0 - load(rate, w) / allowance[n + w]), left)
    store(slack, 0, left)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _extremes(n: int, sense: float, size: Block, rate: Block, worst: Block) -> None:
    """Update the lowest of ``sense ·`` voltage of every bus, then the highest load rate of every watched branch."""
    for i in range(n):
        store(worst, i, smaller(load(size, i) * sense, load(worst, i)))
    for w in range(len(rate)):
        store(worst, n + w, larger(load(rate, w), load(worst, n + w)))


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _least(
    kind: Ints,
    reference: Ints,
    per_peak: Reals,
    number: Ints,
    size: Block,
    room: Block,
    need: Reals,
    least_room: Reals,
    least_step: Ints,
    within: Bools,
) -> None:
    """Keep each watched thing's steps of least room, ascending, and mark the steps that have less than ``need``.

    Room is taken per part of the addition's peak and times the voltage that its fall is inversely proportional to.
    """
    top = least_room.shape[1]
    part = load(per_peak, 0)
    for m in range(len(kind)):
        if kind[m] < 0:
            continue
        per = load(room, m) * part
        if reference[m] >= 0:
            per = per * load(size, reference[m])
        if any_below(per, need[m]) or any_below(per, least_room[m, top - 1]):
            for k in range(LANES):
                one = room[m, k] * per_peak[k]
                if reference[m] >= 0:
                    one *= size[reference[m], k]
                if one < need[m]:
                    within[number[k]] = True
                place = top
                while place > 0 and one < least_room[m, place - 1]:
                    place -= 1
                for j in range(top - 1, place, -1):
                    least_room[m, j], least_step[m, j] = least_room[m, j - 1], least_step[m, j - 1]
                if place < top:
                    least_room[m, place], least_step[m, place] = one, number[k]


@njit(nogil=True, cache=True, error_model="numpy")
def sweep_steps(
    limbs: Limbs,
    demand: Demand,
    wish: Wish,
    bound: Reals,
    head: Complexes,
    steps: Ints,
    shape: Reals,
    kind: Ints,
    reference: Ints,
    need: Reals,
    least_room: Reals,
    least_step: Ints,
    within: Bools,
    inflow: Complexes,
    allowance: Reals,
    slack: Floats,
    extreme: Reals,
) -> int:
    """Solve an LV network at given head voltages, and keep what the search asks of its year.

    ``head`` and ``shape`` follow ``steps``; ``inflow`` (pu) and ``slack`` (how far the head's voltage may move before
    something in the network, other than its own transformer, passes ``allowance``; pu) are filled, and ``extreme``: the
    worst voltage of every bus and the highest load rate of every watched branch; for ``least_room``, ``least_step`` and
    ``within`` see ``_least``. Returns how many steps had no solution.
    """
    n, n_steps, sense = len(limbs.parent), len(steps), wish.sense
    power, voltage, current = np.empty((n, 2, LANES)), np.zeros((n, 2, LANES)), np.empty((n, 2, LANES))
    size, room, bounds = np.empty((n, LANES)), np.empty((n + len(limbs.child), LANES)), np.empty((n, LANES))
    for i in range(n):
        bounds[i] = bound[i]
    factors, shared = np.empty((len(demand.profiles), LANES)), np.empty((len(demand.net_load), 2, LANES))
    status, number = np.zeros(LANES, dtype=np.uint8), np.empty(LANES, dtype=np.int64)
    per_peak, left, no_offset = np.empty(LANES), np.empty(LANES), np.empty((0, 2, LANES))
    rate, worst = np.empty((len(limbs.child), LANES)), np.zeros((len(room), LANES))
    worst[:n] = np.inf
    failed = 0
    for begin in range(0, n_steps, LANES):
        _gather(steps, begin, demand, factors, shared, number)
        for k in range(LANES):
            column = min(begin + k, n_steps - 1)
            voltage[0, 0, k] = head[column].real
            voltage[0, 1, k] = head[column].imag
            here = begin + k < n_steps and shape[column] > 1e-6
            per_peak[k] = 1.0 / shape[column] if here else np.nan
        consumption(demand, factors, shared, power)
        status[:] = 0
        solve_block(0, n, limbs.parent, limbs.ab, limbs.shunt, power, voltage, current, status)
        currents(limbs, power, voltage, current)
        rooms(limbs, wish, no_offset, bounds, voltage, current, size, room, rate)
        _slack(n, limbs.is_power, allowance, sense, size, rate, left)
        _extremes(n, sense, size, rate, worst)
        for k in range(min(LANES, n_steps - begin)):
            failed += status[k] != 0
            vr, vi, jr, ji = voltage[1, 0, k], voltage[1, 1, k], current[1, 0, k], current[1, 1, k]
            inflow[begin + k] = complex(vr * jr + vi * ji, vi * jr - vr * ji)
            slack[begin + k] = left[k]
        if len(least_room):
            _least(kind, reference, per_peak, number, size, room, need, least_room, least_step, within)
    for m in range(len(worst)):
        extreme[m] = sense * worst[m].min() if m < n else worst[m].max()
    return failed


@njit(nogil=True, cache=True, error_model="numpy")
def trunk_steps(
    limbs: Limbs,
    demand: Demand,
    wish: Wish,
    bound: Reals,
    source: Complexes,
    head: Ints,
    inflow: Complexes,
    steps: Ints,
    solution: Complexes,
    kept: Floats,
    through: Complexes,
) -> int:
    """Solve a trunk with the power that each LV network draws at its ``head``; returns the steps without solution.

    ``source`` ``(n_steps)`` and ``inflow`` ``(n_networks, n_steps)`` follow ``steps``. Filled: ``solution`` ``(n_bus,
    n_steps)``, ``kept`` (room of everything watched, padded to whole blocks; without the other power of ``offset_of``)
    and ``through``, the power into the branches with which other power counts, pu.
    """
    child, ends, offset_of = limbs.child, limbs.ends, limbs.offset_of
    n, n_steps = len(limbs.parent), len(steps)
    power, voltage, current = np.empty((n, 2, LANES)), np.zeros((n, 2, LANES)), np.empty((n, 2, LANES))
    size, room, bounds = np.empty((n, LANES)), np.empty((n + len(child), LANES)), np.empty((n, LANES))
    for i in range(n):
        bounds[i] = bound[i]
    factors, shared = np.empty((len(demand.profiles), LANES)), np.empty((len(demand.net_load), 2, LANES))
    status, number = np.zeros(LANES, dtype=np.uint8), np.empty(LANES, dtype=np.int64)
    nothing, rate = np.zeros((len(through), 2, LANES)), np.empty((len(child), LANES))
    failed = 0
    for begin in range(0, n_steps, LANES):
        _gather(steps, begin, demand, factors, shared, number)
        for k in range(LANES):
            column = min(begin + k, n_steps - 1)
            voltage[0, 0, k] = source[column].real
            voltage[0, 1, k] = source[column].imag
        consumption(demand, factors, shared, power)
        for j in range(len(head)):
            for k in range(LANES):
                drawn = inflow[j, min(begin + k, n_steps - 1)]
                power[head[j], 0, k] += drawn.real
                power[head[j], 1, k] += drawn.imag
        status[:] = 0
        solve_block(0, n, limbs.parent, limbs.ab, limbs.shunt, power, voltage, current, status)
        currents(limbs, power, voltage, current)
        rooms(limbs, wish, nothing, bounds, voltage, current, size, room, rate)
        for m in range(len(room)):
            for k in range(LANES):
                kept[m, begin + k] = room[m, k]
        for k in range(min(LANES, n_steps - begin)):
            failed += status[k] != 0
            for i in range(n):
                solution[i, begin + k] = complex(voltage[i, 0, k], voltage[i, 1, k])
            for w in range(len(child)):
                if offset_of[w] >= 0:
                    c = child[w]
                    p = limbs.parent[c]
                    j_in = complex(current[c, 0, k], current[c, 1, k])
                    v_in = complex(voltage[p, 0, k], voltage[p, 1, k])
                    up = complex(ends[w, 4], ends[w, 5]) * j_in + complex(ends[w, 6], ends[w, 7]) * v_in
                    through[offset_of[w], begin + k] = v_in * up.conjugate()
    return failed
