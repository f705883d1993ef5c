"""An assessor over one pot of kilowatts: first come, first served. Its answers are samples with another request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from sample_assessment import sample_assessment

from capacity.errors import RequestError
from capacity.tables.assessment import Assessment, Basis, Request
from capacity.tables.register import Application, Claim, Refusal, Snapshot


class FakeAssessor:
    """``room_kw`` is what there is for all; a negative power is refused, transformer ``BLIND`` is unknown."""

    def __init__(self, room_kw: float = 100.0) -> None:
        self.room_kw = room_kw
        self.asked: list[tuple[Request, bool]] = []
        self.snapshots: list[Snapshot] = []

    @property
    def basis(self) -> Basis:
        return sample_assessment().basis

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        self.asked.append((request, hours))
        return self._answer(request, self.room_kw, hours)

    def assess_in_order(self, requests: Sequence[Request]) -> tuple[Assessment | Exception, ...]:
        left, answers = self.room_kw, []
        for request in requests:
            try:
                found = self._answer(request, left, hours=False)
            except RequestError as error:
                answers.append(error)
                continue
            answers.append(found)
            promised = request.kw if found.verdict == "yes" else found.staged.firm_kw if found.staged else 0.0
            left -= promised
        return tuple(answers)

    def take_up(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def judge(self, application: Application, snapshot: Snapshot) -> Claim | Refusal:
        kw = application.facts.p_kw
        if kw > self.room_kw:
            return Refusal(application.application_id, kw / 0.95, self.room_kw / 0.95, "no room", "容量不足")
        named = {"transformer": application.facts.transformer_id, "feeder": application.facts.feeder_id or "F01"}
        elements = tuple(
            snapshot.version(kind, name)  # type: ignore[arg-type]  # the keys are element types
            for kind, name in {**named, "substation": "S1"}.items()
            if name is not None
        )
        return Claim(application.application_id, application.version, kw, kw / 0.95, self.room_kw / 0.95, elements,
                     basis_zh="潮流", basis_en="load flow")  # fmt: skip

    def _answer(self, request: Request, left_kw: float, hours: bool) -> Assessment:
        if request.kw <= 0.0:
            raise RequestError(["申请容量须大于 0。", "另一问题。"], ["the power must be above 0.", "another fault."])
        if request.place.transformer_id == "BLIND":
            return _with(sample_assessment(variant="unknown"), request)
        if request.kw <= left_kw:
            return _with(sample_assessment(), request)
        if left_kw > 0.0:
            found = sample_assessment(variant="staged", hours=hours)
            assert found.staged is not None
            offer = replace(found.staged, firm_kw=left_kw, firm_kva=left_kw / 0.95)
            return replace(_with(found, request), staged=offer)
        return _with(sample_assessment(variant="none"), request)


def _with(answer: Assessment, request: Request) -> Assessment:
    return replace(answer, request=request, asked_kva=request.kw / 0.95 if math.isfinite(request.kw) else math.nan)
