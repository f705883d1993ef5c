"""A report before it is set: chapters of paragraphs, tables and drawings, every text in Chinese and English."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

import pandas as pd

from capacity.tables.matrix import MatrixRecord
from capacity.tables.plan import Plan
from capacity.tables.programme import Programme
from capacity.tables.run import Run
from capacity.tables.words import Word

Language = Literal["zh", "en"]
Edition = Literal["annual", "quarterly"]
Tone = Literal["good", "care", "bad", "unknown"]
Kind = Literal["run", "matrix", "plan"]
FORMAT = 1

EDITION = {"annual": Word("年度报告", "annual report"), "quarterly": Word("季度报告", "quarterly report")}
SOURCE_KIND = {
    "run": Word("计算结果", "run"),
    "matrix": Word("情景矩阵", "matrix of scenarios"),
    "plan": Word("规划", "plan"),
}
UNKNOWN = Word("未知", "unknown")
NOT_COMPUTED = Word("未计算", "not computed")
NOT_APPLICABLE = Word("—", "—")
NOTHING = Word("", "")


@dataclass(frozen=True)
class Source:
    """What figures are from; ``key`` (S1 …) stands under each of them.

    Attributes
    ----------
    fingerprint : the first eight hex digits of the SHA-256 over the hashes of the input files.
    basis : what the figures rest on: steps, draws.
    """

    key: str
    kind: Kind
    name: str
    case_name: str
    case_title: Word
    scenario: Word
    as_of: dt.date
    fingerprint: str
    synthetic: bool
    basis: Word
    program: str

    @property
    def line(self) -> Word:
        """Run, as-of date and hash prefix, as they stand under a figure."""
        kind = SOURCE_KIND[self.kind]
        return Word(
            f"[{self.key}] {kind.zh} {self.name}，截至 {self.as_of}，输入 {self.fingerprint}",
            f"[{self.key}] {kind.en} {self.name}, as of {self.as_of}, inputs {self.fingerprint}",
        )


def fingerprint_of(input_hashes: Mapping[str, str]) -> str:
    """Eight hex digits that change with any input file."""
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(input_hashes.items()))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


@dataclass(frozen=True)
class RunInput:
    """A run that a report is made from; its curves are not needed and may be empty."""

    source: Source
    run: Run


@dataclass(frozen=True)
class MatrixInput:
    """A matrix of scenarios: ``fan`` and ``outlook`` as in ``tables.matrix``.

    ``adopters`` has a row per cell: ``scenario``, ``year``, ``draw``, ``adopters``, ``steps_failed``.
    """

    source: Source
    record: MatrixRecord
    fan: pd.DataFrame
    outlook: pd.DataFrame
    adopters: pd.DataFrame


@dataclass(frozen=True)
class PlanInput:
    """A reinforcement plan."""

    source: Source
    plan: Plan


@dataclass(frozen=True)
class Changes:
    """What changed between two runs: the frames of ``capacity.runs.compare`` of these names."""

    before: Source
    after: Source
    areas: pd.DataFrame
    alerts: pd.DataFrame


@dataclass(frozen=True)
class Inputs:
    """Everything that a report is made from, each kind by case, scenario and as-of date.

    ``changes`` holds what changed between each run and the one before it of its case and scenario.
    """

    runs: tuple[RunInput, ...] = ()
    matrices: tuple[MatrixInput, ...] = ()
    plans: tuple[PlanInput, ...] = ()
    changes: tuple[Changes, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of them, in the order of their keys."""
        runs, matrices = (one.source for one in self.runs), (one.source for one in self.matrices)
        return (*runs, *matrices, *(one.source for one in self.plans))

    @property
    def several_cases(self) -> bool:
        """Whether the report puts different cases side by side."""
        return len({source.case_name for source in self.sources}) > 1


@dataclass(frozen=True)
class Heading:
    """A heading within a chapter."""

    text: Word


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; ``small`` for remarks."""

    text: Word
    small: bool = False


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[Word, ...]


@dataclass(frozen=True)
class Callout:
    """A framed sentence that must not be overlooked."""

    tone: Tone
    text: Word


@dataclass(frozen=True)
class Column:
    """A column of a table; ``share`` of the width, ``right`` for figures."""

    heading: Word
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True)
class Grid:
    """A table; the first cell of a row names it. ``strong`` are the numbers of rows that are set apart."""

    title: Word
    columns: tuple[Column, ...]
    rows: tuple[tuple[Word, ...], ...]
    source: Word
    note: Word = NOTHING
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Series:
    """Values by tick; None: not known or not computed, which is never drawn as zero.

    ``low`` and ``high`` make a fan or whiskers, ``marks`` are single values beside it (the central draw).
    """

    name: Word
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    marks: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    title: Word
    ticks: tuple[Word, ...]
    series: tuple[Series, ...]
    unit: Word


@dataclass(frozen=True)
class Chart:
    """Small multiples, ``columns`` side by side; ``shared``: panels of one row have the same scale.

    ``palette``: ``pair`` for without and with, ``ordered`` from light to dark where the series have an order. What is
    called like a status (``ordered``) or an urgency (otherwise), or unknown, has its own colour everywhere.
    """

    style: Literal["fan", "bars", "stacked"]
    panels: tuple[Panel, ...]
    columns: int = 2
    shared: bool = False
    palette: Literal["plain", "pair", "ordered"] = "plain"


@dataclass(frozen=True)
class Gantt:
    """The programme of works."""

    programme: Programme


@dataclass(frozen=True)
class AreaMap:
    """The map of areas by status."""

    run: Run


Drawing = Chart | Gantt | AreaMap


@dataclass(frozen=True)
class Picture:
    """A drawing with title, what it shows in words (for those who cannot see it), source and limits."""

    key: str
    title: Word
    alt: Word
    drawing: Drawing
    source: Word
    note: Word = NOTHING


Block = Heading | Paragraph | Points | Callout | Grid | Picture


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``findings`` are its sentences for the first page."""

    key: str
    title: Word
    blocks: tuple[Block, ...]
    findings: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report. ``marks`` stand on the first page, ``foot`` on every page."""

    title: Word
    subtitle: Word
    edition: Edition
    made_at: dt.datetime
    facts: tuple[tuple[Word, Word], ...]
    marks: tuple[Word, ...]
    foot: Word
    sources: tuple[Source, ...]
    chapters: tuple[Chapter, ...]
    remarks: tuple[Word, ...] = field(default=())

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture, in order."""
        return tuple(block for chapter in self.chapters for block in chapter.blocks if isinstance(block, Picture))


Drawn = Mapping[str, tuple[bytes, ...]]
"""PNG by key of the picture, in one language; more than one where it takes several pages."""


def texts_of(thing: object, language: Language) -> Iterator[str]:
    """Every text in a report, for the font that is cut from it; drawings have letters of their own."""
    if isinstance(thing, Word):
        yield thing.zh if language == "zh" else thing.en
    elif isinstance(thing, str):
        yield thing
    elif isinstance(thing, Chart | Gantt | AreaMap | bytes | Mapping):
        return
    elif isinstance(thing, Sequence):
        for part in thing:
            yield from texts_of(part, language)
    elif hasattr(thing, "__dataclass_fields__"):
        for one in fields(thing):  # type: ignore[arg-type]  # one of the dataclasses above
            yield from texts_of(getattr(thing, one.name), language)
