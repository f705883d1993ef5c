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
    simulated = _simulated_rows(case, solved)
    for row, name in enumerate(ids):
        trafo_row, failed[row] = simulated.get(name, (-1, False))
        if name in metered:
            p_kw[row], q_kvar[row], s_kva[row] = _measured(readings, metered[name])
            added_kw, added_kvar = _unmetered_additions(case, name, solved.timestamps)
            if added_kw.any() or added_kvar.any():
                p_kw[row] += added_kw
                q_kvar[row] += added_kvar
                s_kva[row] = np.where(
                    np.isnan(q_kvar[row]),
                    s_kva[row] + apparent_kva(added_kw, added_kvar),
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


def _unmetered_additions(case: Case, transformer_id: str, steps: pd.DatetimeIndex) -> tuple[Floats, Floats]:
    """Loads that a scenario lays on top of a metered curve (``net.load.metered`` is False), kW and kvar per step."""
    zero = np.zeros(len(steps))
    load = case.net.load
    if "metered" not in load.columns:
        return zero, zero
    on_top = load[load["metered"].eq(False).fillna(False).astype(bool) & load["in_service"].astype(bool)]
    on_top = on_top[on_top["bus"].map(case.topology.buses["transformer_id"]).eq(transformer_id).fillna(False)]
    p_kw, q_kvar = zero.copy(), zero.copy()
    for row in on_top.to_dict("records"):
        shape = _shape(case, row.get(PROFILE_COLUMN), steps)
        q_shape = _shape(case, row.get(PROFILE_Q_COLUMN), steps) if pd.notna(row.get(PROFILE_Q_COLUMN)) else shape
        p_kw += row["p_mw"] * 1000.0 * row["scaling"] * shape
        q_kvar += row["q_mvar"] * 1000.0 * row["scaling"] * q_shape
    return p_kw, q_kvar


def _shape(case: Case, profile: object, steps: pd.DatetimeIndex) -> Floats:
    if pd.isna(profile) or profile is None:
        return np.ones(len(steps))
    factors = case.profiles.set_index(TIMESTAMP)[str(profile)]
    return factors.reindex(steps).to_numpy(dtype=np.float64)
