"""Whether readings stand at the right times: steps, order, time zone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.tables.issue import Issue

FEWEST_TO_COMPARE = 4

OFF_GRID = Kind(
    "timestamps.off_grid",
    "warning",
    "time stamps that are not the start of a step of the case",
    "不在步长整点上的时间戳",
    "Export the readings at the start of each step; these rows are not used.",
    "请按每个步长的起始时刻导出；这些行不采用。",
    "rejected_readings",
)
UNDATED = Kind(
    "timestamps.undated",
    "warning",
    "rows without a readable time stamp",
    "时间戳缺失或无法识别的行",
    "Give each row its time; these rows are not used.",
    "请补全时间；这些行不采用。",
    "rejected_readings",
)
UNORDERED = Kind(
    "timestamps.unordered",
    "info",
    "rows of a transformer that do not stand in the order of time",
    "同一配变未按时间先后排列的行",
    "Nothing need be done: every row is used at its own time.",
    "无需处理：每行按其自身时间采用。",
)
ZONED = Kind(
    "timestamps.zoned",
    "info",
    "time stamps that carry a time zone",
    "带时区的时间戳",
    "If the zone is wrong, export again without it, in local time.",
    "若时区有误，请以当地时间、不带时区重新导出。",
    "assumed",
)
SHIFTED_CLOCK = Kind(
    "timestamps.shifted_clock",
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
    OFF_GRID,
    UNDATED,
    UNORDERED,
    ZONED,
    SHIFTED_CLOCK,
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
    for row, valid in enumerate(judged.valid):
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
    off_grid,
    undated,
    unordered,
    zoned,
    shifted_clock,
)
