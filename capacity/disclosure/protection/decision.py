"""What of each area may be published, by this release alone and beside every figure published before (P23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.disclosure.protection.comparison import (
    Figures,
    Pair,
    unsafe_elements,
    unsafe_figures,
    unsafe_hours,
    unsafe_shared,
)
from capacity.disclosure.protection.crowds import areas_of_protecting_transformers, exposed, withheld_reasons
from capacity.disclosure.protection.facts import Facts
from capacity.tables.release import DisclosureRules


@dataclass(frozen=True)
class Former:
    """A former release: its exact figures, and what was published of them in full."""

    facts: Facts
    published: Figures


@dataclass(frozen=True)
class Decision:
    """What may be published.

    Attributes
    ----------
    areas : index ``area_id``; ``publication`` (full, band, withheld), ``reason`` (empty: none), ``hours`` (figures by
        month and hour) and ``elements`` (ranges that are of single elements).
    shared : the feeders whose figure may be shown.
    """

    areas: pd.DataFrame
    shared: pd.Index


def decide(facts: Facts, wanted: Figures, former: Iterable[Former], rules: DisclosureRules) -> Decision:
    """Decide what may be published.

    Parameters
    ----------
    wanted : what would be published in full if nothing had to be protected.
    former : every release before, in any order; gone through once.
    """
    withheld = withheld_reasons(facts, rules)
    above = exposed(facts, withheld.index[withheld.ne("").to_numpy(dtype=bool)], rules)
    few: set[str] = set()
    few_elements: set[str] = set()
    few_hours: set[str] = set()
    few_shared: set[str] = set()
    for one in former:
        pair = Pair.of(one.facts, facts, one.published, wanted, rules)
        of_own = unsafe_elements(pair)
        few |= unsafe_figures(pair, of_own)
        few_elements |= of_own
        few_hours |= unsafe_hours(pair)
        few_shared |= unsafe_shared(pair)
    names = withheld.index
    band = np.where(
        names.isin(list(above.figures)), "dominant_on_line", np.where(names.isin(list(few)), "few_changes", "")
    )
    reason = withheld.where(withheld.ne(""), pd.Series(band, index=names))
    publication = np.where(withheld.ne(""), "withheld", np.where(band != "", "band", "full"))
    protecting = names.isin(areas_of_protecting_transformers(facts)) & (publication != "withheld")
    elements = protecting & ~names.isin(list(few_elements)) & ~names.isin(list(few))
    hidden_hours = names.isin(list(above.hours)) | names.isin(list(few_hours))
    hours = protecting & (publication == "full") & names.isin(wanted.hours.index) & ~hidden_hours
    areas = pd.DataFrame(
        {"publication": publication, "reason": reason, "hours": hours, "elements": elements}, index=names
    )
    shared = _shareable(facts, wanted, areas).difference(pd.Index([*few_shared, *above.shared], dtype=object))
    return Decision(areas, shared)


def _shareable(facts: Facts, wanted: Figures, areas: pd.DataFrame) -> pd.Index:
    """Lines whose areas hang on them alone and are all published in full."""
    places = facts.places
    full = areas.index[areas["publication"].eq("full").to_numpy(dtype=bool)]
    alone = places.groupby("area_id")["feeder_id"].transform("nunique").eq(1)
    every = (alone & places["area_id"].isin(full)).groupby(places["feeder_id"]).all()
    counted = facts.transformers[facts.transformers["counted"] & facts.transformers["room_kva"].notna()]
    without = counted.loc[~counted["area_id"].isin(areas.index), "feeder_id"].dropna().unique()
    fit = every.index[every.to_numpy(dtype=bool)].intersection(wanted.shared.index)
    return fit.difference(pd.Index(without))
