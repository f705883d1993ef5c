"""How far apart places are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyproj

from capacity.planning.candidates.ground import Ground

EARTH_M = 6_371_000.0
Pair = tuple[int, int, float]
"""Two buses and the straight metres between them."""


@dataclass(frozen=True)
class Map:
    """Straight lines between buses in metres; NaN where a place is not known."""

    ground: Ground

    @cached_property
    def xy_m(self) -> dict[int, tuple[float, float]]:
        """Places of buses on a plane that is true to scale around the middle of the case."""
        buses = self.ground.grid.buses
        xy = buses[["x", "y"]].to_numpy(dtype=np.float64)
        if pyproj.CRS(self.ground.situation.case.settings.crs).is_geographic:
            known = xy[np.isfinite(xy).all(axis=1)]
            middle = math.radians(float(np.median(known[:, 1]))) if len(known) else 0.0
            xy = np.radians(xy) * EARTH_M * np.array([math.cos(middle), 1.0])
        return {int(bus): (float(x), float(y)) for bus, (x, y) in zip(buses.index, xy, strict=True)}

    def metres(self, one: int, other: int) -> float:
        """Straight distance."""
        (x, y), (u, v) = self.xy_m[one], self.xy_m[other]
        return math.hypot(x - u, y - v)

    def route_m(self, one: int, other: int) -> float:
        """Length of a route, detour included, at least a metre."""
        return max(1.0, self.metres(one, other) * self.ground.choices.values.detour_factor.value)

    def nearest(self, ones: Iterable[int], others: Iterable[int]) -> Pair | None:
        """The nearest pair and its straight distance; None where no distance is known."""
        first, second = sorted(set(ones)), sorted(set(others))
        if not first or not second:
            return None
        a, b = (np.array([self.xy_m[bus] for bus in buses]) for buses in (first, second))
        apart: npt.NDArray[np.float64] = np.hypot(*np.moveaxis(a[:, None] - b[None], -1, 0))
        if not np.isfinite(apart).any():
            return None
        i, j = np.unravel_index(np.nanargmin(apart), apart.shape)
        return first[int(i)], second[int(j)], float(apart[i, j])
