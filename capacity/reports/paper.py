"""The paper that a report is drawn on: fonts, lines broken to a width, pages with running head and foot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fpdf import FPDF

from capacity.reports.breaking import lines_of, words_of
from capacity.tables.report import Language, Report
from capacity.tables.words import Word

Colour = tuple[int, int, int]
INK: Colour = (20, 50, 74)
TEXT: Colour = (26, 26, 26)
MUTED: Colour = (89, 89, 89)
RED: Colour = (176, 0, 0)
WHITE: Colour = (255, 255, 255)
RULE: Colour = (205, 210, 214)
PALE: Colour = (234, 241, 245)
WIDTH_MM, HEIGHT_MM, MARGIN_MM = 210.0, 297.0, 15.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
BOTTOM_MM = HEIGHT_MM - 20.0
_MM_PER_PT, _LEADING, _BASELINE = 0.3528, 1.38, 1.0


class Letters(Protocol):
    """A small font cut for a text, or none."""

    @property
    def regular(self) -> Path | None:
        """The font file of texts."""

    @property
    def bold(self) -> Path | None:
        """The font file of headings."""

    def drawable(self, *candidates: str) -> str:
        """The first text that can be drawn whole, else the last one's drawable part."""


class Paper(FPDF):
    """A document being written from top to bottom; ``at`` is how far down the page it is, in mm."""

    def __init__(self, report: Report, letters: Letters, language: Language) -> None:
        super().__init__(orientation="P", unit="mm", format="A4")
        self.report, self.letters, self.language, self.at = report, letters, language, MARGIN_MM
        self._widths: dict[tuple[float, bool], dict[str, float]] = {}
        self.set_auto_page_break(False)
        self.c_margin = 0.0
        self.family = "Helvetica"
        if letters.regular and letters.bold:
            self.family = "report"
            self.add_font("report", "", letters.regular)
            self.add_font("report", "B", letters.bold)
        self.set_title(self.told(self.say(report.title)))
        self.set_lang("zh-CN" if language == "zh" else "en")
        self.set_producer("capacity")
        self.set_creation_date(report.made_at.replace(tzinfo=dt.UTC))

    def say(self, word: Word) -> str:
        """A text in the paper's language."""
        return word.zh if self.language == "zh" else word.en

    def told(self, text: str) -> str:
        """The text as far as it can be drawn."""
        return self.letters.drawable(text)

    def pen(self, size_pt: float, *, bold: bool = False, colour: Colour = TEXT) -> None:
        """Take up a font."""
        self.set_font(self.family, "B" if bold else "", size_pt)
        self.set_text_color(*colour)

    def lines(self, text: str, width: float, size_pt: float, *, bold: bool = False) -> list[str]:
        """A text broken to a width."""
        self.pen(size_pt, bold=bold)
        known = self._widths.setdefault((size_pt, bold), {})

        def width_of(part: str) -> float:
            if part not in known:
                known[part] = self.get_string_width(part)
            return known[part]

        return lines_of(self.told(text), width, width_of)

    def longest_word(self, texts: Sequence[Word], size_pt: float) -> float:
        """The width of the longest word that is not broken, in mm."""
        self.pen(size_pt, bold=True)
        return max(
            (self.get_string_width(self.told(part)) for text in texts for part in words_of(self.say(text))), default=0.0
        )

    def height(self, text: str, size_pt: float, width: float, *, bold: bool = False) -> float:
        """The height that :meth:`put` takes."""
        return len(self.lines(text, width, size_pt, bold=bold)) * size_pt * _MM_PER_PT * _LEADING

    def put(self, x: float, top: float, text: str, size_pt: float, *, width: float = INNER_MM, bold: bool = False,
            colour: Colour = TEXT, right: bool = False) -> float:  # fmt: skip
        """Write lines below ``top``; returns their height."""
        lines = self.lines(text, width, size_pt, bold=bold)
        self.pen(size_pt, bold=bold, colour=colour)
        for number, line in enumerate(lines):
            place = x + (width - self.get_string_width(line) if right else 0.0)
            self.text(place, top + size_pt * _MM_PER_PT * (_BASELINE + number * _LEADING), line)
        return len(lines) * size_pt * _MM_PER_PT * _LEADING

    def rule(self, y: float, colour: Colour = RULE, thickness: float = 0.15) -> None:
        """A line over the whole width."""
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(MARGIN_MM, y, MARGIN_MM + INNER_MM, y)

    def room(self, height: float) -> bool:
        """A new page unless so much still fits on this one; says whether there is a new one."""
        if self.at + height <= BOTTOM_MM:
            return False
        self.new_page()
        return True

    def new_page(self) -> None:
        """The next page, with the running head."""
        self.add_page()
        self.running_head()

    def running_head(self) -> None:
        """What the report is called, on every page but the first."""
        self.at = MARGIN_MM - 4.0
        half = INNER_MM / 2.0
        self.put(MARGIN_MM, self.at, self.say(self.report.title), 7.5, width=half, colour=MUTED)
        self.put(MARGIN_MM + half, self.at, self.say(self.report.subtitle), 7.5, width=half, colour=MUTED, right=True)
        self.rule(self.at + 5.0)
        self.at += 8.5

    def footer(self) -> None:
        """Whether the data are real, for whom it is, the page."""
        top = HEIGHT_MM - 14.0
        self.rule(top - 1.5)
        self.put(MARGIN_MM, top, self.say(self.report.foot), 7.5, width=INNER_MM - 24.0, bold=True, colour=RED)
        self.pen(7.5, colour=MUTED)
        self.set_xy(MARGIN_MM, top)
        self.cell(INNER_MM, 3.0, f"{self.page_no()} / {{nb}}", align="R")
