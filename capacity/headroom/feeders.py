"""What feeders and substations can still take (P8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.figure import simultaneous_figure, unknown_figure
from capacity.headroom.grid import Grid, counted_transformers
from capacity.headroom.transformers import UNKNOWN_REASONS
from capacity.tables.policy import Policy


def feeder_headroom(grid: Grid, lines: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One row per feeder, with the columns of ``tables.results.feeders``."""
    default_limit = policy.choice("section_limit_percent")
    flows = grid.solved.feeders
    head_kva = np.hypot(flows.p_kw, flows.q_kvar)
    rows = []
    for feeder in grid.case.topology.feeders.itertuples():
        on_feeder = grid.transformers["feeder_id"].eq(feeder.feeder_id).fillna(False)
        counted = counted_transformers(grid, on_feeder)
        live = grid.transformers[on_feeder & grid.transformers["in_service"].astype(bool)]
        figure = simultaneous_figure(grid, counted)
        reason = "unknown_transformers" if figure.reason == "ok" and _unknown_count(live) else figure.reason
        peak = _peak(feeder.feeder_id, flows.ids, head_kva, grid.solved.timestamps)
        sections = lines[lines["feeder_id"].eq(feeder.feeder_id).fillna(False) & lines["level"].eq("mv")]
        rows.append(
            {
                "feeder_id": feeder.feeder_id,
                "name": feeder.name,
                "substation_id": feeder.substation_id,
                "transformer_count": len(live),
                "unknown_count": _unknown_count(live),
                "limit_percent": default_limit if pd.isna(feeder.limit_percent) else float(feeder.limit_percent),
                **_most_loaded_section(sections),
                "head_max_kva": peak.kva,
                "head_max_at": peak.at,
                **_lowest_voltage(grid, feeder.feeder_id),
                "reserved_kva": float(live["reserved_kva"].sum()),
                "allowed_sum_kva": float(counted["allowed_kva"].sum(min_count=1)),
                **figure.columns,
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)


def _unknown_count(transformers: pd.DataFrame) -> int:
    return int((transformers["smax_import_kva"].isna() | transformers["reason"].isin(UNKNOWN_REASONS)).sum())


def _most_loaded_section(sections: pd.DataFrame) -> dict[str, object]:
    known = sections.dropna(subset=["max_loading_percent"])
    top = known.loc[known["max_loading_percent"].idxmax()] if len(known) else None
    return {
        "max_loading_percent": np.nan if top is None else top["max_loading_percent"],
        "max_loading_element": None if top is None else top["line_id"],
        "max_loading_at": pd.NaT if top is None else top["max_loading_at"],
    }


@dataclass(frozen=True)
class _Peak:
    """Highest apparent power of a curve and its time; NaN and NaT where nothing was solved."""

    kva: float
    at: pd.Timestamp


def _peak(name: str, ids: tuple[str, ...], load_kva: npt.NDArray[np.float32], timestamps: pd.DatetimeIndex) -> _Peak:
    row = ids.index(name) if name in ids else -1
    if row < 0 or not np.isfinite(load_kva[row]).any():
        return _Peak(np.nan, pd.NaT)
    at = int(np.nanargmax(load_kva[row]))
    return _Peak(float(load_kva[row, at]), timestamps[at])


def _lowest_voltage(grid: Grid, feeder_id: str) -> dict[str, object]:
    buses = grid.case.topology.buses
    here = buses[buses["feeder_id"].eq(feeder_id).fillna(False) & buses["level"].eq("mv")]
    voltages = grid.solved.buses["voltage_min_pu"].reindex(here.index).dropna()
    if voltages.empty:
        return {"voltage_min_pu": np.nan, "voltage_min_node": None}
    return {"voltage_min_pu": float(voltages.min()), "voltage_min_node": str(here.at[voltages.idxmin(), "bus_id"])}


def substation_headroom(grid: Grid, policy: Policy) -> pd.DataFrame:
    """One row per substation, with the columns of ``tables.results.substations``.

    ``rating_margin_kva`` is what its transformers have left: ``limit · rating − highest import − reserved − what is
    assumed of transformers without data``, apparent powers added arithmetically. ``allowed_kva`` is what the public
    transformers below can take together, under that limit and every other, by load flow.
    """
    flows = grid.solved.substations
    load_kva = np.hypot(flows.p_kw, flows.q_kvar)
    import_kva = np.where(flows.p_kw >= 0.0, load_kva, np.where(np.isnan(flows.p_kw), np.float32(np.nan), 0.0))
    limit_percent = policy.choice("substation_limit_percent")
    rows = []
    for substation in grid.case.topology.substations.itertuples():
        name = str(substation.substation_id)
        below = grid.transformers["substation_id"].eq(name).fillna(False)
        live = grid.transformers[below & grid.transformers["in_service"].astype(bool)]
        counted = counted_transformers(grid, below)
        assumed = grid.assumed_kva[grid.assumed_kva.index.isin(live.index)]
        peak = _peak(name, flows.ids, load_kva, grid.solved.timestamps)
        rated_kva = float(substation.rated_kva) if pd.notna(substation.rated_kva) else np.nan
        reserved_kva = float(live["reserved_kva"].sum())
        failed = _any_failed(grid, name)
        imported = _peak(name, flows.ids, import_kva, grid.solved.timestamps)
        margin_kva = limit_percent / 100.0 * rated_kva - imported.kva - reserved_kva - float(assumed.sum())
        figure = simultaneous_figure(grid, counted)
        columns = figure.columns
        if np.isnan(rated_kva) and not np.isnan(figure.allowed_kva):
            columns = unknown_figure("rating_unknown").columns
        elif figure.reason == "ok" and _unknown_count(live):
            columns["reason"] = "unknown_transformers"
        rows.append(
            {
                "substation_id": name,
                "name": substation.name,
                "rated_kva": rated_kva,
                "limit_percent": limit_percent,
                "max_kva": peak.kva,
                "max_loading_percent": peak.kva / rated_kva * 100.0,
                "max_loading_at": peak.at,
                "reserved_kva": reserved_kva,
                "rating_margin_kva": np.nan if failed else np.maximum(margin_kva, 0.0),
                "allowed_sum_kva": float(counted["allowed_kva"].sum(min_count=1)),
                **columns,
            }
        )
    return pd.DataFrame(rows)


def _any_failed(grid: Grid, substation_id: str) -> bool:
    buses = grid.case.topology.buses
    islands = buses.loc[buses["substation_id"].eq(substation_id).fillna(False), "island"].unique()
    return any(bool(grid.solved.failed[island].any()) for island in islands if island >= 0)
