"""The frame of every picture: title, as-of date, scenario, synthetic mark, colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capacity.figures.fonts import Lettering
from capacity.tables.head import Head

INK, MUTED, RED = "#14324A", "#6B6B6B", "#C00000"
STATUS_FACE = {"open": "#CFEAF2", "pre_control": "#FFC94D", "blocked": "#B5443B", "no_data": "#E6E6E6"}
STATUS_EDGE = {"open": "#2C7C94", "pre_control": "#7A5600", "blocked": "#4A1410", "no_data": "#8A8A8A"}
STATUS_HATCH = {"open": "", "pre_control": "", "blocked": "////", "no_data": "..."}
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#8C6D46")
DPI = 150


def new_figure(width_inch: float, height_inch: float) -> Figure:
    """An empty figure on the Agg canvas; nothing global, so threads may draw."""
    figure = Figure(figsize=(width_inch, height_inch), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def write_frame(figure: Figure, manifest: Head | None, letters: Lettering, title: str, note: str = "") -> float:
    """Write title, subtitle and foot; returns the fraction of the height that is left for the drawing at the top."""
    height_inch = figure.get_size_inches()[1]
    left = 0.35 / figure.get_size_inches()[0]
    figure.text(left, 1.0 - 0.22 / height_inch, title, fontsize=15, fontweight="bold", color=INK, va="top")
    if manifest is not None:
        figure.text(
            left,
            1.0 - 0.56 / height_inch,
            letters.label(_subtitle(manifest, letters), manifest.case_name),
            fontsize=9.5,
            color=MUTED,
            va="top",
        )
        if manifest.synthetic:
            figure.text(
                1.0 - left,
                1.0 - 0.26 / height_inch,
                letters.say("合成数据，非真实电网", "SYNTHETIC DATA – not a real grid"),
                fontsize=10,
                fontweight="bold",
                color=RED,
                va="top",
                ha="right",
                bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": RED},
            )
    foot = [note] if note else []
    if letters.fell_back:
        foot.append("No Chinese font is installed: labels are in English.")
    if foot:
        figure.text(left, 0.16 / height_inch, "  ".join(foot), fontsize=8, color=MUTED, va="bottom")
    return 1.0 - 0.95 / height_inch


def save(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG and return its path."""
    figure.savefig(path, dpi=DPI, metadata={"Software": "capacity"}, pil_kwargs={"compress_level": 4})
    return path


def quiet_axes(axes: Any) -> None:
    """Light grid, muted ticks."""
    axes.grid(True, color="#E4E4E4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors="#444444", labelsize=9, length=3)
    for spine in axes.spines.values():
        spine.set_color("#9A9A9A")


def _subtitle(manifest: Head, letters: Lettering) -> str:
    case = letters.say(manifest.case_title_zh, manifest.case_title_en)
    parts = [case, letters.say(f"截至 {manifest.as_of:%Y-%m-%d}", f"as of {manifest.as_of:%Y-%m-%d}")]
    if manifest.scenario:
        scenario = letters.say(manifest.scenario_title_zh, manifest.scenario_title_en) or manifest.scenario
        parts.append(letters.say(f"方案：{scenario}", f"scenario: {scenario}"))
    parts.append(letters.say(f"政策：{manifest.policy}", f"policy: {manifest.policy}"))
    return "  ·  ".join(parts)
