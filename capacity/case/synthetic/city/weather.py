"""The load profiles of a city: one weather for all its substations, several neighbourhoods per load category."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.synthetic.city.plan import WEATHER, CityPlan
from capacity.case.synthetic.shapes import MIXES, TAN_PHI, profiles
from capacity.tables.case import Window

Complex = npt.NDArray[np.complex128]


def window_of(plan: CityPlan) -> Window:
    """The months before the plan's as-of date for which it has profiles."""
    return Window.before(pd.Timestamp(plan.as_of), plan.step_minutes, plan.months)


def variants(plan: CityPlan) -> tuple[str, ...]:
    """The endings of the profiles of one category."""
    return tuple(f"-{k}" for k in range(1, plan.profile_variants + 1))


@lru_cache(maxsize=2)
def city_profiles(plan: CityPlan) -> pd.DataFrame:
    """Factors by step of the window: ``residential_town-1`` … and ``pv``, highest value of the whole year 1.

    Nobody may change the frame: it is kept for the next part.
    """
    year = Window.before(pd.Timestamp(plan.as_of), plan.step_minutes)
    streams = plan.stream(WEATHER).spawn(plan.profile_variants)
    parts = []
    for ending, stream in zip(variants(plan), streams, strict=True):
        shapes, _ = profiles(year.timestamps, np.random.default_rng(stream))
        parts.append(shapes.rename(columns={name: f"{name}{ending}" for name in shapes.columns if name != "pv"}))
    together = pd.concat([parts[0].drop(columns="pv"), *(part.drop(columns="pv") for part in parts[1:])], axis=1)
    together["pv"] = parts[0]["pv"]
    return together[together.index >= window_of(plan).start]


@lru_cache(maxsize=256)
def mix_curve(plan: CityPlan, mix: str, variant: str) -> Complex:
    """Complex power of a mix of categories over the window, as a share of its own highest apparent power."""
    shapes = city_profiles(plan)
    power: Complex = sum(
        share * (1.0 + 1.0j * TAN_PHI[category]) * shapes[f"{category}{variant}"].to_numpy()
        for category, share in MIXES[mix].items()
    ) + np.zeros(len(shapes), dtype=complex)
    return power / np.abs(power).max()
