"""How far a solved snapshot is from the limits that a group of transformers must keep (P8, P9)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.solved import Snapshot

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LAST_DIGIT = 1e-6
"""Part of a value that the load flow's own tolerance may move it by."""


@dataclass(frozen=True)
class Limits:
    """Limits of everything a snapshot shows; ``inf`` (``-inf`` for voltages) where there is none.

    Arrays follow the snapshot's columns. The epsilons are by how much a limit that is already broken, away from the
    supply path, may be worsened (P9); ``network`` numbers the networks (an LV network, a feeder's MV part) that the
    buses belong to.
    """

    line_percent: Floats
    substation_kva: Floats
    voltage_pu: Floats
    network: Ints
    epsilon_pu: float
    line_epsilon_percent: float
    substation_epsilon_kva: Floats


@dataclass(frozen=True)
class Scope:
    """What is watched for a group: column positions in the snapshot.

    ``lines`` are the feeder sections of its feeders, ``buses`` every bus of them, ``substations`` the ones above.
    """

    lines: Ints
    buses: Ints
    substations: Ints

    @property
    def size(self) -> int:
        """Watched elements: lines, then substations, then buses."""
        return len(self.lines) + len(self.substations) + len(self.buses)

    def binding(self, element: int, step: int) -> Binding:
        """The limit of a watched element at a step."""
        if element < len(self.lines):
            return Binding("section_loading", int(self.lines[element]), step)
        element -= len(self.lines)
        if element < len(self.substations):
            return Binding("substation_loading", int(self.substations[element]), step)
        return Binding("voltage_min", int(self.buses[element - len(self.substations)]), step)


@dataclass(frozen=True)
class Binding:
    """A limit: its criterion, the column of its element in the snapshot, the step."""

    criterion: str
    column: int
    step: int


def allowance(base: Snapshot, limits: Limits, scope: Scope) -> Limits:
    """The limits of the scope; where the base already breaks one, the base's own worst value and epsilon beyond it.

    A network with one bus outside its band has others just inside: they may lose epsilon too, or the state of one
    customer's line would forbid everything on its feeder.
    """
    lowest = np.nan_to_num(base.voltage_pu[:, scope.buses], nan=np.inf).min(axis=0, initial=np.inf)
    floor, network = limits.voltage_pu[scope.buses], limits.network[scope.buses]
    broken_before = np.isin(network, network[lowest < floor])
    substation_epsilon_kva = limits.substation_epsilon_kva[scope.substations]
    return replace(
        limits,
        line_percent=_not_much_worse(
            base.line_loading_percent[:, scope.lines],
            limits.line_percent[scope.lines],
            np.full(len(scope.lines), limits.line_epsilon_percent),
        ),
        substation_kva=_not_much_worse(
            base.substation_kva[:, scope.substations], limits.substation_kva[scope.substations], substation_epsilon_kva
        ),
        voltage_pu=np.where(broken_before, np.minimum(lowest, floor) - limits.epsilon_pu, floor),
        network=network,
        substation_epsilon_kva=substation_epsilon_kva,
    )


def _not_much_worse(values: Floats, bound: Floats, epsilon: Floats) -> Floats:
    """The bound, or epsilon above the highest value where that is already beyond it."""
    highest = np.nan_to_num(values, nan=-np.inf).max(axis=0, initial=-np.inf)
    return np.where(highest > bound, np.maximum(highest + epsilon, highest * (1.0 + LAST_DIGIT)), bound)


def margins(snapshot: Snapshot, allowed: Limits, scope: Scope) -> Floats:
    """Distance to the allowance, ``(n_steps, scope.size)``, negative where broken; ``inf`` where nothing is limited.

    Loadings in parts of what is allowed, voltages in pu: each is nearly linear in added power.
    """
    with np.errstate(invalid="ignore"):
        lines = 1.0 - snapshot.line_loading_percent[:, scope.lines] / allowed.line_percent
        substations = 1.0 - snapshot.substation_kva[:, scope.substations] / allowed.substation_kva
        voltages = snapshot.voltage_pu[:, scope.buses] - allowed.voltage_pu
    found: Floats = np.nan_to_num(np.concatenate([lines, substations, voltages], axis=1), nan=np.inf, posinf=np.inf)
    return found


def lost(snapshot: Snapshot, scope: Scope) -> Bools:
    """The steps that did not converge where the scope looks, bool ``(n_steps,)``."""
    if not len(scope.buses):
        return snapshot.failed
    gone: Bools = snapshot.failed & np.isnan(snapshot.voltage_pu[:, scope.buses]).any(axis=1)
    return gone


def some_rows(snapshot: Snapshot, rows: Ints) -> Snapshot:
    """Some steps of a snapshot."""
    return replace(
        snapshot,
        steps=snapshot.steps[rows],
        failed=snapshot.failed[rows],
        voltage_pu=snapshot.voltage_pu[rows],
        line_loading_percent=snapshot.line_loading_percent[rows],
        trafo_loading_percent=snapshot.trafo_loading_percent[rows],
        substation_kva=snapshot.substation_kva[rows],
    )


def first_broken(snapshot: Snapshot, limits: Limits, scope: Scope) -> pd.DataFrame:
    """Every limit of the scope that the snapshot breaks: ``criterion``, ``column`` and ``step`` of its worst value."""
    found: list[tuple[str, int, int, float]] = []
    for criterion, values, bound, columns, sign in (
        ("section_loading", snapshot.line_loading_percent, limits.line_percent, scope.lines, 1.0),
        ("substation_loading", snapshot.substation_kva, limits.substation_kva, scope.substations, 1.0),
        ("voltage_min", snapshot.voltage_pu, limits.voltage_pu, scope.buses, -1.0),
    ):
        shown = np.nan_to_num(sign * values[:, columns], nan=-np.inf)
        if not shown.size:
            continue
        worst = shown.argmax(axis=0)
        highest = shown[worst, np.arange(len(columns))]
        found.extend(
            (criterion, int(columns[at]), int(snapshot.steps[worst[at]]), float(sign * highest[at]))
            for at in np.flatnonzero(highest > sign * bound[columns])
        )
    return pd.DataFrame(found, columns=["criterion", "column", "step", "value"])
