"""The areas as maps for programs: GeoJSON (RFC 7946) and GeoPackage.

Areas without a polygon are in both, without one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from capacity.disclosure.downloads.cells import is_missing
from capacity.disclosure.downloads.csv_tables import machine_frame, with_release
from capacity.disclosure.downloads.download import Download
from capacity.errors import CapacityError
from capacity.tables.release import Release

DECIMALS = 5
"""Of a degree: about a metre."""


class DownloadError(CapacityError):
    """A file that was written does not hold what it was given."""

    def __init__(self, file: str, expected: int, found: int) -> None:
        self.file, self.expected, self.found = file, expected, found
        super().__init__(f"'{file}' holds {found} areas after writing, not {expected}")

    def __reduce__(self) -> tuple[type[DownloadError], tuple[str, int, int]]:
        return type(self), (self.file, self.expected, self.found)


def write_geography(release: Release, folder: Path, tables: dict[str, pd.DataFrame]) -> list[Download]:
    """Write ``areas.geojson`` and ``areas.gpkg``; ``tables`` go into the GeoPackage beside the areas.

    Raises
    ------
    DownloadError
        When a file holds another number of areas than the release.
    """
    areas = placed_areas(release)
    write_geojson(release, areas, folder / "areas.geojson")
    write_geopackage(release, areas, tables, folder / "areas.gpkg")
    return [
        Download("areas.geojson", "网格地图（GeoJSON）", "areas as a map (GeoJSON)", "geojson"),
        Download("areas.gpkg", "网格地图（GeoPackage）", "areas as a map (GeoPackage)", "gpkg"),
    ]


def placed_areas(release: Release) -> gpd.GeoDataFrame:
    """The areas' table for programs with each area's polygon (outer rings counter-clockwise), or None."""
    frame = with_release(machine_frame(release, "areas"), release)
    polygons = release.shapes.set_index("area_code").geometry
    found = [turned(polygons.get(code)) for code in frame["area_code"]]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(found, index=frame.index, crs="EPSG:4326"))


def turned(polygon: BaseGeometry | None) -> BaseGeometry | None:
    """The polygon after the right-hand rule (RFC 7946, 3.1.6): outer rings counter-clockwise, holes clockwise."""
    if polygon is None or polygon.is_empty:
        return None
    if isinstance(polygon, MultiPolygon):
        return MultiPolygon([orient(part) for part in polygon.geoms])
    return orient(polygon)


def write_geojson(release: Release, areas: gpd.GeoDataFrame, path: Path) -> None:
    """Write a feature collection with one feature a line; ``release`` beside the features says what they are.

    Missing properties are ``null``. Coordinates are WGS 84 longitude and latitude, as RFC 7946 has it.
    """
    columns = [name for name in areas.columns if name != "geometry"]
    values = [[_plain(value) for value in areas[name]] for name in columns]
    head = json.dumps(release.about.model_dump(mode="json"), ensure_ascii=False)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"type": "FeatureCollection",\n"release": {head},\n"features": [\n')
        for number, (shape, *facts) in enumerate(zip(areas.geometry, *values, strict=True)):
            feature = {
                "type": "Feature",
                "id": facts[0],
                "geometry": _geometry(shape),
                "properties": dict(zip(columns, facts, strict=True)),
            }
            file.write((",\n" if number else "") + json.dumps(feature, ensure_ascii=False, allow_nan=False))
        file.write("\n]}\n")
    with path.open(encoding="utf-8") as file:
        _check(path, len(areas), len(json.load(file)["features"]))


def write_geopackage(release: Release, areas: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Write the layer ``areas`` and further tables without geometry. The same release gives the same bytes."""
    path.unlink(missing_ok=True)
    moment = f"{release.about.published_on:%Y-%m-%d}T00:00:00.000Z"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        _write_layers(areas, tables, path)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    _check(path, len(areas), pyogrio.read_info(path, layer="areas", force_feature_count=True)["features"])


def _write_layers(areas: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame], path: Path) -> None:
    # one kind of geometry a layer: a polygon is a multi-polygon of one part
    shapes = [MultiPolygon([shape]) if isinstance(shape, Polygon) else shape for shape in areas.geometry]
    layer = areas.set_geometry(gpd.GeoSeries(shapes, index=areas.index, crs=areas.crs))
    layer["as_of"] = layer["as_of"].dt.date
    pyogrio.write_dataframe(
        layer, path, layer="areas", driver="GPKG", geometry_type="MultiPolygon", promote_to_multi=True
    )
    for name, table in tables.items():
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=True)


def _geometry(shape: BaseGeometry | None) -> dict[str, Any] | None:
    if shape is None:
        return None
    if isinstance(shape, MultiPolygon):
        return {"type": "MultiPolygon", "coordinates": [_rings(part) for part in shape.geoms]}
    return {"type": "Polygon", "coordinates": _rings(shape)}


def _rings(polygon: BaseGeometry) -> list[list[list[float]]]:
    rings = (polygon.exterior, *polygon.interiors)
    return [np.round(np.asarray(ring.coords)[:, :2], DECIMALS).tolist() for ring in rings]


def _plain(value: Any) -> str | float | int | bool | None:
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.number):
        return int(value) if float(value).is_integer() else float(value)
    return str(value)


def _check(path: Path, expected: int, found: int) -> None:
    if found != expected:
        raise DownloadError(path.name, expected, found)
