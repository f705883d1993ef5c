"""How a table is written down: a pandera schema whose columns state heading, unit and the meaning of missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

Table = pa.DataFrameSchema
"""A table's schema; ``schema.metadata`` holds zh/en titles, ``column.metadata`` zh/en headings, unit, missing."""


def _column(
    dtype: str,
    zh: str,
    en: str,
    unit: str,
    description: str,
    missing: str | None,
    checks: Sequence[pa.Check] = (),
    unique: bool = False,
    choices: Sequence[str] | None = None,
) -> pa.Column:
    return pa.Column(
        dtype,
        checks=list(checks),
        nullable=missing is not None,
        unique=unique,
        description=description,
        title=en,
        metadata={
            "zh": zh,
            "en": en,
            "unit": unit,
            "missing": missing,
            "choices": tuple(choices) if choices else None,
        },
    )


def text(
    zh: str,
    en: str,
    description: str = "",
    *,
    missing: str | None = None,
    choices: Sequence[str] | None = None,
    key: bool = False,
) -> pa.Column:
    """A text column; ``choices`` lists its allowed codes, ``key`` makes it unique and never missing."""
    checks = [pa.Check.isin(list(choices))] if choices else []
    return _column("string", zh, en, "", description, missing, checks, unique=key, choices=choices)


def number(
    zh: str,
    en: str,
    unit: str,
    description: str = "",
    *,
    missing: str | None = None,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
) -> pa.Column:
    """A floating-point column with a unit and, where physics gives them, bounds."""
    checks = []
    if at_least is not None:
        checks.append(pa.Check.ge(at_least))
    if above is not None:
        checks.append(pa.Check.gt(above))
    if at_most is not None:
        checks.append(pa.Check.le(at_most))
    return _column("float64", zh, en, unit, description, missing, checks)


def count(zh: str, en: str, description: str = "", *, missing: str | None = None) -> pa.Column:
    """A whole, non-negative number."""
    return _column("Int64", zh, en, "1", description, missing, [pa.Check.ge(0)])


def flag(zh: str, en: str, description: str = "", *, missing: str | None = None) -> pa.Column:
    """True, false or, where stated, missing."""
    return _column("boolean", zh, en, "", description, missing)


def moment(zh: str, en: str, description: str = "", *, missing: str | None = None) -> pa.Column:
    """A naive timestamp in the case's time zone, the start of its interval."""
    return _column("datetime64[ns]", zh, en, "", description, missing)


def table(
    name: str, zh: str, en: str, description: str, columns: dict[str, pa.Column], unique: Sequence[str] = ()
) -> Table:
    """A table's schema. Extra columns are refused, the column order is the stated one."""
    return Table(
        columns,
        name=name,
        title=en,
        description=description,
        strict=True,
        ordered=True,
        coerce=True,
        unique=list(unique) or None,
        metadata={"zh": zh, "en": en},
    )


def empty(schema: Table) -> pd.DataFrame:
    """An empty frame of the schema's columns and types."""
    return pd.DataFrame({name: pd.Series(dtype=str(column.dtype)) for name, column in schema.columns.items()})


def conform(frame: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """``frame`` with the schema's columns, order and types: absent nullable columns are added as missing.

    Raises
    ------
    pandera.errors.SchemaErrors
        With every violation at once. Results are ours: a violation here is a fault of the program.
    """
    full = frame.copy()
    for name, column in schema.columns.items():
        if name not in full.columns and column.nullable:
            full[name] = pd.Series([None] * len(full), index=full.index, dtype=str(column.dtype))
    known = [name for name in schema.columns if name in full.columns]
    extra = [name for name in full.columns if name not in schema.columns]
    ordered = full[known + extra].reset_index(drop=True)
    sound = _sound(ordered, schema)
    return schema.validate(ordered, lazy=True) if sound is None else sound


def _sound(frame: pd.DataFrame, schema: Table) -> pd.DataFrame | None:
    """``frame`` in the schema's types if it plainly keeps every rule; None leaves it to pandera to say what it breaks.

    pandera takes some two milliseconds for each column, however short: a third of the time of a study of a small case.
    """
    if list(frame.columns) != list(schema.columns):
        return None
    try:
        typed = frame.assign(
            **{
                name: column.dtype.coerce(frame[name])
                for name, column in schema.columns.items()
                if frame[name].dtype != column.dtype.type
            }
        )
    except Exception:  # whatever a value that cannot be taken raises, pandera names it
        return None
    kept = all(_keeps(typed[name], column) for name, column in schema.columns.items())
    return typed if kept and not (schema.unique and typed.duplicated(subset=schema.unique).any()) else None


def _keeps(values: pd.Series, column: pa.Column) -> bool:
    known = values.dropna()
    if values.dtype != column.dtype.type or (not column.nullable and len(known) < len(values)):
        return False
    if column.unique and values.duplicated().any():
        return False
    return all(check.name in _RULES and _RULES[check.name](known, check.statistics) for check in column.checks)


_RULES: dict[str | None, Callable[[pd.Series, dict[str, Any]], bool]] = {
    "isin": lambda values, of: bool(values.isin(of["allowed_values"]).all()),
    "greater_than_or_equal_to": lambda values, of: bool((values >= of["min_value"]).all()),
    "greater_than": lambda values, of: bool((values > of["min_value"]).all()),
    "less_than_or_equal_to": lambda values, of: bool((values <= of["max_value"]).all()),
}
"""The checks that columns here have, by pandera's names and statistics."""
