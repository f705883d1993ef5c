"""The largest total against grids whose answer is known on paper: loadings and voltages linear in added power."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.headroom.margins import Limits, Scope, first_broken
from capacity.headroom.simultaneous import Shares, Wishes, largest_total
from capacity.tables.solved import Snapshot

WATCH_ALL = Scope(np.array([0]), np.array([0, 1]), np.array([0]))
STEPS = np.array([3, 9])


def linear_grid(
    base_percent: float = 40.0, fails_above_kw: float = math.inf, bus_pu: tuple[float, float] = (0.98, 0.96)
):
    """One section (+0.1 % per kW), two buses (−0.0001 and −0.0002 pu per kW), one substation (1 kVA per kW)."""

    def solve(steps, added_kw=None):
        total = sum(value.real for value in (added_kw or {}).values())
        n = len(steps)
        failed = np.full(n, total > fails_above_kw)
        # the second step is lighter: it must never be the one that binds
        weight = np.array([1.0 if step == 3 else 0.5 for step in steps])[:, None]

        def shown(values):
            return np.where(failed[:, None], np.nan, values)

        return Snapshot(
            steps=np.asarray(steps),
            failed=failed,
            bus_index=np.array([10, 11]),
            voltage_pu=shown(1.0 - weight * (1.0 - np.array([[bus_pu[0] - 1e-4 * total, bus_pu[1] - 2e-4 * total]]))),
            line_index=np.array([5]),
            line_loading_percent=shown(weight * (base_percent + 0.1 * total)),
            trafo_index=np.array([], dtype=int),
            trafo_loading_percent=np.empty((n, 0)),
            substation_ids=("S1",),
            substation_kva=shown(weight * (1000.0 + total)),
        )

    return solve


def total(solve, wish_kw: float, **limits: float) -> Shares:
    bounds = Limits(
        np.array([limits.get("line", math.inf)]),
        np.array([limits.get("substation", math.inf)]),
        np.array([limits.get("v0", -math.inf), limits.get("v1", -math.inf)]),
        np.array([0, limits.get("network", 1)]),
        limits.get("epsilon", 0.005),
        limits.get("line_epsilon", 0.5),
        np.array([limits.get("substation_epsilon", 5.0)]),
    )
    wishes = Wishes(np.array([10]), np.array([wish_kw]), 1.0 + 0.0j)
    return largest_total(solve, solve(STEPS), {}, wishes, bounds, WATCH_ALL, None)


def test_largest_total__nothing_binds() -> None:
    found = total(linear_grid(), 100.0, line=100.0, substation=8000.0, v0=0.93)
    assert (found.total_kva, found.binding) == (100.0, None)


@pytest.mark.parametrize(
    ("limits", "criterion", "column", "kw"),
    [
        ({"line": 60.0}, "section_loading", 0, 200.0),  # (60 − 40) / 0.1
        ({"substation": 1100.0}, "substation_loading", 0, 100.0),
        ({"v0": 0.93}, "voltage_min", 0, 500.0),  # (0.98 − 0.93) / 0.0001
        ({"line": 60.0, "v1": 0.93}, "voltage_min", 1, 150.0),  # (0.96 − 0.93) / 0.0002 comes first
    ],
)
def test_largest_total__first_limit_to_fail_binds(limits, criterion, column, kw) -> None:
    found = total(linear_grid(), 800.0, **limits)
    assert kw - 1.0 <= found.total_kva <= kw + 1e-9
    assert (found.binding.criterion, found.binding.column, found.binding.step) == (criterion, column, 3)


def test_largest_total__no_room_is_zero_and_named() -> None:
    found = total(linear_grid(base_percent=100.0), 100.0, line=100.0)
    assert found.total_kva == 0.0
    assert found.binding.criterion == "section_loading"


def test_largest_total__collapse_is_not_capacity() -> None:
    """Where the load flow diverges above 300 kW, 300 kW is the most that is ever promised."""
    assert 290.0 < total(linear_grid(fails_above_kw=300.0), 1000.0).total_kva <= 300.0


def test_largest_total__failed_base_is_unknown() -> None:
    assert math.isnan(total(linear_grid(fails_above_kw=-1.0), 10.0).total_kva)


def test_largest_total__voltage_already_low_elsewhere_may_lose_epsilon() -> None:
    found = total(linear_grid(bus_pu=(0.98, 0.92)), 100.0, v1=0.93, epsilon=0.005)
    assert found.total_kva == pytest.approx(25.0, abs=0.2)  # 0.005 / 0.0002


@pytest.mark.parametrize(("base_percent", "kw"), [(70.0, 5.0), (59.5, 5.0), (59.0, 10.0)])
def test_largest_total__section_already_over_its_limit_elsewhere_may_gain_epsilon(base_percent, kw) -> None:
    """Limit 60 %, 0.1 % per kW: from 70 % half a point is 5 kW; from below, what is missing to 60 %."""
    assert total(linear_grid(base_percent=base_percent), 100.0, line=60.0).total_kva == pytest.approx(kw, abs=0.1)


def test_largest_total__substation_already_over_its_limit_may_gain_its_epsilon() -> None:
    found = total(linear_grid(), 100.0, substation=900.0, substation_epsilon=40.0)
    assert found.total_kva == pytest.approx(40.0, abs=0.1)


def test_largest_total__bus_just_inside_a_broken_network_may_lose_epsilon_too() -> None:
    limits = {"v0": 0.98, "v1": 0.93, "epsilon": 0.02}
    alone = total(linear_grid(bus_pu=(0.98, 0.92)), 1000.0, network=1, **limits)
    together = total(linear_grid(bus_pu=(0.98, 0.92)), 1000.0, network=0, **limits)
    assert alone.total_kva == 0.0
    assert together.total_kva == pytest.approx(100.0, abs=1.0)  # bus 1 loses its 0.02 after 100 kW


def test_first_broken__names_worst_step() -> None:
    snapshot = linear_grid(base_percent=120.0, bus_pu=(0.98, 0.92))(STEPS)
    limits = Limits(
        np.array([100.0]),
        np.array([math.inf]),
        np.array([0.93, 0.93]),
        np.array([0, 1]),
        0.005,
        0.5,
        np.array([0.0]),
    )
    broken = first_broken(snapshot, limits, WATCH_ALL)
    assert broken[["criterion", "column", "step"]].to_numpy().tolist() == [
        ["section_loading", 0, 3],
        ["voltage_min", 1, 3],
    ]


@given(st.floats(1.0, 2000.0), st.floats(41.0, 200.0), st.floats(0.9, 0.959))
def test_largest_total__one_wish_never_breaks_a_limit_and_is_nearly_largest(wish_kw, line, v1) -> None:
    found = total(linear_grid(), wish_kw, line=line, v1=v1).total_kva / wish_kw
    exact = min(1.0, (line - 40.0) / 0.1 / wish_kw, (0.96 - v1) / 2e-4 / wish_kw)
    assert found <= exact + 1e-9
    assert found >= exact - 2e-3


# A trunk, and behind it a weak branch: T1 hangs on the trunk (section 0), T2 and T3 behind section 1, T3 also lowers
# the voltage of the last bus twice as much as T2.
TRUNK_SCOPE = Scope(np.array([0, 1]), np.array([0]), np.array([], dtype=int))
PERCENT_PER_KW = np.array([[0.1, 0.1, 0.1], [0.0, 0.5, 0.5]])
PU_PER_KW = np.array([0.0, 1e-4, 2e-4])
CURVATURE = 2e-5


def weak_branch(added_kw, steps=STEPS) -> Snapshot:
    """Loadings slightly convex in what is added, as in AC."""
    kw = np.array([added_kw.get(bus, 0j).real for bus in (1, 2, 3)])
    weight = np.array([1.0 if step == 3 else 0.9 for step in steps])[:, None]
    line = PERCENT_PER_KW @ kw
    return Snapshot(
        steps=np.asarray(steps),
        failed=np.zeros(len(steps), dtype=bool),
        bus_index=np.array([3]),
        voltage_pu=1.0 - weight * (0.04 + PU_PER_KW @ kw * (1.0 + CURVATURE * kw.sum())).reshape(1, 1),
        line_index=np.array([7, 8]),
        line_loading_percent=weight * (np.array([40.0, 50.0]) + line * (1.0 + CURVATURE * kw.sum()))[None, :],
        trafo_index=np.array([], dtype=int),
        trafo_loading_percent=np.empty((len(steps), 0)),
        substation_ids=(),
        substation_kva=np.empty((len(steps), 0)),
    )


def branch_total(rooms_kw, percent=(100.0, 100.0), floor=0.90, *, told: bool = True, asked: list | None = None):
    def solve(steps, added_kw=None):
        if asked is not None:
            asked.append(added_kw)
        return weak_branch(added_kw or {}, steps)

    limits = Limits(np.array(percent), np.empty(0), np.array([floor]), np.array([0]), 0.005, 0.5, np.empty(0))
    effects = np.concatenate([PERCENT_PER_KW, PU_PER_KW[None, :]])
    wishes = Wishes(np.array([1, 2, 3]), np.array(rooms_kw, dtype=float), 1.0 + 0.0j)
    base = weak_branch({})
    return largest_total(solve, base, {}, wishes, limits, TRUNK_SCOPE, (lambda rows: effects[rows]) if told else None)


@pytest.mark.parametrize("told", [True, False])
def test_largest_total__weak_branch_does_not_hold_back_the_trunk(told: bool) -> None:
    """Section 1 lets 100 kW through, shared by T2 and T3; the trunk 600. Proportionally all would get a tenth."""
    found = branch_total([400.0, 500.0, 500.0], told=told)
    assert found.kva == pytest.approx([400.0, 50.0, 50.0], rel=0.02)
    assert (found.binding.criterion, found.binding.column, found.binding.step) == ("section_loading", 1, 3)


def test_largest_total__ties_go_to_the_fair_split() -> None:
    """Only the trunk binds, at 600 of 1200 kW: everybody half of its room, whatever the solver would like."""
    found = branch_total([800.0, 300.0, 100.0], percent=(100.0, 1000.0), floor=0.5)
    assert found.kva == pytest.approx([400.0, 150.0, 50.0], rel=0.02)
    assert found.binding.column == 0


def test_largest_total__voltage_prefers_the_load_that_costs_less() -> None:
    """0.96 pu may fall to 0.94: 0.02 / 1e-4 = 200 kW at T2, or 100 at T3: all of T2's 150, then 25 of T3."""
    found = branch_total([0.1, 150.0, 150.0], percent=(1000.0, 1000.0), floor=0.94)
    assert found.kva[1:] == pytest.approx([150.0, 25.0], rel=0.03)
    assert found.binding.criterion == "voltage_min"


def test_largest_total__what_is_published_was_solved() -> None:
    asked: list = []
    found = branch_total([400.0, 500.0, 500.0], asked=asked)
    solved = [[power.get(bus, 0j).real for bus in (1, 2, 3)] for power in asked]
    assert found.kva.tolist() in solved
    assert len(asked) <= 10


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(*[st.floats(5.0, 800.0)] * 3),
    st.tuples(st.floats(45.0, 150.0), st.floats(51.0, 150.0)),
    st.floats(0.85, 0.955),
    st.booleans(),
)
def test_largest_total__verified_not_above_the_sum_not_below_proportional(rooms, percent, floor, told) -> None:
    found = branch_total(rooms, percent, floor, told=told)
    snapshot = weak_branch(dict(zip((1, 2, 3), found.kva.astype(complex), strict=True)))
    assert (snapshot.line_loading_percent <= np.array(percent) + 1e-9).all()
    assert snapshot.voltage_pu.min() >= floor - 1e-12
    assert (found.kva <= np.array(rooms) + 1e-9).all()
    assert (found.kva >= 0.0).all()
    assert found.total_kva >= proportional(np.array(rooms), percent, floor) - 1e-3 * sum(rooms)
    again = branch_total(rooms, percent, floor, told=told)
    assert again.kva.tolist() == found.kva.tolist()


def proportional(rooms: np.ndarray, percent, floor: float) -> float:
    """The total of the largest common part of all rooms, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(40):
        alpha = (low + high) / 2.0
        shown = weak_branch(dict(zip((1, 2, 3), (alpha * rooms).astype(complex), strict=True)))
        holds = (shown.line_loading_percent <= percent).all() and (shown.voltage_pu >= floor).all()
        low, high = (alpha, high) if holds else (low, alpha)
    return low * float(rooms.sum())
