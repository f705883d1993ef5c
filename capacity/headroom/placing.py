"""Where added power sits: reserved, assumed of transformers without data, and wished for, in kW + j kvar by bus."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.solved import SolvedYear

Power = dict[int, complex]


def added(*parts: Power) -> Power:
    """The sum of several placements, bus by bus."""
    total: Power = {}
    for part in parts:
        for bus, power in part.items():
            total[bus] = total.get(bus, 0j) + power
    return total


def at_energised_buses(case: Case, power: Power) -> Power:
    """What can be drawn at all: power at a bus that nothing supplies loads no grid."""
    island = case.topology.buses["island"]
    return {bus: value for bus, value in power.items() if island.at[bus] >= 0}


def reserved_power(reserved: pd.DataFrame) -> Power:
    """Reserved applications at their nodes."""
    placed = reserved[reserved["bus"] >= 0]
    total = placed.groupby("bus")[["p_kw", "q_kvar"]].sum()
    return {int(bus): complex(row["p_kw"], row["q_kvar"]) for bus, row in total.iterrows()}


def at_busbars(case: Case, s_kva: pd.Series) -> Power:
    """Apparent power by transformer_id as load at its LV busbar; transformers in parallel share one."""
    busbar, unit = busbars(case), unit_power(case)
    return added(*({int(busbar.at[name]): float(value) * unit} for name, value in s_kva.items() if name in busbar))


def busbars(case: Case) -> pd.Series:
    """The LV busbar (pandapower index) by transformer_id."""
    return case.net.trafo.drop_duplicates("name").set_index("name")["lv_bus"]


def unit_power(case: Case) -> complex:
    """A kVA of added load in kW + j kvar."""
    factor = case.settings.power_factor
    return complex(factor, math.sqrt(1.0 - factor**2))


def assumed_kva(case: Case, policy: Policy, solved: SolvedYear, transformers: pd.DataFrame) -> pd.Series:
    """What transformers of unknown load are taken to draw beyond what the load flow already shows, by transformer_id.

    Nobody is promised their room: with it they are loaded to their limit ``k·Sn`` (P7) at their highest simulated step.
    """
    unknown = transformers[transformers["smax_import_kva"].isna() & transformers["in_service"].astype(bool)]
    limit_kva = policy.choice("transformer_limit_percent") / 100.0 * unknown["rated_kva"]
    limit_kva.index = pd.Index(unknown["transformer_id"])
    shown_kva = _simulated_import_kva(case, solved).reindex(limit_kva.index).fillna(0.0)
    return (limit_kva - shown_kva).clip(lower=0.0)


def _simulated_import_kva(case: Case, solved: SolvedYear) -> pd.Series:
    """Highest simulated import by transformer_id; missing where no step was solved."""
    flows = solved.transformers
    kva = np.where(flows.p_hv_kw >= 0.0, np.hypot(flows.p_hv_kw, flows.q_hv_kvar), np.float32(np.nan))
    names = case.topology.trafos["trafo_id"].reindex(flows.index)
    highest = pd.Series(np.fmax.reduce(kva, axis=1, initial=np.nan).astype(np.float64), index=pd.Index(names))
    return highest[~highest.index.duplicated()]
