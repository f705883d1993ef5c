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
