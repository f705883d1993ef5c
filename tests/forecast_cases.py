"""Histories whose growth, season and festival are known, because they were put there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from capacity.planning.forecast import day_table
from capacity.policy import load_policy
from capacity.tables._schema import conform
from capacity.tables.forecast import ELEMENTS, HISTORY, ForecastSettings
from capacity.tables.policy import Policy

AS_OF = dt.date(2026, 11, 1)
QUICK = ForecastSettings(draws=400, years_drawn=60, pool_least=3)
CERTAIN = ForecastSettings(draws=50, years_drawn=20, pool_least=3, common_prior_percent=0.0)
"""Nothing is believed of years in common: futures of noise-free histories are single lines."""


@cache
def calendar(country: str | None = "CN", first: int = 2020, last: int = 2040) -> pd.DataFrame:
    """The days of the tests; without the published make-up days."""
    return day_table(dt.date(first, 1, 1), dt.date(last, 12, 31), country=country)


@cache
def rules() -> Policy:
    """The bundled policy."""
    return load_policy("baoshan-2021")


def elements(rated_kva: Mapping[str, float], **columns: object) -> pd.DataFrame:
    """Public transformers of one rural area A1, unless stated otherwise by column."""
    ids = list(rated_kva)
    plain = {"area_id": "A1", "area_name": "河边网格", "area_class": "rural", "ownership": "public"}
    frame = pd.DataFrame({"transformer_id": ids, "rated_kva": list(rated_kva.values()), **plain, **columns})
    return conform(frame, ELEMENTS)


def history(
    highest_kva: Mapping[str, float],
    *,
    growth: float | Mapping[str, float] = 0.03,
    years: int = 3,
    noise: float = 0.05,
    festival: float = 0.4,
    season: float = 0.2,
    seed: int = 1,
    as_of: dt.date = AS_OF,
) -> pd.DataFrame:
    """Daily maxima of ``years`` years: a winter season, weekends 10 % lower, a surge at the festival, growth by year.

    ``highest_kva`` is the level of the last year without noise, where the season is at its highest.
    """
    end = pd.Timestamp(as_of)
    days = pd.date_range(end - pd.DateOffset(years=years), end, freq="D", inclusive="left")
    own = calendar().set_index("date").reindex(days)
    back = np.array([sum(day < end - pd.DateOffset(years=y) for y in range(1, years)) for day in days])
    shape = season * np.cos(2.0 * np.pi * (days.dayofyear.to_numpy() - 15) / 365.25) - season
    shape = shape + np.where(own["working_day"].to_numpy(bool), 0.0, -0.1)
    away = own["festival_day"].to_numpy(float)
    shape = shape + festival * np.exp(-0.5 * ((away - 2.0) / 4.0) ** 2)
    random = np.random.default_rng(seed)
    parts = []
    for name, level in highest_kva.items():
        rate = growth[name] if isinstance(growth, Mapping) else growth
        log = np.log(level) + shape - back * np.log1p(rate) + noise * random.standard_normal(len(days))
        parts.append(pd.DataFrame({"transformer_id": name, "date": days, "s_max_kva": np.exp(log)}))
    return conform(pd.concat(parts), HISTORY)
