"""The compiled kernels of the sweep: everything that runs over the buses of a tree and the steps of a block.

They stand in one file with the constants compiled into them, because numba keeps compiled code by the file it is from:
whatever is changed here makes all of it compile anew. ``docs/method.md`` derives what they compute.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from capacity.loadflow.vectors import FREEDOM, LANES, in_all_lanes, larger, load, nan_unless_between, store

__all__ = [
    "FAILED",
    "LANES",
    "TOLERANCE_PU",
    "add_fixed",
    "add_rows",
    "add_shared",
    "end_power",
    "fixed_power",
    "solve_block",
    "spread_last",
]

FAILED: Final = 1
"""Status of a lane that did not converge, see ``lanes``."""
TOLERANCE_PU: Final = 1e-8
"""How far a voltage may be from the solution."""
FAR_PU: Final = 1e-6
"""How far the last movement may be, however small it promises the next one to be."""
MAX_ITERATIONS: Final = 200
COLLAPSE_PU: Final = 0.1
FAST = set(FREEDOM)

Block = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@njit(nogil=True, cache=True)
def _forks(start: int, stop: int, parent: Ints) -> Bools:
    """Buses that have another child than the next bus, counted from ``start``."""
    fork = np.zeros(stop - start, dtype=np.bool_)
    for i in range(start + 1, stop):
        if parent[i] != i - 1:
            fork[parent[i] - start] = True
    return fork


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _backward(
    start: int,
    stop: int,
    parent: Ints,
    fork: Bools,
    ab: Reals,
    shunt: Reals,
    power: Block,
    voltage: Block,
    current: Block,
) -> None:
    """Currents into every subtree: ``current``, on entry zero at forks, where it gathers what their children draw.

    What the next bus draws (``nr``, ``ni``) is at hand: most buses have no other child.
    """
    nr, ni = in_all_lanes(0.0), in_all_lanes(0.0)
    for i in range(stop - 1, start, -1):
        g, b = shunt[i, 0], shunt[i, 1]
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        sr, si = load(power, 2 * i), load(power, 2 * i + 1)
        inverse = 1.0 / (vr * vr + vi * vi)
        jr = nr + ((sr * vr + si * vi) * inverse + (g * vr - b * vi))
        ji = ni + ((sr * vi - si * vr) * inverse + (g * vi + b * vr))
        if fork[i - start]:
            jr = jr + load(current, 2 * i)
            ji = ji + load(current, 2 * i + 1)
        store(current, 2 * i, jr)
        store(current, 2 * i + 1, ji)
        dr, di = ab[i, 4], ab[i, 5]
        nr, ni = dr * jr - di * ji, dr * ji + di * jr
        p = parent[i]
        if p != i - 1:
            store(current, 2 * p, load(current, 2 * p) + nr)
            store(current, 2 * p + 1, load(current, 2 * p + 1) + ni)
            nr, ni = in_all_lanes(0.0), in_all_lanes(0.0)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _forward(start: int, stop: int, parent: Ints, ab: Reals, voltage: Block, current: Block, moved: Reals) -> None:
    """Voltages from the source down; ``moved`` is the largest squared change per lane; leaves zero at forks."""
    most = in_all_lanes(0.0)
    pr, pi = load(voltage, 2 * start), load(voltage, 2 * start + 1)
    for i in range(start + 1, stop):
        p = parent[i]
        if p != i - 1:
            pr, pi = load(voltage, 2 * p), load(voltage, 2 * p + 1)
            store(current, 2 * p, 0.0)
            store(current, 2 * p + 1, 0.0)
        ar, ai, br, bi = ab[i, 0], ab[i, 1], ab[i, 2], ab[i, 3]
        jr, ji = load(current, 2 * i), load(current, 2 * i + 1)
        vr = ar * pr - ai * pi - br * jr + bi * ji
        vi = ar * pi + ai * pr - br * ji - bi * jr
        er, ei = vr - load(voltage, 2 * i), vi - load(voltage, 2 * i + 1)
        store(voltage, 2 * i, vr)
        store(voltage, 2 * i + 1, vi)
        most = larger(er * er + ei * ei, most)
        pr, pi = vr, vi
    store(moved, 0, most)


@njit(nogil=True, cache=True)
def _settled(moved: float, before: float) -> bool:
    """Whether what is still to come is below the tolerance, by the last two squared movements.

    Movements shrink by q = √(moved / before); what follows the last is at most q / (1 − q) of it, below 2·q for q < ½.
    """
    tolerance = TOLERANCE_PU * TOLERANCE_PU
    if moved <= tolerance:
        return True
    return moved <= FAR_PU * FAR_PU and moved <= 0.25 * before and 4.0 * moved * moved <= tolerance * before


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _soundness(start: int, stop: int, voltage: Block, sound: Reals) -> None:
    """NaN in ``sound`` for every lane in which any voltage is not a number or has collapsed."""
    total = in_all_lanes(0.0)
    for i in range(start, stop):
        vr, vi = load(voltage, 2 * i), load(voltage, 2 * i + 1)
        total = total + nan_unless_between(vr * vr + vi * vi, COLLAPSE_PU * COLLAPSE_PU, np.inf)
    store(sound, 0, total)


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
    moved, before = np.full(LANES, np.inf), np.empty(LANES)
    fork = _forks(start, stop, parent)
    current[start:stop] = 0.0
    iterations = 0
    settled = False
    while not settled and iterations < MAX_ITERATIONS:
        before[:] = moved
        _backward(start, stop, parent, fork, ab, shunt, power, voltage, current)
        _forward(start, stop, parent, ab, voltage, current, moved)
        iterations += 1
        settled = True
        for k in range(LANES):
            settled = settled and _settled(moved[k], before[k])
    sound = np.empty(LANES)
    _soundness(start, stop, voltage, sound)
    for k in range(LANES):
        if np.isnan(sound[k]) or not _settled(moved[k], before[k]):
            status[k] = FAILED
            voltage[start:stop, :, k] = np.nan
    return iterations


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def fixed_power(constant: Reals, first: Ints, profile: Ints, p: Reals, q: Reals, factors: Reals, power: Block) -> None:
    """Consumption of every bus: its constant and its entries ``first[bus] …`` times their profiles' factors."""
    for i in range(len(constant)):
        sr, si = in_all_lanes(constant[i, 0]), in_all_lanes(constant[i, 1])
        for entry in range(first[i], first[i + 1]):
            factor = load(factors, profile[entry])
            sr = sr + p[entry] * factor
            si = si + q[entry] * factor
        store(power, 2 * i, sr)
        store(power, 2 * i + 1, si)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def add_fixed(bus: Ints, profile: Ints, p: Reals, q: Reals, factors: Reals, power: Block) -> None:
    """Add entries, in any order, times their profiles' factors to the consumption of their buses."""
    for entry in range(len(bus)):
        i, factor = bus[entry], load(factors, profile[entry])
        store(power, 2 * i, load(power, 2 * i) + p[entry] * factor)
        store(power, 2 * i + 1, load(power, 2 * i + 1) + q[entry] * factor)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def add_shared(
    bus: Ints, group: Ints, profile: Ints, base: Reals, factors: Reals, net_load: Reals, power: Block
) -> None:
    """Shares of each group's net load by base power × profile; by base power where all profiles are zero.

    Where the net load is NaN, what the profiles say.
    """
    weight, plain = np.zeros((len(net_load), LANES)), np.zeros(len(net_load))
    for entry in range(len(bus)):
        g = group[entry]
        plain[g] += base[entry, 0]
        store(weight, g, load(weight, g) + base[entry, 0] * load(factors, profile[entry, 0]))
    by_profile, by_base, own = np.zeros(net_load.shape), np.zeros(net_load.shape), np.zeros(weight.shape)
    for g in range(len(net_load)):
        for k in range(LANES):
            if np.isnan(net_load[g, 0, k]):
                by_profile[g, 0, k], own[g, k] = 1.0, 1.0
            elif weight[g, k] > 0.0:
                by_profile[g, :, k] = net_load[g, :, k] / weight[g, k]
            else:
                by_base[g, :, k] = net_load[g, :, k] / plain[g]
    for entry in range(len(bus)):
        i, g = bus[entry], group[entry]
        active = base[entry, 0] * load(factors, profile[entry, 0])
        reactive = base[entry, 1] * load(factors, profile[entry, 1])
        p = active * load(by_profile, 2 * g) + base[entry, 0] * load(by_base, 2 * g)
        q = active * load(by_profile, 2 * g + 1) + base[entry, 0] * load(by_base, 2 * g + 1) + reactive * load(own, g)
        store(power, 2 * i, load(power, 2 * i) + p)
        store(power, 2 * i + 1, load(power, 2 * i + 1) + q)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def add_rows(row: Ints, weight: Reals, values: Block, total: Block) -> None:
    """Add values, each times its weight, to their rows of a block."""
    for one in range(len(row)):
        for part in range(2):
            sums = load(total, 2 * row[one] + part) + weight[one] * load(values, 2 * one + part)
            store(total, 2 * row[one] + part, sums)


@njit(nogil=True, cache=True)
def spread_last(block: Block) -> None:
    """Fill every lane with the last."""
    for i in range(len(block)):
        real, imaginary = block[i, 0, LANES - 1], block[i, 1, LANES - 1]
        store(block, 2 * i, real)
        store(block, 2 * i + 1, imaginary)


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def end_power(here: Ints, there: Ints, admittance: Reals, voltage: Block, power: Block) -> None:
    """Power into branch ends, from the voltages at both ends of the branch."""
    for end in range(len(here)):
        h, o = here[end], there[end]
        yr, yi, mr, mi = admittance[end, 0], admittance[end, 1], admittance[end, 2], admittance[end, 3]
        hr, hi = load(voltage, 2 * h), load(voltage, 2 * h + 1)
        tr, ti = load(voltage, 2 * o), load(voltage, 2 * o + 1)
        cr = yr * hr - yi * hi + mr * tr - mi * ti
        ci = yr * hi + yi * hr + mr * ti + mi * tr
        store(power, 2 * end, hr * cr + hi * ci)
        store(power, 2 * end + 1, hi * cr - hr * ci)
