"""The entry points: every problem at once, nothing raised, nothing changed."""

import copy

import numpy as np
import pandas as pd
import pytest

from capacity.checks import check, judge_readings
from capacity.tables.case import Window
from capacity.tables.issue import Issue


def test_check__sound_case_has_no_issue(parts):
    assert parts.check() == ()


def test_check__window_is_the_cases_year_unless_stated(parts):
    case = parts.case()
    codes = {i.check for i in check(case, coverage_min_percent=parts.coverage_min_percent)}
    assert {"coverage.insufficient", "profiles.too_short"} <= codes
    assert judge_readings(case).state.shape[1] == 365 * 96


def test_check__many_problems_at_once_errors_first(parts):
    parts.put("net.line", "L2", "max_i_ka", np.nan)
    parts.put("net.load", "load 1", "p_mw", 60.0)
    parts.put("transformers", "T2", "ct_ratio", "?")
    parts.put("transformers", "T3", "area_id", "A1")
    parts.measurements.loc[parts.readings("T1")[5], "p_kw"] = 50e6
    issues = parts.check()
    found = [i.check for i in issues if i.severity != "info"]
    assert found == [
        "units.network_power",
        "geography.outside_area",
        "meters.ct_unreadable",
        "parameters.line_rating",
        "readings.implausible",
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    assert [order[i.severity] for i in issues] == sorted(order[i.severity] for i in issues)
    assert parts.check() == issues


def test_check__reading_issues_come_along_and_are_not_said_twice(parts):
    parts.areas.loc[1, "geometry"] = None
    known = Issue(
        "warning",
        "reading.polygon_missing",
        "areas",
        "geometry",
        ("A2",),
        "no polygon",
        "无边界",
        "areas.geojson",
        "lower_accuracy",
    )
    parts.extra["reading_issues"] = (known,)
    assert parts.check() == (known,)


def test_check__changes_nothing(parts):
    parts.measurements.loc[parts.readings("T1")[5], "p_kw"] = 50e6
    parts.put("net.line", "L2", "in_service", False)
    case = parts.case()
    before = copy.deepcopy(case)
    check(case, parts.window, coverage_min_percent=parts.coverage_min_percent)
    tables = ("areas", "substations", "feeders", "transformers", "profiles", "measurements", "exclusions", "customers")
    for name in tables:
        pd.testing.assert_frame_equal(getattr(case, name), getattr(before, name))
    for name in ("bus", "line", "trafo", "load", "switch", "ext_grid"):
        pd.testing.assert_frame_equal(case.net[name], before.net[name])
    for name in ("buses", "lines", "trafos", "feeders", "substations", "islands"):
        pd.testing.assert_frame_equal(getattr(case.topology, name), getattr(before.topology, name))


TABLES = ("areas", "substations", "feeders", "transformers", "profiles", "measurements", "exclusions", "customers")


@pytest.mark.parametrize("name", [*TABLES, "daily_maxima", "projects", "applications", "outages"])
def test_check__empty_table_of_any_kind(parts, name):
    setattr(parts, name, getattr(parts, name).iloc[:0])
    issues = parts.check()
    assert "checks.not_carried_out" not in {i.check for i in issues}


@pytest.mark.parametrize("name", TABLES)
def test_check__table_without_columns_raises_nothing(parts, name):
    case = parts.case()
    object.__setattr__(case, name, pd.DataFrame())
    issues = check(case, parts.window, coverage_min_percent=parts.coverage_min_percent)
    said = [i for i in issues if i.check == "checks.not_carried_out"]
    assert said or name == "profiles"
    assert all("could not be carried out (" in i.sentence_en and "无法执行" in i.sentence_zh and i.ids for i in said)


def test_check__empty_network_raises_nothing(parts):
    import pandapower as pp

    parts.net = pp.create_empty_network()
    codes = {i.check for i in parts.check()}
    assert {
        "network.no_source",
        "references.not_in_network",
        "references.unknown_busbar",
        "references.unknown_head_line",
    } <= codes
    assert "checks.not_carried_out" not in codes


def test_check__other_step(parts):
    window = Window(parts.window.start, parts.window.end, 60)
    codes = {i.check for i in check(parts.case(), window, coverage_min_percent=parts.coverage_min_percent)}
    assert codes == {"timestamps.off_grid"}


@pytest.mark.parametrize(
    "column", ["area_id", "feeder_id", "ownership", "rated_kva", "meter_side", "ct_ratio", "customer_count"]
)
def test_check__cells_left_empty_stop_no_check(parts, column):
    parts.transformers[column] = parts.transformers[column].where(parts.transformers["transformer_id"] != "T1")
    assert "checks.not_carried_out" not in {i.check for i in parts.check()}


def test_check__registers_with_empty_cells_stop_no_check(parts):
    parts.applications.loc[0, "application_id"] = "a1"
    parts.projects.loc[0, "project_id"] = "p1"
    parts.customers.loc[0, "customer_id"] = "c1"
    parts.outages.loc[0, "kind"] = "fault"
    parts.exclusions.loc[0, "reason"] = "x"
    parts.daily_maxima.loc[0, "s_max_kva"] = 1.0
    assert "checks.not_carried_out" not in {i.check for i in parts.check()}
