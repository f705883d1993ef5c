"""The sun over a place: clear-sky output of rooftop PV, for headroom (generation) and scenarios (adopted PV) alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
DAYS = np.arange(1, 366)
HAURWITZ_EXTINCTION = 0.059


def rooftop_pv(
    timestamps: pd.DatetimeIndex,
    latitude_deg: float,
    longitude_deg: float | None = None,
    utc_offset_hours: float = 8.0,
) -> Floats:
    """Clear-sky output of rooftop PV per step relative to the highest of any year, float64 ``(n_steps,)`` in [0, 1].

    The safe side for generation: no clouds, at any step of the year. The reference is the clear-sky maximum of the
    whole year at that latitude, so a window in winter peaks below 1. Zero while the sun is down. Panels lie flat: what
    a tilt would add in winter is not in it.

    Parameters
    ----------
    timestamps : naive, local standard time; the sun stands where it does at these instants.
    latitude_deg : north positive.
    longitude_deg : east positive. Without it the sun is taken to be highest at 12:00 of the clock.
    utc_offset_hours : of the local standard time; used with the longitude only.

    Notes
    -----
    ``sin(elevation) = sin φ sin δ + cos φ cos δ cos h`` with the declination of Cooper (1969),
    ``δ = 23.45° sin(360° (284 + n) / 365)``, and the hour angle ``h`` of 15° per hour from solar noon. Solar time
    differs from the clock by four minutes per degree of longitude and by the equation of time of Spencer (1971); both
    as in Duffie and Beckman, *Solar Engineering of Thermal Processes*, ch. 1. Clear-sky irradiance on the horizontal
    after Haurwitz (1945), ``1098 W/m² · sin(elevation) · exp(−0.059 / sin(elevation))``, as in Reno, Hansen and Stein,
    *Global Horizontal Irradiance Clear Sky Models*, SAND2012-2389 (2012). ``n`` is the day of the year; 31 December of
    a leap year counts as day 366.

    Raises
    ------
    ValueError
        If the latitude is not between -90 and 90 degrees.
    """
    if not -90.0 <= latitude_deg <= 90.0:
        raise ValueError(f"latitude {latitude_deg} is not between -90 and 90 degrees")
    day = timestamps.dayofyear.to_numpy().astype(np.float64)
    clock_h = ((timestamps - timestamps.normalize()) / pd.Timedelta(hours=1)).to_numpy(dtype=np.float64)
    ahead_h: float | Floats = 0.0
    if longitude_deg is not None:
        ahead_h = (4.0 * (longitude_deg - 15.0 * utc_offset_hours) + _equation_of_time_min(day)) / 60.0
    hour_angle = np.radians(15.0 * (clock_h + ahead_h - 12.0))
    highest = _clear_sky(_sin_elevation(latitude_deg, DAYS.astype(np.float64), np.zeros(len(DAYS)))).max()
    return np.minimum(_clear_sky(_sin_elevation(latitude_deg, day, hour_angle)) / highest, 1.0)


def _sin_elevation(latitude_deg: float, day: Floats, hour_angle: Floats) -> Floats:
    phi = np.radians(latitude_deg)
    delta = np.radians(23.45) * np.sin(2.0 * np.pi * (284.0 + day) / 365.0)
    values: Floats = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(hour_angle)
    return values


def _equation_of_time_min(day: Floats) -> Floats:
    """By how many minutes the sun is ahead of a clock that shows local mean time (Spencer)."""
    b = 2.0 * np.pi * (day - 1.0) / 365.0
    values: Floats = 229.2 * (
        0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.04089 * np.sin(2 * b)
    )
    return values


def _clear_sky(sin_elevation: Floats) -> Floats:
    """Irradiance on the horizontal up to a constant factor; zero while the sun is down."""
    up = np.maximum(sin_elevation, 1e-6)
    return np.where(sin_elevation > 1e-6, up * np.exp(-HAURWITZ_EXTINCTION / up), 0.0)
