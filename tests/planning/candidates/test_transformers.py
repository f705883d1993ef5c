"""Larger and additional transformers, taps, storage, managed charging: sizes worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from capacity.case import apply_changes
from capacity.planning.candidates.additional_transformer import additional_transformer
from capacity.planning.candidates.larger_transformer import larger_transformer
from capacity.planning.candidates.managed_charging import managed_charging
from capacity.planning.candidates.storage import storage
from capacity.planning.candidates.tap_change import tap_change
from capacity.tables.network_change import AddLine, AddStorage, AddTransformer
from tests.planning.candidates.small import areas, ground, market, need, nodes, small_case, transformers


def ids(measures: list) -> list[str]:
    return [one.measure_id for one in measures]


def test_larger_transformer__next_two_ratings_below_p4() -> None:
    """80 kVA: 125 kVA takes it at 64 %, 160 kVA at 50 %."""
    found = larger_transformer(ground(need("P4", "T1", 80.0)))
    assert ids(found) == ["F1-LT-T1-125", "F1-LT-T1-160"]
    assert found[0].note.en.endswith("goes from 80 % to about 64 %")
    assert found[0].cost_yuan == 1000.0 + 10.0 * 125.0
    assert found[0].released_kva is None


def test_larger_transformer__exactly_70_percent_is_not_below_p4() -> None:
    """87.5 kVA is 70 % of 125 kVA, where P4 fires: 160 kVA it is; for P6, 80 % of 125 kVA is enough."""
    at_70 = larger_transformer(ground(need("P4", "T1", 87.5), t=transformers(87.5)))
    assert ids(at_70) == ["F1-LT-T1-160", "F1-LT-T1-200"]
    at_80 = larger_transformer(ground(need("P6", "T1", 100.0), t=transformers(80.0)))
    assert ids(at_80)[0] == "F1-LT-T1-125"


def test_larger_transformer__what_is_expected_counts_where_it_is_more() -> None:
    """P6 expects 101 % of 100 kVA: 125 kVA would stand at 80.8 %."""
    assert ids(larger_transformer(ground(need("P6", "T1", 101.0))))[0] == "F1-LT-T1-160"


def test_larger_transformer__room_of_an_area_from_the_cheapest() -> None:
    """T1 has no room at 80 kVA. Area short of 40 kVA: of T1 150 kVA would do, so 160 (0.8·160 − 80 = 48). T2 is of
    another feeder and is left alone."""
    found = larger_transformer(ground(need("P5", "A1", 120.0, "kVA"), a=areas(120.0)))
    assert ids(found) == ["F1-LT-T1-160"]
    assert found[0].note.en.endswith("from 120.0 kVA to about 168.0 kVA")


def test_larger_transformer__nothing_for_p3_nor_for_other_feeders() -> None:
    assert larger_transformer(ground(need("P3", "T1", 60.0), need("P4", "T2", 80.0))) == []


def test_larger_transformer__no_price_is_no_price() -> None:
    buy = market()
    without = type(buy)(buy.equipment, lambda works, area_class: None, lambda works: None, buy.choice, buy.thresholds)
    assert {one.cost for one in larger_transformer(ground(need("P4", "T1", 80.0), buy=without))} == {None}


def test_additional_transformer__half_of_the_load() -> None:
    """Of 80 kVA, 12 kVA have to go (68 %). P1 has 60 kVA behind it, P2 40, P3 20: P2 splits best. 40 and a fifth
    more, 48, are 60 % of 80 kVA."""
    found = additional_transformer(ground(need("P4", "T1", 80.0)))
    assert ids(found) == ["F1-AT-T1-P2-80"]
    change = found[0].changes[0]
    assert isinstance(change, AddTransformer)
    assert change.open_line_ids == ("A2",)
    assert (change.mv_node_id, change.mv_length_m) == ("M1", 260.0)  # 200 m straight, 1.3 of it
    assert change.transformer_id == "F1-AT-T1-P2-80-T"
    assert "from 80 % to about 40 %, the new one at about 60 %" in found[0].note.en


def test_additional_transformer__whole_circuits_where_no_node_has_enough_behind_it() -> None:
    """Circuits of 60, 20 and 60 kVA; 72 of 140 have to go: A and B take 80 (own peak 96), led together over 260 m."""
    case = small_case(third_circuit=True)
    found = additional_transformer(ground(need("P4", "T1", 140.0), case=case, t=transformers(140.0)))
    assert ids(found) == ["F1-AT-T1-P1-160"]
    added, link = found[0].changes
    assert isinstance(added, AddTransformer)
    assert isinstance(link, AddLine)
    assert added.open_line_ids == ("A1", "B1")
    assert (link.from_node_id, link.to_node_id, link.length_m) == ("P1", "R1", 260.0)
    apply_changes(case, found[0].changes)


def test_additional_transformer__none_where_the_whole_network_would_have_to_go() -> None:
    """At 300 kVA, 232 kVA would have to go; the larger of the two circuits has 225."""
    assert additional_transformer(ground(need("P4", "T1", 300.0), t=transformers(300.0))) == []


@pytest.mark.parametrize(
    ("highest_pu", "expected"),
    [(0.974, ["F1-TC-T1-m1"]), (0.976, []), (0.95, ["F1-TC-T1-m1", "F1-TC-T1-m2"])],
)
def test_tap_change__up_to_the_upper_limit(highest_pu: float, expected: list[str]) -> None:
    """One position lifts by 1 / 0.975: 0.974 becomes 0.99897, 0.976 would be 1.001. Two positions lift by 1 / 0.95."""
    assert ids(tap_change(ground(need("P10", "T1"), n=nodes({"P3": 0.89}, highest_pu)))) == expected


def test_tap_change__nothing_without_low_nodes() -> None:
    assert tap_change(ground(need("P10", "T1"))) == []


def test_storage__active_power_above_the_level() -> None:
    """80 kVA: 76 kW, 24.98 kvar. Level 68 kVA leaves √(68² − 24.98²) = 63.25 kW: 12.75 kW, a tenth more, steps of 5."""
    found = storage(ground(need("P4", "T1", 80.0)))
    assert ids(found) == ["F1-ST-T1-15x2h", "F1-ST-T1-15x4h"]
    change = found[1].changes[0]
    assert isinstance(change, AddStorage)
    assert (change.rated_kw, change.energy_kwh, change.discharge_above_percent) == (15.0, 60.0, 68.0)


def test_storage__not_for_what_an_application_adds() -> None:
    assert storage(ground(need("P6", "T1", 90.0), t=transformers(60.0))) == []


def with_charging(kw: float) -> object:
    case = small_case()
    load = case.net.load
    load["profile"], load["metered"] = None, True
    row = load.loc[[0]].assign(p_mw=kw / 1000.0, q_mvar=0.0, name="ev_home@P1", profile="device ev_home", metered=False)
    case.net.load = pd.concat([load, row], ignore_index=True)
    return case


def test_managed_charging__where_enough_of_the_peak_is_charging() -> None:
    """16.8 kW are 8 points of 2.1 kW; 70 % of them are 11.76 kW: 80 kVA fall to 68.2 % at best. 10.5 kW leave 72.65 %:
    enough below P6, not below P4. Of 5 kW 3.5 can be moved, less than 5 % of 80 kVA."""
    found = managed_charging(ground(need("P4", "T1", 80.0), case=with_charging(16.8)))
    assert ids(found) == ["F1-CH-T1"]
    assert found[0].works[0].count == 8
    assert managed_charging(ground(need("P4", "T1", 80.0), case=with_charging(10.5))) == []
    assert ids(managed_charging(ground(need("P6", "T1", 80.5), case=with_charging(10.5)))) == ["F1-CH-T1"]
    assert managed_charging(ground(need("P6", "T1", 80.5), case=with_charging(5.0))) == []
    assert managed_charging(ground(need("P4", "T1", 80.0))) == []


def test_managed_charging__not_where_the_peak_is_at_noon() -> None:
    noon = transformers().assign(max_loading_at=pd.Timestamp("2026-01-18 12:00"))
    assert managed_charging(ground(need("P4", "T1", 80.0), case=with_charging(16.8), t=noon)) == []


def test_export__load_moved_away_does_not_help() -> None:
    exporting = transformers().assign(max_direction="export")
    here = ground(need("P4", "T1", 80.0), t=exporting)
    assert storage(here) == additional_transformer(here) == []
    assert ids(larger_transformer(here))
