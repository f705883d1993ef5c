"""A problem found in the input: what a check returns, never raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Issue:
    """One problem, in the reader's words.

    An ``error`` stops a run; a ``warning`` travels into the results as data quality of the areas concerned;
    an ``info`` states something derived or assumed.

    Attributes
    ----------
    check : code of the check that found it, e.g. ``readings.negative_power``; documented in docs/checks.md.
    table, column : where it stands; ``column`` is empty when it concerns the table as a whole.
    ids : the ids (or row numbers as ``row 17``) concerned, all of them.
    sentence_en, sentence_zh : what is wrong, with the value found and the remedy, one or two sentences.
    file : the file's name inside the case folder (or the file given on the command line).
    effect : what it does to the results, for warnings (English code from ``words``: e.g. ``rejected_readings``).
    area_ids : the areas whose results it touches, where known.
    """

    severity: Severity
    check: str
    table: str
    column: str
    ids: tuple[str, ...]
    sentence_en: str
    sentence_zh: str
    file: str = ""
    effect: str = ""
    area_ids: tuple[str, ...] = ()

    @property
    def location(self) -> str:
        """File or table, column and the first ids, as one phrase for lists."""
        place = self.file or self.table
        if self.column:
            place += f"[{self.column}]"
        if self.ids:
            shown = ", ".join(self.ids[:5]) + (f" and {len(self.ids) - 5} more" if len(self.ids) > 5 else "")
            place += f" ({shown})"
        return place
