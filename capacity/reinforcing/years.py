"""A year of the whole grid as a unit of work: solved at every step, judged, and cut into feeders to try measures on."""

from __future__ import annotations

import functools
import gc
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capacity.matrix.ground import Ground
from capacity.reinforcing.feeder_year import cut_year
from capacity.reinforcing.futures import future_year
from capacity.reinforcing.node_room import node_room
from capacity.reinforcing.solving import SolvedGrid, solve
from capacity.tables.matrix import TRIGGERS
from capacity.tables.scenario import Scenario

Cuts = Mapping[str, tuple[str, ...]]
"""By feeder, the feeders that its cut holds: those that measures on it may touch."""


@dataclass(frozen=True)
class SolvedYear:
    """What is kept of a solved year.

    Attributes
    ----------
    findings, violations : as ``planning.needs`` finds them.
    areas : columns of ``tables.plan.PLAN_AREAS`` from ``area_id`` on.
    low_voltage_nodes, losses_kwh, steps_failed : of the whole grid; the first None where no voltage is known or a step
        failed.
    """

    year: int
    findings: pd.DataFrame
    violations: pd.DataFrame
    areas: pd.DataFrame
    low_voltage_nodes: int | None
    losses_kwh: float
    steps_failed: int


def solve_year(
    ground_file: Path,
    scenario: Scenario,
    year: int,
    draw: int,
    seed: int,
    cuts: Cuts,
    folder: Path,
    nodes: bool,
) -> SolvedYear:
    """Solve a year of a scenario at every step.

    Parameters
    ----------
    ground_file : pickled ground, written by this program a moment ago.
    cuts : what to cut out of it; written to ``folder`` as :func:`cut_file` says.
    nodes : whether the capacity of every node is sought too (P9).
    """
    ground = _ground(ground_file)
    future = future_year(ground, scenario, year, draw, seed)
    grid = solve(future.case, future.rules, ground.window, future.load)
    for feeder, held in cuts.items():
        file = cut_file(folder, feeder, year)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(cut_year(future, grid, ground.window, held)))
    return SolvedYear(
        year,
        grid.findings,
        grid.violations,
        _areas(grid, node_room(grid, future.rules) if nodes else None),
        _low_voltage_nodes(grid),
        grid.losses_kwh,
        grid.steps_failed,
    )


def cut_file(folder: Path, feeder_id: str, year: int) -> Path:
    """Where a feeder's year is kept while a plan is made."""
    return folder / str(year) / f"{feeder_id.encode('utf-8').hex()}.pickle"


@functools.lru_cache(maxsize=1)
def _ground(file: Path) -> Ground:
    ground: Ground = pickle.loads(file.read_bytes())
    gc.freeze()  # what stays for good need not be looked through at every collection
    return ground


def _low_voltage_nodes(grid: SolvedGrid) -> int | None:
    low = grid.results.nodes["low_voltage"]
    return None if grid.steps_failed or low.isna().all() else int(low.fillna(False).astype(bool).sum())


_OF_AREAS = ["area_id", "max_loading_percent", "allowed_sum_kva", "allowed_kva", "status", "low_voltage_nodes"]


def _areas(grid: SolvedGrid, rooms: pd.DataFrame | None) -> pd.DataFrame:
    areas = grid.results.areas[_OF_AREAS]
    fired = grid.findings.groupby(["area_id", "rule"]).size().unstack(fill_value=0)
    fired = fired.reindex(index=areas["area_id"], columns=[rule.upper() for rule in TRIGGERS], fill_value=0)
    frame = areas.set_index("area_id").join(fired.rename(columns=str.lower).astype("Int64"))
    frame["p5"] = frame["p5"].where(frame["status"] != "no_data")
    frame["p10"] = frame["p10"].where(frame["low_voltage_nodes"].notna())
    for rule in ("p3", "p4"):
        frame[rule] = frame[rule].where(frame["max_loading_percent"].notna())
    if rooms is not None:
        by_area = rooms.groupby("area_id")["allowed_kva"]
        frame = frame.join(by_area.min().rename("node_lowest_kva")).join(by_area.median().rename("node_median_kva"))
    return frame.reset_index()
