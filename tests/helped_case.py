"""A case that another process can open at once: its assessor answers samples, or ends its process, as it is asked."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from types import SimpleNamespace

from fake_assessor import FakeAssessor
from sample_assessment import sample_assessment

from capacity.errors import InputError
from capacity.tables.assessment import Assessment, Basis, Request
from capacity.tables.register import Snapshot

DEADLY, FAULTY = "deadly", "faulty"


class ToldApart(FakeAssessor):
    """Answers with its process in ``application_id`` and with the register that it sees as its basis."""

    def __init__(self, sha: str, files: str = "same") -> None:
        super().__init__()
        self.sha = sha
        self.ground = SimpleNamespace(case=SimpleNamespace(hashes={"network.json": files}))

    @property
    def basis(self) -> Basis:
        return replace(sample_assessment().basis, register_sha256=self.sha)

    def take_up(self, snapshot: Snapshot) -> None:
        self.sha = snapshot.sha256

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        if request.application_id == DEADLY and os.getpid() != int(request.category or 0):
            os._exit(9)
        if request.application_id == FAULTY:
            raise ZeroDivisionError("what broke inside")
        answer = super().assess(request, hours=hours)
        return replace(answer, request=replace(request, application_id=str(os.getpid())), basis=self.basis)


@dataclass(frozen=True)
class HelpedFiles:
    """Opens at once, like :class:`capacity.assessing.CaseFiles`; ``fault``: not at all; ``files``: which they are."""

    fault: bool = False
    files: str = "same"

    def open(self, snapshot: Snapshot | None, *, workers: int | None = None) -> tuple[None, ToldApart]:
        if self.fault:
            raise InputError([])
        return None, ToldApart(snapshot.sha256 if snapshot is not None else "", self.files)
