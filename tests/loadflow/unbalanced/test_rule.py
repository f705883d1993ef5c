"""The rule: chosen where phases are not recorded, and never more than the calculation with phases as it assumes."""

from __future__ import annotations

import math

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from loadflow_cases import load_flow_of, make_case, readings_table, transformers_table, window
from phase_cases import FLOOR_V, STANDARD, customers, lv_net, model_of

from capacity.loadflow.unbalanced import Assumptions, PhaseLimits, PhaseModel
from capacity.loadflow.unbalanced.metering import metered_unbalance_percent
from capacity.loadflow.unbalanced.network import Cutter
from capacity.loadflow.unbalanced.phases import records_of
from capacity.loadflow.unbalanced.question import Question, existing_va
from capacity.loadflow.unbalanced.rule import neutral_of, spread_of
from capacity.loadflow.unbalanced.search import furthered
from capacity.loadflow.unbalanced.solving import PhaseSolver
from capacity.loadflow.unbalanced.state import State, state_of
from capacity.tables.connection import Connection

AT_END = Connection("here", "n1", single_phase=True)


def test_check__method_follows_the_recorded_share() -> None:
    """4 of 5 equal customers recorded are 80 %, 3 of 5 are not; three-phase customers do not count."""
    net = lv_net((0,), (0.0, 5.0))

    def method(recorded: int) -> str:
        rows = [("n1", 8.0, "1", "abc"[n % 3] if n < recorded else None) for n in range(5)]
        return model_of(net, customers(*rows, ("n1", 50.0, "3", None))).check(AT_END, 1.0, 0.95, [0]).method

    assert method(4) == "unbalanced"
    assert method(3) == "rule"
    half_without_customers = lv_net((0, 1), (0.0, 5.0, 5.0))
    known = customers(("n1", 8.0, "1", "a"))
    found = model_of(half_without_customers, known).check(AT_END, 1.0, 0.95, [0])
    assert found.method == "rule"
    assert "50 %" in found.basis_en
    assert found.best_phase == ""


def test_records__shares_by_contract_capacity() -> None:
    net = lv_net((0, 0), (0.0, 5.0, 5.0))
    who = customers(("n1", 6.0, "1", "a"), ("n1", 3.0, "3", None), ("n1", 3.0, "1", None), ("n2", 4.0, "1", "c"))
    model = model_of(net, who)
    network, records = model._network(model._bus("n1"))
    at = {name: int(np.flatnonzero(network.buses == model._bus(name))[0]) for name in ("n0", "n1", "n2")}
    assert records.share[at["n1"]] == pytest.approx([8 / 12, 2 / 12, 2 / 12])
    assert records.share[at["n2"]] == pytest.approx([0.0, 0.0, 1.0])
    assert records.share[at["n0"]] == pytest.approx([1 / 3] * 3)
    assert records.single[at["n2"]].tolist() == [False, False, True]
    assert records.three.tolist() == [name == "n1" for name in sorted(at, key=lambda name: at[name])]
    assert records.known_percent == pytest.approx(100.0 * 10.0 / 13.0)


def test_rule__by_hand() -> None:
    """One section, no load yet: the quotient of what is left and the loop at the floor.

    U0 = 230.940 V, floor 197.454 V, so 33.486 V are left. Loop of 600 m of 0.6 + j0.3 ohm/km: |Z1 + Zn| =
    2 · |0.36 + j0.18| = 0.80498 ohm, of the transformer |0.024 + j0.05933| = 0.064 ohm; at the floor voltage one kVA is
    5.06447 A and takes 5.06447 · 0.86898 = 4.40094 V: 7.609 kVA.
    """
    model = model_of(lv_net((0,), lengths_m=(600.0,)), customers(("n1", 8.0, "1", None)))
    found = model.check(AT_END, 1.0, 0.95, [0])
    assert found.method == "rule"
    assert found.room_kva == pytest.approx(7.609, abs=2e-3)
    assert found.voltage_min_v == pytest.approx(230.940 - 4.40094 / 0.95, abs=2e-3)
    assert found.binding is not None
    assert (found.binding.criterion, found.binding.element_id) == ("voltage_min", "n1")
    assert found.binding.value == pytest.approx(FLOOR_V)


def test_rule__existing_load_by_hand() -> None:
    """The same with 3 kVA of one customer behind the section: k = 3, n = 3, so it counts as it would on that phase.

    Its mean current at the floor is 3000 / 3 / 197.454 = 5.06447 A; three times that over |Z1| + |Zn| of the line
    (0.80498 ohm) and |Z1| of the transformer (0.064 ohm) is 13.2028 V: 20.283 V are left, 4.609 kVA.
    """
    net = lv_net((0,), (0.0, 3.0), lengths_m=(600.0,), kvar_per_kw=0.0)
    found = model_of(net, customers(("n1", 8.0, "1", None))).check(AT_END, 1.0, 0.95, [0])
    assert found.room_kva == pytest.approx(4.609, abs=3e-3)


def test_neutral_of__reaches_every_split() -> None:
    """The bound against 20 000 random splits within it, each phase's current at a voltage of its own."""
    rng = np.random.default_rng(5)
    for spread in (1.0, 1.2, 1.5, 1.8, 2.4, 3.0):
        share = 0.85
        split = rng.dirichlet((1.0, 1.0, 1.0), 20_000) * 3.0
        split = split[(split <= spread).all(axis=1)] if spread > 1.0 else np.ones((1, 3))
        currents = split * rng.choice([1.0, share], split.shape)
        neutral = np.abs(currents @ np.exp(-2j * np.pi / 3.0 * np.arange(3)))
        assert len(split)
        assert neutral.max() <= neutral_of(np.array([spread]), share)[0] + 1e-9


def random_case(rng: np.random.Generator) -> tuple[PhaseModel, pd.DataFrame]:
    """A random tree of 8 nodes with customers, each on a phase."""
    parents = tuple(int(rng.integers(0, n)) for n in range(1, 8))
    loads = (0.0, *rng.uniform(0.5, 4.0, 7))
    rows = []
    for node in range(1, 8):
        for _ in range(int(rng.integers(1, 4))):
            phases = "3" if rng.random() < 0.2 else "1"
            rows.append((f"n{node}", float(rng.choice([4.0, 8.0, 16.0])), phases, "abc"[rng.integers(0, 3)]))
    rows = [(node, kva, phases, phase if phases == "1" else None) for node, kva, phases, phase in rows]
    net = lv_net(parents, loads, lengths_m=tuple(rng.uniform(40.0, 250.0, 7)), max_i_ka=float(rng.uniform(0.08, 0.2)))
    net.load["q_mvar"] = net.load["p_mw"] * rng.uniform(0.0, 0.5, len(net.load))
    who = customers(*rows)
    return model_of(net, who, factors=[1.0, 0.7]), who


def state_in(model: PhaseModel) -> State:
    """Both steps of a random case."""
    network, _ = model._network(model._bus("n1"))
    return state_of(model._flow, network, np.arange(2), {}, complex(10.0, 3.0))


def assumed_by(model: PhaseModel, who: pd.DataFrame) -> float:
    """The unbalance with which every section keeps what the rule takes for granted, with phases as they are."""
    network, records = model._network(model._bus("n1"))
    unknown = records_of(network, who.assign(phase=pd.NA), model._bus_of_name, np.ones(network.n))
    state = state_in(model)
    load = np.abs(state.load_va[0])[:, None] * records.share
    parent, _, order = network.up
    for node in order[:0:-1]:
        load[parent[node]] += load[node]
    total = load.sum(axis=1)
    uneven = 3.0 * load.max(axis=1)[total > 0.0] / total[total > 0.0]
    return max(0.0, float((uneven - spread_of(network, unknown, 0.0)[total > 0.0]).max()))


@pytest.mark.parametrize("seed", range(12))
def test_rule__never_more_than_the_calculation_on_the_worst_phase(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, who = random_case(rng)
    unbalance = assumed_by(model, who)
    network, records = model._network(model._bus("n1"))
    blind = PhaseModel(
        model._flow, STANDARD, who.assign(phase=pd.NA), Assumptions(unbalance_percent=100.0 * unbalance + 1e-6)
    )
    some_room = False
    for name in ("n1", "n4", "n7"):
        connection = Connection("k", name)
        by_rule = blind.check(connection, 2.0, 0.95, [0, 1])
        node = int(np.flatnonzero(network.buses == model._bus(name))[0])
        state = state_in(model)
        before = PhaseSolver(network).solve(state.open_v, existing_va(state, records))
        question = Question(network, records, node, state, before, complex(0.95, math.sqrt(1.0 - 0.95**2)))
        for phase in range(3):
            side = question.on(phase, 2.0, 40.0, STANDARD, PhaseLimits(), model.assumed)
            search = side.search
            while not search.confirmed:
                search = furthered(search)
            assert by_rule.room_kva <= search.kva + 0.05
            lowest = np.abs(question.asked(phase, 2.0 / 0.95).voltage_v[:, node, phase]).min()
            if by_rule.room_kva >= 2.0 / 0.95:
                assert by_rule.voltage_min_v <= lowest
        assert by_rule.method == "rule"
        some_room |= by_rule.room_kva > 0.5
    assert some_room or unbalance > 0.3


def test_rule__more_unbalance_less_room() -> None:
    net = lv_net((0, 1), (0.0, 6.0, 6.0), lengths_m=(150.0, 150.0))
    who = customers(("n1", 8.0, "1", None), ("n2", 8.0, "1", None), ("n2", 8.0, "1", None))
    rooms = [
        model_of(net, who, assumed=Assumptions(unbalance_percent=percent)).check(AT_END, 1.0, 0.95, [0]).room_kva
        for percent in (0.0, 30.0, 60.0)
    ]
    assert rooms[0] > rooms[1] > rooms[2] > 0.0


def test_rule__without_a_solution_is_unknown() -> None:
    """600 kW behind 100 kVA: the balanced flow has no solution either."""
    net = lv_net((0,), (0.0, 600.0), lengths_m=(400.0,))
    found = model_of(net, customers(("n1", 8.0, "1", None)), factors=[0.01, 1.0]).check(AT_END, 1.0, 0.95, [0, 1])
    assert found.method == "rule"
    assert math.isnan(found.room_kva)
    assert found.binding is None
    assert "00:15" in found.basis_zh


def test_rule__in_a_loop_is_unknown() -> None:
    net = lv_net((0, 0), (0.0, 3.0, 3.0))
    pp.create_line_from_parameters(net, 2, 3, 0.1, 0.6, 0.3, 0.0, 0.2, name="ring")
    found = model_of(net, customers(("n1", 8.0, "1", None))).check(AT_END, 1.0, 0.95, [0])
    assert math.isnan(found.room_kva)
    assert "meshed" in found.basis_en
    known = customers(("n1", 8.0, "1", "a"), ("n2", 8.0, "1", "b"))
    assert model_of(net, known).check(AT_END, 1.0, 0.95, [0]).room_kva > 0.0


def test_metered_unbalance__counts_heavy_load_alone_and_is_used() -> None:
    """At 100 A on average the highest phase is 150 A: 50 %; at light load 90 % count for nothing."""
    net = lv_net((0,), (0.0, 20.0))
    table = readings_table(
        "T1",
        [20.0, 20.0, 2.0],
        [2.0, 2.0, 0.2],
        i_a_a=[150.0, 150.0, 19.0],
        i_b_a=[80.0, 80.0, 6.0],
        i_c_a=[70.0, 70.0, 5.0],
    )
    case = make_case(
        net,
        customers=customers(("n1", 8.0, "1", None)),
        measurements=table,
        transformers=transformers_table(net, "lv"),
    )
    assert metered_unbalance_percent(case, ("T1",)) == pytest.approx(50.0)
    assert math.isnan(metered_unbalance_percent(case, ("T9",)))
    model = PhaseModel(load_flow_of(case, window(3)), STANDARD)
    assert "50 % (metered phase currents)" in model.check(AT_END, 1.0, 0.95, [0]).basis_en
    assert model.heaviest_steps("n1", 1).tolist() == [0]


def test_heaviest_steps__by_profile_without_meter() -> None:
    model = model_of(lv_net((0,), (0.0, 5.0)), factors=[0.2, 1.0, 0.5, 0.9])
    assert model.heaviest_steps("n1", 2).tolist() == [1, 3]


def test_cut__yyn_transformers_have_the_larger_zero_sequence() -> None:
    net = lv_net()
    net.trafo["vector_group"] = "Yyn0"
    model = model_of(net)
    network = Cutter.of(model._flow.plan.grid, net, Assumptions()).cut(model._bus("n1"))
    assert abs(network.supply.z0_ohm) == pytest.approx(0.6 * 1.6)
    found = model_of(net, customers()).check(Connection("k", "n0"), 4.5, 0.9, [0])
    assert (
        found.voltage_min_v < model_of(lv_net(), customers()).check(Connection("k", "n0"), 4.5, 0.9, [0]).voltage_min_v
    )
