"""What one node can take by month and hour of the day, as a heat map."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from capacity.figures.fonts import lettered, lettering
from capacity.figures.sheet import INK, new_figure, save, write_frame
from capacity.tables.run import Manifest
from capacity.units import rounded_down

_WIDTH, _HEIGHT = 13.5, 6.2
_DARK = 0.55


def draw_node_profile(
    profile: pd.DataFrame, path: Path, *, node_id: str, language: str = "zh", manifest: Manifest | None = None
) -> Path:
    """Draw a profile (``tables.node_profile``) with its figures in kVA, rounded down; unknown cells are hatched."""
    letters = lettering(language)
    with lettered(letters):
        figure = new_figure(_WIDTH, _HEIGHT)
        title = letters.say(f"节点 {node_id} 逐月逐时允许接入容量", f"Node {node_id}: capacity by month and hour")
        note = letters.say(
            "每格：只在该月该时段接入的最大恒定负荷（kVA，向下取整），供限时段用电方案（P16）。斜线为未知，不是 0。",
            "Each cell: the largest flat load in that month's hour alone (kVA, rounded down), for offers limited in "
            "time (P16). Hatched: unknown, not 0.",
        )
        top = write_frame(figure, manifest, letters, title, note)
        axes = figure.add_axes((0.055, 0.95 / _HEIGHT, 0.85, top - 1.1 / _HEIGHT))
        axes.patch.set(facecolor="#F3F3F3", hatch="//////", edgecolor="#B8B8B8")
        values = profile.pivot(index="month", columns="hour", values="allowed_kva").to_numpy("float64")
        known = values[np.isfinite(values)]
        highest = max(float(known.max()) if len(known) else 0.0, 1.0)
        colours = matplotlib.colormaps["cividis"].with_extremes(bad=(0.0, 0.0, 0.0, 0.0))
        mesh = axes.imshow(np.ma.masked_invalid(values), aspect="auto", cmap=colours, vmin=0.0, vmax=highest)
        for month, hour in zip(*np.nonzero(np.isfinite(values)), strict=True):
            kva = values[month, hour]
            ink = INK if kva > _DARK * highest else "white"
            axes.text(hour, month, f"{rounded_down(kva):.0f}", ha="center", va="center", fontsize=8.5, color=ink)
        axes.set_xticks(range(24), [f"{hour:02d}" for hour in range(24)])
        axes.set_yticks(range(12), [str(month) for month in range(1, 13)])
        axes.tick_params(length=0, labelsize=9)
        axes.set_xlabel(letters.say("时（从该整点起一小时）", "hour of the day (from this full hour to the next)"))
        axes.set_ylabel(letters.say("月", "month"))
        bar = figure.add_axes((0.925, 0.95 / _HEIGHT, 0.013, top - 1.1 / _HEIGHT))
        figure.colorbar(mesh, cax=bar).set_label("kVA", fontsize=9)
        return save(figure, path)
