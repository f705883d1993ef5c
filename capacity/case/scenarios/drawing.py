"""What a draw of a future consists of: rates, adopters, prospects. The same seed and draw give the same, in any year.

Every random number hangs on seed, draw and the name of what is drawn alone, never on the year: who has a charger in
one year has it in the next. Draw 0 is the central one: figures at their middle, prospects come if more likely than not
(where they are at least 50 % probable); where adopters live is drawn in it too.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.shapes import devices_of
from capacity.tables.case import Case
from capacity.tables.scenario import Adoption, Prospect, Range, Scenario

Floats = npt.NDArray[np.float64]
CENTRAL = 0
LIKELY_PERCENT = 50.0


@dataclass(frozen=True)
class Future:
    """Which future is meant. ``base_year`` is the year of the case's as-of date."""

    base_year: int
    year: int
    draw: int
    seed: int

    @property
    def years_ahead(self) -> int:
        """Years after the case's as-of date."""
        return self.year - self.base_year

    def until(self, as_of: pd.Timestamp) -> pd.Timestamp:
        """The as-of date of that year: what is dated up to it counts."""
        return as_of + pd.DateOffset(years=self.years_ahead)

    def uniform(self, tag: str, count: int = 1) -> Floats:
        """Uniform numbers in [0, 1) that hang on seed, draw and tag."""
        return np.random.default_rng([self.seed, self.draw, zlib.crc32(tag.encode("utf-8"))]).random(count)


def figure(of: Range, scenario: Scenario, future: Future, tag: str) -> float:
    """The figure of a range that counts: of the scenario's pathway, or drawn once for all years."""
    if scenario.pathway != "drawn":
        return of.at(scenario.pathway)
    return of.at("mid") if future.draw == CENTRAL else of.at("drawn", float(future.uniform(tag)[0]))


def share_percent(adoption: Adoption, scenario: Scenario, future: Future, year: int) -> float:
    """The share of adopters by the end of ``year``."""
    if scenario.pathway != "drawn":
        return adoption.share.share_percent(year, scenario.pathway)
    if future.draw == CENTRAL:
        return adoption.share.share_percent(year, "mid")
    quantile = float(future.uniform(f"share of {adoption.device}")[0])
    return adoption.share.share_percent(year, "drawn", quantile)


def comes(prospect: Prospect, future: Future, as_of: pd.Timestamp) -> bool:
    """Whether a prospective customer is there by the as-of date of the year."""
    if pd.Timestamp(prospect.energise_on) > future.until(as_of):
        return False
    if future.draw == CENTRAL:
        return prospect.probability_percent >= LIKELY_PERCENT
    return bool(100.0 * future.uniform(f"prospect {prospect.prospect_id}")[0] < prospect.probability_percent)


def population(case: Case) -> pd.DataFrame:
    """Who may adopt: customers of public transformers, in the order of their table.

    A case without customers takes every LV load as one customer of no known category, who counts in every category.

    Returns
    -------
    DataFrame: ``bus`` (pandapower index), ``transformer_id``, ``area_class``, ``category``.
    """
    supplier = case.topology.buses["transformer_id"]
    if len(case.customers):
        bus_of = _first_index(names(case.net.bus, "bus"))
        busbar_of = pd.Series(case.net.trafo["lv_bus"].to_numpy(), index=names(case.net.trafo, "trafo"))
        busbar_of = busbar_of[~busbar_of.index.duplicated()]
        at_node = case.customers["node_id"].map(bus_of)
        bus = at_node.fillna(case.customers["transformer_id"].map(busbar_of))
        category = case.customers["category"]
    else:
        load = case.net.load
        bus = load["bus"][load["in_service"].astype(bool) & (load["p_mw"] > 0.0)].drop_duplicates()
        category = pd.Series(pd.NA, index=bus.index, dtype="string")
    people = pd.DataFrame({"bus": bus, "category": category}).dropna(subset=["bus"]).astype({"bus": "int64"})
    people["transformer_id"] = people["bus"].map(supplier)
    people["area_class"] = people["transformer_id"].map(classes(case))
    public = people["transformer_id"].isin(_public(case))
    return people[public].reset_index(drop=True)


def adopters(people: pd.DataFrame, scenario: Scenario, future: Future) -> pd.DataFrame:
    """Who has come to own what by the end of the year, besides those who own it today.

    Each device has one order of all customers, drawn once; the first so many of those who may adopt have adopted.

    Parameters
    ----------
    people : of :func:`population`.

    Returns
    -------
    DataFrame: ``device``, ``bus``, ``units``, summed by device and bus; ``shares`` in ``attrs`` by device and entry.
    """
    devices = devices_of(scenario)
    parts, shares = [], []
    for adoption in scenario.adoption:
        order = future.uniform(f"adopters of {adoption.device}", len(people))
        may = may_adopt(people, adoption)
        now, then = (share_percent(adoption, scenario, future, year) for year in (future.base_year, future.year))
        count = int(np.floor(may.sum() * max(then - now, 0.0) / 100.0 + 0.5))
        chosen = np.flatnonzero(may)[np.argsort(order[may], kind="stable")[:count]]
        units = pd.DataFrame({"bus": people["bus"].to_numpy()[chosen], "units": adoption.units_per_adopter})
        parts.append(units.assign(device=devices[adoption.device].name, person=chosen))
        shares.append((adoption.device, then - now))
    owned = pd.concat(parts) if parts else pd.DataFrame({"device": [], "bus": [], "units": [], "person": []})
    owned = owned.drop_duplicates(["device", "person"])  # two entries may speak of the same customer
    summed = owned.groupby(["device", "bus"], as_index=False)["units"].sum().astype({"bus": "int64"})
    summed.attrs["shares"] = shares
    return summed


def classes(case: Case) -> pd.Series:
    """Area class by transformer_id."""
    class_of = case.areas.drop_duplicates("area_id").set_index("area_id")["area_class"]
    table = case.transformers.drop_duplicates("transformer_id").set_index("transformer_id")
    return table["area_id"].map(class_of)


def _public(case: Case) -> set[str]:
    mine = case.transformers["ownership"].eq("public")
    return {str(one) for one in case.transformers.loc[mine, "transformer_id"]}


def may_adopt(people: pd.DataFrame, adoption: Adoption) -> npt.NDArray[np.bool_]:
    """Who of the :func:`population` an entry speaks of."""
    may = pd.Series(True, index=people.index)
    if adoption.area_classes:
        may &= people["area_class"].isin(adoption.area_classes)
    if adoption.categories:
        may &= people["category"].isin(adoption.categories) | people["category"].isna()
    return may.to_numpy(dtype=bool)


def _first_index(ids: pd.Series) -> pd.Series:
    """Index by name, the first where several share it."""
    named = pd.Series(ids.index, index=ids.to_numpy())
    return named[~named.index.duplicated()]
