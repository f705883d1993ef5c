"""The files that an assessor is opened from, so that another process can open the same."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from capacity.applications.requests.no_go_file import read_no_go
from capacity.assessing.assessor import CaseAssessor, Progress, open_assessor
from capacity.case import load_case, load_scenario
from capacity.tables.case import Case
from capacity.tables.register import SNAPSHOT_HASH, Snapshot


@dataclass(frozen=True)
class CaseFiles:
    """A case folder, with what is laid over it where anything is: a scenario, polygons that no new line may enter."""

    folder: Path
    scenario: Path | None = None
    no_go: Path | None = None

    def open(
        self, snapshot: Snapshot | None = None, *, workers: int | None = None, progress: Progress | None = None
    ) -> tuple[Case, CaseAssessor]:
        """Read the case and open it; see :func:`~capacity.assessing.assessor.open_assessor`."""
        if progress is not None:
            progress("reading case", 0, 0)
        case = load_case(self.folder)
        assessor = open_assessor(
            case,
            snapshot=snapshot,
            scenario=load_scenario(self.scenario) if self.scenario else None,
            no_go=read_no_go(self.no_go) if self.no_go else None,
            workers=workers,
            progress=progress,
        )
        return case, assessor


def mark_of(assessor: CaseAssessor) -> tuple[str, ...]:
    """What two assessors have in common that answer alike, whatever the register says: program and files."""
    hashes = assessor.ground.case.hashes
    return (version("capacity"), *(f"{name} {sha}" for name, sha in sorted(hashes.items()) if name != SNAPSHOT_HASH))
