"""Allowed capacity of a transformer (P7)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.reserved import reserved_by_transformer
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves

UNKNOWN_REASONS = ("solver_failure", "no_source", "insufficient_data")


def transformer_headroom(
    rates: pd.DataFrame, reserved: pd.DataFrame, policy: Policy, solver_failed: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """``rates`` with ``reserved_kva``, ``allowed_kva`` and ``reason`` (P7).

    ``allowed = max(0, k·Sn − Smax − reserved)`` of in-service public transformers; missing, never k·Sn, where Smax is
    unknown, and where it was simulated with a step that did not converge.
    """
    full = rates.copy()
    full["reserved_kva"] = full["transformer_id"].map(reserved_by_transformer(reserved)).fillna(0.0).astype("float64")
    limit_kva = policy.choice("transformer_limit_percent") / 100.0 * full["rated_kva"]
    # beyond nine decimals is the noise of binary arithmetic: a transformer that is full on paper is full here
    room_kva = (limit_kva - full["smax_import_kva"] - full["reserved_kva"]).round(9)
    untrusted = solver_failed & full["source"].eq("simulated").to_numpy()
    reason = np.select(
        [
            full["ownership"].eq("dedicated"),
            ~full["in_service"].astype(bool),
            untrusted,
            full["source"].eq("none"),
            full["smax_import_kva"].isna(),
            room_kva <= 0.0,
        ],
        ["dedicated", "out_of_service", "solver_failure", "no_source", "insufficient_data", "over_limit"],
        default="ok",
    )
    full["allowed_kva"] = room_kva.clip(lower=0.0).where(np.isin(reason, ["ok", "over_limit"]))
    full["share_kva"] = np.nan
    full["reason"] = reason
    return full


def with_shares(transformers: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """``transformers`` with ``share_kva``: the part of its area's simultaneous figure that each one takes (P8)."""
    shares = transformers["transformer_id"].map(areas.attrs["shares_kva"])
    return transformers.assign(share_kva=shares.astype("float64"))


def room_by_cell(transformers: pd.DataFrame, curves: RatedCurves, policy: Policy) -> pd.DataFrame:
    """Room of every transformer that counts with Smax taken over each month and hour of the day (P7).

    Returns
    -------
    DataFrame, kVA: one column per transformer_id, rows by ``month`` and ``hour``; missing where the transformer has no
    data, or no reading in that cell.
    """
    counted = transformers[transformers["reason"].isin(["ok", "over_limit", *UNKNOWN_REASONS])]
    rows = [curves.row(name) for name in counted["transformer_id"]]
    imported = np.where(
        curves.p_kw[rows] >= 0.0, curves.s_kva[rows], np.where(np.isnan(curves.s_kva[rows]), np.nan, 0.0)
    )
    worst = pd.DataFrame(imported.T, index=cells_of(curves.timestamps)).groupby(level=["month", "hour"]).max()
    limit_kva = policy.choice("transformer_limit_percent") / 100.0 * counted["rated_kva"].to_numpy()
    room = (limit_kva - worst - counted["reserved_kva"].to_numpy()).round(9).clip(lower=0.0)
    room.loc[:, counted["reason"].isin(UNKNOWN_REASONS).to_numpy()] = np.nan
    room.columns = pd.Index(counted["transformer_id"], name="transformer_id")
    return room


def cells_of(timestamps: pd.DatetimeIndex) -> pd.MultiIndex:
    """Month and hour of the day of each step."""
    return pd.MultiIndex.from_arrays([timestamps.month, timestamps.hour], names=["month", "hour"])
