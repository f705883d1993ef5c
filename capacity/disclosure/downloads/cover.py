"""The first two sheets of the workbook: what the release says about itself, and how its figures come about."""

from __future__ import annotations

import math
from typing import Any

from capacity.disclosure.downloads.licence import licence_sentences
from capacity.disclosure.downloads.method import method_of
from capacity.disclosure.downloads.rules_told import service_sentences
from capacity.disclosure.downloads.sheets import Book, display_width, set_up_page, write_title
from capacity.disclosure.downloads.wording import marks
from capacity.tables.public.words import PUBLICATION, STATUS, Told
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word

_PROSE_WIDTH = 64.0
_LINE_HEIGHT = 15.0


def write_cover(book: Book, release: Release, sheets: list[str]) -> None:
    """Title, dates, marks; how many areas there are of each status with its colour and sentence; where what stands."""
    about = release.about
    page = book.workbook.add_worksheet("说明 about")
    page.hide_gridlines(2)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 9)
    page.set_column(2, 3, _PROSE_WIDTH)
    page.write_string(0, 0, f"{about.title_zh} · 低压网格接入能力", book.style("cover_title"))
    page.set_row(0, 32)
    page.write_string(1, 0, f"{about.title_en} · connection capacity of LV grid areas", book.style("title"))
    row = 2
    for mark in marks(about):
        page.write_string(row, 0, f"{mark.zh} · {mark.en}", book.style("warning"))
        row += 1
    row = _write_facts(book, page, about, row + 1)
    row = _write_counts(book, page, release, row + 1)
    row = _write_prose(book, page, row + 1, Word("使用许可", "Licence"), licence_sentences(about)[1:5])
    row = _write_prose(book, page, row + 1, Word("联系电话", "Service numbers"), service_sentences(about))
    _section(book, page, row + 1, Word("工作表", "Sheets"))
    for number, name in enumerate(["方法 method", *sheets], start=row + 2):
        page.write_url(number, 0, f"internal:'{name}'!A1", book.style("link"), name)
    set_up_page(book, page, pages_down=1)


def _write_facts(book: Book, page: Any, about: ReleaseAbout, row: int) -> int:
    facts = [
        (Word("期次", "release"), about.release_id),
        (Word("数据截至", "as of"), f"{about.as_of}"),
        (Word("公布日期", "published on"), f"{about.published_on}"),
        (Word("统计窗口", "window"), f"{about.window_start} – {about.window_end}"),
        (Word("对比期次", "compared with"), about.previous_id or "—"),
        (Word("规则依据", "rules"), f"{about.policy_title_zh} {about.policy_title_en}"),
        (Word("程序版本", "program"), about.program_version),
    ]
    for word, text in facts:
        page.write_string(row, 0, f"{word.zh} {word.en}", book.style())
        page.write_string(row, 2, text, book.style("prose"))
        row += 1
    return row


def _write_counts(book: Book, page: Any, release: Release, row: int) -> int:
    """Areas by status, the withheld ones beside them: each area is counted once."""
    areas = release.areas
    _section(book, page, row, Word("网格状态与个数", "Status and number of areas"))
    counts = {code: (word, int((areas["status"] == code).sum())) for code, word in STATUS.items()}
    counts["withheld"] = (PUBLICATION["withheld"], int((areas["publication"] == "withheld").sum()))
    for code, (word, count) in counts.items():
        row += 1
        _write_told(book, page, row, word, code, count)
    page.write_string(row + 1, 0, "合计 total", book.style("", "", True))
    page.write_number(row + 1, 1, len(areas), book.style("", "#,##0", True))
    band = int((areas["publication"] == "band").sum())
    row += 2
    _write_told(book, page, row, PUBLICATION["band"], "", band, prefix=Word("其中", "of them"))
    return row + 1


def _write_told(
    book: Book, page: Any, row: int, word: Told, colour: str, count: int, prefix: Word | None = None
) -> None:
    name = f"{word.zh} {word.en}" if prefix is None else f"{prefix.zh}{word.zh} {prefix.en}: {word.en}"
    page.write_string(row, 0, name, book.style(colour, "", True))
    page.write_number(row, 1, count, book.style("", "#,##0", True))
    page.write_string(row, 2, word.sentence_zh, book.style("prose"))
    page.write_string(row, 3, word.sentence_en, book.style("prose"))
    page.set_row(row, _height(word.sentence_zh, word.sentence_en))


def _write_prose(book: Book, page: Any, row: int, title: Word, sentences: list[Word]) -> int:
    _section(book, page, row, title)
    for word in sentences:
        row += 1
        page.write_string(row, 2, word.zh, book.style("prose"))
        page.write_string(row, 3, word.en, book.style("prose"))
        page.set_row(row, _height(word.zh, word.en))
    return row + 1


def _section(book: Book, page: Any, row: int, title: Word) -> None:
    page.write_string(row, 0, f"{title.zh} {title.en}", book.style("section"))
    for position in (1, 2, 3):
        page.write_blank(row, position, None, book.style("section"))


def write_method_sheet(book: Book, about: ReleaseAbout) -> None:
    """The method statement, Chinese on the left, English on the right."""
    page = book.workbook.add_worksheet("方法 method")
    page.hide_gridlines(2)
    page.set_column(0, 1, _PROSE_WIDTH + 6.0)
    write_title(book, page, "方法说明 method statement")
    row = 1
    for number, section in enumerate(method_of(about), start=1):
        row += 1
        page.write_string(row, 0, f"{number}. {section.title.zh}", book.style("section"))
        page.write_string(row, 1, f"{number}. {section.title.en}", book.style("section"))
        for word in section.sentences:
            row += 1
            page.write_string(row, 0, word.zh, book.style("prose"))
            page.write_string(row, 1, word.en, book.style("prose"))
            page.set_row(row, _height(word.zh, word.en))
        row += 1
    page.freeze_panes(1, 0)
    set_up_page(book, page)


def _height(zh: str, en: str) -> float:
    lines = max(math.ceil(display_width(text) / (_PROSE_WIDTH - 3.0)) for text in (zh, en))
    return _LINE_HEIGHT * max(1, lines) + 3.0
