"""Which limits a load breaks: the one judgement, from solved steps or from a solved year.

A limit that the situation without the load keeps must be kept at every step. One that it already breaks

* on the node's supply path or in its own LV network may not be worsened: voltages there fall with any load, so the
  limit counts as broken by every load; a load rate may at each step be as high as it was, so that a load which lowers
  an export is free to do so;
* elsewhere may get worse by epsilon: a load rate beyond its highest value of the year, the buses of a network that has
  one outside its band beyond the lower of their floor and their lowest value of the year.

Values are compared with a relative tolerance of ``NOISE``: the solvers' last digits, the curves' single precision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.solved import Snapshot, SolvedYear
from capacity.verification.bounds import Bounds
from capacity.verification.watch import Watch
from capacity.verification.worst import Worst

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NOISE = 1e-6
NO_SOLUTION = "no_solution"
"""What breaks where the load flow finds no solution with the load: more than the grid can carry at all."""


@dataclass(frozen=True)
class Breach:
    """A broken limit: what, where, at which step (position in the window), the value found and the one allowed."""

    criterion: str
    element: str
    step: int
    value: float
    allowed: float

    @property
    def excess(self) -> float:
        """By which part of the allowed value it is broken."""
        return abs(self.value - self.allowed) / abs(self.allowed) if self.allowed else np.inf


@dataclass(frozen=True)
class Allowance:
    """What a node's load may bring the watched elements to; arrays follow the watch's.

    ``own_over`` marks own lines that are above their limit at some step without the load, ``already`` lists the limits
    that any load breaks further.
    """

    lowest_pu: Reals
    highest_percent: Reals
    own_over: npt.NDArray[np.bool_]
    already: tuple[Breach, ...]


def allowance_of(case: Case, watch: Watch, bounds: Bounds, worst: Worst) -> Allowance:
    """What a load at the watched node may do, given the worst values without it."""
    floor = bounds.floor_pu.loc[watch.buses].to_numpy(np.float64)
    lowest = worst.voltage_pu.reindex(watch.buses).to_numpy(np.float64)
    below = lowest < floor * (1.0 - NOISE)
    broken_network = np.isin(watch.network, watch.network[below])
    limit = bounds.line_percent.loc[watch.lines].to_numpy(np.float64)
    highest = worst.loading_percent.reindex(watch.lines).to_numpy(np.float64)
    over = highest > limit * (1.0 + NOISE)
    bus_ids, steps = case.topology.buses["bus_id"], worst.voltage_step
    already = [
        Breach("voltage_min", str(bus_ids.at[bus]), int(steps.at[bus]), float(lowest[row]), float(floor[row]))
        for row, bus in enumerate(watch.buses.tolist())
        if below[row] and watch.own_buses[row]
    ]
    return Allowance(
        lowest_pu=np.where(broken_network, np.fmin(lowest, floor) - bounds.epsilon_pu, floor),
        highest_percent=np.where(over & ~watch.own_lines, highest + bounds.epsilon_percent, limit),
        own_over=over & watch.own_lines,
        already=tuple(already),
    )


def breaches_at_steps(
    case: Case, watch: Watch, bounds: Bounds, allowance: Allowance, base: Snapshot, loaded: Snapshot
) -> list[Breach]:
    """Every limit that ``loaded`` breaks at its steps, the worst first; ``base`` is the same steps without the load."""
    found = list(allowance.already)
    found += _unsolved(watch, loaded.steps[loaded.failed & ~base.failed])
    columns = _columns(loaded.bus_index, watch.buses)
    allowed = np.broadcast_to(allowance.lowest_pu, (len(loaded.steps), len(columns)))
    ids = case.topology.buses["bus_id"].loc[watch.buses]
    found += _worst_below("voltage_min", ids, loaded.steps, loaded.voltage_pu[:, columns], allowed)
    found += _lines_at_steps(case, watch, allowance, base, loaded)
    columns = _columns(loaded.trafo_index, watch.trafos)
    found += _worst_above(
        "transformer_loading",
        case.topology.trafos["trafo_id"].loc[watch.trafos],
        loaded.steps,
        loaded.trafo_loading_percent[:, columns],
        np.fmax(bounds.transformer_percent, base.trafo_loading_percent[:, _columns(base.trafo_index, watch.trafos)]),
    )
    if watch.substation_id in loaded.substation_ids:
        column = [loaded.substation_ids.index(watch.substation_id)]
        allowed = np.fmax(bounds.substation_kva.at[watch.substation_id], base.substation_kva[:, column])
        found += _worst_above(
            "substation_loading", [watch.substation_id], loaded.steps, loaded.substation_kva[:, column], allowed
        )
    return sorted(found, key=lambda breach: -breach.excess)


def _lines_at_steps(case: Case, watch: Watch, allowance: Allowance, base: Snapshot, loaded: Snapshot) -> list[Breach]:
    before = base.line_loading_percent[:, _columns(base.line_index, watch.lines)]
    after = loaded.line_loading_percent[:, _columns(loaded.line_index, watch.lines)]
    allowed = np.broadcast_to(allowance.highest_percent, after.shape)
    allowed = np.where(allowance.own_over, np.fmax(allowed, before), allowed)
    lines = case.topology.lines.loc[watch.lines]
    found: list[Breach] = []
    for level, criterion in (("lv", "line_loading"), ("mv", "section_loading")):
        mine = lines["level"].eq(level).to_numpy(dtype=bool)
        found += _worst_above(criterion, lines.loc[mine, "line_id"], loaded.steps, after[:, mine], allowed[:, mine])
    return found


def breaches_of_year(
    case: Case, watch: Watch, bounds: Bounds, allowance: Allowance, base: SolvedYear, loaded: SolvedYear
) -> tuple[list[Breach], bool]:
    """Every limit that a year breaks, the worst first, and whether own lines must be looked at step by step.

    The year keeps only the highest steps of a line. Where an own line is above its limit already without the load and
    still is with it, they do not tell whether some step got worse.
    """
    found = list(allowance.already)
    found += _unsolved(watch, np.flatnonzero(loaded.failed[watch.island] & ~base.failed[watch.island]))
    buses, times = loaded.buses.loc[watch.buses], loaded.timestamps
    lowest, at = (
        buses["voltage_min_pu"].to_numpy(np.float64),
        times.get_indexer(pd.DatetimeIndex(buses["voltage_min_at"])),
    )
    for row in np.flatnonzero(lowest < allowance.lowest_pu * (1.0 - NOISE)):
        name = str(case.topology.buses.at[watch.buses[row], "bus_id"])
        found.append(Breach("voltage_min", name, int(at[row]), float(lowest[row]), float(allowance.lowest_pu[row])))
    lines = loaded.lines.loc[watch.lines]
    highest, at = (
        lines["max_loading_percent"].to_numpy(np.float64),
        times.get_indexer(pd.DatetimeIndex(lines["max_loading_at"])),
    )
    above = highest > allowance.highest_percent * (1.0 + NOISE)
    for row in np.flatnonzero(above & ~allowance.own_over):
        line = case.topology.lines.loc[watch.lines[row]]
        criterion = "line_loading" if line["level"] == "lv" else "section_loading"
        limit = float(allowance.highest_percent[row])
        found.append(Breach(criterion, str(line["line_id"]), int(at[row]), float(highest[row]), limit))
    found += _transformers_of_year(case, watch, bounds, base, loaded)
    found += _substation_of_year(watch, bounds, base, loaded)
    return sorted(found, key=lambda breach: -breach.excess), bool((above & allowance.own_over).any())


def _transformers_of_year(
    case: Case, watch: Watch, bounds: Bounds, base: SolvedYear, loaded: SolvedYear
) -> list[Breach]:
    rows = pd.Index(loaded.transformers.index).get_indexer(watch.trafos)
    rated_kva = _rated_kva(case).loc[watch.trafos].to_numpy(np.float64)[:, None]
    before, after = (100.0 * _through_kva(year, rows) / rated_kva for year in (base, loaded))
    allowed = np.fmax(bounds.transformer_percent, before)
    ids = case.topology.trafos["trafo_id"].loc[watch.trafos]
    return _worst_above("transformer_loading", ids, np.arange(after.shape[1]), after.T, allowed.T)


def _substation_of_year(watch: Watch, bounds: Bounds, base: SolvedYear, loaded: SolvedYear) -> list[Breach]:
    if watch.substation_id not in loaded.substations.ids:
        return []
    row = loaded.substations.ids.index(watch.substation_id)
    before, after = (
        np.hypot(year.substations.p_kw[row].astype(np.float64), year.substations.q_kvar[row].astype(np.float64))
        for year in (base, loaded)
    )
    allowed = np.fmax(bounds.substation_kva.at[watch.substation_id], before)
    steps = np.arange(len(after))
    return _worst_above("substation_loading", [watch.substation_id], steps, after[:, None], allowed[:, None])


def _through_kva(year: SolvedYear, rows: Ints) -> Reals:
    """The larger apparent power of both sides."""
    flows = year.transformers
    hv = np.hypot(flows.p_hv_kw[rows].astype(np.float64), flows.q_hv_kvar[rows].astype(np.float64))
    lv = np.hypot(flows.p_lv_kw[rows].astype(np.float64), flows.q_lv_kvar[rows].astype(np.float64))
    return np.maximum(hv, lv)


def _rated_kva(case: Case) -> pd.Series:
    table = case.net.trafo
    return table["sn_mva"] * table["parallel"] * table["df"] * 1000.0


def _unsolved(watch: Watch, steps: Ints) -> list[Breach]:
    return [Breach(NO_SOLUTION, watch.node_id, int(steps[0]), np.nan, 0.0)] if len(steps) else []


def _columns(index: Ints, wanted: Ints) -> Ints:
    columns: Ints = pd.Index(index).get_indexer(wanted)
    if (columns < 0).any():
        raise ValueError("a watched element is not among the solved ones")
    return columns


def _worst_above(criterion: str, ids: Iterable[str], steps: Ints, values: Reals, allowed: Reals) -> list[Breach]:
    """The worst step of every column that exceeds what is allowed."""
    with np.errstate(invalid="ignore"):
        part = np.where(np.isfinite(allowed), values / allowed, 0.0)
    return _worst(criterion, ids, steps, values, allowed, np.nan_to_num(part, nan=0.0) - 1.0)


def _worst_below(criterion: str, ids: Iterable[str], steps: Ints, values: Reals, allowed: Reals) -> list[Breach]:
    """The worst step of every column that falls below what is allowed."""
    with np.errstate(invalid="ignore"):
        part = np.where(np.isfinite(allowed), values / allowed, np.inf)
    return _worst(criterion, ids, steps, values, allowed, 1.0 - np.nan_to_num(part, nan=np.inf))


def _worst(
    criterion: str, ids: Iterable[str], steps: Ints, values: Reals, allowed: Reals, excess: Reals
) -> list[Breach]:
    if not excess.size:
        return []
    rows = excess.argmax(axis=0)
    return [
        Breach(criterion, str(name), int(steps[row]), float(values[row, column]), float(allowed[row, column]))
        for column, (name, row) in enumerate(zip(ids, rows.tolist(), strict=True))
        if excess[row, column] > NOISE
    ]
