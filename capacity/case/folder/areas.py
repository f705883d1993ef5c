"""LV grid areas from GeoJSON; polygons that are absent are derived from the nodes they supply."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping, shape

from capacity.case.folder.tabular import Sheet, to_table
from capacity.case.issues import problem
from capacity.tables._schema import empty
from capacity.tables.case import DERIVED_POLYGON
from capacity.tables.inputs.areas import AREAS
from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings
from capacity.tables.topology import Topology

MARGIN_M = 30.0
"""By how much a derived polygon reaches beyond the outermost node."""

METRES_PER_DEGREE = 111_320.0


def no_areas(crs: str) -> gpd.GeoDataFrame:
    """An empty table of areas."""
    return gpd.GeoDataFrame(empty(AREAS), geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def read_areas(data: bytes, file: str, crs: str, zone: dt.tzinfo) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Areas with their polygons (``None`` where absent or unusable), coordinates in the case CRS."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
        features = content["features"]
        properties = [dict(feature.get("properties") or {}) for feature in features]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as why:
        return no_areas(crs), [
            problem(
                "error",
                "reading.geojson",
                file,
                f"'{file}' is no GeoJSON feature collection in UTF-8 ({str(why)[:200]}); export it again.",
                f"文件“{file}”不是 UTF-8 编码的 GeoJSON 要素集（{str(why)[:200]}），请重新导出。",
            )
        ]
    if not features:  # no area, and so no headings either
        return no_areas(crs), []
    headings = list(dict.fromkeys(key for one in properties for key in one))
    cells = pd.DataFrame([[_text(one.get(key)) for key in headings] for one in properties], dtype=object)
    cells = cells.reindex(columns=range(len(headings)))
    numbers = list(range(1, len(properties) + 1))
    place = next((i for i, heading in enumerate(headings) if heading in ("area_id", "网格编号")), None)
    frame, issues = to_table(Sheet(file, headings, cells, numbers), AREAS, zone)
    shapes: dict[str, Any] = {}
    for feature, one in zip(features, properties, strict=True):
        area_id = _text(one.get(headings[place])) if place is not None else ""
        geometry, found = _polygon(feature.get("geometry"), area_id, file)
        issues += found
        shapes.setdefault(area_id.strip(), geometry)
    geometry = [shapes.get(area_id) for area_id in frame["area_id"]]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, index=frame.index, crs=crs), crs=crs), issues


def areas_text(areas: gpd.GeoDataFrame, without_polygon: set[str], crs: str) -> str:
    """Areas as GeoJSON text; those named have no polygon (theirs was derived)."""
    features = []
    for _, area in areas.iterrows():
        geometry = area["geometry"]
        drawn = geometry is not None and not geometry.is_empty and area["area_id"] not in without_polygon
        features.append(
            {
                "type": "Feature",
                "properties": {
                    name: None if pd.isna(area[name]) else str(area[name]) for name in AREAS.columns if name in area
                },
                "geometry": mapping(geometry) if drawn else None,
            }
        )
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs != "EPSG:4326":
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(collection, ensure_ascii=False, indent=1)


def derive_polygons(
    areas: gpd.GeoDataFrame, topology: Topology, transformers: pd.DataFrame, settings: CaseSettings, file: str
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Give every area without polygon the hull of the nodes below its transformers, apart from its neighbours.

    Where hulls overlap, each keeps what lies nearer to its own transformers (Voronoi cells of these); what belongs
    to a given polygon is left to it.
    """
    absent = areas.geometry.isna() | areas.geometry.is_empty
    if not absent.any():
        return areas, []
    nodes = _nodes_by_area(topology, transformers)
    sites = _sites_by_area(topology, transformers)
    degrees = _is_geographic(settings.crs)
    margin = MARGIN_M / METRES_PER_DEGREE if degrees else MARGIN_M
    wanted = areas.loc[absent, "area_id"].tolist()
    hulls = {
        area_id: shapely.MultiPoint(nodes[area_id]).convex_hull.buffer(margin, quad_segs=4)
        for area_id in wanted
        if len(nodes.get(area_id, ()))
    }
    given = shapely.union_all(areas.geometry[~absent].to_numpy())
    derived = _apart(hulls, sites, given)
    geometry = [
        derived.get(area_id) if gone else shape_
        for area_id, gone, shape_ in zip(areas["area_id"], absent, areas.geometry, strict=True)
    ]
    result = areas.set_geometry(gpd.GeoSeries(geometry, index=areas.index, crs=areas.crs))
    nowhere = [area_id for area_id in wanted if area_id not in derived]
    issues = []
    if derived:
        issues.append(_derived_issue(sorted(derived), file))
    if nowhere:
        issues.append(_nowhere_issue(nowhere, file))
    return result, issues


def _apart(hulls: dict[str, Any], sites: dict[str, Any], given: Any) -> dict[str, Any]:
    """The hulls cut so that none overlaps another or a given polygon."""
    if not hulls:
        return {}
    ids = sorted(hulls)
    tree = shapely.STRtree([hulls[one] for one in ids])
    first, second = tree.query([hulls[one] for one in ids], predicate="intersects")
    crowded = {ids[a] for a, b in zip(first, second, strict=True) if a != b}
    cells = _cells({one: sites[one] for one in sorted(crowded) if one in sites}, hulls)
    result = {}
    for area_id in ids:
        polygon = hulls[area_id]
        if area_id in cells:
            polygon = polygon.intersection(cells[area_id])
        polygon = shapely.make_valid(polygon.difference(given))
        parts = [part for part in shapely.get_parts(polygon) if part.geom_type in ("Polygon", "MultiPolygon")]
        if parts:
            result[area_id] = shapely.union_all(parts)
    return result


def _cells(sites: dict[str, Any], hulls: dict[str, Any]) -> dict[str, Any]:
    """The Voronoi cells of each area's sites, as one shape; two areas on one site share nobody's cell."""
    if len(sites) < 2:
        return {}
    points = np.concatenate([sites[one] for one in sites])
    owner = np.concatenate([[one] * len(sites[one]) for one in sites])
    points, first = np.unique(points, axis=0, return_index=True)
    if len(points) < 2:
        return {}
    everywhere = shapely.box(*shapely.total_bounds(list(hulls.values()))).buffer(1.0)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=everywhere, ordered=True)
    by_owner = pd.Series(list(cells.geoms)).groupby(owner[first])
    return {one: shapely.union_all(list(found)) for one, found in by_owner}


def _nodes_by_area(topology: Topology, transformers: pd.DataFrame) -> dict[str, Any]:
    """Points of all buses below each area's transformers; else of the transformers' HV buses."""
    area_of = transformers.dropna(subset=["area_id"]).set_index("transformer_id")["area_id"]
    buses = topology.buses.dropna(subset=["x", "y"])
    below = buses.assign(area_id=buses["transformer_id"].map(area_of)).dropna(subset=["area_id"])
    return {str(area_id): part[["x", "y"]].to_numpy() for area_id, part in below.groupby("area_id")}


def _sites_by_area(topology: Topology, transformers: pd.DataFrame) -> dict[str, Any]:
    """One point per transformer, its LV bus nearest the source, by area."""
    area_of = transformers.dropna(subset=["area_id"]).set_index("transformer_id")["area_id"]
    buses = topology.buses.dropna(subset=["x", "y", "transformer_id"])
    first = buses.sort_values("depth", kind="stable").drop_duplicates("transformer_id")
    first = first.assign(area_id=first["transformer_id"].map(area_of)).dropna(subset=["area_id"])
    return {str(area_id): part[["x", "y"]].to_numpy() for area_id, part in first.groupby("area_id")}


def _is_geographic(crs: str) -> bool:
    from pyproj import CRS

    return bool(CRS.from_user_input(crs).is_geographic)


def _polygon(geometry: Any, area_id: str, file: str) -> tuple[Any, list[Issue]]:
    if geometry is None:
        return None, []
    try:
        found = shape(geometry)
        why = "" if found.geom_type in ("Polygon", "MultiPolygon") else f"it is a {found.geom_type}"
        why = why or ("" if found.is_valid else shapely.is_valid_reason(found))
    except Exception as error:  # shapely raises many kinds on damaged coordinates
        why = str(error)[:200] or type(error).__name__
    if not why:
        return (None if found.is_empty else found), []
    return None, [
        problem(
            "error",
            "reading.polygon",
            file,
            f"The polygon of area '{area_id}' cannot be used ({why}); draw it again or delete it to have one derived.",
            f"网格“{area_id}”的多边形不可用（{why}），请重新绘制；或删除，由程序推算。",
            ids=[area_id],
            column="geometry",
            area_ids=[area_id],
        )
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _derived_issue(area_ids: list[str], file: str) -> Issue:
    return problem(
        "info",
        DERIVED_POLYGON,
        file,
        f"{len(area_ids)} area(s) without polygon got one derived from the nodes of their transformers.",
        f"{len(area_ids)} 个网格没有多边形，已按其配变供电节点的位置推算。",
        column="geometry",
        ids=area_ids,
        effect="derived",
        area_ids=area_ids,
    )


def _nowhere_issue(area_ids: list[str], file: str) -> Issue:
    return problem(
        "warning",
        "reading.polygon_missing",
        file,
        f"{len(area_ids)} area(s) have no polygon and no node with coordinates; they cannot be shown on maps. "
        "Draw their polygons or give their buses coordinates.",
        f"{len(area_ids)} 个网格既无多边形，也无带坐标的节点，无法在地图上显示；请绘制多边形或补充坐标。",
        column="geometry",
        ids=area_ids,
        area_ids=area_ids,
        effect="lower_accuracy",
    )
