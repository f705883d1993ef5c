"""Table 5: one changed feeder: an application accepted at one node, after a whole run of the same case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.measure import Stopwatch
from benchmarks.question import SEED, Question
from benchmarks.table import NONE, NOT_COMPUTED, Table, number
from capacity import Case, run_study
from capacity.memory import Memory
from capacity.tables._schema import conform
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.run import Run

HEADER = ("what changed", "feeder", "LV nodes", "steps", "wall s", "CPU s", "whole run, s", "largest difference, kVA")
P_KW = 20.0


def table(question: Question, command: str) -> Table:
    """The rows of one changed feeder: what is computed anew against a whole run of the changed case."""
    title = f"{question.network}: one changed feeder (an accepted application of {P_KW:.0f} kW)"
    memory = Memory()
    before = _run(question.case, question, memory)
    node = _some_node(before)
    if node is None:
        return Table("feeder", title, command, HEADER, ((NOT_COMPUTED, *[NONE] * (len(HEADER) - 1)),))
    changed = _with_application(question.case, node)
    with Stopwatch() as watch:
        after = _run(changed, question, memory)
    with Stopwatch() as whole:
        fresh = _run(changed, question, Memory(lasting=False))
    difference = (after.nodes["allowed_kva"] - fresh.nodes["allowed_kva"]).abs().max()
    row = (
        f"application accepted at {node['node_id']}",
        str(node["feeder_id"]),
        f"{len(after.nodes):,}",
        f"{question.n_steps:,}",
        number(watch.spent.wall_s),
        number(watch.spent.cpu_s),
        number(whole.spent.wall_s),
        f"{difference:.3f}",
    )
    return Table("feeder", title, command, HEADER, (row,))


def _run(case: Case, question: Question, memory: Memory) -> Run:
    return run_study(case, window=question.window, generation=False, crosscheck_steps=0, sample_nodes=0, memory=memory)


def _some_node(run: Run) -> pd.Series | None:
    """A node drawn among those with room for the application."""
    roomy = run.nodes[run.nodes["allowed_kva"] > 2.0 * P_KW]
    return None if roomy.empty else roomy.iloc[int(np.random.default_rng(SEED).integers(len(roomy)))]


def _with_application(case: Case, node: pd.Series) -> Case:
    """The case with one more accepted application."""
    row = {
        "application_id": "BENCHMARK-1",
        "transformer_id": node["transformer_id"],
        "node_id": node["node_id"],
        "p_kw": P_KW,
        "status": "accepted",
        "received_at": case.settings.as_of,
    }
    known = {name: [row.get(name)] for name in APPLICATIONS.columns}
    one = pd.DataFrame(known).astype({name: str(column.dtype) for name, column in APPLICATIONS.columns.items()})
    parts = [table for table in (case.applications, one) if len(table)]
    return replace(case, applications=conform(pd.concat(parts, ignore_index=True), APPLICATIONS))
