"""Ledger workbooks and meter exports for the tests: the template filled in as an office would."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from capacity.case.ledger import import_workbook, write_template
from capacity.case.ledger.sheets import SHEETS
from capacity.errors import InputError

DAYS = pd.date_range("2023-06-01", "2023-06-03 23:45", freq="15min")


def fill(path, **changes):
    """The template filled in for a small town; ``changes`` replace whole sheets by key."""
    write_template(path)
    sheets = {
        "case": [{"案例名称": "小镇", "统计截止日": "2023-06-04", "是否虚构": "是"}],
        "substations": [
            {"变电站编号": "S01", "变电站名称": "城北变", "主变总容量": "20 MVA", "10千伏母线运行电压": 10.4}
        ],
        "feeders": [
            {"线路编号": "F01", "线路名称": "城北一线", "变电站编号": "S01"},
            {"线路编号": "F02", "线路名称": "城北二线", "变电站编号": "S01"},
        ],
        "areas": [
            {"网格编号": "A01", "网格名称": "文昌", "区域类别": "县城", "供电所": "城区所"},
            {"网格编号": "A02", "网格名称": "南门", "区域类别": "农村"},
        ],
        "transformers": [
            transformer("T1", "F01", "A01"),
            transformer("T2", "F01", "A01", 额定容量="200kVA", 型号="S11-M", 启用日期="2020/5/1"),
            transformer("T3", "F02", "A02", 额定容量="１００", 型号="S20-M-100/10"),
            transformer("T4", "F02", None, 公专变="专变", 台区编号=None),
        ],
    } | changes
    book = openpyxl.load_workbook(path)
    for spec in SHEETS:
        put(book[spec.title], sheets.get(spec.key, []))
    book.save(path)
    return path


def put(sheet, rows):
    heads = {str(cell.value).split("\n")[0].split(" ")[0]: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=3):
        for key, value in row.items():
            sheet.cell(number, heads[key], value)


def transformer(one, feeder, area, **changes):
    return {
        "配变编号": one,
        "台区编号": f"07300000{one[1:]}",
        "配变名称": f"{one}号公变",
        "网格编号": area,
        "线路编号": feeder,
        "公专变": "公变",
        "额定容量": 400,
        "计量侧": "低压侧",
        "户数": 120,
        "型号": "S13-M-400/10",
        "经度": 99.1 + int(one[1:]) / 1000,
        "纬度": 25.1,
    } | changes


def meters(path, *ids):
    p_kw = 100.0 + 50.0 * np.sin(np.arange(len(DAYS)) / 10.0)
    frames = [
        pd.DataFrame({"transformer_id": one, "timestamp": DAYS, "p_kw": p_kw, "q_kvar": p_kw / 3.0}) for one in ids
    ]
    pd.concat(frames).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def issues_of(path, tmp_path, readings=()):
    with pytest.raises(InputError) as caught:
        import_workbook(path, tmp_path / "case", readings)
    assert not (tmp_path / "case").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".case")]
    return caught.value.issues


def mv(one, feeder, start, end, **changes):
    return {
        "线路段编号": one,
        "线路编号": feeder,
        "起点": start,
        "终点": end,
        "型号": "JKLYJ-10-120",
        "长度": 0.5,
    } | changes


def lv(one, transformer_id, start, end, **changes):
    return {
        "线路段编号": one,
        "配变编号": transformer_id,
        "起点": start,
        "终点": end,
        "型号": "JKLYJ-1-70",
        "长度": 60,
    } | changes
