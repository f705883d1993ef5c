"""Changes of a network: one vocabulary for scenarios ("what will be there") and for measures ("what could be done").

Every change names its elements by the ids of the case. ``in_service_on`` says from when it counts in a future; whoever
lays changes over a case at once (``case.apply_changes``) takes them as done.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

HOURS = 24


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    in_service_on: dt.date | None = Field(default=None, description="from when it counts; none: from the first year on")
    project_id: str = Field(default="", description="the project of the library that brings it, if any")


def both_languages(code: str, zh: str, en: str) -> PydanticCustomError:
    """What a validator raises so that the reader is told in both languages."""
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en})


class ExchangeTransformer(_Change):
    """A transformer exchanged for another rating.

    Impedance in percent stays and iron losses scale with the rating, unless ``std_type`` names a type of the network
    or of the equipment library.
    """

    kind: Literal["exchange_transformer"]
    transformer_id: str
    rated_kva: float | None = Field(default=None, gt=0.0, description="kVA; may be left out where the type says it")
    std_type: str | None = None

    @model_validator(mode="after")
    def _says_what(self) -> ExchangeTransformer:
        if self.rated_kva is None and self.std_type is None:
            raise both_languages(
                "exchange_what", "rated_kva 与 std_type 至少填写一个", "state rated_kva or std_type, or both"
            )
        return self


class AddTransformer(_Change):
    """An additional public transformer that feeds an LV node over a new 10 kV branch, with the LV network split.

    ``open_line_ids`` are the LV lines taken out so that what hangs behind the node is supplied by it alone. Its tap
    changer stands as that of the transformer which supplied the node.
    """

    kind: Literal["add_transformer"]
    transformer_id: str = Field(description="the new id")
    node_id: str = Field(description="the LV node that its low-voltage side is connected to")
    mv_node_id: str = Field(description="the 10 kV node from which the branch starts")
    mv_length_m: float = Field(gt=0.0)
    mv_line_type: str = Field(description="a line type of the network or of the equipment library")
    rated_kva: float = Field(gt=0.0)
    std_type: str | None = Field(default=None, description="by default S20-M of the rating, from the library")
    open_line_ids: tuple[str, ...] = ()
    area_id: str | None = Field(default=None, description="by default that of the transformer which supplied the node")
    name: str = ""


class ExchangeConductor(_Change):
    """Lines rebuilt with another conductor; route and length stay."""

    kind: Literal["exchange_conductor"]
    line_ids: tuple[str, ...] = Field(min_length=1)
    line_type: str
    parallel: int | None = Field(default=None, ge=1, description="circuits side by side; as they were by default")


class SetTap(_Change):
    """A transformer's tap changer put into another position."""

    kind: Literal["set_tap"]
    transformer_id: str
    tap_position: int


class SetSwitch(_Change):
    """A switch opened or closed: with two of them, an open point moves."""

    kind: Literal["set_switch"]
    switch_id: str
    closed: bool


class AddLine(_Change):
    """A new line between two nodes of the same voltage; with ``closed`` false it is a tie that stands open."""

    kind: Literal["add_line"]
    line_id: str = Field(description="the new id; its switch is called SW-<line_id>")
    from_node_id: str
    to_node_id: str
    length_m: float = Field(gt=0.0)
    line_type: str
    closed: bool = True


class MoveLoad(_Change):
    """Load connected elsewhere: everything at some nodes, or a share of what a transformer supplies.

    Readings follow: what the old transformer's meter saw of it, the new one's will see.
    """

    kind: Literal["move_load"]
    node_ids: tuple[str, ...] = ()
    from_transformer_id: str | None = None
    to_node_id: str | None = None
    to_transformer_id: str | None = Field(default=None, description="to its LV busbar")
    share_percent: float = Field(default=100.0, gt=0.0, le=100.0)

    @model_validator(mode="after")
    def _from_and_to(self) -> MoveLoad:
        if bool(self.node_ids) == (self.from_transformer_id is not None):
            raise both_languages(
                "move_from",
                "node_ids 与 from_transformer_id 须且只能填写一个",
                "state either node_ids or from_transformer_id",
            )
        if (self.to_node_id is None) == (self.to_transformer_id is None):
            raise both_languages(
                "move_to",
                "to_node_id 与 to_transformer_id 须且只能填写一个",
                "state either to_node_id or to_transformer_id",
            )
        return self


class RetireElement(_Change):
    """A line or a transformer taken out of service."""

    kind: Literal["retire"]
    line_id: str | None = None
    transformer_id: str | None = None

    @model_validator(mode="after")
    def _one(self) -> RetireElement:
        if (self.line_id is None) == (self.transformer_id is None):
            raise both_languages(
                "retire_what",
                "line_id 与 transformer_id 须且只能填写一个",
                "state either line_id or transformer_id",
            )
        return self


class AddStorage(_Change):
    """A battery at a transformer's LV busbar, or at a node below it, that keeps the transformer below a level.

    A threshold rule, step by step, which looks neither ahead nor back: above the level it gives what is missing, below
    it draws what the level leaves, both within power and stored energy. It never feeds back through the transformer and
    never lifts it above the level. It follows the transformer's own curve: the reading (grown, in a future) where there
    is a meter, else the modelled loads, and what comes on top. It begins full, rests where the reading is missing, and
    works at unity power factor.
    """

    kind: Literal["add_storage"]
    storage_id: str = Field(min_length=1, description="the new id")
    transformer_id: str = Field(description="the transformer it relieves")
    node_id: str | None = Field(default=None, description="a low-voltage node below it; by default its LV busbar")
    rated_kw: float = Field(gt=0.0, allow_inf_nan=False, description="kW, in either direction, at its terminals")
    energy_kwh: float = Field(gt=0.0, allow_inf_nan=False, description="kWh it can give when full, at its terminals")
    round_trip_efficiency_percent: float = Field(
        default=85.0, gt=0.0, le=100.0, description="given out of drawn; 85 is assumed. Losses fall to charging"
    )
    discharge_above_kva: float | None = Field(
        default=None,
        gt=0.0,
        allow_inf_nan=False,
        description="the level, kVA, or as percentage; a little below what is to be kept",
    )
    discharge_above_percent: float | None = Field(
        default=None, gt=0.0, allow_inf_nan=False, description="the level, percent of the transformer's rating"
    )

    @model_validator(mode="after")
    def _level(self) -> AddStorage:
        if (self.discharge_above_kva is None) == (self.discharge_above_percent is None):
            raise both_languages(
                "storage_level",
                "discharge_above_kva 与 discharge_above_percent 须且只能填写一个",
                "state either discharge_above_kva or discharge_above_percent",
            )
        return self


class ManageCharging(_Change):
    """Charging below a transformer moved from peak hours to valley hours of the same day.

    Charging is: adopters of ``devices``, loads at nodes whose customers are all of the category ev_charging, and loads
    on top that follow a profile of such customers alone. Of the part that takes part, what is drawn in the peak hours
    is spread evenly over the valley hours of that day; each day keeps its energy. Hours are those of the case's
    calendar day: a valley from 23 to 7 is 0 to 7 and 23 to 24 of one day. Readings follow.
    """

    kind: Literal["manage_charging"]
    transformer_id: str
    participation_percent: float = Field(gt=0.0, le=100.0, description="of the charging below it, how much takes part")
    devices: tuple[str, ...] = Field(
        default=("ev_home", "ev_public"), description="devices of the scenario or the library that count as charging"
    )
    peak_from_hour: int = Field(default=18, ge=0, le=23, description="assumed")
    peak_to_hour: int = Field(default=22, ge=1, le=24, description="not included; assumed")
    valley_from_hour: int = Field(default=23, ge=0, le=23, description="assumed")
    valley_to_hour: int = Field(default=7, ge=1, le=24, description="not included; assumed")

    @property
    def peak_hours(self) -> tuple[int, ...]:
        """Hours of the day that are emptied."""
        return _hours(self.peak_from_hour, self.peak_to_hour)

    @property
    def valley_hours(self) -> tuple[int, ...]:
        """Hours of the day that are filled."""
        return _hours(self.valley_from_hour, self.valley_to_hour)

    @model_validator(mode="after")
    def _hours_apart(self) -> ManageCharging:
        if not self.peak_hours or not self.valley_hours or set(self.peak_hours) & set(self.valley_hours):
            raise both_languages(
                "charging_hours",
                "高峰时段与低谷时段均不能为空，且不能重叠",
                "peak hours and valley hours need at least one hour each and may not overlap",
            )
        return self


def _hours(first: int, end: int) -> tuple[int, ...]:
    """Hours of a day from ``first`` up to ``end``, past midnight where ``end`` lies before.

    >>> _hours(22, 2)
    (0, 1, 22, 23)
    """
    past_midnight = (*range(end), *range(first, HOURS))
    return tuple(range(first, end)) if first <= end else past_midnight


NetworkChange = Annotated[
    ExchangeTransformer
    | AddTransformer
    | ExchangeConductor
    | SetTap
    | SetSwitch
    | AddLine
    | MoveLoad
    | RetireElement
    | AddStorage
    | ManageCharging,
    Field(discriminator="kind"),
]
"""Any of the changes, told apart by ``kind``."""
