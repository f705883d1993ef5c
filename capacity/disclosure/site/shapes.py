"""Polygons as short integer lists: one point, then steps from point to point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from geopandas import GeoDataFrame
from shapely.geometry import LinearRing, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

SCALE = 100_000
"""Units per degree: five decimals, about a metre."""

Ring = list[int]
Shape = list[list[Ring]]


def encode_shapes(area_codes: Sequence[str], shapes: GeoDataFrame) -> list[Shape | None]:
    """One entry per area, in the order of ``area_codes``: its polygons, or None where it has none.

    A polygon is a list of rings, the outer one first, then its holes. A ring is a flat list: longitude and latitude of
    the first point in units of 1/``SCALE`` degree, then the differences from point to point; the last point, which
    equals the first, is left out.
    """
    by_code = dict(zip(shapes["area_code"], shapes.geometry, strict=True))
    return [_encode(by_code.get(code)) for code in area_codes]


def decode_shape(shape: Shape | None) -> BaseGeometry | None:
    """The geometry that :func:`encode_shapes` was given, to five decimals."""
    if shape is None:
        return None
    polygons = [Polygon(_points(rings[0]), [_points(hole) for hole in rings[1:]]) for rings in shape]
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _encode(geometry: BaseGeometry | None) -> Shape | None:
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"an area's shape is a {geometry.geom_type}, not a polygon")
    polygons = [_rings(polygon) for polygon in shapely.get_parts(geometry)]
    return [rings for rings in polygons if rings] or None


def _rings(polygon: Polygon) -> list[Ring]:
    """The rings that are left of a polygon on the grid; none when the outer one has vanished."""
    outer = _steps(polygon.exterior)
    return [outer, *filter(None, map(_steps, polygon.interiors))] if outer else []


def _steps(ring: LinearRing) -> Ring:
    points = np.rint(shapely.get_coordinates(ring) * SCALE).astype(np.int64)[:-1]
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    points = points[moved]
    while len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    if len(points) < 3:
        return []
    steps: Ring = np.concatenate([points[:1], np.diff(points, axis=0)]).ravel().tolist()
    return steps


def _points(ring: Ring) -> npt.NDArray[np.float64]:
    steps = np.asarray(ring, dtype=np.int64).reshape(-1, 2)
    return np.asarray(np.cumsum(steps, axis=0) / SCALE)
