"""Sets of measures tried on a feeder's years: what each clears, creates, releases (one load flow per year and set)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from capacity.errors import CapacityError
from capacity.planning.needs import created, needs_of, stays
from capacity.reinforcing.feeder_year import FeederYear, try_changes
from capacity.reinforcing.node_room import node_room
from capacity.reinforcing.solving import SolvedGrid
from capacity.tables.findings import FINDINGS
from capacity.tables.measure import Cleared, Measure, Need, Verified
from capacity.tables.network_change import NetworkChange


@dataclass
class Trials:
    """Tries sets of measures of one feeder and remembers what was found.

    A class because of what it remembers: the choice asks for the same sets again and again.

    Attributes
    ----------
    years : the feeder in some years of the horizon, ascending. What a set clears in a year between them is taken
        from the next of them: with growth the later year is the harder one.
    refused : sets that could not be laid over the grid, and why.
    """

    feeder_id: str
    needs: tuple[Need, ...]
    measures: Mapping[str, Measure]
    years: Sequence[FeederYear]
    as_of: dt.date
    known: dict[frozenset[str], Verified] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @cached_property
    def before(self) -> dict[int, SolvedGrid]:
        """The feeder with nothing done at the same steps, so that only what measures change is seen as changed."""
        return {here.year: try_changes(here, ()) for here in self.years}

    @cached_property
    def node_room_before(self) -> pd.DataFrame:
        """What the LV nodes can take in the last year with nothing done (P9)."""
        last = self.years[-1]
        return node_room(self.before[last.year], last.rules)

    def verified(self, measure_ids: frozenset[str]) -> Verified:
        """What load flow finds with exactly these measures done."""
        if measure_ids not in self.known:
            self.known[measure_ids] = self._tried(measure_ids)
        return self.known[measure_ids]

    def _tried(self, measure_ids: frozenset[str]) -> Verified:
        changes = changes_of(self.measures[key] for key in sorted(measure_ids))
        after: dict[int, SolvedGrid] = {}
        for here in self.years:
            try:
                grid = try_changes(here, changes)
            except CapacityError as error:
                self.refused["+".join(sorted(measure_ids))] = str(error)
                return Verified(self.feeder_id, measure_ids, (), solved=False)
            new = grid.failed_at & ~self.before[here.year].failed_at
            if new.any():
                self.refused["+".join(sorted(measure_ids))] = f"{int(new.sum())} more steps without a solution"
                return Verified(self.feeder_id, measure_ids, (), solved=False)
            after[here.year] = grid
        return Verified(
            feeder_id=self.feeder_id,
            measure_ids=measure_ids,
            clears=self._clears({year: grid.findings for year, grid in after.items()}),
            creates=self._creates(after),
            touches=self._touches(after),
            released_kva=self._released(measure_ids, after),
            node_released_kva=self._node_released(measure_ids, after),
            losses_saved_kwh_per_year=self._losses_saved(after),
        )

    def _clears(self, after: Mapping[int, pd.DataFrame]) -> tuple[Cleared, ...]:
        found = []
        for need in self.needs:
            key = need.need_id.partition(":")[2]
            gone = {year: not stays(findings, key, need.rule) for year, findings in after.items()}
            years = tuple(year for year in need.years if gone[_stands_for(year, list(after))])
            if years:
                found.append(Cleared(need.need_id, years))
        return tuple(found)

    def _creates(self, after: Mapping[int, SolvedGrid]) -> tuple[Need, ...]:
        new = {
            here.year: created(self.before[here.year].violations, after[here.year].violations, here.rules).astype(
                object
            )
            for here in self.years
        }
        empty = pd.DataFrame(columns=list(FINDINGS.columns))
        return needs_of(new, empty, self.as_of) if any(len(rows) for rows in new.values()) else ()

    def _touches(self, after: Mapping[int, SolvedGrid]) -> frozenset[str]:
        parts: set[str] = set()
        for here in self.years:
            parts |= touched(self.before[here.year].findings, after[here.year].findings, here.rules.choice(EPSILON))
        return frozenset(parts or {f"feeder:{self.feeder_id}"})

    def _released(self, measure_ids: frozenset[str], after: Mapping[int, SolvedGrid]) -> float | None:
        last, areas = self.years[-1], self._areas(measure_ids)
        if not areas:
            return None
        more = after[last.year].allowed_kva.reindex(areas) - self.before[last.year].allowed_kva.reindex(areas)
        return None if more.isna().any() else float(more.sum())

    def _node_released(self, measure_ids: frozenset[str], after: Mapping[int, SolvedGrid]) -> float | None:
        last, before = self.years[-1], self.node_room_before
        was = before[before["area_id"].isin(self._areas(measure_ids))].set_index("node_id")["allowed_kva"].dropna()
        if was.empty:
            return None
        now = node_room(after[last.year], last.rules).set_index("node_id")["allowed_kva"]
        more = now.reindex(was.index) - was
        return None if more.isna().any() else float(more.mean())

    def _areas(self, measure_ids: frozenset[str]) -> list[str]:
        return sorted({area for key in measure_ids for area in self.measures[key].area_ids})

    def _losses_saved(self, after: Mapping[int, SolvedGrid]) -> float | None:
        last = self.years[-1].year
        saved = self.before[last].losses_kwh - after[last].losses_kwh
        return None if np.isnan(saved) else saved


EPSILON = "existing_violation_epsilon_percent"
OWN_PERCENT = 5.0
NETWORK, FALLING = ("load", "lines", "voltage"), ("voltage", "area")
"""Kinds of keys that belong to an LV network; and those whose value is worse the lower it is."""


def changes_of(measures: Iterable[Measure]) -> tuple[NetworkChange, ...]:
    """The changes of some measures, in their order."""
    return tuple(change for one in measures for change in one.changes)


def touched(before: pd.DataFrame, after: pd.DataFrame, epsilon_percent: float) -> set[str]:
    """The parts of a feeder that a set changes in a way that could stand in another's way.

    Parts are LV networks (by their transformer), the 10 kV level of a feeder, substations and areas. One counts if
    something of it gets worse by more than half of the policy's epsilon, an LV network or the 10 kV level also if
    something of it changes by more than ``OWN_PERCENT``: it is then the one that is worked on. What becomes a little
    better elsewhere, such as the voltage behind a relieved section, stands in nobody's way.
    """
    was, now = (frame.drop_duplicates("key").set_index("key") for frame in (before, after))
    keys = was.index.union(now.index)
    old, new = was["value"].reindex(keys).astype(float), now["value"].reindex(keys).astype(float)
    more = (new - old) / old.abs().clip(lower=1e-9) * 100.0
    kind = pd.Series(keys, index=keys).str.partition(":")[0]
    worse = more.where(~kind.isin(FALLING), -more) > epsilon_percent / 2.0
    known = old.notna() & new.notna()
    own = kind.isin((*NETWORK, "sections")) & (more.abs() > OWN_PERCENT)
    counts = worse | own | (~known & (old.notna() | new.notna()))
    return {
        f"network:{key.partition(':')[2]}" if kind[key] in NETWORK else key
        for key in keys[counts.to_numpy()]
        if kind[key] != "application"
    }


def _stands_for(year: int, tried: list[int]) -> int:
    later = [one for one in tried if one >= year]
    return later[0] if later else tried[-1]
