"""Meter readings laid on the grid of a window's steps and judged (P1). What is rejected is missing, never zero.

The values are never changed: a reading that does not count keeps its value and gets a state that says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case, Window
from capacity.tables.readings import JudgedReadings, ReadingState
from capacity.units import apparent_kva

MOST_TIMES_RATING = 3.0
"""Above this multiple of the rating a reading is no load: a distribution transformer's fuse or breaker would open."""

ZERO_RUN_STEPS = 4
"""Exact zeros in p and q for this many steps, without an outage of the feeder, are a filled gap."""

STUCK_RUN_STEPS = 16
"""The same p and q to the last digit for this many steps (4 h of 15 min) are a meter that no longer measures."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sheet:
    """Judged readings and what was seen while laying them out; counts are by transformer id.

    Attributes
    ----------
    judged : the readings of the window.
    unknown : rows of the file by an id that the ledger does not hold; they are not used.
    off_grid : rows inside the window whose time stamp is not the start of a step; they are not used.
    repeated : rows that say once more what another row says; one of them is used.
    without_reactive : rows with active power but neither reactive nor apparent power: no reading.
    disagreeing : rows whose apparent power differs by more than 5 % from that of p and q; p and q are used.
    unordered : ids whose rows do not stand in the order of time.
    undated : number of rows without a time stamp.
    aware : whether the time stamps carry a time zone; they are converted to the case's.
    """

    judged: JudgedReadings
    unknown: dict[str, int]
    off_grid: dict[str, int]
    repeated: dict[str, int]
    without_reactive: dict[str, int]
    disagreeing: dict[str, int]
    unordered: tuple[str, ...]
    undated: int
    aware: bool


def lay_out(case: Case, window: Window) -> Sheet:
    """The case's readings on the grid of ``window``, judged.

    Parameters
    ----------
    case : its ledger, readings, exclusions and outages are read.
    window : the steps looked at.
    """
    table = case.measurements
    steps = len(window.timestamps)
    nanoseconds, aware = _local_nanoseconds(table["timestamp"], case.settings.time_zone)
    dated = nanoseconds != np.iinfo(np.int64).min
    ids, codes = _ids(table["transformer_id"])
    ledger_ids = pd.Index(case.transformers["transformer_id"].dropna().astype(str).unique())
    known = np.append(ledger_ids.get_indexer(pd.Index(ids)) >= 0, False)[codes]

    offset = nanoseconds - window.start.value
    step = pd.Timedelta(minutes=window.step_minutes).value
    inside = dated & (offset >= 0) & (offset < steps * step)
    on_grid = offset % step == 0
    p_kw, q_kvar, s_metered = (_float(table, c) for c in ("p_kw", "q_kvar", "s_kva"))
    has_value = ~(np.isnan(p_kw) & np.isnan(q_kvar) & np.isnan(s_metered))
    used = known & inside & on_grid & has_value

    metered = set(np.unique(codes[used]).tolist())
    place = {i: n for n, i in enumerate(ids)}
    shown = [t for t in ledger_ids if place.get(t, -1) in metered]
    row_of_code = np.full(len(ids) + 1, -1, dtype=np.int64)
    row_of_code[[place[t] for t in shown]] = np.arange(len(shown))

    chosen = np.flatnonzero(used)
    cell = row_of_code[codes[chosen]] * steps + offset[chosen] // step
    shape = (len(shown), steps)
    values = _laid(shape, cell, p_kw[chosen], q_kvar[chosen], s_metered[chosen])
    repeated, contradictory = _duplicates(shape, cell, p_kw[chosen], q_kvar[chosen], s_metered[chosen])

    derived = apparent_kva(p_kw, q_kvar)
    s_kva = np.where(np.isnan(derived), s_metered, derived)
    apparent = _laid(shape, cell, s_kva[chosen])[0]
    currents = np.fmax.reduce([_float(table, c)[chosen] for c in ("i_a_a", "i_b_a", "i_c_a")])
    judged = JudgedReadings(
        timestamps=window.timestamps,
        transformer_ids=tuple(shown),
        p_kw=values[0],
        q_kvar=values[1],
        s_kva=apparent,
        i_max_a=_laid(shape, cell, currents)[0],
        state=_judge(case, window, shown, values[0], values[1], apparent, values[2], contradictory),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(s_metered - derived) > 0.05 * np.maximum(np.abs(s_metered), derived)
    relevant = known & inside
    return Sheet(
        judged=judged,
        unknown=_counted(ids, codes[~known & (codes >= 0)]),
        off_grid=_counted(ids, codes[relevant & ~on_grid]),
        repeated=_counted(ids, codes[chosen[repeated]]),
        without_reactive=_counted(ids, codes[used & ~np.isnan(p_kw) & np.isnan(s_kva)]),
        disagreeing=_counted(ids, codes[used & apart]),
        unordered=_unordered(ids, np.where(dated, codes, -1), nanoseconds),
        undated=int((~dated).sum()),
        aware=aware,
    )


def run_lengths(mask: Mask) -> Ints:
    """Length of the run of True in which each cell lies, along the last axis; 0 where False. Shape as ``mask``."""
    padded = np.pad(mask, ((0, 0), (1, 1))).ravel()
    change = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = change[0::2], change[1::2]
    lengths = np.zeros(padded.size, dtype=np.int64)
    lengths[1:][padded[1:]] = np.repeat(ends - starts, ends - starts)
    return lengths.reshape(mask.shape[0], mask.shape[1] + 2)[:, 1:-1]


def _judge(
    case: Case,
    window: Window,
    ids: list[str],
    p_kw: Floats,
    q_kvar: Floats,
    s_kva: Floats,
    s_metered: Floats,
    contradictory: Mask,
) -> npt.NDArray[np.uint8]:
    """The state of every cell; where several apply, the later of the list below stands."""
    ledger = case.transformers.dropna(subset=["transformer_id"]).drop_duplicates("transformer_id")
    ledger = ledger.set_index(ledger["transformer_id"].astype(str)).reindex(ids)
    present = ~np.isnan(s_kva)
    state = np.full(s_kva.shape, ReadingState.MISSING, dtype=np.uint8)
    state[present] = ReadingState.VALID
    state[present & _stuck(p_kw, q_kvar, s_kva)] = ReadingState.STUCK
    state[present & _zero_filled(ledger, s_kva, _outages(case, window, ledger))] = ReadingState.ZERO_FILLED
    state[present & _implausible(ledger, p_kw, q_kvar, s_kva, s_metered)] = ReadingState.IMPLAUSIBLE
    state[present & contradictory] = ReadingState.CONTRADICTORY
    state[present & _outside_rating(ledger, window)] = ReadingState.BEFORE_RATING
    state[present & _excluded(case, window, ids)] = ReadingState.EXCLUDED
    return state


def _stuck(p_kw: Floats, q_kvar: Floats, s_kva: Floats) -> Mask:
    """Cells of runs of the same non-zero reading."""
    same = np.zeros(s_kva.shape, dtype=bool)
    same[:, 1:] = (s_kva[:, 1:] != 0.0) & (s_kva[:, 1:] == s_kva[:, :-1])
    for part in (p_kw, q_kvar):
        same[:, 1:] &= (part[:, 1:] == part[:, :-1]) | (np.isnan(part[:, 1:]) & np.isnan(part[:, :-1]))
    following = same & (run_lengths(same) >= STUCK_RUN_STEPS - 1)
    stuck = following.copy()
    stuck[:, :-1] |= following[:, 1:]
    return stuck


def _zero_filled(ledger: pd.DataFrame, s_kva: Floats, out: Mask) -> Mask:
    """Cells of runs of exact zeros outside outages, in transformers that have load (or customers, or may have)."""
    zero = (s_kva == 0.0) & ~out
    idle = pd.to_numeric(ledger["customer_count"], errors="coerce").to_numpy(dtype=float, na_value=np.nan) == 0.0
    has_load = (s_kva > 0.0).any(axis=1) | ~idle
    return zero & (run_lengths(zero) >= ZERO_RUN_STEPS) & has_load[:, None]


def _implausible(ledger: pd.DataFrame, p_kw: Floats, q_kvar: Floats, s_kva: Floats, s_metered: Floats) -> Mask:
    """Cells that no transformer of the rating can carry, and negative apparent power."""
    rated = pd.to_numeric(ledger["rated_kva"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    limit = np.where(rated > 0.0, rated * MOST_TIMES_RATING, np.nan)[:, None]
    return ~np.isfinite(s_kva) | (s_kva > limit) | (s_metered < 0.0) | np.isinf(p_kw) | np.isinf(q_kvar)


def _outside_rating(ledger: pd.DataFrame, window: Window) -> Mask:
    """Cells before the first day of the present rating, or from the day the transformer went out of service."""
    stamps = window.timestamps.to_numpy()[None, :]
    first = pd.to_datetime(ledger["valid_from"]).to_numpy(dtype="datetime64[ns]")[:, None]
    last = pd.to_datetime(ledger["valid_to"]).to_numpy(dtype="datetime64[ns]")[:, None]
    return (stamps < first) | (stamps >= last)


def _excluded(case: Case, window: Window, ids: list[str]) -> Mask:
    """Cells of intervals that the exclusions name; one without an end lasts."""
    excluded = np.zeros((len(ids), len(window.timestamps)), dtype=bool)
    row = {t: n for n, t in enumerate(ids)}
    stamps = window.timestamps
    table = case.exclusions
    for transformer_id, start, end in zip(table["transformer_id"], table["from"], table["to"], strict=True):
        if str(transformer_id) in row and pd.notna(start):
            until = len(stamps) if pd.isna(end) else stamps.searchsorted(pd.Timestamp(end))
            excluded[row[str(transformer_id)], stamps.searchsorted(pd.Timestamp(start)) : until] = True
    return excluded


def _outages(case: Case, window: Window, ledger: pd.DataFrame) -> Mask:
    """Cells whose step overlaps an outage of the transformer's feeder: a zero there is a true zero."""
    trafos = case.topology.trafos.dropna(subset=["trafo_id"]).drop_duplicates("trafo_id").set_index("trafo_id")
    derived = trafos["feeder_id"].reindex(ledger.index)
    feeders = ledger["feeder_id"].astype(object).where(ledger["feeder_id"].notna(), derived).to_numpy()
    out = np.zeros((len(ledger), len(window.timestamps)), dtype=bool)
    step = pd.Timedelta(minutes=window.step_minutes)
    for feeder_id, start, end in zip(*(case.outages[c] for c in ("feeder_id", "start", "end")), strict=True):
        if pd.isna(feeder_id) or pd.isna(start):
            continue
        first = max(0, (pd.Timestamp(start) - window.start) // step)
        last = out.shape[1] if pd.isna(end) else max(0, -((window.start - pd.Timestamp(end)) // step))
        rows = [n for n, feeder in enumerate(feeders) if pd.notna(feeder) and str(feeder) == str(feeder_id)]
        out[rows, first:last] = True
    return out


def _local_nanoseconds(stamps: pd.Series, time_zone: str) -> tuple[Ints, bool]:
    """Time stamps as nanoseconds of the case's wall clock (the smallest integer where missing), and if aware."""
    aware = getattr(stamps.dtype, "tz", None) is not None
    if not aware:
        stamps = pd.to_datetime(stamps, errors="coerce")
        aware = getattr(stamps.dtype, "tz", None) is not None
    if aware:
        stamps = stamps.dt.tz_convert(time_zone).dt.tz_localize(None)
    return stamps.to_numpy(dtype="datetime64[ns]").view(np.int64), aware


def _ids(column: pd.Series) -> tuple[list[str], Ints]:
    """The distinct ids in order of appearance, and the place of each row's id among them; -1 where missing."""
    codes, found = pd.factorize(column)
    return [str(i) for i in found], np.asarray(codes, dtype=np.int64)


def _float(table: pd.DataFrame, column: str) -> Floats:
    """A column as float64; NaN where absent or no number."""
    if column not in table.columns:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _laid(shape: tuple[int, int], cell: Ints, *columns: Floats) -> list[Floats]:
    """Each column on the grid, the first row of a cell standing; NaN where there is none."""
    laid = []
    for column in columns:
        flat = np.full(shape[0] * shape[1], np.nan)
        flat[cell[::-1]] = column[::-1]  # the last assignment stands: reversed, the first row
        laid.append(flat.reshape(shape))
    return laid


def _duplicates(shape: tuple[int, int], cell: Ints, *columns: Floats) -> tuple[Mask, Mask]:
    """Rows that repeat an earlier row of their cell with the same values, and the cells whose rows contradict."""
    first = np.full(shape[0] * shape[1], -1, dtype=np.int64)
    first[cell[::-1]] = np.arange(len(cell))[::-1]
    earlier = first[cell]
    again = earlier != np.arange(len(cell))
    same = np.ones(len(cell), dtype=bool)
    for column in columns:
        same &= (column == column[earlier]) | (np.isnan(column) & np.isnan(column[earlier]))
    contradictory = np.zeros(shape[0] * shape[1], dtype=bool)
    contradictory[cell[again & ~same]] = True
    return again & same, contradictory.reshape(shape)


def _counted(ids: list[str], codes: Ints) -> dict[str, int]:
    """How many rows each id has, ids in alphabetical order; only those with any."""
    counts = np.bincount(codes[codes >= 0], minlength=len(ids))
    return {i: int(n) for i, n in sorted(zip(ids, counts, strict=True)) if n}


def _unordered(ids: list[str], codes: Ints, nanoseconds: Ints) -> tuple[str, ...]:
    """Ids of which a row stands before one of an earlier time."""
    narrow = codes.astype(np.int16) if len(ids) < 2**15 else codes  # 16-bit integers are sorted by radix, quickly
    order = np.argsort(narrow, kind="stable")
    sorted_codes = codes[order]
    back = (np.diff(nanoseconds[order]) < 0) & (sorted_codes[1:] == sorted_codes[:-1]) & (sorted_codes[1:] >= 0)
    return tuple(sorted({ids[c] for c in np.unique(sorted_codes[1:][back])}))
