"""An assessed option as an application of the register: the one that the desk chose, not only the best."""

from __future__ import annotations

import math
from dataclasses import replace

from capacity.applications.requests.recording import facts_of_answer
from capacity.tables.assessment import Assessment, Option
from capacity.tables.register import Facts


def facts_of(assessment: Assessment, option: Option, *, customer: str | None = None, note: str | None = None) -> Facts:
    """What the register is to hold, as ``capacity assess --record`` would enter it were this option the best."""
    staged = assessment.staged
    chosen = replace(
        assessment,
        options=(replace(option, rank=1),),
        verdict=option.verdict,
        staged=staged if staged is not None and staged.option_key == option.key else None,
    )
    facts = facts_of_answer(chosen)
    return replace(
        facts,
        area_class=assessment.area_class,
        longitude=_known(assessment.places.longitude),
        latitude=_known(assessment.places.latitude),
        customer=customer or None,
        note=note or None,
    )


def _known(degrees: float) -> float | None:
    return None if math.isnan(degrees) else degrees
