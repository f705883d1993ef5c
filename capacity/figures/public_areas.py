"""The areas of a public map: colours, patterns, labels. What is withheld, unknown or blocked is told without colour."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.path import Path as MapPath

from capacity.figures.fonts import Lettering
from capacity.figures.sheet import STATUS_EDGE, STATUS_FACE, STATUS_HATCH
from capacity.tables.public.words import PUBLICATION, STATUS

FACE = STATUS_FACE | {"withheld": "#FFFFFF"}
EDGE = STATUS_EDGE | {"withheld": "#6E5F96"}
HATCH = STATUS_HATCH | {"withheld": "xxxx"}
"""Withheld is crossed, unknown dotted, blocked hatched: each is told apart without colour."""
STATES: tuple[str, ...] = (*STATUS, "withheld")
_LABEL_ORDER = {"blocked": 0, "pre_control": 1, "no_data": 2, "withheld": 3, "open": 4}
_FINE_LINES_FROM = 400  # areas: more than these are drawn with thin edges
_SMALL_LABELS_FROM = 60
_MOST_LABELS = 250  # tried, the most restricted and largest first


def draw_areas(axes: Any, shapes: gpd.GeoDataFrame) -> None:
    """Draw areas in the colour and pattern of their ``state``."""
    width = 0.9 if len(shapes) <= _FINE_LINES_FROM else 0.25
    for state in STATES:
        paths = [_path_of(shape) for shape in shapes.geometry[shapes["state"] == state]]
        axes.add_collection(
            PathCollection(
                paths, facecolor=FACE[state], edgecolor=EDGE[state], linewidth=width, hatch=HATCH[state] or None
            )
        )


def _path_of(shape: Any) -> MapPath:
    """The outline of an area with its holes and parts."""
    parts = getattr(shape, "geoms", (shape,))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return MapPath.make_compound_path(*(MapPath(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))


def draw_labels(axes: Any, shapes: gpd.GeoDataFrame, letters: Lettering, size: float | None = None) -> None:
    """Name and figure, or the figure alone, where an area is wide enough; the restricted first, none upon another."""
    order = shapes.assign(rank=shapes["state"].map(_LABEL_ORDER), extent=-shapes.geometry.area)
    order = order.sort_values(["rank", "extent"]).head(_MOST_LABELS)
    renderer = axes.figure.canvas.get_renderer()
    size = size or (8.5 if len(shapes) <= _SMALL_LABELS_FROM else 7.0)
    taken: list[Any] = []
    for area in order.itertuples():
        point = area.geometry.representative_point()
        west, _, east, _ = _part_at(area.geometry, point).bounds
        room = abs(axes.transData.transform((east, 0.0))[0] - axes.transData.transform((west, 0.0))[0])
        figure = _figure_of(area, letters)
        for words in (f"{letters.label(area.name, area.area_code)}\n{figure}", figure):
            text = axes.text(
                point.x, point.y, words, ha="center", va="center", fontsize=size, color="#1A1A1A", zorder=5,
                linespacing=1.25,
                bbox={"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": "none", "alpha": 0.88},
            )  # fmt: skip
            box = text.get_window_extent(renderer).expanded(1.06, 1.12)
            if box.width <= 1.1 * room and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _part_at(shape: Any, point: Any) -> Any:
    """The part of an area that its label stands on."""
    return next((part for part in getattr(shape, "geoms", ()) if part.intersects(point)), shape)


def _figure_of(area: Any, letters: Lettering) -> str:
    """The capacity as it is published: a figure, a range, unknown or withheld."""
    if area.state == "withheld":
        return letters.say(PUBLICATION["withheld"].zh, PUBLICATION["withheld"].en)
    if not pd.isna(area.allowed_kva):
        bound = "≥ " if not pd.isna(area.allowed_is_lower_bound) and area.allowed_is_lower_bound else ""
        return f"{bound}{_plain(area.allowed_kva)} kVA"
    if area.publication != "band" or pd.isna(area.allowed_from_kva):
        return letters.say(STATUS["no_data"].zh, STATUS["no_data"].en)
    if pd.isna(area.allowed_below_kva):
        return f"≥ {_plain(area.allowed_from_kva)} kVA"
    return f"{_plain(area.allowed_from_kva)}–{_plain(area.allowed_below_kva)} kVA"


def _plain(value_kva: float) -> str:
    return f"{value_kva:,.0f}" if float(value_kva).is_integer() else f"{value_kva:,g}"
