"""pandapower's ``run_timeseries``: constant controllers for what changes, an output writer for what is asked.

Two ways: with ``recycle=False`` every step converts the network anew and reads every result; recycling (what
pandapower does by itself when it can) keeps the converted network and reads voltages only, from which branch results
are calculated in one batch at the end. The batch reading exists only for variables logged without further arguments,
one per result table, so transformers are logged by loading: ``trafo_loading="power"`` makes that apparent power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandapower.control import ConstControl
from pandapower.timeseries import DFData, OutputWriter, run_timeseries

from benchmarks.measure import Outcome, Stopwatch
from benchmarks.outputs import Ints, Reals, Steps
from capacity.loadflow import LoadFlow
from capacity.loadflow.crosscheck import apply_step
from capacity.loadflow.reference import fresh

if TYPE_CHECKING:
    from pandapower import pandapowerNet

CHANGING = (
    ("load", "p_mw"),
    ("load", "q_mvar"),
    ("sgen", "p_mw"),
    ("sgen", "q_mvar"),
    ("storage", "p_mw"),
    ("storage", "q_mvar"),
    ("gen", "p_mw"),
    ("ext_grid", "vm_pu"),
)
LOGGED = (("res_bus", "vm_pu"), ("res_line", "loading_percent"), ("res_trafo", "loading_percent"))
OPTIONS = {
    "calculate_voltage_angles": True,
    "trafo_loading": "power",
    "tolerance_mva": 1e-8,
    "numba": True,
    "lightsim2grid": False,
}
"""pandapower's defaults; loading by rated power (P1), and no solver that happens to be installed beside it."""


@dataclass(frozen=True)
class Peer:
    """A network with its controllers; ``steps`` are the window's positions of the series' steps 0, 1, …"""

    net: pandapowerNet
    steps: Ints


def prepare(load_flow: LoadFlow, steps: Ints) -> Peer:
    """The network of a load flow with controllers that give every element its consumption in the drawn steps."""
    net = fresh(load_flow.case.net)
    for name in ("controller", "output_writer"):
        if name in net:
            net[name] = net[name].iloc[0:0]
    for (table, column), values in _element_values(load_flow, net, steps).items():
        ConstControl(
            net,
            element=table,
            variable=column,
            element_index=net[table].index,
            profile_name=values.columns,
            data_source=DFData(values),
        )
    return Peer(net, steps)


def _element_values(load_flow: LoadFlow, net: pandapowerNet, steps: Ints) -> dict[tuple[str, str], pd.DataFrame]:
    """Every element's consumption in the steps; the source voltages only where they differ between steps."""
    rows: dict[tuple[str, str], list[Reals]] = {key: [] for key in CHANGING}
    for step in steps.tolist():
        apply_step(net, load_flow, step)
        for table, column in CHANGING:
            rows[table, column].append(net[table][column].to_numpy(np.float64).copy())
    frames = {key: pd.DataFrame(np.array(values), columns=net[key[0]].index) for key, values in rows.items()}
    return {key: frame for key, frame in frames.items() if frame.size and (key[0] != "ext_grid" or _varies(frame))}


def _varies(frame: pd.DataFrame) -> bool:
    return bool(frame.size) and bool((frame.to_numpy() != frame.to_numpy()[0]).any())


def solve(peer: Peer, *, recycle: bool) -> Outcome[Steps]:
    """The drawn steps with ``run_timeseries``.

    Raises
    ------
    LoadflowNotConverged
        Where a step does not converge.
    """
    with Stopwatch() as watch:
        writer = OutputWriter(peer.net, output_path=None, log_variables=list(LOGGED))
        run_timeseries(
            peer.net,
            time_steps=range(len(peer.steps)),
            verbose=False,
            check_controllers=False,
            recycle=None if recycle else False,
            **OPTIONS,
        )
    bus, line, trafo = (writer.output[f"{table}.{name}"].to_numpy(np.float64) for table, name in LOGGED)
    return Outcome(Steps(bus, _dead_as_missing(peer, line, "line"), trafo), {"solve": watch.spent})


def _dead_as_missing(peer: Peer, values: Reals, table: str) -> Reals:
    """pandapower says 0 % where an element is out of service."""
    live = peer.net[table]["in_service"].to_numpy(bool)
    return np.where(live, values, np.nan)
