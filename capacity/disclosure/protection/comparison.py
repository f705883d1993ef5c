"""One release beside a former one: which figures of it would tell of too few when subtracted (P23)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pandas as pd

from capacity.disclosure.protection.contributors import Contributors, contributors
from capacity.disclosure.protection.differences import (
    above_is_safe,
    above_parts,
    alone_is_safe,
    figure_is_safe,
    hours_are_safe,
    own_parts,
)
from capacity.disclosure.protection.facts import Facts
from capacity.tables.release import DisclosureRules

MOST_AREAS_OF_A_UNION = 4
"""Areas that exchanged transformers are compared in every union of them; of more than these none is published."""

Keys = tuple[pd.Series, pd.Series]
Rule = Callable[[pd.DataFrame, DisclosureRules], pd.Series]


@dataclass(frozen=True)
class Figures:
    """What is (or would be) published in full.

    Attributes
    ----------
    areas : index ``area_id``; what an unchanged area has in common with a former release: the rounded figure and the
        ranges, of areas that have a figure.
    hours : index ``area_id``; 288 rounded figures each, month by month, missing ones -1; areas with hours alone.
    shared : by ``feeder_id``: the rounded figure of the line.
    """

    areas: pd.DataFrame
    hours: pd.DataFrame
    shared: pd.Series


@dataclass(frozen=True)
class Pair:
    """A former release and this one: exact figures, what was published then, what would be now, what differs."""

    then: Facts
    now: Facts
    published: Figures
    wanted: Figures
    what: Contributors
    rules: DisclosureRules

    @cached_property
    def keys(self) -> Keys:
        """The area whose figure each transformer was and is part of: public, in service, with data."""
        return _keys(self.what.transformers, "area_id")

    @cached_property
    def own(self) -> pd.DataFrame:
        """``own_parts`` of the areas."""
        return own_parts(self.what, *self.keys)

    @cached_property
    def on_lines(self) -> pd.DataFrame:
        """``above_parts`` of the lines."""
        return above_parts(self.what, "feeder_id", self._told)

    @cached_property
    def on_substations(self) -> pd.DataFrame:
        """``above_parts`` of the substations."""
        return above_parts(self.what, "substation_id", self._told)

    @property
    def _told(self) -> pd.Index:
        """Areas whose moves can be subtracted: their figures are published in both, and nothing above limits them."""
        sides = (one.areas.loc[one.areas["limited_by"].eq(""), "area_id"] for one in (self.then, self.now))
        both = self.wanted.areas.index.intersection(self.published.areas.index)
        return both[both.isin(next(sides)) & both.isin(next(sides))]

    @classmethod
    def of(cls, then: Facts, now: Facts, published: Figures, wanted: Figures, rules: DisclosureRules) -> Pair:
        """The pair, with its contributors."""
        return cls(then, now, published, wanted, contributors(then, now), rules)


def unsafe_figures(pair: Pair, of_own: set[str]) -> set[str]:
    """Areas whose figure must not be published beside the one of then.

    Parameters
    ----------
    of_own : what ``unsafe_elements`` found.
    """
    changed = _changed(pair.wanted.areas, pair.published.areas)
    then, now = (one.areas.set_index("area_id").loc[changed] for one in (pair.then, pair.now))
    above = then["limited_by"].ne("") & now["limited_by"].ne("")
    unsafe = of_own - set(changed[above.to_numpy(dtype=bool)])
    move = (now["allowed_kva"] - then["allowed_kva"]).abs()
    for place, causes in (("feeder_id", ("line", "voltage")), ("substation_id", ("substation",))):
        limited = then["limited_by"].isin(causes) | now["limited_by"].isin(causes)
        voltage = then["limited_by"].eq("voltage") | now["limited_by"].eq("voltage")
        names = changed[limited.to_numpy(dtype=bool)]
        unsafe |= _failing_above(pair, place, _hangs_on(pair, names, place), move, voltage)
    return unsafe


def unsafe_elements(pair: Pair) -> set[str]:
    """Areas whose own transformers' figures, ranges of single ones included, must not be shown beside those of then."""
    changed = _changed(pair.wanted.areas, pair.published.areas)
    unsafe = _failing(pair.own, figure_is_safe, pair.rules) & set(changed)
    return unsafe | _failing_unions(pair, changed, pair.published.areas.index, pair.wanted.areas.index, figure_is_safe)


def unsafe_hours(pair: Pair) -> set[str]:
    """Areas whose figures by month and hour must not be published beside those of then."""
    changed = _changed(pair.wanted.hours, pair.published.hours)
    then, now = (one.areas.set_index("area_id").loc[changed] for one in (pair.then, pair.now))
    unsafe = _failing(pair.own, hours_are_safe, pair.rules) & set(changed)
    limited = changed[(then["hours_limited"] | now["hours_limited"]).to_numpy(dtype=bool)]
    for place in ("feeder_id", "substation_id"):
        rows = _hangs_on(pair, limited, place)
        parts = _above(pair, place).reindex(rows[place]).fillna(0.0)
        unsafe |= set(rows.loc[~alone_is_safe(parts, pair.rules).to_numpy(dtype=bool), "area_id"])
    return unsafe | _failing_unions(pair, changed, pair.published.hours.index, pair.wanted.hours.index, hours_are_safe)


def unsafe_shared(pair: Pair) -> set[str]:
    """Lines whose shared figure must not be published beside the one of then."""
    changed = _changed(pair.wanted.shared.to_frame(), pair.published.shared.to_frame())
    then, now = (one.feeders.set_index("feeder_id").loc[changed] for one in (pair.then, pair.now))
    above = then["limited_by"].ne("") & now["limited_by"].ne("")
    parts = own_parts(pair.what, *_keys(pair.what.transformers, "feeder_id"))
    unsafe = _failing(parts, figure_is_safe, pair.rules) & set(changed[~above.to_numpy(dtype=bool)])
    move = (now["allowed_kva"] - then["allowed_kva"]).abs()
    for place, causes in (("feeder_id", ("line", "voltage")), ("substation_id", ("substation",))):
        limited = then["limited_by"].isin(causes) | now["limited_by"].isin(causes)
        voltage = then["limited_by"].eq("voltage") | now["limited_by"].eq("voltage")
        names = changed[limited.to_numpy(dtype=bool)]
        at = names if place == "feeder_id" else now.loc[names, "substation_id"]
        rows = pd.DataFrame({"area_id": names, place: np.asarray(at, dtype=object)})
        unsafe |= _failing_above(pair, place, rows, move, voltage)
    return unsafe


def _keys(frame: pd.DataFrame, column: str) -> Keys:
    then, now = (
        frame[f"{column}_{when}"].where(frame[f"counted_{when}"] & frame[f"room_kva_{when}"].notna(), None)
        for when in ("then", "now")
    )
    return then, now


def _changed(wanted: pd.DataFrame, published: pd.DataFrame) -> pd.Index:
    """What is in both and differs (missing equals missing): equal figures leave nothing to subtract."""
    both = wanted.index.intersection(published.index)
    left, right = (frame.loc[both].to_numpy(dtype=np.float64) for frame in (wanted, published))
    same = ((left == right) | (np.isnan(left) & np.isnan(right))).all(axis=1)
    return both[~same]


def _failing(parts: pd.DataFrame, rule: Rule, rules: DisclosureRules) -> set[str]:
    safe = rule(parts, rules)
    return {str(name) for name in safe.index[~safe.to_numpy(dtype=bool)]}


def _hangs_on(pair: Pair, names: pd.Index, place: str) -> pd.DataFrame:
    """Lines or substations that the areas hung and hang on, one row each."""
    rows = pd.concat([pair.then.places, pair.now.places])[["area_id", place]].dropna().drop_duplicates()
    return rows[rows["area_id"].isin(names)]


def _above(pair: Pair, place: str) -> pd.DataFrame:
    return pair.on_lines if place == "feeder_id" else pair.on_substations


def _failing_above(pair: Pair, place: str, rows: pd.DataFrame, move: pd.Series, voltage: pd.Series) -> set[str]:
    parts = _above(pair, place).reindex(rows[place]).fillna(0.0).reset_index(drop=True)
    names = rows["area_id"].reset_index(drop=True)
    safe = above_is_safe(parts, names.map(move).astype("float64"), names.map(voltage).astype(bool), pair.rules)
    return set(names[~safe.to_numpy(dtype=bool)])


def _failing_unions(pair: Pair, changed: pd.Index, published: pd.Index, wanted: pd.Index, rule: Rule) -> set[str]:
    """Areas that exchanged transformers and whose sums would tell what none of them tells by itself.

    Any sum of figures published then is compared with any sum of figures of now: also the part that went into an area
    which is withheld now is a difference of such sums.
    """
    then, now = pair.keys
    crossed = then.notna() & now.notna() & then.ne(now)
    pairs = pd.DataFrame({"a": then[crossed], "b": now[crossed]}).drop_duplicates()
    unsafe: set[str] = set()
    for group in _groups(pairs):
        before, after = sorted(group & set(published)), sorted(group & set(wanted))
        if len(group) > MOST_AREAS_OF_A_UNION:
            unsafe |= set(after)
            continue
        here = then.isin(group) | now.isin(group)
        part = Contributors(
            pair.what.applications, pair.what.customers, pair.what.transformers[here].reset_index(drop=True)
        )
        sides = [side[here].reset_index(drop=True) for side in pair.keys]
        for one, other in product(_unions(before), _unions(after)):
            if one == other and set(changed).isdisjoint(other):
                continue  # equal sums leave nothing to subtract
            joined = [
                side.isin(union).map({True: "union", False: None})
                for side, union in zip(sides, (one, other), strict=True)
            ]
            both = joined[0].notna() & joined[1].notna()
            if both.any() and not rule(own_parts(part, joined[0], joined[1]), pair.rules).all():
                unsafe |= set(other)
    return unsafe


def _unions(members: list[str]) -> list[tuple[str, ...]]:
    return [union for size in range(1, len(members) + 1) for union in combinations(members, size)]


def _groups(pairs: pd.DataFrame) -> list[set[str]]:
    """Areas connected by exchanged transformers."""
    groups: list[set[str]] = []
    for one, other in pairs.itertuples(index=False):
        touched = [group for group in groups if one in group or other in group]
        merged = {one, other}.union(*touched)
        groups = [group for group in groups if group not in touched] + [merged]
    return groups
