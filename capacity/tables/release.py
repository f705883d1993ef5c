"""A public release in memory: what it says about itself and its tables. Nothing internal is in it (P23)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame
from pydantic import BaseModel, ConfigDict, Field

RELEASE_FORMAT = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DisclosureRules(_Frozen):
    """Section ``disclosure`` of a policy file: the choices behind P22 and P23."""

    rounding_kva: float = Field(gt=0, description="figures are rounded down to a multiple of this")
    fewest_customers: int = Field(ge=1, description="areas with fewer are withheld; changes of fewer are not shown")
    largest_share_percent: float = Field(gt=0, le=100, description="an area where one customer has more is withheld")
    stated_contracts_percent: float = Field(
        ge=0, le=100, description="contracts on record below this share of the customers: they count as unknown"
    )
    capacity_bands_kva: tuple[float, ...] = Field(description="lower ends of the ranges of capacity, ascending from 0")
    load_rate_bands_percent: tuple[float, ...] = Field(description="lower ends of the ranges of load rate, from 0")
    stale_after_days: int = Field(ge=1, description="older data are shown as such")
    jump_kva: float = Field(gt=0, description="a move beyond this and jump_percent has to be explained or approved")
    jump_percent: float = Field(gt=0)
    derived_cell_m: float = Field(gt=0, description="grid that polygons derived from equipment are coarsened to")


class ReleaseAbout(_Frozen):
    """What a release says about itself; the head of every file of it.

    ``release_id`` is ``YYYY-MM`` of the as-of date, with ``-rN`` (N from 2) for corrections of that month.
    """

    format_version: int = RELEASE_FORMAT
    release_id: str = Field(pattern=r"^\d{4}-\d{2}(-r\d+)?$")
    title_zh: str
    title_en: str
    synthetic: bool
    as_of: dt.date
    window_start: dt.date
    window_end: dt.date
    published_on: dt.date
    stale: bool = Field(description="the data were older than allowed on the day of publication")
    previous_id: str | None = Field(description="the release that the changes are told against")
    rules: DisclosureRules
    policy: str
    policy_title_zh: str
    policy_title_en: str
    limits: dict[str, float] = Field(description="limits of P5–P10 that the figures rest on, by name")
    power_factor: float
    voltage_standard: str
    services: dict[str, str] = Field(description="telephone numbers: regulator, company, and one per branch")
    licence: str
    program_version: str
    areas_total: int
    areas_withheld: int


@dataclass(frozen=True)
class Release:
    """A release. Frames follow ``tables.public``; ``shapes`` has ``area_code`` and ``geometry`` (EPSG:4326).

    ``shapes`` holds every area that has a polygon; an area without one is in the tables alone.
    """

    about: ReleaseAbout
    areas: pd.DataFrame
    hours: pd.DataFrame
    changes: pd.DataFrame
    branches: pd.DataFrame
    terms: pd.DataFrame
    shapes: GeoDataFrame
