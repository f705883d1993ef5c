"""What a synthetic city is made of: how many of everything, and how often something is short."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from capacity.case.synthetic.plan import AreaClass
from capacity.errors import InputError
from capacity.tables.issue import Issue

CLASSES: tuple[AreaClass, ...] = ("city", "county", "town", "rural")
"""From the middle of the city outwards."""
FEWEST_NODES = 3
MOST_MONTHS = 12

NAMES, WEATHER, PART = range(3)
"""First key of a random stream (``CityPlan.stream``): city-wide ones, and those of a part, which its number follows."""


@dataclass(frozen=True)
class ClassMix:
    """Shares of the feeders by class of the land they supply; they need not add up to 1.

    The middle of the city is ``city``, followed outwards by the county seats, towns and villages.
    """

    city: float = 0.35
    county: float = 0.15
    town: float = 0.2
    rural: float = 0.3


@dataclass(frozen=True)
class Shortages:
    """How often something is planned short, as shares (0 … 1).

    Attributes
    ----------
    full_areas : of LV grid areas: their transformers are nearly full (P5 pre-control).
    overloaded_transformers : of public transformers: highest load 85 … 115 % of the rating.
    long_mains : of public transformers: one LV main so long and thin that its end lies near or below P10's floor.
    thin_mains : of public transformers: one LV main whose current comes near or above its conductor's rating.
    weak_sections : of feeders: a trunk section whose current comes near or above its limit.
    weak_feeders : of town and rural feeders: an old thin trunk with a large voltage drop.
    weak_substations : of substations: load between 80 and 100 % of the rating, so that nothing more may be connected.
    """

    full_areas: float = 0.12
    overloaded_transformers: float = 0.015
    long_mains: float = 0.05
    thin_mains: float = 0.05
    weak_sections: float = 0.12
    weak_feeders: float = 0.15
    weak_substations: float = 0.08


@dataclass(frozen=True)
class CityPlan:
    """A synthetic city: the same plan gives the same city, and the same part whether or not others are made.

    Attributes
    ----------
    substations : members of the city, one case each.
    feeders : 10 kV feeders per substation.
    transformers : distribution transformers per feeder, dedicated ones included.
    nodes : 0.4 kV buses per transformer (its busbar, poles and meter boxes), on average: a substation has exactly
        ``feeders * transformers * nodes`` of them, large transformers more than small ones.
    months : length of the load profiles, the months before ``as_of`` (at most 12).
    seed : of every random stream.
    dedicated_share : of transformers, owned by customers; they have no LV network and count in no area's room.
    pv_share : of public transformers with roofs of photovoltaics below them.
    profile_variants : how many independent profiles each load category has; a transformer's loads follow one of them.
    meters : with 15-minute readings of every transformer; costs about 3 MB a transformer and year in memory.
    """

    substations: int = 2
    feeders: int = 4
    transformers: int = 10
    nodes: int = 40
    months: int = 12
    seed: int = 1
    dedicated_share: float = 0.1
    pv_share: float = 0.1
    profile_variants: int = 3
    meters: bool = False
    as_of: dt.date = dt.date(2026, 11, 1)
    step_minutes: int = 15
    name: str = "wangchuan"
    title_zh: str = "望川市（合成城市）"
    title_en: str = "Wangchuan City (synthetic)"
    origin_lon_lat: tuple[float, float] = (101.2, 24.6)
    mix: ClassMix = field(default_factory=ClassMix)
    shortages: Shortages = field(default_factory=Shortages)

    def __post_init__(self) -> None:
        """Refuse what no city can be made of, naming every value at once."""
        if issues := [_issue(name, value, en, zh) for name, value, en, zh in _faults(self)]:
            raise InputError(issues)

    @property
    def member_ids(self) -> tuple[str, ...]:
        """Ids of the substations, which are the names of the member folders in upper case."""
        return tuple(substation_id(k) for k in range(self.substations))

    def feeder_class(self, part: int, feeder: int) -> AreaClass:
        """The class of a feeder: feeders are counted from the middle of the city outwards."""
        place = (part * self.feeders + feeder + 0.5) / (self.substations * self.feeders)
        shares = np.array([getattr(self.mix, one) for one in CLASSES], dtype=float)
        edges = np.cumsum(shares) / shares.sum()
        return CLASSES[int(np.searchsorted(edges, place))]

    def dedicated_of(self, part: int, feeder: int) -> int:
        """Dedicated transformers of a feeder: the share holds over the city, and one transformer stays public."""
        number = part * self.feeders + feeder
        per_feeder = self.transformers * self.dedicated_share
        count = math.floor((number + 1) * per_feeder) - math.floor(number * per_feeder)
        return min(count, self.transformers - 1)

    def is_weak_substation(self, part: int) -> bool:
        """Evenly spread over the city, the first one after half a period."""
        share = self.shortages.weak_substations
        return math.floor((part + 1) * share + 0.5) > math.floor(part * share + 0.5)

    def stream(self, *key: int) -> np.random.SeedSequence:
        """A random stream of its own for every key."""
        return np.random.SeedSequence(self.seed, spawn_key=key)

    def as_record(self) -> dict[str, Any]:
        """The plan as plain values, for ``city.toml``."""
        return asdict(self) | {"origin_lon_lat": list(self.origin_lon_lat)}


def substation_id(part: int) -> str:
    """``S001`` is the first."""
    return f"S{part + 1:03d}"


def _faults(plan: CityPlan) -> list[tuple[str, Any, str, str]]:
    least = {"substations": 1, "feeders": 1, "transformers": 1, "nodes": FEWEST_NODES, "months": 1}
    least |= {"profile_variants": 1, "seed": 0}
    found = [
        (name, getattr(plan, name), f"at least {value}", f"至少为 {value}")
        for name, value in least.items()
        if getattr(plan, name) < value
    ]
    if plan.months > MOST_MONTHS:
        found.append(("months", plan.months, f"at most {MOST_MONTHS}", f"不超过 {MOST_MONTHS}"))
    if not 0 < plan.step_minutes <= 60 or 60 % plan.step_minutes:
        found.append(("step_minutes", plan.step_minutes, "a divisor of 60", "60 的约数"))
    shares = {name: getattr(plan, name) for name in ("dedicated_share", "pv_share")}
    shares |= {f"mix.{name}": value for name, value in asdict(plan.mix).items()}
    shares |= {f"shortages.{name}": value for name, value in asdict(plan.shortages).items()}
    found += [
        (name, value, "between 0 and 1", "在 0 与 1 之间") for name, value in shares.items() if not 0.0 <= value <= 1.0
    ]
    if not any(asdict(plan.mix).values()):
        found.append(("mix", 0, "above 0 for at least one class", "至少一类大于 0"))
    return found


def _issue(name: str, value: Any, en: str, zh: str) -> Issue:
    return Issue(
        severity="error",
        check="city.plan",
        table="city",
        column=name,
        ids=(),
        sentence_en=f"'{name}' of a city must be {en}, not {value}.",
        sentence_zh=f"城市参数“{name}”应{zh}，现为 {value}。",
        effect="stops_run",
    )
