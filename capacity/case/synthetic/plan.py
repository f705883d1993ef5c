"""What a synthetic case is made of: a plan of substations, feeders, areas and transformers, before anything is drawn.

A plan is data. The bundled county (``lanxi``) is one plan; a generator of larger cities writes another and hands it to
the same builder. Coordinates are kilometres east and north of the plan's origin.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

AreaClass = Literal["city", "county", "town", "rural"]


@dataclass(frozen=True)
class Conductor:
    """A line type: family of ``equipment.yaml`` and cross-section."""

    family: str
    cross_section_mm2: int


@dataclass(frozen=True)
class SubstationPlan:
    """A substation whose 10 kV busbar stands at ``busbar_pu`` all year."""

    substation_id: str
    name: str
    at_km: tuple[float, float]
    rated_kva: float
    busbar_pu: float


@dataclass(frozen=True)
class Stop:
    """The next area along a feeder's trunk, and what the trunk up to it is made of (else the feeder's conductor)."""

    area_id: str
    conductor: Conductor | None = None


@dataclass(frozen=True)
class FeederPlan:
    """A 10 kV feeder: its trunk from stop to stop.

    ``cable``: ring main units at the transformers, one after the other. ``overhead``: a trunk of poles with a spur
    to every transformer.
    """

    feeder_id: str
    name: str
    substation_id: str
    style: Literal["cable", "overhead"]
    trunk: Conductor
    spur: Conductor
    stops: tuple[Stop, ...]
    limit_percent: float | None = None


@dataclass(frozen=True)
class Block:
    """A street block: column and row in the grid of a town."""

    town: str
    column: int
    row: int


@dataclass(frozen=True)
class Village:
    """A village and its fields around a point."""

    at_km: tuple[float, float]
    radius_km: float = 1.5


@dataclass(frozen=True)
class Town:
    """A grid of street blocks: south-west corner, block size, turned anticlockwise by ``turn_degree``."""

    name: str
    corner_km: tuple[float, float]
    block_km: tuple[float, float]
    columns: int
    rows: int
    turn_degree: float


@dataclass(frozen=True)
class AreaPlan:
    """An LV grid area."""

    area_id: str
    name: str
    area_class: AreaClass
    branch: str
    supply_station: str
    place: Block | Village


@dataclass(frozen=True)
class StressedMain:
    """One LV main unlike the others: its share of the load, conductor, pole spacing and the phases at its far end."""

    load_share: float
    conductor: Conductor
    poles: int
    spacing_m: float
    end_phases: Literal["1", "3"] = "3"


@dataclass(frozen=True)
class LowVoltagePlan:
    """The LV network below a transformer: mains of poles with service drops."""

    mains: int
    poles: int
    spacing_m: float
    conductor: Conductor
    drops_per_pole: tuple[int, int] = (1, 2)
    stressed: StressedMain | None = None


@dataclass(frozen=True)
class WeakMain:
    """One main of a tree unlike the others: its share of the load, conductor and length to the end of its trunk."""

    load_share: float
    conductor: Conductor
    length_m: float


@dataclass(frozen=True)
class TreePlan:
    """The LV network below a transformer as trees: mains with branch lines, service drops at both.

    ``nodes`` counts every 0.4 kV bus: the transformer's busbar, poles (or cable branch boxes) and meter boxes.
    """

    nodes: int
    mains: int
    spacing_m: float
    trunk: Conductor
    branch: Conductor
    weak: WeakMain | None = None


@dataclass(frozen=True)
class Peak:
    """The highest reading of the window: percent of the rating, or active and reactive power exactly."""

    percent: float
    exact_kw_kvar: tuple[float, float] | None = None
    short_peak_percent: float | None = None
    """A single hour at this level on top, which makes no heavy load."""


@dataclass(frozen=True)
class TransformerPlan:
    """A distribution transformer, its meter and what hangs below it.

    ``stop`` names the area at which it branches off its feeder; ``area_id`` is missing for dedicated transformers
    outside any area. ``mix`` names a mixture of load categories; where a category has several profiles, ``variant`` is
    the ending of those its loads follow. Without ``lv`` a load stands at its LV busbar, with ``unmodelled`` there is
    nothing below it at all.
    """

    transformer_id: str
    name: str
    area_id: str | None
    stop: str
    series: str
    rated_kva: float
    peak: Peak
    mix: str
    lv: LowVoltagePlan | TreePlan | None
    ownership: Literal["public", "dedicated"] = "public"
    tap_pos: int = 0
    meter_side: Literal["hv", "lv"] | None = "lv"
    apparent_only: bool = False
    phase_currents: bool = False
    pv_kwp: float = 0.0
    valid_from: dt.date | None = None
    growth_percent_per_year: float = 3.0
    unmodelled: bool = False
    at_km: tuple[float, float] | None = None
    variant: str = ""


@dataclass(frozen=True)
class TiePlan:
    """A normally open switch between the ends of two feeders."""

    first_feeder: str
    second_feeder: str


@dataclass(frozen=True)
class MeterFault:
    """Something a real meter does.

    ``dead``: no rows; ``zeros``: 0.0 instead of readings; ``stuck``: one value repeated; ``transfer``: a neighbour's
    load carried too (excluded with reason and author).
    """

    transformer_id: str
    kind: Literal["dead", "zeros", "stuck", "transfer"]
    start: dt.datetime
    end: dt.datetime
    reason: str = ""
    author: str = ""


@dataclass(frozen=True)
class ApplicationPlan:
    """A connection application; ``node`` may be left to the LV busbar."""

    application_id: str
    transformer_id: str | None
    p_kw: float
    category: str
    status: Literal["received", "offered", "accepted", "energised", "withdrawn", "expired"]
    received: dt.date
    energise: dt.date | None = None
    power_factor: float | None = None
    phases: Literal["1", "3"] | None = "3"
    node_id: str | None = None


@dataclass(frozen=True)
class ProjectPlan:
    """A project of the library."""

    project_id: str
    name: str
    stage: str
    rule: str
    element_ids: str
    area_ids: str
    released_kva: float
    cost_yuan: float
    commissioning: dt.date | None
    status: Literal["planned", "running", "done", "cancelled"]


@dataclass(frozen=True)
class OutagePlan:
    """How often a feeder fails: faults in the last six months of the window, faults before, planned outages."""

    feeder_id: str
    recent_faults: int
    earlier_faults: int
    planned: int


@dataclass(frozen=True)
class Plan:
    """Everything the builder needs, and the numbers it may vary."""

    name: str
    title_zh: str
    title_en: str
    as_of: dt.date
    origin_lon_lat: tuple[float, float]
    towns: tuple[Town, ...]
    substations: tuple[SubstationPlan, ...]
    feeders: tuple[FeederPlan, ...]
    ties: tuple[TiePlan, ...]
    areas: tuple[AreaPlan, ...]
    transformers: tuple[TransformerPlan, ...]
    faults: tuple[MeterFault, ...] = ()
    outages: tuple[OutagePlan, ...] = ()
    applications: tuple[ApplicationPlan, ...] = ()
    projects: tuple[ProjectPlan, ...] = ()
    customers_unknown: tuple[str, ...] = ()
    code_prefix: str = "0539"
    branch_numbers: dict[str, str] = field(default_factory=dict)
    years_of_maxima: int = 3
    months: int = 12
    step_minutes: int = 15
    isolated_gap_share: float = 0.002
    noise: float = 0.06
    section_km: float = 3.0
    overhead_detour: float = 1.08
    cable_detour: float = 1.25
