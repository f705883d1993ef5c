"""Polygons as they are published: given ones as they are, drawn ones coarsened so that no equipment shows (P23)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from capacity.tables.release import DisclosureRules

WGS84 = 4326
GRID_DEGREES = 1e-5
"""Coordinates have five decimals: about a metre."""


def public_shapes(shapes: GeoDataFrame, codes: dict[str, str], rules: DisclosureRules) -> GeoDataFrame:
    """``area_code`` and ``geometry`` (EPSG:4326, five decimals) of every area that has a polygon.

    A polygon that was drawn round the area's equipment is replaced by the cells of a grid of ``derived_cell_m`` metres
    (of the local UTM zone, origin 0/0) that it touches; a cell that several touch goes to the one that has most of it.
    """
    usable = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty].reset_index(drop=True)
    places = usable.to_crs(WGS84)
    geometry = np.asarray(places.geometry.array, dtype=object)
    derived = usable["derived"].fillna(False).to_numpy(dtype=bool)
    if derived.any():
        geometry[derived] = _coarsened(GeoSeries(places.geometry[derived]), rules.derived_cell_m)
    rounded = shapely.set_precision(shapely.make_valid(geometry), GRID_DEGREES)
    found = GeoDataFrame(
        {"area_code": usable["area_id"].map(codes)}, geometry=_polygons_only(rounded), crs=WGS84
    )  # fmt: skip
    return found[~found.geometry.is_empty].sort_values("area_code").reset_index(drop=True)


def _coarsened(drawn: GeoSeries, cell_m: float) -> npt.NDArray[np.object_]:
    """Each polygon as the cells it gets, back in degrees; zone by zone."""
    coarse = np.empty(len(drawn), dtype=object)
    zones = _utm(drawn)
    for zone in np.unique(zones):
        here = zones == zone
        metric = drawn[here].to_crs(int(zone))
        cells = _cells_of(np.asarray(metric.array, dtype=object), cell_m)
        coarse[here] = np.asarray(GeoSeries(cells, crs=int(zone)).to_crs(WGS84).array, dtype=object)
    return coarse


def _utm(places: GeoSeries) -> npt.NDArray[np.int64]:
    """EPSG code of the UTM zone of each polygon's middle."""
    bounds = places.bounds
    lon = (bounds["minx"] + bounds["maxx"]).to_numpy() / 2.0
    lat = (bounds["miny"] + bounds["maxy"]).to_numpy() / 2.0
    number = np.clip(np.floor((lon + 180.0) / 6.0).astype(np.int64) + 1, 1, 60)
    return np.where(lat >= 0.0, 32600, 32700) + number


def _cells_of(polygons: npt.NDArray[np.object_], cell_m: float) -> npt.NDArray[np.object_]:
    owners, columns, rows = _touched(polygons, cell_m)
    boxes = shapely.box(columns * cell_m, rows * cell_m, (columns + 1) * cell_m, (rows + 1) * cell_m)
    claims = pd.DataFrame({"owner": owners, "column": columns, "row": rows, "overlap": 0.0, "box": boxes})
    contested = claims.duplicated(["column", "row"], keep=False).to_numpy()
    shared = shapely.intersection(polygons[owners[contested]], boxes[contested])
    claims.loc[contested, "overlap"] = shapely.area(shared)
    claims = claims.sort_values(["overlap", "owner"], ascending=[False, True], kind="stable")
    won = claims.drop_duplicates(["column", "row"])
    left_empty = claims[~claims["owner"].isin(won["owner"])].drop_duplicates("owner")  # its best cell, shared then
    kept = pd.concat([won, left_empty])
    found = np.empty(len(polygons), dtype=object)
    for owner, boxes_won in kept.groupby("owner")["box"]:
        found[int(owner)] = shapely.coverage_union_all(boxes_won.to_numpy())
    return found


def _touched(
    polygons: npt.NDArray[np.object_], cell_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Polygon, column and row of every cell that a polygon touches."""
    bounds = np.floor(shapely.bounds(polygons) / cell_m).astype(np.int64)
    owners, columns, rows = [], [], []
    for number, (left, low, right, high) in enumerate(bounds):
        across, up = np.meshgrid(np.arange(left, right + 1), np.arange(low, high + 1))
        boxes = shapely.box(across * cell_m, up * cell_m, (across + 1) * cell_m, (up + 1) * cell_m).ravel()
        shapely.prepare(polygons[number])
        hit = shapely.intersects(polygons[number], boxes)
        owners.append(np.full(int(hit.sum()), number))
        columns.append(across.ravel()[hit])
        rows.append(up.ravel()[hit])
    return np.concatenate(owners), np.concatenate(columns), np.concatenate(rows)


def _polygons_only(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons and multipolygons; lines and points that rounding left over fall away."""
    kinds = shapely.get_type_id(shapes)
    for index in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION.value):
        parts = shapely.get_parts(shapes[index])
        shapes[index] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    return shapes
