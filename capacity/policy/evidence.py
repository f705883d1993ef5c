"""The values behind each alert: readings around its step, or the highest steps of what was simulated."""

from __future__ import annotations

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.rated import RatedCurves
from capacity.tables.results.alerts import EVIDENCE

HOURS_AROUND = 2.0


def gather_evidence(
    alerts: pd.DataFrame, transformers: pd.DataFrame, lines: pd.DataFrame, curves: RatedCurves
) -> pd.DataFrame:
    """For every alert that names a transformer and a step, its curve around that step.

    A line's or section's alert is explained by its three highest steps (its curve is not kept), an area's P5 alert by
    the highest import of each transformer in its sum: one row each.

    Returns
    -------
    DataFrame of ``tables.results.alerts.EVIDENCE``.
    """
    parts = [
        _around(alert, transformers, curves) for alert in alerts.itertuples() if alert.element_type == "transformer"
    ]
    parts += [_peaks(alert, transformers, curves) for alert in alerts.itertuples() if alert.element_type == "area"]
    parts += [_highest(alert, lines) for alert in alerts.itertuples() if alert.element_type in ("line", "section")]
    filled = [part for part in parts if len(part)]
    return conform(pd.concat(filled, ignore_index=True), EVIDENCE) if filled else empty(EVIDENCE)


def _around(alert: pd.Series, transformers: pd.DataFrame, curves: RatedCurves) -> pd.DataFrame:
    if pd.isna(alert.at):
        return empty(EVIDENCE)
    margin = pd.Timedelta(hours=HOURS_AROUND)
    start, end = curves.timestamps.searchsorted([alert.at - margin, alert.at + margin])
    return _rows(alert.alert_id, alert.element_id, slice(int(start), int(end) + 1), transformers, curves)


def _highest(alert: pd.Series, lines: pd.DataFrame) -> pd.DataFrame:
    line = lines[lines["line_id"].eq(alert.element_id)].iloc[0]
    ranks = ("max", "second", "third")
    steps = pd.DataFrame(
        {
            "alert_id": alert.alert_id,
            "timestamp": [line[f"{rank}_loading_at"] for rank in ranks],
            "element_id": alert.element_id,
            "loading_percent": [line[f"{rank}_loading_percent"] for rank in ranks],
            "source": "simulated",
        }
    )
    return steps.dropna(subset=["timestamp"])


def _peaks(alert: pd.Series, transformers: pd.DataFrame, curves: RatedCurves) -> pd.DataFrame:
    members = transformers[
        transformers["area_id"].eq(alert.area_id).fillna(False) & transformers["allowed_kva"].notna()
    ]
    parts = [empty(EVIDENCE)]
    for member in members.dropna(subset=["smax_import_at"]).itertuples():
        at = int(curves.timestamps.get_loc(member.smax_import_at))
        parts.append(_rows(alert.alert_id, member.transformer_id, slice(at, at + 1), transformers, curves))
    return pd.concat(parts[1:], ignore_index=True) if len(parts) > 1 else parts[0]


def _rows(
    alert_id: str, transformer_id: str, steps: slice, transformers: pd.DataFrame, curves: RatedCurves
) -> pd.DataFrame:
    row = curves.row(transformer_id)
    rated_kva = transformers.loc[transformers["transformer_id"].eq(transformer_id), "rated_kva"].iloc[0]
    s_kva = curves.s_kva[row, steps]
    return pd.DataFrame(
        {
            "alert_id": alert_id,
            "timestamp": curves.timestamps[steps],
            "element_id": transformer_id,
            "p_kw": curves.p_kw[row, steps],
            "q_kvar": curves.q_kvar[row, steps],
            "s_kva": s_kva,
            "loading_percent": s_kva / rated_kva * 100.0,
            "source": curves.source[row],
        }
    )
