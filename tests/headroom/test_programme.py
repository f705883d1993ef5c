"""Linear programmes and filling whose answers are seen at a glance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.headroom.filling import filled
from capacity.headroom.programme import largest_fair


@pytest.mark.parametrize(
    ("rooms", "rows", "bounds", "split", "binding"),
    [
        ([120.0, 40.0], [[1.0, 1.0]], [80.0], [60.0, 20.0], 0),  # one section: in proportion
        ([120.0, 40.0], [[1.0, 1.0]], [200.0], [120.0, 40.0], -1),  # nothing binds
        ([100.0, 100.0, 100.0], [[1, 1, 1], [0, 0, 1]], [150.0, 10.0], [70.0, 70.0, 10.0], 0),
        ([100.0, 100.0], [[1.0, 3.0]], [100.0], [100.0, 0.0], 0),  # the cheaper one first
        ([100.0, 100.0], [[0.01, 0.01], [0, 50.0]], [1.5, 500.0], [100.0, 10.0], 1),  # any unit per row
        ([100.0], [[1.0]], [-5.0], [0.0], 0),  # nothing is left
    ],
)
def test_largest_fair__by_hand(rooms, rows, bounds, split, binding) -> None:
    found = largest_fair(np.array(rooms), np.array(rows, dtype=float), np.array(bounds))
    assert found.kva == pytest.approx(split, abs=1e-3)
    assert found.binding == binding


def test_largest_fair__without_rows_everybody_is_full() -> None:
    found = largest_fair(np.array([3.0, 4.0]), np.empty((0, 2)), np.empty(0))
    assert (found.kva.tolist(), found.binding) == ([3.0, 4.0], -1)


NESTED = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]])


@settings(deadline=None, max_examples=80)
@given(st.tuples(*[st.floats(1.0, 300.0)] * 4), st.tuples(*[st.floats(0.0, 600.0)] * 4))
def test_filled__under_nested_sections_finds_the_largest_total(rooms, bounds) -> None:
    """What the programme finds by optimisation, raising all alike finds too where limits lie above one another."""
    kva = filled(np.zeros(4), np.array(rooms)[:, None], NESTED, np.array(bounds)[:, None])[:, 0]
    assert (NESTED @ kva <= np.array(bounds) + 1e-6).all()
    assert (kva <= np.array(rooms) + 1e-9).all()
    best = largest_fair(np.array(rooms), NESTED, np.array(bounds)).total_kva
    assert kva.sum() == pytest.approx(best, rel=1e-5, abs=1e-4)


def test_filled__keeps_the_start_and_raises_what_a_reached_limit_leaves_free() -> None:
    rows = np.array([[1.0, 1.0]])
    rooms = np.array([[50.0, 50.0], [50.0, 50.0]])
    kva = filled(np.array([20.0, 5.0]), rooms, rows, np.array([[10.0, 1000.0]]))
    assert kva[:, 0].tolist() == [20.0, 5.0]  # a bound below the start takes nothing away
    assert kva[:, 1].tolist() == [50.0, 50.0]
