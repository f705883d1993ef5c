"""The largest simultaneous share against a grid whose answer is known on paper: linear loadings and voltages."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.headroom.simultaneous import Limits, Scope, first_broken, largest_share
from capacity.tables.solved import Snapshot

WATCH_ALL = Scope(np.array([0]), np.array([0, 1]), np.array([0]))


def linear_grid(
    base_percent: float = 40.0, fails_above_kw: float = math.inf, bus_pu: tuple[float, float] = (0.98, 0.96)
):
    """One section (+0.1 % per kW), two buses (−0.0001 and −0.0002 pu per kW), one substation (1 kVA per kW)."""

    def solve(steps, added_kw=None):
        total = sum(value.real for value in (added_kw or {}).values())
        n = len(steps)
        failed = np.full(n, total > fails_above_kw)
        # the second step is lighter: it must never be the one that binds
        weight = np.array([1.0, 0.5])[:n, None]

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


def share(solve, wish_kw: float, **limits: float):
    bounds = Limits(
        np.array([limits.get("line", math.inf)]),
        np.array([limits.get("substation", math.inf)]),
        np.array([limits.get("v0", -math.inf), limits.get("v1", -math.inf)]),
        np.array([0, limits.get("network", 1)]),
        limits.get("epsilon", 0.005),
    )
    steps = np.array([3, 9])
    return largest_share(solve, steps, solve(steps), {}, {10: complex(wish_kw, 0.0)}, bounds, WATCH_ALL)


def test_largest_share__nothing_binds() -> None:
    assert share(linear_grid(), 100.0, line=100.0, substation=8000.0, v0=0.93) == share(linear_grid(), 100.0)
    assert share(linear_grid(), 100.0).alpha == 1.0


@pytest.mark.parametrize(
    ("limits", "criterion", "column", "kw"),
    [
        ({"line": 60.0}, "section_loading", 0, 200.0),  # (60 − 40) / 0.1
        ({"substation": 1100.0}, "substation_loading", 0, 100.0),
        ({"v0": 0.93}, "voltage_min", 0, 500.0),  # (0.98 − 0.93) / 0.0001
        ({"line": 60.0, "v1": 0.93}, "voltage_min", 1, 150.0),  # (0.96 − 0.93) / 0.0002 comes first
    ],
)
def test_largest_share__first_limit_to_fail_binds(limits, criterion, column, kw) -> None:
    found = share(linear_grid(), 800.0, **limits)
    assert found.alpha * 800.0 == pytest.approx(kw, abs=1.0)
    assert found.alpha * 800.0 <= kw + 1e-9
    assert (found.binding.criterion, found.binding.column, found.binding.step) == (criterion, column, 3)


def test_largest_share__no_room_is_zero_and_named() -> None:
    found = share(linear_grid(base_percent=100.0), 100.0, line=100.0)
    assert found.alpha == pytest.approx(0.0, abs=1e-3)
    assert found.binding.criterion == "section_loading"


def test_largest_share__collapse_is_not_capacity() -> None:
    """Where the load flow diverges above 300 kW, 300 kW is the most that is ever promised."""
    found = share(linear_grid(fails_above_kw=300.0), 1000.0)
    assert 0.29 < found.alpha <= 0.3


def test_largest_share__failed_base_is_unknown() -> None:
    solve = linear_grid(fails_above_kw=-1.0)
    assert math.isnan(share(solve, 10.0).alpha)


def test_largest_share__voltage_already_low_elsewhere_may_lose_epsilon() -> None:
    found = share(linear_grid(bus_pu=(0.98, 0.92)), 100.0, v1=0.93, epsilon=0.005)
    assert found.alpha * 100.0 == pytest.approx(25.0, abs=0.2)  # 0.005 / 0.0002


def test_largest_share__bus_just_inside_a_broken_network_may_lose_epsilon_too() -> None:
    limits = {"v0": 0.98, "v1": 0.93, "epsilon": 0.02}
    alone = share(linear_grid(bus_pu=(0.98, 0.92)), 1000.0, network=1, **limits)
    together = share(linear_grid(bus_pu=(0.98, 0.92)), 1000.0, network=0, **limits)
    assert alone.alpha == pytest.approx(0.0, abs=1e-3)
    assert together.alpha * 1000.0 == pytest.approx(100.0, abs=1.0)  # bus 1 loses its 0.02 after 100 kW


def test_first_broken__names_worst_step() -> None:
    snapshot = linear_grid(base_percent=120.0, bus_pu=(0.98, 0.92))(np.array([3, 9]))
    limits = Limits(np.array([100.0]), np.array([math.inf]), np.array([0.93, 0.93]), np.array([0, 1]), 0.005)
    broken = first_broken(snapshot, limits, WATCH_ALL)
    assert broken[["criterion", "column", "step"]].to_numpy().tolist() == [
        ["section_loading", 0, 3],
        ["voltage_min", 1, 3],
    ]


@given(st.floats(1.0, 2000.0), st.floats(41.0, 200.0), st.floats(0.9, 0.959))
def test_largest_share__never_breaks_a_limit_and_is_nearly_largest(wish_kw, line, v1) -> None:
    found = share(linear_grid(), wish_kw, line=line, v1=v1)
    exact = min(1.0, (line - 40.0) / 0.1 / wish_kw, (0.96 - v1) / 2e-4 / wish_kw)
    assert found.alpha <= exact + 1e-9
    assert found.alpha >= exact - 2e-3
