"""One LV network over the whole year: which of its steps are critical, and about what each of its nodes can take.

Every step of the year is solved once at the head's voltage. Of everything watched the steps of least room are kept;
they are the candidates. After a search among them it is checked that no other step can matter: a step outside could
break something only if the room it leaves there is less than the largest fall of room seen among the candidates, times
``ANSWER_SPREAD`` (the same addition does not lower every step's room by quite the same). Steps that could are added,
and the nodes concerned searched again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import (
    KINDS,
    LINE,
    PROBES,
    TRANSFORMER,
    TRUNK_VOLTAGE,
    VOLTAGE,
    Ask,
    Loads,
    parts,
    whole_blocks,
)
from capacity.loadflow.additions.kernels import Scene, currents, rooms, search
from capacity.loadflow.additions.model import Network
from capacity.loadflow.additions.sweeps import consumption, sweep_steps
from capacity.loadflow.additions.trees import Tree
from capacity.loadflow.kernels import LANES, solve_block

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

KEPT_STEPS = 40
"""Steps of least room kept of everything watched."""
FIRST_STEPS = 3
"""How many of them the search begins with."""
ANSWER_SPREAD = 1.005
"""How much more a step's room may fall than that of the candidates, see above."""
VOLTAGES = (VOLTAGE, TRUNK_VOLTAGE)
MAX_EXTENSIONS = 6
AHEAD = 1.004
"""How much further than needed steps are listed, so that slightly different figures ask for no others."""


@dataclass(frozen=True)
class NetworkBounds:
    """What is watched in a network.

    Attributes
    ----------
    bus : bound of every local bus's voltage, ±inf where there is none.
    allowance : what may not be passed when something is added elsewhere: voltages per bus, then load rates.
    kind : kind of limit per local bus and watched branch, -1 where nothing is watched.
    """

    bus: Reals
    allowance: Reals
    kind: Ints


@dataclass(frozen=True)
class NetworkYear:
    """What the year left behind, see :func:`capacity.loadflow.additions.kernels.sweep_steps`.

    ``extreme`` is the worst voltage of every bus and the highest load rate of every watched branch, in all the steps.
    """

    least_room: Reals
    least_step: Ints
    within: Bools
    inflow: Complexes
    slack: Floats
    extreme: Reals
    failed: int


def network_year(
    network: Network,
    bounds: NetworkBounds,
    loads: Loads,
    ask: Ask,
    steps: Ints,
    head: Complexes,
    need: Reals | None = None,
    *,
    keep: bool,
) -> NetworkYear:
    """Solve ``steps`` at the head voltages given, ``(n_steps)``; ``need`` is the room of which steps are listed."""
    tree, watch = network.tree, network.tree.watch
    total, n = tree.n_bus + len(watch.child), len(steps)
    least_room = np.full((total if keep else 0, KEPT_STEPS), np.inf)
    least_step = np.full(least_room.shape, -1, dtype=np.int64)
    within = np.zeros(int(steps.max()) + 1, dtype=bool)
    inflow, slack, extreme = np.empty(n, dtype=np.complex128), np.empty(n, dtype=np.float32), np.empty(total)
    failed = sweep_steps(
        tree.limbs(),
        loads.of(network.consumption),
        ask.wish(0.0),
        bounds.bus,
        head,
        steps,
        ask.factor[steps],
        bounds.kind,
        tree.reference,
        np.full(total, -np.inf) if need is None else need,
        least_room,
        least_step,
        within,
        inflow,
        bounds.allowance,
        slack,
        extreme,
    )
    return NetworkYear(least_room, least_step, within, inflow, slack, extreme, failed)


@dataclass(frozen=True)
class Blocks:
    """Some steps of a tree solved without the addition; ``steps`` are their numbers ``(n_blocks, LANES)``."""

    steps: Ints
    scene: Scene


@dataclass(frozen=True)
class Figures:
    """What a search found, one row per node; ``where`` is the watched thing, ``at`` the step, -1 none."""

    nodes: Ints
    kva: Reals
    promise_kva: Reals
    where: Ints
    at: Ints
    answer: Reals
    exact: Bools


def network_blocks(
    network: Network, impedance: complex, bounds: NetworkBounds, loads: Loads, ask: Ask, steps: Ints, head: Complexes
) -> Blocks:
    """Steps of a network behind the impedance of what feeds it; ``head`` are the head's voltages ``(n_steps)``."""
    tree, limbs = network.tree, network.tree.limbs()
    table, counted = whole_blocks(steps)
    at = np.searchsorted(steps, table)
    blocks, n = len(table), tree.n_bus
    demand, wish = loads.of(network.consumption), ask.wish(0.0)
    power, start = np.empty((blocks, n, 2, LANES)), np.zeros((blocks, n, 2, LANES))
    source, offset = np.empty((blocks, 2, LANES)), np.empty((blocks, 0, 2, LANES))
    size, room = np.empty((blocks, n, LANES)), np.empty((blocks, n + len(limbs.child), LANES))
    bound = np.ascontiguousarray(np.broadcast_to(bounds.bus[None, :, None], (blocks, n, LANES)))
    current, status = np.empty((n, 2, LANES)), np.zeros(LANES, dtype=np.uint8)
    rate = np.empty((len(limbs.child), LANES))
    for block in range(blocks):
        consumption(demand, *loads.at(demand, table[block]), power[block])
        voltage, here = start[block], head[at[block]]
        voltage[0] = parts(here)
        solve_block(0, n, limbs.parent, limbs.ab, limbs.shunt, power[block], voltage, current, status)
        currents(limbs, power[block], voltage, current)
        source[block] = parts(here + impedance * (current[1, 0] + 1j * current[1, 1]))
        voltage[0] = source[block]
        rooms(limbs, wish, offset[block], bound[block], voltage, current, size[block], room[block], rate)
    shape = np.where(counted, ask.factor[table], 0.0)
    slope = np.empty((0, n, 2, LANES))
    return Blocks(table, Scene(power, slope, start, source, offset, bound, size, room, shape))


def search_network(
    network: Network,
    year: NetworkYear,
    impedance: complex,
    bounds: NetworkBounds,
    loads: Loads,
    ask: Ask,
    head: Complexes,
    nodes: Ints,
    tolerance: float,
) -> tuple[Figures, Ints]:
    """About what each of ``nodes`` (local buses) can take in its own network, and the critical steps of the network.

    ``head`` are the head's voltages over the whole year.
    """
    watched, tree = bounds.kind >= 0, network.tree.behind(impedance)
    steps = _listed(year, np.full(len(watched), -np.inf), watched)
    blocks = network_blocks(network, impedance, bounds, loads, ask, steps, head[steps])
    guess = _guesses(network, blocks, bounds, ask, nodes)
    figures = run_search(tree, bounds.kind, blocks, ask, nodes, guess, tolerance, answers=True)
    settled = year.least_room[:, FIRST_STEPS - 1]
    for _ in range(MAX_EXTENSIONS):
        reach = ANSWER_SPREAD * figures.answer * figures.kva[:, None]
        beyond = (reach > settled[None, :]) & watched[None, :]
        concerned = np.flatnonzero(beyond.any(axis=1))
        if not len(concerned):
            break
        need = AHEAD * np.where(beyond, reach, -np.inf).max(axis=0)
        settled = np.maximum(settled, need)
        fresh = np.setdiff1d(_within(network, year, bounds, loads, ask, head, need), steps)
        if not len(fresh):
            continue
        steps = np.union1d(steps, fresh)
        blocks = network_blocks(network, impedance, bounds, loads, ask, fresh, head[fresh])
        probed = run_search(
            tree,
            bounds.kind,
            blocks,
            ask,
            nodes[concerned],
            np.maximum(figures.kva[concerned], 1.0),
            tolerance,
            answers=True,
            probes=1,
        )
        figures = narrowed(figures, probed, concerned)
    return figures, steps


def _within(
    network: Network, year: NetworkYear, bounds: NetworkBounds, loads: Loads, ask: Ask, head: Complexes, need: Reals
) -> Ints:
    """Steps at which something watched has less room than ``need``: those listed, all of them where the list ends."""
    watched = bounds.kind >= 0
    steps = _listed(year, need, watched)
    if not (need > year.least_room[:, -1])[watched].any():
        return steps
    again = network_year(network, bounds, loads, ask, np.arange(len(head)), head, need, keep=True)
    return np.union1d(steps, np.flatnonzero(again.within))


def _listed(year: NetworkYear, need: Reals, watched: Bools) -> Ints:
    """The first steps of everything watched, and those listed of what has less room than ``need``."""
    first = np.arange(KEPT_STEPS) < FIRST_STEPS
    chosen = watched[:, None] & (first[None, :] | (year.least_room < need[:, None])) & (year.least_step >= 0)
    return np.unique(year.least_step[chosen])


def _guesses(network: Network, blocks: Blocks, bounds: NetworkBounds, ask: Ask, nodes: Ints) -> Reals:
    """Where to begin: about what the transformer and the voltage along the path would allow."""
    tree = network.tree
    path = np.zeros(tree.n_bus)
    for bus in range(1, tree.n_bus):
        path[bus] = path[tree.parent[bus]] + np.hypot(tree.ab[bus, 2], tree.ab[bus, 3])
    shape = blocks.scene.shape[:, None, :]
    size = abs(ask.unit)
    room = np.where(shape > 0.0, blocks.scene.room / np.maximum(shape, 1e-6), np.inf)
    least = room.min(axis=(0, 2))
    watch = tree.watch
    own = watch.power & (bounds.kind[tree.n_bus :] >= 0)
    by_transformer = np.inf
    if own.any():
        by_transformer = float((least[tree.n_bus :][own] / watch.scale[own].max(axis=1)).min()) / size
    by_voltage = np.maximum(least[nodes], 0.0) / np.maximum(path[nodes] * size, 1e-12)
    guess = np.minimum(np.minimum(by_transformer, by_voltage), ask.ceiling_kva)
    return np.maximum(guess, 1.0)


def run_search(
    tree: Tree,
    kind: Ints,
    blocks: Blocks,
    ask: Ask,
    nodes: Ints,
    guess: Reals,
    tolerance: float,
    *,
    answers: bool = False,
    probes: int = PROBES,
    offset_of: Ints | None = None,
) -> Figures:
    """The compiled search on prepared blocks, its places turned into watched things and steps."""
    count, total = len(nodes), tree.n_bus + len(tree.watch.child)
    promise = np.full((count, KINDS), np.inf)
    place = np.full((count, KINDS), -1, dtype=np.int64)
    answer = np.zeros((count if answers else 0, total))
    figure, exact = np.zeros(count), np.zeros(count, dtype=bool)
    search(
        tree.limbs(offset_of),
        blocks.scene,
        ask.wish(tolerance, probes),
        kind,
        tree.reference,
        nodes,
        guess,
        promise,
        place,
        answer,
        figure,
        exact,
    )
    lanes = blocks.steps.size
    where = np.where(place >= 0, place // lanes, -1)
    at = np.where(place >= 0, blocks.steps.reshape(-1)[place % lanes], -1)
    return Figures(nodes, figure, promise, where, at, answer, exact)


def look_beyond(
    figures: Figures, tree: Tree, kind: Ints, blocks: Blocks, ask: Ask, nodes: Ints, offset_of: Ints | None = None
) -> Figures:
    """The figures with better promises of the limits that would bind next.

    A chord as long as the figure misses a crossing far beyond it by a tenth. One more probe, where the next limit was
    promised to break, draws the chord nearly to the crossing: the error that is left is of second order.
    """
    first = figures.promise_kva.argmin(axis=1)
    same = np.arange(KINDS)[None, :] == first[:, None]
    same |= np.isin(first, VOLTAGES)[:, None] & np.isin(np.arange(KINDS), VOLTAGES)[None, :]
    others = np.where(same, np.inf, figures.promise_kva)
    following = others.min(axis=1)
    further = np.where(np.isfinite(following), following, figures.kva)
    probed = run_search(tree, kind, blocks, ask, nodes, further, 0.0, probes=1, offset_of=offset_of)
    better = np.isfinite(probed.promise_kva) & np.isfinite(others)
    nearest = np.nextafter(figures.promise_kva.min(axis=1, keepdims=True), np.inf)
    probed = replace(probed, promise_kva=np.maximum(probed.promise_kva, nearest))
    for name in ("promise_kva", "where", "at"):
        getattr(figures, name)[better] = getattr(probed, name)[better]
    return figures


def narrowed(figures: Figures, probed: Figures, rows: Ints) -> Figures:
    """The figures with what a probe at other steps promised: nobody is promised more than at any step."""
    for kind in range(KINDS):
        less = probed.promise_kva[:, kind] < figures.promise_kva[rows, kind]
        here = rows[less]
        figures.promise_kva[here, kind] = probed.promise_kva[less, kind]
        figures.where[here, kind], figures.at[here, kind] = probed.where[less, kind], probed.at[less, kind]
    figures.answer[rows] = np.maximum(figures.answer[rows], probed.answer)
    figures.kva[rows] = np.minimum(figures.kva[rows], figures.promise_kva[rows].min(axis=1))
    return figures


def kinds_of(network: Network, bus_bound: Reals, *, watched: bool = True) -> Ints:
    """Kinds of a network's limits; nothing at its source and head, nothing of transformers unless ``watched``."""
    watch = network.tree.watch
    of_bus = np.where(np.isfinite(bus_bound), VOLTAGE, -1)
    of_bus[:2] = -1
    of_branch = np.where(watch.power, TRANSFORMER if watched else -1, LINE)
    return np.concatenate([of_bus, of_branch]).astype(np.int64)
