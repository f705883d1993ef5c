"""In which proportions transformers move the elements above them, told by the tree (P8)."""

from __future__ import annotations

import numpy as np

from capacity.headroom.margins import Floats, Ints, Scope
from capacity.headroom.simultaneous import Effects
from capacity.headroom.tree import SupplyTree
from capacity.tables.case import Case
from capacity.tables.solved import Snapshot


def tree_effects(case: Case, tree: SupplyTree, snapshot: Snapshot, scope: Scope, busbars: Ints) -> Effects:
    """``effects(elements)`` of a scope for added load at ``busbars`` (pandapower indices), ``(n_elements, n)``.

    A section or substation carries each kVA below it; that the losses of a longer way make it a little more is left to
    the AC load flows. A bus loses voltage over the part of its supply path that it shares.
    """
    paths = tree.paths(tree.positions(busbars))
    arrivals = tree.arrival.reindex(snapshot.line_index[scope.lines]).to_numpy(np.int64)
    substation_of = case.topology.buses["substation_id"].reindex(busbars).fillna("").to_numpy(dtype=str)
    names = np.array(snapshot.substation_ids, dtype=str)
    n_lines, n_substations = len(scope.lines), len(scope.substations)

    def effects(elements: Ints) -> Floats:
        table = np.zeros((len(elements), len(busbars)))
        line = elements < n_lines
        bus = elements >= n_lines + n_substations
        substation = ~line & ~bus
        table[line] = tree.supplies(arrivals[elements[line]], paths)
        own = names[scope.substations[elements[substation] - n_lines]]
        table[substation] = own[:, None] == substation_of[None, :]
        columns = scope.buses[elements[bus] - n_lines - n_substations]
        table[bus] = tree.shared_drop(tree.positions(snapshot.bus_index[columns]), paths)
        # what the model does not know how to tell apart counts alike for all
        unknown = ~(table > 0.0).any(axis=1)
        table[unknown] = 1.0
        return table

    return effects
