"""A feeder cut out of the bundled case behaves as it does within the whole."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity import checks
from capacity.case import load_case
from capacity.case.cutting import cut_out
from capacity.loadflow import LoadFlow
from capacity.tables.case import Window
from capacity.tables.settings import BusbarVoltage

DAY = Window(pd.Timestamp("2026-01-28"), pd.Timestamp("2026-01-29"), 15)


def solved(case, readings):
    flow = LoadFlow(case, DAY, levels_percent=(80.0, 100.0), workers=1, readings=readings)
    return flow.solve_year(crosscheck=False)


@pytest.fixture(scope="module")
def whole(bundled):
    case = load_case(bundled)
    profiles = case.profiles[case.profiles["timestamp"].isin(DAY.timestamps)].reset_index(drop=True)
    case = replace(case, profiles=profiles)
    return case, solved(case, checks.judge_readings(case, DAY))


def elsewhere(case, year, feeders):
    station = case.topology.feeders.set_index("feeder_id")["substation_id"]
    rest = [row for row, name in enumerate(year.feeders.ids) if station[name] == "SS1" and name not in feeders]
    return {"SS1": (year.feeders.p_kw[rest] + 1j * year.feeders.q_kvar[rest]).astype(complex).sum(axis=0)}


def test_cut__voltages_loadings_and_the_substation_as_in_the_whole(whole):
    case, year = whole
    cut = cut_out(case, ["F01", "F03"], elsewhere(case, year, ("F01", "F03")))
    assert set(cut.transformers["feeder_id"]) == {"F01", "F03"}
    alone = solved(cut, checks.judge_readings(cut, DAY))
    same = year.buses.loc[alone.buses.index, "voltage_min_pu"]
    np.testing.assert_allclose(alone.buses["voltage_min_pu"], same, atol=1e-6)
    same = year.lines.loc[alone.lines.index, "max_loading_percent"]
    np.testing.assert_allclose(alone.lines["max_loading_percent"], same, atol=1e-2)
    assert alone.substations.ids == ("SS1",)
    np.testing.assert_allclose(alone.substations.p_kw[0], year.substations.p_kw[0], rtol=1e-4)


def test_cut__holds_nothing_of_elsewhere(whole):
    case, year = whole
    cut = cut_out(case, ["F01"], elsewhere(case, year, ("F01",)))
    there = set(cut.transformers["transformer_id"])
    assert set(cut.customers["transformer_id"]) <= there
    assert set(cut.measurements["transformer_id"]) <= there
    assert set(cut.applications["transformer_id"].dropna()) <= there
    assert set(cut.areas["area_id"]) == set(cut.transformers["area_id"].dropna())
    assert not cut.net.switch["name"].astype(str).str.startswith("TIE").any()
    assert len(case.net.bus) == 3796  # the whole stays as it was


def test_cut__keeps_profiles_of_reactive_power_and_of_the_busbar(whole):
    case, year = whole
    net = copy.deepcopy(case.net)
    net.load["profile_q"] = net.load["profile"]
    net.load.loc[net.load.index[0], "profile_q"] = "own_q"
    settings = case.settings.model_copy(
        update={"busbar_voltage": {"SS1": BusbarVoltage(source="measured", profile="busbar_pu")}}
    )
    profiles = case.profiles.assign(own_q=1.0, busbar_pu=1.03, nobody=1.0)
    other = replace(case, net=net, profiles=profiles, settings=settings)
    cut = cut_out(other, ["F01"], elsewhere(case, year, ("F01",)))
    assert {"own_q", "busbar_pu"} <= set(cut.profiles.columns)
    assert "nobody" not in cut.profiles.columns
