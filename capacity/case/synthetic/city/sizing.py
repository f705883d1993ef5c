"""What a planner would have built for the planned peaks, and what is left of older days: conductors and ratings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from capacity.case import equipment
from capacity.case.equipment.library import Level, LineType
from capacity.case.synthetic.city.plan import CityPlan
from capacity.case.synthetic.city.weather import mix_curve
from capacity.case.synthetic.plan import AreaClass, Conductor, TransformerPlan
from capacity.case.synthetic.sketch import LV_KV, MV_KV
from capacity.units import rated_current_a

CABLES = tuple(Conductor("YJLV22-8.7/15", mm2) for mm2 in (70, 120, 185)) + tuple(
    Conductor("YJV22-8.7/15", mm2) for mm2 in (150, 240, 300, 400)
)
OVERHEAD = tuple(Conductor("JKLYJ-10", mm2) for mm2 in (50, 70, 95, 120, 150, 185, 240))
OLD_OVERHEAD = tuple(Conductor("LGJ", mm2) for mm2 in (35, 50, 70))
LV_OVERHEAD = tuple(Conductor("JKLYJ-1", mm2) for mm2 in (16, 25, 35, 50, 70, 95, 120, 150, 185, 240))
PLANNED_PERCENT = 55.0
"""Ordinary sections carry at most this much of their rated current at the planned peak."""
PLANNED_DROP_PERCENT = 3.0
SECTION_LIMITS_PERCENT = (100.0, 70.0, 60.0, 50.0)
"""Limits that a weak section's feeder may have: its rating, or what N-1 transfer leaves of it (P9)."""
SUBSTATION_PERCENT = 70.0
RATINGS_KVA = (
    1000,
    1600,
    2000,
    2500,
    3150,
    4000,
    5000,
    6300,
    8000,
    10000,
    12500,
    16000,
    20000,
    25000,
    31500,
    40000,
    50000,
    63000,
    80000,
    100000,
    126000,
    150000,
    180000,
    240000,
    300000,
    400000,
)
"""Of all HV/MV transformers of a substation together."""
COS_PHI, SIN_PHI = 0.96, 0.28
"""Of a planned peak."""


@dataclass(frozen=True)
class Weak:
    """A conductor near its limit and the limit that its feeder has."""

    conductor: Conductor
    limit_percent: float


def demand_kva(plan: CityPlan, transformers: Iterable[TransformerPlan]) -> float:
    """The highest apparent power of transformers together, from the curves of their mixes."""
    peaks: dict[tuple[str, str], float] = {}
    for one in transformers:
        key = (one.mix, one.variant)
        peaks[key] = peaks.get(key, 0.0) + one.peak.percent / 100.0 * one.rated_kva
    if not peaks:
        return 0.0
    return float(np.abs(sum(kva * mix_curve(plan, *key) for key, kva in peaks.items())).max())


def rated_a(conductor: Conductor) -> float:
    """Rated current by the equipment library."""
    return _type_of(conductor, "lv" if conductor in LV_OVERHEAD else "mv").rated_current_a.value


@cache
def _type_of(conductor: Conductor, level: Level) -> LineType:
    found = equipment.line(f"{conductor.family}-{conductor.cross_section_mm2}", level)
    assert found is not None  # every conductor named here is in the library
    return found


def ordinary_trunk(kva: float, choices: Sequence[Conductor], length_km: float, limit_percent: float) -> Conductor:
    """The smallest conductor that carries a demand with reserve, and along an evenly loaded trunk without much drop.

    The largest if none does.
    """
    allowed = PLANNED_PERCENT / 100.0 * limit_percent / 100.0
    current_a = rated_current_a(kva, MV_KV)
    return next(
        (
            one
            for one in choices
            if rated_a(one) * allowed >= current_a and drop_percent(kva, length_km, one) <= PLANNED_DROP_PERCENT
        ),
        choices[-1],
    )


def drop_percent(kva: float, length_km: float, conductor: Conductor) -> float:
    """Voltage drop along a trunk whose load is spread evenly over its length."""
    found = _type_of(conductor, "mv")
    ohm_per_km = COS_PHI * found.r_ohm_per_km.value + SIN_PHI * found.x_ohm_per_km.value
    return kva / 1000.0 * ohm_per_km * length_km / 2.0 / MV_KV**2 * 100.0


def weak_section(kva: float, choices: Sequence[Conductor], wanted_percent: float) -> Weak | None:
    """The conductor and limit with which a demand comes nearest to ``wanted_percent`` of the limit; None if far off."""
    current_a = rated_current_a(kva, MV_KV)
    found = [
        (abs(current_a / (rated_a(one) * limit / 100.0) * 100.0 - wanted_percent), k, Weak(one, limit))
        for k, one in enumerate(choices)
        for limit in SECTION_LIMITS_PERCENT
    ]
    off, _, weak = min(found, key=lambda one: one[:2])
    return weak if off <= 10.0 else None


def old_trunk(kva: float, length_km: float, wanted_drop_percent: float) -> Conductor:
    """The overhead conductor whose voltage drop along an evenly loaded trunk is nearest to ``wanted_drop_percent``."""
    fitting = [one for one in (*OLD_OVERHEAD, *OVERHEAD) if rated_a(one) >= rated_current_a(kva, MV_KV)]

    return min(fitting or OVERHEAD[-1:], key=lambda one: abs(drop_percent(kva, length_km, one) - wanted_drop_percent))


def substation_rating_kva(kva: float, weak: bool) -> float:
    """The next rating above the demand for a weak substation (80 … 100 % loaded), else one with reserve."""
    needed = kva if weak else kva / (SUBSTATION_PERCENT / 100.0)
    return float(next((rating for rating in RATINGS_KVA if rating >= needed), RATINGS_KVA[-1]))


def lv_conductor(current_a: float) -> Conductor:
    """The smallest LV overhead conductor that carries a current; the largest if none does."""
    return next((one for one in LV_OVERHEAD if rated_a(one) >= current_a), LV_OVERHEAD[-1])


def lv_conductor_near(current_a: float, wanted_percent: float) -> Conductor:
    """The LV overhead conductor of which a current is nearest to ``wanted_percent``."""
    return min(LV_OVERHEAD, key=lambda one: abs(100.0 * current_a / rated_a(one) - wanted_percent))


def main_length_m(kva: float, poles: int, conductor: Conductor, drop_percent: float) -> float:
    """Length of a main whose end lies ``drop_percent`` lower, its load spread over its poles; at most 1.3 km."""
    found = _type_of(conductor, "lv")
    ohm_per_km = COS_PHI * found.r_ohm_per_km.value + SIN_PHI * found.x_ohm_per_km.value
    mean_place = (poles + 1) / (2 * poles)
    per_km = np.sqrt(3.0) * rated_current_a(kva, LV_KV) * ohm_per_km * mean_place / (LV_KV * 1000.0)
    return float(min(drop_percent / 100.0 / per_km, 1.3) * 1000.0)


def trunk_choices(area_class: AreaClass) -> Sequence[Conductor]:
    """What feeders of a class are built of: cable in town centres, covered overhead lines elsewhere."""
    return CABLES if area_class in ("city", "county") else OVERHEAD
