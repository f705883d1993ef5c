"""Which readings do not count, and why (P1): implausible, contradictory, zero-filled, stuck, before the rating."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind
from capacity.checks.sheet import MOST_TIMES_RATING, STUCK_RUN_STEPS, ZERO_RUN_STEPS, Mask, run_lengths
from capacity.tables.issue import Issue
from capacity.tables.readings import ReadingState

IMPLAUSIBLE = Kind(
    "readings.implausible",
    "warning",
    f"readings that are not finite or above {MOST_TIMES_RATING:g} times the rating",
    f"非有限值或超过额定容量 {MOST_TIMES_RATING:g} 倍的读数",
    "Correct the readings or the rating; until then they are missing.",
    "请核对读数或额定容量；更正前按缺失处理。",
    "rejected_readings",
)
NEGATIVE_APPARENT = Kind(
    "readings.negative_apparent",
    "warning",
    "apparent power below zero",
    "视在功率为负的读数",
    "Apparent power has no sign: put export into p_kw as a negative value; until then these readings are missing.",
    "视在功率没有符号，倒送请在 p_kw 中填负值；更正前按缺失处理。",
    "rejected_readings",
)
CONTRADICTORY = Kind(
    "readings.contradictory",
    "warning",
    "several rows of one transformer and step with different values",
    "同一配变同一时刻有多个不同读数",
    "Keep the right row of each; until then these steps are missing.",
    "请只保留正确的一行；更正前这些时刻按缺失处理。",
    "rejected_readings",
)
ZERO_FILLED = Kind(
    "readings.zero_filled",
    "warning",
    f"runs of at least {ZERO_RUN_STEPS} exact zeros, outside outages of the feeder, in a transformer that carries load",
    f"有负荷的配变在非停电时段连续 {ZERO_RUN_STEPS} 个及以上恰为零的读数",
    "If the transformer was really dead, enter the outage of its feeder in outages.csv; "
    "until then these zeros are missing.",
    "若确为停电，请在 outages.csv 中登记线路停电；否则这些零按缺失处理。",
    "rejected_readings",
)
ALWAYS_ZERO = Kind(
    "readings.always_zero",
    "warning",
    "meters that read zero whenever they read, although customers are connected or their number is unknown",
    "读数始终为零而有用户或户数不明的配变",
    "Have the meter checked, or enter 0 as customer_count if nobody is connected; until then its readings are missing.",
    "请检查计量装置；若确无用户，请将 customer_count 填为 0；更正前按缺失处理。",
    "rejected_readings",
)
STUCK = Kind(
    "readings.stuck",
    "warning",
    f"the same non-zero p and q to the last digit for at least {STUCK_RUN_STEPS} steps",
    f"有功、无功连续 {STUCK_RUN_STEPS} 个及以上时刻完全相同且不为零的读数",
    "Have the meter's communication checked; these readings are missing.",
    "请检查计量通信；这些读数按缺失处理。",
    "rejected_readings",
)
BEFORE_RATING = Kind(
    "readings.before_rating",
    "info",
    "readings older than valid_from of the present rating, or from valid_to on",
    "早于现额定容量启用日期或晚于停用日期的读数",
    "If the rating did not change on that day, correct valid_from or valid_to.",
    "若该日容量并未变更，请更正 valid_from 或 valid_to。",
    "rejected_readings",
)
EXCLUDED = Kind(
    "readings.excluded",
    "info",
    "readings inside the intervals of exclusions.csv",
    "exclusions.csv 所列剔除时段内的读数",
    "If they should count, remove the interval from exclusions.csv.",
    "如应计入，请从 exclusions.csv 删除该时段。",
    "rejected_readings",
)
KINDS = (
    IMPLAUSIBLE,
    NEGATIVE_APPARENT,
    CONTRADICTORY,
    ZERO_FILLED,
    ALWAYS_ZERO,
    STUCK,
    BEFORE_RATING,
    EXCLUDED,
)


def implausible(facts: Facts) -> Iterator[Issue]:
    """Readings beyond any overload, one issue per transformer with the worst of them."""
    judged = facts.sheet.judged
    beyond = (judged.state == ReadingState.IMPLAUSIBLE) & ~(judged.s_kva < 0.0)
    for row, transformer_id in _rows_with(facts, beyond):
        # an infinite active power may hide in a row whose apparent power is given: rank by what is largest
        size = np.where(beyond[row], np.fmax(np.abs(judged.p_kw[row]), judged.s_kva[row]), -np.inf)
        worst = int(np.argmax(size))
        rated = facts.rated_kva.get(transformer_id, float("nan"))
        value = f"{size[worst]:,.0f} kVA" if np.isfinite(size[worst]) else "∞"
        count, at = int(beyond[row].sum()), judged.timestamps[worst]
        yield IMPLAUSIBLE.issue(
            "measurements",
            "s_kva" if np.isnan(judged.p_kw[row, worst]) else "p_kw",
            [transformer_id],
            f"{transformer_id}: {count} readings are impossible for a rating of {rated:g} kVA, "
            f"the highest is {value} on {at:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：{count} 个读数对额定容量 {rated:g} kVA 而言不可能，"
            f"最大 {value}（{at:%Y-%m-%d %H:%M}）。",
            facts.areas_of([transformer_id]),
        )


def negative_apparent(facts: Facts) -> Iterator[Issue]:
    """Apparent power below zero, one issue per transformer."""
    judged = facts.sheet.judged
    negative = (judged.state == ReadingState.IMPLAUSIBLE) & (judged.s_kva < 0.0)
    for row, transformer_id in _rows_with(facts, negative):
        count, lowest = int(negative[row].sum()), float(np.min(judged.s_kva[row][negative[row]]))
        at = judged.timestamps[int(np.argmax(negative[row]))]
        yield NEGATIVE_APPARENT.issue(
            "measurements",
            "s_kva",
            [transformer_id],
            f"{transformer_id}: {count} readings of apparent power are negative, down to {lowest:,.1f} kVA, "
            f"first on {at:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：{count} 个视在功率读数为负，最低 {lowest:,.1f} kVA，首次 {at:%Y-%m-%d %H:%M}。",
            facts.areas_of([transformer_id]),
        )


def contradictory(facts: Facts) -> Iterator[Issue]:
    """Steps with several different readings, one issue per transformer."""
    judged = facts.sheet.judged
    mask = judged.state == ReadingState.CONTRADICTORY
    for row, transformer_id in _rows_with(facts, mask):
        count, at = int(mask[row].sum()), judged.timestamps[int(np.argmax(mask[row]))]
        yield CONTRADICTORY.issue(
            "measurements",
            "timestamp",
            [transformer_id],
            f"{transformer_id}: {count} steps have several rows with different values, first {at:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：{count} 个时刻有多行且数值不同，首个为 {at:%Y-%m-%d %H:%M}。",
            facts.areas_of([transformer_id]),
        )


def zero_filled(facts: Facts) -> Iterator[Issue]:
    """Gaps filled with zeros, and meters that never read anything else; one issue per transformer."""
    judged = facts.sheet.judged
    mask = judged.state == ReadingState.ZERO_FILLED
    for row, transformer_id in _rows_with(facts, mask):
        count, areas = int(mask[row].sum()), facts.areas_of([transformer_id])
        if not (judged.s_kva[row] > 0.0).any():
            yield ALWAYS_ZERO.issue(
                "measurements",
                "p_kw",
                [transformer_id],
                f"{transformer_id}: all {count} readings are exactly zero.",
                f"{transformer_id}：{count} 个读数全部恰为零。",
                areas,
            )
            continue
        hours, start = _longest(facts, mask, row)
        yield ZERO_FILLED.issue(
            "measurements",
            "p_kw",
            [transformer_id],
            f"{transformer_id}: {count} readings are exactly zero although its feeder had no outage, "
            f"the longest run lasts {hours:g} h from {start:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：线路未停电而 {count} 个读数恰为零，"
            f"最长一段自 {start:%Y-%m-%d %H:%M} 起 {hours:g} 小时。",
            areas,
        )


def stuck(facts: Facts) -> Iterator[Issue]:
    """Meters that repeat one value, one issue per transformer."""
    judged = facts.sheet.judged
    mask = judged.state == ReadingState.STUCK
    for row, transformer_id in _rows_with(facts, mask):
        hours, start = _longest(facts, mask, row)
        value = float(judged.s_kva[row, judged.timestamps.get_loc(start)])
        count = int(mask[row].sum())
        yield STUCK.issue(
            "measurements",
            "p_kw",
            [transformer_id],
            f"{transformer_id}: {count} readings repeat one value, the longest run stands at {value:g} kVA "
            f"for {hours:g} h from {start:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：{count} 个读数停在同一数值，最长一段自 {start:%Y-%m-%d %H:%M} 起 {hours:g} 小时"
            f"恒为 {value:g} kVA。",
            facts.areas_of([transformer_id]),
        )


def before_rating(facts: Facts) -> Iterator[Issue]:
    """Readings outside the validity of the rating, one issue per transformer."""
    mask = facts.sheet.judged.state == ReadingState.BEFORE_RATING
    for row, transformer_id in _rows_with(facts, mask):
        start, end = (facts.ledger.at[transformer_id, c] for c in ("valid_from", "valid_to"))
        dates = [
            f"{name} {pd.Timestamp(d):%Y-%m-%d}"
            for name, d in zip(("≥", "<"), (start, end), strict=True)
            if pd.notna(d)
        ]
        count = int(mask[row].sum())
        yield BEFORE_RATING.issue(
            "measurements",
            "timestamp",
            [transformer_id],
            f"{transformer_id}: {count} readings do not count because its rating is valid only for dates "
            f"{' and '.join(dates)}.",
            f"{transformer_id}：{count} 个读数不计入，因现额定容量只在日期 {'、'.join(dates)} 内有效。",
            facts.areas_of([transformer_id]),
        )


def excluded(facts: Facts) -> Iterator[Issue]:
    """Readings that somebody has declared not to count, with reason and author; one issue per transformer."""
    mask = facts.sheet.judged.state == ReadingState.EXCLUDED
    table = facts.case.exclusions
    for row, transformer_id in _rows_with(facts, mask):
        own = table[table["transformer_id"].astype(str) == transformer_id]
        why = "; ".join(
            f"{start:%Y-%m-%d %H:%M}–{end:%Y-%m-%d %H:%M} {reason} ({author})"
            for start, end, reason, author in own[["from", "to", "reason", "author"]].itertuples(index=False)
            if pd.notna(start) and pd.notna(end)
        )
        count = int(mask[row].sum())
        yield EXCLUDED.issue(
            "exclusions",
            "",
            [transformer_id],
            f"{transformer_id}: {count} readings are excluded: {why}.",
            f"{transformer_id}：{count} 个读数已剔除：{why}。",
            facts.areas_of([transformer_id]),
        )


def _rows_with(facts: Facts, mask: Mask) -> Iterator[tuple[int, str]]:
    """Rows of the sheet with any marked cell, and their transformers."""
    for row in np.flatnonzero(mask.any(axis=1)):
        yield int(row), facts.sheet.judged.transformer_ids[row]


def _longest(facts: Facts, mask: Mask, row: int) -> tuple[float, pd.Timestamp]:
    """Length in hours and start of the longest marked run of a row."""
    lengths = run_lengths(mask[row : row + 1])[0]
    first = int(np.argmax(lengths))
    return float(lengths[first] * facts.window.step_hours), facts.sheet.judged.timestamps[first]


CHECKS: tuple[Check, ...] = (
    implausible,
    negative_apparent,
    contradictory,
    zero_filled,
    stuck,
    before_rating,
    excluded,
)
