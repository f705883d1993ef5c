"""The pictures exist, are not blank, and never show an empty box for a sign or a 0 for a gap."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from sample_run import Recipe, build_run
from shapely.affinity import scale

from capacity.figures import draw_all, draw_voltage_profile, fonts
from capacity.figures.curves import _day_by_hour, _loading_by_transformer
from capacity.figures.fonts import lettering
from capacity.tables._schema import empty
from capacity.tables.results import ALL
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return build_run()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_draw_all__writes_every_picture(
    run: Run, tmp_path: Path, language: str, recwarn: pytest.WarningsRecorder
) -> None:
    written = draw_all(run, tmp_path / "p", language=language)
    assert [path.name for path in written] == ["map.png", "duration.png", "calendar.png", "allowed.png", "voltage.png"]
    for path in written:
        pixels = matplotlib.image.imread(path)
        assert pixels.shape[0] > 400
        assert pixels.shape[1] > 1000
        colours = (pixels[::3, ::3, :3] * 255.0).astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
        assert np.unique(colours).size > 50
    assert not [str(w.message) for w in recwarn if "Glyph" in str(w.message)]


def test_draw_all__without_a_chinese_font(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> None:  # fmt: skip
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    with caplog.at_level(logging.WARNING):
        written = draw_all(run, tmp_path / "p", language="zh")
    assert len(written) == 5
    assert "no Chinese font" in caplog.text
    assert not [str(w.message) for w in recwarn if "Glyph" in str(w.message)]


def test_label__falls_back_to_what_the_font_can_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    letters = lettering("zh")
    assert letters.language == "en"
    assert letters.fell_back
    assert letters.label("城关东", "A01") == "A01"
    assert letters.label("城关东", "网A1") == "?A1"
    assert not lettering("en").fell_back


def test_draw_all__an_empty_run(run: Run, tmp_path: Path) -> None:
    bare = replace(
        run,
        **{name: empty(ALL[name]) for name in ALL},
        area_shapes=run.area_shapes.iloc[:0],
        feeder_shapes=run.feeder_shapes.iloc[:0],
    )
    assert {path.name for path in draw_all(bare, tmp_path / "p", language="en")} >= {"map.png", "duration.png"}


def test_draw_all__areas_without_polygons_or_crs(run: Run, tmp_path: Path) -> None:
    shapes = run.area_shapes.copy()
    shapes.loc[0, "geometry"] = None
    unplaced = replace(
        run,
        area_shapes=gpd.GeoDataFrame(shapes, crs=None).set_crs(None, allow_override=True),
        feeder_shapes=run.feeder_shapes.set_crs(None, allow_override=True),
    )
    assert (tmp_path / "p" / "map.png") in draw_all(unplaced, tmp_path / "p", language="en")


def test_day_by_hour__a_gap_stays_a_gap(run: Run) -> None:
    values = _loading_by_transformer(run, ["T005"])["T005"]
    values[96:200] = np.nan  # a whole day and two hours
    values[300] = 250.0
    hours, days = _day_by_hour(run, values)
    assert hours.shape == (21, 24)
    assert len(days) == 21
    assert np.isnan(hours[1]).all()
    assert np.isnan(hours[2, :2]).all()
    assert hours[3, 3] == 250.0
    assert not (hours == 0.0).any()


def test_loading_by_transformer__no_curve_is_unknown(run: Run) -> None:
    none = replace(run, transformer_curves=run.transformer_curves[run.transformer_curves["transformer_id"] != "T005"])
    assert np.isnan(_loading_by_transformer(none, ["T005"])["T005"]).all()


def test_draw_voltage_profile__on_its_own(tmp_path: Path) -> None:
    profile = pd.DataFrame(
        {
            "feeder_id": ["F1", "F1", "F1"], "node_id": ["a", "b", "c"], "level": ["mv", "mv", "lv"],
            "distance_km": [0.0, 2.0, 2.0], "voltage_min_pu": [1.0, np.nan, 0.87], "lower_pu": [0.93, 0.93, 0.8835],
        }
    )  # fmt: skip
    assert draw_voltage_profile(profile, tmp_path / "v.png", language="en").stat().st_size > 10_000


def test_draw_all__areas_too_small_to_label_get_a_detail_map(run: Run, tmp_path: Path) -> None:
    shapes = run.area_shapes.copy()
    for row in (0, 1):
        shapes.loc[row, "geometry"] = scale(shapes.geometry[row], 0.05, 0.05, origin=(99.172, 25.105))
    written = draw_all(replace(run, area_shapes=shapes), tmp_path / "p", language="en")
    assert [path.name for path in written if path.name.startswith("map")] == ["map.png", "map-detail-1.png"]


@pytest.mark.whole
def test_draw_all__a_whole_year(tmp_path: Path) -> None:
    written = draw_all(build_run(Recipe(days=365)), tmp_path / "p")
    assert {"map.png", "duration.png", "allowed.png", "voltage.png"} <= {path.name for path in written}
    assert all(path.stat().st_size > 20_000 for path in written)
