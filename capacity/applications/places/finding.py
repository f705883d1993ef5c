"""A request answered: what stands around, the routes there, and what remains, in order."""

from __future__ import annotations

import math

import numpy as np

from capacity.applications.places.grid_map import GridMap
from capacity.applications.places.looking import look_around, look_for_sections, search_limit_m
from capacity.applications.places.offering import Offers, Search, sections_reached, stations_reached, tee, tees_chosen
from capacity.applications.places.requests import Customer, located
from capacity.applications.places.second_feeder import second_feeders
from capacity.applications.places.sentences import missing_coordinates, no_lv_lines, outside_areas
from capacity.applications.places.unplaced import find_unplaced
from capacity.applications.places.walking import Tees, find_ways
from capacity.tables.places import Candidates, PlaceRequest, Remark
from capacity.tables.search import SearchRules


def find_candidates(grid: GridMap, request: PlaceRequest, rules: SearchRules) -> Candidates:
    """Where a customer could be connected, and over which route; what the grid can carry there is not looked at.

    Parameters
    ----------
    grid : from :func:`grid_map`, made once per case.
    rules : radii, counts and factors: section ``options`` of the policy.

    Returns
    -------
    Candidates
        Ordered by route distance (to the millimetre), then by key; everything looked at that will not do, with the
        reason; remarks on what the case does not say. The same for any order of the case's tables.

    Raises
    ------
    RequestError
        The request cannot be answered as it was asked; every fault at once.
    """
    customer = located(grid, request, rules)
    if np.isnan(customer.at).any():
        return find_unplaced(grid, customer, rules)
    at, considered = customer.at, int(rules.considered.value)
    widest_m = max(rules.transformer_radius_m.value, rules.neighbour_radius_m.value)
    nodes = look_around(grid, at, grid.nodes, "lv_node", rules.lv_radius_m.value, customer.area_id, considered)
    stations = look_around(grid, at, grid.transformers, "dedicated_circuit", widest_m, customer.area_id, considered)
    sections = look_for_sections(grid, at, "mv_tee", rules.mv_radius_m.value, int(rules.considered_per_feeder.value))
    targets = np.concatenate([grid.nodes.station[nodes.rows], grid.transformers.station[stations.rows]])
    tees = Tees.nearest(grid, at, sections.rows)
    ways = find_ways(grid, at, rules, targets, tees, search_limit_m(rules, request.dual_supply))

    offers = Offers(list(nodes.rejected) + list(stations.rejected) + list(sections.rejected))
    search = Search(grid, customer, rules, ways, offers)
    low = stations_reached(search, "lv_node", nodes, rules.lv_radius_m.value)
    for row, _ in low[: int(rules.lv_nodes.value)]:
        offers.lv_node(search, row, float(nodes.straight_m[row]))
    reached = stations_reached(search, "dedicated_circuit", stations, widest_m)
    home = _home(grid, customer, low, reached)
    offers.transformers(search, reached, stations.straight_m, home)
    high = sections_reached(search, "mv_tee", sections, tees, rules.mv_radius_m.value)
    for option in tees_chosen(grid, high, int(rules.tees.value), int(rules.tees_per_feeder.value)):
        offers.found.append(tee(search, "mv_tee", option))
    for option in tees_chosen(grid, high, int(rules.transformers.value), int(rules.tees_per_feeder.value)):
        offers.found.append(tee(search, "additional_transformer", option))
    remarks = _remarks(grid, customer, stations.rows)
    if request.dual_supply:
        remarks += second_feeders(search, high)
    return Candidates(
        longitude=customer.longitude,
        latitude=customer.latitude,
        area_id=customer.area_id,
        home_transformer_id=str(grid.transformers.ids[home]) if home >= 0 else "",
        detour_factor=rules.detour_factor.value,
        candidates=offers.in_order(),
        rejected=offers.rejected_in_order(),
        remarks=tuple(remarks),
    )


def _home(grid: GridMap, customer: Customer, low: list[tuple[int, float]], reached: list[tuple[int, float]]) -> int:
    """The row of the transformer that neighbours are told from; -1 where there is none.

    The one asked for; else the one that supplies the nearest LV node or is itself nearer than that node.
    """
    if customer.transformer >= 0 and grid.transformers.takes[customer.transformer]:
        return customer.transformer
    options = [(metres, grid.row_of_transformer(str(grid.nodes.transformer_id[row]))) for row, metres in low[:1]]
    options += [(metres, row) for row, metres in reached[:1]]
    return min(options, default=(math.inf, -1))[1]


def _remarks(grid: GridMap, customer: Customer, around: np.typing.NDArray[np.int64]) -> list[Remark]:
    remarks = []
    if not customer.area_id:
        remarks.append(outside_areas())
    if grid.lv_coverage == "none":
        remarks.append(no_lv_lines("none"))
    elif bare := [str(one) for one in grid.transformers.ids[around[~grid.transformers.lv_modelled[around]]]]:
        remarks.append(no_lv_lines("some", sorted(bare)))
    if grid.not_placed:
        remarks.append(missing_coordinates(grid.not_placed))
    return remarks
