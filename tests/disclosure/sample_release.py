"""Releases made by hand: one that shows every code of every column, one as large as a big city. All of it is invented.

``sample_release`` holds, in fourteen areas, every status, way of publication, reason, limit, basis and kind of relief,
an area without a polygon, one with a hole, one in two parts, and names that have to be escaped wherever they go.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from capacity.tables._schema import conform
from capacity.tables.public import AREAS, BRANCHES, CHANGES, HOURS, TERMS
from capacity.tables.release import DisclosureRules, Release, ReleaseAbout

RULES = DisclosureRules(
    rounding_kva=5.0,
    fewest_customers=5,
    largest_share_percent=60.0,
    stated_contracts_percent=90.0,
    capacity_bands_kva=(0.0, 5.0, 50.0, 160.0, 315.0, 630.0, 1250.0),
    load_rate_bands_percent=(0.0, 50.0, 70.0, 80.0, 100.0),
    stale_after_days=62,
    jump_kva=100.0,
    jump_percent=30.0,
    derived_cell_m=250.0,
)
BRANCH_PHONES = {"隆阳分公司": "0875-2120000", "施甸分公司": "0875-8120000", "腾冲 <b>分公司</b>": None}
WEST, SOUTH, SIDE = 99.10, 25.05, 0.02


@dataclass(frozen=True)
class _Area:
    """One area as the table below states it; what is not stated is missing."""

    code: str
    name: str
    area_class: str = "town"
    branch: str | None = "隆阳分公司"
    station: str | None = "城关供电所"
    publication: str = "full"
    reason: str | None = None
    status: str | None = "open"
    allowed_kva: float | None = None
    lower_bound: bool = False
    single_kva: float | None = None
    load_rate_percent: float | None = None
    limit: str | None = None
    shared_kva: float | None = None
    sharing: int | None = None
    queue: str | None = "none"
    relief: tuple[str, str] | None = None
    structural: bool = False
    hours: bool = False
    basis: str | None = "measured"


def _withheld(code: str, name: str, reason: str, **more: object) -> _Area:
    return _Area(code, name, publication="withheld", reason=reason, status=None, queue=None, basis=None, **more)  # type: ignore[arg-type]


SAMPLE = (
    _Area("K7QM2A", "城关东网格", "city", allowed_kva=745.0, single_kva=345.0, load_rate_percent=63.0,
          limit="transformers", shared_kva=2100.0, sharing=3, hours=True),
    _Area("P3XW9C", "城关西网格", "county", status="blocked", allowed_kva=0.0, single_kva=0.0, load_rate_percent=104.0,
          limit="existing", queue="counted", relief=("2027-03", "transformer"), hours=True),
    _Area("B8RT4D", "板桥街网格", status="pre_control", allowed_kva=135.0, single_kva=80.0, load_rate_percent=76.0,
          limit="line", shared_kva=135.0, sharing=2, relief=("2027-06", "line"), basis="mixed", hours=True),
    _Area("H5VN6E", "青龙村网格", "rural", status="no_data", load_rate_percent=None, limit="data", basis="none",
          lower_bound=True, queue="none"),
    _Area("M2KD7F", '蒲缥<b>镇</b> "A&B" 网格', branch="施甸分公司", station="蒲缥供电所", allowed_kva=1535.0,
          single_kva=1260.0, load_rate_percent=22.0, limit="substation", basis="simulated", queue="counted"),
    _Area("T9GC3H", "=cmd|' /C calc'!A0", "rural", branch="施甸分公司", station="蒲缥供电所", allowed_kva=160.0,
          lower_bound=True, limit="voltage", load_rate_percent=48.0, relief=("2028-01", "other")),
    _Area("W4BJ8K", "水长村网格</script><!--\u2028", "rural", branch="施甸分公司", station=None, status="pre_control",
          allowed_kva=45.0, limit="lv_lines", structural=True, load_rate_percent=81.0, relief=("2026-12", "substation"),
          hours=True),
    _withheld("C6YP5L", "工业园网格", "dominant_customer"),
    _withheld("R3MH9N", "果园网格", "few_customers", area_class="rural", branch=None, station=None),
    _withheld("X7DQ4P", "新区网格", "customers_unknown", area_class="city"),
    _Area("F5ZK2R", "南门网格", "county", publication="band", reason="few_changes", allowed_kva=260.0,
          load_rate_percent=55.0, limit="transformers", queue="counted"),
    _Area("V8CT6S", "河图网格", publication="band", reason="dominant_on_line", status="pre_control", allowed_kva=120.0,
          load_rate_percent=71.0, limit="line"),
    _Area("J2WX7T", "西山 O'Hara 网格", "rural", branch="腾冲 <b>分公司</b>", station="-1+1 供电所", allowed_kva=420.0,
          single_kva=160.0, load_rate_percent=69.0, limit="transformers", hours=True),
    _Area("N9LF3V", "没有边界的网格", "town", branch="腾冲 <b>分公司</b>", allowed_kva=210.0, load_rate_percent=51.0,
          limit="transformers", queue="none"),
)  # fmt: skip
NO_POLYGON = "N9LF3V"
_HOLE, _PARTS = "K7QM2A", "M2KD7F"
_MISSING_HOURS = "W4BJ8K"
CHANGED = (
    # code, publication before and now, status before and now, figure before and now, cause
    ("K7QM2A", "full", "full", "open", "open", 780.0, 745.0, "load"),
    ("P3XW9C", "full", "full", "pre_control", "blocked", 20.0, 0.0, "connections"),
    ("B8RT4D", "full", "full", "open", "pre_control", 180.0, 135.0, "grid_above"),
    ("H5VN6E", "full", "full", "open", "no_data", 205.0, None, "data"),
    ("M2KD7F", "full", "full", "open", "open", 1220.0, 1535.0, "equipment"),
    ("T9GC3H", None, "full", None, "open", None, 160.0, "first"),
    ("W4BJ8K", "full", "full", "pre_control", "pre_control", 50.0, 45.0, "rules"),
    ("C6YP5L", "full", "withheld", "open", None, 320.0, None, "protection"),
    ("F5ZK2R", "full", "band", "open", "open", 260.0, None, "none"),
    ("Z4NS8W", "full", None, "open", None, 95.0, None, "data"),
)


def sample_release(
    areas: int = 14,
    *,
    release_id: str = "2026-11",
    as_of: dt.date = dt.date(2026, 11, 1),
    published_on: dt.date = dt.date(2026, 11, 10),
    previous_id: str | None = "2026-10",
    stale: bool = False,
) -> Release:
    """The first ``areas`` (at most 14) of the areas above, with their hours, changes, branches, terms and polygons."""
    chosen = SAMPLE[:areas]
    table = conform(pd.DataFrame([_row(area, as_of) for area in chosen]), AREAS)
    codes = {area.code for area in chosen}
    changed = pd.DataFrame(
        [_changed(row) for row in CHANGED if previous_id and (row[0] in codes or row[0] == "Z4NS8W")],
        columns=list(CHANGES.columns),
    )
    hours = [_hours(area.code, area.allowed_kva or 0.0) for area in chosen if area.hours]
    no_hours = pd.DataFrame(columns=list(HOURS.columns))
    return Release(
        about=_about(table, release_id, as_of, published_on, previous_id, stale),
        areas=table,
        hours=conform(pd.concat(hours, ignore_index=True) if hours else no_hours, HOURS),
        changes=conform(changed, CHANGES),
        branches=branches_of(table),
        terms=sample_terms(),
        shapes=_shapes([area.code for area in chosen]),
    )


def large_release(n: int = 10_000, *, seed: int = 4, with_hours: bool = True) -> Release:
    """``n`` areas that tile a plausible map, with every status and publication, polygons of about 24 points.

    With ``with_hours`` every area whose figure is published has its 288 hours.
    """
    random = np.random.default_rng(seed)
    polygons, centres = _tiles(n, random)
    allowed = np.floor(random.gamma(1.3, 260.0, n) / 5.0) * 5.0
    allowed[random.random(n) < 0.08] = 0.0
    withheld, band = random.random(n) < 0.07, random.random(n) < 0.03
    unknown = random.random(n) < 0.05
    side = math.ceil(math.sqrt(n) / 4)
    branch = (centres[:, 0] * 3).astype(int) + 3 * (centres[:, 1] * 3).astype(int)
    rows = []
    for i in range(n):
        name = f"{'东西南北中'[i % 5]}{'山河桥坝岭湾'[i % 6]}{i // 30}号网格"
        code = _code(i)
        where = {"branch": f"第{branch[i] + 1}分公司", "station": f"供电所{(i % side) + 1}"}
        kind = ("city", "county", "town", "rural")[int(random.integers(4))]
        if withheld[i]:
            reason = ("few_customers", "dominant_customer", "customers_unknown")[i % 3]
            rows.append(_withheld(code, name, reason, area_class=kind, **where))
            continue
        figure = None if unknown[i] else float(allowed[i])
        status = (
            "no_data" if figure is None else "blocked" if figure == 0 else "pre_control" if figure < 160 else "open"
        )
        rows.append(
            _Area(
                code,
                name,
                kind,
                **where,
                publication="band" if band[i] else "full",
                reason="few_changes" if band[i] else None,
                status=status,
                allowed_kva=figure,
                single_kva=None if figure is None or band[i] else figure * 0.6,
                load_rate_percent=float(random.uniform(10, 115)),
                limit=("transformers", "line", "substation", "voltage")[int(random.integers(4))],
                shared_kva=None if figure is None or band[i] else figure + 500.0,
                sharing=None if figure is None or band[i] else int(random.integers(2, 9)),
                queue="counted" if random.random() < 0.3 else "none",
                hours=with_hours and figure is not None and not band[i],
                relief=("2027-05", "transformer") if status == "blocked" and i % 2 else None,
            )
        )
    as_of, published = dt.date(2026, 11, 1), dt.date(2026, 11, 10)
    table = conform(pd.DataFrame([_row(area, as_of) for area in rows]), AREAS)
    moved = table[(table["publication"] == "full") & table["allowed_kva"].notna()].iloc[::5]
    changes = pd.DataFrame(
        {
            "area_code": moved["area_code"],
            "name": moved["name"],
            "publication_before": "full",
            "publication": "full",
            "status_before": moved["status"],
            "status": moved["status"],
            "allowed_before_kva": moved["allowed_kva"] + 15.0,
            "allowed_kva": moved["allowed_kva"],
            "cause": "load",
        }
    )
    return Release(
        about=_about(table, "2026-11", as_of, published, "2026-10", stale=False),
        areas=table,
        hours=_many_hours(table, random),
        changes=conform(changes, CHANGES),
        branches=branches_of(table),
        terms=sample_terms(),
        shapes=gpd.GeoDataFrame({"area_code": table["area_code"]}, geometry=polygons, crs="EPSG:4326"),
    )


def branches_of(areas: pd.DataFrame) -> pd.DataFrame:
    """The branches' table that goes with an areas' table."""
    rows = []
    names = sorted(areas["branch"].dropna().unique()) + ([None] if areas["branch"].isna().any() else [])
    for name in names:
        group = areas[areas["branch"].isna() if name is None else (areas["branch"] == name).fillna(False)]
        counts = {
            status: int((group["status"] == status).sum()) for status in ("open", "pre_control", "blocked", "no_data")
        }
        withheld = int((group["publication"] == "withheld").sum())
        phone = BRANCH_PHONES.get(name or "")
        rows.append({"branch": name, "phone": phone, "areas": len(group), **counts, "withheld": withheld})
    return conform(pd.DataFrame(rows, columns=list(BRANCHES.columns)), BRANCHES)


def sample_terms() -> pd.DataFrame:
    """Terms for the three kinds of customers; every answer about investment and both voltages occur."""
    rows = []
    for kind in ("resident", "small_business", "other"):
        for area_class in ("city", "county", "town", "rural"):
            lv_days, steps = (2, "受理 1;装表接电 1") if kind == "resident" else (5, "受理 1;装表接电 4")
            lv = {
                "above_kw": 0.0,
                "up_to_kw": 160.0,
                "voltage": "lv",
                "zero_investment": {"resident": "yes", "small_business": "yes", "other": "ask"}[kind],
                "days_total": lv_days,
                "whole_process_days": {"resident": 2, "small_business": 5, "other": None}[kind],
                "dual_supply_days": None,
                "steps_zh": steps,
                "steps_en": steps.replace("受理", "application").replace("装表接电", "metering and connection"),
            }
            hv = {
                "above_kw": 160.0,
                "up_to_kw": None,
                "voltage": "hv",
                "zero_investment": "no",
                "days_total": 15,
                "whole_process_days": None,
                "dual_supply_days": 30,
                "steps_zh": "受理 1;供电方案答复 4;竣工检验和装表接电 10",
                "steps_en": "application 1;supply scheme 4;inspection, metering and connection 10",
            }
            same = {
                "customer_kind": kind,
                "area_class": area_class,
                "documents_zh": "身份证明;用电地址权属证明",
                "documents_en": "proof of identity;proof of title to the premises",
                "note_zh": "投资界面至客户规划红线。<br>",
                "note_en": 'Investment up to the customer\'s "property line".',
            }
            rows += [same | lv, same | hv]
    return conform(pd.DataFrame(rows), TERMS)


def _row(area: _Area, as_of: dt.date) -> dict[str, object]:
    figure = area.allowed_kva
    shown = figure if area.publication == "full" else None
    low, high = _band(figure, RULES.capacity_bands_kva)
    single = _band(area.single_kva, RULES.capacity_bands_kva)
    rate = _band(area.load_rate_percent, RULES.load_rate_bands_percent)
    hidden = area.publication == "withheld"
    return {
        "area_code": area.code,
        "name": area.name,
        "area_class": area.area_class,
        "branch": area.branch,
        "supply_station": area.station,
        "publication": area.publication,
        "withheld_reason": area.reason,
        "status": area.status,
        "allowed_kva": shown,
        "allowed_from_kva": low,
        "allowed_below_kva": high,
        "allowed_is_lower_bound": None if hidden else area.lower_bound,
        "single_from_kva": single[0],
        "single_below_kva": single[1],
        "load_rate_from_percent": rate[0],
        "load_rate_below_percent": rate[1],
        "limit": area.limit,
        "shared_kva": area.shared_kva,
        "sharing_areas": area.sharing,
        "queue": area.queue,
        "relief_month": area.relief[0] if area.relief else None,
        "relief_kind": area.relief[1] if area.relief else None,
        "structural": None if hidden else area.structural,
        "has_hours": area.hours,
        "basis": area.basis,
        "as_of": pd.Timestamp(as_of),
    }


def _band(value: float | None, ends: tuple[float, ...]) -> tuple[float | None, float | None]:
    if value is None:
        return None, None
    below = [end for end in ends if end > value]
    return max(end for end in ends if end <= value), min(below) if below else None


def _changed(row: tuple[object, ...]) -> dict[str, object]:
    code, before, now, status_before, status, figure_before, figure, cause = row
    name = next((area.name for area in SAMPLE if area.code == code), "已撤销的网格")
    pairs = {"publication": (before, now), "status": (status_before, status), "figure": (figure_before, figure)}
    moved = [part for part, (was, is_now) in pairs.items() if was != is_now] or ["shared", "relief"]
    parts = ";".join(moved) if before and now else None
    return dict(
        zip(
            CHANGES.columns,
            (code, name, before, now, status_before, status, figure_before, figure, parts, cause),
            strict=True,
        )
    )


def _hours(code: str, worst_kva: float) -> pd.DataFrame:
    """288 hours that are never below the area's figure; the worst cell equals it. One area has cells without data."""
    month, hour = (grid.ravel() for grid in np.meshgrid(np.arange(1, 13), np.arange(24), indexing="ij"))
    more = 260.0 * (1 - np.exp(-(((hour - 19) / 4.0) ** 2))) + 80.0 * (1 - np.cos(2 * np.pi * (month - 1) / 12)) / 2
    allowed = np.floor((worst_kva + more) / 5.0) * 5.0
    if code == _MISSING_HOURS:
        allowed[(month == 2) | ((month == 7) & (hour < 6))] = np.nan
    return pd.DataFrame({"area_code": code, "month": month, "hour": hour, "allowed_kva": allowed})


def _many_hours(table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    chosen = table[table["has_hours"]]
    month, hour = (grid.ravel() for grid in np.meshgrid(np.arange(1, 13), np.arange(24), indexing="ij"))
    day = 1 - np.exp(-(((hour - 19) / 4.0) ** 2))
    year = (1 - np.cos(2 * np.pi * (month - 1) / 12)) / 2
    figure = chosen["allowed_kva"].to_numpy(float)[:, None]
    noise = random.normal(0.0, 12.0, (len(chosen), 288))
    cells = figure + random.uniform(80, 400, (len(chosen), 1)) * day + random.uniform(10, 90, (len(chosen), 1)) * year
    cells = np.floor(np.maximum(cells + np.abs(noise), figure) / 5.0) * 5.0
    frame = pd.DataFrame(
        {
            "area_code": np.repeat(chosen["area_code"].to_numpy(object), 288),
            "month": np.tile(month, len(chosen)),
            "hour": np.tile(hour, len(chosen)),
            "allowed_kva": cells.ravel(),
        }
    )
    return frame.astype({name: str(column.dtype) for name, column in HOURS.columns.items()})


def _shapes(codes: list[str]) -> gpd.GeoDataFrame:
    kept, polygons = [], []
    for number, area in enumerate(SAMPLE):
        if area.code not in codes or area.code == NO_POLYGON:
            continue
        x, y = WEST + SIDE * (number % 4), SOUTH + SIDE * (number // 4)
        polygon: BaseGeometry = box(x, y, x + SIDE, y + SIDE)
        if area.code == _HOLE:
            polygon = Polygon(polygon.exterior, [box(x + 0.005, y + 0.005, x + 0.01, y + 0.01).exterior.coords])
        if area.code == _PARTS:
            polygon = MultiPolygon([box(x, y, x + 0.008, y + SIDE), box(x + 0.012, y, x + SIDE, y + SIDE)])
        kept.append(area.code)
        polygons.append(shapely.set_precision(polygon, 1e-5))
    codes_of = pd.array(kept, dtype="string")
    return gpd.GeoDataFrame({"area_code": codes_of}, geometry=polygons, crs="EPSG:4326")


def _about(
    table: pd.DataFrame,
    release_id: str,
    as_of: dt.date,
    published_on: dt.date,
    previous_id: str | None,
    stale: bool,
) -> ReleaseAbout:
    return ReleaseAbout(
        release_id=release_id,
        title_zh="示例市配电网",
        title_en="Distribution grid of Sample City",
        synthetic=True,
        as_of=as_of,
        window_start=as_of.replace(year=as_of.year - 1),
        window_end=as_of,
        published_on=published_on,
        stale=stale,
        previous_id=previous_id,
        rules=RULES,
        policy="baoshan-2021",
        policy_title_zh="保山电力 2021 年“获得电力”方案",
        policy_title_en="Baoshan Power's 2021 plan",
        limits={
            "transformer_limit_percent": 80.0,
            "pre_control_kva": 160.0,
            "feeder_limit_percent": 100.0,
            "substation_limit_percent": 80.0,
        },
        power_factor=0.95,
        voltage_standard="GB/T 12325",
        services={"regulator": "12398", "company": "95598"}
        | {name: phone for name, phone in BRANCH_PHONES.items() if phone},
        licence="CC-BY-4.0",
        program_version="0.1.0",
        areas_total=len(table),
        areas_withheld=int((table["publication"] == "withheld").sum()),
    )


_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def _code(number: int) -> str:
    """A six-letter code that looks like a hash and is different for every number."""
    mixed = (number * 387_420_489 + 12_345) % 32**6
    return "".join(_LETTERS[(mixed // 32**place) % 32] for place in range(6))


def _tiles(n: int, random: np.random.Generator) -> tuple[list[Polygon], np.ndarray]:
    """``n`` irregular polygons that tile a square of about 1.2° without gaps, and their centres in the unit square."""
    side = math.ceil(math.sqrt(n))
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1).reshape(-1, 2)
    points = (grid + 0.5 + random.uniform(-0.35, 0.35, grid.shape)) / side
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box(0, 0, 1, 1), ordered=True)
    cells = shapely.intersection(shapely.get_parts(cells), box(0, 0, 1, 1))
    polygons = [_with_wavy_edges(cell) for cell in cells[:n]]
    return polygons, points[:n]


def _with_wavy_edges(cell: Polygon, parts: int = 4) -> Polygon:
    """The cell with every edge bent, the same way seen from both of its neighbours."""
    ring = np.round(np.asarray(cell.exterior.coords), 6)
    points = []
    for start, end in itertools.pairwise(ring):
        first, last = (start, end) if tuple(start) <= tuple(end) else (end, start)
        bend = 0.06 * math.sin(float(first.sum() * 7919.0 + last.sum() * 104729.0))
        across = np.array([first[1] - last[1], last[0] - first[0]])
        along = [
            first + (last - first) * t / parts + across * bend * math.sin(math.pi * t / parts) for t in range(parts)
        ]
        along = along if first is start else [last, *along[:0:-1]]
        points += along
    ring = np.round(np.array(points) * np.array([1.3, 1.2]) + np.array([98.6, 24.6]), 5)
    bent = Polygon(ring)
    return bent if bent.is_valid else Polygon(np.round(np.asarray(cell.exterior.coords) * [1.3, 1.2] + [98.6, 24.6], 5))
