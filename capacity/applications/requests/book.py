"""The workbook of many requests: what each is answered in one order, and what another order changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from capacity.applications.answers.writing import written
from capacity.applications.requests.comparing import Totals, totals
from capacity.tables._schema import Table
from capacity.tables.assessed import ASSESSED, COMPARED
from capacity.tables.assessment import Basis
from capacity.tables.issue import Issue
from capacity.tables.words import ANSWER, ORDER_OUTCOME, PLACE_KIND, Word

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WORDS: Mapping[str, Mapping[str, Word]] = {
    "verdict": ANSWER,
    "verdict_before": ANSWER,
    "verdict_after": ANSWER,
    "option_kind": PLACE_KIND,
    "outcome": ORDER_OUTCOME,
}
_COLOURS = {"gains": "#CFEAF2", "loses": "#F4B183", "not_answered": "#E3E3E3", "unknown": "#E3E3E3"}
_WIDE = {"answer_zh": 60, "answer_en": 60, "verdict": 26, "verdict_before": 26, "verdict_after": 26, "option_kind": 26}
_FONT = "Microsoft YaHei"
UNKNOWN = "—"


@dataclass(frozen=True)
class Ordered:
    """An order and what came out in it (rows of ``ASSESSED``)."""

    order: Word
    rows: pd.DataFrame


def write_book(
    path: Path,
    basis: Basis,
    first: Ordered,
    other: Ordered | None = None,
    comparison: pd.DataFrame | None = None,
    notes: Sequence[Issue] = (),
) -> Path:
    """Write the workbook, all of it or nothing.

    Parameters
    ----------
    other, comparison : another order and its comparison with the first (rows of ``COMPARED``); None: there is none.
    notes : what was remarked while the file of requests was read.

    Raises
    ------
    AnswerError
        The file cannot be written.
    """
    with written(path) as beside, xlsxwriter.Workbook(str(beside), _OPTIONS) as book:
        _cover(book, basis, [first, *([other] if other is not None else [])], notes)
        _sheet(book, "核定结果 assessed", ASSESSED, first.rows)
        if other is not None:
            _sheet(book, "另一次序 other order", ASSESSED, other.rows)
        if comparison is not None:
            _sheet(book, "对比 comparison", COMPARED, comparison)
    return path


def _cover(book: Any, basis: Basis, orders: Sequence[Ordered], notes: Sequence[Issue]) -> None:
    page = book.add_worksheet("说明 about")
    plain, bold = (book.add_format(_style(bold=bold, wrap=True)) for bold in (False, True))
    page.set_column(0, 0, 34)
    page.set_column(1, 2, 48)
    lines: list[tuple[str, str, str]] = [("", "中文", "English"), *_about(basis)]
    for one in orders:
        lines.append(("次序 order", one.order.zh, one.order.en))
        lines += [(head, value, value) for head, value in _in_figures(totals(one.rows))]
    lines += [("提示 note", f"{note.location}：{note.sentence_zh}", f"{note.location}: {note.sentence_en}")
              for note in notes]  # fmt: skip
    for row, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            page.write_string(row, place, cell, bold if place == 0 or row == 0 else plain)


def _about(basis: Basis) -> list[tuple[str, str, str]]:
    """What the answers rest on, line by line."""
    window = f"{basis.window_from:%Y-%m-%d %H:%M} – {basis.window_to:%Y-%m-%d %H:%M}"
    register = basis.register_sha256
    made_up = [("数据 data", "合成数据，非真实电网", "synthetic data: no real grid")] if basis.synthetic else []
    return [
        ("算例 case", f"{basis.title.zh}（{basis.case_name}）", f"{basis.title.en} ({basis.case_name})"),
        *made_up,
        ("基准日 as of", f"{basis.as_of:%Y-%m-%d %H:%M}", f"{basis.as_of:%Y-%m-%d %H:%M}"),
        ("潮流时段 steps", f"{window}，每 {basis.step_minutes} 分钟", f"{window}, every {basis.step_minutes} min"),
        ("政策 policy", basis.policy_name, basis.policy_name),
        (
            "登记册 register",
            f"快照 {register}" if register else "未用登记册，按算例自带申请",
            f"snapshot {register}" if register else "none: the case's own applications",
        ),
        *(("说明 remark", remark.zh, remark.en) for remark in basis.remarks),
    ]


def _in_figures(all_of_it: Totals) -> list[tuple[str, str]]:
    return [
        ("申请数 requests", str(all_of_it.requests)),
        ("  全部满足 whole power", str(all_of_it.whole)),
        ("  项目后满足 whole power after works", str(all_of_it.later)),
        ("  部分满足 a part (P16)", str(all_of_it.part)),
        ("  暂不能接入 nothing now", str(all_of_it.nothing)),
        ("  无法判定 not known", str(all_of_it.unknown)),
        ("  未能答复 not answered", str(all_of_it.not_answered)),
        ("申请总量 kW requested", f"{all_of_it.asked_kw:,.1f}"),
        ("可承诺总量 kW promised", f"{all_of_it.promised_kw:,.1f}"),
        ("其中可先供 kW before any project", f"{all_of_it.now_kw:,.1f}"),
    ]


def _sheet(book: Any, name: str, schema: Table, rows: pd.DataFrame) -> None:
    page = book.add_worksheet(name)
    head = book.add_format(_style(bold=True, wrap=True) | {"bottom": 1, "valign": "top"})
    for place, (column, about) in enumerate(schema.columns.items()):
        unit = f"\n{about.metadata['unit']}" if about.metadata["unit"] not in ("", "1") else ""
        page.write_string(0, place, f"{about.metadata['zh']}\n{about.metadata['en']}{unit}", head)
        page.set_column(place, place, _WIDE.get(column, 16))
    styles = {code: book.add_format(_style() | {"bg_color": colour}) for code, colour in _COLOURS.items()}
    plain = {form: book.add_format(_style(wrap=True) | {"num_format": form}) for form in _FORMS.values()}
    for row, record in enumerate(rows.to_dict("records"), start=1):
        for place, (column, value) in enumerate(record.items()):
            _write(page, row, place, str(column), value, plain, styles)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(1, len(rows)), len(schema.columns) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


_FORMS = {"figure": "#,##0.0", "whole": "0", "moment": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd", "text": "@"}


def _write(
    page: Any, row: int, place: int, column: str, value: Any, plain: Mapping[str, Any], styles: Mapping[str, Any]
) -> None:
    """A cell with its value as what it is; what is missing is a dash, never 0."""
    if pd.isna(value):
        page.write_string(row, place, UNKNOWN, plain[_FORMS["text"]])
    elif isinstance(value, pd.Timestamp):
        form = _FORMS["day" if value == value.normalize() else "moment"]
        page.write_datetime(row, place, value.to_pydatetime(), plain[form])
    elif isinstance(value, str):
        word = _WORDS.get(column, {}).get(value)
        shown = f"{word.zh}\n{word.en}" if word is not None else value
        page.write_string(row, place, shown, styles.get(value, plain[_FORMS["text"]]))
    else:
        whole = column.startswith("position")
        page.write_number(row, place, float(value), plain[_FORMS["whole" if whole else "figure"]])


def _style(*, bold: bool = False, wrap: bool = False) -> dict[str, Any]:
    return {"font_name": _FONT, "font_size": 10, "valign": "top", "bold": bold, "text_wrap": wrap}
