"""A trunk and a network with a customer connected, at some steps: voltages, load rates, and what is broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import Ask
from capacity.loadflow.additions.joint import Joint
from capacity.loadflow.additions.kernels import currents, rooms, settle
from capacity.loadflow.kernels import LANES

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class State:
    """A joint tree at ``steps`` (positions in the window) without the customer; ``ask`` is numbered by them."""

    joint: Joint
    kinds: Ints
    ask: Ask
    steps: Ints


@dataclass(frozen=True)
class After:
    """With the customer connected; arrays are ``(n, n_lanes)`` over the lanes that count.

    Attributes
    ----------
    step : of every lane.
    size : voltage of every bus, pu; ``bound`` its limit at that step.
    rate : of every watched branch, as a part of what it may carry.
    room : of every bus and watched branch, below 0 where broken.
    solved : every lane has a solution; the arrays are NaN otherwise.
    """

    state: State
    step: Ints
    size: Reals
    bound: Reals
    rate: Reals
    room: Reals
    solved: bool


def state_with(state: State, node: int, kva: float) -> After:
    """Connect ``kva`` (at its peak) at a bus of the joint tree."""
    tree, scene, ask = state.joint.tree, state.joint.blocks.scene, state.ask
    limbs, wish = tree.limbs(state.joint.offset_of), ask.wish(0.0)
    n, total = tree.n_bus, tree.n_bus + len(tree.watch.child)
    blocks = len(scene.power)
    size, room = np.full((n, blocks, LANES), np.nan), np.full((total, blocks, LANES), np.nan)
    rate = np.full((total - n, blocks, LANES), np.nan)
    solved = True
    for block in range(blocks):
        only = scene._replace(
            power=scene.power[block : block + 1],
            slope=scene.slope[block : block + 1],
            start=scene.start[block : block + 1],
            source=scene.source[block : block + 1],
        )
        added = kva * np.outer(ask.vector, scene.shape[block])
        voltage = np.empty((n, 2, LANES))
        if not settle(limbs, only, node, added, voltage):
            solved = False
            break
        power = _power_at(only.power[0], only.slope, only.start[0], voltage, n)
        power[node] += added
        current, here = np.empty((n, 2, LANES)), np.empty((n, LANES))
        left, part = np.empty((total, LANES)), np.empty((total - n, LANES))
        currents(limbs, power, voltage, current)
        rooms(limbs, wish, scene.offset[block], scene.bound[block], voltage, current, here, left, part)
        size[:, block], room[:, block], rate[:, block] = here, left, part
    step, count = state.steps[state.joint.blocks.steps], len(state.steps)  # lanes behind them only fill the last block
    lanes = step.size
    bound = np.ascontiguousarray(scene.bound.transpose(1, 0, 2)).reshape(n, lanes)
    if not solved:
        size[:], room[:], rate[:] = np.nan, np.nan, np.nan
    return After(
        state,
        step.reshape(-1)[:count],
        size.reshape(n, lanes)[:, :count],
        bound[:, :count],
        rate.reshape(total - n, lanes)[:, :count],
        room.reshape(total, lanes)[:, :count],
        solved,
    )


def _power_at(own: Reals, slope: Reals, start: Reals, voltage: Reals, n: int) -> Reals:
    """What is drawn at the voltages found, where it depends on them."""
    power = own.copy()
    if len(slope):
        change = np.hypot(voltage[:, 0], voltage[:, 1]) - np.hypot(start[:, 0], start[:, 1])
        power += slope[0] * change[:n, None, :]
    return power


def broken_things(after: After) -> list[tuple[int, int]]:
    """Watched things of the joint tree that are broken, with the lane where each is worst."""
    n, watched = after.state.joint.tree.n_bus, after.state.kinds >= 0
    low = np.where(watched[:, None], after.room, np.inf)
    over = (after.rate > 1.0 + 1e-9) & watched[n:, None]
    low[n:] = np.where(over, np.minimum(low[n:], 1.0 - after.rate), np.maximum(low[n:], 0.0))
    worst = low.argmin(axis=1)
    return [(int(thing), int(worst[thing])) for thing in np.flatnonzero(low.min(axis=1) < -1e-9)]
