"""What a load flow prepares once from its case: the plan of a year, source voltages, generators' profiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.flows import feeder_meters, substation_meters, trafo_ends
from capacity.loadflow.grid import Grid
from capacity.loadflow.injections import Injections, profile_rows, stated
from capacity.loadflow.metered import Metered
from capacity.loadflow.worker import Worker, source_buses
from capacity.loadflow.year import Plan
from capacity.tables.case import Case, Window
from capacity.tables.inputs.profiles import PROFILE_COLUMN

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


def make_plan(
    case: Case,
    grid: Grid,
    injections: Injections,
    metered: Metered | None,
    levels_percent: tuple[float, float],
    make_worker: Callable[[], Worker],
) -> Plan:
    """The plan of a year: every line in kA per volt pu, the meters, and how to make a thread's worker."""
    rows = grid.branches.of("line")
    table = case.net.line.loc[grid.branches.element[rows]]
    rating = (table["max_i_ka"] * table["df"] * table["parallel"]).to_numpy(np.float64)
    two = grid.branches
    base_ka = grid.sn_mva / (np.sqrt(3.0) * grid.base_kv)
    at_f, at_t = base_ka[two.f[rows]], base_ka[two.t[rows]]
    parts = [two.yff[rows] * at_f, two.yft[rows] * at_f, two.ytf[rows] * at_t, two.ytt[rows] * at_t]
    two_port = np.stack([part for value in parts for part in (value.real, value.imag)], axis=1)
    island = np.empty(grid.n_bus, dtype=np.int64)
    for one in grid.islands:
        island[one.start : one.stop] = one.number
    return Plan(
        grid=grid,
        injections=injections,
        metered=metered,
        trafos=trafo_ends(case, grid),
        feeders=feeder_meters(case, grid),
        substations=substation_meters(case, grid),
        line_rows=rows,
        line_two_port=np.ascontiguousarray(two_port),
        line_rating_ka=np.where(rating > 0.0, rating, np.nan),
        levels_percent=levels_percent,
        island_of_bus=island,
        make_worker=make_worker,
    )


def island_numbers(case: Case, grid: Grid) -> dict[int, int]:
    """The topology's number of each of the grid's islands; the grid's own where the two do not agree."""
    buses = case.topology.buses
    own = {island.number: island.number for island in grid.islands}
    if "island" not in buses:
        return own
    electrical = grid.bus_of[buses.index.to_numpy(np.int64)]
    numbers = {}
    for island in grid.islands:
        members = (electrical >= island.start) & (electrical < island.stop)
        numbers[island.number] = int(buses["island"].to_numpy()[members][0])
    distinct = len(set(numbers.values())) == len(numbers) and min(numbers.values()) >= 0
    return numbers if distinct else own


def source_voltage(case: Case, window: Window, grid: Grid) -> Complexes:
    """Voltage of every source bus: the network's set point, or the measured busbar voltage of its substation."""
    buses = source_buses(grid)
    voltage = grid.source_voltage[buses][:, None]
    measured = {
        substation: stated_voltage.profile
        for substation, stated_voltage in case.settings.busbar_voltage.items()
        if stated_voltage.source == "measured" and stated_voltage.profile
    }
    if not measured:
        return voltage
    names = list(dict.fromkeys(measured.values()))
    factors = profile_rows(case, window, names)
    voltage = np.repeat(voltage, factors.shape[1], axis=1)
    busbar = case.topology.substations.set_index("substation_id")["busbar"]
    for substation, name in measured.items():
        place = grid.bus_of[int(busbar[substation])] if substation in busbar.index else -1
        for row in np.flatnonzero(buses == place):
            voltage[row] *= factors[1 + names.index(name)] / np.abs(voltage[row])
    return voltage


def gen_profile(case: Case, window: Window) -> Reals | None:
    """Factors of the generators' active power, ``(n_gens, n_steps)``; None where all are constant."""
    gen = case.net.gen
    if PROFILE_COLUMN not in gen or gen[PROFILE_COLUMN].isna().all():
        return None
    name = stated(gen[PROFILE_COLUMN])
    names = [str(one) for one in pd.unique(name.dropna())]
    row = {one: number for number, one in enumerate(names, start=1)}
    return profile_rows(case, window, names)[name.map(row).fillna(0).astype(np.int64).to_numpy()]
