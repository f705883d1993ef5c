"""Tables on paper: the head again on every page, rows never cut, figures to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capacity.reports.paper import INK, INNER_MM, MARGIN_MM, PALE, WHITE, Paper
from capacity.tables.report import Grid
from capacity.tables.words import Word

_SIZE_PT, _DENSE_PT, _DENSE_COLUMNS = 7.8, 7.2, 9
_GAP_MM, _SHORT_MM, _ROW_MM, _TITLE_MM, _WIDEST_WORD_MM = 2.0, 75.0, 1.3, 6.0, 32.0


def draw(paper: Paper, grid: Grid, title: str, below_mm: float) -> None:
    """Draw a table below what stands on the paper already.

    Parameters
    ----------
    below_mm : the height of what is written below it, kept on the page of its last row.
    """
    layout = _layout(paper, grid)
    paper.room(_beginning(layout, below_mm))
    _title(paper, title)
    _head(paper, grid, layout)
    for number, (row, height) in enumerate(zip(grid.rows, layout.heights, strict=True)):
        last = number == len(grid.rows) - 1
        if paper.room(height + (below_mm if last else 0.0)):
            _head(paper, grid, layout)
        _row(paper, grid, row, layout, height, strong=number in grid.strong)
    paper.at += 0.8


def least_mm(paper: Paper, grid: Grid, below_mm: float) -> float:
    """The height that a heading above the table must find below itself."""
    return _beginning(_layout(paper, grid), below_mm)


@dataclass(frozen=True)
class _Layout:
    size: float
    widths: tuple[float, ...]
    head: float
    heights: tuple[float, ...]


def _layout(paper: Paper, grid: Grid) -> _Layout:
    size = _DENSE_PT if len(grid.columns) >= _DENSE_COLUMNS else _SIZE_PT
    widths = _widths(paper, grid, size)
    head = _height(paper, [column.heading for column in grid.columns], widths, size, bold=True)
    heights = tuple(_height(paper, row, widths, size, bold=n in grid.strong) for n, row in enumerate(grid.rows))
    return _Layout(size, widths, head, heights)


def _beginning(layout: _Layout, below_mm: float) -> float:
    """All of a short table, the head and two rows of a long one."""
    whole = sum(layout.heights) + layout.head + _TITLE_MM + below_mm
    return whole if whole <= _SHORT_MM else layout.head + _TITLE_MM + sum(layout.heights[:2])


def _widths(paper: Paper, grid: Grid, size: float) -> tuple[float, ...]:
    """By the columns' shares, but none narrower than its longest word while others have room."""
    total = sum(column.share for column in grid.columns)
    wanted = [INNER_MM * column.share / total for column in grid.columns]
    least = [
        min(_WIDEST_WORD_MM, paper.longest_word([column.heading, *(row[n] for row in grid.rows)], size) + _GAP_MM + 0.3)
        for n, column in enumerate(grid.columns)
    ]
    missing = sum(max(0.0, few - has) for few, has in zip(least, wanted, strict=True))
    spare = sum(max(0.0, has - few) for few, has in zip(least, wanted, strict=True))
    part = min(1.0, missing / spare) if spare else 0.0
    widths = [few if has < few else has - part * (has - few) for few, has in zip(least, wanted, strict=True)]
    return tuple(width * INNER_MM / sum(widths) for width in widths)


def _height(paper: Paper, row: Sequence[Word], widths: Sequence[float], size: float, *, bold: bool = False) -> float:
    cells = (
        paper.height(paper.say(cell), size, width - _GAP_MM, bold=bold) for cell, width in zip(row, widths, strict=True)
    )
    return max(cells) + _ROW_MM


def _title(paper: Paper, title: str) -> None:
    paper.at += paper.put(MARGIN_MM, paper.at, title, 9, bold=True, colour=INK) + 0.8


def _head(paper: Paper, grid: Grid, layout: _Layout) -> None:
    paper.set_fill_color(*INK)
    paper.rect(MARGIN_MM, paper.at, INNER_MM, layout.head, style="F")
    x = MARGIN_MM
    for column, width in zip(grid.columns, layout.widths, strict=True):
        paper.put(x + _GAP_MM / 2, paper.at + 0.5, paper.say(column.heading), layout.size, width=width - _GAP_MM,
                  bold=True, colour=WHITE, right=column.right)  # fmt: skip
        x += width
    paper.at += layout.head


def _row(paper: Paper, grid: Grid, row: Sequence[Word], layout: _Layout, height: float, *, strong: bool) -> None:
    if strong:
        paper.set_fill_color(*PALE)
        paper.rect(MARGIN_MM, paper.at, INNER_MM, height, style="F")
    x = MARGIN_MM
    for cell, column, width in zip(row, grid.columns, layout.widths, strict=True):
        paper.put(x + _GAP_MM / 2, paper.at + 0.5, paper.say(cell), layout.size, width=width - _GAP_MM, bold=strong,
                  right=column.right)  # fmt: skip
        x += width
    paper.at += height
    paper.rule(paper.at)
