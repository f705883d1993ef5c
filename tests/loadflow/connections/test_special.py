"""What is broken already, what nothing is known of, and a grid in which one more has been reserved."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from connections_cases import S400, S630, branch, cable, grid

from capacity.loadflow.connections import stand
from capacity.tables.connection import Connection, Room

FULL, HALF = np.array([1.0, 1.0, 1.0]), np.array([1.0, 0.0, 0.5])


def limit(room: Room) -> tuple[str, str]:
    assert room.binding is not None
    return room.binding.criterion, room.binding.element_id


def test_transformer_over_its_limit__strict_is_nothing_and_rated_is_not() -> None:
    # 350 kW on 400 kVA: 87.5 % and more, so nothing at 80 %, about 40 kVA up to the rating
    one, connection = grid("BB-M 1; M=A 400; A 350 0; A-H 0.1; H 1 0"), Connection("k", "A", cable(20))
    found = one.check(connection, 10.0)
    assert (found.strict.kva, found.strict.reason) == (0.0, "over_limit")
    assert limit(found.strict) == limit(found.rated) == ("transformer_loading", "TA")
    assert 20.0 < found.rated.kva < 60.0
    assert found.load_rate_before_percent > 87.5
    assert not one.wrong(connection, 10.0)


def test_larger_transformer__cures_what_is_over() -> None:
    one = grid("BB-M 1; M=A 400; A 350 0; A-H 0.1; H 1 0")
    connection = Connection("k", "A", cable(20), replaces="TA", replacement=S630)
    found = one.check(connection, 100.0)
    assert found.strict.reason == "ok"
    assert found.strict.kva > 100.0
    assert found.load_rate_before_percent > 87.5
    assert not one.wrong(connection, 100.0)


@pytest.mark.parametrize(
    "text",
    [
        "BB-M 1; M=A 400; A-H 0.5; A-K 0.1; H 100 20; M=B 400; B 20 5",  # undervoltage in A's network
        "BB-M 3; M-N 3 50; N 1000 300; N=A 400; A 20 5; M=B 400; B 20 5",  # a section on A's way
    ],
)
def test_existing_violation__on_the_way_blocks_and_elsewhere_does_not(text: str) -> None:
    one = grid(text)
    blocked, free = Connection("k", "A", cable(20)), Connection("k", "B", cable(20))
    found = one.check(blocked)
    assert (found.strict.kva, found.strict.reason) == (0.0, "existing_violation")
    assert found.rated.kva == 0.0
    assert one.check(free).strict.kva > 0.0
    assert not one.wrong(blocked)
    assert not one.wrong(free)


def test_existing_violation__at_hours_in_which_the_customer_draws_nothing_does_not_block() -> None:
    # the section to N is over its limit in the second step alone
    load = np.array([0.1, 1.0, 0.1])
    one = grid("BB-M 3; M-N 3 50; N 1000 300 day; N=A 400; A 20 5", 3, day=load)
    for connection in (Connection("k", "A", cable(20)), Connection("k", "N", branch(200))):
        assert one.check(connection, factor=FULL).strict.reason == "existing_violation"
        found = one.check(connection, factor=HALF)
        assert found.strict.kva > 100.0
        assert not one.wrong(connection, factor=HALF)


def test_large_customer__is_limited_by_the_trunk() -> None:
    one = grid("BB-M 2 200; M-N 3 100; N=A 400; A 60 20; M=B 400; B 60 20", substation_kva={"BB": 2000.0})
    for node, kva in (("N", 1500.0), ("M", 2500.0)):
        connection = Connection("k", node, branch(500))
        found = one.check(connection, kva)
        assert found.strict.reason == "grid_limited"
        assert math.isnan(found.load_rate_percent)
        assert found.strict == found.rated
        assert not one.wrong(connection, kva)
    assert limit(one.check(Connection("k", "N", branch(500))).strict) == ("section_loading", "M-N")
    assert limit(one.check(Connection("k", "M", branch(500))).strict) == ("substation_loading", "BB")


def test_parallel_transformers__one_is_replaced() -> None:
    one = grid("BB-M 2; M=A 400; M=A 250; A 200 60; A-H 0.1; H 10 3")
    names = sorted(one.asked.case.net.trafo["name"].astype(str))
    for old in names:
        connection = Connection("k", "A", cable(50, circuits=4), replaces=old, replacement=S630)
        assert not one.wrong(connection, 150.0)


def test_new_transformer__up_to_its_rating() -> None:
    connection = Connection("k", "M", branch(300), transformer=S400)
    found = grid("BB-M 2; M=A 400; A 60 20").check(connection, 350.0, power_factor=0.99)
    assert found.strict.kva < 320.0 < found.rated.kva < 400.0
    assert limit(found.strict) == limit(found.rated) == ("transformer_loading", "NEW transformer")
    assert found.broken == ()


def test_broken__only_beyond_the_rating() -> None:
    # 80 % is passed, 100 % is not: nothing is broken; the cable's limit comes first
    one = grid("BB-M 2; M=A 400; A 250 20")
    found = one.check(Connection("k", "A", cable(20, max_i_ka=0.05)), 100.0)
    assert limit(found.strict) == ("line_loading", "NEW line")
    assert [(one.criterion, one.element_id) for one in found.broken] == [("line_loading", "NEW line")]
    assert 80.0 < found.load_rate_percent < 100.0


def test_line_of_no_length__is_the_node_itself() -> None:
    one = grid("BB-M 2; M=A 400; A-H 0.2 150; H 20 5")
    at_node, behind = one.check(Connection("k", "H")), one.check(Connection("k", "H", cable(0.0)))
    assert behind.strict.kva == pytest.approx(at_node.strict.kva, rel=1e-4)
    assert behind.voltage_min_v == pytest.approx(at_node.voltage_min_v, abs=1e-6)


@pytest.mark.parametrize(
    ("node", "reason"), [("nowhere", "no_source"), ("R", "meshed"), ("BB", "meshed")], ids=["unknown", "mesh", "source"]
)
def test_nothing_known__is_told_and_not_zero(node: str, reason: str) -> None:
    one = grid(
        "BB-M 2; M=A 400; A 60 20; BB-R 1; R-Q 1; Q-BB 1; Q 100 20" if node == "R" else "BB-M 2; M=A 400; A 60 20"
    )
    found = one.check(Connection("k", node, branch(100)))
    assert math.isnan(found.strict.kva)
    assert math.isnan(found.rated.kva)
    assert found.strict.reason == reason
    assert (found.strict.binding, found.broken) == (None, ())
    assert math.isnan(found.voltage_min_v)


def test_replaced_transformer_that_is_not_there() -> None:
    one = grid("BB-M 2; M=A 400; A 60 20; M=B 400; B 5 1")
    found = one.check(Connection("k", "A", replaces="TB", replacement=S630))
    assert (math.isnan(found.strict.kva), found.strict.reason) == (True, "out_of_service")


def test_stand__taken_up_after_a_reservation_is_as_from_nothing() -> None:
    draw = np.random.default_rng(4)
    day = draw.uniform(0.3, 1.0, 48)
    text = "BB-M 4 120; M=A 400; A-H 0.2 200; H 40 10 day; A 90 30 day; M=B 250; B 80 20 day; BB-N 2; N=C 250; C 50 9"
    one = grid(text, 48, day=day)
    flow, bounds = one.asked.flow, one.asked.bounds
    solved = flow.solve_year(crosscheck=False)
    connections = [
        Connection("k", "H", cable(60)),
        Connection("k", "B", cable(60)),
        Connection("k", "C", cable(60)),
        Connection("k", "A", cable(60), replaces="TA", replacement=S630),
        Connection("k", "M", branch(400)),
        Connection("k", "N", branch(400), transformer=S400, service=cable(50)),
    ]
    for connection in connections:  # so that there is something to take up
        one.check(connection, factor=day)
    reserved = {int(flow.case.net.bus.index[flow.case.net.bus["name"].eq("H")][0]): 30.0 + 10.0j}
    more = replace(bounds, connected_kw=reserved)
    again = replace(one, asked=replace(one.asked, bounds=more))
    fresh = replace(one, asked=replace(one.asked, bounds=more))
    again.__dict__["standing"] = stand(flow, solved, more, one.asked.addition, before=one.standing)
    for connection in connections:
        taken_up, from_nothing = again.check(connection, 40.0), fresh.check(connection, 40.0)
        assert taken_up.strict.kva == pytest.approx(from_nothing.strict.kva, rel=4e-4, abs=0.04)
        assert taken_up.rated.kva == pytest.approx(from_nothing.rated.kva, rel=4e-4, abs=0.04)
        assert limit(taken_up.strict) == limit(from_nothing.strict)
        assert taken_up.load_rate_percent == pytest.approx(from_nothing.load_rate_percent, abs=1e-3, nan_ok=True)
        assert taken_up.voltage_min_v == pytest.approx(from_nothing.voltage_min_v, abs=1e-2)
        assert not again.wrong(connection, 40.0)
