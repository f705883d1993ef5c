"""Properties of figures over randomised windows: they hold, no more would, and pruning steps does not change them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from addition_cases import Asked, ask, asked, net_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loadflow_cases import make_case, profile_table, readings_table, transformers_table

from capacity.loadflow.additions import own, trunk

N_STEPS = 64
FEW = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 10_000)


def drawn(seed: int, **changes: Any) -> Asked:
    """Two feeders of four LV networks with independent P and Q, PV, and whichever limits were drawn."""
    draw = np.random.default_rng(seed)

    def some(low: float, high: float) -> str:
        return f"{draw.uniform(low, high):.2f}"

    profiles = {f"p{number}": draw.uniform(draw.choice([0.1, 0.9]), 1.0, N_STEPS) for number in range(8)}
    text = "S~BB 1600; " if draw.random() < 0.3 else ""
    text += f"BB-M {some(2, 8)}; M-N {some(2, 8)} {draw.choice([14, 40, 400])}; BB-Q {some(1, 3)}; "
    text += f"M=A 400; A-H {some(0.05, 0.4)} {draw.choice([150, 300])}; N=B 400; B-I {some(0.05, 0.3)} 200; "
    text += f"M=C 250; C-J {some(0.1, 0.3)} 300; Q=D 250; D-K .1; A {some(20, 150)} 0 p0; A 0 {some(0, 60)} p1; "
    text += f"H {some(5, 20)} {some(0, 5)} p2; B {some(20, 150)} 0 p3; B 0 {some(0, 80)} p4; I {some(5, 40)} 0 p5; "
    text += f"J {some(5, 60)} {some(0, 20)} p6; D {some(20, 120)} 20 p7; J +{some(0, 60)} p1; I +{some(0, 40)} p2"
    flat = draw.random() < 0.5
    sun = np.clip(1.2 * np.sin(np.arange(N_STEPS) / 7.0), 0.0, 1.0)
    options: dict[str, Any] = {"substation_kva": {"BB": float(draw.choice([560.0, 900.0, 5000.0]))}}
    direction = "generation" if draw.random() < 0.4 else "load"
    return ask(text, N_STEPS, direction, factor=np.ones(N_STEPS) if flat else sun, **(profiles | options | changes))


def assert_hold(question: Asked, figures: pd.DataFrame) -> None:
    """Every figure holds in every step, solved with the whole network, and max(0.5 %, 1 kVA) more does not."""
    for bus, row in figures[figures["reason"].eq("ok") & figures["kva"].gt(0.0)].iterrows():
        kva = row["kva"]
        assert question.holds(bus, kva), (bus, kva, question.broken(bus, kva))
        assert not question.holds(bus, kva + max(0.005 * kva, 1.0)), (bus, kva)


@given(SEEDS)
@FEW
def test_figures__hold_and_more_does_not(seed: int) -> None:
    question = drawn(seed)
    assert_hold(question, question.figures())


@given(SEEDS)
@FEW
def test_figures__pruning_steps_never_misses_one(seed: int) -> None:
    question = drawn(seed)
    pruned = question.figures()
    with pytest.MonkeyPatch.context() as patch:
        for room, name in ((own, "FIRST_STEPS"), (own, "KEPT_STEPS"), (trunk, "KEPT_STEPS")):
            patch.setattr(room, name, N_STEPS)
        complete = question.figures()
    np.testing.assert_allclose(pruned["kva"], complete["kva"], rtol=1e-3, atol=0.05)
    assert pruned["reason"].tolist() == complete["reason"].tolist()


@pytest.mark.parametrize(("seed", "side"), [(1, "hv"), (2, "lv")])
def test_figures__hold_where_loads_are_scaled_to_readings(seed: int, side: str) -> None:
    """P and Q of the readings wander apart, PV exports at noon."""
    draw = np.random.default_rng(seed)
    net = net_of("BB-M 4; M=A 400; A-H 0.2; A-K 0.3 200; H 40 20 one; K 30 5 two; K +120 sun; M=B 400; B 60 20 two")
    sun = np.clip(1.2 * np.sin(np.arange(N_STEPS) / 7.0), 0.0, 1.0)
    profiles = profile_table(N_STEPS, one=draw.uniform(0.3, 1, N_STEPS), two=draw.uniform(0.3, 1, N_STEPS), sun=sun)
    p_kw = draw.uniform(20.0, 160.0, N_STEPS) - 110.0 * sun
    case = make_case(
        net,
        profiles,
        transformers=transformers_table(net, side),
        measurements=readings_table("TA", p_kw, draw.uniform(0.0, 120.0, N_STEPS)),
    )
    for direction in ("load", "generation"):
        question = asked(case, N_STEPS, direction)
        assert_hold(question, question.figures())


@given(SEEDS, st.sampled_from(["H", "J", "B", "D"]))
@FEW
def test_figures__more_load_never_raises_the_room_for_load(seed: int, where: str) -> None:
    question, more = drawn(seed), drawn(seed, connected_kw={where: 15.0 + 5.0j})
    if question.addition.direction == "load":
        less_room, room = more.figures()["kva"], question.figures()["kva"]
        assert (less_room.to_numpy() <= room.to_numpy() * (1.0 + 5e-4) + 0.05).all()


@pytest.mark.parametrize("direction", ["load", "generation"])
def test_figures__a_longer_cable_never_raises_them(direction: str) -> None:
    found = [
        ask(f"BB-M 4; M=A 400; A-H {length} 300; H 20 5", 1, direction).figures().at["H", "kva"]
        for length in (0.05, 0.1, 0.2, 0.4, 0.8)
    ]
    assert all(later <= earlier * (1.0 + 5e-4) for earlier, later in pairwise(found))
    assert found[-1] < 0.5 * found[0]


def test_figures__a_part_of_the_peak_never_gets_less() -> None:
    load = np.random.default_rng(4).uniform(0.4, 1.0, N_STEPS)
    part = 0.3 + 0.7 * np.sin(np.arange(N_STEPS) / 9.0) ** 2
    text = "BB-M 3; M=A 400; A-H 0.25 300; A 150 40 load; H 20 5 load"
    flat, shaped = ask(text, N_STEPS, load=load).figures(), ask(text, N_STEPS, load=load, factor=part).figures()
    half = ask(text, N_STEPS, load=load, factor=np.full(N_STEPS, 0.5)).figures()
    assert (shaped["kva"] >= flat["kva"] * (1.0 - 5e-4)).all()
    # whose peak is never in the window: half of it is there at most, so twice as much of it fits
    np.testing.assert_allclose(half["kva"], 2.0 * flat["kva"], rtol=5e-4)
