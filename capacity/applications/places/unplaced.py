"""A customer at a node or transformer without coordinates: what can be said from the network alone."""

from __future__ import annotations

import math

from capacity.applications.places.grid_map import GridMap
from capacity.applications.places.requests import Customer
from capacity.applications.places.sentences import customer_not_placed, no_lv_lines, rejection
from capacity.tables.places import Candidate, Candidates, PlaceKind, Rejection, RouteLeg
from capacity.tables.search import SearchRules


def find_unplaced(grid: GridMap, customer: Customer, rules: SearchRules) -> Candidates:
    """The node itself and its own transformer, with stated line lengths as distances and no geometry."""
    nodes, transformers = grid.nodes, grid.transformers
    node, transformer = customer.node, customer.transformer
    wanted = str(nodes.ids[node] if node >= 0 else transformers.ids[transformer])
    found: list[Candidate] = []
    rejected: list[Rejection] = []
    if node >= 0:
        transformer = grid.row_of_transformer(str(nodes.transformer_id[node]))
        if nodes.takes[node]:
            found.append(_candidate(grid, "lv_node", wanted, node, ()))
        elif nodes.refused[node]:
            rejected.append(rejection("lv_node", wanted, nodes.why[node], math.nan))
    if transformer >= 0:
        target = str(transformers.ids[transformer])
        legs = _way_up(grid, node) if node >= 0 else ()
        if not transformers.takes[transformer]:
            rejected.append(rejection("dedicated_circuit", target, transformers.why[transformer], math.nan))
        elif legs is None:
            rejected.append(rejection("dedicated_circuit", target, "no_coordinates", math.nan))
        else:
            low = int(transformers.node[transformer])
            found.append(_candidate(grid, "dedicated_circuit", target, low, legs))
            found.append(_candidate(grid, "larger_transformer", target, low, legs))
    remarks = [customer_not_placed(wanted)]
    remarks += [no_lv_lines("none")] if grid.lv_coverage == "none" else []
    takes = transformer >= 0 and transformers.takes[transformer]
    return Candidates(
        longitude=math.nan,
        latitude=math.nan,
        area_id=customer.area_id,
        home_transformer_id=str(transformers.ids[transformer]) if takes else "",
        detour_factor=rules.detour_factor.value,
        candidates=tuple(sorted(found, key=lambda one: (round(one.route_m, 3), one.key))),
        rejected=tuple(rejected),
        remarks=tuple(remarks),
    )


def _way_up(grid: GridMap, node: int) -> tuple[RouteLeg, ...] | None:
    """The lines from a node up to its transformer; None where the network does not say."""
    if math.isnan(grid.supply_m[node]):
        return None
    legs = []
    while grid.above[node] >= 0:
        line = int(grid.supply_line[node])
        if line >= 0:
            legs.append(RouteLeg(False, str(grid.lines.ids[line]), float(grid.lines.stated_m[line]), math.nan, ()))
        node = int(grid.above[node])
    return tuple(legs)


def _candidate(grid: GridMap, kind: PlaceKind, target_id: str, node: int, legs: tuple[RouteLeg, ...]) -> Candidate:
    nodes, along = grid.nodes, sum(leg.length_m for leg in legs)
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
        longitude=math.nan,
        latitude=math.nan,
        straight_m=math.nan,
        route_m=along,
        new_m=0.0,
        along_m=along,
        legs=legs,
        certainty="no_coordinates",
    )
