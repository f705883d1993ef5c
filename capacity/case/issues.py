"""Short ways to state a problem found while reading."""

from __future__ import annotations

from collections.abc import Iterable

from capacity.tables.issue import Issue, Severity

MAX_ROWS_NAMED = 1000
"""Rows named in one issue; the sentence always states how many there are."""


def problem(
    severity: Severity,
    check: str,
    file: str,
    sentence_en: str,
    sentence_zh: str,
    *,
    column: str = "",
    ids: Iterable[object] = (),
    effect: str = "",
    area_ids: Iterable[object] = (),
) -> Issue:
    """An issue about ``file``; its table is the file's stem."""
    return Issue(
        severity=severity,
        check=check,
        table=file.split(".")[0],
        column=column,
        ids=tuple(str(one) for one in ids),
        sentence_en=sentence_en,
        sentence_zh=sentence_zh,
        file=file,
        effect=effect or ("stops_run" if severity == "error" else ""),
        area_ids=tuple(str(one) for one in area_ids),
    )


def rows(numbers: Iterable[int]) -> tuple[str, ...]:
    """Row numbers as ids, at most ``MAX_ROWS_NAMED`` of them."""
    named: list[str] = []
    for number in numbers:
        if len(named) == MAX_ROWS_NAMED:
            break
        named.append(f"row {number}")
    return tuple(named)


def quoted(values: Iterable[object], most: int = 5) -> str:
    """A few values in quotation marks, and how many more there are."""
    texts = [f"'{value}'" for value in values]
    shown = ", ".join(texts[:most])
    return shown + (f" … ({len(texts)})" if len(texts) > most else "")
