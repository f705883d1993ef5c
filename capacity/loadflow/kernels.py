"""The compiled kernels: everything that runs over buses, lines and the steps of a block.

They stand in one file with the constants compiled into them, because numba keeps compiled code by the file it is from:
whatever is changed here makes all of it compile anew.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

LANES: Final = 16
"""Steps side by side in a block, see ``lanes``."""
FAILED: Final = 1
"""Status of a lane that did not converge, see ``lanes``."""
TOLERANCE_PU: Final = 1e-8
MAX_ITERATIONS: Final = 200
COLLAPSE_PU: Final = 0.1
FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Floating-point freedom that keeps NaN and infinity meaningful."""

Block = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _backward(
    start: int, stop: int, parent: Ints, ab: Reals, shunt: Reals, power: Block, voltage: Block, current: Block
) -> None:
    """Currents into every subtree, accumulated into ``current`` (zero on entry)."""
    for i in range(stop - 1, start, -1):
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
def _forward(start: int, stop: int, parent: Ints, ab: Reals, voltage: Block, current: Block, moved: Reals) -> None:
    """Voltages from the source down; ``moved`` is the largest squared change per lane; leaves ``current`` zero."""
    moved[:] = 0.0
    for i in range(start + 1, stop):
        p = parent[i]
        ar, ai, br, bi = ab[i, 0], ab[i, 1], ab[i, 2], ab[i, 3]
        for k in range(LANES):
            pr, pi = voltage[p, 0, k], voltage[p, 1, k]
            jr, ji = current[i, 0, k], current[i, 1, k]
            vr = ar * pr - ai * pi - br * jr + bi * ji
            vi = ar * pi + ai * pr - br * ji - bi * jr
            er, ei = vr - voltage[i, 0, k], vi - voltage[i, 1, k]
            voltage[i, 0, k] = vr
            voltage[i, 1, k] = vi
            current[i, 0, k] = 0.0
            current[i, 1, k] = 0.0
            square = er * er + ei * ei
            moved[k] = square if square > moved[k] else moved[k]  # max() would not be vectorised
    current[start] = 0.0


@njit(nogil=True, cache=True)
def _all_settled(moved: Reals, limit: float) -> bool:
    settled = True
    for k in range(LANES):
        settled = settled and moved[k] <= limit
    return settled


@njit(nogil=True, cache=True)
def _no_load(start: int, stop: int, parent: Ints, ab: Reals, voltage: Block, lane: int) -> None:
    """The start of a lane without a usable neighbour: voltages with no current."""
    for i in range(start + 1, stop):
        p = parent[i]
        pr, pi = voltage[p, 0, lane], voltage[p, 1, lane]
        voltage[i, 0, lane] = ab[i, 0] * pr - ab[i, 1] * pi
        voltage[i, 1, lane] = ab[i, 0] * pi + ab[i, 1] * pr


@njit(nogil=True, cache=True)
def solve_block(
    start: int,
    stop: int,
    parent: Ints,
    ab: Reals,
    shunt: Reals,
    power: Block,
    voltage: Block,
    current: Block,
    status: npt.NDArray[np.uint8],
) -> int:
    """Solve one island for one block; the voltages given are the start, zeros mean none.

    ``voltage[start]`` holds the source. Lanes that fail are marked in ``status`` and become NaN.
    Returns the number of iterations.
    """
    for k in range(LANES):
        if stop > start + 1 and not (abs(voltage[start + 1, 0, k]) + abs(voltage[start + 1, 1, k]) > 0.0):
            _no_load(start, stop, parent, ab, voltage, k)
    moved = np.empty(LANES)
    current[start:stop] = 0.0
    iterations = 0
    settled = False
    while not settled and iterations < MAX_ITERATIONS:
        _backward(start, stop, parent, ab, shunt, power, voltage, current)
        _forward(start, stop, parent, ab, voltage, current, moved)
        settled = _all_settled(moved, TOLERANCE_PU * TOLERANCE_PU)
        iterations += 1
    for k in range(LANES):
        sound = moved[k] <= TOLERANCE_PU * TOLERANCE_PU
        for i in range(start, stop):
            square = voltage[i, 0, k] ** 2 + voltage[i, 1, k] ** 2
            sound = sound and square >= COLLAPSE_PU * COLLAPSE_PU and square < np.inf
        if not sound:
            status[k] = FAILED
            voltage[start:stop, :, k] = np.nan
    return iterations


@njit(nogil=True, cache=True, error_model="numpy")
def extremes(
    voltage: Block, solved: Bools, island: Ints, steps: Ints, low: Reals, low_step: Ints, high: Reals, high_step: Ints
) -> None:
    """Lowest and highest squared voltage per bus, the earliest step where equal."""
    for i in range(len(low)):
        sound = solved[island[i]]
        for k in range(LANES):
            square = voltage[i, 0, k] ** 2 + voltage[i, 1, k] ** 2
            if sound[k]:
                if square < low[i]:
                    low[i], low_step[i] = square, steps[k]
                if square > high[i]:
                    high[i], high_step[i] = square, steps[k]


@njit(nogil=True, cache=True, error_model="numpy")
def loadings(
    f: Ints,
    t: Ints,
    y: Reals,
    limits: Reals,
    island: Ints,
    voltage: Block,
    solved: Bools,
    steps: Ints,
    width: int,
    span: int,
    top: Reals,
    top_step: Ints,
    count: Ints,
    first: Ints,
    last: Ints,
    longest: Ints,
) -> None:
    """The lines' currents of one block, and what they add to the statistics."""
    squares = np.empty(LANES)
    for line in range(len(f)):
        a, b = f[line], t[line]
        ffr, ffi, ftr, fti = y[line, 0], y[line, 1], y[line, 2], y[line, 3]
        tfr, tfi, ttr, tti = y[line, 4], y[line, 5], y[line, 6], y[line, 7]
        highest = -1.0
        for k in range(LANES):
            ar, ai, br, bi = voltage[a, 0, k], voltage[a, 1, k], voltage[b, 0, k], voltage[b, 1, k]
            fr = ffr * ar - ffi * ai + ftr * br - fti * bi
            fi = ffr * ai + ffi * ar + ftr * bi + fti * br
            tr = tfr * ar - tfi * ai + ttr * br - tti * bi
            ti = tfr * ai + tfi * ar + ttr * bi + tti * br
            squares[k] = max(fr * fr + fi * fi, tr * tr + ti * ti)
        sound = solved[island[a]]
        for k in range(width):
            if sound[k]:
                highest = max(highest, squares[k])
        if highest > top[line, 2]:
            for k in range(width):
                if sound[k]:
                    _insert(top[line], top_step[line], squares[k], steps[k])
        for level in range(limits.shape[1]):
            if highest < limits[line, level]:
                last[line, level] = 0
                continue
            for k in range(width):
                if sound[k] and squares[k] >= limits[line, level]:
                    count[line, level] += 1
                    last[line, level] += 1
                    longest[line, level] = max(longest[line, level], last[line, level])
                    if last[line, level] == span + k + 1:
                        first[line, level] = span + k + 1
                else:
                    last[line, level] = 0


@njit(nogil=True, cache=True, error_model="numpy")
def _insert(top: Reals, top_step: Ints, square: float, step: int) -> None:
    """Put one value into a descending top three; equal values keep the order of their steps."""
    place = 3
    while place > 0 and square > top[place - 1]:
        place -= 1
    for k in range(2, place, -1):
        top[k], top_step[k] = top[k - 1], top_step[k - 1]
    if place < 3:
        top[place], top_step[place] = square, step


@njit(nogil=True, cache=True, error_model="numpy")
def add_fixed(bus: Ints, profile: Ints, p: Reals, q: Reals, factors: Reals, power: Reals) -> None:
    for entry in range(len(bus)):
        i, row = bus[entry], profile[entry]
        for k in range(LANES):
            power[i, 0, k] += p[entry] * factors[row, k]
            power[i, 1, k] += q[entry] * factors[row, k]


@njit(nogil=True, cache=True, error_model="numpy")
def add_shared(
    bus: Ints, group: Ints, profile: Ints, base: Reals, factors: Reals, net_load: Reals, power: Reals
) -> None:
    """Shares of each group's net load by base power × profile; by base power where all profiles are zero."""
    n_groups = net_load.shape[0]
    weighted = np.zeros((n_groups, LANES))
    plain = np.zeros(n_groups)
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
def end_power(here: Ints, there: Ints, admittance: Reals, voltage: Reals, power: Reals) -> None:
    for end in range(len(here)):
        h, o = here[end], there[end]
        yr, yi, mr, mi = admittance[end, 0], admittance[end, 1], admittance[end, 2], admittance[end, 3]
        for k in range(LANES):
            hr, hi, tr, ti = voltage[h, 0, k], voltage[h, 1, k], voltage[o, 0, k], voltage[o, 1, k]
            cr = yr * hr - yi * hi + mr * tr - mi * ti
            ci = yr * hi + yi * hr + mr * ti + mi * tr
            power[end, 0, k] = hr * cr + hi * ci
            power[end, 1, k] = hi * cr - hr * ci
