"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def row(cells: Iterable[str]) -> str:
    """One row of a table; bars and line breaks inside cells are kept from breaking it."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def table(header: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a header."""
    return "\n".join([row(header), row(["---"] * len(header)), *(row(cells) for cells in rows)])


def prose(text: str) -> str:
    """A docstring's text as Markdown: ``code`` in double backticks becomes `code`."""
    return re.sub(r"``(.+?)``", r"`\1`", text)


def number(value: float) -> str:
    """A number as a person writes it: 50 rather than 50.0."""
    return f"{value:g}"
