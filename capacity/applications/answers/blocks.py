"""What an offer on paper is made of, before it is drawn: texts in one language, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

Tone = Literal["good", "care", "bad", "unknown"]


@dataclass(frozen=True)
class Banner:
    """The answer: large, framed, with a sentence below."""

    tone: Tone
    text: str
    sentence: str


@dataclass(frozen=True)
class Section:
    """A heading."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A sentence or two; ``small`` for remarks."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Line:
    """A label, its value and the rules behind it."""

    label: str
    value: str
    rules: str = ""


@dataclass(frozen=True)
class Facts:
    """Labels with values, in one column or two."""

    lines: tuple[Line, ...]
    columns: int = 1


@dataclass(frozen=True)
class Picture:
    """A drawing over the whole width, with a caption."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Row:
    """A row of a table, with a note over the whole width below it; ``strong`` rows are set apart."""

    cells: tuple[str, ...]
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table; ``shares`` of the width by column, ``right`` the columns of figures."""

    headings: tuple[str, ...]
    shares: tuple[float, ...]
    right: frozenset[int]
    rows: tuple[Row, ...]
    size_pt: float = 7.6


Block = Banner | Section | Paragraph | Facts | Picture | Table


@dataclass(frozen=True)
class Offer:
    """The whole sheet. ``marks`` are warnings on the first page; ``foot`` stands on every page."""

    title: str
    subtitle: str
    corner: tuple[str, ...]
    marks: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: str
    phones: tuple[tuple[str, str], ...]


def texts_of(thing: object) -> Iterator[str]:
    """Every text in an offer, for the font that it is cut from."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, bytes):
        return
    elif isinstance(thing, Sequence):
        for part in thing:
            yield from texts_of(part)
    elif hasattr(thing, "__dataclass_fields__"):
        for field in fields(thing):  # type: ignore[arg-type]  # one of the dataclasses above
            yield from texts_of(getattr(thing, field.name))
