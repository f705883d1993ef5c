"""Charts of a report: fans, bars and stacked bars as small multiples, readable in grey and for the colour-blind."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.report_gantt import URGENCY_FACE, URGENCY_HATCH
from capacity.figures.sheet import (
    DPI,
    INK,
    MUTED,
    STATUS_EDGE,
    STATUS_FACE,
    STATUS_HATCH,
    new_figure,
    quiet_axes,
)
from capacity.tables.report import UNKNOWN, Chart, Panel, Series
from capacity.tables.words import STATUS, URGENCY, Word

_WIDTH, _PANEL_HEIGHT, _WIDEST_PANEL = 9.0, 2.15, 3.0
_FAN, _LINE = "#B9D6E2", "#0B4F6C"
_TITLE_SIGNS, _MOST_TICKS, _FEW_BARS = 34, 11, 14
_WIDE_SIGN = 0x2E80


@dataclass(frozen=True)
class _Look:
    """Face, edge and hatch: two of the same lightness differ by their hatch."""

    face: str
    edge: str
    hatch: str = ""


_PLAIN = (
    _Look("#0B4F6C", "#062F40"),
    _Look("#F0B429", "#7A5600", "///"),
    _Look("#8FBFD3", "#2C7C94", "..."),
    _Look("#C7593F", "#5E2013", "xx"),
    _Look("#D9D9D9", "#6B6B6B", "\\\\\\"),
    _Look("#3E8E6E", "#1D4A38", "--"),
)
_ORDERED = (
    _Look("#E3F0F5", "#2C7C94"),
    _Look("#B4D5E2", "#2C7C94", ".."),
    _Look("#7DB1C6", "#14506A", "//"),
    _Look("#35809E", "#0B4F6C"),
    _Look("#0A3A50", "#051E2A", "xx"),
)
_PAIR = (_Look("#D3D3D3", "#6B6B6B", "////"), _Look("#14607A", "#0A3443"))
_NOT_KNOWN = _Look("#F4F4F4", "#8A8A8A", "...")


def chart_png(chart: Chart, language: str) -> bytes:
    """A chart as PNG.

    Parameters
    ----------
    language : ``zh`` or ``en``; English where no Chinese font is installed.
    """
    letters = lettering(language)
    with lettered(letters):
        columns = max(1, min(chart.columns, len(chart.panels)))
        rows = max(1, math.ceil(len(chart.panels) / columns))
        width = max(_WIDTH, _WIDEST_PANEL * columns if columns > 3 else _WIDTH)
        looks = [_looks(panel.series, chart) for panel in chart.panels]
        height = _PANEL_HEIGHT * rows + 0.62
        figure = new_figure(width, height)
        grid = figure.add_gridspec(
            rows, columns, left=0.62 / width, right=1 - 0.12 / width, top=1 - 0.62 / height, bottom=0.34 / height,
            hspace=0.52, wspace=0.62 / (width / columns) if not chart.shared else 0.24,
        )  # fmt: skip
        axes = []
        for number, panel in enumerate(chart.panels):
            here = figure.add_subplot(grid[number // columns, number % columns])
            quiet_axes(here)
            here.grid(False, axis="x")
            _STYLES[chart.style](here, panel, looks[number], letters)
            _label(here, panel, letters, narrow=columns > 2)
            axes.append(here)
        if chart.shared:
            _share(axes, columns)
        _legend(figure, chart, looks, letters, columns)
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=DPI, metadata={"Software": "capacity"}, pil_kwargs={"compress_level": 6})
        return buffer.getvalue()


def _looks(series: tuple[Series, ...], chart: Chart) -> list[_Look]:
    palette = {"plain": _PLAIN, "pair": _PAIR, "ordered": _ORDERED}[chart.palette]
    special = _of_status if chart.palette == "ordered" else _of_urgency
    return [special(one.name) or palette[number % len(palette)] for number, one in enumerate(series)]


def _of_status(name: Word) -> _Look | None:
    if name == UNKNOWN:
        return _NOT_KNOWN
    code = next((code for code, word in STATUS.items() if word == name), None)
    return None if code is None else _Look(STATUS_FACE[code], STATUS_EDGE[code], STATUS_HATCH[code])


def _of_urgency(name: Word) -> _Look | None:
    if name == UNKNOWN:
        return _NOT_KNOWN
    code = next((code for code, word in URGENCY.items() if word == name), None)
    return None if code is None else _Look(URGENCY_FACE[code], INK, URGENCY_HATCH[code])


def _fan(axes: Any, panel: Panel, looks: list[_Look], letters: Lettering) -> None:
    places = list(range(len(panel.ticks)))
    for series in panel.series:
        if series.low and series.high:
            axes.fill_between(
                places, _floats(series.low), _floats(series.high), facecolor=_FAN, edgecolor="#6FA3B8", linewidth=0.6
            )
        axes.plot(places, _floats(series.values), color=_LINE, linewidth=1.9, marker=".", markersize=5)
        if series.marks:
            axes.plot(
                places, _floats(series.marks), "o", markerfacecolor="white", markeredgecolor=INK, markersize=4.2,
                linestyle="",
            )  # fmt: skip
        if all(value is None for value in (*series.values, *series.marks)):
            _say(axes, letters.word(UNKNOWN))
    parts = [part for one in panel.series for part in (one.values, one.high, one.marks)]
    top = max([0.0, *(value for part in parts for value in part if value)])
    axes.set_ylim(0, top * 1.12 if top else 1.0)


def _bars(axes: Any, panel: Panel, looks: list[_Look], letters: Lettering) -> None:
    several = len(panel.series) > 1
    width = 0.8 / max(1, len(panel.series))
    few = len(panel.ticks) * len(panel.series) <= _FEW_BARS
    top = _top(panel)
    for number, (series, look) in enumerate(zip(panel.series, looks, strict=True)):
        for place, value in enumerate(series.values):
            at = place - 0.4 + width * (number + 0.5)
            mine = look if several else _of_status(panel.ticks[place]) or _ORDERED[min(place, len(_ORDERED) - 1)]
            if value is None:
                axes.text(at, top * 0.02, letters.word(UNKNOWN), rotation=90, ha="center", va="bottom", fontsize=7.5,
                          color=MUTED)  # fmt: skip
                continue
            _bar(axes, at, value, 0.0, width * 0.94, mine)
            _whisker(axes, at, series, place)
            if few:
                above = series.high[place] if series.high and series.high[place] is not None else value
                axes.text(at, max(value, above or 0.0) + 0.015 * top, _short(value), ha="center", va="bottom",
                          fontsize=8, color=INK)  # fmt: skip
    axes.set_ylim(0, top * 1.16)


def _stacked(axes: Any, panel: Panel, looks: list[_Look], letters: Lettering) -> None:
    top = _stack_top(panel)
    for place in range(len(panel.ticks)):
        base = 0.0
        for series, look in zip(panel.series, looks, strict=True):
            value = series.values[place]
            if value is None:
                axes.text(place, base, letters.word(UNKNOWN), ha="center", va="bottom", fontsize=7.5, color=MUTED)
                continue
            _bar(axes, place, value, base, 0.62, look)
            if value >= 0.08 * top:
                box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
                axes.text(place, base + value / 2, _short(value), ha="center", va="center", fontsize=7.5, color=INK,
                          bbox=box)  # fmt: skip
            base += value
            _whisker(axes, place, series, place)
    axes.set_ylim(0, top * 1.1)


_STYLES = {"fan": _fan, "bars": _bars, "stacked": _stacked}


def _bar(axes: Any, at: float, value: float, base: float, width: float, look: _Look) -> None:
    axes.bar(at, value, bottom=base, width=width, facecolor=look.face, edgecolor=look.edge, hatch=look.hatch,
             linewidth=0.8, zorder=2)  # fmt: skip


def _whisker(axes: Any, at: float, series: Series, place: int) -> None:
    if not series.low or not series.high:
        return
    low, high = series.low[place], series.high[place]
    if low is None or high is None or high <= low:
        return
    axes.plot([at, at], [low, high], color=INK, linewidth=1.3, zorder=4)
    for end in (low, high):
        axes.plot([at - 0.05, at + 0.05], [end, end], color=INK, linewidth=1.3, zorder=4)


def _top(panel: Panel) -> float:
    values = [value for one in panel.series for part in (one.values, one.high) for value in part if value is not None]
    return max([*values, 0.0]) or 1.0


def _stack_top(panel: Panel) -> float:
    sums = [sum(one.values[place] or 0.0 for one in panel.series) for place in range(len(panel.ticks))]
    highs = [value for one in panel.series for value in one.high if value is not None]
    return max([*sums, *highs, 0.0]) or 1.0


def _floats(values: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"


def _say(axes: Any, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED, style="italic")


def _label(axes: Any, panel: Panel, letters: Lettering, *, narrow: bool) -> None:
    title = letters.word(panel.title)
    size = 9.5 if _length(title) <= _TITLE_SIGNS or not narrow else 9.5 * _TITLE_SIGNS / _length(title)
    axes.set_title(letters.label(title), fontsize=max(size, 6.5), loc="left", color=INK)
    axes.set_ylabel(letters.word(panel.unit), fontsize=8.5)
    step = math.ceil(len(panel.ticks) / (_MOST_TICKS if not narrow else 6)) if panel.ticks else 1
    places = list(range(0, len(panel.ticks), step))
    texts = [letters.label(letters.word(panel.ticks[place])) for place in places]
    crowded = sum(_length(text) for text in texts) > (70 if not narrow else 30)
    axes.set_xticks(places, texts, fontsize=7 if crowded else 8.5)
    axes.set_xlim(-0.6, len(panel.ticks) - 0.4)
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=5)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _length(text: str) -> int:
    """Of a text in Latin signs; a Chinese one is as wide as two."""
    return sum(2 if ord(sign) >= _WIDE_SIGN else 1 for sign in text)


def _share(axes: list[Any], columns: int) -> None:
    """One scale for the panels of a row."""
    for start in range(0, len(axes), columns):
        row = axes[start : start + columns]
        top = max(one.get_ylim()[1] for one in row)
        for number, one in enumerate(row):
            one.set_ylim(0, top)
            if number:
                one.set_ylabel("")


def _legend(figure: Any, chart: Chart, looks: list[list[_Look]], letters: Lettering, columns: int) -> None:
    """Above the panels; below each pair of axes where their series differ."""
    if chart.style == "fan":
        handles: list[Any] = [
            Line2D([], [], color=_LINE, linewidth=1.9, marker=".", label=letters.say("中位数", "median")),
            Patch(facecolor=_FAN, edgecolor="#6FA3B8", label=letters.say("10–90 %", "10 to 90 %")),
            Line2D([], [], marker="o", markerfacecolor="white", markeredgecolor=INK, linestyle="",
                   label=letters.say("中心抽样", "central draw")),
        ]  # fmt: skip
    else:
        named = {
            one.name: look
            for panel, own in zip(chart.panels, looks, strict=True)
            for one, look in zip(panel.series, own, strict=True)
            if len(panel.series) > 1 or chart.style == "stacked"
        }
        handles = [
            Patch(facecolor=look.face, edgecolor=look.edge, hatch=look.hatch, label=letters.label(letters.word(name)))
            for name, look in named.items()
        ]
    if handles:
        figure.legend(
            handles=handles, loc="upper left", ncol=min(len(handles), 10), frameon=False, fontsize=8.5,
            bbox_to_anchor=(0.01, 1.0), columnspacing=1.2, handlelength=1.6, borderaxespad=0.2,
        )  # fmt: skip
