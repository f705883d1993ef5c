"""Read a ledger workbook: every sheet as a typed table with row numbers, and every problem of its cells at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from capacity.case.ledger import sentences as say
from capacity.case.ledger.cells import UNREADABLE, half_width, parse_cell, text_of
from capacity.case.ledger.sheets import EXAMPLE_MARKS, INSTRUCTIONS, SHEETS, Field, SheetSpec
from capacity.tables.issue import Issue

ROW = "_row"
"""The column that keeps each record's row number in Excel."""

_HEADING_ROWS = 10


@dataclass(frozen=True)
class Workbook:
    """The typed sheets by key (every sheet is there, absent ones empty) and which of them the file holds."""

    file: str
    tables: dict[str, pd.DataFrame]
    present: frozenset[str]


def read_workbook(path: Path) -> tuple[Workbook, list[Issue]]:
    """Read the ledger at ``path``; a file that is no workbook gives an empty one and an error."""
    path = Path(path)
    tables = {spec.key: _empty(spec) for spec in SHEETS}
    if not path.is_file():
        return Workbook(path.name, tables, frozenset()), [say.no_file(path)]
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as why:  # a damaged or foreign file can make openpyxl raise anything
        return Workbook(path.name, tables, frozenset()), [say.no_workbook(path, why)]
    issues: list[Issue] = []
    present = set()
    sheets = {spec.key: _find(book, spec) for spec in SHEETS}
    for spec in SHEETS:
        sheet = sheets[spec.key]
        if sheet is None:
            if spec.required:
                issues.append(say.no_sheet(path.name, spec, book.sheetnames))
            continue
        present.add(spec.key)
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        tables[spec.key], found = _read_sheet(rows, spec, path.name)
        issues += found
    used = {sheet.title for sheet in sheets.values() if sheet is not None} | {INSTRUCTIONS}
    unknown = [name for name in book.sheetnames if name not in used]
    if unknown:
        issues.append(say.unknown_sheets(path.name, unknown))
    return Workbook(path.name, tables, frozenset(present)), issues


def _empty(spec: SheetSpec) -> pd.DataFrame:
    frame = pd.DataFrame({field.key: pd.Series(dtype=field.dtype) for field in spec.fields})
    return frame.assign(**{ROW: pd.Series(dtype="int64")})


def _find(book: Any, spec: SheetSpec) -> Any | None:
    names = {_bare(one) for one in (spec.title, spec.zh, spec.en, spec.key, *spec.aliases)}
    for sheet in book.worksheets:
        if _bare(sheet.title) in names:
            return sheet
    return None


def _bare(text: object) -> str:
    return re.sub(r"[\s_\-]+", "", half_width(str(text))).casefold()


def _read_sheet(rows: Sequence[list[Any]], spec: SheetSpec, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    at, place_of, unknown, doubled = _headings(rows, spec)
    if at is None:
        return _empty(spec), [say.no_headings(file, spec)] if spec.required or any(map(_filled, rows)) else []
    issues = [say.missing_column(file, spec, f) for f in spec.fields if f.required and f.key not in place_of]
    issues += [say.doubled_column(file, spec, heading) for heading in doubled]
    if unknown:
        issues.append(say.unknown_columns(file, spec, unknown))
    records = [
        (number, row) for number, row in enumerate(rows[at + 1 :], start=at + 2) if _filled(row) and not _example(row)
    ]
    columns: dict[str, Any] = {ROW: [number for number, _ in records]}
    for field in spec.fields:
        place = place_of.get(field.key)
        cells = [row[place] if place is not None and place < len(row) else None for _, row in records]
        columns[field.key], found = _column(cells, columns[ROW], field, spec, file, place is not None)
        issues += found
    frame = pd.DataFrame(columns)[[*(field.key for field in spec.fields), ROW]]
    if spec.required and not len(frame):
        issues.append(say.no_rows(file, spec))
    return frame, issues + _repeated(frame, spec, file)


def _headings(rows: Sequence[list[Any]], spec: SheetSpec) -> tuple[int | None, dict[str, int], list[str], list[str]]:
    """The row of the headings, the place of each column, and headings unknown or doubled."""
    meaning = {}
    for field in spec.fields:
        for name in (field.key, field.en, field.zh):
            meaning[_bare(name)] = field.key
    best: tuple[int, int | None] = (0, None)
    for number, row in enumerate(rows[:_HEADING_ROWS]):
        known = sum(_meant(cell, meaning) is not None for cell in row)
        if known > best[0]:
            best = (known, number)
    at = best[1]
    if at is None or best[0] < min(2, len(spec.fields)):
        return None, {}, [], []
    place_of: dict[str, int] = {}
    unknown, doubled = [], []
    for place, cell in enumerate(rows[at]):
        key = _meant(cell, meaning)
        if key is None:
            if text_of(cell):
                unknown.append(text_of(cell))
        elif key in place_of:
            doubled.append(text_of(cell))
        else:
            place_of[key] = place
    return at, place_of, unknown, doubled


def _meant(cell: Any, meaning: dict[str, str]) -> str | None:
    """The column a heading means: its Chinese or English part or the key, without unit and asterisk."""
    parts = [str(cell), *re.split(r"[\n/]", str(cell))] if cell is not None else []
    for part in parts:
        bare = _bare(re.sub(r"[(\[].*?[)\]]|[*＊]", "", half_width(part)))
        if bare in meaning:
            return meaning[bare]
    return None


def _filled(row: Sequence[Any]) -> bool:
    return any(text_of(cell) for cell in row)


def _example(row: Sequence[Any]) -> bool:
    first = next((text_of(cell) for cell in row if text_of(cell)), "")
    return first.upper().startswith(EXAMPLE_MARKS)


def _column(
    cells: Sequence[Any], numbers: Sequence[int], field: Field, spec: SheetSpec, file: str, there: bool
) -> tuple[pd.Series, list[Issue]]:
    values = [parse_cell(cell, field) for cell in cells]
    issues = []
    bad = [(n, text_of(c)) for n, c, v in zip(numbers, cells, values, strict=True) if v is UNREADABLE]
    if bad:
        issues.append(say.unreadable(file, spec, field, bad))
    blank = [number for number, value in zip(numbers, values, strict=True) if value is None]
    if blank and field.required and there:
        issues.append(say.blank(file, spec, field, blank))
    values = [None if value is UNREADABLE else value for value in values]
    if field.dtype.startswith("datetime"):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object"))).astype("datetime64[ns]"), issues
    return pd.Series(values, dtype=field.dtype), issues


def _repeated(frame: pd.DataFrame, spec: SheetSpec, file: str) -> list[Issue]:
    issues = []
    for field in spec.fields:
        if not field.unique:
            continue
        known = frame[frame[field.key].notna()]
        for value, rows in known.groupby(field.key, sort=False)[ROW]:
            if len(rows) > 1:
                issues.append(say.repeated(file, spec, field, str(value), rows.tolist()))
    return issues
