"""What a reader of the forecast has to know: how far it was proved, what it rests on, what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.planning.forecast.growth import Growth
from capacity.planning.forecast.sequences import Sequences
from capacity.tables.words import AREA_CLASS, FORECAST_REASON, Word

_POOLS = {
    "all": Word("全部配变", "all transformers"),
    "dedicated": Word("专变", "dedicated transformers"),
    **AREA_CLASS,
}


def remarks_of(
    laid: Sequences,
    reason: npt.NDArray[np.str_],
    grown: Growth,
    summary: pd.DataFrame,
    fell_back: tuple[str, ...],
    prospects: pd.DataFrame | None,
    hanging: pd.DataFrame,
) -> tuple[Word, ...]:
    """The remarks, the most important first."""
    return (
        *_proved(summary, fell_back),
        *_growth(grown),
        *_jumps(laid, reason, grown),
        *_left_out(reason),
        *_lost_prospects(prospects, hanging),
        *_directions(laid),
        Word(
            "网格负载率只含公变，低压线路不预测；区间为 10–90 %。",
            "An area's load rate is that of its public transformers; LV lines are not forecast. Intervals: 10 to 90 %.",
        ),
    )


def said(pool: str) -> Word:
    """The words for a pool or a group of the back-test."""
    return _POOLS.get(pool, Word(pool, pool))


def _proved(summary: pd.DataFrame, fell_back: tuple[str, ...]) -> Iterator[Word]:
    if summary.empty:
        yield Word("没有可留出的数据，预测未经回测。", "Nothing could be held back: the forecast is not back-tested.")
        return
    row = summary.iloc[0]
    what = Word("最近一年", "last year") if row["kind"] == "year" else Word("若干周", "weeks")
    numbers = f"{row['mae_percent']:.2f} % / {row['mae_naive_percent']:.2f} %"
    yield Word(
        f"回测（留出{what.zh}）：{row['series']} 个序列中 {row['improved']} 个优于季节朴素基准；日最大负荷平均绝对误差"
        f"占额定容量 {numbers}（预测/基准），80 % 区间实际覆盖 {row['coverage_percent']:.0f} %。",
        f"Back-test ({what.en} held back): {row['improved']} of {row['series']} series beat the seasonal naive "
        f"baseline; MAE of the daily maxima over rating {numbers} (forecast / baseline); the 80 % interval covers "
        f"{row['coverage_percent']:.0f} %.",
    )
    if row["kind"] == "weeks":
        yield Word(
            "只有一年数据：留出若干周只检验年内规律与离散程度，不检验增长。",
            "One year of data: weeks held back test the pattern and its spread, not growth.",
        )
    if fell_back:
        zh, en = ("、".join(said(name).zh for name in fell_back), ", ".join(said(name).en for name in fell_back))
        yield Word(
            f"{zh}：模型在留出数据上未优于季节朴素基准，改用基准（上年水平，中位数不计增长，区间仍含增长的不确定度）。",
            f"{en}: the models did not beat the seasonal naive baseline on the held-back data, so the baseline is used "
            "there (last year's level, no growth in the median; the interval keeps the uncertainty of growth).",
        )


def _growth(grown: Growth) -> Iterator[Word]:
    for pool in grown.pools.values():
        name = said(pool.name)
        mean, error = 100.0 * np.expm1(pool.mean), 100.0 * pool.mean_error
        if pool.assumed:
            yield Word(
                f"{name.zh}：年增长 {mean:.1f} %（给定值）。",
                f"{name.en}: growth {mean:.1f} % a year (given).",
            )
        elif pool.year_pairs < 3:
            yield Word(
                f"{name.zh}：增长率由 {pool.series} 台配变、仅 {pool.year_pairs} 对相邻年度归并得出（{mean:.1f} %，"
                f"不确定度 ±{error:.1f} 个百分点），远期区间因此很宽。",
                f"{name.en}: growth is pooled from {pool.series} transformers and only {pool.year_pairs} pair(s) of "
                f"years ({mean:.1f} % a year, give or take {error:.1f} points): far years are wide.",
            )


def _jumps(laid: Sequences, reason: npt.NDArray[np.str_], grown: Growth) -> Iterator[Word]:
    ids = laid.elements["transformer_id"].astype(str)
    names = [ids.iloc[row] for row in grown.jumped() if reason[row] == ""]
    if names:
        listed = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
        yield Word(
            f"{len(names)} 台配变的水平有突变（{listed}），按负荷构成变化处理：保留现水平，不作增长外推，宜核实。",
            f"The level of {len(names)} transformer(s) jumped ({listed}): taken as a change of what hangs there. The "
            "level is kept, the jump is not carried on as growth; worth a look.",
        )


def _left_out(reason: npt.NDArray[np.str_]) -> Iterator[Word]:
    for code, number in sorted(Counter(str(one) for one in reason if one).items()):
        word = FORECAST_REASON[code]
        yield Word(f"{number} 台配变不作预测：{word.zh}。", f"{number} transformer(s) are not forecast: {word.en}.")


def _lost_prospects(prospects: pd.DataFrame | None, hanging: pd.DataFrame) -> Iterator[Word]:
    if prospects is None or not len(hanging):
        return
    lost = sorted(set(hanging.loc[hanging["transformer_id"].isna(), "element_id"].astype(str)))
    if lost:
        names = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
        yield Word(
            f"以下对象不作预测，其潜在客户未计入：{names}。",
            f"Prospects at elements that are not forecast are left out: {names}.",
        )


def _directions(laid: Sequences) -> Iterator[Word]:
    share = laid.elements["import_share"].astype("float64")
    sending = laid.elements.loc[share < 1.0, "transformer_id"].astype(str)
    if len(sending):
        names = ", ".join(sorted(sending)[:5]) + (" …" if len(sending) > 5 else "")
        yield Word(
            f"{len(sending)} 台配变的最高负载为上网方向（{names}）：P5 按其最近一年下网与最高负载之比折算。",
            f"The highest load of {len(sending)} transformer(s) is export ({names}): P5 takes their import in the "
            "proportion of the last year.",
        )
