"""Meter exports in the forms that metering systems really write."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from capacity.case.meters.readings import read_readings
from capacity.tables._schema import conform
from capacity.tables.inputs.measurements import MEASUREMENTS

TRANSFORMERS = pd.DataFrame({"transformer_id": ["T1", "T2"], "system_code": ["0730000001", "0730000002"]})
STARTS = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 15)]
ENDS = [f"{m // 60:02d}:{m % 60:02d}" for m in range(15, 1455, 15)]


def wide(rows, headings=STARTS, quantity="有功功率(kW)"):
    """rows: (meter, date, values)."""
    frame = pd.DataFrame([list(values) for _, _, values in rows], columns=headings)
    frame.insert(0, "数据类型", quantity)
    frame.insert(0, "日期", [date for _, date, _ in rows])
    frame.insert(0, "台区编号", [meter for meter, _, _ in rows])
    return frame


def write(path, frame, encoding="utf-8-sig"):
    frame.to_csv(path, index=False, encoding=encoding)
    return path


def codes(issues):
    return {issue.check.removeprefix("readings.") for issue in issues}


def series(measurements, one="T1", column="p_kw"):
    return measurements[measurements.transformer_id == one].set_index("timestamp")[column]


RAMP = np.arange(96, dtype=float)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_wide__every_encoding_of_a_chinese_office(tmp_path, encoding):
    path = write(tmp_path / "曲线.csv", wide([("0730000001", "2024-01-01", RAMP)]), encoding)
    measurements, issues = read_readings([path], TRANSFORMERS)
    conform(measurements, MEASUREMENTS)
    read = series(measurements)
    assert read[pd.Timestamp("2024-01-01 00:00")] == 0.0
    assert read[pd.Timestamp("2024-01-01 23:45")] == 95.0
    assert len(read) == 96
    assert codes(issues) == {"interval_start"}


@pytest.mark.parametrize("headings", [ENDS, [end.replace(":", "") for end in ENDS]])
def test_wide__columns_to_24_00_name_the_end_of_their_interval(tmp_path, headings):
    path = write(tmp_path / "a.csv", wide([("T1", "2024-01-01", RAMP)], headings))
    measurements, issues = read_readings([path], TRANSFORMERS)
    read = series(measurements)
    assert read.index[0] == pd.Timestamp("2024-01-01 00:00")
    assert read.iloc[0] == 0.0
    assert read.index[-1] == pd.Timestamp("2024-01-01 23:45")
    assert "interval_end" in codes(issues)


def test_wide__stated_convention_wins(tmp_path):
    path = write(tmp_path / "a.csv", wide([("T1", "2024-01-01", RAMP)]))
    measurements, issues = read_readings([path], TRANSFORMERS, stamps="end")
    assert series(measurements).index[0] == pd.Timestamp("2023-12-31 23:45")
    assert "interval_end" in codes(issues)


def test_wide__numbered_points(tmp_path):
    path = write(tmp_path / "a.csv", wide([("T1", 20240101, RAMP)], [f"P{n}" for n in range(1, 97)]))
    measurements, issues = read_readings([path], TRANSFORMERS)
    assert series(measurements)[pd.Timestamp("2024-01-01 00:15")] == 1.0
    assert codes(issues) == {"point_columns"}


def test_wide__missing_cells_stay_missing_and_zero_stays_zero(tmp_path):
    values = [None if n in (3, 4) else 0.0 if n == 5 else float(n) for n in range(96)]
    path = write(tmp_path / "a.csv", wide([("T1", "2024-01-01", values)]))
    read = series(read_readings([path], TRANSFORMERS)[0])
    assert pd.Timestamp("2024-01-01 00:45") not in read.index
    assert read[pd.Timestamp("2024-01-01 01:15")] == 0.0
    assert len(read) == 94


def test_wide__active_and_reactive_share_a_row_and_units_are_converted(tmp_path):
    rows = pd.concat(
        [
            wide([("T1", "2024-01-01", RAMP / 1000.0)], quantity="有功功率(MW)"),
            wide([("T1", "2024-01-01", RAMP / 2.0)], quantity="无功功率（kvar）"),
            wide([("T1", "2024-01-01", RAMP * 3.0)], quantity="A相电流(A)"),
        ]
    )
    measurements, _ = read_readings([write(tmp_path / "a.csv", rows)], TRANSFORMERS)
    row = measurements.iloc[40]
    assert (row.p_kw, row.q_kvar, row.i_a_a) == (40.0, 20.0, 120.0)
    assert pd.isna(row.s_kva)
    assert len(measurements) == 96


def test_wide__quantity_from_the_file_name(tmp_path):
    frame = wide([("T1", "2024-01-01", RAMP)]).drop(columns="数据类型")
    measurements, issues = read_readings([write(tmp_path / "无功功率曲线.csv", frame)], TRANSFORMERS)
    assert series(measurements, column="q_kvar").iloc[-1] == 95.0
    assert "unit_assumed" in codes(issues)


def test_wide__multiplier_makes_primary_values(tmp_path):
    frame = wide([("T1", "2024-01-01", RAMP), ("T2", "2024-01-01", RAMP)])
    frame.insert(2, "综合倍率", ["80", None])
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert series(measurements).iloc[-1] == 95.0 * 80.0
    assert series(measurements, "T2").empty
    assert {"multiplied", "unreadable_multiplier"} <= codes(issues)


def test_wide__excel_with_dates_and_two_sheets(tmp_path):
    path = tmp_path / "readings.xlsx"
    with pd.ExcelWriter(path) as book:
        wide([("0730000001", dt.datetime(2024, 1, 1), RAMP)]).to_excel(book, sheet_name="有功", index=False)
        wide([(730000002, dt.datetime(2024, 1, 1), RAMP)]).to_excel(book, sheet_name="二月", index=False)
    measurements, issues = read_readings([path], TRANSFORMERS)
    assert len(series(measurements)) == 96
    assert "unknown_meter" in codes(issues)  # the leading zero is lost: named, not guessed


def test_wide__another_step_is_an_error(tmp_path):
    hourly = wide([("T1", "2024-01-01", RAMP[:24])], STARTS[::4])
    measurements, issues = read_readings([write(tmp_path / "a.csv", hourly)], TRANSFORMERS)
    assert measurements.empty
    wrong = next(issue for issue in issues if issue.check == "readings.wrong_step")
    assert wrong.severity == "error"
    assert "60 min" in wrong.sentence_en
    assert "60 分钟" in wrong.sentence_zh
    points = wide([("T1", "2024-01-01", RAMP[:24])], [f"P{n}" for n in range(1, 25)])
    assert "wrong_step" in codes(read_readings([write(tmp_path / "b.csv", points)], TRANSFORMERS)[1])


def test_wide__lost_columns_are_named(tmp_path):
    frame = wide([("T1", "2024-01-01", RAMP)]).drop(columns=["00:30"])
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert len(measurements) == 95
    assert "missing_columns" in codes(issues)


def test_long__a_column_per_quantity(tmp_path):
    frame = pd.DataFrame(
        {
            "transformer_id": ["T1", "T1", "T2"],
            "timestamp": ["2024-01-01 00:00", "2024/1/1 0:15", "2024年1月1日 00:30:00"],
            "p_kw": ["1,000.5", "", "3"],
            "q_kvar": [1, 2, None],
        }
    )
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert series(measurements)[pd.Timestamp("2024-01-01")] == 1000.5
    assert pd.isna(series(measurements)[pd.Timestamp("2024-01-01 00:15")])
    assert series(measurements, "T2").to_dict() == {pd.Timestamp("2024-01-01 00:30"): 3.0}
    assert codes(issues) == {"interval_start"}


def test_long__24_00_means_interval_end(tmp_path):
    frame = pd.DataFrame(
        {"台区编号": ["0730000001"] * 2, "时间": ["2024-01-01 00:15", "2024-01-01 24:00"], "有功功率(kW)": [1.0, 2.0]}
    )
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert list(series(measurements).index) == [pd.Timestamp("2024-01-01 00:00"), pd.Timestamp("2024-01-01 23:45")]
    assert "interval_end" in codes(issues)


def test_long__quantity_value_unit_columns(tmp_path):
    frame = pd.DataFrame(
        {
            "台区编号": ["0730000001"] * 3,
            "日期": ["2024-01-01"] * 3,
            "时间": ["00:00", "00:00", "00:15"],
            "数据类型": ["有功功率", "无功功率", "有功功率"],
            "数值": [0.5, 20, 0.6],
            "单位": ["MW", "kvar", "MW"],
        }
    )
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert measurements.p_kw.tolist() == [500.0, 600.0]
    assert measurements.q_kvar.tolist()[0] == 20.0
    assert "unit_assumed" not in codes(issues)


def test_long__parquet_with_time_zone(tmp_path):
    path = tmp_path / "a.parquet"
    stamps = pd.to_datetime(["2023-12-31 16:00", "2023-12-31 16:15"]).tz_localize("UTC")
    pd.DataFrame({"transformer_id": "T1", "timestamp": stamps, "p_kw": [1.0, 2.0]}).to_parquet(path)
    measurements, _ = read_readings([path], TRANSFORMERS)
    assert series(measurements).index[0] == pd.Timestamp("2024-01-01 00:00")


def test_duplicates__identical_once_contradictory_both_kept(tmp_path):
    other = RAMP.copy()
    other[10] = 999.0
    a = write(tmp_path / "a.csv", wide([("T1", "2024-01-01", RAMP)]))
    b = write(tmp_path / "b.csv", wide([("T1", "2024-01-01", other)]))
    q = write(tmp_path / "q.csv", wide([("T1", "2024-01-01", RAMP)], quantity="无功功率(kvar)"))
    measurements, issues = read_readings([a, b, q], TRANSFORMERS)
    both = measurements[measurements.timestamp == pd.Timestamp("2024-01-01 02:30")]
    assert sorted(both.p_kw) == [10.0, 999.0]
    assert both.q_kvar.tolist() == [10.0, 10.0]
    assert len(measurements) == 97
    assert measurements.timestamp.is_monotonic_increasing
    identical = next(issue for issue in issues if issue.check == "readings.identical_duplicates")
    assert identical.sentence_en.startswith("95 ")
    clash = next(issue for issue in issues if issue.check == "readings.contradictory_duplicates")
    assert clash.ids == ("T1",)
    assert "02:30" in clash.sentence_zh


def test_issues__unknown_meter_bad_date_bad_value_off_grid(tmp_path):
    frame = pd.DataFrame(
        {
            "台区编号": ["0730000001", "0739999999", "0730000001", "0730000001", "0730000001", None],
            "时间": [
                "2024-01-01 00:00",
                "2024-01-01 00:00",
                "某日",
                "2024-01-01 00:07",
                "2024-01-01 00:15",
                "2024-01-01",
            ],
            "有功功率(kW)": ["1", "2", "3", "4", "故障", "5"],
        }
    )
    measurements, issues = read_readings([write(tmp_path / "a.csv", frame)], TRANSFORMERS)
    assert sorted(measurements.transformer_id) == ["0739999999", "T1"]  # nothing is lost: kept under its own name
    by = {issue.check.removeprefix("readings."): issue for issue in issues}
    assert by["unknown_meter"].ids == ("0739999999",)
    assert by["unreadable_date"].ids == ("row 4",)
    assert by["unreadable_value"].ids == ("row 6",)
    assert by["off_grid"].ids == ("row 5",)
    assert "blank_meter" in by
    assert all(issue.sentence_zh and issue.file for issue in issues)


@pytest.mark.parametrize(
    ("columns", "check"),
    [
        ({"甲": [1], "乙": [2]}, "no_meter_column"),
        ({"台区编号": ["T1"], "有功功率(kW)": [1.0]}, "no_time_column"),
        ({"台区编号": ["T1"], "时间": ["2024-01-01"], "温度": [1.0]}, "no_quantity"),
        ({"台区编号": ["T1"], "时间": ["2024-01-01"], "正向有功电量(kWh)": [1.0]}, "energy_not_power"),
        ({"台区编号": ["T1"], **{start: [1.0] for start in STARTS}}, "no_date_column"),
        (
            {"台区编号": ["T1"], "日期": ["2024-01-01"], "数据类型": ["电压(V)"], **{s: [1.0] for s in STARTS}},
            "unknown_quantity",
        ),
    ],
)
def test_issues__tables_that_cannot_be_understood(tmp_path, columns, check):
    path = write(tmp_path / "a.csv", pd.DataFrame(columns))
    measurements, issues = read_readings([path], TRANSFORMERS)
    assert measurements.empty
    assert check in codes(issues)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.xlsx", b"not a workbook"),
        ("a.parquet", b"PAR1"),
        ("a.pdf", b"%PDF"),
        ("b.csv", b"\x81\xff\x00"),
    ],
)
def test_issues__damaged_files(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    measurements, issues = read_readings([path], TRANSFORMERS)
    assert measurements.empty
    assert {"unreadable_file", "no_meter_column"} & codes(issues)
    assert any(issue.severity == "error" for issue in issues)


def test_issues__missing_file(tmp_path):
    assert "no_file" in codes(read_readings([tmp_path / "none.csv"], TRANSFORMERS)[1])


def test_meters__ambiguous_system_code_is_not_guessed(tmp_path):
    twins = TRANSFORMERS.assign(system_code="0730000001")
    path = write(tmp_path / "a.csv", wide([("0730000001", "2024-01-01", RAMP), ("T2", "2024-01-01", RAMP)]))
    measurements, issues = read_readings([path], twins)
    assert set(measurements.transformer_id) == {"T2", "0730000001"}
    assert {"ambiguous_code", "unknown_meter"} <= codes(issues)
