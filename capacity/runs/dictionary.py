"""The data-dictionary sheet: every column of every sheet with unit, meaning, codes and what an empty value means."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from capacity.runs.cells import both, missing_text, words_of
from capacity.runs.sheets import Book, Sheet, write_sheet
from capacity.tables._schema import Table, table, text
from capacity.tables.chinese import in_chinese

DICTIONARY = table(
    "dictionary",
    "数据字典",
    "data dictionary",
    "One row per column of every sheet.",
    {
        "sheet": text("工作表", "sheet"),
        "zh": text("列（中文）", "column (Chinese)"),
        "en": text("列（英文）", "column (English)"),
        "name": text("字段名", "field name"),
        "unit": text("单位", "unit"),
        "meaning_zh": text("含义（中文）", "meaning (Chinese)"),
        "meaning_en": text("含义（英文）", "meaning (English)"),
        "codes": text("取值", "values"),
        "shown_as": text("空值显示", "an empty value is shown as"),
        "missing_zh": text("空值含义（中文）", "what an empty value means (Chinese)"),
        "missing_en": text("空值含义（英文）", "what an empty value means (English)"),
    },
)


def write_dictionary(book: Book, schemas: Mapping[str, Table]) -> None:
    """Write the dictionary of the given sheets, in their order."""
    write_sheet(book, Sheet("数据字典 data dictionary", DICTIONARY, dictionary(schemas), frozen_columns=3))


def dictionary(schemas: Mapping[str, Table]) -> pd.DataFrame:
    """The dictionary's rows: one per sheet and column; schema ``DICTIONARY``."""
    rows = []
    for sheet, schema in schemas.items():
        for name, column in schema.columns.items():
            facts = column.metadata
            codes = words_of(facts["choices"] or ())
            rows.append(
                {
                    "sheet": sheet,
                    "zh": facts["zh"],
                    "en": facts["en"],
                    "name": name,
                    "unit": "" if facts["unit"] == "1" else facts["unit"],
                    "meaning_zh": in_chinese(column.description or ""),
                    "meaning_en": (column.description or "").replace("``", ""),
                    "codes": "; ".join(
                        f"{code} = {both(codes[code])}" if code in codes else code
                        for code in facts["choices"] or ()
                        if code
                    ),
                    "shown_as": missing_text(column) if facts["missing"] is not None else "",
                    "missing_zh": in_chinese(facts["missing"] or ""),
                    "missing_en": facts["missing"] or "",
                }
            )
    return DICTIONARY.validate(pd.DataFrame(rows))
