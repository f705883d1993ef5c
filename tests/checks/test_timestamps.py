"""Readings at the right times."""

import numpy as np
import pandas as pd
import pytest

from capacity.checks import judge_readings


def without(parts, transformer_id, steps):
    return parts.measurements.drop(index=parts.readings(transformer_id)[steps]).reset_index(drop=True)


def test_off_grid__not_used(parts, expect):
    parts.measurements.loc[parts.readings("T1")[3], "timestamp"] += pd.Timedelta(minutes=7)
    expect(parts, "timestamps.off_grid", ("T1",), "1 rows have a time that is not the start of a 15-minute step (T1)")
    judged = judge_readings(parts.case(), parts.window)
    assert np.flatnonzero(~judged.valid[0]).tolist() == [3]


def test_undated(parts, expect):
    parts.measurements.loc[[0, 1], "timestamp"] = pd.NaT
    expect(parts, "timestamps.undated", (), "2 rows of readings have no readable time stamp")


def test_unordered__used_at_their_own_time(parts, expect):
    before = judge_readings(parts.case(), parts.window)
    parts.measurements = parts.measurements.sample(frac=1.0, random_state=1, ignore_index=True)
    expect(parts, "timestamps.unordered", ("T1", "T2", "T3", "T4", "T5"), "The rows of 5 transformers do not stand")
    np.testing.assert_array_equal(judge_readings(parts.case(), parts.window).s_kva, before.s_kva)


def test_zoned__converted_to_the_cases_zone(parts, expect):
    before = judge_readings(parts.case(), parts.window)
    local = parts.measurements["timestamp"].dt.tz_localize("Asia/Shanghai")
    parts.measurements["timestamp"] = local.dt.tz_convert("UTC")
    expect(parts, "timestamps.zoned", (), "were converted to Asia/Shanghai")
    np.testing.assert_array_equal(judge_readings(parts.case(), parts.window).s_kva, before.s_kva)


@pytest.mark.parametrize("hours", [8, -8])
def test_shifted_clock__utc(parts, expect, hours):
    rows = parts.readings("T3")
    for column in ("p_kw", "q_kvar"):
        values = parts.measurements.loc[rows, column].to_numpy()
        parts.measurements.loc[rows, column] = np.roll(values, -4 * hours)
    issue = expect(parts, "timestamps.shifted_clock", ("T3",), "T3: its mean day fits", areas=("A2",))
    moved = float(issue.sentence_en.split("moved by ")[1].split(" h")[0])
    assert moved == pytest.approx(hours, abs=0.5)


def test_shifted_clock__another_shape_is_no_shift(parts):
    rows = parts.readings("T3")
    stamps = parts.measurements.loc[rows, "timestamp"].dt
    noise = np.random.default_rng(1).uniform(0.0, 5.0, len(rows))
    parts.measurements.loc[rows, "p_kw"] = 40.0 + 60.0 * stamps.hour.isin(range(8, 18)).to_numpy() + noise
    assert "timestamps.shifted_clock" not in {i.check for i in parts.check()}
