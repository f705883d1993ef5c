"""Readings laid on the grid of steps."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from capacity.checks import judge_readings
from capacity.checks.sheet import run_lengths
from capacity.tables.case import Window
from capacity.tables.readings import ReadingState as State


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4))
def test_run_lengths__as_counted_by_hand(rows):
    mask = np.array(rows, dtype=bool)
    expected = np.zeros(mask.shape, dtype=int)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell:
                left, right = c, c
                while left > 0 and row[left - 1]:
                    left -= 1
                while right < len(row) - 1 and row[right + 1]:
                    right += 1
                expected[r, c] = right - left + 1
    np.testing.assert_array_equal(run_lengths(mask), expected)


def test_judge_readings__values_stand_as_read(parts):
    rows = parts.readings("T2")
    judged = judge_readings(parts.case(), parts.window)
    assert judged.transformer_ids == ("T1", "T2", "T3", "T4", "T5")
    np.testing.assert_array_equal(judged.p_kw[1], parts.measurements.loc[rows, "p_kw"])
    np.testing.assert_array_equal(judged.q_kvar[1], parts.measurements.loc[rows, "q_kvar"])
    np.testing.assert_allclose(judged.s_kva[1], np.hypot(judged.p_kw[1], judged.q_kvar[1]))
    assert judged.valid.all()
    assert np.isnan(judged.i_max_a).all()
    assert judged.state.dtype == np.uint8


def test_judge_readings__highest_phase_current(parts):
    row = parts.readings("T2")[4]
    parts.measurements.loc[row, ["i_a_a", "i_b_a", "i_c_a"]] = [10.0, np.nan, 12.0]
    assert judge_readings(parts.case(), parts.window).i_max_a[1, 4] == 12.0


def test_judge_readings__outside_the_window_and_unknown_are_left_out(parts):
    window = Window(parts.window.start + pd.Timedelta(days=13), parts.window.end, 15)
    parts.put("measurements", "T5", "transformer_id", "T9")
    parts.measurements.loc[parts.readings("T4"), ["p_kw", "q_kvar"]] = np.nan
    judged = judge_readings(parts.case(), window)
    assert judged.transformer_ids == ("T1", "T2", "T3")
    assert judged.state.shape == (3, 96)


def test_judge_readings__without_any(parts):
    parts.measurements = parts.measurements.iloc[:0]
    judged = judge_readings(parts.case(), parts.window)
    assert judged.transformer_ids == ()
    assert judged.state.shape == (0, 1344)


def test_judge_readings__missing_is_missing_and_not_zero(parts):
    parts.measurements = parts.measurements.drop(index=parts.readings("T1")[10:20])
    judged = judge_readings(parts.case(), parts.window)
    assert (judged.state[0, 10:20] == State.MISSING).all()
    assert np.isnan(judged.s_kva[0, 10:20]).all()


def test_judge_readings__a_year_of_seventy_transformers_is_quick(parts):
    window = Window.before(parts.window.end, 15)
    steps, count = len(window.timestamps), 70
    ids = [f"T{n}" for n in range(1, count + 1)]
    ledger = parts.transformers.iloc[[0] * count].assign(transformer_id=ids).reset_index(drop=True)
    parts.transformers = ledger.astype(parts.transformers.dtypes.to_dict())
    rng = np.random.default_rng(3)
    parts.measurements = pd.DataFrame(
        {
            "timestamp": np.tile(window.timestamps.to_numpy(), count),
            "transformer_id": pd.Series(np.repeat(ids, steps), dtype="string"),
            "p_kw": rng.uniform(20.0, 120.0, steps * count),
            "q_kvar": rng.uniform(5.0, 20.0, steps * count),
        }
    )
    case = parts.case()
    judged = judge_readings(case, window)
    assert judged.valid.all()
    assert judged.state.shape == (count, steps)
