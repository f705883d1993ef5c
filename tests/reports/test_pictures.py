"""The map and the programme of a report: everything in them is drawn, in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from sample_plan import sample_programme
from sample_report import month_run

from capacity.figures import report_gantt, report_map
from capacity.figures.report_pictures import pictures_of
from capacity.tables.report import AreaMap, Gantt

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn."""
    figures: list[Figure] = []
    for module in (report_gantt, report_map):
        make = module.new_figure
        monkeypatch.setattr(module, "new_figure", lambda *size, make=make: figures.append(make(*size)) or figures[-1])
    return figures


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gantt__every_project_and_how_late(language: str, kept: list[Figure]) -> None:
    drawn = pictures_of(Gantt(sample_programme()), language)  # type: ignore[arg-type]
    assert [one[:8] for one in drawn] == [PNG]
    bars, crews = kept[0].axes
    assert [label.get_text().split(" · ")[-1] for label in bars.get_yticklabels()] == ["XM-M1+M2", "XM-M4"]
    assert any("6" in text.get_text() for text in bars.texts)
    assert crews.get_ylabel()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_map__unknown_is_said_and_zero_is_zero(language: str, kept: list[Figure]) -> None:
    drawn = pictures_of(AreaMap(month_run(dt.date(2026, 10, 1))), language)  # type: ignore[arg-type]
    assert [one[:8] for one in drawn] == [PNG]
    texts = {text.get_text() for text in kept[0].axes[0].texts}
    assert "A02\n0" in texts
    assert len([text for text in texts if text.startswith("A0")]) == 6


def test_map__without_polygons(kept: list[Figure]) -> None:
    run = month_run(dt.date(2026, 10, 1))
    bare = replace(run, area_shapes=run.area_shapes.iloc[:0])
    assert pictures_of(AreaMap(bare), "en")[0][:8] == PNG
    assert "6 areas without a polygon: not drawn" in {text.get_text() for text in kept[0].legends[0].get_texts()}
