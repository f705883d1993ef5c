"""Putting a run together: its manifest, its long tables, and what the load flow has to say about its own quality."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from geopandas import GeoDataFrame, points_from_xy
from shapely.geometry import LineString, MultiLineString

from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves
from capacity.tables.run import Manifest, Verification
from capacity.tables.scenario import Scenario
from capacity.tables.solved import CrossCheck, SolvedYear

VOLTAGE_TOLERANCE_PU = 1e-5
LOADING_TOLERANCE_PERCENT = 0.05
_PACKAGES = ("capacity", "pandapower", "power-grid-model", "numba", "numpy", "pandas", "pyarrow", "pandera")


def crosscheck_passed(crosscheck: CrossCheck | None) -> bool | None:
    """Whether engine and pandapower agree within the stated tolerances; None where nothing was compared."""
    if crosscheck is None or not crosscheck.steps:
        return None
    return (
        crosscheck.delta_voltage_pu <= VOLTAGE_TOLERANCE_PU
        and crosscheck.delta_loading_percent <= LOADING_TOLERANCE_PERCENT
    )


def make_manifest(
    case: Case,
    scenario: Scenario | None,
    policy: Policy,
    window: Window,
    solved: SolvedYear,
    seconds: Mapping[str, float],
    name: str | None,
    verification: Verification | None = None,
    node_shape: str = "",
) -> Manifest:
    """What the run used and how it went; ``node_shape`` of the load sought at every node, empty where none was."""
    settings, check = case.settings, solved.crosscheck
    failed = solved.failed.any(axis=0)
    values = {key: trigger.threshold for key, trigger in policy.triggers.items()}
    values |= {key: choice.value for key, choice in policy.choices.items()}
    values["power_factor"] = settings.power_factor
    return Manifest(
        run_name=name or default_name(case, scenario),
        created_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        case_name=settings.name,
        case_title_zh=settings.title_zh,
        case_title_en=settings.title_en,
        synthetic=settings.synthetic,
        notes=list(settings.notes),
        as_of=window.end.date(),
        window_start=window.start.to_pydatetime(),
        window_end=window.end.to_pydatetime(),
        step_minutes=window.step_minutes,
        scenario=scenario.name if scenario else None,
        scenario_title_zh=scenario.title_zh if scenario else "",
        scenario_title_en=scenario.title_en if scenario else "",
        policy=policy.name,
        policy_values=values,
        voltage_standard=settings.voltage_standard,
        input_hashes=dict(case.hashes),
        package_versions=program_packages(),
        engines={str(island): f"{engine}: {why}" for island, (engine, why) in solved.engines.items()},
        steps_total=len(solved.timestamps),
        steps_solved=int((~failed).sum()),
        steps_failed=int(failed.sum()),
        failed_examples=[str(at) for at in solved.timestamps[failed][:10]],
        crosscheck_steps=len(check.steps) if check else 0,
        crosscheck_delta_voltage_pu=_finite(check.delta_voltage_pu) if check else None,
        crosscheck_delta_voltage_at=check.delta_voltage_at if check else "",
        crosscheck_delta_loading_percent=_finite(check.delta_loading_percent) if check else None,
        crosscheck_delta_loading_at=check.delta_loading_at if check else "",
        crosscheck_solver=check.solver if check else "",
        crosscheck_passed=crosscheck_passed(check),
        node_shape=node_shape,
        verification=verification,
        wall_time_s={stage: round(value, 3) for stage, value in seconds.items()},
        service_numbers={
            "regulator": settings.service_numbers.regulator,
            "company": settings.service_numbers.company,
            **settings.service_numbers.branches,
        },
    )


def default_name(case: Case, scenario: Scenario | None) -> str:
    """``<case>[-<scenario>]-<as of>``."""
    return "-".join(filter(None, [case.settings.name, scenario.name if scenario else "", str(case.settings.as_of)]))


def quality_table(issues: Iterable[Issue]) -> pd.DataFrame:
    """One row per warning and area concerned; a note about several areas stands once (``tables.results.quality``)."""
    rows = [
        {
            "severity": issue.severity,
            "check": issue.check,
            "area_id": area_id,
            "file": issue.file,
            "table": issue.table,
            "column": issue.column,
            "ids": ";".join(issue.ids),
            "effect": issue.effect,
            "sentence_zh": issue.sentence_zh,
            "sentence_en": issue.sentence_en,
        }
        for issue in issues
        for area_id in _areas_told(issue)
    ]
    columns = ["severity", "check", "area_id", "file", "table", "column", "ids", "effect", "sentence_zh", "sentence_en"]
    return pd.DataFrame(rows, columns=columns)


def _areas_told(issue: Issue) -> tuple[str | None, ...]:
    if not issue.area_ids or (issue.severity == "info" and len(issue.area_ids) > 1):
        return (None,)
    return issue.area_ids


def transformer_curves(curves: RatedCurves) -> pd.DataFrame:
    """The curves load rates were taken from, in long form; transformers without any value are left out."""
    known = np.isfinite(curves.s_kva).any(axis=1)
    ids = np.array(curves.transformer_ids, dtype=object)[known]
    return _long("transformer_id", ids, curves.timestamps, curves.p_kw[known], curves.s_kva[known])


def feeder_curves(solved: SolvedYear) -> pd.DataFrame:
    """Power at the head of every feeder, in long form."""
    flows = solved.feeders
    s_kva = np.hypot(flows.p_kw, flows.q_kvar)
    return _long("feeder_id", np.array(flows.ids, dtype=object), solved.timestamps, flows.p_kw, s_kva)


def area_shapes(case: Case) -> GeoDataFrame:
    """The polygon of every area, and whether it was drawn round the area's equipment for want of a given one."""
    shapes = case.areas[["area_id", "geometry"]].copy()
    shapes["derived"] = shapes["area_id"].isin(case.derived_polygons)
    return shapes


def places(case: Case) -> GeoDataFrame:
    """Where substations, distribution transformers and LV nodes stand; those without a place are left out."""
    buses = case.topology.buses
    lv = buses[buses["level"].eq("lv") & buses["x"].notna() & buses["y"].notna()]
    low = case.net.trafo[["name", "lv_bus"]].rename(columns={"name": "element_id"})
    low = low[low["element_id"].isin(case.transformers["transformer_id"])]
    at = low.join(buses[["x", "y"]], on="lv_bus")
    substations = case.topology.substations[["substation_id", "x", "y"]].rename(columns={"substation_id": "element_id"})
    found = pd.concat(
        [
            substations.assign(element_type="substation"),
            at[["element_id", "x", "y"]].assign(element_type="transformer"),
            lv[["bus_id", "x", "y"]].rename(columns={"bus_id": "element_id"}).assign(element_type="node"),
        ],
        ignore_index=True,
    ).dropna(subset=["x", "y"])
    points = points_from_xy(found["x"].astype(float), found["y"].astype(float))
    return GeoDataFrame(found[["element_type", "element_id"]], geometry=points, crs=case.settings.crs)


def feeder_shapes(case: Case) -> GeoDataFrame:
    """The drawn route of every feeder, for pictures and the internal map."""
    lines = case.topology.lines
    mv = lines[lines["level"].eq("mv") & lines["feeder_id"].notna()]
    shapes = {}
    for feeder, members in mv.groupby("feeder_id"):
        routes = [route for index in members.index if (route := _route(case, int(index))) is not None]
        if routes:
            shapes[str(feeder)] = MultiLineString(routes)
    return GeoDataFrame(
        {"feeder_id": list(shapes), "geometry": list(shapes.values())}, geometry="geometry", crs=case.settings.crs
    )


def _route(case: Case, line: int) -> LineString | None:
    """The line's own geometry, else the straight line between its buses; None where they have no place."""
    geo = case.net.line["geo"].get(line) if "geo" in case.net.line else None
    if isinstance(geo, str) and geo:
        coordinates = json.loads(geo)["coordinates"]
        return LineString(coordinates) if len(coordinates) > 1 else None
    ends = case.topology.buses.loc[case.net.line.loc[line, ["from_bus", "to_bus"]].astype(int), ["x", "y"]]
    return None if ends.isna().any(axis=None) else LineString(ends.to_numpy(dtype=float))


def _long(
    key: str,
    ids: npt.NDArray[np.object_],
    timestamps: pd.DatetimeIndex,
    p_kw: npt.NDArray[np.floating],
    s_kva: npt.NDArray[np.floating],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            key: pd.Categorical.from_codes(np.repeat(np.arange(len(ids)), len(timestamps)), categories=ids).astype(
                "string"
            )
            if len(ids)
            else pd.Series(dtype="string"),
            "timestamp": np.tile(timestamps.to_numpy(), len(ids)),
            "p_kw": p_kw.astype(np.float32).ravel(),
            "s_kva": s_kva.astype(np.float32).ravel(),
        }
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def program_packages() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": sys.version.split()[0]} | {name: importlib.metadata.version(name) for name in _PACKAGES}
