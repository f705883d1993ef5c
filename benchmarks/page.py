"""The measured parts of ``docs/benchmarks.md``: as the manual's generated parts, but the gate does not remake them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import Machine
from benchmarks.table import Table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_PART = re.compile(r"(<!-- measured: (?P<name>.+?) -->\n).*?(<!-- end of measured: (?P=name) -->)", re.DOTALL)


def rewritten(page: str, tables: Sequence[Table], machine: Machine) -> str:
    """``page`` with the tables in their places; parts that were not measured stay as they are.

    Raises
    ------
    ValueError
        If the page has no place for a table.
    """
    by_name = {table.name: table for table in tables}
    absent = by_name.keys() - {match["name"] for match in _PART.finditer(page)}
    if absent:
        raise ValueError(f"the page has no place for {', '.join(sorted(absent))}")

    def part(match: re.Match[str]) -> str:
        table = by_name.get(match["name"])
        return match[0] if table is None else f"{match[1]}\n{_content(table, machine)}\n\n{match[3]}"

    return _PART.sub(part, page)


def _content(table: Table, machine: Machine) -> str:
    return f"**{table.title}**\n\n```sh\n{table.command}\n```\n\n{table.as_markdown()}\n\n{machine.sentence()}"


def write(tables: Sequence[Table], machine: Machine) -> Path:
    """Write the tables into the manual's page and return its path."""
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), tables, machine), encoding="utf-8")
    return PAGE
