"""Filling up rooms under linear limits, many hours side by side (P8)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS = 8
FULL = 1e-9


def filled(rooms_kva: Floats, rows: Floats, bounds: Floats) -> Floats:
    """Raise all transformers alike, in parts of what each has left, until a limit stops those below it; go on without.

    Under sections and substations, which lie above one another or apart, every split that cannot be raised further has
    the largest total, so this finds it. Under voltage limits it finds a total that is kept, not always the largest.

    Parameters
    ----------
    rooms_kva : ``(n, n_cells)``.
    rows : ``(n_rows, n)``, not negative.
    bounds : ``(n_rows, n_cells)``; below zero nothing is left.

    Returns
    -------
    kVA ``(n, n_cells)``.
    """
    kva = np.zeros(rooms_kva.shape)
    rising = np.ones(rooms_kva.shape, dtype=bool)
    for _ in range(ROUNDS):
        step = np.where(rising, rooms_kva - kva, 0.0)
        if not step.any():
            break
        wanted = rows @ step
        left = np.maximum(bounds - rows @ kva, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(wanted > FULL, left / wanted, np.inf)
        most = np.minimum(part.min(axis=0, initial=1.0), 1.0)
        kva += most * step
        # what a reached limit lies above rises no further
        reached = (part <= most) & (wanted > FULL)
        rising &= ~((rows.T > 0.0).astype(np.float64) @ reached.astype(np.float64) > 0.0) & (most < 1.0)
    return kva
