"""Tables of results as Parquet files: written by their schema, and read so that every problem is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandera.errors import SchemaErrors

from capacity.tables._schema import Table, conform
from capacity.tables.run import FORMAT_VERSION

ROWS_PER_GROUP = 262_144


def write_table(frame: pd.DataFrame, schema: Table, path: Path, *, long: bool = False) -> None:
    """Write a table of a schema; ``long``: by column and type alone, without looking at every value.

    Raises
    ------
    pandera.errors.SchemaErrors
        The table breaks its schema: a fault of the program, not of the input.
    """
    whole = _typed(frame, schema) if long else conform(frame, schema)
    arrow = arrow_schema(schema)
    with pq.ParquetWriter(path, arrow, compression="zstd", write_page_checksum=True) as writer:
        for start in range(0, max(len(whole), 1), ROWS_PER_GROUP):
            part = whole.iloc[start : start + ROWS_PER_GROUP]
            writer.write_table(pa.Table.from_pandas(part, schema=arrow, preserve_index=False))


def _typed(frame: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """The columns of the schema in their types, without looking at every value (for millions of rows)."""
    if list(frame.columns) != list(schema.columns):
        return conform(frame, schema)  # completes it, or says what is wrong
    return frame.astype({name: str(column.dtype) for name, column in schema.columns.items()})


_ARROW = {
    "string": pa.string(),
    "string[python]": pa.string(),
    "float64": pa.float64(),
    "float32": pa.float32(),
    "Int64": pa.int64(),
    "boolean": pa.bool_(),
    "datetime64[ns]": pa.timestamp("ns"),
}


def arrow_schema(schema: Table) -> pa.Schema:
    """How a table of this schema lies on disk."""
    fields = [pa.field(name, _ARROW[str(column.dtype)]) for name, column in schema.columns.items()]
    return pa.schema(fields, metadata={"table": str(schema.name), "format_version": str(FORMAT_VERSION)})


def read_table(path: Path, schema: Table, problems: list[str], *, long: bool = False) -> pd.DataFrame | None:
    """Read a table of a schema; None where that is not possible, and ``problems`` then say why.

    Of a file whose folder is missing too nothing is said.
    """
    if not path.exists():
        if path.parent.is_dir():
            problems.append(f"  - {path.name}: missing / 缺失")
        return None
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            stored = file.read()
        strange = set(stored.column_names) ^ set(schema.columns)
        if strange:
            problems.append(
                f"  - {path.name}: columns differ from this program's / 列与本程序不一致: {', '.join(sorted(strange))}"
            )
            return None
        frame = stored.to_pandas()
        return _typed(frame[list(schema.columns)], schema) if long else conform(frame, schema)
    except SchemaErrors as error:
        columns = sorted({str(column) for column in error.failure_cases["column"].dropna()})
        problems.append(
            f"  - {path.name}: values outside their columns' meaning / 数值不符合列定义: {', '.join(columns)}"
        )
    except (pa.ArrowException, ValueError, TypeError, OSError) as error:
        problems.append(f"  - {path.name}: damaged / 已损坏 ({first_line(error)})")
    return None


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
