"""Table 1: a year of load flow with all outputs, ours against power-grid-model and pandapower."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from benchmarks import memory, ours
from benchmarks.measure import Best, Spent, in_turn
from benchmarks.memory import Memory
from benchmarks.outputs import Deviation, Ints, Statistics, Steps
from benchmarks.peers import pandapower_series, pgm
from benchmarks.question import Question
from benchmarks.table import NONE, NOT_COMPUTED, Table, number, tiny
from capacity.errors import SolverError
from capacity.loadflow import LoadFlow

START_STEPS = 2
WARM_UP_STEPS = 64
HEADER = (
    "",
    "threads",
    "steps solved",
    "passes",
    "wall s",
    "CPU s",
    "steps/s",
    "all steps, s",
    "× ours, same threads",
    "× ours, most threads",
    "× ours, CPU time",
    "peak memory MB (run alone)",
    "largest ΔV pu",
    "largest Δ loading, points",
)


@dataclass(frozen=True)
class Row:
    """One contestant; ``key`` is its name in :mod:`benchmarks.memory`, empty where it has none of its own.

    ``spent`` is what ``steps`` of ``of_steps`` took; ``start`` is what the first ``START_STEPS`` alone take where
    ``steps`` are only drawn, so that what is done once is not multiplied.
    """

    who: str
    key: str
    threads: int
    steps: int
    of_steps: int
    spent: Spent
    passes: int
    start: Spent | None = None
    deviation: Deviation | None = None
    memory: Memory | None = None

    @property
    def extrapolated(self) -> bool:
        """Whether only some of the steps were solved."""
        return self.steps < self.of_steps

    @property
    def step(self) -> Spent:
        """Time per step, without what is done once where that is known."""
        start, count = self.start, self.steps
        if start is None or count <= START_STEPS or start.wall_s >= self.spent.wall_s:
            return Spent(self.spent.wall_s / count, self.spent.cpu_s / count)
        more = count - START_STEPS
        return Spent((self.spent.wall_s - start.wall_s) / more, (self.spent.cpu_s - start.cpu_s) / more)

    @property
    def all_steps(self) -> Spent:
        """Time for all steps, linearly extrapolated where only some were solved."""
        left = self.of_steps - self.steps
        return self.spent + Spent(self.step.wall_s * left, self.step.cpu_s * left)

    def times(self, other: Row) -> float:
        """How many times as long as another contestant this one takes for all steps."""
        return self.all_steps.wall_s / other.all_steps.wall_s

    def cpu_times(self, other: Row) -> float:
        """The same of processor time, which other work on the machine disturbs less."""
        return self.all_steps.cpu_s / other.all_steps.cpu_s


@dataclass(frozen=True)
class Measured:
    """All rows, and what has to be said about them."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def measure(question: Question, *, drawn: int, workers: int, repetitions: int, with_memory: bool) -> Measured:
    """Measure every contestant on a question; times in turn in this process, memory in processes of their own."""
    threads = tuple(sorted({1, workers}))
    steps = question.drawn_steps(drawn)
    flows = _warmed_up(question, threads)
    peer, notes = _power_grid_model(flows[0])
    years = in_turn(
        [
            *(partial(ours.year_statistics, flow) for flow in flows),
            *(partial(pgm.solve_year, peer, count) for count in threads if peer is not None),
        ],
        repetitions,
    )
    reference = ours.steps_in_full(flows[0], steps)  # after the year, whose loads meet the readings
    rows = [_row(question, "ours", "ours", count, best) for count, best in zip(threads, years, strict=False)]
    if peer is not None:
        apart = Deviation.between(reference, pgm.steps_in_full(peer, steps))
        for count, best in zip(threads, years[len(threads) :], strict=True):
            rows += [replace(row, deviation=apart) for row in _rows_of_batches(question, count, best)]
        notes = (_statistics_agree(question, years[0].outcome.result, years[-1].outcome.result),)
    rows += _rows_of_series(question, flows[0], steps, reference, repetitions)
    if with_memory:
        rows = [replace(row, memory=memory.of_contestant(question, row.key, row.threads, drawn)) for row in rows]
    return Measured(tuple(rows), notes)


def _warmed_up(question: Question, threads: tuple[int, ...]) -> list[LoadFlow]:
    """Our load flow for each number of threads; whatever compiles has compiled."""
    for count in threads:
        ours.year_statistics(question.shortened(WARM_UP_STEPS).load_flow(count))
    return [question.load_flow(count) for count in threads]


def _power_grid_model(flow: LoadFlow) -> tuple[pgm.Peer | None, tuple[str, ...]]:
    """The peer, warmed up; none, and why, where it cannot represent the network."""
    try:
        peer = pgm.prepare(flow)
    except SolverError as error:
        return None, (f"power-grid-model: {NOT_COMPUTED}, {error.why}.",)
    pgm.solve_year(peer, 1, last=min(WARM_UP_STEPS, flow.n_steps))
    return peer, ()


def _row(question: Question, who: str, key: str, threads: int, best: Best[object]) -> Row:
    return Row(who, key, threads, question.n_steps, question.n_steps, best.outcome.spent, best.passes)


def _rows_of_batches(question: Question, threads: int, best: Best[Statistics]) -> list[Row]:
    """The solver alone, and with what its user has to write around it."""
    whole = _row(question, "power-grid-model, with input and statistics", "pgm", threads, best)
    solver = replace(whole, who="power-grid-model, solver alone", key="", spent=best.outcome.parts["solve"])
    return [solver, whole]


def _rows_of_series(question: Question, flow: LoadFlow, steps: Ints, reference: Steps, repetitions: int) -> list[Row]:
    """pandapower's time series on the drawn steps, and on the first of them to know what is done once."""
    whole, first = (pandapower_series.prepare(flow, chosen) for chosen in (steps, steps[:START_STEPS]))
    for recycle in (True, False):
        pandapower_series.solve(first, recycle=recycle)
    runs = [partial(pandapower_series.solve, peer, recycle=way) for peer in (whole, first) for way in (True, False)]
    found = in_turn(runs, repetitions)
    rows = []
    for name, best, start in zip(("recycle", "recycle=False"), found[:2], found[2:], strict=True):
        key = "pandapower-recycle" if name == "recycle" else "pandapower"
        row = _row(question, f"pandapower run_timeseries, {name}", key, 1, best)
        apart = Deviation.between(reference, best.outcome.result)
        rows.append(replace(row, steps=len(steps), start=start.outcome.spent, deviation=apart))
    return rows


def _statistics_agree(question: Question, one: Statistics, other: Statistics) -> str:
    apart = Deviation.of_statistics(one, other)
    return (
        f"Over all {question.n_steps:,} steps the voltage extremes of power-grid-model and ours differ by at most "
        f"{tiny(apart.voltage_pu)} pu, the three highest loadings of each line by {tiny(apart.loading_percent)} points."
    )


def table(question: Question, measured: Measured, command: str) -> Table:
    """The rows as a table."""
    rows = measured.rows
    ours_by_threads = {row.threads: row for row in rows if row.who == "ours"}
    most = ours_by_threads[max(ours_by_threads)]
    return Table(
        name="loadflow",
        title=f"{question.network}: {len(question.case.net.bus):,} buses × {question.n_steps:,} steps of load flow",
        command=command,
        header=HEADER,
        rows=tuple(_cells(row, ours_by_threads[row.threads], most) for row in rows),
        notes=(*_notes(rows), *measured.notes),
    )


def _cells(row: Row, same: Row, most: Row) -> tuple[str, ...]:
    extrapolated = f" (extrapolated from {row.steps} steps)" if row.extrapolated else ""
    apart = row.deviation
    return (
        row.who,
        str(row.threads),
        f"{row.steps:,}",
        str(row.passes),
        number(row.spent.wall_s),
        number(row.spent.cpu_s),
        number(1.0 / row.step.wall_s),
        number(row.all_steps.wall_s) + extrapolated,
        number(row.times(same)),
        number(row.times(most)),
        number(row.cpu_times(same)),
        NONE if row.memory is None else f"{row.memory.peak_mb:,.0f} ({row.memory.peak_mb - row.memory.before_mb:,.0f})",
        "reference" if apart is None else tiny(apart.voltage_pu),
        "reference" if apart is None else tiny(apart.loading_percent),
    )


def _notes(rows: tuple[Row, ...]) -> tuple[str, ...]:
    drawn = next((row for row in rows if row.extrapolated), None)
    notes = [
        "Wall and CPU time of the quickest pass; building models and controllers, and compiling, are left out for all.",
        "Deviations are from ours, over the drawn steps.",
    ]
    if drawn is not None:
        notes.append(
            f"pandapower solved {drawn.steps} drawn steps; its time for all {drawn.of_steps:,} is extrapolated "
            f"linearly, what is done once (found from a run of {START_STEPS} steps) counted once."
        )
    if any(row.memory is not None for row in rows):
        notes.append(
            "Peak memory is the highest resident memory of a process that ran this contestant only, in brackets what "
            f"the run added to the loaded and prepared case; power-grid-model ran {memory.PGM_CHUNKS} chunks in it, "
            "pandapower the drawn steps."
        )
    return tuple(notes)
