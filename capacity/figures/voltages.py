"""Voltages along feeders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.figures.fonts import Lettering, lettered, lettering
from capacity.figures.sheet import INK, LINES, RED, new_figure, quiet_axes, save, write_frame
from capacity.tables.run import Manifest


def draw_voltage_profile(
    profile: pd.DataFrame,
    path: Path,
    *,
    language: str = "zh",
    manifest: Manifest | None = None,
    names: Sequence[tuple[str, str]] = (),
) -> Path:
    """Lowest voltage against the distance from the substation, one panel per feeder.

    Parameters
    ----------
    profile : one row per node: ``feeder_id``, ``node_id``, ``level`` (mv/lv), ``distance_km``, ``voltage_min_pu``
        (NaN: never solved, not drawn and counted in the title), ``lower_pu`` (the limit of P10).
    names : pairs of feeder id and name, for the titles.
    """
    letters = lettering(language)
    feeders = list(dict.fromkeys(profile["feeder_id"]))
    rows = max(1, math.ceil(len(feeders) / 2))
    height = 1.9 + 2.9 * rows
    with lettered(letters):
        figure = new_figure(12.5, height)
        title = letters.say("线路沿线最低电压", "Lowest voltage along the feeders")
        note = letters.say(
            "统计窗口内各点最低电压，不一定同时出现；红圈：低于下限。",
            "Lowest of the window at each point, not of one moment; red rings: below the limit.",
        )
        top = write_frame(figure, manifest, letters, title, note)
        grid = figure.add_gridspec(
            rows, 2, left=0.065, right=0.98, top=top - 0.55 / height, bottom=0.85 / height, hspace=0.42, wspace=0.13
        )
        known = dict(names)
        shared: Any = None
        for number, feeder in enumerate(feeders):
            shared = figure.add_subplot(grid[number // 2, number % 2], sharey=shared)
            mine = profile[profile["feeder_id"] == feeder]
            _draw_feeder(shared, mine, letters.label(known.get(feeder), str(feeder)), letters)
            if number % 2 == 0:
                shared.set_ylabel(letters.say("最低电压（标幺值）", "lowest voltage (pu)"), fontsize=9)
            if number >= len(feeders) - 2:
                shared.set_xlabel(letters.say("距变电站（km）", "distance from the substation (km)"), fontsize=9)
        if shared is not None:
            handles, labels = shared.get_legend_handles_labels()
            figure.legend(
                handles,
                labels,
                loc="upper right",
                bbox_to_anchor=(0.985, top + 0.14 / height),
                ncol=4,
                frameon=False,
                fontsize=9,
            )
        return save(figure, path)


def _draw_feeder(axes: Any, mine: pd.DataFrame, name: str, letters: Lettering) -> None:
    quiet_axes(axes)
    solved = mine[mine["voltage_min_pu"].notna()]
    low = solved[solved["voltage_min_pu"] < solved["lower_pu"]]
    looks = {
        "mv": (LINES[0], "o", 20, letters.say("10千伏节点", "MV bus")),
        "lv": (LINES[5], "s", 14, letters.say("低压母线", "LV busbar")),
    }
    for level, (colour, marker, size, label) in looks.items():
        nodes = solved[solved["level"] == level]
        axes.scatter(
            nodes["distance_km"],
            nodes["voltage_min_pu"],
            s=size,
            color=colour,
            marker=marker,
            label=label,
            zorder=3,
            linewidths=0,
            clip_on=False,
        )
        limits = mine.loc[mine["level"] == level, "lower_pu"].dropna()
        if len(limits):
            axes.axhline(
                limits.min(),
                color=colour,
                linewidth=1.1,
                linestyle=(0, (5, 3)),
                label=f"{label} {letters.say('下限', 'limit')}",
            )
    axes.scatter(low["distance_km"], low["voltage_min_pu"], s=70, facecolors="none", edgecolors=RED, zorder=4)
    missing = len(mine) - len(solved)
    facts = letters.say(f"低于下限 {len(low)}，未知 {missing}", f"{len(low)} low, {missing} unknown")
    axes.set_title(f"{name}  ·  {facts}", fontsize=10, loc="left", color=INK)
    axes.set_xlim(left=0.0)
