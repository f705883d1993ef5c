"""Table 3: how the cost of ours grows with steps, with the network and with workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import ours
from benchmarks.measure import Spent, in_turn
from benchmarks.question import Question
from benchmarks.table import NOT_COMPUTED, Table, number

PARTS = (12, 4, 2, 1)
"""Of the window: a twelfth, a quarter, half, all of it."""
NETWORKS = ("1-MVLV-rural-4.101-0-sw", "1-MVLV-rural-all-0-sw", "1-MVLV-semiurb-all-0-sw", "1-MVLV-comm-all-0-sw")
LOAD_FLOW, NODES = "load flow", "node capacity"
HEADER = (
    "what",
    "growing with",
    "network",
    "electrical buses",
    "steps",
    "workers",
    "wall s",
    "CPU s",
    "wall ns per step and bus",
)


@dataclass(frozen=True)
class Row:
    """One size of one job."""

    what: str
    growing: str
    network: str
    buses: int
    steps: int
    workers: int
    spent: Spent

    @property
    def wall_ns(self) -> float:
        """Wall time per step and bus."""
        return 1e9 * self.spent.wall_s / (self.steps * self.buses)


@dataclass(frozen=True)
class Size:
    """A question with so many workers, and what is being varied."""

    growing: str
    question: Question
    workers: int


def sizes_of(question: Question, others: Sequence[Question], workers: int) -> list[Size]:
    """Parts of the window, other networks, one worker and several."""
    parts = [Size("steps", question.shortened(max(1, question.n_steps // part)), workers) for part in PARTS]
    networks = [Size("network", other, workers) for other in others]
    return [*parts, *networks, *(Size("workers", question, count) for count in sorted({1, workers}))]


def measure(question: Question, others: Sequence[Question], *, workers: int, repetitions: int) -> list[Row]:
    """Ours in every size: the year of load flow, in turn, and node capacity, once, where this version computes it."""
    sizes = sizes_of(question, others, workers)
    for size in sizes:
        ours.year_statistics(size.question.shortened(64).load_flow(size.workers))
    flows = [size.question.load_flow(size.workers) for size in sizes]
    best = in_turn([partial(ours.year_statistics, flow) for flow in flows], repetitions)
    buses = [flow.plan.grid.n_bus for flow in flows]
    rows = [
        _row(LOAD_FLOW, size, count, found.outcome.spent) for size, count, found in zip(sizes, buses, best, strict=True)
    ]
    smallest = min(sizes, key=lambda size: len(size.question.case.net.bus) * size.question.n_steps)
    if ours.node_capacities(smallest.question, smallest.workers) is None:
        return rows
    for size, count in zip(sizes, buses, strict=True):
        nodes = ours.node_capacities(size.question, size.workers)
        if nodes is not None:
            rows.append(_row(NODES, size, count, nodes.spent))
    return rows


def _row(what: str, size: Size, buses: int, spent: Spent) -> Row:
    return Row(what, size.growing, size.question.network, buses, size.question.n_steps, size.workers, spent)


def table(question: Question, rows: Sequence[Row], command: str) -> Table:
    """The rows as a table."""
    return Table(
        name="scaling",
        title=f"{question.network}: how the cost grows",
        command=command,
        header=HEADER,
        rows=tuple(_cells(row) for row in rows),
        notes=(
            "Load flow with all statistics, the quickest pass of each size; CPU time of all workers.",
            *([] if any(row.what == NODES for row in rows) else [f"Node capacity: {NOT_COMPUTED} by this version."]),
        ),
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        row.growing,
        row.network,
        f"{row.buses:,}",
        f"{row.steps:,}",
        str(row.workers),
        number(row.spent.wall_s),
        number(row.spent.cpu_s),
        number(row.wall_ns),
    )
