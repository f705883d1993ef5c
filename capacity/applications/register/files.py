"""Applications as files: exports that Excel opens safely, and imports that name every problem with row, id and "
"remedy."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from capacity.tables import words
from capacity.tables.issue import Issue
from capacity.tables.register import APPLICATION_FILE, LARGER_TRANSFORMER
from capacity.tables.words import Word

_WORDS: Mapping[str, Mapping[str, Word]] = {
    "customer_kind": words.CUSTOMER_KIND,
    "category": words.CATEGORY,
    "area_class": words.AREA_CLASS,
    "voltage": words.LEVEL,
    "supply": words.SUPPLY,
    "phases": words.PHASES,
    "status": words.APPLICATION_STATUS,
}
_VOCABULARY: Mapping[str, Mapping[str, Word]] = {
    name: {code: table[code] for code in APPLICATION_FILE.columns[name].metadata["choices"]}
    for name, table in _WORDS.items()
}
_DEFAULTS = {"voltage": "lv", "supply": "single", "status": "received"}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True)
class Line:
    """One application of a file: its row there, its id and its values, None where the cell is empty.

    ``settled`` ones were energised long ago: the case holds their load, and they reserve nothing.
    """

    row: int
    application_id: str
    values: Mapping[str, Any]
    settled: bool = False


def write_csv(applications: pd.DataFrame, path: Path) -> None:
    """Applications (``REGISTER``) as CSV with a BOM, codes as they are; a text that looks like a formula is quoted."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(APPLICATION_FILE.columns)
        for row in _rows(applications):
            writer.writerow(["" if value is None else _as_text(value) for value in row])


def write_xlsx(applications: pd.DataFrame, path: Path) -> None:
    """Applications (``REGISTER``) as a worksheet with Chinese and English headings and words; an import reads it "
    "back."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("用电申请 applications")
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        for place, (name, column) in enumerate(APPLICATION_FILE.columns.items()):
            sheet.write_string(0, place, f"{column.metadata['zh']}\n{column.metadata['en']}", head)
            sheet.set_column(place, place, 18 if name == "application_id" else 13)
        for number, row in enumerate(_rows(applications), start=1):
            for place, (name, value) in enumerate(zip(APPLICATION_FILE.columns, row, strict=True)):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number, place, value, day if name == "energise_on" else moment)
                elif isinstance(value, float):
                    sheet.write_number(number, place, value)
                elif value is not None:
                    word = _VOCABULARY.get(name, {}).get(value)
                    sheet.write_string(number, place, f"{word.zh} {word.en}" if word else value)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(applications)), len(APPLICATION_FILE.columns) - 1)


def read_file(path: Path) -> tuple[list[Line], list[Issue]]:
    """Read a file of applications, CSV or Excel: what can be read, and everything that is wrong with it.

    Headings are column names or their Chinese or English headings; values are codes or their words.
    """
    cells, issues = read_cells(path)
    if issues:
        return [], issues
    places, issues = _headings(cells[0], path.name)
    lines: list[Line] = []
    for number, row in enumerate(cells[1:], start=2):
        if any(str(cell).strip() for cell in row):
            line, found = _line(number, row, places, path.name)
            issues += found
            lines += [line] if line else []
    return lines, issues + _repeated(lines, path.name)


def read_cells(path: Path) -> tuple[list[list[Any]], list[Issue]]:
    """The cells of a CSV or Excel file, row by row; or why there are none."""
    try:
        cells = _excel(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    except OSError as why:
        return [], [_of_file(path, f"it cannot be opened ({why.strerror})", f"无法打开（{why.strerror}）")]
    except Exception:  # a damaged or foreign file makes the readers raise anything
        remedy_en = "open it in Excel and save it again as .xlsx or as CSV UTF-8"
        remedy_zh = "请用 Excel 打开后另存为 .xlsx 或 CSV UTF-8"
        return [], [
            _of_file(path, f"it cannot be read as CSV or Excel; {remedy_en}", f"不能按 CSV 或 Excel 读取；{remedy_zh}")
        ]
    if not cells:
        return [], [_of_file(path, "it is empty; its first row must name the columns", "内容为空，首行须为列名")]
    return cells, []


def _csv(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    try:
        content = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("gb18030")  # as a Chinese Excel saves it
    delimiter = max(",;\t", key=content.split("\n", 1)[0].count)
    return [[*row] for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)]


def _excel(path: Path) -> list[list[Any]]:
    frame = pd.read_excel(path, header=None, dtype=object)
    return [["" if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False)]


def _headings(row: Sequence[Any], file: str) -> tuple[dict[str, int], list[Issue]]:
    meaning: dict[str, str] = {}
    for name, column in APPLICATION_FILE.columns.items():
        zh, en = column.metadata["zh"], column.metadata["en"]
        meaning |= {_bare(text): name for text in (en, zh, f"{zh}{en}", name)}
    places: dict[str, int] = {}
    issues = []
    for place, cell in enumerate(row):
        name = meaning.get(_bare(cell))
        if name is None and str(cell).strip():
            issues.append(_issue("error", file, str(cell), (), "the column is not known; rename or delete it.",
                                 "该列无法识别，请改名或删除。", "unknown_column"))  # fmt: skip
        elif name in places:
            issues.append(_issue("error", file, str(name), (), "the column stands twice; delete one.",
                                 "该列重复，请删除其一。", "duplicate_column"))  # fmt: skip
        elif name is not None:
            places[name] = place
    for name in ("application_id", "customer_kind", "p_kw"):
        if name not in places:
            zh = APPLICATION_FILE.columns[name].metadata["zh"]
            issues.append(_issue("error", file, name, (), f"the required column '{name}' ({zh}) is missing; add it.",
                                 f"缺少必填列“{zh}”（{name}），请补充。", "missing_column"))  # fmt: skip
    return places, issues


def _line(number: int, row: Sequence[Any], places: Mapping[str, int], file: str) -> tuple[Line | None, list[Issue]]:
    key = _cell(row, places.get("application_id"))
    ids = (f"row {number}", str(key)) if key not in (None, "") else (f"row {number}",)
    values: dict[str, Any] = {}
    issues: list[Issue] = []
    for name, column in APPLICATION_FILE.columns.items():
        cell = _cell(row, places.get(name))
        try:
            values[name] = _value(cell, name, str(column.dtype))
        except ValueError as why:
            en, zh = why.args
            values[name] = None
            issues.append(_issue("error", file, name, ids, en, zh, "unreadable"))
        else:
            if values[name] is None and name in _DEFAULTS:
                values[name] = _DEFAULTS[name]
            if values[name] is None and not column.nullable and name in places:
                zh = column.metadata["zh"]
                issues.append(_issue("error", file, name, ids, f"'{name}' is required, but empty; fill it in.",
                                     f"必填列“{zh}”为空，请补填。", "missing_value"))  # fmt: skip
    if issues or not all(name in places for name in ("application_id", "customer_kind", "p_kw")):
        return None, issues
    return Line(number, str(values["application_id"]), values), []


def _value(cell: Any, name: str, dtype: str) -> Any:
    """A cell as its column's type; ValueError carries the sentence in English and Chinese."""
    if cell is None:
        return None
    text = str(cell).strip() if not isinstance(cell, float) or not math.isnan(cell) else ""
    text = text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_SIGNS) else text
    if text == "":
        return None
    if dtype == "float64":
        try:
            number = float(text.replace(",", "") if isinstance(cell, str) else cell)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(
                f"'{text}' is not a number; write e.g. 30 or 12.5.", f"“{text}”不是数字，例如 30 或 12.5。"
            )
        return number
    if dtype.startswith("datetime"):
        return _moment(cell, text)
    if name in _VOCABULARY:
        return _code(text.removesuffix(".0"), _VOCABULARY[name])
    return text.removesuffix(".0") if isinstance(cell, float) else text


def _moment(cell: Any, text: str) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, dt.date):
        return dt.datetime.combine(cell, dt.time())
    for form in (f"{day}{time}" for day in _DAY_FORMATS for time in _TIME_FORMATS):
        try:
            return dt.datetime.strptime(text.replace("T", " "), form)
        except ValueError:
            continue
    raise ValueError(f"'{text}' is not a date; write 2026-11-01.", f"“{text}”不是日期，请写成 2026-11-01。")


def _code(text: str, vocabulary: Mapping[str, Word]) -> str:
    meaning = {_bare(code): code for code in vocabulary}
    for code, word in vocabulary.items():
        meaning |= {_bare(form): code for form in (word.zh, word.en, f"{word.zh}{word.en}")}
    found = meaning.get(_bare(text))
    if found is None:
        en = ", ".join(f"{code} ({word.en})" for code, word in vocabulary.items())
        zh = "、".join(word.zh for word in vocabulary.values())
        raise ValueError(f"'{text}' is not known; use one of: {en}.", f"“{text}”无法识别，可用：{zh}。")
    return found


def _repeated(lines: Sequence[Line], file: str) -> list[Issue]:
    rows: dict[str, list[int]] = {}
    for line in lines:
        rows.setdefault(line.application_id, []).append(line.row)
    return [
        _issue("error", file, "application_id", (*(f"row {row}" for row in at), name),
               f"the id '{name}' stands in rows {', '.join(map(str, at))}; give each application its own.",
               f"申请编号“{name}”在第 {'、'.join(map(str, at))} 行重复，请保证唯一。", "duplicate_key")
        for name, at in rows.items()
        if len(at) > 1
    ]  # fmt: skip


def _rows(applications: pd.DataFrame) -> Iterator[list[Any]]:
    columns = [applications[name] for name in APPLICATION_FILE.columns]
    for values in zip(*columns, strict=True):
        yield [None if pd.isna(value) else _plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return float(value) if isinstance(value, float) else str(value)


def _as_text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return f"'{value}" if str(value).startswith(_FORMULA_SIGNS) else str(value)


def _cell(row: Sequence[Any], place: int | None) -> Any:
    return row[place] if place is not None and place < len(row) else None if place is None else ""


def _bare(value: Any) -> str:
    return "".join(str(value).split()).replace("_", "").casefold()


def _of_file(path: Path, en: str, zh: str) -> Issue:
    return _issue("error", path.name, "", (), f"'{path.name}': {en}.", f"“{path.name}”：{zh}。", "file")


def _issue(severity: Any, file: str, column: str, ids: tuple[str, ...], en: str, zh: str, code: str) -> Issue:
    return replace(Issue(severity, f"register.{code}", "application_file", column, ids, en, zh), file=file)


def lines_of_case(applications: pd.DataFrame) -> list[Line]:
    """The lines of a case's ``applications.csv``, which says nothing of the customer's kind: ``other``, unless "
    "resident."""
    lines = []
    for number, row in enumerate(applications.to_dict("records"), start=2):
        given = {name: None if pd.isna(value) else _plain(value) for name, value in row.items()}
        kind = "resident" if given.get("category") == "residential" else "other"
        values = {name: given.get(name) for name in APPLICATION_FILE.columns}
        values |= _DEFAULTS | {"customer_kind": kind, "status": given["status"]}
        if given.get("works_kva") is not None:
            values["works_option"] = f"{LARGER_TRANSFORMER}:{given.get('transformer_id')}"
        settled = given["status"] == "energised" and not given.get("reserves")
        lines.append(Line(number, str(given["application_id"]), values, settled))
    return lines
