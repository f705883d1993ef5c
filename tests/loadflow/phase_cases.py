"""Small LV networks with customers on phases, and the question asked of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
from loadflow_cases import load_flow_of, make_case, profile_table, window

from capacity.loadflow.unbalanced import Assumptions, PhaseModel
from capacity.tables._schema import conform, empty
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.policy import VoltageBand, VoltageStandard

STANDARD = VoltageStandard(
    name="GB/T 12325",
    mv_lower_percent=-7.0,
    mv_upper_percent=7.0,
    mv_nominal_kv=(10.0,),
    lv_three_phase=VoltageBand(nominal_v=380.0, lower_percent=-7.0, upper_percent=7.0),
    lv_single_phase=VoltageBand(nominal_v=380.0, lower_percent=-10.0, upper_percent=7.0),
)
FLOOR_V = 380.0 * 0.9 / np.sqrt(3.0)
R_OHM_PER_KM, X_OHM_PER_KM = 0.6, 0.3


def lv_net(
    parents: tuple[int, ...] = (0,),
    loads_kw: tuple[float, ...] = (),
    *,
    lengths_m: tuple[float, ...] = (),
    kva: float = 100.0,
    max_i_ka: float = 0.2,
    vm_pu: float = 1.0,
    kvar_per_kw: float = 0.2,
) -> Any:
    """10 kV source, a Dyn11 transformer T1, node n0 (its busbar) and nodes n1 … behind their parents (100 m each)."""
    net = pp.create_empty_network(sn_mva=1.0)
    station, busbar = pp.create_bus(net, 10.0, name="station"), pp.create_bus(net, 0.4, name="n0")
    pp.create_ext_grid(net, station, vm_pu=vm_pu, name="source")
    pp.create_transformer_from_parameters(
        net, station, busbar, kva / 1000.0, 10.0, 0.4, 1.5, 4.0, 0.0, 0.0, shift_degree=330.0, name="T1"
    )
    net.trafo["vector_group"] = "Dyn"
    buses = [busbar]
    for number, parent in enumerate(parents, start=1):
        buses.append(pp.create_bus(net, 0.4, name=f"n{number}"))
        km = (lengths_m[number - 1] if lengths_m else 100.0) / 1000.0
        pp.create_line_from_parameters(
            net, buses[parent], buses[-1], km, R_OHM_PER_KM, X_OHM_PER_KM, 0.0, max_i_ka, name=f"l{number}"
        )
    for node, kw in enumerate(loads_kw):
        if kw:
            pp.create_load(net, buses[node], kw / 1000.0, kvar_per_kw * kw / 1000.0, name=f"load {node}")
    return net


def customers(*rows: tuple[str, float, str, str | None]) -> pd.DataFrame:
    """Customers of T1 as (node, contract kVA, phases, phase)."""
    if not rows:
        return empty(CUSTOMERS)
    frame = pd.DataFrame(rows, columns=["node_id", "contract_kva", "phases", "phase"])
    frame["customer_id"] = [f"C{number}" for number in range(len(frame))]
    frame["transformer_id"] = "T1"
    return conform(frame, CUSTOMERS)


def model_of(
    net: Any, who: pd.DataFrame | None = None, *, factors: Any = None, assumed: Assumptions | None = None
) -> PhaseModel:
    """The model of a network; ``factors`` is the profile of all loads, by step."""
    profiles = None
    steps = 2 if factors is None else len(factors)
    if factors is not None:
        profiles = profile_table(steps, day=factors)
        net.load["profile"] = "day"
    case = make_case(net, profiles, customers=customers() if who is None else who)
    return PhaseModel(load_flow_of(case, window(steps)), STANDARD, assumed=assumed)
