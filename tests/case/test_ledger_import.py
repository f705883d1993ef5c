"""From a workbook as an office fills it in to a case, and every problem in one go."""

import datetime as dt

import numpy as np
import openpyxl
import pandapower as pp
import pandas as pd
import pytest
from ledger_workbooks import DAYS, fill, issues_of, lv, meters, mv, transformer

from capacity.case.ledger import import_workbook
from capacity.errors import InputError


def errors(issues):
    return {issue.check.removeprefix("ledger.") for issue in issues if issue.severity == "error"}


def test_import__transformers_and_meters_only(tmp_path):
    book = fill(tmp_path / "ledger.xlsx")
    case = import_workbook(book, tmp_path / "小镇 Case", [meters(tmp_path / "m.csv", "T1", "T2", "T4")])
    assert case.settings.name == "case"
    assert case.settings.title_zh == "小镇"
    assert case.settings.synthetic
    assert case.settings.busbar_voltage["S01"].vm_pu == pytest.approx(1.04)
    assert case.substations.rated_kva.tolist() == [20000.0]
    assert case.transformers.rated_kva.tolist() == [400.0, 200.0, 100.0, 400.0]
    assert case.transformers.valid_from[1] == pd.Timestamp("2020-05-01")
    assert case.transformers.ownership.tolist() == ["public"] * 3 + ["dedicated"]
    assert case.areas.area_class.tolist() == ["county", "rural"]
    assert len(case.measurements) == 3 * len(DAYS)
    assert sorted(case.net.load.name) == ["T1/load", "T2/load", "T4/load"]
    assert (case.net.load.p_mw > 0).all()
    pp.runpp(case.net)
    assert case.net.converged
    topology = case.topology.trafos.set_index("trafo_id")
    assert topology.feeder_id.to_dict() == {"T1": "F01", "T2": "F01", "T3": "F02", "T4": "F02"}
    assert topology.live.all()
    checks = {issue.check: issue for issue in case.reading_issues}
    assert checks["ledger.no_readings"].ids == ("T3",)
    assert checks["ledger.sections_not_modelled"].ids == ("F01", "F02")
    assert any("没有量测" in note for note in case.settings.notes)
    assert case.areas.geometry.notna().all()


def test_import__mv_and_lv_lines_switches_and_customers(tmp_path):
    course = "LINESTRING (99.1 25.1, 99.11 25.11)"
    book = fill(
        tmp_path / "ledger.xlsx",
        mv_lines=[
            mv("L1", "F01", "S01", "P1", 长度="800m", 走向WKT=course),
            mv("L2", "F01", "P1", "T1"),
            mv("L3", "F02", "S01", "P2"),
            mv("L4", "F02", "P2", "T3"),
            mv("TIE", "F02", "P2", "P1", 开断位置="起点断开"),
            mv("SW", "F01", "P1", "P3", 型号="开关", 长度=None),
        ],
        transformers=[
            transformer("T1", "F01", "A01"),
            transformer("T2", "F01", "A01", 接入中压节点="P3"),
            transformer("T3", "F02", "A02", 分接档位=-1),
            transformer("T4", "F02", None, 公专变="专变", 接入中压节点="P2"),
        ],
        lv_lines=[lv("V1", "T1", "T1", "N1"), lv("V2", "T1", "N1", "N2", 型号="BLV-25", 长度=20)],
        customers=[
            {
                "用户编号": "C1",
                "配变编号": "T1",
                "接入点编号": "N1",
                "合同容量": "8kVA",
                "相数": "单相",
                "用电类别": "居民",
            },
            {"用户编号": "C2", "配变编号": "T1", "接入点编号": "N2", "合同容量": 16},
            {"用户编号": "C3", "配变编号": "T2", "接入点编号": "N9", "合同容量": 50},
        ],
        applications=[
            {"申请编号": "B1", "配变编号": "T1", "接入点编号": "N2", "申请容量": "30千瓦", "状态": "已批未投"}
        ],
        outages=[{"线路编号": "F01", "开始": "2023-05-01 08:00", "性质": "故障"}],
        exclusions=[
            {
                "配变编号": "T1",
                "起": dt.datetime(2023, 6, 1, 8),
                "止": "2023年6月1日 12:00",
                "原因": "表计",
                "填报人": "张",
            }
        ],
        projects=[{"项目编号": "X1", "阶段": "立项", "状态": "计划", "投资": "12.5万元"}],
    )
    case = import_workbook(book, tmp_path / "case", [meters(tmp_path / "m.csv", "T1", "T2", "T3", "T4")])
    assert set(case.topology.islands.loops) == {0}
    assert case.topology.buses.island.ge(0).all()
    line = case.net.line.set_index("name")
    assert line.length_km["L1"] == pytest.approx(0.8)
    assert line.std_type["V2"] == "BLV-25"
    assert line.length_km["V2"] == pytest.approx(0.02)
    assert case.feeders.head_line_id.tolist() == ["L1", "L3"]
    assert sorted(case.net.load.name) == ["C1", "C2", "T1/load", "T2/load", "T3/load", "T4/load"]
    assert case.net.trafo.set_index("name").tap_pos["T3"] == -1
    assert case.customers.node_id.tolist()[:2] == ["N1", "N2"]
    assert pd.isna(case.customers.node_id[2])
    assert case.applications.p_kw.tolist() == [30.0]
    assert case.applications.node_id.tolist() == ["N2"]
    assert case.projects.cost_yuan.tolist() == [125_000.0]
    assert case.exclusions["to"].tolist() == [pd.Timestamp("2023-06-01 12:00")]
    assert "ledger.node_not_modelled" in {issue.check for issue in case.reading_issues}
    pp.runpp(case.net)
    assert case.net.converged
    bus = case.net.bus.set_index("name")
    assert "99.11" in bus.geo["P1"]


def test_import__contract_capacities_only_share_out_what_a_transformer_can_carry(tmp_path):
    book = fill(
        tmp_path / "ledger.xlsx",
        lv_lines=[lv("V1", "T1", "T1", "N1"), lv("V2", "T1", "N1", "N2")],
        customers=[
            {"用户编号": "C1", "配变编号": "T1", "接入点编号": "N1", "合同容量": 1000},
            {"用户编号": "C2", "配变编号": "T1", "接入点编号": "N2", "合同容量": 3000},
        ],
    )
    case = import_workbook(book, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    load = case.net.load.set_index("name").p_mw
    assert load["C2"] == pytest.approx(3.0 * load["C1"])
    assert load.sum() == pytest.approx(0.4 * 0.3 * 0.95)


def test_import__what_the_contracts_do_not_explain_stands_at_the_busbar(tmp_path):
    book = fill(
        tmp_path / "ledger.xlsx",
        lv_lines=[lv("V1", "T1", "T1", "N1"), lv("V2", "T1", "N1", "N2")],
        customers=[
            {"用户编号": "C1", "配变编号": "T1", "接入点编号": "N1", "合同容量": 10},
            {"用户编号": "C2", "配变编号": "T1", "接入点编号": "N2", "合同容量": 20},
            {"用户编号": "C3", "配变编号": "T1", "合同容量": 40},
            {"用户编号": "C4", "配变编号": "T1", "接入点编号": "N2"},
        ],
    )
    case = import_workbook(book, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    load = case.net.load.set_index("name").p_mw
    peak_kva = np.hypot(1.0, 1.0 / 3.0) * case.measurements.p_kw.max()
    assert sorted(load.index) == ["C1", "C2", "T1/load"]
    assert load["C2"] == pytest.approx(2.0 * load["C1"])
    assert load["T1/load"] / load["C1"] == pytest.approx((peak_kva - 10 - 20) / 10)
    (said,) = [issue for issue in case.reading_issues if issue.check == "ledger.customers_incomplete"]
    assert said.ids == ("T1",)
    assert said.severity == "warning"


def test_import__a_file_that_is_not_there_is_named_and_nothing_else(tmp_path):
    assert errors(issues_of(tmp_path / "none.xlsx", tmp_path)) == {"no_file"}
    found = issues_of(fill(tmp_path / "ledger.xlsx"), tmp_path, [tmp_path / "none.csv"])
    assert errors(found) == {"readings.no_file"}
    assert all("none.csv" in issue.sentence_zh for issue in found if issue.severity == "error")


def test_import__as_of_from_the_last_reading(tmp_path):
    book = fill(tmp_path / "ledger.xlsx", case=[])
    case = import_workbook(book, tmp_path / "town", [meters(tmp_path / "m.csv", "T1")])
    assert case.settings.as_of == dt.date(2023, 6, 4)
    assert case.settings.title_zh == "town"
    assert "ledger.as_of_derived" in {issue.check for issue in case.reading_issues}


def test_import__without_as_of_and_readings_is_an_error(tmp_path):
    assert errors(issues_of(fill(tmp_path / "ledger.xlsx", case=[]), tmp_path)) == {"no_as_of"}


def test_import__without_readings_nothing_is_assumed(tmp_path):
    case = import_workbook(fill(tmp_path / "ledger.xlsx"), tmp_path / "case")
    assert case.net.load.empty
    assert case.measurements.empty


def test_import__every_problem_at_once_with_sheet_row_and_remedy(tmp_path):
    book = fill(
        tmp_path / "ledger.xlsx",
        transformers=[
            transformer("T1", "F01", None),
            transformer("T2", "F09", "A01"),
            transformer("T3", "F01", "A99"),
            transformer("T3", "F01", "A01"),
            transformer("T5", "F01", "A01", 型号="S13-M-315/10"),
            transformer("T6", "F01", "A01", 型号="SCB10", 额定容量=400),
            transformer("T7", "F01", "A01", 额定容量="很大"),
            transformer("T8", "F01", "A01", 公专变="混合"),
            transformer("T9", "F01", "A01", 额定容量=None),
            transformer("T10", "F01", "A01", 停用日期="2020-01-01", 启用日期="2021-01-01"),
            transformer("T11", "F01", "A01", 接入中压节点="P99"),
            transformer("T12", "F01", "A01", 启用日期="去年"),
            transformer("T13", "F01", "A01", 户数=12.5),
            transformer("T14", "F01", "A01", 额定容量=-5),
        ],
        areas=[{"网格编号": "A01", "网格名称": "文昌", "区域类别": "县城", "边界WKT": "POLYGON ((1 2))"}],
        mv_lines=[
            mv("L1", "F01", "S01", "P1", 型号="JKLYJ-10-121"),
            mv("L2", "F01", "P1", "P1"),
            mv("L3", "F01", "P1", "P2", 长度=None),
        ],
        lv_lines=[lv("V1", "T99", "T99", "P1")],
        outages=[{"线路编号": "F77", "开始": "2023-01-01", "性质": "故障"}],
    )
    issues = issues_of(book, tmp_path)
    assert errors(issues) == {
        "public_without_area",
        "unknown_reference",
        "repeated_id",
        "rating_contradicts_type",
        "unknown_type",
        "unreadable_cell",
        "blank_cell",
        "interval_reversed",
        "unknown_node",
        "unusable_wkt",
        "same_ends",
        "no_length",
        "node_on_two_levels",
    }
    by_row = next(issue for issue in issues if issue.check == "ledger.public_without_area")
    assert "row 3" in by_row.sentence_en
    assert "第 3 行" in by_row.sentence_zh
    assert by_row.ids == ("T1",)
    unknown = [issue for issue in issues if issue.check == "ledger.unknown_reference"]
    assert {issue.ids for issue in unknown} == {("F09",), ("A99",), ("T99",), ("F77",)}
    types = [issue for issue in issues if issue.check == "ledger.unknown_type"]
    assert any("JKLYJ-10-120" in issue.sentence_zh for issue in types)
    unreadable = {issue.column for issue in issues if issue.check == "ledger.unreadable_cell"}
    assert unreadable == {"rated_kva", "ownership", "valid_from", "customer_count"}
    assert all(issue.sentence_zh and issue.sentence_en and issue.file == "ledger.xlsx" for issue in issues)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in issue.sentence_zh) for issue in issues)


def test_import__errors_of_readings_come_with_those_of_the_ledger(tmp_path):
    book = fill(tmp_path / "ledger.xlsx", areas=[{"网格编号": "A01", "网格名称": "文昌", "区域类别": "城里"}])
    bad = tmp_path / "m.csv"
    pd.DataFrame({"甲": [1]}).to_csv(bad, index=False)
    checks = {issue.check for issue in issues_of(book, tmp_path, [bad])}
    assert {"ledger.unreadable_cell", "ledger.unknown_reference", "readings.no_meter_column"} <= checks


def test_import__transformer_without_node_on_a_modelled_feeder_is_named(tmp_path):
    book = fill(tmp_path / "ledger.xlsx", mv_lines=[mv("L1", "F01", "S01", "T1")])
    case = import_workbook(book, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    lost = next(issue for issue in case.reading_issues if issue.check == "ledger.no_node")
    assert lost.ids == ("T2",)
    assert case.topology.trafos.live.all()


def test_import__real_excel_life(tmp_path):
    """English sheet name, moved headings, blank and merged rows, extra columns and sheets, full-width ids."""
    path = fill(tmp_path / "ledger.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["配变 transformers"]
    sheet.title = "Transformers"
    sheet.insert_rows(1)
    sheet["A1"] = "某县供电公司配变台账"
    sheet.merge_cells("A1:F1")
    sheet.insert_rows(6)
    sheet.merge_cells("A6:C6")
    sheet.cell(2, sheet.max_column + 1, "备注")
    sheet.cell(4, 1, "　Ｔ１ ")
    book.create_sheet("统计")
    feeders = book["10千伏线路 feeders"]
    feeders.title = "10kV线路"
    feeders["A1"] = "feeder_id"
    book.save(path)
    case = import_workbook(path, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    assert case.transformers.transformer_id.tolist() == ["T1", "T2", "T3", "T4"]
    checks = {issue.check: issue for issue in case.reading_issues}
    assert checks["ledger.unknown_sheet"].ids == ("统计",)
    assert checks["ledger.unknown_column"].ids == ("备注",)


def test_import__renamed_system_code_is_named_not_guessed(tmp_path):
    book = fill(tmp_path / "ledger.xlsx")
    frame = pd.DataFrame({"台区编号": ["073000001", "999"], "时间": "2023-06-01 00:00", "有功功率(kW)": [10.0, 20.0]})
    path = tmp_path / "m.csv"
    frame.to_csv(path, index=False, encoding="gb18030")
    case = import_workbook(book, tmp_path / "case", [path])
    assert sorted(case.measurements.transformer_id) == ["999", "T1"]
    assert next(i for i in case.reading_issues if i.check == "readings.unknown_meter").ids == ("999",)


def one_reading(path, day, value=10.0):
    frame = pd.DataFrame({"台区编号": ["073000001"], "时间": f"{day} 00:00", "有功功率(kW)": [value]})
    frame.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_import__again_never_loses_readings_unasked(tmp_path):
    book, folder = fill(tmp_path / "ledger.xlsx"), tmp_path / "case"
    import_workbook(
        book, folder, [one_reading(tmp_path / "a.csv", "2023-06-01"), one_reading(tmp_path / "b.csv", "2023-06-02")]
    )
    before = (folder / "measurements.parquet").read_bytes()
    again = [one_reading(tmp_path / "c.csv", "2023-06-02", 11.0)]
    with pytest.raises(InputError, match=r"2023-06-01 to 2023-06-02; 1 of them .* --keep-readings"):
        import_workbook(book, folder, again)
    assert (folder / "measurements.parquet").read_bytes() == before
    kept = import_workbook(book, folder, again, stored="keep")
    assert kept.measurements["p_kw"].tolist() == [10.0, 11.0]  # the new reading wins where both speak
    assert any(issue.check == "ledger.kept_readings" for issue in kept.reading_issues)
    assert import_workbook(book, folder, again, stored="replace").measurements["p_kw"].tolist() == [11.0]


def test_import__readings_that_cannot_be_kept_are_not_dropped_silently(tmp_path):
    book, folder = fill(tmp_path / "ledger.xlsx"), tmp_path / "case"
    import_workbook(book, folder, [one_reading(tmp_path / "a.csv", "2023-06-01")])
    (folder / "measurements.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="cannot be read"):
        import_workbook(book, folder, [one_reading(tmp_path / "b.csv", "2023-06-02")])


def test_import__meters_of_nobody_write_no_case(tmp_path):
    frame = pd.DataFrame({"台区编号": ["999"], "时间": "2023-06-01 00:00", "有功功率(kW)": [20.0]})
    frame.to_csv(tmp_path / "m.csv", index=False, encoding="utf-8-sig")
    with pytest.raises(InputError, match="no reading of any transformer"):
        import_workbook(fill(tmp_path / "ledger.xlsx"), tmp_path / "case", [tmp_path / "m.csv"])
    assert not (tmp_path / "case").exists()


def broken(tmp_path, how):
    path = tmp_path / "ledger.xlsx"
    if how == "absent":
        return path
    if how == "text":
        path.write_text("台账", encoding="utf-8")
        return path
    if how == "zero bytes":
        path.write_bytes(b"")
        return path
    if how == "empty workbook":
        openpyxl.Workbook().save(path)
        return path
    fill(path)
    book = openpyxl.load_workbook(path)
    if how == "no sheet":
        del book["低压网格 areas"]
    elif how == "no headings":
        book["配变 transformers"].delete_rows(1)
    elif how == "no column":
        book["配变 transformers"].delete_cols(7)
    elif how == "doubled column":
        book["配变 transformers"].cell(1, 40, "额定容量 (kVA)")
    elif how == "only examples":
        book["配变 transformers"].delete_rows(3, 10)
    elif how == "two cases":
        book["基本信息 case"].append(["另一个"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("how", "check"),
    [
        ("absent", "no_file"),
        ("text", "no_workbook"),
        ("zero bytes", "no_workbook"),
        ("empty workbook", "no_sheet"),
        ("no sheet", "no_sheet"),
        ("no headings", "no_headings"),
        ("no column", "missing_column"),
        ("doubled column", "doubled_column"),
        ("only examples", "no_rows"),
        ("two cases", "several_cases"),
    ],
)
def test_import__broken_workbooks(tmp_path, how, check):
    issues = issues_of(broken(tmp_path, how), tmp_path)
    assert check in errors(issues)


def test_import__does_not_touch_an_existing_case_on_error(tmp_path):
    good = fill(tmp_path / "ledger.xlsx")
    import_workbook(good, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    before = {one.name: one.read_bytes() for one in (tmp_path / "case").iterdir()}
    bad = fill(tmp_path / "bad.xlsx", areas=[])
    with pytest.raises(InputError):
        import_workbook(bad, tmp_path / "case")
    assert {one.name: one.read_bytes() for one in (tmp_path / "case").iterdir()} == before
