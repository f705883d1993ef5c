"""How a notice is laid out: as large as its areas allow, never smaller than can be read, always one page."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """A layout of the table: blocks side by side, type size, height of a row, and whether English stands below."""

    blocks: int
    type_pt: float
    row_mm: float
    english: bool


PLANS = (
    Plan(blocks=1, type_pt=10.5, row_mm=9.6, english=True),
    Plan(blocks=1, type_pt=9.5, row_mm=7.8, english=True),
    Plan(blocks=1, type_pt=9.0, row_mm=5.0, english=False),
    Plan(blocks=2, type_pt=8.0, row_mm=4.3, english=False),
    Plan(blocks=2, type_pt=7.0, row_mm=3.6, english=False),
    Plan(blocks=2, type_pt=6.5, row_mm=3.1, english=False),
)
"""From roomy to dense. 6.5 pt is the least that a reader is asked to read on paper."""


def rows_of(plan: Plan, height_mm: float) -> int:
    """Rows that fit a height, all blocks together."""
    return plan.blocks * max(0, math.floor(height_mm / plan.row_mm))


def choose_plan(areas: int, height_mm: float) -> Plan:
    """The roomiest plan that holds so many areas; the densest where none does."""
    return next((plan for plan in PLANS if rows_of(plan, height_mm) >= areas), PLANS[-1])
