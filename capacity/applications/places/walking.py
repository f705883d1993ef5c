"""The shortest routes from one point: new ground first (round no-go areas), then along existing routes.

Every route is one new part, straight or bent at corners of no-go areas, to a station where it joins existing routes or
to its target; from there it follows existing stretches. Among all such routes the shortest is found, new metres counted
with the detour factor. Which stations may be joined depends on their straight distance alone, never on the no-go areas:
so taking an area away cannot lengthen a route.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from capacity.applications.places.grid_map import GridMap
from capacity.applications.places.no_go import NoGo
from capacity.applications.places.projecting import Floats, lengths
from capacity.applications.places.routes import Bools, Ints, length_factors
from capacity.tables.search import SearchRules

_PORTIONS = [16, 64, 256]


@dataclass(frozen=True)
class Tees:
    """Points on lines, the nearest to the customer on each: row of the line, metres along as drawn, and the point."""

    line: Ints
    drawn_at_m: Floats
    xy: Floats

    @classmethod
    def nearest(cls, grid: GridMap, at: Floats, lines: Ints) -> Tees:
        """The nearest point of every line."""
        shapes = grid.lines.shape[lines]
        along = shapely.line_locate_point(shapes, shapely.Point(at))
        return cls(lines, along, shapely.get_coordinates(shapely.line_interpolate_point(shapes, along)).reshape(-1, 2))


@dataclass(frozen=True)
class Ways:
    """Shortest ways from the customer's point to every station and tee.

    Places are numbered: stations first, then tees. ``metres`` is inf where no way was found; ``before`` is the place
    before on the way, -1 where the new part from the customer arrives. ``corner`` is the last corner of a no-go area on
    the new part to a place, -1 where it is straight. ``own_m`` and ``own_corner``: by a new line alone to a station of
    a section whose nearest point cannot be seen; it is a target of that section only, no place to join routes.
    """

    grid: GridMap
    at: Floats
    xy: Floats
    metres: Floats
    before: Ints
    corner: Ints
    corner_before: Ints
    own_m: Floats
    own_corner: Ints
    factors: Floats
    tees: Tees
    tee_neighbours: Ints
    detour_factor: float

    @property
    def station_count(self) -> int:
        return len(self.grid.routes.xy)

    def places_to(self, place: int) -> list[int]:
        """The places on the way to one, from where existing routes are joined to the place itself."""
        found = [place]
        while self.before[found[-1]] >= 0:
            found.append(int(self.before[found[-1]]))
        return found[::-1]

    def new_part(self, place: int, *, alone: bool = False) -> Floats:
        """The points of the new part from the customer to a place where it arrives."""
        corners = []
        corner = int((self.own_corner if alone else self.corner)[place])
        while corner >= 0:
            corners.append(corner)
            corner = int(self.corner_before[corner])
        bends = self.grid.no_go.corners[corners[::-1]] if corners and self.grid.no_go else np.empty((0, 2))
        return np.vstack([self.at[None, :], bends, self.xy[place][None, :]])


def find_ways(
    grid: GridMap,
    at: Floats,
    rules: SearchRules,
    targets: Ints,
    tees: Tees,
    limit_m: float,
    *,
    closed: Bools | None = None,
    not_joined: Ints | None = None,
) -> Ways:
    """The shortest ways from ``at`` to stations and tees, none longer than ``limit_m``.

    Parameters
    ----------
    targets : stations to which a new line may lead however far they are.
    closed : stretches that may not be followed, besides those that no-go areas close.
    not_joined : stations that may not be joined.
    """
    routes, detour = grid.routes, rules.detour_factor.value
    count, extra = len(routes.xy), len(tees.line)
    factors = routes.factors(rules)
    shut = np.zeros(len(routes.start), dtype=bool) if closed is None else closed.copy()
    if not rules.routes_through_no_go.value:
        shut |= grid.stretch_closed
    weights = np.where(shut, np.inf, routes.drawn_m * factors)

    straight = lengths(at, routes.xy)
    joined = straight <= rules.route_entry_radius_m.value
    joined[targets] = True
    if not_joined is not None:
        joined[not_joined] = False
    places = np.concatenate([np.flatnonzero(joined), count + np.arange(extra)])
    xy = np.vstack([routes.xy, tees.xy])
    neighbours, tee_m = _beside_tees(grid, rules, tees, closed)

    base = _Network(routes.pointers, routes.neighbours, weights[routes.stretch], neighbours, tee_m)
    new_m = lengths(at, xy[places])
    corner = np.full(count + extra, -1, dtype=np.int64)
    corner_before, to_corners = np.empty(0, dtype=np.int64), np.empty(0)
    own_m, own_corner = np.full(count, np.inf), np.full(count, -1, dtype=np.int64)
    hidden = np.zeros(len(places), dtype=bool)
    if grid.no_go is not None:
        hidden = grid.no_go.blocks(np.broadcast_to(at, (len(places), 2)), xy[places])
        new_m[hidden] = np.inf
        if hidden.any():
            to_corners, corner_before = grid.no_go.ways_to_corners(at, limit_m / detour)
            for some in _nearest_first(np.flatnonzero(hidden), lengths(at, xy[places])):
                so_far, _ = base.distances(places, new_m * detour, limit_m)
                bound = np.minimum(so_far[places[some]], limit_m + 1e-6) / detour
                new_m[some], corner[places[some]] = grid.no_go.ways_round(
                    at, to_corners, corner_before, xy[places[some]], bound
                )
    metres, before = base.distances(places, new_m * detour, limit_m)
    unseen = tees.line[hidden[len(places) - extra :]]
    if len(unseen) and grid.no_go is not None:
        own = np.unique(np.concatenate([grid.lines.stations[line] for line in unseen]))
        own_m[own], own_corner[own] = _new_parts(
            grid.no_go, at, to_corners, corner_before, routes.xy[own], np.minimum(metres[own], limit_m + 1e-6) / detour
        )
    return Ways(
        grid,
        at,
        xy,
        metres,
        before,
        corner,
        corner_before,
        own_m * detour,
        own_corner,
        factors,
        tees,
        neighbours,
        detour,
    )


def _nearest_first(places: Ints, straight_m: Floats) -> list[Ints]:
    """Places in growing portions, the nearest first: what is found for some bounds the search for the next."""
    ordered = places[np.argsort(straight_m[places], kind="stable")]
    return [some for some in np.split(ordered, _PORTIONS) if len(some)]


def _new_parts(
    no_go: NoGo, at: Floats, to_corners: Floats, corner_before: Ints, ends: Floats, bound_m: Floats
) -> tuple[Floats, Ints]:
    """Metres of the shortest new line to each end below its bound, else inf; and the last corner on it (-1)."""
    metres = lengths(at, ends)
    corner = np.full(len(ends), -1, dtype=np.int64)
    hidden = no_go.blocks(np.broadcast_to(at, ends.shape), ends)
    metres[hidden], corner[hidden] = no_go.ways_round(at, to_corners, corner_before, ends[hidden], bound_m[hidden])
    metres[metres >= bound_m] = np.inf
    return metres, corner


@dataclass(frozen=True)
class _Network:
    """Existing routes with the metres of every stretch, and the tees between the stations beside them."""

    pointers: Ints
    neighbours: Ints
    metres: Floats
    tee_neighbours: Ints
    tee_metres: Floats

    def distances(self, places: Ints, new_m: Floats, limit_m: float) -> tuple[Floats, Ints]:
        """Metres to every place and the place before it (-1), when new parts of these metres lead to ``places``."""
        count, extra = len(self.pointers) - 1, len(self.tee_neighbours)
        source = count + extra
        usable = np.isfinite(new_m) & (new_m <= limit_m)
        graph = csr_array(
            (
                np.concatenate([self.metres, self.tee_metres.ravel(), new_m[usable]]),
                np.concatenate([self.neighbours, self.tee_neighbours.ravel(), places[usable]]),
                np.concatenate(
                    [
                        self.pointers,
                        self.pointers[-1] + 2 * np.arange(1, extra + 1),
                        [self.pointers[-1] + 2 * extra + int(usable.sum())],
                    ]
                ),
            ),
            shape=(source + 1, source + 1),
        )
        metres, before = dijkstra(graph, indices=source, limit=limit_m, return_predecessors=True)
        metres, before = metres[:source], np.where((before < 0) | (before == source), -1, before)[:source]
        if extra:  # tees reached along their own line
            over = metres[self.tee_neighbours] + self.tee_metres
            side = np.argmin(over, axis=1)
            along = over[np.arange(extra), side]
            nearer = along < metres[count:] - 1e-9
            nearer &= along <= limit_m
            metres[count:][nearer] = along[nearer]
            before[count:][nearer] = self.tee_neighbours[np.arange(extra), side][nearer]
        return metres, before.astype(np.int64)


def _beside_tees(grid: GridMap, rules: SearchRules, tees: Tees, closed: Bools | None) -> tuple[Ints, Floats]:
    """The two stations beside each tee and the metres to them; inf across a no-go area or on a closed stretch."""
    beside = np.zeros((len(tees.line), 2), dtype=np.int64)
    for row, (line, at_m) in enumerate(zip(tees.line, tees.drawn_at_m, strict=True)):
        place = min(
            int(np.searchsorted(grid.lines.reached_m[line], at_m, side="left")), len(grid.lines.reached_m[line]) - 1
        )
        beside[row] = grid.lines.stations[line][place : place + 2]
    if not len(beside):
        return beside, np.empty((0, 2))
    factor = length_factors(grid.lines.stated_ratio, rules)[tees.line]
    metres = lengths(tees.xy[:, None, :], grid.routes.xy[beside]) * factor[:, None]
    if grid.no_go is not None and not rules.routes_through_no_go.value:
        starts = np.repeat(tees.xy, 2, axis=0)
        metres[grid.no_go.blocks(starts, grid.routes.xy[beside].reshape(-1, 2)).reshape(-1, 2)] = np.inf
    if closed is not None:
        ends = np.sort(np.column_stack([grid.routes.start[closed], grid.routes.end[closed]]), axis=1)
        many = len(grid.routes.xy)
        metres[np.isin(np.sort(beside, axis=1) @ [many, 1], ends @ [many, 1])] = np.inf
    return beside, metres
