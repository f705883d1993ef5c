"""The sentences about meter exports, Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.issues import problem, quoted
from capacity.tables.issue import Issue, Severity


def _say(
    severity: Severity, check: str, file: str, en: str, zh: str, ids: Sequence[object] = (), effect: str = ""
) -> Issue:
    issue = problem(severity, f"readings.{check}", file or "measurements", en, zh, ids=ids, effect=effect)
    return Issue(**{**vars(issue), "table": "measurements"})


def ambiguous_code(codes: Sequence[str]) -> Issue:
    """A system code that belongs to several transformers."""
    return _say(
        "warning",
        "ambiguous_code",
        "",
        f"System code(s) {quoted(codes)} belong to several transformers, so their readings cannot be assigned by code; "
        "use the transformer id in the meter export.",
        f"台区编号 {quoted(codes)} 对应多台配变，无法按台区编号归属读数；请在量测文件中使用配变编号。",
        codes,
        "rejected_readings",
    )


def no_meter_column(file: str, headings: Sequence[object]) -> Issue:
    """No column names the meter."""
    return _say(
        "error",
        "no_meter_column",
        file,
        f"'{file}' names no meter (台区编号 or 配变编号 / transformer_id); its columns: {quoted(headings)}.",
        f"文件“{file}”没有标识计量点的列（台区编号或配变编号），现有列：{quoted(headings)}。",
    )


def no_date_column(file: str) -> Issue:
    """A wide table without a date."""
    return _say(
        "error",
        "no_date_column",
        file,
        f"'{file}' has time columns but no date column (日期 / date).",
        f"文件“{file}”有时刻列，但没有“日期”列。",
    )


def no_time_column(file: str) -> Issue:
    """A table without any time."""
    return _say(
        "error",
        "no_time_column",
        file,
        f"'{file}' has neither time columns (00:00…23:45, 00:15…24:00, P1…P96) nor a time column (时间 / timestamp).",
        f"文件“{file}”既没有时刻列（00:00…23:45、00:15…24:00 或 P1…P96），也没有“时间”列。",
    )


def no_quantity(file: str, headings: Sequence[str]) -> Issue:
    """No column or row names a quantity."""
    return _say(
        "error",
        "no_quantity",
        file,
        f"'{file}' names no quantity such as 有功功率(kW) or p_kw; it has {quoted(headings)}.",
        f"文件“{file}”没有可识别的量（如“有功功率(kW)”），现有列：{quoted(headings)}。",
    )


def unknown_quantity(file: str, texts: Sequence[str]) -> Issue:
    """Rows of quantities that are not used."""
    return _say(
        "warning",
        "unknown_quantity",
        file,
        f"'{file}': rows of {quoted(texts)} are not read; known are active, reactive, apparent power, phase currents.",
        f"文件“{file}”：{quoted(texts)} 的数据未读取；可识别有功、无功、视在功率和三相电流。",
        texts,
    )


def energy(file: str, texts: Sequence[str]) -> Issue:
    """Energy instead of power."""
    return _say(
        "error",
        "energy_not_power",
        file,
        f"'{file}': {quoted(texts)} is energy or a register reading, not power; export active and reactive power.",
        f"文件“{file}”：{quoted(texts)} 是电量或示值，不是功率；请导出有功、无功功率曲线。",
        texts,
    )


def unit_assumed(file: str, quantities: Sequence[str]) -> Issue:
    """No unit stated."""
    return _say(
        "info",
        "unit_assumed",
        file,
        f"'{file}' does not state units; its columns are taken as {', '.join(quantities)} (kW, kvar, kVA, A).",
        f"文件“{file}”未注明单位，按 kW、kvar、kVA、A 读取（{'、'.join(quantities)}）。",
        effect="assumed",
    )


def interval_end(file: str) -> Issue:
    """Times name the end of their interval."""
    return _say(
        "info",
        "interval_end",
        file,
        f"'{file}': times are the end of their interval (24:00 is the day's last); they were moved to its start.",
        f"文件“{file}”：时刻为区间终点（24:00 为当日最后一点），已换算为区间起点。",
        effect="derived",
    )


def interval_start(file: str) -> Issue:
    """Times name the start of their interval."""
    return _say(
        "info",
        "interval_start",
        file,
        f"'{file}': times are taken as the start of their interval; if they are its end, say so when importing.",
        f"文件“{file}”：时刻按区间起点读取；如为区间终点，请在导入时说明。",
        effect="assumed",
    )


def point_columns(file: str) -> Issue:
    """Numbered points."""
    return _say(
        "info",
        "point_columns",
        file,
        f"'{file}': the first point is taken as the interval that starts at 00:00.",
        f"文件“{file}”：第 1 点按 00:00 开始的区间读取。",
        effect="assumed",
    )


def wrong_step(file: str, columns: int, found_minutes: int, step_minutes: int) -> Issue:
    """Another step than the case's."""
    return _say(
        "error",
        "wrong_step",
        file,
        f"'{file}' has {columns} time columns {found_minutes} min apart; the case works with {step_minutes} min "
        f"({1440 // step_minutes} a day). Export that step or change step_minutes of the case.",
        f"文件“{file}”有 {columns} 个时刻列，间隔 {found_minutes} 分钟；案例步长为 {step_minutes} 分钟"
        f"（每日 {1440 // step_minutes} 点）。请按此步长导出或修改案例步长。",
    )


def missing_columns(file: str, columns: int, expected: int) -> Issue:
    """Some times of the day have no column."""
    return _say(
        "warning",
        "missing_columns",
        file,
        f"'{file}' has {columns} of {expected} time columns a day; the other times are missing.",
        f"文件“{file}”每日仅有 {columns} 个时刻列（应为 {expected}），其余时刻按缺失处理。",
        effect="lower_accuracy",
    )


def _row_ids(rows: npt.NDArray[np.int64], first_row: int) -> tuple[str, ...]:
    return tuple(f"row {row + first_row}" for row in rows[:1000])


def unreadable_dates(file: str, cells: pd.Series, bad: npt.NDArray[np.bool_], first_row: int) -> Issue:
    """Dates that cannot be read."""
    rows = np.flatnonzero(bad)
    shown = quoted([cells.iloc[row] for row in rows[:5]])
    return _say(
        "warning",
        "unreadable_date",
        file,
        f"'{file}': {len(rows)} row(s) have no readable date ({shown}) and were left out; "
        "write 2024-01-31 or 2024-01-31 13:15.",
        f"文件“{file}”：{len(rows)} 行日期无法识别（{shown}），未采用；请写成 2024-01-31 或 2024-01-31 13:15。",
        _row_ids(rows, first_row),
        "rejected_readings",
    )


def unreadable_values(file: str, cells: pd.DataFrame, bad: npt.NDArray[np.bool_], first_row: int) -> Issue:
    """Cells that are texts instead of numbers."""
    rows = np.unique(np.nonzero(bad)[0])
    return _say(
        "warning",
        "unreadable_value",
        file,
        f"'{file}': {int(bad.sum())} cell(s) in {len(rows)} row(s) are not numbers and count as missing.",
        f"文件“{file}”：{len(rows)} 行中有 {int(bad.sum())} 个单元格不是数字，按缺失处理。",
        _row_ids(rows, first_row),
        "rejected_readings",
    )


def unknown_meters(file: str, meters: Sequence[str], records: int) -> Issue:
    """Meters that no transformer has."""
    return _say(
        "warning",
        "unknown_meter",
        file,
        f"'{file}': {len(meters)} meter(s) are not in the ledger ({quoted(meters)}); their {records} row(s) are "
        "kept under that name and count for no transformer. Check 台区编号 in the ledger: it may have been renamed.",
        f"文件“{file}”：{len(meters)} 个计量点不在台账中（{quoted(meters)}），其 {records} 行按原名保存，"
        "不计入任何配变；请核对台账中的台区编号，可能已改名。",
        meters,
        "rejected_readings",
    )


def blank_meters(file: str, records: int) -> Issue:
    """Rows without a meter."""
    return _say(
        "warning",
        "blank_meter",
        file,
        f"'{file}': {records} row(s) name no meter and were left out.",
        f"文件“{file}”：{records} 行没有计量点编号，未采用。",
        effect="rejected_readings",
    )


def off_grid(file: str, off: npt.NDArray[np.bool_], step_minutes: int, first_row: int) -> Issue:
    """Moments between the steps."""
    rows = np.flatnonzero(off)
    return _say(
        "warning",
        "off_grid",
        file,
        f"'{file}': {len(rows)} row(s) are not on the {step_minutes}-min grid and were left out.",
        f"文件“{file}”：{len(rows)} 行的时刻不在 {step_minutes} 分钟整点上，未采用。",
        _row_ids(rows, first_row),
        "rejected_readings",
    )


def multiplied(file: str, factors: npt.NDArray[np.float64]) -> Issue:
    """Secondary values were multiplied."""
    known = factors[~np.isnan(factors)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (1.0, 1.0)
    return _say(
        "info",
        "multiplied",
        file,
        f"'{file}': values are secondary and were multiplied by their ratio ({low:g} to {high:g}).",
        f"文件“{file}”：数值为二次值，已乘以倍率（{low:g} 至 {high:g}）。",
        effect="derived",
    )


def unreadable_multiplier(file: str, records: int) -> Issue:
    """No multiplier where there is a column for it."""
    return _say(
        "warning",
        "unreadable_multiplier",
        file,
        f"'{file}': {records} row(s) have no readable multiplier; their readings are missing.",
        f"文件“{file}”：{records} 行倍率缺失或无法识别，其读数按缺失处理。",
        effect="rejected_readings",
    )


def identical(count: int) -> Issue:
    """Repeated, identical readings."""
    return _say(
        "info",
        "identical_duplicates",
        "",
        f"{count} reading(s) occur more than once with the same value; each counts once.",
        f"有 {count} 个读数重复且数值相同，只计一次。",
    )


def contradictory(ids: npt.NDArray[np.object_], moments: npt.NDArray[np.datetime64]) -> Issue:
    """Two different readings of one moment."""
    names = sorted(set(ids.tolist()))
    first = pd.Timestamp(moments.min())
    return _say(
        "warning",
        "contradictory_duplicates",
        "",
        f"{len(moments)} reading(s) of {quoted(names)} occur with different values (first at {first:%Y-%m-%d %H:%M}); "
        "both are kept and neither counts until one is removed from the meter export.",
        f"{quoted(names)} 有 {len(moments)} 个读数重复但数值不同（最早 {first:%Y-%m-%d %H:%M}）；两者均保留且均不采用，"
        "请在量测文件中删除其一。",
        names,
        "rejected_readings",
    )


def nothing_read() -> Issue:
    """No reading at all."""
    return _say(
        "error",
        "nothing_read",
        "",
        "The meter files hold no reading of any transformer of the ledger; compare the meter numbers with the ledger.",
        "量测文件中没有台账内任何配变的读数，请核对计量点编号与台账是否一致。",
        effect="rejected_readings",
    )
