"""The forecast (P20): what it is made of, and what it says of each transformer and area in the years to come.

A *year* here is twelve months counted from the as-of date, like the window of P1: year 1 begins on the as-of date. Its
name (``year``) is the calendar year in which its middle lies; ``from_day`` and ``until_day`` say which days are meant.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.words import AREA_CLASS, FORECAST_BOUND, FORECAST_MODEL, FORECAST_REASON, OWNERSHIP, Word

ELEMENT_TYPES = ("transformer", "area")

HISTORY = table(
    "forecast_history",
    "日最大负荷",
    "daily maxima that count",
    "The day's highest apparent power of each transformer, without excluded intervals and rejected readings.",
    {
        "transformer_id": text("配变编号", "transformer id"),
        "date": moment("日期", "date", "The day's 00:00."),
        "s_max_kva": number("日最大视在功率", "daily maximum", "kVA", above=0.0),
    },
    unique=["transformer_id", "date"],
)

ELEMENTS = table(
    "forecast_elements",
    "预测对象",
    "transformers to forecast",
    "One row per transformer, with the area it belongs to.",
    {
        "transformer_id": text("配变编号", "transformer id", key=True),
        "name": text("配变名称", "transformer name", missing="the id is shown"),
        "area_id": text("网格编号", "area id", missing="dedicated transformer outside any area"),
        "area_name": text("网格名称", "area name", missing="outside any area"),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS), missing="outside any area"),
        "ownership": text("公专变", "ownership", choices=tuple(OWNERSHIP)),
        "rated_kva": number("额定容量", "rated power", "kVA", above=0.0),
        "valid_from": moment("启用日期", "valid from", missing="valid throughout"),
        "valid_to": moment("停用日期", "valid to", missing="in service"),
        "import_share": number(
            "下网占比",
            "import share",
            "1",
            "Highest import over highest load of either direction in the last year; P7 counts import only.",
            missing="direction not known: taken as import",
            at_least=0.0,
            at_most=1.0,
        ),
    },
)

DAYS = table(
    "forecast_days",
    "日历",
    "calendar",
    "One row per day, from the first reading to the end of the horizon.",
    {
        "date": moment("日期", "date", "The day's 00:00."),
        "working_day": flag("工作日", "working day", "With the make-up days, where they are published."),
        "holiday": flag("法定节假日", "public holiday"),
        "festival_day": number(
            "距春节天数",
            "days from the Spring Festival",
            "1",
            "Days after (before: negative) the nearest lunar New Year's Day.",
            missing="a country that does not keep it",
        ),
    },
    unique=["date"],
)

PROSPECTS = table(
    "forecast_prospects",
    "潜在客户",
    "prospective customers",
    "Demand that is known of beside the growth of what is there (P20).",
    {
        "element_id": text("对象编号", "element id", "A transformer, or an area: then its transformer with most room."),
        "year": count("年份", "year", "Calendar year from which it counts."),
        "added_kva": number("新增容量", "added demand", "kVA", "At the time of the highest load.", at_least=0.0),
        "probability": number("概率", "probability", "1", "That it comes at all.", at_least=0.0, at_most=1.0),
    },
)

GROWTH = table(
    "forecast_assumed_growth",
    "给定增长率",
    "assumed growth",
    "Growth of a scenario, taken in place of the mean that was measured for the class.",
    {
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS)),
        "growth_percent": number("年增长率", "growth per year", "%", above=-100.0),
        "spread_percent": number("标准差", "standard deviation", "%", "Of the growth per year.", at_least=0.0),
    },
    unique=["area_class"],
)

_ELEMENT = {
    "element_type": text("对象类型", "element type", choices=ELEMENT_TYPES),
    "element_id": text("对象编号", "element id"),
}
_YEAR = {
    "year": count("年份", "year", "Calendar year in which the middle of the twelve months lies."),
    "year_ahead": count("第几年", "year ahead", "1 begins on the as-of date."),
}


def _low_mid_high(stem: str, zh: str, en: str, unit: str, missing: str | None = None) -> dict[str, pa.Column]:
    """Columns for the 10 % quantile, the median and the 90 % quantile: ``{stem}_p10_{unit}`` and so on."""
    suffix = {"kVA": "kva", "%": "percent"}[unit]
    return {
        f"{stem}_p{part}_{suffix}": number(f"{zh}（{part} % 分位）", f"{en}, {part} % quantile", unit, missing=missing)
        for part in (10, 50, 90)
    }


FORECAST_YEARS = table(
    "forecast_years",
    "逐年预测",
    "forecast by year",
    "Highest load rate of each coming year with its 10 to 90 % interval; for areas also the sum of P5.",
    {
        **_ELEMENT,
        **_YEAR,
        "from_day": moment("起", "from"),
        "until_day": moment("止", "until", "The first day that no longer belongs to the year."),
        **_low_mid_high("loading", "最高负载率", "max load rate", "%"),
        **_low_mid_high(
            "s_max", "最大负荷", "highest load", "kVA", "an area: its transformers peak at their own times"
        ),
        **_low_mid_high("allowed_sum", "允许接入容量合计", "sum of allowed capacity", "kVA", "a transformer"),
    },
    unique=["element_type", "element_id", "year_ahead"],
)

FORECAST_PROBABILITIES = table(
    "forecast_probabilities",
    "越限概率",
    "probabilities",
    "How likely each rule's condition holds in a year, and has held in that year or one before it.",
    {
        **_ELEMENT,
        "rule": text("规则", "rule"),
        **_YEAR,
        "in_year_percent": number("当年成立概率", "probability in the year", "%", at_least=0.0, at_most=100.0),
        "by_year_percent": number("截至当年成立概率", "probability by the year", "%", at_least=0.0, at_most=100.0),
        "bound": text("界", "bound", "Which side the true probability lies on.", choices=tuple(FORECAST_BOUND)),
    },
    unique=["element_type", "element_id", "rule", "year_ahead"],
)

FORECAST_CROSSINGS = table(
    "forecast_crossings",
    "越限年份",
    "crossing years",
    "The year in which each rule's condition is expected to hold first (P3–P6).",
    {
        **_ELEMENT,
        "name": text("名称", "name", missing="the id is shown"),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS), missing="outside any area"),
        "rule": text("规则", "rule"),
        "threshold": number("门槛", "threshold", "see unit"),
        "unit": text("单位", "unit"),
        "measured": number("最近一年实测", "measured last year", "see unit", missing="not known"),
        "already": flag("已成立", "holds already", "By what was measured in the last year.", missing="not known"),
        "year_early": count(
            "最早（10 %）", "early (10 %)", missing="not within the horizon, only a bound, or not forecast"
        ),
        "year_expected": count(
            "预计年份（50 %）", "expected (50 %)", missing="not within the horizon, only a bound, or not forecast"
        ),
        "year_late": count(
            "最晚（90 %）", "late (90 %)", missing="not within the horizon, only a bound, or not forecast"
        ),
        "within_horizon_percent": number("预测期内概率", "probability within the horizon", "%", missing="not forecast"),
        "bound": text("界", "bound", "Which side the true probability lies on.", choices=tuple(FORECAST_BOUND)),
        "reason": text("不预测的原因", "why not forecast", choices=tuple(FORECAST_REASON)),
    },
    unique=["element_type", "element_id", "rule"],
)

FORECAST_SERIES = table(
    "forecast_series",
    "配变序列",
    "series",
    "What the forecast of each transformer rests on.",
    {
        "transformer_id": text("配变编号", "transformer id", key=True),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS), missing="outside any area"),
        "ownership": text("公专变", "ownership", choices=tuple(OWNERSHIP)),
        "rated_kva": number("额定容量", "rated power", "kVA"),
        "first_day": moment("首个读数日", "first day", missing="no readings"),
        "days": count("有效天数", "days that count"),
        "years": count("年数", "years", "Years before the as-of date with enough days."),
        "last_year_max_kva": number("最近一年最大", "highest of the last year", "kVA", missing="no readings"),
        "model": text("采用模型", "model", choices=tuple(FORECAST_MODEL), missing="not forecast"),
        "validation_regression_percent": number(
            "回归验证误差", "validation error of the regression", "%", "MAE over rating.", missing="no validation year"
        ),
        "validation_last_year_percent": number(
            "上年验证误差",
            "validation error of last year's days",
            "%",
            "MAE over rating.",
            missing="no validation year",
        ),
        "pool": text("归并组", "pool", "Whose growth its own is drawn towards.", missing="not forecast"),
        "own_growth_percent": number("自身年增长率", "own growth per year", "%", missing="fewer than two years"),
        "growth_percent": number("采用年增长率", "growth per year used", "%", missing="not forecast"),
        "reason": text("不预测的原因", "why not forecast", choices=tuple(FORECAST_REASON)),
    },
)

FORECAST_GROWTH = table(
    "forecast_growth",
    "归并增长",
    "pooled growth",
    "Growth of the daily maxima's level from year to year, by area class. Spreads are standard deviations.",
    {
        "pool": text("归并组", "pool", key=True),
        "series": count("配变数", "transformers", "With at least two years."),
        "year_pairs": count("年度对数", "pairs of years"),
        "growth_percent": number("年增长率", "growth per year", "%"),
        "growth_error_percent": number("增长率的不确定度", "uncertainty of the growth", "%"),
        "between_percent": number("配变间差异", "between transformers", "%", "Lasting differences of their growth."),
        "own_years_percent": number("配变各年波动", "own years", "%", "What one transformer's year adds."),
        "common_years_percent": number("共同各年波动", "common years", "%", "What a year adds to all of the pool."),
        "assumed": flag("为给定值", "assumed", "The growth was given, not measured."),
    },
)

BACKTEST = table(
    "forecast_backtest",
    "回测（逐台）",
    "back-test by series",
    "The forecast made without the held-back days, against them; the baseline is last year's same weekday.",
    {
        "transformer_id": text("配变编号", "transformer id", key=True),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS), missing="outside any area"),
        "ownership": text("公专变", "ownership", choices=tuple(OWNERSHIP)),
        "kind": text("方式", "kind", "Of what was held back.", choices=("year", "weeks")),
        "model": text("采用模型", "model", choices=tuple(FORECAST_MODEL)),
        "held_back_from": moment("留出起", "held back from"),
        "held_back_until": moment("留出止", "held back until"),
        "days": count("比较天数", "days compared", "Days on which both forecasts and a reading exist."),
        "mae_kva": number("平均绝对误差", "MAE", "kVA"),
        "mae_naive_kva": number("基准平均绝对误差", "MAE of the baseline", "kVA"),
        "mae_percent": number("平均绝对误差/额定", "MAE over rating", "%"),
        "mae_naive_percent": number("基准误差/额定", "MAE over rating, baseline", "%"),
        "mape_percent": number("平均绝对百分误差", "MAPE", "%"),
        "mape_naive_percent": number("基准平均绝对百分误差", "MAPE of the baseline", "%"),
        "pinball_percent": number("分位损失/额定", "pinball loss over rating", "%", "Mean of 10, 50 and 90 %."),
        "pinball_naive_percent": number(
            "基准分位损失/额定", "pinball over rating, baseline", "%", missing="no errors of its own to learn from"
        ),
        "coverage_percent": number("80 % 区间覆盖率", "coverage of the 80 % interval", "%"),
        "coverage_naive_percent": number(
            "基准80 % 区间覆盖率", "coverage, baseline", "%", missing="no errors of its own to learn from"
        ),
        "annual_max_kva": number("年最大实测", "annual maximum", "kVA", missing="weeks were held back"),
        "annual_max_p10_kva": number("年最大（10 %）", "its 10 % quantile", "kVA", missing="weeks were held back"),
        "annual_max_p50_kva": number("年最大（50 %）", "its median", "kVA", missing="weeks were held back"),
        "annual_max_p90_kva": number("年最大（90 %）", "its 90 % quantile", "kVA", missing="weeks were held back"),
        "annual_max_naive_kva": number("上一年最大", "the year before's", "kVA", missing="weeks were held back"),
    },
)

BACKTEST_SUMMARY = table(
    "forecast_backtest_summary",
    "回测（汇总）",
    "back-test summary",
    "Means over the series of a group; percentages of MAE and pinball are of the rating.",
    {
        "group": text("组", "group", "``all``, an area class, or ``dedicated``.", key=True),
        "kind": text("方式", "kind", choices=("year", "weeks")),
        "series": count("序列数", "series"),
        "improved": count("优于基准的序列数", "series better than the baseline", "By MAE."),
        "mae_percent": number("平均绝对误差/额定", "MAE over rating", "%"),
        "mae_naive_percent": number("基准误差/额定", "MAE over rating, baseline", "%"),
        "mape_percent": number("平均绝对百分误差", "MAPE", "%"),
        "mape_naive_percent": number("基准平均绝对百分误差", "MAPE of the baseline", "%"),
        "pinball_percent": number("分位损失/额定", "pinball loss over rating", "%"),
        "pinball_naive_percent": number("基准分位损失/额定", "pinball, baseline", "%", missing="nothing to learn from"),
        "coverage_percent": number("80 % 区间覆盖率", "coverage of the 80 % interval", "%"),
        "coverage_naive_percent": number("基准覆盖率", "coverage, baseline", "%", missing="nothing to learn from"),
        "annual_error_percent": number(
            "年最大误差", "error of the annual maximum", "%", "Mean absolute.", missing="weeks were held back"
        ),
        "annual_error_naive_percent": number(
            "基准年最大误差", "the same, baseline", "%", missing="weeks were held back"
        ),
        "annual_coverage_percent": number(
            "年最大80 % 区间覆盖率", "annual maxima within the 80 % interval", "%", missing="weeks were held back"
        ),
        "beats_baseline": flag("优于基准", "beats the baseline", "By MAE over rating."),
    },
)

TABLES = {
    "years": FORECAST_YEARS,
    "probabilities": FORECAST_PROBABILITIES,
    "crossings": FORECAST_CROSSINGS,
    "series": FORECAST_SERIES,
    "growth": FORECAST_GROWTH,
    "backtest": BACKTEST,
    "backtest_summary": BACKTEST_SUMMARY,
    "history": HISTORY,
}
"""The result tables by the name of their field in :class:`Forecast`."""


@dataclass(frozen=True)
class ForecastSettings:
    """How the forecast is made; every output says which values were used. All are choices of ours.

    Attributes
    ----------
    seed : of everything drawn.
    draws : futures drawn per transformer.
    years_drawn : years of daily maxima drawn per transformer, from which the futures take theirs.
    fourier_pairs : sines and cosines of the annual pattern.
    block_days : length of the blocks in which past deviations are drawn.
    season_days : how far from a day its deviations may be taken.
    pool_least : transformers an area class needs to be a pool of its own.
    common_prior_percent : spread between years common to a pool, before data ...
    common_prior_years : ... and how many measured years that belief weighs.
    weeks_apart : where there is no second year, each week of so many is held back.
    """

    seed: int = 20
    draws: int = 2000
    years_drawn: int = 300
    fourier_pairs: int = 4
    block_days: int = 7
    season_days: int = 28
    pool_least: int = 5
    common_prior_percent: float = 3.0
    common_prior_years: float = 2.0
    weeks_apart: int = 4


@dataclass(frozen=True)
class Forecast:
    """What the forecast says. Frames follow the schemas of ``TABLES``.

    ``remarks`` are sentences for the reader, zh and en; ``fell_back`` names the classes for which the models did not
    beat the seasonal naive baseline on the held-back days, so that the baseline is used for them.
    """

    as_of: dt.date
    horizon_years: int
    settings: ForecastSettings
    elements: pd.DataFrame
    years: pd.DataFrame
    probabilities: pd.DataFrame
    crossings: pd.DataFrame
    series: pd.DataFrame
    growth: pd.DataFrame
    backtest: pd.DataFrame
    backtest_summary: pd.DataFrame
    history: pd.DataFrame
    fell_back: tuple[str, ...] = ()
    remarks: tuple[Word, ...] = ()
