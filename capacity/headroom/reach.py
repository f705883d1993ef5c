"""What added load can reach: an estimate, on the far side, of what everybody's full room would do to the grid (P8).

It only decides where to look. A limit beyond reach even then need not be looked at; one within reach is solved with AC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.placing import Power
from capacity.headroom.tree import SupplyTree
from capacity.tables.case import Case

Floats = npt.NDArray[np.float64]
STRETCH = 1.3
"""Losses, lower voltages and fanned-out paths make a kVA cost more than its first-order estimate; by this at most."""


@dataclass(frozen=True)
class Reach:
    """By first order, with everything reserved, assumed and all rooms added.

    Attributes
    ----------
    line_kva : added through each line, by pandapower index; ``inf`` where no tree tells.
    line_before_kva : of it, reserved or assumed (kW + j kvar).
    voltage_pu : lost at each bus, by pandapower index, ``STRETCH`` included; ``inf`` where no tree tells.
    substation_kva, substation_before_kva : as for lines, by substation_id.
    """

    line_kva: pd.Series
    line_before_kva: pd.Series
    voltage_pu: pd.Series
    substation_kva: pd.Series
    substation_before_kva: pd.Series


def added_reach(case: Case, tree: SupplyTree, before: Power, rooms: Power) -> Reach:
    """The reach of ``rooms`` on top of ``before`` (kW + j kvar by pandapower bus)."""
    reserved, wished = _by_position(tree, before), _by_position(tree, rooms)
    arrival = tree.arrival.to_numpy()
    inside = arrival >= 0
    below_before, below = (_below(tree, power)[arrival] for power in (reserved, reserved + wished))
    lost = STRETCH * tree.drops(np.abs(reserved + wished))
    return Reach(
        pd.Series(np.where(inside, np.abs(below), np.inf), index=tree.arrival.index),
        pd.Series(np.where(inside, below_before, 0j), index=tree.arrival.index),
        pd.Series(np.where(tree.known, lost, np.inf), index=pd.Index(tree.buses)),
        _by_substation(case, reserved + wished).abs(),
        _by_substation(case, reserved),
    )


def rated_kva(case: Case) -> pd.Series:
    """Apparent power (kVA) that a line carries at its rated current and nominal voltage, by pandapower index."""
    lines = case.net.line
    vn_kv = case.topology.buses["vn_kv"].reindex(lines["from_bus"]).to_numpy()
    rated_ka = lines["max_i_ka"] * lines["df"] * lines["parallel"]
    kva: pd.Series = np.sqrt(3.0) * vn_kv * rated_ka * 1000.0
    return kva


def _by_position(tree: SupplyTree, power: Power) -> npt.NDArray[np.complex128]:
    placed = np.zeros(len(tree.buses), dtype=np.complex128)
    where = tree.positions(list(power))
    found = where >= 0
    np.add.at(placed, where[found], np.array(list(power.values()), dtype=np.complex128)[found])
    return placed


def _by_substation(case: Case, power: npt.NDArray[np.complex128]) -> pd.Series:
    placed = pd.Series(power, index=case.topology.buses["substation_id"].fillna("").to_numpy(dtype=str))
    return placed.groupby(level=0).sum()


def _below(tree: SupplyTree, power: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    """What is drawn at each bus and below it."""
    total = power.copy()
    for level in reversed(tree.levels[1:]):
        np.add.at(total, tree.parent[level], total[level])
    return total
