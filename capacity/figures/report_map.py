"""The map of areas by status for a page of a report: ids and figures large enough for print, crowded parts enlarged."""

from __future__ import annotations

import io
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import unary_union

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.furniture import details_of, draw_frames, draw_scale
from capacity.figures.sheet import DPI, INK, MUTED, STATUS_EDGE, STATUS_FACE, STATUS_HATCH, new_figure
from capacity.tables.run import Run
from capacity.tables.words import STATUS
from capacity.units import rounded_down

_WIDTH, _LEGEND, _LEAST, _MOST = 9.0, 0.4, 3.6, 7.5
_DETAIL = 0.34  # part of the width that enlarged parts take
_MOST_DETAILS = 3
_ORDER = {"blocked": 0, "pre_control": 1, "no_data": 2, "open": 3}


def map_png(run: Run, language: str) -> bytes:
    """The map as PNG, with up to three parts enlarged at its right.

    Parameters
    ----------
    language : ``zh`` or ``en``; English where no Chinese font is installed.
    """
    letters = lettering(language)
    with lettered(letters):
        shapes, feeders, metric = _projected(run)
        drawn = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty]
        details = details_of(drawn)[:_MOST_DETAILS] if metric else []
        wide = 1.0 - (_DETAIL if details else 0.0)
        height = _height(drawn, wide * _WIDTH) + _LEGEND
        figure = new_figure(_WIDTH, height)
        top = 1.0 - _LEGEND / height
        axes = figure.add_axes((0.005, 0.01, wide - 0.01, top - 0.01))
        _draw(axes, drawn, feeders)
        draw_frames(axes, details, letters)
        if metric and len(drawn):
            draw_scale(axes)
        panels = [(axes, drawn[~drawn.within(unary_union(details))] if details else drawn)]
        for place, frame in enumerate(details):
            step = top / len(details)
            part = figure.add_axes((wide, top - step * (place + 1) + 0.01, _DETAIL - 0.005, step - 0.03))
            panels.append((part, _detail(part, drawn, feeders, frame, letters, place + 1)))
        figure.canvas.draw()
        for where, areas in panels:
            _labels(where, areas, letters)
        _legend(figure, run, letters, len(shapes) - len(drawn))
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=DPI, metadata={"Software": "capacity"}, pil_kwargs={"compress_level": 6})
        return buffer.getvalue()


def _projected(run: Run) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, bool]:
    """Areas with their figures and feeders in metres, and whether these are true metres."""
    areas, feeders = run.area_shapes, run.feeder_shapes
    joined = areas[["area_id", "geometry"]].merge(run.areas, on="area_id", how="right")
    shapes = gpd.GeoDataFrame(joined, geometry="geometry", crs=areas.crs)
    if areas.crs is None or shapes.geometry.isna().all():
        return shapes, feeders, False
    target = areas.crs if areas.crs.is_projected else shapes.dropna(subset="geometry").estimate_utm_crs()
    return shapes.to_crs(target), feeders.to_crs(target) if feeders.crs else feeders, True


def _height(drawn: gpd.GeoDataFrame, width: float) -> float:
    """That suits the region's proportions, in inches."""
    if drawn.empty:
        return _LEAST
    west, south, east, north = drawn.total_bounds
    return float(min(_MOST, max(_LEAST, width * (north - south) / max(east - west, 1e-9))))


def _draw(axes: Any, drawn: gpd.GeoDataFrame, feeders: gpd.GeoDataFrame) -> None:
    axes.set_axis_off()
    axes.set_aspect("equal")
    for status, face in STATUS_FACE.items():
        mine = drawn[drawn["status"].eq(status)]
        if len(mine):
            mine.plot(ax=axes, facecolor=face, edgecolor=STATUS_EDGE[status], linewidth=0.9,
                      hatch=STATUS_HATCH[status], zorder=1, aspect=None)  # fmt: skip
    lines = feeders[feeders.geometry.notna() & ~feeders.geometry.is_empty] if len(feeders) else feeders
    if len(lines):
        lines.plot(ax=axes, color=MUTED, linewidth=1.0, zorder=2, aspect=None)
    axes.margins(0.03)
    axes.autoscale_view()


def _detail(
    axes: Any, drawn: gpd.GeoDataFrame, feeders: gpd.GeoDataFrame, frame: Any, letters: Lettering, number: int
) -> gpd.GeoDataFrame:
    """A part enlarged; returns its areas."""
    _draw(axes, drawn[drawn.intersects(frame)], feeders)
    west, south, east, north = frame.bounds
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    for spine in axes.spines.values():
        spine.set(visible=True, color=INK, linestyle="--")
    axes.set_title(f"{letters.say('详图', 'detail')} {number}", fontsize=8.5, loc="left", pad=2)
    inside: gpd.GeoDataFrame = drawn[drawn.within(frame)]
    return inside


def _labels(axes: Any, areas: gpd.GeoDataFrame, letters: Lettering) -> None:
    """Id and capacity, the restricted areas first; what would cover another label is left out."""
    order = areas.assign(rank=areas["status"].map(_ORDER), extent=-areas.geometry.area) if len(areas) else areas
    renderer = axes.figure.canvas.get_renderer()
    taken: list[Any] = []
    for row in order.sort_values(["rank", "extent"]).itertuples() if len(order) else ():
        point = row.geometry.representative_point()
        text = axes.text(
            point.x, point.y, f"{letters.label(row.area_id)}\n{_figure_of(row, letters)}", ha="center", va="center",
            fontsize=7.5, color="#111111", zorder=5, linespacing=1.1, clip_on=True,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
        box = text.get_window_extent(renderer)
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def _figure_of(row: Any, letters: Lettering) -> str:
    """Whole kVA, rounded down; at least so many where some of its transformers are not known."""
    if pd.isna(row.allowed_kva):
        return letters.say("未知", "unknown")
    bound = not pd.isna(row.allowed_sum_is_lower_bound) and bool(row.allowed_sum_is_lower_bound)
    return f"{'≥ ' if bound else ''}{rounded_down(row.allowed_kva):,.0f}"


def _legend(figure: Any, run: Run, letters: Lettering, unplaced: int) -> None:
    counts = run.areas["status"].value_counts()
    handles: list[Any] = [
        Patch(
            facecolor=STATUS_FACE[code],
            edgecolor=STATUS_EDGE[code],
            hatch=STATUS_HATCH[code],
            label=f"{letters.word(word)} {int(counts.get(code, 0))}",
        )
        for code, word in STATUS.items()
    ]
    handles.append(Line2D([], [], color=MUTED, linewidth=1.0, label=letters.say("10千伏线路", "10 kV feeders")))
    if unplaced:
        missing = letters.say(f"{unplaced} 个网格无边界，未画", f"{unplaced} areas without a polygon: not drawn")
        handles.append(Line2D([], [], linestyle="", label=missing))
    figure.legend(handles=handles, loc="upper left", ncol=6, frameon=False, fontsize=8.5, bbox_to_anchor=(0.005, 1.0),
                  columnspacing=1.4, borderaxespad=0.2)  # fmt: skip
