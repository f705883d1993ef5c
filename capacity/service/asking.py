"""What may be asked of the service: the bodies of requests, with their units and limits."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from capacity.tables.assessment import Request
from capacity.tables.places import PlaceRequest
from capacity.tables.register import Facts

CustomerKind = Literal["resident", "small_business", "other"]
AreaClass = Literal["city", "county", "town", "rural"]
Category = Literal["residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging"]
Shape = Literal["flat", "residential", "commercial", "industrial", "rooftop_pv"]
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PRINTABLE)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=_PRINTABLE)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PRINTABLE)]
Kw = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Degrees = Annotated[float, Field(allow_inf_nan=False, ge=-1000.0, le=1000.0)]
Factor = Annotated[float, Field(allow_inf_nan=False, ge=-10.0, le=10.0)]
Day = Annotated[dt.date, Field(description="a day in the case's time zone")]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"additionalProperties": False})


class AssessmentRequest(_Body):
    """A request to be assessed. The place is a point, or a node, or a transformer: exactly one of the three.

    Limits of this form are those of what can be read at all; what the grid, the policy and the calendar do not allow is
    said by the answer, all of it at once.
    """

    longitude: Degrees | None = Field(None, description="degrees, EPSG:4326")
    latitude: Degrees | None = Field(None, description="degrees, EPSG:4326")
    node_id: Id | None = Field(None, description="an existing node, LV or MV")
    transformer_id: Id | None = Field(None, description="an existing distribution transformer")
    dual_supply: bool = Field(False, description="also look for a second feeder")
    kw: Kw = Field(description="real power at its peak, kW", examples=[60.0])
    power_factor: Factor | None = Field(None, description="lagging; none: the case's")
    phases: Literal[1, 3] = 3
    customer_kind: CustomerKind = "other"
    area_class: AreaClass | None = Field(None, description="for P12; none: that of the area of the place")
    category: Category | None = None
    shape: Shape = Field("flat", description="of the load over the day")
    energise_on: Day | None = Field(None, description="the day the supply is wanted on")
    urgent_kw: Kw | None = Field(None, description="of kw, what is needed at once (P16)")
    applied_on: Day | None = Field(
        None, description="day of application (P12); none: today, or the as-of date of the case where that is later"
    )
    hours: bool = Field(False, description="work out the months and hours of a staged offer as well; takes longer")

    def as_request(self, today: dt.date) -> Request:
        """The same for the assessor, applied for ``today`` where no day is stated."""
        return Request(
            place=PlaceRequest(self.longitude, self.latitude, self.node_id, self.transformer_id, self.dual_supply),
            kw=self.kw,
            power_factor=self.power_factor,
            phases=self.phases,
            customer_kind=self.customer_kind,
            area_class=self.area_class,
            category=self.category,
            shape=self.shape,
            energise_on=self.energise_on,
            urgent_kw=self.urgent_kw,
            applied_on=self.applied_on or today,
        )


class NewApplication(_Body):
    """An application to be taken in; the fields of the register."""

    p_kw: Kw = Field(description="requested power, kW")
    customer_kind: CustomerKind
    category: Category | None = None
    area_class: AreaClass | None = None
    voltage: Literal["lv", "hv"] = "lv"
    supply: Literal["single", "dual"] = "single"
    urgent_kw: Kw | None = None
    power_factor: Factor | None = None
    phases: Literal["1", "3"] | None = None
    longitude: Degrees | None = None
    latitude: Degrees | None = None
    transformer_id: Id | None = None
    node_id: Id | None = None
    feeder_id: Id | None = None
    energise_on: Day | None = None
    customer: Line | None = Field(None, description="name or number; stays in the register")
    note: Line | None = None
    why: Line = Field("", description="kept in the history")

    def as_facts(self) -> Facts:
        """The same for the register."""
        return Facts(**self.model_dump(exclude={"why"}))


class ApplicationOfAssessment(_Body):
    """An application for an option that was assessed before; power, place and kind come from there."""

    assessment_id: Id
    option_key: Id
    customer: Line | None = Field(None, description="name or number; stays in the register")
    note: Line | None = None
    why: Line = Field("", description="kept in the history")


class Step(_Body):
    """A step with an application: refused if somebody changed it since the version stated."""

    version: int = Field(ge=1, le=2**31 - 1, description="of the application as you saw it")
    why: Line = Field("", description="kept in the history")


class Offer(Step):
    """The supply offer was given to the customer."""

    valid_until: Day | None = Field(None, description="last day of the offer")


class Withdrawal(_Body):
    """The customer withdrew."""

    version: int = Field(ge=1, le=2**31 - 1, description="of the application as you saw it")
    why: Why = Field(description="kept in the history")
