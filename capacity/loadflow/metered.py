"""Metered LV networks: which transformers' readings each calibrated network is held to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.flows import Ends
from capacity.loadflow.grid import Grid
from capacity.loadflow.injections import Injections
from capacity.loadflow.readings import complex_readings, filled
from capacity.tables.case import Case
from capacity.tables.readings import JudgedReadings

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Metered:
    """LV networks whose loads are scaled to readings. Parallel transformers of one network are one row.

    Attributes
    ----------
    names : ids of the metered transformers of each network.
    group_of_bus : per pandapower bus index (array position): row of its network, -1 none.
    meters : the metered branch ends, of which ``group_of_meter`` says the network.
    import_sign : ``+1`` where power into the end is import (HV side), ``-1`` on the LV side, per meter.
    share : transformers of the network per metered one: what a change of load does to the meters, inverted.
    target : complex ``(n_groups, n_steps)``, pu: readings, gaps filled as far as possible; NaN follows profiles.
    measured : where the target is a reading, not filled.
    rating : pu, of the metered transformers.
    """

    names: tuple[tuple[str, ...], ...]
    group_of_bus: Ints
    meters: Ends
    group_of_meter: Ints
    import_sign: Reals
    share: Reals
    target: Complexes
    measured: npt.NDArray[np.bool_]
    rating: Reals


@dataclass(frozen=True)
class _Network:
    """One LV network: branch rows of all its transformers, and of the metered ones with their reading row."""

    branches: tuple[int, ...]
    metered: tuple[tuple[int, int], ...]


def metered_networks(case: Case, grid: Grid, readings: JudgedReadings) -> tuple[Metered, tuple[str, ...]]:
    """The LV networks to calibrate, and the transformers with readings below which there is nothing to scale."""
    networks = _networks(case, grid, readings)
    names_of_branch = _names(case, grid)
    supplied = case.topology.buses["transformer_id"]
    group_of_bus = np.full(len(grid.bus_of), -1, dtype=np.int64)
    loaded = _loaded_buses(case, grid)
    kept: list[_Network] = []
    idle: list[str] = []
    for network in networks:
        mine = supplied.isin([names_of_branch[row] for row in network.branches]).fillna(False).to_numpy(bool)
        buses = supplied.index.to_numpy(np.int64)[mine]
        buses = buses[(buses < len(grid.bus_of)) & (grid.bus_of[buses] >= 0)]
        if np.isin(buses, loaded).any():
            group_of_bus[buses] = len(kept)
            kept.append(network)
        else:
            idle.extend(names_of_branch[row] for row, _ in network.metered)
    return _assembled(case, grid, readings, kept, group_of_bus, names_of_branch), tuple(idle)


def with_loads_on_top(metered: Metered, injections: Injections) -> Metered:
    """What the meters would show with a scenario's loads: their consumption on top of the targets.

    The losses that they add inside the network are left out: exact at the meter for loads at its own busbar.
    """
    elements = injections.elements
    target = metered.target.copy()
    for row in elements[elements["on_top"]].itertuples():
        group = metered.group_of_bus[row.pandapower_bus]
        if group >= 0:
            p_pu = row.p * injections.profiles[row.profile_p]
            q_pu = row.q * injections.profiles[row.profile_q]
            target[group] += (p_pu + 1j * q_pu) / metered.share[group]
    return replace(metered, target=target)


def _names(case: Case, grid: Grid) -> dict[int, str]:
    rows = grid.branches.of("trafo")
    names = case.net.trafo["name"].reindex(grid.branches.element[rows]).astype(str)
    return dict(zip(rows.tolist(), names, strict=True))


def _loaded_buses(case: Case, grid: Grid) -> Ints:
    """pandapower buses with a load that can be scaled."""
    load = case.net.load
    scalable = load["in_service"].to_numpy(bool) & ((load["p_mw"] * load["scaling"]).to_numpy(np.float64) > 0.0)
    return load["bus"].to_numpy(np.int64)[scalable]


def _networks(case: Case, grid: Grid, readings: JudgedReadings) -> list[_Network]:
    """Energised transformers between the same two buses together, where any of them has a reading that counts."""
    with_readings = {name: row for row, name in enumerate(readings.transformer_ids) if readings.valid[row].any()}
    names = _names(case, grid)
    pairs: dict[tuple[int, int], list[int]] = {}
    for row in names:
        pairs.setdefault((int(grid.branches.f[row]), int(grid.branches.t[row])), []).append(row)
    networks = []
    for rows in pairs.values():
        metered = tuple((row, with_readings[names[row]]) for row in rows if names[row] in with_readings)
        if metered:
            networks.append(_Network(tuple(rows), metered))
    return networks


def _assembled(
    case: Case,
    grid: Grid,
    readings: JudgedReadings,
    networks: list[_Network],
    group_of_bus: Ints,
    names: dict[int, str],
) -> Metered:
    sides = case.transformers.set_index("transformer_id")["meter_side"]
    meters = [(group, row) for group, network in enumerate(networks) for row, _ in network.metered]
    branches = np.array([row for _, row in meters], dtype=np.int64)
    at_hv = np.array([_is_hv(sides, names[row]) for _, row in meters], dtype=bool)
    power = complex_readings(readings, case.settings.power_factor) / (1000.0 * grid.sn_mva)
    n_steps = len(readings.timestamps)
    summed = np.zeros((len(networks), n_steps), dtype=np.complex128)
    for group, network in enumerate(networks):
        summed[group] = power[[row for _, row in network.metered]].sum(axis=0)
    table = case.net.trafo
    kva_pu = pd.Series((table["sn_mva"] * table["parallel"]).to_numpy(np.float64) / grid.sn_mva, index=table.index)
    rated = kva_pu.reindex(grid.branches.element[branches]).to_numpy(np.float64)
    group_of_meter = np.array([group for group, _ in meters], dtype=np.int64)
    return Metered(
        names=tuple(tuple(names[row] for row, _ in network.metered) for network in networks),
        group_of_bus=group_of_bus,
        meters=Ends.of(grid, branches, at_hv),
        group_of_meter=group_of_meter,
        import_sign=np.where(at_hv, 1.0, -1.0),
        share=np.array([len(network.branches) / len(network.metered) for network in networks]),
        target=filled(summed, readings.timestamps, case.settings.step_minutes),
        measured=~np.isnan(summed.real),
        rating=np.bincount(group_of_meter, rated, len(networks)).astype(np.float64),
    )


def _is_hv(sides: pd.Series, name: str) -> bool:
    """Whether a meter sits on the HV side; the LV side where the ledger does not say."""
    side = sides.get(name)
    return isinstance(side, str) and side == "hv"
