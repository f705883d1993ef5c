"""The public map says of every area what the release says, in both languages, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sample_release import NO_POLYGON, large_release, sample_release

from capacity.figures import fonts, public_map
from capacity.figures.fonts import chinese_font
from capacity.figures.public_areas import EDGE, FACE, HATCH, STATES
from capacity.figures.public_map import draw_public_maps
from capacity.tables.public.words import PUBLICATION, STATUS
from capacity.tables.release import Release

chinese = pytest.mark.skipif(chinese_font() is None, reason="no Chinese font on this machine")


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """The figures as they are drawn, by file name."""
    drawn: dict[str, Figure] = {}
    save = public_map._save_small

    def keep(figure: Figure, path: Path) -> Path:
        drawn[path.name] = figure
        return Path(save(figure, path))

    monkeypatch.setattr(public_map, "_save_small", keep)
    return drawn


def texts_of(figure: Figure) -> list[str]:
    """Every text of a figure, its legends' and axes' among them."""
    found: list[Any] = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    found += [text for legend in figure.legends for text in (*legend.get_texts(), legend.get_title())]
    return [text.get_text() for text in found]


def test_draw_public_maps__two_pictures_that_are_not_blank(
    release: Release, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    written = draw_public_maps(release, tmp_path / "maps")
    assert [path.name for path in written] == ["map.zh.png", "map.en.png"]
    for path in written:
        pixels = matplotlib.image.imread(path)
        assert pixels.shape[1] > 1500
        colours = (pixels[..., :3] * 255.0).round().astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
        shares = {state: np.isclose(colours, int(FACE[state][1:], 16), atol=0).mean() for state in STATES}
        assert min(shares.values()) > 0.005, shares  # each state's colour is there, not only in the legend
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)]


@chinese
def test_draw_public_maps__each_area_has_its_figure(
    release: Release, tmp_path: Path, figures: dict[str, Figure]
) -> None:
    draw_public_maps(release, tmp_path)
    for language in ("zh", "en"):
        labels = {}
        for text in texts_of(figures[f"map.{language}.png"]):
            name, _, figure = text.partition("\n")
            labels[name] = figure
        for area in release.areas.to_dict("records"):
            if area["area_code"] == NO_POLYGON or area["name"].startswith("蒲缥"):
                continue
            told = next(figure for name, figure in labels.items() if name[:3] == area["name"][:3])
            if area["publication"] == "withheld":
                assert told == getattr(PUBLICATION["withheld"], language)
            elif not pd.isna(area["allowed_kva"]):
                assert told == f"{'≥ ' if area['allowed_is_lower_bound'] else ''}{area['allowed_kva']:,.0f} kVA"
            elif area["publication"] == "band":
                assert told == f"{area['allowed_from_kva']:.0f}–{area['allowed_below_kva']:.0f} kVA"
            else:
                assert told == getattr(STATUS["no_data"], language)
        assert "1,535 kVA" in labels  # too long a name for its part: the figure alone


@chinese
def test_draw_public_maps__legend_counts_every_area_once(
    release: Release, tmp_path: Path, figures: dict[str, Figure]
) -> None:
    draw_public_maps(release, tmp_path)
    (legend,) = figures["map.zh.png"].legends
    told = [text.get_text().split("\n")[0] for text in legend.get_texts()]
    assert told == ["可接入 (6)", "预管控 (3)", "受阻 (1)", "未知 (1)", "不予公开 (3)"]
    assert any("1 个网格无边界，未画出" in text for text in texts_of(figures["map.zh.png"]))


@chinese
@pytest.mark.parametrize("stale", [True, False])
def test_draw_public_maps__dates_numbers_and_marks(tmp_path: Path, figures: dict[str, Figure], stale: bool) -> None:
    draw_public_maps(sample_release(stale=stale), tmp_path)
    for language, old, invented in (("zh", "数据陈旧", "合成数据"), ("en", "OLD DATA", "SYNTHETIC DATA")):
        text = "\n".join(texts_of(figures[f"map.{language}.png"]))
        for fact in ("2026-11-01", "2026-11-10", "2026-11", "12398", "95598", invented):
            assert fact in text
        assert (old in text) == stale
    assert "示例市配电网" in "\n".join(texts_of(figures["map.zh.png"]))


@chinese
def test_draw_public_maps__a_crowded_part_is_drawn_larger_beside_the_map(
    release: Release, tmp_path: Path, figures: dict[str, Figure]
) -> None:
    crowded = ["K7QM2A", "P3XW9C", "B8RT4D"]
    names = release.areas.set_index("area_code")["name"]
    shapes = release.shapes.copy()
    small = shapes["area_code"].isin(crowded)
    shapes.loc[small, "geometry"] = shapes.geometry[small].scale(0.06, 0.06, origin=(99.12, 25.06))
    draw_public_maps(replace(release, shapes=shapes), tmp_path)
    figure = figures["map.zh.png"]
    assert any(axes.get_title(loc="left") == "详图 1" for axes in figure.axes)
    texts = texts_of(figure)
    for code in crowded:
        assert sum(text.startswith(names[code]) for text in texts) == 1, "named in the detail alone"


def test_states__are_told_apart_without_colour() -> None:
    patterns = [HATCH[state] for state in ("blocked", "no_data", "withheld")]
    assert all(patterns)
    assert len(set(patterns)) == 3
    assert len({FACE[state] for state in STATES}) == len({EDGE[state] for state in STATES}) == len(STATES)


def test_draw_public_maps__the_same_bytes_and_no_metadata(release: Release, tmp_path: Path) -> None:
    first, second = draw_public_maps(release, tmp_path / "a"), draw_public_maps(release, tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        content = one.read_bytes()
        assert content == other.read_bytes()
        for chunk in (b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf"):
            assert chunk not in content


def test_draw_public_maps__without_polygons_says_so(
    release: Release, tmp_path: Path, figures: dict[str, Figure]
) -> None:
    draw_public_maps(replace(release, shapes=release.shapes.iloc[:0]), tmp_path)
    text = "\n".join(texts_of(figures["map.en.png"]))
    assert "No area of this release has a polygon" in text
    assert "not drawn: 14" in text


def test_draw_public_maps__without_a_chinese_font(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder,
    figures: dict[str, Figure],
) -> None:  # fmt: skip
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    draw_public_maps(release, tmp_path)
    text = "\n".join(texts_of(figures["map.zh.png"]))
    assert "No Chinese font is installed" in text
    assert "K7QM2A\n745 kVA" in text
    assert not [sign for sign in text if "\u4e00" <= sign <= "\u9fff"]
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)]


def test_draw_public_maps__many_areas_are_small_files(tmp_path: Path) -> None:
    for path in draw_public_maps(large_release(420, with_hours=False), tmp_path):
        assert path.stat().st_size < 700_000
