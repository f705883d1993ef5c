"""Table 2: the capacity of every LV node over all steps, ours against a pandapower bisection on the worst step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks import ours
from benchmarks.measure import Outcome, Spent
from benchmarks.peers import bisection
from benchmarks.question import SEED, Question
from benchmarks.table import NONE, NOT_COMPUTED, Table, number

HEADER = (
    "",
    "nodes",
    "steps looked at",
    "load flows",
    "wall s",
    "CPU s",
    "all nodes, s",
    "× ours",
    "as ours",
    "higher than ours",
    "lower than ours",
)


@dataclass(frozen=True)
class Agreement:
    """How the script's figures stand to ours: counts, and the largest promise that the year does not keep.

    ``other_step`` are those of the higher ones where ours binds at a step that the script did not look at; ``unknown``
    those of which ours says that nothing is known.
    """

    alike: int
    higher: int
    other_step: int
    lower: int
    unknown: int
    most_above_kva: float


def compare(theirs: list[bisection.Answer], nodes: pd.DataFrame, ids: pd.Series, step_at: pd.Timestamp) -> Agreement:
    """Compare figures; alike when no further apart than the script's own tolerance.

    Parameters
    ----------
    nodes : our table, index node id. ``ids`` : node id by pandapower bus. ``step_at`` : the step of the script.
    """
    our = nodes.loc[[ids.at[answer.bus] for answer in theirs]]
    our_kva = our["allowed_kva"].to_numpy(np.float64)
    above_kva = np.array([answer.allowed_kva for answer in theirs]) - our_kva
    tolerance_kva = np.maximum(bisection.TOLERANCE_KVA, bisection.TOLERANCE_PERCENT / 100.0 * our_kva)
    higher, lower = above_kva > tolerance_kva, above_kva < -tolerance_kva
    elsewhere = our["binding_at"].ne(step_at).to_numpy(bool)
    return Agreement(
        alike=int((np.abs(above_kva) <= tolerance_kva).sum()),
        higher=int(higher.sum()),
        other_step=int((higher & elsewhere).sum()),
        lower=int(lower.sum()),
        unknown=int(np.isnan(our_kva).sum()),
        most_above_kva=float(above_kva[higher].max(initial=0.0)),
    )


@dataclass(frozen=True)
class Measured:
    """``ours_spent`` and ``agreement`` are None while our side is not computed; ``stage`` says what its time covers."""

    lv_nodes: int
    drawn: int
    step_at: pd.Timestamp
    theirs: Spent
    load_flows: int
    ours_spent: Spent | None
    stage: str
    agreement: Agreement | None

    @property
    def theirs_all_s(self) -> float:
        """Seconds of the script for all nodes, linearly extrapolated."""
        return self.theirs.wall_s / self.drawn * self.lv_nodes

    @property
    def times(self) -> float:
        """How many times as long as ours the script takes for all nodes; NaN while ours is not computed."""
        return float("nan") if self.ours_spent is None else self.theirs_all_s / self.ours_spent.wall_s


def measure(question: Question, *, drawn: int, workers: int) -> Measured:
    """Our figures for all LV nodes, the script's for some drawn ones, and how they agree."""
    buses = question.case.topology.buses
    lv_nodes = buses.index[buses["level"].eq("lv") & buses["island"].ge(0)]
    chosen = np.random.default_rng(SEED).choice(lv_nodes, min(drawn, len(lv_nodes)), replace=False)
    flow = question.load_flow(workers)
    year = flow.solve_year(crosscheck=False)
    step = bisection.worst_step(year)
    peer = bisection.prepare(flow, question.rules, step)
    bisection.capacity_at(peer, int(chosen[0]))
    theirs = bisection.capacities(peer, [int(bus) for bus in chosen])
    our = ours.node_capacities(question, workers)
    return Measured(
        lv_nodes=len(lv_nodes),
        drawn=len(chosen),
        step_at=year.timestamps[step],
        theirs=theirs.spent,
        load_flows=sum(answer.load_flows for answer in theirs.result),
        ours_spent=None if our is None else our.spent,
        stage="" if our is None else ", ".join(our.parts),
        agreement=_agreement(theirs, our, buses["bus_id"], year.timestamps[step]),
    )


def _agreement(
    theirs: Outcome[list[bisection.Answer]], our: Outcome[pd.DataFrame] | None, ids: pd.Series, step_at: pd.Timestamp
) -> Agreement | None:
    return None if our is None else compare(theirs.result, our.result, ids, step_at)


def table(question: Question, measured: Measured, command: str) -> Table:
    """Two rows: ours and the script's."""
    m, agreed = measured, measured.agreement
    ours_cells = (NOT_COMPUTED, NONE, NOT_COMPUTED)
    if m.ours_spent is not None:
        ours_cells = (number(m.ours_spent.wall_s), number(m.ours_spent.cpu_s), number(m.ours_spent.wall_s))
    counts = (NONE,) * 3 if agreed is None else (str(agreed.alike), str(agreed.higher), str(agreed.lower))
    times = NOT_COMPUTED if m.ours_spent is None else number(m.times)
    return Table(
        name="nodes",
        title=f"{question.network}: capacity of {m.lv_nodes:,} LV nodes (P9)",
        command=command,
        header=HEADER,
        rows=(
            (
                "ours",
                f"{m.lv_nodes:,}",
                f"{question.n_steps:,}",
                NONE,
                *ours_cells,
                "1" if agreed else NONE,
                *[NONE] * 3,
            ),
            (
                "pandapower bisection, worst step alone",
                str(m.drawn),
                "1",
                f"{m.load_flows:,}",
                number(m.theirs.wall_s),
                number(m.theirs.cpu_s),
                f"{number(m.theirs_all_s)} (extrapolated from {m.drawn} nodes)",
                times,
                *counts,
            ),
        ),
        notes=_notes(m),
    )


def _notes(m: Measured) -> tuple[str, ...]:
    notes = [
        f"The script looks at {m.step_at:%Y-%m-%d %H:%M} alone, the step of the highest import (it is told which).",
        f"Alike is within {bisection.TOLERANCE_PERCENT} % or {bisection.TOLERANCE_KVA:g} kVA, whichever is larger.",
    ]
    if m.agreement is None:
        return (f"Ours: {NOT_COMPUTED}, this version has no figure per node.", *notes)
    agreed = m.agreement
    if agreed.higher:
        notes.append(
            f"{agreed.higher} of its figures promise more than the year keeps, by up to "
            f"{number(agreed.most_above_kva)} kVA; at {agreed.other_step} of them ours binds at another step."
        )
    if agreed.unknown:
        notes.append(f"At {agreed.unknown} of the drawn nodes ours says unknown.")
    return (f"Our time is that of: {m.stage}.", *notes)
