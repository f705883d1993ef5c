"""Coordinates of buses and lines out of pandapower's GeoJSON columns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def bus_coordinates(bus: pd.DataFrame) -> npt.NDArray[np.float64]:
    """x and y of every bus in the case CRS, ``(n, 2)``; NaN where a bus has no usable point."""
    if "geo" not in bus.columns:
        return np.full((len(bus), 2), np.nan)
    return np.array([_point(geo) for geo in bus["geo"]], dtype=float).reshape(-1, 2)


def line_points(geo: Any) -> list[tuple[float, float]]:
    """The points of one line's ``geo``; an empty list where it has none."""
    geometry = _geometry(geo)
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        return []
    try:
        return [(float(point[0]), float(point[1])) for point in geometry.get("coordinates", [])]
    except (TypeError, ValueError, IndexError):
        return []


def point_json(x: float, y: float) -> str:
    """The GeoJSON text pandapower keeps in ``net.bus.geo``."""
    return json.dumps({"type": "Point", "coordinates": [x, y]})


def _geometry(geo: Any) -> Any:
    if isinstance(geo, str):
        try:
            return json.loads(geo)
        except ValueError:
            return None
    return geo


def _point(geo: Any) -> tuple[float, float]:
    geometry = _geometry(geo)
    if not isinstance(geometry, dict):
        return (np.nan, np.nan)
    try:
        x, y = geometry["coordinates"][:2]
        return (float(x), float(y))
    except (KeyError, TypeError, ValueError):
        return (np.nan, np.nan)
