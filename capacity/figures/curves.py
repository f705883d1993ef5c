"""Load-duration curves and heat calendars of transformers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import dates
from matplotlib.colors import Colormap

from capacity.figures.fonts import Lettering
from capacity.figures.sheet import INK, LINES, MUTED, RED, new_figure, quiet_axes, save, write_frame
from capacity.tables.policy_values import policy_value
from capacity.tables.run import Run
from capacity.tables.words import Word

_WORST = 8
_PANELS_PER_PAGE = 8
_HOTTEST_PERCENT = 120.0
_MARKS = (
    ("may_initiate", Word("可立项 P3", "may initiate, P3")),
    ("must_initiate", Word("必须立项 P4", "must initiate, P4")),
    ("transformer_limit_percent", Word("允许负载 P7", "allowed load, P7")),
)


def draw_duration(run: Run, path: Path, letters: Lettering) -> Path:
    """Load-duration curves of the worst public transformers, with the policy's thresholds."""
    figure = new_figure(12.0, 7.2)
    title = letters.say("配变负荷持续曲线", "Load-duration curves")
    note = letters.say(
        "横轴：有效读数中负载率不低于该值的时间占比；缺失读数不计。",
        "Share of the valid readings at or above the load rate; missing readings do not count.",
    )
    top = write_frame(figure, run.manifest, letters, title, note)
    axes = figure.add_axes((0.07, 0.12, 0.66, top - 0.15))
    quiet_axes(axes)
    worst = _worst(run).head(_WORST)
    curves = _loading_by_transformer(run, list(worst["transformer_id"]))
    highest = 100.0
    for number, row in enumerate(worst.itertuples()):
        values = np.sort(curves[row.transformer_id][~np.isnan(curves[row.transformer_id])])[::-1]
        if not len(values):
            continue
        highest = max(highest, float(values[0]))
        share = np.arange(1, len(values) + 1) / len(values) * 100.0
        label = f"{letters.label(row.name, row.transformer_id)}  {row.max_loading_percent:.1f} %"
        axes.plot(share, values, color=LINES[number % len(LINES)], linewidth=1.8, label=label)
    for level, word in _levels(run):
        axes.axhline(level, color=RED if level >= 100.0 else MUTED, linewidth=1.0, linestyle=(0, (5, 3)))
        axes.annotate(
            f"{level:g} %  {letters.word(word)}",
            (99.5, level),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=9,
            color=RED if level >= 100.0 else "#444444",
        )
    axes.set(
        xlim=(0, 100),
        ylim=(0, highest * 1.06),
        xlabel=letters.say("时间占比（%）", "share of time (%)"),
        ylabel=letters.say("负载率（%）", "load rate (%)"),
    )
    if len(worst):
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(1.02, 1.0),
            frameon=False,
            fontsize=9.5,
            alignment="left",
            title=letters.say("负载率最高的公变（最高值）", "Most loaded public transformers\n(highest value)"),
        )
    return save(figure, path)


def draw_calendars(run: Run, folder: Path, letters: Lettering) -> list[Path]:
    """Heat calendars (day × hour) of the worst public transformer of each area, eight a page, the worst area first."""
    worst = _worst(run).dropna(subset="area_id").drop_duplicates("area_id")
    curves = _loading_by_transformer(run, list(worst["transformer_id"]))
    pages = [worst.iloc[start : start + _PANELS_PER_PAGE] for start in range(0, len(worst), _PANELS_PER_PAGE)]
    single = len(pages) == 1
    return [
        _calendar_page(run, page, curves, folder / f"calendar{'' if single else f'-{number:02d}'}.png", letters)
        for number, page in enumerate(pages, start=1)
    ]


def _calendar_page(
    run: Run, page: pd.DataFrame, curves: dict[str, npt.NDArray[np.float64]], path: Path, letters: Lettering
) -> Path:
    rows = math.ceil(len(page) / 2)
    height = 1.55 + 2.15 * rows
    figure = new_figure(13.5, height)
    title = letters.say("各网格最重配变热力日历（日 × 时）", "Heat calendar of each area's most loaded transformer")
    note = letters.say(
        "每格为该小时最高负载率；白底斜线为缺失，不是 0。",
        "Highest of the hour; white and hatched: missing, not 0.",
    )
    top = write_frame(figure, run.manifest, letters, title, note)
    grid = figure.add_gridspec(
        rows, 2, left=0.05, right=0.905, top=top - 0.26 / height, bottom=0.62 / height, hspace=0.55, wspace=0.1
    )
    names = run.areas.set_index("area_id")["name"]
    colours = _colours()
    for number, row in enumerate(page.itertuples()):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        mesh = _draw_calendar(axes, run, curves[row.transformer_id], colours)
        area = letters.label(names.get(row.area_id), row.area_id)
        axes.set_title(
            f"{area}  ·  {letters.label(row.name, row.transformer_id)}  ·  {row.rated_kva:g} kVA  ·  "
            f"{letters.say('最高', 'max')} {row.max_loading_percent:.1f} %",
            fontsize=9.5,
            loc="left",
            color=INK,
        )
    bar = figure.add_axes((0.925, 0.62 / height, 0.012, top - 0.88 / height))
    scale = figure.colorbar(mesh, cax=bar, extend="max")
    scale.set_label(letters.say("负载率（%）", "load rate (%)"), fontsize=9)
    scale.ax.tick_params(labelsize=8)
    for level, _ in _levels(run):
        scale.ax.axhline(level, color="white", linewidth=1.4)
    return save(figure, path)


def _draw_calendar(axes: Any, run: Run, loading_percent: npt.NDArray[np.float64], colours: Colormap) -> Any:
    hours, days = _day_by_hour(run, loading_percent)
    axes.patch.set(facecolor="#F3F3F3", hatch="//////", edgecolor="#B8B8B8")
    calendar: Any = dates  # matplotlib's dates are untyped
    left, right = (
        calendar.date2num(days[0].to_pydatetime()),
        calendar.date2num((days[-1] + pd.Timedelta(days=1)).to_pydatetime()),
    )
    mesh = axes.imshow(
        np.ma.masked_invalid(hours.T),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        extent=(left, right, 0, 24),
        cmap=colours,
        vmin=0.0,
        vmax=_HOTTEST_PERCENT,
    )
    axes.xaxis_date()
    locator = calendar.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        calendar.ConciseDateFormatter(
            locator, formats=["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%S"], show_offset=False
        )
    )
    axes.set_yticks([0, 6, 12, 18, 24])
    axes.tick_params(labelsize=8, length=2)
    return mesh


def _day_by_hour(
    run: Run, loading_percent: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], pd.DatetimeIndex]:
    """Highest value of each hour, shape ``(days, 24)``; NaN where the whole hour is missing."""
    timestamps = _timestamps(run)
    days = pd.date_range(timestamps[0].normalize(), timestamps[-1].normalize(), freq="D")
    hours = np.full(len(days) * 24, -np.inf)
    position = ((timestamps - days[0]) // pd.Timedelta(hours=1)).to_numpy()
    known = ~np.isnan(loading_percent)
    np.maximum.at(hours, position[known], loading_percent[known])
    hours[np.isinf(hours)] = np.nan
    return hours.reshape(len(days), 24), days


def _worst(run: Run) -> pd.DataFrame:
    """Public transformers in service with a load rate, the highest first."""
    frame = run.transformers
    public = frame[(frame["ownership"] == "public") & frame["in_service"] & frame["max_loading_percent"].notna()]
    return public.sort_values("max_loading_percent", ascending=False)


def _timestamps(run: Run) -> pd.DatetimeIndex:
    manifest = run.manifest
    return pd.date_range(
        manifest.window_start, manifest.window_end, freq=f"{manifest.step_minutes}min", inclusive="left"
    )


def _loading_by_transformer(run: Run, wanted: list[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Load rate in percent at every step of the window (NaN: missing) for the wanted transformers."""
    steps = _timestamps(run)
    rated_kva = run.transformers.set_index("transformer_id")["rated_kva"]
    curves = run.transformer_curves
    mine = curves[curves["transformer_id"].isin(wanted)]
    found = {}
    groups = {str(identity): group for identity, group in mine.groupby("transformer_id")}
    step = pd.Timedelta(minutes=run.manifest.step_minutes)
    for identity in wanted:
        values = np.full(len(steps), np.nan)
        if identity in groups:
            group = groups[identity]
            position = ((group["timestamp"] - steps[0]) // step).to_numpy()
            inside = (position >= 0) & (position < len(steps))
            values[position[inside]] = group["s_kva"].to_numpy("float64")[inside] / rated_kva[identity] * 100.0
        found[identity] = values
    return found


def _levels(run: Run) -> list[tuple[float, Word]]:
    """The load rates that mean something in this run's policy, and the rating itself."""
    levels = {}
    for name, word in _MARKS:
        value = policy_value(run.manifest.policy_values, name)
        if value is not None:
            levels[value] = word
    return sorted({**levels, 100.0: Word("额定", "rated")}.items())


def _colours() -> Colormap:
    return matplotlib.colormaps["cividis"].with_extremes(bad=(0.0, 0.0, 0.0, 0.0), over=RED)
