"""The programme as frames for a workbook, headed in the reader's language."""

from __future__ import annotations

import pandas as pd

from capacity.tables import words
from capacity.tables._schema import Table
from capacity.tables.programme import MONTHS, OUTAGES_PLANNED, PLAN, Programme

_CODES = {"urgency": words.URGENCY, "state": words.PLAN_STATE}


def sheets(programme: Programme, language: str) -> dict[str, pd.DataFrame]:
    """Sheet title → frame: plan, outages, months; headings and codes in ``zh`` or ``en``, months as ``2027-03``.

    Columns of the other language are left out. Who writes workbooks (``runs``) writes them.
    """
    tables = ((PLAN, programme.plan), (OUTAGES_PLANNED, programme.outages_planned), (MONTHS, programme.months))
    return {str(schema.metadata[language]): _told(frame, schema, language) for schema, frame in tables}


def _told(frame: pd.DataFrame, schema: Table, language: str) -> pd.DataFrame:
    other = "_en" if language == "zh" else "_zh"
    told = {}
    for name, column in schema.columns.items():
        if name.endswith(other):
            continue
        unit = column.metadata["unit"]
        heading = column.metadata[language] + (f" ({unit})" if unit not in ("", "1") else "")
        heading = heading.replace(" (English)" if language == "en" else "（中文）", "")
        told[heading] = _values(frame[name], name, language)
    return pd.DataFrame(told)


def _values(values: pd.Series, name: str, language: str) -> pd.Series:
    if name in _CODES:
        return values.map({code: getattr(word, language) for code, word in _CODES[name].items()})
    if str(values.dtype).startswith("datetime"):
        return values.dt.strftime("%Y-%m")
    if str(values.dtype) == "boolean":
        yes, no = ("是", "否") if language == "zh" else ("yes", "no")
        return values.map({True: yes, False: no})
    return values
