"""Conductors, circuits, moved load and open points: worked by hand on the small network."""

from __future__ import annotations

import pytest
from hand_case import hand_case

from capacity.planning.candidates.feeder_tie import feeder_tie
from capacity.planning.candidates.lv_split import lv_split
from capacity.planning.candidates.move_open_point import move_open_point
from capacity.planning.candidates.mv import MediumVoltage
from capacity.planning.candidates.rebalance_loads import rebalance_loads
from capacity.planning.candidates.stronger_lv_conductor import stronger_lv_conductor
from capacity.planning.candidates.stronger_mv_conductor import stronger_mv_conductor
from capacity.tables.network_change import AddLine, ExchangeConductor, MoveLoad, RetireElement, SetSwitch
from tests.planning.candidates.small import areas, ground, lines, need, nodes, small_case, transformers

FALLING = {"T1-LV": 0.95, "P1": 0.93, "P2": 0.91, "P3": 0.89}


def ids(measures: list) -> list[str]:
    return [one.measure_id for one in measures]


def test_lv_conductor__by_current() -> None:
    """135 A are 75 % of 180 A, 58.7 % of the next size's 230 A and 46.6 % of 290 A."""
    found = stronger_lv_conductor(ground(need("P4", "A1", 75.0), li=lines({"A1": 135.0})))
    assert ids(found) == ["F1-LC-T1-I-1x70", "F1-LC-T1-I-1x95"]
    assert found[0].changes == (ExchangeConductor(kind="exchange_conductor", line_ids=("A1",), line_type="JKLYJ-1-70"),)
    assert found[0].note.en == "A1 rebuilt with JKLYJ-1-70: from 75 % to about 58.6 %"


def test_lv_conductor__every_loaded_line_of_the_network_at_once() -> None:
    """The need names the worst line alone; A2 at exactly 70 % goes with it, B1 below does not."""
    found = stronger_lv_conductor(ground(need("P4", "A1", 75.0), li=lines({"A1": 135.0, "A2": 126.0, "B1": 125.0})))
    assert found[0].element_ids == ("A1", "A2")


def test_lv_conductor__by_voltage() -> None:
    """P3 is short of 1 %, and 0.3 % are left to the limit. Each line drops 2 %, of which r·0.95 + x·0.3122 of 70 mm²
    leaves 0.5139 / 0.7058: 0.54 % saved a line, so all three; 95 mm² leaves 0.3943: 0.88 %, so two."""
    found = stronger_lv_conductor(ground(need("P10", "T1"), n=nodes(FALLING)))
    assert ids(found) == ["F1-LC-T1-U-3x70", "F1-LC-T1-U-2x95"]
    assert "is lifted by about 1.6 % of nominal" in found[0].note.en


def test_lv_conductor__the_strongest_where_none_is_enough() -> None:
    """Short of 5 % at P3: three lines of 1 % each save at most 3·(1 − 0.1999 / 0.7058) = 2.15 %."""
    low = {"T1-LV": 0.88, "P1": 0.87, "P2": 0.86, "P3": 0.85}
    found = stronger_lv_conductor(ground(need("P10", "T1"), n=nodes(low)))
    assert ids(found) == ["F1-LC-T1-U-3x240"]
    assert found[0].note.en.endswith("not enough by itself")


def test_lv_split__behind_the_loaded_line() -> None:
    """A1 carries 60 kVA at 75 %. A circuit to P2 takes 40 of them: 25 % stay; one to P3 takes 20: 50 %."""
    found = lv_split(ground(need("P4", "A1", 75.0), li=lines({"A1": 135.0})))
    assert ids(found) == ["F1-LS-T1-P2", "F1-LS-T1-P3"]
    retired, added = found[0].changes
    assert isinstance(retired, RetireElement)
    assert isinstance(added, AddLine)
    assert (retired.line_id, added.from_node_id, added.to_node_id, added.length_m) == ("A2", "T1-LV", "P2", 200.0)
    assert found[0].note.en.endswith("A1 from 75 % to about 25 %")


def test_lv_split__voltage_of_a_circuit_of_its_own() -> None:
    """To P2 over 200 m of 150 mm² with 40 kVA: (0.206·0.95 + 0.274·0.3122) / 5 Ω · 40 / 160 = 1.41 %; then 2 % to P3:
    0.95 − 0.0141 − 0.02 = 0.916, 2.6 % more than before."""
    found = lv_split(ground(need("P10", "T1"), n=nodes(FALLING)))
    assert ids(found)[0] == "F1-LS-T1-P2"
    assert "lifted by about 2.6 % of nominal" in found[0].note.en


def test_rebalance__shortest_link_that_moves_enough() -> None:
    """12 kVA have to go; P3 has 20 behind it and lies 30 m from T2's busbar: 39 m with detours. T2 goes to 30 %."""
    found = rebalance_loads(ground(need("P4", "T1", 80.0)))
    assert ids(found) == ["F1-RB-T1-P3-T2"]
    retired, added = found[0].changes
    assert isinstance(added, AddLine)
    assert retired == RetireElement(kind="retire", line_id="A3")
    assert (added.from_node_id, added.to_node_id, added.length_m) == ("T2-LV", "P3", 39.0)
    assert "T1 from 80 % to about 60 %, T2 from 25 % to about 30 %" in found[0].note.en


def test_rebalance__not_into_a_full_neighbour() -> None:
    """T2 at 270 of 400 kVA may take 2 kVA more (68 %)."""
    assert rebalance_loads(ground(need("P4", "T1", 80.0), t=transformers(80.0, 270.0))) == []


def test_rebalance__over_a_tie_that_is_there() -> None:
    found = rebalance_loads(ground(need("P4", "T1", 80.0), case=small_case(tie_in_lv=True)))
    by_tie = next(one for one in found if "LVTIE" in one.element_ids)
    assert by_tie.changes == (
        SetSwitch(kind="set_switch", switch_id="SWA3", closed=False),
        SetSwitch(kind="set_switch", switch_id="LVTIE", closed=True),
    )


def test_rebalance__a_share_where_no_lv_network_is_modelled() -> None:
    """T2 of 315 kVA at 84 %: 264.6 kVA, of which 50.4 are above 68 %: 19.05 %, so 20 %. T1 (400 kVA) has 72 kVA of
    room at 200 kVA."""
    rated = {"T1": 400.0, "T2": 315.0}
    table = transformers(200.0, 264.6)
    table["rated_kva"], table["feeder_id"] = table["transformer_id"].map(rated), "F1"
    table["max_loading_percent"] = 100.0 * table["smax_import_kva"] / table["rated_kva"]
    found = rebalance_loads(ground(need("P4", "T2", 84.0), case=hand_case(), t=table))
    assert ids(found) == ["F1-RB-T2-T1-20"]
    change = found[0].changes[0]
    assert isinstance(change, MoveLoad)
    assert change.share_percent == 20.0


LOADED = {"L1": 250.0, "L2": 60.0, "K1": 20.0, "K2": 0.0}


def test_open_point__moved_to_the_switch() -> None:
    """L1 carries 250 of 325 A (76.9 %), 1,000 kVA of the feeder's 1,080 behind L2. Heads: √3·10·250 = 4,330 kVA, more
    than the loads, so these count in full: 1,000 kVA are 57.7 A, and 192.3 A (59.1 %) stay."""
    found = move_open_point(ground(need("P4", "L1", 76.9), li=lines(LOADED)))
    assert ids(found) == ["F1-OP-TIE-SW2"]
    assert found[0].changes == (
        SetSwitch(kind="set_switch", switch_id="SW2", closed=False),
        SetSwitch(kind="set_switch", switch_id="TIE", closed=True),
    )
    assert "about 1000 kVA go over to F2, the most loaded section from 76.9 % to about 59.1 %" in found[0].note.en


def test_open_point__not_onto_a_loaded_feeder() -> None:
    """200 A and 57.7 A more are 79 % of K1."""
    assert move_open_point(ground(need("P4", "L1", 76.9), li=lines({**LOADED, "K1": 200.0}))) == []


def test_mv_estimate__voltage_after_a_transfer() -> None:
    """1 kVA over 1 km drops (0.27·0.95 + 0.34·0.3122) / 100,000 = 3.627e-6 pu."""
    mv = MediumVoltage(ground(li=lines(LOADED)))
    l1 = mv.ground.grid.line_of["L1"]
    assert mv.drop_pu_per_kva[l1] == pytest.approx(3.6266e-6, rel=1e-4)
    assert mv.drop_pu([l1]) == pytest.approx(4330.13 * 3.6266e-6, rel=1e-4)


def test_mv_conductor__by_current_with_the_choices_family() -> None:
    """250 A of an unknown overhead conductor of 325 A: below 70 % takes 357 A, JKLYJ-10-150 (403 A), then 185 (465)."""
    found = stronger_mv_conductor(ground(need("P4", "L1", 76.9), li=lines(LOADED)))
    assert ids(found) == ["F1-MC-L1-I-1x150", "F1-MC-L1-I-1x185"]


def test_mv_conductor__room_of_an_area_that_sections_limit() -> None:
    """Area short of 160 kVA, 9.2 A: L1 at 320 A would carry 329.2 of its 325."""
    limited = areas(0.0).assign(allowed_sum_kva=500.0, binding_criterion="section_loading", binding_element="L1")
    found = stronger_mv_conductor(ground(need("P5", "A1", 0.0, "kVA"), li=lines({"L1": 320.0}), a=limited))
    assert found[0].element_ids == ("L1",)


def test_feeder_tie__not_where_one_that_is_there_does_it() -> None:
    """TIE leads to the only other feeder and clears the need."""
    assert feeder_tie(ground(need("P4", "L1", 76.9), li=lines(LOADED))) == []


def test_feeder_tie__shortest_to_another_feeder() -> None:
    """Without TIE: the feeders run 500 m apart, 650 m with detours; M2 to N2, opened at SW2."""
    case = small_case()
    case.net.switch = case.net.switch[case.net.switch["name"] != "TIE"]
    found = feeder_tie(ground(need("P4", "L1", 76.9), case=case, li=lines(LOADED)))
    assert ids(found) == ["F1-FT-M2-N2-SW2"]
    assert isinstance(found[0].changes[1], AddLine)
    assert found[0].changes[1].length_m == 650.0
