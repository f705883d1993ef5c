"""The public map of a release as a picture: areas by status, nothing of the network (P21, P23)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch
from matplotlib.path import Path as MapPath
from PIL import Image

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.furniture import draw_north, draw_scale, size_of
from capacity.figures.sheet import (
    DPI,
    INK,
    MUTED,
    RED,
    STATUS_EDGE,
    STATUS_FACE,
    STATUS_HATCH,
    new_figure,
    save,
)
from capacity.tables.public.words import PUBLICATION, STATUS, Told
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word

FACE = STATUS_FACE | {"withheld": "#FFFFFF"}
EDGE = STATUS_EDGE | {"withheld": "#6E5F96"}
HATCH = STATUS_HATCH | {"withheld": "xxxx"}
"""Withheld is crossed, unknown dotted, blocked hatched: each is told apart without colour."""
STATES: tuple[str, ...] = (*STATUS, "withheld")
_LABEL_ORDER = {"blocked": 0, "pre_control": 1, "no_data": 2, "withheld": 3, "open": 4}
_LEGEND_INCH = 3.0
_FINE_LINES_FROM = 400  # areas: more than these are drawn with thin edges
_SMALL_LABELS_FROM = 60
_PALETTE = 160  # colours
_MOST_LABELS = 250  # tried, the most restricted and largest first


def draw_public_maps(release: Release, folder: Path) -> list[Path]:
    """Draw ``map.zh.png`` and ``map.en.png``.

    Parameters
    ----------
    folder : created where missing.

    Returns
    -------
    The two files. Without a Chinese font both are English, areas are called by their codes, and the pictures say so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shapes = _projected(release)
    written = []
    for language in ("zh", "en"):
        letters = lettering(language)
        with lettered(letters):
            written.append(_draw_map(release, shapes, folder / f"map.{language}.png", letters))
    return written


def _projected(release: Release) -> gpd.GeoDataFrame:
    """The areas that have a polygon, with their figures and their ``state``, in metres of the region's UTM zone."""
    joined = release.areas.merge(release.shapes[["area_code", "geometry"]], on="area_code", how="inner")
    shapes = gpd.GeoDataFrame(joined, geometry="geometry", crs=release.shapes.crs or "EPSG:4326")
    shapes = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty]
    shapes["state"] = _states(shapes)
    return shapes.to_crs(shapes.estimate_utm_crs()) if len(shapes) else shapes


def _states(areas: pd.DataFrame) -> pd.Series:
    """What the map shows an area as: its status, or that it is withheld."""
    return areas["status"].astype(object).where(areas["publication"].ne("withheld"), "withheld")


def _draw_map(release: Release, shapes: gpd.GeoDataFrame, path: Path, letters: Lettering) -> Path:
    bounds = tuple(shapes.total_bounds) if len(shapes) else (0.0, 0.0, 11.0, 7.0)
    width, height = size_of(bounds)
    figure = new_figure(width, height)
    top = _write_head(figure, release.about, letters, width, height)
    _write_foot(figure, release, letters, width, height, len(shapes))
    axes = figure.add_axes((0.02, 0.62 / height, 0.96 - _LEGEND_INCH / width, top - 0.62 / height))
    axes.set_axis_off()
    axes.set_aspect("equal")
    _draw_areas(axes, shapes)
    axes.margins(0.03)
    axes.autoscale_view()
    axes.apply_aspect()  # now the labels' room can be told, without drawing everything twice
    if len(shapes):
        _draw_labels(axes, shapes, letters)
        draw_scale(axes)
        draw_north(figure, letters, width, height)
    else:
        axes.text(0.5, 0.5, letters.say("本期没有带边界的网格", "No area of this release has a polygon"),
                  ha="center", fontsize=14, color=MUTED, transform=axes.transAxes)  # fmt: skip
    _draw_legend(figure, release, letters, width, top)
    return _save_small(figure, path)


def _save_small(figure: Any, path: Path) -> Path:
    """Write the picture with a palette: a third of the size, and no difference to the eye."""
    save(figure, path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(_PALETTE, dither=Image.Dither.NONE)
    small.save(path, optimize=True, dpi=(DPI, DPI))
    return path


def _write_head(figure: Any, about: ReleaseAbout, letters: Lettering, width: float, height: float) -> float:
    """Title, dates and marks; returns the fraction of the height that is left below them."""
    left = 0.35 / width
    title = letters.say("低压网格接入能力图", "Connection capacity of LV grid areas")
    figure.text(left, 1.0 - 0.22 / height, title, fontsize=16, fontweight="bold", color=INK, va="top")
    facts = [
        letters.label(letters.say(about.title_zh, about.title_en), about.title_en),
        letters.say(f"数据截至 {about.as_of}", f"as of {about.as_of}"),
        letters.say(f"公布于 {about.published_on}", f"published on {about.published_on}"),
        letters.say(f"{about.release_id} 期", f"release {about.release_id}"),
    ]
    figure.text(left, 1.0 - 0.6 / height, "  ·  ".join(facts), fontsize=10, color=MUTED, va="top")
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": RED}
    for place, mark in enumerate(_marks(about)):
        figure.text(1.0 - left, 1.0 - (0.26 + 0.34 * place) / height, letters.word(mark), fontsize=10,
                    fontweight="bold", color=RED, va="top", ha="right", bbox=box)  # fmt: skip
    return 1.0 - 1.0 / height


def _marks(about: ReleaseAbout) -> list[Word]:
    marks = [Word("合成数据，非真实电网", "SYNTHETIC DATA – not a real grid")] if about.synthetic else []
    if about.stale:
        days = about.rules.stale_after_days
        marks.append(Word(f"数据陈旧：公布时已超过 {days} 天", f"OLD DATA – more than {days} days when published"))
    return marks


def _write_foot(
    figure: Any, release: Release, letters: Lettering, width: float, height: float, placed: int
) -> None:  # fmt: skip
    about = release.about
    lines = [
        letters.say(
            "数字为可接入容量（kVA，向下取整），≥ 表示至少；同一线路上的网格共用余量，不能相加。"
            "未知、不予公开都不表示没有容量。供参考，不是供电承诺。",
            "Figures: allowed capacity (kVA, rounded down), ≥: at least; areas on one line share what it has left: do "
            "not add them up. Unknown or withheld does not mean none. No promise.",
        )
    ]
    numbers = [(Word("能源监管热线", "energy regulator"), about.services.get("regulator")),
               (Word("供电服务热线", "service line"), about.services.get("company"))]  # fmt: skip
    last = [f"{letters.word(word)} {number}" for word, number in numbers if number]
    unplaced = len(release.areas) - placed
    if unplaced:
        last.append(letters.say(f"{unplaced} 个网格无边界，未画出", f"areas without a polygon, not drawn: {unplaced}"))
    if letters.fell_back:
        last.append("No Chinese font is installed: labels are in English.")
    lines.append("  ·  ".join(last))
    left = 0.35 / width
    figure.text(left, 0.36 / height, lines[0], fontsize=8.5, color=INK, va="bottom")
    figure.text(left, 0.14 / height, lines[1], fontsize=8.5, color=MUTED, va="bottom")


def _draw_areas(axes: Any, shapes: gpd.GeoDataFrame) -> None:
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


def _draw_labels(axes: Any, shapes: gpd.GeoDataFrame, letters: Lettering) -> None:
    """Name and figure, or the figure alone, where an area is wide enough; the restricted first, none upon another."""
    order = shapes.assign(rank=shapes["state"].map(_LABEL_ORDER), extent=-shapes.geometry.area)
    order = order.sort_values(["rank", "extent"]).head(_MOST_LABELS)
    renderer = axes.figure.canvas.get_renderer()
    size = 8.5 if len(shapes) <= _SMALL_LABELS_FROM else 7.0
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


def _draw_legend(figure: Any, release: Release, letters: Lettering, width: float, top: float) -> None:
    """Colours and patterns with their words, the number of areas, and what each means."""
    counts = _states(release.areas).value_counts()
    handles = [
        Patch(facecolor=FACE[state], edgecolor=EDGE[state], hatch=HATCH[state],
              label=f"{_word_of(state, letters)} ({int(counts.get(state, 0)):,})\n{_brief(state, letters)}")
        for state in STATES
    ]  # fmt: skip
    legend = figure.legend(
        handles=handles, title=letters.say("网格状态（个数）", "Status (areas)"), loc="upper left",
        bbox_to_anchor=(1.0 - (_LEGEND_INCH - 0.1) / width, top), frameon=False, fontsize=10, handlelength=2.4,
        handleheight=2.2, labelspacing=1.0, alignment="left",
    )  # fmt: skip
    legend.get_title().set_fontweight("bold")
    for text in legend.get_texts():
        text.set_linespacing(1.35)


def _told(state: str) -> Told:
    return PUBLICATION["withheld"] if state == "withheld" else STATUS[state]


def _word_of(state: str, letters: Lettering) -> str:
    told = _told(state)
    return letters.say(told.zh, told.en)


_BRIEF: dict[str, Word] = {
    "open": Word("有富余容量", "there is spare capacity"),
    "pre_control": Word("富余容量不多", "little capacity is left"),
    "blocked": Word("目前没有富余容量", "no spare capacity now"),
    "no_data": Word("数据不足，尚不能核定", "too little data to say"),
    "withheld": Word("为保护用户用电信息", "to protect customers"),
}


def _brief(state: str, letters: Lettering) -> str:
    return letters.word(_BRIEF[state])
