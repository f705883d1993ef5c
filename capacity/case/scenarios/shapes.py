"""Curves of what comes on top: day shapes, the sun, and what tariffs or controlled charging make of a curve."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from capacity.sun import rooftop_pv
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.network_change import ManageCharging
from capacity.tables.scenario import CLEAR_SKY, Control, Device, Scenario

Floats = npt.NDArray[np.float64]
LIBRARY = Path(__file__).with_name("devices.yaml")
SATURDAY = 5


@cache
def device_library() -> dict[str, Device]:
    """The devices that come with the package, by name; every figure of them is an assumption, marked as one."""
    devices = (Device.model_validate(one) for one in yaml.safe_load(LIBRARY.read_text(encoding="utf-8")))
    return {device.name: device for device in devices}


def devices_of(scenario: Scenario) -> dict[str, Device]:
    """The devices a scenario can name: the library's, its own instead where it states one of the same name."""
    return device_library() | {device.name: device for device in scenario.devices}


def profile_times(case: Case) -> pd.DatetimeIndex:
    """The steps at which the case's profiles stand; those of its window where it has none."""
    if TIMESTAMP in case.profiles.columns and len(case.profiles):
        return pd.DatetimeIndex(case.profiles[TIMESTAMP])
    return case.window.timestamps


def profiles_of(case: Case) -> pd.DataFrame:
    """The case's profiles; the steps of its window alone where it has none."""
    return case.profiles if len(case.profiles) else pd.DataFrame({TIMESTAMP: profile_times(case)})


def device_curve(device: Device, case: Case, times: pd.DatetimeIndex) -> Floats:
    """Factor of a device per step, ``(n_steps,)``, without its simultaneity."""
    if device.profile == CLEAR_SKY:
        longitude, latitude = place_of(case)
        factor = rooftop_pv(times, latitude, longitude, _utc_offset_hours(case, times))
    elif device.profile is not None:
        factor = case.profiles.set_index(TIMESTAMP)[device.profile].reindex(times).to_numpy(dtype=np.float64)
    else:
        by_hour = np.array([device.workday, device.weekend or device.workday])
        weekend = (times.dayofweek.to_numpy() >= SATURDAY).astype(np.int64)
        factor = by_hour[weekend, times.hour.to_numpy()]
    if device.months:
        factor = factor * np.array(device.months)[times.month.to_numpy() - 1]
    return np.asarray(factor, dtype=np.float64)


def place_of(case: Case) -> tuple[float, float]:
    """Longitude and latitude of the middle of the case's areas, degrees."""
    west, south, east, north = case.areas.to_crs("EPSG:4326").total_bounds
    return float((west + east) / 2.0), float((south + north) / 2.0)


def _utc_offset_hours(case: Case, times: pd.DatetimeIndex) -> float:
    zone = pd.Timestamp(times[0]).tz_localize(case.settings.time_zone, ambiguous=True, nonexistent="shift_forward")
    standard = zone.utcoffset() - (zone.dst() or pd.Timedelta(0))
    return float(standard / pd.Timedelta(hours=1))


def controlled(curve: Floats, times: pd.DatetimeIndex, control: Control, participation: float) -> Floats:
    """A curve of which ``participation`` (0 … 1) is moved and capped, ``(n_steps,)``; each day keeps its energy.

    Steps must be evenly spaced; a day that the times hold in part is left as it is.
    """
    rows = _whole_days(times)
    per_day = rows.shape[1]
    if per_day < 2:
        return curve
    days = np.roll(curve[rows], round(control.shift_hours * per_day / 24.0), axis=1)
    cap = control.cap_percent / 100.0 * float(np.nanmax(curve))
    managed = curve.copy()
    managed[rows] = _capped(days, cap)
    return (1.0 - participation) * curve + participation * managed


def moved_to_valley(curve: Floats, times: pd.DatetimeIndex, change: ManageCharging) -> Floats:
    """A curve of which the part that participates leaves the peak hours, ``(n_steps,)``; each day keeps its energy.

    What was drawn in the peak hours is spread evenly over the valley hours of the same day. Steps must be evenly
    spaced; a day that the times hold in part is left as it is.
    """
    rows = _whole_days(times)
    if not rows.size:
        return curve
    hour = times.hour.to_numpy()[rows[0]]
    peak, valley = np.isin(hour, change.peak_hours), np.isin(hour, change.valley_hours)
    if not valley.any():
        return curve
    moved = change.participation_percent / 100.0 * curve[rows] * peak
    managed = curve.copy()
    managed[rows] += moved.sum(axis=1, keepdims=True) / valley.sum() * valley - moved
    return managed


def _whole_days(times: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Positions of the steps of each day that is there from end to end, ``(n_days, n_steps_a_day)``."""
    day = times.normalize()
    first = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    lengths = np.diff(np.r_[first, len(times)])
    whole = first[lengths == lengths.max()]
    return np.asarray(whole[:, None] + np.arange(int(lengths.max())), dtype=np.int64)


def _capped(days: Floats, cap: float) -> Floats:
    """Each day with what lies above the cap drawn later, once round the clock; what finds no room stays."""
    out, waiting = np.minimum(days, cap), np.zeros(len(days))
    over = np.maximum(days - cap, 0.0)
    for _ in range(2):
        for step in range(days.shape[1]):
            waiting += over[:, step]
            drawn = np.minimum(waiting, cap - out[:, step])
            out[:, step] += drawn
            waiting -= drawn
        over = np.zeros_like(over)
    return np.asarray(out + (waiting / days.shape[1])[:, None])
