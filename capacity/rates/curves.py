"""Which curve a transformer's load rate is taken from (P1): its meter's, else the simulation's, else none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP
from capacity.tables.rated import RatedCurves
from capacity.tables.readings import JudgedReadings
from capacity.tables.solved import SolvedYear
from capacity.units import apparent_kva

Floats = npt.NDArray[np.float64]


def rated_curves(case: Case, readings: JudgedReadings, solved: SolvedYear, *, projected: bool = False) -> RatedCurves:
    """The curve of every distribution transformer of the case.

    A metered transformer's curve is its meter's, however little of it counts: a poor meter means "insufficient
    data", not a simulated figure in its place. ``projected`` says that a scenario changed the demand.
    """
    ids = tuple(str(value) for value in case.transformers["transformer_id"])
    n, n_steps = len(ids), len(solved.timestamps)
    p_kw, q_kvar, s_kva = (np.full((n, n_steps), np.nan) for _ in range(3))
    source = ["none"] * n
    failed = np.zeros(n, dtype=bool)
    metered = {name: row for row, name in enumerate(readings.transformer_ids)}
    added = _unmetered_additions(case, solved.timestamps)
    simulated = _simulated_rows(case, solved)
    for row, name in enumerate(ids):
        trafo_row, failed[row] = simulated.get(name, (-1, False))
        if name in metered:
            p_kw[row], q_kvar[row], s_kva[row] = _measured(readings, metered[name])
            if name in added:
                added_kw, added_kvar = added[name]
                p_kw[row] += added_kw
                q_kvar[row] += added_kvar
                s_kva[row] = np.where(
                    np.isnan(q_kvar[row]),
                    _apparent_on_top(s_kva[row], added_kw, added_kvar),
                    apparent_kva(p_kw[row], q_kvar[row]),
                )
            source[row] = "projected" if projected else "measured"
        elif trafo_row >= 0:
            p_kw[row], q_kvar[row], s_kva[row] = _simulated(solved, trafo_row)
            source[row] = "simulated"
    return RatedCurves(solved.timestamps, ids, p_kw, q_kvar, s_kva, tuple(source), failed)


def _measured(readings: JudgedReadings, row: int) -> tuple[Floats, Floats, Floats]:
    """Values that count; where the meter gives apparent power only it is taken as import."""
    valid = readings.valid[row]
    s_kva = np.where(valid, readings.s_kva[row], np.nan)
    p_kw = np.where(valid, np.where(np.isnan(readings.p_kw[row]), s_kva, readings.p_kw[row]), np.nan)
    return p_kw, np.where(valid, readings.q_kvar[row], np.nan), s_kva


def _apparent_on_top(s_kva: Floats, added_kw: Floats, added_kvar: Floats) -> Floats:
    """Apparent power of a meter that gives nothing else, with load added in phase (the safe side) or generation taken
    off."""
    added_kva = apparent_kva(added_kw, added_kvar)
    return np.where(added_kw >= 0.0, s_kva + added_kva, np.abs(s_kva - added_kva))


def _simulated(solved: SolvedYear, row: int) -> tuple[Floats, Floats, Floats]:
    """The terminal with the larger apparent power, as pandapower's ``trafo_loading="power"`` does."""
    flows = solved.transformers
    hv_kva = apparent_kva(flows.p_hv_kw[row].astype(np.float64), flows.q_hv_kvar[row].astype(np.float64))
    lv_kva = apparent_kva(flows.p_lv_kw[row].astype(np.float64), flows.q_lv_kvar[row].astype(np.float64))
    hv_side = hv_kva >= lv_kva
    return (
        np.where(hv_side, flows.p_hv_kw[row], flows.p_lv_kw[row]).astype(np.float64),
        np.where(hv_side, flows.q_hv_kvar[row], flows.q_lv_kvar[row]).astype(np.float64),
        np.fmax(hv_kva, lv_kva),
    )


def _simulated_rows(case: Case, solved: SolvedYear) -> dict[str, tuple[int, bool]]:
    """Flow row and "a step failed" of every transformer whose network carries load or generation to simulate."""
    trafos = case.topology.trafos
    position = {int(index): row for row, index in enumerate(solved.transformers.index)}
    supplied = _transformers_with_demand(case)
    failed_islands = {island for island, steps in enumerate(solved.failed) if steps.any()}
    return {
        str(trafo.trafo_id): (position[index], int(trafo.island) in failed_islands)
        for index, trafo in zip(trafos.index, trafos.itertuples(), strict=True)
        if trafo.kind == "distribution" and trafo.live and index in position and trafo.trafo_id in supplied
    }


def _transformers_with_demand(case: Case) -> set[str]:
    transformer_of_bus = case.topology.buses["transformer_id"].dropna()
    buses = {
        int(bus)
        for element in ("load", "sgen")
        for bus in case.net[element].loc[case.net[element]["in_service"].astype(bool), "bus"].unique()
    }
    return {str(name) for name in transformer_of_bus.loc[transformer_of_bus.index.isin(buses)].unique()}


def _unmetered_additions(case: Case, steps: pd.DatetimeIndex) -> dict[str, tuple[Floats, Floats]]:
    """What a scenario lays on top of metered curves (``metered`` is False), kW and kvar per step by transformer.

    Loads count positive, generators negative.
    """
    parts = [part for table, sign in (("load", 1.0), ("sgen", -1.0)) if len(part := _on_top(case, table, sign))]
    if not parts:
        return {}
    sums = pd.concat(parts).groupby(["transformer_id", "profile", "q_profile"], sort=True)[["p_kw", "q_kvar"]].sum()
    names = {str(name) for key in sums.index for name in key[1:] if name}
    shapes = {"": np.ones(len(steps))} | {name: _shape(case, name, steps) for name in sorted(names)}
    added: dict[str, tuple[Floats, Floats]] = {}
    for (transformer_id, profile, q_profile), (p_kw, q_kvar) in zip(sums.index, sums.to_numpy(), strict=True):
        p_sum, q_sum = added.get(transformer_id, (0.0, 0.0))
        added[transformer_id] = (p_sum + p_kw * shapes[profile], q_sum + q_kvar * shapes[q_profile])
    return added


def _on_top(case: Case, table: str, sign: float) -> pd.DataFrame:
    """In-service rows of a table that no meter has seen, with the transformer that supplies them."""
    frame = case.net[table]
    if "metered" not in frame.columns:
        return pd.DataFrame()
    frame = frame[frame["metered"].eq(False).fillna(False).astype(bool) & frame["in_service"].astype(bool)]
    profile = frame[PROFILE_COLUMN] if PROFILE_COLUMN in frame.columns else pd.Series(None, frame.index, dtype=object)
    q_profile = frame[PROFILE_Q_COLUMN] if PROFILE_Q_COLUMN in frame.columns else profile
    rows = pd.DataFrame(
        {
            "transformer_id": frame["bus"].map(case.topology.buses["transformer_id"]).astype(object),
            "profile": profile.where(profile.notna(), "").astype(object),
            "q_profile": q_profile.where(q_profile.notna(), profile.where(profile.notna(), "")).astype(object),
            "p_kw": sign * frame["p_mw"].astype(float) * 1000.0 * frame["scaling"].astype(float),
            "q_kvar": sign * frame["q_mvar"].astype(float) * 1000.0 * frame["scaling"].astype(float),
        }
    )
    return rows.dropna(subset=["transformer_id"])


def _shape(case: Case, profile: str, steps: pd.DatetimeIndex) -> Floats:
    factors = case.profiles.set_index(TIMESTAMP)[profile]
    return factors.reindex(steps).to_numpy(dtype=np.float64)
