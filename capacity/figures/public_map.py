"""The public map of a release as a picture: areas by status, nothing of the network (P21, P23)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.patches import Patch
from PIL import Image
from shapely import unary_union

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.furniture import details_of, draw_frames, draw_north, draw_scale, size_of
from capacity.figures.public_areas import EDGE, FACE, HATCH, STATES, draw_areas, draw_labels
from capacity.figures.sheet import (
    DPI,
    INK,
    MUTED,
    RED,
    new_figure,
    save,
)
from capacity.tables.public.words import PUBLICATION, STATUS, Told
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word

_LEGEND_INCH = 3.0
_MOST_DETAILS, _MOST_AREAS_DETAILED = 2, 400
_DETAIL_INCH = 2.75
_PALETTE = 160  # colours


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
    details = details_of(shapes)[:_MOST_DETAILS] if len(shapes) <= _MOST_AREAS_DETAILED else []
    height = min(13.0, max(height, 5.6 + sum(_height_inch(frame) + 0.35 for frame in details)))
    figure = new_figure(width, height)
    top = _write_head(figure, release.about, letters, width, height)
    _write_foot(figure, release, letters, width, height, len(shapes))
    axes = figure.add_axes((0.02, 0.62 / height, 0.96 - _LEGEND_INCH / width, top - 0.62 / height))
    axes.set_axis_off()
    axes.set_aspect("equal")
    draw_areas(axes, shapes)
    axes.margins(0.03)
    axes.autoscale_view()
    axes.apply_aspect()  # now the labels' room can be told, without drawing everything twice
    if len(shapes):
        draw_frames(axes, details, letters)
        draw_labels(axes, shapes[~shapes.within(unary_union(details))] if details else shapes, letters)
        draw_scale(axes)
        draw_north(figure, letters, width, height)
    else:
        axes.text(0.5, 0.5, letters.say("本期没有带边界的网格", "No area of this release has a polygon"),
                  ha="center", fontsize=14, color=MUTED, transform=axes.transAxes)  # fmt: skip
    legend = _draw_legend(figure, release, letters, width, top)
    _draw_details(figure, shapes, details, letters, legend)
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


def _draw_details(
    figure: Any, shapes: gpd.GeoDataFrame, details: Sequence[Any], letters: Lettering, legend: Any
) -> None:  # fmt: skip
    """Draw the crowded parts of the map larger, below the legend as far as there is room."""
    width, height = figure.get_size_inches()
    below = legend.get_window_extent(figure.canvas.get_renderer()).transformed(figure.transFigure.inverted()).y0
    left, top, foot = 1.0 - _LEGEND_INCH / width, below - 0.3 / height, 1.35 / height
    scale = min(1.0, (top - foot) * height / sum((_height_inch(frame) + 0.35 for frame in details), start=0.001))
    for number, frame in enumerate(details, start=1):
        west, south, east, north = frame.bounds
        high = _height_inch(frame) * scale / height
        axes = figure.add_axes((left, top - high, _DETAIL_INCH * scale / width, high))
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
        axes.set_title(f"{letters.say('详图', 'detail')} {number}", loc="left", fontsize=9, color=INK, pad=3)
        axes.spines[:].set(visible=True, color=INK, linestyle="--")
        axes.apply_aspect()
        inside = shapes[shapes.intersects(frame)]
        draw_areas(axes, inside)
        draw_labels(axes, inside[inside.within(frame)], letters, size=6.5)
        top -= high + 0.35 / height


def _height_inch(frame: Any) -> float:
    """Of a detail drawn as wide as the legend."""
    west, south, east, north = frame.bounds
    return float(_DETAIL_INCH * (north - south) / (east - west))


def _draw_legend(figure: Any, release: Release, letters: Lettering, width: float, top: float) -> Any:
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
    return legend


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
