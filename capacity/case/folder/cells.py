"""Text cells to typed columns: what cannot be understood becomes missing and is named with row and value."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from capacity.case.issues import problem, quoted, rows
from capacity.tables import words
from capacity.tables.issue import Issue

_VOCABULARIES = (words.AREA_CLASS, words.OWNERSHIP)
_TRUE = {"true", "yes", "1", "是", "y", "t"}
_FALSE = {"false", "no", "0", "否", "n", "f"}
_MOMENT = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$"
)


def to_column(
    cells: pd.Series, name: str, column: Any, file: str, row_numbers: Sequence[int], zone: dt.tzinfo
) -> tuple[pd.Series, list[Issue]]:
    """One column of text cells as the type, choices and bounds that its schema column states."""
    dtype = str(column.dtype)
    texts = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
    parse, expected_en, expected_zh = _parser(dtype, column.metadata["choices"], zone)
    values: list[Any] = []
    bad: list[tuple[int, str]] = []
    for number, text in zip(row_numbers, texts, strict=True):
        value = None if text == "" else parse(text)
        if value is _UNREADABLE:
            bad.append((number, text))
            value = None
        values.append(value)
    issues = []
    if bad:
        issues.append(unreadable(name, column, file, bad, expected_en, expected_zh))
    if dtype.startswith("datetime") and any(isinstance(value, _Shifted) for value in values):
        issues.append(converted_zone(name, file, zone))
        values = [value.moment if isinstance(value, _Shifted) else value for value in values]
    series = pd.Series(values, dtype="object" if dtype.startswith("datetime") else dtype)
    if dtype.startswith("datetime"):
        series = pd.to_datetime(series).astype("datetime64[ns]")
    series, outside = out_of_bounds(series, name, column, file, row_numbers)
    return series, issues + outside


def out_of_bounds(
    series: pd.Series, name: str, column: Any, file: str, row_numbers: Sequence[int]
) -> tuple[pd.Series, list[Issue]]:
    """Values beyond the schema's bounds become missing, and are named."""
    issues = []
    for check in column.checks:
        if check.name not in _BOUNDS:
            continue
        limit = next(iter(check.statistics.values()))
        sign, breaks = _BOUNDS[check.name]
        outside = breaks(series, limit).fillna(False).astype(bool)
        if outside.any():
            at = outside.to_numpy().nonzero()[0]
            found = [(int(row_numbers[place]), series.iloc[place]) for place in at]
            unit = "" if column.metadata["unit"] in ("", "1") else f" {column.metadata['unit']}"
            issues.append(
                unreadable(name, column, file, found, f"a value {sign} {limit:g}{unit}", f"{sign} {limit:g}{unit} 的值")
            )
            series = series.mask(outside)
    return series, issues


_BOUNDS: dict[str, tuple[str, Callable[[pd.Series, Any], pd.Series]]] = {
    "greater_than_or_equal_to": ("≥", lambda values, limit: values < limit),
    "greater_than": (">", lambda values, limit: values <= limit),
    "less_than_or_equal_to": ("≤", lambda values, limit: values > limit),
}


def unreadable(
    name: str,
    column: Any,
    file: str,
    bad: Sequence[tuple[int, Any]],
    expected_en: str,
    expected_zh: str,
) -> Issue:
    """The issue for cells that are not what their column expects."""
    number, value = bad[0]
    more_en = f" and {len(bad) - 1} more row(s)" if len(bad) > 1 else ""
    more_zh = f"等 {len(bad)} 行" if len(bad) > 1 else ""
    return problem(
        "error",
        "reading.unreadable_value",
        file,
        f"Row {number}{more_en}: {quoted([value])} in '{name}' is not {expected_en}; "
        "it is treated as missing, correct it.",
        f"第 {number} 行{more_zh}：“{column.metadata['zh']}”的值 {quoted([value])} 不是{expected_zh}，"
        "按缺失处理，请更正。",
        column=name,
        ids=rows(row for row, _ in bad),
    )


def converted_zone(name: str, file: str, zone: dt.tzinfo) -> Issue:
    """Says that timestamps with an offset were moved to the case's zone."""
    return problem(
        "info",
        "reading.time_zone",
        file,
        f"Timestamps with a UTC offset in '{name}' were converted to {zone}.",
        f"“{name}”中带时区的时间已换算为 {zone}。",
        column=name,
        effect="derived",
    )


class _Unreadable:
    pass


_UNREADABLE = _Unreadable()


class _Shifted:
    """A moment that was given with an offset."""

    def __init__(self, moment: pd.Timestamp) -> None:
        self.moment = moment


def _parser(dtype: str, choices: tuple[str, ...] | None, zone: dt.tzinfo) -> tuple[Callable[[str], Any], str, str]:
    """How to read a cell, and what to call what it should be, in English and Chinese."""
    if choices:
        code_of = _codes(choices)
        shown_en = "one of " + ", ".join(choices)
        return (lambda text: code_of.get(text.casefold(), _UNREADABLE)), shown_en, f"{'、'.join(choices)} 之一"
    if dtype.startswith("string"):
        return (lambda text: text), "a text", "文字"
    if dtype == "float64":
        return _number, "a number", "数字"
    if dtype == "Int64":
        return _whole, "a whole number", "整数"
    if dtype == "boolean":
        return _flag, "yes or no", "“是”或“否”"
    return (
        (lambda text: _moment(text, zone)),
        "a date such as 2024-01-31 or 2024-01-31 13:15",
        "日期（如 2024-01-31 13:15）",
    )


def _codes(choices: tuple[str, ...]) -> dict[str, str]:
    code_of = {code.casefold(): code for code in choices}
    for vocabulary in _VOCABULARIES:
        if tuple(vocabulary) == choices:
            for code, word in vocabulary.items():
                code_of |= {word.zh.casefold(): code, word.en.casefold(): code}
    return code_of


def _number(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return _UNREADABLE
    return value if math.isfinite(value) else _UNREADABLE


def _whole(text: str) -> Any:
    value = _number(text)
    return int(value) if isinstance(value, float) and value.is_integer() else _UNREADABLE


def _flag(text: str) -> Any:
    folded = text.casefold()
    return True if folded in _TRUE else False if folded in _FALSE else _UNREADABLE


def _moment(text: str, zone: dt.tzinfo) -> Any:
    match = _MOMENT.match(text)
    if match is None:
        return _UNREADABLE
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    iso = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour is not None:
        iso += f"T{int(hour):02d}:{minute}:{second or '00'}" + (f".{fraction}" if fraction else "")
    try:
        moment = pd.Timestamp(iso + (offset or ""))
    except ValueError:
        return _UNREADABLE
    if moment.tzinfo is not None:
        return _Shifted(moment.tz_convert(zone).tz_localize(None))
    return moment
