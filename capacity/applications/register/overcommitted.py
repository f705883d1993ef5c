"""Promises beyond the room: readings rose after they were accepted, or they wait for a larger transformer (P7)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.inputs.applications import reserving
from capacity.tables.register import OVER_COMMITTED
from capacity.tables.words import Word

_NOISE_KVA = 1e-6


def over_committed(
    transformers: pd.DataFrame, applications: pd.DataFrame, limit_percent: float, power_factor: float
) -> pd.DataFrame:
    """The transformers of a run on which more is reserved than their load leaves room for.

    Parameters
    ----------
    transformers : of a run (``tables.results.transformers``), public and in service ones count.
    applications : the run's, as it froze them.
    limit_percent : of P7 (``transformer_limit_percent``).
    power_factor : of applications that state none.

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
    promised = applications[reserving(applications)]
    rows = [_row(row, _promised_on(row, promised, power_factor), limit_percent) for _, row in found.iterrows()]
    table = pd.DataFrame(rows).sort_values(["over_kva", "transformer_id"], ascending=[False, True])
    return conform(table, OVER_COMMITTED)


@dataclass(frozen=True)
class _Promised:
    """What is promised on a transformer: ids, and of those that wait for a larger one in its place the kVA."""

    ids: list[str]
    waiting_ids: list[str]
    waiting_kva: float


def _promised_on(row: pd.Series, promised: pd.DataFrame, power_factor: float) -> _Promised:
    here = promised[promised["transformer_id"].eq(row["transformer_id"]).fillna(False).astype(bool)]
    waiting = here[here["works_kva"].gt(row["rated_kva"])] if "works_kva" in here else here[:0]
    kva = float((waiting["p_kw"] / waiting["power_factor"].fillna(power_factor)).sum())
    return _Promised(
        sorted(here["application_id"]), sorted(waiting["application_id"]), min(kva, float(row["reserved_kva"]))
    )


def _row(row: pd.Series, promised: _Promised, limit_percent: float) -> dict[str, object]:
    at, over = row["smax_import_at"], row["over_kva"]
    when = "" if pd.isna(at) else f"{at:%Y-%m-%d %H:%M}"
    rated, highest, reserved = row["rated_kva"], row["smax_import_kva"], row["reserved_kva"]
    listed_en, listed_zh = ", ".join(promised.ids) or "at its nodes", "、".join(promised.ids) or "在其接入点"
    waiting, to_do = _waiting(promised), _to_do(promised, over)
    return {
        "rule": "P7",
        "transformer_id": row["transformer_id"],
        "area_id": row["area_id"],
        "reserved_kva": reserved,
        "room_kva": row["room_kva"],
        "over_kva": over,
        "waiting_kva": promised.waiting_kva,
        "at": at,
        "application_ids": ";".join(promised.ids),
        "message_en": f"more is promised on transformer “{row['name']}” ({row['transformer_id']}) than fits: "
        f"{limit_percent:g} % of {rated:g} kVA less the highest load of {highest:.1f} kVA ({when}) leaves "
        f"{row['room_kva']:.1f} kVA, {reserved:.1f} kVA are reserved ({listed_en}){waiting.en}: {over:.1f} kVA too "
        f"much. {to_do.en}",
        "message_zh": f"配变“{row['name']}”（{row['transformer_id']}）已批未投超出可用容量：{rated:g} kVA 的 "
        f"{limit_percent:g} % 减去最大负荷 {highest:.1f} kVA（{when}）余 {row['room_kva']:.1f} kVA，"
        f"已占用 {reserved:.1f} kVA（{listed_zh}）{waiting.zh}，超出 {over:.1f} kVA。{to_do.zh}",
    }


def _waiting(promised: _Promised) -> Word:
    if not promised.waiting_ids:
        return Word("", "")
    kva, ids = f"{promised.waiting_kva:.1f}", promised.waiting_ids
    return Word(
        f"，其中 {kva} kVA 待更换为更大配变（{'、'.join(ids)}）",
        f", of which {kva} kVA wait for a larger transformer ({', '.join(ids)})",
    )


def _to_do(promised: _Promised, over_kva: float) -> Word:
    if promised.waiting_ids and promised.waiting_kva >= over_kva - _NOISE_KVA:
        return Word(
            "更换后方可送电，此前该配变不再承诺容量（P6）。",
            "They are energised after it stands there; until then nothing more is promised on this one (P6).",
        )
    return Word("请在送电前立项（P6）。", "Initiate a project before they are energised (P6).")
