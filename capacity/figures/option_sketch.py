"""The map sketch of a customer's options: routes to scale, targets by rank, no base map."""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.label_places import Label, place_labels
from capacity.figures.sheet import INK, new_figure
from capacity.tables.assessment import Assessment
from capacity.tables.places import Candidate

Metres = npt.NDArray[np.float64]
_WIDTH, _HEIGHT, _FOOT = 7.3, 3.4, 0.34  # inches; the foot holds the legend
_SMALLEST_M = 30.0
_DETAIL_SHARE, _CROWDED_SHARE = 0.3, 0.07
_FIRST, _OTHER, _GREY = INK, "#5C6B76", "#8C8C8C"
_RANKED_PT, _REJECTED_PT, _SCALE_PT = 7.0, 5.2, 17.0
_PNG_DPI = 220
_BACK = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}


@dataclass(frozen=True)
class _Leg:
    new: bool
    points: Metres  # shape (n, 2), metres east and north of the customer


@dataclass(frozen=True)
class _Drawn:
    """An option: its targets (of a dual supply two, its own last), metres east and north of the customer."""

    mark: str
    rank: int
    targets: tuple[tuple[float, float], ...]
    legs: tuple[_Leg, ...]

    @property
    def points(self) -> Metres:
        return np.vstack([np.array(self.targets), *(leg.points for leg in self.legs)])


def option_sketch(
    assessment: Assessment, language: str = "zh", *, keys: Collection[str] | None = None
) -> Figure | None:
    """A sketch of the options round the customer, to scale; None where the customer or every target has no coordinates.

    New parts of a route are dashed, parts along existing lines solid; targets carry their rank, rejected ones are grey
    crosses with a letter (``Assessment.marks``). Options much nearer than the farthest are drawn once more, larger.

    Parameters
    ----------
    language : ``zh`` or ``en``; English, and said so, where no Chinese font is installed.
    keys : of the options to draw; None: every one.
    """
    drawn = tuple(_placed(assessment, keys))
    if not drawn:
        return None
    letters = lettering(language)
    with lettered(letters):
        figure = new_figure(_WIDTH, _HEIGHT)
        near = _nearer(drawn)
        if near:
            far = tuple(one for one in drawn if one not in near)
            whole = figure.add_axes((0.005, _FOOT / _HEIGHT, 0.49, 0.99 - _FOOT / _HEIGHT))
            detail = figure.add_axes((0.505, _FOOT / _HEIGHT, 0.49, 0.99 - _FOOT / _HEIGHT))
            _set_limits(whole, drawn)
            _set_limits(detail, near)
            _frame(whole, detail, letters)
            _draw(whole, drawn, far)
            _draw(detail, near, near, clipped=drawn)
            detail.annotate(
                letters.say("近处放大", "the nearest, enlarged"), (0.02, 0.975), xycoords="axes fraction", va="top",
                fontsize=8, color=INK, bbox=_BACK, zorder=11,
            )  # fmt: skip
        else:
            whole = figure.add_axes((0.005, _FOOT / _HEIGHT, 0.99, 0.99 - _FOOT / _HEIGHT))
            _set_limits(whole, drawn)
            _draw(whole, drawn, drawn)
        _draw_north(whole, letters)
        _draw_legend(figure, letters, rejected=any(not one.rank for one in drawn))
    return figure


def sketch_png(assessment: Assessment, language: str = "zh", *, keys: Collection[str] | None = None) -> bytes | None:
    """:func:`option_sketch` as PNG, the same bytes each time; None where there is nothing to draw."""
    figure = option_sketch(assessment, language, keys=keys)
    if figure is None:
        return None
    letters = lettering(language)
    with lettered(letters), io.BytesIO() as buffer:
        figure.savefig(buffer, format="png", dpi=_PNG_DPI, metadata={"Software": "capacity"})
        return buffer.getvalue()


def _placed(assessment: Assessment, keys: Collection[str] | None) -> Iterator[_Drawn]:
    """The options that have coordinates, in metres from the customer, the best last so that it is drawn on top."""
    places, marks = assessment.places, assessment.marks
    if math.isnan(places.longitude) or math.isnan(places.latitude):
        return
    local = pyproj.Proj(proj="aeqd", lon_0=places.longitude, lat_0=places.latitude, datum="WGS84")
    for option in reversed([one for one in assessment.options if keys is None or one.key in keys]):
        first = assessment.first_of(option)
        supplies = [one for one in (first, option.candidate) if one is not None and not math.isnan(one.longitude)]
        if supplies:
            yield _Drawn(
                mark=marks[option.key],
                rank=option.rank,
                targets=tuple(local(one.longitude, one.latitude) for one in supplies),
                legs=tuple(leg for one in supplies for leg in _legs(one, local)),
            )


def _legs(candidate: Candidate, local: pyproj.Proj) -> Iterator[_Leg]:
    for leg in candidate.legs:
        if len(set(leg.points)) > 1:
            east, north = local(*np.array(leg.points).T)
            yield _Leg(leg.new, np.column_stack([east, north]))


def _nearer(drawn: Sequence[_Drawn]) -> tuple[_Drawn, ...]:
    """The options near the customer, where they would crowd in a drawing of all; else none."""
    reach = {one.mark: float(np.hypot(*one.points.T).max()) for one in drawn}
    farthest = max(reach.values())
    near = tuple(one for one in drawn if reach[one.mark] <= _DETAIL_SHARE * farthest)
    nearest = min(float(np.hypot(*one.targets[-1])) for one in drawn)
    crowded = nearest < _CROWDED_SHARE * farthest
    return near if crowded and len(near) < len(drawn) else ()


def _set_limits(axes: Any, drawn: Sequence[_Drawn]) -> None:
    """Limits that hold customer, targets and routes with room for labels, one metre as long up as across."""
    points = np.vstack([np.zeros((1, 2)), *(one.points for one in drawn)])
    low, high = points.min(axis=0), points.max(axis=0)
    middle, spread = (low + high) / 2.0, np.maximum(high - low, _SMALLEST_M) * 1.28
    width, height = axes.get_position().size * axes.figure.get_size_inches()
    per_inch = max(spread[0] / width, spread[1] / height)
    axes.set_xlim(middle[0] - per_inch * width / 2.0, middle[0] + per_inch * width / 2.0)
    axes.set_ylim(middle[1] - per_inch * height / 2.0, middle[1] + per_inch * height / 2.0)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#BFC7CC", linewidth=0.8)


def _draw(axes: Any, drawn: Sequence[_Drawn], labelled: Sequence[_Drawn], clipped: Sequence[_Drawn] = ()) -> None:
    """Routes, targets, customer, labels, scale; ``clipped`` are drawn without a label as far as they are inside."""
    for one in [*(other for other in clipped if other not in drawn), *drawn]:
        _draw_option(axes, one)
    axes.plot(
        0.0, 0.0, marker="*", markersize=13, color="black", markeredgecolor="white", markeredgewidth=0.8, zorder=9
    )
    _draw_labels(axes, drawn, labelled)
    _draw_scale(axes)


def _draw_option(axes: Any, one: _Drawn) -> None:
    first, rejected = one.rank == 1, not one.rank
    colour = _FIRST if first else _GREY if rejected else _OTHER
    width = 2.6 if first else 0.8 if rejected else 1.4
    for leg in one.legs:
        style: Any = (0, (3.2, 1.6)) if leg.new else "solid"
        axes.plot(*leg.points.T, color=colour, linewidth=width, linestyle=style, zorder=5 if first else 3)
    east, north = zip(*one.targets, strict=True)
    if rejected:
        axes.plot(east, north, "x", markersize=6.5, markeredgewidth=1.6, color=_GREY, zorder=4)
    else:
        axes.plot(east, north, "o", markersize=5.5, color=colour, markeredgecolor="white", zorder=7)


def _draw_labels(axes: Any, drawn: Sequence[_Drawn], labelled: Sequence[_Drawn]) -> None:
    """Numbers and letters with leaders, the best first, none over another."""
    points_per_pixel = 72.0 / axes.figure.dpi

    def on_paper(points: Any) -> Metres:
        paper: Metres = axes.transData.transform(points) * points_per_pixel
        return paper

    order = sorted(labelled, key=lambda one: (not one.rank, one.rank, one.mark))
    owners = [(one, target) for one in order for target in one.targets]
    spots = on_paper([target for _, target in owners])
    labels = [Label(x, y, _size(one)) for (x, y), (one, _) in zip(spots, owners, strict=True)]
    taken = on_paper([(0.0, 0.0), *(target for one in drawn for target in one.targets)])
    lines = np.vstack([np.empty((0, 2)), *(_along(on_paper(leg.points)) for one in drawn for leg in one.legs)])
    window = axes.get_window_extent()
    box = [edge * points_per_pixel for edge in (window.x0, window.y0, window.x1, window.y1)]
    places = place_labels(labels, taken, lines, (box[0] + 3, box[1] + _SCALE_PT, box[2] - 3, box[3] - 3))
    for (one, target), label, (x, y) in zip(owners, labels, places, strict=True):
        _draw_label(axes, one, target, (x - label.x, y - label.y))


def _size(one: _Drawn) -> float:
    return _RANKED_PT if one.rank else _REJECTED_PT


def _draw_label(axes: Any, one: _Drawn, target: tuple[float, float], offset: tuple[float, float]) -> None:
    colour = _FIRST if one.rank == 1 else _OTHER if one.rank else _GREY
    axes.annotate(
        one.mark,
        target,
        xytext=offset,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=9.5 if one.rank else 7.5,
        fontweight="bold" if one.rank else "normal",
        color="white" if one.rank == 1 else colour,
        bbox={
            "boxstyle": f"circle,pad={0.22 if one.rank else 0.16}",
            "facecolor": _FIRST if one.rank == 1 else "white",
            "edgecolor": colour,
            "linewidth": 1.1 if one.rank else 0.6,
        },
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": _size(one), "shrinkB": 3.0},
        zorder=10,
    )


def _along(points: Metres) -> Metres:
    """Points every four points of the paper along a line."""
    steps = [
        start + np.linspace(0.0, 1.0, max(2, int(np.hypot(*(end - start)) / 4.0)))[:, None] * (end - start)
        for start, end in pairwise(points)
    ]
    return np.vstack(steps)


def _frame(whole: Any, detail: Any, letters: Lettering) -> None:
    """Where the enlarged part lies in the whole."""
    (left, right), (bottom, top) = detail.get_xlim(), detail.get_ylim()
    whole.plot(
        [left, right, right, left, left], [bottom, bottom, top, top, bottom], color=INK, linewidth=0.8,
        linestyle=(0, (1, 1)), zorder=8,
    )  # fmt: skip
    above = top + 0.06 * (top - bottom) < whole.get_ylim()[1]
    whole.annotate(
        letters.say("见右图", "see right"), (left, top if above else bottom), xytext=(0, 3 if above else -3),
        textcoords="offset points", va="bottom" if above else "top", fontsize=7, color=INK, zorder=8,
        bbox=_BACK,
    )  # fmt: skip


def _draw_scale(axes: Any) -> None:
    """A scale bar of a round length at the lower left."""
    left, right = axes.get_xlim()
    length_m = _round_length((right - left) / 4.0)
    x = left + 0.025 * (right - left)
    offset = ScaledTranslation(0.0, 7.0 / 72.0, axes.figure.dpi_scale_trans)
    for start, colour in ((0.0, INK), (0.5, "#9FB2BF")):
        axes.plot(
            [x + start * length_m, x + (start + 0.5) * length_m], [axes.get_ylim()[0]] * 2, color=colour, linewidth=4,
            solid_capstyle="butt", transform=axes.transData + offset, zorder=8,
        )  # fmt: skip
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    axes.annotate(
        text, (x + length_m, axes.get_ylim()[0]), xytext=(5, 7), textcoords="offset points", va="center", fontsize=8,
        color=INK, zorder=8, bbox=_BACK,
    )  # fmt: skip


def _round_length(about_m: float) -> float:
    power = 10.0 ** math.floor(math.log10(about_m))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= about_m)


def _draw_north(axes: Any, letters: Lettering) -> None:
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.4}
    axes.annotate("", (0.965, 0.97), (0.965, 0.86), xycoords="axes fraction", arrowprops=arrow, zorder=11)
    axes.annotate(
        letters.say("北", "N"), (0.965, 0.845), xycoords="axes fraction", ha="center", va="top", fontsize=8.5, color=INK
    )


def _draw_legend(figure: Any, letters: Lettering, *, rejected: bool) -> None:
    entries = [
        Line2D(
            [], [], marker="*", markersize=11, color="black", linestyle="none", label=letters.say("用电点", "customer")
        ),
        Line2D([], [], color=_OTHER, linewidth=1.6, linestyle=(0, (3.2, 1.6)), label=letters.say("新建路径", "new")),
        Line2D([], [], color=_OTHER, linewidth=1.6, label=letters.say("沿现有线路", "along existing lines")),
        Line2D(
            [],
            [],
            marker="o",
            markersize=6,
            color=_OTHER,
            linestyle="none",
            label=letters.say("方案（按序号）", "option by rank"),
        ),
    ]
    if rejected:
        entries.append(
            Line2D([], [], marker="x", markersize=6.5, color=_GREY, linestyle="none", markeredgewidth=1.6,
                   label=letters.say("未采用（字母）", "rejected (letter)"))
        )  # fmt: skip
    figure.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0.0, 0.0), ncol=len(entries), frameon=False, fontsize=8,
        handletextpad=0.5, columnspacing=1.6, borderaxespad=0.2,
    )  # fmt: skip
    if letters.fell_back:
        figure.text(0.995, 0.02, "No Chinese font is installed.", ha="right", fontsize=6.5, color=_GREY)
