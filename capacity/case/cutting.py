"""A few feeders cut out of a case, with what the rest of their substations draws left at the busbar.

What measures on a feeder change is felt by it and by what stands above it. So it is enough to solve the feeder: where
the busbar voltage is given, exactly; where the substation transformer is modelled, with the other feeders' power held.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.scenarios.rederiving import rederived
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP

Complexes = npt.NDArray[np.complex128]
ELSEWHERE = "elsewhere"
"""Begins the names of the loads and profiles that stand for the rest of a substation."""
_AT_BUSES = {
    "line": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "trafo3w": ("hv_bus", "mv_bus", "lv_bus"),
    "impedance": ("from_bus", "to_bus"),
}
_SWITCHED = {"l": "line", "t": "trafo", "t3": "trafo3w", "b": "bus"}


def cut_out(case: Case, feeder_ids: Collection[str], elsewhere: Mapping[str, Complexes]) -> Case:
    """The case of some feeders: their grid, tables and profiles, and everything above them.

    Parameters
    ----------
    elsewhere : by substation, kW + j kvar that it feeds into its other feeders at every row of ``case.profiles``.

    Returns
    -------
    Case
        Its profiles are those that its loads name. Customers and applications elsewhere are not in it; of lines that
        tie it to other feeders nothing is left.
    """
    net = copy.deepcopy(case.net)
    kept = _buses(case, feeder_ids)
    _reduce(net, kept)
    profiles = _with_elsewhere(case, net, kept, elsewhere)
    transformers = case.transformers[case.transformers["feeder_id"].isin(feeder_ids)].reset_index(drop=True)
    names = set(transformers["transformer_id"])
    substations = case.topology.substations
    stations = set(substations.loc[substations["busbar"].isin(kept), "substation_id"])
    nodes = set(net.bus["name"].astype(str))
    cut = replace(
        case,
        transformers=transformers,
        feeders=case.feeders[case.feeders["feeder_id"].isin(feeder_ids)],
        topology=replace(
            case.topology,
            feeders=case.topology.feeders[case.topology.feeders["feeder_id"].isin(feeder_ids)],
            substations=case.topology.substations[case.topology.substations["busbar"].isin(kept)],
        ),
        substations=case.substations[case.substations["substation_id"].isin(stations)],
        areas=case.areas[case.areas["area_id"].isin(set(transformers["area_id"].dropna()))],
        profiles=profiles,
        customers=case.customers[case.customers["transformer_id"].isin(names)].reset_index(drop=True),
        applications=_of(case.applications, names, nodes),
        **{
            table: getattr(case, table)[getattr(case, table)["transformer_id"].isin(names)].reset_index(drop=True)
            for table in ("measurements", "daily_maxima", "exclusions")
        },
    )
    return rederived(cut, net, transformers)


def _buses(case: Case, feeder_ids: Collection[str]) -> set[int]:
    """Buses of the feeders, and those of their substations that belong to no feeder."""
    buses = case.topology.buses
    mine = buses["feeder_id"].isin(feeder_ids)
    stations = set(buses.loc[mine, "substation_id"].dropna())
    islands = set(buses.loc[mine, "island"]) - {-1}
    above = buses["feeder_id"].isna() & (buses["substation_id"].isin(stations) | buses["substation_id"].isna())
    return set(buses.index[mine | (above & buses["island"].isin(islands))])


def _reduce(net: Any, kept: set[int]) -> None:
    """Drop everything that does not stand at buses which stay."""
    for name in [one for one, frame in net.items() if isinstance(frame, pd.DataFrame) and len(frame)]:
        frame = net[name]
        if name == "bus":
            net[name] = frame[frame.index.isin(kept)]
        elif name == "switch":
            continue
        else:
            columns = _AT_BUSES.get(name, ("bus",) if "bus" in frame.columns else ())
            if columns:
                net[name] = frame[frame[list(columns)].isin(kept).all(axis=1)]
    switch = net.switch
    there = switch["bus"].isin(kept)
    for code, table in _SWITCHED.items():
        there &= ~switch["et"].eq(code) | switch["element"].isin(net[table].index)
    net.switch = switch[there]


def _with_elsewhere(case: Case, net: Any, kept: set[int], elsewhere: Mapping[str, Complexes]) -> pd.DataFrame:
    """Loads of one kilowatt and one kilovar at the busbars, with the profiles that make them what is drawn there."""
    busbars = case.topology.substations.set_index("substation_id")["busbar"]
    curves: dict[str, npt.NDArray[np.float64]] = {}
    for substation, power in elsewhere.items():
        if int(busbars.get(substation, -1)) not in kept:
            continue
        for part, values in (("p", power.real), ("q", power.imag)):
            name = f"{ELSEWHERE}:{substation}:{part}"
            at = int(net.load.index.max()) + 1 if len(net.load) else 0
            row = {
                "name": name,
                "bus": int(busbars[substation]),
                "p_mw": 1e-3 * (part == "p"),
                "q_mvar": 1e-3 * (part == "q"),
                "scaling": 1.0,
                "in_service": True,
                "const_z_percent": 0.0,
                "const_i_percent": 0.0,
                "const_z_p_percent": 0.0,
                "const_i_p_percent": 0.0,
                "const_z_q_percent": 0.0,
                "const_i_q_percent": 0.0,
                PROFILE_COLUMN: name,
                PROFILE_Q_COLUMN: name,
            }
            if PROFILE_COLUMN not in net.load.columns:
                net.load[PROFILE_COLUMN] = None
            net.load.loc[at] = pd.Series({key: value for key, value in row.items() if key in net.load.columns})
            curves[name] = values
    named = _named(case, net)
    own = [name for name in case.profiles.columns if name == TIMESTAMP or name in named]
    return pd.concat([case.profiles[own], pd.DataFrame(curves, index=case.profiles.index)], axis=1)


def _named(case: Case, net: Any) -> set[str]:
    """Every profile that something in the network, or a busbar's voltage, follows."""
    of_elements = {
        str(one)
        for table in ("load", "sgen", "gen", "storage")
        for column in (PROFILE_COLUMN, PROFILE_Q_COLUMN)
        if column in net[table].columns
        for one in net[table][column].dropna()
    }
    return of_elements | {one.profile for one in case.settings.busbar_voltage.values() if one.profile}


def _of(applications: pd.DataFrame, transformers: set[str], nodes: set[str]) -> pd.DataFrame:
    mine = applications["transformer_id"].isin(transformers) | applications["node_id"].isin(nodes)
    return applications[mine].reset_index(drop=True)
