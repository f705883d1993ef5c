"""Capacity by month and hour in chunks that the page loads when an area is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from capacity.disclosure.site.script import call
from capacity.tables.release import Release

AREAS_PER_CHUNK = 250
CELLS = 12 * 24
MISSING = -1


@dataclass(frozen=True)
class Chunk:
    """The hours of some areas: per row of the areas' table, 288 whole multiples of the unit, −1 where missing."""

    number: int
    cells: dict[int, list[int]]

    @property
    def file(self) -> str:
        """Its file in the release's folder."""
        return f"hours-{self.number:03d}.js"


def chunks_of(release: Release) -> list[Chunk]:
    """The hours of a release, in the order of its areas, at most ``AREAS_PER_CHUNK`` areas to a chunk.

    Raises
    ------
    ValueError
        An area that should have hours lacks some, another has some, or a figure is no multiple of the rounding: a
        fault of whoever made the release.
    """
    cells = _cells(release)
    rows = np.flatnonzero(release.areas["has_hours"].to_numpy(bool))
    starts = range(0, len(rows), AREAS_PER_CHUNK)
    return [
        Chunk(number, {int(row): cells[row].tolist() for row in rows[start : start + AREAS_PER_CHUNK]})
        for number, start in enumerate(starts)
    ]


def chunk_numbers(areas_total: int, chunks: list[Chunk]) -> list[int]:
    """For every row of the areas' table the chunk that holds its hours, −1 where it has none."""
    numbers = [MISSING] * areas_total
    for chunk in chunks:
        for row in chunk.cells:
            numbers[row] = chunk.number
    return numbers


def write_chunk(chunk: Chunk, release: Release, folder: Path) -> Path:
    """The chunk as a script in the release's folder."""
    path = folder / chunk.file
    content = {"unit": unit_kva(release), "cells": {str(row): cells for row, cells in chunk.cells.items()}}
    path.write_text(call("hours", release.about.release_id, chunk.number, content), encoding="utf-8", newline="\n")
    return path


def unit_kva(release: Release) -> float:
    """What the whole numbers of the chunks are multiples of: the rounding of the release."""
    unit = release.about.rules.rounding_kva
    return int(unit) if unit == math.floor(unit) else unit


def _cells(release: Release) -> npt.NDArray[np.int64]:
    """(areas, 288) whole multiples of the unit."""
    areas, hours = release.areas, release.hours
    row_of = {code: row for row, code in enumerate(areas["area_code"])}
    rows = hours["area_code"].map(row_of).to_numpy(float)
    cell = (hours["month"].to_numpy(int) - 1) * 24 + hours["hour"].to_numpy(int)
    if np.isnan(rows).any():
        raise ValueError("hours of areas that the release does not have")
    known = np.zeros((len(areas), CELLS), dtype=int)
    np.add.at(known, (rows.astype(int), cell), 1)
    expected = np.repeat(areas["has_hours"].to_numpy(bool)[:, None], CELLS, axis=1)
    if (known != expected).any():
        raise ValueError("hours are missing, double, or there for areas that should have none")
    multiples = hours["allowed_kva"].to_numpy(float) / release.about.rules.rounding_kva
    whole = np.where(np.isnan(multiples), float(MISSING), np.rint(multiples))
    if (np.abs(whole - np.where(np.isnan(multiples), whole, multiples)) > 1e-6).any():
        raise ValueError("hours hold figures that are not rounded as the release says")
    cells = np.full((len(areas), CELLS), MISSING, dtype=np.int64)
    cells[rows.astype(int), cell] = whole.astype(np.int64)
    return cells
