"""A matrix of futures as a workbook and as CSV files: triggers per year with their fan, the outlook of every area."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.runs.dictionary import write_dictionary
from capacity.runs.sheets import Sheet, open_book, write_sheet
from capacity.tables.head import CaseHead
from capacity.tables.matrix import FAN, OUTLOOK, MatrixRecord

WORKBOOK, FAN_FILE, OUTLOOK_FILE = "matrix.xlsx", "triggers.csv", "areas.csv"
LIKELY_PERCENT = 50.0


def write_matrix(record: MatrixRecord, fan: pd.DataFrame, outlook: pd.DataFrame, folder: Path) -> tuple[Path, ...]:
    """Write ``matrix.xlsx``, ``triggers.csv`` and ``areas.csv`` (UTF-8 with a mark, as Excel wants it).

    Raises
    ------
    RunError
        When the workbook cannot be written, e.g. because it is open in Excel.
    """
    about = CaseHead(
        record.case_name, record.case_title_zh, record.case_title_en, record.synthetic, record.as_of, record.policy
    )
    remark = f"{record.basis_zh} {record.basis_en}"
    likely = {
        name: outlook[name].gt(LIKELY_PERCENT).map({True: "worse", False: ""})
        for name in outlook.columns
        if name.startswith("p") and name.endswith("_percent")
    }
    sheets = [
        Sheet("触发 triggers", FAN, fan, remark=remark, frozen_columns=3),
        Sheet("网格展望 areas", OUTLOOK, outlook, paint=likely, remark=remark, frozen_columns=3),
    ]
    book_file = folder / WORKBOOK
    with open_book(book_file, about, "matrix") as book:
        for sheet in sheets:
            write_sheet(book, sheet)
        write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})
    for frame, name in ((fan, FAN_FILE), (outlook, OUTLOOK_FILE)):
        frame.to_csv(folder / name, index=False, encoding="utf-8-sig", lineterminator="\n")
    return book_file, folder / FAN_FILE, folder / OUTLOOK_FILE
