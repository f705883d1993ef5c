"""Template, export and back, and the monthly append."""

import dataclasses

import numpy as np
import openpyxl
import pandas as pd
import pytest
from ledger_workbooks import fill, issues_of, lv, meters, mv, transformer

from capacity.case.folder.reading import load_case
from capacity.case.ledger import (
    append_readings,
    export_readings,
    export_workbook,
    import_workbook,
    write_template,
)
from capacity.case.ledger.sheets import EXAMPLE_MARKS, INSTRUCTIONS, SHEETS
from capacity.errors import InputError


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Two feeders with an open tie, four transformers, LV lines below one, three of them metered."""
    folder = tmp_path_factory.mktemp("town")
    book = fill(
        folder / "ledger.xlsx",
        areas=[
            {
                "网格编号": "A01",
                "网格名称": "文昌（一）",
                "区域类别": "县城",
                "边界WKT": "POLYGON ((99 25, 99.2 25, 99.2 25.2, 99 25))",
            },
            {"网格编号": "A02", "网格名称": "南门", "区域类别": "农村", "分公司": "某县"},
        ],
        mv_lines=[
            mv("L1", "F01", "S01", "P1", 走向WKT="LINESTRING (99.1 25.1, 99.11 25.11)"),
            mv("L2", "F01", "P1", "T1"),
            mv("L3", "F02", "S01", "P2", 型号="YJV22-8.7/15-3×300", 并列回数=2),
            mv("TIE", "F02", "P2", "P1", 开断位置="终点断开"),
            mv("SW", "F01", "P1", "P3", 型号="开关", 长度=None),
        ],
        transformers=[
            transformer("T1", "F01", "A01", 启用日期="2020-05-01"),
            transformer("T2", "F01", "A01", 接入中压节点="P3", 额定容量=200, 型号="S11-M-200/10", 分接档位=-1),
            transformer("T3", "F02", "A02", 接入中压节点="P2", 户数=None),
            transformer("T4", "F02", None, 公专变="专变", 接入中压节点="P2", 台区编号=None),
        ],
        lv_lines=[lv("V1", "T1", "T1", "N1"), lv("V2", "T1", "N1", "N2", 型号="BLV-25", 长度=20)],
        customers=[{"用户编号": "C1", "配变编号": "T1", "接入点编号": "N1", "合同容量": 8, "相数": "单相"}],
        applications=[{"申请编号": "B1", "配变编号": "T1", "接入点编号": "N2", "申请容量": 30, "状态": "已批未投"}],
        outages=[{"线路编号": "F01", "开始": "2023-05-01 08:00", "性质": "故障", "停电户数": 120}],
        exclusions=[
            {"配变编号": "T1", "起": "2023-06-01 08:00", "止": "2023-06-01 12:00", "原因": "表计", "填报人": "张"}
        ],
        projects=[{"项目编号": "X1", "阶段": "立项", "状态": "计划", "投资": 125000, "投产日期": "2024-05-01"}],
    )
    return import_workbook(book, folder / "town", [meters(folder / "m.csv", "T1", "T2", "T4")])


def with_gaps(case):
    """The case with missing rows and cells, as meters lose them."""
    frame = case.measurements.drop(index=case.measurements.index[10:40]).reset_index(drop=True)
    frame.loc[60:70, "q_kvar"] = np.nan
    return dataclasses.replace(case, measurements=frame)


@pytest.mark.parametrize("form", ["wide", "long"])
def test_round_trip__without_lv_lines_and_with_gaps(town, tmp_path, form):
    case = with_gaps(town)
    left_out = export_workbook(case, tmp_path / "out.xlsx", lv_lines=False)
    assert left_out == []
    export_readings(case, tmp_path / "out.csv", form)
    again = import_workbook(tmp_path / "out.xlsx", tmp_path / "town", [tmp_path / "out.csv"])
    pd.testing.assert_frame_equal(again.measurements, case.measurements)
    pd.testing.assert_frame_equal(again.transformers, case.transformers)
    pd.testing.assert_frame_equal(pd.DataFrame(again.areas.drop(columns="geometry")), areas(case))
    assert again.areas.geometry[0].equals(case.areas.geometry[0])
    for table in ("substations", "feeders", "projects", "outages", "exclusions"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(case, table))
    assert again.applications.node_id.isna().all()
    ours, theirs = again.settings.model_dump(exclude={"sources", "notes"}), case.settings.model_dump()
    assert ours == {key: theirs[key] for key in ours}
    same_mv_network(again.net, case.net)


def areas(case):
    return pd.DataFrame(case.areas.drop(columns="geometry"))


def same_mv_network(ours, theirs):
    columns = ["sn_mva", "vk_percent", "vkr_percent", "pfe_kw", "i0_percent", "tap_pos", "std_type", "in_service"]
    pd.testing.assert_frame_equal(ours.trafo.set_index("name")[columns], theirs.trafo.set_index("name")[columns])
    for net in (ours, theirs):
        net.line["start"] = net.line.from_bus.map(net.bus.name)
        net.line["end"] = net.line.to_bus.map(net.bus.name)
    mv_lines = theirs.line.from_bus.map(theirs.bus.vn_kv) > 1.0
    columns = ["start", "end", "length_km", "r_ohm_per_km", "x_ohm_per_km", "max_i_ka", "parallel", "std_type"]
    pd.testing.assert_frame_equal(
        ours.line.set_index("name")[columns], theirs.line[mv_lines].set_index("name")[columns], check_dtype=False
    )
    assert (
        ours.switch[["et", "closed"]].value_counts().to_dict()
        == theirs.switch[["et", "closed"]].value_counts().to_dict()
    )


def test_round_trip__with_lv_lines_gives_the_same_network(town, tmp_path):
    export_workbook(town, tmp_path / "out.xlsx")
    export_readings(town, tmp_path / "out.csv")
    again = import_workbook(tmp_path / "out.xlsx", tmp_path / "town", [tmp_path / "out.csv"])
    for table in ("transformers", "customers", "applications", "measurements"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(town, table))
    for element in ("bus", "load"):
        ours, theirs = getattr(again.net, element), getattr(town.net, element)
        assert sorted(ours.name) == sorted(theirs.name)
    assert sorted(again.net.line.name) == sorted(town.net.line.name)
    assert again.net.load.p_mw.sum() == pytest.approx(town.net.load.p_mw.sum())
    geo = again.net.bus.set_index("name").geo
    assert geo["T2/lv"] == town.net.bus.set_index("name").geo["T2/lv"]


def test_export_readings__contradictory_ones_survive(town, tmp_path):
    twice = town.measurements.iloc[[5]].assign(p_kw=999.0)
    frame = pd.concat([town.measurements, twice]).sort_values(["transformer_id", "timestamp"], kind="stable")
    case = dataclasses.replace(town, measurements=frame.reset_index(drop=True))
    export_workbook(case, tmp_path / "out.xlsx")
    export_readings(case, tmp_path / "out.csv")
    again = import_workbook(tmp_path / "out.xlsx", tmp_path / "town", [tmp_path / "out.csv"])
    pd.testing.assert_frame_equal(again.measurements, case.measurements)
    assert "readings.contradictory_duplicates" in {issue.check for issue in again.reading_issues}


def test_export_readings__a_chinese_excel_can_open_it(town, tmp_path):
    export_readings(town, tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig", dtype={"台区编号": str})
    assert list(frame.columns[:5]) == ["台区编号", "日期", "数据类型", "00:00", "00:15"]
    assert frame.columns[-1] == "23:45"
    assert set(frame["台区编号"]) == {"073000001", "073000002", "T4"}


def test_export_workbook__says_what_a_ledger_cannot_hold(town, tmp_path):
    import pandapower as pp

    case = load_case_copy(town, tmp_path)
    pp.create_sgen(case.net, int(case.net.bus.index[-1]), p_mw=0.01, name="PV1")
    case.net.line.loc[case.net.line.name == "L1", "r_ohm_per_km"] = 0.5
    issues = {issue.check: issue for issue in export_workbook(case, tmp_path / "out.xlsx")}
    assert issues["ledger.not_exported_element"].ids == ("PV1",)
    assert issues["ledger.not_exported_parameters"].ids == ("L1",)


def load_case_copy(town, tmp_path):
    from capacity.case.folder.writing import write_case

    write_case(town, tmp_path / "copy")
    return load_case(tmp_path / "copy")


def test_template__every_sheet_explains_itself(tmp_path):
    write_template(tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")
    assert book.sheetnames == [INSTRUCTIONS, *(spec.title for spec in SHEETS)]
    assert "必填" in " ".join(str(row[0].value) for row in book[INSTRUCTIONS].iter_rows())
    for spec in SHEETS:
        sheet = book[spec.title]
        assert sheet.freeze_panes == "B2"
        for cell, field in zip(sheet[1], spec.fields, strict=True):
            assert cell.value.startswith(field.zh)
            assert ("*" in cell.value) == field.required
            assert (f"({field.unit})" in cell.value) == bool(field.unit)
            assert cell.comment is not None
        first = next(cell.value for cell in sheet[2] if cell.value)
        assert str(first).startswith(EXAMPLE_MARKS)
        lists = {str(rule.sqref).split("2")[0] for rule in sheet.data_validations.dataValidation}
        assert len(lists) == sum(bool(field.choices) for field in spec.fields)


def test_template__examples_are_no_data(tmp_path):
    write_template(tmp_path / "template.xlsx")
    checks = {issue.check for issue in issues_of(tmp_path / "template.xlsx", tmp_path)}
    assert checks == {"ledger.no_rows", "ledger.no_as_of"}


def test_append__adds_completes_repeats_and_names_contradictions(town, tmp_path):
    case = load_case_copy(town, tmp_path)
    folder = tmp_path / "copy"
    others = {one.name: one.read_bytes() for one in folder.iterdir() if one.name != "measurements.parquet"}
    last = case.measurements[case.measurements.transformer_id == "T1"].tail(2)
    new = pd.DataFrame(
        {
            "transformer_id": ["T1", "T1", "T1", "T3"],
            "timestamp": [*last.timestamp, pd.Timestamp("2023-06-04"), pd.Timestamp("2023-06-04")],
            "p_kw": [last.p_kw.iloc[0], 777.0, 50.0, 60.0],
            "i_a_a": [10.0, np.nan, np.nan, np.nan],
        }
    )
    new.to_csv(tmp_path / "june.csv", index=False)
    report = append_readings(folder, [tmp_path / "june.csv"])
    assert (report.added, report.completed, report.unchanged, report.contradictory) == (2, 1, 0, 1)
    assert report.last == pd.Timestamp("2023-06-04")
    checks = {issue.check: issue for issue in report.issues}
    assert checks["ledger.contradicts_stored"].ids == ("T1",)
    assert checks["ledger.first_readings"].ids == ("T3",)
    stored = load_case(folder).measurements
    one = stored[stored.transformer_id == "T1"].set_index("timestamp")
    assert one.i_a_a[last.timestamp.iloc[0]] == 10.0
    assert one.q_kvar[last.timestamp.iloc[0]] == last.q_kvar.iloc[0]
    assert one.p_kw[last.timestamp.iloc[1]] == last.p_kw.iloc[1]
    assert len(stored) == len(case.measurements) + 2
    again = append_readings(folder, [tmp_path / "june.csv"], contradictory="take_new")
    assert (again.added, again.unchanged, again.contradictory) == (0, 3, 1)
    stored = load_case(folder).measurements
    assert stored[stored.transformer_id == "T1"].set_index("timestamp").p_kw[last.timestamp.iloc[1]] == 777.0
    assert len(stored) == len(case.measurements) + 2
    assert {one.name: one.read_bytes() for one in folder.iterdir() if one.name in others} == others
    assert sorted(one.name for one in folder.iterdir()) == sorted([*others, "measurements.parquet"])


def test_append__errors_leave_the_case_as_it_was(town, tmp_path):
    load_case_copy(town, tmp_path)
    folder = tmp_path / "copy"
    before = (folder / "measurements.parquet").read_bytes()
    (tmp_path / "bad.xlsx").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read"):
        append_readings(folder, [tmp_path / "bad.xlsx"])
    with pytest.raises(InputError):
        append_readings(tmp_path / "nowhere", [])
    assert (folder / "measurements.parquet").read_bytes() == before


def test_append__to_a_case_without_readings(town, tmp_path):
    from capacity.case.folder.writing import write_case

    write_case(dataclasses.replace(town, measurements=town.measurements.head(0)), tmp_path / "empty")
    meters(tmp_path / "m.csv", "T1")
    report = append_readings(tmp_path / "empty", [tmp_path / "m.csv"])
    assert report.added == 288
    assert len(load_case(tmp_path / "empty").measurements) == 288


def test_busbar_voltage__measured_curve_and_its_gaps(tmp_path):
    rows = [
        {"变电站编号": "S01", "时间": "2023-06-03 23:30", "电压": 10.6},
        {"变电站编号": "S01", "时间": "2023-06-03 23:45", "电压": "10500V"},
    ]
    book = fill(tmp_path / "ledger.xlsx", busbar_voltage=rows)
    case = import_workbook(book, tmp_path / "case", [meters(tmp_path / "m.csv", "T1")])
    voltage = case.settings.busbar_voltage["S01"]
    assert (voltage.source, voltage.profile) == ("measured", "S01/vm_pu")
    assert case.profiles["S01/vm_pu"].tolist()[-3:] == pytest.approx([1.04, 1.06, 1.05])
    filled = next(issue for issue in case.reading_issues if issue.check == "ledger.busbar_voltage_filled")
    assert "35038 of 35040" in filled.sentence_en
    export_workbook(case, tmp_path / "out.xlsx")
    again = import_workbook(tmp_path / "out.xlsx", tmp_path / "again")
    pd.testing.assert_frame_equal(again.profiles, case.profiles)


def test_busbar_voltage__of_an_unknown_substation_or_impossible(tmp_path):
    rows = [
        {"变电站编号": "S09", "时间": "2023-06-03 23:30", "电压": 10.6},
        {"变电站编号": "S01", "时间": "2023-06-03 23:30", "电压": 104},
    ]
    checks = {i.check for i in issues_of(fill(tmp_path / "ledger.xlsx", busbar_voltage=rows), tmp_path)}
    assert {"ledger.unknown_reference", "ledger.unreadable_cell"} <= checks
