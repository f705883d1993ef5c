"""From a load flow and bounds by pandapower index to what the search works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.additions.asking import Ask, Loads
from capacity.loadflow.additions.model import Model, SubstationEnds, cut_model
from capacity.loadflow.additions.tasks import Feeder
from capacity.loadflow.additions.trees import BranchBounds
from capacity.loadflow.grid import Grid
from capacity.loadflow.worker import source_buses
from capacity.tables.additions import Addition, Bounds
from capacity.tables.case import Case
from capacity.tables.solved import SolvedYear

if TYPE_CHECKING:
    from capacity.loadflow.load_flow import LoadFlow
    from capacity.loadflow.year import Plan

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """Everything the passes share.

    Attributes
    ----------
    bus_bound : voltage bound per electrical bus, −inf (load) or inf (generation) where there is none.
    source : voltages of the source buses, ``(n_sources, n_steps)``.
    inflow : what every network draws without what is connected besides, ``(n_networks, n_steps)`` pu, NaN unknown.
    connected : constant power per electrical bus that is connected besides, pu.
    into_substation : power into every substation, ``(n_substations, n_steps)``, pu; of what is connected besides it
        holds only what stands at a busbar that is a source.
    feeders : numbers of the networks that make one unit of work each.
    feeder_of_bus : number of the feeder of every electrical bus, -1 none.
    failed : per network, whether a step of the year failed in its island.
    """

    case: Case
    grid: Grid
    model: Model
    loads: Loads
    ask: Ask
    addition: Addition
    bounds: Bounds
    bus_bound: Reals
    source: Complexes
    source_buses: Ints
    inflow: Complexes
    connected: Complexes
    into_substation: Complexes
    substation_ids: tuple[str, ...]
    feeders: tuple[Ints, ...]
    feeder_of_bus: Ints
    failed: Bools

    @property
    def n_steps(self) -> int:
        """Steps of the window."""
        return self.inflow.shape[1]

    def source_row(self, bus: int) -> int:
        """Row of a source bus in ``source``."""
        return int(np.flatnonzero(self.source_buses == bus)[0])

    def task(self, numbers: Ints) -> Feeder:
        """The unit of work of some networks."""
        networks = tuple(self.model.networks[number] for number in numbers.tolist())
        return Feeder(
            networks,
            tuple(self.local_bound(network.tree.bus, artificial=2) for network in networks),
            tuple(np.arange(2, network.tree.n_bus) for network in networks),
            self.loads,
            self.ask,
            self.bounds.epsilon_pu,
            self.bounds.epsilon_percent / 100.0,
        )

    def local_bound(self, bus: Ints, artificial: int) -> Reals:
        """Voltage bounds of a tree's buses; the first ``artificial`` ones have none."""
        bound = np.where(bus >= 0, self.bus_bound[np.maximum(bus, 0)], -np.inf * self.ask.sense)
        bound[:artificial] = -np.inf * self.ask.sense
        return bound


def make_setting(flow: LoadFlow, solved: SolvedYear, bounds: Bounds, addition: Addition) -> Setting:
    """Prepare the search.

    Raises
    ------
    ValueError
        If the addition's factors do not cover the window.
    """
    case, plan, grid = flow.case, flow.plan, flow.plan.grid
    if len(addition.factor) != flow.n_steps:
        raise ValueError(f"the addition has {len(addition.factor)} factors for {flow.n_steps} steps")
    kva = 1000.0 * grid.sn_mva
    sense = 1.0 if addition.direction == "load" else -1.0
    ask = Ask(addition.kw_per_kva / kva, sense, addition.factor.astype(np.float64), addition.ceiling_kva)
    connected = np.zeros(grid.n_bus, dtype=np.complex128)
    for bus, power in bounds.connected_kw.items():
        if grid.bus_of[bus] >= 0:
            connected[grid.bus_of[bus]] += power / kva
    meters = _substation_ends(plan, bounds)
    sources = source_buses(grid)
    model = cut_model(grid, plan.injections, connected, branch_bounds(case, plan, bounds), sources, meters)
    source = np.broadcast_to(flow.source_voltage, (len(sources), flow.n_steps))
    feeder_of_bus = _feeder_of_bus(case, grid)
    substations = solved.substations
    return Setting(
        case=case,
        grid=grid,
        model=model,
        loads=Loads(plan.injections.profiles, _net_load(flow)),
        ask=ask,
        addition=addition,
        bounds=bounds,
        bus_bound=_bus_bound(case, grid, bounds, sense),
        source=source,
        source_buses=sources,
        inflow=_inflow(case, grid, model, solved),
        connected=connected,
        into_substation=(substations.p_kw + 1j * substations.q_kvar).astype(np.complex128) / kva
        + _at_busbars(grid, meters, sources, connected, len(substations.ids))[:, None],
        substation_ids=substations.ids,
        feeders=_feeders(model, feeder_of_bus),
        feeder_of_bus=feeder_of_bus,
        failed=_failed(case, grid, model, solved),
    )


def _net_load(flow: LoadFlow) -> npt.NDArray[np.float32]:
    """The metered networks' scaled net loads of the whole window; nothing without meters."""
    scaled = flow.net_load(np.arange(flow.n_steps))
    return np.empty((0, 2, flow.n_steps), dtype=np.float32) if scaled is None else scaled.astype(np.float32)


def branch_bounds(case: Case, plan: Plan, bounds: Bounds) -> BranchBounds:
    """What every branch of the grid may carry, in pu."""
    grid, two = plan.grid, plan.grid.branches
    limit_f, limit_t = np.full(len(two.f), np.inf), np.full(len(two.f), np.inf)
    power = two.kind == "trafo"
    percent = bounds.line_percent.reindex(two.element[plan.line_rows]).to_numpy(np.float64)
    allowed_ka = plan.line_rating_ka * percent / 100.0
    base_ka = grid.sn_mva / (np.sqrt(3.0) * grid.base_kv)
    rows = plan.line_rows
    limit_f[rows] = np.nan_to_num(allowed_ka / base_ka[two.f[rows]], nan=np.inf)
    limit_t[rows] = np.nan_to_num(allowed_ka / base_ka[two.t[rows]], nan=np.inf)
    trafos = two.of("trafo")
    to_lv = np.minimum(grid.base_kv[two.f[trafos]], grid.base_kv[two.t[trafos]]) <= 1.0
    rated = plan.trafos.rated_kva / (1000.0 * grid.sn_mva) * bounds.trafo_percent / 100.0
    limit_f[trafos[to_lv]] = limit_t[trafos[to_lv]] = rated[to_lv]
    return BranchBounds(limit_f, limit_t, power)


def _bus_bound(case: Case, grid: Grid, bounds: Bounds, sense: float) -> Reals:
    """The strictest bound of the buses fused into each electrical bus."""
    bound = np.full(grid.n_bus, -np.inf * sense)
    stated = bounds.voltage_pu.dropna()
    place = grid.bus_of[stated.index.to_numpy(np.int64)]
    mine = place >= 0
    strictest = np.maximum if sense > 0.0 else np.minimum
    strictest.at(bound, place[mine], stated.to_numpy(np.float64)[mine])
    return bound


def _substation_ends(plan: Plan, bounds: Bounds) -> SubstationEnds:
    """Branches that carry power into substations, by their lower end, with each substation's limit in pu."""
    meters, parent = plan.substations, plan.grid.parent
    limit = bounds.substation_kva.reindex(list(meters.ids)).to_numpy(np.float64) / (1000.0 * plan.grid.sn_mva)
    down = parent[meters.ends.there] == meters.ends.here
    return SubstationEnds(meters.ends.there[down], meters.row_of_end[down], np.where(limit > 0.0, limit, np.inf))


def _at_busbars(grid: Grid, meters: SubstationEnds, sources: Ints, connected: Complexes, count: int) -> Complexes:
    """What is connected besides at each substation's busbar, where that is a source; ``count`` substations."""
    here = np.zeros(count, dtype=np.complex128)
    for row, bus in set(zip(meters.row.tolist(), grid.parent[meters.child].tolist(), strict=True)):
        if bus in sources:
            here[row] += connected[bus]
    return here


def _inflow(case: Case, grid: Grid, model: Model, solved: SolvedYear) -> Complexes:
    """What each network draws at its head by the solved year; NaN where it is not known."""
    flows = solved.transformers
    kva = 1000.0 * grid.sn_mva
    lv_bus = case.net.trafo.loc[flows.index, "lv_bus"].to_numpy(np.int64)
    place = grid.bus_of[lv_bus]
    network = np.where(place >= 0, model.network_of[np.maximum(place, 0)], -1)
    power = (flows.p_hv_kw.astype(np.float64) + 1j * flows.q_hv_kvar) / kva
    total = np.zeros((len(model.networks), power.shape[1]), dtype=np.complex128)
    # an open transformer shows no power: it belongs to no branch and counts for nothing
    live = (network >= 0) & np.isin(flows.index, grid.branches.element[grid.branches.of("trafo")])
    np.add.at(total, network[live], power[live])
    total[~np.isin(np.arange(len(total)), network[live])] = np.nan
    return total


def _feeder_of_bus(case: Case, grid: Grid) -> Ints:
    names = case.topology.buses["feeder_id"]
    codes, _ = pd.factorize(names)
    place = grid.bus_of[names.index.to_numpy(np.int64)]
    feeder = np.full(grid.n_bus, -1, dtype=np.int64)
    mine = place >= 0
    feeder[place[mine]] = codes[mine]
    return feeder


def _feeders(model: Model, feeder_of_bus: Ints) -> tuple[Ints, ...]:
    """Networks by trunk and feeder."""
    keys = [(network.trunk, int(feeder_of_bus[network.tree.bus[2]])) for network in model.networks]
    return tuple(
        np.array([number for number, own in enumerate(keys) if own == key], dtype=np.int64) for key in sorted(set(keys))
    )


def _failed(case: Case, grid: Grid, model: Model, solved: SolvedYear) -> Bools:
    """Per network, whether its island failed in any step."""
    island = case.topology.buses["island"]
    by_bus = pd.Series(island.to_numpy(), index=grid.bus_of[island.index.to_numpy(np.int64)])
    by_bus = by_bus[~by_bus.index.duplicated()]
    numbers = by_bus.reindex(model.cut.root).fillna(-1).astype(int).to_numpy()
    return np.array([number < 0 or bool(solved.failed[number].any()) for number in numbers], dtype=bool)
