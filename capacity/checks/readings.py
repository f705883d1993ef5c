"""Which readings do not count, and why (P1): implausible, contradictory, zero-filled, stuck, before the rating."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
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
REPEATED = Kind(
    "readings.repeated",
    "info",
    "rows of one transformer and step that say the same twice",
    "同一配变同一时刻重复的相同读数",
    "Nothing need be done: each is used once.",
    "无需处理：每个读数只用一次。",
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
WITHOUT_REACTIVE = Kind(
    "readings.without_reactive",
    "warning",
    "rows with active power but neither reactive nor apparent power",
    "只有有功、既无无功也无视在功率的读数",
    "Add q_kvar or s_kva; an apparent power is not guessed, so these readings are missing.",
    "请补充 q_kvar 或 s_kva；程序不猜测视在功率，这些读数按缺失处理。",
    "rejected_readings",
)
DISAGREEING = Kind(
    "readings.disagreeing",
    "warning",
    "rows whose s_kva differs by more than 5 % from the apparent power of p_kw and q_kvar",
    "s_kva 与 p_kw、q_kvar 合成值相差超过 5 % 的读数",
    "Find out which of the two is right; p_kw and q_kvar are used.",
    "请核实哪个正确；程序采用 p_kw 与 q_kvar。",
    "lower_accuracy",
)
APPARENT_ONLY = Kind(
    "readings.apparent_only",
    "info",
    "meters that give apparent power only",
    "只提供视在功率的计量装置",
    "Its direction is taken as import; supply p_kw and q_kvar where the transformer may export.",
    "方向按受电处理；可能倒送的配变请提供 p_kw 与 q_kvar。",
    "assumed",
)
DAILY_MAXIMA = Kind(
    "readings.daily_maxima",
    "warning",
    f"daily maxima below zero, above {MOST_TIMES_RATING:g} times the rating, or given twice for a day",
    f"为负、超过额定容量 {MOST_TIMES_RATING:g} 倍或同日重复的日最大负荷",
    "Correct these rows of daily_maxima.parquet.",
    "请更正 daily_maxima.parquet 中的这些行。",
    "lower_accuracy",
)
KINDS = (
    IMPLAUSIBLE,
    NEGATIVE_APPARENT,
    CONTRADICTORY,
    REPEATED,
    ZERO_FILLED,
    ALWAYS_ZERO,
    STUCK,
    BEFORE_RATING,
    EXCLUDED,
    WITHOUT_REACTIVE,
    DISAGREEING,
    APPARENT_ONLY,
    DAILY_MAXIMA,
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


def repeated(facts: Facts) -> Iterator[Issue]:
    """Rows that say the same twice, one issue in all."""
    found = facts.sheet.repeated
    if found:
        rows = sum(found.values())
        yield REPEATED.issue(
            "measurements",
            "timestamp",
            found,
            f"{rows} rows repeat another row of the same transformer and step ({names_en(found)}).",
            f"{rows} 行与同一配变同一时刻的另一行完全重复（{names_zh(found)}）。",
            facts.areas_of(found),
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


def without_reactive(facts: Facts) -> Iterator[Issue]:
    """Rows from which no apparent power follows, one issue in all."""
    found = facts.sheet.without_reactive
    if found:
        rows = sum(found.values())
        yield WITHOUT_REACTIVE.issue(
            "measurements",
            "q_kvar",
            found,
            f"{rows} rows give active power only ({names_en(found)}).",
            f"{rows} 行只有有功功率（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def disagreeing(facts: Facts) -> Iterator[Issue]:
    """Rows that contradict themselves, one issue in all."""
    found = facts.sheet.disagreeing
    if found:
        rows = sum(found.values())
        yield DISAGREEING.issue(
            "measurements",
            "s_kva",
            found,
            f"In {rows} rows s_kva is not the apparent power of p_kw and q_kvar ({names_en(found)}).",
            f"{rows} 行的 s_kva 与 p_kw、q_kvar 不符（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def apparent_only(facts: Facts) -> Iterator[Issue]:
    """Meters without direction, one issue in all."""
    judged = facts.sheet.judged
    mask = judged.valid & np.isnan(judged.p_kw)
    found = [transformer_id for _, transformer_id in _rows_with(facts, mask)]
    if found:
        yield APPARENT_ONLY.issue(
            "measurements",
            "s_kva",
            found,
            f"{len(found)} transformers have readings of apparent power only ({names_en(found)}).",
            f"{len(found)} 台配变只有视在功率读数（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def daily_maxima(facts: Facts) -> Iterator[Issue]:
    """Daily maxima that cannot be, one issue in all."""
    table = facts.case.daily_maxima
    if table.empty:
        return
    ids = table["transformer_id"].astype(str)
    value = pd.to_numeric(table["s_max_kva"], errors="coerce").astype("float64")
    limit = ids.map(facts.rated_kva).astype("float64") * MOST_TIMES_RATING
    wrong = (value < 0.0) | (value > limit) | table.duplicated(["date", "transformer_id"], keep=False)
    if wrong.any():
        found = sorted(ids[wrong].unique())
        first = table[wrong].iloc[0]
        yield DAILY_MAXIMA.issue(
            "daily_maxima",
            "s_max_kva",
            found,
            f"{int(wrong.sum())} daily maxima cannot be right ({names_en(found)}), first {first['transformer_id']} "
            f"on {first['date']:%Y-%m-%d} with {first['s_max_kva']:,.1f} kVA.",
            f"{int(wrong.sum())} 个日最大负荷不可信（{names_zh(found)}），首个为 {first['transformer_id']} "
            f"{first['date']:%Y-%m-%d} 的 {first['s_max_kva']:,.1f} kVA。",
            facts.areas_of(found),
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
    repeated,
    zero_filled,
    stuck,
    before_rating,
    excluded,
    without_reactive,
    disagreeing,
    apparent_only,
    daily_maxima,
)
