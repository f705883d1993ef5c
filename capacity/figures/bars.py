"""Allowed capacity by area: the sum of its transformers against what the grid above lets through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from capacity.figures.fonts import Lettering
from capacity.figures.sheet import INK, MUTED, RED, new_figure, quiet_axes, save, write_frame
from capacity.tables.policy_values import policy_value
from capacity.tables.run import Run
from capacity.tables.words import STATUS
from capacity.units import rounded_down

_PER_PAGE = 36
_SUM, _TOGETHER = "#BFD9E4", "#14607A"


def draw_allowed(run: Run, folder: Path, letters: Lettering) -> list[Path]:
    """Horizontal bars per area, the smallest first, on as many pages as it takes."""
    areas = run.areas.sort_values(["allowed_kva", "allowed_sum_kva"], na_position="first")
    pages = [areas.iloc[start : start + _PER_PAGE] for start in range(0, len(areas), _PER_PAGE)]
    single = len(pages) == 1
    longest = areas["allowed_sum_kva"].max()
    return [
        _page(run, page, folder / f"allowed{'' if single else f'-{number:02d}'}.png", letters, longest)
        for number, page in enumerate(pages, start=1)
    ]


def _page(run: Run, page: pd.DataFrame, path: Path, letters: Lettering, longest_kva: float) -> Path:
    height = 2.2 + 0.34 * len(page)
    figure = new_figure(12.0, height)
    title = letters.say("各网格允许接入容量", "Allowed capacity by LV grid area")
    note = letters.say(
        "同一线路上的网格不可相加。未知不是 0。", "Areas on one feeder are not additive. Unknown is not 0."
    )
    top = write_frame(figure, run.manifest, letters, title, note)
    axes = figure.add_axes((0.2, 0.85 / height, 0.76, top - 1.25 / height))
    quiet_axes(axes)
    axes.grid(False, axis="y")
    limit_kva = policy_value(run.manifest.policy_values, "pre_control")
    width_kva = max(longest_kva if longest_kva == longest_kva else 0.0, limit_kva or 0.0, 1.0) * 1.22
    for position, row in enumerate(page.itertuples()):
        _draw_area(axes, position, row, letters, width_kva)
    if limit_kva is not None:
        axes.axvline(limit_kva, color=RED, linewidth=1.2, linestyle=(0, (5, 3)))
        axes.annotate(
            f"P5: {limit_kva:g} kVA",
            (limit_kva, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, 3),
            textcoords="offset points",
            fontsize=9,
            color=RED,
        )
    labels = [
        f"{letters.label(row.name, row.area_id)}  {letters.word(STATUS[row.status])}" for row in page.itertuples()
    ]
    axes.set_yticks(range(len(page)), labels)
    axes.set(
        ylim=(len(page) - 0.4, -0.6),
        xlim=(0, width_kva),
        xlabel=letters.say("允许接入容量（kVA）", "allowed capacity (kVA)"),
    )
    _draw_legend(figure, letters, top, height)
    return save(figure, path)


def _draw_area(axes: Any, position: int, row: Any, letters: Lettering, width_kva: float) -> None:
    total, together = row.allowed_sum_kva, row.allowed_kva
    if pd.isna(total) and pd.isna(together):
        axes.text(
            width_kva * 0.008,
            position,
            letters.say("未知", "unknown"),
            va="center",
            fontsize=9,
            color=MUTED,
            style="italic",
        )
        return
    known_total = 0.0 if pd.isna(total) else float(total)
    bound = bool(row.allowed_sum_is_lower_bound)
    axes.barh(
        position,
        known_total,
        height=0.66,
        color="white" if bound else _SUM,
        edgecolor="#7FA6B5",
        hatch="..." if bound else "",
        linewidth=0.8,
    )
    text = f"{'≥ ' if bound else ''}{rounded_down(known_total):,.0f}"
    if pd.isna(together):
        text += letters.say("  同时值未知", "  simultaneous: unknown")
    else:
        axes.barh(position, float(together), height=0.32, color=_TOGETHER)
        if abs(known_total - float(together)) > 1e-6:
            text = f"{rounded_down(together):,.0f} / {text}"
    axes.annotate(
        text,
        (max(known_total, 0.0), position),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=INK,
    )


def _draw_legend(figure: Any, letters: Lettering, top: float, height: float) -> None:
    handles = [
        Patch(facecolor=_SUM, edgecolor="#7FA6B5", label=letters.say("配变合计（P7）", "sum of transformers (P7)")),
        Patch(facecolor=_TOGETHER, label=letters.say("同时允许（P8）", "simultaneous (P8)")),
        Patch(
            facecolor="white",
            edgecolor="#7FA6B5",
            hatch="...",
            label=letters.say("下限：部分配变无数据", "lower bound: some have no data"),
        ),
        Line2D(
            [],
            [],
            color=RED,
            linestyle=(0, (5, 3)),
            label=letters.say("预管控门槛（P5）", "pre-control threshold (P5)"),
        ),
    ]
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(0.97, top + 0.08 / height),
        ncol=4,
        frameon=False,
        fontsize=9,
    )
