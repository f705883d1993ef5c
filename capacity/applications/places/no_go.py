"""Areas that no new line may enter, and the shortest ways round them: a tangent visibility graph.

A shortest way round polygons bends at their outward corners alone, and touches them there without cutting in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from geopandas import GeoDataFrame
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from capacity.applications.places.projecting import Floats, lengths
from capacity.applications.places.routes import Bools, Ints

EDGE_M = 0.01
"""A line may run along an edge: it is inside a no-go area when it lies deeper in it than this."""
MANY_CORNERS = 64
COARSE_M = 5.0
"""A polygon of more corners than that is widened by so much, and drawn with fewer corners within the widening."""
_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class NoGo:
    """No-go areas on the plane of the map.

    Attributes
    ----------
    shapes, names : as given, and what each is called.
    cores : the parts of their union, shrunk by ``EDGE_M``: what a line must not meet.
    corners : outward corners, ``(v, 2)``; ``before`` and ``after`` the ring's points next to each.
    visible : straight ways between corners that may be part of a shortest way, metres.
    """

    shapes: npt.NDArray[Any]
    names: tuple[str, ...]
    cores: npt.NDArray[Any]
    corners: Floats
    before: Floats
    after: Floats
    visible: csr_array
    tree: shapely.STRtree

    def holding(self, at: Floats) -> tuple[str, ...]:
        """The names of the areas that a point lies in."""
        inside = shapely.dwithin(shapely.buffer(self.shapes, -EDGE_M), shapely.Point(at), 0.0)
        return tuple(name for name, here in zip(self.names, inside, strict=True) if here)

    def inside(self, xy: Floats) -> Bools:
        """Which points lie in a no-go area."""
        result = np.zeros(len(xy), dtype=bool)
        known = np.flatnonzero(np.isfinite(xy).all(axis=1))
        result[known[np.unique(self.tree.query(shapely.points(xy[known]), predicate="intersects")[0])]] = True
        return result

    def blocks(self, starts: Floats, ends: Floats) -> Bools:
        """Which straight lines from ``starts`` to ``ends`` enter a no-go area."""
        result = np.zeros(len(starts), dtype=bool)
        if not len(starts):
            return result
        straight = shapely.linestrings(np.stack([starts, ends], axis=1))
        line, core = self.tree.query(straight)
        met = shapely.intersects(self.cores[core], straight[line])
        result[line[met]] = True
        return result

    def ways_to_corners(self, at: Floats, limit_m: float) -> tuple[Floats, Ints]:
        """Shortest metres from a point to every corner (inf beyond ``limit_m``), and the corner before (-1: none)."""
        count = len(self.corners)
        straight = lengths(at, self.corners)
        near = np.flatnonzero((straight <= limit_m) & self._touches(np.arange(count), at[None, :])[:, 0])
        seen = near[~self.blocks(np.broadcast_to(at, (len(near), 2)), self.corners[near])]
        with_point = csr_array(
            (
                np.concatenate([self.visible.data, straight[seen]]),
                np.concatenate([self.visible.indices, seen]),
                np.concatenate([self.visible.indptr, [len(self.visible.data) + len(seen)]]),
            ),
            shape=(count + 1, count + 1),
        )
        metres, before = dijkstra(with_point, indices=count, limit=limit_m, return_predecessors=True)
        before = np.where((before < 0) | (before == count), -1, before)
        return metres[:count], before[:count].astype(np.int64)

    def ways_round(
        self, at: Floats, to_corners_m: Floats, corner_before: Ints, ends: Floats, bound_m: Floats
    ) -> tuple[Floats, Ints]:
        """Shortest metres over a corner to each end (inf where none is below its bound), and that corner (-1)."""
        metres, over = np.full(len(ends), np.inf), np.full(len(ends), -1, dtype=np.int64)
        reached = np.flatnonzero(np.isfinite(to_corners_m))
        if not len(reached) or not len(ends):
            return metres, over
        total = to_corners_m[reached][None, :] + lengths(self.corners[reached][None, :, :], ends[:, None, :])
        total[total >= bound_m[:, None]] = np.inf
        before = corner_before[reached]
        came_from = np.where((before >= 0)[:, None], self.corners[before], at)
        total[~self._bends_round(reached, came_from, ends).T] = np.inf
        open_ends, portion = np.arange(len(ends)), 1
        while len(open_ends):  # ever more of the best corners not yet tried, until the end is seen from one of them
            portion = min(2 * portion, len(reached))
            best = np.argpartition(total[open_ends], portion - 1, axis=1)[:, :portion]
            value = np.take_along_axis(total[open_ends], best, axis=1)
            end, rank = np.nonzero(np.isfinite(value))
            corner = reached[best[end, rank]]
            hidden = self.blocks(self.corners[corner], ends[open_ends[end]])
            total[open_ends[end], best[end, rank]] = np.inf
            value[end[hidden], rank[hidden]] = np.inf
            chosen = np.argmin(value, axis=1)
            found = np.take_along_axis(value, chosen[:, None], axis=1)[:, 0]
            seen = np.isfinite(found)
            metres[open_ends[seen]] = found[seen]
            over[open_ends[seen]] = reached[best[np.arange(len(open_ends)), chosen][seen]]
            left = np.isfinite(total[open_ends]).any(axis=1)
            open_ends = open_ends[~seen & left]
        return metres, over

    def _bends_round(self, corners: Ints, came_from: Floats, points: Floats) -> Bools:
        """Whether a way over each corner to each point bends there towards the area that stands at the corner.

        A shortest way does: where it bends away or would cut in, a shorter one exists or none.
        """
        here, before, after = self.corners[corners], self.before[corners], self.after[corners]
        edges = np.maximum(lengths(here, before), lengths(here, after))
        arriving = here - came_from
        reach_in = EDGE_M * np.maximum(np.hypot(arriving[:, 0], arriving[:, 1]), edges)
        leaving = points[None, :, :] - here[:, None, :]
        reach_out = EDGE_M * np.maximum(np.hypot(leaving[..., 0], leaving[..., 1]), edges[:, None])
        turn = _cross(arriving[:, None, :], leaving)
        to_before = _cross(leaving, (before - here)[:, None, :])
        to_after = _cross(leaving, (after - here)[:, None, :])
        bends = np.zeros(turn.shape, dtype=bool)
        for side in (1.0, -1.0):  # the area to the left, to the right
            stands = (side * _cross(arriving, before - here) >= -reach_in) & (
                side * _cross(arriving, after - here) >= -reach_in
            )
            bends |= (
                stands[:, None]
                & (side * turn >= -reach_in[:, None])
                & (side * to_before >= -reach_out)
                & (side * to_after >= -reach_out)
            )
        return bends

    def _touches(self, corners: Ints, points: Floats) -> Bools:
        """Whether the straight line from each corner to each point leaves the area at the corner on one side."""
        return _touching(self.corners[corners], self.before[corners], self.after[corners], points)


def no_go_areas(areas: GeoDataFrame, crs: str) -> NoGo | None:
    """No-go areas from polygons in any reference system; None where no area is left of them.

    An area's name is its ``name``, else its row's number from 1.
    """
    projected = areas.to_crs(crs) if areas.crs is not None else areas.set_crs("EPSG:4326").to_crs(crs)
    shapes = [None if shape is None or shape.is_empty else shapely.make_valid(shape) for shape in projected.geometry]
    given = projected["name"].tolist() if "name" in projected.columns else [None] * len(shapes)
    names = [str(name) if isinstance(name, str) and name.strip() else str(row + 1) for row, name in enumerate(given)]
    kept = [row for row, shape in enumerate(shapes) if shape is not None and shape.area > 0.0]
    if not kept:
        return None
    standing = np.array([_with_few_corners(shapes[row]) for row in kept], dtype=object)
    parts = np.array([_oriented(part) for part in _polygons(shapely.union_all(standing))], dtype=object)
    cores = np.array([core for core in shapely.buffer(parts, -EDGE_M, join_style="mitre") if not core.is_empty])
    shapely.prepare(cores)
    corners, before, after = _outward_corners(parts)
    bare = NoGo(
        standing,
        tuple(names[row] for row in kept),
        cores,
        corners,
        before,
        after,
        csr_array((len(corners), len(corners))),
        shapely.STRtree(cores),
    )
    return NoGo(*(bare.__dict__ | {"visible": _visible(bare)}).values())


def _with_few_corners(shape: Any) -> Any:
    """The shape itself, or where it has many corners one that covers it with fewer."""
    if shapely.get_num_coordinates(shape) <= MANY_CORNERS:
        return shape
    wide = shapely.buffer(shape, COARSE_M, join_style="mitre", mitre_limit=2.0)
    return shapely.union(shapely.simplify(wide, COARSE_M / 2.0), shapely.buffer(shape, EDGE_M))


def _polygons(shape: Any) -> list[Any]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0.0]


def _oriented(polygon: Any) -> Any:
    """The polygon with its inside to the left of every ring."""
    return shapely.orient_polygons(shapely.remove_repeated_points(polygon, EDGE_M))


def _outward_corners(polygons: npt.NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Corners where a ring turns left (its inside being to the left), with the points before and after."""
    parts = []
    for ring in shapely.get_rings(polygons):
        here = shapely.get_coordinates(ring)[:-1]
        before, after = np.roll(here, 1, axis=0), np.roll(here, -1, axis=0)
        left = _cross(here - before, after - here) > 0.0
        parts.append(np.stack([here[left], before[left], after[left]]))
    whole = np.concatenate(parts, axis=1)
    return whole[0], whole[1], whole[2]


def _visible(no_go: NoGo) -> csr_array:
    """Straight ways between corners that touch the areas at both and enter none."""
    count = len(no_go.corners)
    starts, ends = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for first in range(0, count, _ROWS_AT_ONCE):
        rows = np.arange(first, min(first + _ROWS_AT_ONCE, count))
        here = _touching(no_go.corners[rows], no_go.before[rows], no_go.after[rows], no_go.corners)
        there = _touching(no_go.corners, no_go.before, no_go.after, no_go.corners[rows]).T
        start, end = np.nonzero(here & there & (rows[:, None] < np.arange(count)[None, :]))
        clear = ~no_go.blocks(no_go.corners[rows[start]], no_go.corners[end])
        starts.append(rows[start[clear]])
        ends.append(end[clear])
    start, end = np.concatenate(starts), np.concatenate(ends)
    metres = lengths(no_go.corners[start], no_go.corners[end])
    return coo_array((np.r_[metres, metres], (np.r_[start, end], np.r_[end, start])), shape=(count, count)).tocsr()


def _touching(corners: Floats, before: Floats, after: Floats, points: Floats) -> Bools:
    """``(corners, points)``: both of a corner's neighbours lie on one side of the line to the point, or on it.

    On it is also where the point itself lies within ``EDGE_M`` of the edge, however near to the corner.
    """
    towards = points[None, :, :] - corners[:, None, :]
    edges = np.maximum(lengths(corners, before), lengths(corners, after))
    reach = np.maximum(np.hypot(towards[..., 0], towards[..., 1]), edges[:, None])
    one = _cross(towards, (before - corners)[:, None, :])
    other = _cross(towards, (after - corners)[:, None, :])
    slack = EDGE_M * reach
    return ((one >= -slack) & (other >= -slack)) | ((one <= slack) & (other <= slack))


def _cross(first: Floats, second: Floats) -> Floats:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
