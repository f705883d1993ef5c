"""What every importer of a network does: unique ids, storages as generators, transformers, areas, the folder."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from capacity.case.derived.graph import column, names, table
from capacity.case.derived.substations import unique_ids
from capacity.case.derived.topology import derive_topology
from capacity.case.folder.reading import assemble, empty_tables, load_case
from capacity.case.folder.writing import write_case
from capacity.case.importers.grouping import group_names, group_transformers
from capacity.case.issues import problem, quoted
from capacity.tables.case import Case
from capacity.tables.inputs.areas import AREAS
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.issue import Issue
from capacity.tables.settings import BusbarVoltage, CaseSettings
from capacity.tables.topology import Topology

NAMED_TABLES = ("bus", "line", "trafo", "trafo3w", "load", "sgen", "gen", "storage", "switch", "ext_grid", "shunt")
PLACEHOLDER_DATE = dt.date(2025, 1, 1)

AreaClass = Literal["city", "county", "town", "rural"]


def case_name(folder: Path) -> str:
    """The folder's name as a case name: lower case letters, digits, ``_``, ``.`` and ``-``."""
    name = re.sub(r"[^a-z0-9_.-]+", "-", folder.resolve().name.lower()).strip("-._")
    return name or "case"


def give_unique_names(net: Any, file: str) -> list[Issue]:
    """Make every element's ``name`` present and unique within its table, and say which were changed."""
    issues = []
    for kind in NAMED_TABLES:
        frame = table(net, kind)
        if frame.empty:
            continue
        before = column(frame, "name", "").astype(str).str.strip()
        after = pd.Series(unique_ids(names(frame, kind).tolist()), index=frame.index, dtype=object)
        changed = before != after
        frame["name"] = after
        if changed.any():
            made = after[changed].tolist()
            issues.append(
                problem(
                    "info",
                    "import.names",
                    file,
                    f"{len(made)} element(s) of net.{kind} had no name or one used before; they are now called "
                    f"{quoted(made)}.",
                    f"net.{kind} 中有 {len(made)} 个元件无名称或重名，已改名为 {quoted(made)}。",
                    column="name",
                    ids=made,
                    effect="derived",
                )
            )
    return issues


def storages_as_generators(net: Any) -> int:
    """Move ``net.storage`` into ``net.sgen``, whose power counts the other way; returns how many there were."""
    storage = table(net, "storage")
    if storage.empty:
        return 0
    kept = [name for name in ("bus", "scaling", "in_service", PROFILE_COLUMN, PROFILE_Q_COLUMN) if name in storage]
    moved = storage[kept].assign(
        p_mw=-storage["p_mw"], q_mvar=-column(storage, "q_mvar", 0.0), sn_mva=storage.get("sn_mva"), type="storage"
    )
    taken = set(table(net, "sgen").get("name", pd.Series(dtype=object)).tolist())
    moved["name"] = [name if name not in taken else f"{name} (storage)" for name in storage["name"]]
    start = int(net.sgen.index.max()) + 1 if len(net.sgen) else 0
    moved.index = pd.RangeIndex(start, start + len(moved))
    shared = [name for name in moved.columns if name in net.sgen.columns or name in (PROFILE_COLUMN, PROFILE_Q_COLUMN)]
    net.sgen = pd.concat([net.sgen, moved[shared]]).astype({"in_service": bool}) if len(net.sgen) else moved[shared]
    net.storage = storage.iloc[0:0]
    return len(moved)


def transformers_table(net: Any, topology: Topology, area_of: dict[int, str]) -> pd.DataFrame:
    """The ledger of a network's distribution transformers: all public, unmetered, rated as in ``net.trafo``."""
    listed = topology.trafos[topology.trafos["kind"] == "distribution"]
    trafo = net.trafo.loc[listed.index]
    parallel = pd.to_numeric(column(trafo, "parallel", 1), errors="coerce").fillna(1)
    frame = pd.DataFrame(
        {
            "transformer_id": listed["trafo_id"],
            "area_id": [area_of[index] for index in listed.index],
            "ownership": "public",
            "rated_kva": pd.to_numeric(trafo["sn_mva"], errors="coerce") * 1000.0 * parallel,
        }
    )
    return filled(frame, TRANSFORMERS)


def filled(frame: pd.DataFrame, schema: Any) -> pd.DataFrame:
    """The schema's columns, those that are absent as missing."""
    full = pd.DataFrame(
        {
            name: frame[name] if name in frame else pd.Series([None] * len(frame), index=frame.index, dtype=object)
            for name in schema.columns
        }
    )
    moments = [name for name, one in schema.columns.items() if str(one.dtype).startswith("datetime")]
    full[moments] = full[moments].apply(pd.to_datetime)
    return full.astype({name: str(one.dtype) for name, one in schema.columns.items()}).reset_index(drop=True)


def network_case(
    net: Any, settings: CaseSettings, profiles: pd.DataFrame, area_class: AreaClass, folder: Path, issues: list[Issue]
) -> Case:
    """Group transformers into areas, write the folder, and read it back, with what the import has to say in front."""
    topology = derive_topology(net, settings)
    groups = group_transformers(topology, net.trafo["hv_bus"])
    named = group_names(groups, topology.trafos["feeder_id"])
    area_of = {index: area_id for group, (area_id, _) in zip(groups, named, strict=True) for index in group}
    areas = filled(
        pd.DataFrame(
            {
                "area_id": [area_id for area_id, _ in named],
                "name": [name for _, name in named],
                "area_class": [area_class] * len(named),
            }
        ),
        AREAS,
    )
    settings = settings.model_copy(update={"busbar_voltage": _busbar_voltages(net, topology)})
    tables = empty_tables() | {"transformers": transformers_table(net, topology, area_of)}
    drawn = gpd.GeoDataFrame(
        areas, geometry=gpd.GeoSeries([None] * len(areas), index=areas.index, crs=settings.crs), crs=settings.crs
    )
    write_case(assemble(settings, net, drawn, tables, profiles, {}, []), folder)
    case = load_case(folder)
    return replace(case, reading_issues=(*issues, *case.reading_issues))


def _busbar_voltages(net: Any, topology: Topology) -> dict[str, BusbarVoltage]:
    """``modelled`` below an HV/MV transformer of the network, else the external grid's setpoint."""
    fed = set(topology.trafos.loc[topology.trafos["kind"] == "substation", "substation_id"].dropna())
    source_of = topology.buses["substation_id"].reindex(net.ext_grid["bus"]).to_numpy()
    setpoint = dict(zip(source_of, net.ext_grid["vm_pu"].astype(float), strict=True))
    return {
        str(one): BusbarVoltage(source="modelled")
        if one in fed
        else BusbarVoltage(source="setpoint", vm_pu=setpoint.get(one, 1.0))
        for one in topology.substations["substation_id"]
    }


def without_load_side(topology: Topology, file: str) -> list[Issue]:
    """The issue for a network in which nothing steps down to low voltage."""
    if (topology.trafos["kind"] == "distribution").any():
        return []
    return [
        problem(
            "error",
            "import.no_transformers",
            file,
            f"'{file}' has no transformer with a side below 1 kV, so there is nothing to connect to; "
            "choose a network with medium and low voltage.",
            f"“{file}”中没有低压侧在 1 kV 以下的变压器，无法核定接入能力；请选择同时含中压和低压的网络。",
        )
    ]


def as_texts(net: Any) -> None:
    """Profile names as text or ``None``: the form they keep in ``network.json``."""
    for kind in ("load", "sgen", "gen"):
        frame = table(net, kind)
        for name in (PROFILE_COLUMN, PROFILE_Q_COLUMN):
            if name in frame.columns:
                values = frame[name].astype(object)
                frame[name] = values.where(values.notna() & (values.astype(str).str.strip() != ""), None)
