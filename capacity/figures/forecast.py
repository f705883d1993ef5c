"""The forecast as fans: what was measured, what is expected with its interval, and the thresholds ahead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.sheet import INK, MUTED, RED, new_figure, quiet_axes, save, write_frame
from capacity.tables.forecast import Forecast
from capacity.tables.head import Head
from capacity.tables.words import FORECAST_REASON

_FAN, _LINE, _DOTS, _PAST = "#9CC7D8", "#14607A", "#14324A", "#C9D3D9"
_RULES = ("P3", "P4", "P6")
_LABEL_AT = {"P4": 0.77}  # beside that of P6, which may lie close above
_PER_PAGE, _MOST_PAGES = 8, 2


def draw_forecast(forecast: Forecast, head: Head, folder: Path, language: str = "zh") -> list[Path]:
    """Draw the areas most likely to reach P4 first, eight a page and two pages at most, and the sums of P5.

    Parameters
    ----------
    folder : exists; gets ``fans-01.png`` …, ``sums.png``.
    language : ``zh`` or ``en``; English where no Chinese font is installed, and said so.
    """
    likely = forecast.crossings[forecast.crossings["element_type"].eq("area")]
    order = _most_likely(likely[likely["rule"].eq("P4")])
    pages = [order[start : start + _PER_PAGE] for start in range(0, len(order), _PER_PAGE)][:_MOST_PAGES]
    written = [
        draw_fans(forecast, head, page, folder / f"fans-{number:02d}.png", language=language)
        for number, page in enumerate(pages, start=1)
    ]
    short = _most_likely(likely[likely["rule"].eq("P5") & likely["bound"].eq("")])[:_PER_PAGE]
    if short:
        written.append(draw_fans(forecast, head, short, folder / "sums.png", language=language, sums=True))
    return written


def _most_likely(crossings: pd.DataFrame) -> list[str]:
    ordered = crossings[crossings["reason"].eq("")].sort_values(
        ["within_horizon_percent", "year_expected", "element_id"], ascending=[False, True, True], na_position="last"
    )
    return [str(one) for one in ordered["element_id"]]


def draw_fans(
    forecast: Forecast, head: Head, element_ids: Sequence[str], path: Path, *, language: str = "zh", sums: bool = False
) -> Path:
    """Draw the given transformers or areas, a panel each.

    Parameters
    ----------
    sums : the sum of allowed capacity (P5, kVA) of areas instead of load rates (P3, P4, P6).
    """
    letters = lettering(language)
    with lettered(letters):
        rows = math.ceil(len(element_ids) / 2)
        height = 1.75 + 2.7 * rows
        figure = new_figure(13.5, height)
        title = (
            letters.say("网格允许接入容量预测", "Forecast of areas' allowed capacity")
            if sums
            else letters.say("最高负载率预测", "Forecast of the highest load rate")
        )
        top = write_frame(figure, head, letters, title, _note(letters, sums))
        grid = figure.add_gridspec(
            rows, 2, left=0.055, right=0.985, top=top - 0.62 / height, bottom=0.72 / height, hspace=0.42, wspace=0.13
        )
        for number, element_id in enumerate(element_ids):
            axes = figure.add_subplot(grid[number // 2, number % 2])
            quiet_axes(axes)
            _panel(axes, forecast, element_id, letters, sums)
        _legend(figure, letters, top, height, sums)
        return save(figure, path)


def _note(letters: Lettering, sums: bool) -> str:
    years = letters.say("每年为截至日起的十二个月", "A year is twelve months from the as-of date")
    if sums:
        return letters.say(
            f"P5：配变允许接入容量之和（P7）；{years}。", f"P5: sum of P7 over public transformers. {years}."
        )
    return letters.say(
        f"灰点：实测日最大；空白为缺失，不是 0。圆点：各年实测最高。{years}；区间 10–90 %。",
        f"Grey: measured daily maxima (gaps: missing, not 0). Dots: each year's highest. {years}. Interval 10 to 90 %.",
    )


def _panel(axes: Any, forecast: Forecast, element_id: str, letters: Lettering, sums: bool) -> None:
    own = forecast.crossings[forecast.crossings["element_id"].eq(element_id)]
    name = own["name"].iloc[0] if len(own) else None
    axes.set_title(f"{element_id}  {letters.label(name, '')}".strip(), fontsize=10, loc="left", color=INK)
    years = forecast.years[forecast.years["element_id"].eq(element_id)].sort_values("year_ahead")
    if years.empty:
        reason = FORECAST_REASON[str(own["reason"].iloc[0]) if len(own) else "no_readings"]
        axes.text(0.5, 0.5, letters.word(reason), transform=axes.transAxes, ha="center", color=MUTED, style="italic")
        return
    if sums:
        _measured_sum(axes, forecast, own)
    else:
        _measured(axes, forecast, element_id)
    column = "allowed_sum_p{}_kva" if sums else "loading_p{}_percent"
    middle = years["from_day"] + (years["until_day"] - years["from_day"]) / 2
    low, central, high = (years[column.format(part)].to_numpy("float64") for part in (10, 50, 90))
    axes.fill_between(middle, low, high, color=_FAN, alpha=0.75, linewidth=0)
    axes.plot(middle, central, color=_LINE, linewidth=2.0, marker="o", markersize=3.5)
    rules = own[own["rule"].isin(("P5",) if sums else _RULES)].sort_values("threshold")
    for row in rules.itertuples():
        _threshold(axes, row, letters)
    known = [float(np.nanmax(central)), float(rules["threshold"].max()), *rules["measured"].dropna().astype(float)]
    axes.set_ylim(0, min(1.08 * max(float(np.nanmax(high)), *known), 3.0 * max(known)))
    axes.set_ylabel("kVA" if sums else "%", fontsize=9)


def _threshold(axes: Any, row: Any, letters: Lettering) -> None:
    axes.axhline(row.threshold, color=RED, linewidth=0.9, linestyle=(0, (5, 3)))
    expected = "" if pd.isna(row.year_expected) else f"{int(row.year_expected)} · "
    if not pd.isna(row.already) and bool(row.already):
        expected = letters.say("已成立 · ", "holds now · ")
    sign = {"at_least": "≥ ", "at_most": "≤ "}.get(str(row.bound), "")
    text = f"{row.rule} {row.threshold:g}  {expected}{sign}{row.within_horizon_percent:.0f} %"
    axes.annotate(
        text,
        (_LABEL_AT.get(row.rule, 0.99), row.threshold),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        fontsize=8,
        color=RED,
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        zorder=5,
    )


def _measured(axes: Any, forecast: Forecast, element_id: str) -> None:
    elements, history = forecast.elements, forecast.history
    public = elements[elements["ownership"].eq("public") & elements["area_id"].eq(element_id)]
    mine = public if len(public) else elements[elements["transformer_id"].eq(element_id)]
    rated = mine.set_index("transformer_id")["rated_kva"]
    own = history[history["transformer_id"].isin(rated.index)]
    percent = 100.0 * own["s_max_kva"] / own["transformer_id"].map(rated).astype("float64")
    daily = percent.groupby(own["date"]).max()
    axes.plot(daily.index, daily.to_numpy(), ".", color=_PAST, markersize=2.0, zorder=1)
    as_of = pd.Timestamp(forecast.as_of)
    edges = [as_of - pd.DateOffset(years=back) for back in range(10, -1, -1)]
    for start, end in pairwise(edges):
        year = daily[(daily.index >= start) & (daily.index < end)]
        if len(year):
            axes.plot([start + (end - start) / 2], [year.max()], "o", color=_DOTS, markersize=5, zorder=4)
    axes.axvline(as_of, color=MUTED, linewidth=0.8)


def _measured_sum(axes: Any, forecast: Forecast, own: pd.DataFrame) -> None:
    """The sum by the last year's measured loads; hollow where some of its transformers are not known."""
    row = own[own["rule"].eq("P5")].iloc[0]
    as_of = pd.Timestamp(forecast.as_of)
    middle = as_of - (as_of - (as_of - pd.DateOffset(years=1))) / 2
    if not pd.isna(row["measured"]):
        face = _DOTS if row["bound"] == "" else "white"
        axes.plot([middle], [row["measured"]], "o", color=_DOTS, markerfacecolor=face, markersize=5, zorder=4)
    axes.axvline(as_of, color=MUTED, linewidth=0.8)


def _legend(figure: Any, letters: Lettering, top: float, height: float, sums: bool) -> None:
    handles: list[Any] = [
        Line2D([], [], color=_LINE, linewidth=2.0, marker="o", markersize=3.5, label=letters.say("中位数", "median")),
        Patch(facecolor=_FAN, alpha=0.75, label=letters.say("10–90 % 区间", "10 to 90 %")),
        Line2D(
            [],
            [],
            color=RED,
            linestyle=(0, (5, 3)),
            label=letters.say(
                "门槛、预计年份、预测期内概率", "threshold, expected year, probability within the horizon"
            ),
        ),
    ]
    measured = (
        letters.say("按最近一年实测（空心：部分配变未知）", "by the last year's loads (hollow: some unknown)")
        if sums
        else letters.say("年最高实测", "measured, year's highest")
    )
    handles.insert(0, Line2D([], [], color=_DOTS, marker="o", linestyle="", label=measured))
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.02, top + 0.12 / height), ncol=4, frameon=False)
