"""Degrees and metres: the case's coordinates and the customer's on one plane, the local UTM zone."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

Floats = npt.NDArray[np.float64]
DEGREES = "EPSG:4326"
_DEGREES_PER_ZONE = 6.0
_OF_THIS_THREAD = threading.local()  # pyproj's transformers are not to be shared between threads


def transformer(source: str, target: str) -> pyproj.Transformer:
    """From one reference system to another, x first; kept for the next time."""
    kept: dict[tuple[str, str], pyproj.Transformer] = _OF_THIS_THREAD.__dict__.setdefault("kept", {})
    if (source, target) not in kept:
        kept[source, target] = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return kept[source, target]


def projected(xy: Floats, source: str, target: str) -> Floats:
    """Points ``(n, 2)`` in another reference system; NaN where one is missing or has no place there."""
    result = np.full((len(xy), 2), np.nan)
    known = np.isfinite(xy).all(axis=1)
    if known.any():
        result[known] = np.column_stack(transformer(source, target).transform(xy[known, 0], xy[known, 1]))
    result[~np.isfinite(result).all(axis=1)] = np.nan
    return result


def utm_zone(degrees: Floats) -> str:
    """The UTM zone (WGS 84) of the median of points in degrees; of 0° E where there is none."""
    known = degrees[np.isfinite(degrees).all(axis=1)]
    longitude, latitude = np.median(known, axis=0) if len(known) else (0.0, 0.0)
    zone = int(np.clip((longitude + 180.0) // _DEGREES_PER_ZONE + 1, 1, 60))
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def lengths(starts: Any, ends: Any) -> Floats:
    """Straight metres from each start to each end."""
    return np.hypot(*np.moveaxis(np.asarray(ends) - np.asarray(starts), -1, 0))
