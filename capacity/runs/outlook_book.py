"""A forecast as a workbook: what a reader has to know first, then when which rule will hold, then how it was proved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.runs.dictionary import write_dictionary
from capacity.runs.sheets import Sheet, open_book, write_sheet
from capacity.tables._schema import count, table, text
from capacity.tables.forecast import (
    BACKTEST,
    BACKTEST_SUMMARY,
    FORECAST_CROSSINGS,
    FORECAST_GROWTH,
    FORECAST_PROBABILITIES,
    FORECAST_SERIES,
    FORECAST_YEARS,
    Forecast,
)
from capacity.tables.head import Head

REMARKS = table(
    "forecast_remarks",
    "说明",
    "remarks",
    "What a reader of the forecast has to know.",
    {
        "number": count("序号", "number"),
        "zh": text("说明（中文）", "remark (Chinese)"),
        "en": text("说明（英文）", "remark (English)"),
    },
)
_LIKELY_PERCENT = 50.0


def write_book(forecast: Forecast, head: Head, path: Path) -> None:
    """Write a forecast as a workbook.

    Raises
    ------
    RunError
        When the file cannot be written, e.g. because it is open in Excel.
    """
    sheets = forecast_sheets(forecast)
    with open_book(path, head, "forecast") as book:
        for sheet in sheets:
            write_sheet(book, sheet)
        write_dictionary(book, {sheet.name: sheet.schema for sheet in sheets})


def forecast_sheets(forecast: Forecast) -> list[Sheet]:
    """The tables of a forecast as worksheets."""
    last = forecast.years["year"].max() if len(forecast.years) else None
    remark = "" if last is None else f"{forecast.horizon_years} 年 years … {last}"
    remarks = pd.DataFrame(
        {
            "number": range(1, len(forecast.remarks) + 1),
            "zh": [one.zh for one in forecast.remarks],
            "en": [one.en for one in forecast.remarks],
        }
    )
    kind = forecast.crossings["element_type"].eq("area")
    areas, transformers = (forecast.crossings[one].reset_index(drop=True) for one in (kind, ~kind))
    return [
        Sheet("说明 remarks", REMARKS, remarks),
        _crossings("网格越限 areas", areas, remark),
        _crossings("配变越限 transformers", transformers, remark),
        Sheet("逐年预测 years", FORECAST_YEARS, forecast.years, remark=remark, frozen_columns=3),
        Sheet(
            "越限概率 probabilities", FORECAST_PROBABILITIES, forecast.probabilities, remark=remark, frozen_columns=4
        ),
        Sheet("回测汇总 back-test", BACKTEST_SUMMARY, forecast.backtest_summary),
        Sheet("回测逐台 by series", BACKTEST, forecast.backtest, frozen_columns=1),
        Sheet("归并增长 growth", FORECAST_GROWTH, forecast.growth),
        Sheet("序列 series", FORECAST_SERIES, forecast.series, frozen_columns=1),
    ]


def _crossings(name: str, frame: pd.DataFrame, remark: str) -> Sheet:
    likely = frame["within_horizon_percent"].ge(_LIKELY_PERCENT)
    already = frame["already"].fillna(False).astype(bool)
    colours = pd.Series("", index=frame.index).mask(likely, "heavy").mask(already, "must_initiate")
    not_crossed = frame["reason"].eq("")
    beyond = dict.fromkeys(("year_early", "year_expected", "year_late"), not_crossed)
    return Sheet(
        name,
        FORECAST_CROSSINGS,
        frame,
        paint={"year_expected": colours},
        not_applicable=beyond,
        remark=remark,
        frozen_columns=3,
    )
