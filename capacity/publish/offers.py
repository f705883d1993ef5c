"""The files that a release offers for download, each writer in its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from capacity.disclosure.downloads import Download, write_downloads
from capacity.disclosure.notices import write_notices
from capacity.disclosure.site.write import Writer
from capacity.figures.public_map import draw_public_maps
from capacity.tables.release import Release

DOWNLOADS = "downloads"
_MAPS = {"zh": ("地图（图片）", "Map in Chinese"), "en": ("英文地图（图片）", "Map in English")}


def writers() -> list[Writer]:
    """Of everything but the page itself."""
    return [_below(DOWNLOADS, write_downloads), write_notices, _maps]


def _below(name: str, write: Callable[[Release, Path], Sequence[Download]]) -> Writer:
    def written(release: Release, folder: Path) -> list[Download]:
        return [replace(entry, path=f"{name}/{entry.path}") for entry in write(release, folder / name)]

    return written


def _maps(release: Release, folder: Path) -> list[Download]:
    drawn = []
    for path in draw_public_maps(release, folder):
        title_zh, title_en = _MAPS[path.name.split(".")[-2]]
        drawn.append(Download(path.relative_to(folder).as_posix(), title_zh, title_en, "png"))
    return drawn
