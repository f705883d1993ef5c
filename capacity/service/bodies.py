"""The bodies of answers, for the description of the API; the tests hold every answer against them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from capacity.applications.answers import AnswerDocument
from capacity.service.keys import Role
from capacity.tables.words import DUE_STATE, REGISTER_EVENT

Text = dict[Literal["zh", "en"], str]
Status = Literal["received", "offered", "accepted", "energised", "withdrawn", "expired"]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptAssessment(AnswerDocument):
    """An answer that can be come back to for two hours, for its sheet or for an application."""

    assessment_id: str
    made_at: dt.datetime


class Caller(_Body):
    """Whose key it is."""

    key_id: str
    name: str
    role: Role


class BasisBody(_Body):
    """What answers rest on."""

    banner: Text
    case: str
    title: Text
    as_of: str
    time_zone: str
    synthetic: bool
    policy: str
    window_from: str
    window_to: str = Field(description="exclusive")
    step_minutes: int
    power_factor: float
    values: dict[str, float | None] = Field(description="of the policy, by name")
    remarks: list[Text]
    register_: bool = Field(alias="register", description="whether applications are served")
    register_sha256: str | None = Field(description="of the snapshot seen; null: the case's own applications")
    sheets: list[str] = Field(description="formats of answer sheets")
    regulator_phone: str
    company_phone: str
    key: Caller
    program_version: str


class Element(_Body):
    """Something that an acceptance reserves on."""

    element_type: Literal["transformer", "feeder", "substation"]
    element_id: str


class ClaimBody(_Body):
    """On which figure an application was accepted."""

    verdict: Literal["yes", "yes_with_project", "staged"]
    figure_kva: float | None
    reserved_kw: float
    reserved_kva: float
    basis: Text
    elements: list[Element]


class Stamped(_Body):
    """An entry of the history; ``at`` is UTC."""

    event: str = Field(json_schema_extra={"enum": list(REGISTER_EVENT)})
    status: Status
    at: dt.datetime
    who: str
    why: str
    sentence: Text | None = Field(description="what a refusal said")


class DueBody(_Body):
    """A time limit (P14)."""

    application_id: str
    step: Text
    state: str = Field(json_schema_extra={"enum": list(DUE_STATE)})
    due_on: dt.date | None
    working_days_left: int | None = Field(description="negative: overdue; null: not known, see remark")
    remark: Text | None


class ApplicationBody(_Body):
    """An application as the register holds it."""

    application_id: str
    version: int
    status: Status
    p_kw: float
    customer_kind: str
    category: str | None
    area_class: str | None
    voltage: Literal["lv", "hv"]
    supply: Literal["single", "dual"]
    urgent_kw: float | None
    power_factor: float | None
    phases: Literal["1", "3"] | None
    longitude: float | None
    latitude: float | None
    transformer_id: str | None
    node_id: str | None
    feeder_id: str | None
    works_option: str | None = Field(description="the option after works that it was offered by; null: none needed")
    works_kva: float | None = Field(description="rating of the transformer that these works bring, kVA")
    energise_on: dt.date | None
    customer: str | None
    note: str | None
    reserved_kw: float | None
    reserved_kva: float | None
    claim: ClaimBody | None
    received_at: str | None = Field(description="as an imported file stated it; null: the stamp of its receipt")
    energised_at: dt.datetime | None
    offer_valid_until: dt.date | None
    may: list[str] = Field(description="events that its status allows")
    history: list[Stamped]
    due: list[DueBody]


class ApplicationsBody(_Body):
    """A page of the register."""

    total: int
    applications: list[ApplicationBody]


class DueList(_Body):
    """Time limits, the most urgent first."""

    due: list[DueBody]


class AuditBody(_Body):
    """Entries of the audit log."""

    entries: list[dict[str, Any]]


WordsBody = dict[str, dict[str, Text]]


def told(status: int, model: Any, description: str = "the answer") -> dict[int | str, dict[str, Any]]:
    """For the description of an endpoint: what it answers when all is well."""
    return {status: {"model": model, "description": description}}
