"""What would be published of every area if nothing had to be protected: rounded figures and ranges, by ``area_id``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.disclosure.basis import Basis
from capacity.disclosure.protection import Facts, Figures
from capacity.disclosure.rounding import range_of, rounded_down, wide_edges
from capacity.tables.release import DisclosureRules

CELLS = pd.MultiIndex.from_product([range(1, 13), range(24)], names=["month", "hour"])
_SAME = ["allowed_kva", "single_from_kva", "load_rate_from_percent"]


def figures(basis: Basis, facts: Facts, rules: DisclosureRules) -> pd.DataFrame:
    """The figures of every area, index ``area_id``, with the columns of ``tables.public.areas`` that are figures.

    ``wide_from_kva`` and ``wide_below_kva`` are the range that stands in for the figure where it is hidden. An area
    that is not settled (P11) has no figure, range or load rate.
    """
    names = pd.Index(facts.areas["area_id"], name="area_id")
    allowed = facts.areas.set_index("area_id")["allowed_kva"]
    single = _single(basis, names).where(allowed.notna())
    single = single.where(single.isna() | (single <= allowed), allowed)
    rate = basis.areas["max_loading_percent"].set_axis(names).astype("float64")
    ranges = {
        "allowed_{}_kva": range_of(allowed, rules.capacity_bands_kva),
        "wide_{}_kva": range_of(allowed, wide_edges(rules.capacity_bands_kva, rules.rounding_kva)),
        "single_{}_kva": range_of(single, rules.capacity_bands_kva),
        "load_rate_{}_percent": range_of(
            rate.where(basis.areas["status"].ne("no_data").to_numpy()), rules.load_rate_bands_percent
        ),
    }
    frame = pd.DataFrame({"allowed_kva": rounded_down(allowed, rules.rounding_kva)}, index=names)
    for name, found in ranges.items():
        frame[name.format("from")], frame[name.format("below")] = found["from"], found["below"]
    return frame


def wanted(basis: Basis, facts: Facts, table: pd.DataFrame, rules: DisclosureRules) -> Figures:
    """The same as protection compares them with former releases."""
    known = table.loc[table["allowed_kva"].notna(), _SAME]
    return Figures(known, _hours(basis, known.index, rules), _shared(facts, rules))


def published(public: pd.DataFrame, hours: pd.DataFrame, shared: pd.Series) -> Figures:
    """What a former release published in full; ``public`` are its areas with ``area_id`` as index."""
    full = public[public["publication"].eq("full") & public["allowed_kva"].notna()]
    return Figures(full[_SAME].astype("float64"), hours, shared)


def _single(basis: Basis, names: pd.Index) -> pd.Series:
    table = basis.transformers
    counted = table[table["in_service"].astype(bool) & table["ownership"].eq("public") & table["area_id"].notna()]
    largest: pd.Series = counted.groupby(counted["area_id"].astype(object))["single_kva"].max().reindex(names)
    return largest.astype("float64")


def _hours(basis: Basis, names: pd.Index, rules: DisclosureRules) -> pd.DataFrame:
    """288 rounded figures per area that has any, missing ones as -1."""
    table = basis.hours[basis.hours["area_id"].isin(names)]
    cell = (table["month"].astype("int64") - 1) * 24 + table["hour"].astype("int64")
    areas, where = pd.factorize(table["area_id"].astype(object))
    grid = np.full((len(where), len(CELLS)), -1.0)
    rounded = rounded_down(table["allowed_kva"].astype("float64"), rules.rounding_kva)
    grid[areas, cell.to_numpy()] = np.nan_to_num(rounded, nan=-1.0)
    some = (grid >= 0.0).any(axis=1)
    return pd.DataFrame(grid[some], index=pd.Index(where, name="area_id")[some])


def _shared(facts: Facts, rules: DisclosureRules) -> pd.Series:
    """By ``feeder_id``; a line with a public transformer without data has none: it would be a lower bound (P11)."""
    counted = facts.transformers[facts.transformers["counted"]]
    unknown = counted.loc[counted["room_kva"].isna(), "feeder_id"].dropna()
    known = facts.feeders[facts.feeders["allowed_kva"].notna() & ~facts.feeders["feeder_id"].isin(unknown)]
    rounded = rounded_down(known["allowed_kva"], rules.rounding_kva)
    return pd.Series(rounded, index=pd.Index(known["feeder_id"], name="feeder_id"), name="shared_kva")
