"""Answers for eyes: the table of options, the notebook's HTML, and no-go areas from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sample_assessment import VARIANTS, sample_assessment

from capacity.applications.requests.no_go_file import read_no_go
from capacity.applications.requests.showing import in_html, options_table, reasons
from capacity.errors import InputError


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_options_table__a_row_an_option_and_no_blank_cell(variant: str, language: str) -> None:
    answer = sample_assessment(variant=variant)
    table = options_table(answer, language)
    assert len(table) == len(answer.options)
    assert table.map(lambda cell: isinstance(cell, str) and cell.strip() not in ("", "nan", "None")).all(axis=None)
    assert len(reasons(answer, language)) == len(answer.options)


def test_options_table__figures_rounded_down_and_three_kinds_of_missing() -> None:
    table = options_table(sample_assessment(), "en").set_index("connected to")
    assert table.at["T0102", "allowed kVA"] == "176.2"
    assert table.at["F01-S01", "load rate after %"] == "does not apply"
    assert table.at["T0102-M5P2S2", "cost CNY"] == "not worked out"
    assert table.at["T0102-M5P2S2", "allowed kVA"] == "0.0"
    blind = options_table(sample_assessment(variant="unknown"), "zh")
    assert set(blind["允许 kVA"]) == {"未知"}
    assert set(blind["名次"]) == {"–"}


def test_in_html__says_the_verdict_and_escapes_texts() -> None:
    html = in_html(sample_assessment(variant="staged"), "zh")
    assert "分期供电（P16）" in html
    assert "<table" in html
    assert "T0102-M5P2" in html
    assert "349 V &lt; 353.4 V" in html


AREA = {"type": "Polygon", "coordinates": [[[99.0, 25.0], [99.1, 25.0], [99.1, 25.1], [99.0, 25.0]]]}


def collection(*geometries: object) -> str:
    features = [{"type": "Feature", "properties": {"name": "湖"}, "geometry": one} for one in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_read_no_go__polygons_in_degrees(tmp_path: Path) -> None:
    path = tmp_path / "no-go.geojson"
    path.write_text(collection(AREA), encoding="utf-8")
    found = read_no_go(path)
    assert found["name"].tolist() == ["湖"]
    assert found.crs == "EPSG:4326"
    path.write_text(json.dumps({"type": "Feature", "properties": None, "geometry": AREA}), encoding="utf-8-sig")
    assert read_no_go(path)["name"].tolist() == ["1"]


def test_read_no_go__every_problem_with_its_feature(tmp_path: Path) -> None:
    path = tmp_path / "no-go.geojson"
    metres = {"type": "Polygon", "coordinates": [[[500000, 2700000], [500100, 2700000], [500100, 2700100]]]}
    point = {"type": "Point", "coordinates": [99.0, 25.0]}
    path.write_text(collection(AREA, point, None, metres), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_no_go(path)
    assert [issue.ids for issue in caught.value.issues] == [("feature 2",), ("feature 3",), ("feature 4",)]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"type": "FeatureCollection", "features": []}', "纯文本"])
def test_read_no_go__what_is_no_geojson(tmp_path: Path, content: str) -> None:
    path = tmp_path / "no-go.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read_no_go(path)
    with pytest.raises(InputError, match="cannot be opened"):
        read_no_go(tmp_path / "absent.geojson")
