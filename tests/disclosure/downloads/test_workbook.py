"""The workbook, opened again: every figure of the release, every code in words of both languages, no formula."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from sample_release import sample_release

from capacity.disclosure.downloads import workbook
from capacity.disclosure.downloads.csv_tables import wide_hours
from capacity.disclosure.downloads.dictionary import codes, dictionary
from capacity.disclosure.downloads.sheets import WorkbookError
from capacity.disclosure.downloads.wording import codes_of
from capacity.disclosure.downloads.workbook import FILE, SHEETS, write_workbook
from capacity.tables.public import ALL
from capacity.tables.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture(scope="module")
def book(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("book")
    write_workbook(release, folder)
    return openpyxl.load_workbook(folder / FILE)


def cells_of(book: Any, sheet: str) -> list[tuple[Any, ...]]:
    """The rows below title and headings."""
    return [row for row in book[sheet].iter_rows(min_row=3, values_only=True) if any(cell is not None for cell in row)]


@pytest.mark.parametrize("name", [name for name in ALL if name != "hours"])
def test_write_workbook__every_figure_and_every_code(release: Release, book: Any, name: str) -> None:
    frame = getattr(release, name)
    rows = cells_of(book, SHEETS[name])
    assert len(rows) == len(frame)
    for told, (_, true) in zip(rows, frame.iterrows(), strict=True):
        for cell, column in zip(told, ALL[name].columns, strict=True):
            value = true[column]
            assert cell not in (None, ""), "an empty cell says what it means"
            if pd.isna(value):
                assert isinstance(cell, str)
            elif str(ALL[name].columns[column].dtype) in ("float64", "Int64"):
                assert cell == value
            elif isinstance(value, pd.Timestamp):
                assert cell == value.to_pydatetime()
            elif isinstance(value, str) and codes_of(column):
                for word in (codes_of(column)[code] for code in value.split(";")):
                    assert word.zh in cell
                    assert word.en in cell
            elif isinstance(value, str) and not column.startswith(("steps_", "documents_")):
                assert cell == value


def test_write_workbook__unknown_zero_withheld_and_range_are_four_things(book: Any) -> None:
    place = list(ALL["areas"].columns).index("allowed_kva")
    figures = {row[0]: row[place] for row in cells_of(book, SHEETS["areas"])}
    assert figures["P3XW9C"] == 0
    assert figures["H5VN6E"] == "未知 unknown"
    assert figures["C6YP5L"] == "不予公开 withheld"
    assert figures["F5ZK2R"] == "仅公开区间 range only"


def test_write_workbook__hours_cell_by_cell(release: Release, book: Any) -> None:
    true = wide_hours(release)
    rows = cells_of(book, SHEETS["hours"])
    assert len(rows) == len(true) == 60
    for told, expected in zip(rows, true.itertuples(index=False), strict=True):
        assert told[:3] == tuple(expected)[:3]
        for cell, value in zip(told[3:], tuple(expected)[3:], strict=True):
            assert cell == ("无数据" if pd.isna(value) else value)


def test_write_workbook__too_many_areas_send_the_reader_to_the_csv(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_AREAS_BY_HOUR", 4)
    write_workbook(release, tmp_path)
    book = openpyxl.load_workbook(tmp_path / FILE)
    assert cells_of(book, SHEETS["hours"]) == []
    assert "hours.csv" in book[SHEETS["hours"]]["A1"].value


def test_write_workbook__holds_no_formula_and_no_link_to_the_outside(release: Release, tmp_path: Path) -> None:
    areas = release.areas.assign(name=pd.array(["=1+1"] * len(release.areas), dtype="string"))
    write_workbook(replace(release, areas=areas), tmp_path)
    with zipfile.ZipFile(tmp_path / FILE) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b"<f>" not in content
            assert b'TargetMode="External"' not in content
    book = openpyxl.load_workbook(tmp_path / FILE)
    cell = book[SHEETS["areas"]]["B3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_write_workbook__counts_on_the_cover_add_up(release: Release, book: Any) -> None:
    rows = {row[0]: row[1] for row in book["说明 about"].iter_rows(values_only=True) if isinstance(row[1], int)}
    states = ["可接入 open", "预管控 limited", "受阻 blocked", "未知 unknown", "不予公开 withheld"]
    assert [rows[state] for state in states] == [6, 3, 1, 1, 3]
    assert rows["合计 total"] == sum(rows[state] for state in states) == len(release.areas)


def test_write_workbook__dictionary_and_codes_are_inside(book: Any) -> None:
    assert len(cells_of(book, "数据字典 dictionary")) == len(dictionary())
    assert len(cells_of(book, "代码 codes")) == len(codes())


def test_write_workbook__every_sheet_says_which_release_and_that_it_is_synthetic(release: Release, book: Any) -> None:
    for sheet in book.worksheets:
        texts = " ".join(str(value) for row in sheet.iter_rows(max_row=12, values_only=True) for value in row if value)
        assert "2026-11" in texts, sheet.title
        assert "合成数据" in texts
        assert "synthetic" in texts


def test_write_workbook__is_dated_by_the_release_and_names_nobody(release: Release, book: Any) -> None:
    day = dt.datetime.combine(release.about.published_on, dt.time())
    assert (book.properties.created, book.properties.modified) == (day, day)
    assert not book.properties.creator
    assert not book.properties.lastModifiedBy


def test_write_workbook__that_is_open_elsewhere_is_told_in_both_languages(release: Release, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises((WorkbookError, IsADirectoryError)) as caught:
        write_workbook(release, tmp_path)
    assert isinstance(caught.value, WorkbookError)
    assert "Excel" in str(caught.value)
    assert "无法写入" in str(caught.value)
