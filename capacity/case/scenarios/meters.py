"""Readings of a future: what the meters would show, as a table and as curves that a storage can follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.scenarios.following import POWERS, Shift, factors_at, followed
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.readings import JudgedReadings

Floats = npt.NDArray[np.float64]
CURRENTS = ("i_a_a", "i_b_a", "i_c_a")


@dataclass(frozen=True)
class Meters:
    """Readings as curves: ``p_kw``, ``q_kvar``, ``s_kva``, each ``(n_ids, n_times)``, import positive, NaN missing."""

    ids: tuple[str, ...]
    times: pd.DatetimeIndex
    powers: Mapping[str, Floats]

    @classmethod
    def of(cls, readings: pd.DataFrame, ids: Collection[str]) -> Meters:
        """Some transformers' rows of a ``measurements`` table."""
        chosen = readings[readings["transformer_id"].isin(list(ids))]
        row, known = pd.factorize(chosen["transformer_id"])
        column, times = pd.factorize(chosen["timestamp"])
        powers = {part: np.full((len(known), len(times)), np.nan) for part in POWERS}
        for part, values in powers.items():
            values[row, column] = chosen[part].to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(tuple(str(one) for one in known), pd.DatetimeIndex(times), powers)

    @classmethod
    def judged(cls, readings: JudgedReadings) -> Meters:
        """Readings of a window, whatever was judged of them: a storage acts on what its meter shows."""
        powers = {"p_kw": readings.p_kw, "q_kvar": readings.q_kvar, "s_kva": readings.s_kva}
        return cls(readings.transformer_ids, readings.timestamps, powers)

    def after(self, shift: Shift, profiles: pd.DataFrame, wanted: Collection[str]) -> Meters:
        """Those of the wanted transformers as they would be after a shift of load (:func:`following.followed`)."""
        sources = {source for source, to in shift.after if to in wanted} | set(wanted)
        rows = [row for row, name in enumerate(self.ids) if name in sources]
        mine = Meters(
            tuple(self.ids[row] for row in rows),
            self.times,
            {part: values[rows] for part, values in self.powers.items()},
        )
        factors = factors_at(_by_time(profiles), shift.profiles, self.times)
        return Meters(mine.ids, mine.times, followed(mine.powers, mine.ids, shift, factors))

    def curve(self, transformer_id: str, times: pd.DatetimeIndex) -> tuple[Floats, Floats] | None:
        """Active and reactive power at some times, kW and kvar; None where the transformer has no reading at all.

        Apparent power alone is taken as active, as load rates take it; reactive power that is missing as none.
        """
        if transformer_id not in self.ids:
            return None
        row = self.ids.index(transformer_id)
        p_kw, q_kvar, s_kva = (self.powers[part][row] for part in POWERS)
        p_kw, q_kvar = np.where(np.isnan(p_kw), s_kva, p_kw), np.where(np.isnan(p_kw), 0.0, np.nan_to_num(q_kvar))
        if not np.isfinite(p_kw).any():
            return None
        at = self.times.get_indexer(times)
        there = at >= 0
        return np.where(there, p_kw[at], np.nan), np.where(there, q_kvar[at], np.nan)


def readings_after(readings: pd.DataFrame, profiles: pd.DataFrame, shift: Shift) -> pd.DataFrame:
    """Readings after a shift of load: powers as :func:`following.followed`, phase currents in proportion.

    Parameters
    ----------
    readings : ``measurements`` of the case before.
    profiles : of the case after: those that its loads name.
    """
    touched = set(shift.touched)
    mine = readings["transformer_id"].isin(touched).to_numpy(dtype=bool)
    if not mine.any():
        return readings
    before = Meters.of(readings, touched | {source for source, to in shift.after if to in touched})
    after = before.after(shift, profiles, before.ids)
    rows = pd.Index(before.ids).get_indexer(readings.loc[mine, "transformer_id"])
    at = (rows, before.times.get_indexer(pd.DatetimeIndex(readings.loc[mine, "timestamp"])))
    larger = [
        np.fmax(np.hypot(of["p_kw"][at], np.nan_to_num(of["q_kvar"][at])), of["s_kva"][at])
        for of in (after.powers, before.powers)
    ]
    ratio = np.divide(larger[0], larger[1], out=np.ones(len(larger[0])), where=larger[1] > 0.0)
    updated = readings.copy()
    for part in POWERS:
        updated.loc[mine, part] = after.powers[part][at]
    for part in CURRENTS:
        updated.loc[mine, part] = readings.loc[mine, part].to_numpy(dtype=np.float64, na_value=np.nan) * ratio
    return updated


def _by_time(profiles: pd.DataFrame) -> pd.DataFrame:
    return profiles.set_index(TIMESTAMP) if TIMESTAMP in profiles.columns else profiles
