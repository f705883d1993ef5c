"""When relief is expected and by what kind of work, from the project library: a month and a code, nothing else."""

from __future__ import annotations

import pandas as pd

from capacity.disclosure.basis import Basis

ALIVE = ("planned", "running")
_KINDS = ("transformer", "line", "substation", "other")


def relief(basis: Basis) -> pd.DataFrame:
    """By ``area_id``: ``relief_month`` (``YYYY-MM``) and ``relief_kind`` of the earliest project that helps the area.

    A project counts when it is planned or running, has a commissioning date not before the as-of date, and names the
    area or its equipment: a transformer or line of the area, a feeder or substation that supplies it.
    """
    projects = basis.projects
    ahead = projects["status"].isin(ALIVE) & (projects["commissioning_date"] >= pd.Timestamp(basis.as_of))
    chosen = projects[ahead]
    equipment = _equipment(basis)
    elements = _exploded(chosen, "element_ids").merge(equipment, left_on="one", right_on="element_id")
    kind = elements.groupby("project_id")["kind"].agg(lambda kinds: min(kinds, key=_KINDS.index))
    named = _exploded(chosen, "area_ids").rename(columns={"one": "area_id"})
    helped = pd.concat([named[["project_id", "area_id"]], elements[["project_id", "area_id"]]]).dropna()
    dated = helped.drop_duplicates().merge(chosen[["project_id", "commissioning_date"]], on="project_id")
    dated["kind"] = dated["project_id"].map(kind).fillna("other")
    first = dated.sort_values(["commissioning_date", "project_id"], kind="stable").drop_duplicates("area_id")
    return pd.DataFrame(
        {
            "relief_month": first["commissioning_date"].dt.strftime("%Y-%m").to_numpy(),
            "relief_kind": first["kind"].to_numpy(),
        },
        index=pd.Index(first["area_id"].astype(object), name="area_id"),
    )


def _exploded(projects: pd.DataFrame, column: str) -> pd.DataFrame:
    ids = projects[["project_id", column]].dropna()
    each = ids.assign(one=ids[column].astype(object).str.split(";")).explode("one")
    return each.assign(one=each["one"].str.strip())[["project_id", "one"]]


def _equipment(basis: Basis) -> pd.DataFrame:
    """``element_id``, ``area_id`` and ``kind`` of all that a project of use to an area may name."""
    areas = basis.areas[["area_id", "feeder_ids"]].dropna()
    on_feeder = areas.assign(feeder_id=areas["feeder_ids"].astype(object).str.split(";")).explode("feeder_id")
    on_feeder = on_feeder[["area_id", "feeder_id"]].astype(object)
    lines = basis.lines.astype(object)
    on_substation = on_feeder.merge(basis.feeders[["feeder_id", "substation_id"]].astype(object), on="feeder_id")
    parts = [
        (basis.transformers[["transformer_id", "area_id"]], "transformer_id", "transformer"),
        (lines[lines["area_id"].notna()], "line_id", "line"),
        (lines[lines["area_id"].isna()][["line_id", "feeder_id"]].merge(on_feeder, on="feeder_id"), "line_id", "line"),
        (on_feeder, "feeder_id", "line"),
        (on_substation, "substation_id", "substation"),
    ]
    found = [
        pd.DataFrame(
            {"element_id": part[key].astype(object), "area_id": part["area_id"].astype(object), "kind": kind}
        )
        for part, key, kind in parts
    ]  # fmt: skip
    return pd.concat(found, ignore_index=True).drop_duplicates()
