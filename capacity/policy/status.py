"""Status of an area (P11): the first that applies of no data, blocked, pre-control, open."""

from __future__ import annotations

import pandas as pd

from capacity.tables.policy import Policy


def with_status(areas: pd.DataFrame, quality: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """``areas`` with ``status`` (P11) and ``quality_count``, the warnings that name each area."""
    full = areas.copy()
    warnings = quality.loc[quality["severity"].eq("warning"), "area_id"].value_counts()
    full["status"] = pd.Series([area_status(area, policy) for _, area in full.iterrows()], dtype="string")
    full["quality_count"] = full["area_id"].map(warnings).fillna(0).astype("int64")
    return full


def area_status(area: pd.Series, policy: Policy) -> str:
    """The P11 status of a row of ``tables.results.areas``.

    ``no_data`` where P5 cannot be settled: nothing is known, the sum over the known transformers is only a lower bound
    below the threshold, or the sum passes but the figure under the grid's limits is unknown. An exact sum below the
    threshold settles P5 by itself.
    """
    sum_kva, allowed_kva = area["allowed_sum_kva"], area["allowed_kva"]
    variant = pre_control_variant(area, policy)
    if pd.isna(sum_kva) or (not variant and (_open_below(area, policy) or pd.isna(allowed_kva))):
        return "no_data"
    if allowed_kva <= 0.0:
        return "blocked"
    return "pre_control" if variant else "open"


def _open_below(area: pd.Series, policy: Policy) -> bool:
    """Whether the sum is a lower bound below the threshold: the truth may lie on either side."""
    return bool(area["allowed_sum_is_lower_bound"]) and policy.triggers["pre_control"].fires(area["allowed_sum_kva"])


def pre_control_variant(area: pd.Series, policy: Policy) -> str:
    """Why P5 fires: ``sum`` (the plan's wording), ``grid_limited`` (only P8 is below), or empty: it does not."""
    trigger = policy.triggers["pre_control"]
    sum_kva, allowed_kva = area["allowed_sum_kva"], area["allowed_kva"]
    if pd.isna(sum_kva):
        return ""
    if trigger.fires(sum_kva):
        return "" if area["allowed_sum_is_lower_bound"] else "sum"
    return "grid_limited" if pd.notna(allowed_kva) and trigger.fires(allowed_kva) else ""
