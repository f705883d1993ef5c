"""What can go wrong with the register, each error with the facts its sentence is made of, Chinese and English."""

from __future__ import annotations

from capacity.errors import RegisterError
from capacity.tables.register import Claim, ElementVersion, Refusal


class NotAllowed(RegisterError):
    """The application's status does not allow the step."""


class Changed(RegisterError):
    """Somebody else changed the application since the caller read it."""


class Refused(RegisterError):
    """The application is not accepted; ``refusal`` says why, with figures."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.sentence_en, refusal.sentence_zh)

    def __reduce__(self) -> tuple[type[RegisterError], tuple[object, ...]]:
        return type(self), (self.refusal,)


class StaleClaim(RegisterError):
    """What the claim was computed on has moved: compute it again. ``moved`` holds the elements as they are now."""

    def __init__(self, claim: Claim, moved: tuple[ElementVersion, ...]) -> None:
        self.claim, self.moved = claim, moved
        names = (
            ", ".join(f"{one.element_type} {one.element_id}" for one in moved) or f"application {claim.application_id}"
        )
        super().__init__(
            f"the figure of {claim.figure_kva:.1f} kVA for {claim.application_id} no longer holds: what is reserved on "
            f"{names} has changed since it was computed. Compute it again.",
            f"申请 {claim.application_id} 所依据的 {claim.figure_kva:.1f} kVA 已失效：计算之后 {names} "
            "的已批未投有变动。请重新计算。",
        )

    def __reduce__(self) -> tuple[type[RegisterError], tuple[object, ...]]:
        return type(self), (self.claim, self.moved)
