"""The workbook says what the tables say: in words, with units, and never a 0 for the unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sample_run import build_run

from capacity.runs import write_summary
from capacity.runs.cells import missing_text, words_of
from capacity.runs.derived import by_branch, by_station, low_voltage_transformers
from capacity.tables.results import ALL
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return build_run()


@pytest.fixture(scope="module")
def book(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = tmp_path_factory.mktemp("book") / "summary.xlsx"
    write_summary(run, path)
    return openpyxl.load_workbook(path)


def _rows(sheet: Worksheet) -> list[dict[str, object]]:
    """Rows by English heading (the heading's second line)."""
    headings = [str(cell.value).split("\n")[1] for cell in sheet[2]]
    return [dict(zip(headings, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=3)]


def test_write_summary__has_the_sheets_a_planner_hands_on(book: Workbook) -> None:
    assert book.sheetnames == [
        "封面 cover",
        "低压网格 areas",
        "预警 alerts",
        "配变 transformers",
        "重载配变 heavy load",
        "低电压台区 low voltage",
        "线路 lines",
        "10kV线路 feeders",
        "主变 substations",
        "按供电所 by station",
        "按分公司 by branch",
        "数据质量 data quality",
        "数据字典 data dictionary",
    ]


def test_write_summary__headings_are_bilingual_with_units_frozen_and_filtered(book: Workbook) -> None:
    sheet = book["低压网格 areas"]
    headings = [cell.value for cell in sheet[2]]
    assert "同时允许接入容量\nsimultaneous allowed capacity\n[kVA]" in headings
    assert sheet.freeze_panes == "C3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert all(sheet.column_dimensions[cell.column_letter].width >= 8 for cell in sheet[2])


def test_write_summary__unknown_is_a_word_and_zero_a_number(book: Workbook) -> None:
    areas = {row["area id"]: row for row in _rows(book["低压网格 areas"])}
    assert areas["A05"]["simultaneous allowed capacity"] == "未知 unknown"
    assert areas["A02"]["simultaneous allowed capacity"] == 0
    assert areas["A01"]["binding element"] == "—"
    assert areas["A06"]["low-voltage nodes"] == "未知 unknown"
    transformers = {row["transformer id"]: row for row in _rows(book["配变 transformers"])}
    assert transformers["T014"]["allowed capacity"] == "未知 unknown"
    assert transformers["T020"]["allowed capacity"] == "—"  # dedicated: not counted, which is not unknown


def test_write_summary__figures_are_rounded_by_format_only(run: Run, book: Workbook) -> None:
    sheet = book["配变 transformers"]
    column = next(cell.column for cell in sheet[2] if "highest import\n" in str(cell.value))
    shown = [sheet.cell(row, column) for row in range(3, sheet.max_row + 1)]
    numbers = [cell.value for cell in shown if not isinstance(cell.value, str)]
    assert numbers == pytest.approx(run.transformers["smax_import_kva"].dropna().tolist(), rel=1e-14)
    assert {cell.number_format for cell in shown if not isinstance(cell.value, str)} == {"#,##0.0"}


def test_write_summary__moments_are_dates(run: Run, book: Workbook) -> None:
    row = next(row for row in _rows(book["重载配变 heavy load"]) if row["transformer id"] == "T005")
    expected = run.transformers.set_index("transformer_id").loc["T005", "max_loading_at"]
    assert row["at"] == expected.to_pydatetime()
    assert isinstance(row["at"], dt.datetime)


def test_write_summary__codes_in_words_and_colours_by_status(book: Workbook) -> None:
    sheet = book["低压网格 areas"]
    column = next(cell.column for cell in sheet[2] if str(cell.value).startswith("状态\n"))
    fills = {sheet.cell(row, column).value: sheet.cell(row, column).fill.fgColor.rgb for row in range(3, 9)}
    assert set(fills) == {"受限 blocked", "预管控 pre-control", "数据不足 no data", "可开放 open"}
    assert len(set(fills.values())) == 4


def test_write_summary__says_synthetic_on_every_sheet(book: Workbook) -> None:
    for sheet in book:
        text = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row if cell.value)
        assert "合成数据" in text, sheet.title
        assert "synthetic" in sheet.oddFooter.left.text


def test_write_summary__cover_counts_and_certainty(book: Workbook) -> None:
    lines = {row[0].value: (row[1].value, row[2].value) for row in book["封面 cover"].iter_rows() if row[0].value}
    assert lines["受限 blocked"][0] == 1
    assert lines["可开放 open"][0] == 2
    assert lines["不收敛时段 steps failed"][0] == 2
    assert "passed" in lines["与 pandapower 交叉校验 cross-check"][0]
    assert lines["数据不足公变 public transformers without a figure"][0] == 2


@pytest.mark.parametrize(("passed", "said"), [(False, "FAILED"), (None, "not done")])
def test_write_summary__a_run_that_is_not_confirmed_says_so(
    run: Run, tmp_path: Path, passed: bool | None, said: str
) -> None:
    doubtful = replace(run, manifest=run.manifest.model_copy(update={"crosscheck_passed": passed}))
    write_summary(doubtful, tmp_path / "s.xlsx")
    cover = openpyxl.load_workbook(tmp_path / "s.xlsx")["封面 cover"]
    assert any(said in str(cell.value) for row in cover.iter_rows() for cell in row)


def test_write_summary__text_is_never_a_formula(run: Run, tmp_path: Path) -> None:
    nasty = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "http://example.org", "{=1}"]
    names = run.areas["name"].tolist()
    names[: len(nasty)] = nasty
    quality = run.quality.assign(sentence_en='=HYPERLINK("http://example.org")').astype(run.quality.dtypes)
    write_summary(replace(run, areas=run.areas.assign(name=names), quality=quality), tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert set(nasty) <= {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.hyperlink and "example" in str(cell.hyperlink.target)]


def test_write_summary__dictionary_names_every_column(book: Workbook) -> None:
    known = {(row["sheet"], row["field name"]) for row in _rows(book["数据字典 data dictionary"])}
    for name in ALL["areas"].columns:
        assert ("低压网格 areas", name) in known


def test_low_voltage_transformers__the_node_furthest_below_its_own_limit(run: Run) -> None:
    low = low_voltage_transformers(run).set_index("transformer_id")
    assert set(low.index) == {"T005", "T006", "T007", "T011", "T012", "T013"}
    nodes = run.nodes[(run.nodes["transformer_id"] == "T006") & run.nodes["low_voltage"]]
    margins = nodes["voltage_min_pu"] - nodes["voltage_lower_pu"]
    assert low.loc["T006", "node_id"] == nodes.loc[margins.idxmin(), "node_id"]
    assert low.loc["T006", "low_nodes"] == len(nodes)
    assert low.loc["T006", "nodes"] == 5


def test_by_station__adds_up_and_marks_lower_bounds(run: Run) -> None:
    stations = by_station(run).set_index("supply_station")
    assert stations.loc["板桥供电所", "area_count"] == 2
    assert stations.loc["板桥供电所", "transformer_count"] == 6  # the dedicated one is not counted
    public = run.transformers[run.transformers["ownership"] == "public"]
    assert stations.loc["合计 total", "allowed_sum_kva"] == pytest.approx(public["allowed_kva"].sum())
    assert bool(stations.loc["蒲缥供电所", "lower_bound"])
    assert not bool(stations.loc["城关供电所", "lower_bound"])
    without_total = stations.drop("合计 total")
    for name in ("open", "blocked", "alerts_p3", "alerts_p4", "low_voltage", "rated_kva"):
        assert without_total[name].sum() == stations.loc["合计 total", name], name


def test_by_branch__a_unit_without_any_figure_is_unknown_not_zero(run: Run) -> None:
    blind = run.transformers.copy()
    blind.loc[blind["branch"] == "施甸分公司", "allowed_kva"] = None
    branches = by_branch(replace(run, transformers=blind)).set_index("branch")
    assert branches["allowed_sum_kva"].isna()["施甸分公司"]
    assert branches.loc["隆阳分公司", "allowed_sum_kva"] > 0


def test_words_of__every_code_of_every_table_has_words() -> None:
    for schema in ALL.values():
        for name, column in schema.columns.items():
            choices = column.metadata["choices"]
            if choices:
                assert set(choices) <= set(words_of(choices)), f"{schema.name}.{name}"


def test_missing_text__every_missing_figure_is_named() -> None:
    assert missing_text(ALL["transformers"].columns["smax_import_kva"]) == "未知 unknown"
    assert missing_text(ALL["areas"].columns["binding_element"]) == "—"
    assert missing_text(ALL["substations"].columns["rated_kva"]) == "未知 unknown"
