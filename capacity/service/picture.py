"""The grid as GeoJSON for the engineers' map: areas, lines, substations, transformers, LV nodes. Internal (P23)."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from capacity.service.telling import INTERNAL, word
from capacity.tables.case import Case

Feature = dict[str, Any]
Status = Mapping[str, tuple[str, float]]
_WGS84 = "EPSG:4326"
_DECIMALS = 6


def area_features(case: Case, status: Status) -> list[Feature]:
    """Areas with their status and room of a run (null: no run was given, or it does not know)."""
    if case.areas.empty:
        return []
    areas = case.areas.to_crs(_WGS84) if case.areas.crs is not None else case.areas
    return [_area(row, status) for row in areas.itertuples() if row.geometry is not None and not row.geometry.is_empty]


def grid_features(case: Case) -> list[Feature]:
    """Lines, substations, transformers and LV nodes that have coordinates."""
    buses = case.topology.buses
    place = pd.DataFrame(
        _degrees(case, buses[["x", "y"]].to_numpy(dtype="float64")), index=buses.index, columns=["lon", "lat"]
    )
    return [
        *_lines(case, place),
        *_substations(case),
        *_transformers(case, place),
        *_nodes(case, place),
    ]


def packed(features: list[Feature]) -> bytes:
    """A feature collection with its banner, gzipped: it is made once and sent often."""
    collection = {"type": "FeatureCollection", "banner": word(INTERNAL), "features": features}
    return gzip.compress(json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def _area(row: Any, status: Status) -> Feature:
    known, allowed_kva = status.get(str(row.area_id), (None, math.nan))
    return {
        "type": "Feature",
        "id": f"area:{row.area_id}",
        "geometry": json.loads(shapely.to_geojson(shapely.set_precision(row.geometry, 10.0**-_DECIMALS))),
        "properties": {
            "layer": "area",
            "area_id": row.area_id,
            "name": row.name,
            "area_class": _text(row.area_class),
            "status": known,
            "allowed_kva": None if math.isnan(allowed_kva) else allowed_kva,
        },
    }


def _lines(case: Case, place: pd.DataFrame) -> Iterator[Feature]:
    lines, net = case.topology.lines, case.net.line
    drawn = net["geo"] if "geo" in net.columns else pd.Series(None, index=net.index, dtype=object)
    at = place.to_dict("index")
    for row in lines.itertuples():
        points = _drawn(case, drawn.get(row.Index))
        if not points:
            ends = (net.at[row.Index, "from_bus"], net.at[row.Index, "to_bus"])
            points = [_point(at[end]["lon"], at[end]["lat"]) for end in ends if end in at]
        if len(points) < 2 or any(math.isnan(ordinate) for point in points for ordinate in point):
            continue
        facts = {"layer": "line", "line_id": row.line_id, "level": row.level, "feeder_id": _text(row.feeder_id)}
        yield _feature("line", row.line_id, {"type": "LineString", "coordinates": points}, facts)


def _drawn(case: Case, geo: object) -> list[list[float]]:
    """The points of a line with geometry, in degrees; none where it has no usable one."""
    try:
        shape = shapely.from_geojson(geo) if isinstance(geo, str) and geo else None
    except shapely.errors.GEOSException:
        return []
    if shape is None or shape.geom_type != "LineString":
        return []
    return [_point(*one) for one in _degrees(case, shapely.get_coordinates(shape))]


def _substations(case: Case) -> Iterator[Feature]:
    table = case.substations
    if table.empty:
        return
    for row, (lon, lat) in zip(
        table.itertuples(), _degrees(case, table[["x", "y"]].to_numpy(dtype="float64")), strict=True
    ):
        if math.isfinite(lon) and math.isfinite(lat):
            facts = {"layer": "substation", "substation_id": row.substation_id, "name": _text(row.name)}
            yield _feature("substation", row.substation_id, _at(lon, lat), facts)


def _transformers(case: Case, place: pd.DataFrame) -> Iterator[Feature]:
    trafos = case.net.trafo.drop_duplicates("name").set_index("name")
    for row in case.transformers.drop_duplicates("transformer_id", keep="last").itertuples():
        if row.transformer_id not in trafos.index:
            continue
        sides = [int(trafos.at[row.transformer_id, side]) for side in ("lv_bus", "hv_bus")]
        found = place.reindex(sides).dropna()
        if found.empty:
            continue
        facts = {
            "layer": "transformer",
            "transformer_id": row.transformer_id,
            "name": _text(row.name),
            "system_code": _text(row.system_code),
            "ownership": _text(row.ownership),
            "rated_kva": None if pd.isna(row.rated_kva) else float(row.rated_kva),
            "area_id": _text(row.area_id),
            "feeder_id": _text(row.feeder_id),
        }
        yield _feature("transformer", row.transformer_id, _at(*found.iloc[0]), facts)


def _nodes(case: Case, place: pd.DataFrame) -> Iterator[Feature]:
    buses = case.topology.buses.join(place)
    for row in buses[buses["level"].eq("lv") & buses["lon"].notna() & buses["lat"].notna()].itertuples():
        facts = {"layer": "node", "node_id": row.bus_id, "transformer_id": _text(row.transformer_id)}
        yield _feature("node", row.bus_id, _at(row.lon, row.lat), facts)


def _feature(layer: str, name: str, geometry: Feature, facts: Feature) -> Feature:
    return {"type": "Feature", "id": f"{layer}:{name}", "geometry": geometry, "properties": facts}


def _at(longitude: float, latitude: float) -> Feature:
    return {"type": "Point", "coordinates": _point(longitude, latitude)}


def _point(longitude: float, latitude: float) -> list[float]:
    return [round(float(longitude), _DECIMALS), round(float(latitude), _DECIMALS)]


def _degrees(case: Case, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    to_degrees = pyproj.Transformer.from_crs(case.settings.crs, _WGS84, always_xy=True)
    found = np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))
    return np.where(np.isfinite(found), found, np.nan)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
