"""Electrical data that are missing, zero or impossible."""

import numpy as np
import pytest


@pytest.mark.parametrize("vn_kv, said", [(0.0, "vn_kv = 0."), (np.nan, "vn_kv = nan.")])
def test_bus_voltage__zero_or_missing(parts, expect, vn_kv, said):
    parts.put("net.bus", "M2", "vn_kv", vn_kv)
    if np.isnan(vn_kv):
        assert [i.ids for i in parts.check() if i.check == "parameters.bus_voltage"] == [("M2",)]
    else:
        expect(
            parts,
            "parameters.bus_voltage",
            ("M2",),
            f"1 buses have no usable nominal voltage (M2), the first has {said}",
        )


def test_line_impedance__negative_length(parts, expect):
    parts.put("net.line", "K1", "length_km", -0.1)
    expect(
        parts, "parameters.line_impedance", ("K1",), "1 lines have no usable length or impedance (K1)", areas=("A1",)
    )


@pytest.mark.parametrize("column", ["length_km", "r_ohm_per_km"])
def test_zero_impedance(parts, expect, column):
    parts.put("net.line", "L2", column, 0.0)
    parts.put("net.line", "L2", "x_ohm_per_km", 0.0)
    expect(parts, "parameters.zero_impedance", ("L2",), "1 lines have no impedance (L2)", areas=("A1",))


def test_line_rating(parts, expect):
    parts.put("net.line", "L2", "max_i_ka", 0.0)
    expect(parts, "parameters.line_rating", ("L2",), "the first has max_i_ka = 0", areas=("A1",))


def test_line_voltage__mv_to_lv(parts, expect):
    parts.put("net.bus", "M2", "vn_kv", 20.0)
    parts.put("net.line", "L5", "in_service", False)
    expect(parts, "parameters.line_voltage", ("L2",), "the first 10 kV and 20 kV")


@pytest.mark.parametrize(
    "column, value, said",
    [("sn_mva", 0.0, "sn_mva = 0"), ("vk_percent", 0.0, "vk_percent = 0"), ("vkr_percent", 9.0, "vkr_percent = 9")],
)
def test_transformer_data(parts, expect, column, value, said):
    parts.put("net.trafo", "T1", column, value)
    issue = expect(parts, "parameters.transformer_data", ("T1",), said, areas=("A1",))
    assert issue.column in (column, "vkr_percent")


def test_transformer_voltage(parts, expect):
    parts.put("net.trafo", "T1", "vn_hv_kv", 20.0)
    said = "do not fit the bus on their HV side (T1), the first is rated 20 kV at a bus of 10 kV"
    expect(parts, "parameters.transformer_voltage", ("T1",), said, areas=("A1",))


def test_power_missing(parts, expect):
    parts.put("net.load", "load 3", "q_mvar", np.nan)
    issue = expect(parts, "parameters.power_missing", ("load 3",), "q_mvar is missing or infinite", areas=("A2",))
    assert issue.table == "net.load"


def test_ledger_rating(parts, expect):
    parts.put("transformers", "T2", "rated_kva", 0.0)
    expect(parts, "parameters.ledger_rating", ("T2",), "1 transformers have no usable rating (T2), the first is 0 kVA")


def test_substation_rating(parts, expect):
    parts.put("substations", "S1", "rated_kva", np.nan)
    expect(parts, "parameters.substation_rating", ("S1",), "1 substations have no rating (S1)")
