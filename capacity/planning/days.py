"""The same day of another year."""

from __future__ import annotations

import datetime as dt

import pandas as pd


def in_years(day: dt.date, years: int) -> dt.date:
    """The day so many years later; of 29 February the 28th where there is none."""
    later: dt.date = (pd.Timestamp(day) + pd.DateOffset(years=years)).date()
    return later
