"""Runs of the hand-worked case whose node figures are found here, by plain pandapower, and stated in their tables."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
from hand_case import PEAK_AT, WINDOW, hand_case

from capacity.case import derive_topology, write_case
from capacity.proof import started_from
from capacity.runs import write_run
from capacity.study import run_study
from capacity.tables.case import Case
from capacity.tables.run import Run

POWER_FACTOR = 0.95
FLOOR_LV, FLOOR_MV = 353.4 / 400.0, 0.93
"""380 V − 7 % in a network modelled with 400 V, 10 kV − 7 % (P10)."""


@dataclass(frozen=True)
class Stated:
    """A figure as a run states it."""

    allowed_kva: float
    criterion: str | None = None
    element: str | None = None
    at: pd.Timestamp | None = None
    reason: str = "ok"


def street_case(*, house_kw: float = 20.0, wire_ka: float = 0.2, metres: float = 100.0, **options: Any) -> Case:
    """The hand-worked case with a house at the end of a wire below T1 (0.87 Ω/km), taking its part of T1's meter."""
    case = hand_case(**options)
    lv = int(case.net.trafo.at[0, "lv_bus"])
    house = pp.create_bus(case.net, 0.4, name="house", geodata=(99.2151, 25.101))
    pp.create_line_from_parameters(case.net, lv, house, metres / 1000.0, 0.87, 0.08, 0.0, wire_ka, name="wire")
    case.net.load.loc[case.net.load["name"].eq("T1-load"), "p_mw"] = 0.16 - house_kw / 1000.0
    pp.create_load(case.net, house, house_kw / 1000.0, 0.0, name="house-load")
    return replace(case, topology=derive_topology(case.net, case.settings, case.substations, case.feeders))


def with_figures(case: Case, figures: dict[str, Stated], **options: Any) -> Run:
    """The case's run with these node figures and no others."""
    run = run_study(case, window=WINDOW, **options)
    nodes = run.nodes.copy()
    nodes[["allowed_kva", "binding_at"]] = [np.nan, pd.NaT]
    nodes[["binding_criterion", "binding_element"]] = pd.NA
    nodes["reason"] = "not_computed"
    for node, one in figures.items():
        row = nodes["node_id"].eq(node)
        nodes.loc[row, "allowed_kva"] = one.allowed_kva
        nodes.loc[row, "reason"] = one.reason
        if one.criterion:
            nodes.loc[row, ["binding_criterion", "binding_element"]] = [one.criterion, one.element]
            nodes.loc[row, "binding_at"] = one.at
    return replace(run, nodes=nodes)


def written(case: Case, figures: dict[str, Stated], folder: Path, **options: Any) -> Path:
    """The case and its run with these figures on disk; the run's folder."""
    write_case(case, folder / "case")
    from capacity.case import load_case

    loaded = load_case(folder / "case")
    write_run(started_from(with_figures(loaded, figures, **options), folder / "case"), folder / "run")
    return folder / "run"


def exact_kva(
    case: Case,
    node: str,
    *,
    sections_percent: float = 100.0,
    conductors_percent: float = 100.0,
    substation_kva: float = np.inf,
    floor: dict[str, float] | None = None,
    own_trafo: str = "T1",
    at: tuple[pd.Timestamp, ...] = tuple(PEAK_AT.values()),
) -> float:
    """The largest load at a node by bisection with pandapower at the two peaks, from the readings, to 0.01 kVA."""
    nets = [at_peak(case, when) for when in at]
    floor_pu = nets[0].bus["name"].map(floor or {})
    floor_pu = floor_pu.fillna(pd.Series(np.where(nets[0].bus["vn_kv"] > 1.0, FLOOR_MV, FLOOR_LV), nets[0].bus.index))

    def keeps(net: Any) -> bool:
        mv = net.bus.loc[net.line["from_bus"], "vn_kv"].to_numpy() > 1.0
        trafo = net.res_trafo["loading_percent"][net.trafo["name"].eq(own_trafo)]
        fed_in_kva = np.hypot(*net.res_ext_grid[["p_mw", "q_mvar"]].sum()) * 1000.0
        return bool(
            (trafo <= 80.0).all()
            and (net.res_line["loading_percent"][mv] <= sections_percent).all()
            and (net.res_line["loading_percent"][~mv] <= conductors_percent).all()
            and (net.res_bus["vm_pu"] >= floor_pu).all()
            and fed_in_kva <= substation_kva
        )

    return bisected(nets, node, keeps)


def bisected(nets: list[Any], node: str, keeps: Callable[[Any], bool]) -> float:
    """The largest load at a node, to 0.01 kVA, with which every one of the networks keeps its limits."""
    bus = int(nets[0].bus.index[nets[0].bus["name"].eq(node)][0])
    new = [pp.create_load(net, bus, 0.0, 0.0, name="new") for net in nets]
    pairs = list(zip(nets, new, strict=True))
    low, high = 0.0, 300.0
    while high - low > 0.01:
        middle = (low + high) / 2.0
        broken = None
        for number, (net, load) in enumerate(pairs):
            net.load.loc[load, "p_mw"] = middle * POWER_FACTOR / 1000.0
            net.load.loc[load, "q_mvar"] = middle * np.sqrt(1.0 - POWER_FACTOR**2) / 1000.0
            pp.runpp(net, trafo_loading="power")
            if not keeps(net):
                broken = number
                break
        if broken is None:
            low = middle
        else:
            high = middle
            pairs.insert(0, pairs.pop(broken))  # the one that breaks is asked first
    return low


def at_peak(case: Case, when: pd.Timestamp) -> Any:
    """The network at a step, its loads sharing what the meters on the LV side show, in proportion to their base power.

    The meter of T1 stands at the LV terminal: what the wire to the house loses is part of it.
    """
    net = copy.deepcopy(case.net)
    readings = case.measurements[case.measurements["timestamp"] == when].set_index("transformer_id")
    below = case.topology.buses["transformer_id"].reindex(net.load["bus"]).to_numpy()
    share = net.load["p_mw"] / net.load["p_mw"].groupby(below).transform("sum")
    total = {name: complex(row["p_kw"], row["q_kvar"]) / 1000.0 for name, row in readings.iterrows()}
    missing = dict(total)
    while max(map(abs, missing.values())) > 1e-9:
        for name, power in total.items():
            mine = below == name
            net.load.loc[mine, "p_mw"], net.load.loc[mine, "q_mvar"] = (
                share[mine] * power.real,
                share[mine] * power.imag,
            )
        pp.runpp(net)
        for name, row in readings.iterrows():
            shown = net.res_trafo.loc[net.trafo.index[net.trafo["name"].eq(name)][0]]
            missing[name] = complex(row["p_kw"], row["q_kvar"]) / 1000.0 + complex(shown["p_lv_mw"], shown["q_lv_mvar"])
            total[name] += missing[name]
    return net
