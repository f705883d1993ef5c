"""What every contestant of the load-flow table has to deliver, and how far two of them are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Statistics:
    """The outputs of a year. Buses, lines and transformers in the order of the network's tables, NaN where dead.

    Attributes
    ----------
    voltage_min_pu, voltage_max_pu, voltage_min_step, voltage_max_step : ``(n_bus,)``; a step is -1 where there is none.
    top_loading_percent : the three highest steps of every line, ``(n_lines, 3)``, descending.
    hours, longest_run_h : at or above heavy load and overload, ``(n_lines, 2)``.
    transformer_kva : apparent power at the terminal with more of it, ``(n_trafos, n_steps)``.
    """

    voltage_min_pu: Reals
    voltage_min_step: Ints
    voltage_max_pu: Reals
    voltage_max_step: Ints
    top_loading_percent: Reals
    hours: Reals
    longest_run_h: Reals
    transformer_kva: Floats


@dataclass(frozen=True)
class Steps:
    """Some steps in full: voltages ``(n_steps, n_bus)`` pu, loadings ``(n_steps, n_lines or n_trafos)`` percent."""

    voltage_pu: Reals
    line_loading_percent: Reals
    trafo_loading_percent: Reals


@dataclass(frozen=True)
class Deviation:
    """Largest difference of voltages and of loadings (percentage points, lines and transformers)."""

    voltage_pu: float
    loading_percent: float

    @classmethod
    def between(cls, one: Steps, other: Steps) -> Deviation:
        """Of two contestants in the same steps."""
        loading = (
            largest(one.line_loading_percent, other.line_loading_percent),
            largest(one.trafo_loading_percent, other.trafo_loading_percent),
        )
        return cls(largest(one.voltage_pu, other.voltage_pu), max(loading))

    @classmethod
    def of_statistics(cls, one: Statistics, other: Statistics) -> Deviation:
        """Of two contestants' voltage extremes and three highest loadings of all steps."""
        voltage = (
            largest(one.voltage_min_pu, other.voltage_min_pu),
            largest(one.voltage_max_pu, other.voltage_max_pu),
        )
        return cls(max(voltage), largest(one.top_loading_percent, other.top_loading_percent))


def largest(one: Reals, other: Reals) -> float:
    """Largest difference of two arrays; infinite where one of them knows a value and the other does not."""
    if one.shape != other.shape:
        raise ValueError(f"results of different size: {one.shape} and {other.shape}")
    both_missing = np.isnan(one) & np.isnan(other)
    difference = np.where(both_missing, 0.0, np.abs(one - other))
    return float(np.where(np.isnan(difference), np.inf, difference).max(initial=0.0))
