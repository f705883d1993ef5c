"""The solved year's tables: from electrical buses and branches back to pandapower's elements."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.grid import Grid
from capacity.loadflow.metered import Metered
from capacity.loadflow.statistics import Gathered
from capacity.loadflow.year import Curves, Plan
from capacity.tables.case import Case, Window
from capacity.tables.solved import HeadFlows, TransformerFlows

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
ORDER = ("max", "second", "third")


def line_table(
    case: Case, window: Window, plan: Plan, gathered: Gathered, failed: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Statistics of every line of the network, NaN for lines that were never solved."""
    grid, times, hours = plan.grid, window.timestamps, window.step_hours
    table = pd.DataFrame(index=pd.Index(grid.branches.element[plan.line_rows], name="line"))
    current = np.sqrt(gathered.top_square)
    loading = 100.0 * current / plan.line_rating_ka[:, None]
    table["max_i_ka"] = current[:, 0]
    for place, word in enumerate(ORDER):
        table[f"{word}_loading_percent"] = loading[:, place]
        rated = np.isfinite(loading[:, place])
        table[f"{word}_loading_at"] = _moments(times, np.where(rated, gathered.top_step[:, place], -1))
    unknown = ~np.isfinite(loading[:, 0])
    for level, suffix in enumerate(("ge_80", "ge_100")):
        table[f"hours_{suffix}"] = np.where(unknown, np.nan, gathered.runs.count[:, level] * hours)
        table[f"longest_run_{suffix}_h"] = np.where(unknown, np.nan, gathered.runs.longest[:, level] * hours)
    island = plan.island_of_bus[grid.branches.f[plan.line_rows]]
    table["steps_failed"] = failed.sum(axis=1)[island].astype(np.float64)
    return table.reindex(case.net.line.index)


def bus_table(case: Case, window: Window, grid: Grid, gathered: Gathered) -> pd.DataFrame:
    """Lowest and highest voltage of every bus of the network."""
    index = case.net.bus.index
    at = grid.bus_of[index.to_numpy(np.int64)]

    def of_bus(values: Reals) -> Reals:
        return np.where(at >= 0, np.sqrt(values[at]), np.nan)

    def when(steps: Ints) -> pd.DatetimeIndex:
        return _moments(window.timestamps, np.where(at >= 0, steps[at], -1))

    return pd.DataFrame(
        {
            "voltage_min_pu": of_bus(gathered.low),
            "voltage_min_at": when(gathered.low_step),
            "voltage_max_pu": of_bus(gathered.high),
            "voltage_max_at": when(gathered.high_step),
        },
        index=index,
    )


def _moments(times: pd.DatetimeIndex, steps: Ints) -> pd.DatetimeIndex:
    """Timestamps of steps, NaT for -1."""
    values = times.to_numpy(dtype="datetime64[ns]")[steps]
    return pd.DatetimeIndex(np.where(steps >= 0, values, np.datetime64("NaT", "ns")))


def transformer_flows(case: Case, plan: Plan, curves: Curves) -> TransformerFlows:
    """Curves of all two-winding transformers of the network, kW and kvar."""
    index = case.net.trafo.index.to_numpy(np.int64)

    def rows(values: Floats, part: int) -> Floats:
        out = np.full((len(index), values.shape[2]), np.nan, dtype=np.float32)
        out[plan.trafos.row] = values[:, part] * np.float32(1000.0 * plan.grid.sn_mva)
        return out

    return TransformerFlows(index, rows(curves.hv, 0), rows(curves.hv, 1), rows(curves.lv, 0), rows(curves.lv, 1))


def head_flows(ids: tuple[str, ...], values: Floats, sn_mva: float) -> HeadFlows:
    """Curves per feeder or substation, kW and kvar."""
    scaled = values * np.float32(1000.0 * sn_mva)
    return HeadFlows(ids, scaled[:, 0].copy(), scaled[:, 1].copy())


def filled_steps(metered: Metered | None) -> dict[str, int]:
    """By metered transformer: steps whose missing reading was filled."""
    if metered is None:
        return {}
    counts = (~metered.measured & np.isfinite(metered.target.real)).sum(axis=1)
    return {name: int(count) for names, count in zip(metered.names, counts, strict=True) for name in names}


def unmet_table(window: Window, metered: Metered | None, idle: dict[str, Ints], curves: Curves) -> pd.DataFrame:
    """Metered steps that the simulation could not meet, by transformer and reason (``words.UNMET``)."""
    found: list[tuple[str, int, pd.Timestamp, str]] = []
    times = window.timestamps

    def note(name: str, steps: Ints, why: str) -> None:
        if len(steps):
            found.append((name, len(steps), times[int(steps[0])], why))

    for name, steps in idle.items():
        note(name, steps, "no_load")
    for group, names in enumerate(metered.names if metered is not None else ()):
        export, other = curves.clipped[group], ~curves.clipped[group]
        for name in names:
            note(name, np.flatnonzero(curves.unmet[group] & export), "export_without_generation")
            note(name, np.flatnonzero(curves.unmet[group] & other), "not_converged")
    table = pd.DataFrame(found, columns=["transformer_id", "steps", "first_at", "why"])
    return table.astype({"transformer_id": "string", "steps": "int64", "first_at": "datetime64[ns]", "why": "string"})
