"""Areas and feeders against the grid above them: critical steps, limits, scope, and the simultaneous figure (P8)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.simultaneous import Binding, Limits, Scope, first_broken, largest_share
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import HeadFlows, Snapshot, SolvedYear, Solver

STEPS_PER_FEEDER = 40


@dataclass(frozen=True)
class Figure:
    """What a group of transformers can take together.

    ``allowed_kva`` is NaN where unknown; ``shares_kva`` is by transformer_id. ``criterion`` is empty when nothing above
    the transformers binds.
    """

    allowed_kva: float
    shares_kva: dict[str, float]
    criterion: str
    element: str
    at: pd.Timestamp | None
    reason: str

    @property
    def columns(self) -> dict[str, object]:
        """The columns that areas and feeders share."""
        return {
            "allowed_kva": self.allowed_kva,
            "binding_element": self.element or None,
            "binding_criterion": self.criterion or None,
            "binding_at": pd.NaT if self.at is None else self.at,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Grid:
    """Everything the simultaneous figure of a group needs, prepared once for all groups."""

    case: Case
    solved: SolvedYear
    solve: Solver
    transformers: pd.DataFrame
    base_kw: dict[int, complex]
    limits: Limits
    snapshot: Snapshot
    steps_of_feeder: dict[str, npt.NDArray[np.int64]]
    power_factor: float
    broken: pd.DataFrame

    def sections_above(self, transformer_ids: Iterable[str]) -> set[str]:
        """Ids of the 10 kV sections that supply any of the transformers."""
        lines = self.case.topology.lines["line_id"]
        energised = [name for name in transformer_ids if pd.notna(self.transformers.at[name, "feeder_id"])]
        return {str(lines.at[index]) for name in energised for index in _above(self, name)[0]}


def prepare_grid(
    case: Case,
    policy: Policy,
    solved: SolvedYear,
    solve: Solver,
    transformers: pd.DataFrame,
    nodes: pd.DataFrame,
    reserved: pd.DataFrame,
) -> Grid:
    """Limits and critical steps of every feeder, and these steps solved with everything reserved connected."""
    floor_pu = _voltage_floor(case, policy, nodes)
    steps_of_feeder = {
        feeder: _critical_steps(case, solved, floor_pu, feeder) for feeder in case.topology.feeders["feeder_id"]
    }
    steps = np.unique(np.concatenate([*steps_of_feeder.values(), _substation_steps(solved)])).astype(np.int64)
    base_kw = _reserved_at_buses(reserved)
    for bus, added in _assumed_of_unknown(case, policy, transformers).items():
        base_kw[bus] = base_kw.get(bus, 0j) + added
    snapshot = solve(steps, base_kw)
    limits = _limits(case, policy, floor_pu, snapshot)
    everything = Scope(
        np.flatnonzero(np.isfinite(limits.line_percent)),
        np.flatnonzero(np.isfinite(limits.voltage_pu)),
        np.arange(len(snapshot.substation_ids)),
    )
    return Grid(
        case=case,
        solved=solved,
        solve=solve,
        transformers=transformers.set_index("transformer_id", drop=False),
        base_kw=base_kw,
        limits=limits,
        snapshot=snapshot,
        steps_of_feeder=steps_of_feeder,
        power_factor=case.settings.power_factor,
        broken=first_broken(snapshot, limits, everything),
    )


def simultaneous_figure(grid: Grid, transformer_ids: Iterable[str]) -> Figure:
    """The largest total the given public transformers can take at the same time, each its proportional share (P8)."""
    group = grid.transformers.loc[list(transformer_ids)]
    if group.empty:
        return _unknown("no_public_transformer")
    known = group[group["allowed_kva"].notna()]
    if known.empty:
        return _unknown("unknown_transformers")
    feeders = [str(value) for value in known["feeder_id"].dropna().unique()]
    if not feeders or _failed(grid, known):
        return _unknown("solver_failure" if feeders else "unknown_transformers")
    wishes = known[known["allowed_kva"] > 0.0]
    if wishes.empty:
        return _full(known)
    blocked = {name: fault for name in wishes.index if (fault := _existing_violation(grid, name)) is not None}
    free = wishes.drop(index=list(blocked))
    if free.empty:
        return _figure(grid, dict.fromkeys(known.index, 0.0), next(iter(blocked.values())), "existing_violation")
    steps = np.unique(np.concatenate([grid.steps_of_feeder[feeder] for feeder in feeders]))
    rows = np.searchsorted(grid.snapshot.steps, steps)
    shares = largest_share(
        grid.solve,
        steps,
        _rows(grid.snapshot, rows),
        grid.base_kw,
        _wish_kw(grid, free),
        grid.limits,
        _scope(grid, feeders),
    )
    if math.isnan(shares.alpha):
        return _unknown("solver_failure")
    shares_kva = {name: shares.alpha * float(free["allowed_kva"].get(name, 0.0)) for name in known.index}
    binding = shares.binding or next(iter(blocked.values()), None)
    limited = shares.alpha < 1.0 or bool(blocked)
    return _figure(grid, shares_kva, binding, "grid_limited" if limited else "ok")


def counted_transformers(grid: Grid, where: pd.Series) -> pd.DataFrame:
    """In-service public transformers: the only ones that count (P7, P8)."""
    in_service = grid.transformers["in_service"].astype(bool) & grid.transformers["ownership"].eq("public")
    return grid.transformers[where.fillna(False).astype(bool) & in_service]


def _critical_steps(case: Case, solved: SolvedYear, floor_pu: pd.Series, feeder: str) -> npt.NDArray[np.int64]:
    """Steps of the highest section currents and of the lowest voltages of a feeder, most often named first."""
    lines = case.topology.lines
    sections = solved.lines.loc[lines.index[lines["feeder_id"].eq(feeder).fillna(False) & lines["level"].eq("mv")]]
    loaded = sections[sections["max_loading_percent"] >= 0.5 * sections["max_loading_percent"].max()]
    buses = case.topology.buses
    here = solved.buses.loc[buses.index[buses["feeder_id"].eq(feeder).fillna(False)]].dropna(subset=["voltage_min_pu"])
    margin = here["voltage_min_pu"] - floor_pu.reindex(here.index)
    of_trafo = buses["transformer_id"].reindex(here.index).fillna("")
    lowest = margin.groupby(of_trafo).nsmallest(3).index.get_level_values(-1)
    times = pd.concat(
        [
            loaded["max_loading_at"],
            loaded["second_loading_at"],
            loaded["third_loading_at"],
            here.loc[lowest, "voltage_min_at"],
        ]
    ).dropna()
    positions = solved.timestamps.get_indexer(pd.DatetimeIndex(times.value_counts().index[:STEPS_PER_FEEDER]))
    head = _import_steps(solved.feeders, feeder, count=3)
    return np.unique(np.concatenate([positions[positions >= 0], head, _substation_steps(solved)])).astype(np.int64)


def _substation_steps(solved: SolvedYear) -> npt.NDArray[np.int64]:
    """The step of each substation's highest import."""
    flows = solved.substations
    return np.array([step for name in flows.ids for step in _import_steps(flows, name, count=1)], dtype=np.int64)


def _import_steps(flows: HeadFlows, name: str, count: int) -> npt.NDArray[np.int64]:
    """The steps of highest apparent power towards the loads: a section's own maximum may be an export (P7)."""
    if name not in flows.ids:
        return np.empty(0, dtype=np.int64)
    row = flows.ids.index(name)
    imported = np.where(flows.p_kw[row] >= 0.0, np.hypot(flows.p_kw[row], flows.q_kvar[row]), -1.0)
    return np.argsort(-np.nan_to_num(imported, nan=-1.0), kind="stable")[:count].astype(np.int64)


def _reserved_at_buses(reserved: pd.DataFrame) -> dict[int, complex]:
    placed = reserved[reserved["bus"] >= 0]
    total = placed.groupby("bus")[["p_kw", "q_kvar"]].sum()
    return {int(bus): complex(row["p_kw"], row["q_kvar"]) for bus, row in total.iterrows()}


def _assumed_of_unknown(case: Case, policy: Policy, transformers: pd.DataFrame) -> dict[int, complex]:
    """Transformers of which nothing is known are taken as loaded to their limit: nobody is promised their room."""
    unknown = transformers[transformers["source"].eq("none") & transformers["in_service"].astype(bool)]
    busbar = case.net.trafo.drop_duplicates("name").set_index("name")["lv_bus"]
    share = policy.choice("transformer_limit_percent") / 100.0
    return {
        int(busbar.at[name]): _at_power_factor(share * rated_kva, case.settings.power_factor)
        for name, rated_kva in zip(unknown["transformer_id"], unknown["rated_kva"], strict=True)
        if name in busbar.index
    }


def _at_power_factor(s_kva: float, power_factor: float) -> complex:
    return s_kva * complex(power_factor, math.sqrt(1.0 - power_factor**2))


def _voltage_floor(case: Case, policy: Policy, nodes: pd.DataFrame) -> pd.Series:
    """The lower limit of every MV and LV bus by pandapower index (P10); missing at HV."""
    standard = policy.voltage_standards[case.settings.voltage_standard]
    buses = case.topology.buses
    at_mv = buses["vn_kv"].map({vn: standard.band(vn).lower_pu(vn) for vn in buses["vn_kv"].unique() if vn > 0.0})
    return nodes["voltage_lower_pu"].reindex(buses.index).fillna(at_mv.where(buses["level"].eq("mv")))


def _limits(case: Case, policy: Policy, floor_pu: pd.Series, snapshot: Snapshot) -> Limits:
    lines = case.topology.lines.loc[snapshot.line_index]
    of_feeder = case.topology.feeders.set_index("feeder_id")["limit_percent"]
    stated = lines["feeder_id"].map(of_feeder).astype("float64").fillna(policy.choice("section_limit_percent"))
    line_percent = stated.where(lines["level"].eq("mv") & lines["feeder_id"].notna(), np.inf).to_numpy()
    rated = case.topology.substations.set_index("substation_id")["rated_kva"].astype("float64")
    substation_kva = policy.choice("substation_limit_percent") / 100.0 * rated.reindex(list(snapshot.substation_ids))
    return Limits(
        line_percent.astype(np.float64),
        substation_kva.fillna(np.inf).to_numpy(dtype=np.float64),
        floor_pu.reindex(snapshot.bus_index).fillna(-np.inf).to_numpy(dtype=np.float64),
        pd.factorize(_network_of(case, snapshot))[0],
        policy.choice("existing_violation_epsilon_pu"),
    )


def _network_of(case: Case, snapshot: Snapshot) -> pd.Series:
    """The network each bus belongs to: its LV network by transformer, else the MV part of its feeder or substation."""
    buses = case.topology.buses.loc[snapshot.bus_index]
    return buses["transformer_id"].fillna("MV " + buses["feeder_id"]).fillna("MV " + buses["substation_id"]).fillna("")


def _scope(grid: Grid, feeders: list[str]) -> Scope:
    """Sections and buses of the feeders; with a modelled HV/MV transformer every bus of the substation answers too."""
    topology, snapshot = grid.case.topology, grid.snapshot
    lines = topology.lines.loc[snapshot.line_index]
    buses = topology.buses.loc[snapshot.bus_index]
    above = set(topology.feeders.loc[topology.feeders["feeder_id"].isin(feeders), "substation_id"].dropna())
    modelled = set(topology.trafos.loc[topology.trafos["kind"].eq("substation"), "substation_id"].dropna()) & above
    watched = buses["feeder_id"].isin(feeders) | buses["substation_id"].isin(modelled)
    return Scope(
        np.flatnonzero(lines["feeder_id"].isin(feeders) & lines["level"].eq("mv")),
        np.flatnonzero(watched.to_numpy(dtype=bool) & np.isfinite(grid.limits.voltage_pu)),
        np.flatnonzero([name in above for name in snapshot.substation_ids]),
    )


def _existing_violation(grid: Grid, transformer_id: str) -> Binding | None:
    """A limit already broken on the transformer's supply path or in its own LV network (P9), or None."""
    if grid.broken.empty:
        return None
    topology, snapshot = grid.case.topology, grid.snapshot
    lines_above, buses_above, substation = _above(grid, transformer_id)
    own = topology.buses["transformer_id"].reindex(snapshot.bus_index).eq(transformer_id).fillna(False).to_numpy()
    for fault in grid.broken.itertuples():
        column = int(fault.column)
        concerned = {
            "section_loading": lambda c: int(snapshot.line_index[c]) in lines_above,
            "substation_loading": lambda c: snapshot.substation_ids[c] == substation,
            "voltage_min": lambda c: bool(own[c]) or int(snapshot.bus_index[c]) in buses_above,
        }[str(fault.criterion)](column)
        if concerned:
            return Binding(str(fault.criterion), column, int(fault.step))
    return None


def _above(grid: Grid, transformer_id: str) -> tuple[set[int], set[int], str]:
    """Lines and buses on the supply path; in a meshed island the whole feeder counts as path."""
    topology = grid.case.topology
    trafo = grid.case.net.trafo
    hv_bus = int(trafo.loc[trafo["name"].eq(transformer_id), "hv_bus"].iloc[0])
    row = grid.transformers.loc[transformer_id]
    if topology.buses.at[hv_bus, "depth"] < 0:
        lines, buses = topology.lines, topology.buses
        return (
            set(lines.index[lines["feeder_id"].eq(row["feeder_id"]).fillna(False)]),
            set(buses.index[buses["feeder_id"].eq(row["feeder_id"]).fillna(False) & buses["level"].eq("mv")]),
            str(row["substation_id"]),
        )
    path = topology.supply_path(hv_bus)
    buses_above, bus = {hv_bus}, hv_bus
    while (bus := int(topology.buses.at[bus, "parent_bus"])) >= 0:
        buses_above.add(bus)
    return {index for kind, index in path if kind == "line"}, buses_above, str(row["substation_id"])


def _wish_kw(grid: Grid, transformers: pd.DataFrame) -> dict[int, complex]:
    busbar = grid.case.net.trafo.drop_duplicates("name").set_index("name")["lv_bus"]
    return {
        int(busbar.at[name]): _at_power_factor(float(allowed), grid.power_factor)
        for name, allowed in transformers["allowed_kva"].items()
    }


def _rows(snapshot: Snapshot, rows: npt.NDArray[np.int64]) -> Snapshot:
    return Snapshot(
        steps=snapshot.steps[rows],
        failed=snapshot.failed[rows],
        bus_index=snapshot.bus_index,
        voltage_pu=snapshot.voltage_pu[rows],
        line_index=snapshot.line_index,
        line_loading_percent=snapshot.line_loading_percent[rows],
        trafo_index=snapshot.trafo_index,
        trafo_loading_percent=snapshot.trafo_loading_percent[rows],
        substation_ids=snapshot.substation_ids,
        substation_kva=snapshot.substation_kva[rows],
    )


def _failed(grid: Grid, transformers: pd.DataFrame) -> bool:
    """Whether any step of the year failed in an island of the group: then nothing is promised there."""
    trafos = grid.case.topology.trafos
    islands = trafos.loc[trafos["trafo_id"].isin(transformers.index), "island"]
    return any(bool(grid.solved.failed[island].any()) for island in islands.unique() if island >= 0)


def _unknown(reason: str) -> Figure:
    return Figure(math.nan, {}, "", "", None, reason)


def _full(known: pd.DataFrame) -> Figure:
    worst = known["smax_import_kva"].div(known["rated_kva"]).idxmax()
    return Figure(
        0.0,
        dict.fromkeys(known.index, 0.0),
        "transformer_loading",
        str(worst),
        known.at[worst, "smax_import_at"],
        "transformers_full",
    )


def _figure(grid: Grid, shares_kva: dict[str, float], binding: Binding | None, reason: str) -> Figure:
    total = float(sum(shares_kva.values()))
    if binding is None:
        return Figure(total, shares_kva, "", "", None, reason)
    return Figure(
        total,
        shares_kva,
        binding.criterion,
        _element(grid, binding),
        grid.solved.timestamps[binding.step],
        reason,
    )


def _element(grid: Grid, binding: Binding) -> str:
    topology, snapshot = grid.case.topology, grid.snapshot
    if binding.criterion == "section_loading":
        return str(topology.lines.at[int(snapshot.line_index[binding.column]), "line_id"])
    if binding.criterion == "substation_loading":
        return str(snapshot.substation_ids[binding.column])
    return str(topology.buses.at[int(snapshot.bus_index[binding.column]), "bus_id"])
