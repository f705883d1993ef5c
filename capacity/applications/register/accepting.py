"""Accepting: a kilowatt is promised once, because a promise stands only on the state that it was computed on."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

from capacity.applications.register.errors import Refused, StaleClaim
from capacity.applications.register.events import status_after
from capacity.applications.register.facts import claim_as_json, refusal_as_json
from capacity.applications.register.opening import Register
from capacity.applications.register.reading import application, take_snapshot
from capacity.applications.register.records import bump, current, record, writing
from capacity.errors import RegisterError
from capacity.tables.register import Application, Claim, Compute, Refusal

ATTEMPTS = 12
"""How often a figure is computed anew before the desk is told that others are faster."""
_PAUSE_SECONDS = 0.02


def accept(register: Register, application_id: str, claim: Claim, *, who: str, why: str = "") -> Application:
    """Accept an application and reserve what the claim states, if the claim still holds.

    In one transaction: the application and every transformer, feeder and substation of the claim are what they were
    when it was computed, else nothing happens; then their versions move, so that no other claim on them holds any more.

    Raises
    ------
    StaleClaim
        Something was reserved or freed there since; compute the figure again.
    Refused
        The claim itself reserves more than its figure.
    NotAllowed
        The application is not offered.
    """
    _sound(claim, application_id)
    with writing(register) as connection:
        found = current(connection, application_id)
        status_after("accepted", application_id, found.status)
        _fits(claim, found)
        if found.version != claim.application_version:
            raise StaleClaim(claim, ())
        moved = bump(connection, claim.elements, only_unchanged=True)
        if moved:
            raise StaleClaim(claim, tuple(moved))
        content = claim_as_json(claim)
        changes = {
            "reserved_kw": claim.reserved_kw,
            "reserved_kva": claim.reserved_kva,
            "claim": content,
            "offer_valid_until": None,
        }
        record(connection, found, "accepted", who=who, why=why, details=content, changes=changes)
    return application(register, application_id)


def accept_with(
    register: Register,
    application_id: str,
    compute: Compute,
    *,
    who: str,
    why: str = "",
    attempts: int = ATTEMPTS,
    expected_version: int | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Application:
    """Compute a claim on the register as it stands and accept on it; where that moved meanwhile, do both again.

    Parameters
    ----------
    compute : judges the application against a snapshot. It runs outside every transaction and may take its time.
    attempts : how often, at most.
    expected_version : of the application, as the desk saw it.

    Returns
    -------
    The accepted application.

    Raises
    ------
    Refused
        The one clear answer where it is not accepted: why, with figures. A refusal for want of room is entered in the
        history.
    NotAllowed, Changed
        Somebody else took a step with this application.
    """
    stale: StaleClaim | None = None
    for attempt in range(attempts):
        found = application(register, application_id)
        if expected_version is not None and found.version != expected_version:
            with writing(register) as connection:  # says who changed it
                current(connection, application_id, expected_version)
        status_after("accepted", application_id, found.status)
        answer = compute(found, take_snapshot(register))
        if isinstance(answer, Refusal):
            _enter_refusal(register, found, answer, who, why)
            raise Refused(answer)
        try:
            return accept(register, application_id, answer, who=who, why=why)
        except StaleClaim as error:
            stale = error
            pause(random.uniform(0.0, _PAUSE_SECONDS * (attempt + 1)))
    assert stale is not None
    raise Refused(_too_busy(stale, attempts)) from stale


def _sound(claim: Claim, application_id: str) -> None:
    """A claim promises no more than its figure, and names what it depends on."""
    if claim.application_id != application_id:
        raise _unusable(f"it is of application {claim.application_id}", f"属于申请 {claim.application_id}")
    numbers = (claim.reserved_kw, claim.reserved_kva, claim.figure_kva)
    if not all(map(math.isfinite, numbers)) or min(claim.reserved_kw, claim.reserved_kva) <= 0.0:
        raise _unusable("its figures are not numbers above zero", "其数值不是正数")
    kinds = {element.element_type for element in claim.elements}
    if not {"feeder", "substation"} <= kinds:
        raise _unusable("it names no feeder or no substation", "未指明线路或变电站")
    if len({(e.element_type, e.element_id) for e in claim.elements}) != len(claim.elements):
        raise _unusable("it names an element twice", "重复指明同一设备")
    if round(claim.reserved_kva - claim.figure_kva, 9) > 0.0:
        raise Refused(
            Refusal(
                application_id,
                claim.reserved_kva,
                claim.figure_kva,
                f"application {application_id} needs {claim.reserved_kva:.1f} kVA, there is room for "
                f"{claim.figure_kva:.1f} kVA ({claim.basis_en}); it was not accepted.",
                f"申请 {application_id} 需 {claim.reserved_kva:.1f} kVA，可用 {claim.figure_kva:.1f} "
                f"kVA（{claim.basis_zh}），未予确认。",
            )
        )


def _fits(claim: Claim, found: Application) -> None:
    """A claim is of this application: where it connects, and no more power than it asks for."""
    if claim.reserved_kw > found.facts.p_kw:
        raise _unusable(
            f"it reserves {claim.reserved_kw:g} kW for a request of {found.facts.p_kw:g} kW",
            f"占用 {claim.reserved_kw:g} kW，超过申请容量 {found.facts.p_kw:g} kW",
        )
    named = {(element.element_type, element.element_id) for element in claim.elements}
    for kind, element_id in (("transformer", found.facts.transformer_id), ("feeder", found.facts.feeder_id)):
        if element_id is not None and (kind, element_id) not in named:
            raise _unusable(
                f"it does not name {kind} {element_id}, where the customer connects", f"未包含接入设备 {element_id}"
            )
    if found.facts.transformer_id is None and found.facts.node_id is None:
        raise RegisterError(
            f"application {found.application_id} has no connection point yet, so nothing could be reserved: amend it "
            "with a transformer or a node first.",
            f"申请 {found.application_id} 尚无接入点，无法占用容量：请先补充配变或接入点（amend）。",
        )


def _unusable(why_en: str, why_zh: str) -> RegisterError:
    return RegisterError(f"the claim cannot be used: {why_en}.", f"核定依据无效：{why_zh}。")


def _enter_refusal(register: Register, found: Application, answer: Refusal, who: str, why: str) -> None:
    """Kept in the history, unless somebody else has moved the application meanwhile."""
    with writing(register) as connection:
        fresh = current(connection, found.application_id)
        if fresh.version == found.version:
            record(connection, fresh, "refused", who=who, why=why, details=refusal_as_json(answer))


def _too_busy(stale: StaleClaim, attempts: int) -> Refusal:
    claim = stale.claim
    return Refusal(
        claim.application_id,
        claim.reserved_kva,
        claim.figure_kva,
        f"application {claim.application_id} needs {claim.reserved_kva:.1f} kVA; {attempts} times the figure (last "
        f"{claim.figure_kva:.1f} kVA) was overtaken by other desks before it could be accepted. Nothing was changed; "
        "repeat in a moment.",
        f"申请 {claim.application_id} 需 {claim.reserved_kva:.1f} kVA；核定结果（最近一次 {claim.figure_kva:.1f} "
        f"kVA）连续 {attempts} 次"
        "在确认前被其他席位抢先变动。未作任何更改，请稍后重试。",
    )
