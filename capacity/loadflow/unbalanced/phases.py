"""Who stands on which phase: the customers' records of one LV network, node by node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.unbalanced.network import LvNetwork

Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
PHASES = ("a", "b", "c")


@dataclass(frozen=True)
class Records:
    """The customers of one LV network on its nodes.

    Attributes
    ----------
    share : ``(n, 3)`` of each node's load on each phase; a third each where nothing is recorded.
    single : ``(n, 3)`` a single-phase customer stands, or may stand, on this phase.
    three : ``(n)`` the three-phase band applies: a three-phase customer, or nothing recorded of a node with load (P10).
    single_kva, largest_single_kva, contract_kva : ``(n)`` contract capacity of single-phase customers, of the largest
        of them, and of all customers.
    single_count : single-phase customers in the network.
    known_percent : of the single-phase contract capacity with its phase recorded, times the share of load that
        stands at nodes with customers; NaN without load.
    """

    share: Reals
    single: Bools
    three: Bools
    single_kva: Reals
    largest_single_kva: Reals
    contract_kva: Reals
    single_count: int
    known_percent: float


def nobody(n: int) -> Records:
    """A network without customers: nothing is unknown."""
    none = np.zeros(n)
    return Records(
        share=np.full((n, 3), 1.0 / 3.0),
        single=np.zeros((n, 3), dtype=bool),
        three=np.zeros(n, dtype=bool),
        single_kva=none,
        largest_single_kva=none,
        contract_kva=none,
        single_count=0,
        known_percent=100.0,
    )


def records_of(network: LvNetwork, customers: pd.DataFrame, node_of_name: pd.Series, base_kva: Reals) -> Records:
    """The customers of a network's transformers.

    Parameters
    ----------
    customers : ``tables.inputs.customers``.
    node_of_name : electrical bus by bus name.
    base_kva : ``(n)`` rated load at each node, to weigh those without customers.
    """
    mine = customers[customers["transformer_id"].isin(network.supply.trafo_ids).fillna(False).to_numpy(bool)]
    local = pd.Series(np.arange(network.n), index=network.buses)
    at = mine["node_id"].map(node_of_name).map(local).fillna(0).to_numpy(np.int64)
    stated = mine["contract_kva"].astype(float)
    usual = stated.median()
    kva = stated.fillna(1.0 if np.isnan(usual) else usual).to_numpy(np.float64)
    phases = mine["phases"].fillna("").to_numpy(str)
    phase = mine["phase"].fillna("").astype(str).str.lower().to_numpy() if "phase" in mine else np.full(len(mine), "")
    three = phases == "3"
    column = np.array([PHASES.index(one) if one in PHASES else -1 for one in phase], dtype=np.int64)
    known = ~three & (column >= 0)
    by_phase = np.zeros((network.n, 3))
    np.add.at(by_phase, (at[known], column[known]), kva[known])
    for number in range(3):
        np.add.at(by_phase[:, number], at[~known], kva[~known] / 3.0)
    single = np.zeros((network.n, 3), dtype=bool)
    single[at[known], column[known]] = True
    single[at[~known & (phases == "1")]] = True
    total = by_phase.sum(axis=1)
    may_be_single = np.where(three, 0.0, kva)
    largest = np.zeros(network.n)
    np.maximum.at(largest, at, may_be_single)
    at_three = np.zeros(network.n, dtype=bool)
    at_three[at[phases != "1"]] = True
    return Records(
        share=np.where(total[:, None] > 0.0, by_phase / np.where(total > 0.0, total, 1.0)[:, None], 1.0 / 3.0),
        single=single,
        three=at_three | ((total == 0.0) & (base_kva > 0.0)),
        single_kva=np.bincount(at, may_be_single, network.n).astype(np.float64),
        largest_single_kva=largest,
        contract_kva=total,
        single_count=int((~three).sum()),
        known_percent=_known_percent(kva, three, known, base_kva, total),
    )


def _known_percent(kva: Reals, three: Bools, known: Bools, base_kva: Reals, contract_kva: Reals) -> float:
    single = kva[~three].sum()
    recorded = kva[known].sum() / single if single > 0.0 else 1.0
    load = base_kva.sum()
    if load <= 0.0:
        return 100.0 * float(recorded)
    return 100.0 * float(recorded * base_kva[contract_kva > 0.0].sum() / load)
