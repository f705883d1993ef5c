"""Rows that are repeated, incomplete or at odds with themselves."""

import numpy as np
import pandas as pd

from capacity.checks import judge_readings
from capacity.tables.inputs.measurements import DAILY_MAXIMA
from capacity.tables.readings import ReadingState as State


def states(parts, transformer_id):
    judged = judge_readings(parts.case(), parts.window)
    return judged.state[judged.transformer_ids.index(transformer_id)]


def codes(parts):
    return {i.check for i in parts.check()}


def test_repeated__same_row_twice_counts_once(parts, expect):
    again = parts.measurements.loc[[parts.readings("T3")[7]]]
    parts.measurements = pd.concat([parts.measurements, again], ignore_index=True)
    expect(parts, "rows.repeated", ("T3",), "1 rows repeat another row of the same transformer and step (T3)")
    assert (states(parts, "T3") == State.VALID).all()


def test_without_reactive(parts, expect):
    parts.measurements.loc[parts.readings("T1")[:3], "q_kvar"] = np.nan
    expect(parts, "rows.without_reactive", ("T1",), "3 rows give active power only (T1)", areas=("A1",))
    assert (states(parts, "T1")[:3] == State.MISSING).all()


def test_disagreeing(parts, expect):
    rows = parts.readings("T1")[:3]
    parts.measurements.loc[rows, "s_kva"] = 3.0 * parts.measurements.loc[rows, "p_kw"]
    expect(parts, "rows.disagreeing", ("T1",), "In 3 rows s_kva is not the apparent power", areas=("A1",))


def test_apparent_only(parts, expect):
    rows = parts.readings("T1")
    s_kva = np.hypot(*parts.measurements.loc[rows, ["p_kw", "q_kvar"]].to_numpy().T)
    parts.measurements.loc[rows, "s_kva"] = s_kva
    parts.measurements.loc[rows, ["p_kw", "q_kvar"]] = np.nan
    expect(parts, "rows.apparent_only", ("T1",), "1 transformers have readings of apparent power only (T1)")
    judged = judge_readings(parts.case(), parts.window)
    assert judged.valid[0].all()
    assert np.isnan(judged.p_kw[0]).all()
    np.testing.assert_array_equal(judged.s_kva[0], s_kva)


def test_daily_maxima(parts, expect):
    parts.add("daily_maxima", DAILY_MAXIMA, date="2024-06-01", transformer_id="T1", s_max_kva=150.0)
    parts.add("daily_maxima", DAILY_MAXIMA, date="2024-06-02", transformer_id="T1", s_max_kva=150_000.0)
    parts.add("daily_maxima", DAILY_MAXIMA, date="2024-06-02", transformer_id="T2", s_max_kva=-1.0)
    said = "2 daily maxima cannot be right (T1, T2), first T1 on 2024-06-02 with 150,000.0 kVA"
    expect(parts, "rows.daily_maxima", ("T1", "T2"), said, areas=("A1",))
