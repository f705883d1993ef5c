"""What the transformer's own meter says: when its network draws most, and how uneven its phases are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from capacity.loadflow.load_flow import LoadFlow
from capacity.loadflow.unbalanced.network import LvNetwork
from capacity.tables.case import Case

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

HEAVY_SHARE = 0.5
"""Unevenness counts where the mean of the phases is at least this part of its highest value."""
USUAL_QUANTILE = 0.95
"""Of those steps, so many are at most as uneven as what counts."""


def metered_unbalance_percent(case: Case, transformer_ids: tuple[str, ...]) -> float:
    """By how much the highest phase current exceeds the mean of the three at heavy load; NaN where not metered."""
    readings = case.measurements
    mine = readings[readings["transformer_id"].isin(transformer_ids).fillna(False).to_numpy(bool)]
    phases = mine[["i_a_a", "i_b_a", "i_c_a"]].to_numpy(np.float64)
    phases = phases[np.isfinite(phases).all(axis=1) & (phases >= 0.0).all(axis=1)]
    mean = phases.mean(axis=1) if len(phases) else np.empty(0)
    heavy = mean >= max(HEAVY_SHARE * mean.max(initial=0.0), 1e-9)
    if not heavy.any():
        return float("nan")
    return 100.0 * float(np.quantile(phases[heavy].max(axis=1) / mean[heavy] - 1.0, USUAL_QUANTILE))


def heaviest_steps(flow: LoadFlow, network: LvNetwork, count: int) -> Ints:
    """The ``count`` steps of highest load by the meter or, without one, by the profiles; likewise of phase current."""
    readings = flow._readings
    rows = [row for row, name in enumerate(readings.transformer_ids) if name in network.supply.trafo_ids]
    chosen: set[int] = set()
    measured = False
    if rows:
        valid = readings.valid[rows]
        power = np.where(valid.all(axis=0), np.where(valid, readings.s_kva[rows], 0.0).sum(axis=0), np.nan)
        current = np.where(valid, readings.i_max_a[rows], np.nan).max(axis=0)
        measured = bool(np.isfinite(power).any())
        for curve in (power, current):
            chosen |= set(_highest(curve, count).tolist())
    if not measured:
        chosen |= set(_highest(_by_profiles(flow, network), count).tolist())
    return np.array(sorted(chosen), dtype=np.int64)


def _highest(curve: Reals, count: int) -> Ints:
    """Positions of the highest values; missing ones never."""
    known = np.flatnonzero(np.isfinite(curve))
    return known[np.argsort(-curve[known], kind="stable")[:count]]


def _by_profiles(flow: LoadFlow, network: LvNetwork) -> Reals:
    """Size of the sum of a network's loads and generation as their profiles say."""
    injections = flow.plan.injections
    elements = injections.elements
    mine = elements[elements["bus"].isin(network.buses[network.buses >= 0])]
    p = mine["p"].to_numpy(np.float64) @ injections.profiles[mine["profile_p"].to_numpy(np.int64)]
    q = mine["q"].to_numpy(np.float64) @ injections.profiles[mine["profile_q"].to_numpy(np.int64)]
    return np.hypot(p, q)
