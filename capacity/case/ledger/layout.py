"""Write the ledger's sheets with xlsxwriter: bilingual headings, comments, lists of choices, frozen panes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import xlsxwriter

from capacity.case.ledger.cells import expected
from capacity.case.ledger.sheets import INSTRUCTIONS, SHEETS, Field, SheetSpec
from capacity.tables.chinese import in_chinese

LAST_LISTED_ROW = 5000
"""Down to this row the lists of choices are offered."""

_INSTRUCTIONS = (
    ("配电网台账工作簿", "Ledger workbook of a distribution grid", "title"),
    (
        "1. 每张工作表首行为列名，带 * 的列必填，其余选填；不知道的请留空，不要填 0。",
        "1. The first row holds the headings. Columns marked * must be filled in; "
        "leave unknown cells empty, do not write 0.",
        "",
    ),
    (
        "2. 灰色斜体的“示例”行只作示范，导入时忽略，可以删除。",
        "2. Rows in grey italics that begin with 示例 are examples; the import ignores them.",
        "",
    ),
    (
        "3. 单元格批注说明每列含义、单位和可选值；有下拉列表的请从中选择。",
        "3. Comments on the headings explain each column; use the lists where they are offered.",
        "",
    ),
    (
        "4. 编号在各表之间必须一致（配变编号、线路编号、网格编号、变电站编号）。",
        "4. Ids must agree between the sheets.",
        "",
    ),
    (
        "5. 没有中压线路段或低压线路也可以导入：结果相应只到配变和网格，并注明。",
        "5. MV and LV lines may be left out: results then stop at transformers and areas, and say so.",
        "",
    ),
    (
        "6. 坐标默认为 WGS 84 经纬度（EPSG:4326），其他坐标系请在“基本信息”中注明；加密坐标（GCJ-02、BD-09）须先转换。",
        "6. Coordinates are WGS 84 unless the case sheet names another EPSG code. "
        "GCJ-02 and BD-09 must be converted first.",
        "",
    ),
    (
        "7. 量测数据（96 点曲线）不填在本工作簿中，导入时另行指定文件。",
        "7. Meter readings are not part of this workbook; name their files when importing.",
        "",
    ),
    (
        "8. 导入会一次列出全部问题（工作表、行号、列、编号和处理办法），改正后重新导入即可。",
        "8. The import lists every problem at once, with sheet, row, column and remedy.",
        "",
    ),
)


def write_workbook(path: Any, rows: Mapping[str, Iterable[Mapping[str, Any]]], *, examples: bool) -> None:
    """Write every sheet of the ledger to ``path``.

    Parameters
    ----------
    rows : by sheet key, records by column key; codes are written in Chinese words.
    examples : whether each sheet starts with its marked example row.
    """
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm", "nan_inf_to_errors": True}) as book:
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "": book.add_format({"text_wrap": True, "valign": "top"}),
            "required": book.add_format(_heading("#F8CBAD")),
            "optional": book.add_format(_heading("#DDEBF7")),
            "example": book.add_format({"italic": True, "font_color": "#808080"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "text": book.add_format({"num_format": "@"}),
        }
        _instructions(book, styles)
        for spec in SHEETS:
            _sheet(book, styles, spec, rows.get(spec.key, ()), examples)


def heading(field: Field) -> str:
    """A column's heading: Chinese with unit and, where required, an asterisk; English below."""
    unit = f" ({field.unit})" if field.unit else ""
    return f"{field.zh}{unit}{' *' if field.required else ''}\n{field.en}"


def comment(field: Field) -> str:
    """What the comment on a heading says."""
    _, allowed_zh = expected(field)
    lines = ["必填 required" if field.required else "选填 optional"]
    if field.dtype != "string" or field.choices:
        lines.append(f"应为{allowed_zh}")
    if field.unique:
        lines.append("不可重复 unique")
    if field.description:
        lines.append(_both(field.description))
    if field.missing:
        lines.append(f"空值 empty: {_both(field.missing)}")
    return "\n".join(lines)


def _both(sentence: str) -> str:
    chinese = in_chinese(sentence)
    return sentence if chinese == sentence else f"{chinese}\n{sentence}"


def _heading(colour: str) -> dict[str, Any]:
    return {"bold": True, "bg_color": colour, "text_wrap": True, "valign": "top", "border": 1}


def _instructions(book: Any, styles: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 1, 70)
    row = 0
    for zh, en, style in _INSTRUCTIONS:
        sheet.write_string(row, 0, zh, styles[style])
        sheet.write_string(row, 1, en, styles[style])
        row += 1
    row += 1
    for spec in SHEETS:
        need = ("必填", "required") if spec.required else ("选填", "optional")
        sheet.write_string(row, 0, f"{spec.title}（{need[0]}）：{spec.note_zh}", styles[""])
        sheet.write_string(row, 1, f"{spec.en} ({need[1]}): {spec.note_en}", styles[""])
        row += 1


def _sheet(book: Any, styles: Mapping[str, Any], spec: SheetSpec, rows: Any, examples: bool) -> None:
    sheet = book.add_worksheet(spec.title)
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 48)
    for place, field in enumerate(spec.fields):
        sheet.write_string(0, place, heading(field), styles["required" if field.required else "optional"])
        sheet.write_comment(0, place, comment(field), {"x_scale": 2, "y_scale": 1.4})
        as_text = field.dtype == "string" and not field.choices
        sheet.set_column(place, place, 18, styles["text"] if as_text else None)
        if field.choices:
            words = [word.zh for word in field.choices.values()]
            sheet.data_validation(
                1, place, LAST_LISTED_ROW, place, {"validate": "list", "source": words, "error_type": "warning"}
            )
    first = 1
    if examples:
        for place, field in enumerate(spec.fields):
            sheet.write(1, place, spec.example.get(field.key, ""), styles["example"])
        first = 2
    for number, row in enumerate(rows, start=first):
        for place, field in enumerate(spec.fields):
            _cell(sheet, styles, number, place, row.get(field.key), field)


def _cell(sheet: Any, styles: Mapping[str, Any], row: int, place: int, value: Any, field: Field) -> None:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return
    if field.choices:
        code = str(value).casefold() if field.dtype == "boolean" else str(value)
        sheet.write_string(row, place, field.choices[code].zh)
    elif field.dtype.startswith("datetime"):
        moment = pd.Timestamp(value)
        whole_day = moment == moment.normalize()
        sheet.write_datetime(row, place, moment.to_pydatetime(), styles["date" if whole_day else "moment"])
    elif field.dtype in ("float64", "Int64"):
        sheet.write_number(row, place, float(value))
    else:
        sheet.write_string(row, place, str(value), styles["text"])
