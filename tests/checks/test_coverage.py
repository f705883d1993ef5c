"""Enough readings, at the right times."""

import numpy as np
import pandas as pd
import pytest

from capacity.checks import check, judge_readings


def without(parts, transformer_id, steps):
    return parts.measurements.drop(index=parts.readings(transformer_id)[steps]).reset_index(drop=True)


def test_insufficient(parts, expect):
    parts.measurements = without(parts, "T1", slice(0, 800))
    said = (
        "T1: only 40.5 % of the steps have a reading that counts, the longest gap lasts 8.3 days from 2025-02-15 00:00"
    )
    expect(parts, "coverage.insufficient", ("T1",), said, areas=("A1",))


def test_insufficient__rejected_readings_are_no_coverage(parts, expect):
    parts.measurements.loc[parts.readings("T1")[:800], "p_kw"] = 1e6
    expect(parts, "coverage.insufficient", ("T1",), "T1: only 40.5 %", areas=("A1",))


def test_gaps__half_is_sufficient(parts, expect):
    parts.measurements = without(parts, "T1", slice(0, 672))
    expect(parts, "coverage.gaps", ("T1",), "T1: only 50.0 % of the steps", areas=("A1",))
    assert "coverage.insufficient" not in {i.check for i in check(parts.case(), parts.window)}


def test_some_missing(parts, expect):
    parts.measurements = without(parts, "T1", slice(5, 9))
    expect(parts, "coverage.some_missing", ("T1",), "1 transformers lack some readings (T1), none more than 10 %")


def test_no_readings(parts, expect):
    parts.measurements = without(parts, "T1", slice(None))
    expect(parts, "coverage.no_readings", ("T1",), "1 transformers have a meter but no reading", areas=("A1",))


def test_meter_side_missing(parts, expect):
    parts.put("transformers", "T1", "meter_side", pd.NA)
    expect(parts, "coverage.meter_side_missing", ("T1",), "1 transformers have readings but no meter_side (T1)")


def test_off_grid__not_used(parts, expect):
    parts.measurements.loc[parts.readings("T1")[3], "timestamp"] += pd.Timedelta(minutes=7)
    expect(parts, "coverage.off_grid", ("T1",), "1 rows have a time that is not the start of a 15-minute step (T1)")
    judged = judge_readings(parts.case(), parts.window)
    assert np.flatnonzero(~judged.valid[0]).tolist() == [3]


def test_undated(parts, expect):
    parts.measurements.loc[[0, 1], "timestamp"] = pd.NaT
    expect(parts, "coverage.undated", (), "2 rows of readings have no readable time stamp")


def test_unordered__used_at_their_own_time(parts, expect):
    before = judge_readings(parts.case(), parts.window)
    parts.measurements = parts.measurements.sample(frac=1.0, random_state=1, ignore_index=True)
    expect(parts, "coverage.unordered", ("T1", "T2", "T3", "T4", "T5"), "The rows of 5 transformers do not stand")
    np.testing.assert_array_equal(judge_readings(parts.case(), parts.window).s_kva, before.s_kva)


def test_zoned__converted_to_the_cases_zone(parts, expect):
    before = judge_readings(parts.case(), parts.window)
    local = parts.measurements["timestamp"].dt.tz_localize("Asia/Shanghai")
    parts.measurements["timestamp"] = local.dt.tz_convert("UTC")
    expect(parts, "coverage.zoned", (), "were converted to Asia/Shanghai")
    np.testing.assert_array_equal(judge_readings(parts.case(), parts.window).s_kva, before.s_kva)


@pytest.mark.parametrize("hours", [8, -8])
def test_shifted_clock__utc(parts, expect, hours):
    rows = parts.readings("T3")
    for column in ("p_kw", "q_kvar"):
        values = parts.measurements.loc[rows, column].to_numpy()
        parts.measurements.loc[rows, column] = np.roll(values, -4 * hours)
    issue = expect(parts, "coverage.shifted_clock", ("T3",), "T3: its mean day fits", areas=("A2",))
    moved = float(issue.sentence_en.split("moved by ")[1].split(" h")[0])
    assert moved == pytest.approx(hours, abs=0.5)


def test_shifted_clock__another_shape_is_no_shift(parts):
    rows = parts.readings("T3")
    stamps = parts.measurements.loc[rows, "timestamp"].dt
    noise = np.random.default_rng(1).uniform(0.0, 5.0, len(rows))
    parts.measurements.loc[rows, "p_kw"] = 40.0 + 60.0 * stamps.hour.isin(range(8, 18)).to_numpy() + noise
    assert "coverage.shifted_clock" not in {i.check for i in check(parts.case(), parts.window)}
