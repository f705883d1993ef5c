"""A finished run: its manifest and its result tables, as written to and read from ``results/<run>/``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame
from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION = 2


class Verification(BaseModel):
    """Published node figures put to the test: each added at its node and solved with everything together (P9)."""

    model_config = ConfigDict(extra="forbid")

    nodes: int = Field(description="nodes drawn")
    by_criterion: dict[str, int] = Field(description="of them, by binding criterion")
    steps: int = Field(description="steps solved with each figure added, at most")
    reference_steps: int = Field(description="of them, steps solved with pandapower as well")
    false_open: int = Field(description="figures that break a limit")
    false_blocked: int = Field(description="figures that could be larger by more than the tolerance")
    binding_compared: int = Field(default=0, description="figures whose named limit was compared with what breaks")
    binding_agreed: int = Field(default=0, description="of them, those whose named limit is among what breaks")
    tolerance_percent: float = 0.5
    tolerance_kva: float = 1.0
    seed: int = Field(default=0, description="of the draw")
    full_window: bool = Field(
        default=True, description="every step was solved; else only the worst and some drawn ones"
    )
    wall_time_s: float = Field(default=0.0, description="seconds the verification took")
    examples: list[str] = Field(default_factory=list, description="nodes that disagree, and how")


class Manifest(BaseModel):
    """What a run used and how it went (``manifest.json``)."""

    model_config = ConfigDict(extra="forbid")

    format_version: int = FORMAT_VERSION
    run_name: str
    created_at: dt.datetime
    case_name: str
    case_title_zh: str
    case_title_en: str
    synthetic: bool
    notes: list[str] = Field(default_factory=list, description="flags of the case, e.g. areas derived")
    as_of: dt.date
    window_start: dt.datetime
    window_end: dt.datetime
    step_minutes: int
    scenario: str | None
    scenario_title_zh: str = ""
    scenario_title_en: str = ""
    case_folder: str = Field(default="", description="the case folder as the run was started with, for verifying it")
    scenario_file: str = Field(default="", description="the scenario's file, likewise")
    scenario_sha256: str = Field(default="", description="of the scenario's file")
    policy: str
    policy_values: dict[str, float] = Field(description="every threshold and choice used, by name")
    voltage_standard: str
    input_hashes: dict[str, str]
    package_versions: dict[str, str]
    engines: dict[str, str] = Field(description="by island: engine and why")
    steps_total: int
    steps_solved: int
    steps_failed: int
    failed_examples: list[str] = Field(default_factory=list)
    crosscheck_steps: int
    crosscheck_delta_voltage_pu: float | None
    crosscheck_delta_voltage_at: str = ""
    crosscheck_delta_loading_percent: float | None
    crosscheck_delta_loading_at: str = ""
    crosscheck_solver: str = ""
    crosscheck_passed: bool | None
    node_shape: str = Field(
        default="", description="shape over time of the load sought at every node; empty where none was sought"
    )
    verification: Verification | None = Field(default=None, description="a sample of the node figures put to the test")
    wall_time_s: dict[str, float] = Field(description="seconds by stage")
    service_numbers: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run in memory. Frames follow ``tables.results``.

    ``area_shapes`` has ``area_id``, ``geometry`` and ``derived``: whether the polygon was drawn round the area's
    equipment because the case has none (it betrays where the equipment stands). ``customers``, ``applications`` and
    ``projects`` are what the case held when it was run.
    ``feeder_shapes`` (``feeder_id``, ``geometry`` lines) and ``places`` (``element_type`` substation, transformer or
    node, ``element_id``, ``geometry`` points) serve the internal map and pictures and are never published.
    """

    manifest: Manifest
    transformers: pd.DataFrame
    lines: pd.DataFrame
    nodes: pd.DataFrame
    areas: pd.DataFrame
    feeders: pd.DataFrame
    substations: pd.DataFrame
    alerts: pd.DataFrame
    evidence: pd.DataFrame
    transformer_curves: pd.DataFrame
    feeder_curves: pd.DataFrame
    feeder_voltages: pd.DataFrame
    capacity_12x24: pd.DataFrame
    quality: pd.DataFrame
    customers: pd.DataFrame
    applications: pd.DataFrame
    projects: pd.DataFrame
    area_shapes: GeoDataFrame
    feeder_shapes: GeoDataFrame
    places: GeoDataFrame
