"""Why an area's figure moved since the release before: exact parts of the move, and its cause as a code (P22)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.disclosure.protection import Facts


def moves(then: Facts, now: Facts, transformer_limit: float) -> pd.DataFrame:
    """How the exact figure of every area in both releases moved, index ``area_id``, kVA.

    Columns: ``before``, ``after`` (missing where unknown), ``equipment`` (k · ΔSn, and the room of transformers that
    came or went), ``reservations``, ``load`` (of transformers that stayed), ``grid_above`` (the grid above limits it
    in either release), ``data`` (another set of transformers has data), ``explained`` (by equipment and reservations;
    of a limited area by those on its line where that explains more).
    """
    before, after = (one.areas.set_index("area_id") for one in (then, now))
    names = before.index.intersection(after.index)
    parts = _own_parts(then, now, transformer_limit).reindex(names).fillna(0.0)
    limited = before["limited_by"].reindex(names).ne("") | after["limited_by"].reindex(names).ne("")
    frame = pd.DataFrame(
        {"before": before["allowed_kva"].reindex(names), "after": after["allowed_kva"].reindex(names)}
    ).join(parts)
    frame["grid_above"] = limited
    step = frame["after"] - frame["before"]
    own = frame["equipment"] + frame["reservations"]
    on_line = _reservations_on_lines(then, now).reindex(names).fillna(0.0)
    options = np.stack([own, np.where(limited, on_line, own), np.where(limited, own - on_line, own)])
    best = np.abs(step.to_numpy() - options).argmin(axis=0)
    frame["explained"] = np.where(step.isna(), np.nan, options[best, np.arange(len(frame))])
    return frame


def causes(frame: pd.DataFrame, rules_changed: bool) -> pd.Series:
    """The code of ``words.CAUSE`` of each row of ``moves``: the largest part of the move, if it moved."""
    known = frame["before"].notna() & frame["after"].notna()
    same = (frame["after"] - frame["before"]).abs().le(1e-6) | (frame["before"].isna() & frame["after"].isna())
    sizes = frame[["equipment", "reservations", "load"]].abs().to_numpy()
    largest = np.array(["equipment", "connections", "load"])[sizes.argmax(axis=1)] if len(frame) else []
    found = pd.Series(largest, index=frame.index, dtype=object)
    own_change = pd.Series(sizes.max(axis=1, initial=0.0), index=frame.index)
    found = found.mask(frame["grid_above"] | own_change.le(1e-6), "grid_above")
    found = found.mask(~known | frame["data"], "data").mask(same, "none")
    return found.mask(~same, "rules") if rules_changed else found


def _own_parts(then: Facts, now: Facts, k: float) -> pd.DataFrame:
    columns = ["transformer_id", "area_id", "rated_kva", "smax_kva", "reserved_kva", "room_kva"]
    old, new = (one.transformers.loc[one.transformers["counted"], columns] for one in (then, now))
    both = old.merge(new, on="transformer_id", how="outer", suffixes=("_then", "_now"))
    stays = both["area_id_then"].notna() & both["area_id_then"].eq(both["area_id_now"])
    kept = both[stays]
    rows = [
        pd.DataFrame(
            {
                "area_id": kept["area_id_now"],
                "equipment": k * (kept["rated_kva_now"] - kept["rated_kva_then"]),
                "reservations": kept["reserved_kva_then"] - kept["reserved_kva_now"],
                "load": (kept["smax_kva_then"] - kept["smax_kva_now"]).fillna(0.0),
                "data": kept["room_kva_then"].isna() ^ kept["room_kva_now"].isna(),
            }
        )
    ]
    for when, sign in (("then", -1.0), ("now", 1.0)):
        part = both[~stays & both[f"area_id_{when}"].notna()]
        room = part[f"room_kva_{when}"].fillna(0.0)
        rows.append(
            pd.DataFrame({"area_id": part[f"area_id_{when}"], "equipment": sign * room}).assign(
                reservations=0.0, load=0.0, data=False
            )
        )
    by_area = pd.concat(rows, ignore_index=True).groupby("area_id")
    sums = by_area[["equipment", "reservations", "load"]].sum()
    return sums.assign(data=by_area["data"].any())


def _reservations_on_lines(then: Facts, now: Facts) -> pd.Series:
    """By area: by how much reservations on its lines went down."""
    sums = [one.transformers.groupby("feeder_id")["reserved_kva"].sum() for one in (then, now)]
    less = sums[0].subtract(sums[1], fill_value=0.0)
    return now.places.assign(less=now.places["feeder_id"].map(less)).groupby("area_id")["less"].sum()
