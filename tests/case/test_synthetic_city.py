"""Synthetic cities: what a plan promises, that parts know nothing of each other, and that a part can be studied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandapower
import pandas as pd
import pytest
from city_cases import SMALL, small_city
from pandapower.toolbox import nets_equal
from shapely.geometry import Point

from capacity.case import equipment
from capacity.case.synthetic.city import CityPlan, ClassMix, Shortages, city_part, city_parts
from capacity.case.synthetic.city.layout import part_radius_km, sites_km
from capacity.case.synthetic.city.weather import window_of
from capacity.case.synthetic.trees import poles_and_boxes
from capacity.errors import InputError
from capacity.study import check, run_study
from capacity.tables.case import Case
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.units import apparent_kva

TABLES = {"substations": SUBSTATIONS, "feeders": FEEDERS, "transformers": TRANSFORMERS, "customers": CUSTOMERS}
NO_SHORTAGES = Shortages(**dict.fromkeys(vars(Shortages()), 0.0))


def assert_same(first: Case, second: Case) -> None:
    assert first.settings == second.settings
    assert nets_equal(first.net, second.net)
    assert first.areas.equals(second.areas)
    for name in (*TABLES, "profiles", "measurements"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def highest_kva(case: Case) -> pd.Series:
    """By transformer: highest apparent power of its loads over the profiles, photovoltaics left out."""
    load = case.net.load
    owner = case.topology.buses["transformer_id"].reindex(load["bus"]).to_numpy()
    factors = case.profiles.set_index("timestamp")[load["profile"].unique()]
    power = {}
    for transformer_id, own in load.groupby(owner):
        p = (factors[own["profile"]].to_numpy() * own["p_mw"].to_numpy()).sum(axis=1)
        q = (factors[own["profile"]].to_numpy() * own["q_mvar"].to_numpy()).sum(axis=1)
        power[transformer_id] = float(apparent_kva(p, q).max()) * 1000.0
    return pd.Series(power)


def test_city_parts__same_plan_same_city_other_seed_another() -> None:
    for first, second in zip(small_city(), city_parts(SMALL), strict=True):
        assert_same(first, second)
    other = city_part(replace(SMALL, seed=8), 0)
    assert not other.profiles.equals(small_city()[0].profiles)
    assert not nets_equal(other.net, small_city()[0].net)


def test_city_part__is_the_same_without_the_parts_before_it() -> None:
    assert_same(city_part(SMALL, 1), small_city()[1])


def test_city_part__numbers_outside_the_city_are_refused() -> None:
    for part in (-1, 2):
        with pytest.raises(IndexError):
            city_part(SMALL, part)


def test_city_parts__ids_and_names_are_unique_over_the_city() -> None:
    for table in ("bus", "line", "trafo", "load", "sgen", "switch", "ext_grid"):
        names = pd.concat([case.net[table]["name"] for case in small_city()])
        assert names.is_unique, table
    for table, columns in {
        "areas": ("area_id", "name"),
        "substations": ("substation_id", "name"),
        "feeders": ("feeder_id", "name"),
        "transformers": ("transformer_id", "name", "system_code"),
        "customers": ("customer_id",),
    }.items():
        for column in columns:
            values = pd.concat([getattr(case, table)[column] for case in small_city()])
            assert values.is_unique, (table, column)


def test_city_parts__are_synthetic_and_say_so() -> None:
    for case in small_city():
        assert case.settings.synthetic
        assert any("合成" in note for note in case.settings.notes)
        assert "synthetic" in case.settings.title_en


@pytest.mark.parametrize("nodes", [3, 4, 6, 11, 40])
def test_city_part__has_exactly_the_nodes_of_its_plan(nodes: int) -> None:
    plan = replace(SMALL, substations=1, nodes=nodes, transformers=5, dedicated_share=0.2)
    case = city_part(plan, 0)
    levels = case.topology.buses["level"].value_counts()
    assert levels["lv"] == plan.feeders * plan.transformers * nodes
    assert len(case.transformers) == plan.feeders * plan.transformers
    assert len(case.feeders) == plan.feeders
    assert (case.transformers["ownership"] == "dedicated").sum() == 2


def test_poles_and_boxes__at_least_one_of_each() -> None:
    for nodes in range(3, 200):
        poles, boxes = poles_and_boxes(nodes)
        assert poles >= 1
        assert boxes >= 1
        assert poles + boxes == nodes - 1


def test_city_part__tables_follow_their_schemas_and_the_network_its_ledger() -> None:
    for case in small_city():
        for name, schema in TABLES.items():
            schema.validate(getattr(case, name), lazy=True)
        islands = case.topology.islands
        assert (islands["loops"] == 0).all()
        assert (islands["sources"] == 1).all()
        assert (case.topology.buses["island"] >= 0).all()
        trafos = case.topology.trafos.set_index("trafo_id")["feeder_id"]
        ledger = case.transformers.set_index("transformer_id")
        assert (trafos.reindex(ledger.index) == ledger["feeder_id"]).all()
        assert set(case.net.load["profile"]) <= set(case.profiles.columns)
        assert set(case.customers["node_id"]) <= set(case.net.bus["name"])
        assert case.profiles["timestamp"].iloc[0] == window_of(SMALL).start
        assert len(case.profiles) == len(window_of(SMALL).timestamps)


def test_city_part__trees_have_mains_branches_and_meter_boxes() -> None:
    case = city_part(replace(SMALL, nodes=60, substations=1, shortages=NO_SHORTAGES), 0)
    names = case.net.bus["name"]
    branches = names[names.str.contains(r"-M\d+P\d+B\d+P\d+$")]
    mains = names[names.str.contains(r"-M\d+P\d+$")]
    boxes = names[names.str.contains(r"S\d+$") & names.str.contains("-M")]
    assert len(branches) > 10
    assert len(mains) > len(branches)
    assert len(boxes) > 0.45 * len(names)
    degree = pd.concat([case.net.line["from_bus"], case.net.line["to_bus"]]).value_counts()
    assert (degree.reindex(boxes.index) == 1).all()


def test_city_part__areas_hold_their_transformers_and_never_overlap() -> None:
    shapes = pd.concat([case.areas.set_index("area_id").geometry for case in small_city()])
    assert shapes.is_valid.all()
    for i, first in enumerate(shapes):
        for second in shapes.iloc[i + 1 :]:
            assert first.intersection(second).area < 1e-12
    for case in small_city():
        buses = case.topology.buses.set_index("bus_id")
        for row in case.transformers.itertuples():
            bus = buses.loc[f"{row.transformer_id}-LV"]
            assert shapes[row.area_id].contains(Point(bus.x, bus.y)), row.transformer_id


def test_sites__circles_of_all_parts_lie_side_by_side() -> None:
    plan = CityPlan(substations=12, feeders=6, transformers=15)
    sites = np.array(sites_km(plan))
    radii = np.array([part_radius_km(plan, part) for part in range(12)])
    gaps = np.hypot(*(sites[:, None] - sites[None, :]).transpose(2, 0, 1)) - radii[:, None] - radii[None, :]
    assert gaps[~np.eye(12, dtype=bool)].min() > -0.02


def test_city_part__loads_reach_the_planned_highest_load() -> None:
    plan = replace(SMALL, substations=1, feeders=4, transformers=12, nodes=20)
    case = city_part(plan, 0)
    ledger = case.transformers.set_index("transformer_id")
    percent = highest_kva(case).reindex(ledger.index) / ledger["rated_kva"] * 100.0
    assert percent.between(15.0, 116.0).all()
    assert percent.between(15.0, 75.0).mean() > 0.75
    assert percent.std() > 5.0


def test_feeder_class__from_the_middle_outwards_in_the_shares_of_the_mix() -> None:
    plan = CityPlan(substations=10, feeders=10, mix=ClassMix(city=0.5, county=0.0, town=0.2, rural=0.3))
    classes = [plan.feeder_class(part, feeder) for part in range(10) for feeder in range(10)]
    assert classes == ["city"] * 50 + ["town"] * 20 + ["rural"] * 30


def test_dedicated_of__share_holds_over_the_city_and_one_transformer_stays_public() -> None:
    plan = CityPlan(substations=5, feeders=4, transformers=7, dedicated_share=0.1)
    assert sum(plan.dedicated_of(part, k) for part in range(5) for k in range(4)) == 14
    full = replace(plan, dedicated_share=1.0)
    assert all(full.dedicated_of(part, k) == 6 for part in range(5) for k in range(4))
    assert len(city_part(replace(full, substations=1, feeders=2, nodes=6, months=1), 0).transformers) == 14


def test_shortages__weak_substations_are_loaded_between_80_and_100_percent() -> None:
    for share, low, high in ((1.0, 78.0, 100.5), (0.0, 0.0, 71.0)):
        plan = replace(SMALL, transformers=8, shortages=replace(NO_SHORTAGES, weak_substations=share))
        case = city_part(plan, 0)
        factors = case.profiles.set_index("timestamp")[case.net.load["profile"]].to_numpy()
        p, q = factors @ case.net.load["p_mw"].to_numpy(), factors @ case.net.load["q_mvar"].to_numpy()
        percent = apparent_kva(p, q).max() * 1000.0 / case.substations["rated_kva"].iloc[0] * 100.0
        assert low <= percent <= high
    plan = CityPlan(substations=50, shortages=Shortages(weak_substations=0.08))
    assert sum(plan.is_weak_substation(part) for part in range(50)) == 4


def test_shortages__full_areas_leave_less_than_the_pre_control_room() -> None:
    plan = replace(SMALL, substations=1, mix=ClassMix(city=1.0, county=0.0, town=0.0, rural=0.0), transformers=9)
    rooms = {}
    for share in (0.0, 1.0):
        case = city_part(replace(plan, shortages=replace(NO_SHORTAGES, full_areas=share)), 0)
        ledger = case.transformers[case.transformers["ownership"] == "public"].set_index("transformer_id")
        room = (0.8 * ledger["rated_kva"] - highest_kva(case).reindex(ledger.index)).clip(lower=0.0)
        rooms[share] = room.groupby(ledger["area_id"]).sum()
    assert rooms[1.0].median() < 160.0 < rooms[0.0].median()


def test_city_part__with_meters_reads_every_transformer() -> None:
    plan = replace(SMALL, substations=1, meters=True)
    case = city_part(plan, 0)
    MEASUREMENTS.validate(case.measurements, lazy=True)
    assert set(case.measurements["transformer_id"]) == set(case.transformers["transformer_id"])
    assert case.transformers["meter_side"].notna().all()
    s_kva = apparent_kva(case.measurements["p_kw"].to_numpy(), case.measurements["q_kvar"].to_numpy())
    highest = pd.Series(s_kva).groupby(case.measurements["transformer_id"].to_numpy()).max()
    ledger = case.transformers.set_index("transformer_id")["rated_kva"]
    assert (highest / ledger * 100.0).between(15.0, 116.0).all()
    assert [i for i in check(case, window_of(plan)) if i.severity == "error"] == []


def test_check__finds_nothing_wrong_with_any_part() -> None:
    for case in small_city():
        assert [issue for issue in check(case, window_of(SMALL)) if issue.severity != "info"] == []


def test_run_study__solves_a_part_and_settles_every_area() -> None:
    case = small_city()[0]
    end = window_of(SMALL).end
    run = run_study(case, window=replace(window_of(SMALL), start=end - pd.Timedelta(days=3)), workers=1)
    assert run.manifest.steps_failed == 0
    assert run.manifest.crosscheck_passed
    assert run.manifest.synthetic
    assert set(run.areas["status"]) <= {"open", "pre_control", "blocked"}
    assert len(run.transformers) == 6
    assert run.transformers["max_loading_percent"].between(3.0, 120.0).all()


def test_city_plan__every_impossible_value_is_named_at_once() -> None:
    with pytest.raises(InputError) as refused:
        CityPlan(substations=0, nodes=2, months=13, pv_share=1.5, mix=ClassMix(0.0, 0.0, 0.0, 0.0))
    assert {issue.column for issue in refused.value.issues} == {"substations", "nodes", "months", "pv_share", "mix"}
    assert all(issue.sentence_zh for issue in refused.value.issues)


def test_add_transformers__gives_the_table_that_single_ones_give() -> None:
    def bare() -> pandapower.pandapowerNet:
        net = pandapower.create_empty_network()
        pandapower.create_buses(net, 6, 10.0)
        return net

    singly, together = bare(), bare()
    rows = [(0, 3, "S11", 400.0, "T0", 0), (1, 4, "S13", 630.0, "T1", 1), (2, 5, "S11", 400.0, "T2", -1)]
    for row in rows:
        equipment.add_transformer(singly, *row)
    equipment.add_transformers(together, *zip(*rows, strict=True))
    pd.testing.assert_frame_equal(together.trafo, singly.trafo)
    assert together.std_types["trafo"] == singly.std_types["trafo"]
