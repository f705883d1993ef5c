"""What a group of transformers can take at the same time under the limits above them (P8, first version).

Every transformer of the group takes the share ``alpha`` of its own room (P7). With ``alpha = 1`` all of them are full;
where a feeder section, the substation or a voltage does not allow it, the largest ``alpha`` is sought. Each limited
quantity is almost linear in ``alpha``, so the crossing is first interpolated, then confirmed by an AC load flow in
which every transformer takes its share, and reduced until it holds. The element that was the first to fail binds.
Proportional shares are a choice: another split may carry more, never less is promised than was verified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.solved import Snapshot, Solver

Floats = npt.NDArray[np.float64]
ALPHA_TOLERANCE = 1e-3
ROUNDS = 12


@dataclass(frozen=True)
class Limits:
    """Limits of everything a snapshot shows; ``inf`` (``-inf`` for voltages) where there is none.

    Arrays follow the snapshot's columns. ``epsilon_pu`` is by how much the voltage of a network that is already outside
    its band, away from the supply path, may be worsened (P9); ``network`` numbers the networks (an LV network, a
    feeder's MV part) that the buses belong to.
    """

    line_percent: Floats
    substation_kva: Floats
    voltage_pu: Floats
    network: npt.NDArray[np.int64]
    epsilon_pu: float


@dataclass(frozen=True)
class Scope:
    """What is watched for a group: column positions in the snapshot.

    ``lines`` are the feeder sections of its feeders, ``buses`` every bus of them, ``substations`` the ones above.
    """

    lines: npt.NDArray[np.int64]
    buses: npt.NDArray[np.int64]
    substations: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Binding:
    """The limit that was the first to fail."""

    criterion: str
    column: int
    step: int


@dataclass(frozen=True)
class Shares:
    """The largest simultaneous figure: ``alpha`` of every wish, its binding limit; ``alpha`` NaN if unsolvable."""

    alpha: float
    binding: Binding | None


def largest_share(
    solve: Solver,
    steps: npt.NDArray[np.int64],
    base: Snapshot,
    reserved_kw: dict[int, complex],
    wish_kw: dict[int, complex],
    limits: Limits,
    scope: Scope,
) -> Shares:
    """The largest ``alpha`` in [0, 1] for which ``reserved + alpha · wish`` breaks no limit at any of ``steps``.

    Parameters
    ----------
    solve : the load flow; called once per round.
    steps : the critical steps.
    base : these steps solved with ``reserved_kw`` alone.
    reserved_kw, wish_kw : power (kW + j kvar) by pandapower bus.
    """
    if base.failed.any():
        return Shares(np.nan, None)
    allowed = _allowance(base, limits, scope)
    sound, failing = 0.0, 1.0
    margins_sound = _margins(base, allowed, scope)
    alpha, binding = 1.0, None
    for _ in range(ROUNDS):
        trial = solve(steps, _sum(reserved_kw, wish_kw, alpha))
        margins = _margins(trial, allowed, scope)
        if not trial.failed.any() and margins.worst >= 0.0:
            sound, margins_sound = alpha, margins
            if alpha == 1.0:
                return Shares(1.0, None)
        else:
            failing = alpha
            if not trial.failed.any():
                binding = margins.binding
        if failing - sound <= ALPHA_TOLERANCE:
            break
        alpha = _next_alpha(sound, failing, margins_sound, margins, usable=not trial.failed.any())
    if sound <= ALPHA_TOLERANCE:
        sound = 0.0  # less than the search can tell from nothing is nothing
    return Shares(sound, binding or margins_sound.binding)


@dataclass(frozen=True)
class _Margins:
    """Margins to the allowance, negative where broken, each in parts of its allowance; flattened over the scope."""

    values: Floats
    worst: float
    binding: Binding


def _allowance(base: Snapshot, limits: Limits, scope: Scope) -> Limits:
    """The limits; where the base already breaks one, the base's own value (for voltages less epsilon).

    A network with one bus outside its band has others just inside: they may lose epsilon too, or the state of one
    customer's line would forbid everything on its feeder.
    """
    lowest = np.nan_to_num(base.voltage_pu[:, scope.buses], nan=np.inf).min(axis=0, initial=np.inf)
    floor, network = limits.voltage_pu[scope.buses], limits.network[scope.buses]
    broken_before = np.isin(network, network[lowest < floor])
    return Limits(
        _not_worse(base.line_loading_percent[:, scope.lines], limits.line_percent[scope.lines]),
        _not_worse(base.substation_kva[:, scope.substations], limits.substation_kva[scope.substations]),
        np.where(broken_before, np.minimum(lowest, floor) - limits.epsilon_pu, floor),
        network,
        limits.epsilon_pu,
    )


def _not_worse(values: Floats, bound: Floats) -> Floats:
    """The bound, or the highest value where that is already above it (with room for the solver's last digit)."""
    highest = np.nan_to_num(values, nan=-np.inf).max(axis=0, initial=-np.inf)
    return np.where(highest > bound, highest * (1.0 + 1e-4), bound)


def _margins(snapshot: Snapshot, allowed: Limits, scope: Scope) -> _Margins:
    with np.errstate(invalid="ignore"):
        lines = 1.0 - snapshot.line_loading_percent[:, scope.lines] / allowed.line_percent
        substations = 1.0 - snapshot.substation_kva[:, scope.substations] / allowed.substation_kva
        voltages = snapshot.voltage_pu[:, scope.buses] - allowed.voltage_pu
    parts = [np.nan_to_num(part, nan=np.inf, posinf=np.inf) for part in (lines, substations, voltages)]
    values = np.concatenate(parts, axis=1)
    if values.size == 0:
        return _Margins(values, np.inf, Binding("", -1, -1))
    row, column = np.unravel_index(int(np.argmin(values)), values.shape)
    return _Margins(values, float(values[row, column]), _name(int(row), int(column), snapshot, scope))


def _name(row: int, column: int, snapshot: Snapshot, scope: Scope) -> Binding:
    step = int(snapshot.steps[row])
    if column < len(scope.lines):
        return Binding("section_loading", int(scope.lines[column]), step)
    column -= len(scope.lines)
    if column < len(scope.substations):
        return Binding("substation_loading", int(scope.substations[column]), step)
    return Binding("voltage_min", int(scope.buses[column - len(scope.substations)]), step)


def _next_alpha(sound: float, failing: float, at_sound: _Margins, at_failing: _Margins, *, usable: bool) -> float:
    """Interpolate the first crossing between a sound and a failing share; halve where it cannot be trusted."""
    if not usable or at_failing.values.shape != at_sound.values.shape or at_failing.worst >= 0.0:
        return (sound + failing) / 2.0
    crossing = (at_failing.values < 0.0) & np.isfinite(at_sound.values)
    if not crossing.any():
        return (sound + failing) / 2.0
    fall = at_sound.values[crossing] - at_failing.values[crossing]
    part = float(np.min(at_sound.values[crossing] / np.maximum(fall, 1e-300)))
    guess = sound + (failing - sound) * min(max(part, 0.0), 1.0)
    # stay a little on the safe side of the chord, and inside the bracket
    guess -= 0.25 * ALPHA_TOLERANCE
    return min(max(guess, sound + 0.25 * ALPHA_TOLERANCE), failing - 0.25 * ALPHA_TOLERANCE)


def _sum(reserved_kw: dict[int, complex], wish_kw: dict[int, complex], alpha: float) -> dict[int, complex]:
    buses = reserved_kw.keys() | wish_kw.keys()
    return {bus: reserved_kw.get(bus, 0j) + alpha * wish_kw.get(bus, 0j) for bus in sorted(buses)}


def first_broken(snapshot: Snapshot, limits: Limits, scope: Scope) -> pd.DataFrame:
    """Every limit of the scope that the snapshot breaks: ``criterion``, ``column`` and ``step`` of its worst value."""
    found: list[tuple[str, int, int, float]] = []
    for criterion, values, bound, columns in (
        ("section_loading", snapshot.line_loading_percent, limits.line_percent, scope.lines),
        ("substation_loading", snapshot.substation_kva, limits.substation_kva, scope.substations),
    ):
        for column in columns:
            series = np.nan_to_num(values[:, column], nan=-np.inf)
            worst = int(np.argmax(series))
            if series[worst] > bound[column]:
                found.append((criterion, int(column), int(snapshot.steps[worst]), float(series[worst])))
    for column in scope.buses:
        series = np.nan_to_num(snapshot.voltage_pu[:, column], nan=np.inf)
        worst = int(np.argmin(series))
        if series[worst] < limits.voltage_pu[column]:
            found.append(("voltage_min", int(column), int(snapshot.steps[worst]), float(series[worst])))
    return pd.DataFrame(found, columns=["criterion", "column", "step", "value"])
