"""Table 5: one changed feeder. The place where its recomputation is measured; while it is not, the table says so."""

from __future__ import annotations

from benchmarks.question import Question
from benchmarks.table import NONE, NOT_COMPUTED, Table

HEADER = ("what changed", "feeder", "LV nodes", "steps", "wall s", "CPU s", "whole run, s", "equal to the whole run")


def table(question: Question, command: str) -> Table:
    """The rows of one changed feeder."""
    title = f"{question.network}: one changed feeder"
    return Table("feeder", title, command, HEADER, ((NOT_COMPUTED, *[NONE] * (len(HEADER) - 1)),))
