"""Conversions at the edges. Inside the package the unit is in the name (``_kva``, ``_percent``)."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Real = TypeVar("Real", float, npt.NDArray[np.float64])

KVA_PER_MVA = 1000.0


def apparent_kva(p_kw: Real, q_kvar: Real) -> Real:
    """Apparent power (kVA) of active (kW) and reactive power (kvar); either sign, any shape."""
    magnitude: Any = np.hypot(p_kw, q_kvar)  # a float stays a float, an array an array
    return magnitude


def kva_of_kw(p_kw: Real, power_factor: float) -> Real:
    """Apparent power (kVA) of an active power (kW) at a power factor in (0, 1]."""
    if not 0.0 < power_factor <= 1.0:
        raise ValueError(f"power factor {power_factor} is outside (0, 1]")
    return p_kw / power_factor


def kvar_of_kw(p_kw: Real, power_factor: float) -> Real:
    """Lagging reactive power (kvar) that goes with an active power (kW) at a power factor in (0, 1]."""
    if not 0.0 < power_factor <= 1.0:
        raise ValueError(f"power factor {power_factor} is outside (0, 1]")
    return p_kw * math.tan(math.acos(power_factor))


def rated_current_a(rated_kva: float, rated_kv: float) -> float:
    """Rated three-phase line current (A) of an apparent power (kVA) at a line-to-line voltage (kV)."""
    return rated_kva / (math.sqrt(3.0) * rated_kv)


def rounded_down(value: float, digits: int = 0) -> float:
    """``value`` shown with ``digits`` decimals, never above itself: 159.96 kVA are not 160, 69.98 % are not 70 %.

    >>> rounded_down(159.96, 1), rounded_down(0.1 + 0.2, 1)
    (159.9, 0.3)
    """
    return math.floor(round(value * 10**digits, 9)) / 10**digits
