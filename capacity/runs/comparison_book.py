"""A comparison as a workbook."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.runs.compare import Comparison
from capacity.runs.compare_tables import (
    ALERT_CHANGES,
    AREA_CHANGES,
    INPUT_CHANGES,
    MOVES,
    NODE_CHANGES,
    QUALITY_CHANGES,
    TRANSFORMER_CHANGES,
)
from capacity.runs.dictionary import write_dictionary
from capacity.runs.sheets import Sheet, open_book, write_sheet

MOST_NODES = 50_000
"""Rows of the sheet of nodes, at most."""
_STATE_COLOURS = {"new": "worse", "cleared": "better", "continuing": ""}


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison as a workbook: changed areas first, causes, alerts, transformers, inputs, quality.

    Raises
    ------
    RunError
        When the file cannot be written, e.g. because it is open in Excel.
    """
    sheets = comparison_sheets(comparison)
    with open_book(path, comparison.after, "comparison") as book:
        for sheet in sheets:
            write_sheet(book, sheet)
        write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})


def comparison_sheets(comparison: Comparison) -> list[Sheet]:
    """The tables of a comparison as worksheets."""
    old, new = comparison.before, comparison.after
    remark = f"{old.run_name} ({old.as_of:%Y-%m-%d}) → {new.run_name} ({new.as_of:%Y-%m-%d})"
    areas = comparison.areas.sort_values(["changed", "area_id"], ascending=[False, True]).reset_index(drop=True)
    alerts = comparison.alerts.assign(rank=comparison.alerts["state"].map({"new": 0, "cleared": 1, "continuing": 2}))
    alerts = alerts.sort_values(["rank", "rule", "area_id"]).drop(columns="rank").reset_index(drop=True)
    area_paint = {name: areas[name] for name in ("status_before", "status_after")}
    for name, more_is_better in (("allowed_sum_kva", True), ("allowed_kva", True), ("max_loading_percent", False)):
        area_paint[f"{name}_after"] = _direction(areas, name, more_is_better)
    transformer_paint = {
        "allowed_kva_after": _direction(comparison.transformers, "allowed_kva", True),
        "smax_import_kva_after": _direction(comparison.transformers, "smax_import_kva", False),
    }
    return [
        Sheet("网格变化 areas", AREA_CHANGES, areas, paint=area_paint, remark=remark, frozen_columns=2),
        Sheet("变动原因 causes", MOVES, comparison.moves, remark=remark, frozen_columns=3),
        Sheet(
            "预警变化 alerts", ALERT_CHANGES, alerts, paint={"state": _states(alerts)}, remark=remark, frozen_columns=2
        ),
        Sheet(
            "配变变化 transformers",
            TRANSFORMER_CHANGES,
            comparison.transformers,
            paint=transformer_paint,
            remark=remark,
            frozen_columns=2,
        ),
        _nodes_sheet(comparison, remark),
        Sheet("输入变化 inputs", INPUT_CHANGES, comparison.inputs, remark=remark, frozen_columns=3),
        Sheet(
            "质量变化 quality",
            QUALITY_CHANGES,
            comparison.quality,
            paint={"state": _states(comparison.quality)},
            remark=remark,
        ),
    ]


def _nodes_sheet(comparison: Comparison, remark: str) -> Sheet:
    nodes = comparison.nodes
    if len(nodes) > MOST_NODES:
        remark += (
            f" · 变动最大的 {MOST_NODES:,} / {len(nodes):,} 个 · the {MOST_NODES:,} largest moves of {len(nodes):,}"
        )
        nodes = nodes.head(MOST_NODES)
    paint = {"allowed_kva_after": _direction(nodes, "allowed_kva", True)}
    return Sheet("节点变化 nodes", NODE_CHANGES, nodes, paint=paint, remark=remark, frozen_columns=3)


def _states(frame: pd.DataFrame) -> pd.Series:
    return frame["state"].map(_STATE_COLOURS)


def _direction(frame: pd.DataFrame, name: str, more_is_better: bool) -> pd.Series:
    """Colour by whether the value got better or worse for whoever wants to connect."""
    change = frame[f"{name}_after"] - frame[f"{name}_before"]
    keys = pd.Series("", index=frame.index)
    keys[change > 1e-9] = "better" if more_is_better else "worse"
    keys[change < -1e-9] = "worse" if more_is_better else "better"
    return keys
