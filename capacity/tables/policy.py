"""The policy as data: thresholds (P3–P6, P19) and the choices behind P1–P10, each with value, unit, clause and text."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from capacity.tables.release import DisclosureRules
from capacity.tables.reliability import ReliabilityRules
from capacity.tables.search import SearchRules
from capacity.tables.service import ServiceRules
from capacity.tables.threshold import Threshold


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(Threshold):
    """A rule that raises an alert: ``value comparison threshold``, on unrounded values."""

    action: Literal["may_initiate", "must_initiate", "pre_control", "connection"]


class Choice(_Frozen):
    """A default of ours where the plan is silent; every output says which value was used."""

    rule: str
    value: float
    unit: str
    text_zh: str
    text_en: str


class VoltageBand(_Frozen):
    """A statutory band around a nominal voltage, in volts against the nominal (P10)."""

    nominal_v: float
    lower_percent: float
    upper_percent: float

    def lower_pu(self, vn_kv: float) -> float:
        """The lower limit in per unit of a bus modelled with ``vn_kv``, line-to-line for three-phase bands."""
        return self.nominal_v * (1.0 + self.lower_percent / 100.0) / (vn_kv * 1000.0)

    def upper_pu(self, vn_kv: float) -> float:
        """The upper limit in per unit of a bus modelled with ``vn_kv``."""
        return self.nominal_v * (1.0 + self.upper_percent / 100.0) / (vn_kv * 1000.0)


class VoltageStandard(_Frozen):
    """Bands by level. ``mv`` and ``lv_single_phase`` hold percentages that apply to any nominal voltage of the level.

    ``lv_single_phase.nominal_v`` is the phase voltage times sqrt(3) (220 V stands for 380 V), so one conversion
    serves both.
    """

    name: str
    mv_lower_percent: float
    mv_upper_percent: float
    mv_nominal_kv: tuple[float, ...] = Field(description="nominal voltages; a bus takes the nearest one")
    lv_three_phase: VoltageBand
    lv_single_phase: VoltageBand

    def band(self, vn_kv: float, phases: str = "3") -> VoltageBand:
        """The band of a bus: MV from 1 kV, else LV by phases (``"1"``, ``"3"``; unknown takes three-phase)."""
        if vn_kv > 1.0:
            nominal = min(self.mv_nominal_kv, key=lambda kv: abs(kv - vn_kv))
            if abs(nominal - vn_kv) > 0.1 * vn_kv:
                nominal = vn_kv
            return VoltageBand(
                nominal_v=nominal * 1000.0,
                lower_percent=self.mv_lower_percent,
                upper_percent=self.mv_upper_percent,
            )
        return self.lv_single_phase if phases == "1" else self.lv_three_phase


class Policy(_Frozen):
    """One policy file."""

    name: str
    title_zh: str
    title_en: str
    source: str
    published: dt.date
    triggers: dict[str, Trigger]
    choices: dict[str, Choice]
    demand_factors: dict[str, float] = Field(description="by customer category; absent means 1.0")
    voltage_standards: dict[str, VoltageStandard]
    disclosure: DisclosureRules | None = Field(default=None, description="P22, P23; needed for publishing alone")
    service: ServiceRules | None = Field(default=None, description="P12–P14; without it there are no connection terms")
    options: SearchRules | None = Field(
        default=None, description="P15; without it no places for a connection are found"
    )
    reliability: ReliabilityRules | None = Field(
        default=None, description="P19; without it no area or feeder is judged by its outages"
    )

    def choice(self, name: str) -> float:
        """The value of a choice in its own unit."""
        return self.choices[name].value

    def demand_factor(self, category: str | None) -> float:
        """The demand factor of a customer category (1.0 unless the policy states one)."""
        return self.demand_factors.get(category or "", 1.0)
