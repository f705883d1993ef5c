"""The curves load rates are taken from: measured where metered, simulated elsewhere (P1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class RatedCurves:
    """One row per distribution transformer of the case, one column per step of the window.

    Attributes
    ----------
    timestamps : the window's steps, ``n_steps``.
    transformer_ids : the ids, in the order of the case's transformer table.
    p_kw : float64 ``(n, n_steps)``, import positive; equal to ``s_kva`` where a meter gives apparent power only.
    q_kvar : float64 ``(n, n_steps)``; NaN where not known.
    s_kva : float64 ``(n, n_steps)``; NaN where no value counts (missing, rejected, excluded or failed step).
    source : ``measured``, ``simulated``, ``projected`` or ``none`` per transformer.
    solver_failed : bool per transformer: a step of its simulation did not converge.
    """

    timestamps: pd.DatetimeIndex
    transformer_ids: tuple[str, ...]
    p_kw: npt.NDArray[np.float64]
    q_kvar: npt.NDArray[np.float64]
    s_kva: npt.NDArray[np.float64]
    source: tuple[str, ...]
    solver_failed: npt.NDArray[np.bool_]

    @property
    def step(self) -> pd.Timedelta:
        """Length of one step."""
        if self.timestamps.freq is not None:  # all there is to tell where the window holds a single step
            return pd.Timedelta(self.timestamps.freq)
        return pd.Timedelta(self.timestamps[1] - self.timestamps[0])

    def row(self, transformer_id: str) -> int:
        """Row of a transformer.

        Raises
        ------
        ValueError
            The transformer is not in the case.
        """
        return self.transformer_ids.index(transformer_id)
