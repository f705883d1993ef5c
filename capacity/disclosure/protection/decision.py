"""What of each area may be published, by this release alone and beside every figure published before (P23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.disclosure.protection.comparison import Figures, Pair, unsafe_figures, unsafe_hours, unsafe_shared
from capacity.disclosure.protection.crowds import areas_of_protecting_transformers, dominated, withheld_reasons
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
    exposed, hours_exposed = _on_dominated(facts, rules)
    few: set[str] = set()
    few_hours: set[str] = set()
    few_shared: set[str] = set()
    for one in former:
        pair = Pair.of(one.facts, facts, one.published, wanted, rules)
        few |= unsafe_figures(pair)
        few_hours |= unsafe_hours(pair)
        few_shared |= unsafe_shared(pair)
    names = withheld.index
    band = np.where(names.isin(exposed), "dominant_on_line", np.where(names.isin(list(few)), "few_changes", ""))
    reason = withheld.where(withheld.ne(""), pd.Series(band, index=names))
    publication = np.where(withheld.ne(""), "withheld", np.where(band != "", "band", "full"))
    elements = names.isin(areas_of_protecting_transformers(facts)) & (publication != "withheld")
    hidden_hours = names.isin(hours_exposed) | names.isin(list(few_hours))
    hours = elements & (publication == "full") & names.isin(wanted.hours.index) & ~hidden_hours
    areas = pd.DataFrame(
        {"publication": publication, "reason": reason, "hours": hours, "elements": elements}, index=names
    )
    shared = _shareable(facts, wanted, areas, rules).difference(pd.Index(list(few_shared), dtype=object))
    return Decision(areas, shared)


def _on_dominated(facts: Facts, rules: DisclosureRules) -> tuple[set[str], set[str]]:
    """Areas whose figure, and areas whose figures by hour, a line or substation limits that one customer dominates."""
    on = {
        place: set(facts.places.loc[facts.places[place].isin(dominated(facts, place, rules)), "area_id"])
        for place in ("feeder_id", "substation_id")
    }
    areas = facts.areas
    by_line = areas["limited_by"].ne("") & areas["area_id"].isin(on["feeder_id"])
    by_substation = areas["limited_by"].eq("substation") & areas["area_id"].isin(on["substation_id"])
    by_hour = areas["hours_limited"] & areas["area_id"].isin(on["feeder_id"] | on["substation_id"])
    return set(areas.loc[by_line | by_substation, "area_id"]), set(areas.loc[by_hour, "area_id"])


def _shareable(facts: Facts, wanted: Figures, areas: pd.DataFrame, rules: DisclosureRules) -> pd.Index:
    """Lines that nobody dominates and whose areas hang on them alone and are all published in full."""
    places = facts.places
    full = areas.index[areas["publication"].eq("full").to_numpy(dtype=bool)]
    alone = places.groupby("area_id")["feeder_id"].transform("nunique").eq(1)
    every = (alone & places["area_id"].isin(full)).groupby(places["feeder_id"]).all()
    counted = facts.transformers[facts.transformers["counted"] & facts.transformers["room_kva"].notna()]
    without = counted.loc[~counted["area_id"].isin(areas.index), "feeder_id"].dropna().unique()
    table = facts.feeders
    dominant = table["feeder_id"].isin(dominated(facts, "feeder_id", rules)) | (
        table["limited_by"].eq("substation") & table["substation_id"].isin(dominated(facts, "substation_id", rules))
    )
    fit = every.index[every.to_numpy(dtype=bool)].intersection(wanted.shared.index)
    return fit.difference(pd.Index(without)).difference(pd.Index(table.loc[dominant, "feeder_id"]))
