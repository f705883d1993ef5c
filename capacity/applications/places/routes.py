"""Existing routes as a graph: the stations of lines (poles, boxes, bends) and the stretches between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array

from capacity.applications.places.projecting import Floats, lengths
from capacity.tables.search import SearchRules

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SAME_PLACE_M = 0.1
"""Points in the same cell of this size are one station: there routes meet."""


@dataclass(frozen=True)
class RouteGraph:
    """Stations, and stretches between two of them, each once.

    Attributes
    ----------
    xy : of each station, metres, ``(n, 2)``.
    start, end : station of each stretch.
    line : row of the line that the stretch belongs to; -1 inside a transformer station or switchgear.
    drawn_m : straight length of each stretch.
    stated_ratio : stated over drawn length of its line; NaN where the line's geometry is known or it is no line.
    pointers, neighbours, stretch : the graph in CSR form, both directions; ``stretch`` numbers each entry's stretch.
    """

    xy: Floats
    start: Ints
    end: Ints
    line: Ints
    drawn_m: Floats
    stated_ratio: Floats
    pointers: Ints
    neighbours: Ints
    stretch: Ints

    def factors(self, rules: SearchRules) -> Floats:
        """Metres to reckon with per metre drawn: 1 where geometry is known, else from the line's stated length."""
        return length_factors(self.stated_ratio, rules)


def length_factors(stated_ratio: Floats, rules: SearchRules) -> Floats:
    """Metres per metre drawn of lines without geometry; 1 where the ratio is NaN.

    A stated length below the straight one cannot be true: the straight one counts. One beyond what is believed
    (``stated_length_factor``) is replaced by the detour factor.
    """
    believed = np.maximum(stated_ratio, 1.0)
    factor = np.where(believed > rules.stated_length_factor.value, rules.detour_factor.value, believed)
    return np.where(np.isnan(stated_ratio), 1.0, factor)


class Stations:
    """Collects points; those of one place get one number."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._number: dict[tuple[int, int], int] = {}

    def at(self, x: float, y: float) -> int:
        """The station at a point, a new one where there is none yet."""
        cell = (round(x / SAME_PLACE_M), round(y / SAME_PLACE_M))
        number = self._number.setdefault(cell, len(self.points))
        if number == len(self.points):
            self.points.append((x, y))
        return number

    def along(self, points: Floats, spacing_m: float) -> list[int]:
        """The stations along drawn points: at each of them, and between, no further apart than ``spacing_m``."""
        found = [self.at(*points[0])]
        for before, after in pairwise(points):
            pieces = max(1, int(np.ceil(np.hypot(*(after - before)) / spacing_m)))
            found += [self.at(*(before + (after - before) * piece / pieces)) for piece in range(1, pieces + 1)]
        return [number for place, number in enumerate(found) if place == 0 or number != found[place - 1]]


def route_graph(
    stations: Stations,
    lines: Sequence[Sequence[int]],
    geometry_known: Bools,
    stated_m: Floats,
    links: Sequence[tuple[int, int]],
) -> tuple[RouteGraph, Floats, Floats]:
    """The graph of lines (stations along each) and of links inside stations; each line's drawn length and ratio.

    Where several lines run between the same two stations, the one with geometry, then the one with the smaller
    stated length stands for all.
    """
    xy = np.array(stations.points, dtype=float).reshape(-1, 2)
    start = [a for line in lines for a in line[:-1]] + [a for a, _ in links]
    end = [b for line in lines for b in line[1:]] + [b for _, b in links]
    row = np.repeat(np.arange(len(lines)), [max(len(line) - 1, 0) for line in lines])
    of_line = np.concatenate([row, np.full(len(links), -1)]).astype(np.int64)
    first, second = np.array(start, dtype=np.int64), np.array(end, dtype=np.int64)
    drawn = lengths(xy[first], xy[second]) if len(first) else np.empty(0)
    drawn_of_line = np.bincount(row, weights=drawn[: len(row)], minlength=len(lines)).astype(float)

    with np.errstate(divide="ignore", invalid="ignore"):
        ratio_of_line = np.where(geometry_known | ~(stated_m > 0), np.nan, stated_m / drawn_of_line)
    assumed = ~geometry_known & np.isnan(ratio_of_line)  # no geometry and no stated length: as if not believed
    ratio_of_line[assumed] = np.inf
    ratio = np.where(of_line >= 0, np.append(ratio_of_line, np.nan)[of_line], np.nan)

    low, high = np.minimum(first, second), np.maximum(first, second)
    preferred = np.lexsort((of_line, np.nan_to_num(ratio, nan=0.0), high, low))
    preferred = preferred[low[preferred] != high[preferred]]
    pair = np.column_stack([low, high])[preferred]
    kept = preferred[np.r_[True, (np.diff(pair, axis=0) != 0).any(axis=1)]] if len(pair) else preferred
    number = np.arange(len(kept))
    both = csr_array(
        (
            np.concatenate([number, number]) + 1,
            (np.concatenate([first[kept], second[kept]]), np.concatenate([second[kept], first[kept]])),
        ),
        shape=(len(xy), len(xy)),
    )
    graph = RouteGraph(
        xy=xy,
        start=first[kept],
        end=second[kept],
        line=of_line[kept],
        drawn_m=drawn[kept],
        stated_ratio=ratio[kept],
        pointers=both.indptr.astype(np.int64),
        neighbours=both.indices.astype(np.int64),
        stretch=both.data.astype(np.int64) - 1,
    )
    return graph, drawn_of_line, ratio_of_line


def drawn_lines(xy: Floats, lines: Sequence[Sequence[int]]) -> npt.NDArray[Any]:
    """Each line as drawn through its stations; None where it has fewer than two."""
    drawn = np.full(len(lines), None, dtype=object)
    for row, stations in enumerate(lines):
        if len(stations) > 1:
            drawn[row] = shapely.LineString(xy[list(stations)])
    return drawn
