"""The units of work: a feeder's networks at a time, self-contained, so that they may run in threads or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import Ask, Loads
from capacity.loadflow.additions.joint import joint_blocks, joint_kinds, search_joint
from capacity.loadflow.additions.model import Network
from capacity.loadflow.additions.own import (
    Blocks,
    Figures,
    NetworkBounds,
    NetworkYear,
    kinds_of,
    network_blocks,
    network_year,
    search_network,
)
from capacity.loadflow.additions.trunk import (
    Above,
    Answering,
    search_trunk,
    weakest_heads,
)

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float32]

ROUGH = 1e-2
"""Relative tolerance of the search within a network: it only has to find the critical steps."""
FINE = 2e-4
"""Relative tolerance of the figures."""


@dataclass(frozen=True)
class Feeder:
    """Some networks of one trunk with everything needed to solve their year.

    ``bus_bound`` are the bounds of each network's local buses, ``nodes`` the local buses whose figure is sought.
    """

    networks: tuple[Network, ...]
    bus_bound: tuple[Reals, ...]
    nodes: tuple[Ints, ...]
    loads: Loads
    ask: Ask
    epsilon_pu: float
    epsilon_part: float

    def only(self, steps: Ints) -> Feeder:
        """The same at some steps, numbered anew from 0."""
        return replace(self, loads=self.loads.only(steps), ask=self.ask.only(steps))


@dataclass(frozen=True)
class NetworkFindings:
    """What a feeder's task found out about one network.

    Attributes
    ----------
    inflow, slack : as in :class:`.own.NetworkYear`, over all steps.
    broken : what is already broken without the addition: ``(kind, watched thing, step)``, kind -1 if nothing is.
    allowance : see :class:`.own.NetworkBounds`.
    figures : rough figures of its nodes; ``steps`` those at which they are critical.
    failed : steps without a solution.
    """

    inflow: Complexes
    slack: Floats
    broken: tuple[int, int, int]
    allowance: Reals
    figures: Figures | None
    steps: Ints
    failed: int


def study_feeder(feeder: Feeder, head: Complexes, impedance: Complexes) -> list[NetworkFindings]:
    """The year of every network, and about what its nodes can take; ``head`` ``(n_networks, n_steps)``."""
    return [
        _study_network(feeder, position, head[position], complex(impedance[position]))
        for position in range(len(feeder.networks))
    ]


def _study_network(feeder: Feeder, position: int, head: Complexes, impedance: complex) -> NetworkFindings:
    network = feeder.networks[position]
    known = known_year(feeder, position, head)
    year, nodes = known.year, feeder.nodes[position]
    figures, critical = None, np.empty(0, dtype=np.int64)
    if known.broken[0] < 0 and len(nodes) and not year.failed:
        figures, _ = search_network(
            network, year, impedance, known.bounds, feeder.loads, feeder.ask, head, nodes, ROUGH
        )
        critical = np.unique(figures.at)
    return NetworkFindings(
        year.inflow, year.slack, known.broken, known.bounds.allowance, figures, critical[critical >= 0], year.failed
    )


@dataclass(frozen=True)
class KnownYear:
    """A network's year without the addition; ``broken`` and the bounds' allowance as in :class:`NetworkFindings`."""

    bounds: NetworkBounds
    year: NetworkYear
    broken: tuple[int, int, int]


def known_year(feeder: Feeder, position: int, head: Complexes, kind: Ints | None = None) -> KnownYear:
    """Solve the year of one of a feeder's networks at the voltages of its head, ``(n_steps)``.

    ``kind`` says what is watched, by default everything that has a bound.
    """
    network, ask, loads = feeder.networks[position], feeder.ask, feeder.loads
    kind = kinds_of(network, feeder.bus_bound[position]) if kind is None else kind
    within = np.concatenate([feeder.bus_bound[position], np.ones(len(network.tree.watch.child))])
    bounds = NetworkBounds(feeder.bus_bound[position], within, kind)
    steps = np.arange(len(head))
    year = network_year(network, bounds, loads, ask, steps, head, keep=True)
    worst = np.where(kind >= 0, year.least_room[:, 0], np.inf)
    broken = (-1, -1, -1)
    if worst.size and worst.min() < 0.0:
        thing = int(np.argmin(worst))
        broken = (int(kind[thing]), thing, int(year.least_step[thing, 0]))
    allowance = _allowance(feeder, network, bounds, year.extreme)
    if (allowance != bounds.allowance).any():
        bounds = replace(bounds, allowance=allowance)
        year = replace(year, slack=network_year(network, bounds, loads, ask, steps, head, keep=False).slack)
    return KnownYear(bounds, year, broken)


def _allowance(feeder: Feeder, network: Network, bounds: NetworkBounds, extreme: Reals) -> Reals:
    """What may not be passed in a network with broken limits when something is added elsewhere (decision 006).

    ``extreme`` are the year's worst voltages and highest load rates, whichever way the power flows.
    """
    n, sense = network.tree.n_bus, feeder.ask.sense
    of_bus = bounds.kind[:n] >= 0
    allowance = bounds.allowance.copy()
    if (sense * (extreme[:n] - bounds.bus)[of_bus] < 0.0).any():
        worse = np.minimum(sense * extreme[:n], sense * bounds.bus)
        allowance[:n] = np.where(of_bus, sense * (worse - feeder.epsilon_pu), allowance[:n])
    over = ~network.tree.watch.power & (extreme[n:] > 1.0)
    allowance[n:][over] = extreme[n:][over] + feeder.epsilon_part
    return allowance


def answering_feeder(feeder: Feeder, allowances: list[Reals], head: Complexes) -> Answering:
    """How the networks of a feeder at some steps answer to their heads' voltages, ``(n_networks, n_steps)``."""
    bounds = [
        NetworkBounds(bus, allowance, np.full(len(allowance), -1, dtype=np.int64))
        for bus, allowance in zip(feeder.bus_bound, allowances, strict=True)
    ]
    steps = np.arange(head.shape[1])
    return weakest_heads(list(feeder.networks), bounds, feeder.loads, feeder.ask, steps, head)


def search_heads(above: Above, ask: Ask, positions: Ints, guess_kva: Reals) -> list[Figures]:
    """What the trunk would allow at the heads of some of its networks (positions among them)."""
    base = above.blocks(above.steps, ask)
    return [
        search_head(above, base, ask, position, int(above.trunk.heads[position]), guess)
        for position, guess in zip(positions.tolist(), guess_kva.tolist(), strict=True)
    ]


def search_head(above: Above, base: Blocks, ask: Ask, position: int, head: int, guess_kva: float) -> Figures:
    """What the trunk would allow at a head; ``position`` is the network's among the trunk's, -1 for one to be built."""
    blocks = _judged_above(above, base, ask, position)
    return search_trunk(above.trunk, blocks, above.kind, ask, head, guess_kva, FINE)


def probe_head(above: Above, base: Blocks, ask: Ask, position: int, head: int, kva: float) -> Figures:
    """What the trunk promises at a head as one addition of ``kva`` shows it; sought where that has no solution."""
    blocks = _judged_above(above, base, ask, position)
    probed = search_trunk(above.trunk, blocks, above.kind, ask, head, kva, 0.0, probes=1)
    if probed.answer.any():
        return probed
    return search_trunk(above.trunk, blocks, above.kind, ask, head, kva, FINE)


def _judged_above(above: Above, base: Blocks, ask: Ask, position: int) -> Blocks:
    """The blocks as they are judged for a network: what it cannot bear itself is not judged in the trunk."""
    bounded = position >= 0 and not np.isneginf(above.lowest[position] * ask.sense).all()
    return _free(above, base, ask, position) if bounded else base


def _free(above: Above, base: Blocks, ask: Ask, position: int) -> Blocks:
    """The blocks without what the network at ``position`` itself cannot bear: that is judged in the network."""
    head = int(above.trunk.heads[position])
    at = np.searchsorted(above.steps, base.steps)
    bound, room = base.scene.bound.copy(), base.scene.room.copy()
    own = np.full(at.shape, above.bus_bound[head])
    for other in np.flatnonzero(above.trunk.heads == head).tolist():
        if other != position:
            lowest = above.lowest[other][at]
            own = np.maximum(own, lowest) if ask.sense > 0.0 else np.minimum(own, lowest)
    room[:, head] = (base.scene.size[:, head] - own) * ask.sense
    bound[:, head] = own
    return Blocks(base.steps, base.scene._replace(bound=bound, room=room))


def settle_network(
    feeder: Feeder,
    above: Above,
    in_trunk: int,
    steps: Ints,
    head: Complexes,
    guess: Reals,
    allowance: Reals,
) -> Figures:
    """The figures of a feeder's first network with the trunk solved together with it at ``steps``.

    ``feeder`` and ``above`` are the network and the trunk at these steps, the network at its position ``in_trunk``.
    """
    network, ask = feeder.networks[0], feeder.ask
    own, above = np.arange(len(steps)), replace(above, steps=np.arange(len(steps)))
    kind = kinds_of(network, feeder.bus_bound[0])
    bounds = NetworkBounds(feeder.bus_bound[0], allowance, kind)
    below = network_blocks(network, 0j, bounds, feeder.loads, ask, own, head)
    joint = joint_blocks(above.trunk, above.blocks(own, ask, without=in_trunk), network, below, ask)
    kinds, places = joint_kinds(above.trunk, above.kind, network, kind), feeder.nodes[0] - 2 + above.trunk.tree.n_bus
    figures = search_joint(joint, kinds, ask, places, guess, FINE)
    return replace(figures, at=np.where(figures.at >= 0, steps[np.maximum(figures.at, 0)], -1))
