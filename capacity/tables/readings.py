"""Meter readings after judgement: what counts, what does not and why — per transformer and step of a window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd


class ReadingState(IntEnum):
    """Why a reading counts or not (P1). Only ``VALID`` counts; nothing else is ever taken as a number."""

    MISSING = 0
    VALID = 1
    EXCLUDED = 2
    BEFORE_RATING = 3
    IMPLAUSIBLE = 4
    ZERO_FILLED = 5
    STUCK = 6
    CONTRADICTORY = 7


@dataclass(frozen=True)
class JudgedReadings:
    """Readings of a window, one row per metered transformer, one column per step.

    Attributes
    ----------
    timestamps : the window's steps, ``n_steps``.
    transformer_ids : ``n`` metered transformers (at least one reading in the window).
    p_kw, q_kvar : float64 ``(n, n_steps)``, import positive; NaN where the meter gave apparent power only or nothing.
    s_kva : float64 ``(n, n_steps)`` apparent power; NaN where there is no reading. The values stand as read, whatever
        the state: look at ``state`` first.
    i_max_a : float64 ``(n, n_steps)`` highest of the three phase currents; NaN where not metered.
    state : uint8 ``(n, n_steps)`` of ``ReadingState``.
    """

    timestamps: pd.DatetimeIndex
    transformer_ids: tuple[str, ...]
    p_kw: npt.NDArray[np.float64]
    q_kvar: npt.NDArray[np.float64]
    s_kva: npt.NDArray[np.float64]
    i_max_a: npt.NDArray[np.float64]
    state: npt.NDArray[np.uint8]

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """Where a reading counts, ``(n, n_steps)``."""
        return self.state == ReadingState.VALID

    @property
    def coverage_percent(self) -> npt.NDArray[np.float64]:
        """Share of the window's steps with a reading that counts, per transformer, percent."""
        return 100.0 * self.valid.mean(axis=1)
