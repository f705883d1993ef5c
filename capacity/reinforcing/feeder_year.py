"""One feeder in one year, cut out of the grid: small enough to try measures on by the hundred."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case import apply_changes
from capacity.case.cutting import cut_out
from capacity.matrix.steps import ChosenSteps
from capacity.reinforcing.futures import FutureYear
from capacity.reinforcing.solving import Load, SolvedGrid, evenly, solve
from capacity.tables._schema import conform
from capacity.tables.case import Case, Window
from capacity.tables.findings import Results
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.network_change import NetworkChange
from capacity.tables.policy import Policy
from capacity.tables.readings import ReadingState

Ints = npt.NDArray[np.int64]
EVERY_STEP = ("add_storage", "manage_charging")
"""Kinds of change that move energy from one step to another, so that some steps are not enough to lay them."""


@dataclass(frozen=True)
class FeederYear:
    """A feeder (and those that measures on it may touch) in a year where nothing is done.

    Attributes
    ----------
    case : cut out; its profiles are of every step, its readings in ``load``.
    load : of every step.
    steps : the critical ones, positions in the window.
    results : of the whole grid of that year, as far as they lie here.
    """

    year: int
    case: Case
    load: Load
    window: Window
    steps: Ints
    rules: Policy
    results: Results


def cut_year(future: FutureYear, grid: SolvedGrid, window: Window, feeder_ids: Collection[str]) -> FeederYear:
    """Cut feeders out of a solved year."""
    case = cut_out(future.case, feeder_ids, _elsewhere(future.case, grid, feeder_ids))
    load = future.load.of(set(case.transformers["transformer_id"]))
    steps = critical_steps(case, grid, load)
    return FeederYear(future.year, case, load, window, steps, future.rules, _here(grid.results, case))


def _here(results: Results, case: Case) -> Results:
    """The results of what a cut holds."""
    ids = set(case.transformers["transformer_id"])
    feeders = set(case.feeders["feeder_id"])
    return Results(
        transformers=results.transformers[results.transformers["transformer_id"].isin(ids)],
        lines=results.lines[results.lines["feeder_id"].isin(feeders)],
        nodes=results.nodes[results.nodes["feeder_id"].isin(feeders)],
        areas=results.areas[results.areas["area_id"].isin(case.areas["area_id"])],
        substations=results.substations,
        alerts=results.alerts,
        reserved=results.reserved,
        feeder_voltages=results.feeder_voltages[results.feeder_voltages["feeder_id"].isin(feeders)],
    )


def _elsewhere(case: Case, grid: SolvedGrid, feeder_ids: Collection[str]) -> dict[str, npt.NDArray[np.complex128]]:
    flows = grid.solved.feeders
    station = case.topology.feeders.drop_duplicates("feeder_id").set_index("feeder_id")["substation_id"]
    sums: dict[str, npt.NDArray[np.complex128]] = {}
    for row, feeder in enumerate(flows.ids):
        if feeder in feeder_ids or pd.isna(station.get(feeder)):
            continue
        power = np.nan_to_num(flows.p_kw[row].astype(float)) + 1j * np.nan_to_num(flows.q_kvar[row].astype(float))
        name = str(station[feeder])
        sums[name] = sums.get(name, np.zeros(len(power), dtype=np.complex128)) + power
    return sums


HIGHEST, HEADS, WORST = 3, 4, 3


def critical_steps(case: Case, grid: SolvedGrid, load: Load) -> Ints:
    """Steps of a solved year that decide in a cut: highest and lowest loads, currents and voltages of what it holds."""
    solved, times = grid.solved, grid.solved.timestamps
    here = np.isin(solved.transformers.index, case.net.trafo.index)
    kva = np.hypot(solved.transformers.p_hv_kw[here], solved.transformers.q_hv_kvar[here])
    heads = [row for row, name in enumerate(solved.feeders.ids) if name in set(case.feeders["feeder_id"])]
    head_kva = np.hypot(solved.feeders.p_kw[heads], solved.feeders.q_kvar[heads])
    positions = [
        _top(kva, HIGHEST),
        _top(np.where(load.state == ReadingState.VALID, np.hypot(load.p_kw, load.q_kvar), np.nan), HIGHEST),
        _top(head_kva, HEADS),
        _top(-solved.transformers.p_hv_kw[here], 1),
        _top(kva / np.maximum(np.nanmax(kva, axis=1, keepdims=True), 1e-6) + _share(head_kva), 1),
        np.array([0, 1, len(times) - 1]),
    ]
    lines = solved.lines[solved.lines.index.isin(case.net.line.index)]
    buses = solved.buses[solved.buses.index.isin(case.net.bus.index)]
    supplier = case.topology.buses["transformer_id"].reindex(buses.index).fillna("")
    line_of = case.topology.lines["transformer_id"].reindex(lines.index).fillna("")
    worst = [
        lines.assign(of=line_of).sort_values("max_loading_percent").groupby("of").tail(WORST)["max_loading_at"],
        buses.assign(of=supplier).sort_values("voltage_min_pu").groupby("of").head(WORST)["voltage_min_at"],
        buses.assign(of=supplier).sort_values("voltage_max_pu").groupby("of").tail(1)["voltage_max_at"],
    ]
    found = times.get_indexer(pd.DatetimeIndex(pd.concat(worst).dropna()))
    return np.unique(np.concatenate([*positions, found[found >= 0]])).astype(np.int64)


def _share(heads: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    if not len(heads):
        return np.zeros(1)
    total = np.nansum(heads, axis=0)
    return np.asarray(total / max(float(total.max()), 1e-6))


def _top(values: npt.NDArray[np.floating], most: int) -> Ints:
    if not values.size:
        return np.empty(0, dtype=np.int64)
    count = min(most, values.shape[1])
    return np.argpartition(-np.nan_to_num(values, nan=-np.inf), count - 1, axis=1)[:, :count].ravel()


def try_changes(here: FeederYear, changes: Sequence[NetworkChange]) -> SolvedGrid:
    """The feeder with changes of its network, solved at its critical steps.

    Raises
    ------
    InputError
        A change cannot be made on this grid.
    """
    times = here.window.timestamps
    sample = evenly(len(times))
    steps = np.union1d(here.steps, sample)
    chosen = ChosenSteps(here.window.start, here.window.end, here.window.step_minutes, times[steps])
    load, sample = here.load.at(steps), np.searchsorted(steps, sample)
    if not changes:
        return solve(_at(here.case, chosen.chosen), here.rules, chosen, load, sample=sample)
    every = any(change.kind in EVERY_STEP for change in changes)
    laid, at = (here.load, times) if every else (load, chosen.chosen)
    base = here.case if every else _at(here.case, at)
    after = apply_changes(replace(base, measurements=_measurements(laid, at)), changes)
    now = _load(after.measurements, laid, at)
    case = replace(_at(after, chosen.chosen), measurements=after.measurements.iloc[:0])
    return solve(case, here.rules, chosen, now.at(steps) if every else now, sample=sample)


def _at(case: Case, times: pd.DatetimeIndex) -> Case:
    """The case with its profiles at some steps."""
    return replace(case, profiles=case.profiles[case.profiles[TIMESTAMP].isin(times)].reset_index(drop=True))


def _measurements(load: Load, times: pd.DatetimeIndex) -> pd.DataFrame:
    count = len(times)
    frame = pd.DataFrame(
        {
            "timestamp": np.tile(times.to_numpy(), len(load.transformer_ids)),
            "transformer_id": np.repeat(np.array(load.transformer_ids, dtype=object), count),
            "p_kw": load.p_kw.ravel(),
            "q_kvar": load.q_kvar.ravel(),
            "s_kva": np.hypot(load.p_kw, load.q_kvar).ravel(),
        }
    )
    return conform(frame, MEASUREMENTS)


def _load(measurements: pd.DataFrame, before: Load, times: pd.DatetimeIndex) -> Load:
    """Readings after changes as curves; what counted before counts."""
    ids = tuple(str(one) for one in pd.unique(measurements["transformer_id"]))
    row = pd.Index(ids).get_indexer(measurements["transformer_id"])
    column = times.get_indexer(pd.DatetimeIndex(measurements["timestamp"]))
    curves = []
    for part in ("p_kw", "q_kvar"):
        values = np.full((len(ids), len(times)), np.nan)
        values[row, column] = measurements[part].to_numpy(dtype=np.float64, na_value=np.nan)
        curves.append(values)
    state = np.full(curves[0].shape, ReadingState.VALID, dtype=np.uint8)
    for at, name in enumerate(ids):
        if name in before.transformer_ids:
            state[at] = before.state[before.transformer_ids.index(name)]
    state[~np.isfinite(curves[0])] = ReadingState.MISSING
    return Load(ids, curves[0], curves[1], state)
