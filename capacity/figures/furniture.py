"""What every map has round its areas: a size that suits the region, scale bar, north arrow, frames of details."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
from matplotlib.patches import Rectangle
from shapely import box, unary_union

from capacity.figures.fonts import Lettering
from capacity.figures.sheet import INK

_NARROWEST_LABELLED = 0.07  # of the map's extent: what a label of eight signs covers
_MOST_DETAILS = 4


def size_of(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    """Width and height in inches that suit the proportions of a region (west, south, east, north)."""
    west, south, east, north = bounds
    ratio = (north - south) / max(east - west, 1e-9)
    return 12.5, min(13.0, max(6.0, 9.6 * ratio + 1.6))


def draw_scale(axes: Any) -> None:
    """A scale bar of a round length at the lower left; the axes are in metres."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    length_m = _round_length((right - left) / 5.0)
    x, y = left + 0.02 * (right - left), bottom + 0.012 * (top - bottom)
    axes.plot([x, x + length_m / 2], [y, y], color=INK, linewidth=4, solid_capstyle="butt", zorder=6)
    axes.plot([x + length_m / 2, x + length_m], [y, y], color="#9FB2BF", linewidth=4, solid_capstyle="butt", zorder=6)
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    axes.annotate(
        text, (x + length_m, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=9, color=INK
    )


def _round_length(about_m: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(about_m, 1e-6)))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= about_m)


def draw_north(figure: Any, letters: Lettering, width: float, height: float) -> None:
    """A north arrow at the lower right of a figure of so many inches."""
    x, y = 1.0 - 0.55 / width, 0.75 / height
    figure.text(x, y + 0.42 / height, letters.say("北", "N"), ha="center", va="bottom", fontsize=11, color=INK)
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.6}
    overlay = figure.add_axes((0, 0, 1, 1), zorder=-1)
    overlay.set_axis_off()
    overlay.set(xlim=(0, 1), ylim=(0, 1))
    overlay.annotate("", (x, y + 0.42 / height), (x, y), arrowprops=arrow)


def details_of(known: gpd.GeoDataFrame) -> list[Any]:
    """Rectangles round the clusters of areas too narrow for a label on the whole map, the fullest first."""
    if known.empty:
        return []
    west, south, east, north = known.total_bounds
    extent = max(east - west, north - south)
    widths = known.bounds["maxx"] - known.bounds["minx"]
    small = known[widths < _NARROWEST_LABELLED * extent]
    if small.empty:
        return []
    joined = unary_union(small.geometry.buffer(_NARROWEST_LABELLED * extent / 2.0).tolist())
    clusters = [small[small.within(part)] for part in getattr(joined, "geoms", [joined])]
    full = sorted((cluster for cluster in clusters if len(cluster) > 1), key=lambda cluster: -len(cluster))
    return [_frame_round(cluster) for cluster in full[:_MOST_DETAILS]]


def _frame_round(cluster: gpd.GeoDataFrame) -> Any:
    west, south, east, north = cluster.total_bounds
    margin = 0.1 * max(east - west, north - south)
    return box(west - margin, south - margin, east + margin, north + margin)


def draw_frames(axes: Any, details: list[Any], letters: Lettering) -> None:
    """Draw the frames of the details, numbered."""
    for number, frame in enumerate(details, start=1):
        west, south, east, north = frame.bounds
        axes.add_patch(
            Rectangle((west, south), east - west, north - south, fill=False, edgecolor=INK, linestyle="--", zorder=6)
        )
        axes.annotate(
            f"{letters.say('详图', 'detail')} {number}",
            (west, north),
            xytext=(2, 3),
            textcoords="offset points",
            fontsize=9,
            color=INK,
            zorder=6,
        )
