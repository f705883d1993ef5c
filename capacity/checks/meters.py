"""Whether a meter's readings, its current transformer and the rating fit together: units, multipliers, counters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts, numbers
from capacity.checks.kinds import Kind
from capacity.checks.sheet import Floats
from capacity.tables.issue import Issue
from capacity.tables.readings import ReadingState
from capacity.units import rated_current_a

HIGH_P99_TIMES_RATING = 1.5
"""A load above this for 1 % of the time (88 hours a year) would have destroyed the transformer."""

LOW_P99_TIMES_RATING = 0.005
"""A load that stays below this for 99 % of the time is less than the transformer's own losses."""

FACTORS = {
    4.0: ("each interval's value multiplied by 4 once too often", "多乘了一次 4（15 分钟换算）"),
    24.0: ("kWh of a day", "日电量 kWh"),
    96.0: ("a day's sum of 96 values", "96 点之和"),
    1000.0: ("W, var or VA instead of kW, kvar or kVA", "误用 W、var 或 VA"),
}
"""What a reading too large by a factor usually is."""

CURRENT_LOW, CURRENT_HIGH = 0.32, 1.25
"""Apparent power over sqrt(3)·V·(highest phase current) lies between 1/3 (one phase loaded) and 1 (balanced)."""

CT_LOW, CT_HIGH = 0.8, 2.5
"""Usual primary current of a current transformer, in rated currents of the metered side."""

STANDARD_PRIMARY_A = tuple(
    step * decade for decade in (1, 10, 100, 1000) for step in (5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 40.0)
)

TOO_LARGE = Kind(
    "meters.too_large",
    "warning",
    f"the 99th percentile of a transformer's apparent power above {HIGH_P99_TIMES_RATING:g} times its rating",
    f"视在功率 99 分位数超过额定容量 {HIGH_P99_TIMES_RATING:g} 倍",
    "Check unit, multiplier and rating; its load rate and allowed capacity are not to be trusted.",
    "请核对单位、倍率和额定容量；其负载率和允许接入容量不可信。",
    "lower_accuracy",
)
TOO_SMALL = Kind(
    "meters.too_small",
    "warning",
    f"the 99th percentile of a transformer's apparent power below {LOW_P99_TIMES_RATING:.1%} of its rating "
    "although customers are connected or their number is unknown",
    f"有用户或户数不明而视在功率 99 分位数低于额定容量的 {LOW_P99_TIMES_RATING:.1%}",
    "Check the unit and whether the CT multiplier was applied; the allowed capacity would be overstated.",
    "请核对单位及是否已乘互感器倍率；否则允许接入容量会被高估。",
    "lower_accuracy",
)
COUNTER = Kind(
    "meters.counter",
    "warning",
    "readings that only ever rise, as an energy counter's do",
    "只增不减、像电能表底度的读数",
    "Supply average power of each step (kW, kvar), not counter readings (kWh).",
    "请提供每个步长的平均功率（kW、kvar），而非表底度（kWh）。",
    "lower_accuracy",
)
AGAINST_CURRENT = Kind(
    "meters.against_current",
    "warning",
    "median of apparent power over sqrt(3)·V·I of the highest phase current outside "
    f"{CURRENT_LOW:g} to {CURRENT_HIGH:g}",
    f"视在功率与最大相电流推算值之比的中位数不在 {CURRENT_LOW:g} 至 {CURRENT_HIGH:g} 之间",
    "Check the units (kWh of a quarter of an hour is a quarter of the kW) and the multipliers of both.",
    "请核对二者的单位与倍率（15 分钟电量 kWh 只有功率 kW 的四分之一）。",
    "lower_accuracy",
)
CT_UNREADABLE = Kind(
    "meters.ct_unreadable",
    "warning",
    "ct_ratio that is not primary/secondary with a secondary of 1 or 5 A",
    "不是“一次/二次”形式或二次不为 1、5 A 的互感器变比",
    "Write it as 600/5, or leave it empty.",
    "请按 600/5 的形式填写，或留空。",
    "lower_accuracy",
)
CT_RATIO = Kind(
    "meters.ct_ratio",
    "warning",
    f"primary current of the current transformer outside {CT_LOW:g} to {CT_HIGH:g} rated currents of the metered side",
    f"互感器一次电流不在计量侧额定电流的 {CT_LOW:g} 至 {CT_HIGH:g} 倍之间",
    "Check the ratio on site and the multiplier of the readings; a wrong one scales every reading.",
    "请现场核对变比和读数倍率；变比错误会使全部读数按比例失真。",
    "lower_accuracy",
)
KINDS = (TOO_LARGE, TOO_SMALL, COUNTER, AGAINST_CURRENT, CT_UNREADABLE, CT_RATIO)

_RATIO = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*A?\s*[/／:：]\s*([15])(?:\.0+)?\s*A?\s*$", re.IGNORECASE)


def ct_primary_a(ratio: str) -> float | None:
    """Primary current (A) of a ratio such as ``600/5``; None where it cannot be read.

    >>> ct_primary_a("600/5"), ct_primary_a("75:1 A"), ct_primary_a("120")
    (600.0, 75.0, None)
    """
    match = _RATIO.match(ratio)
    primary = float(match.group(1)) if match else 0.0
    return primary if primary > 0.0 else None


def levels(facts: Facts) -> Iterator[Issue]:
    """Readings of the wrong order of magnitude, one issue per transformer."""
    for transformer_id, p99_kva in _p99_kva(facts).items():
        rated = facts.rated_kva.get(transformer_id, math.nan)
        times = p99_kva / rated
        areas = facts.areas_of([transformer_id])
        if times > HIGH_P99_TIMES_RATING:
            factor = min(FACTORS, key=lambda f: abs(math.log(times / 0.5 / f)))
            guess = 0.02 < times / factor <= HIGH_P99_TIMES_RATING
            en = f" They look like {FACTORS[factor][0]} (factor {factor:g})." if guess else ""
            zh = f"疑为{FACTORS[factor][1]}（{factor:g} 倍）。" if guess else ""
            yield TOO_LARGE.issue(
                "measurements",
                "p_kw",
                [transformer_id],
                f"{transformer_id}: 1 % of its readings exceed {p99_kva:,.0f} kVA, {times:,.1f} times its rating of "
                f"{rated:g} kVA.{en}",
                f"{transformer_id}：1 % 的读数超过 {p99_kva:,.0f} kVA，"
                f"为额定容量 {rated:g} kVA 的 {times:,.1f} 倍。{zh}",
                areas,
            )
        elif 0.0 < times < LOW_P99_TIMES_RATING and not _idle(facts, transformer_id):
            guess = 0.02 < times * 1000.0 <= HIGH_P99_TIMES_RATING
            yield TOO_SMALL.issue(
                "measurements",
                "p_kw",
                [transformer_id],
                f"{transformer_id}: 99 % of its readings are below {p99_kva:.3g} kVA, {times:.2%} of its rating of "
                f"{rated:g} kVA." + (" They look like MW instead of kW (factor 1000)." if guess else ""),
                f"{transformer_id}：99 % 的读数低于 {p99_kva:.3g} kVA，仅为额定容量 {rated:g} kVA 的 {times:.2%}。"
                + ("疑为误用 MW（1000 倍）。" if guess else ""),
                areas,
            )


def counters(facts: Facts) -> Iterator[Issue]:
    """Counters in a power column, one issue per transformer."""
    judged = facts.sheet.judged
    for row, transformer_id in enumerate(judged.transformer_ids):
        power = np.where(np.isnan(judged.p_kw[row]), judged.s_kva[row], judged.p_kw[row])
        power = power[np.isfinite(power)]
        change = np.diff(power)
        if len(change) < 96 or (change < 0.0).mean() > 0.001 or (change > 0.0).mean() < 0.2:
            continue
        yield COUNTER.issue(
            "measurements",
            "p_kw",
            [transformer_id],
            f"{transformer_id}: its readings only rise, from {power[0]:g} to {power[-1]:g}.",
            f"{transformer_id}：读数只增不减，从 {power[0]:g} 升至 {power[-1]:g}。",
            facts.areas_of([transformer_id]),
        )


def against_current(facts: Facts) -> Iterator[Issue]:
    """Powers that contradict the metered currents, one issue per transformer."""
    judged = facts.sheet.judged
    for row, transformer_id in enumerate(judged.transformer_ids):
        voltage_kv, rated = _metered_side_kv(facts, transformer_id), facts.rated_kva.get(transformer_id, math.nan)
        rated_a = rated_current_a(rated, voltage_kv)
        current, power = judged.i_max_a[row], judged.s_kva[row]
        fit = (current > 0.05 * rated_a) & np.isfinite(power) & (power > 0.0)
        if fit.sum() < 96:
            continue
        ratio = float(np.median(power[fit] / (math.sqrt(3.0) * voltage_kv * current[fit])))
        if CURRENT_LOW <= ratio <= CURRENT_HIGH:
            continue
        yield AGAINST_CURRENT.issue(
            "measurements",
            "p_kw",
            [transformer_id],
            f"{transformer_id}: its apparent power is {ratio:.3g} times what its phase currents "
            f"at {voltage_kv:g} kV give.",
            f"{transformer_id}：视在功率为按相电流和 {voltage_kv:g} kV 推算值的 {ratio:.3g} 倍。",
            facts.areas_of([transformer_id]),
        )


def current_transformers(facts: Facts) -> Iterator[Issue]:
    """Current-transformer ratios that cannot be read or do not fit the rating, one issue per transformer."""
    p99 = _p99_kva(facts)
    for transformer_id, ratio in facts.ledger["ct_ratio"].dropna().astype(str).items():
        transformer_id, areas = str(transformer_id), facts.areas_of([transformer_id])
        primary_a = ct_primary_a(ratio)
        if primary_a is None:
            yield CT_UNREADABLE.issue(
                "transformers",
                "ct_ratio",
                [transformer_id],
                f"{transformer_id}: the CT ratio '{ratio}' cannot be read.",
                f"{transformer_id}：互感器变比“{ratio}”无法识别。",
                areas,
            )
            continue
        rated, voltage_kv = facts.rated_kva.get(transformer_id, math.nan), _metered_side_kv(facts, transformer_id)
        rated_a = rated_current_a(rated, voltage_kv)
        if math.isnan(rated_a) or CT_LOW <= primary_a / rated_a <= CT_HIGH:
            continue
        usual_a = min(a for a in STANDARD_PRIMARY_A if a >= min(rated_a, STANDARD_PRIMARY_A[-1]))
        level = p99.get(transformer_id, math.nan) / rated
        en = zh = ""
        if math.isfinite(level):
            en = f" Its readings reach {level:.0%} of the rating; with {usual_a:g} A they would reach "
            en += f"{level * usual_a / primary_a:.0%}."
            zh = (
                f"其读数达到额定容量的 {level:.0%}，若一次电流为 {usual_a:g} A 则为 {level * usual_a / primary_a:.0%}。"
            )
        yield CT_RATIO.issue(
            "transformers",
            "ct_ratio",
            [transformer_id],
            f"{transformer_id}: the CT ratio {ratio} does not fit {rated:g} kVA at {voltage_kv:g} kV, whose rated "
            f"current is {rated_a:.0f} A.{en}",
            f"{transformer_id}：互感器变比 {ratio} 与 {rated:g} kVA、{voltage_kv:g} kV 不符"
            f"（额定电流 {rated_a:.0f} A）。{zh}",
            areas,
        )


def _p99_kva(facts: Facts) -> dict[str, float]:
    """99th percentile of the finite readings under the present rating, implausible ones included, zeros left out."""
    judged = facts.sheet.judged
    left_out = (ReadingState.MISSING, ReadingState.EXCLUDED, ReadingState.BEFORE_RATING, ReadingState.ZERO_FILLED)
    counted = ~np.isin(judged.state, left_out) & np.isfinite(judged.s_kva) & (judged.s_kva >= 0.0)
    found = {}
    for row, transformer_id in enumerate(judged.transformer_ids):
        values: Floats = judged.s_kva[row][counted[row]]
        if len(values):
            found[transformer_id] = float(np.quantile(values, 0.99))
    return found


def _idle(facts: Facts, transformer_id: str) -> bool:
    """Whether the ledger says that nobody is connected."""
    count = pd.to_numeric(facts.ledger.at[transformer_id, "customer_count"], errors="coerce")
    return bool(pd.notna(count) and count == 0)


def _metered_side_kv(facts: Facts, transformer_id: str) -> float:
    """Rated voltage of the metered side: the network's, else 10 kV or 0.4 kV; LV where the side is not stated."""
    side = facts.ledger.at[transformer_id, "meter_side"]
    high = pd.notna(side) and side == "hv"
    if transformer_id in facts.distribution.index:
        row = facts.distribution.loc[[transformer_id]]
        rated_kv = float(numbers(row, "vn_hv_kv" if high else "vn_lv_kv")[0])
        if rated_kv > 0.0:
            return rated_kv
    return 10.0 if high else 0.4


CHECKS: tuple[Check, ...] = (levels, counters, against_current, current_transformers)
