"""The month's workbook: lists, suggestions and the comparison with the month before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from sample_run import Recipe, build_run

from capacity.runs import write_month
from capacity.runs.month import heavy_table, load_table, low_voltage_table, restricted_table, suggestion_table
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return build_run(Recipe(as_of=dt.date(2026, 2, 1), days=40, peaks_percent={"T005": 60.0, "T012": 99.0}))


@pytest.fixture(scope="module")
def previous() -> Run:
    return build_run()


def test_heavy_table__new_continuing_cleared(run: Run, previous: Run) -> None:
    table = heavy_table(run, previous).set_index("transformer_id")
    assert table.loc["T005", "state"] == "cleared"
    assert table.loc["T005", "max_loading_percent"] == pytest.approx(60.0)  # what it is now
    assert table.loc["T005", "previous_max_percent"] == pytest.approx(103.4)
    assert table.loc["T007", "state"] == "continuing"
    assert heavy_table(run, None)["state"].isna().all()


def test_heavy_table__the_month_is_not_the_window(run: Run, previous: Run) -> None:
    row = heavy_table(run, previous).set_index("transformer_id").loc["T007"]
    curves = run.transformer_curves
    january = curves[(curves["transformer_id"] == "T007") & (curves["timestamp"] >= "2026-01-01")]
    rated_kva = run.transformers.set_index("transformer_id").loc["T007", "rated_kva"]
    assert row["month_max_percent"] == pytest.approx(january["s_kva"].max() / rated_kva * 100.0)
    assert row["month_max_at"] >= dt.datetime(2026, 1, 1)


def test_restricted_table__blocked_pre_control_and_grid_limited(run: Run, previous: Run) -> None:
    table = restricted_table(previous, None).set_index("area_id")
    assert set(table.index) == {"A02", "A03", "A04"}
    assert table.loc["A03", "binding_criterion"] == "section_loading"
    assert table.loc["A02", "projects"] == "PRJ-1 城关西增容"
    assert "T005" in table.loc["A02", "full_transformers"]
    assert table["projects"].isna()["A04"]  # its only project was cancelled


def test_suggestion_table__one_row_per_element_with_its_strongest_action(run: Run, previous: Run) -> None:
    table = suggestion_table(previous, None).set_index("element_id")
    assert table.loc["T005", "rules"] == "P3;P4"
    assert table.loc["T005", "action"] == "must_initiate"
    assert table.loc["T005", "projects"] == "PRJ-1 城关西增容"
    assert bool(table.loc["T005", "covered"])
    assert "same area" in table.loc["T006", "projects"]
    assert not bool(table.loc["T011", "covered"])
    assert table.loc["T002", "application_id"] == "A-002"
    assert table.loc["A04", "action"] == "pre_control"


def test_low_voltage_table__as_of_both_months(run: Run, previous: Run) -> None:
    table = low_voltage_table(run, previous)
    assert set(table["state"]) <= {"new", "continuing", "cleared"}
    assert (table["state"] == "continuing").any()


def test_load_table__change_against_the_earlier_run(run: Run, previous: Run) -> None:
    table = load_table(run, previous)
    assert set(table["element_type"]) == {"substation", "section", "line"}
    known = table["change_percent"].notna()
    assert known.any()
    difference = table["max_loading_percent"] - table["previous_max_percent"]
    assert table.loc[known, "change_percent"].tolist() == pytest.approx(difference[known].tolist())
    assert table.set_index("element_id")["max_loading_percent"].isna()["S2"]


def test_write_month__sheets_with_and_without_an_earlier_run(run: Run, previous: Run, tmp_path: Path) -> None:
    write_month(run, previous, tmp_path / "m.xlsx")
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert book.sheetnames[:8] == [
        "封面 cover", "重过载台区 heavy load", "低电压台区 low voltage", "线路主变负载率 loads", "受限清单 restricted",
        "项目建议 projects", "按供电所 by station", "按分公司 by branch",
    ]  # fmt: skip
    assert "网格变化 areas" in book.sheetnames
    write_month(run, None, tmp_path / "first.xlsx")
    first = openpyxl.load_workbook(tmp_path / "first.xlsx")
    assert "网格变化 areas" not in first.sheetnames
    stations = first["按供电所 by station"]
    headings = [str(cell.value).split("\n")[1] for cell in stations[2]]
    assert {stations.cell(3, headings.index("blocked, change") + 1).value} == {"未知 unknown"}


def test_write_month__a_cleared_transformer_is_not_coloured_as_heavy(run: Run, previous: Run, tmp_path: Path) -> None:
    write_month(run, previous, tmp_path / "m.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")["重过载台区 heavy load"]
    headings = [str(cell.value).split("\n")[1] for cell in sheet[2]]
    load, name = headings.index("max load rate") + 1, headings.index("transformer id") + 1
    fills = {sheet.cell(row, name).value: sheet.cell(row, load).fill.fill_type for row in range(3, sheet.max_row + 1)}
    assert fills["T005"] is None
    assert fills["T007"] == "solid"
