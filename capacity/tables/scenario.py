"""A scenario file (``scenarios/*.yaml``): changes laid over a case without touching it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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


class Scenario(_Frozen):
    """What would be different."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title_zh: str
    title_en: str
    description_zh: str = ""
    description_en: str = ""
    years: float = Field(default=0.0, ge=0.0, description="years of growth compounded")
    growth_percent_per_year: dict[Literal["city", "county", "town", "rural"], float] = Field(default_factory=dict)
    point_loads: tuple[PointLoad, ...] = ()
    switches: tuple[SwitchChange, ...] = ()
    transformers: tuple[TransformerChange, ...] = ()
