"""What a node can take in each month and hour of the day (P9): what a time-limited offer is made of (P16).

Each figure is for a load that is there in that month's hour and in no other, so each cell is a question of its own: the
largest load at the node with which every step of the cell keeps every limit. It is asked of the load flow itself. All
steps of the cell are solved without the load; what a kVA took from each limit's room in the hour before tells about how
much each step bears. The steps that bear least are solved with better and better loads until one that breaks nothing
and one that breaks something lie ``EXACT_PERCENT`` or ``EXACT_KVA`` apart. The smaller one is then added at every step
of the cell; should another step not bear it, that step joins the search. So every step of the window has been solved
with the figure of its cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.placing import Power, added
from capacity.tables._schema import conform
from capacity.tables.node_profile import NODE_PROFILE
from capacity.tables.solved import Snapshot, Solver

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EXACT_PERCENT, EXACT_KVA = 0.1, 0.2
"""A load that breaks nothing is the figure when one larger by the larger of these breaks something."""
NOISE = 1e-6
"""Room that counts as none lost: the solver's last digits, in pu of voltage and parts of a limit."""
NO_LIMIT = 1e9
"""Room of what has no limit, such as a line without a rating."""
FEW_STEPS = 16
"""Steps of a cell that the search begins with."""
FIRST_GUESS_KVA = 50.0
MOST_GROWTH = 4.0
MOST_TRIALS = 60
OVER_LIMIT = ("transformer_loading",)


@dataclass(frozen=True)
class Kept:
    """What a load at one bus must keep; elements by pandapower index, with the names that tables show.

    Attributes
    ----------
    floor_pu : lowest voltage of each of ``buses``.
    line_percent : highest load rate of each of ``lines``; where ``own_lines``, one that is higher without the load may
        stay as it is.
    trafo_percent : the same of ``trafos``, all the node's own.
    substation_kva : the same of what is fed into the substation.
    criteria, elements : of every limit, in this order: buses, lines, transformers, substation.
    """

    bus: int
    buses: Ints
    floor_pu: Floats
    lines: Ints
    line_percent: Floats
    own_lines: Bools
    trafos: Ints
    trafo_percent: float
    substation_id: str
    substation_kva: float
    criteria: tuple[str, ...]
    elements: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A node and its window: ``connected`` is there in any case, ``unit`` a kVA of the load in kW + j kvar."""

    solve: Solver
    kept: Kept
    connected: Power
    unit: complex
    ceiling_kva: float
    timestamps: pd.DatetimeIndex


@dataclass(frozen=True)
class Cell:
    """The answer for a month and an hour; ``step`` -1 and ``limit`` -1 where nothing binds."""

    kva: float
    limit: int
    step: int
    reason: str


def node_profile(
    question: Question,
    *,
    guess_kva: float = math.nan,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The largest load at a node in every month's hour (12 × 24), exact to 0.1 % or 0.2 kVA, whichever is larger.

    Parameters
    ----------
    guess_kva : where to begin, e.g. the node's capacity in all hours; only the time it takes depends on it.
    workers : months worked on side by side; the answer does not depend on it.
    progress : called with (cells done, cells in all).

    Returns
    -------
    DataFrame with the columns of ``tables.node_profile``, one row per month and hour.
    """
    cells = [(month, hour) for month in range(1, 13) for hour in range(24)]
    done: list[int] = []

    def of_month(month: int) -> list[Cell]:
        found, hint = [], _Hint(guess_kva if guess_kva > 1.0 else FIRST_GUESS_KVA, None)
        for hour in range(24):
            cell, hint = _cell(question, steps_of(question.timestamps, month, hour), hint)
            found.append(cell)
            done.append(1)
            if progress is not None:
                progress(len(done), len(cells))
        return found

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        answers = [cell for of_one in pool.map(of_month, range(1, 13)) for cell in of_one]
    return _as_table(question, cells, answers)


def steps_of(timestamps: pd.DatetimeIndex, month: int, hour: int) -> Ints:
    """Positions of the steps that begin in a month's hour."""
    mine: Ints = np.flatnonzero((timestamps.month == month) & (timestamps.hour == hour)).astype(np.int64)
    return mine


def _as_table(question: Question, cells: list[tuple[int, int]], answers: list[Cell]) -> pd.DataFrame:
    kept, times = question.kept, question.timestamps
    rows = [
        {
            "month": month,
            "hour": hour,
            "allowed_kva": cell.kva,
            "binding_criterion": kept.criteria[cell.limit] if cell.limit >= 0 else None,
            "binding_element": kept.elements[cell.limit] if cell.limit >= 0 else None,
            "binding_at": times[cell.step] if cell.step >= 0 else pd.NaT,
            "reason": cell.reason,
        }
        for (month, hour), cell in zip(cells, answers, strict=True)
    ]
    return conform(pd.DataFrame(rows), NODE_PROFILE)


@dataclass(frozen=True)
class _Hint:
    """A load to begin with, and what a kVA takes from the room of every limit; None where that is not known yet."""

    kva: float
    falls: Floats | None


def _cell(question: Question, steps: Ints, hint: _Hint) -> tuple[Cell, _Hint]:
    """The figure of some steps, and a hint for the next."""
    if not len(steps):
        return Cell(math.nan, -1, -1, "not_computed"), hint
    trial = _Trial(question, steps)
    if trial.failed:
        return Cell(math.nan, -1, -1, "solver_failure"), hint
    at_first = trial.rooms_before
    if at_first.min() < -NOISE:
        return _broken(question, steps, at_first), hint
    ceiling = question.ceiling_kva
    if hint.falls is None:
        guess = min(max(hint.kva, EXACT_KVA), ceiling)
        hint = _Hint(guess, _falls(at_first, trial.rooms(steps, guess), guess))
    bears = _bears(at_first, hint.falls)
    few = np.sort(np.argsort(bears, kind="stable")[:FEW_STEPS])
    begin = float(np.clip(bears.min(), EXACT_KVA, ceiling))
    while True:
        found = _search(trial, steps[few], at_first[few], begin, ceiling)
        rooms = trial.rooms(steps, found.low)
        missed = np.flatnonzero((rooms < -NOISE).any(axis=1))
        if not len(np.setdiff1d(missed, few)):
            break
        few, begin = np.union1d(few, missed), max(found.low, EXACT_KVA)
    hint = _Hint(found.low, _falls(at_first, rooms, found.low)) if found.low > 1.0 else hint
    if found.limit < 0:
        return Cell(ceiling, -1, -1, "search_ceiling"), hint
    step = int(steps[few][found.row])
    already = found.low <= 0.0 and trial.is_over(step, found.limit)
    return Cell(found.low, found.limit, step, _reason_of(question, found.limit) if already else "ok"), hint


def _falls(first: Floats, second: Floats, kva: float) -> Floats | None:
    """The most that a kVA takes from each limit's room at any of the steps; None where one has no solution."""
    if np.isneginf(second).any():
        return None
    falls: Floats = (first - second).max(axis=0) / kva
    return falls


def _bears(rooms: Floats, falls: Floats | None) -> Floats:
    """About what every step bears, kVA."""
    with np.errstate(divide="ignore", invalid="ignore"):
        kva = rooms if falls is None else np.where(falls > 0.0, np.maximum(rooms, 0.0) / falls, np.inf)
    least: Floats = kva.min(axis=1)
    return least  # numpy's reductions are untyped


def _broken(question: Question, steps: Ints, rooms: Floats) -> Cell:
    """Nothing can be added where a limit is broken that any load worsens."""
    row, limit = np.unravel_index(int(rooms.argmin()), rooms.shape)
    return Cell(0.0, int(limit), int(steps[row]), _reason_of(question, int(limit)))


def _reason_of(question: Question, limit: int) -> str:
    return "over_limit" if question.kept.criteria[limit] in OVER_LIMIT else "existing_violation"


class _Trial:
    """Solves steps of a cell with a load at the node and tells the room that it leaves.

    A class because it remembers the steps without the load. ``failed``: one of them has no solution as it is.
    """

    def __init__(self, question: Question, steps: Ints) -> None:
        self._question, self._steps = question, steps
        before = question.solve(steps, question.connected)
        kept = question.kept
        self.failed = bool(before.failed.any())
        self._lines, self._trafos, self._substation = _loadings(before, kept)
        self._line_limit = np.where(kept.own_lines, np.fmax(kept.line_percent, self._lines), kept.line_percent)
        self._trafo_limit = np.fmax(kept.trafo_percent, self._trafos)
        self._substation_limit = np.fmax(kept.substation_kva, self._substation)
        self.rooms_before = self._rooms(before, np.arange(len(steps)))

    def rooms(self, steps: Ints, kva: float) -> Floats:
        """Room of every limit ``(n_steps, n_limits)``: pu of voltage, parts of a limit; −inf without a solution."""
        question = self._question
        load = {question.kept.bus: kva * question.unit}
        after = question.solve(steps, added(question.connected, load))
        return self._rooms(after, np.searchsorted(self._steps, steps))

    def _rooms(self, after: Snapshot, rows: Ints) -> Floats:
        kept = self._question.kept
        lines, trafos, substation = _loadings(after, kept)
        rooms = np.concatenate(
            [
                after.voltage_pu[:, _columns(after.bus_index, kept.buses)] - kept.floor_pu,
                1.0 - lines / self._line_limit[rows],
                1.0 - trafos / self._trafo_limit[rows],
                1.0 - substation / self._substation_limit[rows],
            ],
            axis=1,
        )
        rooms[after.failed] = -np.inf
        return np.where(np.isnan(rooms), NO_LIMIT, rooms)

    def is_over(self, step: int, limit: int) -> bool:
        """Whether a load rate is above its limit at a step without the load."""
        kept = self._question.kept
        row, limit = int(np.searchsorted(self._steps, step)), limit - len(kept.buses)
        before = np.concatenate([self._lines[row], self._trafos[row], self._substation[row]])
        stated = np.concatenate([kept.line_percent, np.full(len(kept.trafos), kept.trafo_percent)])
        stated = np.append(stated, kept.substation_kva)
        return bool(limit >= 0 and before[limit] > stated[limit] * (1.0 - NOISE))


def _loadings(snapshot: Snapshot, kept: Kept) -> tuple[Floats, Floats, Floats]:
    """Load rates of the lines and transformers in percent and what is fed into the substation in kVA, by step."""
    if kept.substation_id in snapshot.substation_ids:
        substation = snapshot.substation_kva[:, [snapshot.substation_ids.index(kept.substation_id)]]
    else:
        substation = np.zeros((len(snapshot.steps), 1))
    return (
        snapshot.line_loading_percent[:, _columns(snapshot.line_index, kept.lines)],
        snapshot.trafo_loading_percent[:, _columns(snapshot.trafo_index, kept.trafos)],
        substation,
    )


def _columns(index: Ints, wanted: Ints) -> Ints:
    columns: Ints = pd.Index(index).get_indexer(wanted)
    if (columns < 0).any():
        raise ValueError("a watched element is not among the solved ones")
    return columns


def _chords(first: Floats, second: Floats, first_kva: float, second_kva: float) -> Floats:
    """Load at which each limit has no room left, by the chord through two loads; inf where the room does not fall."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        part = np.where(first > second, first / (first - second), np.inf)
    return first_kva + (second_kva - first_kva) * part


@dataclass(frozen=True)
class _Found:
    """A load that breaks nothing at some steps, and the limit that a slightly larger one breaks first; -1 none."""

    low: float
    row: int
    limit: int


def _search(trial: _Trial, steps: Ints, at_first: Floats, guess_kva: float, ceiling: float) -> _Found:
    """The largest load at some steps; beyond the ceiling nothing is sought."""
    low, low_rooms = 0.0, at_first
    high, high_rooms = math.inf, at_first
    kva = guess_kva
    for number in range(MOST_TRIALS):
        rooms = trial.rooms(steps, kva)
        if rooms.min() >= -NOISE:
            low, low_rooms = kva, rooms
        else:
            high, high_rooms = kva, rooms
        exact = max(EXACT_PERCENT / 100.0 * low, EXACT_KVA)
        if low >= ceiling:
            return _Found(ceiling, -1, -1)
        if high - low <= exact:
            break
        if math.isinf(high):
            about = float(_chords(at_first, low_rooms, 0.0, low).min())
            kva = min(max(about + 0.4 * exact, low + exact), MOST_GROWTH * max(low, 1.0), ceiling)
        else:
            kva = _between(low, high, low_rooms, high_rooms, exact, halve=number % 4 == 3)
    row, limit = np.unravel_index(int(_first_to_fail(low, high, low_rooms, high_rooms).argmin()), low_rooms.shape)
    return _Found(low, int(row), int(limit))


def _first_to_fail(low: float, high: float, low_rooms: Floats, high_rooms: Floats) -> Floats:
    """Where each limit that the higher load breaks runs out; the rest is infinite, all unknown without a solution."""
    roots = _chords(np.maximum(low_rooms, 0.0), high_rooms, low, high)
    return np.where(high_rooms < 0.0, roots, np.inf)


def _between(low: float, high: float, low_rooms: Floats, high_rooms: Floats, exact: float, *, halve: bool) -> float:
    """The next load to try between one that breaks nothing and one that does: just past where the chord points."""
    about = float(_first_to_fail(low, high, low_rooms, high_rooms).min())
    if halve or not np.isfinite(high_rooms).all() or not low <= about <= high:
        return 0.5 * (low + high)
    past = about + 0.4 * exact
    kva = past if past < high - 0.1 * exact else about - 0.4 * exact
    return min(max(kva, low + 0.1 * exact), high - 0.1 * exact)
