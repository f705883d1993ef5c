"""The map of areas by status, with feeders (internal: shows the network, never published)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import unary_union

from capacity.figures.fonts import Lettering
from capacity.figures.furniture import details_of, draw_frames, draw_north, draw_scale, size_of
from capacity.figures.sheet import (
    INK,
    LINES,
    STATUS_EDGE,
    STATUS_FACE,
    STATUS_HATCH,
    new_figure,
    save,
    write_frame,
)
from capacity.tables.run import Run
from capacity.tables.words import STATUS
from capacity.units import rounded_down

_LABEL_ORDER = {"blocked": 0, "pre_control": 1, "no_data": 2, "open": 3}


def draw_maps(run: Run, folder: Path, letters: Lettering) -> list[Path]:
    """Draw the map, and a detail map for each cluster of areas that are too small on it to be labelled."""
    shapes, feeders, metric = _projected(run)
    known = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty]
    details = details_of(known) if metric else []
    title = letters.say("低压网格接入能力图", "Connection capacity of LV grid areas")
    written = [_draw_map(run, folder / "map.png", letters, title, shapes, feeders, metric, details)]
    for number, frame in enumerate(details, start=1):
        inside = shapes[shapes.geometry.notna() & shapes.intersects(frame)]
        near = feeders.clip(frame) if len(feeders) else feeders
        part = f"{title} · {letters.say('详图', 'detail')} {number}"
        written.append(
            _draw_map(run, folder / f"map-detail-{number}.png", letters, part, inside, near, metric, [], frame)
        )
    return written


def _draw_map(
    run: Run,
    path: Path,
    letters: Lettering,
    title: str,
    shapes: gpd.GeoDataFrame,
    feeders: gpd.GeoDataFrame,
    metric: bool,
    details: list[Any],
    frame: Any = None,
) -> Path:
    """One map: areas by status with name and allowed capacity, feeders, scale bar and north arrow."""
    width, height = _size(shapes, feeders) if frame is None else size_of(frame.bounds)
    figure = new_figure(width, height)
    note = letters.say(
        "数字：同时允许接入容量（kVA），≥ 为下限；同一线路上的网格不可相加。内部资料，含线路走向。",
        "Simultaneous allowed capacity (kVA), ≥: lower bound; areas on one feeder are not additive. Internal.",
    )
    top = write_frame(figure, run.manifest, letters, title, note)
    axes = figure.add_axes((0.02, 0.45 / height, 0.96 - 2.7 / width, top - 0.45 / height))
    axes.set_axis_off()
    axes.set_aspect("equal")
    known = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty]
    _draw_areas(axes, known)
    colours = _draw_feeders(axes, run, feeders)
    axes.margins(0.04)
    axes.autoscale_view()
    if frame is not None:
        west, south, east, north = frame.bounds
        axes.set(xlim=(west, east), ylim=(south, north))
    draw_frames(axes, details, letters)
    figure.canvas.draw()
    _draw_labels(axes, known[~known.within(unary_union(details))] if details else known, letters)
    if metric:
        draw_scale(axes)
    draw_north(figure, letters, width, height)
    _draw_legend(figure, run, letters, colours, width, top, 0 if frame is not None else len(shapes) - len(known))
    return save(figure, path)


def _draw_areas(axes: Any, known: gpd.GeoDataFrame) -> None:
    for status in STATUS_FACE:
        mine = known[known["status"] == status]
        if len(mine):
            mine.plot(
                ax=axes,
                facecolor=STATUS_FACE[status],
                edgecolor=STATUS_EDGE[status],
                linewidth=0.9,
                hatch=STATUS_HATCH[status],
                zorder=1,
                aspect=None,
            )


def _projected(run: Run) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, bool]:
    """Areas (with their figures) and feeders in metres, and whether these are true metres."""
    areas, feeders = run.area_shapes, run.feeder_shapes
    joined = areas[["area_id", "geometry"]].merge(run.areas, on="area_id", how="right")
    shapes = gpd.GeoDataFrame(joined, geometry="geometry", crs=areas.crs)
    if areas.crs is None or not len(shapes.dropna(subset="geometry")):
        return shapes, feeders, False
    target = areas.crs if areas.crs.is_projected else shapes.dropna(subset="geometry").estimate_utm_crs()
    return shapes.to_crs(target), feeders.to_crs(target) if feeders.crs else feeders, True


def _size(shapes: gpd.GeoDataFrame, feeders: gpd.GeoDataFrame) -> tuple[float, float]:
    """Width and height in inches that suit the region's proportions."""
    bounds = [frame.total_bounds for frame in (shapes, feeders) if len(frame) and not frame.geometry.isna().all()]
    if not bounds:
        return 11.0, 7.0
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    return size_of((west, south, east, north))


def _draw_feeders(axes: Any, run: Run, feeders: gpd.GeoDataFrame) -> dict[str, str]:
    colours = {str(feeder): LINES[n % len(LINES)] for n, feeder in enumerate(run.feeders["feeder_id"])}
    drawable = feeders[feeders.geometry.notna() & ~feeders.geometry.is_empty] if len(feeders) else feeders
    for identity, mine in drawable.groupby("feeder_id") if len(drawable) else ():
        mine.plot(ax=axes, color="white", linewidth=3.4, zorder=2, aspect=None)
        mine.plot(ax=axes, color=colours.get(str(identity), INK), linewidth=1.7, zorder=3, aspect=None)
    shown = set(drawable["feeder_id"]) if len(drawable) else set()
    return {feeder: colour for feeder, colour in colours.items() if feeder in shown}


def _draw_labels(axes: Any, shapes: gpd.GeoDataFrame, letters: Lettering) -> None:
    """Name and figure of each area, the restricted ones first; a label that would cover another is left out."""
    if shapes.empty:
        return
    order = shapes.assign(rank=shapes["status"].map(_LABEL_ORDER), extent=-shapes.geometry.area)
    taken: list[Any] = []
    renderer = axes.figure.canvas.get_renderer()
    for row in order.sort_values(["rank", "extent"]).itertuples():
        point = row.geometry.representative_point()
        text = axes.text(
            point.x,
            point.y,
            f"{letters.label(row.name, row.area_id)}\n{_figure_of(row, letters)}",
            ha="center",
            va="center",
            fontsize=8.5,
            color="#1A1A1A",
            zorder=5,
            linespacing=1.25,
            bbox={"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )
        box = text.get_window_extent(renderer).expanded(1.06, 1.12)
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def _figure_of(row: Any, letters: Lettering) -> str:
    """The allowed capacity, rounded down; marked as a lower bound where some of its transformers have no data."""
    bound = "≥ " if row.allowed_sum_is_lower_bound else ""
    if not pd.isna(row.allowed_kva):
        return f"{bound}{rounded_down(row.allowed_kva):,.0f} kVA"
    return letters.say("未知", "unknown")


def _draw_legend(
    figure: Any, run: Run, letters: Lettering, colours: dict[str, str], width: float, top: float, unplaced: int
) -> None:
    counts = run.areas["status"].value_counts()
    handles: list[Any] = [
        Patch(
            facecolor=STATUS_FACE[status],
            edgecolor=STATUS_EDGE[status],
            hatch=STATUS_HATCH[status],
            label=f"{letters.word(word)} ({int(counts.get(status, 0))})",
        )
        for status, word in STATUS.items()
    ]
    x = 1.0 - 2.55 / width
    first = figure.legend(
        handles=handles,
        title=letters.say("网格状态（个数）", "Status (areas)"),
        loc="upper left",
        bbox_to_anchor=(x, top),
        frameon=False,
        fontsize=10,
        handlelength=2.4,
        handleheight=1.5,
        alignment="left",
    )
    first.get_title().set_fontweight("bold")
    names = run.feeders.set_index("feeder_id")["name"]
    lines = [
        Line2D([], [], color=colour, linewidth=2, label=letters.label(names.get(feeder), feeder))
        for feeder, colour in list(colours.items())[:16]
    ]
    if lines:
        box = first.get_window_extent(figure.canvas.get_renderer()).transformed(figure.transFigure.inverted())
        second = figure.legend(
            handles=lines,
            title=letters.say("10千伏线路", "10 kV feeders"),
            loc="upper left",
            bbox_to_anchor=(x, box.y0 - 0.01),
            frameon=False,
            fontsize=9,
            alignment="left",
        )
        second.get_title().set_fontweight("bold")
    if unplaced:
        text = letters.say(f"{unplaced} 个网格无边界，未画出", f"{unplaced} areas without a polygon are not drawn")
        figure.text(x, 0.06, text, fontsize=8.5, color="#6B6B6B")
