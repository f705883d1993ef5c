"""Drawing on paper: texts that fit, boxes, and the patterns that tell states apart without colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode

from capacity.disclosure.notices.letters import Letters

Colour = tuple[int, int, int]
INK: Colour = (20, 50, 74)
TEXT: Colour = (26, 26, 26)
MUTED: Colour = (95, 95, 95)
RED: Colour = (192, 0, 0)
WHITE: Colour = (255, 255, 255)
LINE: Colour = (205, 210, 214)

WIDTH_MM, HEIGHT_MM, MARGIN_MM = 210.0, 297.0, 12.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
MM_PER_PT = 0.3528
SMALLEST_PT = 5.8
"""What a single long name may shrink to; rows are never planned smaller than 6.5 pt."""

FACE: dict[str, Colour] = {
    "open": (207, 234, 242),
    "pre_control": (255, 201, 77),
    "blocked": (181, 68, 59),
    "no_data": (230, 230, 230),
    "withheld": (255, 255, 255),
}
EDGE: dict[str, Colour] = {
    "open": (44, 124, 148),
    "pre_control": (122, 86, 0),
    "blocked": (74, 20, 16),
    "no_data": (138, 138, 138),
    "withheld": (110, 95, 150),
}
"""The colours of the map."""


@dataclass(frozen=True)
class Paper:
    """A page being drawn, and what it is lettered with."""

    pdf: FPDF
    letters: Letters

    def pen(self, size_pt: float, *, bold: bool = False, colour: Colour = TEXT) -> None:
        """Take up a font."""
        family = "notice" if self.letters.regular else "Helvetica"
        self.pdf.set_font(family, "B" if bold else "", size_pt)
        self.pdf.set_text_color(*colour)

    def put(
        self, x: float, baseline: float, text: str, size_pt: float, *, width: float, bold: bool = False,
        colour: Colour = TEXT, align: Literal["left", "right", "center"] = "left",
    ) -> None:  # fmt: skip
        """Write one line within a width: smaller where it is too long, then shortened with an ellipsis."""
        text = self.letters.drawable(text)
        self.pen(size_pt, bold=bold, colour=colour)
        while self.pdf.get_string_width(text) > width and size_pt > SMALLEST_PT:
            size_pt = max(SMALLEST_PT, size_pt - 0.25)
            self.pdf.set_font_size(size_pt)
        if self.pdf.get_string_width(text) > width:
            text = self._shortened(text, width)
        if align != "left":
            rest = width - self.pdf.get_string_width(text)
            x += rest if align == "right" else rest / 2.0
        self.pdf.text(x, baseline, text)

    def _shortened(self, text: str, width: float) -> str:
        dots = "…" if self.letters.can_draw("…") else "..."
        while text and self.pdf.get_string_width(text + dots) > width:
            text = text[:-1]
        return text + dots

    def fits(self, text: str, size_pt: float, width: float) -> bool:
        """Whether a text fits a width at this size."""
        self.pen(size_pt)
        text = self.letters.drawable(text)
        return self.pdf.get_string_width(text) <= width

    def paragraph(
        self, y: float, text: str, size_pt: float, *, colour: Colour = TEXT, bold: bool = False, draw: bool = True,
        chinese: bool = False,
    ) -> float:  # fmt: skip
        """Write wrapped lines over the whole width; returns the y below them. ``draw`` False only measures."""
        text = self.letters.drawable(text)
        self.pen(size_pt, bold=bold, colour=colour)
        self.pdf.set_xy(MARGIN_MM, y)
        height = self.pdf.multi_cell(
            INNER_MM, size_pt * MM_PER_PT * 1.28, text, align=Align.L, dry_run=not draw, padding=0,
            output=MethodReturnValue.HEIGHT, wrapmode=WrapMode.CHAR if chinese else WrapMode.WORD,
        )  # fmt: skip
        if not isinstance(height, float | int):
            raise TypeError("fpdf2 was asked for a height and gave something else")
        return y + height

    def rule(self, y: float, colour: Colour = LINE, thickness: float = 0.15, x: float = MARGIN_MM,
             width: float = INNER_MM) -> None:  # fmt: skip
        """A horizontal line."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thickness)
        self.pdf.line(x, y, x + width, y)

    def box(self, x: float, y: float, width: float, height: float, *, fill: Colour | None = None,
            edge: Colour | None = None, thickness: float = 0.2) -> None:  # fmt: skip
        """A rectangle, filled, edged or both."""
        self.pdf.set_line_width(thickness)
        if fill:
            self.pdf.set_fill_color(*fill)
        if edge:
            self.pdf.set_draw_color(*edge)
        self.pdf.rect(x, y, width, height, style=("D" if edge else "") + ("F" if fill else ""))

    def swatch(self, x: float, y: float, width: float, height: float, state: str) -> None:
        """The colour of a state with its pattern: blocked is hatched, unknown dotted, withheld crossed."""
        self.box(x, y, width, height, fill=FACE[state])
        with self.pdf.rect_clip(x, y, width, height):
            self.pdf.set_line_width(0.18)
            if state in ("blocked", "withheld"):
                self.pdf.set_draw_color(*(WHITE if state == "blocked" else EDGE[state]))
                self._hatch(x, y, width, height, crossed=state == "withheld")
            if state == "no_data":
                self._dots(x, y, width, height)
        self.pdf.set_fill_color(*FACE[state])  # what the clip's end has restored on paper, restored here too
        self.box(x, y, width, height, edge=EDGE[state])

    def _hatch(self, x: float, y: float, width: float, height: float, *, crossed: bool) -> None:
        step = 1.1
        for n in range(int((width + height) / step) + 1):
            self.pdf.line(x + n * step - height, y + height, x + n * step, y)
            if crossed:
                self.pdf.line(x + n * step - height, y, x + n * step, y + height)

    def _dots(self, x: float, y: float, width: float, height: float) -> None:
        step, size = 0.9, 0.22
        self.pdf.set_fill_color(*MUTED)
        for row in range(int(height / step) + 1):
            for column in range(int(width / step) + 1):
                self.pdf.rect(x + (column + 0.5 * (row % 2)) * step, y + (row + 0.4) * step, size, size, style="F")
