"""Profiles as a wide CSV file: ``timestamp`` and one column per element."""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd
import pyarrow as pa

from capacity.case.folder.columnar import no_profiles, read_wide
from capacity.case.folder.tabular import Read, decode
from capacity.case.issues import problem


def read_profile_csv(data: bytes, file: str, zone: dt.tzinfo) -> Read:
    """Read a wide CSV file of factors; what is no number or time is missing, and named."""
    text, issues = decode(data, file)
    if text is None:
        return no_profiles(), issues
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        cells = pd.read_csv(io.StringIO(text), sep=separator, header=None, skiprows=1, low_memory=False)
        headings = pd.read_csv(io.StringIO(text), sep=separator, header=None, nrows=1, dtype=str).iloc[0]
    except (ValueError, pd.errors.ParserError, IndexError) as why:
        detail = str(why).splitlines()[0][:200]
        return no_profiles(), [
            *issues,
            problem(
                "error",
                "reading.csv",
                file,
                f"'{file}' is not a readable CSV table ({detail}); save it again with one heading per column.",
                f"文件“{file}”不是可读取的 CSV 表格（{detail}），请重新保存，并保证每列都有列名。",
            ),
        ]
    names = [str(heading).strip() for heading in headings][: cells.shape[1]]
    names += [f"column {place}" for place in range(len(names) + 1, cells.shape[1] + 1)]
    frame, found = read_wide(names, [_arrow(cells[place]) for place in cells.columns], file, zone, first_row=2)
    return frame, issues + found


def _arrow(cells: pd.Series) -> pa.ChunkedArray:
    """A column as Arrow; one that is not all numbers as text, so that its faulty cells can be named."""
    if cells.dtype == object:
        cells = cells.astype("string")
    return pa.chunked_array([pa.Array.from_pandas(cells)])
