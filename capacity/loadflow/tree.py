"""The coefficients of the sweep, of every branch from a bus to its parent in a radial island.

Parallel branches between the same two buses are one branch to the tree: their admittances add. With the parent
``p`` and child ``c`` of a branch and ``J_c`` the current into the child's subtree, its two-port reads

    V_c = A·V_p − B·J_c            A = −Ycp/Ycc      B = 1/Ycc
    I_p = C·V_p + D·J_c            C = Ypp − Ypc·Ycp/Ycc      D = −Ypc/Ycc

exactly, for every branch pandapower knows. ``C`` depends on the parent's voltage only: it joins the parent's shunt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.grid import Grid

Ints = npt.NDArray[np.int64]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Sweep:
    """Coefficients per electrical bus, each for the branch from its parent (zero at sources)."""

    parent: Ints
    a: Complexes
    b: Complexes
    d: Complexes
    shunt: Complexes


def sweep_coefficients(grid: Grid) -> Sweep:
    """The sweep's coefficients of all tree islands of a grid (others keep zeros)."""
    branches, parent = grid.branches, grid.parent
    child_is_t = parent[branches.t] == branches.f
    child = np.where(child_is_t, branches.t, branches.f)
    in_tree = child_is_t | (parent[branches.f] == branches.t)

    def sums(at_child_t: Complexes, at_child_f: Complexes) -> Complexes:
        """Admittances of the branches to each child, added over parallel ones."""
        total = np.zeros(grid.n_bus, dtype=np.complex128)
        np.add.at(total, child[in_tree], np.where(child_is_t, at_child_t, at_child_f)[in_tree])
        return total

    ycc, ycp = sums(branches.ytt, branches.yff), sums(branches.ytf, branches.yft)
    ypp, ypc = sums(branches.yff, branches.ytt), sums(branches.yft, branches.ytf)
    has_parent = parent >= 0
    b = np.zeros(grid.n_bus, dtype=np.complex128)
    b[has_parent] = 1.0 / ycc[has_parent]
    shunt = grid.shunt.copy()
    np.add.at(shunt, parent[has_parent], (ypp - ypc * ycp * b)[has_parent])
    return Sweep(parent, -ycp * b, b, -ypc * b, shunt)
