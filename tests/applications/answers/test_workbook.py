"""The answer as a workbook, read back: numbers as numbers, what is missing in words, the same bytes each time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sample_assessment import VARIANTS, Variant, sample_assessment

from capacity.applications.answers import AnswerError, Language, write_workbook

TOP = 5  # the headings' row


def book_of(tmp_path: Path, variant: Variant, language: Language = "en") -> Any:
    path = tmp_path / f"{variant}.xlsx"
    write_workbook(sample_assessment(variant=variant), path, language)
    return openpyxl.load_workbook(path)


def table(sheet: Any, top: int = TOP) -> list[dict[str, Any]]:
    """The rows of a table by their headings (without units)."""
    headings = [str(cell.value).split("\n")[0] for cell in sheet[top]]
    rows = []
    for row in sheet.iter_rows(min_row=top + 1, max_col=len(headings), values_only=True):
        if row[0] is None or row[1] is None:
            break
        rows.append(dict(zip(headings, row, strict=True)))
    return rows


def facts(sheet: Any) -> dict[str, Any]:
    """Values by label."""
    return {row[0]: row[1] for row in sheet.iter_rows(min_row=TOP, max_col=2, values_only=True) if row[0]}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_write_workbook__no_cell_of_a_table_is_blank_and_none_an_error(
    tmp_path: Path, variant: Variant, language: Language
) -> None:
    book = book_of(tmp_path, variant, language)
    names = {"zh": ["答复", "方案", "工程与费用", "阶段", "分时容量", "依据"],
             "en": ["answer", "options", "works and costs", "stages", "hours", "basis"]}[language]  # fmt: skip
    if variant != "staged":
        names.pop(4)
    assert book.sheetnames == names
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and "nan" in cell.value.lower().split())
    for row in table(book.worksheets[1]):
        assert None not in row.values()
        assert "" not in row.values()


def test_write_workbook__option_figures_are_numbers_with_units_in_headings(tmp_path: Path) -> None:
    sheet = book_of(tmp_path, "plain")["options"]
    rows = table(sheet)
    assert [row["rank (letter: rejected)"] for row in rows] == ["1", "2", "3", "4", "5", "6", "a", "b"]
    first, weak = rows[0], rows[6]
    assert first["allowed, transformer ≤ 80 % (P9)"] == 82.4
    assert first["load rate with the load"] == 74.6
    assert first["cost in all"] > 0
    assert first["supply from, earliest"] == dt.datetime(2026, 11, 9)
    assert first["binding at"] == dt.datetime(2025, 1, 28, 19, 15)
    assert weak["allowed, transformer ≤ 80 % (P9)"] == 0
    assert weak["cost in all"] == "not worked out"
    assert (weak["value there"], weak["limit"], weak["unit"]) == (349, 353.4, "V")
    assert "349 V < 353.4 V (P10)" in weak["reason"]
    headings = [cell.value for cell in sheet[TOP]]
    assert "lowest voltage at the customer (P10)\n[V]" in headings
    assert "load rate before\n[%]" in headings


def test_write_workbook__unknown_and_not_applicable_are_words_never_zero(tmp_path: Path) -> None:
    row = table(book_of(tmp_path, "unknown", "zh")["方案"])[0]
    assert row["允许接入，配变≤80 %（P9）"] == "未知：数据不足：有效读数低于 50 %"
    assert row["接入后最高负载率"].startswith("未知")
    assert row["最早送电（早）"] == "未知"
    tee = table(book_of(tmp_path, "plain")["options"])[4]
    assert tee["load rate with the load"].startswith("does not apply")
    assert tee["allowed, transformer ≤ 80 % (P9)"] == 1840
    nowhere = table(book_of(tmp_path, "no_coordinates")["options"])[0]
    assert nowhere["straight"] == "unknown: no coordinates"
    assert nowhere["route"] == 37.5


def test_write_workbook__answer_says_who_pays_and_until_when(tmp_path: Path) -> None:
    told = facts(book_of(tmp_path, "plain")["answer"])
    assert told["answer"] == "yes, it can be connected"
    assert told["paid by you"] == "CNY 0"
    assert told["valid until"] == dt.datetime(2026, 12, 2)
    assert told["energy regulator's hotline"] == "12398"
    assert told["power applied for"] == 60
    assert facts(book_of(tmp_path, "unknown")["answer"])["best option"].startswith("unknown")
    assert facts(book_of(tmp_path, "none")["answer"])["best option"] == "none will do"


def test_write_workbook__cost_lines_add_up_to_the_totals(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, "plain")["works and costs"])
    for mark in "123456":
        mine = [row for row in rows if row["option"] == mark]
        (total,) = [row for row in mine if str(row["work"]).startswith("in all")]
        lines = [row["amount"] for row in mine if row is not total and isinstance(row["amount"], int | float)]
        assert sum(lines) == pytest.approx(total["amount"])
    project = [row for row in rows if row["part"] == "project (P6), not in the estimate"]
    assert [row["option"] for row in project] == ["6"]
    assert project[0]["amount"] == "not worked out"


def test_write_workbook__hours_have_twelve_rows_and_say_unknown(tmp_path: Path) -> None:
    sheet = book_of(tmp_path, "staged")["hours"]
    rows = table(sheet, top=7)
    assert [row["month"] for row in rows] == list(range(1, 13))
    assert rows[2]["02 h"] == "unknown"
    assert rows[0]["19 h"] == pytest.approx(42.0, abs=0.5)
    texts = [str(row[0]) for row in sheet.iter_rows(values_only=True)]
    assert any("did not converge" in text for text in texts)
    told = facts(book_of(tmp_path, "staged")["answer"])
    assert told["firm, now"] == 42
    assert told["project"] == "P-A2026-00017"


def test_write_workbook__prints_on_a4_with_headings_repeated(tmp_path: Path) -> None:
    book = book_of(tmp_path, "plain")
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        upright = sheet.title in ("answer", "basis")
        assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
    assert book["options"].freeze_panes == "C6"
    assert book["options"].print_title_rows == "$5:$5"


def test_write_workbook__the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(sample_assessment(), first)
    write_workbook(sample_assessment(), second)
    assert first.read_bytes() == second.read_bytes()


def test_write_workbook__open_in_excel_is_told_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answer.xlsx"
    path.write_bytes(b"old")

    def in_use(*_: object) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr("capacity.applications.answers.writing.os.replace", in_use)
    with pytest.raises(AnswerError, match=r"open in Excel[\s\S]*请关闭后重试"):
        write_workbook(sample_assessment(), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
