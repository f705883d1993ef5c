"""A city's run: what its members were asked, what each of them came to, and what holds for the whole."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from capacity.tables.run import Verification

CITY_FORMAT_VERSION = 1
MEMBER_CROSSCHECK_STEPS, MEMBER_SAMPLE_NODES = 4, 2
"""Of a city's member: fewer than of a case run alone, since a city has many members."""


class MemberOptions(BaseModel):
    """How every member of a city is run; a run made with other options is made anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["auto", "radial", "pgm", "pandapower"] = "auto"
    as_of: dt.date | None = Field(default=None, description="another as-of date than the members' own")
    window_start: dt.datetime | None = Field(default=None, description="first step; none leaves the window to the case")
    window_end: dt.datetime | None = Field(default=None, description="end of the window, not included")
    node_capacity: bool = Field(default=True, description="the capacity of every LV node was sought (P9)")
    node_shape: str = Field(default="flat", description="of the load sought, over time")
    generation: bool = Field(default=False, description="rooftop PV was sought at every node too")
    crosscheck_steps: int = Field(
        default=MEMBER_CROSSCHECK_STEPS, ge=0, description="steps of each member solved with pandapower too, at most"
    )
    sample_nodes: int = Field(
        default=MEMBER_SAMPLE_NODES, ge=0, description="node figures of each member put to the test"
    )
    workbook: bool = Field(default=False, description="each member has a workbook")
    pictures: Literal["", "zh", "en"] = Field(default="", description="each member has pictures in this language")


class MemberRecord(BaseModel):
    """``member.json`` beside a member's run: by what it is known whether the run has to be made anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member: str
    options: MemberOptions
    program: str = Field(description="version of the program, and a digest of its files")
    wall_time_s: float = Field(description="seconds from reading the case to the last file written")
    rows: dict[str, int] = Field(description="rows of each table")


class MemberFacts(BaseModel):
    """What a member came to; where it failed, ``problem_zh``/``problem_en`` say why and most of the rest is empty."""

    model_config = ConfigDict(extra="forbid")

    member: str
    state: Literal["computed", "kept", "failed"] = Field(
        description="``kept``: an earlier run of the same inputs, options and program was there"
    )
    problem_zh: str = ""
    problem_en: str = ""
    run_name: str = ""
    created_at: dt.datetime | None = None
    policy: str = ""
    policy_values: dict[str, float] = Field(default_factory=dict)
    package_versions: dict[str, str] = Field(default_factory=dict)
    inputs_sha256: str = Field(default="", description="of the names and hashes of the member's files")
    window_start: dt.datetime | None = None
    window_end: dt.datetime | None = None
    engines: list[str] = Field(default_factory=list, description="that solved its islands")
    steps_total: int = 0
    steps_solved: int = 0
    steps_failed: int = 0
    crosscheck_steps: int = 0
    crosscheck_delta_voltage_pu: float | None = None
    crosscheck_delta_loading_percent: float | None = None
    crosscheck_passed: bool | None = None
    verification: Verification | None = None
    rows: dict[str, int] = Field(default_factory=dict, description="rows of each table")
    wall_time_s: float = Field(default=0.0, description="seconds the member took, whenever that was")
    wall_time_by_stage_s: dict[str, float] = Field(default_factory=dict)


class CityManifest(BaseModel):
    """``city.json``: what the city's run used and how it went."""

    model_config = ConfigDict(extra="forbid")

    format_version: int = CITY_FORMAT_VERSION
    city: str
    title_zh: str
    title_en: str
    synthetic: bool
    notes: list[str] = Field(default_factory=list)
    city_folder: str = Field(description="as the run was started with")
    created_at: dt.datetime
    as_of: dt.date
    complete: bool = Field(description="every member is in the tables; false when one failed")
    options: MemberOptions
    program: str = Field(description="version of the program, and a digest of its files")
    package_versions: dict[str, str]
    policy: str
    policy_values: dict[str, float] = Field(description="every threshold and choice used, by name")
    steps_total: int = Field(description="steps solved or failed, summed over the members")
    steps_failed: int
    crosscheck_steps: int = Field(description="steps compared with pandapower, summed over the members")
    crosscheck_delta_voltage_pu: float | None = Field(description="the largest difference of any member")
    crosscheck_delta_loading_percent: float | None
    crosscheck_passed: bool | None = Field(description="none where no member was compared; false when one disagrees")
    verification_nodes: int = Field(description="node figures put to the test, summed over the members")
    verification_false_open: int
    verification_false_blocked: int
    wall_time_s: float = Field(description="seconds until the members were done; kept ones took theirs before")
    workers: int = Field(description="members worked on at the same time, at most")
    rows: dict[str, int] = Field(description="rows of each table of the city")
    members: list[MemberFacts]

    @property
    def failed(self) -> list[MemberFacts]:
        """The members that are missing in the tables."""
        return [member for member in self.members if member.state == "failed"]
