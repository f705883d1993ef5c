"""The public table of areas: what the decision leaves of every figure, and words in place of what is internal."""

from __future__ import annotations

import pandas as pd

from capacity.disclosure.basis import Basis
from capacity.disclosure.protection import Decision
from capacity.disclosure.relief import relief
from capacity.tables._schema import conform
from capacity.tables.public.areas import AREAS

_LIMIT = {
    "transformer_loading": "transformers",
    "line_loading": "lv_lines",
    "section_loading": "line",
    "substation_loading": "substation",
    "voltage_min": "voltage",
    "voltage_max": "voltage",
    "existing_violation": "existing",
}
_FULL_ONLY = ["allowed_kva", "single_from_kva", "single_below_kva"]
_ELEMENTS = ["single_from_kva", "single_below_kva", "load_rate_from_percent", "load_rate_below_percent"]


def public_areas(
    basis: Basis, table: pd.DataFrame, decision: Decision, codes: dict[str, str], shared: pd.Series
) -> pd.DataFrame:
    """``tables.public.areas`` with ``area_id`` as index, in the order of the release.

    Parameters
    ----------
    table : the figures of every area (``figures_of.figures``).
    codes : the public code of every ``area_id``.
    shared : by ``feeder_id``: the rounded figure of the lines whose figure may be shown.
    """
    source = basis.areas.set_index(table.index)
    frame = source[["name", "area_class", "branch", "supply_station"]].copy()
    frame["area_code"] = frame.index.map(codes)
    frame["publication"] = decision.areas["publication"]
    reason = decision.areas["reason"]
    frame["withheld_reason"] = reason.where(reason.ne(""), None)
    frame["status"] = source["status"]
    frame = frame.join(_protected(table, decision))
    frame["allowed_is_lower_bound"] = source["allowed_sum_is_lower_bound"]
    frame["limit"] = _limits(source)
    frame = frame.join(_shared(source, decision, shared))
    frame["queue"] = source["reserved_kva"].gt(0.0).map({True: "counted", False: "none"})
    frame = frame.join(relief(basis))
    frame["structural"] = source["structural"]
    frame["basis"] = _basis(basis, frame.index)
    hidden = decision.areas["publication"].eq("withheld")
    public = ["area_code", "name", "area_class", "branch", "supply_station", "publication", "withheld_reason"]
    inner = [name for name in frame.columns if name not in public]
    frame[inner] = frame[inner].astype(object).mask(hidden, None)
    frame["has_hours"] = decision.areas["hours"]
    frame["as_of"] = pd.Timestamp(basis.as_of)
    frame = frame.rename_axis("area_id").sort_values(
        ["branch", "supply_station", "name", "area_code"], na_position="last", kind="stable"
    )
    return conform(frame, AREAS).set_axis(frame.index)


def _protected(table: pd.DataFrame, decision: Decision) -> pd.DataFrame:
    """The figures that the decision leaves: all of them, a wide range, or none."""
    publication = decision.areas["publication"]
    left = table.drop(columns=["wide_from_kva", "wide_below_kva"])
    band = publication.eq("band")
    left.loc[band, _FULL_ONLY] = float("nan")
    for end in ("from", "below"):
        left[f"allowed_{end}_kva"] = left[f"allowed_{end}_kva"].mask(band, table[f"wide_{end}_kva"])
    left.loc[~decision.areas["elements"], _ELEMENTS] = float("nan")
    left.loc[publication.eq("withheld")] = float("nan")
    return left


def _limits(source: pd.DataFrame) -> pd.Series:
    limit = source["binding_criterion"].astype(object).map(_LIMIT).fillna("transformers")
    limit = limit.mask(source["reason"].eq("existing_violation"), "existing")
    return limit.mask(source["status"].eq("no_data") | source["allowed_kva"].isna(), "data")


def _shared(source: pd.DataFrame, decision: Decision, shared: pd.Series) -> pd.DataFrame:
    """What is left on the line of areas that hang on one line, and how many areas hang on it."""
    feeder = source["feeder_ids"].astype(object)
    shown = feeder.where(feeder.isin(shared.index) & decision.areas["publication"].eq("full"))
    return pd.DataFrame(
        {"shared_kva": shown.map(shared).astype("float64"), "sharing_areas": shown.map(shown.value_counts())},
        index=source.index,
    )


def _basis(basis: Basis, names: pd.Index) -> pd.Series:
    table = basis.transformers
    counted = table[table["in_service"].astype(bool) & table["ownership"].eq("public") & table["area_id"].notna()]
    source = counted["source"].astype(object).replace("projected", "measured")
    kinds = pd.crosstab(counted["area_id"].astype(object), source).reindex(names).fillna(0) > 0
    measured, simulated = (kinds.get(name, pd.Series(False, index=names)) for name in ("measured", "simulated"))
    found = pd.Series("none", index=names, dtype=object)
    return found.mask(measured, "measured").mask(simulated, "simulated").mask(measured & simulated, "mixed")
