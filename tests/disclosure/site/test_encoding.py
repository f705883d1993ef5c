"""What the page is handed, taken apart again: every number, code and polygon is the release's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sample_release import large_release, sample_release
from shapely.geometry import LineString, Point, Polygon

from capacity.disclosure.site.columns import columns_of
from capacity.disclosure.site.hours import AREAS_PER_CHUNK, chunk_numbers, chunks_of, write_chunk
from capacity.disclosure.site.payload import payload_of, words_of_codes, write_payload
from capacity.disclosure.site.script import arguments_of, call, safe_json
from capacity.disclosure.site.shapes import SCALE, decode_shape, encode_shapes
from capacity.tables.public import ALL, words
from capacity.tables.release import Release


def told(release: Release, folder: Path) -> dict[str, object]:
    """The release as the page would find it in its script."""
    path = write_payload(payload_of(release, chunks_of(release), []), folder)
    return arguments_of(path.read_text(encoding="utf-8"), "release")[0]  # type: ignore[return-value]


def hours_told(release: Release, folder: Path) -> pd.DataFrame:
    """The hours of all chunks as a table."""
    rows = []
    for chunk in chunks_of(release):
        path = write_chunk(chunk, release, folder)
        name, number, content = arguments_of(path.read_text(encoding="utf-8"), "hours")
        assert (name, number) == (release.about.release_id, chunk.number)
        for row, cells in content["cells"].items():
            code = release.areas["area_code"].iloc[int(row)]
            for index, value in enumerate(cells):
                figure = np.nan if value == -1 else value * content["unit"]
                rows.append((code, index // 24 + 1, index % 24, figure))
    return pd.DataFrame(rows, columns=["area_code", "month", "hour", "allowed_kva"])


@pytest.mark.parametrize("name", ["areas", "changes", "branches", "terms"])
def test_payload__every_cell_of_every_table_is_the_releases(name: str, tmp_path: Path) -> None:
    release = sample_release()
    columns = told(release, tmp_path)[name]
    frame = getattr(release, name)
    assert list(columns) == list(ALL[name].columns)
    for column in frame.columns:
        for ours, theirs in zip(columns[column], frame[column], strict=True):
            if pd.isna(theirs):
                assert ours is None, column
            elif isinstance(theirs, pd.Timestamp):
                assert ours == f"{theirs:%Y-%m-%d}"
            else:
                assert ours == theirs
                assert isinstance(ours, bool) == isinstance(theirs, bool | np.bool_)


def test_payload__zero_unknown_and_withheld_are_three_things(tmp_path: Path) -> None:
    areas = told(sample_release(), tmp_path)["areas"]
    of = {name: index for index, name in enumerate(areas["area_code"])}
    seen = {
        code: (areas["publication"][of[code]], areas["status"][of[code]], areas["allowed_kva"][of[code]])
        for code in ("P3XW9C", "H5VN6E", "C6YP5L", "F5ZK2R")
    }
    assert seen == {
        "P3XW9C": ("full", "blocked", 0),
        "H5VN6E": ("full", "no_data", None),
        "C6YP5L": ("withheld", None, None),
        "F5ZK2R": ("band", "open", None),
    }


def test_payload__every_code_has_words_and_a_sentence_in_both_languages(tmp_path: Path) -> None:
    release = sample_release()
    said = words_of_codes()
    assert set(said["status"]) == set(words.STATUS)
    for kind in ("publication", "withheld", "status", "limit", "queue", "basis", "cause", "relief"):
        for entry in said[kind].values():
            assert all(entry[key].strip() for key in ("zh", "en", "sentence_zh", "sentence_en"))
    kinds = {"withheld_reason": "withheld", "relief_kind": "relief", "publication_before": "publication"}
    kinds |= {"status_before": "status"}
    for table in ("areas", "changes", "terms"):
        for column, schema in ALL[table].columns.items():
            if schema.metadata["choices"] and column != "voltage":
                codes = getattr(release, table)[column].dropna()
                assert set(codes) <= set(said[kinds.get(column, column)]), column


def test_payload__every_column_has_a_heading_in_both_languages(tmp_path: Path) -> None:
    headings = told(sample_release(), tmp_path)["headings"]
    for table in ("areas", "changes", "branches", "terms"):
        assert list(headings[table]) == list(ALL[table].columns)
        assert all(entry["zh"] and entry["en"] for entry in headings[table].values())
    assert headings["areas"]["allowed_kva"]["unit"] == "kVA"


def test_shapes__polygons_holes_and_parts_come_back(tmp_path: Path) -> None:
    release = sample_release()
    shapes = told(release, tmp_path)["shapes"]
    assert shapes["scale"] == SCALE
    geometry = dict(zip(release.shapes["area_code"], release.shapes.geometry, strict=True))
    for code, shape in zip(release.areas["area_code"], shapes["polygons"], strict=True):
        again = decode_shape(shape)
        if code not in geometry:
            assert again is None
            continue
        assert shapely.equals_exact(again.normalize(), geometry[code].normalize(), 1e-9)
    by_code = dict(zip(release.areas["area_code"], shapes["polygons"], strict=True))
    assert [len(rings) for rings in by_code["K7QM2A"]] == [2]
    assert [len(rings) for rings in by_code["M2KD7F"]] == [1, 1]


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=3, max_size=30, unique=True))
def test_shapes__any_polygon_on_the_grid_comes_back(points: list[tuple[int, int]]) -> None:
    hull = shapely.MultiPoint([(98.0 + x / SCALE, 25.0 + y / SCALE) for x, y in points]).convex_hull
    if hull.geom_type != "Polygon":
        return
    shapes = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[hull], crs="EPSG:4326")
    (shape,) = encode_shapes(["A"], shapes)
    given_points = {tuple(np.rint(np.array(point) * SCALE).astype(int)) for point in hull.exterior.coords}
    again = {tuple(np.rint(np.array(point) * SCALE).astype(int)) for point in decode_shape(shape).exterior.coords}
    assert again == given_points
    assert len(shape[0][0]) == 2 * len(given_points)


def test_shapes__what_vanishes_on_the_grid_is_left_out_and_lines_are_refused() -> None:
    speck = Polygon([(99.0, 25.0), (99.000001, 25.0), (99.0, 25.000001)])
    holed = Polygon(
        [(99, 25), (99.1, 25), (99.1, 25.1), (99, 25.1)], [Point(99.05, 25.05).buffer(1e-6).exterior.coords]
    )
    shapes = gpd.GeoDataFrame({"area_code": ["A", "B", "C"]}, geometry=[speck, holed, None], crs="EPSG:4326")
    first, second, third = encode_shapes(["A", "B", "C"], shapes)
    assert first is None
    assert [len(rings) for rings in second] == [1]
    assert third is None
    line = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[LineString([(0, 0), (1, 1)])], crs="EPSG:4326")
    with pytest.raises(ValueError, match="not a polygon"):
        encode_shapes(["A"], line)


def test_hours__every_cell_comes_back_and_missing_stays_missing(tmp_path: Path) -> None:
    release = sample_release()
    again = hours_told(release, tmp_path)
    columns = ["area_code", "month", "hour"]
    expected = release.hours.sort_values(columns).reset_index(drop=True)
    again = again.sort_values(columns).reset_index(drop=True)
    assert expected["allowed_kva"].isna().any()
    assert (expected["allowed_kva"] == 0).any()
    pd.testing.assert_frame_equal(again, expected.astype(again.dtypes.to_dict()))


def test_hours__chunks_are_small_and_named_per_row(tmp_path: Path) -> None:
    release = large_release(700)
    chunks = chunks_of(release)
    numbers = chunk_numbers(len(release.areas), chunks)
    assert len(chunks) == -(-int(release.areas["has_hours"].sum()) // AREAS_PER_CHUNK)
    assert all(len(chunk.cells) <= AREAS_PER_CHUNK for chunk in chunks)
    for row, (number, has) in enumerate(zip(numbers, release.areas["has_hours"], strict=True)):
        assert (number >= 0) == bool(has)
        if has:
            assert row in chunks[number].cells


def test_hours__rounding_of_half_kva_is_kept(tmp_path: Path) -> None:
    release = sample_release()
    about = release.about.model_copy(update={"rules": release.about.rules.model_copy(update={"rounding_kva": 2.5})})
    halves = release.hours.assign(allowed_kva=release.hours["allowed_kva"] / 2)
    again = hours_told(replace(release, about=about, hours=halves), tmp_path)
    assert set(again["allowed_kva"].dropna() % 2.5) == {0.0}
    assert again["allowed_kva"].sum() == pytest.approx(halves["allowed_kva"].sum())


def test_hours__a_lost_row_a_strange_row_and_an_unrounded_figure_are_faults() -> None:
    release = sample_release()
    hours = release.hours
    with pytest.raises(ValueError, match="missing, double"):
        chunks_of(replace(release, hours=hours.iloc[1:]))
    strange = hours.iloc[:288].assign(area_code="C6YP5L")
    with pytest.raises(ValueError, match="should have none"):
        chunks_of(replace(release, hours=pd.concat([hours, strange])))
    unrounded = hours.assign(allowed_kva=hours["allowed_kva"] + 0.7)
    with pytest.raises(ValueError, match="not rounded"):
        chunks_of(replace(release, hours=unrounded))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v, max_size=3)))
def test_script__whatever_is_handed_over_comes_back_and_is_harmless(value: object) -> None:
    script = call("release", value)
    assert arguments_of(script, "release") == [value]
    inside = script[len("CAPACITY.release(") :]
    assert not set(inside) & {"<", ">", "&", "\u2028", "\u2029"}
    assert inside.count("\n") == 1


def test_script__names_that_would_end_the_script_do_not() -> None:
    text = safe_json("</script><!--\u2028&amp;")
    assert "</script" not in text
    assert json.loads(text) == "</script><!--\u2028&amp;"
    with pytest.raises(ValueError, match="Out of range"):
        call("release", float("nan"))
    with pytest.raises(ValueError, match="not a call"):
        arguments_of("alert(1);\n", "release")


def test_columns__whole_numbers_are_shown_whole() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.5, np.nan], "b": pd.array([1, None, 3], dtype="Int64")})
    assert columns_of(frame) == {"a": [1, 2.5, None], "b": [1, None, 3]}
    assert [type(value) for value in columns_of(frame)["b"]] == [int, type(None), int]
