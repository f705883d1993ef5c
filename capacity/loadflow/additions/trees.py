"""Small trees cut out of the electrical model, with everything on them that a bound can watch.

A tree's bus 0 is its source. Buses stand parent before child. What is watched is

* the voltage of every bus, against its lower or upper bound, and
* the load rate of every branch that has a bound: current over the rating (lines), or apparent power over the rating
  (transformers), at the more loaded end, as a part of what the bound allows (1 is full).

With ``J`` the current into a branch's child and ``V`` the voltage of its parent, both end currents of each of several
parallel branches are linear: ``I_child = α·J + β·V``, ``I_parent = γ·J + ε·V``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.kernels import Limbs
from capacity.loadflow.grid import Grid
from capacity.loadflow.tree import Sweep

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Watch:
    """Branches with a bound, one row each.

    Attributes
    ----------
    child : local bus at the child end.
    ends : ``(n, 8)`` real and imaginary parts of α, β, γ, ε.
    scale : ``(n, 2)`` what turns pu current (or pu power) at the child and the parent end into the part of the bound.
    power : whether apparent power is bounded rather than current.
    element : row of the branch in the grid.
    """

    child: Ints
    ends: Reals
    scale: Reals
    power: npt.NDArray[np.bool_]
    element: Ints


@dataclass(frozen=True)
class Tree:
    """A tree: ``parent``, ``ab`` and ``shunt`` as in :func:`capacity.loadflow.kernels.solve_block`.

    ``bus`` is the electrical bus of each local bus, -1 for an artificial source.
    """

    parent: Ints
    ab: Reals
    shunt: Reals
    bus: Ints
    watch: Watch

    @property
    def n_bus(self) -> int:
        """Count of local buses."""
        return len(self.parent)

    def limbs(self, offset_of: Ints | None = None) -> Limbs:
        """The tree as the kernels want it."""
        watch = self.watch
        none = np.full(len(watch.child), -1, dtype=np.int64)
        return Limbs(
            self.parent,
            self.ab,
            self.shunt,
            watch.child,
            watch.ends,
            watch.scale,
            watch.power,
            none if offset_of is None else offset_of,
        )

    @property
    def reference(self) -> Ints:
        """The bus whose voltage a watched thing's fall of room is inversely proportional to, -1 for apparent power."""
        return np.concatenate([np.arange(self.n_bus), np.where(self.watch.power, -1, self.watch.child)]).astype(
            np.int64
        )

    def behind(self, impedance: complex) -> Tree:
        """The same tree with ``impedance`` (pu) between its artificial source 0 and its head 1."""
        ab = self.ab.copy()
        ab[1] = (1.0, 0.0, impedance.real, impedance.imag, 1.0, 0.0)
        return replace(self, ab=ab)


@dataclass(frozen=True)
class Cut:
    """Where a grid's trees fall apart.

    Attributes
    ----------
    root, stop : first bus of every LV network (the transformer's LV side) and the bus after its last.
    head : the bus that feeds it.
    network : number of the network of every electrical bus, -1 in the trunk.
    """

    root: Ints
    stop: Ints
    head: Ints
    network: Ints


def cut_at_transformers(grid: Grid) -> Cut:
    """LV networks of all tree islands: the subtrees below branches that transform to 1 kV or less."""
    parent = grid.parent
    in_tree = parent >= 0
    below = np.zeros(grid.n_bus, dtype=bool)
    below[in_tree] = (grid.base_kv[in_tree] <= 1.0) & (grid.base_kv[parent[in_tree]] > 1.0)
    root = np.flatnonzero(below)
    last = np.arange(grid.n_bus)
    for bus in range(grid.n_bus - 1, -1, -1):  # children stand behind their parents
        if parent[bus] >= 0:
            last[parent[bus]] = max(last[parent[bus]], last[bus])
    network = np.full(grid.n_bus, -1, dtype=np.int64)
    for number, (first, final) in enumerate(zip(root.tolist(), last[root].tolist(), strict=True)):
        network[first : final + 1] = number
    return Cut(root, last[root] + 1, parent[root], network)


@dataclass(frozen=True)
class BranchBounds:
    """Per branch row of the grid: what is allowed, in pu current or power at both ends; ``inf`` where nothing is.

    ``f_limit``/``t_limit`` are the allowed current (lines, pu of each end) or power (transformers, pu).
    """

    limit_f: Reals
    limit_t: Reals
    power: npt.NDArray[np.bool_]


def network_tree(grid: Grid, sweep: Sweep, cut: Cut, number: int, bounds: BranchBounds, rows: Ints) -> Tree:
    """An LV network behind its head: local bus 0 an artificial source, 1 the head, then the network's own buses.

    ``rows`` are the grid's branches whose child lies in this network.
    """
    first, stop, head = int(cut.root[number]), int(cut.stop[number]), int(cut.head[number])
    bus = np.concatenate([[-1, head], np.arange(first, stop)])
    parent = np.concatenate([[-1, 0], grid.parent[first:stop] - first + 2])
    parent[2] = 1
    ab = np.zeros((len(bus), 6))
    ab[1] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    ab[2:] = _six(sweep)[first:stop]
    shunt = np.zeros((len(bus), 2))
    shunt[2:] = _two(sweep.shunt)[first:stop]
    local = np.full(grid.n_bus, -1, dtype=np.int64)
    local[bus[1:]] = np.arange(1, len(bus))
    shunt[1] = _own_shunt(grid, sweep, rows, first)
    return Tree(parent.astype(np.int64), ab, shunt, bus, _watch(grid, sweep, bounds, rows, local))


def trunk_tree(grid: Grid, sweep: Sweep, cut: Cut, root: int, bounds: BranchBounds, child_of: Ints) -> Tree:
    """Everything above the LV networks that hangs below one branch of a source: bus 0 is the source, 1 its child.

    ``root`` is the source's child; ``child_of`` the child bus of every branch, -1 where it is in no tree.
    """
    stop = root + 1
    while stop < grid.n_bus and grid.parent[stop] >= root:
        stop += 1
    members = np.flatnonzero(cut.network[root:stop] < 0) + root
    bus = np.concatenate([[grid.parent[root]], members])
    local = np.full(grid.n_bus, -1, dtype=np.int64)
    local[bus] = np.arange(len(bus))
    parent = np.concatenate([[-1], local[grid.parent[members]]])
    ab = np.zeros((len(bus), 6))
    ab[1:] = _six(sweep)[members]
    shunt = np.zeros((len(bus), 2))
    shunt[1:] = _two(sweep.shunt)[members]
    for number in np.flatnonzero(np.isin(cut.head, bus)):  # an LV network takes its own share of the shunt with it
        rows = np.flatnonzero(child_of == cut.root[number])
        shunt[local[cut.head[number]]] -= _own_shunt(grid, sweep, rows, int(cut.root[number]))
    shunt[0] = 0.0
    inside = np.zeros(grid.n_bus + 1, dtype=bool)
    inside[members] = True
    rows = np.flatnonzero(inside[child_of])
    return Tree(parent.astype(np.int64), ab, shunt, bus, _watch(grid, sweep, bounds, rows, local))


def child_of_branches(grid: Grid) -> Ints:
    """The child bus of every branch of the grid's trees, -1 for branches in no tree."""
    branches, parent = grid.branches, grid.parent
    child_is_t = parent[branches.t] == branches.f
    in_tree = (child_is_t | (parent[branches.f] == branches.t)) & (branches.f != branches.t)
    return np.where(in_tree, np.where(child_is_t, branches.t, branches.f), -1)


def _six(sweep: Sweep) -> Reals:
    return np.stack([sweep.a, sweep.b, sweep.d], axis=1).view(np.float64).reshape(len(sweep.a), 6)


def _two(values: Complexes) -> Reals:
    return np.ascontiguousarray(values).view(np.float64).reshape(len(values), 2)


def _ends(grid: Grid, rows: Ints) -> tuple[Complexes, Complexes, Complexes, Complexes, Ints, npt.NDArray[np.bool_]]:
    """Admittances of branches seen from the child: Ycc, Ycp, Ypp, Ypc, the child, and whether it is the ``t`` end."""
    two = grid.branches
    at_t = grid.parent[two.t[rows]] == two.f[rows]
    child = np.where(at_t, two.t[rows], two.f[rows])
    ycc, ypp = np.where(at_t, two.ytt[rows], two.yff[rows]), np.where(at_t, two.yff[rows], two.ytt[rows])
    ycp, ypc = np.where(at_t, two.ytf[rows], two.yft[rows]), np.where(at_t, two.yft[rows], two.ytf[rows])
    return ycc, ycp, ypp, ypc, child, at_t


def _own_shunt(grid: Grid, sweep: Sweep, rows: Ints, child: int) -> Reals:
    """What the branches to ``child`` add to the shunt of its parent (``C`` of :mod:`capacity.loadflow.tree`)."""
    _, _, ypp, ypc, children, _ = _ends(grid, rows)
    mine = children == child
    own = (ypp[mine] + ypc[mine] * sweep.a[child]).sum()
    return np.array([own.real, own.imag])


def _watch(grid: Grid, sweep: Sweep, bounds: BranchBounds, rows: Ints, local: Ints) -> Watch:
    rows = rows[np.isfinite(bounds.limit_f[rows]) | np.isfinite(bounds.limit_t[rows])]
    ycc, ycp, ypp, ypc, child, at_t = _ends(grid, rows)
    a, b = sweep.a[child], sweep.b[child]
    ends = np.stack([ycc * b, -(ycc * a + ycp), -ypc * b, ypp + ypc * a], axis=1)
    at_child = np.where(at_t, bounds.limit_t[rows], bounds.limit_f[rows])
    at_parent = np.where(at_t, bounds.limit_f[rows], bounds.limit_t[rows])
    return Watch(
        local[child],
        np.ascontiguousarray(ends).view(np.float64).reshape(len(rows), 8),
        1.0 / np.stack([at_child, at_parent], axis=1),
        bounds.power[rows],
        rows,
    )
