"""Shapes of added power over time, for capacity that need not be there in every hour: load by category, rooftop PV.

A shape is a factor in [0, 1] per step; the power asked about is its value where the factor is 1. Flat is the default
everywhere; the day shapes are data beside this file (``shapes.yaml``), marked ``typical``: a choice of ours.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from capacity.sun import rooftop_pv

Floats = npt.NDArray[np.float64]
FLAT = "flat"
SATURDAY = 5

__all__ = ["FLAT", "DayShape", "day_shapes", "load_shape", "rooftop_pv"]


class DayShape(BaseModel):
    """A day shape: 24 hourly values for workdays and for weekends, whose common peak is exactly 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_zh: str
    title_en: str
    mark: Literal["typical", "measured"]
    source_zh: str
    source_en: str
    workday: Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]
    weekend: Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]

    @model_validator(mode="after")
    def _peak_is_one(self) -> DayShape:
        values = self.workday + self.weekend
        if min(values) < 0.0 or max(values) != 1.0:
            raise ValueError("a day shape lies between 0 and 1 and reaches exactly 1")
        return self


@cache
def day_shapes() -> dict[str, DayShape]:
    """The day shapes of ``shapes.yaml`` by name."""
    text = resources.files(__package__).joinpath("shapes.yaml").read_text(encoding="utf-8")
    return {name: DayShape.model_validate(shape) for name, shape in yaml.safe_load(text).items()}


def load_shape(name: str, timestamps: pd.DatetimeIndex) -> Floats:
    """Factor of a load per step, float64 ``(n_steps,)`` in [0, 1].

    The shape's own peak is exactly 1. A window that does not hold the hour or kind of day of the peak stays below it.
    Each value holds for its whole hour; weekends are Saturday and Sunday (public holidays count as the day they are).

    Parameters
    ----------
    name : ``flat`` (1 at every step) or a shape of ``shapes.yaml``.
    timestamps : naive, local time, start of each interval.

    Raises
    ------
    ValueError
        If there is no load shape of that name.
    """
    if name == FLAT:
        return np.ones(len(timestamps))
    shapes = day_shapes()
    if name not in shapes:
        raise ValueError(f"no load shape {name!r}; there are {', '.join([FLAT, *sorted(shapes)])}")
    by_hour = np.array([shapes[name].workday, shapes[name].weekend])
    weekend = (timestamps.dayofweek.to_numpy() >= SATURDAY).astype(np.int64)
    values: Floats = by_hour[weekend, timestamps.hour.to_numpy()]
    return values
