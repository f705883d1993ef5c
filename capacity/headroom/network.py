"""What the network alone says, whatever its loads: who supplies whom, found once for all studies of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from capacity.headroom.belonging import Belonging, belonging_of
from capacity.headroom.paths import SupplyPath
from capacity.headroom.placing import busbars
from capacity.headroom.reach import rated_kva
from capacity.headroom.tree import SupplyTree, supply_tree
from capacity.tables.case import Case


@dataclass(frozen=True)
class Network:
    """The supply relations of a case's network.

    Attributes
    ----------
    busbar : LV busbar (pandapower index) by transformer_id.
    rated_kva : by pandapower line index.
    paths : supply paths by transformer_id, as far as asked for.
    """

    tree: SupplyTree
    belonging: Belonging
    busbar: pd.Series
    rated_kva: pd.Series
    paths: dict[str, SupplyPath] = field(default_factory=dict)


def supply_network(case: Case) -> Network:
    """The supply relations of a case's operating state."""
    return Network(supply_tree(case), belonging_of(case.topology), busbars(case), rated_kva(case))
