"""Table 4: a whole city. The place where its run is measured; while it is not, the table says so."""

from __future__ import annotations

from benchmarks.table import NONE, NOT_COMPUTED, Table

HEADER = ("transformers", "LV nodes", "steps", "run or extrapolated", "wall s", "CPU s", "peak memory MB")


def table(command: str) -> Table:
    """The city's rows."""
    return Table("city", "A city", command, HEADER, ((NOT_COMPUTED, *[NONE] * (len(HEADER) - 1)),))
