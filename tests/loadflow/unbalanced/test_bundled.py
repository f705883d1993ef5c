"""One LV network of the bundled case, its customers put on phases, against pandapower's three-phase load flow."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandapower.toolbox
import pandas as pd
import pytest
from loadflow_cases import LEVELS_PERCENT
from phase_cases import STANDARD

from capacity.case import load_case
from capacity.loadflow import LoadFlow
from capacity.loadflow.unbalanced import PhaseModel
from capacity.loadflow.unbalanced.question import existing_va
from capacity.loadflow.unbalanced.solving import PhaseSolver
from capacity.loadflow.unbalanced.state import state_of
from capacity.tables.case import Window
from capacity.tables.connection import Connection

EVENING = pd.Timestamp("2025-12-31 18:00")


@pytest.fixture(scope="module")
def model(bundled: Path) -> PhaseModel:
    case = load_case(bundled)
    flow = LoadFlow(case, Window(EVENING, EVENING + pd.Timedelta(hours=4), 15), levels_percent=LEVELS_PERCENT)
    letters = np.array(["a", "b", "c"])[np.random.default_rng(1).integers(0, 3, len(case.customers))]
    phase = pd.Series(letters, case.customers.index).where(case.customers["phases"] == "1")
    return PhaseModel(flow, STANDARD, case.customers.assign(phase=phase))


def three_phase(model: PhaseModel, network: Any, head_pu: float, va: np.ndarray) -> np.ndarray:
    """pandapower's voltages of the network's nodes, ``(n_nodes, 3)``, V."""
    flow = model._flow
    net, grid = flow.case.net, flow.plan.grid
    place = {int(bus): node for node, bus in enumerate(network.buses)}
    lv = [int(bus) for bus in net.bus.index if int(grid.bus_of[bus]) in place]
    trafo = net.trafo.index[net.trafo["name"].isin(network.supply.trafo_ids)]
    head = int(net.trafo.at[trafo[0], "hv_bus"])
    own = pandapower.toolbox.select_subnet(net, [*lv, head])
    for table in ("load", "sgen", "ext_grid"):
        own[table] = own[table].iloc[0:0]
    pp.create_ext_grid(own, head, head_pu, s_sc_max_mva=1e7, rx_max=0.1, x0x_max=1.0, r0x0_max=0.1)
    own.trafo["vk0_percent"], own.trafo["vkr0_percent"] = own.trafo["vk_percent"], own.trafo["vkr_percent"]
    own.trafo["mag0_percent"], own.trafo["mag0_rx"], own.trafo["si0_hv_partial"] = 1e6, 0.4, 0.9
    own.trafo["vector_group"] = "Dyn"
    for part in ("r", "x"):
        own.line[f"{part}0_ohm_per_km"] = 4.0 * own.line[f"{part}_ohm_per_km"]
    own.line["c0_nf_per_km"] = own.line["c_nf_per_km"]
    bus_of_node = {place[int(grid.bus_of[bus])]: bus for bus in lv}
    for node, bus in bus_of_node.items():
        p = {f"p_{name}_mw": va[node, number].real / 1e6 for number, name in enumerate("abc")}
        q = {f"q_{name}_mvar": va[node, number].imag / 1e6 for number, name in enumerate("abc")}
        pp.create_asymmetric_load(own, bus, **p, **q)
    pp.runpp_3ph(own)
    order = [bus_of_node[node] for node in range(network.n)]
    found: np.ndarray = own.res_bus_3ph.loc[order, ["vm_a_pu", "vm_b_pu", "vm_c_pu"]].to_numpy() * network.phase_v
    assert np.isfinite(found).all()
    return found


def test_solver__as_pandapower_on_a_bundled_network(model: PhaseModel) -> None:
    network, records = model._network(model._bus("T0101-M2P3S1"))
    steps = np.array([4, 8])
    state = state_of(model._flow, network, steps, {}, 100.0)
    va = existing_va(state, records)
    va[:, int(np.flatnonzero(network.buses == model._bus("T0101-M4P5S1"))[0]), 1] += complex(8000.0, 2600.0)
    ours = np.abs(PhaseSolver(network).solve(state.open_v, va).voltage_v)
    assert ours.max() - ours.min() > 5.0
    for row in range(len(steps)):
        theirs = three_phase(model, network, float(state.open_v[row] / network.supply.ratio / network.phase_v), va[row])
        turned = min(np.abs(np.roll(theirs, turn, axis=1) - ours[row]).max() for turn in range(3))
        assert turned < 3e-4 * network.phase_v


def test_check__bundled_network_by_both_methods(model: PhaseModel) -> None:
    connection = Connection("k", "T0101-M2P3S1", single_phase=True)
    known = model.check(connection, 8.0, 0.95, range(16))
    blind = PhaseModel(model._flow, STANDARD).check(connection, 8.0, 0.95, range(16))
    assert (known.method, blind.method) == ("unbalanced", "rule")
    assert 0.0 < blind.room_kva < known.room_kva
    assert known.best_phase in ("a", "b", "c")
    assert not math.isnan(known.voltage_min_v)
    assert blind.voltage_min_v < known.voltage_min_v
