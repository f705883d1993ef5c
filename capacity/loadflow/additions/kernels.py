"""The compiled part of the search: one tree, blocks of steps, one addition at a time.

What is watched is expressed as *room*: how far a voltage is from its bound (pu), or how much more a branch can carry
the way the addition would make it flow, as a part of its bound. With the load rate split into a part ``a`` along the
addition's direction and a part ``p`` across it, that is ``√(1 − p²) − a``: from the tip of the flow's arrow along the
addition to the circle of its bound. Room falls almost in a straight line as the addition grows. The chord from nothing
added to a probe ``s`` therefore promises a crossing ``h(s) = min s·room(0) / (room(0) − room(s))`` over everything
watched and all steps, and the largest addition is where ``h(s) = s``: found by secants on ``h(s) − s`` and accepted
only if the probe itself broke nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.kernels import FAST, LANES, solve_block
from capacity.loadflow.vectors import (
    any_above,
    any_below,
    in_all_lanes,
    larger,
    load,
    root,
    smaller,
    store,
    where_above,
)

Block = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

EXACT_KVA: Final = 0.02
"""Distance between a figure and the chord's promise at which the search ends, besides the relative ``tolerance``."""
SHY: Final = 1e-4
"""Relative step to the safe side of every promise."""
NOTHING: Final = 1e-12
"""Change of room below which something does not answer to the addition at all."""
DEPENDENT_ROUNDS: Final = 2
"""Times the powers that depend on voltage are brought up to date within a probe."""


class Limbs(NamedTuple):
    """A tree and what is watched on its branches, see :class:`.trees.Tree` and :class:`.trees.Watch`.

    ``offset_of`` is, per watched branch, the row of the other power that counts with it, -1 none.
    """

    parent: Ints
    ab: Reals
    shunt: Reals
    child: Ints
    ends: Reals
    scale: Reals
    is_power: Bools
    offset_of: Ints


class Demand(NamedTuple):
    """What a tree's buses consume and where it comes from, see :class:`.model.Consumption`.

    ``profiles`` ``(n_profiles, n_steps)``, ``net_load`` ``(n_groups, 2, n_steps)``, pu.
    """

    constant: Reals
    fixed_bus: Ints
    fixed_profile: Ints
    fixed_p: Reals
    fixed_q: Reals
    shared_bus: Ints
    shared_group: Ints
    shared_profile: Ints
    shared_power: Reals
    profiles: Reals
    net_load: Floats


class Scene(NamedTuple):
    """Blocks of steps without the addition.

    ``power``, ``start`` ``(n_blocks, n_bus, 2, LANES)``; ``slope`` the same or empty: change of power per pu of
    voltage; ``source`` ``(n_blocks, 2, LANES)``; ``offset`` ``(n_blocks, n_offsets, 2, LANES)``; ``bound``, ``size``,
    ``room`` ``(n_blocks, n_bus [+ n_watch], LANES)``; ``shape`` ``(n_blocks, LANES)``, the addition's part of its peak.
    """

    power: Block
    slope: Block
    start: Block
    source: Block
    offset: Block
    bound: Block
    size: Block
    room: Block
    shape: Reals


class Wish(NamedTuple):
    """What is added: ``sense`` 1 where low voltages are bounded, −1 where high ones; ``unit`` pu per kVA of peak.

    ``toward`` is the unit's direction; the search ends at ``ceiling`` kVA, within the relative ``tolerance``, or after
    ``probes`` probes.
    """

    sense: float
    unit: Reals
    toward: Reals
    ceiling: float
    tolerance: float
    probes: int


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def currents(limbs: Limbs, power: Block, voltage: Block, current: Block) -> None:
    """The current into every subtree at the voltages given."""
    parent, ab, shunt = limbs.parent, limbs.ab, limbs.shunt
    current[:] = 0.0
    for i in range(len(parent) - 1, 0, -1):
        p = parent[i]
        g, b, dr, di = shunt[i, 0], shunt[i, 1], ab[i, 4], ab[i, 5]
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        sr, si = load(power, 2 * i), load(power, 2 * i + 1)
        inverse = 1.0 / (vr * vr + vi * vi)
        jr = load(current, 2 * i) + ((sr * vr + si * vi) * inverse + (g * vr - b * vi))
        ji = load(current, 2 * i + 1) + ((sr * vi - si * vr) * inverse + (g * vi + b * vr))
        store(current, 2 * i, jr)
        store(current, 2 * i + 1, ji)
        store(current, 2 * p, load(current, 2 * p) + (dr * jr - di * ji))
        store(current, 2 * p + 1, load(current, 2 * p + 1) + (dr * ji + di * jr))


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def rooms(
    limbs: Limbs,
    wish: Wish,
    offset: Block,
    bound: Block,
    voltage: Block,
    current: Block,
    size: Block,
    room: Block,
    rate: Block,
) -> None:
    """Room of every bus, then of every watched branch, ``(n_bus + n_watch, LANES)``.

    ``size`` of every voltage and load ``rate`` of every watched branch (a part of its bound, in either direction) are
    filled too. A branch over its bound that the addition loads further has the room ``1 − rate``, below zero; one that
    the addition first relieves has room until its flow turns.
    """
    parent, child, ends, scale = limbs.parent, limbs.child, limbs.ends, limbs.scale
    is_power, offset_of = limbs.is_power, limbs.offset_of
    sense, toward = wish.sense, wish.toward
    n = len(parent)
    for i in range(n):
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        here = root(vr * vr + vi * vi)
        store(size, i, here)
        store(room, i, (here - load(bound, i)) * sense)
    for w in range(len(child)):
        c = child[w]
        p = parent[c]
        jr, ji = load(current, 2 * c), load(current, 2 * c + 1)
        pr, pi = load(voltage, 2 * p), load(voltage, 2 * p + 1)
        ar, ai, br, bi = ends[w, 0], ends[w, 1], ends[w, 2], ends[w, 3]
        gr, gi, er, ei = ends[w, 4], ends[w, 5], ends[w, 6], ends[w, 7]
        lr, li = (ar * jr - ai * ji) + (br * pr - bi * pi), (ar * ji + ai * jr) + (br * pi + bi * pr)
        ur, ui = (gr * jr - gi * ji) + (er * pr - ei * pi), (gr * ji + gi * jr) + (er * pi + ei * pr)
        up, uq = pr * ur + pi * ui, pi * ur - pr * ui
        low, high = lr * lr + li * li, ur * ur + ui * ui
        if is_power[w]:
            if offset_of[w] >= 0:
                up = up + load(offset, 2 * offset_of[w])
                uq = uq + load(offset, 2 * offset_of[w] + 1)
            cr, ci = load(voltage, 2 * c), load(voltage, 2 * c + 1)
            low, high = low * (cr * cr + ci * ci), up * up + uq * uq
        here = larger(root(low) * scale[w, 0], root(high) * scale[w, 1])
        part = here / (root(up * up + uq * uq) + NOTHING)
        along, across = (up * toward[0] + uq * toward[1]) * part, (uq * toward[0] - up * toward[1]) * part
        left = root(larger(1.0 - across * across, in_all_lanes(0.0))) - along
        over = where_above(here, 1.0, 1.0 - here, left)
        store(rate, w, here)
        store(room, n + w, where_above(along, 0.0, over, left))


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _depend(n: int, power: Block, slope: Block, start: Block, voltage: Block, own: Block) -> None:
    """``power`` as it is at the voltages found: ``own`` plus its slope over the size of the voltage."""
    for i in range(n):
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        sr, si = load(start, 2 * i), load(start, 2 * i + 1)
        change = root(vr * vr + vi * vi) - root(sr * sr + si * si)
        store(power, 2 * i, load(own, 2 * i) + load(slope, 2 * i) * change)
        store(power, 2 * i + 1, load(own, 2 * i + 1) + load(slope, 2 * i + 1) * change)


@njit(nogil=True, cache=True, error_model="numpy")
def _probe(
    limbs: Limbs,
    scene: Scene,
    block: int,
    node: int,
    added: Reals,
    power: Block,
    voltage: Block,
    current: Block,
    status: npt.NDArray[np.uint8],
) -> bool:
    """Solve one block with ``added`` ``(2, LANES)`` at ``node``; False if a lane has no solution."""
    n = len(limbs.parent)
    own, start = scene.power[block], scene.start[block]
    power[:] = own
    power[node] += added
    voltage[:] = start
    voltage[0] = scene.source[block]
    status[:] = 0
    solve_block(0, n, limbs.parent, limbs.ab, limbs.shunt, power, voltage, current, status)
    if len(scene.slope):
        for _ in range(DEPENDENT_ROUNDS):
            if status.any():
                break
            _depend(n, power, scene.slope[block], start, voltage, own)
            power[node] += added
            solve_block(0, n, limbs.parent, limbs.ab, limbs.shunt, power, voltage, current, status)
    if status.any():
        return False
    currents(limbs, power, voltage, current)
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def settle(limbs: Limbs, scene: Scene, node: int, added: Reals, voltage: Block) -> bool:
    """Voltages of the first block with ``added`` ``(2, LANES)`` at ``node``; False if a lane has no solution."""
    n = len(limbs.parent)
    power, current = np.empty((n, 2, LANES)), np.empty((n, 2, LANES))
    status = np.zeros(LANES, dtype=np.uint8)
    return _probe(limbs, scene, 0, node, added, power, voltage, current, status)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _promises(
    s: float, kind: Ints, room0: Block, room: Block, best: Reals, at: Ints, lanes: int, first_lane: int
) -> None:
    """Update what each kind of limit promises, and which watched thing and lane promises least."""
    never = in_all_lanes(np.inf)
    for m in range(len(kind)):
        c = kind[m]
        if c < 0:
            continue
        before = load(room0, m)
        down = before - load(room, m)
        crossing = where_above(down, NOTHING, s * before / down, never)
        if any_below(crossing, best[c]):
            for k in range(LANES):
                fallen = room0[m, k] - room[m, k]
                if fallen > NOTHING and s * room0[m, k] / fallen < best[c]:
                    best[c] = s * room0[m, k] / fallen
                    at[c] = m * lanes + first_lane + k


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _falls(per_kva: Reals, kind: Ints, reference: Ints, size0: Block, room0: Block, room: Block, fall: Reals) -> None:
    """Update the largest fall of room per kVA of peak, times the voltage that it is inversely proportional to."""
    for m in range(len(kind)):
        if kind[m] < 0:
            continue
        per = (load(room0, m) - load(room, m)) * load(per_kva, 0)
        if reference[m] >= 0:
            per = per * load(size0, reference[m])
        if any_above(per, fall[m]):
            for k in range(LANES):
                one = (room0[m, k] - room[m, k]) * per_kva[k]
                if reference[m] >= 0:
                    one *= size0[reference[m], k]
                fall[m] = max(fall[m], one)


@njit(nogil=True, cache=True, error_model="numpy")
def search(
    limbs: Limbs,
    scene: Scene,
    wish: Wish,
    kind: Ints,
    reference: Ints,
    nodes: Ints,
    guess: Reals,
    promise: Reals,
    where: Ints,
    answer: Reals,
    figure: Reals,
    exact: Bools,
) -> None:
    """Largest addition at each of ``nodes``.

    Parameters
    ----------
    kind : what sort of limit each watched thing is, ``(n_bus + n_watch)``, -1 where it is not watched.
    reference : see ``_falls``.
    guess : where the search begins, kVA.
    promise, where : out, ``(n_nodes, n_kinds)``: what each kind of limit alone would allow, and which watched thing, at
        which lane: ``thing · n_lanes + block · LANES + lane``.
    answer : out, ``(n_nodes, n_bus + n_watch)`` or empty: see ``_falls``.
    figure, exact : out: the largest addition that was solved and broke nothing; whether the promise agrees with it.
    """
    n, blocks, n_kinds = len(limbs.parent), len(scene.power), promise.shape[1]
    total = n + len(limbs.child)
    power, voltage, current = np.empty((n, 2, LANES)), np.empty((n, 2, LANES)), np.empty((n, 2, LANES))
    size, room, rate = np.empty((n, LANES)), np.empty((total, LANES)), np.empty((total - n, LANES))
    added = np.empty((2, LANES))
    per_kva, status = np.zeros(LANES), np.zeros(LANES, dtype=np.uint8)
    shape, unit, ceiling, tolerance = scene.shape, wish.unit, wish.ceiling, wish.tolerance
    best, at, fall = np.empty(n_kinds), np.empty(n_kinds, dtype=np.int64), np.empty(total)
    lanes = blocks * LANES
    for number in range(len(nodes)):
        node = nodes[number]
        s = min(max(guess[number], 1e-3), ceiling)
        before, before_h = -1.0, 0.0
        good, high = 0.0, np.inf
        done = False
        for _ in range(wish.probes):
            best[:] = np.inf
            at[:] = -1
            fall[:] = 0.0
            solved = True
            for block in range(blocks):
                for k in range(LANES):
                    added[0, k] = s * shape[block, k] * unit[0]
                    added[1, k] = s * shape[block, k] * unit[1]
                    per_kva[k] = 1.0 / (s * shape[block, k]) if shape[block, k] > 1e-6 else 0.0
                solved = _probe(limbs, scene, block, node, added, power, voltage, current, status)
                if not solved:
                    break
                rooms(limbs, wish, scene.offset[block], scene.bound[block], voltage, current, size, room, rate)
                _promises(s, kind, scene.room[block], room, best, at, lanes, block * LANES)
                if len(answer):
                    _falls(per_kva, kind, reference, scene.size[block], scene.room[block], room, fall)
            if not solved:
                high = s
                s = 0.5 * (good + s)
                before = -1.0
                if high - good <= tolerance * good + EXACT_KVA:
                    break
                continue
            promise[number] = best
            where[number] = at
            if len(answer):
                answer[number] = fall
            h = ceiling
            for c in range(n_kinds):
                h = min(h, best[c])
            h = max(h, 0.0)
            if h >= s:
                good = max(good, s)
                if h - s <= tolerance * s + EXACT_KVA or s >= ceiling:
                    done = True
                    break
            else:
                high = min(high, s)
            nearer = h
            if before >= 0.0 and abs(s - before) > 1e-9:
                steep = (h - before_h) / (s - before)
                if steep < 0.9:
                    nearer = s + (h - s) / (1.0 - steep)
            before, before_h = s, h
            s = nearer * (1.0 - SHY) - 0.1 * EXACT_KVA
            if not good < s < high:
                s = 0.5 * (good + min(high, ceiling)) if good > 0.0 else 0.5 * min(high, ceiling, max(h, EXACT_KVA))
            s = min(s, ceiling)
            if s <= 0.2 * EXACT_KVA or high - good <= 0.25 * (tolerance * good + EXACT_KVA):
                done = True
                break
        figure[number] = good
        exact[number] = done


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
