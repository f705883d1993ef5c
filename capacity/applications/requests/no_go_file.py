"""No-go areas from a GeoJSON file: lakes, protected land, railway yards that no new line may enter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import shape

from capacity.errors import InputError
from capacity.tables.issue import Issue

_DEGREES = "EPSG:4326"


def read_no_go(path: Path) -> gpd.GeoDataFrame:
    """Polygons with their ``name``, in degrees (EPSG:4326) as GeoJSON is.

    Raises
    ------
    InputError
        Every problem of the file: not readable, no polygon, not in degrees.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        features = content["features"] if content["type"] == "FeatureCollection" else [content]
    except OSError as why:
        raise _refused(path, f"it cannot be opened ({why.strerror})", f"无法打开（{why.strerror}）") from why
    except (ValueError, KeyError, TypeError) as why:
        raise _refused(
            path, "it is no GeoJSON file in UTF-8; export it again", "不是 UTF-8 编码的 GeoJSON 文件，请重新导出"
        ) from why
    issues, shapes, names = [], [], []
    for number, feature in enumerate(features, start=1):
        found, problem = _polygon(feature)
        if problem is not None:
            issues.append(_issue(path, problem[0], problem[1], (f"feature {number}",)))
        else:
            shapes.append(found)
            names.append(str((feature.get("properties") or {}).get("name") or number))
    if not features:
        issues.append(
            _issue(path, "there is no area in it; draw at least one polygon", "其中没有区域，请至少绘制一个多边形")
        )
    if issues:
        raise InputError(issues)
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=_DEGREES)


def _polygon(feature: Any) -> tuple[Any, tuple[str, str] | None]:
    """The feature's polygon, or what is wrong with it in English and Chinese."""
    try:
        found = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        return None, ("its geometry cannot be read; export it again", "图形无法读取，请重新导出")
    if found.geom_type not in ("Polygon", "MultiPolygon"):
        return None, (
            f"it is a {found.geom_type}; a no-go area has to be a polygon",
            f"图形类型为 {found.geom_type}，禁区须为多边形",
        )
    west, south, east, north = found.bounds
    if not (west >= -180.0 and east <= 180.0 and south >= -90.0 and north <= 90.0):
        return None, (
            "its coordinates are not degrees; export it in EPSG:4326 (longitude, latitude)",
            "坐标不是经纬度，请按 EPSG:4326（经度、纬度）导出",
        )
    return shapely.make_valid(found), None


def _refused(path: Path, en: str, zh: str) -> InputError:
    return InputError([_issue(path, en, zh)])


def _issue(path: Path, en: str, zh: str, ids: tuple[str, ...] = ()) -> Issue:
    return Issue("error", "no_go.unreadable", "no_go", "", ids, f"{en}.", f"{zh}。", path.name)
