"""A city: a folder of cases, one per substation, and ``city.toml``, which says which they are and in which order."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from capacity.tables.case import Window
from capacity.tables.issue import Issue

MEMBER_PATTERN = r"^[a-z0-9][a-z0-9_.-]*$"
"""Of the name of a city and of a case folder."""


class CitySettings(BaseModel):
    """The contents of ``city.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=MEMBER_PATTERN, description="short name, lower case")
    title_zh: str
    title_en: str
    as_of: dt.date = Field(description="of every member: the window ends before this day's 00:00 (P1)")
    synthetic: bool = Field(description="true where the data do not describe a real grid; shown wherever it is")
    step_minutes: int = Field(default=15, gt=0, le=60, description="of every member")
    window_months: int | None = Field(
        default=None,
        ge=1,
        description="months before as_of to look at, where the members hold fewer than the policy asks",
    )
    members: tuple[str, ...] = Field(
        min_length=1, description="names of the case folders beside this file, in the order of a run"
    )
    notes: tuple[str, ...] = ()
    generator: dict[str, Any] = Field(default_factory=dict, description="the plan of a synthetic city")

    @field_validator("members")
    @classmethod
    def _are_names(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        """A member stands beside ``city.toml``: its name is no path."""
        if strange := [name for name in members if not re.fullmatch(MEMBER_PATTERN, name)]:
            raise ValueError(f"{', '.join(strange)}: no name of a case folder (lower case, no path)")
        return members


@dataclass(frozen=True)
class City:
    """A city as found on disk: its members are read one after the other, never together.

    Attributes
    ----------
    settings : the contents of ``city.toml``.
    folder : where it stands.
    reading_issues : what is wrong between the members; what is wrong inside one, reading and checking it says.
    """

    settings: CitySettings
    folder: Path
    reading_issues: tuple[Issue, ...] = ()

    @property
    def members(self) -> tuple[Path, ...]:
        """The members' case folders in the order of a run, those that are missing included."""
        return tuple(self.folder / name for name in self.settings.members)

    @property
    def window(self) -> Window | None:
        """The steps to look at, where the members hold fewer than the policy asks; None leaves it to the policy."""
        if self.settings.window_months is None:
            return None
        return Window.before(pd.Timestamp(self.settings.as_of), self.settings.step_minutes, self.settings.window_months)
