"""A network case in memory: everything the case folder holds, parsed, with the topology derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings
from capacity.tables.topology import Topology

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandapower import pandapowerNet

DERIVED_POLYGON = "reading.polygon_derived"
"""The note that names areas whose polygon was drawn round their equipment because the case has none."""


@dataclass(frozen=True)
class Window:
    """The steps a run looks at: ``start`` included, ``end`` not (P1)."""

    start: pd.Timestamp
    end: pd.Timestamp
    step_minutes: int

    @property
    def timestamps(self) -> pd.DatetimeIndex:
        """Start of every step, naive, case time zone."""
        return pd.date_range(self.start, self.end, freq=f"{self.step_minutes}min", inclusive="left")

    @property
    def step_hours(self) -> float:
        """Length of one step in hours."""
        return self.step_minutes / 60.0

    @classmethod
    def before(cls, as_of: pd.Timestamp, step_minutes: int, months: int = 12) -> Window:
        """The twelve months before ``as_of`` (P1), or as many as a policy says."""
        return cls(as_of - pd.DateOffset(months=months), as_of, step_minutes)


@dataclass(frozen=True)
class Case:
    """A case. Tables follow the schemas of ``tables.inputs``; an absent optional file is an empty table.

    ``net`` is the pandapower network: element ``name``s are the ids; ``net.bus`` has x, y in the case CRS through
    ``geo``. ``reading_issues`` holds what was wrong while reading; ``checks`` adds the rest.
    ``hashes`` maps each file of the folder to its SHA-256. ``policy_text`` is the policy file of the folder, where
    ``settings.policy`` names one; empty where it names one of the package's.
    """

    settings: CaseSettings
    net: pandapowerNet
    topology: Topology
    areas: GeoDataFrame
    substations: pd.DataFrame
    feeders: pd.DataFrame
    transformers: pd.DataFrame
    profiles: pd.DataFrame
    measurements: pd.DataFrame
    daily_maxima: pd.DataFrame
    exclusions: pd.DataFrame
    customers: pd.DataFrame
    projects: pd.DataFrame
    applications: pd.DataFrame
    outages: pd.DataFrame
    hashes: Mapping[str, str] = field(default_factory=dict)
    reading_issues: tuple[Issue, ...] = ()
    policy_text: str = ""

    @property
    def window(self) -> Window:
        """The twelve months before the case's as-of date; a policy may say another number (``study.past_window``)."""
        return Window.before(pd.Timestamp(self.settings.as_of), self.settings.step_minutes)

    @property
    def derived_polygons(self) -> frozenset[str]:
        """Ids of areas whose polygon was drawn round their equipment."""
        return frozenset(one for note in self.reading_issues if note.check == DERIVED_POLYGON for one in note.ids)

    def with_as_of(self, as_of: pd.Timestamp) -> Case:
        """The same case as of another day: another window, the same data."""
        return replace(self, settings=self.settings.model_copy(update={"as_of": as_of.date()}))
