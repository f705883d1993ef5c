"""The empty ledger workbook."""

from __future__ import annotations

from pathlib import Path

from capacity.case.ledger.layout import write_workbook


def write_template(path: Path) -> None:
    """Write the empty ledger workbook to ``path``: instructions, a sheet per table, a marked example row in each.

    Raises
    ------
    OSError
        When the file cannot be written, for instance because Excel has it open.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, {}, examples=True)
