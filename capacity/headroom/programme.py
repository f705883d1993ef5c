"""The largest total under linear limits: a linear programme, and of its many solutions the fairest (P8).

Solved with HiGHS through ``scipy.optimize.linprog``. Where several splits give the same total — two transformers behind
one section — the one is taken in which the smallest part of its own room that any transformer gets is largest, then the
next smallest, and so on (max-min fair). That split is unique, so the figures do not depend on the solver's mood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Floats = npt.NDArray[np.float64]
SLACK = 1e-7
"""Part of the total that the fair split may lose against the largest (the solver's own tolerance)."""
DUAL = 1e-6


@dataclass(frozen=True)
class Optimum:
    """The fair split ``kva`` of the largest total; ``binding`` is the row that costs the total most, -1 if none."""

    kva: Floats
    binding: int

    @property
    def total_kva(self) -> float:
        """Sum of the split."""
        return float(self.kva.sum())


def largest_fair(rooms_kva: Floats, rows: Floats, bounds: Floats) -> Optimum | None:
    """Maximise ``Σ x`` subject to ``rows @ x ≤ bounds`` and ``0 ≤ x ≤ rooms``; None where that has no answer.

    Parameters
    ----------
    rooms_kva : ``(n,)``, positive.
    rows : ``(n_rows, n)``, not negative; their proportions count, not their size.
    bounds : ``(n_rows,)``; below zero nothing is left: zero.
    """
    n = len(rooms_kva)
    size = rows.max(axis=1, initial=0.0)
    used = np.flatnonzero((size > 0.0) & np.isfinite(bounds))
    rows = rows[used] / size[used, None]
    bounds = np.maximum(bounds[used] / size[used], 0.0)
    most = linprog(-np.ones(n), A_ub=rows, b_ub=bounds, bounds=np.stack([np.zeros(n), rooms_kva], axis=1))
    if most.status != 0:
        return None
    price = -np.round(most.ineqlin.marginals / DUAL) * DUAL if len(used) else np.empty(0)
    binding = int(used[np.argmax(price)]) if len(used) and price.max() > 0.0 else -1
    return Optimum(_fair(rooms_kva, rows, bounds, -float(most.fun), most.x), binding)


def _fair(rooms_kva: Floats, rows: Floats, bounds: Floats, total_kva: float, found_kva: Floats) -> Floats:
    """Of all splits of ``total_kva``, the max-min fair one; ``found_kva`` where the solver finds no better."""
    n = len(rooms_kva)
    lower, upper, open_ = np.zeros(n), rooms_kva.copy(), np.ones(n, dtype=bool)
    split = found_kva
    while open_.any():
        # unknowns x and the smallest part t: x_i ≥ t · room_i for those still open
        raised = np.zeros((n, n + 1))
        raised[np.arange(n), np.arange(n)] = -1.0
        raised[:, n] = rooms_kva
        least = np.append(-np.ones(n), 0.0)[None, :]
        matrix = np.vstack([np.hstack([rows, np.zeros((len(rows), 1))]), least, raised[open_]])
        right = np.concatenate([bounds, [-total_kva * (1.0 - SLACK)], np.zeros(int(open_.sum()))])
        limits = np.stack([np.append(lower, 0.0), np.append(upper, 1.0)], axis=1)
        best = linprog(np.append(np.zeros(n), -1.0), A_ub=matrix, b_ub=right, bounds=limits)
        if best.status != 0:
            break
        split = best.x[:n]
        pressed = np.flatnonzero(open_)[best.ineqlin.marginals[len(rows) + 1 :] < -DUAL / n]
        if not len(pressed) or best.x[n] >= 1.0:
            break
        # in every fair split these get just this part
        lower[pressed] = upper[pressed] = best.x[n] * rooms_kva[pressed]
        lower = np.maximum(lower - SLACK * rooms_kva, 0.0)
        upper = np.minimum(upper + SLACK * rooms_kva, rooms_kva)
        open_[pressed] = False
    return np.clip(split, 0.0, rooms_kva)
