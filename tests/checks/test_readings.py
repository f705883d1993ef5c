"""Readings that do not count, and why."""

import numpy as np
import pandas as pd

from capacity.checks import judge_readings
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.readings import ReadingState as State


def states(parts, transformer_id):
    judged = judge_readings(parts.case(), parts.window)
    return judged.state[judged.transformer_ids.index(transformer_id)]


def codes(parts):
    return {i.check for i in parts.check()}


def test_implausible__fifty_gigawatts(parts, expect):
    rows = parts.readings("T1")
    parts.measurements.loc[rows[5], "p_kw"] = 50e6
    said = "T1: 1 readings are impossible for a rating of 200 kVA, the highest is 50,000,000 kVA on 2025-02-15 01:15"
    expect(parts, "readings.implausible", ("T1",), said, areas=("A1",))
    assert np.flatnonzero(states(parts, "T1") == State.IMPLAUSIBLE).tolist() == [5]


def test_implausible__infinite(parts, expect):
    parts.measurements.loc[parts.readings("T1")[5], "q_kvar"] = np.inf
    expect(parts, "readings.implausible", ("T1",), "the highest is ∞", areas=("A1",))


def test_implausible__three_times_the_rating_still_counts(parts):
    rows = parts.readings("T1")
    parts.measurements.loc[rows[5], ["p_kw", "q_kvar"]] = [600.0, 0.0]
    parts.measurements.loc[rows[6], ["p_kw", "q_kvar"]] = [600.1, 0.0]
    assert states(parts, "T1")[[5, 6]].tolist() == [State.VALID, State.IMPLAUSIBLE]


def test_implausible__export_counts_like_import(parts):
    rows = parts.readings("T1")
    parts.measurements.loc[rows[5], "p_kw"] = -150.0
    parts.measurements.loc[rows[6], "p_kw"] = -50e6
    assert states(parts, "T1")[[5, 6]].tolist() == [State.VALID, State.IMPLAUSIBLE]


def test_negative_apparent(parts, expect):
    rows = parts.readings("T2")
    parts.measurements.loc[rows[:2], ["p_kw", "q_kvar", "s_kva"]] = [np.nan, np.nan, -12.0]
    said = "T2: 2 readings of apparent power are negative, down to -12.0 kVA, first on 2025-02-15 00:00"
    expect(parts, "readings.negative_apparent", ("T2",), said, areas=("A1",))
    assert (states(parts, "T2")[:2] == State.IMPLAUSIBLE).all()


def test_contradictory__two_values_for_one_step(parts, expect):
    again = parts.measurements.loc[[parts.readings("T3")[7]]].assign(p_kw=99.0)
    parts.measurements = pd.concat([parts.measurements, again], ignore_index=True)
    said = "T3: 1 steps have several rows with different values, first 2025-02-15 01:45"
    expect(parts, "readings.contradictory", ("T3",), said, areas=("A2",))
    assert np.flatnonzero(states(parts, "T3") == State.CONTRADICTORY).tolist() == [7]


def test_zero_filled__gap_of_zeros(parts, expect):
    parts.measurements.loc[parts.readings("T2")[100:108], ["p_kw", "q_kvar"]] = 0.0
    said = (
        "T2: 8 readings are exactly zero although its feeder had no outage, the longest run lasts 2 h from 2025-02-16"
    )
    expect(parts, "readings.zero_filled", ("T2",), said, areas=("A1",))
    assert np.flatnonzero(states(parts, "T2") == State.ZERO_FILLED).tolist() == list(range(100, 108))


def test_zero_filled__three_zeros_stay(parts):
    parts.measurements.loc[parts.readings("T2")[100:103], ["p_kw", "q_kvar"]] = 0.0
    assert (states(parts, "T2") == State.VALID).all()


def test_zero_filled__outage_of_the_feeder_makes_them_true(parts):
    parts.measurements.loc[parts.readings("T2")[100:108], ["p_kw", "q_kvar"]] = 0.0
    parts.add("outages", OUTAGES, feeder_id="F1", start="2025-02-16 01:07", end="2025-02-16 02:52", kind="fault")
    assert (states(parts, "T2") == State.VALID).all()
    assert "readings.zero_filled" not in codes(parts)


def test_zero_filled__outage_of_another_feeder_does_not(parts):
    parts.measurements.loc[parts.readings("T2")[100:108], ["p_kw", "q_kvar"]] = 0.0
    parts.add("outages", OUTAGES, feeder_id="F2", start="2025-02-16 01:00", end="2025-02-16 03:00", kind="fault")
    assert (states(parts, "T2")[100:108] == State.ZERO_FILLED).all()


def test_zero_filled__outage_found_through_the_networks_feeder(parts):
    parts.measurements.loc[parts.readings("T2")[100:108], ["p_kw", "q_kvar"]] = 0.0
    parts.put("transformers", "T2", "feeder_id", pd.NA)
    parts.add("outages", OUTAGES, feeder_id="F1", start="2025-02-16 01:00", kind="fault")
    assert (states(parts, "T2") == State.VALID).all()


def test_always_zero__with_customers(parts, expect):
    parts.measurements.loc[parts.readings("T2"), ["p_kw", "q_kvar"]] = 0.0
    expect(parts, "readings.always_zero", ("T2",), "T2: all 1344 readings are exactly zero", areas=("A1",))
    assert not (states(parts, "T2") == State.VALID).any()


def test_always_zero__nobody_connected(parts):
    parts.measurements.loc[parts.readings("T2"), ["p_kw", "q_kvar"]] = 0.0
    parts.put("transformers", "T2", "customer_count", 0)
    assert (states(parts, "T2") == State.VALID).all()


def test_stuck__four_hours(parts, expect):
    parts.measurements.loc[parts.readings("T5")[200:216], ["p_kw", "q_kvar"]] = [60.0, 25.0]
    said = "T5: 16 readings repeat one value, the longest run stands at 65 kVA for 4 h from 2025-02-17 02:00"
    expect(parts, "readings.stuck", ("T5",), said, areas=("A2",))
    assert np.flatnonzero(states(parts, "T5") == State.STUCK).tolist() == list(range(200, 216))


def test_stuck__fifteen_steps_stay(parts):
    parts.measurements.loc[parts.readings("T5")[200:215], ["p_kw", "q_kvar"]] = [60.0, 25.0]
    assert (states(parts, "T5") == State.VALID).all()


def test_stuck__only_active_power_repeats(parts):
    parts.measurements.loc[parts.readings("T5")[200:232], "p_kw"] = 60.0
    assert (states(parts, "T5") == State.VALID).all()


def test_before_rating(parts, expect):
    parts.put("transformers", "T1", "valid_from", pd.Timestamp("2025-02-16"))
    said = "T1: 96 readings do not count because its rating is valid only for dates ≥ 2025-02-16"
    expect(parts, "readings.before_rating", ("T1",), said, areas=("A1",))
    assert np.flatnonzero(states(parts, "T1") == State.BEFORE_RATING).tolist() == list(range(96))


def test_before_rating__after_it_went_out_of_service(parts, expect):
    parts.put("transformers", "T1", "valid_to", pd.Timestamp("2025-02-28"))
    expect(parts, "readings.before_rating", ("T1",), "only for dates < 2025-02-28")


def test_excluded__with_reason_and_author(parts, expect):
    span = {"from": "2025-02-20 00:00", "to": "2025-02-20 06:00"}
    parts.add("exclusions", EXCLUSIONS, transformer_id="T1", **span, reason="meter test", author="Li")
    said = "T1: 24 readings are excluded: 2025-02-20 00:00–2025-02-20 06:00 meter test (Li)."
    expect(parts, "readings.excluded", ("T1",), said, areas=("A1",))
    assert np.flatnonzero(states(parts, "T1") == State.EXCLUDED).tolist() == list(range(480, 504))
