"""The sentences of the ledger import: sheet, row, column, id and remedy, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from capacity.case.issues import quoted
from capacity.case.ledger.cells import expected
from capacity.case.ledger.sheets import Field, SheetSpec
from capacity.tables.issue import Issue, Severity


def issue(
    severity: Severity,
    check: str,
    file: str,
    spec: SheetSpec | None,
    en: str,
    zh: str,
    *,
    column: str = "",
    ids: Iterable[object] = (),
    effect: str = "",
) -> Issue:
    """An issue of the ledger; its table is the sheet's key."""
    return Issue(
        severity,
        f"ledger.{check}",
        spec.key if spec else "ledger",
        column,
        tuple(str(one) for one in ids),
        en,
        zh,
        file,
        effect or ("stops_run" if severity == "error" else ""),
    )


def rows_en(rows: Sequence[int]) -> str:
    """``row 5`` or ``rows 5, 6, 9 and 12 more``."""
    shown = ", ".join(str(row) for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}"


def rows_zh(rows: Sequence[int]) -> str:
    """``第 5、6 行``."""
    shown = "、".join(str(row) for row in rows[:5])
    return f"第 {shown} 行" if len(rows) <= 5 else f"第 {shown} 等 {len(rows)} 行"


def _ids(rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"row {row}" for row in rows[:1000])


def no_file(path: Path) -> Issue:
    """There is no such file."""
    return issue(
        "error",
        "no_file",
        path.name,
        None,
        f"There is no workbook '{path}'; check the path.",
        f"没有工作簿“{path}”，请检查路径。",
    )


def no_workbook(path: Path, why: Exception) -> Issue:
    """The file is no Excel workbook."""
    detail = str(why).splitlines()[0][:150] if str(why) else type(why).__name__
    return issue(
        "error",
        "no_workbook",
        path.name,
        None,
        f"'{path.name}' is not a readable .xlsx workbook ({detail}); open it in Excel and save it as .xlsx.",
        f"“{path.name}”不是可读取的 .xlsx 工作簿（{detail}），请用 Excel 打开并另存为 .xlsx。",
    )


def would_lose_readings(file: str, count: int, first: pd.Timestamp, last: pd.Timestamp) -> Issue:
    """The folder holds readings that the exports lack."""
    return issue(
        "error",
        "would_lose_readings",
        file,
        None,
        f"The case folder already holds readings from {first:%Y-%m-%d} to {last:%Y-%m-%d}; {count} of them are "
        "not in the given exports and would be lost. Import with --keep-readings to keep them, or --replace-readings "
        "to drop them.",
        f"算例文件夹中已有 {first:%Y-%m-%d} 至 {last:%Y-%m-%d} 的读数，其中 {count} 个不在本次量测文件中，将会丢失。"
        "如需保留请加 --keep-readings，如需丢弃请加 --replace-readings。",
    )


def kept_readings(file: str, count: int, first: pd.Timestamp, last: pd.Timestamp) -> Issue:
    """Readings the folder already held stay."""
    return issue(
        "info",
        "kept_readings",
        file,
        None,
        f"{count} readings that the case folder already held ({first:%Y-%m-%d} to {last:%Y-%m-%d}) were kept.",
        f"保留了算例文件夹中已有的 {count} 个读数（{first:%Y-%m-%d} 至 {last:%Y-%m-%d}）。",
    )


def stored_unreadable(file: str) -> Issue:
    """The folder's readings cannot be read."""
    return issue(
        "error",
        "stored_unreadable",
        file,
        None,
        f"The case folder holds {file}, but it cannot be read, so its readings cannot be kept. Restore the file, or "
        "import with --replace-readings to drop it.",
        f"算例文件夹中的 {file} 无法读取，其读数无法保留。请恢复该文件，或加 --replace-readings 将其丢弃。",
    )


def no_sheet(file: str, spec: SheetSpec, names: Sequence[str]) -> Issue:
    """A required sheet is missing."""
    return issue(
        "error",
        "no_sheet",
        file,
        spec,
        f"Sheet '{spec.title}' is missing (found: {quoted(names)}); take it from the template.",
        f"缺少工作表“{spec.title}”（现有：{quoted(names)}），请从模板中补充。",
    )


def unknown_sheets(file: str, names: Sequence[str]) -> Issue:
    """Further sheets are not read."""
    return issue(
        "info",
        "unknown_sheet",
        file,
        None,
        f"Sheet(s) {quoted(names)} are not part of the ledger and were not read.",
        f"工作表 {quoted(names)} 不属于台账，未读取。",
        ids=names,
    )


def no_headings(file: str, spec: SheetSpec) -> Issue:
    """No row of headings."""
    wanted_en = ", ".join(field.en for field in spec.fields if field.required)
    wanted_zh = "、".join(field.zh for field in spec.fields if field.required)
    return issue(
        "error",
        "no_headings",
        file,
        spec,
        f"Sheet '{spec.title}' has no row of headings in its first rows; it needs at least {wanted_en}.",
        f"工作表“{spec.title}”前几行中没有列名行，至少应有：{wanted_zh}。",
    )


def missing_column(file: str, spec: SheetSpec, field: Field) -> Issue:
    """A required column is missing."""
    return issue(
        "error",
        "missing_column",
        file,
        spec,
        f"Sheet '{spec.title}' has no column '{field.en}' ({field.zh}); add it as in the template.",
        f"工作表“{spec.title}”缺少“{field.zh}”列，请按模板补充。",
        column=field.key,
    )


def doubled_column(file: str, spec: SheetSpec, heading: str) -> Issue:
    """A heading occurs twice."""
    return issue(
        "error",
        "doubled_column",
        file,
        spec,
        f"Sheet '{spec.title}' has the column '{heading}' twice; delete one.",
        f"工作表“{spec.title}”中“{heading}”列重复，请删除其一。",
    )


def unknown_columns(file: str, spec: SheetSpec, headings: Sequence[str]) -> Issue:
    """Further columns are not read."""
    return issue(
        "info",
        "unknown_column",
        file,
        spec,
        f"Sheet '{spec.title}': column(s) {quoted(headings)} are not known and were not read.",
        f"工作表“{spec.title}”：{quoted(headings)} 列无法识别，未读取。",
        ids=headings,
    )


def no_rows(file: str, spec: SheetSpec) -> Issue:
    """A required sheet is empty."""
    return issue(
        "error",
        "no_rows",
        file,
        spec,
        f"Sheet '{spec.title}' has no rows (examples do not count); fill it in.",
        f"工作表“{spec.title}”没有数据行（示例行不计），请填写。",
    )


def unreadable(file: str, spec: SheetSpec, field: Field, bad: Sequence[tuple[int, str]]) -> Issue:
    """Cells that are not what their column expects."""
    en, zh = expected(field)
    rows = [row for row, _ in bad]
    return issue(
        "error",
        "unreadable_cell",
        file,
        spec,
        f"Sheet '{spec.title}', {rows_en(rows)}: '{bad[0][1]}' in column '{field.en}' is not {en}; correct it.",
        f"工作表“{spec.title}”{rows_zh(rows)}：“{field.zh}”列的“{bad[0][1]}”不是{zh}，请更正。",
        column=field.key,
        ids=_ids(rows),
    )


def blank(file: str, spec: SheetSpec, field: Field, rows: Sequence[int]) -> Issue:
    """Required cells that are empty."""
    return issue(
        "error",
        "blank_cell",
        file,
        spec,
        f"Sheet '{spec.title}', {rows_en(rows)}: column '{field.en}' is empty; it is required.",
        f"工作表“{spec.title}”{rows_zh(rows)}：“{field.zh}”列为空，该列必填。",
        column=field.key,
        ids=_ids(rows),
    )


def repeated(file: str, spec: SheetSpec, field: Field, value: str, rows: Sequence[int]) -> Issue:
    """An id that occurs twice."""
    return issue(
        "error",
        "repeated_id",
        file,
        spec,
        f"Sheet '{spec.title}', {rows_en(rows)}: {field.en} '{value}' occurs {len(rows)} times; each needs its own.",
        f"工作表“{spec.title}”{rows_zh(rows)}：{field.zh}“{value}”重复 {len(rows)} 次，应各不相同。",
        column=field.key,
        ids=(value,),
    )


def unknown_reference(
    file: str, spec: SheetSpec, field: Field, target: SheetSpec, missing: Sequence[tuple[int, str]]
) -> Issue:
    """Ids that their sheet does not list."""
    rows = [row for row, _ in missing]
    values = list(dict.fromkeys(value for _, value in missing))
    return issue(
        "error",
        "unknown_reference",
        file,
        spec,
        f"Sheet '{spec.title}', {rows_en(rows)}: {field.en} {quoted(values)} is not in sheet '{target.title}'; "
        "add it there or correct it.",
        f"工作表“{spec.title}”{rows_zh(rows)}：{field.zh} {quoted(values)} 不在工作表“{target.title}”中，"
        "请补充或更正。",
        column=field.key,
        ids=values,
    )


def about_rows(
    severity: Severity,
    check: str,
    file: str,
    spec: SheetSpec,
    rows: Sequence[int],
    ids: Sequence[object],
    en: str,
    zh: str,
    *,
    column: str = "",
    effect: str = "",
) -> Issue:
    """Any other problem of some rows; ``en`` and ``zh`` follow the place."""
    return issue(
        severity,
        check,
        file,
        spec,
        f"Sheet '{spec.title}', {rows_en(rows)} ({quoted(ids)}): {en}",
        f"工作表“{spec.title}”{rows_zh(rows)}（{quoted(ids)}）：{zh}",
        column=column,
        ids=ids,
        effect=effect,
    )
