"""``capacity.xlsx``: a release as a workbook, in both languages at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from capacity.disclosure.downloads import wording
from capacity.disclosure.downloads.cover import write_cover, write_method_sheet
from capacity.disclosure.downloads.csv_tables import HOUR_COLUMNS, wide_hours
from capacity.disclosure.downloads.dictionary import codes, dictionary
from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.sheets import Book, Column, open_book, write_sheet
from capacity.disclosure.downloads.wording import in_words, say_both
from capacity.tables._schema import Table
from capacity.tables.public import ALL
from capacity.tables.release import Release

FILE = "capacity.xlsx"
MOST_AREAS_BY_HOUR = 1_500
"""Of larger releases the hours are left to ``hours.csv`` (12 rows an area), and the sheet says so."""

SHEETS = {
    "areas": "网格 areas",
    "hours": "分时容量 hours",
    "changes": "变动 changes",
    "branches": "分公司 branches",
    "terms": "办电须知 terms",
}


def write_workbook(release: Release, folder: Path) -> list[Download]:
    """Write ``capacity.xlsx``: about, method, the five tables, data dictionary and codes.

    Codes are words, and an empty cell says what it means (withheld, unknown, none …), never 0. Withheld areas stand
    among the others.
    """
    with open_book(folder / FILE, release.about) as book:
        write_cover(book, release, [*SHEETS.values(), "数据字典 dictionary", "代码 codes"])
        write_method_sheet(book, release.about)
        _write_table(book, release, "areas", frozen_columns=2)
        _write_hours(book, release)
        _write_table(book, release, "changes", frozen_columns=2)
        _write_table(book, release, "branches")
        _write_table(book, release, "terms", frozen_columns=2)
        _write_plain(book, "数据字典 dictionary", "数据字典 data dictionary", dictionary(), _DICTIONARY, 3)
        _write_plain(book, "代码 codes", "代码 codes", codes(), _CODES, 2)
    return [Download(FILE, "全部数据（Excel 工作簿）", "everything (Excel workbook)", "xlsx")]


def _write_table(book: Book, release: Release, name: str, frozen_columns: int = 1) -> None:
    schema, frame = ALL[name], getattr(release, name)
    told = in_words(name, frame, say_both)
    for key, column in schema.columns.items():
        if str(column.dtype) == "datetime64[ns]":
            told[key] = pd.Series([moment.date() for moment in frame[key]], dtype=object)
        if key.startswith(("steps_", "documents_")):
            told[key] = told[key].str.replace(";", "\n")
    columns = {
        key: Column(
            heading(schema, key), _number_format(release, schema, key), frame[key].isna().tolist(), _paint(key, frame)
        )
        for key in schema.columns
    }
    title = f"{schema.metadata['zh']} {schema.metadata['en']}"
    write_sheet(book, SHEETS[name], title, told, columns, frozen_columns)


def heading(schema: Table, column: str) -> str:
    """The heading of a column: Chinese, English and, where there is one, the unit."""
    facts = schema.columns[column].metadata
    unit = f"\n[{facts['unit']}]" if facts["unit"] not in ("", "1") else ""
    return f"{facts['zh']}\n{facts['en']}{unit}"


def _number_format(release: Release, schema: Table, column: str) -> str:
    if str(schema.columns[column].dtype) == "Int64" or float(release.about.rules.rounding_kva).is_integer():
        return "#,##0"
    return "#,##0.0##"


def _paint(column: str, frame: pd.DataFrame) -> list[str] | None:
    """Status and publication in the colours of the map."""
    if column.startswith("status"):
        hidden = frame[column.replace("status", "publication")].eq("withheld").fillna(False)
        return [str(key) for key in frame[column].fillna("").mask(hidden, "withheld")]
    if column.startswith("publication"):
        return [key if key == "withheld" else "" for key in frame[column].fillna("")]
    if column in ("allowed_kva", "allowed_before_kva"):
        return ["zero" if value == 0.0 else "" for value in frame[column].fillna(-1.0).tolist()]
    return None


def _write_hours(book: Book, release: Release) -> None:
    """One row per area and month, the hours across, shaded from little to much; 0 in the colour of a blocked area."""
    frame = wide_hours(release)
    areas = len(frame) // 12
    remark = "kVA；“无数据”不是零 · “无数据” is no data, not zero"
    if areas > MOST_AREAS_BY_HOUR:
        frame, remark = frame.iloc[:0], f"共 {areas:,} 个网格，数据见 hours.csv · {areas:,} areas: see hours.csv"
    missing = {key: frame[key].isna() for key in HOUR_COLUMNS}
    told = frame.astype(dict.fromkeys(HOUR_COLUMNS, object))
    told = told.assign(**{key: told[key].mask(missing[key], wording.NO_DATA_THEN.zh) for key in HOUR_COLUMNS})
    columns = {
        "area_code": Column(heading(ALL["hours"], "area_code")),
        "name": Column(heading(ALL["areas"], "name")),
        "month": Column(heading(ALL["hours"], "month"), width=7.5),
    }
    kva = _number_format(release, ALL["hours"], "allowed_kva")
    for hour, key in enumerate(HOUR_COLUMNS):
        columns[key] = Column(f"{hour}–{hour + 1} 时\n{hour:02d}:00", kva, missing[key].tolist(), width=8.0)
    title = f"{ALL['hours'].metadata['zh']} {ALL['hours'].metadata['en']}"
    page = write_sheet(book, SHEETS["hours"], title, told, columns, frozen_columns=3, remark=remark)
    if len(frame):
        _shade(book, page, len(frame))


def _shade(book: Book, page: Any, rows: int) -> None:
    where = (2, 3, rows + 1, 26)
    zero = {"type": "cell", "criteria": "==", "value": 0, "stop_if_true": True}
    page.conditional_format(*where, zero | {"format": book.workbook.add_format(
        {"bg_color": "#B5443B", "font_color": "#FFFFFF", "bold": True})})  # fmt: skip
    page.conditional_format(*where, {"type": "2_color_scale", "min_color": "#FFF6DD", "max_color": "#8CC7D9"})


def _write_plain(book: Book, name: str, title: str, frame: pd.DataFrame, headings: dict[str, str], frozen: int) -> None:
    columns = {key: Column(headings[key]) for key in frame.columns}
    write_sheet(book, name, title, frame.fillna(""), columns, frozen)


_DICTIONARY = {
    "table": "表\ntable",
    "column": "字段名\nfield name",
    "zh": "列（中文）\ncolumn (Chinese)",
    "en": "列（英文）\ncolumn (English)",
    "kind": "类型\ntype",
    "unit": "单位\nunit",
    "meaning_zh": "含义（中文）\nmeaning (Chinese)",
    "meaning_en": "含义（英文）\nmeaning (English)",
    "missing_zh": "空值含义（中文）\nan empty value means (Chinese)",
    "missing_en": "空值含义（英文）\nan empty value means (English)",
    "codes": "取值\ncodes",
}
_CODES = {
    "column": "字段名\nfield name",
    "code": "代码\ncode",
    "zh": "中文\nChinese",
    "en": "英文\nEnglish",
    "sentence_zh": "含义（中文）\nmeaning (Chinese)",
    "sentence_en": "含义（英文）\nmeaning (English)",
}
