"""Cells of an Excel ledger as people fill them in: text numbers, ``400kVA``, full-width letters, dates as text."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import pandas as pd

from capacity.case.ledger.sheets import Bound, Field
from capacity.case.moments import parse_moment

UNREADABLE = object()
"""What a cell is that cannot be understood; None is an empty one."""

_EMPTY = {"", "-", "--", "—", "——", "/", "无", "null", "none", "nan", "n/a", "#n/a"}
_TRUE = {"true", "yes", "1", "是", "y", "t", "√"}
_FALSE = {"false", "no", "0", "否", "n", "f", "×"}
_SYNONYMS = {
    "公用": "public",
    "公用变": "public",
    "公用变压器": "public",
    "专用": "dedicated",
    "专用变": "dedicated",
    "专用变压器": "dedicated",
    "高压": "hv",
    "高压侧计量": "hv",
    "低压": "lv",
    "低压侧计量": "lv",
    "县城区": "county",
    "乡镇": "town",
    "镇": "town",
    "乡村": "rural",
    "村": "rural",
    "断开": "to",
    "闭合": "none",
}
_UNITS = {
    "kVA": {"kva": 1.0, "千伏安": 1.0, "mva": 1000.0, "va": 0.001},
    "kW": {"kw": 1.0, "千瓦": 1.0, "mw": 1000.0, "w": 0.001},
    "kV": {"kv": 1.0, "千伏": 1.0, "v": 0.001},
    "km": {"km": 1.0, "公里": 1.0, "千米": 1.0, "m": 0.001, "米": 0.001},
    "m": {"m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0},
    "CNY": {"元": 1.0, "cny": 1.0, "万元": 10_000.0},
    "%": {"%": 1.0},
    "": {"户": 1.0, "回": 1.0, "°": 1.0},
}
_NUMBER = re.compile(r"^([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\D*)$", re.IGNORECASE)


def text_of(cell: Any) -> str:
    """A cell as text without surrounding blanks; whole numbers without ``.0``."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return re.sub(r"[\s\u3000\u200b\ufeff]+", " ", str(cell)).strip()


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones."""
    return unicodedata.normalize("NFKC", text)


def parse_cell(cell: Any, field: Field) -> Any:
    """A cell as its column's type: None where it is empty, ``UNREADABLE`` where it cannot be understood."""
    text = text_of(cell)
    plain = half_width(text).casefold()
    if plain in _EMPTY:
        return None
    if field.dtype == "boolean":
        return True if plain in _TRUE else False if plain in _FALSE else UNREADABLE
    if field.choices:
        return _code(plain, field)
    if field.dtype == "string":
        return half_width(text).replace(" ", "") if field.identifies and field.key != "type_name" else text
    if field.dtype.startswith("datetime"):
        moment, _ = parse_moment(cell if not isinstance(cell, str) else half_width(text))
        return UNREADABLE if moment is None else moment
    number = _number(plain, field.unit)
    if number is None or not all(_within(number, bound) for bound in field.bounds):
        return UNREADABLE
    if field.dtype == "Int64":
        return int(number) if float(number).is_integer() else UNREADABLE
    return number


def expected(field: Field) -> tuple[str, str]:
    """What a cell of the column should be, in English and Chinese."""
    if field.choices:
        codes = [(word.en, word.zh) for word in field.choices.values()]
        return "one of " + ", ".join(en for en, _ in codes), "、".join(zh for _, zh in codes) + " 之一"
    if field.dtype == "boolean":
        return "yes or no", "“是”或“否”"
    if field.dtype.startswith("datetime"):
        return "a date such as 2024-01-31 or 2024-01-31 13:15", "日期（如 2024-01-31 或 2024-01-31 13:15）"
    unit = f" {field.unit}" if field.unit else ""
    limits_en = " and ".join(f"{bound.kind} {bound.value:g}{unit}" for bound in field.bounds)
    limits_zh = "且".join(f"{_KIND_ZH[bound.kind]} {bound.value:g}{unit}" for bound in field.bounds)
    whole_en, whole_zh = ("a whole number", "整数") if field.dtype == "Int64" else ("a number", "数字")
    in_unit_en, in_unit_zh = (f" in {field.unit}", f"（{field.unit}）") if field.unit else ("", "")
    return (
        whole_en + in_unit_en + (f", {limits_en}" if limits_en else ""),
        whole_zh + in_unit_zh + (f"，且{limits_zh}" if limits_zh else ""),
    )


_KIND_ZH = {"at least": "不小于", "above": "大于", "at most": "不大于"}


def _within(number: float, bound: Bound) -> bool:
    if bound.kind == "at least":
        return number >= bound.value
    return number > bound.value if bound.kind == "above" else number <= bound.value


def _code(plain: str, field: Field) -> Any:
    assert field.choices is not None  # the caller has looked
    for code, word in field.choices.items():
        if plain in (code.casefold(), word.zh.casefold(), word.en.casefold(), word.en.split(" (")[0].casefold()):
            return code
    synonym = _SYNONYMS.get(plain)
    return synonym if synonym in field.choices else UNREADABLE


def _number(plain: str, unit: str) -> float | None:
    found = _NUMBER.match(plain)
    if not found:
        return None
    factor = 1.0 if not found.group(2) else _UNITS.get(unit, {}).get(found.group(2).strip())
    if factor is None:
        return None
    number = float(found.group(1).replace(",", "")) * factor
    return number if math.isfinite(number) else None
