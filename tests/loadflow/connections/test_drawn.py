"""Connections of all kinds in randomised windows: built for real and solved at every step, nothing else is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from connections_cases import S400, S630, Grid, branch, cable, grid
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capacity.tables.connection import Connection

N_STEPS = 64
FEW = settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 100_000)


def drawn_grid(draw: np.random.Generator) -> Grid:
    """Two feeders of five LV networks with independent P and Q, PV, parallel transformers and what is reserved."""

    def some(low: float, high: float) -> str:
        return f"{draw.uniform(low, high):.2f}"

    profiles = {f"p{number}": draw.uniform(draw.choice([0.1, 0.9]), 1.0, N_STEPS) for number in range(8)}
    text = "S~BB 3000; " if draw.random() < 0.3 else ""
    text += f"BB-M {some(2, 8)} {draw.choice([60, 400])}; M-N {some(2, 8)} {draw.choice([40, 400])}; "
    text += f"BB-Q {some(1, 3)}; M=A 400; A-H {some(0.05, 0.4)} {draw.choice([150, 300])}; N=B 400; "
    text += f"B-I {some(0.05, 0.3)} 200; M=C 250; M=C 160; C-J {some(0.1, 0.3)} 300; Q=D 250; D-K .1; "
    text += f"A {some(20, 150)} 0 p0; A 0 {some(0, 60)} p1; H {some(5, 20)} {some(0, 5)} p2; B {some(20, 150)} 0 p3; "
    text += f"B 0 {some(0, 80)} p4; I {some(5, 40)} 0 p5; "
    text += f"J {some(5, 60)} {some(0, 20)} p6; D {some(20, 120)} 20 p7; J +{some(0, 150)} p1; I +{some(0, 140)} p2"
    options: dict[str, Any] = {"substation_kva": {"BB": float(draw.choice([560.0, 900.0, 5000.0]))}}
    if draw.random() < 0.5:
        options["connected_kw"] = {"H": complex(draw.uniform(0, 30), 5.0), "B": complex(draw.uniform(0, 60), 9.0)}
    return grid(text, N_STEPS, **(profiles | options))


def drawn_connection(draw: np.random.Generator) -> Connection:
    """A connection of any kind."""
    single = bool(draw.random() < 0.3)
    drop = cable(
        float(draw.uniform(0, 250)), circuits=int(draw.integers(1, 3)), max_i_ka=float(draw.uniform(0.05, 0.4))
    )
    high = branch(float(draw.uniform(0, 3000)), max_i_ka=float(draw.choice([0.02, 0.39])))
    kind = int(draw.integers(6))
    if kind == 0:
        return Connection("k", str(draw.choice(list("AHBICJDK"))), drop, single_phase=single)
    if kind == 1:
        return Connection("k", str(draw.choice(list("AHBICJDK"))), None, single_phase=single)
    new = S630 if draw.random() < 0.5 else S400
    if kind == 2:
        node, old = [("A", "TA"), ("B", "TB"), ("H", "TA"), ("C", "trafo"), ("J", "trafo")][int(draw.integers(5))]
        return Connection("k", node, drop, replaces=old, replacement=new, single_phase=single)
    node = str(draw.choice(list("MNQ")))
    if kind == 3:
        return Connection("k", node, high if draw.random() < 0.8 else None)
    service = drop if kind == 4 else None
    return Connection("k", node, high, transformer=new, service=service, single_phase=single)


def drawn_question(seed: int) -> tuple[Grid, Connection, dict[str, Any]]:
    """A grid, a connection, and what is asked of it."""
    draw = np.random.default_rng(seed)
    one, connection = drawn_grid(draw), drawn_connection(draw)
    if connection.replaces == "trafo":  # of two in parallel, which the network numbers
        names = one.asked.case.net.trafo["name"].astype(str)
        parallel = sorted(names[names.str.startswith("trafo")])
        connection = Connection(**{**vars(connection), "replaces": parallel[int(draw.integers(len(parallel)))]})
    shapes = [
        np.ones(N_STEPS),
        np.clip(1.2 * np.sin(np.arange(N_STEPS) / 7.0), 0.0, 1.0),
        draw.choice([0.3, 0.5, 1.0], N_STEPS),
    ]
    asked = {"power_factor": float(draw.choice([0.8, 0.95, 0.99])), "factor": shapes[int(draw.integers(3))]}
    return one, connection, asked | {"asked_kva": float(draw.choice([5.0, 60.0, 250.0]))}


@given(SEEDS)
@FEW
def test_check_connection__says_what_the_built_case_shows(seed: int) -> None:
    one, connection, asked = drawn_question(seed)
    assert not one.wrong(connection, **asked), (seed, connection, asked)


@pytest.mark.whole
@given(SEEDS)
@MANY
def test_check_connection__says_what_many_built_cases_show(seed: int) -> None:
    one, connection, asked = drawn_question(seed)
    assert not one.wrong(connection, **asked), (seed, connection, asked)
