"""Storages and managed charging: dispatch and hours redone by hand, readings that follow, what is refused."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hand_case import PEAK_AT, WINDOW, hand_case
from pandapower.toolbox import nets_equal

from capacity.case import apply_changes, apply_scenario, future_of
from capacity.case.scenarios.following import on_top
from capacity.case.scenarios.future import lay_future, stage
from capacity.case.scenarios.meters import Meters
from capacity.case.scenarios.rederiving import rederived
from capacity.case.scenarios.shapes import moved_to_valley
from capacity.case.scenarios.storage import STORAGE, dispatch
from capacity.checks import judge_readings
from capacity.errors import InputError, RequestError
from capacity.loadflow import LoadFlow
from capacity.rates import rated_curves
from capacity.tables._schema import conform
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.network_change import AddStorage, ManageCharging
from capacity.tables.scenario import Scenario

YEAR0 = 2026
DAY = pd.date_range("2026-01-05", periods=24, freq="h")


def battery(**keys) -> AddStorage:
    """50 kW, 100 kWh, 80 %: of 125 kWh drawn it gives 100. By default T1's level is 169 kVA."""
    given = {"storage_id": "B1", "transformer_id": "T1", "rated_kw": 50.0, "energy_kwh": 100.0,
             "round_trip_efficiency_percent": 80.0, "discharge_above_kva": 169.0}  # fmt: skip
    return AddStorage.model_validate({"kind": "add_storage"} | given | keys)


def managed(**keys) -> ManageCharging:
    given = {"kind": "manage_charging", "transformer_id": "T1", "participation_percent": 50.0}
    return ManageCharging.model_validate(given | keys)


def made(*changes, **keys) -> Scenario:
    dumped = [change.model_dump() for change in changes]
    return Scenario.model_validate({"name": "s", "title_zh": "情景", "title_en": "s", "changes": dumped} | keys)


def with_customers(case, category: str, count: int = 1):
    rows = [
        {"customer_id": f"{name}-{n}", "transformer_id": name, "node_id": f"{name}-LV", "category": category}
        for name in ("T1", "T2")
        for n in range(count)
    ]
    return replace(case, customers=conform(pd.DataFrame(rows), CUSTOMERS))


def with_a_node(case):
    """A low-voltage node N at the end of 100 m from T1's busbar."""
    import pandapower as pp

    net = case.net
    busbar = net.bus.index[net.bus["name"] == "T1-LV"][0]
    node = pp.create_bus(net, 0.4, name="N", geodata=(99.216, 25.101))
    pp.create_line_from_parameters(net, busbar, node, 0.1, 0.25, 0.08, 0.0, 0.25, name="LN")
    return rederived(case, net, case.transformers)


def given_kw(case, storage_id: str = "B1") -> pd.Series:
    row = case.net.sgen[case.net.sgen["name"] == storage_id].iloc[0]
    factor = case.profiles.set_index("timestamp")[f"{STORAGE}{storage_id}"]
    return factor * row["p_mw"] * 1000.0


def reading(case, name: str = "T1", part: str = "p_kw") -> pd.Series:
    return case.measurements[case.measurements["transformer_id"] == name].set_index("timestamp")[part]


def solve(case) -> LoadFlow:
    return LoadFlow(case, WINDOW, levels_percent=(70.0, 80.0), workers=1)


def through_t1(solved):
    """What T1's meter, at its low-voltage side, shows, kW."""
    return solved.transformers.p_lv_kw[list(solved.transformers.index).index(0)]


def checks_of(caught) -> list[str]:
    assert all(issue.sentence_zh and issue.sentence_en for issue in caught.value.issues)
    return [issue.check for issue in caught.value.issues]


def test_dispatch__by_hand():
    """Level 200 kVA, hours, no reactive power; at 80 % every kWh kept is 1.25 kWh drawn."""
    load = np.array([150, 230, 260, 240, 100, 190, 150, np.nan, 130, 150])
    found = dispatch(load, np.zeros(10), 200.0, battery(), 1.0)
    #                      full  over  power  empty  power  room  room  ?  nearly full, full
    assert found.given_kw == pytest.approx([0, 30, 50, 20, -50, -10, -50, 0, -15, 0])
    assert found.stored_kwh == pytest.approx([100, 70, 20, 0, 40, 48, 88, 88, 100, 100])
    after = [150, 200, 210, 220, 150, 200, 200, np.nan, 145, 150]
    np.testing.assert_allclose(load - found.given_kw, after)
    drawn, given = -found.given_kw[found.given_kw < 0].sum(), found.given_kw[found.given_kw > 0].sum()
    assert (drawn, given) == pytest.approx((125.0, 100.0))


def test_dispatch__level_in_kva():
    """150 kvar leave 200 kW of 250 kVA: it gives 20 of 220 kW, and draws 5 beside 195; export leaves all its room."""
    storage = battery(discharge_above_kva=250.0)
    found = dispatch(np.array([220.0, 195.0, -300.0]), np.array([150.0, 150.0, 0.0]), 250.0, storage, 1.0)
    assert found.given_kw == pytest.approx([20.0, -5.0, -20.0])
    assert found.stored_kwh == pytest.approx([80.0, 84.0, 100.0])


def test_dispatch__conserves_energy_and_keeps_every_limit():
    load = np.random.default_rng(3).uniform(0.0, 400.0, 2000)
    found = dispatch(load, np.full(2000, 60.0), 200.0, battery(), 0.25)
    drawn, given = -np.minimum(found.given_kw, 0.0).sum() / 4, np.maximum(found.given_kw, 0.0).sum() / 4
    assert given > 1000.0
    assert 0.8 * drawn - given == pytest.approx(found.stored_kwh[-1] - 100.0)
    assert np.abs(found.given_kw).max() <= 50.0
    assert found.stored_kwh.min() >= 0.0
    assert found.stored_kwh.max() <= 100.0
    charging = found.given_kw < 0
    assert np.hypot(load - found.given_kw, 60.0)[charging].max() <= 200.0 + 1e-9


def test_storage__load_flow_and_rates_show_what_the_meter_would_read():
    """T1's peak, 160 kW + 120 kvar: the level of 169 kVA leaves 119 kW, so the battery gives 41 kW."""
    case = hand_case()
    before = copy.deepcopy(case.net)
    changed = apply_changes(case, [battery()])
    assert given_kw(changed)[PEAK_AT["T1"]] == pytest.approx(41.0)
    assert nets_equal(before, case.net)
    assert not changed.net.sgen["metered"].any()
    pd.testing.assert_frame_equal(changed.measurements, case.measurements)  # it comes on top of what the meter saw
    expected = reading(case) - given_kw(changed).reindex(WINDOW.timestamps)
    solved = solve(changed).solve_year(crosscheck=False)
    np.testing.assert_allclose(through_t1(solved), expected, atol=0.05)
    curves = rated_curves(changed, judge_readings(changed, WINDOW), solved)
    np.testing.assert_allclose(curves.p_kw[curves.transformer_ids.index("T1")], expected)
    assert np.nanmax(curves.s_kva[curves.transformer_ids.index("T1")]) == pytest.approx(169.0)


def test_storage__the_loads_behind_the_meter_stay():
    """What the meter no longer reads is what the battery gives, not what the customers draw less."""
    at = np.array([WINDOW.timestamps.get_loc(PEAK_AT["T1"])])
    flows = [solve(one) for one in (hand_case(), apply_changes(hand_case(), [battery()]))]
    before, after = (flow.net_load(at) for flow in flows)
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_storage__follows_the_reading_as_grown_and_from_its_day_on():
    """10 % growth: T1's peak is 176 kW + 132 kvar; a level of 185.9 kVA leaves 130.9 kW, so the battery gives 45.1."""
    growth = [{"percent_per_year": 10.0}]
    storage = battery(discharge_above_kva=185.9, in_service_on=f"{YEAR0 + 1}-01-01")
    scenario = made(storage, growth=growth, horizon_years=5)
    assert len(future_of(hand_case(), scenario, YEAR0).net.sgen) == 0
    then = future_of(hand_case(), scenario, YEAR0 + 1)
    assert given_kw(then)[PEAK_AT["T1"]] == pytest.approx(45.1)
    assert reading(then)[PEAK_AT["T1"]] == pytest.approx(176.0)
    present = made(storage, growth_percent_per_year={"rural": 10.0}, years=1)
    assert given_kw(apply_scenario(hand_case(), present))[PEAK_AT["T1"]] == pytest.approx(45.1)


def test_storage__follows_what_comes_on_top_and_the_next_one_follows_the_first():
    """20 kW on top of the meter: 180 kW + 120 kvar; 61 kW above the level, 50 by the first and 11 by the second."""
    point = {"load_id": "P", "transformer_id": "T1", "p_kw": 20.0, "power_factor": 1.0}
    scenario = made(battery(), battery(storage_id="B2", node_id="N"), point_loads=[point])
    laid = apply_scenario(with_a_node(hand_case()), scenario)
    assert given_kw(laid)[PEAK_AT["T1"]] == pytest.approx(50.0)
    assert given_kw(laid, "B2")[PEAK_AT["T1"]] == pytest.approx(11.0)


def test_storage__level_in_percent_of_the_new_rating():
    """169 kVA are 33.8 % of 500 kVA."""
    larger = {"kind": "exchange_transformer", "transformer_id": "T1", "rated_kva": 500.0}
    storage = battery(discharge_above_kva=None, discharge_above_percent=33.8).model_dump()
    scenario = Scenario.model_validate({"name": "s", "title_zh": "s", "title_en": "s", "changes": [storage, larger]})
    assert given_kw(apply_changes(hand_case(), scenario.changes))[PEAK_AT["T1"]] == pytest.approx(41.0)


def test_storage__without_a_meter_it_follows_the_modelled_load():
    """200 kW + 100 kvar all the time, level 125 kVA: 125 kW are too much for 50, which last 100 / 50 = 2 hours."""
    case = hand_case()
    case = replace(case, measurements=case.measurements[case.measurements["transformer_id"] == "T2"])
    found = given_kw(apply_changes(case, [battery(discharge_above_kva=125.0)]))
    assert found.iloc[:9].tolist() == pytest.approx([50.0] * 8 + [0.0])
    with pytest.raises(InputError) as caught:
        apply_changes(hand_case(meterless=("T1",)), [battery()])
    assert checks_of(caught) == ["scenario.storage_curve"]


def test_storage__rests_where_a_reading_is_missing():
    case = hand_case()
    gap = case.measurements["timestamp"].eq(PEAK_AT["T1"])
    case = replace(case, measurements=case.measurements.assign(p_kw=case.measurements["p_kw"].mask(gap)))
    assert given_kw(apply_changes(case, [battery()]))[PEAK_AT["T1"]] == 0.0


def test_storage__apparent_power_alone_is_taken_in_phase():
    """200 kVA and nothing else: 31 kVA above the level."""
    case = hand_case()
    table = case.measurements
    table = table.assign(s_kva=np.hypot(table["p_kw"], table["q_kvar"]), p_kw=np.nan, q_kvar=np.nan)
    found = given_kw(apply_changes(replace(case, measurements=table), [battery()]))
    assert found[PEAK_AT["T1"]] == pytest.approx(31.0)


def test_storage__a_matrix_hands_in_the_readings_that_its_case_no_longer_holds():
    case = hand_case()
    scenario = made(battery(discharge_above_kva=185.9), growth=[{"percent_per_year": 10.0}], horizon_years=5)
    staged = stage(replace(case, measurements=case.measurements.iloc[:0]), scenario, YEAR0 + 1)
    laid = lay_future(staged, scenario, YEAR0 + 1, meters=Meters.judged(judge_readings(case, WINDOW)))
    pd.testing.assert_series_equal(given_kw(laid.case), given_kw(future_of(case, scenario, YEAR0 + 1)))
    with pytest.raises(RequestError, match="B1"):
        lay_future(staged, scenario, YEAR0 + 1)


def test_storage__what_is_refused():
    far = battery(storage_id="B2", node_id="T2-LV")
    with pytest.raises(InputError, match="not below 'T1' but supplied by 'T2'") as caught:
        apply_changes(hand_case(), [battery(), far, battery(storage_id="B3"), battery(storage_id="B4", node_id="M1")])
    assert checks_of(caught) == ["scenario.storage_place", "scenario.storage_twice", "scenario.storage_place"]
    with pytest.raises(InputError) as caught:
        apply_changes(hand_case(), [battery(), battery(transformer_id="T9", node_id="n9")])
    assert checks_of(caught) == ["scenario.duplicate_id", "scenario.unknown_id", "scenario.unknown_id"]
    with pytest.raises(InputError) as caught:
        apply_changes(apply_changes(hand_case(), [battery()]), [battery(storage_id="B2")])
    assert checks_of(caught) == ["scenario.storage_twice"]
    for wrong, why in (
        ({"rated_kw": 0}, "greater than 0"),
        ({"energy_kwh": -1}, "greater than 0"),
        ({"energy_kwh": float("inf")}, "finite"),
        ({"discharge_above_percent": 80}, "state either"),
    ):
        with pytest.raises(ValueError, match=why):
            battery(**wrong)


def test_moved_to_valley__by_hand():
    """10 kW from 18 to 22, 2 kW else: half of 40 kWh goes to eight hours, 2.5 kW to each. Half a day stays as it is."""
    curve = np.where((DAY.hour >= 18) & (DAY.hour < 22), 10.0, 2.0)
    curve, times = np.r_[curve, curve[:12]], pd.date_range(DAY[0], periods=36, freq="h")
    found = moved_to_valley(curve, times, managed())
    assert found[:7] == pytest.approx([4.5] * 7)
    assert found[23] == pytest.approx(4.5)
    assert found[18:22] == pytest.approx([5.0] * 4)
    assert found[[7, 17, 22]] == pytest.approx([2.0] * 3)
    assert found[24:] == pytest.approx(curve[24:])
    assert found.sum() == pytest.approx(curve.sum())


def test_managed_charging__readings_follow_and_so_does_the_load_flow():
    """All of T1's customers charge, evenly all day: half of four hours leaves, a quarter more in eight hours comes."""
    case = with_customers(hand_case(), "ev_charging")
    changed = apply_changes(case, [managed()])
    before, after = reading(case), reading(changed)
    hour = before.index.hour
    factor = np.select([(hour >= 18) & (hour < 22), (hour < 7) | (hour == 23)], [0.5, 1.25], 1.0)
    np.testing.assert_allclose(after, before * factor)
    assert after[PEAK_AT["T1"]] == pytest.approx(80.0)
    np.testing.assert_allclose(reading(changed, part="q_kvar"), reading(case, part="q_kvar") * factor)
    np.testing.assert_allclose(reading(changed, "T2"), reading(case, "T2"))
    np.testing.assert_allclose(through_t1(solve(changed).solve_year(crosscheck=False)), after, atol=0.05)
    shape = changed.profiles.set_index("timestamp")["flat (managed T1)"]
    np.testing.assert_allclose(shape.groupby(shape.index.date).sum(), 96.0)
    assert case.net.load.get("profile") is None
    with pytest.raises(InputError, match="managed already"):
        apply_changes(changed, [managed()])


def test_managed_charging__of_adopters_and_from_its_day_on():
    """Every second customer of T1 and T2 charges at home; only T1's chargers leave the evening, from 2028 on."""
    case = with_customers(hand_case(), "residential", 20)
    adoption = [{"device": "ev_home", "share": {"table": {YEAR0: 0, YEAR0 + 1: 50}}}]
    change = managed(participation_percent=100.0, in_service_on=f"{YEAR0 + 2}-01-01")
    scenario = made(change, adoption=adoption, horizon_years=5)
    added = [rows[on_top(rows)] for rows in (future_of(case, scenario, YEAR0 + year).net.load for year in (1, 2))]
    assert set(added[0]["profile"]) == {"device ev_home"}
    assert set(added[1]["profile"]) == {"device ev_home", "device ev_home (managed T1)"}
    table = future_of(case, scenario, YEAR0 + 2).profiles.set_index("timestamp").loc["2025-06-02"]
    assert table["device ev_home (managed T1)"].between_time("18:00", "21:59").max() == pytest.approx(0.0)
    assert table["device ev_home (managed T1)"].sum() == pytest.approx(table["device ev_home"].sum())


def test_managed_charging__a_point_load_on_the_profile_of_those_who_charge():
    case = with_customers(hand_case(), "ev_charging")
    case.net.load["profile"] = "charge"
    flat = pd.DataFrame({"timestamp": case.window.timestamps, "charge": 1.0})
    case = replace(case, profiles=flat, customers=case.customers[case.customers["transformer_id"] == "T2"])
    case.net.load.loc[case.net.load["name"] == "T1-load", "profile"] = None
    point = {"load_id": "P", "transformer_id": "T1", "p_kw": 20.0, "profile": "charge"}
    laid = apply_scenario(case, made(managed(), point_loads=[point]))
    assert laid.net.load.set_index("name")["profile"].to_dict() == {
        "T1-load": None,
        "T2-load": "charge",
        "P": "charge (managed T1)",
    }


def test_managed_charging__a_prospect_at_a_node_and_one_that_has_no_supply():
    case = with_a_node(with_customers(hand_case(), "ev_charging"))
    case.net.load["profile"] = ["flat", "charge"]
    case = replace(
        case,
        profiles=pd.DataFrame({"timestamp": case.window.timestamps, "charge": 1.0, "flat": 1.0}),
        customers=case.customers[case.customers["transformer_id"] == "T2"],
    )
    coming = {"p_kw": 20.0, "profile": "charge", "energise_on": f"{YEAR0 + 1}-01-01"}
    prospects = [{"prospect_id": "q", "node_id": "M1", **coming}, {"prospect_id": "p", "node_id": "N", **coming}]
    scenario = made(managed(), prospects=prospects, horizon_years=5)
    laid = future_of(case, scenario, YEAR0 + 2).net.load.set_index("name")["profile"]
    assert (laid["prospect p"], laid["prospect q"]) == ("charge (managed T1)", "charge")
    with pytest.raises(InputError, match="known to be charging"):
        future_of(case, made(managed(), prospects=prospects[:1], horizon_years=5), YEAR0 + 2)


def test_managed_charging__before_a_storage_follows():
    """The battery sees 80 kW + 60 kvar at T1's peak hour, which is below its level."""
    changed = apply_changes(with_customers(hand_case(), "ev_charging"), [battery(), managed()])
    assert given_kw(changed)[PEAK_AT["T1"]] == 0.0


def test_managed_charging__what_is_refused():
    for case in (hand_case(), with_customers(hand_case(), "residential")):
        with pytest.raises(InputError, match="nothing below it is known to be charging") as caught:
            apply_changes(case, [managed()])
        assert checks_of(caught) == ["scenario.nothing_charges"]
    heating = [{"device": "electric_heating", "share": {"table": {YEAR0: 0, YEAR0 + 1: 50}}}]
    scenario = made(managed(), adoption=heating, horizon_years=5)
    with pytest.raises(InputError, match="known to be charging"):
        future_of(with_customers(hand_case(), "residential", 9), scenario, YEAR0 + 1)
    with pytest.raises(InputError) as caught:
        apply_changes(hand_case(), [managed(), managed(transformer_id="T9"), managed()])
    assert checks_of(caught) == ["scenario.unknown_id", "scenario.managed_twice"]
    for hours in ({"valley_from_hour": 21}, {"peak_to_hour": 18}):
        with pytest.raises(ValueError, match="may not overlap"):
            managed(**hours)
