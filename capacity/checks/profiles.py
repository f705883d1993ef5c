"""Load profiles: named but absent, too short, with holes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP
from capacity.tables.issue import Issue

UNKNOWN = Kind(
    "profiles.unknown",
    "error",
    "profiles that a load, a generator or a busbar voltage names and profiles.parquet does not hold",
    "负荷、电源或母线电压引用而 profiles.parquet 中没有的曲线",
    "Add the profile, correct its name, or leave it empty for a constant element.",
    "请补充曲线、更正名称，或留空表示恒定。",
)
NOT_A_NUMBER = Kind(
    "profiles.not_a_number",
    "error",
    "missing or infinite factors inside the window, in profiles that are used",
    "所用曲线在窗口内的缺失或无穷值",
    "Fill them from a source you trust: a missing factor is not zero.",
    "请用可信来源补全：缺失不等于零。",
)
TOO_SHORT = Kind(
    "profiles.too_short",
    "error",
    "profiles that begin after the window's start or stop before its end",
    "起点晚于窗口开始或终点早于窗口结束的曲线",
    "Supply the rest, or choose an as_of date (or --from and --to) that the profiles cover.",
    "请补齐曲线，或选择曲线覆盖范围内的 as_of 日期（或 --from、--to）。",
)
HOLES = Kind(
    "profiles.holes",
    "error",
    "steps of the window that profiles.parquet skips, or time stamps it holds twice",
    "profiles.parquet 在窗口内缺少或重复的时刻",
    "Supply one row per step.",
    "请保证每个步长恰有一行。",
)
KINDS = (UNKNOWN, NOT_A_NUMBER, TOO_SHORT, HOLES)


def unknown(facts: Facts) -> Iterator[Issue]:
    """Profiles that are named but absent, one issue in all."""
    users = _users(facts)
    known = {str(column) for column in facts.case.profiles.columns if column != TIMESTAMP}
    lacking = {profile: by for profile, by in users.items() if profile not in known}
    if lacking:
        first, by = next(iter(lacking.items()))
        yield UNKNOWN.issue(
            "profiles",
            "",
            lacking,
            f"{len(lacking)} profiles are named but absent ({names_en(lacking)}); {first} is named by {names_en(by)}.",
            f"{len(lacking)} 条曲线被引用但不存在（{names_zh(lacking)}）；{first} 由 {names_zh(by)} 引用。",
        )


def values(facts: Facts) -> Iterator[Issue]:
    """Factors that are no numbers, one issue in all."""
    table, users = facts.case.profiles, _users(facts)
    used = [c for c in table.columns if c != TIMESTAMP and str(c) in users]
    if not used:
        return
    stamps = pd.to_datetime(table[TIMESTAMP])
    inside = ((stamps >= facts.window.start) & (stamps < facts.window.end)).to_numpy()
    numbers = table.loc[inside, used].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        lacking = [str(used[n]) for n in np.flatnonzero(wrong.any(axis=0))]
        first = stamps[inside].iloc[int(np.argmax(wrong.any(axis=1)))]
        yield NOT_A_NUMBER.issue(
            "profiles",
            "",
            lacking,
            f"{int(wrong.sum())} factors of {len(lacking)} profiles are missing or infinite ({names_en(lacking)}), "
            f"first at {first:%Y-%m-%d %H:%M}.",
            f"{len(lacking)} 条曲线有 {int(wrong.sum())} 个缺失或无穷值（{names_zh(lacking)}），"
            f"首个在 {first:%Y-%m-%d %H:%M}。",
        )


def times(facts: Facts) -> Iterator[Issue]:
    """Whether every step of the window has exactly one row."""
    table, window = facts.case.profiles, facts.window
    if not set(_users(facts)) & {str(column) for column in table.columns}:
        return
    stamps = pd.DatetimeIndex(pd.to_datetime(table[TIMESTAMP]))
    first, last = stamps.min(), stamps.max()
    end = window.end - pd.Timedelta(minutes=window.step_minutes)
    if len(stamps) == 0 or first > window.start or last < end:
        has_en = "are empty" if len(stamps) == 0 else f"run from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
        has_zh = "为空" if len(stamps) == 0 else f"为 {first:%Y-%m-%d %H:%M} 至 {last:%Y-%m-%d %H:%M}"
        yield TOO_SHORT.issue(
            "profiles",
            TIMESTAMP,
            [],
            f"The profiles {has_en}, the window needs {window.start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}.",
            f"曲线{has_zh}，窗口需要 {window.start:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M}。",
        )
    between = window.timestamps[(window.timestamps >= first) & (window.timestamps <= last)]
    skipped = between.difference(stamps)
    twice = stamps[stamps.duplicated()].unique()
    if len(skipped) or len(twice):
        at = skipped[0] if len(skipped) else twice[0]
        yield HOLES.issue(
            "profiles",
            TIMESTAMP,
            [],
            f"{len(skipped)} steps are missing and {len(twice)} time stamps stand twice, first {at:%Y-%m-%d %H:%M}.",
            f"缺少 {len(skipped)} 个时刻，重复 {len(twice)} 个时间戳，首个为 {at:%Y-%m-%d %H:%M}。",
        )


def _users(facts: Facts) -> dict[str, list[str]]:
    """Profiles named by elements in service and by busbar voltages, and by whom."""
    users: dict[str, list[str]] = {}
    for name in ("load", "sgen", "gen", "storage"):
        table = facts.case.net[name]
        for column in (PROFILE_COLUMN, PROFILE_Q_COLUMN):
            if column not in table.columns:
                continue
            stated = table[table["in_service"].astype(bool) & table[column].notna() & (table[column].astype(str) != "")]
            for profile, rows in stated.groupby(stated[column].astype(str)):
                users.setdefault(str(profile), []).extend(rows["name"].astype(str))
    for substation_id, busbar in facts.case.settings.busbar_voltage.items():
        if busbar.source == "measured" and busbar.profile:
            users.setdefault(busbar.profile, []).append(substation_id)
    return users


CHECKS: tuple[Check, ...] = (unknown, values, times)
