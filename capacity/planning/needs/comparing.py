"""The same grid without and with measures: what is cleared, what is new, what got worse."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.planning.needs.violating import HIGH
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
    """New violations: elements at which a forcing rule fires and did not before, or that got worse.

    ``before`` and ``after`` are :func:`~capacity.planning.needs.violations_of`. Of each part and rule the one that is
    furthest beyond its threshold is told. Worse is by more than the policy's epsilon
    (``existing_violation_epsilon_percent`` of the threshold for load rates, ``existing_violation_epsilon_pu`` of the
    threshold for voltages): smaller changes are the trunk's voltage moving. For the same reason a voltage that is too
    high counts as new only where it is above its limit by as much: where load is taken off, light hours move by a hair.
    An area that is in pre-control already (P5) has no violation that could grow.
    """
    was = before.drop_duplicates("key").set_index("key").reindex(after["key"])
    value, old = after["value"].to_numpy(dtype=float), was["value"].to_numpy(dtype=float)
    threshold, voltage = after["threshold"].to_numpy(dtype=float), after["rule"].eq("P10").to_numpy()
    falling = voltage & ~after["key"].str.startswith(HIGH).to_numpy(dtype=bool)
    percent, pu = (rules.choice(f"existing_violation_epsilon_{unit}") for unit in ("percent", "pu"))
    epsilon = threshold * np.where(voltage, pu, percent / 100.0)
    grew = (np.where(falling, old - value, value - old) > epsilon) & ~after["rule"].eq("P5").to_numpy()
    beyond = np.where(falling, -1.0, 1.0) * (value - threshold) / np.where(threshold > 0.0, threshold, 1.0)
    first = was["rule"].isna().to_numpy() & (falling | ~voltage | (value - threshold > epsilon))
    new = after.assign(beyond=beyond)[first | grew]
    return new.sort_values(["beyond", "key"], ascending=[False, True]).drop_duplicates(["part", "rule"])
