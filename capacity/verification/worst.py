"""The worst values of the situation before anything is added: what says which limits are already broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.solved import Snapshot, SolvedYear


@dataclass(frozen=True)
class Worst:
    """Lowest voltage by bus and highest load rate by line (pandapower index), and the positions of their steps."""

    voltage_pu: pd.Series
    voltage_step: pd.Series
    loading_percent: pd.Series
    loading_step: pd.Series


def worst_of_year(year: SolvedYear) -> Worst:
    """The worst values of a solved year."""
    return Worst(
        year.buses["voltage_min_pu"],
        _positions(year.timestamps, year.buses["voltage_min_at"]),
        year.lines["max_loading_percent"],
        _positions(year.timestamps, year.lines["max_loading_at"]),
    )


def worst_of_snapshot(snapshot: Snapshot) -> Worst:
    """The worst values of some steps."""
    low, low_row = _extreme(snapshot.voltage_pu, lowest=True)
    high, high_row = _extreme(snapshot.line_loading_percent, lowest=False)
    buses, lines = pd.Index(snapshot.bus_index), pd.Index(snapshot.line_index)
    return Worst(
        pd.Series(low, buses),
        pd.Series(snapshot.steps[low_row], buses),
        pd.Series(high, lines),
        pd.Series(snapshot.steps[high_row], lines),
    )


def worse_of(one: Worst, other: Worst) -> Worst:
    """Element by element the worse of two."""
    lower = other.voltage_pu < one.voltage_pu.reindex(other.voltage_pu.index).fillna(np.inf)
    higher = other.loading_percent > one.loading_percent.reindex(other.loading_percent.index).fillna(-np.inf)
    return Worst(
        other.voltage_pu.where(lower, one.voltage_pu.reindex(lower.index)),
        other.voltage_step.where(lower, one.voltage_step.reindex(lower.index)),
        other.loading_percent.where(higher, one.loading_percent.reindex(higher.index)),
        other.loading_step.where(higher, one.loading_step.reindex(higher.index)),
    )


def _positions(timestamps: pd.DatetimeIndex, at: pd.Series) -> pd.Series:
    return pd.Series(timestamps.get_indexer(pd.DatetimeIndex(at)), index=at.index)


def _extreme(values: npt.NDArray[np.float64], *, lowest: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The extreme of every column and its row; NaN never counts unless there is nothing else."""
    filled = np.where(np.isnan(values), np.inf if lowest else -np.inf, values)
    rows = filled.argmin(axis=0) if lowest else filled.argmax(axis=0)
    return values[rows, np.arange(values.shape[1])], rows.astype(np.int64)
