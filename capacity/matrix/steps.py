"""Which steps a cell is solved at: those of the base year, and those at which its own loads are highest.

The load of every transformer is known at every step before anything is solved: its reading as grown, and what comes
on top. So the steps of its highest load rate are the cell's own, found anew for each draw.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case, Window
from capacity.tables.inputs.profiles import PROFILE_COLUMN, TIMESTAMP

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Ints = npt.NDArray[np.int64]
NONE: Ints = np.empty(0, dtype=np.int64)
HIGHEST, HEADS = 2, 3
"""Steps per transformer, and per feeder and substation."""


@dataclass(frozen=True)
class ChosenSteps(Window):
    """Some steps of a window, in place of all of them; the first two and the last are always among them."""

    chosen: pd.DatetimeIndex

    @property
    def timestamps(self) -> pd.DatetimeIndex:
        """Start of every chosen step."""
        return self.chosen


@dataclass(frozen=True)
class Loads:
    """The load of every distribution transformer before losses, kVA ``(n, n_steps)``, and the part of it that comes
    on top of meters; ``counts`` where it is known by a reading that counts (or by the model), not by a filled gap."""

    ids: tuple[str, ...]
    power: Complexes
    on_top: Complexes
    counts: npt.NDArray[np.bool_]


def modelled_power(
    case: Case, times: pd.DatetimeIndex, *, on_top: bool, of: Collection[str] | None = None
) -> dict[str, Complexes]:
    """Power of loads less generation by transformer, ``(n_steps,)``: of what is on top of meters, or of everything.

    ``of`` names the transformers asked about, if not all.
    """
    parts = []
    for table, sign in (("load", 1.0), ("sgen", -1.0)):
        frame = case.net[table]
        frame = frame[frame["in_service"].astype(bool)]
        if on_top:
            if "metered" not in frame.columns:
                continue
            frame = frame[frame["metered"].eq(False).fillna(False).astype(bool)]
        scale = sign * 1000.0 * frame["scaling"].astype(float)
        parts.append(
            pd.DataFrame(
                {
                    "id": frame["bus"].map(case.topology.buses["transformer_id"]).astype(object),
                    "profile": frame.get(PROFILE_COLUMN, pd.Series(None, frame.index, dtype=object)),
                    "p": frame["p_mw"].astype(float) * scale,
                    "q": frame["q_mvar"].astype(float) * scale,
                }
            ).dropna(subset=["id"])
        )
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["id", "profile", "p", "q"])
    if of is not None:
        rows = rows[rows["id"].isin(of)]
    rows["profile"] = rows["profile"].where(rows["profile"].notna(), "")
    if rows.empty:
        return {}
    sums = rows.groupby(["id", "profile"])[["p", "q"]].sum()
    names = [name for name in sums.index.unique("profile") if name]
    table = case.profiles.set_index(TIMESTAMP)[names] if names else pd.DataFrame(index=times)
    if not table.index.equals(times):
        table = table.reindex(times)
    factors = {"": np.ones(len(times))} | {name: table[name].to_numpy(dtype=np.float64) for name in names}
    power: dict[str, Complexes] = {}
    for (name, profile), p, q in zip(sums.index, sums["p"], sums["q"], strict=True):
        power[name] = power.get(name, 0.0) + (p + 1j * q) * factors[profile]
    return power


def choose(case: Case, loads: Loads, base: dict[str, Ints]) -> dict[str, Ints]:
    """Positions of the steps to solve, by reason; some appear for several."""
    size = np.abs(loads.power).astype(np.float32)
    known = loads.counts & np.isfinite(size)
    any_load = np.where(known, size, np.float32(-1.0))
    imports = np.where(loads.power.real >= 0.0, any_load, np.float32(-1.0))
    top = np.maximum(any_load.max(axis=1, keepdims=True), 1e-6)
    relative = np.where(known, size / top, np.float32(0.0))
    table = case.transformers.drop_duplicates("transformer_id").set_index("transformer_id")
    feeders = table["feeder_id"].reindex(loads.ids).to_numpy(dtype=object)
    everywhere = np.nan_to_num(loads.power).astype(np.complex64)
    heads = [np.abs(everywhere.sum(axis=0))]
    together = []
    for feeder in pd.unique(feeders[pd.notna(feeders)]):
        rows = np.flatnonzero(feeders == feeder)
        total = np.abs(everywhere[rows].sum(axis=0))
        heads.append(total)
        together.append(relative[rows] + total / max(float(total.max()), 1e-6))
    added = np.flatnonzero(loads.on_top.any(axis=1))
    on_top = np.maximum(loads.on_top[added].real, 0.0).astype(np.float32)
    peaks = np.maximum(on_top.max(axis=1, keepdims=True), 1e-6) if len(added) else 1.0
    last = size.shape[1] - 1
    return base | {
        "highest_load": _highest(any_load, HIGHEST),
        "highest_import": _highest(imports, 1),
        "highest_feeder": _highest(np.stack(heads), HEADS),
        "transformer_and_feeder": _highest(np.concatenate(together), 1) if together else NONE,
        "transformer_and_added": _highest(relative[added] + on_top / peaks, 1) if len(added) else NONE,
        "ends": np.unique(np.clip([0, 1, last], 0, last)),
    }


def _highest(values: Floats, most: int) -> Ints:
    """Positions of the highest values of each row, which are used up; rows without any left give none."""
    rows = np.arange(len(values))
    found = []
    for _ in range(min(most, values.shape[1])):
        at = np.argmax(values, axis=1)
        found.append(at[values[rows, at] >= 0.0])
        values[rows, at] = -1.0
    return np.unique(np.concatenate(found)).astype(np.int64)
