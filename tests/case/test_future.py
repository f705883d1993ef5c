"""Futures: growth redone by hand, draws that nest, loads that move with their readings, everything unknown told."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hand_case import PEAK, PEAK_AT, hand_case
from pandapower.toolbox import nets_equal

from capacity.case import apply_changes, apply_scenario, derive_topology, future_of, load_scenario, what_was_drawn
from capacity.case.scenarios.drawing import CENTRAL
from capacity.case.scenarios.shapes import controlled, device_library
from capacity.case.scenarios.template import template_text
from capacity.errors import InputError, RequestError
from capacity.tables._schema import conform
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.network_change import AddLine, ExchangeTransformer, MoveLoad, SetTap
from capacity.tables.scenario import Control, Curve, Range, Scenario

YEAR0 = 2026
DAY = pd.date_range("2026-01-05", periods=96, freq="15min")


def made(**keys) -> Scenario:
    return Scenario.model_validate({"name": "s", "title_zh": "情景", "title_en": "s", "horizon_years": 10} | keys)


def with_customers(count: int = 40):
    """The hand case with residents at both busbars, and one workshop at T2."""
    rows = [
        {"customer_id": f"c{n}", "transformer_id": f"T{1 + n % 2}", "node_id": f"T{1 + n % 2}-LV", "contract_kva": 8.0,
         "category": "residential"}
        for n in range(count)
    ] + [{"customer_id": "w", "transformer_id": "T2", "node_id": "T2-LV", "contract_kva": 8.0 * count / 2,
          "category": "industrial"}]  # fmt: skip
    return replace(hand_case(), customers=conform(pd.DataFrame(rows), CUSTOMERS))


def peak_kw(case, name: str) -> float:
    mine = case.measurements[case.measurements["transformer_id"] == name].set_index("timestamp")
    return float(mine.at[PEAK_AT[name], "p_kw"])


EV = [{"device": "ev_home", "share": {"table": {2026: 10, 2036: 60}}}]


def test_growth__by_hand():
    case = hand_case()
    grown = future_of(case, made(growth=[{"area_class": "rural", "percent_per_year": 3.0}]), YEAR0 + 2)
    assert peak_kw(grown, "T1") == pytest.approx(160.0 * 1.03**2)
    assert grown.net.load["p_mw"].to_numpy() == pytest.approx(case.net.load["p_mw"].to_numpy() * 1.0609)
    assert peak_kw(case, "T1") == PEAK["T1"][0]


def test_growth__of_categories_by_contract_power():
    """T2: residents and workshop have half of the contract power each: (1.10² + 1.00) / 2 = 1.105."""
    scenario = made(growth=[{"category": "residential", "percent_per_year": 10.0}])
    grown = future_of(with_customers(), scenario, YEAR0 + 2)
    assert peak_kw(grown, "T1") == pytest.approx(160.0 * 1.21)
    assert peak_kw(grown, "T2") == pytest.approx(169.6 * 1.105)


def test_growth__pathway_and_draws():
    growth = [{"percent_per_year": {"low": 0.0, "mid": 1.0, "high": 4.0}}]
    case = hand_case()
    of = {
        key: peak_kw(future_of(case, made(growth=growth, pathway=key), YEAR0 + 1), "T1") / 160.0
        for key in ("low", "high")
    }
    assert of == pytest.approx({"low": 1.0, "high": 1.04})
    drawn = made(growth=growth, pathway="drawn")
    rates = [what_was_drawn(case, drawn, YEAR0 + 1, draw)["percent"].iloc[0] for draw in range(6)]
    assert rates[CENTRAL] == 1.0
    assert len(set(rates)) == 6
    assert all(0.0 <= rate <= 4.0 for rate in rates)
    later = [what_was_drawn(case, drawn, YEAR0 + 9, draw)["percent"].iloc[0] for draw in range(6)]
    assert later == rates


def test_growth__leaves_what_a_generator_feeds_in():
    """160 kW net with 20 kW of PV below: 180 kW of load; ten percent more are 198, less 20 are 178 kW."""
    import pandapower as pp

    case = hand_case()
    pp.create_sgen(case.net, int(case.net.load["bus"].iloc[0]), 0.020, name="pv")
    grown = future_of(case, made(growth=[{"percent_per_year": 10.0}]), YEAR0 + 1)
    assert peak_kw(grown, "T1") == pytest.approx(178.0)
    assert peak_kw(grown, "T2") == pytest.approx(169.6 * 1.1)


def test_triangular__quantiles():
    one = Range(low=0.0, mid=1.0, high=4.0)
    assert one.at("drawn", 0.0) == 0.0
    assert one.at("drawn", 0.25) == pytest.approx(1.0)  # a quarter of the area lies below the mode
    assert one.at("drawn", 1.0) == 4.0


def test_curve__logistic_and_table():
    logistic = Curve.model_validate({"ceiling_percent": 40, "midpoint_year": 2030, "steepness_per_year": 0.5})
    assert logistic.share_percent(2030, "mid") == pytest.approx(20.0)
    assert logistic.share_percent(2032, "mid") == pytest.approx(40.0 / (1.0 + np.exp(-1.0)))
    table = Curve.model_validate({"table": {2026: 10, 2036: {"low": 20, "mid": 30, "high": 50}}})
    assert [table.share_percent(year, "mid") for year in (2020, 2026, 2031, 2040)] == [10.0, 10.0, 20.0, 30.0]
    assert table.share_percent(2031, "high") == 30.0


def test_adoption__how_many_and_how_much():
    """41 customers, 40 residents; by 2031 the share is 35 %, 25 % more than today: 10 adopters."""
    case = with_customers()
    drawn = what_was_drawn(case, made(adoption=EV), 2031, 3)
    cars = drawn[drawn["units"].notna()]
    device = device_library()["ev_home"]
    assert cars["units"].sum() == 10
    assert cars["p_kw"].sum() == pytest.approx(10 * device.kw_per_unit * device.simultaneity)
    laid = future_of(case, made(adoption=EV), 2031, 3)
    added = laid.net.load[laid.net.load["metered"].eq(False)]
    assert added["p_mw"].sum() * 1000.0 == pytest.approx(cars["p_kw"].sum())
    assert laid.profiles[added["profile"].iloc[0]].max() <= 1.0
    assert peak_kw(laid, "T1") == PEAK["T1"][0]  # the meter has not seen them: they come on top


def test_adoption__same_seed_same_case_and_other_draws_differ():
    case = with_customers()
    one, again, other = (what_was_drawn(case, made(adoption=EV), 2031, draw, 7) for draw in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    per_node = [frame.dropna(subset=["units"]).set_index("node_id")["units"] for frame in (one, other)]
    differs = [what_was_drawn(case, made(adoption=EV), 2031, draw, 7) for draw in range(2, 9)]
    assert any(not frame.equals(one) for frame in differs)
    assert per_node[0].sum() == per_node[1].sum()
    assert nets_equal(
        future_of(case, made(adoption=EV), 2031, 1, 7).net, future_of(case, made(adoption=EV), 2031, 1, 7).net
    )


@pytest.mark.parametrize("draw", [0, 1, 5])
def test_adoption__nested_over_years(draw):
    case = with_customers()
    before: dict[str, float] = {}
    for year in range(2026, 2037):
        drawn = what_was_drawn(case, made(adoption=EV), year, draw)
        now = drawn.dropna(subset=["units"]).set_index("node_id")["units"].to_dict()
        assert all(now.get(node, 0.0) >= units for node, units in before.items())
        before = now
    assert sum(before.values()) == 20  # 50 % of 40


def test_prospects__by_date_and_probability():
    prospect = {"prospect_id": "mill", "transformer_id": "T1", "p_kw": 50, "energise_on": "2028-06-01"}
    case = hand_case()
    there = [
        "mill" in set(what_was_drawn(case, made(prospects=[prospect | {"probability_percent": 60}]), year)["what"])
        for year in (2027, 2028, 2029, 2030)
    ]
    assert there == [False, False, True, True]  # the year 2028 ends on 3 January 2028
    scenario = made(prospects=[prospect | {"probability_percent": 30}])
    came = [
        {year: "mill" in set(what_was_drawn(case, scenario, year, draw)["what"]) for year in (2029, 2033)}
        for draw in range(60)
    ]
    assert not came[CENTRAL][2029]
    assert all(one[2029] == one[2033] for one in came)
    assert 6 <= sum(one[2029] for one in came) <= 30


def test_accepted_applications__become_load():
    from hand_case import application

    rows = pd.DataFrame([application("a", "T1", 30.0), application("b", "T2", 20.0, status="received")])
    case = hand_case(applications=rows)
    later = future_of(case, made(growth=[{"percent_per_year": 0.0}]), YEAR0 + 1)
    assert later.applications["application_id"].tolist() == ["b"]
    assert later.net.load.set_index("name").loc["application a", "p_mw"] == pytest.approx(0.03)
    now = future_of(case, made(growth=[{"percent_per_year": 0.0}]), YEAR0)
    assert len(now.applications) == 2


def test_control__moves_and_caps_but_keeps_the_energy():
    curve = np.where((DAY.hour >= 18) & (DAY.hour < 22), 1.0, 0.1)
    control = Control(
        device="ev_home", from_year=2028, participation_percent=Range(low=0, mid=50, high=100), shift_hours=4
    )
    moved = controlled(curve, DAY, control, 1.0)
    assert moved[DAY.hour == 18].max() == pytest.approx(0.1)
    assert moved[DAY.hour == 23].min() == pytest.approx(1.0)
    assert controlled(curve, DAY, control, 0.5)[DAY.hour == 18].max() == pytest.approx(0.55)
    capped = controlled(curve, DAY, control.model_copy(update={"shift_hours": 0.0, "cap_percent": 50.0}), 1.0)
    assert capped.max() == pytest.approx(0.5)
    for one in (moved, capped):
        assert one.sum() == pytest.approx(curve.sum())


def test_move_load__readings_go_with_it():
    """A quarter of T1's load moves to T2: 160 − 40 = 120 kW; T2 gains what T1's meter saw of it at each step."""
    case = hand_case()
    change = MoveLoad(kind="move_load", from_transformer_id="T1", to_transformer_id="T2", share_percent=25.0)
    moved = apply_changes(case, [change])
    assert peak_kw(moved, "T1") == pytest.approx(120.0)
    before = case.measurements.pivot(index="timestamp", columns="transformer_id", values="p_kw")
    after = moved.measurements.pivot(index="timestamp", columns="transformer_id", values="p_kw")
    np.testing.assert_allclose(after["T2"], before["T2"] + 0.25 * before["T1"])
    np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1))
    assert peak_kw(case, "T1") == 160.0


def test_add_transformer__empties_another_alike_with_and_without_growth():
    """All that T2 supplies hangs behind N1: T9 takes it over, T2 reads 0, and 60 % growth makes 1.6 times as much."""
    import pandapower as pp

    case = hand_case()
    net, split = case.net, len(case.net.bus)
    t2 = net.bus.index[net.bus["name"] == "T2-LV"][0]
    pp.create_line_from_parameters(net, t2, pp.create_bus(net, 0.4, name="N1"), 0.6, 0.45, 0.08, 0.0, 0.35, name="LL")
    net.load.loc[net.load["bus"] == t2, "bus"] = split
    case = replace(case, topology=derive_topology(net, case.settings, case.substations, case.feeders))
    change = {"kind": "add_transformer", "transformer_id": "T9", "node_id": "N1", "mv_node_id": "M2",
              "mv_length_m": 100, "mv_line_type": "JKLYJ-10-70", "rated_kva": 315, "open_line_ids": ["LL"]}  # fmt: skip
    scenario = made(changes=[change | {"in_service_on": "2027-01-01"}])
    changed = apply_changes(case, scenario.changes)
    still = future_of(
        case, scenario.model_copy(update={"growth": made(growth=[{"percent_per_year": 0.0}]).growth}), 2027
    )
    grown = future_of(
        case, scenario.model_copy(update={"growth": made(growth=[{"percent_per_year": 60.0}]).growth}), 2027
    )
    for table in ("load", "line", "trafo"):
        pd.testing.assert_frame_equal(still.net[table], changed.net[table])
    pd.testing.assert_frame_equal(still.measurements, changed.measurements)
    assert peak_kw(changed, "T2") == peak_kw(grown, "T2") == 0.0
    mean_kw = case.measurements.groupby("transformer_id")["p_kw"].mean()["T2"]  # what T2's meter saw stands behind T9
    assert changed.net.load["p_mw"].tolist() == pytest.approx([0.2, mean_kw / 1000.0])
    assert grown.net.load["p_mw"].tolist() == pytest.approx([0.2 * 1.6, mean_kw / 1000.0 * 1.6])


def test_move_load__onto_a_transformer_without_a_model_keeps_what_that_reads():
    """Nothing is modelled below T2, which reads 169.6 kW at its peak: it reads that and a quarter of T1's load."""
    case = hand_case()
    case.net.load.drop(index=case.net.load.index[case.net.load["name"] == "T2-load"], inplace=True)
    change = MoveLoad(kind="move_load", from_transformer_id="T1", to_transformer_id="T2", share_percent=25.0)
    before = case.measurements.pivot(index="timestamp", columns="transformer_id", values="p_kw")
    for moved in (apply_changes(case, [change]), future_of(case, made(changes=[change]), 2027)):
        after = moved.measurements.pivot(index="timestamp", columns="transformer_id", values="p_kw")
        np.testing.assert_allclose(after["T2"], before["T2"] + 0.25 * before["T1"])


def test_changes__each_does_what_it_says():
    case = hand_case()
    before = copy.deepcopy(case.net)
    changes = [
        ExchangeTransformer(kind="exchange_transformer", transformer_id="T1", std_type="S20-M-630", rated_kva=630),
        AddLine(kind="add_line", line_id="TIE", from_node_id="BB", to_node_id="M2", length_m=900,
                line_type="JKLYJ-10-120", closed=False),
    ]  # fmt: skip
    changed = apply_changes(case, changes)
    assert changed.transformers.set_index("transformer_id")["rated_kva"].to_dict() == {"T1": 630.0, "T2": 315.0}
    assert changed.net.line.set_index("name").loc["TIE", "length_km"] == pytest.approx(0.9)
    assert not changed.net.switch.set_index("name").loc["SW-TIE", "closed"]
    assert changed.topology.islands["loops"].sum() == 0
    assert nets_equal(before, case.net)


def test_changes__a_loop_and_a_dead_node_are_refused():
    with pytest.raises(InputError) as caught:
        apply_changes(
            hand_case(),
            [
                AddLine(
                    kind="add_line",
                    line_id="X",
                    from_node_id="BB",
                    to_node_id="M2",
                    length_m=1,
                    line_type="JKLYJ-10-120",
                )
            ],
        )
    assert [issue.check for issue in caught.value.issues] == ["scenario.loop"]
    scenario = made(changes=[{"kind": "retire", "line_id": "L2", "in_service_on": "2028-01-01"}])
    assert len(future_of(hand_case(), scenario, 2027).measurements)
    with pytest.raises(InputError) as caught:
        future_of(hand_case(), scenario, 2029)
    assert [issue.check for issue in caught.value.issues] == ["scenario.unsupplied"]
    assert caught.value.issues[0].ids == ("T2-LV",)


def test_additional_transformer__takes_over_behind_the_split(folder, draw):
    import pandapower as pp

    from capacity.case import load_case

    net = draw("S! S-A A-B A>T1 t1-n1 n1-n2")
    (folder / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    (folder / "transformers.csv").write_text(
        "transformer_id,area_id,ownership,rated_kva\nT1,N1,public,400\n", encoding="utf-8"
    )
    for name in ("measurements.parquet", "daily_maxima.parquet"):
        (folder / name).unlink(missing_ok=True)
    case = load_case(folder)
    line = case.net.line["name"][case.net.line["to_bus"] == case.net.bus.index[case.net.bus["name"] == "n2"][0]].iloc[0]
    change = {"kind": "add_transformer", "transformer_id": "T9", "node_id": "n2", "mv_node_id": "B", "mv_length_m": 200,
              "mv_line_type": "JKLYJ-10-70", "rated_kva": 200, "open_line_ids": [line]}  # fmt: skip
    changed = apply_scenario(
        case, Scenario.model_validate({"name": "s", "title_zh": "s", "title_en": "s", "changes": [change]})
    )
    assert changed.topology.buses.set_index("bus_id").loc["n2", "transformer_id"] == "T9"
    assert changed.transformers.set_index("transformer_id").loc["T9", "area_id"] == "N1"


def test_unknown__all_told_at_once():
    scenario = made(
        adoption=[{"device": "zeppelin", "share": {"table": {2030: 5}}}],
        control=[{"profile": "moonlight", "from_year": 2027, "participation_percent": 10}],
        prospects=[{"prospect_id": "p", "node_id": "nowhere", "p_kw": 5, "energise_on": "2027-01-01"},
                   {"prospect_id": "q", "p_kw": 5, "energise_on": "2027-01-01"}],
        changes=[
            {"kind": "set_tap", "transformer_id": "T7", "tap_position": 1},
            {"kind": "set_tap", "transformer_id": "T1", "tap_position": 1},
            {"kind": "exchange_conductor", "line_ids": ["L1", "L9"], "line_type": "ROPE-7"},
            {"kind": "set_switch", "switch_id": "Q9", "closed": True},
            {"kind": "move_load", "node_ids": ["n77"], "to_transformer_id": "T1"},
        ],
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        apply_scenario(hand_case(), scenario)
    told = " ".join(issue.sentence_en for issue in caught.value.issues)
    for word in ("zeppelin", "moonlight", "nowhere", "'q'", "T7", "no taps", "L9", "ROPE-7", "Q9", "n77"):
        assert word in told
    assert all(issue.sentence_zh for issue in caught.value.issues)


def test_file__faults_in_both_languages(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "name: s\ntitle_zh: 甲\ntitle_en: a\ngrowth:\n- percent_per_year: {low: 3, mid: 2, high: 4}\n"
        "- {percent_per_year: 2, mark: official, area_class: rural}\nhorizon_years: lots\n"
        "changes:\n- {kind: explode}\n- {kind: set_tap, transformer_id: T1, tap_position: 1.5}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    zh = " ".join(issue.sentence_zh for issue in caught.value.issues)
    en = " ".join(issue.sentence_en for issue in caught.value.issues)
    assert len(caught.value.issues) == 5
    for word in ("low ≤ mid ≤ high", "来源", "须为整数", "kind 只能取"):
        assert word in zh
    assert "needs its source" in en


def test_scenario__a_future_needs_a_horizon_and_years_after_the_case():
    with pytest.raises(ValueError, match="horizon_years"):
        made(horizon_years=0, growth=[{"percent_per_year": 1}])
    with pytest.raises(RequestError, match="lies before 2026"):
        future_of(hand_case(), made(growth=[{"percent_per_year": 1}]), 2025)


def test_apply_scenario__lays_the_future_that_is_meant():
    scenario = made(growth=[{"percent_per_year": 10.0}], horizon_years=3)
    assert peak_kw(apply_scenario(hand_case(), scenario), "T1") == pytest.approx(160.0 * 1.331)
    assert peak_kw(apply_scenario(hand_case(), scenario.at(2027)), "T1") == pytest.approx(176.0)


def test_set_tap__is_checked_against_the_range(folder):
    change = SetTap(kind="set_tap", transformer_id="T1", tap_position=1, in_service_on=dt.date(2028, 1, 1))
    case = apply_changes(
        hand_case(),
        [ExchangeTransformer(kind="exchange_transformer", transformer_id="T1", std_type="S20-M-400", rated_kva=400)],
    )
    assert apply_changes(case, [change]).net.trafo.set_index("name").loc["T1", "tap_pos"] == 1
    with pytest.raises(InputError, match="taps -2 to 2"):
        apply_changes(case, [change.model_copy(update={"tap_position": 5})])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_template__is_a_valid_scenario(tmp_path, language):
    path = tmp_path / "mine.yaml"
    path.write_text(template_text(language, "mine"), encoding="utf-8")
    assert load_scenario(path).name == "mine"
    assert len(future_of(with_customers(), load_scenario(path), 2030).measurements)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_template__what_is_commented_out_is_valid_too(tmp_path, language):
    shown, within = [], False
    for line in template_text(language, "mine").splitlines():
        within = line.startswith(("# devices:", "# prospects:", "# changes:", "# policy:")) or (
            within and line[:4] == "#   "
        )
        shown.append(line[2:] if within else line)
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join(shown), encoding="utf-8")
    scenario = load_scenario(path)
    assert {change.kind for change in scenario.changes} >= {"add_transformer", "move_load", "set_tap", "retire"}
    assert scenario.policy.choices == {"transformer_limit_percent": 70.0}
