"""A service for tests: the hand-worked case, an assessor that answers with the sample, a register of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from desks import judging
from fastapi.testclient import TestClient
from hand_case import hand_case
from sample_assessment import Variant, sample_assessment

from capacity.applications import register as reg
from capacity.errors import RequestError
from capacity.policy import policy_of
from capacity.service import AuditLog, KeyRing, Limits, Service, create_app
from capacity.service.keys import Key, Role, one_time_key
from capacity.tables.assessment import Assessment, Basis, Request
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.register import Application, Claim, Refusal, Snapshot

ROOMY = Limits(per_minute=1e6, burst=1e6, address_per_minute=1e6, address_burst=1e6, wrong_keys_per_minute=1e6)


@dataclass
class FakeAssessor:
    """Answers every sound request with the sample; judges by 100 kVA a transformer less what is reserved there."""

    variant: Variant = "plain"
    thinking_seconds: float = 0.0
    room_kva: float = 100.0
    taken: list[str] = field(default_factory=list)

    @property
    def basis(self) -> Basis:
        made = sample_assessment(variant=self.variant).basis
        return replace(made, register_sha256=self.taken[-1] if self.taken else "")

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        faults = []
        if request.kw <= 0.0:
            faults.append(("申请容量须大于 0 kW。", "the power must be above 0 kW."))
        place = request.place
        given = [place.longitude is not None and place.latitude is not None, place.node_id, place.transformer_id]
        if sum(map(bool, given)) != 1:
            faults.append(("请给出一个位置。", "give one place."))
        if faults:
            raise RequestError([zh for zh, _ in faults], [en for _, en in faults])
        return replace(sample_assessment(variant=self.variant, hours=hours), request=request)

    def assess_in_order(self, requests: Sequence[Request]) -> tuple[Assessment | Exception, ...]:
        return tuple(self.assess(one) for one in requests)

    def take_up(self, snapshot: Snapshot) -> None:
        self.taken.append(snapshot.sha256)

    def judge(self, application: Application, snapshot: Snapshot) -> Claim | Refusal:
        facts = replace(application.facts, transformer_id=application.facts.transformer_id or "T1")
        answer = judging(self.thinking_seconds, self.room_kva)(replace(application, facts=facts), snapshot)
        feeder_id = application.facts.feeder_id
        if isinstance(answer, Refusal) or feeder_id is None:
            return answer
        feeder = snapshot.version("feeder", feeder_id)
        return replace(answer, elements=tuple(feeder if e.element_type == "feeder" else e for e in answer.elements))


@dataclass
class Served:
    """A running service with a key for each role."""

    service: Service
    client: TestClient
    assessor: FakeAssessor
    presented: dict[str, str]

    def ask(self, method: str, path: str, who: str | None = "engineer", **more: Any) -> Any:
        headers = {**({"X-API-Key": self.presented[who]} if who else {}), **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, who: str | None = "engineer", **more: Any) -> Any:
        return self.ask("GET", path, who, **more)

    def post(self, path: str, body: object, who: str | None = "engineer", **more: Any) -> Any:
        return self.ask("POST", path, who, json=body, **more)

    def offered(self, p_kw: float = 50.0, transformer_id: str = "T1", who: str = "engineer") -> dict[str, Any]:
        """An application that only waits to be accepted."""
        facts = {"p_kw": p_kw, "customer_kind": "small_business", "transformer_id": transformer_id, "power_factor": 1.0}
        made = self.post("/applications", facts, who)
        assert made.status_code == 201, made.text
        done = self.post(f"/applications/{made.json()['application_id']}/offer", {"version": 1}, who)
        assert done.status_code == 200, done.text
        return done.json()


WHO: dict[str, tuple[str, Role]] = {
    "viewer": ("wang", "viewer"),
    "engineer": ("li", "engineer"),
    "colleague": ("zhao", "engineer"),
    "admin": ("chen", "admin"),
}


@cache
def _keys() -> tuple[tuple[Key, ...], dict[str, str]]:
    made = {name: one_time_key(who, role) for name, (who, role) in WHO.items()}
    return tuple(key for key, _ in made.values()), {name: presented for name, (_, presented) in made.items()}


@cache
def _case() -> tuple[Case, Policy]:
    made = hand_case()
    return made, policy_of(made)


def serving(
    folder: Path,
    *,
    with_register: bool = True,
    limits: Limits = ROOMY,
    assessor: FakeAssessor | None = None,
    **more: Any,
) -> Served:
    """A service in a folder; its client asks as http://127.0.0.1."""
    keys, presented = _keys()
    (case, rules), assessor = _case(), assessor or FakeAssessor()
    service = Service(
        case=case,
        assessor=assessor,
        rules=rules,
        keys=KeyRing(extra=keys),
        register=reg.create_register(str(folder / "register.db")) if with_register else None,
        audit=AuditLog(folder / "audit.jsonl"),
        limits=limits,
        **more,
    )
    client = TestClient(create_app(service), base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    return Served(service, client, assessor, presented)
