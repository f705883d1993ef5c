"""A case's load flow cut into trunks and LV networks, each with what it consumes, ready for the search."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.kernels import Demand
from capacity.loadflow.additions.trees import (
    BranchBounds,
    Cut,
    Tree,
    Watch,
    child_of_branches,
    cut_at_transformers,
    network_tree,
    trunk_tree,
)
from capacity.loadflow.grid import Grid
from capacity.loadflow.injections import Injections
from capacity.loadflow.tree import Sweep, sweep_coefficients

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Consumption:
    """What the buses of a tree consume: constant and profiled power, and shares of metered networks' net load.

    ``constant`` ``(n_bus, 2)`` pu holds what is always there, reserved power too; ``group`` are the metered networks'
    numbers in the load flow, in the order of ``shared_group``.
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
    group: Ints

    def demand(self, profiles: Reals, net_load: Floats) -> Demand:
        """As the kernels want it; ``profiles`` and ``net_load`` are the load flow's."""
        return Demand(
            self.constant,
            self.fixed_bus,
            self.fixed_profile,
            self.fixed_p,
            self.fixed_q,
            self.shared_bus,
            self.shared_group,
            self.shared_profile,
            self.shared_power,
            profiles,
            np.ascontiguousarray(net_load[self.group]),
        )


def consumption_of(injections: Injections, added: Complexes, bus: Ints) -> Consumption:
    """The consumption at a tree's buses (``bus``, electrical, -1 none), with ``added``, constant per electrical bus."""
    local = np.full(len(injections.constant), -1, dtype=np.int64)
    mine = bus >= 0
    local[bus[mine]] = np.flatnonzero(mine)
    constant = np.zeros((len(bus), 2))
    total = injections.constant[bus[mine]] + added[bus[mine]]
    constant[mine] = np.stack([total.real, total.imag], axis=1)
    fixed = np.flatnonzero(local[injections.fixed_bus] >= 0)
    shared = np.flatnonzero(local[injections.shared_bus] >= 0)
    group, of_entry = np.unique(injections.shared_group[shared], return_inverse=True)
    return Consumption(
        constant,
        local[injections.fixed_bus[fixed]],
        injections.fixed_profile[fixed],
        injections.fixed_p[fixed],
        injections.fixed_q[fixed],
        local[injections.shared_bus[shared]],
        of_entry.astype(np.int64),
        injections.shared_profile[shared],
        injections.shared_power[shared],
        group.astype(np.int64),
    )


@dataclass(frozen=True)
class Network:
    """An LV network: ``number`` in the cut, its trunk's number and its head there."""

    number: int
    tree: Tree
    consumption: Consumption
    trunk: int
    head: int


@dataclass(frozen=True)
class Trunk:
    """What lies above LV networks, below one branch of a source.

    Attributes
    ----------
    source : row among the load flow's source buses.
    networks : numbers of the LV networks it feeds; ``heads`` the local bus of each.
    offset_of : per watched branch, row of ``substations`` whose other power counts with it, -1 none.
    substations : rows among the load flow's substation meters.
    """

    number: int
    tree: Tree
    consumption: Consumption
    source: int
    networks: Ints
    heads: Ints
    offset_of: Ints
    substations: Ints


@dataclass(frozen=True)
class Model:
    """All trunks and LV networks of a grid; ``network_of`` every electrical bus's network, -1 in a trunk."""

    grid: Grid
    cut: Cut
    trunks: tuple[Trunk, ...]
    networks: tuple[Network, ...]
    network_of: Ints


@dataclass(frozen=True)
class SubstationEnds:
    """Where the power into substations is metered: children of the branches that carry it, and their meters' rows."""

    child: Ints
    row: Ints
    limit: Reals


def cut_model(
    grid: Grid,
    injections: Injections,
    added: Complexes,
    bounds: BranchBounds,
    source_buses: Ints,
    meters: SubstationEnds,
) -> Model:
    """Cut a grid into trunks and LV networks.

    Parameters
    ----------
    added : constant power per electrical bus on top of the loads, pu.
    bounds : of every branch of the grid.
    source_buses : electrical buses of the load flow's sources, in its order.
    meters : where substations are metered; ``limit`` in pu per meter row.
    """
    sweep, cut, child = sweep_coefficients(grid), cut_at_transformers(grid), child_of_branches(grid)
    roots = np.flatnonzero((grid.parent >= 0) & np.isin(grid.parent, source_buses) & (cut.network < 0))
    trunks = []
    trunk_of_bus = np.full(grid.n_bus, -1, dtype=np.int64)
    local_of_bus = np.zeros(grid.n_bus, dtype=np.int64)
    for number, root in enumerate(roots.tolist()):
        tree = trunk_tree(grid, sweep, cut, root, bounds, child)
        tree, offset_of, rows = _with_substations(grid, sweep, tree, meters, child)
        source = int(grid.parent[root])
        trunk_of_bus[tree.bus[1:]] = number
        local_of_bus[tree.bus[1:]] = np.arange(1, tree.n_bus)
        fed = np.flatnonzero(np.isin(cut.head, tree.bus[1:]))
        trunks.append(
            Trunk(
                number,
                tree,
                _trunk_consumption(injections, added, tree),
                int(np.flatnonzero(source_buses == source)[0]),
                fed,
                local_of_bus[cut.head[fed]],
                offset_of,
                rows,
            )
        )
    by_network = _rows_by_network(cut, child)
    trunks += _bare_trunks(grid, cut, source_buses, meters, len(trunks), trunk_of_bus, local_of_bus)
    networks = tuple(
        _network(grid, sweep, cut, number, bounds, by_network[number], injections, added, trunk_of_bus, local_of_bus)
        for number in range(len(cut.root))
    )
    return Model(grid, cut, tuple(trunks), networks, cut.network)


def _bare_trunks(
    grid: Grid, cut: Cut, source_buses: Ints, meters: SubstationEnds, first: int, trunk_of_bus: Ints, local_of_bus: Ints
) -> list[Trunk]:
    """Trunks of nothing, for networks whose transformer stands at a source: the source, and itself once more below it.

    The power through that connection counts at the substation whose busbar the source is.
    """
    trunks: list[Trunk] = []
    for row, source in enumerate(source_buses.tolist()):
        fed = np.flatnonzero(cut.head == source)
        if not len(fed):
            continue
        at_source = np.isin(meters.child, cut.root[fed]) & np.isfinite(meters.limit[meters.row])
        substations = np.unique(meters.row[at_source])
        count = len(substations)
        watch = Watch(
            np.ones(count, dtype=np.int64),
            np.tile([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], (count, 1)),
            np.stack([np.zeros(count), 1.0 / meters.limit[substations]], axis=1),
            np.ones(count, dtype=bool),
            np.full(count, -1, dtype=np.int64),
        )
        ab = np.array([[0.0] * 6, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]])
        tree = Tree(np.array([-1, 0]), ab, np.zeros((2, 2)), np.array([source, -1]), watch)
        nobody = np.zeros(0, dtype=np.int64)
        nothing = Consumption(
            np.zeros((2, 2)), nobody, nobody, np.zeros(0), np.zeros(0), nobody, nobody,
            np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2)), nobody,
        )  # fmt: skip
        trunk_of_bus[source], local_of_bus[source] = first + len(trunks), 1
        heads = np.ones(len(fed), dtype=np.int64)
        trunks.append(
            Trunk(first + len(trunks), tree, nothing, row, fed, heads, np.arange(count, dtype=np.int64), substations)
        )
    return trunks


def _rows_by_network(cut: Cut, child: Ints) -> list[Ints]:
    """Branch rows by the network their child lies in."""
    owner = np.where(child >= 0, cut.network[np.maximum(child, 0)], -1)
    order = np.argsort(owner, kind="stable")
    borders = np.searchsorted(owner[order], np.arange(len(cut.root) + 1))
    return [order[borders[n] : borders[n + 1]] for n in range(len(cut.root))]


def _network(
    grid: Grid,
    sweep: Sweep,
    cut: Cut,
    number: int,
    bounds: BranchBounds,
    rows: Ints,
    injections: Injections,
    added: Complexes,
    trunk_of_bus: Ints,
    local_of_bus: Ints,
) -> Network:
    tree = network_tree(grid, sweep, cut, number, bounds, rows)
    own = tree.bus.copy()
    own[1] = -1  # what is consumed at the head itself belongs to the trunk
    head = int(cut.head[number])
    return Network(
        number, tree, consumption_of(injections, added, own), int(trunk_of_bus[head]), int(local_of_bus[head])
    )


def _trunk_consumption(injections: Injections, added: Complexes, tree: Tree) -> Consumption:
    own = tree.bus.copy()
    own[0] = -1  # what is consumed at the source itself moves nothing
    return consumption_of(injections, added, own)


def _with_substations(
    grid: Grid, sweep: Sweep, tree: Tree, meters: SubstationEnds, child_of: Ints
) -> tuple[Tree, Ints, Ints]:
    """The trunk with one more watched branch for every metered branch into a substation with a rating."""
    local = {int(bus): place for place, bus in enumerate(tree.bus.tolist()) if place > 0}
    child, ends, scale, rows = [], [], [], []
    for bus, row in sorted(set(zip(meters.child.tolist(), meters.row.tolist(), strict=True))):
        if bus not in local or not np.isfinite(meters.limit[row]):
            continue
        branches = np.flatnonzero(child_of == bus)
        own, mutual = _upper_ends(grid, branches)
        gamma, eps = -mutual.sum() * sweep.b[bus], own.sum() + mutual.sum() * sweep.a[bus]
        child.append(local[bus])
        ends.append([0.0, 0.0, 0.0, 0.0, gamma.real, gamma.imag, eps.real, eps.imag])
        scale.append([0.0, 1.0 / meters.limit[row]])
        rows.append(row)
    watch = tree.watch
    offset_of = np.concatenate([np.full(len(watch.child), -1), np.arange(len(rows))]).astype(np.int64)
    if rows:
        watch = replace(
            watch,
            child=np.concatenate([watch.child, child]).astype(np.int64),
            ends=np.concatenate([watch.ends.reshape(-1, 8), ends]),
            scale=np.concatenate([watch.scale.reshape(-1, 2), scale]),
            power=np.concatenate([watch.power, np.ones(len(rows), dtype=bool)]),
            element=np.concatenate([watch.element, np.full(len(rows), -1)]).astype(np.int64),
        )
    return replace(tree, watch=watch), offset_of, np.array(rows, dtype=np.int64)


def _upper_ends(grid: Grid, branches: Ints) -> tuple[Complexes, Complexes]:
    """Own and mutual admittance at the parent's end of branches."""
    two = grid.branches
    at_f = grid.parent[two.t[branches]] == two.f[branches]
    own = np.where(at_f, two.yff[branches], two.ytt[branches])
    return own, np.where(at_f, two.yft[branches], two.ytf[branches])
