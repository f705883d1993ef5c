"""Where labels go so that none covers another, a target or, if it can be helped, a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
_ANGLES = 24
_REACH = (1.6, 2.2, 3.0, 4.0, 5.2, 6.6, 8.5, 11.0, 14.0)  # of the label's radius
_LINE, _FAR, _CROSSING = 3.0, 1.0, 12.0


@dataclass(frozen=True)
class Label:
    """A round label that belongs to a point; ``x``, ``y`` and ``radius`` in points of the paper."""

    x: float
    y: float
    radius: float


def place_labels(
    labels: Sequence[Label], taken: Points, lines: Points, box: Sequence[float]
) -> list[tuple[float, float]]:
    """Centres for the labels, in their order.

    Parameters
    ----------
    labels : the more important ones first.
    taken : shape ``(n, 2)``: points that no label may cover, such as targets and the customer.
    lines : shape ``(m, 2)``: points along lines, covered only where there is no better place.
    box : left, bottom, right, top, which labels stay inside of.
    """
    placed: list[tuple[float, float, float]] = []
    leaders: list[tuple[Label, tuple[float, float]]] = []
    for label in labels:
        places = [place for place in _around(label) if _inside(place, label.radius, box)] or [(label.x, label.y)]
        best = min(places, key=lambda place: _cost(label, place, placed, leaders, taken, lines))
        placed.append((*best, label.radius))
        leaders.append((label, best))
    return [(x, y) for x, y, _ in placed]


def _around(label: Label) -> list[tuple[float, float]]:
    return [
        (label.x + reach * label.radius * math.cos(angle), label.y + reach * label.radius * math.sin(angle))
        for reach in _REACH
        for angle in np.arange(_ANGLES) * (2.0 * math.pi / _ANGLES)
    ]


def _inside(place: tuple[float, float], radius: float, box: Sequence[float]) -> bool:
    left, bottom, right, top = box
    return left + radius <= place[0] <= right - radius and bottom + radius <= place[1] <= top - radius


def _cost(
    label: Label,
    place: tuple[float, float],
    placed: Sequence[tuple[float, float, float]],
    leaders: Sequence[tuple[Label, tuple[float, float]]],
    taken: Points,
    lines: Points,
) -> float:
    """How bad a place is: overlaps count by far the most, then covered targets, crossing leaders, covered lines."""
    x, y = place
    overlaps = sum(math.hypot(x - a, y - b) < label.radius + radius + 1.0 for a, b, radius in placed)
    near = _distances(taken, place)
    covered = int(np.count_nonzero(near < label.radius + 4.0))
    on_lines = int(np.count_nonzero(_distances(lines, place) < label.radius + 1.0))
    crossings = sum(_cross((label.x, label.y), place, (other.x, other.y), end) for other, end in leaders)
    under = sum(_passes((label.x, label.y), place, (a, b), radius) for a, b, radius in placed)
    far = math.hypot(x - label.x, y - label.y) / label.radius
    return 1e6 * overlaps + 1e4 * covered + 1e2 * under + _CROSSING * crossings + _LINE * min(on_lines, 4) + _FAR * far


def _distances(points: Points, place: tuple[float, float]) -> Points:
    distances: Points = np.hypot(points[:, 0] - place[0], points[:, 1] - place[1])
    return distances


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Whether two legs cross properly."""

    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0.0 and side(c, d, a) * side(c, d, b) < 0.0


def _passes(a: tuple[float, float], b: tuple[float, float], centre: tuple[float, float], radius: float) -> bool:
    """Whether a leader passes through a label."""
    ax, ay = b[0] - a[0], b[1] - a[1]
    length = max(ax * ax + ay * ay, 1e-9)
    share = min(1.0, max(0.0, ((centre[0] - a[0]) * ax + (centre[1] - a[1]) * ay) / length))
    return math.hypot(a[0] + share * ax - centre[0], a[1] + share * ay - centre[1]) < radius
