"""What the balanced load flow says of one LV network in some steps: its head voltage and its nodes' consumption."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.lanes import padded, unpack
from capacity.loadflow.load_flow import LoadFlow
from capacity.loadflow.unbalanced.network import LvNetwork

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

PROBED_STEPS = 16
"""In so many steps, those of lowest voltage, it is measured what more load at the transformer does to the head."""


@dataclass(frozen=True)
class State:
    """One LV network in ``n_steps`` steps; NaN where the balanced load flow has no solution.

    Attributes
    ----------
    steps : positions in the window.
    open_v : open-circuit voltage of the transformer, phase to neutral, V: head voltage times ratio.
    load_va : ``(n_steps, n_nodes)`` consumption of the loads the network has, all phases together.
    added_va : ``(n_nodes)`` what is connected besides, in every step.
    sag_v_per_va : by how much ``open_v`` falls per VA more at the transformer, at most.
    """

    steps: Ints
    open_v: Reals
    load_va: Complexes
    added_va: Complexes
    sag_v_per_va: float

    def with_a_node_more(self) -> State:
        """The same with a new last node where nothing is drawn."""
        nothing = np.zeros((len(self.steps), 1))
        load_va = np.concatenate([self.load_va, nothing], axis=1)
        return replace(self, load_va=load_va, added_va=np.append(self.added_va, 0.0))


def state_of(
    flow: LoadFlow, network: LvNetwork, steps: Ints, added_kw: dict[int, complex], probe_kva: complex
) -> State:
    """Ask the balanced load flow.

    Parameters
    ----------
    added_kw : kW + j kvar by pandapower bus that is connected besides the load flow's own loads.
    probe_kva : the load whose effect on the head voltage is measured, put at the transformer.
    """
    grid = flow.plan.grid
    lanes, _ = padded(steps)
    power, voltage = flow._known(lanes)
    added = flow._added(added_kw) if added_kw else None
    if added is not None:
        voltage = _solved(flow, steps, added)
    volt = network.supply.ratio * network.phase_v
    open_v = volt * np.abs(unpack(voltage[:, [network.supply.head]], len(steps))[0])
    there = network.buses >= 0
    va = 1e6 * grid.sn_mva
    load_va = np.zeros((len(steps), network.n), dtype=np.complex128)
    load_va[:, there] = va * unpack(power[:, network.buses[there]], len(steps)).T
    added_va = np.zeros(network.n, dtype=np.complex128)
    if added is not None:
        added_va[there] = va * added[network.buses[there]]
    more = np.zeros(grid.n_bus, dtype=np.complex128) if added is None else added.copy()
    more[network.buses[0] if there[0] else network.supply.head] += probe_kva / (1000.0 * grid.sn_mva)
    worst = np.sort(np.argsort(open_v)[:PROBED_STEPS])
    probed = volt * np.abs(unpack(_solved(flow, steps[worst], more)[:, [network.supply.head]], len(worst))[0])
    sag = (open_v[worst] - probed) / (1000.0 * abs(probe_kva))
    return State(steps, open_v, load_va, added_va, max(0.0, float(sag.max())))


def _solved(flow: LoadFlow, steps: Ints, added: Complexes) -> npt.NDArray[np.float64]:
    """Voltages of steps with power added, pu, as a block; NaN in failed steps."""
    lanes, _ = padded(steps)
    power, start = flow._known(lanes)
    more = power + np.stack([added.real, added.imag], axis=1)[:, :, None]
    return flow._own_worker().solve(lanes, more, start)[0]
