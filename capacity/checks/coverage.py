"""Whether there are enough readings, at the right times: gaps, time stamps, time zone (P1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import run_lengths
from capacity.tables.issue import Issue
from capacity.tables.readings import ReadingState
from capacity.tables.words import Word

GOOD_PERCENT = 90.0
"""Below this coverage the maximum may well lie in a gap: a warning."""

NOT_COUNTED = {
    ReadingState.MISSING: Word("无读数", "without reading"),
    ReadingState.EXCLUDED: Word("剔除", "excluded"),
    ReadingState.BEFORE_RATING: Word("不在现容量有效期", "outside the validity of the rating"),
    ReadingState.IMPLAUSIBLE: Word("不合理", "implausible"),
    ReadingState.ZERO_FILLED: Word("补零", "zero-filled"),
    ReadingState.STUCK: Word("停滞", "stuck"),
    ReadingState.CONTRADICTORY: Word("矛盾", "contradictory"),
}
"""Why a step does not count, in words."""

INSUFFICIENT = Kind(
    "coverage.insufficient",
    "warning",
    "fewer of the window's steps with a reading that counts than the policy asks for (`coverage_min_percent`)",
    "有效读数低于政策要求（`coverage_min_percent`）的配变",
    "Supply the missing readings; until then its result is 'insufficient data', never free capacity.",
    "请补采读数；补齐前结果为“数据不足”，不作为可开放容量。",
    "not_counted",
)
GAPS = Kind(
    "coverage.gaps",
    "warning",
    f"enough, but less than {GOOD_PERCENT:g} % of the steps with a reading that counts",
    f"有效读数达到政策要求但不足 {GOOD_PERCENT:g} % 的配变",
    "Supply the missing readings: the true maximum may lie in the gap.",
    "请补采读数：真实最大值可能落在缺失时段。",
    "lower_accuracy",
)
SOME_MISSING = Kind(
    "coverage.some_missing",
    "info",
    f"at least {GOOD_PERCENT:g} % of the steps with a reading that counts, but not all",
    f"有效读数不低于 {GOOD_PERCENT:g} % 但不完整的配变",
    "Nothing need be done: missing steps are missing, not zero.",
    "无需处理：缺失按缺失计，不按零计。",
)
NO_READINGS = Kind(
    "coverage.no_readings",
    "warning",
    "transformers with a meter_side but without any reading in the window",
    "有计量侧但窗口内无任何读数的配变",
    "Supply the readings, or clear meter_side if there is no meter; the result is simulated or missing.",
    "请补充读数，若无计量请清空 meter_side；其结果为仿真值或缺失。",
    "lower_accuracy",
)
METER_SIDE_MISSING = Kind(
    "coverage.meter_side_missing",
    "warning",
    "transformers with readings but without meter_side",
    "有读数但未填计量侧的配变",
    "Enter hv or lv; the low-voltage side is assumed.",
    "请填写 hv 或 lv；程序按低压侧处理。",
    "assumed",
)
KINDS = (
    INSUFFICIENT,
    GAPS,
    SOME_MISSING,
    NO_READINGS,
    METER_SIDE_MISSING,
)


def gaps(facts: Facts) -> Iterator[Issue]:
    """Too few readings, one issue per transformer; small gaps, one issue in all."""
    judged = facts.sheet.judged
    coverage, valid = judged.coverage_percent, judged.valid
    slight = []
    for row, transformer_id in enumerate(judged.transformer_ids):
        insufficient = coverage[row] < facts.coverage_min_percent
        if coverage[row] >= GOOD_PERCENT and not insufficient:
            slight += [transformer_id] if coverage[row] < 100.0 else []
            continue
        kind = INSUFFICIENT if insufficient else GAPS
        lengths = run_lengths(~valid[row : row + 1])[0]
        first = int(np.argmax(lengths))
        days, start = float(lengths[first] * facts.window.step_hours / 24.0), judged.timestamps[first]
        shares = [(100.0 * float((judged.state[row] == s).mean()), w) for s, w in NOT_COUNTED.items()]
        why_en = ", ".join(f"{share:.1f} % {word.en}" for share, word in shares if share > 0.0)
        why_zh = "、".join(f"{word.zh} {share:.1f} %" for share, word in shares if share > 0.0)
        yield kind.issue(
            "measurements",
            "",
            [transformer_id],
            f"{transformer_id}: only {coverage[row]:.1f} % of the steps have a reading that counts ({why_en}), "
            f"the longest gap lasts {days:.1f} days from {start:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：仅 {coverage[row]:.1f} % 的时刻有有效读数（{why_zh}），"
            f"最长一段自 {start:%Y-%m-%d %H:%M} 起 {days:.1f} 天无有效读数。",
            facts.areas_of([transformer_id]),
        )
    if slight:
        yield SOME_MISSING.issue(
            "measurements",
            "",
            slight,
            f"{len(slight)} transformers lack some readings ({names_en(slight)}), none more than "
            f"{100.0 - GOOD_PERCENT:g} % of the steps.",
            f"{len(slight)} 台配变缺少部分读数（{names_zh(slight)}），均不超过 {100.0 - GOOD_PERCENT:g} %。",
            facts.areas_of(slight),
        )


def no_readings(facts: Facts) -> Iterator[Issue]:
    """Meters without readings, one issue in all."""
    metered = set(facts.sheet.judged.transformer_ids)
    stated = facts.serving[facts.serving["meter_side"].notna()]
    found = [str(t) for t in stated.index if str(t) not in metered]
    if found:
        yield NO_READINGS.issue(
            "measurements",
            "transformer_id",
            found,
            f"{len(found)} transformers have a meter but no reading in the window ({names_en(found)}).",
            f"{len(found)} 台配变有计量但窗口内没有读数（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def meter_side_missing(facts: Facts) -> Iterator[Issue]:
    """Readings of which nobody says on which side they were taken, one issue in all."""
    side = facts.ledger["meter_side"]
    found = [t for t in facts.sheet.judged.transformer_ids if pd.isna(side.get(t))]
    if found:
        yield METER_SIDE_MISSING.issue(
            "transformers",
            "meter_side",
            found,
            f"{len(found)} transformers have readings but no meter_side ({names_en(found)}).",
            f"{len(found)} 台配变有读数但未填 meter_side（{names_zh(found)}）。",
            facts.areas_of(found),
        )


CHECKS: tuple[Check, ...] = (
    gaps,
    no_readings,
    meter_side_missing,
)
