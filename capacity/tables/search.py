"""Section ``options`` of a policy file: how far and how widely places for a connection are looked for (P15)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SearchValue(_Frozen):
    """One value of the search: a default of ours where the plan is silent, in its own unit."""

    rule: str
    choice: Literal[True] = Field(description="the plan states none of them")
    value: float = Field(ge=0, allow_inf_nan=False)
    unit: Literal["m", "1"]
    text_zh: str
    text_en: str


class SearchRules(_Frozen):
    """How places for a connection are looked for. Radii are straight distances from the customer's point."""

    lv_radius_m: SearchValue
    transformer_radius_m: SearchValue
    neighbour_radius_m: SearchValue
    mv_radius_m: SearchValue
    second_feeder_radius_m: SearchValue
    route_entry_radius_m: SearchValue
    route_limit_factor: SearchValue
    detour_factor: SearchValue
    stated_length_factor: SearchValue
    routes_through_no_go: SearchValue
    lv_nodes: SearchValue
    transformers: SearchValue
    neighbours: SearchValue
    tees: SearchValue
    tees_per_feeder: SearchValue
    second_feeders: SearchValue
    considered: SearchValue
    considered_per_feeder: SearchValue
    shared_route_m: SearchValue
    corridor_m: SearchValue

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        faults = [f"{name}: must be at least 1" for name in _FACTORS if getattr(self, name).value < 1.0]
        counts = ((name, getattr(self, name).value) for name in _COUNTS)
        faults += [f"{name}: must be a whole number" for name, value in counts if not value.is_integer()]
        for name, field in ((name, getattr(self, name)) for name in type(self).model_fields):
            if field.unit != ("m" if name.endswith("_m") else "1"):
                faults.append(f"{name}: its unit is {'m' if name.endswith('_m') else '1'}, not {field.unit}")
        if self.routes_through_no_go.value not in (0.0, 1.0):
            faults.append("routes_through_no_go: must be 0 (no) or 1 (yes)")
        if self.route_limit_factor.value < self.detour_factor.value:
            faults.append("route_limit_factor: below the detour factor, nothing at a radius' end could be reached")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def with_values(self, **values: float) -> SearchRules:
        """The same rules with other values, checked in the same way.

        Raises
        ------
        pydantic.ValidationError
            A value makes no sense.
        """
        stated = self.model_dump()
        for name, value in values.items():
            stated[name]["value"] = value
        return SearchRules.model_validate(stated)


_FACTORS = ("detour_factor", "stated_length_factor", "route_limit_factor")
_COUNTS = (
    "lv_nodes",
    "transformers",
    "neighbours",
    "tees",
    "tees_per_feeder",
    "second_feeders",
    "considered",
    "considered_per_feeder",
)
