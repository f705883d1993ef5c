"""A way as the legs of a route: new ground, then stretches of existing lines, with their points in degrees."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.applications.places.projecting import Floats, lengths
from capacity.applications.places.routes import length_factors
from capacity.applications.places.walking import Ways
from capacity.tables.places import Certainty, RouteLeg
from capacity.tables.search import SearchRules


@dataclass(frozen=True)
class Route:
    """A route with its points on the plane.

    ``stretches`` are those followed; ``joined`` is the station where existing routes begin, -1 where the route ends
    there or at a tee.
    """

    legs: tuple[RouteLeg, ...]
    points: Floats
    stretches: tuple[int, ...]
    joined: int
    lines: frozenset[int]

    @property
    def new_m(self) -> float:
        """Metres of new line."""
        return sum((leg.length_m for leg in self.legs if leg.new), 0.0)

    @property
    def along_m(self) -> float:
        """Metres along existing lines."""
        return sum((leg.length_m for leg in self.legs if not leg.new), 0.0)


@dataclass(frozen=True)
class _Piece:
    line: int
    length_m: float
    points: Floats


def route_to(ways: Ways, place: int, rules: SearchRules, *, alone: bool = False) -> Route:
    """The route of a way; ``alone``: of the new line that leads to the place without joining existing routes."""
    path = [place] if alone else ways.places_to(place)
    new = ways.new_part(path[0], alone=alone)
    drawn = float(lengths(new[:-1], new[1:]).sum())
    pieces, stretches = [], []
    for here, there in pairwise(path):
        stretch, line, length_m = _between(ways, here, there, rules)
        stretches += [stretch] if stretch >= 0 else []
        pieces.append(_Piece(line, length_m, ways.xy[[here, there]]))
    joined = [(-1, drawn * ways.detour_factor, new)] if drawn > 0.0 else []
    for piece in pieces:
        if joined and joined[-1][0] == piece.line + 1:
            code, length_m, points = joined[-1]
            joined[-1] = (code, length_m + piece.length_m, np.vstack([points, piece.points[1:]]))
        else:
            joined.append((piece.line + 1, piece.length_m, piece.points))
    grid = ways.grid
    flat = np.vstack([points for _, _, points in joined]) if joined else np.empty((0, 2))
    degrees = np.split(grid.degrees(flat), np.cumsum([len(points) for _, _, points in joined])[:-1]) if joined else []
    legs = tuple(
        RouteLeg(
            new=code < 0,
            line_id=str(grid.lines.ids[code - 1]) if code > 0 else "",
            length_m=float(length_m),
            drawn_m=float(lengths(points[:-1], points[1:]).sum()),
            points=tuple((float(x), float(y)) for x, y in shown),
        )
        for (code, length_m, points), shown in zip(joined, degrees, strict=True)
    )
    first = path[0] if len(path) > 1 and path[0] < ways.station_count else -1
    lines = frozenset(code - 1 for code, _, _ in joined if code > 0)
    return Route(legs, flat, tuple(stretches), first, lines)


def certainty(ways: Ways, lines: frozenset[int]) -> Certainty:
    """The weakest certainty of the lines followed or teed."""
    known = ways.grid.lines.geometry_known
    return "line_geometry" if all(known[line] for line in lines) else "straight_assumed"


def _between(ways: Ways, here: int, there: int, rules: SearchRules) -> tuple[int, int, float]:
    """The stretch between two places next to each other on a way (-1 beside a tee), its line (-1) and metres."""
    grid = ways.grid
    tee = max(here, there) - ways.station_count
    if tee >= 0:
        line = int(ways.tees.line[tee])
        factor = float(length_factors(grid.lines.stated_ratio[[line]], rules)[0])
        return -1, line, float(lengths(ways.xy[here], ways.xy[there])) * factor
    entries = slice(grid.routes.pointers[here], grid.routes.pointers[here + 1])
    stretch = int(grid.routes.stretch[entries][grid.routes.neighbours[entries] == there][0])
    return stretch, int(grid.routes.line[stretch]), float(grid.routes.drawn_m[stretch] * ways.factors[stretch])
