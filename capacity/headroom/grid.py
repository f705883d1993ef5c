"""The grid above a group of transformers, prepared once for all groups: limits, critical steps, supply paths (P8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from capacity.headroom.critical import Outlook, critical_steps, substation_steps
from capacity.headroom.limits import limits_of, section_limits, voltage_floor
from capacity.headroom.margins import Binding, Ints, Limits, Scope, first_broken
from capacity.headroom.network import Network, supply_network
from capacity.headroom.paths import SupplyPath, blocked_transformers, supply_paths
from capacity.headroom.placing import (
    Power,
    added,
    assumed_kva,
    at_busbars,
    at_energised_buses,
    reserved_power,
    unit_power,
)
from capacity.headroom.reach import added_reach
from capacity.headroom.simultaneous import Shares
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import Snapshot, SolvedYear, Solver


@dataclass(frozen=True)
class Ground:
    """What groups on the same feeders have in common.

    Attributes
    ----------
    scope : what they must keep.
    rows : their critical steps: rows of the grid's snapshots.
    radial : every island of theirs is a tree.
    full_holds : their limits hold even with the rooms of everybody, other groups included, drawn at once.
    """

    scope: Scope
    rows: Ints
    radial: bool
    full_holds: bool


@dataclass(frozen=True)
class Grid:
    """Everything the simultaneous figure of a group needs.

    Attributes
    ----------
    outlook : network, reach and limits: what the critical steps were chosen from.
    transformers : the transformers with their room (P7), by transformer_id.
    assumed_kva : what transformers of unknown load are taken to draw on top of the load flow, by transformer_id.
    base : everything reserved or assumed, by bus; ``snapshot`` holds all critical steps with it.
    busbar : LV busbar (pandapower index) by transformer_id.
    broken : the limits that ``snapshot`` already breaks.
    paths : the supply path of every energised transformer that counts.
    blocked : by transformer_id: the broken limit on its supply path or in its own LV network (P9).
    full : the critical steps with the room of every transformer that is not blocked drawn at once.
    grounds : what groups on the same feeders have in common, as far as asked for.
    verified : groups whose full rooms were found to break nothing.
    answered : what was found for groups, by their transformers.
    """

    case: Case
    solved: SolvedYear
    solve: Solver
    outlook: Outlook
    transformers: pd.DataFrame
    assumed_kva: pd.Series
    base: Power
    busbar: pd.Series
    limits: Limits
    snapshot: Snapshot
    steps_of_feeder: dict[str, Ints]
    steps_of_substation: dict[str, Ints]
    broken: pd.DataFrame
    paths: dict[str, SupplyPath]
    blocked: dict[str, Binding]
    full: Snapshot
    grounds: dict[tuple[str, ...], Ground] = field(default_factory=dict)
    verified: list[frozenset[str]] = field(default_factory=list)
    answered: dict[tuple[str, ...], Shares] = field(default_factory=dict)

    def sections_above(self, transformer_ids: Iterable[str]) -> set[str]:
        """Ids of the lines that supply any of the transformers."""
        lines = self.case.topology.lines["line_id"]
        above = {index for name in transformer_ids if name in self.paths for index in self.paths[name].lines}
        return {str(name) for name in lines.reindex(sorted(above))}


def prepare_grid(
    case: Case,
    policy: Policy,
    solved: SolvedYear,
    solve: Solver,
    transformers: pd.DataFrame,
    nodes: pd.DataFrame,
    reserved: pd.DataFrame,
    network: Network | None = None,
) -> Grid:
    """Limits and critical steps of every feeder; these steps solved with everything reserved, and with all rooms.

    ``network`` is the case's, where it is at hand.
    """
    floor_pu = voltage_floor(case, policy, nodes)
    network = network or supply_network(case)
    tree, busbar = network.tree, network.busbar
    by_id = transformers.set_index("transformer_id", drop=False)
    counted = by_id[_counts(by_id)]
    wishes = counted[counted["allowed_kva"] > 0.0]
    assumed = assumed_kva(case, policy, solved, transformers)
    base = at_energised_buses(case, added(reserved_power(reserved), at_busbars(case, assumed)))
    reach = added_reach(case, tree, base, at_energised_buses(case, at_busbars(case, wishes["allowed_kva"])))
    outlook = Outlook(case, solved, network, reach, floor_pu, section_limits(case, policy), unit_power(case))
    of_feeder = {str(feeder): critical_steps(outlook, str(feeder)) for feeder in case.topology.feeders["feeder_id"]}
    of_substation = {str(name): substation_steps(outlook, str(name)) for name in solved.substations.ids}
    steps = np.unique(np.concatenate([*of_feeder.values(), *of_substation.values()])).astype(np.int64)
    snapshot = solve(steps, base)
    limits = limits_of(case, policy, floor_pu, snapshot)
    broken = first_broken(snapshot, limits, _everything(limits, snapshot))
    paths = _paths(case, network, counted)
    blocked = blocked_transformers(case, snapshot, broken, paths, busbar)
    free = wishes["allowed_kva"].drop(index=[name for name in blocked if name in wishes.index])
    full = solve(steps, added(base, at_energised_buses(case, at_busbars(case, free))))
    return Grid(
        case,
        solved,
        solve,
        outlook,
        by_id,
        assumed,
        base,
        busbar,
        limits,
        snapshot,
        of_feeder,
        of_substation,
        broken,
        paths,
        blocked,
        full,
    )


def _paths(case: Case, network: Network, counted: pd.DataFrame) -> dict[str, SupplyPath]:
    """The supply paths of the energised ones, in their order."""
    missing = counted[~counted["transformer_id"].isin(list(network.paths))]
    if len(missing):
        network.paths.update(supply_paths(case, network.tree, network.belonging, missing))
    return {name: network.paths[name] for name in counted["transformer_id"] if name in network.paths}


def counted_transformers(grid: Grid, where: pd.Series | None = None) -> pd.DataFrame:
    """In-service public transformers: the only ones that count (P7, P8)."""
    counts = _counts(grid.transformers)
    return grid.transformers[counts if where is None else where.fillna(False).astype(bool) & counts]


def _counts(transformers: pd.DataFrame) -> pd.Series:
    counts: pd.Series = transformers["in_service"].astype(bool) & transformers["ownership"].eq("public")
    return counts


def _everything(limits: Limits, snapshot: Snapshot) -> Scope:
    return Scope(
        np.flatnonzero(np.isfinite(limits.line_percent)),
        np.flatnonzero(np.isfinite(limits.voltage_pu)),
        np.arange(len(snapshot.substation_ids)),
    )
