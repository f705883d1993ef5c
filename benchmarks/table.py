"""A table of results: what it is called, the command that makes it, its cells, and the remarks below it."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from tools import markdown

NOT_COMPUTED = "NOT COMPUTED"
NONE = "–"


@dataclass(frozen=True)
class Table:
    """Cells are finished text; ``name`` is also the mark of the table's place in the manual."""

    name: str
    title: str
    command: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"table {self.name}: a row has not as many cells as the header")

    def as_text(self) -> str:
        """For a terminal: columns aligned."""
        lines = [self.header, *self.rows]
        widths = [max(_width(line[column]) for line in lines) for column in range(len(self.header))]
        shown = ["  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, "", *shown, "", *(f"- {note}" for note in self.notes)])

    def as_markdown(self) -> str:
        """For the manual."""
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([markdown.table(self.header, self.rows), *(["", *notes] if notes else [])])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def number(value: float, digits: int = 3) -> str:
    """A measured value with as many significant digits as it deserves; a dash where there is none.

    >>> number(1234.5), number(0.03456), number(12.34), number(float("nan"))
    ('1,230', '0.0346', '12.3', '–')
    """
    if not math.isfinite(value):
        return NONE if math.isnan(value) else "∞"
    if value == 0.0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def tiny(value: float) -> str:
    """A deviation.

    >>> tiny(1.234e-9), tiny(0.0)
    ('1e-09', '0')
    """
    return "0" if value == 0.0 else f"{value:.0e}"
