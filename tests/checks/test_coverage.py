"""Enough readings, at the right times."""

import pandas as pd

from capacity.checks import check


def without(parts, transformer_id, steps):
    return parts.measurements.drop(index=parts.readings(transformer_id)[steps]).reset_index(drop=True)


def test_insufficient(parts, expect):
    parts.measurements = without(parts, "T1", slice(0, 800))
    said = "T1: only 40.5 % of the steps have a reading that counts (59.5 % without reading), the longest"
    expect(parts, "coverage.insufficient", ("T1",), said, areas=("A1",))


def test_insufficient__rejected_readings_are_no_coverage(parts, expect):
    parts.measurements.loc[parts.readings("T1")[:800], "p_kw"] = 1e6
    expect(
        parts,
        "coverage.insufficient",
        ("T1",),
        "T1: only 40.5 % of the steps have a reading that counts (59.5 % implausible)",
        areas=("A1",),
    )


def test_gaps__half_is_sufficient(parts, expect):
    parts.measurements = without(parts, "T1", slice(0, 672))
    expect(parts, "coverage.gaps", ("T1",), "T1: only 50.0 % of the steps", areas=("A1",))
    assert "coverage.insufficient" not in {i.check for i in parts.check()}


def test_insufficient__as_much_as_the_policy_asks_for(parts):
    parts.measurements = without(parts, "T1", slice(5, 9))

    def found(least_percent):
        issues = check(parts.case(), parts.window, coverage_min_percent=least_percent)
        return {i.check for i in issues if i.check.startswith("coverage.")}

    assert found(99.0) == {"coverage.some_missing"}
    assert found(99.9) == {"coverage.insufficient"}


def test_some_missing(parts, expect):
    parts.measurements = without(parts, "T1", slice(5, 9))
    expect(parts, "coverage.some_missing", ("T1",), "1 transformers lack some readings (T1), none more than 10 %")


def test_no_readings(parts, expect):
    parts.measurements = without(parts, "T1", slice(None))
    expect(parts, "coverage.no_readings", ("T1",), "1 transformers have a meter but no reading", areas=("A1",))


def test_meter_side_missing(parts, expect):
    parts.put("transformers", "T1", "meter_side", pd.NA)
    expect(parts, "coverage.meter_side_missing", ("T1",), "1 transformers have readings but no meter_side (T1)")
