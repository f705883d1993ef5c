"""Writing tables as worksheets: bilingual headings, frozen and filtered, coloured by meaning, safe to open.

Every text is written as a text (a name that begins with ``=`` is never a formula) and every figure unrounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from capacity.errors import RunError
from capacity.runs.cells import UNKNOWN, display_width, heading, number_format, shown, words_of
from capacity.tables._schema import Table
from capacity.tables.head import Head

FONT = "Microsoft YaHei"
_LINE_HEIGHT = 15.0
_WIDEST_COLUMN = 60.0
_WIDTH_OF_A_PAGE = 240.0  # column units that stay legible on A4 across
SYNTHETIC = "合成数据，非真实电网 · synthetic data, not a real grid"

COLOURS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13},
    "cover_title": {"bold": True, "font_size": 20, "font_color": "#14324A"},
    "subtitle": {"font_color": "#555555"},
    "synthetic": {"bold": True, "font_color": "#C00000"},
    "heading": {"bold": True, "bg_color": "#14324A", "font_color": "#FFFFFF", "border": 1, "border_color": "#FFFFFF",
                "text_wrap": True, "valign": "vcenter", "align": "center"},
    "section": {"bold": True, "font_size": 12, "font_color": "#14324A", "bottom": 2, "bottom_color": "#14324A"},
    "label": {"font_color": "#333333", "valign": "top", "text_wrap": True},
    "wrap": {"text_wrap": True, "valign": "vcenter"},
    "unknown": {"font_color": "#7F7F7F", "italic": True, "align": "right"},
    "bad": {"bold": True, "font_color": "#C00000", "text_wrap": True, "valign": "top"},
    "good": {"bold": True, "font_color": "#00694E", "text_wrap": True, "valign": "top"},
    # status of an area (the colours of the map)
    "open": {"bg_color": "#CFEAF2"},
    "pre_control": {"bg_color": "#FFE29A"},
    "blocked": {"bg_color": "#B5443B", "font_color": "#FFFFFF", "bold": True},
    "no_data": {"bg_color": "#E3E3E3", "italic": True},
    # action of an alert
    "may_initiate": {"bg_color": "#FFF3CC"},
    "must_initiate": {"bg_color": "#F4B183"},
    "connection": {"bg_color": "#D9D2E9"},
    # load and voltage
    "heavy": {"bg_color": "#FFE29A"},
    "over": {"bg_color": "#B5443B", "font_color": "#FFFFFF", "bold": True},
    "low": {"bg_color": "#F4B183"},
    # compare
    "better": {"bg_color": "#CFEAF2"},
    "worse": {"bg_color": "#F4B183"},
    "total": {"bold": True, "top": 1},
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One table as a worksheet.

    ``paint`` maps a column to a colour key (of ``COLOURS``, or empty) per row of ``frame``; ``rows`` gives a key to
    whole rows. ``remark`` stands in the title line. ``formats`` gives columns another number format than their unit's.
    """

    name: str
    schema: Table
    frame: pd.DataFrame
    columns: tuple[str, ...] = ()
    paint: Mapping[str, pd.Series] = field(default_factory=dict)
    rows: pd.Series | None = None
    remark: str = ""
    frozen_columns: int = 1
    not_applicable: Mapping[str, pd.Series] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """A workbook being written, with the formats made so far."""

    workbook: Any
    manifest: Head
    formats: dict[tuple[str, str, bool, bool], Any] = field(default_factory=dict)

    def style(self, colour: str = "", number: str = "", boxed: bool = False, left: bool = False) -> Any:
        """The format of a colour key and a number format, made once."""
        key = (colour, number, boxed, left)
        if key not in self.formats:
            facts: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            facts |= {"border": 1, "border_color": "#D0D0D0"} if boxed else {}
            facts |= {"num_format": number} if number else {}
            facts |= COLOURS.get(colour, {}) | ({"align": "left", "indent": 1} if left else {})
            self.formats[key] = self.workbook.add_format(facts)
        return self.formats[key]


@contextmanager
def open_book(path: Path, manifest: Head, subject: str) -> Iterator[Book]:
    """A workbook that is whole when the block ends.

    Raises
    ------
    RunError
        When the file cannot be written, e.g. because it is open in Excel.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as workbook:
            workbook.set_properties(
                {"title": f"{manifest.case_title_zh} {manifest.case_title_en}", "subject": subject, "comments":
                 SYNTHETIC if manifest.synthetic else ""}
            )  # fmt: skip
            yield Book(workbook, manifest)
    except (xlsxwriter.exceptions.FileCreateError, PermissionError) as error:
        raise RunError(
            f"'{path}' cannot be written: is it open in Excel? Close it and try again.\n"
            f"“{path}”无法写入：是否正在 Excel 中打开？请关闭后重试。"
        ) from error


def write_sheet(book: Book, sheet: Sheet) -> None:
    """Write a table: a title line, the headings, the rows; filter, frozen panes and print set-up."""
    page = book.workbook.add_worksheet(sheet.name)
    names = sheet.columns or tuple(sheet.schema.columns)
    _write_title(book, page, sheet)
    asked = [_write_column(book, page, sheet, position, name) for position, name in enumerate(names)]
    widths = [width for width, _ in asked]
    lines = [
        _heading_lines(heading(sheet.schema.columns[name]), width) for name, width in zip(names, widths, strict=True)
    ]
    page.set_row(1, _LINE_HEIGHT * max(lines) + 4.0)
    for position, width in enumerate(widths):
        page.set_column(position, position, width)
    for row, wanted in enumerate(zip(*(cells for _, cells in asked), strict=True)):
        lines_of_row = max(math.ceil(wide / (width - 1.0)) for wide, width in zip(wanted, widths, strict=True))
        if lines_of_row > 1:
            page.set_row(row + 2, _LINE_HEIGHT * lines_of_row)
    page.freeze_panes(2, sheet.frozen_columns)
    page.autofilter(1, 0, max(1, len(sheet.frame) + 1), len(names) - 1)
    set_up_page(book, page, pages_across=math.ceil(sum(widths) / _WIDTH_OF_A_PAGE))
    page.repeat_rows(1)
    page.repeat_columns(0, sheet.frozen_columns - 1)


def set_up_page(book: Book, page: Any, pages_across: int = 1) -> None:
    """A4 across, so many pages wide, with the as-of date and the synthetic mark at the foot."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(pages_across, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    mark = " · 合成数据 synthetic" if book.manifest.synthetic else ""
    page.set_footer(f"&L{_ascii_safe(book.manifest.case_title_zh)}  {book.manifest.as_of:%Y-%m-%d}{mark}&R&P / &N")


def _ascii_safe(text: str) -> str:
    return text.replace("&", "&&")


def _write_title(book: Book, page: Any, sheet: Sheet) -> None:
    manifest = book.manifest
    title = f"{sheet.schema.metadata['zh']} {sheet.schema.metadata['en']}"
    facts = f"    {manifest.case_title_zh} {manifest.case_title_en} · 截至 as of {manifest.as_of:%Y-%m-%d}"
    if manifest.scenario:
        facts += f" · 方案 scenario: {manifest.scenario_title_zh or manifest.scenario} {manifest.scenario_title_en}"
    if sheet.remark:
        facts += f" · {sheet.remark}"
    parts: list[Any] = [book.style("title"), title, book.style("subtitle"), facts]
    if manifest.synthetic:
        parts += [book.style("synthetic"), f"    {SYNTHETIC}"]
    page.write_rich_string(0, 0, *parts)
    page.set_row(0, 22)


def _write_column(book: Book, page: Any, sheet: Sheet, position: int, name: str) -> tuple[float, list[float]]:
    """Write one column; return its width and the width that each of its cells would ask for."""
    column = sheet.schema.columns[name]
    page.write_string(1, position, heading(column), book.style("heading"))
    codes = words_of(column.metadata["choices"] or ())
    number = sheet.formats.get(name) or number_format(column)
    colours = _colours(sheet, name)
    inapplicable = sheet.not_applicable.get(name)
    cells: list[float] = []
    for row, value in enumerate(sheet.frame[name].tolist()):
        content = shown(value, column, codes)
        if content == UNKNOWN and inapplicable is not None and bool(inapplicable.iloc[row]):
            content = "—"
        cells.append(_write_cell(book, page, row + 2, position, content, number, colours[row]))
    lines = [display_width(line) for line in heading(column).split("\n")]
    chinese, longest_word = lines[0], max(display_width(word) for word in column.metadata["en"].split())
    width = max(8.0, chinese * 0.62 + 3.0, longest_word + 2.5, max(cells, default=0.0) + 2.0)
    return min(_WIDEST_COLUMN, width), cells


def _colours(sheet: Sheet, name: str) -> list[str]:
    """The colour key of each cell of a column: its own, else its row's, else none."""
    own = sheet.paint[name].tolist() if name in sheet.paint else [""] * len(sheet.frame)
    rows = sheet.rows.tolist() if sheet.rows is not None else [""] * len(sheet.frame)
    return [_key(mine) or _key(row) for mine, row in zip(own, rows, strict=True)]


def _key(value: object) -> str:
    return value if isinstance(value, str) else ""


def _write_cell(book: Book, page: Any, row: int, position: int, content: Any, number: str, colour: str) -> float:
    """Write one cell and return the width it asks for."""
    if isinstance(content, pd.Timestamp):
        page.write_datetime(row, position, content.to_pydatetime(), book.style(colour, number, True))
        return 15.0
    if isinstance(content, str):
        missing = content in (UNKNOWN, "—")
        colour = colour or ("unknown" if missing else "wrap" if len(content) > 28 else "")
        page.write_string(row, position, content, book.style(colour, "@", True))
        return max(display_width(line) for line in content.split("\n"))
    if isinstance(content, float) and math.isinf(content):
        page.write_string(row, position, "∞" if content > 0 else "-∞", book.style(colour, "@", True))
        return 3.0
    page.write_number(row, position, content, book.style(colour, number, True))
    return len(f"{content:,.1f}") * 1.05


def _heading_lines(text: str, width: float) -> int:
    """How many lines a heading takes in a column of this width (the English wraps at its words)."""
    return sum(max(1, math.ceil(display_width(line) * 1.15 / (width - 1.0))) for line in text.split("\n"))
