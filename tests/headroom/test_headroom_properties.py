"""What must hold of allowed capacity whatever the load: P7 and the tables made of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capacity.headroom import transformer_headroom
from capacity.headroom.transformers import room_by_cell
from capacity.policy import load_policy
from capacity.rates.transformers import _rates
from capacity.tables.rated import RatedCurves

POLICY = load_policy("baoshan-2021")
STEPS = 96
TIMES = pd.date_range("2026-01-01", periods=STEPS, freq="15min")
RATED_KVA = np.array([100.0, 400.0])
POWER_KW = arrays(np.float64, (2, STEPS), elements=st.one_of(st.just(np.nan), st.floats(-300.0, 300.0)))
LOADS_KW = arrays(np.float64, (2, STEPS), elements=st.one_of(st.just(np.nan), st.floats(0.0, 300.0)))
RESERVED_KVA = st.lists(st.floats(0.0, 200.0), min_size=2, max_size=2)


def curves_of(p_kw: np.ndarray) -> RatedCurves:
    source = ("measured", "measured")
    return RatedCurves(TIMES, ("T1", "T2"), p_kw, np.zeros_like(p_kw), np.abs(p_kw), source, np.zeros(2, dtype=bool))


def headroom(p_kw: np.ndarray, reserved_kva=(0.0, 0.0), rated_kva: np.ndarray = RATED_KVA) -> pd.DataFrame:
    curves = curves_of(p_kw)
    who = pd.DataFrame(
        {
            "transformer_id": ["T1", "T2"],
            "area_id": "A1",
            "ownership": "public",
            "in_service": True,
            "rated_kva": rated_kva,
            "source": "measured",
        }
    )
    rates = pd.concat([who, _rates(POLICY, curves, curves.s_kva, rated_kva, 0.25)], axis=1)
    reserved = pd.DataFrame({"transformer_id": ["T1", "T2"], "s_kva": list(reserved_kva)})
    return transformer_headroom(rates, reserved, POLICY, curves.solver_failed)


def never_more(after: pd.Series, before: pd.Series) -> bool:
    both = after.notna() & before.notna()
    return bool((after[both] <= before[both] + 1e-6).all())


@settings(deadline=None, max_examples=50)
@given(LOADS_KW, st.floats(0.0, 100.0), RESERVED_KVA)
def test_allowed__more_load_or_more_reserved_never_raises_it(p_kw, more, reserved_kva) -> None:
    before = headroom(p_kw)["allowed_kva"]
    assert never_more(headroom(p_kw + more)["allowed_kva"], before)
    assert never_more(headroom(p_kw, reserved_kva)["allowed_kva"], before)


@settings(deadline=None, max_examples=50)
@given(POWER_KW)
def test_allowed__unknown_is_never_a_number_and_never_beyond_the_limit(p_kw) -> None:
    found = headroom(p_kw)
    unknown = np.isnan(p_kw).all(axis=1)
    assert found["allowed_kva"].isna().tolist() == unknown.tolist()
    assert (found["reason"] == "insufficient_data").tolist() == unknown.tolist()
    known = found[~unknown]
    assert (known["allowed_kva"] >= 0.0).all()
    assert (known["allowed_kva"] <= 0.8 * known["rated_kva"] + 1e-9).all()


@settings(deadline=None, max_examples=50)
@given(POWER_KW, st.sampled_from([0.5, 2.0, 4.0]))
def test_allowed__scales_with_the_unit(p_kw, factor) -> None:
    one, other = headroom(p_kw), headroom(p_kw * factor, rated_kva=RATED_KVA * factor)
    np.testing.assert_allclose(other["allowed_kva"], one["allowed_kva"] * factor, atol=1e-6)
    np.testing.assert_allclose(other["max_loading_percent"], one["max_loading_percent"], rtol=1e-12)


@settings(deadline=None, max_examples=50)
@given(POWER_KW, RESERVED_KVA)
def test_room_by_cell__no_hour_has_less_than_the_whole_window(p_kw, reserved_kva) -> None:
    """P7 takes the worst step of all; an hour's own worst step is at most as bad; an hour without a value has none."""
    transformers = headroom(p_kw, reserved_kva)
    room = room_by_cell(transformers, curves_of(p_kw), POLICY)
    for row, name in enumerate(("T1", "T2")):
        whole = transformers["allowed_kva"].iloc[row]
        known = room[name].dropna()
        assert known.empty if np.isnan(whole) else (known >= whole - 1e-6).all()
        silent = np.isnan(p_kw[row]).reshape(24, 4).all(axis=1)
        assert room[name].to_numpy()[silent].tolist() == pytest.approx([np.nan] * int(silent.sum()), nan_ok=True)


def test_allowed__full_on_paper_is_zero_and_not_a_last_digit() -> None:
    """0.8 · 100 − 73 − (0.1 + 0.2 + … ) leaves 1e-15 in binary; on paper nothing: blocked, not pre-control."""
    p_kw = np.full((2, STEPS), 79.7)
    found = headroom(p_kw, (80.0 - 79.7 - 1e-13, 0.0))
    assert found["allowed_kva"].iloc[0] == 0.0
    assert found["reason"].iloc[0] == "over_limit"


@pytest.mark.parametrize(("kva", "hours"), [(80.0, 24.0), (79.999999, 0.0), (0.1 * 3 / 0.3 * 80.0 - 1e-13, 24.0)])
def test_hours__at_eighty_percent_on_paper(kva: float, hours: float) -> None:
    found = headroom(np.full((2, STEPS), kva)).iloc[0]
    assert found["hours_ge_80"] == hours
    assert found["heavy_load"] == (hours > 0.0)
