"""What an option can carry in one figure: the least of all that it has to keep."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.tables.assessment import Option
from capacity.tables.connection import Binding, RoomReason


@dataclass(frozen=True)
class Allowed:
    """The largest load within P6's limit; NaN where any part of it is unknown, with the reason."""

    kva: float
    binding: Binding | None
    reason: RoomReason


def allowed(option: Option) -> Allowed | None:
    """The least of the figure as a balanced load, on the worst phase, and by the second feeder of a dual supply.

    None where the option was not worked out.
    """
    findings = [one for one in (option.finding, option.second) if one is not None]
    if not findings:
        return None
    phases = [(one.phase, one.strict.reason) for one in findings if one.phase is not None]
    parts = [
        *(Allowed(one.strict.kva, one.strict.binding, one.strict.reason) for one in findings),
        *(Allowed(phase.room_kva, phase.binding, reason) for phase, reason in phases),
    ]
    unknown = next((part for part in parts if math.isnan(part.kva)), None)
    return unknown or min(parts, key=lambda part: part.kva)
