"""What a transformer's loads are scaled to, and what its meter recorded where a city has meters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.synthetic.curves import as_metered, category_shares, true_curve
from capacity.case.synthetic.faults import record
from capacity.case.synthetic.plan import Plan, TransformerPlan
from capacity.case.synthetic.shapes import TAN_PHI
from capacity.case.synthetic.sketch import SupplyPoint
from capacity.tables._schema import empty
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.inputs.outages import OUTAGES

AT_ONCE = 32
"""Transformers whose curves are held at the same time."""


def city_readings(
    plan: Plan, points: list[SupplyPoint], shapes: pd.DataFrame, meters: bool, stream: np.random.SeedSequence
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Readings (an empty table without meters), and by transformer the kW of a share of 1 at a profile value of 1.

    Without meters the transformers' highest loads follow from the profiles alone; with them a transformer has noise of
    its own, as in the bundled case.
    """
    shares = category_shares(points)
    if not meters:
        return empty(MEASUREMENTS), _scales_kw(plan, shares, shapes)
    when = pd.DatetimeIndex(shapes.index)
    rows, scale_kw = [], {}
    for transformer, own in zip(plan.transformers, stream.spawn(len(plan.transformers)), strict=True):
        rng = np.random.default_rng(own)
        recorded = record(plan, transformer, empty(OUTAGES), when, rng)
        curve = true_curve(
            transformer, shares[transformer.transformer_id], _of_variant(transformer, shapes), recorded.counts,
            plan.noise, rng,
        )  # fmt: skip
        scale_kw[transformer.transformer_id] = curve.scale_kw
        rows.append(as_metered(transformer, when, curve, recorded, rng))
    return pd.concat(rows, ignore_index=True).astype({"transformer_id": "string"}), scale_kw


def _of_variant(transformer: TransformerPlan, shapes: pd.DataFrame) -> pd.DataFrame:
    """The profiles that a transformer's loads follow, under the names of their categories."""
    own = [name for name in shapes.columns if name == "pv" or name.endswith(transformer.variant)]
    return shapes[own].rename(columns=lambda name: name.removesuffix(transformer.variant))


def _scales_kw(plan: Plan, shares: dict[str, dict[str, float]], shapes: pd.DataFrame) -> dict[str, float]:
    """What brings each transformer's highest apparent power over the window to the planned one."""
    columns = {name: k for k, name in enumerate(shapes.columns)}
    factors = np.ascontiguousarray(shapes.to_numpy(dtype=float).T)
    scales: dict[str, float] = {}
    for start in range(0, len(plan.transformers), AT_ONCE):
        some = plan.transformers[start : start + AT_ONCE]
        active, reactive = np.zeros((2, len(some), len(factors)))
        for row, one in enumerate(some):
            for category, share in shares[one.transformer_id].items():
                at = columns[f"{category}{one.variant}"]
                active[row, at], reactive[row, at] = share, share * TAN_PHI[category]
        for one, highest in zip(some, _highest(active, reactive, factors).tolist(), strict=True):
            scales[one.transformer_id] = one.peak.percent / 100.0 * one.rated_kva / highest
    return scales


def _highest(
    active: npt.NDArray[np.float64], reactive: npt.NDArray[np.float64], factors: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Highest apparent power of each row of shares."""
    p, q = active @ factors, reactive @ factors
    return np.sqrt((p * p + q * q).max(axis=1))
