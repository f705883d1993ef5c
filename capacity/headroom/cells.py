"""What the grid above an area carries in each month and hour of the day (P8): for time-limited offers (P16).

Every transformer is raised in parts of its room in that cell, as far as the cell's own worst steps let it; the area's
verified figure of the year holds in any case. The limits are estimated, with every neglect on the safe side:

* a section carries the transformers below, their losses, what stands at 10 kV itself, and what is added,
  arithmetically, at the lowest voltage of the year and lower by what is added;
* a substation carries its own curve and what is added, arithmetically;
* a bus is as low as at its lowest step of the year, raised by nine tenths of what its supply path loses less in that
  cell (first order), lowered by what its own network may lose more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.critical import section_flows
from capacity.headroom.figure import ground_of
from capacity.headroom.filling import filled
from capacity.headroom.grid import Grid, Ground
from capacity.headroom.margins import allowance, some_rows
from capacity.headroom.reach import STRETCH
from capacity.headroom.recovery import Recovery, Year
from capacity.headroom.transformers import room_by_cell
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Complexes = npt.NDArray[np.complex128]
Curves = npt.NDArray[np.float32]
MOST_LOSSES = 1.2
LOSSES = 1.05
"""Added load makes losses on its way; a section or substation carries this many kVA per kVA, at most."""


def capacity_12x24(
    grid: Grid, areas: pd.DataFrame, transformers: pd.DataFrame, curves: RatedCurves, policy: Policy
) -> pd.DataFrame:
    """Sum of rooms and what the grid above carries of it, by area, month and hour of the day.

    An area with a transformer without data, or a cell without a reading of one of its transformers, is missing there.

    Parameters
    ----------
    areas : of ``area_headroom``, with the shares in ``attrs["shares_kva"]``.

    Returns
    -------
    DataFrame with the columns of ``tables.results.capacity_12x24``.
    """
    room = room_by_cell(transformers, curves, policy)
    year = Year(curves.timestamps, room.index)
    recovery = Recovery(grid, year)
    area_of = transformers.set_index("transformer_id")["area_id"].reindex(room.columns).fillna("")
    shares: Mapping[str, float] = areas.attrs["shares_kva"]
    parts = []
    for area in areas.itertuples():
        members = [str(name) for name in room.columns[area_of.eq(area.area_id)]]
        if not members:
            continue
        rooms = room[members].T.to_numpy()
        total = rooms.sum(axis=0)
        together = np.full(len(total), np.nan)
        if not np.isnan(area.allowed_kva) and not np.isnan(total).all():
            start = np.array([shares.get(name, 0.0) for name in members])
            together = _together(grid, year, recovery, members, start, rooms)
        frame = room.index.to_frame(index=False).assign(area_id=area.area_id)
        parts.append(frame.assign(allowed_sum_kva=total, allowed_kva=np.where(np.isnan(total), np.nan, together)))
    columns = ["area_id", "month", "hour", "allowed_sum_kva", "allowed_kva"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _together(grid: Grid, year: Year, recovery: Recovery, members: list[str], start: Floats, rooms: Floats) -> Floats:
    """Total that is carried in each cell; a mesh has no tree to estimate from and stays at the year's figure."""
    known = np.maximum(np.nan_to_num(rooms, nan=0.0), start[:, None])
    feeders = tuple(sorted({str(value) for value in grid.transformers.loc[members, "feeder_id"]}))
    ground = ground_of(grid, feeders)
    if not ground.radial:
        return np.full(year.n_cells, start.sum())
    shared = [_sections(grid, year, ground, feeder, members, known) for feeder in feeders]
    shared.append(_substations(grid, year, feeders, members, known))
    blocked = np.array([name in grid.blocked for name in members])
    # a blocked member stays where it is, and its own violation may not get much worse ...
    stays = np.where(blocked[:, None], 0.0, known)
    total = _filled_total(stays, [*shared, _voltages(grid, recovery, ground, members, stays, own_floor=False)])
    if blocked.any():
        # ... or it takes what the hours without the violation leave, up to the limit itself: the better of both
        rows = [*shared, _voltages(grid, recovery, ground, members, known, own_floor=True)]
        total = np.maximum(total, _filled_total(known, rows))
    return np.maximum(total, start.sum())


def _filled_total(rooms: Floats, rows: list[_Rows]) -> Floats:
    effects = np.concatenate([part.effects for part in rows])
    bounds = np.concatenate([part.bounds for part in rows])
    total: Floats = filled(rooms, effects, bounds).sum(axis=0)
    return total


@dataclass(frozen=True)
class _Rows:
    """Limits ``effects @ x ≤ bounds``: ``(n_rows, n)`` and ``(n_rows, n_cells)``."""

    effects: Floats
    bounds: Floats

    @classmethod
    def none(cls, n: int, n_cells: int) -> _Rows:
        return cls(np.empty((0, n)), np.empty((0, n_cells)))


def _sections(grid: Grid, year: Year, ground: Ground, feeder: str, members: list[str], rooms: Floats) -> _Rows:
    """The sections of one feeder that the members' highest rooms could bring to their limit."""
    outlook, level = grid.outlook, grid.case.topology.lines["level"]
    own = grid.transformers.loc[members, "feeder_id"].eq(feeder).to_numpy(dtype=bool)
    above = {line for name, here in zip(members, own, strict=True) if here for line in grid.paths[name].lines}
    lines = np.array(sorted(line for line in above if level.at[line] == "mv"), dtype=np.int64)
    if not len(lines):
        return _Rows.none(len(members), year.n_cells)
    effects = np.array([[line in grid.paths[name].lines for name in members] for line in lines], dtype=np.float64)
    limit_kva = (outlook.section_limit_percent * outlook.rated_kva).loc[lines].to_numpy() / 100.0
    before_kva = outlook.reach.line_before_kva.loc[lines].to_numpy()
    lowest_pu, lost_pu = _voltage_at(grid, lines, members)
    # what a kVA takes of the limit: itself with its losses where it is below, and wherever it stands the current that
    # all the rest draws more at a lower voltage
    itself = LOSSES / lowest_pu[:, None] * effects
    beside = limit_kva[:, None] * lost_pu
    used_percent = grid.solved.lines.loc[lines, "max_loading_percent"].to_numpy()
    used_kva = used_percent / 100.0 * outlook.rated_kva.loc[lines].to_numpy() + np.abs(before_kva) / lowest_pu
    most_kva = (itself + beside) @ rooms.max(axis=1)
    near = np.flatnonzero(~(used_kva + most_kva <= limit_kva) & np.isfinite(limit_kva))
    if not len(near):
        return _Rows.none(len(members), year.n_cells)
    load = _section_load(grid, ground, feeder, lines[near], before_kva[near])
    bounds = limit_kva[near, None] - year.highest(load) / lowest_pu[near, None]
    # members elsewhere only lower the voltage: their highest rooms are set aside, so that the section holds back
    # nobody but those below it
    aside = np.where(effects[near] > 0.0, 0.0, beside[near]) @ rooms
    taken = np.where(effects[near] > 0.0, (itself + beside)[near], 0.0)
    return _Rows(taken, np.nan_to_num(bounds - aside, nan=0.0))


def _voltage_at(grid: Grid, lines: Ints, members: list[str]) -> tuple[Floats, Floats]:
    """The lowest voltage of the year (pu) at each line, and by how much a kVA of each member lowers it."""
    tree = grid.outlook.tree
    ends = grid.case.net.line.loc[lines, ["from_bus", "to_bus"]].to_numpy()
    at = tree.positions(ends.ravel())
    reserved = STRETCH * tree.drops(_reserved(grid))[at]
    lowest = grid.solved.buses["voltage_min_pu"].reindex(ends.ravel()).to_numpy() - reserved
    paths = tree.paths(tree.positions(grid.busbar.loc[members].to_numpy()))
    lost = STRETCH * tree.shared_drop(at, paths).reshape(len(lines), 2, len(members)).max(axis=1)
    return np.nan_to_num(lowest.reshape(ends.shape).min(axis=1), nan=0.5).clip(0.5, 1.0), lost


def _section_load(grid: Grid, ground: Ground, feeder: str, lines: Ints, before_kva: Complexes) -> Curves:
    """Apparent power (kVA) of sections over the year with everything reserved, on the far side.

    To the transformers below comes what stands at 10 kV itself: where all of it is below a section, what the feeder's
    head carries beyond its transformers; where only some of it, the same arithmetically. Losses are charged in the
    largest proportion that the solved critical steps show.
    """
    tree, snapshot, rows = grid.outlook.tree, grid.snapshot, ground.rows
    power = section_flows(grid.case, grid.solved, tree, feeder, lines) + before_kva[:, None]
    load, beyond = np.abs(power), _beyond_transformers(grid, feeder)
    at_mv = tree.paths(tree.positions(_buses_with_mv_load(grid, feeder)))
    below = tree.supplies(tree.arrival.loc[lines].to_numpy(), at_mv)
    some, every = below.any(axis=1), below.any(axis=1) & below.all(axis=1)
    load[every] = np.abs(power[every] + beyond)
    load[some & ~every] += np.abs(beyond)
    ends = grid.case.net.line.loc[lines, ["from_bus", "to_bus"]].to_numpy()
    voltage = snapshot.voltage_pu[rows][:, pd.Index(snapshot.bus_index).get_indexer(ends.ravel())]
    column = pd.Index(snapshot.line_index).get_indexer(lines)
    rated_kva = grid.outlook.rated_kva.loc[lines].to_numpy()
    solved_kva = snapshot.line_loading_percent[rows][:, column] / 100.0 * rated_kva
    solved_kva *= voltage.reshape(len(rows), len(lines), 2).max(axis=2)
    there = load[:, snapshot.steps[rows]].T
    heavy = there >= 0.5 * there.max(axis=0)
    losses = np.where(heavy, solved_kva / np.maximum(there, 1e-9), 1.0).max(axis=0).clip(1.0, MOST_LOSSES)
    found: Curves = (load * losses[:, None]).astype(np.float32)
    return found


def _buses_with_mv_load(grid: Grid, feeder: str) -> Ints:
    """Buses of the feeder at which something but a transformer draws or feeds in at 10 kV."""
    buses = grid.case.topology.buses
    here = buses.index[buses["feeder_id"].eq(feeder).fillna(False) & buses["level"].eq("mv")]
    tables = [grid.case.net[name] for name in ("load", "sgen", "storage", "ward", "shunt")]
    return np.unique(
        np.concatenate([table.loc[table["bus"].isin(here) & table["in_service"], "bus"] for table in tables])
    ).astype(np.int64)


def _beyond_transformers(grid: Grid, feeder: str) -> npt.NDArray[np.complex64]:
    """What the feeder's head carries beyond its transformers, kW + j kvar per step; NaN where it is not known."""
    heads, flows, trafos = grid.solved.feeders, grid.solved.transformers, grid.case.topology.trafos
    if feeder not in heads.ids:
        return np.full(len(grid.solved.timestamps), np.nan, dtype=np.complex64)
    row = heads.ids.index(feeder)
    own = (trafos["feeder_id"].eq(feeder).fillna(False) & trafos["kind"].eq("distribution")).reindex(flows.index)
    mine = own.fillna(False).to_numpy(dtype=bool)
    p_kw = heads.p_kw[row] - np.nansum(flows.p_hv_kw[mine], axis=0)
    q_kvar = heads.q_kvar[row] - np.nansum(flows.q_hv_kvar[mine], axis=0)
    found: npt.NDArray[np.complex64] = (p_kw + 1j * q_kvar).astype(np.complex64)
    return found


def _substations(grid: Grid, year: Year, feeders: tuple[str, ...], members: list[str], rooms: Floats) -> _Rows:
    flows, reach = grid.solved.substations, grid.outlook.reach
    above = [name for name in sorted(grid.outlook.network.belonging.substations(feeders)) if name in flows.ids]
    column = [grid.snapshot.substation_ids.index(name) for name in above]
    own = grid.transformers.loc[members, "substation_id"].fillna("").to_numpy(dtype=str)
    rows = np.array([flows.ids.index(name) for name in above], dtype=np.int64)
    if not len(rows):
        return _Rows.none(len(members), year.n_cells)
    effects = np.array([own == name for name in above], dtype=np.float64)
    before_kva = np.array([abs(reach.substation_before_kva.get(name, 0j)) for name in above])
    load = year.highest(np.hypot(flows.p_kw[rows], flows.q_kvar[rows]))
    bounds = (grid.limits.substation_kva[column][:, None] - before_kva[:, None] - load) / LOSSES
    return _Rows(effects, np.nan_to_num(bounds, nan=0.0, posinf=np.inf))


def _voltages(
    grid: Grid, recovery: Recovery, ground: Ground, members: list[str], rooms: Floats, *, own_floor: bool
) -> _Rows:
    """The buses that the members' highest rooms could bring to their limit, each with its estimated margin per cell.

    ``own_floor``: where a member is blocked, its own buses keep the limit itself, not the allowance beyond it (P9).
    """
    tree, scope = grid.outlook.tree, ground.scope
    paths = tree.paths(tree.positions(grid.busbar.loc[members].to_numpy()))
    kva = np.zeros(len(tree.buses))
    np.add.at(kva, paths[:, 0], rooms.max(axis=1))
    buses = grid.snapshot.bus_index[scope.buses]
    at = tree.positions(buses)
    lost = STRETCH * tree.drops(kva)[at]
    base = some_rows(grid.snapshot, ground.rows)
    floor = allowance(base, grid.limits, scope).voltage_pu
    if own_floor:
        floor = np.where(_blocking(grid, members)[scope.buses], grid.limits.voltage_pu[scope.buses], floor)
    table = grid.solved.buses.loc[buses]
    reserved = STRETCH * tree.drops(_reserved(grid))[at]
    lowest = np.fmin(base.voltage_pu[:, scope.buses].min(axis=0), table["voltage_min_pu"].to_numpy() - reserved)
    near = np.flatnonzero((lost > 0.0) & ~(lowest - floor >= lost))
    if not len(near):
        return _Rows.none(len(members), recovery.n_cells)
    when = grid.solved.timestamps.get_indexer(pd.DatetimeIndex(table["voltage_min_at"].iloc[near]))
    better = recovery.least(at[near], when, table["voltage_min_pu"].to_numpy()[near])
    margin = (lowest - floor)[near, None] + better
    return _Rows(STRETCH * tree.shared_drop(at[near], paths), margin)


def _blocking(grid: Grid, members: list[str]) -> npt.NDArray[np.bool_]:
    """The buses (columns of the snapshot) on the supply path or in the own network of a member that is blocked."""
    index, network = grid.snapshot.bus_index, grid.limits.network
    found = np.zeros(len(index), dtype=bool)
    for name in members:
        if name in grid.blocked:
            own = network[index == grid.busbar.at[name]]
            found |= np.isin(index, list(grid.paths[name].buses)) | np.isin(network, own)
    return found


def _reserved(grid: Grid) -> Floats:
    tree = grid.outlook.tree
    kva = np.zeros(len(tree.buses))
    np.add.at(kva, tree.positions(list(grid.base)), np.abs(list(grid.base.values())))
    return kva
