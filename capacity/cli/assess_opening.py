"""What a question is put to: case, register, scenario, no-go areas, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from capacity.cli import printing
from capacity.cli.application_options import open_at

if TYPE_CHECKING:
    from capacity.applications.register import Register
    from capacity.assessing import CaseFiles
    from capacity.study import Progress
    from capacity.tables.assessment import Assessor
    from capacity.tables.case import Case
    from capacity.tables.register import Snapshot


@dataclass(frozen=True)
class Opened:
    """An assessor with the case and the register behind it; what it was opened from, where that is files."""

    case: Case
    register: Register | None
    assessor: Assessor
    told: Progress
    files: CaseFiles | None = None
    snapshot: Snapshot | None = None


@contextmanager
def opened(
    folder: Path, register: str | None, scenario: Path | None, no_go: Path | None, workers: int | None
) -> Iterator[Opened]:
    """Open the case for questions, telling what is done; the progress stays up while they are answered."""
    from capacity.applications.register import take_snapshot
    from capacity.assessing import CaseFiles

    with printing.progress() as told:
        desk, files = open_at(register) if register else None, CaseFiles(folder, scenario, no_go)
        snapshot = take_snapshot(desk) if desk is not None else None
        case, assessor = files.open(snapshot, workers=workers, progress=told)
        told("assessing", 0, 0)
        yield Opened(case, desk, assessor, told, files, snapshot)
