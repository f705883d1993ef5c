"""The sweep's kernel against a dense solution, and how it says that a step has no solution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.loadflow.kernels import FAILED, TOLERANCE_PU, solve_block
from capacity.loadflow.lanes import LANES, room

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


class Tree:
    """A random tree in the kernel's form, and the fixed point it has to find, by dense matrices."""

    def __init__(self, n_bus: int, drop: float, seed: int) -> None:
        self.generator = generator = np.random.default_rng(seed)
        self.parent = np.array([-1, *(int(generator.integers(max(0, bus - 3), bus)) for bus in range(1, n_bus))])
        self.a = np.exp(1j * generator.normal(0.0, 0.1, n_bus)) * generator.uniform(0.98, 1.02, n_bus)
        self.b = (0.2 + 1j * generator.uniform(0.05, 0.4, n_bus)) / n_bus
        self.d = np.conj(1.0 / self.a)
        self.shunt = 1j * generator.uniform(0.0, 0.01, n_bus)
        scale = drop / (0.3 * n_bus)
        shape = (n_bus, LANES)
        self.power = scale * (generator.uniform(-0.2, 1.0, shape) + 1j * generator.uniform(-0.1, 0.4, shape))

    def solve(self, start: Complexes | None = None, offset: int = 0) -> tuple[Complexes, Reals, int]:
        n_bus = len(self.parent)
        ab = np.ascontiguousarray(np.stack([self.a, self.b, self.d], axis=1).view(np.float64).reshape(n_bus, 6))
        power, voltage, current = (self._block(offset) for _ in range(3))
        power[:, 0], power[:, 1] = self.power.real, self.power.imag
        voltage[:] = 0.0
        if start is not None:
            voltage[:, 0], voltage[:, 1] = start.real, start.imag
        voltage[0, 0], voltage[0, 1] = 1.02, 0.0
        status = np.zeros(LANES, dtype=np.uint8)
        shunt = np.ascontiguousarray(self.shunt.view(np.float64).reshape(n_bus, 2))
        iterations = solve_block(0, n_bus, self.parent, ab, shunt, power, voltage, current, status)
        return voltage[:, 0] + 1j * voltage[:, 1], status, iterations

    def _block(self, offset: int) -> Reals:
        n_bus = len(self.parent)
        return room(n_bus * 2 * LANES + offset)[offset:].reshape(n_bus, 2, LANES)

    def dense(self, rounds: int = 400) -> Complexes:
        """The same two equations, iterated to the last digit with whole columns of Python numbers."""
        voltage = np.full(self.power.shape, 1.02, dtype=np.complex128)
        for _ in range(rounds):
            current = np.conj(self.power / voltage) + self.shunt[:, None] * voltage
            for bus in range(len(self.parent) - 1, 0, -1):
                current[self.parent[bus]] += self.d[bus] * current[bus]
            for bus in range(1, len(self.parent)):
                voltage[bus] = self.a[bus] * voltage[self.parent[bus]] - self.b[bus] * current[bus]
        return voltage


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.floats(0.001, 0.12), st.integers(0, 10_000), st.integers(0, 7))
def test_solve_block__within_its_tolerance(n_bus: int, drop: float, seed: int, offset: int) -> None:
    tree = Tree(n_bus, drop, seed)
    found, status, _ = tree.solve(offset=offset)
    assert not status.any()
    assert np.abs(found - tree.dense()).max() <= TOLERANCE_PU
    near, status, iterations = tree.solve(start=found)
    assert not status.any()
    assert iterations <= 2
    assert np.abs(near - found).max() <= TOLERANCE_PU


def test_solve_block__slow_next_to_collapse_and_still_within_its_tolerance() -> None:
    # one branch, v = (1.02 + √(1.02² − 4·0.3·p)) / 2: at p = 0.8 a drop of 0.37, at 1.02² / 1.2 = 0.867 collapse
    tree = Tree(2, 1.0, 1)
    tree.a[:], tree.b[:], tree.d[:], tree.shunt[:] = 1.0, 0.3, 1.0, 0.0
    tree.power[1] = np.linspace(0.3, 0.8, LANES)
    found, status, iterations = tree.solve()
    assert not status.any()
    exact = (1.02 + np.sqrt(1.02**2 - 4.0 * 0.3 * tree.power[1].real)) / 2.0
    assert np.abs(found[1] - exact).max() <= 3.0 * TOLERANCE_PU
    assert iterations > 10


@pytest.mark.parametrize("too_much", [0.9, 5.0, 1e9, np.nan, np.inf])
def test_solve_block__a_lane_without_solution_fails_alone(too_much: float) -> None:
    tree = Tree(12, 0.05, 3)
    sound, _, _ = tree.solve()
    tree.power[11, 5] = 40.0 * too_much
    found, status, _ = tree.solve()
    assert np.flatnonzero(status == FAILED).tolist() == [5]
    assert np.isnan(found[:, 5]).all()
    others = np.arange(LANES) != 5
    assert np.abs(found[:, others] - sound[:, others]).max() <= TOLERANCE_PU
