"""How much each existing load grows: by the class of its area and the categories of the customers at its node."""

from __future__ import annotations

from typing import Any

import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.drawing import Future, classes, figure
from capacity.tables.case import Case
from capacity.tables.scenario import Growth, Scenario

Mix = dict[str, tuple[tuple[str | None, float], ...]]
"""By node: the categories of its customers with their shares of the contract power."""
Rates = dict[tuple[str | None, str | None], float]
"""Growth in percent per year by area class and category; None stands for any."""


def rates_of(scenario: Scenario, future: Future) -> Rates:
    """The growth rates that count in a future, percent per year."""
    rates: Rates = {(area_class, None): rate for area_class, rate in scenario.growth_percent_per_year.items()}
    for entry in scenario.growth:
        rates[entry.area_class, entry.category] = figure(entry.percent_per_year, scenario, future, _tag(entry))
    return rates


def _tag(entry: Growth) -> str:
    return f"growth {entry.area_class} {entry.category}"


def rate_percent(rates: Rates, area_class: str | None, category: str | None) -> float:
    """The most particular rate: class and category, then category, then class, then all; 0 where none is stated."""
    for key in ((area_class, category), (None, category), (area_class, None), (None, None)):
        if key in rates:
            return rates[key]
    return 0.0


def growth_factors(case: Case, loads: pd.DataFrame, rates: Rates, years: float, mix: Mix | None = None) -> pd.Series:
    """Factor on each load by its row: ``(1 + rate)^years``, of the categories at its node by contract power.

    Loads below dedicated transformers and outside any area of a class keep their power.

    Parameters
    ----------
    loads : of ``following.modelled``.
    mix : of :func:`mix_of`, where it is at hand.
    """
    if not rates or not years:
        return pd.Series(1.0, index=loads.index)
    public = case.transformers[case.transformers["ownership"].eq("public")]["transformer_id"]
    class_of = classes(case)
    area_class = loads["transformer_id"].map(class_of).where(loads["transformer_id"].isin(public))
    mix = mix_of(case) if mix is None else mix
    node = case.net.load["bus"].reindex(loads.index).map(names(case.net.bus, "bus"))
    factor_of: dict[tuple[str, object], float] = {}
    result = []
    for name, own_class in zip(node, area_class, strict=True):
        if pd.isna(own_class):
            result.append(1.0)
            continue
        shares = mix.get(name, ())
        key = (str(own_class), shares)
        if key not in factor_of:
            factor_of[key] = _factor(rates, str(own_class), shares, years)
        result.append(factor_of[key])
    return pd.Series(result, index=loads.index, dtype="float64")


def grow(net: Any, factor: pd.Series) -> None:
    """Multiply the loads of a network by their factors."""
    for part in ("p_mw", "q_mvar"):
        net.load.loc[factor.index, part] = net.load.loc[factor.index, part].astype(float) * factor


def bare_factors(case: Case, loads: pd.DataFrame, rates: Rates, years: float) -> dict[str, float]:
    """Factor on the readings of public transformers below which nothing is modelled: the rate of their class, or 1."""
    public = case.transformers[case.transformers["ownership"].eq("public")]["transformer_id"]
    class_of = classes(case)
    return {
        str(name): float((1.0 + rate_percent(rates, str(class_of[name]), None) / 100.0) ** years)
        for name in public[~public.isin(loads["transformer_id"])]
        if pd.notna(class_of.get(name))
    }


def _factor(rates: Rates, area_class: str, shares: tuple[tuple[str | None, float], ...], years: float) -> float:
    def compounded(category: str | None) -> float:
        return float((1.0 + rate_percent(rates, area_class, category) / 100.0) ** years)

    if not shares:
        return compounded(None)
    return sum(share * compounded(category) for category, share in shares)


def mix_of(case: Case) -> Mix:
    """By node: the categories of its customers with their shares of the contract power."""
    table = case.customers.dropna(subset=["node_id"])
    if table.empty:
        return {}
    kva = table["contract_kva"].fillna(1.0).astype(float)
    category = table["category"].astype(object).where(table["category"].notna(), None)
    sums = kva.groupby([table["node_id"], category], dropna=False).sum()
    totals = sums.groupby(level=0).sum()
    mix: dict[str, list[tuple[str | None, float]]] = {}
    for (node, kind), value in sums.items():
        share = round(float(value / totals[node]), 12)
        mix.setdefault(str(node), []).append((None if pd.isna(kind) else str(kind), share))
    return {node: tuple(shares) for node, shares in mix.items()}
