"""Coordinates and polygons: outside the coordinate system, far from everything else, outside their area."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import Floats, Mask
from capacity.tables.issue import Issue

AREA_TOLERANCE_M = 50.0
"""A transformer may stand this far outside its area's polygon: it often stands at the road that bounds it."""

REMOTE_KM = 200.0
"""Farther than this from the middle of the case is no distribution network of one county."""

OVERLAP_SHARE = 0.01
M_PER_DEGREE = 111_320.0

CRS_UNKNOWN = Kind(
    "geography.crs",
    "error",
    "the coordinate reference system named in case.toml",
    "case.toml 所写坐标系",
    "Enter a known one, e.g. EPSG:4326 (longitude, latitude).",
    "请填写可识别的坐标系，例如 EPSG:4326（经度、纬度）。",
)
OUTSIDE_CRS = Kind(
    "geography.outside_crs",
    "warning",
    "coordinates outside the region for which the coordinate reference system is made",
    "超出坐标系适用范围的坐标",
    "Check the CRS, and that x is the longitude (or easting); map and nearest connection are wrong for these.",
    "请核对坐标系以及 x 是否为经度（或东向坐标）；其地图位置和就近接入不可靠。",
    "lower_accuracy",
)
REMOTE = Kind(
    "geography.remote",
    "warning",
    f"coordinates more than {REMOTE_KM:g} km from the middle (median) of the case",
    f"距全网中位点超过 {REMOTE_KM:g} km 的坐标",
    "Check for exchanged or missing digits, and for longitude and latitude exchanged.",
    "请检查数字错误以及经纬度是否颠倒。",
    "lower_accuracy",
)
NO_COORDINATES = Kind(
    "geography.no_coordinates",
    "info",
    "distribution transformers without coordinates at either bus",
    "两侧母线均无坐标的配变",
    "Enter coordinates if they should stand on the map.",
    "如需在地图上显示，请补充坐标。",
)
OUTSIDE_AREA = Kind(
    "geography.outside_area",
    "warning",
    f"transformers more than {AREA_TOLERANCE_M:g} m outside the polygon of their area",
    f"位于所属网格边界外超过 {AREA_TOLERANCE_M:g} m 的配变",
    "Correct the area_id, the coordinates or the polygon; the map would show its capacity in the wrong place.",
    "请更正网格编号、坐标或边界；否则地图会把容量显示在错误位置。",
    "lower_accuracy",
)
NO_POLYGON = Kind(
    "geography.no_polygon",
    "info",
    "areas without a polygon",
    "没有边界的网格",
    "Supply the polygon, or keep the one derived from its transformers.",
    "请提供边界，或沿用由配变推算的边界。",
    "derived",
)
BAD_POLYGON = Kind(
    "geography.bad_polygon",
    "warning",
    "area shapes that are no polygon or cross themselves",
    "不是面或自相交的网格边界",
    "Draw the polygon anew without crossings.",
    "请重新绘制不自交的边界。",
    "lower_accuracy",
)
OVERLAP = Kind(
    "geography.overlap",
    "warning",
    f"area polygons that share more than {OVERLAP_SHARE:.0%} of the smaller one",
    f"重叠超过较小者 {OVERLAP_SHARE:.0%} 的网格边界",
    "Redraw the common border; an address there would belong to both.",
    "请重画共同边界；否则同一地址会属于两个网格。",
    "lower_accuracy",
)
KINDS = (CRS_UNKNOWN, OUTSIDE_CRS, REMOTE, NO_COORDINATES, OUTSIDE_AREA, NO_POLYGON, BAD_POLYGON, OVERLAP)


def crs(facts: Facts) -> Iterator[Issue]:
    """Whether the coordinate reference system is known."""
    name = facts.case.settings.crs
    if _crs(name) is None:
        yield CRS_UNKNOWN.issue(
            "case", "crs", [name], f"The coordinate system '{name}' is not known.", f"无法识别坐标系“{name}”。"
        )


def coordinates(facts: Facts) -> Iterator[Issue]:
    """Points outside the CRS and points far from everything, one issue each per table."""
    system = _crs(facts.case.settings.crs)
    if system is None:
        return
    buses, substations = facts.case.topology.buses, facts.case.topology.substations
    for table, ids, xy in (
        ("net.bus", buses["bus_id"], buses[["x", "y"]].to_numpy(dtype=float)),
        ("substations", substations["substation_id"], substations[["x", "y"]].to_numpy(dtype=float)),
    ):
        given = np.isfinite(xy).all(axis=1)
        outside = given & ~_inside_crs(system, xy)
        remote = given & ~outside & (_km_from_middle(system, xy, buses) > REMOTE_KM)
        for kind, wrong, en, zh in (
            (OUTSIDE_CRS, outside, f"lie outside {facts.case.settings.crs}", f"超出 {facts.case.settings.crs} 范围"),
            (REMOTE, remote, f"lie more than {REMOTE_KM:g} km from the middle", f"距全网中位点超过 {REMOTE_KM:g} km"),
        ):
            if wrong.any():
                found = [str(i) for i in ids.to_numpy(dtype=object)[wrong]]
                x, y = xy[wrong][0]
                areas = facts.areas_of_buses(buses.index[wrong]) if table == "net.bus" else ()
                yield kind.issue(
                    table,
                    "geo" if table == "net.bus" else "x",
                    found,
                    f"{len(found)} points {en} ({names_en(found)}), the first at x = {x:g}, y = {y:g}.",
                    f"{len(found)} 个点{zh}（{names_zh(found)}），首个 x = {x:g}，y = {y:g}。",
                    areas,
                )


def transformer_points(facts: Facts) -> Iterator[Issue]:
    """Transformers without coordinates, and outside their area; one issue each."""
    points = _transformer_points(facts)
    known = points.index.isin(facts.serving.index)
    lacking = [str(t) for t in points.index[known & points.isna().any(axis=1).to_numpy()]]
    if lacking:
        yield NO_COORDINATES.issue(
            "net.bus",
            "geo",
            lacking,
            f"{len(lacking)} transformers have no coordinates ({names_en(lacking)}).",
            f"{len(lacking)} 台配变没有坐标（{names_zh(lacking)}）。",
            facts.areas_of(lacking),
        )
    system = _crs(facts.case.settings.crs)
    unit_m = M_PER_DEGREE if system is not None and system.is_geographic else 1.0
    shapes = dict(zip(facts.case.areas["area_id"].astype(str), facts.case.areas["geometry"], strict=True))
    outside_m = {}
    for transformer_id, x, y in points[known].dropna().itertuples():
        shape = shapes.get(facts.area_of.get(str(transformer_id), ""))
        if shape is not None and not shape.is_empty:
            distance_m = shape.distance(shapely.Point(x, y)) * unit_m
            if distance_m > AREA_TOLERANCE_M:
                outside_m[str(transformer_id)] = distance_m
    if outside_m:
        worst = max(outside_m, key=lambda t: outside_m[t])
        yield OUTSIDE_AREA.issue(
            "transformers",
            "area_id",
            outside_m,
            f"{len(outside_m)} transformers stand outside the polygon of their area ({names_en(outside_m)}), "
            f"{worst} by {outside_m[worst]:,.0f} m.",
            f"{len(outside_m)} 台配变位于所属网格边界之外（{names_zh(outside_m)}），"
            f"{worst} 超出 {outside_m[worst]:,.0f} m。",
            facts.areas_of(outside_m),
        )


def polygons(facts: Facts) -> Iterator[Issue]:
    """Areas without a polygon, and with an unusable one; one issue each."""
    areas = facts.case.areas
    lacking, bad = [], {}
    for area_id, shape in zip(areas["area_id"].astype(str), areas["geometry"], strict=True):
        if shape is None or shape.is_empty:
            lacking.append(area_id)
        elif shape.geom_type not in ("Polygon", "MultiPolygon"):
            bad[area_id] = shape.geom_type
        elif not shape.is_valid:
            bad[area_id] = shapely.is_valid_reason(shape)
    if lacking:
        yield NO_POLYGON.issue(
            "areas",
            "geometry",
            lacking,
            f"{len(lacking)} areas have no polygon ({names_en(lacking)}).",
            f"{len(lacking)} 个网格没有边界（{names_zh(lacking)}）。",
            lacking,
        )
    if bad:
        first, reason = next(iter(bad.items()))
        yield BAD_POLYGON.issue(
            "areas",
            "geometry",
            bad,
            f"{len(bad)} areas have an unusable polygon ({names_en(bad)}), {first}: {reason}.",
            f"{len(bad)} 个网格的边界不可用（{names_zh(bad)}），{first}：{reason}。",
            bad,
        )


def overlaps(facts: Facts) -> Iterator[Issue]:
    """Areas that share ground, one issue per pair."""
    areas = facts.case.areas
    sound = [s is not None and not s.is_empty and s.is_valid and s.area > 0.0 for s in areas["geometry"]]
    ids = areas.loc[sound, "area_id"].astype(str).to_numpy()
    shapes = areas.loc[sound, "geometry"].to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    for a, b in sorted((int(a), int(b)) for a, b in pairs if a < b):
        share = shapes[a].intersection(shapes[b]).area / min(shapes[a].area, shapes[b].area)
        if share > OVERLAP_SHARE:
            pair = sorted((ids[a], ids[b]))
            yield OVERLAP.issue(
                "areas",
                "geometry",
                pair,
                f"The areas {pair[0]} and {pair[1]} share {share:.0%} of the smaller one.",
                f"网格 {pair[0]} 与 {pair[1]} 重叠较小者的 {share:.0%}。",
                pair,
            )


def _crs(name: str) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_user_input(name)
    except CRSError:
        return None


def _degrees(system: pyproj.CRS, xy: Floats) -> Floats:
    """Longitude and latitude of points, ``(n, 2)``; not finite where a point cannot be converted."""
    if system.is_geographic:
        return xy
    to_degrees = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    return np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))


def _inside_crs(system: pyproj.CRS, xy: Floats) -> Mask:
    """Whether points lie in the system's area of use, one degree around it included."""
    degrees = _degrees(system, xy)
    area = system.area_of_use
    west, south, east, north = (area.west, area.south, area.east, area.north) if area else (-180, -90, 180, 90)
    margin = 0.0 if east - west >= 360.0 else 1.0
    with np.errstate(invalid="ignore"):
        inside = np.isfinite(degrees).all(axis=1)
        inside &= (degrees[:, 1] >= max(south - margin, -90.0)) & (degrees[:, 1] <= min(north + margin, 90.0))
        along = (degrees[:, 0] >= west - margin) & (degrees[:, 0] <= east + margin)
        if west > east:  # the area of use crosses the date line
            along = (degrees[:, 0] >= west - margin) | (degrees[:, 0] <= east + margin)
    return np.asarray(inside & along, dtype=bool)


def _km_from_middle(system: pyproj.CRS, xy: Floats, buses: pd.DataFrame) -> Floats:
    """Distance of points from the median of all buses' points, on a plane good enough for a county."""
    every = buses[["x", "y"]].dropna().to_numpy(dtype=float)
    middle = np.median(every, axis=0) if len(every) else np.full(2, np.nan)
    scale = np.full(2, 1.0)
    if system.is_geographic:
        scale = np.array([M_PER_DEGREE * np.cos(np.radians(np.clip(middle[1], -89.0, 89.0))), M_PER_DEGREE])
    return np.hypot(*((xy - middle) * scale).T) / 1000.0


def _transformer_points(facts: Facts) -> pd.DataFrame:
    """x and y of each distribution transformer: of its LV bus, else of its HV bus."""
    buses, held = facts.case.topology.buses[["x", "y"]], facts.distribution
    low, high = (buses.reindex(held[c]).set_axis(held.index) for c in ("lv_bus", "hv_bus"))
    return low.where(low.notna().all(axis=1), high)


CHECKS: tuple[Check, ...] = (crs, coordinates, transformer_points, polygons, overlaps)
