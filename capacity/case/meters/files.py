"""Meter exports as files: read them as tables of text and numbers, and understand their headings."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capacity.case.issues import problem
from capacity.tables.issue import Issue

ROLES = {
    "id": "transformerid 配变编号 变压器编号 systemcode 台区编号 台区编码 台区号 台区id "
    "计量点编号 表号 电表编号 资产编号 meterid meter",
    "date": "date 日期 数据日期 采集日期 日期时间 统计日期",
    "time": "timestamp time 时间 数据时间 采集时间 时刻 datetime 开始时间 起始时间",
    "end_time": "结束时间 截止时间 endtime intervalend",
    "quantity": "quantity 数据类型 数据项 量 项目 曲线类型 类型 数据名称",
    "value": "value 数值 值 数据值",
    "unit": "unit 单位",
    "multiplier": "multiplier 倍率 综合倍率 乘率 ct×pt ctxpt ct*pt",
    "ct": "ct ctratio ct变比 电流变比 电流互感器变比",
    "pt": "pt ptratio pt变比 电压变比 电压互感器变比",
}
_ROLE_OF = {word: role for role, text in ROLES.items() for word in text.split()}

QUANTITY_WORDS = {
    "p_kw": "有功功率 有功 总有功功率 总有功 瞬时有功 瞬时有功功率 p p总 pkw activepower active",
    "q_kvar": "无功功率 无功 总无功功率 总无功 瞬时无功 瞬时无功功率 q q总 qkvar reactivepower reactive",
    "s_kva": "视在功率 视在 总视在功率 s skva apparentpower apparent",
    "i_a_a": "a相电流 ia iaa 电流a a电流 currentphasea currenta",
    "i_b_a": "b相电流 ib iba 电流b b电流 currentphaseb currentb",
    "i_c_a": "c相电流 ic ica 电流c c电流 currentphasec currentc",
}
_QUANTITY_OF = {word: code for code, text in QUANTITY_WORDS.items() for word in text.split()}
QUANTITIES = tuple(QUANTITY_WORDS)

_SCALE = {
    "p_kw": {"kw": 1.0, "mw": 1000.0, "w": 0.001},
    "q_kvar": {"kvar": 1.0, "mvar": 1000.0, "var": 0.001},
    "s_kva": {"kva": 1.0, "mva": 1000.0, "va": 0.001},
    "i_a_a": {"a": 1.0, "ka": 1000.0},
    "i_b_a": {"a": 1.0, "ka": 1000.0},
    "i_c_a": {"a": 1.0, "ka": 1000.0},
}
ENERGY = re.compile(r"电量|电能|示值|kwh|kvarh|千瓦时", re.IGNORECASE)


@dataclass(frozen=True)
class MeterTable:
    """One table of a meter export: headings as written, cells, and how far the first record is down (row number)."""

    file: str
    cells: pd.DataFrame
    first_row: int


def plain(text: object) -> str:
    """Half-width, lower case, without blanks and underscores; a number that Excel made of an id loses its ``.0``."""
    clean = re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", str(text))).lower()
    return clean[:-2] if re.fullmatch(r"\d+\.0", clean) else clean


def role_of(heading: object) -> str | None:
    """What a heading stands for (``id``, ``date``, ``time``, ``quantity``, ``value`` …), or None."""
    return _ROLE_OF.get(re.sub(r"\(.*\)$", "", plain(heading)))


def quantity_of(text: object) -> tuple[str, float | None] | None:
    """The column of ``measurements`` a text means and its scale to that unit (None where no unit is stated).

    ``有功功率(MW)`` is ``("p_kw", 1000.0)``. None when the text names no known quantity or one with a foreign unit.
    """
    clean = plain(text)
    if clean in ("pkw", "qkvar", "skva", "iaa", "iba", "ica"):
        return _QUANTITY_OF[clean], 1.0
    found = re.fullmatch(r"(.+?)[(\[/](k?m?[a-z]+)[)\]]?", clean) or re.fullmatch(r"([^a-z]+)([a-z]+)", clean)
    if found and (code := _QUANTITY_OF.get(found.group(1))):
        scale = _SCALE[code].get(found.group(2))
        return (code, scale) if scale else None
    code = _QUANTITY_OF.get(clean)
    return (code, None) if code else None


def unit_scale(code: str, unit: object) -> float | None:
    """The factor from a unit to the column's own, or None when the unit is not one of that quantity."""
    return _SCALE[code].get(plain(unit))


def minute_of_day(heading: object) -> int | None:
    """Minutes after midnight that a heading names (``00:15``, ``0:15:00``, ``0015``, ``24:00``), or None."""
    clean = plain(heading)
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", clean) or re.fullmatch(r"t?(\d{2})(\d{2})", clean)
    if not found:
        return None
    minutes = int(found.group(1)) * 60 + int(found.group(2))
    return minutes if int(found.group(2)) < 60 and minutes <= 1440 else None


def point_number(heading: object) -> int | None:
    """The number of a point heading (``P1`` … ``P96``, ``点1``, ``第1点``), or None."""
    found = re.fullmatch(r"(?:p|点|第|v|u|i|point)(\d{1,4})点?", plain(heading))
    return int(found.group(1)) if found else None


def read_tables(path: Path) -> tuple[list[MeterTable], list[Issue]]:
    """Every table of a CSV, Parquet or Excel file; a file that cannot be read is an issue, not an exception."""
    suffix = path.suffix.lower()
    try:
        if suffix in (".csv", ".txt"):
            return [MeterTable(path.name, _read_csv(path), 2)], []
        if suffix == ".parquet":
            return [MeterTable(path.name, pd.read_parquet(path), 1)], []
        if suffix in (".xlsx", ".xlsm"):
            sheets = pd.read_excel(path, sheet_name=None, dtype=object)
            return [MeterTable(f"{path.name}/{name}", frame, 2) for name, frame in sheets.items() if len(frame)], []
    except Exception as why:  # whatever a damaged file makes its reader raise is one problem of that file
        return [], [_unreadable(path, str(why).splitlines()[0] if str(why) else type(why).__name__)]
    return [], [_unreadable(path, f"files of type '{suffix}' are not meter exports")]


def _read_csv(path: Path) -> pd.DataFrame:
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    headings = next(iter(pd.read_csv(io.StringIO(first), sep=delimiter, header=None, dtype=str).to_numpy().tolist()))
    texts: Iterable[object] = [h for h in headings if role_of(h) and role_of(h) not in ("value", "multiplier")]
    return pd.read_csv(
        io.StringIO(text),
        sep=delimiter,
        dtype=dict.fromkeys(texts, "str"),
        na_values=["-", "--", "—", "/", "无", "null", "NULL", "NaN"],
        low_memory=False,
    )


def _unreadable(path: Path, why: str) -> Issue:
    if not path.exists():
        return problem(
            "error",
            "readings.no_file",
            path.name,
            f"There is no meter export '{path}'; check the path.",
            f"没有量测文件“{path}”，请检查路径。",
        )
    return problem(
        "error",
        "readings.unreadable_file",
        path.name,
        f"'{path.name}' cannot be read as meter readings ({why}); export it again as CSV, Parquet or xlsx.",
        f"文件“{path.name}”无法作为量测数据读取（{why}），请重新导出为 CSV、Parquet 或 xlsx。",
    )
