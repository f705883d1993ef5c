"""``case.toml``: what a case says about itself."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BusbarVoltage(_Frozen):
    """Where the MV busbar's voltage of a substation comes from.

    ``setpoint``: the external grid stands at the MV busbar and holds ``vm_pu``. ``measured``: the same, but the
    voltage of each step is the profile column named ``profile`` (per unit). ``modelled``: the network holds the
    HV/MV transformer and the external grid stands on its HV side.
    """

    source: Literal["setpoint", "measured", "modelled"]
    vm_pu: float | None = None
    profile: str | None = None


class DataSource(_Frozen):
    """Where a part of the data comes from."""

    what: str
    origin: str
    licence: str


class ServiceNumbers(_Frozen):
    """The telephone numbers of P21."""

    regulator: str = "12398"
    company: str = "95598"
    branches: dict[str, str] = Field(default_factory=dict)


class CaseSettings(_Frozen):
    """The contents of ``case.toml``."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="the folder's name, lower case")
    title_zh: str
    title_en: str
    as_of: dt.date = Field(description="the window is the twelve months before this day's 00:00 (P1)")
    synthetic: bool = Field(description="true where the data do not describe a real grid; shown wherever it is")
    crs: str = "EPSG:4326"
    time_zone: str = "Asia/Shanghai"
    step_minutes: int = Field(default=15, gt=0, le=60)
    policy: str = "baoshan-2021"
    voltage_standard: str = "GB/T 12325"
    power_factor: float = Field(default=0.95, gt=0.0, le=1.0, description="of new load (P9)")
    busbar_voltage: dict[str, BusbarVoltage] = Field(default_factory=dict, description="by substation_id")
    service_numbers: ServiceNumbers = ServiceNumbers()
    sources: tuple[DataSource, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="flags set by an importer, e.g. areas derived")
