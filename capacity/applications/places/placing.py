"""Where things stand: coordinates on the plane, with what lines and transformers say where a bus is silent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from capacity.applications.places.projecting import Floats, lengths, projected
from capacity.applications.places.reading import GridTables
from capacity.applications.places.routes import Bools, Stations


def placed(tables: GridTables, source: str, target: str) -> tuple[Floats, list[Floats], Bools]:
    """Bus coordinates and line points on the plane, and which buses stand where the other side of a transformer does.

    A line's points run from its ``from_bus`` to its ``to_bus``, both included; a line without usable geometry has none.
    """
    xy = projected(tables.bus_xy, source, target)
    points = _line_points(tables, source, target)
    for row, shape in enumerate(points):
        if len(shape) > 1:
            points[row] = _in_direction(shape, _of(xy, tables.line_from[row]), _of(xy, tables.line_to[row]))
    for row, shape in enumerate(points):
        for bus, end in ((tables.line_from[row], 0), (tables.line_to[row], -1)):
            if len(shape) > 1 and bus >= 0 and np.isnan(xy[bus, 0]):
                xy[bus] = shape[end]
    borrowed = np.zeros(len(xy), dtype=bool)
    for high, low in zip(tables.trafo_hv, tables.trafo_lv, strict=True):
        for bare, other in ((low, high), (high, low)):
            if bare >= 0 and other >= 0 and np.isnan(xy[bare, 0]) and not np.isnan(xy[other, 0]):
                xy[bare], borrowed[bare] = xy[other], True
    return xy, points, borrowed


def stations_of_lines(
    tables: GridTables, xy: Floats, points: Sequence[Floats], stations: Stations, spacing_m: float
) -> list[list[int]]:
    """The stations along each line, from bus to bus; none where an end has no coordinates."""
    found: list[list[int]] = []
    for row, (start, end) in enumerate(zip(tables.line_from, tables.line_to, strict=True)):
        ends = np.array([_of(xy, start), _of(xy, end)])
        if np.isnan(ends).any():
            found.append([])
        else:
            inner = points[row] if len(points[row]) > 1 else np.empty((0, 2))
            found.append(stations.along(np.vstack([ends[:1], inner, ends[1:]]), spacing_m))
    return found


def _line_points(tables: GridTables, source: str, target: str) -> list[Floats]:
    """The points of every line on the plane; none where one of them has no place there."""
    counts = [len(shape) for shape in tables.line_points]
    flat = np.array([point for shape in tables.line_points for point in shape], dtype=float).reshape(-1, 2)
    parts = np.split(projected(flat, source, target), np.cumsum(counts)[:-1]) if counts else []
    return [part if np.isfinite(part).all() else np.empty((0, 2)) for part in parts]


def _of(xy: Floats, bus: int) -> Floats:
    return xy[bus] if bus >= 0 else np.full(2, np.nan)


def _in_direction(shape: Floats, start: Floats, end: Floats) -> Floats:
    """The points from start to end: turned round where that brings the ends nearer to the buses."""
    forwards = np.nansum(lengths(np.array([start, end]), shape[[0, -1]]))
    backwards = np.nansum(lengths(np.array([start, end]), shape[[-1, 0]]))
    return shape[::-1] if backwards < forwards else shape
