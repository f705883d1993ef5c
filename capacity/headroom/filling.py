"""Filling up rooms under limits, many cases side by side: what is left of a verified split in lighter hours (P8)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS = 8
FULL = 1e-9


def filled(start_kva: Floats, rooms_kva: Floats, rows: Floats, bounds: Floats) -> Floats:
    """Raise all transformers alike, in parts of what each has left, until a limit stops those below it; go on without.

    Under sections and substations, which lie above one another or apart, every split that cannot be raised further has
    the largest total, so this finds it. Under voltage limits it finds a total that is kept, not always the largest.

    Parameters
    ----------
    start_kva : ``(n,)`` or ``(n, n_cells)``: kept whatever the bounds say.
    rooms_kva : ``(n, n_cells)``, at least ``start_kva``.
    rows : ``(n_rows, n)``, not negative.
    bounds : ``(n_rows, n_cells)``: ``rows @ x`` is not raised beyond.

    Returns
    -------
    kVA ``(n, n_cells)``.
    """
    kva = np.broadcast_to(start_kva.reshape(len(rooms_kva), -1), rooms_kva.shape).copy()
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
