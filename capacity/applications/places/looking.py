"""What stands around the customer: the nearest nodes, transformers and sections, and those that will not do.

What is looked at depends on straight distances and states alone, not on no-go areas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from capacity.applications.places.grid_map import GridMap, Lines, Nodes, Transformers
from capacity.applications.places.projecting import Floats, lengths
from capacity.applications.places.routes import Bools, Ints
from capacity.applications.places.sentences import rejection
from capacity.tables.places import PlaceKind, Rejection
from capacity.tables.search import SearchRules

MM = 3
"""Distances that agree to this many decimals of a metre are equal: then the id decides."""


@dataclass(frozen=True)
class Around:
    """Rows of nodes or transformers worth a route, nearest first, with their straight distances by row."""

    rows: Ints
    straight_m: Floats
    rejected: tuple[Rejection, ...]


@dataclass(frozen=True)
class Sections:
    """Rows of 10 kV sections worth a route, nearest first, and their straight distances in the same order."""

    rows: Ints
    straight_m: Floats
    rejected: tuple[Rejection, ...]


def look_around(
    grid: GridMap,
    at: Floats,
    things: Nodes | Transformers,
    kind: PlaceKind,
    radius_m: float,
    area_id: str,
    considered: int,
) -> Around:
    """The nearest of nodes or transformers. Those without coordinates are named where they belong to the area."""
    straight = np.full(len(things.ids), np.nan)
    on_map = things.station >= 0
    straight[on_map] = lengths(at, grid.routes.xy[things.station[on_map]])
    rows = _nearest(straight, things.takes & (straight <= radius_m), considered)
    refused = _nearest(straight, things.refused & (straight <= radius_m), considered)
    rejected = [rejection(kind, str(things.ids[row]), things.why[row], float(straight[row])) for row in refused]
    if not len(rows):
        rejected += [
            rejection(kind, str(things.ids[row]), "out_of_radius", *(float(straight[row]),) * 2, radius_m)
            for row in _nearest(straight, things.takes & on_map, 1)
        ]
    bare = np.flatnonzero(things.takes & ~on_map & (things.area_id == area_id) & (area_id != ""))[:considered]
    rejected += [rejection(kind, str(things.ids[row]), "no_coordinates", np.nan) for row in bare]
    return Around(rows, straight, tuple(rejected))


def look_for_sections(
    grid: GridMap, at: Floats, kind: PlaceKind, radius_m: float, considered_per_feeder: int, not_of: str = ""
) -> Sections:
    """The nearest sections of every feeder, those of the feeder ``not_of`` left out."""
    lines = grid.lines
    point = shapely.Point(at)
    wanted = _without(lines, lines.tree_rows, not_of)
    found = grid.lines.tree_rows[lines.tree.query(point, predicate="dwithin", distance=radius_m)]
    found = np.sort(found[wanted[np.searchsorted(lines.tree_rows, found)]]) if len(found) else found
    straight = shapely.distance(lines.shape[found], point) if len(found) else np.empty(0)
    order = np.argsort(np.round(straight, MM), kind="stable")
    found, straight = found[order], straight[order]
    seen: dict[tuple[str, bool], int] = {}
    kept = np.zeros(len(found), dtype=bool)
    for place, row in enumerate(found):
        group = (str(lines.feeder_id[row]), bool(lines.takes[row]))
        seen[group] = seen.get(group, 0) + 1
        kept[place] = seen[group] <= considered_per_feeder
    takes = lines.takes[found] & kept
    rejected = [
        rejection(kind, str(lines.ids[row]), lines.why[row], float(metres))
        for row, metres in zip(found[kept & ~takes], straight[kept & ~takes], strict=True)
    ]
    if not takes.any():
        rejected += _beyond(lines, point, kind, radius_m, lines.tree_rows[wanted & lines.takes[lines.tree_rows]])
    return Sections(found[takes], straight[takes], tuple(rejected))


def _without(lines: Lines, rows: Ints, feeder_id: str) -> Bools:
    return lines.feeder_id[rows] != feeder_id if feeder_id else np.ones(len(rows), dtype=bool)


def _beyond(lines: Lines, point: shapely.Point, kind: PlaceKind, radius_m: float, rows: Ints) -> list[Rejection]:
    """The nearest section of all, which is too far."""
    if not len(rows):
        return []
    straight = shapely.distance(lines.shape[rows], point)
    nearest = int(np.argmin(np.round(straight, MM)))
    metres = float(straight[nearest])
    return [rejection(kind, str(lines.ids[rows[nearest]]), "out_of_radius", metres, metres, radius_m)]


def _nearest(straight: Floats, chosen: Bools, count: int) -> Ints:
    """The nearest rows of those chosen; rows are ascending by id, so that the id decides between equals."""
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(np.round(straight[rows], MM), kind="stable")][:count]


def search_limit_m(rules: SearchRules, dual_supply: bool) -> float:
    """The longest route that any kind of place allows."""
    radii = [rules.lv_radius_m, rules.transformer_radius_m, rules.neighbour_radius_m, rules.mv_radius_m]
    radii += [rules.second_feeder_radius_m] if dual_supply else []
    return max(radius.value for radius in radii) * rules.route_limit_factor.value
