"""The pictures of a run (matplotlib, written as PNG). Internal: they show the network and are never published."""

from __future__ import annotations

from pathlib import Path

from capacity.figures.area_map import draw_maps
from capacity.figures.bars import draw_allowed
from capacity.figures.curves import draw_calendars, draw_duration
from capacity.figures.fonts import lettered, lettering
from capacity.figures.node_profile import draw_node_profile
from capacity.figures.voltages import draw_voltage_profile
from capacity.tables.run import Run

__all__ = ["draw_all", "draw_node_profile", "draw_voltage_profile"]

_FEEDERS_PER_PAGE = 8


def draw_all(run: Run, folder: Path, *, language: str = "zh") -> list[Path]:
    """Draw every picture of a run into a folder.

    Parameters
    ----------
    folder : created where missing.
    language : ``zh`` or ``en``. Without a Chinese font the labels are English; the log and each picture say so.

    Returns
    -------
    The files written: map, load-duration curves, heat calendars, allowed capacity, voltages along the feeders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters = lettering(language)
    with lettered(letters):
        written = draw_maps(run, folder, letters)
        written.append(draw_duration(run, folder / "duration.png", letters))
        written += draw_calendars(run, folder, letters)
        written += draw_allowed(run, folder, letters)
    return written + _draw_voltages(run, folder, language)


def _draw_voltages(run: Run, folder: Path, language: str) -> list[Path]:
    profile = run.feeder_voltages
    feeders = list(dict.fromkeys(profile["feeder_id"]))
    names = list(run.feeders[["feeder_id", "name"]].itertuples(index=False, name=None))
    pages = [feeders[start : start + _FEEDERS_PER_PAGE] for start in range(0, len(feeders), _FEEDERS_PER_PAGE)]
    return [
        draw_voltage_profile(
            profile[profile["feeder_id"].isin(page)],
            folder / f"voltage{'' if len(pages) == 1 else f'-{number:02d}'}.png",
            language=language,
            manifest=run.manifest,
            names=names,
        )
        for number, page in enumerate(pages, start=1)
    ]
