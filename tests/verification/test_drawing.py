"""Drawing nodes by criterion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.verification import draw, stratum

CRITERIA = ("transformer_loading", "line_loading", "voltage_min", "section_loading")


def node_table(counts: dict[str | None, int], unknown: int = 0) -> pd.DataFrame:
    """That many nodes of each criterion (None: nothing binds), and some without a figure."""
    criteria = [name for name, count in counts.items() for _ in range(count)] + [None] * unknown
    figures = np.arange(len(criteria), dtype=float)
    figures[len(criteria) - unknown :] = np.nan
    return pd.DataFrame(
        {
            "node_id": [f"N{number:04d}" for number in range(len(criteria))],
            "binding_criterion": pd.array(criteria, dtype="string"),
            "allowed_kva": figures,
            "reason": "ok",
        }
    )


def drawn_by_stratum(nodes: pd.DataFrame, count: int, seed: int = 1) -> dict[str, int]:
    return stratum(draw(nodes, count, seed)).value_counts().to_dict()


def test_draw__rare_criteria_get_their_fair_share_and_the_rest_is_proportional() -> None:
    nodes = node_table({"transformer_loading": 900, "line_loading": 90, "voltage_min": 30, "section_loading": 3})
    # 40 // 4 = 10 each, of sections all three; of the 7 left, the 890 and 80 and 20 that remain get 6.3, 0.57, 0.14
    assert drawn_by_stratum(nodes, 40) == {
        "transformer_loading": 16,
        "line_loading": 11,
        "voltage_min": 10,
        "section_loading": 3,
    }


def test_draw__unknown_figures_are_not_drawn() -> None:
    nodes = node_table({"transformer_loading": 5}, unknown=50)
    assert draw(nodes, 20, 1)["allowed_kva"].notna().all()
    assert len(draw(nodes, 20, 1)) == 5
    assert draw(node_table({}, unknown=3), 20, 1).empty


def test_draw__existing_violations_and_unlimited_nodes_are_drawn_apart() -> None:
    nodes = node_table({"voltage_min": 4, None: 2})
    nodes.loc[:1, "reason"] = "existing_violation"
    assert drawn_by_stratum(nodes, 100) == {"existing_violation": 2, "voltage_min": 2, "none": 2}


def test_draw__limits_of_the_grid_above_are_drawn_apart() -> None:
    nodes = node_table({"voltage_min": 20, "line_loading": 20})
    nodes.loc[:9, "reason"] = "grid_limited"
    assert drawn_by_stratum(nodes, 15) == {"grid_limited": 5, "voltage_min": 5, "line_loading": 5}


def test_draw__the_seed_decides_and_the_order_of_the_table_does_not() -> None:
    nodes = node_table({"transformer_loading": 100, "voltage_min": 100})
    first = draw(nodes, 20, 7)["node_id"].tolist()
    assert draw(nodes.sample(frac=1.0, random_state=3), 20, 7)["node_id"].tolist() == first
    assert draw(nodes, 20, 8)["node_id"].tolist() != first


@given(
    counts=st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(lambda counts: sum(counts) > 0),
    count=st.integers(1, 150),
    seed=st.integers(0, 5),
)
def test_draw__no_more_than_asked_none_twice_and_each_its_share(counts: list[int], count: int, seed: int) -> None:
    nodes = node_table(dict(zip(CRITERIA, counts, strict=True)))
    drawn = draw(nodes, count, seed)
    assert len(drawn) == min(count, len(nodes))
    assert drawn["node_id"].is_unique
    present = [number for number in counts if number]
    found = stratum(drawn).value_counts()
    for name, number in zip(CRITERIA, counts, strict=True):
        assert found.get(name, 0) >= min(number, count // len(present))


def test_draw__nothing_asked_of_a_single_criterion_is_lost() -> None:
    assert drawn_by_stratum(node_table({"line_loading": 3, "voltage_min": 1}), 2) == pytest.approx(
        {"line_loading": 1, "voltage_min": 1}
    )
