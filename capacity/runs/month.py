"""The month's workbook: what a planner reports each month, against the month before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from capacity.runs.compare import compare_runs
from capacity.runs.comparison_book import comparison_sheets
from capacity.runs.cover import write_cover
from capacity.runs.derived import (
    busy_lines,
    by_branch,
    by_station,
    heavy_transformers,
    low_voltage_transformers,
    units_of_areas,
)
from capacity.runs.dictionary import write_dictionary
from capacity.runs.month_tables import BRANCHES_MONTH, HEAVY, LOADS, LOW, RESTRICTED, STATIONS_MONTH, SUGGESTIONS
from capacity.runs.sheets import Sheet, open_book, write_sheet
from capacity.runs.workbook import load_colours
from capacity.tables._schema import Table, conform
from capacity.tables.run import Run
from capacity.tables.words import Word

_STATE_COLOURS = {"new": "worse", "cleared": "better", "continuing": ""}
_URGENCY = {"must_initiate": 0, "pre_control": 1, "connection": 2, "may_initiate": 3}
_LIVE_PROJECTS = ("planned", "running")


def write_month(run: Run, previous: Run | None, path: Path) -> None:
    """Write the month-on-month workbook of a run.

    Parameters
    ----------
    run : this month's run. "The month" is the calendar month that ends with (or contains) the day before its as-of.
    previous : the run to compare with; without one the columns of the comparison say so.

    Raises
    ------
    RunError
        When the file cannot be written, e.g. because it is open in Excel.
    """
    sheets = month_sheets(run, previous)
    title = Word("重过载、低电压与接入受限月报", "monthly report of heavy load, low voltage and restricted connection")
    with open_book(path, run.manifest, "month") as book:
        write_cover(book, run, [sheet.name for sheet in sheets] + ["数据字典 data dictionary"], title)
        for sheet in sheets:
            write_sheet(book, sheet)
        write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})


def month_sheets(run: Run, previous: Run | None) -> list[Sheet]:
    """The tables of the month's workbook, in its order."""
    remark = "首次计算，无上月可比 · no earlier run to compare with"
    if previous is not None:
        remark = f"对比 against {previous.manifest.run_name} ({previous.manifest.as_of:%Y-%m-%d})"
    heavy, low, restricted = (
        heavy_table(run, previous),
        low_voltage_table(run, previous),
        restricted_table(run, previous),
    )
    suggestions, loads = suggestion_table(run, previous), load_table(run, previous)
    stations = _rolled_up(by_station, run, previous, STATIONS_MONTH, ["branch", "supply_station"])
    branches = _rolled_up(by_branch, run, previous, BRANCHES_MONTH, ["branch"])
    load_colour = load_colours(heavy)
    sheets = [
        Sheet("重过载台区 heavy load", HEAVY, heavy, remark=remark, frozen_columns=7,
              paint={"state": _states(heavy), "max_loading_percent": load_colour}),
        Sheet("低电压台区 low voltage", LOW, low, paint={"state": _states(low)}, remark=remark, frozen_columns=5),
        Sheet("线路主变负载率 loads", LOADS, loads, remark=remark, frozen_columns=3,
              paint={"max_loading_percent": _beyond_limit(loads)}),
        Sheet("受限清单 restricted", RESTRICTED, restricted, remark=remark, frozen_columns=5,
              paint={"state": _states(restricted), "status": restricted["status"]}),
        Sheet("项目建议 projects", SUGGESTIONS, suggestions, remark=remark, frozen_columns=5,
              paint={"state": _states(suggestions), "action": suggestions["action"]}),
        Sheet("按供电所 by station", STATIONS_MONTH, stations, rows=_totals(stations), remark=remark, frozen_columns=2),
        Sheet("按分公司 by branch", BRANCHES_MONTH, branches, rows=_totals(branches), remark=remark),
    ]  # fmt: skip
    return sheets if previous is None else sheets + comparison_sheets(compare_runs(previous, run))


def heavy_table(run: Run, previous: Run | None) -> pd.DataFrame:
    """Heavily loaded and overloaded public transformers, the cleared ones included; schema ``HEAVY``."""
    now = heavy_transformers(run)
    before = None if previous is None else heavy_transformers(previous)
    frame = _with_states(now, before, "transformer_id", run.transformers)
    peaks = _month_peaks(run)
    frame["month_max_percent"] = frame["transformer_id"].map(peaks["percent"])
    frame["month_max_at"] = frame["transformer_id"].map(peaks["at"])
    frame["previous_max_percent"] = _earlier(frame["transformer_id"], previous, "transformers", "max_loading_percent")
    frame = _with_area_units(frame, run)
    return _by_unit(frame, "max_loading_percent", HEAVY)


def low_voltage_table(run: Run, previous: Run | None) -> pd.DataFrame:
    """Low-voltage 台区; a cleared one shows its figures of the earlier run; schema ``LOW``."""
    now = low_voltage_transformers(run)
    before = None if previous is None else low_voltage_transformers(previous)
    return _by_unit(_with_states(now, before, "transformer_id", before), "low_nodes", LOW)


def load_table(run: Run, previous: Run | None) -> pd.DataFrame:
    """Substations, feeders and the busiest lines with their load rates; schema ``LOADS``."""
    kinds = (
        ("substation", run.substations, "substations", "substation_id"),
        ("section", run.feeders, "feeders", "feeder_id"),
        ("line", busy_lines(run), "lines", "line_id"),
    )
    parts = []
    for kind, frame, name, key in kinds:
        part = frame.rename(columns={key: "element_id"}).assign(element_type=kind)
        part["previous_max_percent"] = _earlier(part["element_id"], previous, name, "max_loading_percent")
        part["change_percent"] = part["max_loading_percent"] - part["previous_max_percent"]
        if kind == "line":
            part = _with_area_units(part, run).assign(reason="ok")
        order = part.sort_values("max_loading_percent", ascending=False)
        parts.append(order.reindex(columns=list(LOADS.columns)).astype(object))
    return conform(pd.concat(parts, ignore_index=True), LOADS)


def restricted_table(run: Run, previous: Run | None) -> pd.DataFrame:
    """Blocked, pre-control and grid-limited areas with the reason; schema ``RESTRICTED``."""
    now = _restricted(run)
    before = None if previous is None else _restricted(previous)
    frame = _with_states(now, before, "area_id", run.areas)
    full = run.transformers[(run.transformers["ownership"] == "public") & (run.transformers["allowed_kva"] == 0.0)]
    names = full.groupby("area_id")["transformer_id"].agg("; ".join)
    frame["full_transformers"] = frame["area_id"].map(names)
    projects = [_projects_for(run, area, None) or None for area in frame["area_id"]]
    frame["projects"] = pd.Series(projects, index=frame.index, dtype="string")
    order = {"blocked": 0, "pre_control": 1, "no_data": 2, "open": 3}
    frame["rank"] = -frame["status"].map(order)
    return _by_unit(frame, "rank", RESTRICTED)


def suggestion_table(run: Run, previous: Run | None) -> pd.DataFrame:
    """Suggested projects: the alerts gathered per element, with what already covers them; schema ``SUGGESTIONS``."""
    areas = units_of_areas(run)
    rows = []
    former = set() if previous is None else set(previous.alerts["element_id"])
    alerts = run.alerts.assign(
        rank=run.alerts["action"].map(_URGENCY), application=run.alerts["application_id"].fillna("")
    )
    for (element, _), group in alerts.sort_values("rank").groupby(["element_id", "application"], sort=False):
        first = group.iloc[0]
        projects = _projects_for(run, first["area_id"], str(element))
        rows.append(
            {name: first[name] for name in SUGGESTIONS.columns if name in first.index}
            | {
                "state": None if previous is None else "continuing" if element in former else "new",
                "rules": ";".join(sorted(group["rule"].unique())),
                "area_name": None if pd.isna(first["area_id"]) else areas["name"].get(first["area_id"]),
                "evidence_zh": first["message_zh"],
                "evidence_en": first["message_en"],
                "projects": projects or None,
                "covered": bool(projects),
                "rank": -float(first["rank"]),
            }
        )
    frame = pd.DataFrame(rows, columns=[*SUGGESTIONS.columns, "rank"])
    return _by_unit(_with_area_units(frame, run), "rank", SUGGESTIONS)


def _restricted(run: Run) -> pd.DataFrame:
    areas = run.areas
    limited = (areas["allowed_kva"] < areas["allowed_sum_kva"] - 1e-9).fillna(False)
    return areas[areas["status"].isin(["blocked", "pre_control"]) | limited]


def _projects_for(run: Run, area: object, element: str | None) -> str:
    """Live projects that name the element, or (marked so) only its area, as one text."""
    found = []
    for project in run.projects[run.projects["status"].isin(_LIVE_PROJECTS)].to_dict("records"):
        elements, areas = _ids(project["element_ids"]), _ids(project["area_ids"])
        shown = project["project_id"] if pd.isna(project["name"]) else f"{project['project_id']} {project['name']}"
        if element is not None and element in elements:
            found.append(shown)
        elif not pd.isna(area) and area in areas:
            found.append(shown if element is None or element == area else f"{shown}（同网格 same area）")
    return "; ".join(found)


def _ids(text: object) -> set[str]:
    return set() if text is None or pd.isna(text) else {part.strip() for part in str(text).split(";")}


def _with_states(
    now: pd.DataFrame, before: pd.DataFrame | None, key: str, cleared_from: pd.DataFrame | None
) -> pd.DataFrame:
    """``now`` marked new or continuing, and the cleared ones with their figures of ``cleared_from``."""
    frame = now.reset_index(drop=True)
    if before is None or cleared_from is None:
        frame["state"] = pd.Series([None] * len(frame), index=frame.index, dtype="string")
        return frame
    frame["state"] = frame[key].isin(before[key]).map({True: "continuing", False: "new"})
    gone = cleared_from[cleared_from[key].isin(set(before[key]) - set(now[key]))]
    parts = [part for part in (frame, gone.assign(state="cleared")) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else frame


def _month_peaks(run: Run) -> pd.DataFrame:
    """Highest load rate within the month per transformer, from the curves: columns ``percent`` and ``at``."""
    last_day = pd.Timestamp(run.manifest.as_of) - pd.Timedelta(days=1)
    curves = run.transformer_curves
    mine = curves[(curves["timestamp"] >= last_day.replace(day=1)) & curves["s_kva"].notna()]
    highest = mine.loc[mine.groupby("transformer_id")["s_kva"].idxmax()].set_index("transformer_id")
    rated_kva = run.transformers.set_index("transformer_id")["rated_kva"]
    percent = highest["s_kva"].astype("float64") / rated_kva.reindex(highest.index) * 100.0
    return pd.DataFrame({"percent": percent, "at": highest["timestamp"]})


def _earlier(ids: pd.Series, previous: Run | None, name: str, column: str) -> pd.Series:
    """The value of ``column`` that each id had in the earlier run."""
    if previous is None:
        return pd.Series(float("nan"), index=ids.index, dtype="float64")
    frame: pd.DataFrame = getattr(previous, name)
    return ids.map(frame.set_index(frame.columns[0])[column]).astype("float64")


def _with_area_units(frame: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Branch and supply station of the area, where the frame names one (its own otherwise)."""
    units = run.areas.set_index("area_id")
    known = {key: frame["area_id"].map(units[key]) for key in ("branch", "supply_station")}
    return frame.assign(**{key: found.fillna(frame[key]) if key in frame else found for key, found in known.items()})


def _by_unit(frame: pd.DataFrame, then: str, schema: Table) -> pd.DataFrame:
    ordered = frame.sort_values(["branch", "supply_station", then], ascending=[True, True, False])
    return conform(ordered.reindex(columns=list(schema.columns)), schema)


def _rolled_up(
    roll_up: Callable[[Run], pd.DataFrame], run: Run, previous: Run | None, schema: Table, keys: list[str]
) -> pd.DataFrame:
    now = roll_up(run).set_index(keys)
    before = now.iloc[:0] if previous is None else roll_up(previous).set_index(keys)
    before = before.reindex(now.index)
    for name in [name.removesuffix("_change") for name in schema.columns if name.endswith("_change")]:
        now[f"{name}_change"] = now[name].astype("Float64") - before[name].astype("Float64")
    return conform(now.reset_index()[list(schema.columns)], schema)


def _beyond_limit(loads: pd.DataFrame) -> pd.Series:
    beyond = (loads["max_loading_percent"] >= loads["limit_percent"]).fillna(False)
    return beyond.map({True: "over", False: ""})


def _states(frame: pd.DataFrame) -> pd.Series:
    return frame["state"].map(_STATE_COLOURS)


def _totals(frame: pd.DataFrame) -> pd.Series:
    return pd.Series([""] * (len(frame) - 1) + ["total"], index=frame.index)
