"""Power through branch ends: transformers' terminals, feeder heads, what is fed into a substation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.grid import Grid
from capacity.loadflow.kernels import add_rows, end_power
from capacity.loadflow.lanes import LANES, Block
from capacity.tables.case import Case

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Ends:
    """Branch ends at which power is read: into the branch at bus ``here`` whose other end is ``there``."""

    here: Ints
    there: Ints
    admittance: Reals

    @classmethod
    def of(cls, grid: Grid, rows: Ints, at_f: npt.NDArray[np.bool_]) -> Ends:
        """Ends of branch rows, the ``f`` end where ``at_f``."""
        two = grid.branches
        own = np.where(at_f, two.yff[rows], two.ytt[rows])
        mutual = np.where(at_f, two.yft[rows], two.ytf[rows])
        here, there = np.where(at_f, two.f[rows], two.t[rows]), np.where(at_f, two.t[rows], two.f[rows])
        parts = np.stack([own.real, own.imag, mutual.real, mutual.imag], axis=1)
        return cls(here.astype(np.int64), there.astype(np.int64), np.ascontiguousarray(parts))

    def power(self, voltage: Block) -> Block:
        """Power into the ends, pu, ``(n_blocks, n_ends, 2, LANES)``."""
        power = np.empty((len(voltage), len(self.here), 2, LANES))
        for block in range(len(voltage)):
            end_power(self.here, self.there, self.admittance, voltage[block], power[block])
        return power

    def sums(self, voltage: Block, row: Ints, weight: Reals, n_rows: int) -> Block:
        """Power into the ends, each times its weight, added by row: ``(n_blocks, n_rows, 2, LANES)``."""
        through, total = self.power(voltage), np.zeros((len(voltage), n_rows, 2, LANES))
        for block in range(len(voltage)):
            add_rows(row, weight, through[block], total[block])
        return total


@dataclass(frozen=True)
class Meters:
    """Sums of branch ends and of what stands at source buses, one row per id.

    ``known`` says which rows have anything to sum; the others are NaN.
    """

    ids: tuple[str, ...]
    ends: Ends
    row_of_end: Ints
    source_bus: Ints
    row_of_source: Ints
    source_shunt: Complexes
    known: npt.NDArray[np.bool_]

    def power(self, voltage: Block, consumption: Block) -> Block:
        """Power per row, pu, ``(n_blocks, n_rows, 2, LANES)``."""
        total = self.ends.sums(voltage, self.row_of_end, np.ones(len(self.row_of_end)), len(self.ids))
        for block in range(len(voltage) if len(self.source_bus) else 0):
            np.add.at(total[block], self.row_of_source, self._at_sources(voltage[block], consumption[block]))
        total[:, ~self.known] = np.nan
        return total

    def _at_sources(self, voltage: Reals, consumption: Reals) -> Reals:
        """What is consumed at the source buses themselves: loads and shunts."""
        at = voltage[self.source_bus]
        square = (at * at).sum(axis=1)
        own = consumption[self.source_bus].copy()
        own[:, 0] += self.source_shunt.real[:, None] * square
        own[:, 1] -= self.source_shunt.imag[:, None] * square
        return own


@dataclass(frozen=True)
class TrafoEnds:
    """Both terminals of the energised two-winding transformers; ``row`` is their row in ``net.trafo``."""

    row: Ints
    hv: Ends
    lv: Ends
    rated_kva: Reals


def trafo_ends(case: Case, grid: Grid) -> TrafoEnds:
    """The terminals of a case's energised transformers."""
    rows = grid.branches.of("trafo")
    table = case.net.trafo
    row = table.index.get_indexer(grid.branches.element[rows])
    at_hv = np.ones(len(rows), dtype=bool)
    rated = (table["sn_mva"] * table["parallel"] * table["df"]).to_numpy(np.float64)[row] * 1000.0
    return TrafoEnds(row.astype(np.int64), Ends.of(grid, rows, at_hv), Ends.of(grid, rows, ~at_hv), rated)


def feeder_meters(case: Case, grid: Grid) -> Meters:
    """Power leaving the busbar into each feeder.

    Read at the busbar's end of the head line; of a feeder without line sections, at its transformers.
    """
    feeders = case.topology.feeders
    lines, trafos = grid.branches.of("line"), grid.branches.of("trafo")
    line_row = pd.Series(lines, index=grid.branches.element[lines])
    trafo_row = pd.Series(trafos, index=grid.branches.element[trafos])
    ends: list[tuple[int, int, bool]] = []
    for row, feeder in enumerate(feeders.itertuples(index=False)):
        if feeder.head_line in line_row.index:
            branch = int(line_row[feeder.head_line])
            ends.append((row, branch, bool(grid.branches.f[branch] == grid.bus_of[feeder.head_bus])))
        elif feeder.head_line < 0:
            of_feeder = case.topology.trafos
            mine = of_feeder.index[_equals(of_feeder["feeder_id"], feeder.feeder_id)]
            ends.extend((row, int(trafo_row[trafo]), True) for trafo in mine if trafo in trafo_row.index)
    return _meters(grid, tuple(feeders["feeder_id"].astype(str)), ends, [])


def substation_meters(case: Case, grid: Grid) -> Meters:
    """Power fed into each substation: its external grid's, else into the HV side of its transformers."""
    substations = case.topology.substations
    trafos = grid.branches.of("trafo")
    trafo_row = pd.Series(trafos, index=grid.branches.element[trafos])
    table = case.topology.trafos
    sources = set(np.concatenate([island.sources for island in grid.islands]).tolist())
    ends: list[tuple[int, int, bool]] = []
    at_source: list[tuple[int, int]] = []
    for row, substation in enumerate(substations.itertuples(index=False)):
        bus = int(grid.bus_of[substation.busbar]) if substation.busbar >= 0 else -1
        if bus in sources:
            at_source.append((row, bus))
            ends.extend((row, branch, at_f) for branch, at_f in _branches_at(grid, bus))
            continue
        own = _equals(table["kind"], "substation") & _equals(table["substation_id"], substation.substation_id)
        mine = table.index[own]
        ends.extend((row, int(trafo_row[trafo]), True) for trafo in mine if trafo in trafo_row.index)
    return _meters(grid, tuple(substations["substation_id"].astype(str)), ends, at_source)


def _equals(column: pd.Series, value: str) -> npt.NDArray[np.bool_]:
    """Where a text column with gaps has a value."""
    return column.eq(value).fillna(False).to_numpy(bool)


def _branches_at(grid: Grid, bus: int) -> list[tuple[int, bool]]:
    """Branch ends at a bus, without branches whose ends are fused (they are part of its shunt)."""
    f, t = grid.branches.f, grid.branches.t
    from_here = [(int(row), True) for row in np.flatnonzero((f == bus) & (t != bus))]
    to_here = [(int(row), False) for row in np.flatnonzero((t == bus) & (f != bus))]
    return from_here + to_here


def _meters(
    grid: Grid, ids: tuple[str, ...], ends: list[tuple[int, int, bool]], at_source: list[tuple[int, int]]
) -> Meters:
    rows = np.array([row for row, _, _ in ends], dtype=np.int64)
    branches = np.array([branch for _, branch, _ in ends], dtype=np.int64)
    at_f = np.array([side for _, _, side in ends], dtype=bool)
    source_row = np.array([row for row, _ in at_source], dtype=np.int64)
    source_bus = np.array([bus for _, bus in at_source], dtype=np.int64)
    known = np.isin(np.arange(len(ids)), np.concatenate([rows, source_row]))
    return Meters(ids, Ends.of(grid, branches, at_f), rows, source_bus, source_row, grid.shunt[source_bus], known)
