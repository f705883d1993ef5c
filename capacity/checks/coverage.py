"""Whether there are enough readings, at the right times: gaps, time stamps, time zone (P1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import run_lengths
from capacity.tables.issue import Issue

SUFFICIENT_PERCENT = 50.0
"""Below this coverage the result is "insufficient data" (P1)."""

GOOD_PERCENT = 90.0
"""Below this coverage the maximum may well lie in a gap: a warning."""

FEWEST_TO_COMPARE = 4
"""Transformers needed before one daily shape is compared with that of the others."""

INSUFFICIENT = Kind(
    "coverage.insufficient",
    "warning",
    f"less than {SUFFICIENT_PERCENT:g} % of the window's steps with a reading that counts",
    f"有效读数少于 {SUFFICIENT_PERCENT:g} % 的配变",
    "Supply the missing readings; until then its result is 'insufficient data', never free capacity.",
    "请补采读数；补齐前结果为“数据不足”，不作为可开放容量。",
    "not_counted",
)
GAPS = Kind(
    "coverage.gaps",
    "warning",
    f"from {SUFFICIENT_PERCENT:g} % to less than {GOOD_PERCENT:g} % of the steps with a reading that counts",
    f"有效读数在 {SUFFICIENT_PERCENT:g} % 至 {GOOD_PERCENT:g} % 之间的配变",
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
OFF_GRID = Kind(
    "coverage.off_grid",
    "warning",
    "time stamps that are not the start of a step of the case",
    "不在步长整点上的时间戳",
    "Export the readings at the start of each step; these rows are not used.",
    "请按每个步长的起始时刻导出；这些行不采用。",
    "rejected_readings",
)
UNDATED = Kind(
    "coverage.undated",
    "warning",
    "rows without a readable time stamp",
    "时间戳缺失或无法识别的行",
    "Give each row its time; these rows are not used.",
    "请补全时间；这些行不采用。",
    "rejected_readings",
)
UNORDERED = Kind(
    "coverage.unordered",
    "info",
    "rows of a transformer that do not stand in the order of time",
    "同一配变未按时间先后排列的行",
    "Nothing need be done: every row is used at its own time.",
    "无需处理：每行按其自身时间采用。",
)
ZONED = Kind(
    "coverage.zoned",
    "info",
    "time stamps that carry a time zone",
    "带时区的时间戳",
    "If the zone is wrong, export again without it, in local time.",
    "若时区有误，请以当地时间、不带时区重新导出。",
    "assumed",
)
SHIFTED_CLOCK = Kind(
    "coverage.shifted_clock",
    "warning",
    "a mean daily shape that fits that of the other transformers only when moved by the case's offset from UTC "
    "(8 h in China), either way",
    "平均日曲线平移本地与 UTC 的时差（我国为 8 小时）后才与其他配变吻合",
    "Check the clock and the time zone of its export; the times of its maxima are doubtful, as is what is added to "
    "other loads.",
    "请检查其时钟和导出时区；其最大值出现时刻及与其他负荷的叠加不可靠。",
    "lower_accuracy",
)
KINDS = (
    INSUFFICIENT,
    GAPS,
    SOME_MISSING,
    NO_READINGS,
    METER_SIDE_MISSING,
    OFF_GRID,
    UNDATED,
    UNORDERED,
    ZONED,
    SHIFTED_CLOCK,
)


def gaps(facts: Facts) -> Iterator[Issue]:
    """Too few readings, one issue per transformer; small gaps, one issue in all."""
    judged = facts.sheet.judged
    coverage = judged.coverage_percent
    slight = []
    for row, transformer_id in enumerate(judged.transformer_ids):
        if coverage[row] >= GOOD_PERCENT:
            slight += [transformer_id] if coverage[row] < 100.0 else []
            continue
        kind = INSUFFICIENT if coverage[row] < SUFFICIENT_PERCENT else GAPS
        lengths = run_lengths(~judged.valid[row : row + 1])[0]
        first = int(np.argmax(lengths))
        days, start = float(lengths[first] * facts.window.step_hours / 24.0), judged.timestamps[first]
        yield kind.issue(
            "measurements",
            "",
            [transformer_id],
            f"{transformer_id}: only {coverage[row]:.1f} % of the steps have a reading that counts, "
            f"the longest gap lasts {days:.1f} days from {start:%Y-%m-%d %H:%M}.",
            f"{transformer_id}：仅 {coverage[row]:.1f} % 的时刻有有效读数，"
            f"最长缺失自 {start:%Y-%m-%d %H:%M} 起 {days:.1f} 天。",
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


def off_grid(facts: Facts) -> Iterator[Issue]:
    """Time stamps between the steps, one issue in all."""
    found = facts.sheet.off_grid
    if found:
        rows, minutes = sum(found.values()), facts.window.step_minutes
        yield OFF_GRID.issue(
            "measurements",
            "timestamp",
            found,
            f"{rows} rows have a time that is not the start of a {minutes}-minute step ({names_en(found)}).",
            f"{rows} 行的时间不是 {minutes} 分钟步长的起始时刻（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def undated(facts: Facts) -> Iterator[Issue]:
    """Rows without time, one issue in all."""
    rows = facts.sheet.undated
    if rows:
        yield UNDATED.issue(
            "measurements",
            "timestamp",
            [],
            f"{rows} rows of readings have no readable time stamp.",
            f"{rows} 行读数没有可识别的时间戳。",
        )


def unordered(facts: Facts) -> Iterator[Issue]:
    """Rows out of order, one issue in all."""
    found = facts.sheet.unordered
    if found:
        yield UNORDERED.issue(
            "measurements",
            "timestamp",
            found,
            f"The rows of {len(found)} transformers do not stand in the order of time ({names_en(found)}).",
            f"{len(found)} 台配变的行未按时间先后排列（{names_zh(found)}）。",
            facts.areas_of(found),
        )


def zoned(facts: Facts) -> Iterator[Issue]:
    """Time stamps with a zone, one issue in all."""
    if facts.sheet.aware:
        zone = facts.case.settings.time_zone
        yield ZONED.issue(
            "measurements",
            "timestamp",
            [],
            f"The time stamps carry a time zone and were converted to {zone}.",
            f"时间戳带有时区，已换算为 {zone}。",
        )


def shifted_clock(facts: Facts) -> Iterator[Issue]:
    """Daily shapes that run hours before or behind the others', one issue per transformer."""
    window = facts.window
    offset_hours = abs(_utc_offset_hours(window.start, facts.case.settings.time_zone))
    shapes, rows = _daily_shapes(facts)
    if offset_hours < 1.0 or len(rows) < FEWEST_TO_COMPARE:
        return
    others = (shapes.sum(axis=0) - shapes) / (len(rows) - 1)
    others = _standardised(others)
    slots = shapes.shape[1]
    fits = np.stack([(shapes * np.roll(others, -lag, axis=1)).mean(axis=1) for lag in range(slots)], axis=1)
    for n, row in enumerate(rows):
        lag = int(np.argmax(fits[n]))
        hours = lag * window.step_hours
        hours = hours - 24.0 if hours > 12.0 else hours
        best, now = float(fits[n, lag]), float(fits[n, 0])
        if abs(abs(hours) - offset_hours) > 1.0 or best < 0.8 or best - now < 0.5:
            continue
        transformer_id = facts.sheet.judged.transformer_ids[row]
        yield SHIFTED_CLOCK.issue(
            "measurements",
            "timestamp",
            [transformer_id],
            f"{transformer_id}: its mean day fits that of the other transformers only when moved by {hours:+g} h "
            f"(correlation {best:.2f} instead of {now:.2f}), as if its clock ran in another time zone.",
            f"{transformer_id}：平均日曲线平移 {hours:+g} 小时后才与其他配变吻合"
            f"（相关系数 {best:.2f}，原为 {now:.2f}），疑似时区不同。",
            facts.areas_of([transformer_id]),
        )


def _daily_shapes(facts: Facts) -> tuple[npt.NDArray[np.float64], list[int]]:
    """Mean day of each transformer, standardised, ``(n, steps a day)``, and the rows of the sheet it belongs to."""
    judged = facts.sheet.judged
    minutes = judged.timestamps.hour * 60 + judged.timestamps.minute
    slot = np.asarray(minutes // facts.window.step_minutes)
    slots = 24 * 60 // facts.window.step_minutes
    shapes, rows = [np.empty((0, slots))], []
    for row in range(len(judged.transformer_ids)):
        valid = judged.valid[row]
        power = np.where(np.isnan(judged.p_kw[row]), judged.s_kva[row], judged.p_kw[row])[valid]
        count = np.bincount(slot[valid], minlength=slots)
        if (count == 0).any():
            continue
        mean = np.bincount(slot[valid], weights=power, minlength=slots) / count
        if np.std(mean) > 1e-9:
            shapes.append(_standardised(mean[None, :]))
            rows.append(row)
    return np.concatenate(shapes), rows


def _standardised(shapes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each row with mean 0 and standard deviation 1 (0 where it is flat)."""
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-9)


def _utc_offset_hours(at: pd.Timestamp, time_zone: str) -> float:
    """Hours by which the zone's wall clock is ahead of UTC."""
    offset = at.tz_localize(time_zone, ambiguous=True, nonexistent="shift_forward").utcoffset()
    return offset.total_seconds() / 3600.0 if offset is not None else 0.0


CHECKS: tuple[Check, ...] = (
    gaps,
    no_readings,
    meter_side_missing,
    off_grid,
    undated,
    unordered,
    zoned,
    shifted_clock,
)
