"""Whether readings, current transformers and ratings fit together."""

import numpy as np
import pandas as pd
import pytest

from capacity.checks.meters import ct_primary_a


def scaled(parts, transformer_id, factor):
    rows = parts.readings(transformer_id)
    parts.measurements.loc[rows, ["p_kw", "q_kvar"]] *= factor


def with_currents(parts, transformer_id, factor=1.0):
    rows = parts.readings(transformer_id)
    s_kva = np.hypot(*parts.measurements.loc[rows, ["p_kw", "q_kvar"]].to_numpy().T)
    for column, share in (("i_a_a", 1.0), ("i_b_a", 0.9), ("i_c_a", 1.1)):
        parts.measurements.loc[rows, column] = share * factor * s_kva / (np.sqrt(3.0) * 0.4)


@pytest.mark.parametrize(
    "factor, said",
    [
        (1000.0, "They look like W, var or VA instead of kW, kvar or kVA (factor 1000)"),
        (4.0, "They look like each interval's value multiplied by 4 once too often (factor 4)"),
        (24.0, "They look like kWh of a day (factor 24)"),
    ],
)
def test_too_large(parts, expect, factor, said):
    scaled(parts, "T1", factor)
    expect(parts, "meters.too_large", ("T1",), said, areas=("A1",))


def test_too_large__heavy_load_is_no_unit_problem(parts):
    scaled(parts, "T1", 2.8)
    assert "meters.too_large" not in {i.check for i in parts.check()}


def test_too_small__megawatts(parts, expect):
    scaled(parts, "T1", 0.001)
    expect(parts, "meters.too_small", ("T1",), "They look like MW instead of kW (factor 1000)", areas=("A1",))


def test_too_small__nobody_connected(parts):
    scaled(parts, "T1", 0.001)
    parts.put("transformers", "T1", "customer_count", 0)
    assert "meters.too_small" not in {i.check for i in parts.check()}


def test_counter(parts, expect):
    rows = parts.readings("T1")
    parts.measurements.loc[rows, "p_kw"] = 100.0 + np.cumsum(np.full(len(rows), 0.01))
    expect(parts, "meters.counter", ("T1",), "T1: its readings only rise, from 100.01 to 113.44", areas=("A1",))


def test_against_current__kwh_of_a_quarter_of_an_hour(parts, expect):
    with_currents(parts, "T1")
    scaled(parts, "T1", 0.25)
    expect(parts, "meters.against_current", ("T1",), "T1: its apparent power is 0.227 times", areas=("A1",))


def test_against_current__unbalanced_but_right(parts):
    with_currents(parts, "T1")
    with_currents(parts, "T2")
    parts.measurements.loc[parts.readings("T2"), "i_a_a"] *= 2.5
    assert "meters.against_current" not in {i.check for i in parts.check()}


def test_ct_ratio__too_small_for_the_rating(parts, expect):
    parts.put("transformers", "T2", "ct_ratio", "150/5")
    said = "T2: the CT ratio 150/5 does not fit 400 kVA at 0.4 kV, whose rated current is 577 A."
    issue = expect(parts, "meters.ct_ratio", ("T2",), said, areas=("A1",))
    assert "with 750 A they would reach" in issue.sentence_en


def test_ct_ratio__bounds_and_metered_side(parts):
    rated_a = 400.0 / (np.sqrt(3.0) * 10.0)
    parts.put("transformers", "T2", "meter_side", "hv")
    for primary, fits in (
        (0.81 * rated_a, True),
        (0.79 * rated_a, False),
        (2.49 * rated_a, True),
        (2.51 * rated_a, False),
    ):
        parts.put("transformers", "T2", "ct_ratio", f"{primary:.2f}/5")
        assert ("meters.ct_ratio" not in {i.check for i in parts.check()}) is fits


def test_ct_unreadable(parts, expect):
    parts.put("transformers", "T2", "ct_ratio", "big")
    expect(parts, "meters.ct_unreadable", ("T2",), "T2: the CT ratio 'big' cannot be read", areas=("A1",))


@pytest.mark.parametrize(
    "text, primary",
    [
        ("600/5", 600.0),
        (" 75 : 1 A", 75.0),
        ("150A/5A", 150.0),
        ("300／5", 300.0),
        ("0/5", None),
        ("600", None),
        ("600/50", None),
    ],
)
def test_ct_primary_a(text, primary):
    assert ct_primary_a(text) == primary


def test_levels__one_spike_is_no_unit_problem(parts):
    parts.measurements.loc[parts.readings("T1")[5], "p_kw"] = 50e6
    assert "meters.too_large" not in {i.check for i in parts.check()}
    assert parts.measurements["p_kw"].max() == 50e6
    assert not pd.isna(parts.measurements["p_kw"]).any()
