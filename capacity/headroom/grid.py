"""The grid above a group of transformers, prepared once for all groups: limits, critical steps, supply paths (P8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.critical import critical_steps, substation_steps
from capacity.headroom.limits import limits_of, of_feeders, voltage_floor
from capacity.headroom.placing import Power, added, assumed_kva, at_busbars, at_energised_buses, reserved_power
from capacity.headroom.simultaneous import Limits, Scope, first_broken
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import Snapshot, SolvedYear, Solver


@dataclass(frozen=True)
class Grid:
    """Everything the simultaneous figure of a group needs.

    Attributes
    ----------
    transformers : the transformers with their room (P7), by transformer_id.
    assumed_kva : what transformers of unknown load are taken to draw on top of the load flow, by transformer_id.
    base : everything reserved or assumed, by bus; ``snapshot`` holds the critical steps of all feeders with it.
    broken : the limits that ``snapshot`` already breaks.
    """

    case: Case
    solved: SolvedYear
    solve: Solver
    transformers: pd.DataFrame
    assumed_kva: pd.Series
    base: Power
    limits: Limits
    snapshot: Snapshot
    steps_of_feeder: dict[str, npt.NDArray[np.int64]]
    broken: pd.DataFrame

    def sections_above(self, transformer_ids: Iterable[str]) -> set[str]:
        """Ids of the 10 kV sections that supply any of the transformers."""
        lines = self.case.topology.lines["line_id"]
        energised = [name for name in transformer_ids if pd.notna(self.transformers.at[name, "feeder_id"])]
        return {str(lines.at[index]) for name in energised for index in supply_path(self, name).lines}


@dataclass(frozen=True)
class SupplyPath:
    """Lines and MV buses (pandapower indices) between a transformer and its substation."""

    lines: set[int]
    buses: set[int]
    substation: str


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
    floor_pu = voltage_floor(case, policy, nodes)
    steps_of_feeder = {
        feeder: critical_steps(case, solved, floor_pu, feeder) for feeder in case.topology.feeders["feeder_id"]
    }
    steps = np.unique(np.concatenate([*steps_of_feeder.values(), substation_steps(solved)])).astype(np.int64)
    assumed = assumed_kva(case, policy, solved, transformers)
    base = at_energised_buses(case, added(reserved_power(reserved), at_busbars(case, assumed)))
    snapshot = solve(steps, base)
    limits = limits_of(case, policy, floor_pu, snapshot)
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
        assumed_kva=assumed,
        base=base,
        limits=limits,
        snapshot=snapshot,
        steps_of_feeder=steps_of_feeder,
        broken=first_broken(snapshot, limits, everything),
    )


def counted_transformers(grid: Grid, where: pd.Series) -> pd.DataFrame:
    """In-service public transformers: the only ones that count (P7, P8)."""
    in_service = grid.transformers["in_service"].astype(bool) & grid.transformers["ownership"].eq("public")
    return grid.transformers[where.fillna(False).astype(bool) & in_service]


def supply_path(grid: Grid, transformer_id: str) -> SupplyPath:
    """What supplies a transformer; in a meshed island the whole feeder counts as path."""
    topology = grid.case.topology
    trafo = grid.case.net.trafo
    hv_bus = int(trafo.loc[trafo["name"].eq(transformer_id), "hv_bus"].iloc[0])
    row = grid.transformers.loc[transformer_id]
    if topology.buses.at[hv_bus, "depth"] < 0:
        feeder = [str(row["feeder_id"])]
        lines, buses = topology.lines, topology.buses
        return SupplyPath(
            set(lines.index[of_feeders(topology, lines, feeder)]),
            set(buses.index[of_feeders(topology, buses, feeder) & buses["level"].eq("mv")]),
            str(row["substation_id"]),
        )
    buses_above, bus = {hv_bus}, hv_bus
    while (bus := int(topology.buses.at[bus, "parent_bus"])) >= 0:
        buses_above.add(bus)
    lines_above = {index for kind, index in topology.supply_path(hv_bus) if kind == "line"}
    return SupplyPath(lines_above, buses_above, str(row["substation_id"]))
