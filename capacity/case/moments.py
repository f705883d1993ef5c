"""Dates and times as people and systems write them, a whole column at a time."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

_MOMENT = re.compile(
    r"^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$"
)
_EXCEL_DAY_ZERO = pd.Timestamp("1899-12-30")


def parse_moment(cell: object, time_zone: str = "Asia/Shanghai") -> tuple[pd.Timestamp | None, bool]:
    """A naive moment out of a cell (text, date, Excel serial day), and whether it was written as 24:00."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)) or cell is pd.NaT or cell is pd.NA:
        return None, False
    if isinstance(cell, dt.datetime | dt.date | np.datetime64):
        return _naive(pd.Timestamp(cell), time_zone), False
    if isinstance(cell, int | float | np.integer | np.floating) and 20000 < float(cell) < 80000:
        return (_EXCEL_DAY_ZERO + pd.Timedelta(days=float(cell))).round("s"), False
    text = str(cell).strip()
    if re.fullmatch(r"\d{8}\.0", text):
        text = text[:-2]
    if re.fullmatch(r"[2-7]\d{4}(\.\d+)?", text):
        return (_EXCEL_DAY_ZERO + pd.Timedelta(days=float(text))).round("s"), False
    found = _MOMENT.match(text)
    if not found:
        return None, False
    year, m1, d1, m2, d2, hour, minute, second, offset = found.groups()
    at_24 = hour is not None and int(hour) == 24 and int(minute) == 0
    clock = "00:00" if hour is None or at_24 else f"{int(hour):02d}:{minute}:{second or '00'}"
    try:
        moment = pd.Timestamp(f"{year}-{int(m1 or m2):02d}-{int(d1 or d2):02d} {clock}{offset or ''}")
    except ValueError:
        return None, False
    return _naive(moment, time_zone) + pd.Timedelta(days=int(at_24)), at_24


def parse_moments(
    cells: pd.Series, time_zone: str = "Asia/Shanghai"
) -> tuple[npt.NDArray[np.datetime64], bool, npt.NDArray[np.bool_]]:
    """Moments of a column (``datetime64[s]``), whether any was written as 24:00, and which cannot be read."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        column = cells if cells.dt.tz is None else cells.dt.tz_convert(time_zone).dt.tz_localize(None)
        missing = column.isna().to_numpy()
        return _filled(column.to_numpy(dtype="datetime64[s]"), missing), False, missing
    codes, uniques = pd.factorize(cells)
    parsed = [parse_moment(one, time_zone) for one in uniques]
    moments = np.array([m.to_datetime64() if m is not None else np.datetime64("NaT") for m, _ in parsed] or [], "M8[s]")
    moments = np.append(moments, np.datetime64("NaT"))[codes]
    missing = np.isnat(moments)
    return _filled(moments, missing), any(at_24 for _, at_24 in parsed), missing


def _filled(moments: npt.NDArray[np.datetime64], missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.datetime64]:
    """Missing moments as 1970, so that arithmetic works; the mask says which they are."""
    return np.where(missing, np.datetime64(0, "s"), moments)


def _naive(moment: pd.Timestamp, time_zone: str) -> pd.Timestamp:
    return moment.tz_convert(time_zone).tz_localize(None) if moment.tzinfo is not None else moment
