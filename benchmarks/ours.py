"""Our side: a year of load flow, and the capacity of every LV node."""

from __future__ import annotations

import numpy as np
import pandas as pd

import capacity
from benchmarks.measure import Outcome, Spent, Stopwatch
from benchmarks.outputs import Floats, Ints, Reals, Statistics, Steps
from benchmarks.question import Question
from capacity.loadflow import LoadFlow
from capacity.tables.run import Run
from capacity.tables.solved import SolvedYear, TransformerFlows

WARM_UP_STEPS = 96
NODE_STAGE = "node capacity"
"""The study's stage that finds the nodes' figures; while there is none, the time of the whole study counts."""


def year_statistics(load_flow: LoadFlow) -> Outcome[Statistics]:
    """Every step of the window with all statistics."""
    with Stopwatch() as watch:
        year = load_flow.solve_year(crosscheck=False)
    return Outcome(_statistics(year), {"solve": watch.spent})


def _statistics(year: SolvedYear) -> Statistics:
    """Our year in the form in which contestants are compared."""
    step_of = pd.Series(np.arange(len(year.timestamps)), index=year.timestamps)

    def step(moments: pd.Series) -> Ints:
        return moments.map(step_of).fillna(-1).to_numpy(np.int64)

    def columns(*names: str) -> Reals:
        return year.lines[list(names)].to_numpy(np.float64)

    return Statistics(
        voltage_min_pu=year.buses["voltage_min_pu"].to_numpy(np.float64),
        voltage_min_step=step(year.buses["voltage_min_at"]),
        voltage_max_pu=year.buses["voltage_max_pu"].to_numpy(np.float64),
        voltage_max_step=step(year.buses["voltage_max_at"]),
        top_loading_percent=columns("max_loading_percent", "second_loading_percent", "third_loading_percent"),
        hours=columns("hours_ge_80", "hours_ge_100"),
        longest_run_h=columns("longest_run_ge_80_h", "longest_run_ge_100_h"),
        transformer_kva=_apparent(year.transformers),
    )


def _apparent(flows: TransformerFlows) -> Floats:
    hv, lv = np.hypot(flows.p_hv_kw, flows.q_hv_kvar), np.hypot(flows.p_lv_kw, flows.q_lv_kvar)
    return np.maximum(hv, lv)


def steps_in_full(load_flow: LoadFlow, steps: Ints) -> Steps:
    """Some steps, elements in the order of the network's tables, NaN where not energised."""
    snapshot, net = load_flow(steps), load_flow.case.net

    def placed(values: Reals, index: Ints, table: str) -> Reals:
        full = np.full((len(values), len(net[table])), np.nan)
        full[:, net[table].index.get_indexer(index)] = values
        return full

    return Steps(
        placed(snapshot.voltage_pu, snapshot.bus_index, "bus"),
        placed(snapshot.line_loading_percent, snapshot.line_index, "line"),
        placed(snapshot.trafo_loading_percent, snapshot.trafo_index, "trafo"),
    )


def node_capacities(question: Question, workers: int) -> Outcome[pd.DataFrame] | None:
    """The table of nodes with ``allowed_kva`` and what binds it (P9), index the node id; None while not computed.

    The kernels are compiled before on a few steps; load direction only, as the contestant.
    """
    few = question.shortened(WARM_UP_STEPS)
    _studied(few, workers)
    with Stopwatch() as watch:
        run = _studied(question, workers)
    nodes = run.nodes.set_index("node_id")
    if nodes["reason"].eq("not_computed").all():
        return None
    stage_s = run.manifest.wall_time_s.get(NODE_STAGE)
    if stage_s is None:
        return Outcome(nodes, {"whole study": watch.spent})
    return Outcome(nodes, {NODE_STAGE: Spent(stage_s, float("nan"))})


def _studied(question: Question, workers: int) -> Run:
    return capacity.run_study(
        question.case,
        window=question.window,
        workers=workers,
        generation=False,
        crosscheck_steps=0,
        sample_nodes=0,
    )
