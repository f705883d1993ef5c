"""Pairs of measures of one LV network that are worth verifying together."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.tables.measure import Measure, Need


def combinations(measures: Sequence[Measure], needs: Sequence[Need]) -> tuple[frozenset[str], ...]:
    """Sets of measures worth verifying together where one alone does not clear a need."""
    return ()
