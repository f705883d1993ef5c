"""power-grid-model in batches: the iterative current method on the very admittances that our engines solve.

The network goes over in one made-up voltage level (1 kV, so that power-grid-model's base of 1 MVA makes one ohm one
per unit). Lines become its ``line``, whatever else is a two-port its ``generic_branch`` with ratio, phase shift and
pi shunt; what a two-port has beyond a symmetric pi joins the shunt of its buses. Two component types, so that the
output can be restricted: node voltages, currents at the lines' ends, powers at the transformers' ends, nothing else.
Updates and outputs are columnar, with loads only where something consumes; steps go in chunks that fit a memory budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from power_grid_model import CalculationMethod, ComponentType, DatasetType, PowerGridModel, initialize_array

from benchmarks.measure import Outcome, Stopwatch
from benchmarks.outputs import Ints, Reals, Statistics, Steps
from benchmarks.peers.gathering import Gathering
from capacity.errors import SolverError
from capacity.loadflow import LoadFlow
from capacity.loadflow.grid import Grid
from capacity.loadflow.kernels import TOLERANCE_PU
from capacity.loadflow.lanes import padded, unpack
from capacity.loadflow.pgm import SOURCE_VA, reciprocal
from capacity.loadflow.worker import source_buses

Complexes = npt.NDArray[np.complex128]

BASE_VOLT = 1e3
BASE_WATT = 1e6
BASE_AMPERE = BASE_WATT / (np.sqrt(3.0) * BASE_VOLT)
HERTZ = 50.0
MAX_ITERATIONS = 100
CHUNK_BYTES = 100_000_000
"""Small enough that the results of a chunk stay near the processor: larger chunks were slower, not faster."""
LINE_OUTPUT = ["i_from", "i_to"]
BRANCH_OUTPUT = ["p_from", "q_from", "p_to", "q_to"]


@dataclass(frozen=True)
class Peer:
    """A model prepared for batches. ``loads`` and ``sources`` are electrical buses, ``lines`` branch rows.

    ``trafo_columns`` are the transformers among the generic branches.
    """

    load_flow: LoadFlow
    model: PowerGridModel
    loads: Ints
    sources: Ints
    lines: Ints
    trafo_columns: Ints
    chunk_steps: int


def prepare(load_flow: LoadFlow, chunk_bytes: int = CHUNK_BYTES) -> Peer:
    """power-grid-model's model of a load flow's network.

    Raises
    ------
    SolverError
        Where the network holds what a two-port with constant power cannot represent.
    """
    grid, injections = load_flow.plan.grid, load_flow.plan.injections
    for island in grid.islands:
        if island.beyond or not reciprocal(grid, island):
            raise SolverError("pgm", island.number, island.beyond or "its impedances differ by direction")
    if (grid.branches.f == grid.branches.t).any():
        raise SolverError("pgm", -1, "it has branches whose ends are fused, of which the peer would give no current")
    sources = source_buses(grid)
    consuming = np.zeros(grid.n_bus, dtype=bool)
    consuming[np.concatenate([injections.fixed_bus, injections.shared_bus])] = True
    consuming[injections.constant != 0.0] = True
    consuming[sources] = False
    loads = np.flatnonzero(consuming)
    lines, trafos = grid.branches.of("line"), grid.branches.of("trafo")
    others = np.flatnonzero(grid.branches.kind != "line")
    numbers = 8 * (grid.n_bus + 2 * len(lines) + 4 * len(others) + 2 * len(loads))
    return Peer(
        load_flow=load_flow,
        model=PowerGridModel(_network(grid, lines, others, loads, sources), system_frequency=HERTZ),
        loads=loads,
        sources=sources,
        lines=lines,
        trafo_columns=np.searchsorted(others, trafos),
        chunk_steps=max(16, chunk_bytes // numbers),
    )


def solve_year(peer: Peer, threads: int, first: int = 0, last: int | None = None) -> Outcome[Statistics]:
    """Every step of the window (or of a part of it) with all statistics; the parts of the work timed apart."""
    inputs, solve, gather = Stopwatch(), Stopwatch(), Stopwatch()
    last = peer.load_flow.n_steps if last is None else last
    gathering = Gathering.of(peer.load_flow, last - first)
    for begin in range(first, last, peer.chunk_steps):
        steps = np.arange(begin, min(begin + peer.chunk_steps, last))
        with inputs:
            update = _update(peer, steps)
        with solve:
            result = _calculate(peer, update, threads)
        with gather:
            gathering.add(begin - first, *_in_our_units(peer, result))
            del result
    with gather:
        found = gathering.statistics()
    return Outcome(found, {"input": inputs.spent, "solve": solve.spent, "statistics": gather.spent})


def steps_in_full(peer: Peer, steps: Ints) -> Steps:
    """Some steps, elements in the order of the network's tables."""
    gathering = Gathering.of(peer.load_flow, len(steps))
    parts = [gathering.in_order(*_in_our_units(peer, found)) for found in _in_chunks(peer, steps)]
    return Steps(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _in_chunks(peer: Peer, steps: Ints) -> Iterator[Any]:
    for begin in range(0, len(steps), peer.chunk_steps):
        yield _calculate(peer, _update(peer, steps[begin : begin + peer.chunk_steps]), threads=-1)


def _update(peer: Peer, steps: Ints) -> Any:
    """Consumption of every consuming bus and voltage of every source, one row per step."""
    lanes, _ = padded(steps)
    net_load = peer.load_flow.net_load(steps)
    scaled = None if net_load is None else np.ascontiguousarray(_as_lanes(net_load, lanes.shape))
    power = unpack(peer.load_flow.plan.injections.power(lanes, scaled), len(steps))[peer.loads].T * BASE_WATT
    held = peer.load_flow.source_voltage
    columns = steps if held.shape[1] > 1 else np.zeros(len(steps), dtype=np.int64)
    voltage = held[:, columns].T
    return {
        ComponentType.sym_load: {
            "p_specified": np.ascontiguousarray(power.real),
            "q_specified": np.ascontiguousarray(power.imag),
        },
        ComponentType.source: {
            "u_ref": np.ascontiguousarray(np.abs(voltage)),
            "u_ref_angle": np.ascontiguousarray(np.angle(voltage)),
        },
    }


def _as_lanes(net_load: Reals, shape: tuple[int, ...]) -> Reals:
    """``(n_groups, 2, n_steps)`` as ``(n_blocks, n_groups, 2, LANES)``, the last step repeated."""
    blocks, lanes = shape
    column = np.minimum(np.arange(blocks * lanes), net_load.shape[2] - 1)
    return net_load[:, :, column].reshape(*net_load.shape[:2], blocks, lanes).transpose(2, 0, 1, 3)


def _calculate(peer: Peer, update: Any, threads: int) -> Any:
    """The batch; a step that fails raises, since a benchmark of failed steps says nothing."""
    return peer.model.calculate_power_flow(
        calculation_method=CalculationMethod.iterative_current,
        error_tolerance=TOLERANCE_PU,
        max_iterations=MAX_ITERATIONS,
        update_data=update,
        threading=threads if threads > 1 else -1,
        output_component_types={
            ComponentType.node: ["u_pu"],
            ComponentType.line: LINE_OUTPUT,
            ComponentType.generic_branch: BRANCH_OUTPUT,
        },
    )


def _in_our_units(peer: Peer, result: Any) -> tuple[Reals, Reals, Reals]:
    """Bus voltages pu, line currents kA (of the more loaded end), transformer powers kVA; steps are rows."""
    grid = peer.load_flow.plan.grid
    line, branch = result[ComponentType.line], result[ComponentType.generic_branch]
    base_ka = grid.sn_mva / (np.sqrt(3.0) * grid.base_kv[grid.branches.f[peer.lines]]) / BASE_AMPERE
    current = np.maximum(line["i_from"], line["i_to"]) * base_ka
    at = peer.trafo_columns
    hv = np.hypot(branch["p_from"][:, at], branch["q_from"][:, at])
    lv = np.hypot(branch["p_to"][:, at], branch["q_to"][:, at])
    return result[ComponentType.node]["u_pu"], current, np.maximum(hv, lv) * (1000.0 * grid.sn_mva / BASE_WATT)


def _network(grid: Grid, lines: Ints, others: Ints, loads: Ints, sources: Ints) -> dict[ComponentType, Any]:
    """Input data; a node's id is its electrical bus, a branch's its row beyond them."""
    shunt = grid.shunt.copy()
    nodes = initialize_array(DatasetType.input, ComponentType.node, grid.n_bus)
    nodes["id"], nodes["u_rated"] = np.arange(grid.n_bus), BASE_VOLT
    first_load = grid.n_bus + len(grid.branches.f)
    return {
        ComponentType.node: nodes,
        ComponentType.line: _lines(grid, lines, shunt),
        ComponentType.generic_branch: _generic_branches(grid, others, shunt),
        ComponentType.sym_load: _loads(loads, first_load),
        ComponentType.source: _sources(grid, sources, first_load + len(loads)),
        ComponentType.shunt: _shunts(shunt, first_load + len(loads) + len(sources)),
    }


def _lines(grid: Grid, rows: Ints, shunt: Complexes) -> Any:
    two = grid.branches
    series = -two.ytf[rows]
    susceptance = 2.0 * (two.ytt[rows] - series).imag
    half = 0.5j * susceptance
    np.add.at(shunt, two.f[rows], two.yff[rows] - series - half)
    np.add.at(shunt, two.t[rows], two.ytt[rows] - series - half)
    found = _branches(grid, rows, ComponentType.line, 1.0 / series)
    found["c1"], found["tan1"] = susceptance / (2.0 * np.pi * HERTZ), 0.0
    return found


def _generic_branches(grid: Grid, rows: Ints, shunt: Complexes) -> Any:
    """Ratio and phase shift from the two transfer and the two own admittances; a negative resistance turns by pi."""
    two = grid.branches
    ratio = np.sqrt(np.abs(two.ytt[rows] / two.yff[rows]))
    shift = -0.5 * np.angle(two.ytf[rows] / two.yft[rows])
    series = -two.ytf[rows] * ratio * np.exp(1j * shift)
    turned = series.real < 0.0
    shift, series = np.where(turned, shift + np.pi, shift), np.where(turned, -series, series)
    pi_shunt = 2.0 * (two.ytt[rows] - series)
    np.add.at(shunt, two.f[rows], two.yff[rows] - (series + 0.5 * pi_shunt) / ratio**2)
    found = _branches(grid, rows, ComponentType.generic_branch, 1.0 / series)
    found["g1"], found["b1"] = pi_shunt.real, pi_shunt.imag
    found["k"], found["theta"], found["sn"] = ratio, shift, BASE_WATT
    return found


def _branches(grid: Grid, rows: Ints, kind: ComponentType, impedance: Complexes) -> Any:
    found = initialize_array(DatasetType.input, kind, len(rows))
    found["id"] = grid.n_bus + rows
    found["from_node"], found["to_node"] = grid.branches.f[rows], grid.branches.t[rows]
    found["from_status"] = found["to_status"] = 1
    found["r1"], found["x1"] = impedance.real, impedance.imag
    return found


def _loads(buses: Ints, first_id: int) -> Any:
    found = initialize_array(DatasetType.input, ComponentType.sym_load, len(buses))
    found["id"], found["node"], found["status"], found["type"] = first_id + np.arange(len(buses)), buses, 1, 0
    found["p_specified"] = found["q_specified"] = 0.0
    return found


def _sources(grid: Grid, buses: Ints, first_id: int) -> Any:
    found = initialize_array(DatasetType.input, ComponentType.source, len(buses))
    found["id"], found["node"], found["status"], found["sk"] = first_id + np.arange(len(buses)), buses, 1, SOURCE_VA
    found["u_ref"] = np.abs(grid.source_voltage[buses])
    found["u_ref_angle"] = np.angle(grid.source_voltage[buses])
    return found


def _shunts(shunt: Complexes, first_id: int) -> Any:
    at = np.flatnonzero(np.abs(shunt) > 1e-12 * np.abs(shunt).max(initial=1.0))
    found = initialize_array(DatasetType.input, ComponentType.shunt, len(at))
    found["id"], found["node"], found["status"] = first_id + np.arange(len(at)), at, 1
    found["g1"], found["b1"] = shunt[at].real, shunt[at].imag
    return found
