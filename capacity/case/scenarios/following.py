"""Readings follow the load: what the meters would show when the load below them grows, moves or changes its hours.

The load below a metered transformer is known by its reading (with the generation below it added back, since it does not
grow); its parts are known by the shares of the modelled loads, base power times profile. A transformer's new reading is
the sum of the parts it supplies afterwards, each as many times larger as its own model became, less its generation.
Losses inside a network are taken to follow its load. Where a model says nothing (no load at that hour) the mean over
all steps stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.inputs.profiles import PROFILE_COLUMN
from capacity.tables.topology import Topology

Floats = npt.NDArray[np.float64]
METERED_COLUMN = "metered"
"""Column of ``net.load`` and ``net.sgen``: False for what comes on top of what the meters saw, else True or missing."""
FLAT = ""
"""Stands for the profile of a load that has none."""
POWERS = ("p_kw", "q_kvar", "s_kva")
NOTHING: Mapping[str, float] = MappingProxyType({})


def modelled(net: Any, topology: Topology, table: str = "load") -> pd.DataFrame:
    """The metered loads (or generators) that a transformer supplies: ``transformer_id``, ``p_kw``, ``q_kvar``,
    ``profile`` by pandapower index."""
    frame = net[table]
    supplier = frame["bus"].map(topology.buses["transformer_id"])
    counted = frame["in_service"].astype(bool) & supplier.notna() & (frame["p_mw"] > 0.0) & ~on_top(frame)
    profile = frame[PROFILE_COLUMN] if PROFILE_COLUMN in frame.columns else pd.Series(None, frame.index, dtype=object)
    scale = 1000.0 * frame["scaling"].astype(float)
    return pd.DataFrame(
        {
            "transformer_id": supplier.astype(object),
            "p_kw": frame["p_mw"].astype(float) * scale,
            "q_kvar": frame["q_mvar"].astype(float) * scale,
            "profile": profile.where(profile.notna(), FLAT).astype(object),
        }
    )[counted]


def on_top(frame: pd.DataFrame) -> pd.Series:
    """Rows that come on top of what is metered."""
    if METERED_COLUMN not in frame.columns:
        return pd.Series(False, index=frame.index)
    return frame[METERED_COLUMN].eq(False).fillna(False).astype(bool)


@dataclass(frozen=True)
class Shift:
    """What became of the load of every transformer, as sums of modelled power by profile.

    Attributes
    ----------
    profiles : names; ``FLAT`` for none.
    before : kW of each transformer's loads before, ``{id: (n_profiles,)}``.
    after : kW and kvar of what came from one transformer and is supplied by another (or the same) now,
        ``{(from, to): (2, n_profiles)}``.
    generation_before, generation_after : kW of metered generation, ``{id: (n_profiles,)}``.
    """

    profiles: tuple[str, ...]
    before: Mapping[str, Floats]
    after: Mapping[tuple[str, str], Floats]
    generation_before: Mapping[str, Floats]
    generation_after: Mapping[str, Floats]

    @property
    def touched(self) -> tuple[str, ...]:
        """Transformers whose reading changes."""
        names = {to for _, to in self.after} | set(self.before)
        return tuple(sorted(name for name in names if not self._as_before(name)))

    def _as_before(self, name: str) -> bool:
        incoming = [pair for pair in self.after if pair[1] == name]
        zero = np.zeros(len(self.profiles))
        generation = np.allclose(self.generation_before.get(name, zero), self.generation_after.get(name, zero))
        same = incoming == [(name, name)] and np.allclose(self.after[name, name][0], self.before[name], rtol=1e-12)
        return same and generation


def shift_between(
    before: pd.DataFrame,
    after: pd.DataFrame,
    generation: tuple[pd.DataFrame, pd.DataFrame],
    origin: Mapping[int, int],
    bare: Mapping[str, float] = NOTHING,
) -> Shift:
    """What became of the loads ``before`` (both of :func:`modelled`); ``origin`` maps new rows to former ones.

    ``bare`` holds factors on the readings of transformers below which nothing is modelled.
    """
    source = after.index.to_series().map(lambda row: origin.get(row, row))
    came_from = source.map(before["transformer_id"])
    known = after.assign(came_from=came_from)[came_from.notna()]
    frames = (before, known, *generation)
    profiles = tuple(sorted({FLAT}.union(*(frame["profile"] for frame in frames))))
    active = _by_profile(known, ["came_from", "transformer_id"], "p_kw", profiles)
    reactive = _by_profile(known, ["came_from", "transformer_id"], "q_kvar", profiles)
    one = np.array([float(name == FLAT) for name in profiles])
    return Shift(
        profiles,
        _by_profile(before, ["transformer_id"], "p_kw", profiles) | dict.fromkeys(bare, one),
        {pair: np.stack([power, reactive[pair]]) for pair, power in active.items()}
        | {(name, name): np.stack([one * factor, 0.0 * one]) for name, factor in bare.items()},
        _by_profile(generation[0], ["transformer_id"], "p_kw", profiles),
        _by_profile(generation[1], ["transformer_id"], "p_kw", profiles),
    )


def _by_profile(frame: pd.DataFrame, keys: list[str], part: str, profiles: tuple[str, ...]) -> dict[Any, Floats]:
    if frame.empty:
        return {}
    table = frame.pivot_table(index=keys, columns="profile", values=part, aggfunc="sum", fill_value=0.0)
    table = table.reindex(columns=list(profiles), fill_value=0.0)
    return dict(zip(table.index, table.to_numpy(dtype=np.float64), strict=True))


def factors_at(profiles: pd.DataFrame, wanted: tuple[str, ...], times: pd.DatetimeIndex) -> Floats:
    """Factors of profiles at some times, ``(n_profiles, n_times)``; NaN where a profile has no value.

    ``profiles`` has its timestamps as index.
    """
    factors = np.ones((len(wanted), len(times)))
    named = [name for name in wanted if name != FLAT]
    if named:
        found = profiles.reindex(times)[named].to_numpy(dtype=np.float64).T
        factors[[wanted.index(name) for name in named]] = found
    return factors


def followed(readings: Mapping[str, Floats], ids: tuple[str, ...], shift: Shift, factors: Floats) -> dict[str, Floats]:
    """Readings as they would be.

    Parameters
    ----------
    readings : ``p_kw``, ``q_kvar``, ``s_kva`` (any of them), each ``(n_ids, n_steps)``, import positive, NaN missing.
    ids : the metered transformers.
    factors : of the shift's profiles in these steps, ``(n_profiles, n_steps)``.
    """
    new = {name: values.copy() for name, values in readings.items()}
    row_of = {name: row for row, name in enumerate(ids)}
    for name in shift.touched:
        if name in row_of:
            _follow(new, readings, row_of, name, shift, factors)
    return new


def _follow(
    new: dict[str, Floats],
    old: Mapping[str, Floats],
    row_of: Mapping[str, int],
    name: str,
    shift: Shift,
    factors: Floats,
) -> None:
    row = row_of[name]
    sums = {part: np.zeros(factors.shape[1]) for part in old}
    for (source, to), power in shift.after.items():
        if to != name:
            continue
        for part, added in _part(old, row_of.get(source), source, power, shift, factors, own=source == name).items():
            sums[part] += added
    if "p_kw" in sums:
        sums["p_kw"] -= _generation(shift.generation_after, name, factors)
    for part, values in sums.items():
        if not any(to == name for _, to in shift.after):
            values = np.where(np.isfinite(old[part][row]), values, np.nan)
        new[part][row] = values
    if {"p_kw", "q_kvar", "s_kva"} <= set(old):
        both = np.isfinite(new["p_kw"][row]) & np.isfinite(new["q_kvar"][row])
        apparent = np.hypot(new["p_kw"][row], new["q_kvar"][row])
        new["s_kva"][row] = np.where(both & np.isfinite(old["s_kva"][row]), apparent, new["s_kva"][row])


def _part(
    old: Mapping[str, Floats],
    row: int | None,
    source: str,
    power: Floats,
    shift: Shift,
    factors: Floats,
    *,
    own: bool,
) -> dict[str, Floats]:
    """What came from one transformer, per kind of reading; by the model alone where that has no meter."""
    p_model, q_model = _sum(power[0], factors), _sum(power[1], factors)
    if row is None:
        both = {"p_kw": p_model, "q_kvar": q_model, "s_kva": np.hypot(p_model, q_model)}
        return {part: both[part] for part in old}
    before = _sum(shift.before[source], factors)
    mean_ratio = float(power[0].sum() / shift.before[source].sum())
    usable = np.isfinite(p_model) & (before > 1e-9)
    ratio = np.where(usable, p_model / np.where(usable, before, 1.0), mean_ratio)
    parts = {}
    for part, values in old.items():
        load = values[row] + (_generation(shift.generation_before, source, factors) if part == "p_kw" else 0.0)
        parts[part] = load * ratio
        if not own:  # a gap in the readings of where it came from is no gap here
            usual = float(np.nanmean(load / np.nanmean(before))) if np.isfinite(load).any() else 1.0
            parts[part] = np.where(np.isfinite(parts[part]), parts[part], usual * p_model)
    return parts


def _generation(of: Mapping[str, Floats], name: str, factors: Floats) -> Floats:
    return np.nan_to_num(_sum(of[name], factors)) if name in of else np.zeros(factors.shape[1])


def _sum(power: Floats, factors: Floats) -> Floats:
    """``power @ factors`` over the profiles that count: a gap in another profile is none here."""
    used = np.flatnonzero(power)
    return np.asarray(power[used] @ factors[used])


def scale_of_readings(readings: pd.DataFrame, shift: Shift, factors_mean: Floats) -> dict[str, float]:
    """How many times its model each metered transformer carries on average."""
    mean_kw = readings.groupby("transformer_id")["p_kw"].mean().dropna()
    scale = {}
    for name, power_kw in mean_kw.items():
        if name in shift.before:
            model = float(np.nansum(shift.before[str(name)] * factors_mean))
            load = float(power_kw) + float(np.nansum(_by_name(shift.generation_before, str(name)) * factors_mean))
            if model > 0.0 and load > 0.0:
                scale[str(name)] = load / model
    return scale


def _by_name(of: Mapping[str, Floats], name: str) -> Floats:
    return of.get(name, np.zeros(1))
