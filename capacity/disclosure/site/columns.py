"""Tables as columns of plain values, which is how the page wants them."""

from __future__ import annotations

import math

import pandas as pd

from capacity.tables._schema import Table

Plain = str | int | float | bool | None
Columns = dict[str, list[Plain]]


def columns_of(frame: pd.DataFrame, *, times: bool = False) -> Columns:
    """Every column as a list: missing is ``None``, a whole number an ``int``, a moment its day ``YYYY-MM-DD``.

    With ``times`` moments are given to the minute.
    """
    return {str(name): _plain(frame[name], "%Y-%m-%d %H:%M" if times else "%Y-%m-%d") for name in frame.columns}


def headings_of(schema: Table) -> dict[str, dict[str, str]]:
    """What people call each column of a table, in both languages, and its unit."""
    return {
        name: {"zh": column.metadata["zh"], "en": column.metadata["en"], "unit": column.metadata["unit"]}
        for name, column in schema.columns.items()
    }


def plain_number(value: float) -> int | float | None:
    """A number as JSON should show it: 745 rather than 745.0, missing as ``None``."""
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else value


def _plain(column: pd.Series, moment: str) -> list[Plain]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(value) else value.strftime(moment) for value in column]
    if pd.api.types.is_bool_dtype(column.dtype):
        return [None if value is pd.NA else bool(value) for value in column]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return [plain_number(value) for value in column.to_numpy(dtype=float, na_value=math.nan).tolist()]
    return [None if pd.isna(value) else str(value) for value in column]
