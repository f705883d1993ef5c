"""A scenario file (``scenarios/*.yaml``): changes laid over a case without touching it.

The keys up to ``transformers`` change the present case as it stands. The others describe a future: what the demand and
the network will be in a year of the horizon, in one of many draws. ``Scenario.at`` says which future is meant.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from capacity.tables.inputs.customers import CATEGORIES
from capacity.tables.network_change import NetworkChange, both_languages

AreaClass = Literal["city", "county", "town", "rural"]
Category = Literal["residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging"]
Pathway = Literal["low", "mid", "high", "drawn"]
Mark = Literal["assumed", "typical", "measured", "official"]
HOURS, MONTHS = 24, 12
CLEAR_SKY = "clear_sky"
assert set(CATEGORIES) == set(Category.__args__)  # type: ignore[attr-defined]  # a Literal has its values there


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PointLoad(_Frozen):
    """A flat (or profiled) load added at a node or at the LV busbar of a transformer."""

    load_id: str
    node_id: str | None = None
    transformer_id: str | None = None
    p_kw: float = Field(gt=0.0)
    power_factor: float = Field(default=0.95, gt=0.0, le=1.0)
    profile: str | None = None


class SwitchChange(_Frozen):
    """A switch put into another position."""

    switch_id: str
    closed: bool


class TransformerChange(_Frozen):
    """A transformer exchanged for another rating, or taken out of service.

    Impedance in percent stays, losses scale with the rating, unless ``std_type`` names a type of the network.
    """

    transformer_id: str
    rated_kva: float | None = Field(default=None, gt=0.0)
    std_type: str | None = None
    in_service: bool | None = None


class Range(_Frozen):
    """A figure with what it is at least and at most taken to be; a single number stands for all three."""

    low: float
    mid: float
    high: float

    @model_validator(mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        single = isinstance(value, int | float) and not isinstance(value, bool)
        return {"low": value, "mid": value, "high": value} if single else value

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.mid <= self.high):
            raise both_languages("range_order", "须满足 low ≤ mid ≤ high", "low ≤ mid ≤ high must hold")
        return self

    def at(self, pathway: Pathway, quantile: float = 0.5) -> float:
        """The figure of a pathway; ``drawn`` takes the quantile of the triangular distribution over the range.

        >>> Range(low=0.0, mid=2.0, high=4.0).at("drawn", 0.5)
        2.0
        """
        if pathway == "drawn":
            return _triangular(self.low, self.mid, self.high, quantile)
        return {"low": self.low, "mid": self.mid, "high": self.high}[pathway]


class _Sourced(_Frozen):
    """An assumption, with where it comes from."""

    mark: Mark = Field(default="assumed", description="assumed: nobody's figure but the author's")
    source: str = Field(default="", description="where the figure is from; needed unless it is marked assumed")

    @model_validator(mode="after")
    def _source_stated(self) -> _Sourced:
        if self.mark != "assumed" and not self.source.strip():
            raise both_languages(
                "source_missing",
                f"标注为 {self.mark} 的数值须填写 source（来源），否则请标注 assumed（假定）",
                f"a figure marked {self.mark} needs its source; else mark it assumed",
            )
        return self


class Growth(_Sourced):
    """Growth of the existing load, compounded year by year, of an area class, a customer category, both, or all.

    The most particular entry counts: class and category, then category, then class, then neither.
    """

    area_class: AreaClass | None = None
    category: Category | None = None
    percent_per_year: Range


class Prospect(_Sourced):
    """A customer who may come: a load on top of the present ones from a date, with a probability."""

    prospect_id: str
    node_id: str | None = None
    transformer_id: str | None = None
    p_kw: float = Field(gt=0.0, description="highest power drawn, kW")
    power_factor: float = Field(default=0.95, gt=0.0, le=1.0)
    profile: str | None = Field(default=None, description="a profile of the case; flat without")
    category: Category | None = None
    energise_on: dt.date
    probability_percent: float = Field(default=100.0, gt=0.0, le=100.0)
    name: str = ""


class Device(_Sourced):
    """What one adopter brings: a load or a generator on top of what is metered.

    The power drawn at a step is ``kw_per_unit · simultaneity · shape``: the mean over many adopters, not the peak of
    a single one. The shape is a day shape (its own peak is 1) by hours with a factor per month, ``clear_sky`` (the sun
    at the case's place) or a profile of the case.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title_zh: str
    title_en: str
    kind: Literal["load", "generation"] = "load"
    kw_per_unit: float = Field(gt=0.0)
    power_factor: float = Field(default=1.0, gt=0.0, le=1.0)
    simultaneity: float = Field(default=1.0, gt=0.0, le=1.0, description="of all units, at the peak of the shape")
    workday: tuple[float, ...] = Field(default=(), description="24 hourly factors from 0:00")
    weekend: tuple[float, ...] = Field(default=(), description="24 hourly factors; as on workdays by default")
    months: tuple[float, ...] = Field(default=(), description="12 factors from January; 1 by default")
    profile: str | None = Field(default=None, description="clear_sky, or a profile of the case, instead of hours")

    @model_validator(mode="after")
    def _shape(self) -> Device:
        lengths = ((self.workday, HOURS), (self.weekend, HOURS), (self.months, MONTHS))
        if any(values and len(values) != wanted for values, wanted in lengths):
            raise both_languages(
                "shape_length",
                "workday、weekend 各需 24 个值，months 需 12 个值",
                "workday and weekend take 24 values each, months takes 12",
            )
        if any(not 0.0 <= value <= 1.0 for values, _ in lengths for value in values):
            raise both_languages("shape_bounds", "曲线各值须在 0 与 1 之间", "factors of a shape lie between 0 and 1")
        if (self.profile is None) == (not self.workday):
            raise both_languages(
                "shape_stated", "workday 与 profile 须且只能填写一个", "state either workday or profile"
            )
        return self


class Curve(_Frozen):
    """Which share of those who may adopt has adopted by a year, percent.

    Logistic: ``ceiling / (1 + exp(−steepness · (year − midpoint)))``. Or a table of years, straight between them and
    constant outside. What the curve says of the present year is taken to be in the readings already.
    """

    ceiling_percent: Range | None = None
    midpoint_year: Range | None = None
    steepness_per_year: float | None = Field(default=None, gt=0.0)
    table: dict[int, Range] = Field(default_factory=dict, description="percent by calendar year")

    @model_validator(mode="after")
    def _one_kind(self) -> Curve:
        logistic = (self.ceiling_percent, self.midpoint_year, self.steepness_per_year)
        stated = [one is not None for one in logistic]
        if bool(self.table) == any(stated) or (any(stated) and not all(stated)):
            raise both_languages(
                "curve_kind",
                "请填写 table（年份与比例），或同时填写 ceiling_percent、midpoint_year、steepness_per_year",
                "state a table of years, or ceiling_percent, midpoint_year and steepness_per_year together",
            )
        shares = [*self.table.values(), *([self.ceiling_percent] if self.ceiling_percent else [])]
        if any(share.low < 0.0 or share.high > 100.0 for share in shares):
            raise both_languages("share_bounds", "比例须在 0 与 100 之间", "shares lie between 0 and 100 percent")
        return self

    def share_percent(self, year: int, pathway: Pathway, quantile: float = 0.5) -> float:
        """The share at the end of ``year`` of a pathway, percent. An early midpoint goes with a high share."""
        if self.table:
            years = sorted(self.table)
            values = [self.table[one].at(pathway, quantile) for one in years]
            return _straight(year, years, values)
        assert self.ceiling_percent is not None
        assert self.midpoint_year is not None
        assert self.steepness_per_year is not None
        late: Pathway = {"low": "high", "high": "low"}.get(pathway, pathway)  # type: ignore[assignment]  # a pathway again
        midpoint = self.midpoint_year.at(late, 1.0 - quantile)
        ceiling = self.ceiling_percent.at(pathway, quantile)
        return ceiling / (1.0 + math.exp(-self.steepness_per_year * (year - midpoint)))


class Adoption(_Sourced):
    """Who adopts a device: customers of area classes and categories, by a curve; which ones is drawn."""

    device: str = Field(description="a device of this file or of the library")
    area_classes: tuple[AreaClass, ...] = Field(default=(), description="all of them by default")
    categories: tuple[Category, ...] = Field(default=("residential",), description="empty: all of them")
    share: Curve
    units_per_adopter: float = Field(default=1.0, gt=0.0)


class Control(_Sourced):
    """Tariffs or controlled charging: the curve of a device, or of a profile of the case, is changed.

    A part of the load is moved later by ``shift_hours`` (earlier if negative), and what lies above ``cap_percent`` of
    its peak is drawn later instead, as soon as there is room below the cap. Energy of a day stays the same.
    """

    device: str | None = None
    profile: str | None = None
    from_year: int
    participation_percent: Range
    shift_hours: float = Field(default=0.0, ge=-12.0, le=12.0)
    cap_percent: float = Field(default=100.0, gt=0.0, le=100.0, description="of the peak of the part that takes part")

    @model_validator(mode="after")
    def _one(self) -> Control:
        if (self.device is None) == (self.profile is None):
            raise both_languages("control_what", "device 与 profile 须且只能填写一个", "state either device or profile")
        if self.participation_percent.low < 0.0 or self.participation_percent.high > 100.0:
            raise both_languages("share_bounds", "比例须在 0 与 100 之间", "shares lie between 0 and 100 percent")
        return self


class PolicyVariant(_Frozen):
    """Policy values that differ: choices (``transformer_limit_percent`` is k) and thresholds of triggers."""

    choices: dict[str, float] = Field(default_factory=dict)
    triggers: dict[str, float] = Field(default_factory=dict, description="threshold by name, in the trigger's unit")


class Scenario(_Frozen):
    """What would be different."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title_zh: str
    title_en: str
    description_zh: str = ""
    description_en: str = ""
    years: float = Field(default=0.0, ge=0.0, description="years of growth compounded, where no future is described")
    growth_percent_per_year: dict[AreaClass, float] = Field(default_factory=dict)
    point_loads: tuple[PointLoad, ...] = ()
    switches: tuple[SwitchChange, ...] = ()
    transformers: tuple[TransformerChange, ...] = ()
    horizon_years: int = Field(default=0, ge=0, le=40, description="years after the case's as-of date; 0: no future")
    pathway: Pathway = Field(default="mid", description="which figure of every low/mid/high counts; drawn: each draw's")
    growth: tuple[Growth, ...] = ()
    prospects: tuple[Prospect, ...] = ()
    devices: tuple[Device, ...] = ()
    adoption: tuple[Adoption, ...] = ()
    control: tuple[Control, ...] = ()
    changes: tuple[NetworkChange, ...] = ()
    policy: PolicyVariant = PolicyVariant()
    year: int | None = Field(default=None, description="the future meant; the horizon's last year by default")
    draw: int = Field(default=0, ge=0, description="the draw meant; 0 is the central one")
    seed: int = Field(default=0, ge=0)

    @field_validator("growth")
    @classmethod
    def _growth_once(cls, entries: tuple[Growth, ...]) -> tuple[Growth, ...]:
        of = [(entry.area_class, entry.category) for entry in entries]
        if len(set(of)) != len(of):
            raise both_languages(
                "growth_twice",
                "同一网格类别与用电类别只能有一条增长率",
                "there are two entries for the same area class and category; keep one",
            )
        return entries

    @model_validator(mode="after")
    def _future_has_a_horizon(self) -> Scenario:
        dated = (self.growth, self.prospects, self.adoption, self.control)
        if any(dated) and not self.horizon_years:
            raise both_languages(
                "no_horizon",
                "含 growth、prospects、adoption 或 control 的情景须填写 horizon_years（规划年限）",
                "a scenario with growth, prospects, adoption or control needs horizon_years",
            )
        return self

    @property
    def is_future(self) -> bool:
        """Whether it describes a future by year and draw rather than one changed present."""
        return self.horizon_years > 0

    def at(self, year: int, draw: int = 0, seed: int = 0) -> Scenario:
        """The same scenario with the future that is meant."""
        return self.model_copy(update={"year": year, "draw": draw, "seed": seed})


def _triangular(low: float, mid: float, high: float, quantile: float) -> float:
    """The quantile of the triangular distribution with its mode at ``mid``."""
    if high == low:
        return mid
    below = (mid - low) / (high - low)
    if quantile < below:
        return low + math.sqrt(quantile * (high - low) * (mid - low))
    return high - math.sqrt((1.0 - quantile) * (high - low) * (high - mid))


def _straight(year: int, years: list[int], values: list[float]) -> float:
    """Straight between the years, constant outside."""
    if year <= years[0]:
        return values[0]
    for (before, low), (after, high) in zip(
        zip(years, values, strict=True), zip(years[1:], values[1:], strict=False), strict=False
    ):
        if year <= after:
            return low + (high - low) * (year - before) / (after - before)
    return values[-1]
