"""power-grid-model's asymmetric calculation of one LV network over many scenarios at once.

Everything is in volts, amperes and watts of the network's own level. The open-circuit voltage of the transformer is an
ideal, balanced source; the transformer's and the lines' impedances are ``line`` components, which state positive and
zero sequence apart (negative equals positive: nothing rotates here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from power_grid_model import CalculationMethod, ComponentType, DatasetType, PowerGridModel, initialize_array

from capacity.loadflow.unbalanced.network import LvNetwork

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

SOURCE_VA = 1e15
"""Short-circuit power of the ideal source: with loads below 1 MVA a drop below 1e-9 pu."""
TOLERANCE_PU = 1e-8
MAX_ITERATIONS = 60
FREQUENCY_HZ = 50.0
"""power-grid-model's default: it only turns the capacitances given below back into susceptances."""


@dataclass(frozen=True)
class PhaseResult:
    """Scenarios side by side; NaN in every value of a scenario without a solution.

    Attributes
    ----------
    voltage_v : complex phase-to-neutral voltages, ``(n_scenarios, n_nodes, 3)``.
    current_a : ``(n_scenarios, n_branches, 3)`` the larger of both ends.
    supply_a : ``(n_scenarios, 3)`` out of the transformer's LV terminals.
    failed : ``(n_scenarios)``.
    """

    voltage_v: Complexes
    current_a: Reals
    supply_a: Reals
    failed: npt.NDArray[np.bool_]

    def with_a_node_more(self, node: int) -> PhaseResult:
        """The same with a branch from a node to a new last node where nothing is drawn."""
        return PhaseResult(
            voltage_v=np.concatenate([self.voltage_v, self.voltage_v[:, [node]]], axis=1),
            current_a=np.concatenate([self.current_a, 0.0 * self.supply_a[:, None]], axis=1),
            supply_a=self.supply_a,
            failed=self.failed,
        )

    def neutral_a(self, network: LvNetwork) -> Reals:
        """Current in the neutral of the transformer, ``(n_scenarios)``: three times the zero sequence, which comes
        back from the displaced neutral of the busbar over the transformer's zero-sequence impedance alone."""
        displaced = self.voltage_v[:, 0].mean(axis=1)
        return 3.0 * np.abs(displaced / network.supply.z0_ohm)


class PhaseSolver:
    """The model of one network, built once; ask it from one thread at a time."""

    def __init__(self, network: LvNetwork) -> None:
        self.network = network
        self._model = PowerGridModel(_input(network))
        self._loads = _first_load(network) + np.arange(network.n)

    def solve(self, open_v: Reals, load_va: Complexes) -> PhaseResult:
        """Solve scenarios.

        Parameters
        ----------
        open_v : ``(n_scenarios)`` open-circuit voltage of the transformer, phase to neutral, V.
        load_va : ``(n_scenarios, n_nodes, 3)`` consumption of each phase.
        """
        network = self.network
        usable = np.isfinite(open_v) & (open_v > 0.0) & np.isfinite(load_va).all(axis=(1, 2))
        safe_v = np.where(usable, open_v, network.phase_v)
        safe_va = np.where(usable[:, None, None], load_va, 0.0)
        result, broken = self._calculate(safe_v, safe_va)
        node, line = result[ComponentType.node], result[ComponentType.line]
        with np.errstate(invalid="ignore"):
            voltage = node["u"][:, 1:] * np.exp(1j * node["u_angle"][:, 1:])
        current = np.fmax(line["i_from"], line["i_to"])
        failed = ~usable | broken | ~np.isfinite(voltage).all(axis=(1, 2)) | ~np.isfinite(current).all(axis=(1, 2))
        failed |= (np.abs(voltage) < COLLAPSED * network.phase_v).any(axis=(1, 2))
        voltage[failed], current[failed] = np.nan, np.nan
        return PhaseResult(voltage, current[:, 1:], current[:, 0], failed)

    def _calculate(self, open_v: Reals, load_va: Complexes) -> tuple[dict[Any, Any], npt.NDArray[np.bool_]]:
        loads = initialize_array(DatasetType.update, ComponentType.asym_load, load_va.shape[:2])
        loads["id"] = self._loads
        loads["p_specified"], loads["q_specified"] = load_va.real, load_va.imag
        source = initialize_array(DatasetType.update, ComponentType.source, (len(open_v), 1))
        source["id"], source["u_ref"] = _source_id(self.network), (open_v / self.network.phase_v)[:, None]
        result: Any = self._model.calculate_power_flow(
            symmetric=False,
            calculation_method=CalculationMethod.iterative_current,
            error_tolerance=TOLERANCE_PU,
            max_iterations=MAX_ITERATIONS,
            update_data={ComponentType.asym_load: loads, ComponentType.source: source},
            threading=0,
            output_component_types={ComponentType.node: ["u", "u_angle"], ComponentType.line: ["i_from", "i_to"]},
            continue_on_batch_error=True,
        )
        broken = np.zeros(len(open_v), dtype=bool)
        if self._model.batch_error is not None:  # the memory of failed scenarios is not initialised
            broken[self._model.batch_error.failed_scenarios] = True
        return result, broken


COLLAPSED = 0.3
"""Below this part of the nominal voltage a solution is the lower branch of the nose curve, or noise: no solution."""


def _first_load(network: LvNetwork) -> int:
    return 2 * network.n + len(network.f) + 10


def _source_id(network: LvNetwork) -> int:
    return 4 * network.n + len(network.f) + 20


def _input(network: LvNetwork) -> dict[Any, Any]:
    """Node 0 of the model is the ideal source, the network's nodes follow; so do branches after the transformer."""
    count = network.n
    nodes = initialize_array(DatasetType.input, ComponentType.node, count + 1)
    nodes["id"], nodes["u_rated"] = np.arange(count + 1), network.vn_kv * 1000.0
    loads = initialize_array(DatasetType.input, ComponentType.asym_load, count)
    loads["id"], loads["node"] = _first_load(network) + np.arange(count), 1 + np.arange(count)
    loads["status"], loads["type"], loads["p_specified"], loads["q_specified"] = 1, 0, 0.0, 0.0
    source = initialize_array(DatasetType.input, ComponentType.source, 1)
    source["id"], source["node"], source["status"], source["u_ref"] = _source_id(network), 0, 1, 1.0
    source["sk"], source["rx_ratio"], source["z01_ratio"] = SOURCE_VA, 0.1, 1.0
    data = {
        ComponentType.node: nodes,
        ComponentType.line: _lines(network),
        ComponentType.asym_load: loads,
        ComponentType.source: source,
    }
    if (network.shunt_s != 0.0).any():
        data[ComponentType.shunt] = _shunts(network)
    return data


def _lines(network: LvNetwork) -> Any:
    supply = network.supply
    z1 = np.concatenate([[supply.z1_ohm], network.z1_ohm])
    z0 = np.concatenate([[supply.z0_ohm], network.z0_ohm])
    charging = np.concatenate([[0.0], network.charging_s])
    lines = initialize_array(DatasetType.input, ComponentType.line, len(z1))
    lines["id"] = network.n + 1 + np.arange(len(z1))
    lines["from_node"] = np.concatenate([[0], 1 + network.f])
    lines["to_node"] = np.concatenate([[1], 1 + network.t])
    lines["from_status"] = lines["to_status"] = 1
    lines["r1"], lines["x1"], lines["r0"], lines["x0"] = z1.real, z1.imag, z0.real, z0.imag
    capacitive = charging.imag > 0.0
    lines["c1"] = lines["c0"] = np.where(capacitive, charging.imag, 0.0) / (2.0 * np.pi * FREQUENCY_HZ)
    loss = np.divide(charging.real, charging.imag, out=np.zeros(len(z1)), where=capacitive)
    lines["tan1"] = lines["tan0"] = loss
    lines["i_n"] = 1000.0  # only for a loading in percent, which is not asked for
    return lines


def _shunts(network: LvNetwork) -> Any:
    at = np.flatnonzero(network.shunt_s != 0.0)
    shunts = initialize_array(DatasetType.input, ComponentType.shunt, len(at))
    shunts["id"] = 5 * network.n + len(network.f) + 30 + at
    shunts["node"], shunts["status"] = 1 + at, 1
    shunts["g1"] = shunts["g0"] = network.shunt_s[at].real
    shunts["b1"] = shunts["b0"] = network.shunt_s[at].imag
    return shunts
