"""A scenario changes what it says, in a copy; what the case does not know is refused by name."""

import copy

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from pandapower.toolbox import nets_equal

from capacity.case import apply_scenario, load_case, load_scenario
from capacity.errors import InputError
from capacity.tables.scenario import Scenario

TEXT = """\
name: growth
title_zh: 增长
title_en: Growth
years: 3
growth_percent_per_year: {town: 5, rural: 2}
point_loads:
  - {load_id: charger, transformer_id: T1, p_kw: 120, power_factor: 0.9, profile: home}
  - {load_id: mill, node_id: B, p_kw: 300}
transformers:
  - {transformer_id: T2, rated_kva: 800}
"""


def made(**changes):
    return Scenario.model_validate({"name": "s", "title_zh": "情景", "title_en": "scenario"} | changes)


@pytest.fixture
def case(folder):
    return load_case(folder)


def file_issues(tmp_path, text):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return caught.value.issues


def case_issues(case, **changes):
    with pytest.raises(InputError) as caught:
        apply_scenario(case, made(**changes))
    return caught.value.issues


def test_load_scenario__read(tmp_path):
    (tmp_path / "growth.yaml").write_text(TEXT, encoding="utf-8")
    scenario = load_scenario(tmp_path / "growth.yaml")
    assert scenario.growth_percent_per_year == {"town": 5.0, "rural": 2.0}
    assert [point.load_id for point in scenario.point_loads] == ["charger", "mill"]


def test_load_scenario__every_wrong_field_at_once(tmp_path):
    text = TEXT.replace("name: growth", "name: Growth!").replace("p_kw: 120", "p_kw: -1").replace("town: 5", "moon: 5")
    issues = file_issues(tmp_path, text + "extra: 1\n")
    assert {issue.column for issue in issues} >= {"name", "point_loads.0.p_kw", "extra"}
    assert any("moon" in issue.column for issue in issues)
    assert all(issue.sentence_zh for issue in issues)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a: [", "no valid YAML"), ("- 1", "holds no fields"), ("", "holds no fields")],
)
def test_load_scenario__no_scenario_at_all(tmp_path, text, sentence):
    assert sentence in file_issues(tmp_path, text)[0].sentence_en


def test_load_scenario__doubled_ids(tmp_path):
    issues = file_issues(tmp_path, TEXT.replace("load_id: mill", "load_id: charger"))
    assert "'charger' more than once" in issues[0].sentence_en


def test_growth__loads_and_readings_of_public_transformers(case):
    grown = apply_scenario(case, made(years=2, growth_percent_per_year={"town": 10.0}))

    assert grown.net.load["p_mw"].to_numpy() == pytest.approx(case.net.load["p_mw"].to_numpy() * 1.21)
    assert grown.net.load["q_mvar"].to_numpy() == pytest.approx(case.net.load["q_mvar"].to_numpy() * 1.21)
    assert grown.measurements["p_kw"].to_numpy() == pytest.approx(30.0 * 1.21)
    assert grown.measurements["i_a_a"].isna().all()
    assert case.measurements["p_kw"].eq(30.0).all()


def test_growth_of_another_class__nothing_changes(case):
    same = apply_scenario(case, made(years=2, growth_percent_per_year={"city": 10.0}))
    assert nets_equal(same.net, case.net)
    assert same.measurements["p_kw"].eq(30.0).all()


def test_case__never_touched(case):
    before = copy.deepcopy(case.net)
    tables = case.transformers.copy(), case.measurements.copy()
    apply_scenario(
        case,
        made(
            years=1,
            growth_percent_per_year={"town": 50.0},
            point_loads=[{"load_id": "x", "transformer_id": "T1", "p_kw": 10}],
            transformers=[{"transformer_id": "T1", "rated_kva": 1000}],
        ),
    )
    assert nets_equal(before, case.net)
    pd.testing.assert_frame_equal(tables[0], case.transformers)
    pd.testing.assert_frame_equal(tables[1], case.measurements)


def test_point_loads__on_top_of_what_is_metered(case):
    points = [
        {"load_id": "charger", "transformer_id": "T1", "p_kw": 120, "power_factor": 0.9, "profile": "home"},
        {"load_id": "mill", "node_id": "n2", "p_kw": 30},
    ]
    load = apply_scenario(case, made(point_loads=points)).net.load.set_index("name")

    assert load.loc["charger", "p_mw"] == pytest.approx(0.12)
    assert load.loc["charger", "q_mvar"] == pytest.approx(0.12 * np.tan(np.arccos(0.9)))
    assert load.loc["charger", "bus"] == case.net.trafo.set_index("name").lv_bus["T1"]
    assert load.loc["charger", "profile"] == "home"
    assert load.loc["mill", "profile"] is None
    assert load["metered"].to_dict() == {"L1": True, "L2": True, "charger": False, "mill": False}


def test_switches__topology_and_feeders_follow(folder, draw):
    net = draw("S! S-A A-B S-C A>T1 B>T2 C>T3 t1-n1 B/C")
    pp.create_switch(net, int(net.bus.index[net.bus.name == "A"][0]), 1, "l", closed=True, name="at A")
    (folder / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    case = load_case(folder)
    assert case.transformers["feeder_id"].tolist() == ["S-A", "S-A", "S-C"]

    switches = [{"switch_id": "at A", "closed": False}, {"switch_id": "open B/C", "closed": True}]
    moved = apply_scenario(case, made(switches=switches))
    assert moved.transformers["feeder_id"].tolist() == ["S-A", "S-C", "S-C"]
    assert moved.topology.buses.set_index("bus_id")["feeder_id"]["t2"] == "S-C"
    assert case.topology.buses.set_index("bus_id")["feeder_id"]["t2"] == "S-A"


def test_transformer_exchange__losses_follow_percent_impedance_stays(case):
    old = case.net.trafo.set_index("name").loc["T2"]
    changed = apply_scenario(case, made(transformers=[{"transformer_id": "T2", "rated_kva": 800}]))
    new = changed.net.trafo.set_index("name").loc["T2"]
    assert new["sn_mva"] == pytest.approx(0.8)
    assert new["pfe_kw"] == pytest.approx(2 * old["pfe_kw"])
    assert new[["vk_percent", "vkr_percent", "i0_percent"]].equals(old[["vk_percent", "vkr_percent", "i0_percent"]])
    assert changed.transformers["rated_kva"].tolist() == [400.0, 800.0, 630.0]


def test_transformer_by_type_and_out_of_service(case):
    changes = [
        {"transformer_id": "T2", "std_type": "0.63 MVA 10/0.4 kV"},
        {"transformer_id": "T1", "in_service": False},
    ]
    changed = apply_scenario(case, made(transformers=changes))
    assert changed.transformers["rated_kva"].tolist() == [400.0, 630.0, 630.0]
    assert changed.topology.trafos.set_index("trafo_id")["live"].to_dict() == {"T1": False, "T2": True, "T3": True}
    assert changed.topology.buses.set_index("bus_id")["island"]["n2"] == -1


def test_substation_transformer__rating_of_the_substation_follows(folder, draw):
    net = draw("H! H:S S-A A-B S-C A>T1 B>T2 C>T3")
    (folder / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    text = "substation_id,name,busbar_id,rated_kva\nS,城北变,S,24000\n"
    (folder / "substations.csv").write_text(text, encoding="utf-8")
    changed = apply_scenario(load_case(folder), made(transformers=[{"transformer_id": "H:S", "rated_kva": 40_000}]))
    assert changed.substations["rated_kva"].tolist() == [24_000.0 + 15_000.0]


def test_unknown_ids__each_named(case):
    issues = case_issues(
        case,
        point_loads=[
            {"load_id": "L1", "transformer_id": "T77", "p_kw": 1},
            {"load_id": "p", "node_id": "nowhere", "p_kw": 1, "profile": "none"},
            {"load_id": "q", "p_kw": 1},
        ],
        switches=[{"switch_id": "Q9", "closed": True}],
        transformers=[{"transformer_id": "T88", "std_type": "S99"}],
    )
    sentences = " ".join(issue.sentence_en for issue in issues)
    for word in ("'T77'", "'nowhere'", "'none'", "'q'", "'Q9'", "'T88'", "'S99'", "'L1'"):
        assert word in sentences
    assert len(issues) == 8


def test_ambiguous_id__refused(case):
    case.net.bus["name"] = "same"
    issues = case_issues(case, point_loads=[{"load_id": "p", "node_id": "same", "p_kw": 1}])
    assert issues[0].check == "scenario.ambiguous_id"
