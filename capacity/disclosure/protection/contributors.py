"""Who could have moved a figure between two releases: customers, applications and transformers, each with its kVA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.disclosure.protection.facts import Facts

MOVED_KVA = 1e-3
"""What moved by less did not move: the last digits of a load flow."""


@dataclass(frozen=True)
class Contributors:
    """What differs between two releases, one row per party and place.

    Attributes
    ----------
    applications : ``application_id``, ``transformer_id``, ``kva`` (signed: what it took more), of accepted ones that
        came, went or changed. A reservation that no application explains has a row with an empty id.
    customers : ``customer_id``, ``transformer_id``, ``kva``: below public transformers; that joined, left, changed
        contract (by how much) or transformer (a row at each); infinite where a contract is not stated.
    transformers : of either release; columns ``*_then``, ``*_now`` of ``Facts.transformers`` and ``moved_kva``: by how
        much its highest load moved (missing where it is not known in both).
    """

    applications: pd.DataFrame
    customers: pd.DataFrame
    transformers: pd.DataFrame


def contributors(then: Facts, now: Facts) -> Contributors:
    """What differs between two releases."""
    transformers = _transformers(then.transformers, now.transformers)
    return Contributors(
        _applications(then, now, transformers), _changed_customers(then.customers, now.customers), transformers
    )


def _transformers(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = then.merge(now, on="transformer_id", how="outer", suffixes=("_then", "_now"))
    for name in ("dedicated", "counted", "protects"):
        for when in ("then", "now"):
            both[f"{name}_{when}"] = both[f"{name}_{when}"].eq(True)
    moved = (both["smax_kva_now"] - both["smax_kva_then"]).abs()
    return both.assign(moved_kva=moved.where(moved.isna() | (moved > MOVED_KVA), 0.0))


def _applications(then: Facts, now: Facts, transformers: pd.DataFrame) -> pd.DataFrame:
    keys = ["application_id", "transformer_id"]
    both = then.applications.merge(now.applications, on=keys, how="outer", suffixes=("_then", "_now"))
    change = both["kva_now"].fillna(0.0) - both["kva_then"].fillna(0.0)
    found = both.loc[change.abs() > MOVED_KVA, keys].assign(kva=change)
    told = found.groupby("transformer_id")["kva"].sum().reindex(transformers["transformer_id"]).fillna(0.0).to_numpy()
    present = transformers["reserved_kva_now"].notna() & transformers["reserved_kva_then"].notna()
    rest = transformers["reserved_kva_now"] - transformers["reserved_kva_then"] - told
    large = present & (rest.abs() > MOVED_KVA)
    untold = pd.DataFrame(
        {"application_id": "", "transformer_id": transformers.loc[large, "transformer_id"], "kva": rest[large]}
    )
    return pd.concat([found, untold], ignore_index=True)


def _changed_customers(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Aligned by sorted ids: the few that differ are picked from a million before anything is merged."""
    old, new = then.drop_duplicates("customer_id"), now.drop_duplicates("customer_id")
    codes, places = (_coded(old[name], new[name]) for name in ("customer_id", "transformer_id"))
    size = int(codes.max(initial=-1)) + 1
    where = np.full((2, size), -1, dtype=np.int64)
    kva = np.full((2, size), np.nan)
    where[0, codes[: len(old)]], where[1, codes[len(old) :]] = places[: len(old)], places[len(old) :]
    kva[0, codes[: len(old)]], kva[1, codes[len(old) :]] = old["contract_kva"], new["contract_kva"]
    same_contract = (kva[0] == kva[1]) | (np.isnan(kva[0]) & np.isnan(kva[1]))
    changed = np.flatnonzero((where[0] != where[1]) | ~same_contract)
    gone = old[np.isin(codes[: len(old)], changed)]
    come = new[np.isin(codes[len(old) :], changed)]
    both = gone.merge(come, on="customer_id", how="outer", suffixes=("_then", "_now"))
    stayed = both["transformer_id_then"].eq(both["transformer_id_now"])
    step = (both["contract_kva_now"] - both["contract_kva_then"]).abs()
    parts = [
        pd.DataFrame(
            {"customer_id": both["customer_id"], "transformer_id": both["transformer_id_now"], "kva": step}
        )[stayed],
        *(
            pd.DataFrame(
                {
                    "customer_id": both["customer_id"],
                    "transformer_id": both[f"transformer_id_{when}"],
                    "kva": both[f"contract_kva_{when}"],
                }
            )[~stayed & both[f"transformer_id_{when}"].notna()]
            for when in ("then", "now")
        ),
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).fillna({"kva": np.inf})


def _coded(then: pd.Series, now: pd.Series) -> npt.NDArray[np.int64]:
    """A number for every id, of then and of now after one another; by 64-bit hashes, which are faster than texts."""
    hashes = [pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False) for ids in (then, now)]
    codes: npt.NDArray[np.int64] = pd.factorize(np.concatenate(hashes))[0]
    return codes
