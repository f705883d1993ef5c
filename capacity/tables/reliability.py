"""Section ``reliability`` of a policy file: which areas and feeders are to be remedied (P19)."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capacity.tables.service import AreaClass
from capacity.tables.threshold import Threshold
from capacity.tables.words import AREA_CLASS


class OutageCount(Threshold):
    """So many outages of a feeder within the months before the as-of date."""

    window_months: int = Field(gt=0)


class ReliabilityRules(BaseModel):
    """The thresholds of P19, each with its clause."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low_voltage_nodes: Threshold = Field(description="low-voltage nodes of an area (P10)")
    fault_outages: OutageCount
    outages: OutageCount = Field(description="of any kind, planned ones too")
    outage_hours: dict[AreaClass, Threshold] = Field(description="average customer outage hours of a feeder in a year")
    less_than_before: Threshold = Field(description="so much less than the year before is enough instead")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        stated = {"low_voltage_nodes": ("1", self.low_voltage_nodes), "fault_outages": ("1", self.fault_outages)}
        stated |= {"outages": ("1", self.outages), "less_than_before": ("percent", self.less_than_before)}
        stated |= {f"outage_hours.{key}": ("h", one) for key, one in self.outage_hours.items()}
        faults = [
            f"{name}: its unit is {unit}, not {one.unit}" for name, (unit, one) in stated.items() if one.unit != unit
        ]
        faults += [
            f"{name}: fires above its threshold, its comparison is >= or >, not {one.comparison}"
            for name, (_, one) in stated.items()
            if one.comparison not in (">=", ">")
        ]
        faults += [f"outage_hours.{key}: is missing" for key in AREA_CLASS if key not in self.outage_hours]
        if faults:
            raise ValueError("; ".join(faults))
        return self
