"""Values of meter exports: numbers out of cells, and secondary values to primary ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.meters import problems as say
from capacity.case.meters.files import MeterTable
from capacity.case.meters.merge import Floats
from capacity.tables.issue import Issue


def multipliers(table: MeterTable, roles: dict[str, str]) -> tuple[dict[bool, Floats], list[Issue]]:
    """The factor from secondary to primary values per record, for powers (False) and for currents (True)."""
    cells, ones = table.cells, np.ones(len(table.cells))
    read: dict[str, Floats] = {}
    for role in ("multiplier", "ct", "pt"):
        if role in roles:
            texts = cells[roles[role]].astype(str).str.replace(",", "").str.split("/", expand=True)
            parts = texts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
            read[role] = parts[:, 0] / (parts[:, 1] if parts.shape[1] > 1 else 1.0)
            if parts.shape[1] > 1:
                read[role] = np.where(np.isnan(read[role]), parts[:, 0], read[role])
    if not read:
        return {False: ones, True: ones}, []
    ct = read.get("ct", ones)
    power = read["multiplier"] if "multiplier" in read else ct * read.get("pt", ones)
    current = ct if "ct" in read else power
    issues = [say.multiplied(table.file, power)]
    if unknown := int(np.isnan(power).sum()):
        issues.append(say.unreadable_multiplier(table.file, unknown))
    return {False: power, True: current}, issues


def numbers(cells: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Cells as numbers, NaN where empty; and where there is a text that is no number."""
    values = np.full(cells.shape, np.nan)
    bad = np.zeros(cells.shape, dtype=bool)
    for place in range(cells.shape[1]):
        column = cells.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column):
            values[:, place] = column.to_numpy(dtype=float, na_value=np.nan)
            continue
        texts = column.astype("string").str.strip().str.replace(",", "")
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        values[:, place] = numbers
        bad[:, place] = (np.isnan(numbers) & texts.notna() & ~texts.isin(["", "-", "--", "—", "无"])).to_numpy(bool)
    values[np.isinf(values)] = np.nan
    return values, bad
