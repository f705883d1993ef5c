"""The table of a notice: one or two blocks side by side, a row per area."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capacity.disclosure.notices.content import HEADINGS, Row, state_word
from capacity.disclosure.notices.paper import (
    INK,
    INNER_MM,
    LINE,
    MARGIN_MM,
    MM_PER_PT,
    MUTED,
    SMALLEST_PT,
    TEXT,
    WHITE,
    Paper,
)
from capacity.disclosure.notices.plan import Plan
from capacity.tables.public.words import Told
from capacity.tables.words import Word

HEADING_MM = 8.5
_GAP_MM = 4.0
_PARTS = {1: (0.25, 0.12, 0.15, 0.21, 0.27), 2: (0.26, 0.18, 0.19, 0.20, 0.17)}
"""Widths of the columns, as parts of a block."""


def draw_table(paper: Paper, rows: Sequence[Row], plan: Plan, top: float) -> float:
    """Draw the rows, block by block; returns the y below the longest block."""
    per_block = max(1, math.ceil(len(rows) / plan.blocks))
    width = (INNER_MM - _GAP_MM * (plan.blocks - 1)) / plan.blocks
    for block in range(plan.blocks):
        x = MARGIN_MM + block * (width + _GAP_MM)
        mine = rows[block * per_block : (block + 1) * per_block]
        if mine or block == 0:
            _draw_headings(paper, x, top, width, plan)
        for place, row in enumerate(mine):
            _draw_row(paper, row, x, top + HEADING_MM + place * plan.row_mm, width, plan)
    return top + HEADING_MM + per_block * plan.row_mm


def _draw_headings(paper: Paper, x: float, y: float, width: float, plan: Plan) -> None:
    paper.box(x, y, width, HEADING_MM - 0.6, fill=INK)
    size = min(9.5, plan.type_pt + 0.5)
    for word, part in zip(HEADINGS, _PARTS[plan.blocks], strict=True):
        room = part * width - 1.6
        zh = word.zh if paper.fits(word.zh, size, room) else word.zh.split("（")[0]
        small = max(SMALLEST_PT, size * 0.72)
        en = word.en if paper.fits(word.en, small, room) else word.en.split(" (")[0]
        if paper.letters.chinese:
            paper.put(x + 0.8, y + 3.7, zh, size, width=room, bold=True, colour=WHITE)
            paper.put(x + 0.8, y + 6.7, en, small, width=room, colour=WHITE)
        else:
            paper.put(x + 0.8, y + 5.0, word.en, size, width=room, bold=True, colour=WHITE)
        x += part * width


def _draw_row(paper: Paper, row: Row, x: float, y: float, width: float, plan: Plan) -> None:
    """One area. A long kind of works is left out before a text is made smaller than the others."""
    paper.rule(y + plan.row_mm, LINE, 0.12, x, width)
    letters, parts = paper.letters, _PARTS[plan.blocks]
    relief = row.relief
    if not paper.fits(letters.say(relief), plan.type_pt * 0.88, parts[4] * width - 1.6):
        relief = row.relief_short
    name = letters.drawable(row.name, f"{row.name} {row.code}" if letters.chinese else row.code)
    cells: list[Word | Told] = [Word(name, row.code), state_word(row.state), row.capacity, row.why, relief]
    chip = min(3.4, plan.row_mm * 0.66)
    for place, (cell, part) in enumerate(zip(cells, parts, strict=True)):
        left, room = x + 0.8, part * width - 1.6
        if place == 1:
            paper.swatch(left, y + (plan.row_mm - chip) / 2.0, chip, chip, row.state)
            left, room = left + chip + 0.9, room - chip - 0.9
        text = cell.zh if letters.chinese else (name if place == 0 else cell.en)
        _draw_cell(paper, left, y, letters.drawable(text), cell.en, room, plan, bold=place == 2)
        x += part * width


def _draw_cell(
    paper: Paper, x: float, y: float, text: str, english: str, room: float, plan: Plan, *, bold: bool
) -> None:
    size = plan.type_pt
    two_lines = plan.english and paper.letters.chinese
    middle = y + plan.row_mm * (0.36 if two_lines else 0.5)
    paper.put(x, middle + 0.36 * size * MM_PER_PT, text, size, width=room, bold=bold, colour=TEXT)
    if two_lines and english != text and english:
        baseline = y + plan.row_mm * 0.76 + 0.36 * size * 0.66 * MM_PER_PT
        paper.put(x, baseline, english, max(6.2, size * 0.66), width=room, colour=MUTED)
