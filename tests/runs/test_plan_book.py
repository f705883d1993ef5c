"""The plan's workbook says what the plan says, in both languages, coloured by what it means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sample_plan import sample_claims, sample_library, sample_plan, sample_record

from capacity.errors import RunError
from capacity.runs.plan_book import plan_sheets, write_library, write_plan_book
from capacity.runs.plan_store import TABLES
from capacity.runs.sheets import COLOURS
from capacity.tables._schema import empty


def fill(colour: str) -> str:
    return "FF" + COLOURS[colour]["bg_color"][1:]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    plan = replace(sample_plan(), claims=sample_claims(holds=False))
    return openpyxl.load_workbook(write_plan_book(plan, tmp_path_factory.mktemp("book")))


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """Cells by English heading (the heading's second line)."""
    headings = [str(cell.value).split("\n")[1] for cell in sheet[2]]
    return [dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=3)]


def by(sheet: Worksheet, *headings: str) -> dict[Any, dict[str, Any]]:
    return {" ".join(str(row[name].value) for name in headings): row for row in rows(sheet)}


def test_book__every_sheet_is_bilingual_frozen_and_explained(book: Workbook) -> None:
    assert book.sheetnames == [
        "概览 overview", "需求 needs", "措施 measures", "线路 feeders", "校核 verified", "项目 projects",
        "整治 remediation", "预算 budget", "工程计划 programme", "未排入 unscheduled", "按月 months", "停电 outages",
        "逐年 years", "网格 areas", "核验 claims", "数据字典 data dictionary",
    ]  # fmt: skip
    explained = {row["sheet"].value for row in rows(book["数据字典 data dictionary"])}
    assert explained == set(book.sheetnames[:-1])
    for sheet in book:
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref.startswith("A2:")
        assert "合成数据" in sheet["A1"].value
        assert "moderate growth" in sheet["A1"].value


def test_overview__counts_what_the_tables_hold(book: Workbook) -> None:
    said = {row["item (English)"].value: row for row in rows(book["概览 overview"])}
    figures = {name: row["figure"].value for name, row in said.items()}
    assert {"needs": 4, "of which cleared": 3, "of which left open": 1}.items() <= figures.items()
    assert figures["to be cleared, and not cleared in every year"] == 1
    assert figures["P4, existing deficit"] == figures["P6, new connection"] == figures["P5, growth of load"] == 1
    assert figures["P10, existing deficit"] == 1
    assert said["P10, existing deficit"]["words (English)"].value == "0 cleared"
    assert (figures["candidate measures"], figures["measures chosen"]) == (6, 3)
    assert figures["cost of what was chosen"] == 245_000
    assert figures["of which added by connections"] == 60_000
    assert (figures["claims that hold"], figures["claims that are broken"], figures["claims not known"]) == (10, 1, 0)
    assert said["scenario"]["words (Chinese)"].value == "温和增长（抽样 0，随机种子 0）"
    assert said["remark"]["words (English)"].value.startswith("1 transformer")


def test_needs__what_stays_open_comes_first_and_says_why(book: Workbook) -> None:
    found = rows(book["需求 needs"])
    assert [row["need id"].value for row in found] == ["N4", "N1", "N2", "N3"]
    assert found[0]["outcome"].value == "未消除 left open"
    assert found[0]["outcome"].fill.start_color.rgb == fill("blocked")
    assert found[0]["years left open"].value == "2027;2028;2029"
    assert "its price is not known" in found[0]["why (English)"].value
    assert (found[1]["worst value"].value, found[1]["threshold"].value) == (84.2, 70)
    assert found[1]["due on"].number_format == "yyyy-mm-dd"


def test_measures__why_chosen_and_why_rejected(book: Workbook) -> None:
    found = by(book["措施 measures"], "measure id")
    assert list(found) == ["M1", "M2", "M3", "M4", "M5", "M6"]
    assert found["M1"]["reason"].value == "不可缺少 needed: nothing else clears the same"
    assert found["M3"]["reason"].value == "费用较高 dearer"
    assert found["M3"]["difference"].value == 20_000
    assert found["M3"]["conflicts with"].value == "M1;M2"
    assert found["M5"]["reason"].fill.start_color.rgb == fill("low")
    assert found["M6"]["cost, likely"].value == "未知 unknown"
    assert found["M2"]["cost, high"].value == 75_000
    assert found["M4"]["needs of growth cleared"].value == "N3"


def test_projects__every_figure_is_the_plans(book: Workbook) -> None:
    plan, found = sample_plan(), by(book["项目 projects"], "project id")
    for row in plan.projects.to_dict("records"):
        cells = found[row["project_id"]]
        for heading, name in (
            ("rank", "rank"),
            ("cost", "cost_yuan"),
            ("released per 10,000 CNY", "released_kva_per_10k_yuan"),
            ("customers who benefit", "customers"),
            ("initiate on", "initiate_on"),
            ("release on", "release_on"),
        ):
            value = cells[heading].value
            assert value in ("未知 unknown", "—") if pd.isna(row[name]) else value == row[name], heading
    late = found["XM-M1+M2"]
    assert late["urgency"].fill.start_color.rgb == fill("must_initiate")
    assert (late["late by days"].value, late["late by days"].fill.start_color.rgb) == (180, fill("low"))
    assert found["XM-M4"]["late by days"].fill.fill_type is None
    assert found["XM-P19-A2"]["budget"].fill.start_color.rgb == fill("no_data")


def test_programme__by_project_and_by_month(book: Workbook) -> None:
    late = by(book["工程计划 programme"], "project id")["XM-M1+M2"]
    assert late["state"].fill.start_color.rgb == fill("low")
    assert late["starts in"].number_format == "yyyy-mm"
    months = {f"{row['month'].value:%Y-%m}": row for row in rows(book["按月 months"])}
    built = {month: row["projects being built"].value for month, row in months.items()}
    assert {month: ids for month, ids in built.items() if ids != "—"} == {
        "2027-03": "XM-M1+M2", "2027-04": "XM-M1+M2", "2028-11": "XM-M4", "2028-12": "XM-M4",
    }  # fmt: skip
    assert months["2027-07"]["outages allowed"].value == "否 no"
    assert by(book["未排入 unscheduled"], "project id")["XM-P19-A2"]["why (English)"].value == "no works are known yet"


def test_years__the_plan_is_painted_beside_nothing_done(book: Workbook) -> None:
    found = {(row["year"].value, row["state"].value.split()[0]): row for row in rows(book["逐年 years"])}
    before, after = found[2029, "不采取措施"], found[2029, "实施规划后"]
    must = "areas with P4 must be initiated"
    assert (before[must].value, after[must].value) == (1, 0)
    assert after[must].fill.start_color.rgb == fill("better")
    assert before[must].fill.fill_type is None
    assert after["low-voltage nodes"].fill.fill_type is None
    assert (before["allowed"].value, after["allowed"].value) == (140, 366)
    assert after["losses"].fill.start_color.rgb == fill("better")
    assert found[2027, "实施规划后"]["losses"].value == "—"


def test_areas__worse_is_said_too(tmp_path: Path) -> None:
    plan = sample_plan()
    worse = plan.areas["area_id"].eq("A2") & plan.areas["state"].eq("after") & plan.areas["year"].eq(2027)
    areas = plan.areas.assign(allowed_kva=plan.areas["allowed_kva"].mask(worse, 200.0))
    found = rows(openpyxl.load_workbook(write_plan_book(replace(plan, areas=areas), tmp_path))["网格 areas"])
    assert [row["area id"].value for row in found] == ["A1"] * 6 + ["A2"] * 6
    own = next(row for row in found if row["area id"].value == "A2" and row["allowed"].value == 200)
    assert own["allowed"].fill.start_color.rgb == fill("worse")


def test_claims__held_broken_and_unknown(book: Workbook, tmp_path: Path) -> None:
    last = rows(book["核验 claims"])[-1]
    assert (last["holds"].value, last["holds"].fill.start_color.rgb) == ("否 no", fill("over"))
    unknown = replace(sample_plan(), claims=sample_claims(holds=None))
    last = rows(openpyxl.load_workbook(write_plan_book(unknown, tmp_path))["核验 claims"])[-1]
    assert (last["holds"].value, last["after"].value) == ("未知 unknown", "—")
    not_yet = plan_sheets(sample_plan())[-1]
    assert "not verified yet" in not_yet.remark


def test_book__a_plan_with_nothing_in_it(tmp_path: Path) -> None:
    nothing = {name: empty(schema) for name, schema in TABLES.items()}
    bare = replace(sample_plan(), record=sample_record(scenario="", years=(2026,)), **nothing)
    found = openpyxl.load_workbook(write_plan_book(bare, tmp_path))
    said = {row["item (English)"].value: row for row in rows(found["概览 overview"])}
    assert said["needs"]["figure"].value == 0
    assert said["scenario"]["words (English)"].value == "the present grid, no scenario"


def test_book__takes_the_place_of_the_former_or_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_plan_book(sample_plan(), tmp_path)
    before = path.read_bytes()

    def open_in_excel(*_: object) -> None:
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr("capacity.runs.plan_book.os.replace", open_in_excel)
    with pytest.raises(RunError, match="open in Excel"):
        write_plan_book(replace(sample_plan(), claims=sample_claims()), tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["plan.xlsx"]


def test_write_library__opens_in_excel_and_reads_back(tmp_path: Path) -> None:
    path = write_library(sample_library(), tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfproject_id,")
    back = pd.read_csv(path, encoding="utf-8-sig")
    assert back["commissioning_date"].tolist() == ["2027-04-30", "2028-12-20"]
    assert back["cost_yuan"].tolist() == [150_000.0, 95_000.0]
