"""Scenarios: read a file of changes, and lay it over a case without touching it."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from pydantic import ValidationError

from capacity.case.derived.graph import column, names, table
from capacity.case.derived.topology import derive_topology
from capacity.case.folder.filling import fill_feeders
from capacity.case.folder.tabular import decode
from capacity.case.scenarios.problems import doubled_ids, field_problem, file_problem, unknown_ids
from capacity.errors import InputError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN
from capacity.tables.scenario import Scenario, TransformerChange
from capacity.tables.topology import Topology
from capacity.units import kvar_of_kw

METERED_COLUMN = "metered"
"""Column of ``net.load``: False for a load that comes on top of what the meters saw, else True or missing."""

SCALED_READINGS = ("p_kw", "q_kvar", "s_kva", "i_a_a", "i_b_a", "i_c_a")


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file (YAML).

    Raises
    ------
    InputError
        With every problem of the file: unreadable, unknown or missing fields, values out of range, doubled ids.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as why:
        raise InputError([file_problem(path, str(why.strerror), f"{why.strerror}")]) from why
    text, issues = decode(data, path.name)
    if text is None:
        raise InputError(issues)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as why:
        place = str(why).replace("\n", " ")[:300]
        raise InputError([file_problem(path, f"it is no valid YAML: {place}", f"YAML 语法错误：{place}")]) from why
    if not isinstance(content, dict):
        raise InputError([file_problem(path, "it holds no fields", "没有任何字段")])
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as why:
        raise InputError([field_problem(path, error) for error in why.errors()]) from why
    doubled = doubled_ids(path, scenario)
    if doubled:
        raise InputError(doubled)
    return scenario


def apply_scenario(case: Case, scenario: Scenario) -> Case:
    """The case as it would be under the scenario; the given case stays as it is.

    Growth compounds over ``scenario.years``: the loads below public transformers in areas of the class grow in p and
    q, and so do their readings (powers and currents, import and export alike); generators do not. Point loads become
    rows of ``net.load`` with ``metered`` False, since no meter has seen them: they come on top of a metered curve.
    An exchanged transformer keeps its impedance and no-load current in percent and its iron losses grow with its
    rating, unless a standard type says otherwise; the ratings in the transformers table and of its substation follow.
    Topology and the feeders of transformers are derived anew.

    Raises
    ------
    InputError
        Naming every id that the case does not have, or has more than once.
    """
    issues = unknown_ids(case, scenario)
    if issues:
        raise InputError(issues)
    net = copy.deepcopy(case.net)
    factor_of = _growth_factors(case, scenario)
    _grow_loads(net, case.topology, factor_of)
    _add_point_loads(net, scenario)
    _set_switches(net, scenario)
    transformers = case.transformers.copy()
    for change in scenario.transformers:
        transformers = _exchange(net, transformers, change)
    topology = _new_topology(case, net)
    transformers = _moved_to_other_feeders(transformers, case.topology, topology)
    transformers, topology, _ = fill_feeders(transformers, topology)
    return replace(
        case,
        net=net,
        topology=topology,
        transformers=transformers,
        substations=topology.substations[list(case.substations.columns)],
        feeders=topology.feeders[list(case.feeders.columns)],
        measurements=_grown_readings(case.measurements, factor_of),
    )


def _growth_factors(case: Case, scenario: Scenario) -> dict[str, float]:
    """By public transformer in an area: the factor on its load."""
    class_of = case.areas.set_index("area_id")["area_class"]
    public = case.transformers[case.transformers["ownership"] == "public"]
    classes = public.set_index("transformer_id")["area_id"].map(class_of)
    factors = {
        str(area_class): (1.0 + percent / 100.0) ** scenario.years
        for area_class, percent in scenario.growth_percent_per_year.items()
    }
    return {str(one): factors[found] for one, found in classes.items() if pd.notna(found) and found in factors}


def _grow_loads(net: Any, topology: Topology, factor_of: dict[str, float]) -> None:
    load = table(net, "load")
    if load.empty or not factor_of:
        return
    factor = load["bus"].map(topology.buses["transformer_id"]).map(factor_of).astype(float).fillna(1.0).to_numpy()
    for name in ("p_mw", "q_mvar"):
        load[name] = load[name].astype(float) * factor


def _grown_readings(readings: pd.DataFrame, factor_of: dict[str, float]) -> pd.DataFrame:
    if readings.empty or not factor_of:
        return readings
    codes, ids = pd.factorize(readings["transformer_id"])
    factor = np.array([factor_of.get(str(one), 1.0) for one in ids], dtype=float)[codes]
    return readings.assign(**{name: readings[name] * factor for name in SCALED_READINGS})


def _add_point_loads(net: Any, scenario: Scenario) -> None:
    import pandapower as pp

    bus_of = dict(zip(names(net.bus, "bus"), net.bus.index, strict=True))
    lv_bus_of = dict(zip(names(net.trafo, "trafo"), net.trafo["lv_bus"], strict=True))
    if scenario.point_loads and METERED_COLUMN not in net.load.columns:
        net.load[METERED_COLUMN] = pd.Series(True, index=net.load.index, dtype=object)
    for name in (PROFILE_COLUMN, PROFILE_Q_COLUMN) if scenario.point_loads else ():
        if name not in net.load.columns:
            net.load[name] = pd.Series(None, index=net.load.index, dtype=object)
    for point in scenario.point_loads:
        bus = lv_bus_of[point.transformer_id] if point.transformer_id else bus_of[point.node_id]
        at = pp.create_load(
            net,
            bus=int(bus),
            p_mw=point.p_kw / 1000.0,
            q_mvar=kvar_of_kw(point.p_kw, point.power_factor) / 1000.0,
            name=point.load_id,
        )
        net.load.at[at, PROFILE_COLUMN] = point.profile
        net.load.at[at, METERED_COLUMN] = False


def _set_switches(net: Any, scenario: Scenario) -> None:
    index_of = dict(zip(names(table(net, "switch"), "switch"), table(net, "switch").index, strict=True))
    for change in scenario.switches:
        net.switch.at[index_of[change.switch_id], "closed"] = change.closed


def _exchange(net: Any, transformers: pd.DataFrame, change: TransformerChange) -> pd.DataFrame:
    """Change one transformer in the network and in the table."""
    import pandapower as pp

    ids = names(net.trafo, "trafo")
    at = ids.index[ids == change.transformer_id][0]
    parallel = float(column(net.trafo, "parallel", 1).at[at])
    if change.std_type is not None:
        pp.change_std_type(net, at, change.std_type, "trafo")
    if change.rated_kva is not None:
        ratio = change.rated_kva / (float(net.trafo.at[at, "sn_mva"]) * 1000.0 * parallel)
        net.trafo.at[at, "sn_mva"] *= ratio
        net.trafo.at[at, "pfe_kw"] *= ratio
    if change.in_service is not None:
        net.trafo.at[at, "in_service"] = change.in_service
    if change.std_type is None and change.rated_kva is None:
        return transformers
    rated_kva = float(net.trafo.at[at, "sn_mva"]) * 1000.0 * parallel
    mine = transformers["transformer_id"] == change.transformer_id
    return transformers.assign(rated_kva=transformers["rated_kva"].mask(mine, rated_kva))


def _new_topology(case: Case, net: Any) -> Topology:
    """Derived from the changed network; tables that the case was given still hold, with the new ratings."""
    old = case.topology
    given = old.substations[~old.substations["derived"].astype(bool)][list(case.substations.columns)]
    feeders = old.feeders[~old.feeders["derived"].astype(bool)][list(case.feeders.columns)]
    topology = derive_topology(net, case.settings, given if len(given) else None, feeders if len(feeders) else None)
    if given.empty:
        return topology
    more = _station_kva(net, topology).sub(_station_kva(case.net, old), fill_value=0.0)
    change = topology.substations["substation_id"].map(more).astype(float).fillna(0.0)
    rated = topology.substations["rated_kva"] + change
    return replace(topology, substations=topology.substations.assign(rated_kva=rated.where(rated > 0.0)))


def _station_kva(net: Any, topology: Topology) -> pd.Series:
    """Sum of the ratings of the live HV/MV transformers by substation."""
    live = topology.trafos[(topology.trafos["kind"] == "substation") & topology.trafos["live"].astype(bool)]
    trafo = net.trafo.loc[live.index]
    rating = trafo["sn_mva"].astype(float) * 1000.0 * column(trafo, "parallel", 1).astype(float)
    return rating.groupby(live["substation_id"]).sum()


def _moved_to_other_feeders(transformers: pd.DataFrame, old: Topology, new: Topology) -> pd.DataFrame:
    """A transformer that the table puts on the feeder the network showed goes where the network shows it now."""

    def shown(topology: Topology) -> pd.Series:
        by_id = topology.trafos.drop_duplicates("trafo_id").set_index("trafo_id")["feeder_id"]
        return transformers["transformer_id"].map(by_id).astype("string")

    before, after = shown(old), shown(new)
    moved = ((transformers["feeder_id"] == before) & after.notna() & (after != before)).fillna(False)
    return transformers.assign(feeder_id=transformers["feeder_id"].mask(moved, after))
