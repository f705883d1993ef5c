"""What a cell of a workbook shows for a value: words for codes, formats by unit, and never a 0 for the unknown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa

from capacity.tables import words
from capacity.tables.plan import PLAN_CLAIM, PLAN_STATES
from capacity.tables.words import Word

UNKNOWN, NOT_APPLICABLE = "未知 unknown", "—"
MOMENT_FORMAT, DAY_FORMAT, MONTH_FORMAT = "yyyy-mm-dd hh:mm", "yyyy-mm-dd", "yyyy-mm"
_LONGEST_TEXT = 32_000  # Excel holds 32,767 characters in a cell

_UNKNOWN_SIGNS = ("unknown", "no data", "no value", "never solved", "insufficient", "not simulated", "no rating",
                  "not known", "no source", "not metered", "no line model", "no LV network",
                  "cannot be settled")  # fmt: skip

_FORMAT_OF_UNIT = {
    "%": "0.0",
    "kVA": "#,##0.0",
    "kW": "#,##0.0",
    "kvar": "#,##0.0",
    "A": "#,##0.0",
    "V": "0.0",
    "kV": "0.0##",
    "pu": "0.0000",
    "h": "0.00",
    "km": "0.00",
    "CNY": "#,##0",
    "see unit": "0.0##",
}


def _word_tables() -> tuple[Mapping[str, Word], ...]:
    tables: list[Any] = [value for value in vars(words).values() if isinstance(value, dict)]
    tables += [PLAN_STATES, PLAN_CLAIM]
    return tuple(t for t in tables if t and all(isinstance(word, Word) for word in t.values()))


_WORDS = _word_tables()


def words_of(choices: tuple[str, ...]) -> Mapping[str, Word]:
    """The words of a column's codes: the smallest table that knows them all, else none."""
    fitting = [table for table in _WORDS if set(choices) <= set(table)]
    return min(fitting, key=len) if fitting else {}


def both(word: Word) -> str:
    """A word in Chinese and English."""
    return f"{word.zh} {word.en}".strip()


def heading(column: pa.Column) -> str:
    """The heading of a column: Chinese, English and, where there is one, the unit."""
    unit = column.metadata["unit"]
    lines = [column.metadata["zh"], column.metadata["en"]]
    if unit not in ("", "1", "see unit"):
        lines.append(f"[{unit}]")
    return "\n".join(lines)


def number_format(column: pa.Column) -> str:
    """Excel's number format for a column; figures are rounded by it alone, never by value."""
    kind = str(column.dtype)
    if kind == "datetime64[ns]":
        return MOMENT_FORMAT
    if kind == "Int64":
        return "#,##0"
    if kind in ("float64", "float32"):
        return _FORMAT_OF_UNIT.get(column.metadata["unit"], "0.00##")
    return "@"


def missing_text(column: pa.Column) -> str:
    """What an empty value of this column is shown as: unknown, or not applicable."""
    meaning = column.metadata["missing"] or "unknown"
    return UNKNOWN if any(sign in meaning for sign in _UNKNOWN_SIGNS) else NOT_APPLICABLE


def shown(value: Any, column: pa.Column, codes: Mapping[str, Word]) -> str | float | int | pd.Timestamp:
    """The content of one cell: a number or moment unchanged, a code in words, a missing value as what it means."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return missing_text(column)
    kind = str(column.dtype)
    if kind == "boolean":
        return "是 yes" if value else "否 no"
    if kind == "datetime64[ns]":
        return pd.Timestamp(value)
    if kind == "Int64":
        return int(value)
    if kind in ("float64", "float32"):
        return float(value)
    text = str(value)
    return both(codes[text]) if text in codes else text[:_LONGEST_TEXT]


def display_width(text: str) -> float:
    """Width of a text in Excel's column units; a Chinese character takes about two."""
    return sum(2.0 if unicodedata.east_asian_width(sign) in "WF" else 1.05 for sign in text)
