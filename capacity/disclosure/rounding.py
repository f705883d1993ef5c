"""How figures leave the company: rounded down, and as ranges (P23)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

NOISE = 1e-9
"""Relative: a figure this little below a step is on it (what is 160 on paper is 160)."""
NARROWEST_ROUNDINGS = 8
"""A range that stands in for a hidden figure is at least this many rounding steps wide."""


def rounded_down(values: npt.ArrayLike, step: float) -> Floats:
    """``values`` rounded down to a multiple of ``step`` (same unit, same shape); missing stays missing.

    >>> rounded_down([0.0, 4.99, 5.0, 159.9999999999, 163.2], 5.0).tolist()
    [0.0, 0.0, 5.0, 160.0, 160.0]
    """
    steps = np.asarray(values, dtype=np.float64) / step
    nearest = np.round(steps)
    on_step = np.abs(steps - nearest) <= NOISE * np.maximum(1.0, np.abs(nearest))
    whole: Floats = np.where(on_step, nearest, np.floor(steps)) * step
    return whole


def range_of(values: pd.Series, edges: Sequence[float]) -> pd.DataFrame:
    """The range that each unrounded value lies in: columns ``from`` ≤ value < ``below``, missing at the open end.

    Parameters
    ----------
    edges : lower ends, ascending from 0. The last range has no upper end.
    """
    lower = np.asarray(edges, dtype=np.float64)
    upper = np.append(lower[1:], np.nan)
    known = values.astype("float64").to_numpy()
    index = np.searchsorted(lower, np.nan_to_num(known) * (1.0 + NOISE), side="right") - 1
    missing = np.isnan(known)
    return pd.DataFrame(
        {"from": np.where(missing, np.nan, lower[index]), "below": np.where(missing, np.nan, upper[index])},
        index=values.index,
    )


def wide_edges(edges: Sequence[float], step: float) -> tuple[float, ...]:
    """The edges of ranges that stand in for a hidden figure: narrow ranges are joined with the next one.

    >>> wide_edges((0, 5, 50, 160, 315), 5.0)
    (0.0, 50.0, 160.0, 315.0)
    """
    kept = [float(edges[0])]
    for edge in edges[1:]:
        if edge - kept[-1] >= NARROWEST_ROUNDINGS * step:
            kept.append(float(edge))
    return tuple(kept)
