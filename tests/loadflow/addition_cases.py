"""Networks in one line of text, and a judge of added power that knows nothing of how figures are found.

``"BB-M 2; M=A 400; A-H 0.2 150; H 20 5 day; H +8 sun"`` is a busbar ``BB`` (the first bus named, held at 1.0 pu), two
kilometres of 10 kV line to ``M``, a 400 kVA transformer to ``A``, 200 m of LV cable for 150 A to ``H``, 20 kW + 5 kvar
there by the profile ``day`` and 8 kW of generation by the profile ``sun``. ``S~BB 8000`` is a 110/10 kV transformer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandapower as pp
import pandas as pd
from loadflow_cases import load_flow_of, make_case, profile_table, window

from capacity.loadflow import LoadFlow, largest_additions
from capacity.tables.additions import Addition, Bounds
from capacity.tables.case import Case
from capacity.tables.solved import Snapshot

Reals = npt.NDArray[np.float64]
FLOOR_LV, FLOOR_MV = 353.4 / 400.0, 0.93
CEILING_LV, CEILING_MV = 406.6 / 400.0, 1.07
LOAD = complex(0.95, np.sqrt(1.0 - 0.95**2))
PV = complex(-1.0, 0.0)
MV_LINE = {"r_ohm_per_km": 0.27, "x_ohm_per_km": 0.34, "c_nf_per_km": 9.0}
LV_LINE = {"r_ohm_per_km": 0.32, "x_ohm_per_km": 0.08, "c_nf_per_km": 0.0}
WORD = re.compile(r"^(\w+)(?:([-=~])(\w+))?$")


def net_of(text: str) -> Any:
    """The network of a line of text, see the module."""
    net = pp.create_empty_network(sn_mva=1.0)
    level: dict[str, float] = {}
    parts = [part.split() for part in text.split(";")]
    for word, *_ in parts:
        one, mark, other = WORD.match(word).groups()  # type: ignore[union-attr]
        above = {"~": 110.0}.get(mark, 10.0)
        level.setdefault(one, above)
        if other:
            level.setdefault(other, {"=": 0.4, "~": 10.0}.get(mark, level[one]))
    bus = {name: pp.create_bus(net, kv, name=name) for name, kv in level.items()}
    pp.create_ext_grid(net, 0, vm_pu=1.0)
    for word, *values in parts:
        _element(net, bus, word, values)
    return net


def _element(net: Any, bus: dict[str, int], word: str, values: list[str]) -> None:
    one, mark, other = WORD.match(word).groups()  # type: ignore[union-attr]
    if mark == "-":
        of_level = MV_LINE if net.bus.at[bus[one], "vn_kv"] > 1.0 else LV_LINE
        ampere = float(values[1]) if len(values) > 1 else 400.0
        pp.create_line_from_parameters(
            net, bus[one], bus[other], float(values[0]), max_i_ka=ampere / 1000.0, name=f"{one}-{other}", **of_level
        )
    elif mark:
        low, percent = (0.4, 4.0) if mark == "=" else (10.0, 10.0)
        pp.create_transformer_from_parameters(
            net, bus[one], bus[other], float(values[0]) / 1000.0, net.bus.at[bus[one], "vn_kv"], low,
            percent / 5.0, percent, float(values[0]) / 700.0, 0.3, shift_degree=330.0, name=f"T{other}",
        )  # fmt: skip
    elif values[0].startswith("+"):
        pp.create_sgen(net, bus[one], float(values[0]) / 1000.0, name=f"pv {one}")
        net.sgen.loc[net.sgen.index[-1], "profile"] = values[1] if len(values) > 1 else None
    else:
        number = len(net.load)
        pp.create_load(net, bus[one], float(values[0]) / 1000.0, float(values[1]) / 1000.0, name=f"load {number}")
        net.load.loc[net.load.index[-1], "profile"] = values[2] if len(values) > 2 else None


def case_of(text: str, n_steps: int = 1, **tables: Any) -> Case:
    """A case of one line of text; profiles are arrays by name."""
    profiles = {name: tables.pop(name) for name in list(tables) if isinstance(tables[name], np.ndarray)}
    net = net_of(text)
    return make_case(net, profile_table(n_steps, **profiles), **tables)


def bounds_of(case: Case, direction: str = "load", **changes: Any) -> Bounds:
    """The policy's limits, with changes; ``substation_kva`` is by the busbar's name, ``line_percent`` by the line's."""
    buses, lines = case.topology.buses, case.topology.lines
    low = {"lv": FLOOR_LV, "mv": FLOOR_MV} if direction == "load" else {"lv": CEILING_LV, "mv": CEILING_MV}
    percent = pd.Series(100.0, index=lines.index)
    for name, value in changes.pop("line_percent", {}).items():
        percent[lines["line_id"].eq(name)] = value
    connected = {bus_of(case, name): power for name, power in changes.pop("connected_kw", {}).items()}
    voltage = buses["level"].map(low).astype("float64")
    for name, value in changes.pop("voltage_pu", {}).items():
        voltage[buses["bus_id"].eq(name)] = value
    found = Bounds(
        voltage, percent, 80.0, pd.Series(changes.pop("substation_kva", {}), dtype="float64"), buses["feeder_id"],
        0.005, 0.5, connected,
    )  # fmt: skip
    return replace(found, **changes)


def bus_of(case: Case, name: str) -> int:
    """A bus by its name."""
    return int(case.topology.buses.index[case.topology.buses["bus_id"].eq(name)][0])


@dataclass(frozen=True)
class Asked:
    """A case, its load flow and what is asked of it."""

    case: Case
    flow: LoadFlow
    bounds: Bounds
    addition: Addition

    def figures(self, **options: Any) -> pd.DataFrame:
        """What the search answers, by name of the bus, with the names of what binds."""
        solved = self.flow.solve_year(crosscheck=False)
        table = largest_additions(self.flow, solved, self.bounds, self.addition, **options).table
        topology = self.case.topology
        names = {
            "bus": topology.buses["bus_id"],
            "line": topology.lines["line_id"],
            "trafo": topology.trafos["trafo_id"],
            "substation": pd.Series(solved.substations.ids, dtype=object),
        }
        for place, kind in (("element", "table"), ("next_element", "next_table")):
            table[place] = [
                names[one].get(number) if one else None for one, number in zip(table[kind], table[place], strict=True)
            ]
        return table.rename(index=topology.buses["bus_id"])

    def holds(self, bus: str, kva: float) -> bool:
        """Whether no bound breaks in any step with ``kva`` added, by the load flow of the whole network."""
        return not self.broken(bus, kva)

    def broken(self, bus: str, kva: float) -> list[str]:
        """What breaks with ``kva`` added."""
        steps = np.arange(self.flow.n_steps)
        base = self.flow(steps, self.bounds.connected_kw)
        allowed = _allowed(self.case, self.bounds, base, bus_of(self.case, bus), self.addition.direction)
        found: list[str] = []
        for factor in np.unique(self.addition.factor):
            at = steps[self.addition.factor == factor]
            power = dict(self.bounds.connected_kw)
            place = bus_of(self.case, bus)
            power[place] = power.get(place, 0j) + kva * factor * self.addition.kw_per_kva
            found += allowed.broken(self.flow(at, power), at)
        return found

    def largest(self, bus: str, high_kva: float = 2000.0, tolerance_kva: float = 1e-3) -> float:
        """The largest addition by bisection over all steps."""
        low = 0.0
        while high_kva - low > tolerance_kva:
            middle = (low + high_kva) / 2.0
            low, high_kva = (middle, high_kva) if self.holds(bus, middle) else (low, middle)
        return low


@dataclass(frozen=True)
class _Allowed:
    """What may be reached at every step: arrays ``(n_steps, n_elements)`` in the snapshots' order."""

    voltage_pu: Reals
    sense: float
    line_percent: Reals
    trafo_percent: Reals
    substation_kva: Reals

    def broken(self, now: Snapshot, at: npt.NDArray[np.int64]) -> list[str]:
        found = ["failed"] if now.failed.any() else []
        for word, value, allowed in (
            ("voltage", -self.sense * now.voltage_pu, -self.sense * self.voltage_pu[at]),
            ("line", now.line_loading_percent, self.line_percent[at]),
            ("trafo", now.trafo_loading_percent, self.trafo_percent[at]),
            ("substation", now.substation_kva, self.substation_kva[at]),
        ):
            with np.errstate(invalid="ignore"):
                for step, thing in np.argwhere(value > allowed + 1e-6 * np.abs(allowed)).tolist():
                    found.append(f"{word} {thing} at {at[step]}")
        return found


def _allowed(case: Case, bounds: Bounds, base: Snapshot, bus: int, direction: str) -> _Allowed:
    """Limits as they are; what is broken already may be as bad as it was in that step, elsewhere worse by epsilon."""
    sense = 1.0 if direction == "load" else -1.0
    buses, trafos = case.topology.buses, case.topology.trafos
    bound = bounds.voltage_pu.reindex(base.bus_index).fillna(-np.inf * sense).to_numpy(np.float64)
    extreme = np.minimum(sense * base.voltage_pu, sense * bound).min(axis=0)
    network = (
        buses["transformer_id"].fillna("MV " + buses["feeder_id"]).fillna("MV").loc[base.bus_index].to_numpy(object)
    )
    broken = pd.Series(extreme < sense * bound - 1e-9).groupby(network).transform("any").to_numpy(bool)
    voltage = np.where(broken, sense * (extreme - bounds.epsilon_pu), bound)
    line = bounds.line_percent.reindex(base.line_index).fillna(np.inf).to_numpy(np.float64)
    highest = base.line_loading_percent.max(axis=0)
    own = {index for kind, index in case.topology.supply_path(bus) if kind == "line"}
    inside = case.topology.lines["transformer_id"].eq(buses.at[bus, "transformer_id"]).fillna(False)
    own |= set(inside.index[inside])
    mine = np.isin(base.line_index, sorted(own))
    line_allowed = np.where(mine, np.maximum(line, base.line_loading_percent), line)
    line_allowed = np.where((highest > line) & ~mine, highest + bounds.epsilon_percent, line_allowed)
    fed = case.net.trafo["lv_bus"].map(buses["transformer_id"]).eq(buses.at[bus, "transformer_id"]).fillna(False)
    fed &= trafos["kind"].eq("distribution")
    own_trafo = fed.reindex(base.trafo_index).to_numpy(bool)
    trafo = np.where(own_trafo, np.maximum(bounds.trafo_percent, base.trafo_loading_percent), np.inf)
    limit = bounds.substation_kva.reindex(list(base.substation_ids)).fillna(np.inf).to_numpy(np.float64)
    mine = np.array([name == buses.at[bus, "substation_id"] for name in base.substation_ids], dtype=bool)
    substation = np.where(mine, np.maximum(limit, base.substation_kva), np.inf)
    shape = base.voltage_pu.shape
    return _Allowed(np.broadcast_to(voltage, shape), sense, line_allowed, trafo, substation)


def asked(
    case: Case,
    n_steps: int = 1,
    direction: str = "load",
    *,
    factor: Reals | None = None,
    ceiling_kva: float = 10_000.0,
    workers: int = 1,
    **changes: Any,
) -> Asked:
    """A question about a case."""
    flow = load_flow_of(case, window(n_steps), workers=workers)
    addition = Addition(
        "load" if direction == "load" else "generation",
        LOAD if direction == "load" else PV,
        np.ones(n_steps) if factor is None else factor,
        ceiling_kva,
        flow.window.timestamps,
    )
    return Asked(case, flow, bounds_of(case, direction, **changes), addition)


def ask(text: str, n_steps: int = 1, direction: str = "load", **options: Any) -> Asked:
    """A question about a line of text: profiles are arrays by name, the rest is of the bounds and the addition."""
    profiles = {
        name: options.pop(name) for name in list(options) if isinstance(options[name], np.ndarray) and name != "factor"
    }
    return asked(case_of(text, n_steps, **profiles), n_steps, direction, **options)
