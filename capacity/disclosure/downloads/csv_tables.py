"""CSV in two forms: for programs (schema names, codes, empty where missing) and for readers (words, per language).

Every file is UTF-8 with a byte order mark and CRLF (RFC 4180), so that Excel opens it by a double click. ``hours`` is
wide: one row per area and month, a column per hour. As one row per hour it would have 2.9 million rows for 10,000
areas, nearly three times what a spreadsheet holds.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.disclosure.downloads.cells import lasting_text, plain_numbers, safe_text
from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.wording import Language, in_words, release_line, say_en, say_zh
from capacity.tables._schema import Table
from capacity.tables.public import ALL
from capacity.tables.release import Release
from capacity.tables.words import Word

HOUR_COLUMNS = tuple(f"h{hour:02d}_kva" for hour in range(24))
RELEASE_COLUMNS = ("release_id", "synthetic", "stale")
"""Added to every table for programs: releases can be put together, and a mark goes where the rows go."""
READERS_TABLES = ("areas", "changes", "branches", "terms")


def write_csv(release: Release, folder: Path) -> list[Download]:
    """Write every public table for programs, and all but the hours for readers in both languages."""
    written = []
    for name in ALL:
        frame = with_release(machine_frame(release, name), release)
        title = ALL[name].metadata
        write_frame(frame, folder / f"{name}.csv")
        written.append(
            Download(f"{name}.csv", f"{title['zh']}（字段名与代码）", f"{title['en']} (names and codes)", "csv")
        )
    for name in READERS_TABLES:
        for language in ("zh", "en"):
            write_frame(readers_frame(release, name, language), folder / f"{name}.{language}.csv", lasting_text)
            zh, en = ("中文", "Chinese") if language == "zh" else ("英文", "English")
            title = ALL[name].metadata
            written.append(
                Download(f"{name}.{language}.csv", f"{title['zh']}（{zh}）", f"{title['en']} (in {en})", "csv")
            )
    return written


def machine_frame(release: Release, name: str) -> pd.DataFrame:
    """A public table as programs get it: the schema's columns (``hours``: wide) and types, codes."""
    return wide_hours(release) if name == "hours" else getattr(release, name)[list(ALL[name].columns)]


def wide_hours(release: Release) -> pd.DataFrame:
    """``area_code, name, month, h00_kva … h23_kva``: one row per area and month, in the order of the areas' table."""
    codes, cells = hour_cells(release)
    names = release.areas.set_index("area_code")["name"]
    frame = pd.DataFrame(
        {
            "area_code": np.repeat(np.asarray(codes, dtype=object), 12),
            "name": np.repeat(names.reindex(codes).to_numpy(dtype=object), 12),
            "month": np.tile(np.arange(1, 13), len(codes)),
        }
    )
    hours = pd.DataFrame(cells.reshape(-1, 24), columns=list(HOUR_COLUMNS))
    return pd.concat([frame, hours], axis=1)


def hour_cells(release: Release) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Areas that have hours, in the order of the areas' table, and their capacity: (areas, 12, 24), NaN: missing."""
    known = pd.Index(release.hours["area_code"].unique())
    codes = [code for code in release.areas["area_code"] if code in known]
    cells = np.full((len(codes), 12, 24), np.nan)
    rows = pd.Index(codes).get_indexer(pd.Index(release.hours["area_code"]))
    if (rows < 0).any():
        raise ValueError("table 'hours' has areas that table 'areas' does not have")
    months = release.hours["month"].to_numpy(dtype=np.int64) - 1
    hours = release.hours["hour"].to_numpy(dtype=np.int64)
    cells[rows, months, hours] = release.hours["allowed_kva"].to_numpy(dtype=np.float64, na_value=np.nan)
    return codes, cells


def with_release(frame: pd.DataFrame, release: Release) -> pd.DataFrame:
    """The frame with the release it belongs to in every row (``RELEASE_COLUMNS``)."""
    about = release.about
    marks = (about.release_id, about.synthetic, about.stale)
    return frame.assign(**dict(zip(RELEASE_COLUMNS, marks, strict=True)))


def readers_frame(release: Release, name: str, language: Language) -> pd.DataFrame:
    """A public table for readers: headings with units and cells in one language, the release's marks in each row."""
    schema, frame = ALL[name], getattr(release, name)
    other = "_en" if language == "zh" else "_zh"
    columns = [column for column in schema.columns if not column.endswith(other)]
    told = in_words(name, frame[columns], say_zh if language == "zh" else say_en)
    told = told.rename(columns={column: _heading(schema, column, language) for column in columns})
    return told.assign(**{"说明" if language == "zh" else "note": release_line(release.about, language)})


def _heading(schema: Table, column: str, language: Language) -> str:
    facts = schema.columns[column].metadata
    unit = f" [{facts['unit']}]" if facts["unit"] not in ("", "1") else ""
    if column.endswith(("_zh", "_en")):
        return _PLAIN_HEADINGS[column[:-3]].zh if language == "zh" else _PLAIN_HEADINGS[column[:-3]].en
    return f"{facts[language]}{unit}"


_PLAIN_HEADINGS = {
    "steps": Word("办理环节", "steps"),
    "documents": Word("所需资料", "documents"),
    "note": Word("备注", "remark"),
}
"""Of columns that stand in one language each: the language need not be said."""


def write_frame(frame: pd.DataFrame, path: Path, safe: Callable[[str], str] = safe_text) -> None:
    """Write a frame as CSV; texts are made safe, numbers plain, missing cells empty, flags ``true`` and ``false``."""
    columns = [_texts(frame[name], safe) for name in frame.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(safe_text(str(name)) for name in frame.columns)
        writer.writerows(zip(*columns, strict=True))


def _texts(column: pd.Series, safe: Callable[[str], str]) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["" if pd.isna(value) else "true" if value else "false" for value in column]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return list(plain_numbers(column.to_numpy(dtype=np.float64, na_value=np.nan)))
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return ["" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in column]
    return [_text(value, safe) for value in column]


def _text(value: object, safe: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, int | float):
        return str(plain_numbers(np.array([float(value)]))[0])
    return "" if pd.isna(value) else safe(str(value))
