"""The whole flow on the hand-worked case: every figure can be redone on paper (see ``hand_case.py``)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from hand_case import PEAK, PEAK_AT, WINDOW, application, hand_case

from capacity.case import derive_topology, load_case, write_case
from capacity.errors import InputError, SolverError
from capacity.study import run_study
from capacity.tables.case import Case
from capacity.tables.run import Run
from capacity.tables.scenario import PointLoad, Scenario


def study(case: Case, **options: object) -> Run:
    return run_study(case, window=WINDOW, **options)


def applied(*rows: dict[str, object]) -> Run:
    return study(hand_case(applications=pd.DataFrame(list(rows))))


def rules(run: Run) -> list[tuple[str, str]]:
    return sorted(zip(run.alerts["rule"], run.alerts["element_id"], strict=True))


@pytest.fixture(scope="module")
def plain() -> Run:
    return study(hand_case())


def test_run__transformers_as_on_paper(plain: Run) -> None:
    t1, t2 = plain.transformers.itertuples()
    assert (t1.max_loading_percent, t1.max_loading_at, t1.source) == (50.0, PEAK_AT["T1"], "measured")
    assert t2.max_loading_percent == pytest.approx(212.0 / 315.0 * 100.0)
    assert (t1.allowed_kva, t2.allowed_kva) == (120.0, 40.0)
    assert (t1.hours_ge_80, t1.heavy_load, t1.coverage_percent) == (0.0, False, 100.0)
    # the simulation is scaled to the meter and so shows the meter's own peak
    assert t1.simulated_max_loading_percent == pytest.approx(50.0, abs=1e-3)


def test_run__area_at_the_threshold_is_open(plain: Run) -> None:
    area = plain.areas.iloc[0]
    assert (area["allowed_sum_kva"], area["allowed_kva"], area["status"]) == (160.0, 160.0, "open")
    assert (area["max_loading_element"], area["max_loading_type"]) == ("T2", "transformer")
    assert rules(plain) == [("P3", "T1"), ("P3", "T2")]


def test_run__alert_shows_value_time_duration_and_readings(plain: Run) -> None:
    alert = plain.alerts[plain.alerts["element_id"] == "T1"].iloc[0]
    assert (alert["value"], alert["at"], alert["duration_h"]) == (50.0, PEAK_AT["T1"], 0.25)
    assert "50.00 %" in alert["message_zh"]
    assert "四(一)4" in alert["message_en"]
    behind = plain.evidence[plain.evidence["alert_id"] == alert["alert_id"]]
    at_peak = behind[behind["timestamp"] == PEAK_AT["T1"]].iloc[0]
    assert (at_peak["p_kw"], at_peak["q_kvar"], at_peak["s_kva"]) == (160.0, 120.0, 200.0)


def test_run__just_below_160_is_pre_control() -> None:
    run = study(hand_case(peak=PEAK | {"T2": (169.68, 127.26)}))  # 212.1 kVA: 39.9 left, 159.9 in all
    assert run.areas.iloc[0]["allowed_sum_kva"] == pytest.approx(159.9)
    assert run.areas.iloc[0]["status"] == "pre_control"
    assert ("P5", "A1") in rules(run)


@pytest.mark.parametrize(("p_kw", "rule"), [(159.99, None), (160.0, "P3"), (223.99, "P3"), (224.0, "P4")])
def test_run__load_rate_at_the_thresholds(p_kw: float, rule: str | None) -> None:
    run = study(hand_case(peak={"T1": (p_kw, p_kw * 0.75), "T2": (80.0, 60.0)}))  # 5/4 · p: 200 is 50 %, 280 is 70 %
    assert [r for r, element in rules(run) if element == "T1" and r != "P5"] == ([rule] if rule else [])


def test_run__reserved_takes_room_and_energised_does_not() -> None:
    run = applied(application("N1", "T1", 38.0), application("N2", "T2", 38.0, status="energised"))
    t1, t2 = run.transformers.itertuples()
    assert (t1.reserved_kva, t1.allowed_kva) == (pytest.approx(40.0), pytest.approx(80.0))  # 38 kW / 0.95
    assert (t2.reserved_kva, t2.allowed_kva) == (0.0, 40.0)
    assert run.areas.iloc[0]["status"] == "pre_control"


@pytest.mark.parametrize(("p_kw", "fires"), [(114.0, False), (114.1, True)])  # 114 / 0.95 = 120 kVA: exactly 80 %
def test_run__p6_at_eighty_percent(p_kw: float, fires: bool) -> None:
    run = applied(application("N1", "T1", p_kw, status="received"))
    assert (("P6", "T1") in rules(run)) is fires


def test_run__p6_counts_what_is_accepted_before() -> None:
    run = applied(application("N1", "T1", 57.0), application("N2", "T1", 57.1, status="received"))
    alert = run.alerts[run.alerts["rule"] == "P6"].iloc[0]
    assert alert["application_id"] == "N2"
    assert alert["value"] == pytest.approx((200.0 + 60.0 + 57.1 / 0.95) / 400.0 * 100.0)


@pytest.mark.parametrize(("p_kw", "fires"), [(239.4, False), (239.5, True)])  # 239.4 / 0.95 = 252 kVA = 80 % of 315
def test_run__p6_at_a_transformer_of_unknown_load_by_the_application_alone(p_kw: float, fires: bool) -> None:
    asked = pd.DataFrame([application("N1", "T2", p_kw, status="received")])
    alerts = study(hand_case(meterless=("T2",), applications=asked)).alerts
    p6 = alerts[alerts["rule"].eq("P6")]
    assert (len(p6) == 1) is fires
    if fires:
        assert p6["value"].iloc[0] == pytest.approx(239.5 / 0.95 / 315.0 * 100.0)
        assert "unknown load" in p6["message_en"].iloc[0]
        assert "nan" not in p6["message_en"].iloc[0] + p6["message_zh"].iloc[0]


def test_run__unknown_transformer_is_never_room() -> None:
    run = study(hand_case(meterless=("T2",)))
    t2 = run.transformers.iloc[1]
    assert (t2["source"], t2["reason"]) == ("none", "no_source")
    assert np.isnan(t2["allowed_kva"])
    area = run.areas.iloc[0]
    assert (area["allowed_sum_kva"], area["allowed_sum_is_lower_bound"], area["status"]) == (120.0, True, "no_data")
    assert not any(rule == "P5" for rule, _ in rules(run))


def test_run__lower_bound_of_160_settles_p5() -> None:
    run = study(hand_case(peak=PEAK | {"T1": (128.0, 96.0)}, meterless=("T2",)))  # 160 kVA of 320: 160 left
    assert run.areas.iloc[0]["allowed_sum_kva"] == 160.0
    assert run.areas.iloc[0]["status"] == "open"


def test_run__section_limits_the_sum_and_ac_load_flow_confirms_it() -> None:
    case = hand_case(line_max_i_ka=0.02)
    run = study(case)
    area = run.areas.iloc[0]
    assert area["allowed_sum_kva"] == 160.0
    assert (area["binding_criterion"], area["binding_element"]) == ("section_loading", "L1")
    assert area["binding_at"] == PEAK_AT["T2"]
    assert (area["status"], area["reason"]) == ("pre_control", "grid_limited")
    alert = run.alerts[run.alerts["rule"] == "P5"].iloc[0]
    assert (alert["variant"], alert["value"]) == ("grid_limited", area["allowed_kva"])
    shares = run.transformers.set_index("transformer_id")["share_kva"]
    assert shares.sum() == pytest.approx(area["allowed_kva"])
    assert shares["T1"] == pytest.approx(3.0 * shares["T2"])  # in proportion to 120 and 40
    assert _section_percent(case, shares) <= 100.0
    assert _section_percent(case, shares * 1.02) > 100.0


def _section_percent(case: Case, added_kva: pd.Series) -> float:
    """L1's loading by pandapower at T2's peak with the given kVA added at power factor 0.95."""
    net = pp.from_json_string(pp.to_json(case.net))
    at = case.measurements[case.measurements["timestamp"] == PEAK_AT["T2"]].set_index("transformer_id")
    for name, s_kva in added_kva.items():
        load = net.load.index[net.load["name"] == f"{name}-load"][0]
        net.load.loc[load, "p_mw"] = (at.at[name, "p_kw"] + 0.95 * s_kva) / 1000.0
        net.load.loc[load, "q_mvar"] = (at.at[name, "q_kvar"] + np.sqrt(1 - 0.95**2) * s_kva) / 1000.0
    pp.runpp(net)
    return float(net.res_line["loading_percent"].iloc[0])


def test_run__section_alert_is_explained_by_its_three_highest_steps() -> None:
    run = study(hand_case(line_max_i_ka=0.02))
    alert = run.alerts[run.alerts["element_type"].eq("section")].iloc[0]
    behind = run.evidence[run.evidence["alert_id"].eq(alert["alert_id"])]
    assert (alert["rule"], alert["element_id"], len(behind)) == ("P4", "L1", 3)
    assert behind["loading_percent"].iloc[0] == alert["value"]
    assert behind["loading_percent"].is_monotonic_decreasing


def test_run__section_already_over_its_limit_blocks() -> None:
    area = study(hand_case(line_max_i_ka=0.015)).areas.iloc[0]
    assert (area["allowed_kva"], area["status"], area["reason"]) == (0.0, "blocked", "existing_violation")
    assert area["binding_element"] == "L1"


def test_run__feeder_with_a_stated_limit_takes_it() -> None:
    run = study(hand_case(line_max_i_ka=0.04, limit_percent=50.0))
    assert run.feeders.iloc[0]["limit_percent"] == 50.0
    assert run.areas.iloc[0]["binding_criterion"] == "section_loading"
    assert run.feeders.iloc[0]["allowed_kva"] == pytest.approx(run.areas.iloc[0]["allowed_kva"])


def test_run__substation_limit_binds() -> None:
    run = study(hand_case(substation_kva=500.0))  # 80 % are 400 kVA, 299.4 are used
    area, substation = run.areas.iloc[0], run.substations.iloc[0]
    assert (area["binding_criterion"], area["binding_element"]) == ("substation_loading", "S1")
    assert substation["rating_margin_kva"] == pytest.approx(400.0 - substation["max_kva"])
    assert substation["allowed_sum_kva"] == 160.0
    assert substation["allowed_kva"] == area["allowed_kva"]  # all its transformers are the area's
    assert area["allowed_kva"] == pytest.approx(substation["rating_margin_kva"], rel=0.03)
    # the margin adds apparent powers; the load flow adds 0.95 to 0.8 lagging, and the losses


def test_run__case_without_areas_says_the_same_of_its_transformers(plain: Run, tmp_path: Path) -> None:
    case = hand_case()
    bare = replace(case, areas=case.areas.iloc[:0], transformers=case.transformers.assign(area_id=pd.NA))
    write_case(bare, tmp_path / "bare")
    bare = load_case(tmp_path / "bare")
    assert [issue for issue in bare.reading_issues if issue.severity == "error"] == []
    run = study(bare)
    assert (len(run.areas), list(run.areas.columns)) == (0, list(plain.areas.columns))
    assert run.transformers["allowed_kva"].tolist() == [120.0, 40.0]
    assert run.transformers["area_id"].isna().all()
    assert rules(run) == rules(plain)


def test_run__full_transformers_are_blocked_and_hide_no_other() -> None:
    run = study(hand_case(peak={"T1": (256.0, 192.0), "T2": (240.0, 180.0)}))  # 320 of 320, 300 of 252
    assert run.transformers["allowed_kva"].tolist() == [0.0, 0.0]
    area = run.areas.iloc[0]
    assert (area["status"], area["reason"], area["binding_element"]) == ("blocked", "transformers_full", "T2")


def test_run__failed_step_is_named_counted_and_never_capacity() -> None:
    case = hand_case(meterless=("T2",))
    steps = WINDOW.timestamps
    profile = pd.Series(0.5, index=steps, name="spike")
    profile.iloc[100] = 900.0  # 90 MW over two kilometres of 10 kV: no solution
    pp.create_load(case.net, case.net.trafo.at[1, "lv_bus"], 0.157, 0.05, name="T2-load")
    pp.create_load(case.net, case.net.trafo.at[1, "hv_bus"], 0.1, 0.0, name="mill", profile="spike")
    case = replace(case, profiles=profile.rename_axis("timestamp").reset_index())
    run = study(case)
    assert run.manifest.steps_failed == 1
    assert run.manifest.failed_examples == [str(steps[100])]
    t2 = run.transformers.iloc[1]
    assert (t2["source"], t2["reason"]) == ("simulated", "solver_failure")
    assert np.isnan(t2["allowed_kva"])
    assert (run.areas.iloc[0]["status"], run.areas.iloc[0]["reason"]) == ("no_data", "solver_failure")
    assert (run.quality["check"] == "loadflow.failed_steps").any()
    curve = run.transformer_curves[run.transformer_curves["transformer_id"] == "T2"]
    assert curve["s_kva"].isna().sum() == 1


def test_run__errors_stop_it_and_all_are_told() -> None:
    case = hand_case()
    broken = case.transformers.assign(area_id=["nowhere", "elsewhere"])
    with pytest.raises(InputError) as caught:
        study(replace(case, transformers=broken))
    assert "nowhere" in str(caught.value)
    assert "elsewhere" in str(caught.value)


def test_run__same_input_same_tables(plain: Run) -> None:
    again = study(hand_case(), workers=1)
    pd.testing.assert_frame_equal(plain.areas, again.areas)
    pd.testing.assert_frame_equal(plain.alerts, again.alerts)
    pd.testing.assert_frame_equal(plain.lines, again.lines)


def test_run__scenario_load_comes_on_top_of_the_meter() -> None:
    """40 kW at cos φ 0.8 (30 kvar) on top of 160 + j120 at the peak: 200 + j150, 250 kVA of 400."""
    flat = pd.DataFrame({"timestamp": WINDOW.timestamps, "half": 0.5})
    load = PointLoad(load_id="new", transformer_id="T1", p_kw=80.0, power_factor=0.8, profile="half")
    scenario = Scenario(name="more", title_zh="新增", title_en="more", point_loads=(load,))
    case = replace(hand_case(), profiles=flat)
    run = study(case, scenario=scenario)
    t1 = run.transformers.iloc[0]
    assert (t1["source"], run.manifest.scenario) == ("projected", "more")
    assert t1["max_loading_percent"] == pytest.approx(62.5)
    assert t1["simulated_max_loading_percent"] == pytest.approx(62.5, abs=0.01)
    assert study(case).transformers.iloc[0]["max_loading_percent"] == 50.0  # the case itself is as it was


def test_run__scenario_growth_compounds() -> None:
    scenario = Scenario(
        name="grown", title_zh="增长", title_en="grown", years=2.0, growth_percent_per_year={"rural": 10.0}
    )
    run = study(hand_case(), scenario=scenario)
    assert run.transformers.iloc[0]["max_loading_percent"] == pytest.approx(50.0 * 1.21)
    assert run.feeders.iloc[0]["head_max_kva"] > study(hand_case()).feeders.iloc[0]["head_max_kva"] * 1.2


def ring_case() -> Case:
    """The hand-worked case with a third line from the busbar to M2: a closed ring."""
    case = hand_case()
    pp.create_line_from_parameters(case.net, 0, 2, 2.5, 0.27, 0.34, 9.0, 0.325, name="L3")
    topology = derive_topology(case.net, case.settings, case.substations, case.feeders)
    return replace(case, topology=topology)


def test_run__ring_is_solved_by_power_grid_model_and_confirmed() -> None:
    run = study(ring_case())
    assert run.manifest.engines["0"].startswith("pgm")
    assert run.manifest.crosscheck_passed
    assert run.transformers["allowed_kva"].tolist() == [120.0, 40.0]
    assert run.areas.iloc[0]["allowed_kva"] == pytest.approx(160.0)
    assert (run.quality["severity"] == "warning").any()  # the closed ring is told


def test_run__ring_section_limit_is_seen_without_a_supply_path() -> None:
    case = ring_case()
    case.net.line["max_i_ka"] = 0.014
    run = study(case)
    area = run.areas.iloc[0]
    assert area["binding_criterion"] == "section_loading"
    assert 0.0 < area["allowed_kva"] < 160.0


def test_run__asked_engine_that_cannot_says_so() -> None:
    with pytest.raises(SolverError, match="radial"):
        study(ring_case(), engine="radial")


def test_run__pandapower_engine_gives_the_same_figures(plain: Run) -> None:
    slow = run_study(hand_case(), window=replace(WINDOW, start=WINDOW.end - pd.Timedelta(hours=6)), engine="pandapower")
    quick = run_study(hand_case(), window=replace(WINDOW, start=WINDOW.end - pd.Timedelta(hours=6)))
    pd.testing.assert_frame_equal(slow.areas, quick.areas)
    np.testing.assert_allclose(slow.nodes["voltage_min_pu"], quick.nodes["voltage_min_pu"], atol=1e-6)
    np.testing.assert_allclose(slow.lines["max_loading_percent"], quick.lines["max_loading_percent"], atol=0.01)


def test_run__low_voltage_in_its_own_network_blocks_the_transformer() -> None:
    """60 kW over 350 m of thin wire (0.30 Ω) lose some 46 V: below 353.4 V, so T1 is offered nothing (P9)."""
    case = hand_case()
    lv = int(case.net.trafo.at[0, "lv_bus"])
    house = pp.create_bus(case.net, 0.4, name="house", geodata=(99.2151, 25.101))
    pp.create_line_from_parameters(case.net, lv, house, 0.35, 0.87, 0.08, 0.0, 0.2, name="wire")
    case.net.load.loc[case.net.load["name"].eq("T1-load"), "p_mw"] = 0.1
    pp.create_load(case.net, house, 0.06, 0.0, name="house-load")
    topology = derive_topology(case.net, case.settings, case.substations, case.feeders)
    run = study(replace(case, topology=topology))
    nodes = run.nodes.set_index("node_id")
    assert nodes.at["house", "low_voltage"]
    assert nodes.at["house", "voltage_min_v"] < 353.4
    shares = run.transformers.set_index("transformer_id")["share_kva"]
    assert shares["T1"] == 0.0
    assert 0.0 < shares["T2"] <= 40.0
    area = run.areas.iloc[0]
    assert (area["allowed_sum_kva"], area["status"], area["low_voltage_nodes"]) == (160.0, "pre_control", 1)


def test_run__below_an_unknown_transformer_nothing_is_known() -> None:
    """T2's LV line carries nothing in the simulation only because nobody knows what it carries: not 0 %."""
    case = hand_case(meterless=("T2",))
    house = pp.create_bus(case.net, 0.4, name="house", geodata=(99.2151, 25.101))
    pp.create_line_from_parameters(
        case.net, int(case.net.trafo.at[1, "lv_bus"]), house, 0.1, 0.4, 0.08, 0.0, 0.2, name="W"
    )
    topology = derive_topology(case.net, case.settings, case.substations, case.feeders)
    run = study(replace(case, topology=topology))
    assert np.isnan(run.lines.set_index("line_id").at["W", "max_loading_percent"])
    assert run.lines.set_index("line_id").at["L2", "max_loading_percent"] >= 0.0
    house_row = run.nodes.set_index("node_id").loc["house"]
    assert np.isnan(house_row["voltage_min_pu"])
    assert house_row["low_voltage"] is pd.NA
