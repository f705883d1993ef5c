"""One release by itself: which areas are withheld, and where the grid above would tell of one customer (P23)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.disclosure.protection.facts import Facts, dominates
from capacity.tables.release import DisclosureRules


def withheld_reasons(facts: Facts, rules: DisclosureRules) -> pd.Series:
    """By ``area_id``: why the area is withheld; empty where it is not.

    The rule is asked of all in-service public transformers of the area, of those that have data, and of those that
    have room: a figure rests on these alone, since a transformer without data or beyond its limit adds nothing to it.
    """
    counted = facts.transformers[facts.transformers["counted"] & facts.transformers["area_id"].notna()]
    reasons = pd.Series("", index=pd.Index(facts.areas["area_id"], name="area_id"), dtype=object)
    with_data = counted["room_kva"].notna()
    with_room = counted["room_kva"] > 0.0
    for members in (counted, counted[with_data], counted[with_room]):
        found = _reasons(members, rules).reindex(reasons.index).fillna("")
        reasons = reasons.mask(reasons.eq(""), found)
    without = ~reasons.index.isin(counted["area_id"])
    return reasons.mask(without, "customers_unknown")


def _reasons(members: pd.DataFrame, rules: DisclosureRules) -> pd.Series:
    members = members.assign(unknown=members["stated_customers"].isna())
    by_area = members.groupby("area_id")
    count = by_area["stated_customers"].sum(min_count=1)
    some_unknown = by_area["unknown"].any()
    contracts = by_area["contracts"].sum()
    unknown = contracts * 100.0 < rules.stated_contracts_percent * count
    few = count < rules.fewest_customers
    dominant = dominates(by_area["largest_kva"].max(), by_area["contracts_kva"].sum(), rules)
    found = np.select(
        [some_unknown, few, unknown, dominant],
        ["customers_unknown", "few_customers", "customers_unknown", "dominant_customer"],
        default="",
    )
    return pd.Series(found, index=count.index, dtype=object)


def areas_of_protecting_transformers(facts: Facts) -> pd.Index:
    """Areas each of whose transformers meets the rule by itself: whatever part of them a figure is of, it meets it."""
    counted = facts.transformers[facts.transformers["counted"] & facts.transformers["area_id"].notna()]
    every = counted.groupby("area_id")["protects"].all()
    return every.index[every.to_numpy(dtype=bool)]


@dataclass(frozen=True)
class Exposed:
    """What the grid above would tell of too few, because all others on it can be subtracted.

    Attributes
    ----------
    figures, hours : areas whose figure (figures by month and hour) a line or substation limits.
    shared : lines whose own figure is limited.
    """

    figures: frozenset[str]
    hours: frozenset[str]
    shared: frozenset[str]


def exposed(facts: Facts, withheld: pd.Index, rules: DisclosureRules) -> Exposed:
    """Where a limited figure, with what is published beside it, leaves one customer with too large a share.

    A figure that a line limits is its limit less all its load. Areas whose own figures are published can be taken
    off that: the rest of the load (dedicated transformers, withheld areas, areas that the line limits themselves) has
    to obey the rule. A dedicated transformer is one customer, with its highest load (without data: its rating); a
    customer of a public one counts with its contract, at most the highest load of its transformer.
    """
    areas = facts.areas
    told = areas["limited_by"].eq("") & areas["allowed_kva"].notna() & ~areas["area_id"].isin(withheld)
    shown = areas.loc[~areas["area_id"].isin(withheld), "area_id"]
    figures: set[str] = set()
    hours: set[str] = set()
    shared: set[str] = set()
    for place, causes in (("feeder_id", ("line", "voltage", "substation")), ("substation_id", ("substation",))):
        table = _parts(facts, place)
        rest = _groups(table[~table["area_id"].isin(areas.loc[told, "area_id"])], [place])
        few = rest["n"].lt(rules.fewest_customers) | dominates(rest["largest"], rest["load"], rules)
        bad = rest.index[few.to_numpy(dtype=bool)]
        limited = areas.loc[areas["limited_by"].isin(causes), "area_id"]
        there = facts.places.loc[facts.places[place].isin(bad), "area_id"]
        figures |= set(limited[limited.isin(there)])
        lines = facts.feeders[facts.feeders["limited_by"].isin(causes)]
        shared |= set(lines.loc[lines[place].isin(bad), "feeder_id"])
        hours |= _exposed_hours(facts, table, place, shown, rules)
    return Exposed(frozenset(figures), frozenset(hours), frozenset(shared))


def _exposed_hours(facts: Facts, table: pd.DataFrame, place: str, shown: pd.Series, rules: DisclosureRules) -> set[str]:
    """Areas that the grid above limits at some hour, where they and what is not published at all obey not the rule."""
    hidden = _groups(table[~table["area_id"].isin(shown)], [place])
    limited = facts.areas.loc[facts.areas["hours_limited"], "area_id"]
    own = _groups(table[table["area_id"].isin(limited)], ["area_id", place]).reset_index()
    beside = hidden.reindex(own[place]).fillna(0.0).reset_index(drop=True)
    dominant = dominates(np.fmax(own["largest"], beside["largest"]), own["load"] + beside["load"], rules)
    few = (own["n"] + beside["n"]).lt(rules.fewest_customers)
    return set(own.loc[few | dominant, "area_id"])


def _parts(facts: Facts, place: str) -> pd.DataFrame:
    """Transformers on lines or substations: area, load, and the largest customer's part of it."""
    table = facts.transformers[facts.transformers[place].notna()]
    own = table["smax_kva"].fillna(table["rated_kva"])
    return pd.DataFrame(
        {
            place: table[place],
            "area_id": table["area_id"].where(table["counted"], None),
            "n": table["customers"].where(~table["dedicated"], 1.0),
            "load": table["smax_kva"].fillna(0.0),
            "largest": own.where(table["dedicated"], np.fmin(table["largest_kva"], own)),
        }
    )


def _groups(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.groupby(keys).agg(n=("n", "sum"), load=("load", "sum"), largest=("largest", "max"))
