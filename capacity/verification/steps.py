"""The worst steps for a node: where its feeder, its transformer and the voltages come nearest to their limits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.solved import HeadFlows, SolvedYear
from capacity.verification.bounds import Bounds
from capacity.verification.watch import Watch

Ints = npt.NDArray[np.int64]
WORST_STEPS = 100
AROUND = 2
"""Steps before and after the stated one that are always among the worst."""


def worst_steps(
    case: Case, year: SolvedYear, watch: Watch, bounds: Bounds, at: pd.Timestamp | None, count: int = WORST_STEPS
) -> Ints:
    """At most ``count`` distinct steps, in rising order, none of which failed in the node's island.

    First the stated binding time and the steps around it; then, in turn, the highest loads of the node's transformers,
    of its feeder and of its substation, the highest load rates of its lines, and the lowest voltages of its buses.
    """
    n_steps = len(year.timestamps)
    own = pd.Index(year.transformers.index).get_indexer(watch.trafos)
    flows = year.transformers
    series = [
        np.where(flows.p_hv_kw[row] >= 0.0, np.hypot(flows.p_hv_kw[row], flows.q_hv_kvar[row]), 0.0) for row in own
    ]
    series += [_import_kva(year.feeders, watch.feeder_id), _import_kva(year.substations, watch.substation_id)]
    ranked: list[Iterable[int]] = [np.argsort(-np.nan_to_num(one), kind="stable")[:count] for one in series if len(one)]
    ranked += [_of_lines(year, watch, bounds), _of_buses(year, watch, bounds)]
    stated = _around(year.timestamps, at)
    chosen = dict.fromkeys(step for step in stated if 0 <= step < n_steps)
    for rank in zip(*(_padded(list(one), count) for one in ranked), strict=True):
        chosen.update(dict.fromkeys(int(step) for step in rank if step >= 0))
        if len(chosen) >= count:
            break
    steps = np.array(list(chosen), dtype=np.int64)
    return np.sort(steps[~year.failed[watch.island, steps]][:count])


def _around(timestamps: pd.DatetimeIndex, at: pd.Timestamp | None) -> list[int]:
    position = -1 if at is None or pd.isna(at) else int(timestamps.get_indexer(pd.DatetimeIndex([at]))[0])
    return [] if position < 0 else [position, *range(position - AROUND, position + AROUND + 1)]


def _import_kva(flows: HeadFlows, name: str) -> npt.NDArray[np.float32]:
    if name not in flows.ids:
        return np.empty(0, dtype=np.float32)
    row = flows.ids.index(name)
    return np.where(flows.p_kw[row] >= 0.0, np.hypot(flows.p_kw[row], flows.q_kvar[row]), np.float32(0.0))


def _of_lines(year: SolvedYear, watch: Watch, bounds: Bounds) -> Ints:
    """The three highest steps of every watched line, the nearest to its limit first."""
    lines = year.lines.loc[watch.lines]
    rate = [
        lines[f"{word}_loading_percent"] / bounds.line_percent.loc[watch.lines] for word in ("max", "second", "third")
    ]
    at = pd.concat([lines[f"{word}_loading_at"] for word in ("max", "second", "third")], ignore_index=True)
    order = pd.concat(rate, ignore_index=True).sort_values(ascending=False, kind="stable").index
    return _distinct(year.timestamps, at.loc[order])


def _of_buses(year: SolvedYear, watch: Watch, bounds: Bounds) -> Ints:
    """The lowest step of the watched buses: first the node's own, then each network's lowest, then the others."""
    buses = year.buses.loc[watch.buses]
    margin = (buses["voltage_min_pu"] - bounds.floor_pu.loc[watch.buses]).rename("margin")
    place = pd.Series(watch.network, index=buses.index)
    rank = margin.groupby(place).rank(method="first")
    rank[buses.index == watch.bus] = 0.0
    order = pd.DataFrame({"rank": rank, "margin": margin}).sort_values(["rank", "margin"], kind="stable").index
    return _distinct(year.timestamps, buses.loc[order, "voltage_min_at"])


def _distinct(timestamps: pd.DatetimeIndex, at: pd.Series) -> Ints:
    positions = timestamps.get_indexer(pd.DatetimeIndex(at.dropna().drop_duplicates()))
    return positions[positions >= 0].astype(np.int64)


def _padded(steps: list[int], count: int) -> list[int]:
    return (steps + [-1] * count)[:count]
