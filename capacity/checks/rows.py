"""What single rows of readings and daily maxima say: repeated, incomplete, at odds with themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import MOST_TIMES_RATING
from capacity.tables.issue import Issue

REPEATED = Kind(
    "rows.repeated",
    "info",
    "rows of one transformer and step that say the same twice",
    "同一配变同一时刻重复的相同读数",
    "Nothing need be done: each is used once.",
    "无需处理：每个读数只用一次。",
)
WITHOUT_REACTIVE = Kind(
    "rows.without_reactive",
    "warning",
    "rows with active power but neither reactive nor apparent power",
    "只有有功、既无无功也无视在功率的读数",
    "Add q_kvar or s_kva; an apparent power is not guessed, so these readings are missing.",
    "请补充 q_kvar 或 s_kva；程序不猜测视在功率，这些读数按缺失处理。",
    "rejected_readings",
)
DISAGREEING = Kind(
    "rows.disagreeing",
    "warning",
    "rows whose s_kva differs by more than 5 % from the apparent power of p_kw and q_kvar",
    "s_kva 与 p_kw、q_kvar 合成值相差超过 5 % 的读数",
    "Find out which of the two is right; p_kw and q_kvar are used.",
    "请核实哪个正确；程序采用 p_kw 与 q_kvar。",
    "lower_accuracy",
)
APPARENT_ONLY = Kind(
    "rows.apparent_only",
    "info",
    "meters that give apparent power only",
    "只提供视在功率的计量装置",
    "Its direction is taken as import and, in the load flow, its power factor as the case's; "
    "supply p_kw and q_kvar where the transformer may export.",
    "方向按受电处理，潮流计算取算例功率因数；可能倒送的配变请提供 p_kw 与 q_kvar。",
    "assumed",
)
DAILY_MAXIMA = Kind(
    "rows.daily_maxima",
    "warning",
    f"daily maxima below zero, above {MOST_TIMES_RATING:g} times the rating, or given twice for a day",
    f"为负、超过额定容量 {MOST_TIMES_RATING:g} 倍或同日重复的日最大负荷",
    "Correct these rows of daily_maxima.parquet.",
    "请更正 daily_maxima.parquet 中的这些行。",
    "lower_accuracy",
)
KINDS = (
    REPEATED,
    WITHOUT_REACTIVE,
    DISAGREEING,
    APPARENT_ONLY,
    DAILY_MAXIMA,
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
    without_direction = np.any(judged.valid & np.isnan(judged.p_kw), axis=1)
    found = [judged.transformer_ids[row] for row in np.flatnonzero(without_direction)]
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


CHECKS: tuple[Check, ...] = (
    repeated,
    without_reactive,
    disagreeing,
    apparent_only,
    daily_maxima,
)
