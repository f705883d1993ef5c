"""Meter exports to the ``measurements`` table: 96 points a day (wide) or one row per moment (long).

What a cell does not state stays missing; nothing is filled, and what could not be used is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.meters import problems as say
from capacity.case.meters.files import (
    ENERGY,
    MeterTable,
    minute_of_day,
    plain,
    point_number,
    quantity_of,
    read_tables,
    role_of,
    unit_scale,
)
from capacity.case.meters.merge import Block, Floats, Ints, assemble
from capacity.case.meters.values import multipliers, numbers
from capacity.case.moments import parse_moments
from capacity.tables.issue import Issue

Stamps = Literal["auto", "start", "end"]


@dataclass(frozen=True)
class _Task:
    """How a table is to be read."""

    table: MeterTable
    meter_of: dict[str, int]
    strangers: dict[str, int]
    step_minutes: int
    stamps: Stamps
    time_zone: str


def read_readings(
    paths: Iterable[Path],
    transformers: pd.DataFrame,
    *,
    step_minutes: int = 15,
    stamps: Stamps = "auto",
    time_zone: str = "Asia/Shanghai",
) -> tuple[pd.DataFrame, list[Issue]]:
    """Read meter exports.

    Parameters
    ----------
    paths : CSV (UTF-8 or GB18030), Parquet or xlsx files, in wide form (a row per meter, day and quantity; columns
        00:00…23:45, 00:15…24:00, 0015…2400 or P1…P96) or long form (a row per meter and moment).
    transformers : needs ``transformer_id`` and ``system_code``; a meter may be named by either.
    step_minutes : the step the case works with; another step in a file is an error.
    stamps : whether times name the start or the end of their interval. ``auto``: columns up to 24:00 (and a long
        file with 24:00 or an end-time heading) name the end, everything else the start; an issue says which was taken.
    time_zone : to which timestamps with an offset are converted.

    Returns
    -------
    measurements : by ``tables.inputs.measurements``, sorted by transformer and time, primary values (a multiplier
        column is applied). Two different readings of one moment are both kept, on two rows, for the check to reject.
    issues : everything that was assumed, left out or contradictory.
    """
    transformers = transformers.sort_values("transformer_id", kind="stable")
    meter_of, issues = _meters(transformers)
    blocks: list[Block] = []
    strangers: dict[str, int] = {}
    for path in paths:
        tables, found = read_tables(Path(path))
        issues += found
        for one in tables:
            read, found = _read_table(_Task(one, meter_of, strangers, step_minutes, stamps, time_zone))
            blocks += read
            issues += found
    ids = np.array([*transformers["transformer_id"].astype(str), *strangers], dtype=object)
    frame, found = assemble(blocks, ids, step_minutes)
    issues += found
    told = any(issue.severity == "error" for issue in issues)
    if not told and not frame["transformer_id"].isin(transformers["transformer_id"]).any():
        issues.append(say.nothing_read())
    return frame, issues


def _meters(transformers: pd.DataFrame) -> tuple[dict[str, int], list[Issue]]:
    """The row of the transformer table by every name of a meter; ambiguous system codes are named and unusable."""
    codes = transformers["system_code"].astype("string") if "system_code" in transformers else pd.Series(dtype="string")
    plain_codes = [plain(code) if pd.notna(code) else "" for code in codes]
    doubled = {code for code in plain_codes if code and plain_codes.count(code) > 1}
    meter_of = {code: row for row, code in enumerate(plain_codes) if code and code not in doubled}
    meter_of |= {plain(one): row for row, one in enumerate(transformers["transformer_id"])}
    return meter_of, [say.ambiguous_code(sorted(doubled))] if doubled else []


def _read_table(task: _Task) -> tuple[list[Block], list[Issue]]:
    roles: dict[str, str] = {}
    for heading in task.table.cells.columns:
        role = role_of(heading)
        if role and role not in roles:
            roles[role] = heading
    if "id" not in roles:
        return [], [say.no_meter_column(task.table.file, list(task.table.cells.columns))]
    minutes = {h: m for h in task.table.cells.columns if (m := minute_of_day(h)) is not None}
    points = {h: n for h in task.table.cells.columns if (n := point_number(h)) is not None}
    if len(minutes) > 1 or (len(points) > 3 and not minutes):
        return _read_wide(task, roles, minutes, points)
    return _read_long(task, roles)


def _read_wide(
    task: _Task, roles: dict[str, str], minutes: dict[str, int], points: dict[str, int]
) -> tuple[list[Block], list[Issue]]:
    cells, file = task.table.cells, task.table.file
    date_column = roles.get("date") or roles.get("time")
    if date_column is None:
        return [], [say.no_date_column(file)]
    issues: list[Issue] = []
    ends = task.stamps == "end" or (task.stamps == "auto" and 1440 in minutes.values())
    if minutes:
        starts = {heading: minute - (task.step_minutes if ends else 0) for heading, minute in minutes.items()}
        issues.append(say.interval_end(file) if ends else say.interval_start(file))
    else:
        starts = {heading: (number - 1) * task.step_minutes for heading, number in points.items()}
        issues.append(say.point_columns(file))
    offsets = np.array(sorted(starts.values()), dtype=np.int64)
    expected = 1440 // task.step_minutes
    gaps = np.diff(offsets)
    if (gaps % task.step_minutes).any() or gaps.min() != task.step_minutes or (not minutes and len(points) != expected):
        apart = int(gaps.min()) if minutes else 1440 // len(points)
        return [], [*issues, say.wrong_step(file, len(offsets), apart, task.step_minutes)]
    if len(offsets) < expected:
        issues.append(say.missing_columns(file, len(offsets), expected))
    days, _, bad_dates = parse_moments(cells[date_column], task.time_zone)
    if bad_dates.any():
        issues.append(say.unreadable_dates(file, cells[date_column], bad_dates, task.table.first_row))
    meter, found = _meter_rows(task, roles)
    issues += found
    headings = sorted(starts, key=lambda heading: starts[heading])
    values, bad = numbers(cells[headings])
    if bad.any():
        issues.append(say.unreadable_values(file, cells[headings], bad, task.table.first_row))
    day_minutes = days.astype("datetime64[m]").astype(np.int64) // 1440 * 1440
    steps = (day_minutes[:, None] + offsets[None, :]) // task.step_minutes
    usable = (meter >= 0) & ~bad_dates
    blocks = []
    groups, found = _row_quantities(task, roles)
    issues += found
    factors, found = multipliers(task.table, roles)
    issues += found
    for quantity, rows, scale in groups:
        rows = rows[usable[rows]]
        block = values[rows] * (scale[rows] * factors[quantity.startswith("i_")][rows])[:, None]
        present = ~np.isnan(block)
        each = np.repeat(meter[rows], len(offsets)).reshape(block.shape)
        blocks.append(Block(quantity, each[present], steps[rows][present], block[present]))
    return blocks, issues


def _read_long(task: _Task, roles: dict[str, str]) -> tuple[list[Block], list[Issue]]:
    cells, file = task.table.cells, task.table.file
    time_column = roles.get("time") or roles.get("end_time") or roles.get("date")
    if time_column is None:
        return [], [say.no_time_column(file)]
    if "date" in roles and "time" in roles and not pd.api.types.is_datetime64_any_dtype(cells[roles["time"]]):
        texts = cells[roles["date"]].astype(str).str.slice(0, 10) + " " + cells[roles["time"]].astype(str)
        moments, at_24, bad = parse_moments(texts, task.time_zone)
        if bad.all():
            moments, at_24, bad = parse_moments(cells[roles["time"]], task.time_zone)
    else:
        moments, at_24, bad = parse_moments(cells[time_column], task.time_zone)
    issues: list[Issue] = []
    if bad.any():
        issues.append(say.unreadable_dates(file, cells[time_column], bad, task.table.first_row))
    ends = task.stamps == "end" or (task.stamps == "auto" and (at_24 or ("time" not in roles and "end_time" in roles)))
    issues.append(say.interval_end(file) if ends else say.interval_start(file))
    seconds = moments.astype("datetime64[s]").astype(np.int64)
    if ends:
        seconds = seconds - task.step_minutes * 60
    off_grid = (seconds % (task.step_minutes * 60) != 0) & ~bad
    if off_grid.any():
        issues.append(say.off_grid(file, off_grid, task.step_minutes, task.table.first_row))
    meter, found = _meter_rows(task, roles)
    issues += found
    usable = (meter >= 0) & ~bad & ~off_grid
    steps = seconds // (task.step_minutes * 60)
    factors, found = multipliers(task.table, roles)
    issues += found
    if "value" in roles:
        values, unreadable = numbers(cells[[roles["value"]]])
        groups, found = _row_quantities(task, roles)
        columns = [(quantity, rows, scale, values[:, 0]) for quantity, rows, scale in groups]
    else:
        groups, values, unreadable, found = _quantity_columns(task)
        columns = [(quantity, rows, scale, values[:, i]) for i, (quantity, rows, scale) in enumerate(groups)]
    issues += found
    if unreadable.any():
        issues.append(say.unreadable_values(file, cells, unreadable, task.table.first_row))
    blocks = []
    for quantity, rows, scale, value in columns:
        kept = rows[usable[rows] & ~np.isnan(value[rows])]
        factor = scale[kept] * factors[quantity.startswith("i_")][kept]
        blocks.append(Block(quantity, meter[kept], steps[kept], value[kept] * factor))
    return blocks, issues


def _meter_rows(task: _Task, roles: dict[str, str]) -> tuple[Ints, list[Issue]]:
    """The transformer row of every record, -1 without a meter. Meters of no transformer are named and kept apart."""
    codes, uniques = pd.factorize(task.table.cells[roles["id"]])
    n_known = max(task.meter_of.values(), default=-1) + 1
    rows = [_row_of_meter(task, str(one).strip(), n_known) for one in uniques]
    meter = np.array([*rows, -1], dtype=np.int64)[codes]
    unknown = [str(one).strip() for one, row in zip(uniques, rows, strict=True) if row >= n_known]
    issues = [say.unknown_meters(task.table.file, unknown, int((meter >= n_known).sum()))] if unknown else []
    if blank := int((codes < 0).sum()):
        issues.append(say.blank_meters(task.table.file, blank))
    return meter, issues


def _row_of_meter(task: _Task, name: str, n_known: int) -> int:
    """The transformer's row; a meter that no transformer has gets a row of its own behind them."""
    known = task.meter_of.get(plain(name))
    return known if known is not None else task.strangers.setdefault(name, n_known + len(task.strangers))


def _row_quantities(task: _Task, roles: dict[str, str]) -> tuple[list[tuple[str, Ints, Floats]], list[Issue]]:
    """For each quantity its records and their scale, from the quantity column or, without one, the file's name."""
    cells, file = task.table.cells, task.table.file
    size = len(cells)
    if "quantity" in roles:
        codes, uniques = pd.factorize(cells[roles["quantity"]])
    else:
        named = next((w for w in ("有功", "无功", "视在") if w in file), Path(file).stem)
        codes, uniques = np.zeros(size, dtype=np.int64), pd.Index([named])
    unit_codes, units = pd.factorize(cells[roles["unit"]]) if "unit" in roles else (np.full(size, -1), pd.Index([]))
    issues: list[Issue] = []
    groups: dict[str, list[Ints]] = {}
    scale = np.ones(size)
    unknown, assumed = [], set()
    for place, text in enumerate(uniques):
        rows = np.flatnonzero(codes == place)
        found = quantity_of(text)
        if found is None:
            unknown.append(str(text))
            continue
        quantity, factor = found
        if factor is None:
            stated = _unit_factors(quantity, unit_codes[rows], units)
            if np.isnan(stated).any():
                assumed.add(quantity)
            scale[rows] = np.where(np.isnan(stated), 1.0, stated)
        else:
            scale[rows] = factor
        groups.setdefault(quantity, []).append(rows)
    if unknown:
        energy = [text for text in unknown if ENERGY.search(text)]
        issues.append(say.energy(file, energy) if energy else say.unknown_quantity(file, unknown))
    if assumed:
        issues.append(say.unit_assumed(file, sorted(assumed)))
    return [(quantity, np.sort(np.concatenate(rows)), scale) for quantity, rows in groups.items()], issues


def _unit_factors(quantity: str, codes: npt.NDArray[np.int64], units: Sequence[object]) -> Floats:
    factors = [unit_scale(quantity, unit) for unit in units]
    table = np.array([np.nan if factor is None else factor for factor in factors] + [np.nan])
    return table[codes]


def _quantity_columns(
    task: _Task,
) -> tuple[list[tuple[str, Ints, Floats]], Floats, npt.NDArray[np.bool_], list[Issue]]:
    """In long form with a column per quantity: the columns, their values and scales."""
    cells, file = task.table.cells, task.table.file
    found = {heading: read for heading in cells.columns if (read := quantity_of(heading))}
    if not found:
        named = [str(heading) for heading in cells.columns]
        issue = say.energy(file, named) if any(ENERGY.search(one) for one in named) else say.no_quantity(file, named)
        return [], np.empty((len(cells), 0)), np.zeros((len(cells), 0), dtype=bool), [issue]
    rows = np.arange(len(cells), dtype=np.int64)
    values, bad = numbers(cells[list(found)])
    groups = [(quantity, rows, np.full(len(cells), factor or 1.0)) for quantity, factor in found.values()]
    assumed = sorted({quantity for quantity, factor in found.values() if factor is None})
    return groups, values, bad, [say.unit_assumed(file, assumed)] if assumed else []
