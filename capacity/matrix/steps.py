"""Which steps a cell is solved at: those of the base year, and those at which its own loads are highest.

The load of every transformer is known at every step before anything is solved: its reading as grown, and what comes
on top. So the steps of its highest load rate are the cell's own, found anew for each draw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.scenarios.following import factors_at
from capacity.tables.case import Case, Window
from capacity.tables.inputs.profiles import PROFILE_COLUMN, TIMESTAMP

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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
class Load:
    """The load of a distribution transformer before losses, each ``(n_steps,)``, import positive.

    Attributes
    ----------
    kw, kvar : NaN where not known.
    counts : where it is known by a reading that counts, not by a filled gap; None: everywhere.
    on_top_kw : the part of it that comes on top of meters, if any.
    """

    kw: Floats
    kvar: Floats
    counts: npt.NDArray[np.bool_] | None
    on_top_kw: Floats | None


def modelled_power(
    case: Case, times: pd.DatetimeIndex, *, on_top: bool, of: Collection[str] | None = None
) -> dict[str, tuple[Floats, Floats]]:
    """kW and kvar of loads less generation by transformer, each ``(n_steps,)``: of what is on top of meters, or of all.

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
    names = list(sums.index.unique("profile"))
    table = case.profiles[[TIMESTAMP, *(name for name in names if name)]].set_index(TIMESTAMP)
    factors = factors_at(table, tuple(names), times)
    curve = sums.index.get_level_values("profile").map(names.index).to_numpy(np.int64)
    kw, kvar = sums["p"].to_numpy(np.float64), sums["q"].to_numpy(np.float64)
    power: dict[str, tuple[Floats, Floats]] = {}
    for name, rows_of in sums.groupby(level="id", sort=False).indices.items():
        own = factors[curve[rows_of]]  # those of its own profiles alone: a gap in another is none here
        power[str(name)] = kw[rows_of] @ own, kvar[rows_of] @ own
    return power


def choose(case: Case, loads: Mapping[str, Load], n_steps: int, base: dict[str, Ints]) -> dict[str, Ints]:
    """Positions of the steps to solve, by reason; some appear for several.

    ``loads`` holds the distribution transformers whose load is known, by transformer_id.
    """
    table = case.transformers.drop_duplicates("transformer_id").set_index("transformer_id")
    feeder_of = table["feeder_id"].reindex(list(loads)).astype(object)
    heads = _heads(loads, feeder_of, n_steps)
    peaks = {feeder: total / max(float(total.max()), 1e-6) for feeder, total in heads.items()}
    found: dict[str, list[Ints]] = {}
    for name, load in loads.items():
        size = np.sqrt(load.kw * load.kw + load.kvar * load.kvar).astype(np.float32)
        known = np.isfinite(size) if load.counts is None else load.counts & np.isfinite(size)
        shown = np.where(known, size, np.float32(-1.0))
        found.setdefault("highest_import", []).append(_highest(np.where(load.kw >= 0.0, shown, np.float32(-1.0)), 1))
        relative = np.maximum(shown, np.float32(0.0)) / max(shown.max(), np.float32(1e-6))
        if pd.notna(feeder_of[name]):
            together = _highest(relative + peaks[feeder_of[name]], 1)
            found.setdefault("transformer_and_feeder", []).append(together)
        if load.on_top_kw is not None and load.on_top_kw.any():
            on_top = np.maximum(load.on_top_kw, 0.0).astype(np.float32)
            both = relative + on_top / max(on_top.max(), np.float32(1e-6))
            found.setdefault("transformer_and_added", []).append(_highest(both, 1))
        found.setdefault("highest_load", []).append(_highest(shown, HIGHEST))
    found["highest_feeder"] = [_highest(total, HEADS) for total in heads.values()]
    found["ends"] = [np.clip([0, 1, n_steps - 1], 0, n_steps - 1)]
    return base | {reason: np.unique(np.concatenate(steps)).astype(np.int64) for reason, steps in found.items()}


def _heads(loads: Mapping[str, Load], feeder_of: pd.Series, n_steps: int) -> dict[str, Floats]:
    """Apparent power of each feeder, and of all together under no name; what is not known counts as nothing."""
    sums = {"": np.zeros(n_steps, dtype=np.complex64)}
    for name, load in loads.items():
        power = np.empty(n_steps, dtype=np.complex64)
        power.real, power.imag = load.kw, load.kvar
        np.nan_to_num(power, copy=False)
        for head in ("", feeder_of[name]) if pd.notna(feeder_of[name]) else ("",):
            sums[head] = sums[head] + power if head in sums else power.copy()
    return {head: np.abs(power) for head, power in sums.items()}


def _highest(values: Floats, most: int) -> Ints:
    """Positions of the highest values, which are used up; those below zero are none."""
    found = []
    for _ in range(min(most, len(values))):
        at = int(values.argmax())
        if values[at] < 0.0:
            break
        found.append(at)
        values[at] = -1.0
    return np.array(found, dtype=np.int64)
