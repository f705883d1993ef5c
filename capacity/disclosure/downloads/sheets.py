"""Worksheets of the public workbook: bilingual headings, words, colours by meaning, and a foot that says what it is.

Every text is written as a text (a name that begins with ``=`` is never a formula) and every figure as it stands.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from capacity.disclosure.downloads.wording import marks
from capacity.errors import CapacityError
from capacity.tables.release import ReleaseAbout

FONT = "Microsoft YaHei"
_LINE_HEIGHT = 15.0
_WIDEST_COLUMN = 46.0
_ROWS_MEASURED = 400  # enough to see how wide a column wants to be
_LONGEST_TEXT = 32_000  # Excel holds 32,767 characters in a cell

COLOURS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13, "font_color": "#14324A"},
    "cover_title": {"bold": True, "font_size": 20, "font_color": "#14324A"},
    "subtitle": {"font_color": "#555555"},
    "warning": {"bold": True, "font_color": "#C00000"},
    "heading": {"bold": True, "bg_color": "#14324A", "font_color": "#FFFFFF", "border": 1, "border_color": "#FFFFFF",
                "text_wrap": True, "valign": "vcenter", "align": "center"},
    "section": {"bold": True, "font_size": 12, "font_color": "#14324A", "bottom": 2, "bottom_color": "#14324A"},
    "prose": {"text_wrap": True, "valign": "vcenter", "indent": 1},
    "wrap": {"text_wrap": True, "indent": 1},
    "missing": {"font_color": "#7F7F7F", "italic": True, "align": "right"},
    "link": {"font_color": "#0B5394", "underline": 1},
    # the colours of the map
    "open": {"bg_color": "#CFEAF2", "indent": 1},
    "pre_control": {"bg_color": "#FFC94D", "indent": 1},
    "blocked": {"bg_color": "#B5443B", "font_color": "#FFFFFF", "bold": True, "indent": 1},
    "zero": {"bg_color": "#B5443B", "font_color": "#FFFFFF", "bold": True},
    "no_data": {"bg_color": "#E6E6E6", "italic": True, "indent": 1},
    "withheld": {"bg_color": "#FFFFFF", "italic": True, "indent": 1, "pattern": 14, "fg_color": "#C9BFE3"},
}  # fmt: skip


class WorkbookError(CapacityError):
    """The workbook cannot be written, e.g. because it is open in Excel."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"'{path}' cannot be written: is it open in Excel? Close it and try again.\n"
            f"“{path}”无法写入：是否正在 Excel 中打开？请关闭后重试。"
        )

    def __reduce__(self) -> tuple[type[WorkbookError], tuple[Path]]:
        return type(self), (self.path,)


@dataclass(frozen=True)
class Book:
    """A workbook being written, with the formats made so far."""

    workbook: Any
    about: ReleaseAbout
    formats: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    def style(self, colour: str = "", number: str = "", boxed: bool = False) -> Any:
        """The format of a colour key and a number format, made once."""
        key = (colour, number, boxed)
        if key not in self.formats:
            facts: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            facts |= {"border": 1, "border_color": "#D0D0D0"} if boxed else {}
            facts |= {"num_format": number} if number else {}
            self.formats[key] = self.workbook.add_format(facts | COLOURS.get(colour, {}))
        return self.formats[key]


@dataclass(frozen=True)
class Column:
    """A column of a worksheet: heading, number format, and per row whether its text stands for nothing, and a colour.

    ``width`` is its width in Excel's units where it is not to be found from the cells.
    """

    heading: str
    number: str = ""
    missing: Sequence[bool] | None = None
    paint: Sequence[str] | None = None
    width: float | None = None


@contextmanager
def open_book(path: Path, about: ReleaseAbout) -> Iterator[Book]:
    """A workbook that is whole when the block ends; its dates are the release's.

    Raises
    ------
    WorkbookError
        When the file cannot be written.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as workbook:
            workbook.set_properties(
                {
                    "title": f"{about.title_zh} 低压网格接入能力 {about.release_id}",
                    "subject": f"{about.title_en}: connection capacity of LV grid areas",
                    "comments": "；".join(f"{word.zh} {word.en}" for word in marks(about)),
                    "created": dt.datetime.combine(about.published_on, dt.time()),
                }
            )
            yield Book(workbook, about)
    except (xlsxwriter.exceptions.FileCreateError, PermissionError) as error:
        raise WorkbookError(path) from error


def write_sheet(
    book: Book, name: str, title: str, frame: pd.DataFrame, columns: Mapping[str, Column], frozen_columns: int = 1,
    remark: str = "",
) -> Any:  # fmt: skip
    """Write a frame of texts, numbers and dates: a title line, headings, rows; filter, frozen panes, print set-up."""
    page = book.workbook.add_worksheet(name)
    write_title(book, page, title, remark)
    widths = []
    for position, (key, column) in enumerate(columns.items()):
        page.write_string(1, position, column.heading, book.style("heading"))
        values = frame[key].tolist()
        _write_column(book, page, position, values, column)
        widths.append(column.width or _width(column.heading, values))
        page.set_column(position, position, widths[-1])
    lines = max(_lines(c.heading, width) for c, width in zip(columns.values(), widths, strict=True))
    page.set_row(1, _LINE_HEIGHT * lines + 4.0)
    _set_heights(page, frame[list(columns)], widths)
    page.freeze_panes(2, frozen_columns)
    page.autofilter(1, 0, max(1, len(frame) + 1), len(columns) - 1)
    page.repeat_rows(1)
    page.repeat_columns(0, frozen_columns - 1)
    set_up_page(book, page, pages_across=math.ceil(sum(widths) / 240.0))
    return page


def write_title(book: Book, page: Any, title: str, remark: str = "") -> None:
    """The first line of a sheet: what it is, of which release, and the marks that must not be overlooked."""
    about = book.about
    facts = f"    {about.title_zh} {about.title_en} · {about.release_id} · 数据截至 as of {about.as_of}"
    facts += f" · {remark}" if remark else ""
    parts: list[Any] = [book.style("title"), title, book.style("subtitle"), facts]
    for word in marks(about):
        parts += [book.style("warning"), f"    {word.zh} {word.en}"]
    page.write_rich_string(0, 0, *parts)
    page.set_row(0, 22)


def set_up_page(book: Book, page: Any, pages_across: int = 1, pages_down: int = 0) -> None:
    """A4 across, so many pages wide and down (0: as many as it takes); release, as-of date and marks at the foot."""
    about = book.about
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(pages_across, pages_down)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    foot = [about.title_zh, about.release_id, f"{about.as_of}", *(word.zh for word in marks(about))]
    page.set_footer(f"&L{' · '.join(foot).replace('&', '&&')[:200]}&R&P / &N")


def display_width(text: str) -> float:
    """Width of a text in Excel's column units; a Chinese character takes about two."""
    return sum(2.0 if unicodedata.east_asian_width(sign) in "WF" else 1.0 for sign in text)


def _write_column(book: Book, page: Any, position: int, values: list[Any], column: Column) -> None:
    number = book.style("", column.number, True)
    paint = column.paint if column.paint is not None else [""] * len(values)
    missing = column.missing if column.missing is not None else [False] * len(values)
    for row, (value, colour, nothing) in enumerate(zip(values, paint, missing, strict=True), start=2):
        if isinstance(value, str):
            colour = colour or ("missing" if nothing else "wrap")
            page.write_string(row, position, value[:_LONGEST_TEXT], book.style(colour, "@", True))
        elif isinstance(value, dt.date):
            page.write_datetime(row, position, value, book.style(colour, "yyyy-mm-dd", True))
        else:
            page.write_number(row, position, value, book.style(colour, column.number, True) if colour else number)


def _asked(value: Any) -> float:
    if isinstance(value, str):
        return max(display_width(line) for line in value.split("\n"))
    return 11.0 if isinstance(value, dt.date) else len(f"{value:,}") * 1.1


def _width(heading: str, values: list[Any]) -> float:
    first, *others = heading.split("\n")
    words = [display_width(word) for line in others for word in line.split()]
    asked = max((_asked(value) for value in values[:_ROWS_MEASURED]), default=0.0)
    return min(_WIDEST_COLUMN, max(8.0, display_width(first) * 0.62 + 3.0, max(words, default=0.0) + 2.5, asked + 2.5))


def _set_heights(page: Any, frame: pd.DataFrame, widths: list[float]) -> None:
    """Rows whose texts wrap are made high enough; only asked for where a column is as wide as columns get."""
    wrapped = [(frame.iloc[:, n].tolist(), w) for n, w in enumerate(widths) if w >= _WIDEST_COLUMN]
    broken = [n for n, name in enumerate(frame) if any("\n" in v for v in frame[name].tolist() if isinstance(v, str))]
    wrapped += [(frame.iloc[:, n].tolist(), widths[n]) for n in broken if widths[n] < _WIDEST_COLUMN]
    for row in range(len(frame)) if wrapped else ():
        texts = [(values[row], width) for values, width in wrapped if isinstance(values[row], str)]
        lines = max((_lines(text, width) for text, width in texts), default=1)
        if lines > 1:
            page.set_row(row + 2, _LINE_HEIGHT * lines)


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(display_width(line) * 1.05 / (width - 1.5))) for line in text.split("\n"))
