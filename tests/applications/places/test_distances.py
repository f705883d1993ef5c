"""Distances that can be worked by hand: straight, new with the detour factor 1.3, along lines, round no-go areas."""

import math
from dataclasses import replace

import pytest
from place_cases import degrees, drawn, no_go, village

from capacity.applications.places import find_candidates, grid_map, with_no_go
from capacity.tables.places import Candidate, Candidates, PlaceRequest
from capacity.tables.search import SearchRules

NEAR = {"abs": 0.02}  # degrees and back


def ask(grid, xy, rules: SearchRules, **more) -> Candidates:
    longitude, latitude = degrees(xy)
    return find_candidates(grid, PlaceRequest(longitude, latitude, **more), rules)


def one(found: Candidates, key: str) -> Candidate:
    return next(candidate for candidate in found.candidates if candidate.key == key)


def reasons(found: Candidates) -> dict[str, str]:
    return {rejection.target_id: rejection.reason for rejection in found.rejected}


def test_lv_node__direct_and_along_the_line(rules: SearchRules) -> None:
    # the customer stands 20 m east of B: B is 20 m away, new 20 * 1.3 = 26
    found = ask(grid_map(drawn(village())), (320.0, 120.0), rules)
    b, a = one(found, "lv_node:B"), one(found, "lv_node:A")
    assert (b.straight_m, b.route_m, b.along_m) == pytest.approx((20.0, 26.0, 0.0), **NEAR)
    # A: straight hypot(20, 60) = 63.246, direct 82.22; over B 26 + 60 = 86; a section of 60 m has a station in its
    # middle (one every 50 m at most), and over that of L2 at (300, 90): hypot(20, 30) * 1.3 + 30 = 46.872 + 30 = 76.872
    assert (a.straight_m, a.route_m, a.new_m) == pytest.approx((63.246, 76.872, 46.872), **NEAR)
    # T1: direct hypot(20, 120) * 1.3 = 158.15; over B 26 + 120 = 146; over A 82.219 + 60; over (300, 90) 46.872 + 90
    t1 = one(found, "dedicated_circuit:T1")
    assert (t1.straight_m, t1.route_m, t1.new_m, t1.along_m) == pytest.approx((121.655, 136.872, 46.872, 90.0), **NEAR)
    assert [(leg.new, leg.line_id) for leg in t1.legs] == [(True, ""), (False, "L2"), (False, "L1")]
    assert t1.node_id == "T1-LV"
    assert t1.certainty == "straight_assumed"


def test_tee__falls_between_the_buses(rules: SearchRules) -> None:
    # (500, 40): the nearest point of S2 is (500, 0): 200 of 500 m from M1, 40 m away, new 40 * 1.3 = 52
    found = ask(grid_map(drawn(village())), (500.0, 40.0), rules)
    tee = one(found, "mv_tee:S2")
    assert (tee.straight_m, tee.route_m) == pytest.approx((40.0, 52.0), **NEAR)
    assert (tee.position_share, tee.position_m) == pytest.approx((0.4, 200.0), abs=1e-3)
    assert (tee.node_id, tee.line_id, tee.feeder_id, tee.cable) == ("", "S2", "F-S1", False)
    assert (tee.longitude, tee.latitude) == pytest.approx(degrees((500.0, 0.0)), abs=1e-6)
    # an additional transformer by the customer takes the same 10 kV route
    assert one(found, "additional_transformer:S2").route_m == tee.route_m
    # T1 at (300, 0): to the tee and along S2 52 + 200 = 252; direct hypot(200, 40) * 1.3 = 265.15;
    # joining at the station (450, 0), every 50 m: hypot(50, 40) * 1.3 + 150 = 233.24;
    # at (400, 0): hypot(100, 40) * 1.3 + 100 = 240.02
    assert one(found, "dedicated_circuit:T1").route_m == pytest.approx(233.24, **NEAR)


def test_stated_length__counts_along_a_line_without_geometry(rules: SearchRules) -> None:
    # S2 is stated 600 m for 500 m straight: 1.2 m per metre drawn; stated 2,000 is not believed: 1.3
    for stated, factor in ((600.0, 1.2), (2000.0, 1.3), (400.0, 1.0)):
        sketch = village(sections=[("S1", "BB", "M1", 300.0), ("S2", "M1", "M2", stated)], lv={}, lv_lines=[])
        found = ask(grid_map(drawn(sketch)), (790.0, 0.0), rules)
        # on the line 10 m from T2: along it, as long as that is no longer than 13 m of new line beside it
        assert one(found, "mv_tee:S2").route_m == pytest.approx(0.0, **NEAR)
        assert one(found, "dedicated_circuit:T2").route_m == pytest.approx(10.0 * factor, **NEAR)


def test_geometry__is_followed_where_the_network_has_it(rules: SearchRules) -> None:
    # S2 runs (300, 0) – (300, 400) – (800, 400) – (800, 0), stored the other way round: 400 + 500 + 400 = 1,300 m
    bent = [(800.0, 0.0), (800.0, 400.0), (300.0, 400.0), (300.0, 0.0)]
    sketch = village(geometry={"S2": bent}, lv={}, lv_lines=[])
    found = ask(grid_map(drawn(sketch)), (550.0, 430.0), rules)
    tee = one(found, "mv_tee:S2")
    assert (tee.straight_m, tee.route_m, tee.certainty) == (
        pytest.approx(30.0, **NEAR),
        pytest.approx(39.0, **NEAR),
        "line_geometry",
    )
    assert tee.position_share == pytest.approx((400.0 + 250.0) / 1300.0, abs=1e-4)


def test_no_go__detour_over_two_corners(rules: SearchRules) -> None:
    # a wall from x = 100 to 400 between the customer (250, 300) and the feeder, y 100 to 200; LV left out.
    # nearest point of S1 that is seen: round the left corners (100, 200) and (100, 100), then straight down.
    # (250,300)–(100,200): 180.278; –(100,100): 100; –(100,0): 100: 380.278 * 1.3 = 494.361
    sketch = village(lv={}, lv_lines=[])
    wall = no_go([(100.0, 100.0), (400.0, 100.0), (400.0, 200.0), (100.0, 200.0)])
    plain = grid_map(drawn(sketch))
    assert one(ask(plain, (250.0, 300.0), rules), "mv_tee:S1").route_m == pytest.approx(300.0 * 1.3, **NEAR)
    found = ask(with_no_go(plain, wall), (250.0, 300.0), rules)
    tee = one(found, "mv_tee:S1")
    assert tee.route_m == pytest.approx(494.361, **NEAR)
    assert tee.position_share == pytest.approx(100.0 / 300.0, abs=1e-4)
    assert len(tee.legs[0].points) == 4
    # T1 (300, 0) round the right corners: 180.278 + 100 + hypot(100, 100) = 421.699 * 1.3 = 548.21;
    # better: to the station (350, 0) and 50 m along: (180.278 + 100 + hypot(50, 100)) * 1.3 + 50 = 559.7: no
    assert one(found, "dedicated_circuit:T1").route_m == pytest.approx(548.21, abs=0.05)


def test_no_go__existing_route_through_it_is_followed_only_where_allowed(rules: SearchRules) -> None:
    # a square over the middle of S2; the customer stands on S2 east of it, T1 lies west of it
    block = no_go([(500.0, -20.0), (600.0, -20.0), (600.0, 20.0), (500.0, 20.0)])
    grid = with_no_go(grid_map(drawn(village(lv={}, lv_lines=[]))), block)
    round_it = one(ask(grid, (650.0, 0.0), rules), "neighbour_transformer:T1")
    # to the corner (600, 20), along y = 20 to (500, 20), then down to a station: new ground counts 1.3
    corner = math.hypot(50.0, 20.0) + 100.0
    best = min((corner + math.hypot(500.0 - x, 20.0)) * 1.3 + (x - 300.0) for x in (450.0, 400.0, 350.0, 300.0))
    assert round_it.route_m == pytest.approx(best, **NEAR)
    through = one(ask(grid, (650.0, 0.0), rules.with_values(routes_through_no_go=1.0)), "neighbour_transformer:T1")
    assert (through.new_m, through.along_m) == pytest.approx((0.0, 350.0), **NEAR)


def test_no_go__ring_leaves_no_way(rules: SearchRules) -> None:
    # T2 inside a closed ring of four walls
    walls = [
        [(700.0, -100.0), (900.0, -100.0), (900.0, -80.0), (700.0, -80.0)],
        [(700.0, 80.0), (900.0, 80.0), (900.0, 100.0), (700.0, 100.0)],
        [(700.0, -100.0), (720.0, -100.0), (720.0, 100.0), (700.0, 100.0)],
        [(880.0, -100.0), (900.0, -100.0), (900.0, 100.0), (880.0, 100.0)],
    ]
    grid = grid_map(drawn(village()), no_go=no_go(*walls))
    found = ask(grid, (600.0, 50.0), rules)
    assert reasons(found)["T2"] == "no_way_round"
    assert one(found, "dedicated_circuit:T1").route_m > 0.0


def test_no_go__target_inside_is_rejected(rules: SearchRules) -> None:
    grid = grid_map(drawn(village()), no_go=no_go([(390.0, 110.0), (410.0, 110.0), (410.0, 130.0), (390.0, 130.0)]))
    assert reasons(ask(grid, (350.0, 120.0), rules))["C"] == "in_no_go"


def test_out_of_radius__names_distance_and_limit(rules: SearchRules) -> None:
    found = ask(grid_map(drawn(village())), (300.0, 600.0), rules)
    rejected = {rejection.target_id: rejection for rejection in found.rejected}
    assert (rejected["B"].reason, rejected["B"].limit_m) == ("out_of_radius", 400.0)
    assert rejected["B"].value_m == pytest.approx(480.0, **NEAR)
    assert "480" in rejected["B"].sentence_zh
    assert "480 m" in rejected["B"].sentence_en


def test_neighbour__is_of_another_area_or_feeder(rules: SearchRules) -> None:
    found = ask(grid_map(drawn(village())), (500.0, 60.0), rules)
    assert found.home_transformer_id == "T1"
    assert [c.target_id for c in found.of("neighbour_transformer")] == ["T2"]
    assert [c.target_id for c in found.of("dedicated_circuit")] == ["T1"]
    same = village(transformers={"T1": ("M1", "A1"), "T2": ("M2", "A1")})
    found = ask(grid_map(drawn(same)), (500.0, 60.0), rules)
    assert {c.target_id for c in found.of("dedicated_circuit")} == {"T1", "T2"}
    assert found.of("neighbour_transformer") == ()


def test_dedicated_and_dead__are_rejected_with_their_nodes(rules: SearchRules) -> None:
    found = ask(grid_map(drawn(village(dedicated=("T1",)))), (320.0, 120.0), rules)
    assert {reasons(found)[one] for one in ("T1", "A", "B", "C")} == {"dedicated"}
    found = ask(grid_map(drawn(village(open_lines=("L3",)))), (380.0, 130.0), rules)
    assert reasons(found)["C"] == "de_energised"
    found = ask(grid_map(drawn(village(open_lines=("S2",)))), (700.0, 30.0), rules)
    assert (reasons(found)["S2"], reasons(found)["T2"]) == ("de_energised", "de_energised")


def test_meshed__lv_fed_from_two_transformers(rules: SearchRules) -> None:
    sketch = village()
    ring = replace(sketch, lv_lines=[*sketch.lv_lines, ("L4", "C", "T2-LV", 420.0)])
    assert reasons(ask(grid_map(drawn(ring)), (380.0, 130.0), rules))["C"] == "meshed"


def test_no_lv_lines__says_so(rules: SearchRules) -> None:
    found = ask(grid_map(drawn(village(lv={}, lv_lines=[]))), (320.0, 50.0), rules)
    assert found.of("lv_node") == ()
    assert "no_lv_lines" in {remark.code for remark in found.remarks}
    assert found.of("dedicated_circuit")
    assert found.of("mv_tee")


def test_coordinates_missing__lengths_from_the_network(rules: SearchRules) -> None:
    lv = {"A": None, "B": None, "C": None}
    grid = grid_map(drawn(village(lv=lv)))
    found = find_candidates(grid, PlaceRequest(node_id="C"), rules)
    t1 = one(found, "dedicated_circuit:T1")  # 100 + 60 + 60 as stated
    assert (t1.along_m, t1.certainty) == (pytest.approx(220.0), "no_coordinates")
    assert [leg.line_id for leg in t1.legs] == ["L3", "L2", "L1"]
    assert math.isnan(t1.straight_m)
    assert {remark.code for remark in found.remarks} == {"customer_not_placed"}
    around = ask(grid, (320.0, 50.0), rules)
    assert reasons(around)["A"] == "no_coordinates"
    assert "no_coordinates" in {remark.code for remark in around.remarks}


def test_coordinates_borrowed__from_the_other_side(rules: SearchRules) -> None:
    grid = grid_map(drawn(village(low_xy={"T1-LV": None}, lv={}, lv_lines=[])))
    t1 = one(ask(grid, (300.0, 50.0), rules), "dedicated_circuit:T1")
    assert t1.position_borrowed
    assert t1.straight_m == pytest.approx(50.0, **NEAR)


def test_second_feeder__prefers_another_substation_and_a_route_of_its_own(rules: SearchRules) -> None:
    # F-S1 at y = 0, F-P1 of the same substation at y = 300, F-Q1 of another substation at y = 500
    sketch = village(
        mv={
            "BB": (0.0, 0.0),
            "M1": (300.0, 0.0),
            "M2": (800.0, 0.0),
            "P": (800.0, 300.0),
            "BB2": (0.0, 500.0),
            "Q": (800.0, 500.0),
        },
        sections=[
            ("S1", "BB", "M1", 300.0),
            ("S2", "M1", "M2", 500.0),
            ("P1", "BB", "P", 860.0),
            ("Q1", "BB2", "Q", 800.0),
        ],
        busbars=("BB", "BB2"),
        lv={},
        lv_lines=[],
    )
    found = ask(grid_map(drawn(sketch)), (600.0, 100.0), rules, dual_supply=True)
    first, second = found.of("mv_tee")[0], found.of("second_feeder")
    assert [(c.feeder_id, c.other_substation) for c in second] == [("F-Q1", True), ("F-P1", False)] or [
        (c.feeder_id, c.other_substation) for c in second
    ] == [("F-Q1", True), ("F-S1", False)]
    assert {c.pairs_with for c in second} == {first.key}
    assert second[0].route_m == pytest.approx(400.0 * 1.3, **NEAR)
    assert all(c.shared_m <= rules.shared_route_m.value for c in second)


def test_second_feeder__absent_is_said(rules: SearchRules) -> None:
    found = ask(grid_map(drawn(village())), (500.0, 60.0), rules, dual_supply=True)
    assert found.of("second_feeder") == ()
    assert "no_second_feeder" in {remark.code for remark in found.remarks}


def test_existing_node__is_its_own_place(rules: SearchRules) -> None:
    found = find_candidates(grid_map(drawn(village())), PlaceRequest(node_id="B"), rules)
    assert found.candidates[0].key == "lv_node:B"
    assert found.candidates[0].route_m == 0.0
    t1 = one(found, "dedicated_circuit:T1")
    assert (t1.new_m, t1.along_m) == pytest.approx((0.0, 120.0), **NEAR)
