"""A report as PDF on A4: first page, contents with page numbers, chapters, pictures, tables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from capacity.reports import pdf_tables
from capacity.reports.paper import (
    BOTTOM_MM,
    INK,
    INNER_MM,
    MARGIN_MM,
    MUTED,
    RED,
    TEXT,
    Colour,
    Letters,
    Paper,
)
from capacity.tables.report import (
    Block,
    Callout,
    Chapter,
    Drawn,
    Grid,
    Heading,
    Language,
    Paragraph,
    Picture,
    Points,
    Report,
    Tone,
)
from capacity.tables.words import Word

_TONES: dict[Tone, tuple[Colour, Colour]] = {
    "good": ((223, 240, 246), (44, 124, 148)),
    "care": ((255, 243, 214), (132, 92, 0)),
    "bad": ((248, 226, 223), (150, 40, 32)),
    "unknown": ((238, 238, 238), (110, 110, 110)),
}
_TALLEST_PICTURE_MM, _SMALLEST_PICTURE = 205.0, 0.72
_CONTENTS, _SOURCE = Word("目录", "Contents"), Word("来源", "Source")
_TABLE, _PICTURE = Word("表", "Table"), Word("图", "Figure")
_SMALL_PT, _WITH_POINTS_MM = 7.2, 16.0


def write_pdf(report: Report, drawn: Drawn, letters: Letters, path: Path, language: Language) -> int:
    """Write a report; the same report, pictures and font give the same bytes.

    Returns
    -------
    The number of pages.
    """
    draft = _Sheet(report, drawn, letters, language, {})
    draft.write_report()
    paper = _Sheet(report, drawn, letters, language, draft.begun)
    paper.write_report()
    paper.output(str(path))
    return len(paper.pages)


class _Sheet(Paper):
    """The report being written; ``tables`` and ``pictures`` are its running numbers.

    ``begins`` are the pages on which the chapters begin, for the contents; empty: a draft, to find them out.
    """

    def __init__(
        self, report: Report, drawn: Drawn, letters: Letters, language: Language, begins: Mapping[str, int]
    ) -> None:
        super().__init__(report, letters, language)
        self.drawn, self.begins, self.tables, self.pictures = drawn, begins, 0, 0
        self.begun: dict[str, int] = {}

    def write_report(self) -> None:
        """First page with contents and findings, chapters."""
        self.add_page()
        self._front()
        self._contents()
        for number, chapter in enumerate(self.report.chapters, start=1):
            self._chapter(chapter, number)

    def _front(self) -> None:
        """Title, marks, facts."""
        report = self.report
        self.at = MARGIN_MM + 14.0
        self.at += self.put(MARGIN_MM, self.at, self.say(report.title), 24, bold=True, colour=INK) + 1.0
        self.at += self.put(MARGIN_MM, self.at, self.say(report.subtitle), 11, colour=MUTED) + 3.0
        self.rule(self.at, INK, 0.8)
        self.at += 4.0
        for mark in report.marks:
            height = self.height(self.say(mark), 10, INNER_MM - 6.0, bold=True) + 3.0
            self.set_draw_color(*RED)
            self.set_line_width(0.5)
            self.rect(MARGIN_MM, self.at, INNER_MM, height)
            self.put(MARGIN_MM + 3.0, self.at + 1.2, self.say(mark), 10, width=INNER_MM - 6.0, bold=True, colour=RED)
            self.at += height + 2.0
        self.at += 2.0
        for name, value in report.facts:
            self.put(MARGIN_MM, self.at, self.say(name), 9, width=38.0, colour=MUTED)
            self.at += self.put(MARGIN_MM + 40.0, self.at, self.say(value), 9.5, width=INNER_MM - 40.0) + 1.2
        for remark in report.remarks:
            self.at += self.put(MARGIN_MM, self.at, self.say(remark), 8.5, colour=MUTED) + 1.0
        self.at += 3.0

    def _contents(self) -> None:
        """The chapters with their pages, each a link."""
        self.at += self.put(MARGIN_MM, self.at, self.say(_CONTENTS), 12, bold=True, colour=INK) + 1.5
        for number, chapter in enumerate(self.report.chapters, start=1):
            title = f"{number}  {self.say(chapter.title)}"
            height = self.height(title, 9.5, INNER_MM - 14.0)
            self.room(height)
            self.put(MARGIN_MM, self.at, title, 9.5, width=INNER_MM - 14.0)
            if page := self.begins.get(chapter.key):  # a draft does not know them yet
                self.put(MARGIN_MM, self.at, str(page), 9.5, right=True, colour=MUTED)
                self.link(MARGIN_MM, self.at, INNER_MM, height, self.add_link(page=page))
            self.at += height + 0.8
        self.at += 2.0

    def _chapter(self, chapter: Chapter, number: int) -> None:
        self.room(45.0)
        self.at += 2.0
        title = f"{number}  {self.say(chapter.title)}"
        self.start_section(self.told(title))
        self.begun[chapter.key] = self.page_no()
        self.at += self.put(MARGIN_MM, self.at, title, 16, bold=True, colour=INK) + 0.5
        self.rule(self.at, INK, 0.6)
        self.at += 3.0
        for block, following in pairwise([*chapter.blocks, None]):
            if block is not None:
                self._block(block, following)
        self.at += 4.0

    def _block(self, block: Block, following: Block | None) -> None:
        match block:
            case Heading():
                self._heading(block, following)
            case Paragraph():
                self.room(_WITH_POINTS_MM if isinstance(following, Points) else 0.0)
                self._paragraph(self.say(block.text), 8.0 if block.small else 9.2, MUTED if block.small else TEXT)
            case Points():
                for item in block.items:
                    self._paragraph(self.say(item), 9.2, TEXT, indent=4.0)
            case Callout():
                self._callout(block)
            case Grid():
                self.tables += 1
                title = f"{self.say(_TABLE)} {self.tables}  {self.say(block.title)}"
                pdf_tables.draw(self, block, title, self._below_mm(block))
                self.below(block.source, block.note)
            case Picture():
                self._picture(block)

    def _heading(self, block: Heading, following: Block | None) -> None:
        """Kept together with the beginning of what follows."""
        beginning = 24.0
        if isinstance(following, Picture):
            beginning = min(self._picture_height(following) * _SMALLEST_PICTURE + 12.0, 150.0)
        elif isinstance(following, Grid):
            beginning = pdf_tables.least_mm(self, following, self._below_mm(following))
        self.room(12.0 + beginning)
        self.at += 2.0
        self.at += self.put(MARGIN_MM, self.at, self.say(block.text), 12, bold=True, colour=INK) + 1.2

    def _paragraph(self, text: str, size: float, colour: Colour, indent: float = 0.0) -> None:
        height = self.height(text, size, INNER_MM - indent)
        self.room(height)
        if indent:
            self.set_fill_color(*INK)
            self.rect(MARGIN_MM + 0.8, self.at + 1.5, 1.2, 1.2, style="F")
        self.put(MARGIN_MM + indent, self.at, text, size, width=INNER_MM - indent, colour=colour)
        self.at += height + 1.4

    def _callout(self, block: Callout) -> None:
        face, edge = _TONES[block.tone]
        text = self.say(block.text)
        height = self.height(text, 9.2, INNER_MM - 9.0) + 3.2
        self.room(height + 2.0)
        self.set_fill_color(*face)
        self.rect(MARGIN_MM, self.at, INNER_MM, height, style="F")
        self.set_fill_color(*edge)
        self.rect(MARGIN_MM, self.at, 1.8, height, style="F")
        self.put(MARGIN_MM + 5.0, self.at + 1.4, text, 9.2, width=INNER_MM - 9.0)
        self.at += height + 2.4

    def below(self, source: Word, note: Word) -> None:
        """What limits a figure, and where it is from, in small letters."""
        told = self._told_below(source, note)
        if told:
            self._paragraph(told, _SMALL_PT, MUTED)
        self.at += 2.2

    def _told_below(self, source: Word, note: Word) -> str:
        told = [self.say(note)] if note.zh else []
        if source.zh:
            told.append(f"{self.say(_SOURCE)}{'：' if self.language == 'zh' else ': '}{self.say(source)}")
        return " ".join(told)

    def _below_mm(self, block: Grid | Picture) -> float:
        """The height of what stands below a table or a picture."""
        told = self._told_below(block.source, block.note)
        return self.height(told, _SMALL_PT, INNER_MM) + 1.4 if told else 0.0

    def _picture_height(self, picture: Picture) -> float:
        images = self.drawn.get(picture.key, ())
        return 0.0 if not images else min(INNER_MM * self._ratio(images[0]), _TALLEST_PICTURE_MM)

    def _ratio(self, png: bytes) -> float:
        """Height by width, from the head of the PNG."""
        return int.from_bytes(png[20:24], "big") / int.from_bytes(png[16:20], "big")

    def _picture(self, block: Picture) -> None:
        self.pictures += 1
        title, alt = f"{self.say(_PICTURE)} {self.pictures}  {self.say(block.title)}", self.told(self.say(block.alt))
        images = self.drawn.get(block.key, ())
        caption = self.height(title, 9, INNER_MM, bold=True) + self._below_mm(block) + 3.0
        for number, png in enumerate(images):
            ratio = self._ratio(png)
            full = min(INNER_MM * ratio, _TALLEST_PICTURE_MM)
            self.room(_SMALLEST_PICTURE * full + caption)
            height = min(full, BOTTOM_MM - self.at - caption)
            width = height / ratio
            if self.begins:  # a draft needs no pictures
                left = MARGIN_MM + (INNER_MM - width) / 2.0
                told = alt if not number else self.told(title)
                self.image(png, left, self.at, width, height, alt_text=told)
            self.at += height + 1.0
        if not images:
            self._paragraph(alt, 9.2, TEXT)
        self.at += self.put(MARGIN_MM, self.at, title, 9, bold=True, colour=INK) + 0.6
        self.below(block.source, block.note)
