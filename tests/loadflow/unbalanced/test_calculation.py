"""The unbalanced calculation on paper, against pandapower, and against itself."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pandapower as pp
import pytest
from loadflow_cases import load_flow_of
from phase_cases import FLOOR_V, R_OHM_PER_KM, X_OHM_PER_KM, customers, lv_net, model_of

from capacity.loadflow.unbalanced import Assumptions, PhaseLimits
from capacity.loadflow.unbalanced.network import Cutter
from capacity.loadflow.unbalanced.solving import PhaseSolver
from capacity.loadflow.unbalanced.state import state_of
from capacity.tables.connection import Connection, NewLine, NewTransformer

AT_END = Connection("here", "n1", single_phase=True)
EVEN = (("n1", 10.0, "3", None),)


def voltage_v(open_v: float, ohm: complex, va: complex) -> float:
    """Phase-to-neutral voltage behind a loop impedance, of the quadratic of the two-bus circuit (upper root)."""
    rp_xq = ohm.real * va.real + ohm.imag * va.imag
    return math.sqrt(
        (open_v**2 - 2.0 * rp_xq + math.sqrt((open_v**2 - 2.0 * rp_xq) ** 2 - 4.0 * abs(ohm * va) ** 2)) / 2.0
    )


def test_check__two_buses_by_hand() -> None:
    """100 kVA, 4 %, 1.5 % resistive; 100 m of 0.6 + j0.3 ohm/km in phase and neutral; 4.5 kW at 0.9 on one phase.

    The transformer's base impedance is 400²/100 000 = 1.6 ohm: Zt = 0.024 + j0.05933 ohm (its loop too: Z0 = Z1).
    The line's loop is twice 0.06 + j0.03 ohm. In all 0.144 + j0.11933 ohm. 4.5 kW at 0.9 are 5 kVA, Q = 2.17945 kvar:
    RP + XQ = 648 + 260.08 = 908.08 V²; (|Z|·S)² = 0.034976 · 25e6 = 874 398 V⁴. With U0 = 230.940 V (U0² = 53 333.3)
    U² = (51 517.2 + √(51 517.2² − 4·874 398)) / 2 = 51 500.2, U = 226.936 V: a drop of 4.004 V, six times what the line
    (twice: phase and neutral, each with three times the current) and three times what the transformer would lose with
    the same power on three phases.
    """
    found = model_of(lv_net(), customers()).check(AT_END, 4.5, 0.9, [0, 1])
    assert found.method == "unbalanced"
    assert found.voltage_min_v == pytest.approx(226.936, abs=2e-3)
    assert found.floor_v == pytest.approx(197.454, abs=1e-3)
    assert found.voltage_at == model_of(lv_net())._flow.window.timestamps[0]


def test_check__room_by_hand() -> None:
    """The line of the other test, 1 km of it: the voltage falls to 197.454 V where the quadratic says so."""
    found = model_of(lv_net(lengths_m=(1000.0,)), customers()).check(AT_END, 4.5, 0.9, [0])
    ohm = 2.0 * complex(R_OHM_PER_KM, X_OHM_PER_KM) + 1.6 * complex(0.015, math.sqrt(0.04**2 - 0.015**2))
    room_va = 1000.0 * found.room_kva * complex(0.9, math.sqrt(0.19))
    assert voltage_v(400.0 / math.sqrt(3.0), ohm, room_va) == pytest.approx(FLOOR_V, abs=0.15)
    assert voltage_v(400.0 / math.sqrt(3.0), ohm, room_va) >= FLOOR_V
    assert found.binding is not None
    assert (found.binding.criterion, found.binding.element_id, found.binding.unit) == ("voltage_min", "n1", "V")
    assert found.binding.value < found.binding.limit == pytest.approx(FLOOR_V)


def test_check__room_is_what_a_third_of_the_transformer_carries() -> None:
    """At the busbar only the phase's current binds: 80 % of 144.34 A at a little less than 230.9 V."""
    found = model_of(lv_net(), customers()).check(Connection("k", "n0"), 1.0, 1.0, [0])
    assert found.binding is not None
    assert (found.binding.criterion, found.binding.element_id) == ("transformer_loading", "T1")
    amperes = 0.8 * 100.0 / (math.sqrt(3.0) * 0.4)
    drop_v = amperes * 1.6 * 0.015
    assert found.room_kva == pytest.approx(amperes * (230.94 - drop_v) / 1000.0, abs=0.15)
    more = model_of(lv_net(), customers()).check(
        Connection("k", "n0"), 1.0, 1.0, [0], limits=PhaseLimits(transformer_percent=100.0)
    )
    assert more.room_kva > 1.2 * found.room_kva


def test_check__conductor_binds_on_its_own_phase() -> None:
    net = lv_net((0,), (0.0, 9.0), max_i_ka=0.05)
    found = model_of(net, customers(("n1", 9.0, "1", "b"))).check(AT_END, 2.0, 0.95, [0])
    assert found.best_phase in ("a", "c")
    assert found.binding is not None
    assert (found.binding.criterion, found.binding.element_id) == ("line_loading", "l1")
    assert found.binding.value > 100.0 == found.binding.limit
    assert found.room_kva == pytest.approx(0.05 * 225.0, rel=0.03)


def asymmetric(net: Any, by_bus: dict[int, np.ndarray]) -> Any:
    """A copy for ``runpp_3ph`` with the same loads on phases, and the zero sequence that the model assumes."""
    own = copy.deepcopy(net)
    own.load = own.load.iloc[0:0]
    own.ext_grid[["s_sc_max_mva", "rx_max", "x0x_max", "r0x0_max"]] = (1e7, 0.1, 1.0, 0.1)
    own.trafo["vk0_percent"], own.trafo["vkr0_percent"] = own.trafo["vk_percent"], own.trafo["vkr_percent"]
    own.trafo["mag0_percent"], own.trafo["mag0_rx"], own.trafo["si0_hv_partial"] = 1e6, 0.4, 0.9
    own.trafo["vector_group"] = "Dyn"
    for part in ("r", "x"):
        own.line[f"{part}0_ohm_per_km"] = 4.0 * own.line[f"{part}_ohm_per_km"]
    own.line["c0_nf_per_km"] = own.line["c_nf_per_km"]
    for bus, va in by_bus.items():
        names = ("a", "b", "c")
        p = {f"p_{name}_mw": va[number].real / 1e6 for number, name in enumerate(names)}
        q = {f"q_{name}_mvar": va[number].imag / 1e6 for number, name in enumerate(names)}
        pp.create_asymmetric_load(own, bus, **p, **q)
    pp.runpp_3ph(own)
    assert own.converged
    return own


def assert_as_pandapower(net: Any, network: Any, grid: Any, open_v: float, va: np.ndarray) -> None:
    electrical = {int(bus): node for node, bus in enumerate(network.buses)}
    lv = [bus for bus in net.bus.index if int(grid.bus_of[bus]) in electrical]
    node = np.array([electrical[int(grid.bus_of[bus])] for bus in lv])
    theirs = asymmetric(net, {bus: va[at] for bus, at in dict(zip(lv, node, strict=True)).items() if va[at].any()})
    ours = np.abs(PhaseSolver(network).solve(np.array([open_v]), va[None]).voltage_v[0, node])
    columns = ["vm_a_pu", "vm_b_pu", "vm_c_pu"]
    # pandapower numbers the phases behind Dyn from another one: each of its columns is one of ours
    found = theirs.res_bus_3ph.loc[lv, columns].to_numpy() * network.phase_v
    turned = min(np.abs(np.roll(found, turn, axis=1) - ours).max() for turn in range(3))
    assert turned < 2e-4 * network.phase_v


def test_solver__as_pandapower() -> None:
    net = lv_net((0, 1, 1, 3, 0), (0.0, 6.0, 4.0, 5.0, 3.0, 8.0))
    model = model_of(net)
    grid = model._flow.plan.grid
    network = Cutter.of(grid, net, Assumptions()).cut(int(grid.bus_of[2]))
    rng = np.random.default_rng(3)
    va = 1000.0 * rng.uniform(0.0, 6.0, (network.n, 3)) * complex(0.95, 0.31)
    assert_as_pandapower(net, network, grid, network.phase_v * network.supply.ratio, va)


def test_solver__as_pandapower_with_stated_zero_sequence() -> None:
    net = lv_net((0, 1), (0.0, 6.0, 4.0))
    net.line["r0_ohm_per_km"], net.line["x0_ohm_per_km"] = (
        4.0 * net.line["r_ohm_per_km"],
        4.0 * net.line["x_ohm_per_km"],
    )
    net.trafo["vk0_percent"], net.trafo["vkr0_percent"] = 4.0, 1.5
    model = model_of(net)
    grid = model._flow.plan.grid
    network = Cutter.of(grid, net, Assumptions(line_z0_ratio=9.0, dyn_z0_ratio=9.0)).cut(int(grid.bus_of[2]))
    assert network.stated_z0 == 1.0
    assert network.supply.stated_z0
    va = np.zeros((network.n, 3), dtype=complex)
    va[:, 1] = 3000.0
    assert_as_pandapower(net, network, grid, network.phase_v * network.supply.ratio, va)


def test_check__even_load_as_the_balanced_flow() -> None:
    net = lv_net((0, 1, 1), (0.0, 9.0, 6.0, 12.0))
    model = model_of(net, customers(*[(f"n{n}", 10.0, "3", None) for n in (1, 2, 3)]), factors=[0.5, 1.0, 0.8])
    network, records = model._network(model._bus("n1"))
    steps = np.arange(3)
    state = state_of(model._flow, network, steps, {}, 10.0)
    va = state.load_va[:, :, None] * records.share
    ours = np.abs(PhaseSolver(network).solve(state.open_v, va).voltage_v)
    snapshot = load_flow_of(model._flow.case, model._flow.window)(steps)
    place = [int(np.flatnonzero(network.buses == model._bus(f"n{n}"))[0]) for n in range(4)]
    balanced = snapshot.voltage_pu[:, [list(snapshot.bus_index).index(n + 1) for n in range(4)]] * network.phase_v
    assert np.abs(ours[:, place] - balanced[:, :, None]).max() < 1e-5 * network.phase_v


@pytest.mark.parametrize("turn", [1, 2])
def test_check__turning_the_phases_turns_the_answer(turn: int) -> None:
    net = lv_net((0, 1, 1), (0.0, 6.0, 9.0, 4.0), lengths_m=(200.0, 300.0, 100.0))
    phases = ["a", "b", "b", "c"]

    def asked(shift: int) -> Any:
        turned = ["abc"[("abc".index(phase) + shift) % 3] for phase in phases]
        rows = [("n1", 6.0, "1", turned[0]), ("n2", 5.0, "1", turned[1]), ("n2", 4.0, "1", turned[2])]
        return model_of(net, customers(*rows, ("n3", 4.0, "1", turned[3]))).check(AT_END, 3.0, 0.95, [0])

    first, second = asked(0), asked(turn)
    assert second.room_kva == pytest.approx(first.room_kva, abs=0.06)
    assert second.voltage_min_v == pytest.approx(first.voltage_min_v, abs=1e-4)
    assert second.best_phase == "abc"[("abc".index(first.best_phase) + turn) % 3]


def test_check__room_is_kept_and_a_little_more_is_not() -> None:
    """Every limit by direct solutions just below and just above the room, on every phase; the best phase has most."""
    net = lv_net((0, 1, 2, 2), (0.0, 5.0, 6.0, 9.0, 4.0), lengths_m=(150.0, 150.0, 200.0, 100.0), max_i_ka=0.12)
    who = customers(
        ("n1", 5.0, "3", None),
        ("n2", 6.0, "1", "a"),
        ("n3", 5.0, "1", "a"),
        ("n3", 4.0, "1", "b"),
        ("n4", 4.0, "1", "c"),
    )
    model = model_of(net, who, factors=[0.3, 1.0, 0.9, 0.7])
    connection = Connection("k", "n3")
    found = model.check(connection, 2.0, 0.95, range(4))
    network, records = model._network(model._bus("n3"))
    node = int(np.flatnonzero(network.buses == model._bus("n3"))[0])
    state = state_of(model._flow, network, np.arange(4), {}, 10.0)

    def keeps(kva: float, phase: int) -> bool:
        va = state.load_va[:, :, None] * records.share
        va[:, node, phase] += 1000.0 * kva * complex(0.95, math.sqrt(1 - 0.95**2))
        solved = PhaseSolver(network).solve(state.open_v, va)
        u = solved.voltage_v
        singles = [("n2", 0), ("n3", 0), ("n3", 1), ("n4", 2), ("n3", phase)]
        at = {name: int(np.flatnonzero(network.buses == model._bus(name))[0]) for name in ("n1", "n2", "n3", "n4")}
        phase_kept = all((np.abs(u[:, at[name], one]) >= FLOOR_V).all() for name, one in singles)
        three = u[:, at["n1"]]
        pair_kept = (np.abs(three - np.roll(three, 1, axis=1)) >= 0.93 * 380.0).all()
        current_kept = (solved.current_a <= 120.0).all() and (solved.supply_a <= 0.8 * 144.3376).all()
        return bool(phase_kept and pair_kept and current_kept)

    assert keeps(found.room_kva - 1e-6, "abc".index(found.best_phase))
    assert not any(keeps(found.room_kva + 0.06, phase) for phase in range(3))


def test_check__new_line_counts_both_ways() -> None:
    """50 m of 2 ohm/km in phase and neutral: 0.2 ohm more in the loop."""
    line = NewLine("service", 0.4, 50.0, 2.0, 0.0, 0.1)
    found = model_of(lv_net(), customers()).check(Connection("k", "n1", line=line), 4.5, 0.9, [0])
    ohm = complex(0.144 + 0.2, 0.1193303)
    expected = voltage_v(230.94011, ohm, 5000.0 * complex(0.9, math.sqrt(0.19)))
    assert found.voltage_min_v == pytest.approx(expected, abs=1e-3)
    thin = NewLine("service", 0.4, 5.0, 2.0, 0.0, 0.02)
    bound = model_of(lv_net(), customers()).check(Connection("k", "n1", line=thin), 1.0, 1.0, [0]).binding
    assert bound is not None
    assert (bound.criterion, bound.element_id, bound.new) == ("line_loading", "NEW service", True)


def test_check__new_transformer_and_replacement() -> None:
    new = NewTransformer("S20-200", 200.0, 4.0, 1.3, 0.0, 0.0)
    service = NewLine("service", 0.4, 50.0, 0.6, 0.1, 0.2)
    own = model_of(lv_net(), customers()).check(
        Connection("k", "station", transformer=new, service=service), 4.5, 0.9, [0]
    )
    base = 400.0**2 / 200_000.0
    zt = base * complex(0.013, math.sqrt(0.04**2 - 0.013**2))
    expected = voltage_v(230.94011, zt + 2.0 * complex(0.03, 0.005), 5000.0 * complex(0.9, math.sqrt(0.19)))
    assert own.voltage_min_v == pytest.approx(expected, abs=1e-3)
    net = lv_net((0,), (0.0, 60.0))
    before = model_of(net, customers(*EVEN)).check(AT_END, 4.5, 0.9, [0])
    after = model_of(net, customers(*EVEN)).check(
        Connection("k", "n1", replaces="T1", replacement=new), 4.5, 0.9, [0], limits=PhaseLimits(100.0)
    )
    assert after.room_kva > before.room_kva
    assert after.voltage_min_v > before.voltage_min_v


def test_check__a_limit_already_broken_leaves_no_room_on_its_phase() -> None:
    net = lv_net((0,), (0.0, 15.0), lengths_m=(600.0,))
    found = model_of(net, customers(("n1", 15.0, "1", "a"))).check(AT_END, 1.0, 0.95, [0])
    assert found.best_phase in ("b", "c")
    assert found.room_kva > 0.0
    all_broken = model_of(lv_net((0,), (0.0, 60.0), lengths_m=(500.0,)), customers(*EVEN)).check(AT_END, 1.0, 0.95, [0])
    assert all_broken.room_kva == 0.0
    assert all_broken.binding is not None
    assert all_broken.binding.criterion == "voltage_min"
    assert all_broken.binding.value < all_broken.binding.limit
    assert "已越限" in all_broken.basis_zh


def test_check__no_solution_is_unknown_never_zero() -> None:
    """300 kW at the end of 600 m: no voltage solves it."""
    net = lv_net((0,), (0.0, 60.0), lengths_m=(600.0,))
    model = model_of(net, customers(("n1", 5.0, "1", "a"), ("n1", 5.0, "1", "b")), factors=[0.1, 1.0])
    assert model.check(AT_END, 1.0, 0.95, [0]).room_kva > 0.0
    found = model.check(AT_END, 1.0, 0.95, [0, 1])
    assert math.isnan(found.room_kva)
    assert math.isnan(found.voltage_min_v)
    assert found.best_phase == ""
    assert "2024-01-01 00:15" in found.basis_en
    assert "裕度未知" in found.basis_zh


def test_check__asked_for_too_much_leaves_the_voltage_unknown_and_the_room_known() -> None:
    found = model_of(lv_net((0,), lengths_m=(1000.0,)), customers()).check(AT_END, 200.0, 0.95, [0])
    assert math.isnan(found.voltage_min_v)
    assert 0.0 < found.room_kva < 20.0


def test_check__what_is_reserved_takes_room() -> None:
    model = model_of(lv_net((0,), (0.0, 9.0), lengths_m=(400.0,)), customers(*EVEN))
    alone = model.check(AT_END, 2.0, 0.95, [0])
    beside = model.check(AT_END, 2.0, 0.95, [0], added_kw={2: complex(15.0, 5.0)})
    assert beside.room_kva < alone.room_kva - 2.0
    assert beside.voltage_min_v < alone.voltage_min_v


def test_check__beyond_the_calculation_is_unknown() -> None:
    net = lv_net((0,))
    pp.create_transformer_from_parameters(net, 0, 2, 0.1, 10.0, 0.4, 1.5, 4.0, 0.0, 0.0, shift_degree=330.0, name="T2")
    found = model_of(net, customers()).check(AT_END, 2.0, 0.95, [0])
    assert math.isnan(found.room_kva)
    assert "not supplied by one pair" in found.basis_en


def test_check__says_what_is_wrong_with_a_question() -> None:
    model = model_of(lv_net(), customers())
    with pytest.raises(ValueError, match="no load"):
        model.check(AT_END, 0.0, 0.95, [0])
    with pytest.raises(ValueError, match="steps"):
        model.check(AT_END, 1.0, 0.95, [7])
    with pytest.raises(ValueError, match="nowhere"):
        model.check(Connection("k", "nowhere"), 1.0, 0.95, [0])
