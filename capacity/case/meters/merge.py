"""Readings of all files as one table: identical repetitions once, contradictory ones side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.meters import problems as say
from capacity.case.meters.files import QUANTITIES
from capacity.tables._schema import empty
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.issue import Issue

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Readings of one quantity: meter (row of the transformer table), step number since 1970, value in its unit."""

    quantity: str
    meter: Ints
    step: Ints
    value: Floats


def assemble(
    blocks: Sequence[Block], ids: npt.NDArray[np.object_], step_minutes: int
) -> tuple[pd.DataFrame, list[Issue]]:
    """One table out of all blocks: identical repetitions dropped, contradictory ones kept side by side."""
    issues: list[Issue] = []
    merged: dict[str, tuple[Ints, Floats]] = {}
    identical, contradictory = 0, pd.DataFrame(columns=["key", "quantity"])
    span = 1 << 32
    for quantity in QUANTITIES:
        parts = [block for block in blocks if block.quantity == quantity and len(block.value)]
        if not parts:
            continue
        key = np.concatenate([block.meter * span + block.step for block in parts])
        value = np.concatenate([block.value for block in parts])
        if not np.all(key[1:] > key[:-1]):
            order = np.argsort(key, kind="stable")
            if np.any(key[order][1:] == key[order][:-1]):
                order = np.lexsort((value, key))
            key, value = key[order], value[order]
        same_key = np.r_[False, key[1:] == key[:-1]]
        same = same_key & np.r_[False, np.isclose(value[1:], value[:-1], rtol=1e-9, atol=1e-9)]
        identical += int(same.sum())
        key, value = key[~same], value[~same]
        clash = np.unique(key[np.r_[False, key[1:] == key[:-1]]])
        if len(clash):
            contradictory = pd.concat([contradictory, pd.DataFrame({"key": clash, "quantity": quantity})])
        merged[quantity] = (key, value)
    if identical:
        issues.append(say.identical(identical))
    if not merged or not any(len(key) for key, _ in merged.values()):
        return empty(MEASUREMENTS), issues
    frame = _side_by_side(merged)
    frame["timestamp"] = (frame["key"].to_numpy() % span * step_minutes).astype("datetime64[m]")
    frame["transformer_id"] = ids[frame["key"].to_numpy() // span]
    if len(contradictory):
        clashing = contradictory["key"].to_numpy(dtype=np.int64)
        moments = (clashing % span * step_minutes).astype("datetime64[m]")
        issues.append(say.contradictory(ids[clashing // span], moments))
    frame = frame.reindex(columns=list(MEASUREMENTS.columns))
    return frame.astype(empty(MEASUREMENTS).dtypes.to_dict()), issues


def _side_by_side(merged: dict[str, tuple[Ints, Floats]]) -> pd.DataFrame:
    """A row per key; a second (third …) row where a quantity has further, different values for it."""
    keys = np.sort(np.concatenate([key for key, _ in merged.values()]), kind="stable")  # sorted runs: a quick merge
    keys = keys[np.r_[True, keys[1:] != keys[:-1]]]
    columns: dict[str, Floats] = {}
    further: list[pd.DataFrame] = []
    for quantity, (key, value) in merged.items():
        repeated = np.r_[False, key[1:] == key[:-1]]
        column = np.full(len(keys), np.nan)
        column[np.searchsorted(keys, key[~repeated])] = value[~repeated]
        columns[quantity] = column
        if repeated.any():
            rank = pd.Series(key).groupby(key).cumcount().to_numpy()[repeated]
            further.append(pd.DataFrame({"key": key[repeated], "rank": rank, quantity: value[repeated]}))
    first = pd.DataFrame({"key": keys, **columns})
    if not further:
        return first
    extra = pd.concat(further).groupby(["key", "rank"], as_index=False).first()
    base = first.set_index("key").loc[extra["key"]].reset_index(drop=True)
    for quantity in merged:
        given = extra[quantity] if quantity in extra else pd.Series(np.nan, index=extra.index)
        extra[quantity] = given.where(given.notna(), base[quantity])
    both = pd.concat([first.assign(rank=0), extra[["key", "rank", *merged]]])
    return both.sort_values(["key", "rank"], kind="stable").drop(columns="rank").reset_index(drop=True)
