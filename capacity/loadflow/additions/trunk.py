"""The trunk over the year, with its LV networks as powers that depend on the voltage at their heads.

What a network draws is taken at the voltage it has, plus its slope over the voltage times the change. What would break
inside a network when something is added elsewhere depends on its head's voltage alone: for every critical step that
voltage is found (:func:`weakest_heads`) and watched in the trunk like any other bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import (
    PROBES,
    SECTION,
    SUBSTATION,
    TRUNK_VOLTAGE,
    Ask,
    Loads,
    parts,
    whole_blocks,
)
from capacity.loadflow.additions.kernels import Scene, currents, rooms, settle
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.own import Blocks, Figures, NetworkBounds, network_year, run_search
from capacity.loadflow.additions.sweeps import consumption, trunk_steps
from capacity.loadflow.additions.trees import Tree
from capacity.loadflow.kernels import LANES

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float32]

KEPT_STEPS = 8
ANSWER_SPREAD = 1.03
MAX_EXTENSIONS = 4
DENT = 0.01
"""Change of a head's voltage, pu, over which the slope of what its network draws is taken."""


@dataclass(frozen=True)
class TrunkYear:
    """A trunk without the addition.

    Attributes
    ----------
    voltage : ``(n_bus, n_steps)``, pu.
    room : of every bus, then of every watched branch, ``(n_bus + n_watch, n_steps)``.
    through : power through the branches into substations, ``(n_substations, n_steps)``, pu; ``offset`` the power that
        flows into the same substations elsewhere.
    failed : steps without a solution.
    """

    voltage: Complexes
    room: Floats
    through: Complexes
    offset: Complexes
    failed: int


def trunk_year(
    trunk: Trunk,
    bus_bound: Reals,
    loads: Loads,
    ask: Ask,
    source: Complexes,
    inflow: Complexes,
) -> TrunkYear:
    """Solve all steps: ``source`` is ``(n_steps)``, the source's voltage; ``inflow`` ``(n_networks, n_steps)``, pu."""
    tree, watch = trunk.tree, trunk.tree.watch
    n = len(source)
    steps = np.arange(n)
    voltage = np.empty((tree.n_bus, n), dtype=np.complex128)
    room = np.empty((tree.n_bus + len(watch.child), -(-n // LANES) * LANES), dtype=np.float32)
    through = np.zeros((len(trunk.substations), n), dtype=np.complex128)
    failed = trunk_steps(
        tree.limbs(trunk.offset_of),
        loads.of(trunk.consumption),
        ask.wish(0.0),
        bus_bound,
        source,
        trunk.heads,
        inflow,
        steps,
        voltage,
        room,
        through,
    )
    return TrunkYear(voltage, room[:, :n], through, np.zeros_like(through), failed)


def with_others(trunk: Trunk, year: TrunkYear, others: Complexes, ask: Ask) -> TrunkYear:
    """The year with what flows into the trunk's substations past the trunk, ``(n_substations, n_steps)``, pu."""
    tree, room = trunk.tree, year.room.copy()
    for row in np.flatnonzero(trunk.offset_of >= 0).tolist():
        total = year.through[trunk.offset_of[row]] + others[trunk.offset_of[row]]
        room[tree.n_bus + row] = _room_of(total * tree.watch.scale[row, 1], ask)
    return replace(year, room=room, offset=others)


def _room_of(part: Complexes, ask: Ask) -> Reals:
    """Room of a power as a part of its bound, as :func:`.kernels.rooms` defines it."""
    along = part.real * ask.toward[0] + part.imag * ask.toward[1]
    across = part.imag * ask.toward[0] - part.real * ask.toward[1]
    left = np.sqrt(np.maximum(1.0 - across**2, 0.0)) - along
    room: Reals = np.where((along > 0.0) & (np.abs(part) > 1.0), 1.0 - np.abs(part), left)
    return room


def trunk_kinds(trunk: Trunk, bus_bound: Reals) -> Ints:
    """Kinds of the trunk's limits; its voltages are always watched, for the networks' sake."""
    of_bus = np.where(np.isfinite(bus_bound), TRUNK_VOLTAGE, -1)
    of_bus[trunk.heads] = TRUNK_VOLTAGE
    of_bus[0] = -1
    return np.concatenate([of_bus, np.where(trunk.offset_of >= 0, SUBSTATION, SECTION)]).astype(np.int64)


def critical_steps(year: TrunkYear, slack: Floats, factor: Reals, kind: Ints) -> Ints:
    """Steps of least room per part of the addition's peak, of everything watched and of every network."""
    counted = factor > 1e-6
    chosen = []
    for rows in (year.room[kind >= 0], slack):
        per = np.where(counted, rows / np.maximum(factor, 1e-6).astype(np.float32), np.inf)
        if not per.size:
            continue
        count = min(KEPT_STEPS, per.shape[1])
        chosen.append(np.unique(np.argpartition(per, count - 1, axis=1)[:, :count]))
    steps = np.unique(np.concatenate(chosen)) if chosen else np.empty(0, dtype=np.int64)
    return steps[counted[steps]].astype(np.int64)


@dataclass(frozen=True)
class Answering:
    """How networks answer to their head's voltage at some steps.

    ``lowest`` is the voltage at which something in them breaks (the highest, for generation); ``slope`` the change of
    power per pu of voltage; both ``(n_networks, n_steps)``.
    """

    lowest: Reals
    slope: Complexes


def weakest_heads(
    networks: list[Network], bounds: list[NetworkBounds], loads: Loads, ask: Ask, steps: Ints, head: Complexes
) -> Answering:
    """See :class:`Answering`; ``head`` are the heads' voltages ``(n_networks, n_steps)``."""
    lowest = np.empty(head.shape)
    slope = np.empty(head.shape, dtype=np.complex128)
    for row, (network, bound) in enumerate(zip(networks, bounds, strict=True)):
        size = np.abs(head[row])
        base = network_year(network, bound, loads, ask, steps, head[row], keep=False)
        dented = network_year(
            network, bound, loads, ask, steps, head[row] * (1.0 - ask.sense * DENT / size), keep=False
        )
        slope[row] = (dented.inflow - base.inflow) / (-ask.sense * DENT)
        with np.errstate(invalid="ignore"):  # nothing is bounded: no slack to lose
            steepness = (base.slack - dented.slack) / DENT
        move = base.slack / np.maximum(steepness, 0.5)
        for _ in range(2):
            reach = np.clip(move, -0.2, 0.4)
            probe = network_year(
                network, bound, loads, ask, steps, head[row] * (1.0 - ask.sense * reach / size), keep=False
            )
            with np.errstate(invalid="ignore"):
                fallen = (base.slack - probe.slack) / np.where(np.abs(reach) > 1e-9, reach, np.inf)
            usable = np.isfinite(fallen) & (fallen > 0.1)
            move = np.where(usable, base.slack / np.where(usable, fallen, 1.0), move)
        lowest[row] = size - ask.sense * move
    return Answering(lowest, slope)


@dataclass(frozen=True)
class Above:
    """A trunk at some of its steps, for the tasks that search in it; arrays are ``(n_rows, n_steps)``.

    ``bus_bound`` and the trunk's own ``scale`` are the bounds as they are to be kept, ``kind`` what is watched;
    ``loads`` are those of these steps alone;
    ``voltage`` and ``offset`` are the trunk's year at these steps, ``inflow`` what its networks draw, ``slope`` and
    ``lowest`` how they answer.
    """

    trunk: Trunk
    bus_bound: Reals
    kind: Ints
    loads: Loads
    steps: Ints
    voltage: Complexes
    offset: Complexes
    inflow: Complexes
    slope: Complexes
    lowest: Reals

    def steepness(self, position: int, slack: Floats, sense: float) -> float:
        """How much faster a network's ``slack`` (of the year) goes than its head's voltage moves, at most."""
        move = sense * (np.abs(self.voltage[self.trunk.heads[position]]) - self.lowest[position])
        known = np.isfinite(move) & (move > DENT)
        return max(1.0, float((slack[self.steps][known] / move[known]).max())) if known.any() else 1.0

    def blocks(self, steps: Ints, ask: Ask, *, without: int = -1) -> Blocks:
        """Some of its steps; ``without`` is the position of a network to leave out, with what it cannot bear."""
        trunk, tree = self.trunk, self.trunk.tree
        table, counted = whole_blocks(steps)
        at = np.searchsorted(self.steps, table)
        blocks, n = len(table), tree.n_bus
        demand = self.loads.of(trunk.consumption)
        here = np.arange(len(trunk.heads)) != without
        power, slopes = np.empty((blocks, n, 2, LANES)), np.zeros((blocks, n, 2, LANES))
        start, bound = np.empty((blocks, n, 2, LANES)), np.empty((blocks, n, LANES))
        extreme = np.maximum if ask.sense > 0.0 else np.minimum
        for block in range(blocks):
            consumption(demand, *self.loads.at(demand, at[block]), power[block])
            np.add.at(power[block], trunk.heads[here], parts(self.inflow[here][:, at[block]]))
            np.add.at(slopes[block], trunk.heads[here], parts(self.slope[here][:, at[block]]))
            start[block] = parts(self.voltage[:, at[block]])
            bound[block] = self.bus_bound[:, None]
            extreme.at(bound[block], trunk.heads[here], self.lowest[here][:, at[block]])
        offset = parts(self.offset[:, at].transpose(1, 0, 2)) if len(self.offset) else np.empty((blocks, 0, 2, LANES))
        shape = np.where(counted, ask.factor[table], 0.0)
        source = np.ascontiguousarray(start[:, 0])
        size, room = tree_rooms(tree, trunk.offset_of, offset, bound, ask, power, start)
        return Blocks(table, Scene(power, slopes, start, source, offset, bound, size, room, shape))


def tree_rooms(
    tree: Tree, offset_of: Ints, offset: Reals, bound: Reals, ask: Ask, power: Reals, start: Reals
) -> tuple[Reals, Reals]:
    """Sizes of voltages and rooms of blocks as they are."""
    limbs, wish = tree.limbs(offset_of), ask.wish(0.0)
    size = np.empty((len(power), tree.n_bus, LANES))
    room = np.empty((len(power), tree.n_bus + len(limbs.child), LANES))
    current, rate = np.empty((tree.n_bus, 2, LANES)), np.empty((len(limbs.child), LANES))
    for block in range(len(power)):
        currents(limbs, power[block], start[block], current)
        rooms(limbs, wish, offset[block], bound[block], start[block], current, size[block], room[block], rate)
    return size, room


def search_trunk(
    trunk: Trunk,
    blocks: Blocks,
    kind: Ints,
    ask: Ask,
    head: int,
    guess_kva: float,
    tolerance: float,
    *,
    probes: int = PROBES,
) -> Figures:
    """What can be added at one head as far as the trunk and the other networks are concerned."""
    nodes, guess, offset_of = np.array([head]), np.array([guess_kva]), trunk.offset_of
    return run_search(
        trunk.tree, kind, blocks, ask, nodes, guess, tolerance, answers=True, probes=probes, offset_of=offset_of
    )


def driving_impedance(trunk: Trunk, blocks: Blocks, ask: Ask, head: int, s_kva: float) -> complex:
    """Impedance, pu, that a network sees behind its head: the mean over the first block's steps of ``−ΔV/ΔI``."""
    voltage = np.empty((trunk.tree.n_bus, 2, LANES))
    added = np.ascontiguousarray(np.outer(s_kva * ask.vector, np.ones(LANES)))
    if not settle(trunk.tree.limbs(trunk.offset_of), blocks.scene, head, added, voltage):
        return 0j
    before, after = blocks.scene.start[0, head], voltage[head]
    v0, v1 = before[0] + 1j * before[1], after[0] + 1j * after[1]
    change = np.conj((added[0] + 1j * added[1]) / v1)
    return complex(np.mean((v0 - v1) / change))
