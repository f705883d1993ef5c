"""Drawing an offer on A4: lines that break as Chinese does, facts, tables, pictures, a foot on every page."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fpdf import FPDF

from capacity.applications.answers.blocks import (
    Banner,
    Block,
    Facts,
    Line,
    Offer,
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
    Tone,
)

Colour = tuple[int, int, int]
INK: Colour = (20, 50, 74)
TEXT: Colour = (26, 26, 26)
MUTED: Colour = (95, 95, 95)
RED: Colour = (192, 0, 0)
WHITE: Colour = (255, 255, 255)
RULE: Colour = (205, 210, 214)
PALE: Colour = (234, 241, 245)
_TONES: dict[Tone, tuple[Colour, Colour]] = {
    "good": ((223, 240, 246), (44, 124, 148)),
    "care": ((255, 243, 214), (132, 92, 0)),
    "bad": ((248, 226, 223), (150, 40, 32)),
    "unknown": ((238, 238, 238), (110, 110, 110)),
}
WIDTH_MM, HEIGHT_MM, MARGIN_MM = 210.0, 297.0, 14.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
_FOOT_MM, _HEAD_MM = 17.0, 9.0
_SMALLEST_PICTURE, _SHORT_TABLE_MM, _GAP_MM, _BOLD_CELLS = 0.7, 110.0, 2.2, 2
_BOTTOM_MM = HEIGHT_MM - MARGIN_MM - _FOOT_MM + 4.0
_MM_PER_PT, _LEADING, _BASELINE = 0.3528, 1.32, 0.98
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_UNITS = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_NEVER_FIRST = "，。；：、）！？》”’…％%"
_NEVER_LAST = "（《“‘"


class Letters(Protocol):
    """A small font cut for a text, or none: English in a font that every reader has."""

    @property
    def regular(self) -> Path | None:
        """The font file of texts."""

    @property
    def bold(self) -> Path | None:
        """The font file of headings."""

    @property
    def chinese(self) -> bool:
        """Whether Chinese can be drawn."""

    def drawable(self, *candidates: str) -> str:
        """The first text that can be drawn whole, else the last one's drawable part."""


def draw(offer: Offer, letters: Letters, path: Path, *, language: str, made_on: dt.date) -> None:
    """Write an offer as PDF; the same offer and font give the same bytes."""
    sheet = _Sheet(offer, letters)
    sheet.set_title(sheet.told(f"{offer.title} · {offer.subtitle}"))
    sheet.set_lang("zh-CN" if language == "zh" else "en")
    sheet.set_producer("capacity")
    sheet.set_creation_date(dt.datetime.combine(made_on, dt.time(), dt.UTC))
    sheet.add_page()
    sheet.write_head()
    for block, following in zip(offer.blocks, [*offer.blocks[1:], None], strict=True):
        sheet.write_block(block, following)
    sheet.output(str(path))


def _without_chinese(text: str) -> str:
    """An English text without the clauses and names that it has in Chinese; ``?`` where nothing else is left."""
    plain = text.replace("≤", "<=").replace("→", "to").replace("⩽", "<=")
    kept = " ".join(word for word in plain.split(" ") if not _CHINESE.search(word))
    return kept if kept == plain else kept.replace(",)", ")") or "?"


def _widths(block: Table) -> list[float]:
    return [INNER_MM * share / sum(block.shares) for share in block.shares]


class _Sheet(FPDF):
    """A document being written from top to bottom; ``at`` is how far down the page it is, in mm."""

    def __init__(self, offer: Offer, letters: Letters) -> None:
        super().__init__(orientation="P", unit="mm", format="A4")
        self.offer, self.letters, self.at = offer, letters, MARGIN_MM
        self.set_auto_page_break(False)
        self.c_margin = 0.0
        self.family = "Helvetica"
        if letters.regular and letters.bold:
            self.family = "offer"
            self.add_font("offer", "", letters.regular)
            self.add_font("offer", "B", letters.bold)

    def told(self, text: str) -> str:
        """The text as far as it can be drawn."""
        return self.letters.drawable(text if self.letters.chinese else _without_chinese(text))

    def pen(self, size_pt: float, *, bold: bool = False, colour: Colour = TEXT) -> None:
        """Take up a font."""
        self.set_font(self.family, "B" if bold else "", size_pt)
        self.set_text_color(*colour)

    def lines(self, text: str, width: float, size_pt: float, *, bold: bool = False) -> list[str]:
        """A text broken to a width: Chinese between any two signs but not before a comma, English between words."""
        self.pen(size_pt, bold=bold)
        found, line = [], ""
        for unit in self._units(self.told(text), width):
            if line and self.get_string_width(line + unit.rstrip()) > width and unit[0] not in _NEVER_FIRST:
                carried = line[-1] if line[-1] in _NEVER_LAST and len(line) > 1 else ""
                found.append(line[: len(line) - len(carried)].rstrip())
                line = carried + unit.lstrip()
            else:
                line += unit
        return [*found, line.rstrip()] if line.strip() or not found else found

    def _units(self, text: str, width: float) -> list[str]:
        """What may not be broken: a Chinese sign, an English word; a word wider than the line is cut."""
        units = []
        for unit in _UNITS.findall(text):
            while self.get_string_width(unit) > width and len(unit) > 1:
                fitting = next(
                    n for n in range(len(unit) - 1, 0, -1) if n == 1 or self.get_string_width(unit[:n]) <= width
                )
                units.append(unit[:fitting])
                unit = unit[fitting:]
            units.append(unit)
        return units

    def put(self, x: float, top: float, text: str, size_pt: float, *, width: float = INNER_MM, bold: bool = False,
            colour: Colour = TEXT, right: bool = False) -> float:  # fmt: skip
        """Write lines below ``top``; returns their height."""
        lines = self.lines(text, width, size_pt, bold=bold)
        self.pen(size_pt, bold=bold, colour=colour)
        for number, line in enumerate(lines):
            place = x + (width - self.get_string_width(line) if right else 0.0)
            self.text(place, top + size_pt * _MM_PER_PT * (_BASELINE + number * _LEADING), line)
        return len(lines) * size_pt * _MM_PER_PT * _LEADING

    def height(self, text: str, size_pt: float, width: float, *, bold: bool = False) -> float:
        """The height that :meth:`put` takes."""
        return len(self.lines(text, width, size_pt, bold=bold)) * size_pt * _MM_PER_PT * _LEADING

    def rule(self, y: float, colour: Colour = RULE, thickness: float = 0.15) -> None:
        """A line over the whole width."""
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(MARGIN_MM, y, MARGIN_MM + INNER_MM, y)

    def room(self, height: float) -> None:
        """A new page unless so much still fits on this one."""
        if self.at + height > _BOTTOM_MM:
            self.add_page()
            self.at = MARGIN_MM
            half = INNER_MM / 2.0
            self.put(MARGIN_MM, self.at, self.offer.title, 8, width=half, colour=MUTED)
            self.put(MARGIN_MM + half, self.at, self.offer.subtitle, 8, width=half, colour=MUTED, right=True)
            self.rule(self.at + 5.0)
            self.at += _HEAD_MM

    def footer(self) -> None:
        """Telephone numbers, validity and page number, on every page."""
        top = HEIGHT_MM - MARGIN_MM - 9.0
        self.rule(top - 1.5, INK, 0.4)
        phones = self.offer.phones
        for number, (name, phone) in enumerate(phones):
            x = MARGIN_MM + number * INNER_MM / len(phones)
            self.put(x, top, name, 7, width=INNER_MM / len(phones) - 2.0, colour=MUTED)
            self.put(x, top + 3.0, phone, 10.5, bold=True, colour=INK, width=INNER_MM / len(phones) - 2.0)
        self.put(MARGIN_MM, top + 8.4, self.offer.foot, 6.6, width=INNER_MM - 20.0, colour=MUTED)
        self.pen(7, colour=MUTED)
        self.set_xy(MARGIN_MM, top + 8.2)
        self.cell(INNER_MM, 3.0, f"{self.page_no()} / {{nb}}", align="R")

    def write_head(self) -> None:
        """Title, what it is about, the days in the corner, the warnings."""
        offer, half = self.offer, INNER_MM * 0.62
        self.put(MARGIN_MM, self.at, offer.title, 20, width=half, bold=True, colour=INK)
        self.put(MARGIN_MM, self.at + 9.6, offer.subtitle, 9, width=half, colour=MUTED)
        for number, text in enumerate(offer.corner):
            strong = number == 0
            self.put(
                MARGIN_MM + half, self.at + 1.0 + 5.6 * number, text, 10.5 if strong else 8.5, width=INNER_MM - half,
                bold=strong, colour=INK if strong else MUTED, right=True,
            )  # fmt: skip
        self.at += max(15.0, 2.0 + 5.6 * len(offer.corner))
        self.rule(self.at, INK, 0.6)
        self.at += 2.0
        for mark in offer.marks:
            self.set_draw_color(*RED)
            self.set_line_width(0.4)
            self.rect(MARGIN_MM, self.at, INNER_MM, 6.0)
            self.pen(9, bold=True)
            indent = (INNER_MM - self.get_string_width(self.told(mark))) / 2.0
            self.put(MARGIN_MM + max(indent, 1.0), self.at + 1.3, mark, 9, bold=True, colour=RED)
            self.at += 7.6

    def write_block(self, block: Block, following: Block | None) -> None:
        """One block below what stands there already."""
        match block:
            case Banner():
                self._banner(block)
            case Section():
                self._section(block, following)
            case Paragraph():
                self._paragraph(block)
            case Facts():
                self._facts(block)
            case Picture():
                self._picture(block)
            case Table():
                self._table(block)

    def _banner(self, block: Banner) -> None:
        face, edge = _TONES[block.tone]
        inner = INNER_MM - 8.0
        height = 10.5 + self.height(block.sentence, 9.5, inner)
        self.room(height + 2.0)
        self.set_fill_color(*face)
        self.set_draw_color(*edge)
        self.set_line_width(0.5)
        self.rect(MARGIN_MM, self.at, INNER_MM, height, style="DF")
        self.set_fill_color(*edge)
        self.rect(MARGIN_MM, self.at, 2.0, height, style="F")
        self.put(MARGIN_MM + 5.0, self.at + 1.8, block.text, 14, width=inner, bold=True, colour=edge)
        self.put(MARGIN_MM + 5.0, self.at + 8.6, block.sentence, 9.5, width=inner)
        self.at += height + 2.5

    def _section(self, block: Section, following: Block | None) -> None:
        """A heading, kept together with the beginning of what follows; with all of it where that is a short table."""
        beginning = 12.0
        if isinstance(following, Picture):
            beginning = 66.0
        elif isinstance(following, Table):
            whole = self._whole(following)
            beginning = whole if whole < _SHORT_TABLE_MM else 24.0
        self.room(8.0 + beginning)
        self.put(MARGIN_MM, self.at + 1.0, block.text, 11, bold=True, colour=INK)
        self.at += 7.0
        self.rule(self.at - 0.6, INK, 0.3)
        self.at += 0.8

    def _paragraph(self, block: Paragraph) -> None:
        size = 7.4 if block.small else 8.8
        height = self.height(block.text, size, INNER_MM)
        self.room(height)
        self.put(MARGIN_MM, self.at, block.text, size, colour=MUTED if block.small else TEXT)
        self.at += height + 1.2

    def _facts(self, block: Facts) -> None:
        width = (INNER_MM - 6.0 * (block.columns - 1)) / block.columns
        for start in range(0, len(block.lines), block.columns):
            pair = block.lines[start : start + block.columns]
            height = max(self._fact_height(line, width) for line in pair)
            self.room(height)
            for number, line in enumerate(pair):
                self._fact(line, MARGIN_MM + number * (width + 6.0), width)
            self.at += height
            self.rule(self.at - 0.5)
        self.at += 1.5

    def _fact_widths(self, width: float) -> tuple[float, float, float]:
        label = 34.0 if width > 100.0 else 27.0
        rules = 16.0 if width > 100.0 else 9.0
        return label, width - label - rules, rules

    def _fact_height(self, line: Line, width: float) -> float:
        label, value, _ = self._fact_widths(width)
        return max(self.height(line.label, 8, label - 2.0), self.height(line.value, 8.8, value - 1.0)) + 1.7

    def _fact(self, line: Line, x: float, width: float) -> None:
        label, value, rules = self._fact_widths(width)
        self.put(x, self.at + 0.5, line.label, 8, width=label - 2.0, colour=MUTED)
        self.put(x + label, self.at + 0.3, line.value, 8.8, width=value - 1.0)
        self.put(x + label + value, self.at + 0.8, line.rules, 6.6, width=rules, colour=MUTED, right=True)

    def _picture(self, block: Picture) -> None:
        shown = self.preload_image(io.BytesIO(block.png))[2]
        ratio, caption = shown.height / shown.width, self.height(block.caption, 7, INNER_MM) + 2.1
        self.room(_SMALLEST_PICTURE * INNER_MM * ratio + caption)
        height = min(INNER_MM * ratio, _BOTTOM_MM - self.at - caption)
        width = height / ratio
        left = MARGIN_MM + (INNER_MM - width) / 2.0
        self.image(io.BytesIO(block.png), left, self.at, width, height, alt_text=self.told(block.caption))
        self.at += height + 0.6
        self.at += self.put(MARGIN_MM, self.at, block.caption, 7, colour=MUTED) + 1.5

    def _whole(self, block: Table) -> float:
        """The height of a table with its headings, roughly."""
        widths = _widths(block)
        return sum(self._row_height(block, row, widths) for row in block.rows) + 7.0

    def _table(self, block: Table) -> None:
        widths = _widths(block)
        self._headings(block, widths)
        for row in block.rows:
            height = self._row_height(block, row, widths)
            if self.at + height > _BOTTOM_MM:
                self.room(height + 10.0)
                self._headings(block, widths)
            self._row(block, row, widths, height)
        self.at += 2.0

    def _headings(self, block: Table, widths: Sequence[float]) -> None:
        size = block.size_pt - 0.4
        height = (
            max(self.height(h, size, w - _GAP_MM, bold=True) for h, w in zip(block.headings, widths, strict=True)) + 1.8
        )
        self.room(height + 8.0)
        self.set_fill_color(*INK)
        self.rect(MARGIN_MM, self.at, INNER_MM, height, style="F")
        x = MARGIN_MM
        for number, (heading, width) in enumerate(zip(block.headings, widths, strict=True)):
            self.put(
                x + _GAP_MM / 2.0, self.at + 0.8, heading, size, width=width - _GAP_MM, bold=True, colour=WHITE,
                right=number in block.right,
            )  # fmt: skip
            x += width
        self.at += height

    def _row_height(self, block: Table, row: Row, widths: Sequence[float]) -> float:
        cells = max(
            self.height(cell, block.size_pt, width - _GAP_MM, bold=row.strong and number < _BOLD_CELLS)
            for number, (cell, width) in enumerate(zip(row.cells, widths, strict=True))
        )
        note = self.height(row.note, block.size_pt - 0.6, INNER_MM - widths[0] - _GAP_MM) if row.note else 0.0
        return cells + note + 0.18 * block.size_pt

    def _row(self, block: Table, row: Row, widths: Sequence[float], height: float) -> None:
        if row.strong:
            self.set_fill_color(*PALE)
            self.rect(MARGIN_MM, self.at, INNER_MM, height, style="F")
        x, cells = MARGIN_MM, 0.0
        for number, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            taken = self.put(
                x + _GAP_MM / 2.0, self.at + 0.6, cell, block.size_pt, width=width - _GAP_MM,
                bold=row.strong and number < _BOLD_CELLS,
                right=number in block.right,
            )  # fmt: skip
            cells, x = max(cells, taken), x + width
        if row.note:
            self.put(
                MARGIN_MM + widths[0] + _GAP_MM / 2.0, self.at + 0.7 + cells, row.note, block.size_pt - 0.6,
                width=INNER_MM - widths[0] - _GAP_MM, colour=MUTED,
            )  # fmt: skip
        self.at += height
        self.rule(self.at)
