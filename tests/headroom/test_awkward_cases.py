"""Cases that are awkward rather than ill: parallel units, dates on the boundary, reservations in odd places."""

from dataclasses import replace

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from hand_case import AS_OF, PEAK_AT, WINDOW, application, hand_case, hand_readings

from capacity.case import derive_topology
from capacity.study import run_study
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.run import Run
from capacity.tables.settings import BusbarVoltage


def study(case: Case) -> Run:
    return run_study(case, window=WINDOW)


def derived(case: Case) -> Case:
    return replace(case, topology=derive_topology(case.net, case.settings, case.substations, case.feeders))


def with_dates(column: str, value: pd.Timestamp) -> Case:
    case = hand_case()
    transformers = case.transformers.copy()
    transformers.loc[transformers["transformer_id"].eq("T2"), column] = value
    return replace(case, transformers=transformers)


def parallel_case(line_max_i_ka: float = 0.325) -> Case:
    """The hand-worked case with T3, a second 400 kVA unit beside T1 on the same two buses, as heavily used."""
    case = hand_case(line_max_i_ka=line_max_i_ka)
    net = case.net
    hv, lv = net.trafo.loc[0, ["hv_bus", "lv_bus"]].astype(int)
    pp.create_transformer_from_parameters(
        net, hv, lv, 0.4, 10.0, 0.4, 1.0, 4.0, 0.57, 0.25, shift_degree=330.0, name="T3"
    )
    third = dict(case.transformers.iloc[0]) | {"transformer_id": "T3", "name": "丙台区"}
    readings = hand_readings({"T1": (160.0, 120.0)}).assign(transformer_id="T3")
    return derived(
        replace(
            case,
            transformers=conform(pd.DataFrame([*case.transformers.to_dict("records"), third]), TRANSFORMERS),
            measurements=pd.concat([case.measurements, readings], ignore_index=True),
        )
    )


def test_run__parallel_transformers_both_load_the_grid_above() -> None:
    """Two units on one LV busbar take two shares through the section, not one."""
    case = parallel_case(line_max_i_ka=0.034)
    run = study(case)
    area = run.areas.iloc[0]
    assert area["allowed_sum_kva"] == 280.0  # 120 + 120 + 40
    assert area["binding_criterion"] == "section_loading"
    net = case.net
    readings = case.measurements[case.measurements["timestamp"] == area["binding_at"]]
    shares = run.transformers.set_index("transformer_id")["share_kva"]
    for name in ("T1", "T2"):
        load = net.load.index[net.load["name"] == f"{name}-load"][0]
        of_bus = ["T1", "T3"] if name == "T1" else ["T2"]
        now = readings[readings["transformer_id"].isin(of_bus)]
        added = shares[of_bus].sum()
        net.load.loc[load, "p_mw"] = (now["p_kw"].sum() + 0.95 * added) / 1000.0
        net.load.loc[load, "q_mvar"] = (now["q_kvar"].sum() + np.sqrt(1 - 0.95**2) * added) / 1000.0
    pp.runpp(net)
    assert 99.0 < net.res_line["loading_percent"].iloc[0] <= 100.0


@pytest.mark.parametrize(
    ("column", "day", "in_service"),
    [
        ("valid_to", AS_OF, False),  # first day out of service is the as-of date: gone
        ("valid_to", AS_OF + pd.Timedelta(days=1), True),
        ("valid_from", AS_OF, False),  # readings before it do not count, and it was not there in the window
        ("valid_from", AS_OF - pd.Timedelta(days=2), True),
    ],
)
def test_run__dates_of_service_at_the_as_of_date(column: str, day: pd.Timestamp, in_service: bool) -> None:
    t2 = study(with_dates(column, day)).transformers.set_index("transformer_id").loc["T2"]
    if column == "valid_to":
        assert t2["in_service"] == in_service
    assert bool(np.isclose(t2["allowed_kva"], 40.0)) is in_service


def test_run__reservation_at_a_node_counts_for_the_transformer_that_supplies_it() -> None:
    unassigned = application("N1", "T1", 38.0) | {"transformer_id": None, "node_id": "T1-LV"}
    elsewhere = application("N2", "T1", 19.0) | {"node_id": "T2-LV"}
    run = study(hand_case(applications=pd.DataFrame([unassigned, elsewhere])))
    reserved = run.transformers.set_index("transformer_id")["reserved_kva"]
    assert reserved.tolist() == pytest.approx([40.0, 20.0])


def test_run__reservation_at_a_dead_transformer_stops_nothing() -> None:
    case = hand_case(applications=pd.DataFrame([application("N1", "T2", 38.0)]))
    case.net.trafo.loc[case.net.trafo["name"].eq("T2"), "in_service"] = False
    run = study(derived(case))
    t2 = run.transformers.set_index("transformer_id").loc["T2"]
    assert (t2["reason"], t2["reserved_kva"]) == ("out_of_service", 40.0)
    assert run.areas.iloc[0]["allowed_kva"] == pytest.approx(120.0)


def two_feeder_case(*, tie: bool = False, line_max_i_ka: float = 0.325) -> Case:
    """The hand-worked case and a second feeder F2 from the same busbar to M3, with T3 (400 kVA); L4 ties M2 to M3."""
    case = hand_case(line_max_i_ka=line_max_i_ka)
    net = case.net
    m3 = pp.create_bus(net, 10.0, name="M3", geodata=(99.22, 25.12))
    pp.create_line_from_parameters(net, 0, m3, 2.5, 0.27, 0.34, 9.0, 0.325, name="L3")
    if tie:
        pp.create_line_from_parameters(net, 2, m3, 1.0, 0.27, 0.34, 9.0, 0.325, name="L4")
    lv = pp.create_bus(net, 0.4, name="T3-LV", geodata=(99.22, 25.121))
    pp.create_transformer_from_parameters(
        net, m3, lv, 0.4, 10.0, 0.4, 1.0, 4.0, 0.57, 0.25, shift_degree=330.0, name="T3"
    )
    pp.create_load(net, lv, 0.2, 0.1, name="T3-load")
    feeders = pd.concat([case.feeders, case.feeders.assign(feeder_id="F2", name="二线", head_line_id="L3")])
    third = dict(case.transformers.iloc[0]) | {
        "transformer_id": "T3",
        "name": "丙台区",
        "feeder_id": "F2",
        "area_id": None,
    }
    readings = hand_readings({"T1": (160.0, 120.0)}).assign(transformer_id="T3")
    return derived(
        replace(
            case,
            feeders=feeders.reset_index(drop=True),
            transformers=conform(pd.DataFrame([*case.transformers.to_dict("records"), third]), TRANSFORMERS),
            measurements=pd.concat([case.measurements, readings], ignore_index=True),
        )
    )


def test_run__limits_are_those_of_the_feeder_that_supplies_not_of_the_one_in_the_ledger() -> None:
    case = two_feeder_case(line_max_i_ka=0.02)
    right = study(case).areas.iloc[0]
    misplaced = replace(case, transformers=case.transformers.assign(feeder_id="F2"))
    run = study(misplaced)
    assert (right["binding_criterion"], right["binding_element"]) == ("section_loading", "L1")
    assert run.areas.iloc[0]["allowed_kva"] == pytest.approx(right["allowed_kva"])
    assert run.areas.iloc[0]["binding_element"] == "L1"
    assert (run.quality["check"] == "network.feeder_differs").any()


def test_run__section_between_two_tied_feeders_limits_though_no_feeder_claims_it() -> None:
    case = two_feeder_case(tie=True)
    lines = case.net.line
    lines.loc[lines["name"].eq("L2"), "max_i_ka"] = 0.003
    area = study(case).areas.iloc[0]
    assert (area["binding_criterion"], area["binding_element"]) == ("section_loading", "L2")
    assert area["allowed_kva"] < area["allowed_sum_kva"]


def test_run__too_few_readings_are_taken_as_a_full_transformer_by_the_grid_above() -> None:
    """T2 with two fifths of its readings: its room is nobody's, neither its own nor the section's."""
    case = hand_case(line_max_i_ka=0.025)
    keep = case.measurements["transformer_id"].eq("T1") | (
        case.measurements["timestamp"] >= WINDOW.end - (WINDOW.end - WINDOW.start) * 0.4
    )
    known, unknown = study(case), study(replace(case, measurements=case.measurements[keep]))
    t2 = unknown.transformers.set_index("transformer_id").loc["T2"]
    assert (t2["reason"], t2["source"]) == ("insufficient_data", "measured")
    assert np.isnan(t2["allowed_kva"])
    margin = unknown.substations.iloc[0]["rating_margin_kva"]
    assert margin == pytest.approx(known.substations.iloc[0]["rating_margin_kva"] - 40.0, abs=6.0)  # 252 − 212
    assert unknown.substations.iloc[0]["allowed_kva"] < known.substations.iloc[0]["allowed_kva"] - 30.0
    assert unknown.feeders.iloc[0]["unknown_count"] == 1


@pytest.mark.parametrize(("share", "reason"), [(0.5, "ok"), (0.5 - 1 / 192, "insufficient_data")])
def test_run__coverage_of_just_half_is_enough(share: float, reason: str) -> None:
    case = hand_case()
    start = WINDOW.end - (WINDOW.end - WINDOW.start) * share
    keep = case.measurements["transformer_id"].eq("T1") | (case.measurements["timestamp"] >= start)
    run = study(replace(case, measurements=case.measurements[keep]))
    t2 = run.transformers.set_index("transformer_id").loc["T2"]
    assert t2["coverage_percent"] == pytest.approx(100.0 * share)
    assert t2["reason"] == reason


def test_run__export_uses_no_load_room_and_says_its_direction() -> None:
    """T2 sends out up to 212 kVA (67.3 %, P3) and draws nothing: all of k·Sn is free."""
    run = study(hand_case(peak={"T1": (160.0, 120.0), "T2": (-169.6, -127.2)}))
    t2 = run.transformers.set_index("transformer_id").loc["T2"]
    assert (t2["max_direction"], t2["smax_import_kva"]) == ("export", 0.0)
    assert t2["smax_export_kva"] == pytest.approx(212.0)
    assert t2["allowed_kva"] == pytest.approx(252.0)
    assert (run.alerts.loc[run.alerts["element_id"].eq("T2"), "rule"] == "P3").any()


def test_run__apparent_power_alone_is_taken_as_import() -> None:
    case = hand_case()
    apparent = case.measurements.assign(s_kva=np.hypot(case.measurements["p_kw"], case.measurements["q_kvar"]))
    apparent.loc[apparent["transformer_id"].eq("T2"), ["p_kw", "q_kvar"]] = np.nan
    t2 = study(replace(case, measurements=apparent)).transformers.set_index("transformer_id").loc["T2"]
    assert t2["allowed_kva"] == pytest.approx(40.0)
    assert t2["max_direction"] == "import"


def modelled_busbar_case() -> Case:
    """Two feeders below a modelled 110/10 kV transformer; F2's far end is low at 03:00, when F1 is idle."""
    case = two_feeder_case()
    net = case.net
    net.ext_grid.drop(index=net.ext_grid.index, inplace=True)
    hv = pp.create_bus(net, 110.0, name="HV", geodata=(99.20, 25.11))
    pp.create_ext_grid(net, hv, vm_pu=1.0, name="G")
    pp.create_transformer_from_parameters(net, hv, 0, 1.5, 110.0, 10.0, 1.0, 25.0, 2.0, 0.1, name="HT")
    net.line.loc[net.line["name"].eq("L3"), ["length_km", "r_ohm_per_km"]] = [18.0, 1.7]
    settings = case.settings.model_copy(update={"busbar_voltage": {"S1": BusbarVoltage(source="modelled")}})
    readings = case.measurements.copy()
    third = readings["transformer_id"].eq("T3")
    calm = np.cos(np.arange(third.sum()) / 5.0)
    readings.loc[third, "p_kw"], readings.loc[third, "q_kvar"] = 40.0 + 5.0 * calm, 20.0 + 3.0 * calm
    night = third & readings["timestamp"].eq(pd.Timestamp("2026-01-02 03:00"))
    readings.loc[night, ["p_kw", "q_kvar"]] = [110.0, 30.0]
    return derived(replace(case, settings=settings, measurements=readings))


def test_run__modelled_busbar_carries_a_load_to_the_other_feeder_at_that_feeders_worst_step() -> None:
    run = study(modelled_busbar_case())
    feeders = run.feeders.set_index("feeder_id")
    assert 0.93 < feeders.at["F2", "voltage_min_pu"] < 0.94
    area = run.areas.iloc[0]  # of F1
    assert area["feeder_ids"] == "F1"
    assert (area["binding_criterion"], area["binding_element"]) == ("voltage_min", "M3")
    assert area["binding_at"] == pd.Timestamp("2026-01-02 03:00")
    assert 0.0 < area["allowed_kva"] < 160.0


def test_run__window_of_a_single_step() -> None:
    """``--from 19:15 --to 19:30``: T1's peak and nothing else."""
    window = replace(WINDOW, start=PEAK_AT["T1"], end=PEAK_AT["T1"] + pd.Timedelta(minutes=15))
    run = run_study(hand_case(), window=window)
    t1 = run.transformers.set_index("transformer_id").loc["T1"]
    assert (t1["max_loading_percent"], t1["allowed_kva"]) == (50.0, 120.0)
    assert run.alerts.loc[run.alerts["element_id"].eq("T1"), "duration_h"].tolist() == [0.25]
