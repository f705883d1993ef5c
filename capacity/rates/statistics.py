"""Statistics of load-rate curves: highest steps, hours above, longest runs. NaN steps count for nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def highest_steps(curves: Floats, count: int = 3) -> npt.NDArray[np.int64]:
    """Positions of the ``count`` highest values of each row, highest first, earlier first among equals.

    Parameters
    ----------
    curves : float ``(n, n_steps)``.

    Returns
    -------
    int64 ``(n, count)``; -1 where a row has fewer values.
    """
    n, n_steps = curves.shape
    known = np.where(np.isnan(curves), -np.inf, curves)
    positions = np.full((n, count), -1, dtype=np.int64)
    for rank in range(min(count, n_steps)):
        best = np.argmax(known, axis=1)
        rows = np.arange(n)
        found = known[rows, best] > -np.inf
        positions[found, rank] = best[found]
        known[rows, best] = -np.inf
    return positions


def longest_run_steps(above: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Length of the longest unbroken run of true of each row, in steps; a missing step breaks a run.

    Parameters
    ----------
    above : bool ``(n, n_steps)``.
    """
    steps = np.arange(1, above.shape[1] + 1)
    last_break = np.maximum.accumulate(np.where(above, 0, steps), axis=1)
    lengths = np.where(above, steps - last_break, 0)
    return lengths.max(axis=1, initial=0).astype(np.int64)


def value_at(curves: Floats, positions: npt.NDArray[np.int64]) -> Floats:
    """``curves[row, position]`` per row, NaN where the position is -1."""
    values = curves[np.arange(len(curves)), np.maximum(positions, 0)]
    return np.where(positions >= 0, values, np.nan)
