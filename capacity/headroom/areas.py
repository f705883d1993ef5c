"""Allowed capacity of areas (P8), with what the planner reads beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.headroom.figure import simultaneous_figure
from capacity.headroom.grid import Grid, counted_transformers
from capacity.headroom.transformers import UNKNOWN_REASONS
from capacity.tables.policy import Policy


def area_headroom(grid: Grid, lines: pd.DataFrame, nodes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One row per area with every column of ``tables.results.areas`` but ``status`` and ``quality_count``.

    ``share_kva`` of the transformers is returned in ``attrs["shares_kva"]`` of the frame.
    """
    shares: dict[str, float] = {}
    _ask_whole_feeders_first(grid)
    rows = []
    for area in grid.case.areas.itertuples():
        counted = counted_transformers(grid, grid.transformers["area_id"].eq(area.area_id))
        figure = simultaneous_figure(grid, counted.index)
        shares.update(figure.shares_kva)
        rows.append(
            {
                "area_id": area.area_id,
                "name": area.name,
                "area_class": area.area_class,
                "branch": area.branch,
                "supply_station": area.supply_station,
                **_sums(counted, policy),
                **_highest_load_rate(counted, lines[lines["area_id"].eq(area.area_id).fillna(False)]),
                **_upstream(grid, counted, lines),
                **figure.columns,
                **_network(nodes[nodes["area_id"].eq(area.area_id).fillna(False)], counted, grid),
            }
        )
    frame = pd.DataFrame(rows)
    frame.attrs["shares_kva"] = shares
    return frame


def _ask_whole_feeders_first(grid: Grid) -> None:
    """What a whole feeder can take, each area on it can: most areas then need no load flow of their own."""
    for feeder in grid.steps_of_feeder:
        simultaneous_figure(grid, counted_transformers(grid, grid.transformers["feeder_id"].eq(feeder)).index)


def _sums(counted: pd.DataFrame, policy: Policy) -> dict[str, object]:
    unknown = counted["reason"].isin(UNKNOWN_REASONS)
    k = policy.choice("transformer_limit_percent") / 100.0
    every_count_known = bool(counted["customer_count"].notna().all()) and len(counted) > 0
    return {
        "feeder_ids": ";".join(sorted(counted["feeder_id"].dropna().unique())) or None,
        "transformer_count": len(counted),
        "unknown_count": int(unknown.sum()),
        "rated_kva": float(counted["rated_kva"].sum()),
        "customer_count": int(counted["customer_count"].sum()) if every_count_known else None,
        "allowed_sum_kva": float(counted["allowed_kva"].sum()) if (~unknown).any() else np.nan,
        "allowed_sum_is_lower_bound": bool(unknown.any()),
        "reserved_kva": float(counted["reserved_kva"].sum()),
        "structural": policy.triggers["pre_control"].fires(float(k * counted["rated_kva"].sum())),
    }


def _highest_load_rate(counted: pd.DataFrame, lv_lines: pd.DataFrame) -> dict[str, object]:
    """P2: over the in-service public transformers and their LV lines."""
    own = lv_lines[lv_lines["transformer_id"].isin(counted.index)]
    candidates = pd.concat(
        [
            counted[["transformer_id", "max_loading_percent", "max_loading_at"]]
            .rename(columns={"transformer_id": "element"})
            .assign(type="transformer"),
            own[["line_id", "max_loading_percent", "max_loading_at"]]
            .rename(columns={"line_id": "element"})
            .assign(type="line"),
        ],
        ignore_index=True,
    ).dropna(subset=["max_loading_percent"])
    top = candidates.loc[candidates["max_loading_percent"].idxmax()] if len(candidates) else None
    return {
        "max_loading_percent": np.nan if top is None else top["max_loading_percent"],
        "max_loading_element": None if top is None else top["element"],
        "max_loading_type": None if top is None else top["type"],
        "max_loading_at": pd.NaT if top is None else top["max_loading_at"],
    }


def _upstream(grid: Grid, counted: pd.DataFrame, lines: pd.DataFrame) -> dict[str, object]:
    """The most loaded 10 kV section on the way to any of the transformers."""
    above = grid.sections_above(counted.index)
    sections = lines[lines["line_id"].isin(above)].dropna(subset=["max_loading_percent"])
    top = sections.loc[sections["max_loading_percent"].idxmax()] if len(sections) else None
    return {
        "upstream_max_loading_percent": np.nan if top is None else top["max_loading_percent"],
        "upstream_max_element": None if top is None else top["line_id"],
    }


def _network(nodes: pd.DataFrame, counted: pd.DataFrame, grid: Grid) -> dict[str, object]:
    modelled = bool((nodes.groupby("transformer_id").size() > 1).any())
    return {
        "lv_modelled": modelled,
        "low_voltage_nodes": int(nodes["low_voltage"].fillna(False).sum()) if modelled else None,
    }
