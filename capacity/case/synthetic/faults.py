"""What the meters of the plan miss or get wrong: nothing here is random but the isolated gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.synthetic.plan import MeterFault, Plan, TransformerPlan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TRANSFERRED_LOAD = 2.4
"""Factor on the load while a neighbour's load is carried too."""
SHARE_OF_FEEDER_OUT = 0.5
"""An outage rarely takes a whole feeder: the chance that a transformer is part of it."""


@dataclass(frozen=True)
class Recorded:
    """How one meter's record differs from the truth.

    Attributes
    ----------
    counts : steps at which the reading is sound and counts (P1).
    has_row : steps that have a row at all.
    gap : steps whose row holds no number.
    faults : stuck, zero-filled and transferred stretches as ``(kind, steps)``.
    """

    counts: Bools
    has_row: Bools
    gap: Bools
    faults: tuple[tuple[str, Bools], ...]

    def apply(self, values: Floats) -> Floats:
        """The true values as recorded; NaN in gaps."""
        recorded = values.copy()
        for kind, steps in self.faults:
            if kind == "zeros":
                recorded[steps] = 0.0
            elif kind == "stuck":
                recorded[steps] = values[np.flatnonzero(steps)[0]]
            elif kind == "transfer":
                recorded[steps] = np.round(values[steps] * TRANSFERRED_LOAD, 2)
        recorded[self.gap] = np.nan
        return recorded


def record(
    plan: Plan,
    transformer: TransformerPlan,
    outages: pd.DataFrame,
    when: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> Recorded:
    """The record of one transformer's meter over the steps ``when``; no readings while its feeder was out."""
    gap = rng.random(len(when)) < plan.isolated_gap_share
    for start, end in zip(outages["start"], outages["end"], strict=True):
        if rng.random() < SHARE_OF_FEEDER_OUT:
            gap |= np.asarray((when > start - pd.Timedelta(minutes=plan.step_minutes)) & (when < end))
    has_row = np.ones(len(when), dtype=bool)
    counts = ~gap
    if transformer.valid_from is not None:
        counts &= np.asarray(when >= pd.Timestamp(transformer.valid_from))
    stretches = []
    for fault in plan.faults:
        if fault.transformer_id != transformer.transformer_id:
            continue
        steps = _steps(fault, when)
        counts &= ~steps
        if fault.kind == "dead":
            has_row &= ~steps
        else:
            gap &= ~steps
            stretches.append((fault.kind, steps))
    return Recorded(counts, has_row, gap, tuple(stretches))


def _steps(fault: MeterFault, when: pd.DatetimeIndex) -> Bools:
    return np.asarray((when >= pd.Timestamp(fault.start)) & (when < pd.Timestamp(fault.end)))
