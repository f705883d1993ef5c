"""The change log of a release (P22): what differs in the published tables, and why, as codes."""

from __future__ import annotations

import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.public.changes import CHANGES

_FIGURES = ["status", "allowed_kva", "allowed_from_kva", "allowed_below_kva", "allowed_is_lower_bound", "limit"]
_PARTS = {
    "publication": ("publication", "withheld_reason"),
    "status": ("status",),
    "figure": ("allowed_kva", "allowed_from_kva", "allowed_below_kva", "allowed_is_lower_bound"),
    "single": ("single_from_kva", "single_below_kva"),
    "load_rate": ("load_rate_from_percent", "load_rate_below_percent"),
    "limit": ("limit", "structural"),
    "shared": ("shared_kva", "sharing_areas"),
    "queue": ("queue",),
    "relief": ("relief_month", "relief_kind"),
    "hours": ("has_hours",),
    "basis": ("basis",),
    "description": ("name", "area_class", "branch", "supply_station"),
}
_BY_COLUMN = {
    "queue": "connections",
    "shared_kva": "grid_above",
    "sharing_areas": "equipment",
    "single_from_kva": "load",
    "load_rate_from_percent": "load",
    "load_rate_below_percent": "load",
    "basis": "data",
    "structural": "equipment",
    "relief_month": "works",
    "relief_kind": "works",
    "name": "data",
    "area_class": "data",
    "branch": "data",
    "supply_station": "data",
}
"""Why something beside the figure differs; the first column that does counts."""


def changes(then: pd.DataFrame | None, now: pd.DataFrame, causes: pd.Series) -> pd.DataFrame:
    """``tables.public.changes``: areas whose published information differs from ``then``, new ones and those gone.

    Parameters
    ----------
    then, now : ``tables.public.areas`` with ``area_id`` as index; ``then`` of the release before, if there is one.
    causes : by ``area_id``: why the exact figure moved (``moves.causes``).
    """
    if then is None:
        then = now.iloc[:0]
    old = then.reindex(now.index.union(then.index, sort=False))
    new = now.reindex(old.index)
    names = old.index[_differs(old, new, [c for c in now.columns if c not in ("as_of", "has_hours")]).any(axis=1)]
    if not len(names):
        return empty(CHANGES)
    old, new = old.loc[names], new.loc[names]
    known = new["area_code"].notna()
    frame = pd.DataFrame(
        {
            "area_code": new["area_code"].where(known, old["area_code"]),
            "name": new["name"].where(known, old["name"]),
            "publication_before": old["publication"],
            "publication": new["publication"],
            "status_before": old["status"],
            "status": new["status"],
            "allowed_before_kva": old["allowed_kva"],
            "allowed_kva": new["allowed_kva"],
            "parts": _parts(old, new),
            "cause": _causes(old, new, causes),
        }
    )
    order = now.index.append(then.index.difference(now.index, sort=False))
    return conform(frame.reindex(order.intersection(names, sort=False)), CHANGES)


def _parts(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """What differs, as codes (``tables.public.words.PART``); missing where an area is not in both."""
    moved = pd.DataFrame(
        {part: _differs(old, new, list(columns)).any(axis=1) for part, columns in _PARTS.items()}, index=new.index
    )
    told = moved.apply(lambda row: ";".join(row.index[row.to_numpy(dtype=bool)]), axis=1)
    found: pd.Series = told.where(old["publication"].notna() & new["publication"].notna(), None)
    return found


def _causes(old: pd.DataFrame, new: pd.DataFrame, causes: pd.Series) -> pd.Series:
    found = pd.Series("none", index=new.index, dtype=object)
    for column, cause in reversed(_BY_COLUMN.items()):
        found = found.mask(_differs(old, new, [column])[column], cause)
    by_figure = causes.reindex(new.index).fillna("none")
    figure = _differs(old, new, _FIGURES).any(axis=1)
    found = found.mask(figure, by_figure.mask(by_figure.eq("none"), "data"))
    both = old["publication"].notna() & new["publication"].notna()
    protected = both & (
        old["publication"].ne(new["publication"])
        | old["withheld_reason"].fillna("").ne(new["withheld_reason"].fillna(""))
    ).fillna(False)
    found = found.mask(protected, "protection")
    found = found.mask(old["publication"].isna(), "first")
    return found.mask(new["publication"].isna(), "equipment")


def _differs(old: pd.DataFrame, new: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Cell by cell; missing equals missing."""
    found = {}
    for column in columns:
        left, right = (one[column].astype(object).where(one[column].notna(), None) for one in (old, new))
        found[column] = left.map(repr).ne(right.map(repr))
    return pd.DataFrame(found, index=new.index)
