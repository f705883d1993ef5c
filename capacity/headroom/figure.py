"""What a group of transformers can take together under the grid above them: the simultaneous figure (P8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.headroom.effects import tree_effects
from capacity.headroom.grid import Grid, Ground, counted_transformers
from capacity.headroom.limits import scope_of
from capacity.headroom.margins import Binding, Scope, allowance, lost, margins, some_rows
from capacity.headroom.simultaneous import Shares, Wishes, all_hold, largest_total
from capacity.tables.solved import Snapshot

NEEDED = ["feeder_id", "allowed_kva", "rated_kva", "smax_import_kva", "smax_import_at"]


@dataclass(frozen=True)
class Figure:
    """What a group of transformers can take together.

    ``allowed_kva`` is NaN where unknown; ``shares_kva`` is by transformer_id. ``criterion`` is empty when nothing above
    the transformers binds.
    """

    allowed_kva: float
    shares_kva: dict[str, float]
    criterion: str
    element: str
    at: pd.Timestamp | None
    reason: str

    @property
    def columns(self) -> dict[str, object]:
        """The columns that areas and feeders share."""
        return {
            "allowed_kva": self.allowed_kva,
            "binding_element": self.element or None,
            "binding_criterion": self.criterion or None,
            "binding_at": pd.NaT if self.at is None else self.at,
            "reason": self.reason,
        }


def simultaneous_figure(grid: Grid, group: pd.DataFrame) -> Figure:
    """The largest total some public transformers can take at the same time (P8), verified by AC load flow.

    Unknown where none of them has a room, a load flow of theirs failed, or the feeder of one is not known.

    Parameters
    ----------
    group : their rows of ``grid.transformers``, of which the columns ``NEEDED`` count.
    """
    if group.empty:
        return unknown_figure("no_public_transformer")
    known = group[group["allowed_kva"].notna()]
    if known.empty or not all(feeder in grid.steps_of_feeder for feeder in known["feeder_id"]):
        return unknown_figure("unknown_transformers")
    if _failed(grid, known):
        return unknown_figure("solver_failure")
    wishing = known.index[known["allowed_kva"] > 0.0].sort_values()
    if wishing.empty:
        return _full(known)
    blocked = {name: grid.blocked[name] for name in wishing if name in grid.blocked}
    free = _free(grid, known)
    nothing = dict.fromkeys([str(name) for name in known.index], 0.0)
    if free.empty:
        return _figure(grid, nothing, next(iter(blocked.values())), "existing_violation")
    group_key = tuple(known.index)
    if group_key not in grid.answered:
        feeders = tuple(sorted({str(value) for value in known["feeder_id"]}))
        grid.answered[group_key] = _shares(grid, free, feeders)
    shares = grid.answered[group_key]
    if math.isnan(shares.total_kva):
        return unknown_figure("solver_failure")
    shares_kva = nothing | dict(zip(free.index, shares.kva.tolist(), strict=True))
    binding = shares.binding or next(iter(blocked.values()), None)
    limited = shares.binding is not None or bool(blocked)
    return _figure(grid, shares_kva, binding, "grid_limited" if limited else "ok")


def verify_whole_feeders(grid: Grid) -> None:
    """What a whole feeder can take, each area on it can: most areas then need no load flow of their own."""
    for feeder, group in counted_transformers(grid)[NEEDED].groupby("feeder_id", sort=False):
        if str(feeder) not in grid.steps_of_feeder or _failed(grid, group):
            continue
        free = _free(grid, group)
        ground = ground_of(grid, (str(feeder),))
        if free.empty or not ground.radial or ground.full_holds or _part_of_verified(grid, free):
            continue
        base = some_rows(grid.snapshot, ground.rows)
        wishes = _wishes(grid, free)
        if all_hold(grid.solve, base, grid.base, wishes, grid.limits, ground.scope):
            grid.verified.append(frozenset(free.index))


def _free(grid: Grid, group: pd.DataFrame) -> pd.Series:
    """The rooms of those of a group that nothing blocks, by transformer_id."""
    wishes = group.loc[group["allowed_kva"] > 0.0, "allowed_kva"].sort_index()
    return wishes[[name not in grid.blocked for name in wishes.index]]


def _wishes(grid: Grid, free: pd.Series) -> Wishes:
    return Wishes(grid.busbar.loc[free.index].to_numpy(np.int64), free.to_numpy(dtype=np.float64), grid.outlook.unit)


def _shares(grid: Grid, free: pd.Series, feeders: tuple[str, ...]) -> Shares:
    """The group's shares: its rooms where more than the group was found to break nothing, else sought."""
    ground, wishes = ground_of(grid, feeders), _wishes(grid, free)
    if ground.radial and (ground.full_holds or _part_of_verified(grid, free)):
        return Shares(wishes.rooms_kva, None)
    tree, scope = grid.outlook.tree, ground.scope
    effects = tree_effects(grid.case, tree, grid.snapshot, scope, wishes.buses) if ground.radial else None
    base = some_rows(grid.snapshot, ground.rows)
    shares = largest_total(grid.solve, base, grid.base, wishes, grid.limits, scope, effects)
    if shares.binding is None and ground.radial:
        grid.verified.append(frozenset(free.index))
    return shares


def ground_of(grid: Grid, feeders: tuple[str, ...]) -> Ground:
    """What all groups on the same feeders have in common."""
    if feeders not in grid.grounds:
        belonging = grid.outlook.network.belonging
        names = sorted(belonging.substations(feeders) & set(grid.steps_of_substation))
        steps = [grid.steps_of_substation[name] for name in names]
        steps += [grid.steps_of_feeder[feeder] for feeder in belonging.answering(feeders)]
        rows = np.searchsorted(grid.snapshot.steps, np.unique(np.concatenate(steps)))
        scope = scope_of(grid.case.topology, belonging, grid.snapshot, grid.limits, list(feeders))
        base, full = some_rows(grid.snapshot, rows), some_rows(grid.full, rows)
        grid.grounds[feeders] = Ground(scope, rows, _radial(grid, feeders), _holds(grid, base, full, scope))
    return grid.grounds[feeders]


def _radial(grid: Grid, feeders: tuple[str, ...]) -> bool:
    """Whether every island of the feeders is a tree: then more load never relieves anything but an export."""
    buses, islands = grid.case.topology.buses, grid.case.topology.islands
    mine = buses.loc[buses["feeder_id"].isin(feeders), "island"].unique()
    own = islands[islands["island"].isin(mine)]
    return bool((own["loops"].eq(0) & own["sources"].eq(1)).all())


def _part_of_verified(grid: Grid, free: pd.Series) -> bool:
    names = frozenset(free.index)
    return any(names <= larger for larger in grid.verified)


def _holds(grid: Grid, base: Snapshot, full: Snapshot, scope: Scope) -> bool:
    """Whether the group's limits hold even with the rooms of everybody, the other groups included, drawn at once."""
    if lost(base, scope).any() or lost(full, scope).any():
        return False
    return bool((margins(full, allowance(base, grid.limits, scope), scope) >= 0.0).all())


def _failed(grid: Grid, transformers: pd.DataFrame) -> bool:
    """Whether any step of the year failed in an island of the group: then nothing is promised there."""
    if not grid.solved.failed.any():
        return False
    trafos = grid.case.topology.trafos
    islands = trafos.loc[trafos["trafo_id"].isin(transformers.index), "island"]
    return any(bool(grid.solved.failed[island].any()) for island in islands.unique() if island >= 0)


def unknown_figure(reason: str) -> Figure:
    """No figure, and why."""
    return Figure(math.nan, {}, "", "", None, reason)


def _full(known: pd.DataFrame) -> Figure:
    worst = known["smax_import_kva"].div(known["rated_kva"]).idxmax()
    return Figure(
        0.0,
        dict.fromkeys(known.index, 0.0),
        "transformer_loading",
        str(worst),
        known.at[worst, "smax_import_at"],
        "transformers_full",
    )


def _figure(grid: Grid, shares_kva: dict[str, float], binding: Binding | None, reason: str) -> Figure:
    total = float(sum(shares_kva.values()))
    if binding is None:
        return Figure(total, shares_kva, "", "", None, reason)
    return Figure(
        total,
        shares_kva,
        binding.criterion,
        _element(grid, binding),
        grid.solved.timestamps[binding.step],
        reason,
    )


def _element(grid: Grid, binding: Binding) -> str:
    topology, snapshot = grid.case.topology, grid.snapshot
    if binding.criterion == "section_loading":
        return str(topology.lines.at[int(snapshot.line_index[binding.column]), "line_id"])
    if binding.criterion == "substation_loading":
        return str(snapshot.substation_ids[binding.column])
    return str(topology.buses.at[int(snapshot.bus_index[binding.column]), "bus_id"])
