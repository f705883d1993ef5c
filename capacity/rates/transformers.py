"""Load rates of distribution transformers (P1, P2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.rates.statistics import highest_steps, longest_run_steps, value_at
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves
from capacity.tables.readings import JudgedReadings
from capacity.tables.solved import SolvedYear
from capacity.units import apparent_kva, rated_current_a

Floats = npt.NDArray[np.float64]


def transformer_rates(
    case: Case, policy: Policy, curves: RatedCurves, readings: JudgedReadings, solved: SolvedYear
) -> pd.DataFrame:
    """One row per transformer of the case: who it is, its load rate over the window, and how sure that is.

    Under ``coverage_min_percent`` every rate is missing (P1: insufficient data).

    Returns
    -------
    DataFrame with the columns of ``tables.results.transformers`` up to ``customer_count``.
    """
    who = _identity(case, curves)
    rated_kva = who["rated_kva"].to_numpy(dtype=np.float64)
    coverage = 100.0 * np.isfinite(curves.s_kva).mean(axis=1)
    enough = coverage >= policy.choice("coverage_min_percent")
    rates = _rates(
        policy,
        curves,
        np.where(enough[:, None], curves.s_kva, np.nan),
        rated_kva,
        curves.step / pd.Timedelta(hours=1),
    )
    rates["coverage_percent"] = coverage
    rates["source"] = list(curves.source)
    rates["simulated_max_loading_percent"] = _simulated_on_metered_side(case, solved, who)
    rates[["max_phase_percent", "max_phase_at"]] = _highest_phase(case, readings, who)
    rates["voltage_min_pu"] = _lowest_busbar_voltage(case, solved, who)
    return pd.concat([who, rates], axis=1)


def _identity(case: Case, curves: RatedCurves) -> pd.DataFrame:
    table = case.transformers.reset_index(drop=True)
    areas = case.areas.set_index("area_id")
    distribution = case.topology.trafos[case.topology.trafos["kind"] == "distribution"].drop_duplicates("trafo_id")
    placed = distribution.set_index("trafo_id")
    ids = table["transformer_id"]
    as_of = curves.timestamps[-1] + curves.step
    gone = table["valid_to"].notna() & (table["valid_to"] <= as_of)
    still_to_come = table["valid_from"].notna() & (table["valid_from"] > as_of)
    return pd.DataFrame(
        {
            "transformer_id": ids,
            "system_code": table["system_code"],
            "name": table["name"].fillna(ids),
            "area_id": table["area_id"],
            "feeder_id": ids.map(placed["feeder_id"]).astype("string").fillna(table["feeder_id"]),
            "substation_id": ids.map(placed["substation_id"]),
            "branch": table["area_id"].map(areas["branch"]),
            "supply_station": table["area_id"].map(areas["supply_station"]),
            "ownership": table["ownership"],
            "in_service": ids.map(placed["live"]).fillna(False).astype(bool) & ~gone & ~still_to_come,
            "rated_kva": table["rated_kva"],
            "customer_count": table["customer_count"],
        }
    )


def _rates(policy: Policy, curves: RatedCurves, s_kva: Floats, rated_kva: Floats, step_hours: float) -> pd.DataFrame:
    loading = s_kva / rated_kva[:, None] * 100.0
    top = highest_steps(loading)
    known: npt.NDArray[np.bool_] = np.asarray(np.isfinite(loading).any(axis=1))
    rates = pd.DataFrame(index=range(len(loading)))
    for rank, prefix in enumerate(("max", "second", "third")):
        rates[f"{prefix}_loading_percent"] = value_at(loading, top[:, rank])
        rates[f"{prefix}_loading_at"] = _times(curves.timestamps, top[:, rank])
    power_at_max = value_at(curves.p_kw, top[:, 0])
    rates["max_direction"] = pd.Series(np.where(power_at_max < 0.0, "export", "import")).where(known)
    heavy, overload = policy.choice("heavy_percent"), policy.choice("overload_percent")
    for threshold, suffix in ((heavy, "ge_80"), (overload, "ge_100")):
        above = np.round(loading, 9) >= threshold  # as triggers compare: 80 on paper is 80 here
        rates[f"hours_{suffix}"] = np.where(known, above.sum(axis=1) * step_hours, np.nan)
        rates[f"longest_run_{suffix}_h"] = np.where(known, longest_run_steps(above) * step_hours, np.nan)
    sustained = policy.choice("sustained_hours")
    rates["heavy_load"] = _when(known, rates["longest_run_ge_80_h"] >= sustained)
    rates["overload"] = _when(known, rates["longest_run_ge_100_h"] >= sustained)
    imported = np.where(curves.p_kw >= 0.0, s_kva, np.nan)
    exported = np.where(curves.p_kw < 0.0, s_kva, np.nan)
    import_top, export_top = highest_steps(imported, 1)[:, 0], highest_steps(exported, 1)[:, 0]
    # a transformer that only ever exports has imported nothing: 0, not unknown
    rates["smax_import_kva"] = np.where(known, np.nan_to_num(value_at(imported, import_top)), np.nan)
    rates["smax_import_at"] = _times(curves.timestamps, import_top)
    rates["smax_export_kva"] = np.where(known, np.nan_to_num(value_at(exported, export_top)), np.nan)
    return rates


def _times(timestamps: pd.DatetimeIndex, positions: npt.NDArray[np.int64]) -> pd.Series:
    return pd.Series(timestamps[np.maximum(positions, 0)].to_numpy()).where(pd.Series(positions >= 0))


def _when(known: npt.NDArray[np.bool_], value: pd.Series) -> pd.Series:
    return value.astype("boolean").where(pd.Series(known))


def _simulated_on_metered_side(case: Case, solved: SolvedYear, who: pd.DataFrame) -> Floats:
    flows = solved.transformers
    hv = apparent_kva(flows.p_hv_kw.astype(np.float64), flows.q_hv_kvar.astype(np.float64))
    lv = apparent_kva(flows.p_lv_kw.astype(np.float64), flows.q_lv_kvar.astype(np.float64))
    names = case.topology.trafos["trafo_id"].reindex(flows.index)
    row_of = {name: row for row, name in enumerate(names)}
    side = case.transformers["meter_side"].fillna("").to_numpy()
    result = np.full(len(who), np.nan)
    for i, (name, rated_kva) in enumerate(zip(who["transformer_id"], who["rated_kva"], strict=True)):
        row = row_of.get(name)
        if row is None:
            continue
        curve = hv[row] if side[i] == "hv" else lv[row] if side[i] == "lv" else np.fmax(hv[row], lv[row])
        if np.isfinite(curve).any():
            result[i] = np.nanmax(curve) / rated_kva * 100.0
    return result


def _highest_phase(case: Case, readings: JudgedReadings, who: pd.DataFrame) -> pd.DataFrame:
    """Highest phase current in percent of the rated current on the metered side (LV taken as 0.4 kV)."""
    trafos = case.net.trafo.set_index("name")
    side = case.transformers["meter_side"].fillna("").to_numpy()
    result = pd.DataFrame(
        {"max_phase_percent": np.full(len(who), np.nan), "max_phase_at": np.full(len(who), np.datetime64("NaT", "ns"))}
    )
    row_of = {name: row for row, name in enumerate(readings.transformer_ids)}
    for i, (name, rated_kva) in enumerate(zip(who["transformer_id"], who["rated_kva"], strict=True)):
        if name not in row_of or name not in trafos.index:
            continue
        current = np.where(readings.valid[row_of[name]], readings.i_max_a[row_of[name]], np.nan)
        if np.isfinite(current).any():
            volts_kv = trafos.at[name, "vn_hv_kv" if side[i] == "hv" else "vn_lv_kv"]
            at = int(np.nanargmax(current))
            result.at[i, "max_phase_percent"] = current[at] / rated_current_a(rated_kva, float(volts_kv)) * 100.0
            result.at[i, "max_phase_at"] = readings.timestamps[at]
    return result


def _lowest_busbar_voltage(case: Case, solved: SolvedYear, who: pd.DataFrame) -> pd.Series:
    trafos = case.net.trafo.drop_duplicates("name").set_index("name")
    busbar = who["transformer_id"].map(trafos["lv_bus"])
    return busbar.map(solved.buses["voltage_min_pu"])
