"""From ways to candidates: what is within reach, what is too far, and what each candidate says."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from capacity.applications.places.grid_map import GridMap
from capacity.applications.places.legs import Route, certainty, route_to
from capacity.applications.places.looking import MM, Around, Sections
from capacity.applications.places.projecting import Floats, lengths
from capacity.applications.places.requests import Customer
from capacity.applications.places.routes import SAME_PLACE_M
from capacity.applications.places.sentences import rejection
from capacity.applications.places.walking import Tees, Ways
from capacity.tables.places import Candidate, PlaceKind, Rejection
from capacity.tables.search import SearchRules

Reached = list[tuple[int, float]]
"""Rows and metres of route, nearest first."""


@dataclass
class Offers:
    """What has been found and rejected so far."""

    rejected: list[Rejection]
    found: list[Candidate] = field(default_factory=list)

    def in_order(self) -> tuple[Candidate, ...]:
        """By route distance to the millimetre, then by key; second feeders from another substation first."""
        return tuple(sorted(self.found, key=_rank))

    def rejected_in_order(self) -> tuple[Rejection, ...]:
        """By kind, straight distance (unknown last) and id."""
        return tuple(
            sorted(
                self.rejected,
                key=lambda one: (
                    one.kind,
                    math.inf if math.isnan(one.straight_m) else round(one.straight_m, MM),
                    one.target_id,
                    one.reason,
                ),
            )
        )

    def lv_node(self, search: Search, row: int, straight_m: float) -> None:
        """A candidate: an existing LV node."""
        nodes = search.grid.nodes
        route = route_to(search.ways, int(nodes.station[row]), search.rules)
        self.found.append(search.at_node("lv_node", str(nodes.ids[row]), row, route, straight_m))

    def transformers(self, search: Search, reached: Reached, straight_m: Floats, home: int) -> None:
        """Candidates at transformers: those of the home transformer's area and feeder, and its neighbours."""
        transformers, rules = search.grid.transformers, search.rules
        counts: Counter[str] = Counter()
        for row, metres in reached:
            same = home >= 0 and bool(
                transformers.area_id[row] == transformers.area_id[home]
                and transformers.feeder_id[row] == transformers.feeder_id[home]
            )
            kind: PlaceKind = "dedicated_circuit" if same else "neighbour_transformer"
            radius = rules.transformer_radius_m.value if same else rules.neighbour_radius_m.value
            why = search.too_far(kind, str(transformers.ids[row]), float(straight_m[row]), metres, radius)
            counts[kind] += why is None
            if why is not None:
                self.rejected.append(why)
            elif counts[kind] <= int((rules.transformers if same else rules.neighbours).value):
                route = route_to(search.ways, int(transformers.station[row]), rules)
                for one in ("dedicated_circuit", "larger_transformer") if same else ("neighbour_transformer",):
                    node = int(transformers.node[row])
                    self.found.append(
                        search.at_node(one, str(transformers.ids[row]), node, route, float(straight_m[row]))
                    )


@dataclass(frozen=True)
class Search:
    """One request on its way to an answer."""

    grid: GridMap
    customer: Customer
    rules: SearchRules
    ways: Ways
    offers: Offers

    def too_far(
        self, kind: PlaceKind, target_id: str, straight_m: float, route_m: float, radius_m: float
    ) -> Rejection | None:
        """The rejection of a target beyond its radius or whose route is too long; None where it is near enough."""
        limit = radius_m * self.rules.route_limit_factor.value
        if straight_m > radius_m:
            return rejection(kind, target_id, "out_of_radius", straight_m, straight_m, radius_m)
        if math.isinf(route_m):
            return rejection(kind, target_id, "no_way_round", straight_m, limit_m=limit)
        if route_m > limit:
            return rejection(kind, target_id, "route_too_long", straight_m, route_m, limit)
        return None

    def at_node(self, kind: PlaceKind, target_id: str, node: int, route: Route, straight_m: float) -> Candidate:
        """A candidate that takes the connection at a node."""
        nodes = self.grid.nodes
        longitude, latitude = self.grid.degrees(self.grid.at(int(nodes.station[node])))[0]
        return Candidate(
            kind=kind,
            target_id=target_id,
            node_id=str(nodes.ids[node]),
            line_id="",
            position_share=math.nan,
            position_m=math.nan,
            cable=None,
            transformer_id=str(nodes.transformer_id[node]),
            feeder_id=str(nodes.feeder_id[node]),
            substation_id=str(nodes.substation_id[node]),
            area_id=str(nodes.area_id[node]),
            longitude=float(longitude),
            latitude=float(latitude),
            straight_m=straight_m,
            route_m=route.new_m + route.along_m,
            new_m=route.new_m,
            along_m=route.along_m,
            legs=route.legs,
            certainty=certainty(self.ways, route.lines),
            position_borrowed=bool(nodes.borrowed[node]),
        )


@dataclass(frozen=True)
class TeeOption:
    """The best point of a section: metres of route, the place on the map, where along the section as drawn."""

    line: int
    metres: float
    place: int
    alone: bool
    drawn_at_m: float


def stations_reached(search: Search, kind: PlaceKind, around: Around, radius_m: float) -> Reached:
    """Rows within reach of a route, nearest first; the others are rejected."""
    things = search.grid.nodes if kind == "lv_node" else search.grid.transformers
    reached = []
    for row in around.rows:
        station, straight = int(things.station[row]), float(around.straight_m[row])
        metres = float(search.ways.metres[station])
        why = (
            rejection(kind, str(things.ids[row]), "in_no_go", straight)
            if search.grid.station_inside[station]
            else search.too_far(kind, str(things.ids[row]), straight, metres, radius_m)
        )
        if why is None:
            reached.append((int(row), metres))
        else:
            search.offers.rejected.append(why)
    return sorted(reached, key=lambda one: (round(one[1], MM), one[0]))


def sections_reached(
    search: Search, kind: PlaceKind, sections: Sections, tees: Tees, radius_m: float
) -> list[TeeOption]:
    """The best point of every section within reach of a route, nearest first; the other sections are rejected."""
    grid, found = search.grid, []
    inside = grid.no_go.inside(tees.xy) if grid.no_go is not None else np.zeros(len(tees.line), dtype=bool)
    for place, (line, straight) in enumerate(zip(sections.rows, sections.straight_m, strict=True)):
        option = _best_point(search.ways, int(line), place, bool(inside[place]))
        stations = np.array(grid.lines.stations[line])
        line_id = str(grid.lines.ids[line])
        why = (
            rejection(kind, line_id, "in_no_go", float(straight))
            if inside[place] and grid.station_inside[stations].all()
            else search.too_far(kind, line_id, float(straight), option.metres, radius_m)
        )
        if why is None:
            found.append(option)
        else:
            search.offers.rejected.append(why)
    return sorted(found, key=lambda one: (round(one.metres, MM), one.line))


def _best_point(ways: Ways, line: int, tee_number: int, tee_inside: bool) -> TeeOption:
    """The nearest point of the section where it can be reached, or the station on it that is nearest by its route."""
    grid = ways.grid
    stations = np.array(grid.lines.stations[line])
    drawn_at = np.concatenate([[ways.tees.drawn_at_m[tee_number], 0.0], grid.lines.reached_m[line]])
    closed = np.where(grid.station_inside[stations], np.inf, 0.0)
    tee_place = ways.station_count + tee_number
    tee_m = math.inf if tee_inside else float(ways.metres[tee_place])
    metres = np.concatenate([[tee_m], ways.metres[stations] + closed, ways.own_m[stations] + closed])
    best = int(np.argmin(np.round(metres, MM)))
    places = np.concatenate([[tee_place], stations, stations])
    along = np.concatenate([drawn_at, drawn_at[1:]])
    return TeeOption(line, float(metres[best]), int(places[best]), best > len(stations), float(along[best]))


def tees_chosen(grid: GridMap, options: list[TeeOption], count: int, per_feeder: int) -> list[TeeOption]:
    """The nearest options, at most so many of one feeder; sections that meet at the best point count as the first."""
    chosen: list[TeeOption] = []
    of_feeder: Counter[str] = Counter()
    taken: set[tuple[str, int]] = set()
    for option in options:
        feeder, stations = str(grid.lines.feeder_id[option.line]), grid.lines.stations[option.line]
        at_end = {0.0: stations[0], float(grid.lines.reached_m[option.line][-1]): stations[-1]}
        station = next((end for m, end in at_end.items() if abs(m - option.drawn_at_m) < SAME_PLACE_M), -1)
        if len(chosen) < count and of_feeder[feeder] < per_feeder and (feeder, station) not in taken:
            of_feeder[feeder] += 1
            taken |= {(feeder, station)} if station >= 0 else set()
            chosen.append(option)
    return chosen


def tee(search: Search, kind: PlaceKind, option: TeeOption, *, route: Route | None = None) -> Candidate:
    """A candidate on a section."""
    grid, ways, line = search.grid, search.ways, option.line
    lines, nodes = grid.lines, grid.nodes
    route = route or route_to(ways, option.place, search.rules, alone=option.alone)
    xy = ways.xy[option.place]
    longitude, latitude = grid.degrees(xy)[0]
    share = min(max(option.drawn_at_m / float(lines.drawn_m[line]), 0.0), 1.0)
    ends = {0.0: lines.from_node[line], float(lines.reached_m[line][-1]): lines.to_node[line]}
    node = next((int(end) for m, end in ends.items() if abs(m - option.drawn_at_m) < SAME_PLACE_M), -1)
    area_id = grid.areas.holding(xy)
    return Candidate(
        kind=kind,
        target_id=str(lines.ids[line]),
        node_id=str(nodes.ids[node]) if node >= 0 else "",
        line_id=str(lines.ids[line]),
        position_share=share,
        position_m=share * float(lines.stated_m[line]),
        cable=lines.cable[line],
        transformer_id="",
        feeder_id=str(lines.feeder_id[line]),
        substation_id=str(lines.substation_id[line]),
        area_id=area_id,
        longitude=float(longitude),
        latitude=float(latitude),
        straight_m=float(lengths(search.customer.at, xy)),
        route_m=route.new_m + route.along_m,
        new_m=route.new_m,
        along_m=route.along_m,
        legs=route.legs,
        certainty=certainty(ways, route.lines | {line}),
        position_borrowed=False,
    )


def _rank(one: Candidate) -> tuple[bool, bool, float, str]:
    second = one.kind == "second_feeder"
    return second, second and not one.other_substation, round(one.route_m, MM), one.key
