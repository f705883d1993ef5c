"""Which steps are looked at: no other may be the first to break."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capacity.headroom.critical import envelope

UNIT = complex(0.95, np.sqrt(1.0 - 0.95**2))
POWER = arrays(np.float64, (2, 30), elements=st.floats(-500.0, 500.0, width=32))


def test_envelope__a_smaller_load_in_the_direction_of_the_added_one_overtakes() -> None:
    """100 kvar inductive against 95 kW: alone the first is higher, with load at cos φ 0.95 soon the second."""
    power = np.array([100j, 95.0, 60.0], dtype=np.complex64)
    assert envelope(power, UNIT, 0.0).tolist() == [0]
    # 2·X·(95·0.95 − 100·0.312) = 100² − 95²: X = 8.3 kVA
    assert envelope(power, UNIT, 8.0).tolist() == [0]
    assert envelope(power, UNIT, 8.5).tolist() == [0, 1]


@given(POWER, st.floats(0.0, 2000.0), st.floats(0.0, 1.0))
def test_envelope__holds_the_highest_step_for_every_added_load(parts, most_kva, share) -> None:
    power = (parts[0] + 1j * parts[1]).astype(np.complex64)
    chosen = envelope(power, UNIT, most_kva)
    loaded = np.abs(power.astype(np.complex128) + share * most_kva * UNIT)
    assert loaded[chosen].max() >= loaded.max() - 1e-3


def test_envelope__export_turns_around() -> None:
    """An export of 300 kW is the highest at first; with 200 kW drawn it is the lowest."""
    power = np.array([-300.0, 50.0], dtype=np.complex64)
    assert envelope(power, 1.0 + 0.0j, 100.0).tolist() == [0]
    assert envelope(power, 1.0 + 0.0j, 200.0).tolist() == [0, 1]


def test_envelope__steps_that_failed_are_not_chosen() -> None:
    power = np.array([np.nan, 10.0, 20.0], dtype=np.complex64)
    assert envelope(power, UNIT, 100.0).tolist() == [2]
    assert envelope(np.full(3, np.nan, dtype=np.complex64), UNIT, 100.0).tolist() == []
