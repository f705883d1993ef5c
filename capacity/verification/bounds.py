"""The limits of P9, element by element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.policy import Policy


@dataclass(frozen=True)
class Bounds:
    """What must not be exceeded, by pandapower index; infinite where there is no limit.

    Attributes
    ----------
    floor_pu : lowest voltage of every bus (P10).
    line_percent : highest load rate of every line: LV conductors and 10 kV sections.
    transformer_percent : highest load rate of the transformer that supplies a node.
    substation_kva : highest power fed into each substation, by its id.
    epsilon_pu, epsilon_percent : by how much a limit already broken elsewhere may get worse.
    """

    floor_pu: pd.Series
    line_percent: pd.Series
    transformer_percent: float
    substation_kva: pd.Series
    epsilon_pu: float
    epsilon_percent: float


def bounds_of(case: Case, policy: Policy, floor_pu: pd.Series) -> Bounds:
    """The limits of a case under a policy; ``floor_pu`` is P10's lower limit by bus, missing where there is none."""
    topology = case.topology
    lines = topology.lines
    stated = topology.feeders.drop_duplicates("feeder_id").set_index("feeder_id")["limit_percent"].astype("float64")
    section = lines["feeder_id"].map(stated).astype("float64").fillna(policy.choice("section_limit_percent"))
    conductor = policy.choice("lv_line_limit_percent")
    line_percent = pd.Series(np.inf, index=lines.index)
    line_percent[lines["level"].eq("mv")] = section
    line_percent[lines["level"].eq("lv")] = conductor
    rated_kva = topology.substations.set_index("substation_id")["rated_kva"].astype("float64")
    return Bounds(
        floor_pu=floor_pu.reindex(topology.buses.index).astype("float64").fillna(-np.inf),
        line_percent=line_percent,
        transformer_percent=policy.choice("transformer_limit_percent"),
        substation_kva=(policy.choice("substation_limit_percent") / 100.0 * rated_kva).fillna(np.inf),
        epsilon_pu=policy.choice("existing_violation_epsilon_pu"),
        epsilon_percent=policy.choice("existing_violation_epsilon_percent"),
    )
