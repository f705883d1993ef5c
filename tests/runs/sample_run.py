"""A run as the calculation would hand it over: six areas, twenty transformers, three feeders, every rule and status.

The figures hang together (P7 from rating, Smax and reservation; P11 from the sums), so that texts and pictures made
from it can be judged by eye. All of it is invented.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, Polygon

from capacity.tables._schema import conform
from capacity.tables.results import ALL
from capacity.tables.run import Manifest, Run

K = 0.8
AREAS = (
    # id, name, class, branch, station, feeder, lower-left corner
    ("A01", "城关东", "county", "隆阳分公司", "城关供电所", "F1", (0, 0)),
    ("A02", "城关西", "county", "隆阳分公司", "城关供电所", "F1", (1, 0)),
    ("A03", "板桥街", "town", "隆阳分公司", "板桥供电所", "F2", (2, 0)),
    ("A04", "青龙村", "rural", "隆阳分公司", "板桥供电所", "F2", (0, 1)),
    ("A05", "蒲缥镇", "town", "施甸分公司", "蒲缥供电所", "F3", (1, 1)),
    ("A06", "水长村", "rural", "施甸分公司", "蒲缥供电所", "F3", (2, 1)),
)
PEAKS = {  # rating kVA, highest loading in percent (None: insufficient data)
    "A01": ((400, 71.3), (315, 46.0), (400, 52.0), (200, 30.0)),
    "A02": ((315, 103.4), (315, 84.0), (200, 96.0)),
    "A03": ((400, 44.0), (200, 38.0), (315, 61.0)),
    "A04": ((100, 58.0), (80, 49.9), (50, 72.0)),
    "A05": ((400, None), (200, None), (200, 77.0)),
    "A06": ((250, 22.0), (200, 35.0), (160, 48.0)),
}


@dataclass(frozen=True)
class Recipe:
    """What a test wants to be different from the ordinary sample."""

    seed: int = 7
    days: int = 21
    as_of: dt.date = dt.date(2026, 1, 1)
    scenario: str | None = None
    peaks_percent: dict[str, float | None] = field(default_factory=dict)
    ratings_kva: dict[str, float] = field(default_factory=dict)
    accepted: tuple[tuple[str, str, float], ...] = (("A-001", "T004", 20.0),)
    policy_values: dict[str, float] = field(default_factory=dict)
    input_hashes: dict[str, str] = field(default_factory=dict)
    package_versions: dict[str, str] = field(default_factory=dict)


def build_run(recipe: Recipe = Recipe()) -> Run:
    """The sample run of a recipe; the same recipe gives the same run."""
    random = np.random.default_rng(recipe.seed)
    start = pd.Timestamp(recipe.as_of) - pd.Timedelta(days=recipe.days)
    timestamps = pd.date_range(start, periods=recipe.days * 96, freq="15min")
    transformers, curves = _transformers(recipe, timestamps, random)
    nodes = _nodes(transformers, timestamps, random)
    areas = _areas(transformers, nodes, recipe.policy_values.get("pre_control", 160.0))
    alerts = _alerts(areas, transformers)
    frames = {
        "transformers": transformers,
        "lines": _lines(transformers, timestamps, random),
        "nodes": nodes,
        "areas": areas,
        "feeders": _feeders(transformers, timestamps),
        "substations": _substations(transformers, timestamps),
        "alerts": alerts,
        "evidence": _evidence(alerts, transformers, curves),
        "transformer_curves": curves,
        "feeder_curves": _feeder_curves(transformers, curves),
        "feeder_voltages": _feeder_voltages(),
        "capacity_12x24": _capacity_12x24(areas),
        "quality": _quality(),
        "customers": _customers(transformers),
        "applications": _applications(recipe),
        "projects": _projects(),
    }
    return Run(
        manifest=_manifest(recipe, timestamps),
        **{name: conform(frame, ALL[name]) for name, frame in frames.items()},
        area_shapes=_area_shapes(),
        feeder_shapes=_feeder_shapes(),
        places=_places(),
    )


def _manifest(recipe: Recipe, timestamps: pd.DatetimeIndex) -> Manifest:
    policy = {"may_initiate": 50.0, "must_initiate": 70.0, "pre_control": 160.0, "connection": 80.0}
    policy |= {"transformer_limit_percent": 80.0, "heavy_percent": 80.0, "overload_percent": 100.0}
    policy |= recipe.policy_values
    return Manifest(
        run_name="sample",
        created_at=dt.datetime(2026, 1, 2, 3, 4, 5),
        case_name="sample",
        case_title_zh="示例县",
        case_title_en="Sample county",
        synthetic=True,
        notes=["areas A05 and A06 have derived polygons"],
        as_of=recipe.as_of,
        window_start=timestamps[0].to_pydatetime(),
        window_end=(timestamps[-1] + pd.Timedelta(minutes=15)).to_pydatetime(),
        step_minutes=15,
        scenario=recipe.scenario,
        scenario_title_zh="三年增长" if recipe.scenario else "",
        scenario_title_en="three years of growth" if recipe.scenario else "",
        policy="baoshan-2021",
        policy_values=policy,
        voltage_standard="GB/T 12325",
        input_hashes={"network.json": "a" * 64, "measurements.parquet": "b" * 64, "transformers.csv": "c" * 64}
        | recipe.input_hashes,
        package_versions={"capacity": "0.1.0", "pandapower": "3.5.6", "numpy": "2.4.6"} | recipe.package_versions,
        engines={"0": "radial: a tree"},
        steps_total=len(timestamps),
        steps_solved=len(timestamps) - 2,
        steps_failed=2,
        failed_examples=["2025-12-20 18:15 island 0"],
        crosscheck_steps=9,
        crosscheck_delta_voltage_pu=3.2e-9,
        crosscheck_delta_voltage_at="node N-T005-2, 2025-12-24 19:00",
        crosscheck_delta_loading_percent=0.0004,
        crosscheck_delta_loading_at="line L-T005-1, 2025-12-24 19:00",
        crosscheck_solver="pandapower nr",
        crosscheck_passed=True,
        wall_time_s={"load flow": 1.23, "rates": 0.4},
        service_numbers={"regulator": "12398", "company": "95598"},
    )


def _shape_of_day(timestamps: pd.DatetimeIndex, random: np.random.Generator) -> np.ndarray:
    hour = timestamps.hour + timestamps.minute / 60.0
    evening = np.exp(-(((hour - 19.2) / 2.3) ** 2))
    noon = 0.55 * np.exp(-(((hour - 12.0) / 1.8) ** 2))
    season = 0.9 + 0.1 * np.cos(2 * np.pi * timestamps.dayofyear / 365.0)
    shape = (0.28 + 0.62 * evening + noon * random.uniform(0.5, 1.2)) * season
    shape = np.asarray(shape) * random.normal(1.0, 0.05, len(timestamps)).clip(0.8, 1.2)
    return shape / shape.max()


def _transformers(
    recipe: Recipe, timestamps: pd.DatetimeIndex, random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, curves = [], []
    members = [(area, *peak) for area in AREAS for peak in PEAKS[area[0]]]
    members.append((AREAS[2], 500, 64.0))  # the dedicated one
    for number, (area, rated, peak) in enumerate(members, start=1):
        identity = f"T{number:03d}"
        dedicated = number == len(members)
        rated = recipe.ratings_kva.get(identity, float(rated))
        peak = recipe.peaks_percent.get(identity, peak)
        reserved = sum(kva for _, transformer, kva in recipe.accepted if transformer == identity)
        s_kva = _shape_of_day(timestamps, random) * (0.0 if peak is None else peak / 100.0 * rated)
        s_kva[random.random(len(timestamps)) < (0.7 if peak is None else 0.02)] = np.nan
        gap = int(random.integers(0, max(1, len(timestamps) - 96)))
        s_kva[gap : gap + 60] = np.nan
        if peak is None:
            s_kva = np.where(np.isnan(s_kva), np.nan, rated * 0.3 * random.random(len(timestamps)))
        else:
            top = min(int(np.nanargmax(s_kva)), len(s_kva) - 12)
            s_kva[top : top + 10] = 0.99 * peak / 100.0 * rated  # a heavy evening is heavy for more than two hours
            s_kva[top] = peak / 100.0 * rated
        rows.append(_transformer(identity, area, rated, dedicated, reserved, peak, s_kva, timestamps))
        curves.append(
            pd.DataFrame({"transformer_id": identity, "timestamp": timestamps, "p_kw": s_kva * 0.96, "s_kva": s_kva})
        )
    return pd.DataFrame(rows), pd.concat(curves, ignore_index=True)


def _transformer(
    identity: str,
    area: tuple,
    rated: float,
    dedicated: bool,
    reserved: float,
    peak: float | None,
    s_kva: np.ndarray,
    timestamps: pd.DatetimeIndex,
) -> dict[str, object]:
    area_id, area_name, _, branch, station, feeder, _ = area
    row: dict[str, object] = {
        "transformer_id": identity,
        "system_code": f"0530{identity[1:]}",
        "name": f"{area_name}{identity[1:]}号{'专变' if dedicated else '公变'}",
        "area_id": area_id,
        "feeder_id": feeder,
        "substation_id": "S1",
        "branch": branch,
        "supply_station": station,
        "ownership": "dedicated" if dedicated else "public",
        "in_service": True,
        "rated_kva": rated,
        "source": "none" if peak is None else "measured",
        "coverage_percent": float(np.isfinite(s_kva).mean() * 100.0),
        "customer_count": None if identity == "T011" else int(rated / 3),
        "reserved_kva": reserved,
        "voltage_min_pu": 0.9712,
    }
    if peak is None:
        return row | {"reason": "insufficient_data"}
    loading = pd.Series(s_kva / rated * 100.0, index=timestamps)
    top = loading.nlargest(3)
    smax = float(np.nanmax(s_kva))
    allowed = None if dedicated else max(0.0, K * rated - smax - reserved)
    return row | {
        "max_loading_percent": top.iloc[0],
        "max_loading_at": top.index[0],
        "max_direction": "import",
        "second_loading_percent": top.iloc[1],
        "second_loading_at": top.index[1],
        "third_loading_percent": top.iloc[2],
        "third_loading_at": top.index[2],
        "hours_ge_80": float((loading >= 80).sum() / 4),
        "hours_ge_100": float((loading >= 100).sum() / 4),
        "longest_run_ge_80_h": _longest_run_h(loading >= 80),
        "longest_run_ge_100_h": _longest_run_h(loading >= 100),
        "heavy_load": _longest_run_h(loading >= 80) >= 2,
        "overload": _longest_run_h(loading >= 100) >= 2 or peak > 100,
        "smax_import_kva": smax,
        "smax_import_at": top.index[0],
        "smax_export_kva": 0.0,
        "simulated_max_loading_percent": top.iloc[0] * 0.998,
        "allowed_kva": allowed,
        "share_kva": allowed,
        "reason": "dedicated" if dedicated else "over_limit" if allowed == 0 else "ok",
    }


def _longest_run_h(mask: pd.Series) -> float:
    runs = mask.ne(mask.shift()).cumsum()[mask]
    return float(runs.value_counts().max() / 4) if len(runs) else 0.0


def _nodes(transformers: pd.DataFrame, timestamps: pd.DatetimeIndex, random: np.random.Generator) -> pd.DataFrame:
    rows = []
    for position, transformer in enumerate(transformers.to_dict("records")):
        for number in range(5):
            phases = "3" if number < 2 else "1" if number < 4 else "unknown"
            lower = 0.855 if phases == "1" else 0.8835
            voltage = 0.985 - 0.018 * number - (0.05 if transformer["area_id"] in ("A02", "A04") else 0.0)
            voltage += float(random.normal(0, 0.002))
            peak = transformer.get("max_loading_at")
            rows.append(
                {
                    "node_id": f"N-{transformer['transformer_id']}-{number}",
                    "area_id": transformer["area_id"],
                    "transformer_id": transformer["transformer_id"],
                    "feeder_id": transformer["feeder_id"],
                    "vn_kv": 0.4,
                    "phases": phases,
                    "voltage_min_pu": voltage,
                    "voltage_min_v": voltage * 400.0 / (np.sqrt(3) if phases == "1" else 1.0),
                    "voltage_min_at": peak if isinstance(peak, pd.Timestamp) else timestamps[position],
                    "voltage_max_pu": 1.002,
                    "voltage_max_at": timestamps[12],
                    "voltage_lower_pu": lower,
                    "voltage_upper_pu": 1.0165,
                    "low_voltage": voltage < lower,
                    "high_voltage": False,
                    "reason": "not_computed",
                    "generation_reason": "not_computed",
                }
            )
    return pd.DataFrame(rows)


def _lines(transformers: pd.DataFrame, timestamps: pd.DatetimeIndex, random: np.random.Generator) -> pd.DataFrame:
    rows = [
        _line(f"M-{feeder}-{section}", "mv", None, None, feeder, 10.0, 300.0, 74.5 - 12 * section - 8 * n, timestamps)
        for n, feeder in enumerate(("F1", "F2", "F3"))
        for section in range(3)
    ]
    for transformer in transformers.to_dict("records"):
        loading = float(random.uniform(15, 68))
        rows.append(
            _line(
                f"L-{transformer['transformer_id']}-1",
                "lv",
                transformer["area_id"],
                transformer["transformer_id"],
                transformer["feeder_id"],
                0.4,
                270.0,
                loading,
                timestamps,
            )
        )
    rows.append(_line("L-T001-9", "lv", "A01", "T001", "F1", 0.4, None, None, timestamps))
    return pd.DataFrame(rows)


def _line(
    identity: str,
    level: str,
    area: object,
    transformer: object,
    feeder: object,
    kv: float,
    rated: float | None,
    loading: float | None,
    timestamps: pd.DatetimeIndex,
) -> dict[str, object]:
    row: dict[str, object] = {
        "line_id": identity,
        "level": level,
        "area_id": area,
        "transformer_id": transformer,
        "feeder_id": feeder,
        "substation_id": "S1",
        "voltage_kv": kv,
        "rated_a": rated,
        "steps_failed": 2,
    }
    if rated is None or loading is None:
        return row
    return row | {
        "max_i_a": rated * loading / 100.0,
        "max_loading_percent": loading,
        "max_loading_at": timestamps[76],
        "second_loading_percent": loading - 1,
        "second_loading_at": timestamps[77],
        "third_loading_percent": loading - 2,
        "third_loading_at": timestamps[78],
        "hours_ge_80": 0.0,
        "hours_ge_100": 0.0,
        "longest_run_ge_80_h": 0.0,
        "longest_run_ge_100_h": 0.0,
    }


def _areas(transformers: pd.DataFrame, nodes: pd.DataFrame, threshold_kva: float) -> pd.DataFrame:
    rows = []
    for area_id, name, area_class, branch, station, feeder, _ in AREAS:
        mine = transformers[(transformers["area_id"] == area_id) & (transformers["ownership"] == "public")]
        known = mine[mine["allowed_kva"].notna()]
        unknown = len(mine) - len(known)
        total = float(known["allowed_kva"].sum())
        limited = area_id == "A03"
        allowed = None if unknown else min(total, 120.0) if limited else total
        worst = known.sort_values("max_loading_percent").iloc[-1]
        status = _status(total, allowed, unknown, threshold_kva)
        rows.append(
            {
                "area_id": area_id,
                "name": name,
                "area_class": area_class,
                "branch": branch,
                "supply_station": station,
                "feeder_ids": feeder,
                "status": status,
                "transformer_count": len(mine),
                "unknown_count": unknown,
                "rated_kva": float(mine["rated_kva"].sum()),
                "customer_count": int(mine["rated_kva"].sum() / 3) if mine["customer_count"].notna().all() else None,
                "max_loading_percent": worst["max_loading_percent"],
                "max_loading_element": worst["transformer_id"],
                "max_loading_type": "transformer",
                "max_loading_at": worst["max_loading_at"],
                "upstream_max_loading_percent": 74.5 if feeder == "F1" else 61.0,
                "upstream_max_element": f"M-{feeder}-0",
                "allowed_sum_kva": total,
                "allowed_sum_is_lower_bound": unknown > 0,
                "allowed_kva": allowed,
                "binding_element": f"M-{feeder}-0" if limited else None,
                "binding_criterion": "section_loading" if limited else None,
                "binding_at": worst["max_loading_at"] if limited else None,
                "reserved_kva": float(mine["reserved_kva"].sum()),
                "structural": bool(K * mine["rated_kva"].sum() < threshold_kva),
                "lv_modelled": area_id != "A06",
                "low_voltage_nodes": None
                if area_id == "A06"
                else int(nodes.loc[nodes["area_id"] == area_id, "low_voltage"].sum()),
                "quality_count": 2 if area_id == "A05" else 0,
                "reason": "unknown_transformers"
                if unknown
                else "transformers_full"
                if total == 0
                else "grid_limited"
                if limited
                else "ok",
            }
        )
    return pd.DataFrame(rows)


def _status(total: float, allowed: float | None, unknown: int, threshold_kva: float) -> str:
    if unknown and total < threshold_kva:
        return "no_data"
    if allowed == 0.0:
        return "blocked"
    return "pre_control" if (total if allowed is None else allowed) < threshold_kva else "open"


def _alerts(areas: pd.DataFrame, transformers: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, object]] = []

    def add(
        rule: str,
        action: str,
        area: object,
        kind: str,
        element: object,
        value: object,
        threshold: float,
        unit: str,
        at: object,
        variant: str = "",
        application: object = None,
    ) -> None:
        rows.append(
            {
                "alert_id": f"{rule}-{element}-{variant or application or 'x'}",
                "rule": rule,
                "action": action,
                "area_id": area,
                "element_type": kind,
                "element_id": element,
                "application_id": application,
                "variant": variant,
                "value": value,
                "threshold": threshold,
                "unit": unit,
                "at": at,
                "duration_h": None if at is None else 1.75,
                "source": "measured",
                "message_zh": f"{rule}：{element} 为 {value:.1f} {unit}，阈值 {threshold:g} {unit}",
                "message_en": f"{rule}: {element} is at {value:.1f} {unit}, the threshold is {threshold:g} {unit}",
            }
        )

    public = transformers[(transformers["ownership"] == "public") & transformers["max_loading_percent"].notna()]
    for row in public.to_dict("records"):
        for rule, action, threshold in (("P3", "may_initiate", 50.0), ("P4", "must_initiate", 70.0)):
            if row["max_loading_percent"] >= threshold:
                add(
                    rule,
                    action,
                    row["area_id"],
                    "transformer",
                    row["transformer_id"],
                    row["max_loading_percent"],
                    threshold,
                    "%",
                    row["max_loading_at"],
                )
    for row in areas.to_dict("records"):
        if not row["unknown_count"] and row["allowed_sum_kva"] < 160.0:
            add(
                "P5",
                "pre_control",
                row["area_id"],
                "area",
                row["area_id"],
                row["allowed_sum_kva"],
                160.0,
                "kVA",
                None,
                "sum",
            )
        elif row["allowed_kva"] is not None and row["allowed_kva"] < 160.0:
            add(
                "P5",
                "pre_control",
                row["area_id"],
                "area",
                row["area_id"],
                row["allowed_kva"],
                160.0,
                "kVA",
                None,
                "grid_limited",
            )
    add("P6", "connection", "A01", "transformer", "T002", 83.2, 80.0, "%", None, application="A-002")
    return pd.DataFrame(rows)


def _evidence(alerts: pd.DataFrame, transformers: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    rated = transformers.set_index("transformer_id")["rated_kva"]
    parts = []
    for alert in alerts[alerts["at"].notna()].to_dict("records"):
        mine = curves[curves["transformer_id"] == alert["element_id"]]
        near = mine[(mine["timestamp"] - alert["at"]).abs() <= pd.Timedelta(minutes=30)]
        parts.append(
            pd.DataFrame(
                {
                    "alert_id": alert["alert_id"],
                    "timestamp": near["timestamp"],
                    "element_id": alert["element_id"],
                    "p_kw": near["p_kw"],
                    "q_kvar": None,
                    "s_kva": near["s_kva"],
                    "loading_percent": near["s_kva"] / rated[alert["element_id"]] * 100.0,
                    "source": "measured",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _feeder_curves(transformers: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    feeder = transformers.set_index("transformer_id")["feeder_id"]
    sums = curves.assign(feeder_id=curves["transformer_id"].map(feeder)).groupby(["feeder_id", "timestamp"])
    return sums[["p_kw", "s_kva"]].sum().reset_index()


def _feeders(transformers: pd.DataFrame, timestamps: pd.DatetimeIndex) -> pd.DataFrame:
    rows = []
    for number, feeder in enumerate(("F1", "F2", "F3")):
        mine = transformers[transformers["feeder_id"] == feeder]
        bound = feeder == "F2"
        rows.append(
            {
                "feeder_id": feeder,
                "name": f"10kV{('城关', '板桥', '蒲缥')[number]}线",
                "substation_id": "S1",
                "transformer_count": len(mine),
                "unknown_count": int(mine["max_loading_percent"].isna().sum()),
                "limit_percent": 100.0,
                "max_loading_percent": 74.5 - 8 * number,
                "max_loading_element": f"M-{feeder}-0",
                "max_loading_at": timestamps[76],
                "head_max_kva": 3871.0 - 400 * number,
                "head_max_at": timestamps[76],
                "voltage_min_pu": 0.962 - 0.01 * number,
                "voltage_min_node": f"B-{feeder}-9",
                "reserved_kva": float(mine["reserved_kva"].sum()),
                "allowed_sum_kva": None if feeder == "F3" else 360.0,
                "allowed_kva": None if feeder == "F3" else 340.0,
                "binding_element": f"M-{feeder}-0" if bound else None,
                "binding_criterion": "section_loading" if bound else None,
                "binding_at": timestamps[76] if bound else None,
                "reason": "unknown_transformers" if feeder == "F3" else "grid_limited" if bound else "ok",
            }
        )
    return pd.DataFrame(rows)


def _substations(transformers: pd.DataFrame, timestamps: pd.DatetimeIndex) -> pd.DataFrame:
    known = {
        "substation_id": "S1",
        "name": "110kV示例变",
        "rated_kva": 20000.0,
        "limit_percent": 80.0,
        "max_kva": 11200.0,
        "max_loading_percent": 56.0,
        "max_loading_at": timestamps[76],
        "reserved_kva": float(transformers["reserved_kva"].sum()),
        "rating_margin_kva": 4780.0,
        "allowed_sum_kva": 5120.0,
        "allowed_kva": 4700.0,
        "binding_element": "S1",
        "binding_criterion": "substation_loading",
        "binding_at": timestamps[76],
        "reason": "grid_limited",
    }
    unknown = {
        "substation_id": "S2",
        "name": "35kV备用变",
        "limit_percent": 80.0,
        "reserved_kva": 0.0,
        "reason": "no_source",
    }
    return pd.DataFrame([known, unknown])


def _feeder_voltages() -> pd.DataFrame:
    rows = []
    for number, feeder in enumerate(("F1", "F2", "F3")):
        for step in range(12):
            km = 0.45 * step * (1 + number)
            for level, lower, drop in (("mv", 0.93, 0.0), ("lv", 0.8835, 0.03)):
                low = 1.02 - 0.008 * km - drop - 0.02 * (step % 3) * (level == "lv")
                rows.append(
                    {
                        "feeder_id": feeder,
                        "node_id": f"{level}-{feeder}-{step}",
                        "level": level,
                        "distance_km": km,
                        "voltage_min_pu": None if step == 7 else low,
                        "voltage_max_pu": 1.02,
                        "lower_pu": lower,
                        "upper_pu": 1.07 if level == "mv" else 1.0165,
                    }
                )
    return pd.DataFrame(rows)


def _capacity_12x24(areas: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([areas["area_id"], range(1, 13), range(24)], names=["area_id", "month", "hour"])
    frame = index.to_frame(index=False)
    frame["allowed_sum_kva"] = 100.0 + 5.0 * frame["hour"]
    frame["allowed_kva"] = frame["allowed_sum_kva"].clip(upper=180.0)
    frame.loc[frame["month"] < 12, ["allowed_sum_kva", "allowed_kva"]] = np.nan
    return frame


def _quality() -> pd.DataFrame:
    common = {
        "severity": "warning",
        "check": "readings.coverage",
        "area_id": "A05",
        "file": "measurements.parquet",
        "table": "measurements",
        "column": "p_kw",
        "effect": "rejected_readings",
    }
    return pd.DataFrame(
        [
            common
            | {
                "ids": identity,
                "sentence_zh": f"{identity} 有效读数不足一半，按数据不足处理。",
                "sentence_en": f"{identity} has valid readings for less than half of the window.",
            }
            for identity in ("T014", "T015")
        ]
        + [
            {
                "severity": "info",
                "check": "areas.derived",
                "area_id": None,
                "file": "areas.geojson",
                "table": "areas",
                "column": "",
                "ids": "A05;A06",
                "effect": "derived",
                "sentence_zh": "网格边界由程序推算。",
                "sentence_en": "The polygons are derived.",
            }
        ]
    )


def _customers(transformers: pd.DataFrame) -> pd.DataFrame:
    """Eight households below every public transformer."""
    public = transformers.loc[transformers["ownership"].eq("public"), "transformer_id"]
    rows = [
        {"customer_id": f"C-{one}-{number}", "transformer_id": one, "contract_kva": 8.0, "phases": "1"}
        for one in public
        for number in range(8)
    ]
    return pd.DataFrame(rows)


def _applications(recipe: Recipe) -> pd.DataFrame:
    rows = [
        {
            "application_id": identity,
            "transformer_id": transformer,
            "p_kw": kva * 0.95,
            "power_factor": 0.95,
            "phases": "3",
            "category": "commercial",
            "status": "accepted",
            "received_at": pd.Timestamp(2025, 12, 1),
        }
        for identity, transformer, kva in recipe.accepted
    ]
    rows.append(
        {
            "application_id": "A-002",
            "transformer_id": "T002",
            "p_kw": 110.0,
            "phases": "3",
            "category": "industrial",
            "status": "received",
            "received_at": pd.Timestamp(2025, 12, 20),
        }
    )
    return pd.DataFrame(rows)


def _projects() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "project_id": "PRJ-1",
                "name": "城关西增容",
                "stage": "design",
                "rule": "P4",
                "element_ids": "T005;T007",
                "area_ids": "A02",
                "released_kva": 250.0,
                "cost_yuan": 380000.0,
                "commissioning_date": pd.Timestamp(2026, 5, 30),
                "status": "running",
            },
            {
                "project_id": "PRJ-2",
                "name": "青龙村改造（取消）",
                "stage": "initiated",
                "rule": "P3",
                "element_ids": "T011",
                "area_ids": "A04",
                "status": "cancelled",
            },
        ]
    )


def _area_shapes() -> gpd.GeoDataFrame:
    shapes = []
    for *_, (column, row) in AREAS:
        x, y = 99.16 + column * 0.012, 25.10 + row * 0.010
        shapes.append(Polygon([(x, y), (x + 0.0115, y + 0.0008), (x + 0.0118, y + 0.0092), (x + 0.0005, y + 0.0095)]))
    columns = {"area_id": [area[0] for area in AREAS], "derived": [area[0] in ("A05", "A06") for area in AREAS]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _places() -> gpd.GeoDataFrame:
    where = {("substation", "SS1"): (99.158, 25.104), ("transformer", "T001"): (99.165, 25.105)}
    return gpd.GeoDataFrame(
        {"element_type": [kind for kind, _ in where], "element_id": [one for _, one in where]},
        geometry=[Point(p) for p in where.values()],
        crs="EPSG:4326",
    )


def _feeder_shapes() -> gpd.GeoDataFrame:
    paths = {
        "F1": [(99.158, 25.104), (99.170, 25.105), (99.182, 25.106)],
        "F2": [(99.158, 25.104), (99.165, 25.112), (99.188, 25.107)],
        "F3": [(99.158, 25.104), (99.176, 25.116), (99.195, 25.115)],
    }
    return gpd.GeoDataFrame(
        {"feeder_id": list(paths)}, geometry=[LineString(p) for p in paths.values()], crs="EPSG:4326"
    )
