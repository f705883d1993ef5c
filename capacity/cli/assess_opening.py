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
    from capacity.study import Progress
    from capacity.tables.assessment import Assessor
    from capacity.tables.case import Case


@dataclass(frozen=True)
class Opened:
    """An assessor with the case and the register behind it."""

    case: Case
    register: Register | None
    assessor: Assessor
    told: Progress


@contextmanager
def opened(
    folder: Path, register: str | None, scenario: Path | None, no_go: Path | None, workers: int | None
) -> Iterator[Opened]:
    """Open the case for questions, telling what is done; the progress stays up while they are answered."""
    from capacity.applications.register import take_snapshot
    from capacity.applications.requests.no_go_file import read_no_go
    from capacity.assessing import open_assessor
    from capacity.case import load_case, load_scenario

    with printing.progress() as told:
        told("reading case", 0, 0)
        case = load_case(folder)
        desk = open_at(register) if register else None
        assessor = open_assessor(
            case,
            snapshot=take_snapshot(desk) if desk is not None else None,
            scenario=load_scenario(scenario) if scenario else None,
            no_go=read_no_go(no_go) if no_go else None,
            workers=workers,
            progress=told,
        )
        told("assessing", 0, 0)
        yield Opened(case, desk, assessor, told)
