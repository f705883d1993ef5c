"""Tables from Parquet: millions of readings at once, with the same promises as CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from capacity.case.folder.cells import converted_zone, out_of_bounds, unreadable
from capacity.case.folder.tabular import Read, match_headings
from capacity.case.issues import problem, rows
from capacity.tables._schema import Table, empty
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.issue import Issue

ReadColumn = tuple[pd.Series, list[Issue]]
"""A column, and what was wrong with it."""

_STRINGS = pd.StringDtype("pyarrow")


@dataclass(frozen=True)
class _Named:
    """Stands in for a schema column in a wide table."""

    zh: str

    @property
    def metadata(self) -> dict[str, str]:
        """The heading by which messages call it."""
        return {"zh": self.zh}


def read_parquet_table(data: bytes, file: str, schema: Table, zone: dt.tzinfo) -> Read:
    """Read one Parquet file with the schema's columns (their names, Chinese or English headings).

    Text columns come back as Arrow-backed strings, numbers as ``float64``, timestamps naive in the case's zone. Rows
    without timestamp or id are left out, and named (row 1 is the first record).
    """
    stored, issues = _open(data, file)
    if stored is None:
        return empty(schema), issues
    place_of, found = match_headings(stored.column_names, file, schema)
    issues += found
    columns = {}
    for name, column in schema.columns.items():
        if name not in place_of:
            columns[name] = pd.Series([None] * stored.num_rows, dtype=str(column.dtype))
            continue
        columns[name], found = _typed(stored.column(place_of[name]), name, column, file, zone)
        issues += found
    if any(name not in place_of and not column.nullable for name, column in schema.columns.items()):
        return empty(schema), issues
    frame = pd.DataFrame(columns)
    for name, column in schema.columns.items():
        blank = frame[name].isna()
        if not column.nullable and blank.any():
            at = (blank.to_numpy().nonzero()[0] + 1).tolist()
            issues.append(
                problem(
                    "error",
                    "reading.missing_value",
                    file,
                    f"'{name}' is required, but has no usable value in {len(at)} row(s); they were left out.",
                    f"必填列“{column.metadata['zh']}”有 {len(at)} 行没有可用的值，这些行未采用。",
                    column=name,
                    ids=rows(at),
                )
            )
            frame = frame[~blank]
    return frame.reset_index(drop=True), issues


def read_profiles(data: bytes, file: str, zone: dt.tzinfo) -> Read:
    """Read the wide table of profiles: ``timestamp`` first, then one numeric column per profile."""
    stored, issues = _open(data, file)
    if stored is None:
        return no_profiles(), issues
    frame, found = read_wide(stored.column_names, stored.columns, file, zone)
    return frame, issues + found


def no_profiles() -> pd.DataFrame:
    """An empty table of profiles."""
    return pd.DataFrame({TIMESTAMP: pd.Series(dtype="datetime64[ns]")})


def read_wide(
    names: Sequence[str], stored: Sequence[pa.ChunkedArray], file: str, zone: dt.tzinfo, first_row: int = 1
) -> Read:
    """Columns of a wide table as timestamps and factors; ``first_row`` is the number of its first record."""
    issues: list[Issue] = []
    stamp = next((name for name in names if name.strip() in (TIMESTAMP, "时间")), names[0] if names else "")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        issues.append(_repeated_profiles(repeated, file))
    columns = {}
    for place, name in enumerate(names):
        if name in columns or (name == TIMESTAMP and stamp != TIMESTAMP):
            continue
        if name == stamp:
            columns[TIMESTAMP], found = _moments(stored[place], TIMESTAMP, file, zone, None, first_row)
        else:
            columns[name], found = _profile(stored[place], name, file, first_row)
        issues += found
    if TIMESTAMP not in columns or (len(columns[TIMESTAMP]) and columns[TIMESTAMP].isna().all()):
        issues.append(
            problem(
                "error",
                "reading.missing_column",
                file,
                "The required column 'timestamp' (时间) is missing or holds no times; it must be the first column.",
                "缺少时间列（timestamp），或其中没有时间；第一列必须为时间。",
                column=TIMESTAMP,
            )
        )
        return no_profiles(), issues
    ordered = [TIMESTAMP, *(name for name in columns if name != TIMESTAMP)]
    return pd.DataFrame(columns, copy=False)[ordered], issues


def _open(data: bytes, file: str) -> tuple[pa.Table | None, list[Issue]]:
    try:
        return pq.read_table(io.BytesIO(data)), []
    except (pa.ArrowException, OSError, ValueError) as why:
        detail = str(why).splitlines()[0][:200] if str(why) else type(why).__name__
        return None, [
            problem(
                "error",
                "reading.parquet",
                file,
                f"'{file}' is damaged or no Parquet file ({detail}); export it again.",
                f"文件“{file}”已损坏或不是 Parquet 文件（{detail}），请重新导出。",
            )
        ]


def _typed(values: pa.ChunkedArray, name: str, column: Any, file: str, zone: dt.tzinfo) -> ReadColumn:
    dtype = str(column.dtype)
    if dtype.startswith("string"):
        return _texts(values), []
    if dtype.startswith("datetime"):
        return _moments(values, name, file, zone, column)
    series, issues = _numbers(values, name, column, file)
    if not column.checks:
        return series, issues
    series, found = out_of_bounds(series, name, column, file, range(1, len(series) + 1))
    return series, issues + found


def _texts(values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_floating(values.type) and pc.all(pc.equal(values, pc.floor(values))).as_py():
        values = values.cast(pa.int64())
    return pd.Series(values.cast(pa.string()).to_pandas(types_mapper={pa.string(): _STRINGS}.get))


def _numbers(values: pa.ChunkedArray, name: str, column: Any, file: str, first_row: int = 1) -> ReadColumn:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type) or pa.types.is_decimal(values.type):
        return pd.Series(values.cast(pa.float64()).to_pandas()), []
    given = values.to_pandas()
    series = pd.to_numeric(given, errors="coerce").astype("float64")
    bad = (series.isna() & given.notna()).to_numpy().nonzero()[0]
    if not len(bad):
        return series, []
    found = [(int(at) + first_row, given.iloc[at]) for at in bad]
    return series, [unreadable(name, column, file, found, "a number", "数字")]


def _moments(
    values: pa.ChunkedArray, name: str, file: str, zone: dt.tzinfo, column: Any = None, first_row: int = 1
) -> ReadColumn:
    given = values.to_pandas()
    issues: list[Issue] = []
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        series = pd.Series([pd.NaT] * len(given), dtype="datetime64[ns]")
    elif pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        series = pd.to_datetime(given)
    else:
        series, shifted = _moments_of_texts(given.astype("string"), zone)
        issues += [converted_zone(name, file, zone)] if shifted else []
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert(zone).dt.tz_localize(None)
        issues.append(converted_zone(name, file, zone))
    bad = (series.isna() & given.notna()).to_numpy().nonzero()[0]
    if len(bad):
        described = column if column is not None else _Named("时间")
        found = [(int(at) + first_row, given.iloc[at]) for at in bad]
        issues.append(unreadable(name, described, file, found, "a time", "时间"))
    return series.astype("datetime64[ns]"), issues


def _moments_of_texts(texts: pd.Series, zone: dt.tzinfo) -> tuple[pd.Series, bool]:
    """Times written year first, with or without a UTC offset; everything else is missing."""
    offset = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True, na=False)
    year_first = texts.where(texts.str.match(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}", na=False))
    plain = pd.to_datetime(year_first.where(~offset), format="mixed", errors="coerce")
    if not offset.any():
        return plain, False
    moved = pd.to_datetime(year_first.where(offset), format="mixed", errors="coerce", utc=True)
    return plain.fillna(moved.dt.tz_convert(zone).dt.tz_localize(None)), True


def _profile(values: pa.ChunkedArray, name: str, file: str, first_row: int) -> ReadColumn:
    if pa.types.is_float32(values.type):
        return pd.Series(values.to_pandas()), []
    return _numbers(values, name, _Named(name), file, first_row)


def _repeated_profiles(repeated: list[str], file: str) -> Issue:
    return problem(
        "error",
        "reading.duplicate_column",
        file,
        f"{len(repeated)} profile(s) stand twice ({', '.join(repeated[:5])}); "
        "only the first was read, rename the others.",
        f"有 {len(repeated)} 个曲线列名重复（{'、'.join(repeated[:5])}），只采用第一列，请改名。",
        ids=repeated,
    )
