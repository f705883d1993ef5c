"""Worksheets of an answer: figures as numbers with their unit in the heading, texts as texts, nothing blank."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from capacity.applications.answers.facts import Fact, Value
from capacity.applications.answers.told import SYNTHETIC, Language, Missing, say
from capacity.tables.assessment import Assessment
from capacity.tables.words import Word

_FONT, _INK = "Microsoft YaHei", "#14324A"
_LINE_HEIGHT, _WIDEST, _SENTENCE = 15.0, 26.0, 52.0
_LABEL, _VALUE = 30.0, 84.0
_PAGE = 190.0  # column units that stay legible on A4 lying down
_FORMATS = {"%": "0.0", "kVA": "#,##0.0", "kW": "#,##0.0", "V": "#,##0.0", "m": "#,##0.0", "CNY": "#,##0", "d": "0"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _INK},
    "subtitle": {"font_color": "#555555"},
    "synthetic": {"bold": True, "font_color": "#C00000"},
    "heading": {"bold": True, "bg_color": _INK, "font_color": "#FFFFFF", "border": 1, "border_color": "#FFFFFF",
                "text_wrap": True, "valign": "vcenter", "align": "center"},
    "section": {"bold": True, "font_size": 12, "font_color": _INK, "bottom": 2, "bottom_color": _INK},
    "label": {"font_color": "#333333", "text_wrap": True},
    "cell": {"border": 1, "border_color": "#D0D0D0", "text_wrap": True},
    "strong": {"border": 1, "border_color": "#D0D0D0", "text_wrap": True, "bold": True, "bg_color": "#EAF1F5"},
    "missing": {"border": 1, "border_color": "#D0D0D0", "text_wrap": True, "italic": True, "font_color": "#7F7F7F"},
    "line": {"text_wrap": True, "font_color": "#333333", "align": "left", "valign": "top"},
    "value": {"text_wrap": True, "align": "left"},
    "answer": {"text_wrap": True, "align": "left", "bold": True, "font_size": 13, "font_color": _INK},
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A column's heading; ``wide`` for sentences."""

    word: Word
    unit: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Book:
    """A workbook being written, with the formats made so far."""

    workbook: Any
    assessment: Assessment
    language: Language
    formats: dict[tuple[str, str], Any] = field(default_factory=dict)

    def style(self, name: str, number: str = "") -> Any:
        """The format of a style and a number format, made once."""
        if (name, number) not in self.formats:
            facts = {"font_name": _FONT, "font_size": 10, "valign": "vcenter"} | _STYLES[name]
            facts |= {"indent": 1} if number == "@" and "border" in facts else {}
            self.formats[name, number] = self.workbook.add_format(facts | ({"num_format": number} if number else {}))
        return self.formats[name, number]

    def say(self, word: Word) -> str:
        """A word in the workbook's language."""
        return say(word, self.language)


@contextmanager
def new_book(path: Path, assessment: Assessment, language: Language) -> Iterator[Book]:
    """A workbook that is whole when the block ends; dated by the assessment, so that equal ones give equal bytes."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        made = dt.datetime.combine(assessment.basis.as_of, dt.time())
        comments = say(SYNTHETIC, language) if assessment.basis.synthetic else ""
        workbook.set_properties({"title": say(assessment.basis.title, language), "created": made, "comments": comments})
        yield Book(workbook, assessment, language)


def add_page(book: Book, name: Word, title: Word, *, lying: bool = True) -> Any:
    """A worksheet with its title line, set up for A4, lying down or upright."""
    page = book.workbook.add_worksheet(book.say(name))
    assessment = book.assessment
    page.write_string(0, 0, book.say(title), book.style("title"))
    page.set_row(0, 26)
    page.write_string(1, 0, book.say(_about(assessment)), book.style("subtitle"))
    if assessment.basis.synthetic:
        page.write_string(2, 0, book.say(SYNTHETIC), book.style("synthetic"))
    page.hide_gridlines(2)
    if lying:
        page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    mark = f"  {book.say(SYNTHETIC)}" if assessment.basis.synthetic else ""
    valid = book.say(Word(f"有效期至 {assessment.valid_until}", f"valid until {assessment.valid_until}"))
    page.set_footer(f"&L{book.say(assessment.basis.title).replace('&', '&&')}  {valid}{mark}&R&P / &N")
    return page


def _about(assessment: Assessment) -> Word:
    basis, name = assessment.basis, assessment.request.application_id
    zh = f"{basis.title.zh} · 截至 {basis.as_of:%Y-%m-%d} · 有效期至 {assessment.valid_until}"
    en = f"{basis.title.en} · as of {basis.as_of:%Y-%m-%d} · valid until {assessment.valid_until}"
    return Word(zh + (f" · {name}" if name else ""), en + (f" · {name}" if name else ""))


def write_facts(book: Book, page: Any, row: int, section: Word, facts: Sequence[Fact]) -> int:
    """Label, value, unit and rules of each fact below a section title; returns the row after them."""
    for column, width in enumerate((_LABEL, _VALUE, 8.0, 14.0)):
        page.set_column(column, column, width)
        page.write_string(row, column, book.say(section) if column == 0 else "", book.style("section"))
    row += 1
    for fact in facts:
        page.write_string(row, 0, book.say(fact.label), book.style("label"))
        _write(book, page, row, 1, fact.value, fact.unit, "value")
        page.write_string(row, 2, fact.unit if fact.unit != "1" else "", book.style("label"))
        page.write_string(row, 3, fact.rules, book.style("label"))
        lines = max(
            math.ceil(_width(book, fact.value) / (_VALUE - 2.0)),
            math.ceil(display_width(book.say(fact.label)) / (_LABEL - 1.0)),
        )
        page.set_row(row, max(17.0, _LINE_HEIGHT * lines + 2.0))
        row += 1
    return row + 1


def write_table(
    book: Book, page: Any, row: int, headings: Sequence[Heading], rows: Sequence[Sequence[Value]],
    strong: Sequence[int] = (), frozen_columns: int = 1,
) -> int:  # fmt: skip
    """Headings and rows from ``row`` on, with filter, frozen panes and headings repeated on paper; ``strong`` rows are
    set apart. Returns the row after the table."""
    widths = [_column_width(book, heading, [values[n] for values in rows]) for n, heading in enumerate(headings)]
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        page.write_string(row, column, _heading_text(book, heading), book.style("heading"))
        page.set_column(column, column, width)
    page.set_row(row, _LINE_HEIGHT * max(map(_heading_lines, [_heading_text(book, h) for h in headings], widths)) + 4.0)
    for number, values in enumerate(rows, start=1):
        for column, (value, heading) in enumerate(zip(values, headings, strict=True)):
            _write(book, page, row + number, column, value, heading.unit, "strong" if number - 1 in strong else "cell")
        lines = max(math.ceil(_width(book, value) / (width - 1.0)) for value, width in zip(values, widths, strict=True))
        page.set_row(row + number, max(17.0, _LINE_HEIGHT * lines + 2.0))
    page.freeze_panes(row + 1, frozen_columns)
    page.fit_to_pages(max(1, round(sum(widths) / _PAGE)), 0)
    if rows:
        page.autofilter(row, 0, row + len(rows), len(headings) - 1)
    page.repeat_rows(row)
    return row + 1 + len(rows)


def write_line(book: Book, page: Any, row: int, text: Word, columns: int, width: float) -> int:
    """A sentence across so many columns, ``width`` wide in all, on as many lines as it takes; returns the next row."""
    page.merge_range(row, 0, row, columns - 1, book.say(text), book.style("line"))
    page.set_row(row, _LINE_HEIGHT * math.ceil(display_width(book.say(text)) / (width - 2.0)) + 2.0)
    return row + 1


def _heading_text(book: Book, heading: Heading) -> str:
    return book.say(heading.word) + (f"\n[{heading.unit}]" if heading.unit else "")


def _heading_lines(text: str, width: float) -> int:
    return sum(math.ceil(display_width(line) * 1.2 / (width - 1.0)) for line in text.split("\n"))


def _column_width(book: Book, heading: Heading, values: Sequence[Value]) -> float:
    words = max(display_width(word) for word in _heading_text(book, heading).split()) * (
        0.5 if book.language == "zh" else 1.1
    )
    asked = max([words, *(_width(book, value) for value in values)]) + 2.0
    return max(9.0, min(_SENTENCE if heading.wide else _WIDEST, asked))


def _width(book: Book, value: Value) -> float:
    """The width that a value asks for."""
    if isinstance(value, Word):
        return display_width(book.say(value))
    if isinstance(value, str):
        return display_width(value)
    if isinstance(value, dt.date):
        return 16.0 if isinstance(value, dt.datetime) else 11.0
    return len(f"{value:,.1f}") * 1.05


def _write(book: Book, page: Any, row: int, column: int, value: Value, unit: str, style: str) -> None:
    """Write one value as what it is."""
    if isinstance(value, Word):
        missing = isinstance(value, Missing) and style == "cell"
        page.write_string(row, column, book.say(value), book.style("missing" if missing else style, "@"))
    elif isinstance(value, str):
        page.write_string(row, column, value, book.style(style, "@"))
    elif isinstance(value, dt.datetime):
        page.write_datetime(row, column, value, book.style(style, "yyyy-mm-dd hh:mm"))
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), book.style(style, "yyyy-mm-dd"))
    elif math.isnan(value):
        raise ValueError(f"row {row + 1}, column {column + 1}: a missing figure has to say why it is missing")
    else:
        page.write_number(row, column, value, book.style(style, _FORMATS.get(unit, "#,##0.###")))


def display_width(text: str) -> float:
    """Width of a text in Excel's column units; a Chinese character takes about two."""
    return sum(2.0 if unicodedata.east_asian_width(sign) in "WF" else 1.05 for sign in text)
