"""The maps for programs hold every area with its figures and its polygon, turned the right way round."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from sample_release import NO_POLYGON, sample_release
from shapely.geometry import Polygon, shape

from capacity.disclosure.downloads.dictionary import codes, dictionary
from capacity.disclosure.downloads.geography import DownloadError, turned, write_geography
from capacity.tables.public import ALL
from capacity.tables.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps")
    write_geography(release, path, {"dictionary": dictionary(), "codes": codes()})
    return path


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return None if pd.isna(value) else value


@pytest.fixture(scope="module")
def collection(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "areas.geojson").read_text(encoding="utf-8")))


def test_geojson__every_property_of_every_area(release: Release, collection: dict[str, Any]) -> None:
    found = {feature["id"]: feature["properties"] for feature in collection["features"]}
    assert list(found) == release.areas["area_code"].tolist()
    for row in release.areas.to_dict("records"):
        told = found[row["area_code"]]
        assert list(told) == [*ALL["areas"].columns, "release_id", "synthetic", "stale"]
        for column in ALL["areas"].columns:
            true = f"{row[column]:%Y-%m-%d}" if column == "as_of" else plain(row[column])
            assert told[column] == true, column
            assert type(told[column]) in (str, int, float, bool, type(None))


def test_geojson__polygons_are_the_releases_and_follow_the_right_hand_rule(
    release: Release, collection: dict[str, Any]
) -> None:
    shapes = release.shapes.set_index("area_code").geometry
    for feature in collection["features"]:
        if feature["id"] == NO_POLYGON:
            assert feature["geometry"] is None
            continue
        found = shape(feature["geometry"])
        assert found.equals(shapes[feature["id"]])
        for part in getattr(found, "geoms", [found]):
            assert part.exterior.is_ccw
            assert not any(ring.is_ccw for ring in part.interiors)
    holes = sum(len(part.interiors) for f in collection["features"] if f["geometry"]
                for part in getattr(shape(f["geometry"]), "geoms", [shape(f["geometry"])]))  # fmt: skip
    assert holes == 1


def test_geojson__says_what_it_is_and_names_no_crs(release: Release, collection: dict[str, Any]) -> None:
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection  # RFC 7946, section 4
    assert collection["release"]["release_id"] == release.about.release_id
    assert collection["release"]["synthetic"] is True


def test_geojson__unknown_zero_and_withheld_differ(collection: dict[str, Any]) -> None:
    found = {feature["id"]: feature["properties"] for feature in collection["features"]}
    assert found["P3XW9C"]["allowed_kva"] == 0
    assert (found["H5VN6E"]["allowed_kva"], found["H5VN6E"]["status"]) == (None, "no_data")
    assert (found["C6YP5L"]["status"], found["C6YP5L"]["publication"]) == (None, "withheld")


def test_turned__a_clockwise_ring_with_a_counter_clockwise_hole() -> None:
    outer, hole = [(0, 0), (0, 4), (4, 4), (4, 0)], [(1, 1), (2, 1), (2, 2), (1, 2)]
    found = turned(Polygon(outer, [hole]))
    assert isinstance(found, Polygon)
    assert found.exterior.is_ccw
    assert not found.interiors[0].is_ccw
    assert turned(None) is None
    assert turned(Polygon()) is None


def test_geopackage__reads_back_as_the_release(release: Release, folder: Path) -> None:
    found = gpd.read_file(folder / "areas.gpkg", layer="areas")
    assert found.crs == "EPSG:4326"
    for name, facts in ALL["areas"].columns.items():
        true = release.areas[name].tolist()
        told = found[name].tolist()
        for mine, theirs in zip(told, true, strict=True):
            if pd.isna(theirs):
                assert pd.isna(mine), name
            elif str(facts.dtype) == "datetime64[ns]":
                assert pd.Timestamp(mine) == theirs
            else:
                assert mine == theirs, name
    shapes = release.shapes.set_index("area_code").geometry
    for code, polygon in zip(found["area_code"], found.geometry, strict=True):
        if code == NO_POLYGON:
            assert polygon is None
        else:
            assert polygon.equals(shapes[code])
            np.testing.assert_allclose(polygon.bounds, shapes[code].bounds, atol=1e-9)


def test_geopackage__dictionary_and_codes_are_beside_the_areas(folder: Path) -> None:
    layers = [str(name) for name, _ in pyogrio.list_layers(folder / "areas.gpkg")]
    assert layers == ["areas", "dictionary", "codes"]
    told = pyogrio.read_dataframe(folder / "areas.gpkg", layer="dictionary", read_geometry=False)
    assert told["column"].tolist() == dictionary()["column"].tolist()


def test_geopackage__is_dated_by_the_release_alone(release: Release, folder: Path) -> None:
    with sqlite3.connect(folder / "areas.gpkg") as base:
        moments = {moment for (moment,) in base.execute("select last_change from gpkg_contents")}
    assert moments == {f"{release.about.published_on}T00:00:00.000Z"}


def test_write_geography__a_writer_that_drops_areas_is_found_out(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pyogrio.write_dataframe
    monkeypatch.setattr(pyogrio, "write_dataframe", lambda frame, *args, **more: whole(frame[:-1], *args, **more))
    with pytest.raises(DownloadError, match="13 areas after writing, not 14"):
        write_geography(release, tmp_path, {})


def test_write_geography__a_release_without_polygons(release: Release, tmp_path: Path) -> None:
    from dataclasses import replace

    bare = replace(release, shapes=release.shapes.iloc[:0])
    write_geography(bare, tmp_path, {})
    features = json.loads((tmp_path / "areas.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == 14
    assert {feature["geometry"] for feature in features} == {None}
    assert len(gpd.read_file(tmp_path / "areas.gpkg")) == 14


def test_write_geography__coordinates_have_five_decimals(folder: Path) -> None:
    found = gpd.read_file(folder / "areas.gpkg", layer="areas")
    points = shapely.get_coordinates(found.geometry.dropna())
    np.testing.assert_array_equal(points, np.round(points, 5))
