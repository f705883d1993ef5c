"""Which readings the simulation is held to, and what stands in for missing ones.

A reading counts when it lies in the window, is finite, is not excluded and does not precede the transformer's present
rating (P1). Apparent power alone is taken as import at the case's power factor. For the simulation only, a missing
reading is filled with the mean of the same step of the week in the two weeks before and after; failing that with the
mean of the same time of day in its month; failing that it stays open and the loads follow their own profiles.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case, Window
from capacity.tables.readings import JudgedReadings, ReadingState

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
NEIGHBOUR_WEEKS = (-2, -1, 1, 2)


def judge(case: Case, window: Window) -> JudgedReadings:
    """The case's readings in the window with the states that follow from the ledger alone."""
    table = case.measurements
    step = (table["timestamp"] - window.start) / pd.Timedelta(minutes=window.step_minutes)
    n_steps = len(window.timestamps)
    inside = ((step >= 0) & (step < n_steps) & (step == step.round())).to_numpy(bool)
    code, names = pd.factorize(table["transformer_id"].to_numpy(object)[inside])
    column = step.to_numpy(np.float64)[inside].astype(np.int64)

    def placed(name: str) -> Reals:
        values = np.full((len(names), n_steps), np.nan)
        if name in table:
            values[code, column] = table[name].to_numpy(np.float64, na_value=np.nan)[inside]
        return values

    p, q, s = placed("p_kw"), placed("q_kvar"), placed("s_kva")
    s = np.where(np.isnan(s), np.hypot(p, q), s)
    phases = np.stack([placed(f"i_{phase}_a") for phase in "abc"])
    present = np.isfinite(p) | np.isfinite(s)
    state = np.where(present, ReadingState.VALID, ReadingState.MISSING).astype(np.uint8)
    for row, name in enumerate(names):
        state[row, _excluded(case, window, str(name)) & present[row]] = ReadingState.EXCLUDED
        state[row, _before_rating(case, window, str(name)) & present[row]] = ReadingState.BEFORE_RATING
    ids = tuple(str(name) for name in names)
    return JudgedReadings(window.timestamps, ids, p, q, s, np.fmax.reduce(phases), state)


def _excluded(case: Case, window: Window, transformer_id: str) -> npt.NDArray[np.bool_]:
    steps = window.timestamps
    out = np.zeros(len(steps), dtype=bool)
    mine = case.exclusions[case.exclusions["transformer_id"] == transformer_id]
    for begin, end in zip(mine["from"], mine["to"], strict=True):
        out |= np.asarray((steps >= begin) & (steps < end))
    return out


def _before_rating(case: Case, window: Window, transformer_id: str) -> npt.NDArray[np.bool_]:
    ledger = case.transformers
    since = ledger.loc[ledger["transformer_id"] == transformer_id, "valid_from"].dropna()
    if since.empty:
        return np.zeros(len(window.timestamps), dtype=bool)
    return np.asarray(window.timestamps < since.iloc[0])


def complex_readings(readings: JudgedReadings, power_factor: float) -> Complexes:
    """Readings that count as ``P + jQ``, kVA, ``(n, n_steps)``; NaN where there is none."""
    tangent = math.tan(math.acos(power_factor))
    active = np.where(np.isfinite(readings.p_kw), readings.p_kw, readings.s_kva * power_factor)
    reactive = np.where(np.isfinite(readings.q_kvar), readings.q_kvar, active * tangent)
    power = active + 1j * reactive
    return np.where(readings.valid & np.isfinite(power), power, complex(np.nan, np.nan))


def filled(power: Complexes, timestamps: pd.DatetimeIndex, step_minutes: int) -> Complexes:
    """``power`` ``(n, n_steps)`` with gaps closed as far as the rule above goes; what stays NaN has no stand-in."""
    week = 7 * 24 * 60 // step_minutes
    missing = np.isnan(power.real)
    out = power.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is the NaN meant here
        for row in np.flatnonzero(missing.any(axis=1)):
            gaps = np.flatnonzero(missing[row])
            out[row, gaps] = np.nanmean(
                [_shifted(power[row], gaps + weeks * week) for weeks in NEIGHBOUR_WEEKS], axis=0
            )
            still = gaps[np.isnan(out[row, gaps].real)]
            if len(still):
                out[row, still] = _monthly(power[row], timestamps)[still]
    return out


def _shifted(power: Complexes, at: npt.NDArray[np.int64]) -> Complexes:
    inside = (at >= 0) & (at < len(power))
    values = np.full(len(at), complex(np.nan, np.nan))
    values[inside] = power[at[inside]]
    return values


def _monthly(power: Complexes, timestamps: pd.DatetimeIndex) -> Complexes:
    """Mean of each step's month and time of day."""
    keys = [timestamps.year, timestamps.month, timestamps.hour, timestamps.minute]
    parts = pd.DataFrame({"p": power.real, "q": power.imag}).groupby(keys).transform("mean")
    return parts["p"].to_numpy() + 1j * parts["q"].to_numpy()
