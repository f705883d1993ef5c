"""``summary.xlsx``: a run as a workbook that a planner can hand on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.runs.cover import write_cover
from capacity.runs.derived import (
    BRANCHES,
    LOW_VOLTAGE,
    STATIONS,
    busy_lines,
    by_branch,
    by_station,
    heavy_transformers,
    low_voltage_transformers,
)
from capacity.runs.dictionary import write_dictionary
from capacity.runs.node_tables import (
    NODE_ROWS,
    NODES_BY_AREA,
    NODES_BY_TRANSFORMER,
    NOT_COUNTED,
    figure_meaning,
    node_counts,
    node_rows,
    nodes_by_area,
    nodes_by_transformer,
)
from capacity.runs.sheets import Sheet, open_book, write_sheet
from capacity.tables.policy_values import policy_value
from capacity.tables.results import ALL
from capacity.tables.run import Run

MOST_NODES = 50_000
"""More rows than this are no use in a workbook; the digests are complete, and so is ``nodes.parquet``."""
_HEAVY_COLUMNS = (
    "branch", "supply_station", "area_id", "transformer_id", "system_code", "name", "feeder_id", "rated_kva",
    "max_loading_percent", "max_loading_at", "max_direction", "heavy_load", "overload", "hours_ge_80", "hours_ge_100",
    "longest_run_ge_80_h", "longest_run_ge_100_h", "second_loading_percent", "second_loading_at",
    "third_loading_percent", "third_loading_at", "max_phase_percent", "source", "coverage_percent",
)  # fmt: skip


def write_summary(run: Run, path: Path) -> None:
    """Write the run as a workbook with bilingual headings, units, colours with a legend and a data dictionary.

    Unknown figures are shown as ``未知 unknown`` and inapplicable ones as ``—``, never as 0; figures are rounded by
    their format alone.

    Raises
    ------
    RunError
        When the file cannot be written, e.g. because it is open in Excel.
    """
    sheets = summary_sheets(run)
    with open_book(path, run.manifest, "summary") as book:
        write_cover(book, run, [sheet.name for sheet in sheets] + ["数据字典 data dictionary"])
        for sheet in sheets:
            write_sheet(book, sheet)
        write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})


def summary_sheets(run: Run) -> list[Sheet]:
    """The tables of the workbook, in its order."""
    heavy, lines = heavy_transformers(run), busy_lines(run)
    return [
        areas_sheet(run),
        alerts_sheet(run, run.alerts),
        transformers_sheet(run),
        Sheet(
            "重载配变 heavy load", ALL["transformers"], heavy, _HEAVY_COLUMNS,
            paint={"max_loading_percent": load_colours(heavy)}, remark="公变 public, P2", frozen_columns=6,
        ),
        low_voltage_sheet(run),
        *node_sheets(run),
        lines_sheet(run, lines),
        feeders_sheet(run),
        substations_sheet(run),
        stations_sheet(run),
        branches_sheet(run),
        Sheet(
            "数据质量 data quality", ALL["quality"], run.quality,
            paint={"severity": run.quality["severity"].map({"warning": "pre_control", "error": "blocked"})},
        ),
    ]  # fmt: skip


def areas_sheet(run: Run) -> Sheet:
    """All areas: the restricted ones first, then by name of the unit."""
    order = {"blocked": 0, "pre_control": 1, "no_data": 2, "open": 3}
    frame = run.areas.assign(rank=run.areas["status"].map(order))
    frame = frame.sort_values(["rank", "branch", "supply_station", "area_id"]).drop(columns="rank")
    frame = frame.reset_index(drop=True)
    return Sheet("低压网格 areas", ALL["areas"], frame, paint={"status": frame["status"]}, frozen_columns=2)


def alerts_sheet(run: Run, alerts: pd.DataFrame) -> Sheet:
    """Alerts, the most urgent action first, coloured by action."""
    order = {"must_initiate": 0, "pre_control": 1, "connection": 2, "may_initiate": 3}
    frame = alerts.assign(rank=alerts["action"].map(order)).sort_values(["rank", "area_id", "element_id"])
    frame = frame.drop(columns="rank").reset_index(drop=True)
    return Sheet("预警 alerts", ALL["alerts"], frame, paint={"action": frame["action"]}, frozen_columns=2)


def transformers_sheet(run: Run) -> Sheet:
    """All distribution transformers; a dedicated one has no allowed capacity, which is not the same as unknown."""
    frame = run.transformers
    uncounted = frame["reason"].isin(["dedicated", "out_of_service"])
    return Sheet(
        "配变 transformers", ALL["transformers"], frame,
        paint={"max_loading_percent": load_colours(frame)}, frozen_columns=3,
        not_applicable={"allowed_kva": uncounted, "share_kva": uncounted},
    )  # fmt: skip


def low_voltage_sheet(run: Run) -> Sheet:
    """Transformers with nodes below their voltage limit; says how many areas have no LV model to tell from."""
    frame = low_voltage_transformers(run)
    blind = int((~run.areas["lv_modelled"]).sum())
    remark = (
        f"{blind} 个网格无低压网模型，无法判断 · {blind} areas have no LV model and are not judged" if blind else ""
    )
    paint = {"voltage_min_v": pd.Series("low", index=frame.index)}
    return Sheet("低电压台区 low voltage", LOW_VOLTAGE, frame, paint=paint, remark=remark, frozen_columns=6)


def node_sheets(run: Run) -> list[Sheet]:
    """Node capacity by area, by transformer and node by node; nothing where it was not sought.

    The single nodes of a network with more than ``MOST_NODES`` are left to ``nodes.parquet``, and the digests say so.
    """
    counts = node_counts(run.nodes)
    if not counts.computed:
        return []
    meaning = figure_meaning(run.manifest)
    remark, more = f"{meaning.zh} · {meaning.en}", ""
    if counts.total > MOST_NODES:
        more = (
            f" · 共 {counts.total:,} 个节点，逐点结果见 nodes.parquet · {counts.total:,} nodes: each of them is in "
            "nodes.parquet"
        )
    by_area, by_transformer = nodes_by_area(run), nodes_by_transformer(run)
    sheets = [
        Sheet("节点按网格 nodes by area", NODES_BY_AREA, by_area, remark=remark + more, frozen_columns=2),
        Sheet(
            "节点按配变 nodes by transformer", NODES_BY_TRANSFORMER, by_transformer, remark=remark + more,
            frozen_columns=3,
        ),
    ]  # fmt: skip
    if counts.total <= MOST_NODES:
        sheets.append(_nodes_sheet(run, remark))
    return sheets


def _nodes_sheet(run: Run, remark: str) -> Sheet:
    frame = node_rows(run)
    uncounted = frame["reason"].isin(NOT_COUNTED)
    zero = frame["allowed_kva"].eq(0.0).map({True: "blocked", False: ""})
    return Sheet(
        "节点容量 nodes", NODE_ROWS, frame, paint={"allowed_kva": zero}, remark=remark, frozen_columns=4,
        not_applicable={"allowed_kva": uncounted, "generation_kva": uncounted},
    )  # fmt: skip


def lines_sheet(run: Run, lines: pd.DataFrame) -> Sheet:
    """The busy lines; says how many lines there are in all and how many have no value."""
    unknown = int(run.lines["max_loading_percent"].isna().sum())
    of_all = f"{len(lines)} / {len(run.lines)}"
    remark = f"{of_all} 条，按负载率排序，{unknown} 条未知 · {of_all}, by load rate; {unknown} unknown"
    return Sheet("线路 lines", ALL["lines"], lines, paint={"max_loading_percent": _over(run, lines)}, remark=remark)


def feeders_sheet(run: Run) -> Sheet:
    """All feeders, coloured from their own limit."""
    frame = run.feeders
    beyond = (frame["max_loading_percent"] >= frame["limit_percent"]).map({True: "over", False: ""})
    return Sheet("10kV线路 feeders", ALL["feeders"], frame, paint={"max_loading_percent": beyond}, frozen_columns=2)


def substations_sheet(run: Run) -> Sheet:
    """All substations, coloured from their own limit."""
    frame = run.substations
    beyond = (frame["max_loading_percent"] >= frame["limit_percent"]).map({True: "over", False: ""})
    return Sheet("主变 substations", ALL["substations"], frame, paint={"max_loading_percent": beyond}, frozen_columns=2)


def stations_sheet(run: Run) -> Sheet:
    """The roll-up by supply station, its total set apart."""
    frame = by_station(run)
    return Sheet("按供电所 by station", STATIONS, frame, rows=_last_row_total(frame), frozen_columns=2)


def branches_sheet(run: Run) -> Sheet:
    """The roll-up by branch, its total set apart."""
    frame = by_branch(run)
    return Sheet("按分公司 by branch", BRANCHES, frame, rows=_last_row_total(frame))


def _last_row_total(frame: pd.DataFrame) -> pd.Series:
    return pd.Series([""] * (len(frame) - 1) + ["total"], index=frame.index)


def load_colours(frame: pd.DataFrame) -> pd.Series:
    """Colour of a transformer's load rate, by the marks of P2."""
    keys = pd.Series("", index=frame.index)
    keys[frame["heavy_load"].fillna(False)] = "heavy"
    keys[frame["overload"].fillna(False)] = "over"
    return keys


def _over(run: Run, lines: pd.DataFrame) -> pd.Series:
    """Colour of a line's load rate, by the thresholds of P4 and of overload (P2)."""
    keys = pd.Series("", index=lines.index)
    for name, colour in (("must_initiate", "heavy"), ("overload_percent", "over")):
        threshold_percent = policy_value(run.manifest.policy_values, name)
        if threshold_percent is not None:
            keys[lines["max_loading_percent"] >= threshold_percent] = colour
    return keys
