"""The compiled part of the search: one tree, blocks of steps, one addition at a time.

What is watched is expressed as *room*: how far a voltage is from its bound (pu), or what is left of a branch's bound
(1 − load rate, the rate counted positive where power flows the way the addition would make it flow). Room falls almost
in a straight line as the addition grows. The chord from nothing added to a probe ``s`` therefore promises a crossing
``h(s) = min s·room(0) / (room(0) − room(s))`` over everything watched and all steps, and the largest addition is where
``h(s) = s``: found by secants on ``h(s) − s`` and accepted only if the probe itself broke nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.kernels import FAST, LANES, add_fixed, add_shared, solve_block

Block = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

PROBES: Final = 24
"""Most probes for one figure."""
EXACT_KVA: Final = 0.02
"""Distance between a figure and the chord's promise at which the search ends, besides the relative ``tolerance``."""
SHY: Final = 1e-4
"""Relative step to the safe side of every promise."""
NOTHING: Final = 1e-12
"""Change of room below which something does not answer to the addition at all."""
DEPENDENT_ROUNDS: Final = 2
"""Times the powers that depend on voltage are brought up to date within a probe."""


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def currents(parent: Ints, ab: Reals, shunt: Reals, power: Block, voltage: Block, current: Block) -> None:
    """The current into every subtree at the voltages given."""
    current[:] = 0.0
    for i in range(len(parent) - 1, 0, -1):
        p = parent[i]
        g, b = shunt[i, 0], shunt[i, 1]
        dr, di = ab[i, 4], ab[i, 5]
        for k in range(LANES):
            vr, vi = voltage[i, 0, k], voltage[i, 1, k]
            sr, si = power[i, 0, k], power[i, 1, k]
            inverse = 1.0 / (vr * vr + vi * vi)
            jr = current[i, 0, k] + (sr * vr + si * vi) * inverse + g * vr - b * vi
            ji = current[i, 1, k] + (sr * vi - si * vr) * inverse + g * vi + b * vr
            current[i, 0, k] = jr
            current[i, 1, k] = ji
            current[p, 0, k] += dr * jr - di * ji
            current[p, 1, k] += dr * ji + di * jr


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def rooms(
    parent: Ints,
    child: Ints,
    ends: Reals,
    scale: Reals,
    is_power: Bools,
    offset_of: Ints,
    offset: Block,
    bound: Block,
    sense: float,
    unit: Reals,
    voltage: Block,
    current: Block,
    room: Block,
) -> None:
    """Room of every bus, then of every watched branch, ``(n_bus + n_watch, LANES)``.

    ``sense`` is 1 where low voltages are bounded, −1 where high ones; ``unit`` the direction of the addition.
    """
    n = len(parent)
    for i in range(n):
        for k in range(LANES):
            size = np.sqrt(voltage[i, 0, k] ** 2 + voltage[i, 1, k] ** 2)
            room[i, k] = (size - bound[i, k]) * sense
    for w in range(len(child)):
        c = child[w]
        p = parent[c]
        ar, ai, br, bi = ends[w, 0], ends[w, 1], ends[w, 2], ends[w, 3]
        gr, gi, er, ei = ends[w, 4], ends[w, 5], ends[w, 6], ends[w, 7]
        for k in range(LANES):
            jr, ji = current[c, 0, k], current[c, 1, k]
            pr, pi = voltage[p, 0, k], voltage[p, 1, k]
            cr, ci = voltage[c, 0, k], voltage[c, 1, k]
            lr, li = ar * jr - ai * ji + br * pr - bi * pi, ar * ji + ai * jr + br * pi + bi * pr
            ur, ui = gr * jr - gi * ji + er * pr - ei * pi, gr * ji + gi * jr + er * pi + ei * pr
            lp, lq = cr * lr + ci * li, ci * lr - cr * li
            up, uq = pr * ur + pi * ui, pi * ur - pr * ui
            if offset_of[w] >= 0:
                up += offset[offset_of[w], 0, k]
                uq += offset[offset_of[w], 1, k]
            if is_power[w]:
                low, high = lp * lp + lq * lq, up * up + uq * uq
            else:
                low, high = lr * lr + li * li, ur * ur + ui * ui
            rate = max(np.sqrt(low) * scale[w, 0], np.sqrt(high) * scale[w, 1])
            room[n + w, k] = 1.0 - rate if up * unit[0] + uq * unit[1] >= 0.0 else 1.0 + rate


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _depend(n: int, power: Block, slope: Block, start: Block, voltage: Block, own: Block) -> None:
    """``power`` as it is at the voltages found: ``own`` plus its slope over the size of the voltage."""
    for i in range(n):
        for k in range(LANES):
            here = np.sqrt(voltage[i, 0, k] ** 2 + voltage[i, 1, k] ** 2)
            there = np.sqrt(start[i, 0, k] ** 2 + start[i, 1, k] ** 2)
            power[i, 0, k] = own[i, 0, k] + slope[i, 0, k] * (here - there)
            power[i, 1, k] = own[i, 1, k] + slope[i, 1, k] * (here - there)


@njit(nogil=True, cache=True, error_model="numpy")
def _probe(
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    own: Block,
    slope: Block,
    start: Block,
    source: Reals,
    node: int,
    added: Reals,
    power: Block,
    voltage: Block,
    current: Block,
    status: npt.NDArray[np.uint8],
) -> bool:
    """Solve one block with ``added`` ``(2, LANES)`` at ``node``; False if a lane has no solution."""
    n = len(parent)
    power[:] = own
    power[node, 0] += added[0]
    power[node, 1] += added[1]
    voltage[:] = start
    voltage[0] = source
    status[:] = 0
    solve_block(0, n, parent, ab, shunt, power, voltage, current, status)
    if len(slope):
        for _ in range(DEPENDENT_ROUNDS):
            if status.any():
                break
            _depend(n, power, slope, start, voltage, own)
            power[node, 0] += added[0]
            power[node, 1] += added[1]
            solve_block(0, n, parent, ab, shunt, power, voltage, current, status)
    if status.any():
        return False
    currents(parent, ab, shunt, power, voltage, current)
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def search(
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    child: Ints,
    ends: Reals,
    scale: Reals,
    is_power: Bools,
    offset_of: Ints,
    offset: Block,
    kind: Ints,
    n_kinds: int,
    bound: Block,
    sense: float,
    unit: Reals,
    power: Block,
    slope: Block,
    start: Block,
    source: Block,
    room0: Block,
    reference: Ints,
    shape: Reals,
    nodes: Ints,
    guess: Reals,
    ceiling: float,
    tolerance: float,
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
    power, start : ``(n_blocks, n_bus, 2, LANES)`` without the addition; ``slope`` the same or empty; ``source``
        ``(n_blocks, 2, LANES)``; ``bound``, ``room0`` ``(n_blocks, n_bus [+ n_watch], LANES)``.
    shape : ``(n_blocks, LANES)``, the addition's part of its peak in every step; ``unit`` pu per kVA of peak.
    guess : where the search begins, kVA; ``ceiling`` where it ends.
    promise, where : out, ``(n_nodes, n_kinds)``: what each kind of limit alone would allow, and which watched thing, at
        which lane, ``element · n_lanes + block · LANES + lane``.
    answer : out, ``(n_nodes, n_bus + n_watch)``: largest fall of room per kVA of peak and shape.
    figure, exact : out: the largest addition that was solved and broke nothing; whether the promise agrees with it.
    """
    n, blocks = len(parent), len(power)
    total = n + len(child)
    own_power, voltage, current = np.empty((n, 2, LANES)), np.empty((n, 2, LANES)), np.empty((n, 2, LANES))
    room, added = np.empty((total, LANES)), np.empty((2, LANES))
    status = np.zeros(LANES, dtype=np.uint8)
    lanes = blocks * LANES
    unit_size = np.sqrt(unit[0] ** 2 + unit[1] ** 2)
    toward = unit / unit_size
    none = np.empty((0, 2, LANES))
    best, at = np.empty(n_kinds), np.empty(n_kinds, dtype=np.int64)
    fall = np.empty(total)
    for number in range(len(nodes)):
        node = nodes[number]
        s = min(max(guess[number], 1e-3), ceiling)
        before, before_h = -1.0, 0.0
        good = 0.0
        high = np.inf
        done = False
        for _ in range(PROBES):
            best[:] = np.inf
            at[:] = -1
            fall[:] = 0.0
            solved = True
            for block in range(blocks):
                for k in range(LANES):
                    added[0, k] = s * shape[block, k] * unit[0]
                    added[1, k] = s * shape[block, k] * unit[1]
                solved = _probe(
                    parent, ab, shunt, power[block], slope[block] if len(slope) else none, start[block], source[block],
                    node, added, own_power, voltage, current, status,
                )  # fmt: skip
                if not solved:
                    break
                rooms(
                    parent, child, ends, scale, is_power, offset_of, offset[block], bound[block], sense, toward,
                    voltage, current, room,
                )  # fmt: skip
                for m in range(total):
                    if kind[m] < 0:
                        continue
                    lowest = np.inf
                    for k in range(LANES):
                        down = room0[block, m, k] - room[m, k]
                        crossing = s * room0[block, m, k] / down if down > NOTHING else np.inf
                        lowest = crossing if crossing < lowest else lowest
                    if lowest < best[kind[m]]:
                        for k in range(LANES):
                            down = room0[block, m, k] - room[m, k]
                            if down > NOTHING and s * room0[block, m, k] / down == lowest:
                                best[kind[m]] = lowest
                                at[kind[m]] = m * lanes + block * LANES + k
                                break
                    ref = reference[m]
                    for k in range(LANES):
                        per = (room0[block, m, k] - room[m, k]) / (s * shape[block, k] + 1e-300)
                        if ref >= 0:
                            per *= np.sqrt(start[block, ref, 0, k] ** 2 + start[block, ref, 1, k] ** 2)
                        fall[m] = per if per > fall[m] and shape[block, k] > 1e-6 else fall[m]
            if not solved:
                high = s
                s = 0.5 * (good + s)
                before = -1.0
                if high - good <= tolerance * good + EXACT_KVA:
                    break
                continue
            h = ceiling
            for c in range(n_kinds):
                h = best[c] if best[c] < h else h
            h = max(h, 0.0)
            if h >= s:
                good = max(good, s)
                promise[number] = best
                where[number] = at
                answer[number] = fall
                if h - s <= tolerance * s + EXACT_KVA or s >= ceiling:
                    done = True
                    break
            else:
                high = min(high, s)
                promise[number] = best
                where[number] = at
                answer[number] = fall
            nearer = h
            if before >= 0.0 and abs(s - before) > 1e-9:
                steep = (h - before_h) / (s - before)
                if steep < 0.9:
                    nearer = s + (h - s) / (1.0 - steep)
            before, before_h = s, h
            s = nearer * (1.0 - SHY) - 0.1 * EXACT_KVA
            if not good < s < high:
                s = 0.5 * (good + min(high, ceiling)) if good > 0.0 else 0.5 * min(high, ceiling, max(h, EXACT_KVA))
            if s > ceiling:
                s = ceiling
            if s <= 0.2 * EXACT_KVA or high - good <= 0.25 * (tolerance * good + EXACT_KVA):
                done = True
                break
        figure[number] = good
        exact[number] = done


@njit(nogil=True, cache=True, error_model="numpy")
def least(
    room: Block,
    shape: Reals,
    steps: Ints,
    counted: Bools,
    least_room: Reals,
    least_step: Ints,
    kept: Floats,
    begin: int,
) -> None:
    """Keep each watched thing's steps of least room (per part of the peak), ascending, and all of them in ``kept``."""
    top = least_room.shape[1]
    for m in range(len(room)):
        lowest = np.inf
        for k in range(LANES):
            per = room[m, k] / shape[k] if counted[k] else np.inf
            kept[m, begin + k] = per
            lowest = per if per < lowest else lowest
        if lowest >= least_room[m, top - 1]:
            continue
        for k in range(LANES):
            per = room[m, k] / shape[k] if counted[k] else np.inf
            place = top
            while place > 0 and per < least_room[m, place - 1]:
                place -= 1
            for j in range(top - 1, place, -1):
                least_room[m, j], least_step[m, j] = least_room[m, j - 1], least_step[m, j - 1]
            if place < top:
                least_room[m, place], least_step[m, place] = per, steps[k]


@njit(nogil=True, cache=True, error_model="numpy")
def consumption(
    constant: Reals,
    fixed_bus: Ints,
    fixed_profile: Ints,
    fixed_p: Reals,
    fixed_q: Reals,
    shared_bus: Ints,
    shared_group: Ints,
    shared_profile: Ints,
    shared_power: Reals,
    factors: Reals,
    net_load: Block,
    power: Block,
) -> None:
    """Consumption of a tree's buses in one block; ``factors`` ``(n_profiles, LANES)``."""
    for i in range(len(constant)):
        for k in range(LANES):
            power[i, 0, k] = constant[i, 0]
            power[i, 1, k] = constant[i, 1]
    add_fixed(fixed_bus, fixed_profile, fixed_p, fixed_q, factors, power)
    if len(shared_bus):
        add_shared(shared_bus, shared_group, shared_profile, shared_power, factors, net_load, power)


@njit(nogil=True, cache=True, error_model="numpy")
def sweep_steps(
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    child: Ints,
    ends: Reals,
    scale: Reals,
    is_power: Bools,
    bound: Reals,
    sense: float,
    toward: Reals,
    constant: Reals,
    fixed_bus: Ints,
    fixed_profile: Ints,
    fixed_p: Reals,
    fixed_q: Reals,
    shared_bus: Ints,
    shared_group: Ints,
    shared_profile: Ints,
    shared_power: Reals,
    profiles: Reals,
    net_load: Floats,
    head: npt.NDArray[np.complex128],
    steps: Ints,
    shape: Reals,
    kind: Ints,
    reference: Ints,
    least_room: Reals,
    least_step: Ints,
    kept: Floats,
    inflow: npt.NDArray[np.complex128],
    allowance: Reals,
    line: Bools,
    slack: Floats,
) -> int:
    """Solve an LV network at given head voltages, step by step in blocks, and keep what the search asks of its year.

    ``head`` and ``shape`` follow ``steps``; ``inflow`` (pu) and ``slack`` (how far the head's voltage may move before
    something in the network, other than its own transformer, passes ``allowance`` or its rating; pu) are filled.
    Returns how many steps had no solution.
    """
    n, n_steps = len(parent), len(steps)
    power, voltage, current = np.empty((n, 2, LANES)), np.zeros((n, 2, LANES)), np.empty((n, 2, LANES))
    room = np.empty((n + len(child), LANES))
    bounds = np.empty((n, LANES))
    for i in range(n):
        bounds[i] = bound[i]
    factors = np.empty((len(profiles), LANES))
    shared = np.empty((len(net_load), 2, LANES))
    status = np.zeros(LANES, dtype=np.uint8)
    part, counted, number = np.empty(LANES), np.empty(LANES, dtype=np.bool_), np.empty(LANES, dtype=np.int64)
    offset_of = np.full(len(child), -1, dtype=np.int64)
    no_offset = np.empty((0, 2, LANES))
    failed = 0
    for begin in range(0, n_steps, LANES):
        for k in range(LANES):
            column = min(begin + k, n_steps - 1)
            step = steps[column]
            number[k] = step
            part[k] = shape[column]
            for row in range(len(profiles)):
                factors[row, k] = profiles[row, step]
            for row in range(len(net_load)):
                shared[row, 0, k] = net_load[row, 0, step]
                shared[row, 1, k] = net_load[row, 1, step]
            voltage[0, 0, k] = head[column].real
            voltage[0, 1, k] = head[column].imag
        consumption(
            constant, fixed_bus, fixed_profile, fixed_p, fixed_q, shared_bus, shared_group, shared_profile, shared_power,
            factors, shared, power,
        )  # fmt: skip
        status[:] = 0
        solve_block(0, n, parent, ab, shunt, power, voltage, current, status)
        currents(parent, ab, shunt, power, voltage, current)
        rooms(parent, child, ends, scale, is_power, offset_of, no_offset, bounds, sense, toward, voltage, current, room)
        for k in range(LANES):
            here = begin + k < n_steps
            if here and status[k] != 0:
                failed += 1
            counted[k] = here and status[k] == 0 and part[k] > 1e-6
            if not here:
                continue
            column = begin + k
            vr, vi, jr, ji = voltage[1, 0, k], voltage[1, 1, k], current[1, 0, k], current[1, 1, k]
            inflow[column] = complex(vr * jr + vi * ji, vi * jr - vr * ji)
            room_left = np.inf
            for i in range(2, n):
                size = bounds[i, k] + sense * room[i, k]
                room_left = min(room_left, (size - allowance[i]) * sense)
            if sense > 0.0:
                top = np.sqrt(vr * vr + vi * vi)
                for w in range(len(child)):
                    if line[w]:
                        rate = abs(1.0 - room[n + w, k])
                        if rate > 0.0:
                            room_left = min(room_left, top * (allowance[n + w] - rate) / rate)
            slack[column] = room_left
        for i in range(n):
            if kind[i] < 0:
                room[i] = np.inf
        for w in range(len(child)):
            if kind[n + w] < 0:
                room[n + w] = np.inf
        for m in range(len(kept)):  # what falls by current falls faster where voltage is low: made comparable
            if reference[m] >= 0:
                for k in range(LANES):
                    low = voltage[reference[m], 0, k] ** 2 + voltage[reference[m], 1, k] ** 2
                    room[m, k] *= np.sqrt(low)
        if len(kept):
            least(room, part, number, counted, least_room, least_step, kept, begin)
    return failed


@njit(nogil=True, cache=True, error_model="numpy")
def trunk_steps(
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    child: Ints,
    ends: Reals,
    scale: Reals,
    is_power: Bools,
    offset_of: Ints,
    bound: Reals,
    sense: float,
    toward: Reals,
    constant: Reals,
    fixed_bus: Ints,
    fixed_profile: Ints,
    fixed_p: Reals,
    fixed_q: Reals,
    shared_bus: Ints,
    shared_group: Ints,
    shared_profile: Ints,
    shared_power: Reals,
    profiles: Reals,
    net_load: Floats,
    source: npt.NDArray[np.complex128],
    head: Ints,
    inflow: npt.NDArray[np.complex128],
    steps: Ints,
    solution: npt.NDArray[np.complex128],
    kept: Floats,
    through: npt.NDArray[np.complex128],
) -> int:
    """Solve a trunk with the power that each LV network draws at its ``head``; returns the steps without solution.

    ``source`` ``(n_steps)`` and ``inflow`` ``(n_networks, n_steps)`` follow ``steps``. Filled: ``solution`` ``(n_bus,
    n_steps)``, ``kept`` (room of everything watched, padded to whole blocks) and ``through``, the power into the
    branches whose bound counts other power as well (``offset_of``), pu.
    """
    n, n_steps = len(parent), len(steps)
    power, voltage, current = np.empty((n, 2, LANES)), np.zeros((n, 2, LANES)), np.empty((n, 2, LANES))
    room, bounds = np.empty((n + len(child), LANES)), np.empty((n, LANES))
    for i in range(n):
        bounds[i] = bound[i]
    factors, shared = np.empty((len(profiles), LANES)), np.empty((len(net_load), 2, LANES))
    status = np.zeros(LANES, dtype=np.uint8)
    nothing = np.full(len(child), -1, dtype=np.int64)
    no_offset = np.empty((0, 2, LANES))
    failed = 0
    for begin in range(0, n_steps, LANES):
        for k in range(LANES):
            column = min(begin + k, n_steps - 1)
            step = steps[column]
            for row in range(len(profiles)):
                factors[row, k] = profiles[row, step]
            for row in range(len(net_load)):
                shared[row, 0, k] = net_load[row, 0, step]
                shared[row, 1, k] = net_load[row, 1, step]
            voltage[0, 0, k] = source[column].real
            voltage[0, 1, k] = source[column].imag
        consumption(
            constant, fixed_bus, fixed_profile, fixed_p, fixed_q, shared_bus, shared_group, shared_profile,
            shared_power, factors, shared, power,
        )  # fmt: skip
        for j in range(len(head)):
            for k in range(LANES):
                drawn = inflow[j, min(begin + k, n_steps - 1)]
                power[head[j], 0, k] += drawn.real
                power[head[j], 1, k] += drawn.imag
        status[:] = 0
        solve_block(0, n, parent, ab, shunt, power, voltage, current, status)
        currents(parent, ab, shunt, power, voltage, current)
        rooms(parent, child, ends, scale, is_power, nothing, no_offset, bounds, sense, toward, voltage, current, room)
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
                    p = parent[c]
                    j_in = complex(current[c, 0, k], current[c, 1, k])
                    v_in = complex(voltage[p, 0, k], voltage[p, 1, k])
                    up = complex(ends[w, 4], ends[w, 5]) * j_in + complex(ends[w, 6], ends[w, 7]) * v_in
                    through[offset_of[w], begin + k] = v_in * up.conjugate()
    return failed


@njit(nogil=True, cache=True, error_model="numpy")
def settle(
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    own: Block,
    slope: Block,
    start: Block,
    source: Reals,
    node: int,
    added: Reals,
    voltage: Block,
) -> bool:
    """Voltages of one block with ``added`` ``(2, LANES)`` at ``node``; False if a lane has no solution."""
    n = len(parent)
    power, current = np.empty((n, 2, LANES)), np.empty((n, 2, LANES))
    status = np.zeros(LANES, dtype=np.uint8)
    return _probe(parent, ab, shunt, own, slope, start, source, node, added, power, voltage, current, status)
