"""The same grid without and with measures: what is cleared, what is new, what got worse."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.tables.findings import FORCING
from capacity.tables.policy import Policy

SEVERITY = {"P3": 1, "P4": 2, "P5": 2, "P6": 2, "P10": 2}


def stays(after: pd.DataFrame, key: str, rule: str) -> bool:
    """Whether a rule, or a more severe one, fires at what ``key`` names; so it is taken where the value is unknown.

    What is no longer there has nothing to fire.
    """
    found = after[after["key"] == key]
    if found.empty:
        return False
    row = found.iloc[0]
    if pd.isna(row["rule"]):
        return bool(pd.isna(row["value"]))
    return SEVERITY[row["rule"]] >= SEVERITY[rule]


def created(before: pd.DataFrame, after: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    """Rows of ``after`` that are new violations: fired by a forcing rule and not before, or worse than before.

    Worse is by more than the policy's epsilon (``existing_violation_epsilon_percent`` of the threshold for load rates,
    ``existing_violation_epsilon_pu`` of the threshold for voltages): smaller changes are the trunk's voltage moving.
    An area that is in pre-control already (P5) has no violation that could grow.
    """
    fired = after[after["rule"].isin(FORCING)]
    was = before.drop_duplicates("key").set_index("key").reindex(fired["key"])
    before_fired = was["rule"].isin(FORCING).to_numpy()
    value, old = fired["value"].to_numpy(dtype=float), was["value"].to_numpy(dtype=float)
    threshold, voltage = fired["threshold"].to_numpy(dtype=float), fired["rule"].eq("P10").to_numpy()
    percent, pu = (rules.choice(f"existing_violation_epsilon_{unit}") for unit in ("percent", "pu"))
    worse_by = np.where(voltage, old - value - threshold * pu, value - old - threshold * percent / 100.0)
    grew = (worse_by > 0.0) & ~fired["rule"].eq("P5").to_numpy()
    return fired[~before_fired | grew]
