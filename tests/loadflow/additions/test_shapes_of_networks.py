"""Networks with corners: feeders without LV networks, transformers at the busbar, customers at 10 kV, nothing at all.

Every figure is compared with a bisection that solves the whole network (``addition_cases.Asked.largest``).
"""

from __future__ import annotations

import numpy as np
import pytest
from addition_cases import Asked, ask

CLOSE = {"rel": 4e-4, "abs": 0.03}
"""The search's own tolerance, and a step to the safe side."""


def assert_right(question: Asked, *buses: str) -> None:
    figures = question.figures()
    for bus in buses:
        assert figures.at[bus, "kva"] == pytest.approx(question.largest(bus), **CLOSE)
        assert question.holds(bus, figures.at[bus, "kva"])


def test_largest_additions__feeder_without_lv_networks() -> None:
    # 0.8 · 400 kVA less a load of 44.7 kVA and what the transformer needs: about 270 kVA
    assert_right(ask("BB-M 1; M=A 400; A 40 20; BB-N 1; N 100 10"), "A")


def test_largest_additions__no_lv_network_at_all() -> None:
    assert ask("BB-M 1; M 40 20").figures().empty


def test_largest_additions__meshed_islands_have_no_rows() -> None:
    meshed = ask("BB-M 1; M-N 1; N-BB 1; M=A 400; A 40 20")
    assert meshed.figures().empty


def test_largest_additions__the_addition_is_never_there() -> None:
    night = ask("BB-M 1; M=A 400; A 40 20", 4, "generation", factor=np.zeros(4))
    assert night.figures().loc["A", ["kva", "reason"]].tolist() == [10_000.0, "search_ceiling"]


@pytest.mark.parametrize("customer", ["N", "M", "BB"])
def test_largest_additions__reserved_at_10_kv_counts_at_the_substation(customer: str) -> None:
    # the busbar may give 400 kVA: 200 are reserved, 40 + 20j drawn at A (44.7), 2 + 1j at B: about 157 are left
    question = ask(
        "BB-M 1; M=A 400; A 40 20; BB-N 1; N=B 100; B 2 1",
        connected_kw={customer: 200.0 + 0.0j},
        substation_kva={"BB": 400.0},
    )
    assert 150.0 < question.largest("A") < 160.0
    assert_right(question, "A")
    assert question.figures().loc["A", ["kind", "element"]].tolist() == ["substation_loading", "BB"]


@pytest.mark.parametrize("reserved_kw", [0.0, 100.0])
def test_largest_additions__transformer_at_the_busbar_counts_at_the_substation(reserved_kw: float) -> None:
    question = ask(
        "BB=A 400; A 40 20; BB-N 1; N=B 400; B 2 1", connected_kw={"A": reserved_kw + 0j}, substation_kva={"BB": 200.0}
    )
    assert question.figures()["kind"].eq("substation_loading").all()
    assert_right(question, "A", "B")


def test_largest_additions__transformer_at_the_busbar_without_a_substation_limit() -> None:
    assert_right(ask("BB=A 400; A 40 20; A-H 0.1; H 5 1"), "A", "H")


def test_largest_additions__modelled_substation_with_a_customer_at_10_kv() -> None:
    question = ask(
        "S~BB 1000; BB-M 1; M=A 400; A 40 20; BB-N 1; N=B 400; B 100 30",
        connected_kw={"N": 100.0 + 0.0j},
        substation_kva={"BB": 400.0},
    )
    assert_right(question, "A", "B")


def test_largest_additions__parallel_transformers_share() -> None:
    # the stronger of two with 4 % each carries its share by rating: 0.8 · (250 + 250) in all
    question = ask("BB-M 1; M=A 250; M=A 250; A 40 20; A-H 0.2; H 10 3")
    assert_right(question, "A", "H")
    assert question.figures().at["A", "kva"] > 300.0


def test_largest_additions__flow_that_turns_is_watched_where_it_is_tightest() -> None:
    """The step of least load rate is not the one with least room for generation: reactive power stays in the way.

    Imports of 100 + 15j and 100 + 120j kVA; 320 kVA are allowed. Feeding in P leaves √((P − 100)² + 120²) ≤ 320, about
    P = 396, against 100 + √(320² − 15²), about 420, at the steps whose load rate is lower.
    """
    steps = np.arange(64)
    little, much = (steps < 40) * 1.0, (steps >= 40) * 1.0
    question = ask("BB-M 1; M=A 400; A 100 15 little; A 100 120 much", 64, "generation", little=little, much=much)
    assert_right(question, "A")
    assert question.figures().at["A", "kva"] == pytest.approx(395.0, abs=3.0)
    assert question.figures().at["A", "step"] >= 40


def test_largest_additions__load_that_lies_across_is_not_the_tightest() -> None:
    """Steps of highest load rate, almost all of it reactive, take more than in-phase steps of a lower load rate."""
    steps = np.arange(64)
    across, along = (steps < 40) * 1.0, (steps >= 40) * 1.0
    question = ask("BB-M 1; M=A 400; A 20 250 across; A 215 70 along", 64, across=across, along=along)
    assert_right(question, "A")
    assert question.figures().at["A", "step"] >= 40


def test_largest_additions__an_export_above_its_limit_elsewhere_does_not_block() -> None:
    # 100 kVA of PV feed back through a conductor for 130 A (90 kVA): nothing to do with the other network
    question = ask("BB-M 1; M=A 400; A-H 0.05 130; H +100; M=B 400; B 20 5")
    figures = question.figures()
    assert figures.loc["B", ["kind", "element"]].tolist() == ["transformer_loading", "TB"]
    assert_right(question, "B")
