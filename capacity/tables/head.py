"""What stands at the head of every sheet and picture: whose figures, as of when, and whether they are real."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from capacity.tables.settings import CaseSettings


class Head(Protocol):
    """Facts for a title line. A run's manifest has them; what is made without a run brings a :class:`CaseHead`."""

    @property
    def case_name(self) -> str:
        """The case's id."""

    @property
    def case_title_zh(self) -> str:
        """Its Chinese title."""

    @property
    def case_title_en(self) -> str:
        """Its English title."""

    @property
    def synthetic(self) -> bool:
        """Whether the data do not describe a real grid."""

    @property
    def as_of(self) -> dt.date:
        """The day before which the past lies."""

    @property
    def scenario(self) -> str | None:
        """The scenario laid over the case, if any."""

    @property
    def scenario_title_zh(self) -> str:
        """Its Chinese title."""

    @property
    def scenario_title_en(self) -> str:
        """Its English title."""

    @property
    def policy(self) -> str:
        """The policy whose thresholds were used."""


@dataclass(frozen=True)
class CaseHead:
    """The head of what is made from a case without a run."""

    case_name: str
    case_title_zh: str
    case_title_en: str
    synthetic: bool
    as_of: dt.date
    policy: str
    scenario: str | None = None
    scenario_title_zh: str = ""
    scenario_title_en: str = ""


def head_of(settings: CaseSettings) -> CaseHead:
    """The head of a case by its settings."""
    return CaseHead(
        settings.name, settings.title_zh, settings.title_en, settings.synthetic, settings.as_of, settings.policy
    )
