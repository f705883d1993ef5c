"""The rule of a single release at its limits: exactly five customers and exactly 60 % are published (P23)."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from test_attacker import HOUSES, applied, crowd, line
from worlds import POLICY, RULES, Customer, World, basis_of_world, published

from capacity.disclosure import Basis
from capacity.disclosure.protection import facts_of
from capacity.disclosure.protection.crowds import areas_of_protecting_transformers, exposed, withheld_reasons


def only(world: World) -> pd.Series:
    """The public row of a world's first area."""
    return published([world])[0].release.areas.iloc[0]


def reason(basis: Basis) -> str:
    return str(withheld_reasons(facts_of(basis, RULES, POLICY), RULES).iloc[0])


@pytest.mark.parametrize(("customers", "publication"), [(4, "withheld"), (5, "full"), (6, "full")])
def test_withheld__by_number_of_customers(customers: int, publication: str) -> None:
    row = only(line(("T1", "A", 160.0, crowd("T1", *[8.0] * customers))))
    assert row["publication"] == publication
    assert row.isna()["withheld_reason"] == (publication == "full")


@pytest.mark.parametrize(
    ("largest_kva", "publication"),
    [(59.9, "full"), (60.0, "full"), (60.0 * (1 + 1e-12), "full"), (60.001, "withheld")],
)
def test_withheld__by_the_largest_customers_share(largest_kva: float, publication: str) -> None:
    """Four more customers of 10 kVA: 60 of 100 kVA are exactly 60 %."""
    row = only(line(("T1", "A", 250.0, crowd("T1", largest_kva, 10.0, 10.0, 10.0, 10.0))))
    assert row["publication"] == publication


def test_withheld__shows_nothing_but_what_everybody_may_know() -> None:
    """No status, figure, range, limit, queue, relief or hours: withheld is not unknown and not zero."""
    world = applied(
        line(("T1", "A", 160.0, crowd("T1", 30.0)), ("T2", "B", 160.0, crowd("T2", *HOUSES))), q=("T1", 9.0)
    )
    release = published([world])[0].release
    row = release.areas[release.areas["publication"].eq("withheld")].iloc[0]
    told = set(row.index[row.notna()])
    assert told == {
        "area_code", "name", "area_class", "branch", "supply_station", "publication", "withheld_reason", "has_hours",
        "as_of",
    }  # fmt: skip
    assert row["has_hours"] is False or row["has_hours"] == False  # noqa: E712  # a boolean of pandas
    assert row["area_code"] not in set(release.hours["area_code"])
    assert row["area_code"] in set(release.shapes["area_code"])
    assert release.branches.iloc[0][["areas", "withheld"]].tolist() == [2, 1]


def test_withheld__customers_unknown_wins_over_everything() -> None:
    basis = basis_of_world(line(("T1", "A", 250.0, crowd("T1", *HOUSES)), ("T2", "A", 250.0, crowd("T2", *HOUSES))))
    assert reason(basis) == ""
    counts = basis.transformers["customer_count"].mask(basis.transformers["transformer_id"].eq("T2"))
    assert reason(replace(basis, transformers=basis.transformers.assign(customer_count=counts))) == "customers_unknown"


@pytest.mark.parametrize(("stated", "found"), [(9, ""), (8, "customers_unknown")])
def test_withheld__contracts_on_record_below_nine_tenths(stated: int, found: str) -> None:
    """Ten customers by the ledger, contracts of 9 of them on record: exactly 90 % will do."""
    basis = basis_of_world(line(("T1", "A", 250.0, crowd("T1", *[6.0] * 10))))
    assert reason(replace(basis, customers=basis.customers.iloc[:stated])) == found


def test_withheld__a_contract_that_is_not_stated_is_not_on_record() -> None:
    basis = basis_of_world(line(("T1", "A", 250.0, crowd("T1", *[6.0] * 10))))
    contracts = basis.customers["contract_kva"].where(basis.customers.index >= 2)
    assert reason(replace(basis, customers=basis.customers.assign(contract_kva=contracts))) == "customers_unknown"


def test_withheld__only_transformers_that_count_are_asked() -> None:
    """A dedicated transformer in the area is nobody's crowd; one out of service neither."""
    world = line(("T1", "A", 160.0, crowd("T1", *[8.0] * 4)), ("D1", None, 400.0, crowd("D1", 50.0)))
    inside = tuple(replace(one, area="A") if one.name == "D1" else one for one in world.transformers)
    assert only(replace(world, transformers=inside))["withheld_reason"] == "few_customers"
    basis = basis_of_world(line(("T1", "A", 160.0, crowd("T1", *[8.0] * 4)), ("T2", "A", 160.0, crowd("T2", *HOUSES))))
    assert reason(basis) == ""
    off = basis.transformers["in_service"] & basis.transformers["transformer_id"].ne("T2")
    assert reason(replace(basis, transformers=basis.transformers.assign(in_service=off))) == "few_customers"


def test_withheld__a_figure_that_rests_on_few_though_the_area_has_many() -> None:
    """The large transformer is full or without data: what is left of the sum is two customers' transformer."""
    full = line(("T1", "A", 100.0, crowd("T1", *[9.5] * 9)), ("T2", "A", 160.0, crowd("T2", 20.0, 18.0)))
    assert only(full)["withheld_reason"] == "few_customers"
    unknown = line(("T1", "A", 400.0, crowd("T1", *[9.5] * 9)), ("T2", "A", 400.0, crowd("T2", 20.0, 18.0)))
    parts = tuple(replace(one, has_data=one.name != "T1") for one in unknown.transformers)
    assert only(replace(unknown, transformers=parts))["withheld_reason"] == "few_customers"
    assert only(unknown)["publication"] == "full"


def test_elements__ranges_of_single_elements_need_every_transformer_to_protect() -> None:
    both = line(("T1", "A", 250.0, crowd("T1", *HOUSES)), ("T2", "A", 250.0, crowd("T2", *[7.0] * 5)))
    assert areas_of_protecting_transformers(facts_of(basis_of_world(both), RULES, POLICY)).tolist() == ["A"]
    row = only(both)
    assert row[["single_from_kva", "load_rate_from_percent"]].notna().all()
    assert row["has_hours"]
    one = line(("T1", "A", 250.0, crowd("T1", *HOUSES)), ("T2", "A", 250.0, crowd("T2", *[7.0] * 4)))
    row = only(one)
    assert row["publication"] == "full"
    assert row[["single_from_kva", "single_below_kva", "load_rate_from_percent"]].isna().all()
    assert not row["has_hours"]


@pytest.mark.parametrize(("works_kva", "publication"), [(83.9, "full"), (84.0, "full"), (84.1, "band")])
def test_band__a_customer_that_dominates_what_is_left_of_the_line(works_kva: float, publication: str) -> None:
    """Seven houses of 56 kVA beside works of 84 kVA: exactly 60 % of 140 kVA."""
    world = line(("T1", "A", 250.0, crowd("T1", *HOUSES)), ("D1", None, 400.0, crowd("D1", works_kva)))
    row = only(replace(world, limit_kva={"F1": 56.0 + works_kva + 100.0}))
    assert row["publication"] == publication
    assert row["limit"] == "line"
    if publication == "band":
        assert row["withheld_reason"] == "dominant_on_line"
        assert math.isnan(row["allowed_kva"])
        assert row[["allowed_from_kva", "allowed_below_kva"]].tolist() == [50.0, 160.0]
        assert row["status"] == "pre_control"
        assert not row["has_hours"]


def test_exposed__what_is_published_beside_it_is_taken_off() -> None:
    """Works of 60 kVA are 23 % of the line, but all that is left when the areas' own figures are subtracted."""
    world = line(
        ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)), ("T2", "B", 315.0, crowd("T2", *HOUSES, *HOUSES)),
        ("D1", None, 315.0, crowd("D1", 60.0)),
    )  # fmt: skip
    facts = facts_of(basis_of_world(replace(world, limit_kva={"F1": 600.0})), RULES, POLICY)
    assert facts.feeders["limited_by"].tolist() == ["line"]
    assert exposed(facts, pd.Index([]), RULES).shared == {"F1"}
    assert exposed(facts, pd.Index([]), RULES).figures == frozenset()


def test_shared__not_where_an_area_of_the_line_is_hidden() -> None:
    parts = [("T1", "A", 160.0, crowd("T1", *HOUSES)), ("T2", "B", 160.0, crowd("T2", *HOUSES))]
    shown = published([line(*parts)])[0].release.areas
    assert shown["shared_kva"].tolist() == [140.0, 140.0]
    assert shown["sharing_areas"].tolist() == [2, 2]
    hidden = published([line(*parts, ("T3", "C", 160.0, crowd("T3", 30.0)))])[0].release.areas
    assert hidden[["shared_kva", "sharing_areas"]].isna().all(axis=None)


def test_shared__not_of_a_line_with_a_transformer_without_data() -> None:
    world = line(("T1", "A", 400.0, crowd("T1", *HOUSES)), ("T2", "A", 160.0, crowd("T2", *HOUSES)))
    parts = tuple(replace(one, has_data=one.name != "T2") for one in world.transformers)
    row = only(replace(world, transformers=parts))
    assert row["publication"] == "full"
    assert row["allowed_is_lower_bound"]
    assert math.isnan(row["shared_kva"])


def test_unknown_zero_and_withheld_are_three_things() -> None:
    release = published([
        line(
            ("T1", "A", 50.0, crowd("T1", *HOUSES)),
            ("T2", "B", 160.0, (Customer("T2-0", "T2", (1.0, 1.0)),)),
            ("T3", "C", 160.0, crowd("T3", *HOUSES)),
        )
    ])[0].release  # fmt: skip
    world = line(("T3", "C", 160.0, crowd("T3", *HOUSES)))
    unknown = only(replace(world, transformers=(replace(world.transformers[0], has_data=False),)))
    rows = release.areas.set_index("name")
    zero, withheld = rows.loc["area A"], rows.loc["area B"]
    assert (zero["status"], zero["allowed_kva"], zero["allowed_from_kva"]) == ("blocked", 0.0, 0.0)
    assert pd.isna(withheld["status"])
    assert math.isnan(withheld["allowed_kva"])
    assert (unknown["publication"], unknown["status"], unknown["limit"]) == ("full", "no_data", "data")
    assert unknown[["allowed_kva", "allowed_from_kva", "load_rate_from_percent"]].isna().all()
