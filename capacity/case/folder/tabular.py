"""Tables from CSV: every cell that cannot be read becomes missing and is named; nothing stops the reading."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capacity.case.folder.cells import to_column
from capacity.case.issues import problem, quoted, rows
from capacity.tables._schema import Table, empty
from capacity.tables.issue import Issue

Read = tuple[pd.DataFrame, list[Issue]]
"""A table as its schema describes it, and what was wrong with it."""


@dataclass(frozen=True)
class Sheet:
    """A table as text: headings, cells and the row number each record has in the file (headings are row 1)."""

    file: str
    headings: Sequence[str]
    cells: pd.DataFrame
    row_numbers: Sequence[int]


def read_csv_table(data: bytes, file: str, schema: Table, zone: dt.tzinfo) -> Read:
    """Read one CSV file of a case.

    Parameters
    ----------
    data : the file's bytes: UTF-8 with or without BOM, UTF-16 with BOM, or GB18030/GBK as a Chinese Excel saves it.
    file : its name, for the issues.
    schema : what it should hold; headings are the schema's column names or its Chinese or English headings.
    zone : the case's time zone, to which timestamps with an offset are converted.
    """
    decoded, issues = decode(data, file)
    if decoded is None:
        return empty(schema), issues
    sheet, found = _records(decoded, file)
    issues += found
    if sheet is None:
        return empty(schema), issues
    frame, found = to_table(sheet, schema, zone)
    return frame, issues + found


def decode(data: bytes, file: str) -> tuple[str | None, list[Issue]]:
    """Text out of bytes; says so where it was not UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding, name = "utf-16", "UTF-16"
    else:
        try:
            return data.decode("utf-8-sig"), []
        except UnicodeDecodeError:
            encoding, name = "gb18030", "GBK/GB18030"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None, [
            problem(
                "error",
                "reading.encoding",
                file,
                f"'{file}' is neither UTF-8 nor GB18030 text; save it as 'CSV UTF-8'.",
                f"文件“{file}”既不是 UTF-8 也不是 GB18030 编码的文本，请另存为“CSV UTF-8”。",
            )
        ]
    return text, [
        problem(
            "info",
            "reading.encoding",
            file,
            f"'{file}' is {name} text and was read as such; save it as 'CSV UTF-8' to avoid doubt.",
            f"文件“{file}”为 {name} 编码，已按此读取；建议另存为“CSV UTF-8”。",
        )
    ]


def _records(text: str, file: str) -> tuple[Sheet | None, list[Issue]]:
    """Split into records; ragged rows are completed or left out, and named."""
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as why:
        return None, [
            problem(
                "error",
                "reading.csv",
                file,
                f"'{file}' is not a readable CSV file ({why}); check its quotation marks and save it again.",
                f"文件“{file}”不是可读取的 CSV 文件（{why}），请检查引号后重新保存。",
            )
        ]
    if not records or not any(cell.strip() for cell in records[0]):
        return None, [
            problem(
                "error",
                "reading.empty_file",
                file,
                f"'{file}' has no headings in its first row; the first row must name the columns.",
                f"文件“{file}”首行没有列名，首行必须为列名。",
            )
        ]
    headings = [cell.strip() for cell in records[0]]
    width = len(headings)
    filled = [(number, record) for number, record in enumerate(records[1:], start=2) if any(c.strip() for c in record)]
    long = [number for number, record in filled if any(cell.strip() for cell in record[width:])]
    short = [number for number, record in filled if len(record) < width]
    issues = []
    if long:
        issues.append(
            problem(
                "error",
                "reading.ragged_rows",
                file,
                f"{len(long)} row(s) hold more cells than there are headings ({width}) and were left out; "
                "put texts that contain the separator in quotation marks.",
                f"有 {len(long)} 行的单元格多于列名（{width} 列），未采用；含分隔符的文字请加引号。",
                ids=rows(long),
            )
        )
    if short:
        issues.append(
            problem(
                "warning",
                "reading.ragged_rows",
                file,
                f"{len(short)} row(s) hold fewer cells than there are headings ({width}); the rest is taken as empty.",
                f"有 {len(short)} 行的单元格少于列名（{width} 列），其余按空白处理。",
                ids=rows(short),
            )
        )
    dropped = set(long)
    kept = [(number, record) for number, record in filled if number not in dropped]
    cells = pd.DataFrame([(record + [""] * width)[:width] for _, record in kept], columns=range(width), dtype=object)
    return Sheet(file, headings, cells, [number for number, _ in kept]), issues


def to_table(sheet: Sheet, schema: Table, zone: dt.tzinfo) -> Read:
    """Text cells as the schema's columns and types."""
    place_of, issues = match_headings(sheet.headings, sheet.file, schema)
    columns: dict[str, pd.Series] = {}
    for name, column in schema.columns.items():
        if name in place_of:
            columns[name], found = to_column(
                sheet.cells[place_of[name]], name, column, sheet.file, sheet.row_numbers, zone
            )
            issues += found
        else:
            columns[name] = pd.Series([None] * len(sheet.cells), dtype=str(column.dtype))
    if not len(sheet.cells) or any(column.unique and name not in place_of for name, column in schema.columns.items()):
        return empty(schema), issues
    frame = pd.DataFrame(columns)
    blank = pd.DataFrame({name: sheet.cells[place].str.strip() == "" for name, place in place_of.items()})
    frame, found = _keyed(frame, blank, sheet, schema)
    return frame.reset_index(drop=True), issues + found


def match_headings(headings: Sequence[str], file: str, schema: Table) -> tuple[dict[str, int], list[Issue]]:
    """Where each column of the schema stands; issues name unknown, doubled and missing ones."""
    meaning = {}
    for name, column in schema.columns.items():
        for heading in (column.metadata["en"], column.metadata["zh"], name):
            meaning[_bare(heading)] = name
    place_of: dict[str, int] = {}
    unknown, doubled = [], []
    for place, heading in enumerate(headings):
        found = meaning.get(_bare(heading)) or meaning.get(_bare(_without_unit(heading)))
        if found is None:
            unknown.append(heading)
        elif found in place_of:
            doubled.append(heading)
        else:
            place_of[found] = place
    issues = [_doubled_heading(heading, file) for heading in doubled]
    issues += [_unknown_heading(heading, file) for heading in unknown if heading]
    for name, column in schema.columns.items():
        if name not in place_of and not column.nullable:
            issues.append(_missing_heading(name, column.metadata, file))
    return place_of, issues


def _bare(heading: str) -> str:
    return re.sub(r"[\s_]+", "", heading).casefold()


def _without_unit(heading: str) -> str:
    return re.sub(r"[\(（\[].*?[\)）\]]\s*$", "", heading)


def _keyed(frame: pd.DataFrame, blank: pd.DataFrame, sheet: Sheet, schema: Table) -> Read:
    """Name required cells that are empty; leave out records without key or with the key of an earlier one."""
    numbers = pd.Series(list(sheet.row_numbers), index=frame.index, dtype="int64")
    issues: list[Issue] = []
    for name, column in schema.columns.items():
        if not column.nullable and name in blank and blank[name].any():
            issues.append(_empty_cells(name, column, sheet.file, numbers[blank[name]].tolist()))
    for name, column in schema.columns.items():
        if not column.unique:
            continue
        frame = frame[frame[name].notna()]
        repeated = frame[name].duplicated(keep="first")
        if repeated.any():
            at = numbers[frame.index][repeated].tolist()
            issues.append(_repeated_key(name, column, sheet.file, frame.loc[repeated, name].unique().tolist(), at))
            frame = frame[~repeated]
    return frame, issues


def _empty_cells(name: str, column: Any, file: str, at: Sequence[int]) -> Issue:
    remedy_en = "the rows were left out" if column.unique else "fill them in"
    remedy_zh = "这些行未采用" if column.unique else "请补填"
    return problem(
        "error",
        "reading.missing_value",
        file,
        f"'{name}' is required, but empty in {len(at)} row(s); {remedy_en}.",
        f"必填列“{column.metadata['zh']}”有 {len(at)} 行为空，{remedy_zh}。",
        column=name,
        ids=rows(at),
    )


def _repeated_key(name: str, column: Any, file: str, values: Sequence[str], at: Sequence[int]) -> Issue:
    return problem(
        "error",
        "reading.duplicate_key",
        file,
        f"'{name}' must be unique, but {quoted(values)} is repeated in {', '.join(rows(at)[:5])}; "
        "only the first was read, correct or delete the others.",
        f"“{column.metadata['zh']}”必须唯一，但 {quoted(values)} 在第 {'、'.join(str(row) for row in at[:5])} 行重复；"
        "只采用第一行，请更正或删除其余行。",
        column=name,
        ids=values,
    )


def _unknown_heading(heading: str, file: str) -> Issue:
    return problem(
        "warning",
        "reading.unknown_column",
        file,
        f"The column '{heading}' is not known and was ignored; rename or delete it.",
        f"列“{heading}”无法识别，已忽略；请改名或删除。",
        column=heading,
    )


def _doubled_heading(heading: str, file: str) -> Issue:
    return problem(
        "error",
        "reading.duplicate_column",
        file,
        f"The column '{heading}' stands twice; only the first was read, delete the other.",
        f"列“{heading}”重复出现，只采用第一列，请删除另一列。",
        column=heading,
    )


def _missing_heading(name: str, words: Mapping[str, str], file: str) -> Issue:
    return problem(
        "error",
        "reading.missing_column",
        file,
        f"The required column '{name}' ({words['zh']}) is missing; add it.",
        f"缺少必填列“{words['zh']}”（{name}），请补充。",
        column=name,
    )
