"""The data dictionary, from the schemas of ``capacity.tables``."""

from __future__ import annotations

import importlib
import pkgutil

import pandera.pandas as pa

import capacity.tables.inputs
from capacity.tables._schema import Table
from capacity.tables.public import ALL as PUBLIC
from capacity.tables.results import ALL
from tools import markdown

_TYPES = {
    "string[python]": "text",
    "float64": "number",
    "float32": "number",
    "int64": "whole number",
    "boolean": "true/false",
    "bool": "true/false",
    "datetime64[ns]": "timestamp",
}


def input_tables() -> list[Table]:
    """Every schema written down in ``capacity.tables.inputs``, in order of its file."""
    found: list[Table] = []
    for module_info in pkgutil.iter_modules(capacity.tables.inputs.__path__):
        module = importlib.import_module(f"capacity.tables.inputs.{module_info.name}")
        found += [value for value in vars(module).values() if isinstance(value, Table) and value not in found]
    return found


def dictionary_of_inputs() -> str:
    """The tables of a case folder."""
    return "\n\n".join(_section(schema, schema.name) for schema in input_tables())


def dictionary_of_results() -> str:
    """The tables of a run, by the name of their file."""
    return "\n\n".join(_section(schema, f"{name}.parquet") for name, schema in ALL.items())


def dictionary_of_releases() -> str:
    """The tables of a public release, by the name of their machine-readable file."""
    return "\n\n".join(_section(schema, f"{name}.csv") for name, schema in PUBLIC.items())


def _section(schema: Table, heading: str) -> str:
    metadata = schema.metadata or {}
    lines = [f"### `{heading}` — {metadata['en']}, {metadata['zh']}", "", markdown.prose(schema.description or "")]
    if schema.unique:
        lines += ["", f"Unique together: {', '.join(f'`{name}`' for name in schema.unique)}."]
    lines += [
        "",
        markdown.table(
            ("column", "中文", "English", "type", "unit", "meaning", "missing means"),
            (_row(name, column) for name, column in schema.columns.items()),
        ),
    ]
    return "\n".join(lines)


def _row(name: str, column: pa.Column) -> tuple[str, ...]:
    metadata = column.metadata or {}
    meaning = [markdown.prose(column.description or "")]
    if column.unique:
        meaning.append("Unique.")
    if metadata["choices"]:
        meaning.append(
            "One of " + ", ".join(f"`{choice}`" if choice else "empty" for choice in metadata["choices"]) + "."
        )
    meaning += _bounds(column)
    return (
        f"`{name}`",
        metadata["zh"],
        metadata["en"],
        _TYPES.get(str(column.dtype).lower(), str(column.dtype)),
        metadata["unit"],
        " ".join(part for part in meaning if part),
        markdown.prose(metadata["missing"]) if metadata["missing"] is not None else "never missing",
    )


def _bounds(column: pa.Column) -> list[str]:
    signs = {"greater_than_or_equal_to": ("≥", "min_value"), "greater_than": (">", "min_value")}
    signs["less_than_or_equal_to"] = ("≤", "max_value")
    return [
        f"{signs[check.name][0]} {markdown.number(check.statistics[signs[check.name][1]])}."
        for check in column.checks
        if check.name in signs
    ]
