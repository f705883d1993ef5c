"""What one node of a run can take in each month and hour of the day: for offers that are limited in time (P16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.headroom import node_profile
from capacity.headroom.node_profile import Kept, Question
from capacity.headroom.nodes import UNKNOWN
from capacity.headroom.placing import unit_power
from capacity.proof import Again, case_of_run, floor_by_bus, solved_again
from capacity.runs import read_run
from capacity.tables.case import Case
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.run import Manifest, Run
from capacity.tables.words import REASON
from capacity.verification import Bounds, Watch, allowance_of, bounds_of, watch_of, worst_of_year

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Hours:
    """A node's profile (``tables.node_profile``), its row of ``tables.results.nodes``, and the run it belongs to."""

    profile: pd.DataFrame
    node: pd.Series
    manifest: Manifest
    power_factor: float


def profile_of_node(
    folder: Path,
    node_id: str,
    *,
    case_folder: Path | None = None,
    scenario_file: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Hours:
    """Solve a run's case again and seek the node's capacity in every month's hour (12 × 24).

    Parameters
    ----------
    folder : the run.
    case_folder, scenario_file : where they are now, if not where the run found them.
    workers : threads, by default one per processor, at most eight.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    RunError
        The folder is not a complete run.
    InputError
        The run knows no such node or nothing of it, or the case is not the one the run was made from.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("reading", 0, 0)
    run = read_run(folder)
    case, rules = case_of_run(run, case_folder, scenario_file, unfit=_unfit(run, node_id))
    node = _row(run, node_id)
    again = solved_again(case, rules, run, seen_from=str(node["transformer_id"]), workers=workers, progress=tell)
    question = Question(
        again.flow,
        kept_limits(case, rules, run, again, node_id),
        again.base,
        unit_power(case),
        rules.choice("search_ceiling_kva"),
        again.year.timestamps,
    )
    tell("hours", 0, 0)
    profile = node_profile(
        question,
        guess_kva=float(node["allowed_kva"]),
        workers=again.flow.workers,
        progress=lambda done, total: tell("hours", done, total),
    )
    return Hours(profile, node, run.manifest, case.settings.power_factor)


def kept_limits(case: Case, rules: Policy, run: Run, again: Again, node_id: str) -> Kept:
    """The limits of P9 that a load at the node must keep, in any hour.

    What is broken in some hour on the node's supply path or in its own LV network must be kept in all the others; what
    is broken elsewhere may get no worse than it is at its worst of the whole window, and the stated epsilon.
    """
    buses = case.topology.buses["bus_id"]
    watch = watch_of(case, int(buses.index[buses.eq(node_id)][0]))
    bounds = bounds_of(case, rules, floor_by_bus(case, rules, run.nodes))
    allowance = allowance_of(case, watch, bounds, worst_of_year(again.year))
    lines = case.topology.lines
    levels = lines.loc[watch.lines, "level"]
    return Kept(
        bus=watch.bus,
        buses=watch.buses,
        floor_pu=_floors(again, watch, bounds, allowance.lowest_pu),
        lines=watch.lines,
        line_percent=np.where(
            watch.own_lines, bounds.line_percent.loc[watch.lines].to_numpy(np.float64), allowance.highest_percent
        ),
        own_lines=watch.own_lines,
        trafos=watch.trafos,
        trafo_percent=bounds.transformer_percent,
        substation_id=watch.substation_id,
        substation_kva=float(bounds.substation_kva.get(watch.substation_id, np.inf)),
        criteria=(
            *["voltage_min"] * len(watch.buses),
            *levels.map({"lv": "line_loading", "mv": "section_loading"}),
            *["transformer_loading"] * len(watch.trafos),
            "substation_loading",
        ),
        elements=(
            *buses.loc[watch.buses].astype(str),
            *lines.loc[watch.lines, "line_id"].astype(str),
            *case.topology.trafos.loc[watch.trafos, "trafo_id"].astype(str),
            watch.substation_id,
        ),
    )


def _floors(
    again: Again, watch: Watch, bounds: Bounds, allowed_pu: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The lowest voltage of every watched bus: in networks where an own one is too low at times, own ones keep P10."""
    floor = bounds.floor_pu.loc[watch.buses].to_numpy(np.float64)
    lowest = again.year.buses["voltage_min_pu"].reindex(watch.buses).to_numpy(np.float64)
    low_networks = np.unique(watch.network[(lowest < floor) & watch.own_buses])
    strict = watch.own_buses & np.isin(watch.network, low_networks)
    return np.where(strict, floor, allowed_pu)


def _row(run: Run, node_id: str) -> pd.Series:
    return run.nodes.set_index("node_id", drop=False).loc[node_id]


def _unfit(run: Run, node_id: str) -> list[Issue]:
    """Why nothing can be said of the node."""
    if not run.nodes["node_id"].eq(node_id).any():
        alike = sorted(name for name in run.nodes["node_id"] if name.startswith(node_id[:5]))[:5]
        hint, hint_zh = (f"; there are {', '.join(alike)} …", f"；有 {'、'.join(alike)} 等") if alike else ("", "")
        return [
            _issue(
                node_id,
                f"the run has no LV node of this id (see the sheet of nodes in summary.xlsx){hint}.",
                f"本次计算中没有该编号的低压节点（见 summary.xlsx 的节点工作表）{hint_zh}。",
            )
        ]
    reason = str(_row(run, node_id)["reason"])
    if reason not in UNKNOWN:
        return []
    word = REASON[reason]
    return [
        _issue(node_id, f"nothing can be said of this node: {word.en}.", f"该节点无法核定：{word.zh}。"),
    ]


def _issue(node_id: str, sentence_en: str, sentence_zh: str) -> Issue:
    return Issue(
        "error", "profile.node", "nodes", "node_id", (node_id,), sentence_en, sentence_zh, file="nodes.parquet"
    )
