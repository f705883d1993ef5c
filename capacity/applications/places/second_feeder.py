"""A second feeder for dual supply: a section of another feeder, reached over a route of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from capacity.applications.places.legs import Route, route_to
from capacity.applications.places.looking import look_for_sections, search_limit_m
from capacity.applications.places.offering import Search, TeeOption, sections_reached, tee
from capacity.applications.places.sentences import no_first_supply, no_second_feeder, rejection
from capacity.applications.places.walking import Tees, find_ways
from capacity.tables.places import Candidate, Remark


def second_feeders(search: Search, first: list[TeeOption]) -> list[Remark]:
    """Adds the second feeders that go with the nearest tee: one section of each feeder, other substations first.

    Its route follows no stretch that the first one follows and joins existing routes elsewhere. What the two still
    share, running side by side within the corridor's width, is measured and limited (``shared_route_m``).
    """
    grid, rules, at = search.grid, search.rules, search.customer.at
    if not first:
        return [no_first_supply()]
    option = first[0]
    main = tee(search, "mv_tee", option)
    main_route = route_to(search.ways, option.place, rules, alone=option.alone)
    sections = look_for_sections(
        grid,
        at,
        "second_feeder",
        rules.second_feeder_radius_m.value,
        int(rules.considered_per_feeder.value),
        not_of=main.feeder_id,
    )
    search.offers.rejected += sections.rejected
    tees = Tees.nearest(grid, at, sections.rows)
    closed = np.zeros(len(grid.routes.start), dtype=bool)
    closed[list(main_route.stretches)] = True
    ways = find_ways(
        grid,
        at,
        rules,
        np.empty(0, dtype=np.int64),
        tees,
        search_limit_m(rules, True),
        closed=closed,
        not_joined=np.array([main_route.joined] if main_route.joined >= 0 else [], dtype=np.int64),
    )
    second = replace(search, ways=ways)
    options = sections_reached(second, "second_feeder", sections, tees, rules.second_feeder_radius_m.value)
    found = _one_of_each_feeder(second, options, main, main_route)
    found.sort(key=lambda one: (not one.other_substation, round(one.route_m, 3), one.key))
    search.offers.found += found[: int(rules.second_feeders.value)]
    return [] if found else [no_second_feeder(main.feeder_id)]


def _one_of_each_feeder(
    search: Search, options: list[TeeOption], main: Candidate, main_route: Route
) -> list[Candidate]:
    """The nearest section of every feeder whose route keeps clear of the first one's."""
    corridor = _line(main_route).buffer(search.rules.corridor_m.value)
    limit = search.rules.shared_route_m.value
    found: dict[str, Candidate] = {}
    for option in options:
        feeder = str(search.grid.lines.feeder_id[option.line])
        if feeder in found:
            continue
        route = route_to(search.ways, option.place, search.rules, alone=option.alone)
        shared = float(_line(route).intersection(corridor).length)
        one = tee(search, "second_feeder", option, route=route)
        if shared > limit:
            why = rejection(
                "second_feeder", one.target_id, "not_disjoint", one.straight_m, shared, limit, main.target_id
            )
            search.offers.rejected.append(why)
            continue
        other = None
        if one.substation_id and main.substation_id:
            other = one.substation_id != main.substation_id
        found[feeder] = replace(one, pairs_with=main.key, other_substation=other, shared_m=shared)
    return list(found.values())


def _line(route: Route) -> shapely.Geometry:
    return shapely.LineString(route.points) if len(route.points) > 1 else shapely.Point()
