"""One release by itself: which areas are withheld, and which lines or substations one customer dominates (P23)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.disclosure.protection.facts import Facts, dominates, meets_rule
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
    by_area = members.groupby("area_id")
    count = by_area["stated_customers"].sum(min_count=1)
    some_unknown = by_area["stated_customers"].agg(lambda one: one.isna().any())
    contracts = by_area["contracts"].sum()
    unknown = some_unknown.astype(bool) | (contracts * 100.0 < rules.stated_contracts_percent * count)
    few = count < rules.fewest_customers
    dominant = dominates(by_area["largest_kva"].max(), by_area["contracts_kva"].sum(), rules)
    found = np.select(
        [some_unknown.astype(bool), few, unknown, dominant],
        ["customers_unknown", "few_customers", "customers_unknown", "dominant_customer"],
        default="",
    )
    return pd.Series(found, index=count.index, dtype=object)


def areas_of_protecting_transformers(facts: Facts) -> pd.Index:
    """Areas each of whose transformers meets the rule by itself: whatever part of them a figure is of, it meets it."""
    counted = facts.transformers[facts.transformers["counted"] & facts.transformers["area_id"].notna()]
    every = counted.groupby("area_id")["protects"].all()
    return every.index[every.to_numpy(dtype=bool)]


def dominated(facts: Facts, above: str, rules: DisclosureRules) -> pd.Index:
    """Feeders (``above="feeder_id"``) or substations on which one customer has too large a share of the load.

    A dedicated transformer is one customer, with its highest load; a customer of a public one counts with its
    contract, at most the highest load of its transformer. The load of a line is what its transformers' highest loads
    make together; one without data counts with nothing (if dedicated: its rating as the customer's part).
    """
    table = facts.transformers[facts.transformers[above].notna()]
    load = table["smax_kva"].fillna(0.0).groupby(table[above]).sum()
    own = table["smax_kva"].fillna(table["rated_kva"])
    part = own.where(table["dedicated"], np.fmin(table["largest_kva"], own))
    largest = part.groupby(table[above]).max()
    return load.index[dominates(largest, load, rules).to_numpy(dtype=bool)]


__all__ = ["areas_of_protecting_transformers", "dominated", "meets_rule", "withheld_reasons"]
