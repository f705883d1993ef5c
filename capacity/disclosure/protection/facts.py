"""The exact figures that protection is decided on, in the form in which the record keeps them for later releases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.disclosure.basis import Basis
from capacity.tables.policy import Policy
from capacity.tables.release import DisclosureRules

LIMITED_BY = {
    "section_loading": "line",
    "voltage_min": "voltage",
    "voltage_max": "voltage",
    "existing_violation": "voltage",
    "substation_loading": "substation",
}
"""What limits a figure above its transformers, by binding criterion: everybody on the line or substation moves it then.

A voltage weighs a kVA by where it stands; an existing violation may be one.
"""


@dataclass(frozen=True)
class Facts:
    """Exact figures behind one release. Internal: ids and kVA of customers are in it.

    Attributes
    ----------
    areas : ``area_id``, ``allowed_kva`` (missing where unknown or not settled, P11), ``limited_by`` (empty: its own
        transformers; ``line``, ``voltage``, ``substation``), ``hours_limited`` (the grid above limits some month and
        hour).
    places : ``area_id``, ``feeder_id``, ``substation_id``: what each area hangs on, a row for each of its lines.
    transformers : in service; ``transformer_id``, ``area_id``, ``feeder_id``, ``substation_id``, ``dedicated``,
        ``counted`` (public, in an area), ``rated_kva``, ``smax_kva``, ``reserved_kva``, ``room_kva`` (P7),
        ``customers`` (0 where they are not known), ``largest_kva`` and ``contracts_kva`` (of their contracts),
        ``protects`` (by itself it has customers enough and none dominates).
    feeders : ``feeder_id``, ``substation_id``, ``allowed_kva``, ``limited_by``.
    customers : ``customer_id``, ``transformer_id``, ``contract_kva``; below public transformers.
    applications : accepted; ``application_id``, ``transformer_id``, ``kva`` (with its demand factor).
    """

    areas: pd.DataFrame
    places: pd.DataFrame
    transformers: pd.DataFrame
    feeders: pd.DataFrame
    customers: pd.DataFrame
    applications: pd.DataFrame


def facts_of(basis: Basis, rules: DisclosureRules, policy: Policy) -> Facts:
    """The facts of a basis."""
    customers = _customers(basis)
    return Facts(
        areas=_areas(basis),
        places=_places(basis),
        transformers=_transformers(basis, customers, rules),
        feeders=pd.DataFrame(
            {
                "feeder_id": basis.feeders["feeder_id"].astype(object),
                "substation_id": basis.feeders["substation_id"].astype(object),
                "allowed_kva": basis.feeders["allowed_kva"].astype("float64"),
                "limited_by": limited_by(basis.feeders["binding_criterion"]),
            }
        ).reset_index(drop=True),
        customers=customers,
        applications=_applications(basis, policy),
    )


def limited_by(criterion: pd.Series) -> pd.Series:
    """Where the contributors of figures with these binding criteria are."""
    return criterion.astype(object).map(LIMITED_BY).fillna("").astype(object)


def meets_rule(customers: pd.Series, largest_kva: pd.Series, total_kva: pd.Series, rules: DisclosureRules) -> pd.Series:
    """Whether there are customers enough and none of them has too large a share (exactly the limits will do)."""
    found: pd.Series = customers.ge(rules.fewest_customers) & ~dominates(largest_kva, total_kva, rules)
    return found


def dominates(part_kva: pd.Series, whole_kva: pd.Series, rules: DisclosureRules) -> pd.Series:
    """Whether the part is more than ``largest_share_percent`` of the whole; nothing dominates where both are zero."""
    found: pd.Series = part_kva > rules.largest_share_percent / 100.0 * whole_kva * (1.0 + 1e-9)
    return found


def _areas(basis: Basis) -> pd.DataFrame:
    areas = basis.areas
    settled = areas["status"].ne("no_data")
    limited = limited_by(areas["binding_criterion"])
    above = areas["reason"].isin(["grid_limited", "existing_violation"]) & limited.eq("")
    hours = basis.hours
    below_sum = hours["allowed_kva"].lt(hours["allowed_sum_kva"] - 1e-6)
    return pd.DataFrame(
        {
            "area_id": areas["area_id"].astype(object),
            "allowed_kva": areas["allowed_kva"].astype("float64").where(settled),
            "limited_by": limited.mask(above, "voltage"),
            "hours_limited": areas["area_id"].isin(hours.loc[below_sum, "area_id"].unique()),
        }
    )


def _places(basis: Basis) -> pd.DataFrame:
    areas = basis.areas[["area_id", "feeder_ids"]].dropna()
    each = areas.assign(feeder_id=areas["feeder_ids"].astype(object).str.split(";")).explode("feeder_id")
    substation = basis.feeders.set_index("feeder_id")["substation_id"].astype(object)
    return pd.DataFrame(
        {
            "area_id": each["area_id"].astype(object),
            "feeder_id": each["feeder_id"],
            "substation_id": each["feeder_id"].map(substation.where(substation.notna(), None)),
        }
    ).reset_index(drop=True)


def _customers(basis: Basis) -> pd.DataFrame:
    table = basis.transformers
    public = table.loc[table["ownership"].eq("public") & table["in_service"].astype(bool), "transformer_id"]
    mine = basis.customers[basis.customers["transformer_id"].isin(public)]
    return pd.DataFrame(
        {
            "customer_id": mine["customer_id"].astype(object),
            "transformer_id": mine["transformer_id"].astype(object),
            "contract_kva": mine["contract_kva"].astype("float64"),
        }
    ).reset_index(drop=True)


def _transformers(basis: Basis, customers: pd.DataFrame, rules: DisclosureRules) -> pd.DataFrame:
    table = basis.transformers[basis.transformers["in_service"].astype(bool)]
    contracts = customers.groupby("transformer_id")["contract_kva"].agg(["max", "sum", "count"])
    ids = table["transformer_id"].astype(object)
    of = contracts.reindex(ids).reset_index(drop=True)
    stated = table["customer_count"].astype("float64").reset_index(drop=True)
    dedicated = table["ownership"].eq("dedicated").to_numpy(dtype=bool)
    recorded = of["count"].fillna(0.0) * 100.0 >= rules.stated_contracts_percent * stated  # False where not stated
    known = recorded & stated.notna()
    frame = pd.DataFrame(
        {
            "transformer_id": ids.to_numpy(),
            "area_id": table["area_id"].astype(object).where(table["area_id"].notna(), None).to_numpy(),
            "feeder_id": table["feeder_id"].astype(object).where(table["feeder_id"].notna(), None).to_numpy(),
            "substation_id": table["substation_id"]
            .astype(object)
            .where(table["substation_id"].notna(), None)
            .to_numpy(),
            "dedicated": dedicated,
            "counted": ~dedicated,
            "rated_kva": table["rated_kva"].to_numpy(dtype=np.float64),
            "smax_kva": table["smax_import_kva"].to_numpy(dtype=np.float64),
            "reserved_kva": table["reserved_kva"].to_numpy(dtype=np.float64),
            "room_kva": table["allowed_kva"].to_numpy(dtype=np.float64),
            "customers": stated.where(known, 0.0),
            "stated_customers": stated,
            "largest_kva": of["max"].fillna(0.0),
            "contracts_kva": of["sum"].fillna(0.0),
            "contracts": of["count"].fillna(0.0),
        }
    )
    protects = known & meets_rule(frame["customers"], frame["largest_kva"], frame["contracts_kva"], rules)
    return frame.assign(protects=protects & frame["counted"])


def _applications(basis: Basis, policy: Policy) -> pd.DataFrame:
    table = basis.applications
    factor = table["category"].map(lambda one: policy.demand_factor(None if pd.isna(one) else str(one)))
    return pd.DataFrame(
        {
            "application_id": table["application_id"].astype(object),
            "transformer_id": table["transformer_id"].astype(object),
            "kva": table["s_kva"].astype("float64") * factor.astype("float64"),
        }
    ).reset_index(drop=True)
