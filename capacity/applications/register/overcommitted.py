"""Promises that no longer fit: readings rose after applications were accepted (P7)."""

from __future__ import annotations

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.inputs.applications import reserving
from capacity.tables.register import OVER_COMMITTED

_NOISE_KVA = 1e-6


def over_committed(transformers: pd.DataFrame, applications: pd.DataFrame, limit_percent: float) -> pd.DataFrame:
    """The transformers of a run on which more is reserved than their load leaves room for.

    Parameters
    ----------
    transformers : of a run (``tables.results.transformers``), public and in service ones count.
    applications : the run's, as it froze them.
    limit_percent : of P7 (``transformer_limit_percent``).

    Returns
    -------
    Rows of ``OVER_COMMITTED``, the worst first. Room is ``limit · rating − highest import`` and may be negative: then
    the transformer is over its limit already. Where the load is unknown nothing can be said, and it is not listed.
    """
    counted = transformers[transformers["ownership"].eq("public") & transformers["in_service"].fillna(False)]
    room = limit_percent / 100.0 * counted["rated_kva"] - counted["smax_import_kva"]
    over = counted["reserved_kva"] - room
    found = counted.assign(room_kva=room, over_kva=over)[(over > _NOISE_KVA) & (counted["reserved_kva"] > 0.0)]
    if found.empty:
        return empty(OVER_COMMITTED)
    named = applications[reserving(applications)].groupby("transformer_id")["application_id"].apply(list).to_dict()
    rows = [_row(row, sorted(named.get(row["transformer_id"], [])), limit_percent) for _, row in found.iterrows()]
    table = pd.DataFrame(rows).sort_values(["over_kva", "transformer_id"], ascending=[False, True])
    return conform(table, OVER_COMMITTED)


def _row(row: pd.Series, ids: list[str], limit_percent: float) -> dict[str, object]:
    at = row["smax_import_at"]
    when = "" if pd.isna(at) else f"{at:%Y-%m-%d %H:%M}"
    figures = (row["rated_kva"], row["smax_import_kva"], row["reserved_kva"], row["over_kva"])
    rated, highest, reserved, over = figures
    listed_en, listed_zh = ", ".join(ids) or "at its nodes", "、".join(ids) or "在其接入点"
    return {
        "rule": "P7",
        "transformer_id": row["transformer_id"],
        "area_id": row["area_id"],
        "reserved_kva": reserved,
        "room_kva": row["room_kva"],
        "over_kva": over,
        "at": at,
        "application_ids": ";".join(ids),
        "message_en": f"more is promised on transformer “{row['name']}” ({row['transformer_id']}) than fits: "
        f"{limit_percent:g} % of {rated:g} kVA less the highest load of {highest:.1f} kVA ({when}) leaves "
        f"{row['room_kva']:.1f} kVA, {reserved:.1f} kVA are reserved ({listed_en}): {over:.1f} kVA too much. "
        "Initiate a project before they are energised (P6).",
        "message_zh": f"配变“{row['name']}”（{row['transformer_id']}）已批未投超出可用容量：{rated:g} kVA 的 "
        "{limit_percent:g} % "
        f"减去最大负荷 {highest:.1f} kVA（{when}）余 {row['room_kva']:.1f} kVA，已占用 {reserved:.1f} "
        f"kVA（{listed_zh}），"
        f"超出 {over:.1f} kVA。请在送电前立项（P6）。",
    }
