"""Where a city's substations stand and where the areas of each feeder lie (kilometres from the city's middle).

Follows from the plan alone, without chance: every part knows its own ground without the others having been made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from capacity.case.synthetic.city.plan import CityPlan
from capacity.case.synthetic.geography import Point2
from capacity.case.synthetic.plan import AreaClass

TRANSFORMERS_PER_AREA = {"city": 3.2, "county": 3.2, "town": 3.2, "rural": 4.0}
BLOCK_KM = {"city": (0.42, 0.38), "county": (0.5, 0.45), "town": (0.6, 0.55)}
VILLAGE_RADIUS_KM = 0.95
VILLAGE_STEP_KM = 1.7
"""From one village of a feeder to the next, outwards."""
SECTOR_KM = 1.6
"""Width of a rural feeder's sector where its first village lies."""
BETWEEN_PARTS_KM = 0.4


@dataclass(frozen=True)
class FeederGround:
    """A feeder's class and how many public transformers, dedicated ones and areas it has."""

    area_class: AreaClass
    public: int
    dedicated: int
    areas: int

    @property
    def urban(self) -> bool:
        """Whether its areas are street blocks."""
        return self.area_class != "rural"


@dataclass(frozen=True)
class Blocks:
    """The grid of street blocks of a part: block size, columns, rows."""

    block_km: tuple[float, float]
    columns: int
    rows: int

    @property
    def corner_km(self) -> Point2:
        """South-west corner from the substation, which stands in the middle."""
        return (-0.5 * self.columns * self.block_km[0], -0.5 * self.rows * self.block_km[1])

    @property
    def radius_km(self) -> float:
        """Of the circle about the grid."""
        return math.hypot(*self.corner_km)


def feeder_grounds(plan: CityPlan, part: int) -> tuple[FeederGround, ...]:
    """What each feeder of a part supplies."""
    grounds = []
    for feeder in range(plan.feeders):
        area_class = plan.feeder_class(part, feeder)
        dedicated = plan.dedicated_of(part, feeder)
        public = plan.transformers - dedicated
        areas = max(1, round(public / TRANSFORMERS_PER_AREA[area_class]))
        grounds.append(FeederGround(area_class, public, dedicated, areas))
    return tuple(grounds)


def blocks_of(grounds: tuple[FeederGround, ...]) -> Blocks | None:
    """The street blocks of a part, as square as may be; None without urban feeders."""
    urban = [ground for ground in grounds if ground.urban]
    if not urban:
        return None
    count = sum(ground.areas for ground in urban)
    columns = math.ceil(math.sqrt(count))
    return Blocks(BLOCK_KM[urban[0].area_class], columns, math.ceil(count / columns))


def blocks_of_feeders(blocks: Blocks, areas: list[int]) -> list[list[tuple[int, int]]]:
    """Which blocks (column, row) each feeder gets: neighbours by direction from the middle, the nearest first."""
    cells = [(i, j) for j in range(blocks.rows) for i in range(blocks.columns)]

    def middle(cell: tuple[int, int]) -> Point2:
        return (cell[0] + 0.5 - blocks.columns / 2.0, cell[1] + 0.5 - blocks.rows / 2.0)

    around = sorted(cells, key=lambda cell: math.atan2(middle(cell)[1], middle(cell)[0]))
    found, start = [], 0
    for count in areas:
        found.append(sorted(around[start : start + count], key=lambda cell: math.hypot(*middle(cell))))
        start += count
    return found


def first_village_km(blocks: Blocks | None, rural: int) -> float:
    """Distance of a rural feeder's first village from the substation, with room for ``rural`` feeders side by side."""
    town = blocks.radius_km + VILLAGE_RADIUS_KM + 0.3 if blocks else 0.0
    return max(town, 1.2, rural * SECTOR_KM / (2.0 * math.pi))


def village_places(blocks: Blocks | None, areas: list[int], rng: np.random.Generator) -> list[list[Point2]]:
    """Where the villages of each rural feeder lie: outwards in its sector, now to the left, now to the right."""
    start_km = first_village_km(blocks, len(areas))
    turn = rng.uniform(0.0, 2.0 * math.pi)
    places = []
    for feeder, count in enumerate(areas):
        angle = turn + 2.0 * math.pi * feeder / len(areas)
        own = []
        for k in range(count):
            away = start_km + k * VILLAGE_STEP_KM
            aside = rng.uniform(-0.3, 0.3) * min(SECTOR_KM, 2.0 * math.pi * away / len(areas))
            x, y = away * math.cos(angle), away * math.sin(angle)
            own.append((x - aside * math.sin(angle), y + aside * math.cos(angle)))
        places.append(own)
    return places


def part_radius_km(plan: CityPlan, part: int) -> float:
    """Radius of the circle in which everything of a part lies."""
    grounds = feeder_grounds(plan, part)
    blocks = blocks_of(grounds)
    rural = [ground.areas for ground in grounds if not ground.urban]
    reach = blocks.radius_km + 0.3 if blocks else 0.0
    if rural:
        last = first_village_km(blocks, len(rural)) + (max(rural) - 1) * VILLAGE_STEP_KM
        reach = max(reach, last + 1.2 * VILLAGE_RADIUS_KM)
    return reach + BETWEEN_PARTS_KM


@lru_cache(maxsize=4)
def sites_km(plan: CityPlan) -> tuple[Point2, ...]:
    """Where the substations stand: each as near to the middle as its circle fits beside those before it."""
    radii = np.array([part_radius_km(plan, part) for part in range(plan.substations)])
    angles = np.arange(0.0, 2.0 * math.pi, 2.0 * math.pi / 48.0)
    placed = np.zeros((1, 2))
    for part in range(1, plan.substations):
        spots = [_touching(placed[k], radii[k] + radii[part], angles) for k in range(part)]
        candidates = np.concatenate(spots)
        gaps = np.hypot(*(candidates[:, None, :] - placed[None, :, :]).transpose(2, 0, 1))
        free = (gaps >= (radii[:part] + radii[part]) * 0.999).all(axis=1)
        nearest = np.argmin(np.where(free, np.hypot(candidates[:, 0], candidates[:, 1]), np.inf))
        placed = np.vstack([placed, candidates[nearest]])
    return tuple((float(x), float(y)) for x, y in placed)


def _touching(centre: np.ndarray, distance_km: float, angles: np.ndarray) -> np.ndarray:
    return centre + distance_km * np.column_stack([np.cos(angles), np.sin(angles)])
