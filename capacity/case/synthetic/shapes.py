"""Load shapes by category: a factor per step, highest value of the window 1 (before the day-to-day noise).

The shapes are ours, drawn from how the categories are commonly described (evening peak of households, double peak of
small industry, …); they are fitted to no utility's data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

SPRING_FESTIVALS = {
    2022: dt.date(2022, 2, 1),
    2023: dt.date(2023, 1, 22),
    2024: dt.date(2024, 2, 10),
    2025: dt.date(2025, 1, 29),
    2026: dt.date(2026, 2, 17),
    2027: dt.date(2027, 2, 6),
}
"""New Year's Day of the lunar calendar."""


def _hours(when: pd.DatetimeIndex) -> Floats:
    return (when.hour + when.minute / 60.0).to_numpy(dtype=np.float64)


def _bump(hours: Floats, centre: float, width: float) -> Floats:
    away = np.abs(hours - centre)
    away = np.minimum(away, 24.0 - away)
    return np.exp(-0.5 * (away / width) ** 2)


def _between(hours: Floats, start: float, end: float, ramp: float = 0.5) -> Floats:
    return 1.0 / (1.0 + np.exp(-(hours - start) / (ramp / 4.0))) / (1.0 + np.exp((hours - end) / (ramp / 4.0)))


def _winter(when: pd.DatetimeIndex) -> Floats:
    return 0.5 * (1.0 + np.cos(2.0 * np.pi * (when.dayofyear.to_numpy() - 15) / 365.25))


def _season(when: pd.DatetimeIndex, centre_day: int, width_days: float) -> Floats:
    return np.exp(-0.5 * ((when.dayofyear.to_numpy() - centre_day) / width_days) ** 2)


def _days_from_festival(when: pd.DatetimeIndex) -> Floats:
    nearest = np.full(len(when), 999.0)
    for festival in SPRING_FESTIVALS.values():
        days = ((when.normalize() - pd.Timestamp(festival)) / pd.Timedelta(days=1)).to_numpy()
        nearest = np.where(np.abs(days) < np.abs(nearest), days, nearest)
    return nearest


def _working(when: pd.DatetimeIndex) -> Floats:
    festival = _days_from_festival(when)
    holiday = (festival >= -2) & (festival <= 7)
    holiday |= ((when.month == 10) & (when.day <= 7)) | ((when.month == 5) & (when.day <= 3))
    weekend = when.dayofweek.to_numpy() >= 5
    return np.where(holiday, 0.15, np.where(weekend, 0.6, 1.0))


def residential_town(when: pd.DatetimeIndex) -> Floats:
    """Flats: breakfast, noon cooking, long winter evenings; emptier at Spring Festival."""
    hours = _hours(when)
    day = 0.2 + 0.22 * _bump(hours, 7.4, 0.9) + 0.3 * _bump(hours, 12.0, 0.9) + 0.75 * _bump(hours, 20.0, 1.9)
    festival = np.where(np.abs(_days_from_festival(when) - 2) <= 6, 0.92, 1.0)
    return day * (0.7 + 0.3 * _winter(when) + 0.06 * _season(when, 200, 30)) * festival


def residential_rural(when: pd.DatetimeIndex) -> Floats:
    """Farmhouses: three cooking peaks, winter heating, and everybody home at Spring Festival."""
    hours = _hours(when)
    day = 0.16 + 0.28 * _bump(hours, 7.0, 0.9) + 0.3 * _bump(hours, 12.2, 0.9) + 0.7 * _bump(hours, 19.4, 1.7)
    days = _days_from_festival(when)
    surge = 1.0 + 0.5 * np.exp(-0.5 * ((days - 2.0) / 5.0) ** 2)
    return day * (0.68 + 0.22 * _winter(when)) * surge


def commercial(when: pd.DatetimeIndex) -> Floats:
    """Shops and restaurants: nine to nine, a little more on weekends and in the cold."""
    hours = _hours(when)
    day = 0.18 + 0.62 * _between(hours, 9.0, 21.2, 1.5) + 0.2 * _bump(hours, 18.8, 1.6)
    weekend = 1.0 + 0.08 * (when.dayofweek.to_numpy() >= 5)
    return day * weekend * (0.85 + 0.1 * _winter(when) + 0.1 * _season(when, 205, 35))


def industry(when: pd.DatetimeIndex) -> Floats:
    """Workshops: two shifts by day, a small base at night, closed at the holidays."""
    hours = _hours(when)
    shift = 0.9 * _between(hours, 8.0, 12.0) + 0.9 * _between(hours, 13.8, 18.2)
    return 0.1 + shift * _working(when)


def heavy_industry(when: pd.DatetimeIndex) -> Floats:
    """A furnace: nearly flat, lower in the dry months when power is dear, one stop a year for maintenance."""
    hours = _hours(when)
    stop = np.where((when.month == 3) & (when.day >= 10) & (when.day <= 18), 0.1, 1.0)
    return (0.86 + 0.1 * _between(hours, 22.5, 23.9) + 0.08 * _between(hours, 0.0, 7.5)) * stop


def agricultural(when: pd.DatetimeIndex) -> Floats:
    """Irrigation pumps: the dry spring, by day."""
    return 0.08 + _season(when, 105, 28) * _between(_hours(when), 7.0, 18.5, 1.5)


def tea_processing(when: pd.DatetimeIndex) -> Floats:
    """Withering and firing: spring tea, then autumn tea, from noon into the night."""
    season = _season(when, 98, 20) + 0.55 * _season(when, 240, 18)
    return 0.06 + season * (_between(_hours(when), 12.0, 23.4, 2.0) + 0.4 * _bump(_hours(when), 9.5, 1.2))


def public_service(when: pd.DatetimeIndex) -> Floats:
    """Schools, clinics, offices."""
    hours = _hours(when)
    holidays = np.where(np.isin(when.month, [7, 8]), 0.65, 1.0)
    return 0.22 + 0.7 * _between(hours, 7.8, 17.8, 1.2) * np.maximum(_working(when), 0.35) * holidays


def lighting(when: pd.DatetimeIndex) -> Floats:
    """Street lamps: dusk to midnight in full, half until dawn."""
    hours = _hours(when)
    dusk = 18.6 + 1.0 * (1.0 - _winter(when))
    return np.where(hours >= dusk, 1.0, np.where(hours < 6.8, 0.5, 0.02))


def ev_charging(when: pd.DatetimeIndex) -> Floats:
    """A public charging site: a noon and a late-evening peak."""
    hours = _hours(when)
    return 0.1 + 0.5 * _bump(hours, 12.6, 1.3) + 0.8 * _bump(hours, 22.6, 1.6)


def photovoltaic(when: pd.DatetimeIndex) -> Floats:
    """Output of a roof at 25 degrees north under a clear sky, drier and clearer in winter and spring."""
    sun = np.clip(np.cos((_hours(when) - 13.3) * np.pi / 11.6), 0.0, None) ** 1.25
    return np.where(np.abs(_hours(when) - 13.3) < 5.8, sun, 0.0) * (0.84 + 0.16 * _season(when, 95, 60))


SHAPES: dict[str, Callable[[pd.DatetimeIndex], Floats]] = {
    "residential_town": residential_town,
    "residential_rural": residential_rural,
    "commercial": commercial,
    "industry": industry,
    "heavy_industry": heavy_industry,
    "agricultural": agricultural,
    "tea_processing": tea_processing,
    "public_service": public_service,
    "lighting": lighting,
    "ev_charging": ev_charging,
}
TAN_PHI = {
    "residential_town": 0.22,
    "residential_rural": 0.25,
    "commercial": 0.33,
    "industry": 0.48,
    "heavy_industry": 0.4,
    "agricultural": 0.54,
    "tea_processing": 0.42,
    "public_service": 0.3,
    "lighting": 0.2,
    "ev_charging": 0.1,
}
"""Reactive over active power."""

DAILY_SPREAD = {"heavy_industry": 0.012}
"""Spread of the day-to-day noise, where it is not the usual 4 %."""

CUSTOMER_CATEGORY = {
    "residential_town": "residential",
    "residential_rural": "residential",
    "commercial": "commercial",
    "industry": "industrial",
    "heavy_industry": "industrial",
    "agricultural": "agricultural",
    "tea_processing": "agricultural",
    "public_service": "public_service",
    "lighting": "public_service",
    "ev_charging": "ev_charging",
}
MIXES: dict[str, dict[str, float]] = {
    "town": {"residential_town": 0.7, "commercial": 0.19, "public_service": 0.07, "lighting": 0.04},
    "market": {"residential_town": 0.3, "commercial": 0.58, "public_service": 0.09, "lighting": 0.03},
    "station": {"residential_town": 0.36, "commercial": 0.42, "ev_charging": 0.18, "lighting": 0.04},
    "school": {"residential_town": 0.52, "commercial": 0.12, "public_service": 0.33, "lighting": 0.03},
    "flats": {"residential_town": 1.0},
    "workshops": {"industry": 1.0},
    "suburb": {"residential_town": 0.6, "industry": 0.2, "commercial": 0.16, "lighting": 0.04},
    "village": {"residential_rural": 0.82, "agricultural": 0.08, "commercial": 0.06, "lighting": 0.04},
    "farmhouses": {"residential_rural": 1.0},
    "tea": {"residential_rural": 0.45, "tea_processing": 0.52, "lighting": 0.03},
    "pumps": {"residential_rural": 0.44, "agricultural": 0.53, "lighting": 0.03},
    "hospital": {"public_service": 0.6, "commercial": 0.4},
    "hotel": {"commercial": 1.0},
    "furnace": {"heavy_industry": 1.0},
    "factory": {"industry": 1.0},
    "tea_factory": {"tea_processing": 1.0},
    "chargers": {"ev_charging": 1.0},
}
"""Shares of the categories in a transformer's load, as factors of the shapes."""


def profiles(
    when: pd.DatetimeIndex, rng: np.random.Generator, highest: dict[str, float] | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Every shape and ``pv`` over ``when``, with day-to-day noise per category, highest value 1.

    Parameters
    ----------
    highest : what a factor of 1 stands for, by column, where it is not the highest of these steps: another year on the
        same scale.

    Returns
    -------
    DataFrame indexed by ``when``, one column per category (factors 0…1), and what a factor of 1 stands for.
    """
    values = {
        category: shape(when) * _daily(when, rng, DAILY_SPREAD.get(category, 0.04))
        for category, shape in SHAPES.items()
    }
    sky = np.clip(
        1.0 - np.abs(_daily(when, rng, 0.5) - 1.0) * np.where(np.isin(when.month, range(6, 10)), 0.9, 0.5), 0.1, 1
    )
    clouds = np.clip(1.0 - 0.12 * np.abs(rng.standard_normal(len(when))), 0.3, 1.0)
    values["pv"] = photovoltaic(when) * sky * clouds
    one = highest or {name: float(factors.max()) for name, factors in values.items()}
    return pd.DataFrame({name: np.round(factors / one[name], 5) for name, factors in values.items()}, index=when), one


def _daily(when: pd.DatetimeIndex, rng: np.random.Generator, spread: float) -> Floats:
    """One factor per day around 1, carried over from day to day, spread over the day's steps."""
    day = (when.normalize() - when[0].normalize()).days.to_numpy()
    shocks = rng.standard_normal(int(day.max()) + 1)
    level = np.empty_like(shocks)
    state = 0.0
    for i, shock in enumerate(shocks):
        state = 0.6 * state + 0.8 * shock
        level[i] = state
    return np.exp(spread * level)[day]
