"""The back-test report: what was held back, how wrong the forecast was against the baseline, and what follows."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from capacity.planning.forecast.remarks import said
from capacity.tables.forecast import Forecast
from capacity.tables.head import Head
from capacity.tables.words import FORECAST_MODEL, Word

_MEASURES = (
    ("mae", Word("日最大平均绝对误差，占额定 %", "MAE of daily maxima, % of rating")),
    ("mape", Word("日最大 MAPE，%", "MAPE of daily maxima, %")),
    ("pinball", Word("分位损失（10/50/90 %），占额定 %", "pinball loss (10/50/90 %), % of rating")),
    ("coverage", Word("80 % 区间覆盖率，%", "coverage of the 80 % interval, %")),
)


def report_of(forecast: Forecast, head: Head, language: str) -> str:
    """The report as Markdown, ``zh`` or ``en``."""
    chinese = language == "zh"

    def say(zh: str, en: str) -> str:
        return zh if chinese else en

    title = head.case_title_zh if chinese else head.case_title_en
    parts = [
        f"# {say('负荷预测回测报告', 'Load forecast: back-test report')} · {title}",
        say(
            f"截至 {forecast.as_of}，政策 {head.policy}，预测 {forecast.horizon_years} 年。",
            f"As of {forecast.as_of}, policy {head.policy}, {forecast.horizon_years} years ahead.",
        ),
    ]
    if head.synthetic:
        parts.append(f"**{say('合成数据，非真实电网。', 'Synthetic data: not a real grid.')}**")
    parts.append("\n".join(f"- {say(remark.zh, remark.en)}" for remark in forecast.remarks))
    if len(forecast.backtest_summary):
        parts += [f"## {say('留出数据上的误差', 'Errors on the held-back data')}", _held_back(forecast, chinese)]
        parts.append(_summary(forecast.backtest_summary, chinese))
    parts += [f"## {say('采用的模型', 'Models in use')}", _models(forecast.series, chinese)]
    if len(forecast.growth):
        parts += [f"## {say('归并增长率', 'Pooled growth')}", _growth(forecast.growth, chinese)]
    return "\n\n".join(parts) + "\n"


def _held_back(forecast: Forecast, chinese: bool) -> str:
    tested = forecast.backtest
    first, last = tested["held_back_from"].min(), tested["held_back_until"].max()
    days = f"{first:%Y-%m-%d} … {last - pd.Timedelta(days=1):%Y-%m-%d}"
    if tested["kind"].eq("weeks").all():
        every = forecast.settings.weeks_apart
        return (
            f"{days}：轮流留出每 {every} 周中的一周；基准为前一周同一星期几。第一轮用于选模型，不计入误差。"
            if chinese
            else f"{days}: each week of every {every} held back in turn; the baseline is the same weekday of the week "
            "before. The first turn chose the model and is not judged."
        )
    return (
        f"{days} 整年留出；基准为上一年同一星期几（52 周前）。模型在留出年之前一年上选定。"
        if chinese
        else f"{days} held back; the baseline is the same weekday 52 weeks before. Models: chosen on the year before."
    )


def _summary(summary: pd.DataFrame, chinese: bool) -> str:
    rows = summary.to_dict("records")
    names = [_group(str(row["group"]), chinese) for row in rows]
    better = "优于基准的序列" if chinese else "series better than the baseline"
    lines = [(better, *(f"{row['improved']} / {row['series']}" for row in rows))]
    for key, word in _MEASURES:
        cells = (_pair(row[f"{key}_percent"], row[f"{key}_naive_percent"]) for row in rows)
        lines.append((word.zh if chinese else word.en, *cells))
    if summary["annual_error_percent"].notna().any():
        cells = (_pair(row["annual_error_percent"], row["annual_error_naive_percent"]) for row in rows)
        lines.append(("年最大误差，%" if chinese else "error of the annual maximum, %", *cells))
        inside = "年最大落入 80 % 区间，%" if chinese else "annual maxima within the 80 % interval, %"
        lines.append((inside, *(_number(row["annual_coverage_percent"]) for row in rows)))
    head = "预测 / 基准" if chinese else "forecast / baseline"
    return _table((head, *names), lines)


def _models(series: pd.DataFrame, chinese: bool) -> str:
    counts = series["model"].dropna().value_counts()
    words = ((FORECAST_MODEL[str(code)], number) for code, number in counts.items())
    rows = [(word.zh if chinese else word.en, str(number)) for word, number in words]
    return _table(("模型", "配变数") if chinese else ("model", "transformers"), rows)


def _growth(growth: pd.DataFrame, chinese: bool) -> str:
    columns = ("growth_percent", "growth_error_percent", "between_percent", "own_years_percent", "common_years_percent")
    heads = (
        ("组", "配变数", "年度对数", "年增长 %", "不确定度", "配变间", "配变各年", "共同各年")
        if chinese
        else ("pool", "transformers", "pairs of years", "growth % a year", "uncertainty", "between", "own", "common")
    )
    rows = [
        (_group(str(r["pool"]), chinese), str(r["series"]), str(r["year_pairs"]), *(_number(r[c]) for c in columns))
        for r in growth.to_dict("records")
    ]
    return _table(heads, rows)


def _group(name: str, chinese: bool) -> str:
    word = said(name)
    return word.zh if chinese else word.en


def _pair(ours: float, theirs: float) -> str:
    return f"{_number(ours)} / {_number(theirs)}"


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, tuple("---" for _ in head), *rows)]
    return "\n".join(lines)
