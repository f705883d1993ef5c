"""What a group of transformers can take together under the grid above them: the simultaneous figure (P8)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.grid import Grid, supply_path
from capacity.headroom.limits import answering_feeders, scope_of
from capacity.headroom.placing import at_busbars
from capacity.headroom.simultaneous import Binding, largest_share
from capacity.tables.solved import Snapshot


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


def simultaneous_figure(grid: Grid, transformer_ids: Iterable[str]) -> Figure:
    """The largest total the given public transformers can take at the same time, each its proportional share (P8).

    Unknown where none of them has a room, a load flow of theirs failed, or the feeder of one is not known.
    """
    group = grid.transformers.loc[list(transformer_ids)]
    if group.empty:
        return _unknown("no_public_transformer")
    known = group[group["allowed_kva"].notna()]
    if known.empty or not known["feeder_id"].isin(list(grid.steps_of_feeder)).all():
        return _unknown("unknown_transformers")
    if _failed(grid, known):
        return _unknown("solver_failure")
    wishes = known[known["allowed_kva"] > 0.0]
    if wishes.empty:
        return _full(known)
    blocked = {name: fault for name in wishes.index if (fault := _existing_violation(grid, name)) is not None}
    free = wishes.drop(index=list(blocked))
    if free.empty:
        return _figure(grid, dict.fromkeys(known.index, 0.0), next(iter(blocked.values())), "existing_violation")
    topology = grid.case.topology
    feeders = [str(value) for value in known["feeder_id"].unique()]
    answering = answering_feeders(topology, feeders)
    steps = np.unique(np.concatenate([grid.steps_of_feeder[feeder] for feeder in answering]))
    shares = largest_share(
        grid.solve,
        steps,
        _rows(grid.snapshot, np.searchsorted(grid.snapshot.steps, steps)),
        grid.base,
        at_busbars(grid.case, free["allowed_kva"]),
        grid.limits,
        scope_of(topology, grid.snapshot, grid.limits, feeders),
    )
    if math.isnan(shares.alpha):
        return _unknown("solver_failure")
    shares_kva = {name: shares.alpha * float(free["allowed_kva"].get(name, 0.0)) for name in known.index}
    binding = shares.binding or next(iter(blocked.values()), None)
    limited = shares.alpha < 1.0 or bool(blocked)
    return _figure(grid, shares_kva, binding, "grid_limited" if limited else "ok")


def _existing_violation(grid: Grid, transformer_id: str) -> Binding | None:
    """A limit already broken on the transformer's supply path or in its own LV network (P9), or None."""
    if grid.broken.empty:
        return None
    buses, snapshot = grid.case.topology.buses, grid.snapshot
    path = supply_path(grid, transformer_id)
    trafo = grid.case.net.trafo
    lv_bus = int(trafo.loc[trafo["name"].eq(transformer_id), "lv_bus"].iloc[0])
    supplier = buses.at[lv_bus, "transformer_id"]  # the first of parallel units stands for their network
    own = buses["transformer_id"].reindex(snapshot.bus_index).eq(supplier).fillna(False).to_numpy(dtype=bool)
    for fault in grid.broken.itertuples():
        column = int(fault.column)
        concerned = {
            "section_loading": lambda c: int(snapshot.line_index[c]) in path.lines,
            "substation_loading": lambda c: snapshot.substation_ids[c] == path.substation,
            "voltage_min": lambda c: bool(own[c]) or int(snapshot.bus_index[c]) in path.buses,
        }[str(fault.criterion)](column)
        if concerned:
            return Binding(str(fault.criterion), column, int(fault.step))
    return None


def _rows(snapshot: Snapshot, rows: npt.NDArray[np.int64]) -> Snapshot:
    return Snapshot(
        steps=snapshot.steps[rows],
        failed=snapshot.failed[rows],
        bus_index=snapshot.bus_index,
        voltage_pu=snapshot.voltage_pu[rows],
        line_index=snapshot.line_index,
        line_loading_percent=snapshot.line_loading_percent[rows],
        trafo_index=snapshot.trafo_index,
        trafo_loading_percent=snapshot.trafo_loading_percent[rows],
        substation_ids=snapshot.substation_ids,
        substation_kva=snapshot.substation_kva[rows],
    )


def _failed(grid: Grid, transformers: pd.DataFrame) -> bool:
    """Whether any step of the year failed in an island of the group: then nothing is promised there."""
    trafos = grid.case.topology.trafos
    islands = trafos.loc[trafos["trafo_id"].isin(transformers.index), "island"]
    return any(bool(grid.solved.failed[island].any()) for island in islands.unique() if island >= 0)


def _unknown(reason: str) -> Figure:
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
