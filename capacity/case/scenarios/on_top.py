"""What of a future comes on top of the meters, and which curves it follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.drawing import Future, comes, figure
from capacity.case.scenarios.drawn import Rows
from capacity.case.scenarios.points import mark_on_top
from capacity.case.scenarios.shapes import controlled, device_curve, devices_of, profile_times, profiles_of
from capacity.tables.case import Case
from capacity.tables.inputs.applications import reserving
from capacity.tables.inputs.profiles import PROFILE_COLUMN
from capacity.tables.scenario import PointLoad, Scenario
from capacity.units import kvar_of_kw

Floats = npt.NDArray[np.float64]
CONTROLLED, DEVICE = " (controlled)", "device "
"""What names of profiles that a future adds end or begin with."""


def changed_profiles(
    case: Case, net: Any, scenario: Scenario, future: Future, drawn: Rows
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """The case's profiles with controlled ones beside them, which their loads now name; curves of devices by name."""
    times = profile_times(case)
    profiles = profiles_of(case)
    wanted = {adoption.device for adoption in scenario.adoption}
    curves = {
        name: device_curve(device, case, times) for name, device in devices_of(scenario).items() if name in wanted
    }
    changed: dict[str, Floats] = {}
    for number, control in enumerate(scenario.control):
        if future.year < control.from_year:
            continue
        percent = figure(control.participation_percent, scenario, future, f"control {number}")
        drawn.add("control", str(control.device or control.profile), percent=percent)
        if control.device in curves:
            curves[control.device] = controlled(curves[control.device], times, control, percent / 100.0)
        elif control.profile is not None:
            name = f"{control.profile}{CONTROLLED}"
            now = changed.get(name, profiles[control.profile].to_numpy(dtype=np.float64))
            changed[name] = controlled(now, times, control, percent / 100.0)
            follows = net.load[PROFILE_COLUMN].eq(control.profile).fillna(False)
            net.load[PROFILE_COLUMN] = net.load[PROFILE_COLUMN].mask(follows, name)
    if changed:
        profiles = pd.concat([profiles, pd.DataFrame(changed, index=profiles.index)], axis=1)
    return profiles, curves


def points(case: Case, scenario: Scenario, future: Future) -> list[tuple[str, str, PointLoad, float]]:
    """Point loads and prospects that are there: kind, id, load, probability in percent."""
    as_of = pd.Timestamp(case.settings.as_of)
    return [("", point.load_id, point, np.nan) for point in scenario.point_loads] + [
        (
            "prospect",
            prospect.prospect_id,
            PointLoad(
                load_id=f"prospect {prospect.prospect_id}",
                node_id=prospect.node_id,
                transformer_id=prospect.transformer_id,
                p_kw=prospect.p_kw,
                power_factor=prospect.power_factor,
                profile=prospect.profile,
            ),
            prospect.probability_percent,
        )
        for prospect in scenario.prospects
        if comes(prospect, future, as_of)
    ]


def energised(
    case: Case, future: Future, factors: Mapping[str, float]
) -> tuple[pd.DataFrame, list[tuple[str, str, PointLoad, float]]]:
    """The applications that are still to come, and those accepted that are loads by then."""
    table = case.applications
    if future.years_ahead == 0 or table.empty:
        return table, []
    due = table["energise_on"].isna() | (table["energise_on"] <= future.until(pd.Timestamp(case.settings.as_of)))
    nodes, trafos = set(names(case.net.bus, "bus")), set(names(case.net.trafo, "trafo"))
    placed = table["node_id"].isin(nodes) | table["transformer_id"].isin(trafos)
    taken = reserving(table) & due & placed
    loads = []
    for one in table[taken].to_dict("records"):
        node = one["node_id"] if one["node_id"] in nodes else None
        category = "" if pd.isna(one["category"]) else str(one["category"])
        point = PointLoad(
            load_id=f"application {one['application_id']}",
            node_id=node,
            transformer_id=None if node else one["transformer_id"],
            p_kw=float(one["p_kw"]) * factors.get(category, 1.0),
            power_factor=case.settings.power_factor if pd.isna(one["power_factor"]) else float(one["power_factor"]),
        )
        loads.append(("application", str(one["application_id"]), point, np.nan))
    return table[~taken].reset_index(drop=True), loads


def add_devices(net: Any, scenario: Scenario, owned: pd.DataFrame, drawn: Rows) -> list[str]:
    """Loads and generators of adopters, one row per device and node; the devices that have any."""
    import pandapower as pp

    devices = devices_of(scenario)
    for name, percent in owned.attrs["shares"]:
        drawn.add("adoption", name, percent=percent)
    ids = names(net.bus, "bus")
    for name, mine in owned.groupby("device", sort=True):
        device = devices[str(name)]
        p_kw = mine["units"].to_numpy(dtype=np.float64) * device.kw_per_unit * device.simultaneity
        labels = [f"{name}@{ids[bus]}" for bus in mine["bus"]]
        q_kvar = p_kw * kvar_of_kw(1.0, device.power_factor)
        generates = device.kind == "generation"
        table, create = ("sgen", pp.create_sgens) if generates else ("load", pp.create_loads)
        sign = -1.0 if generates else 1.0  # lagging: a generator draws the reactive power that it needs
        before = net[table].index
        create(net, mine["bus"].to_numpy(), p_mw=p_kw / 1000.0, q_mvar=sign * q_kvar / 1000.0, name=labels)
        mark_on_top(net, table, net[table].index.difference(before), [f"{DEVICE}{name}"] * len(mine))
        drawn.add_many("adoption", str(name), mine["bus"], mine["units"], sign * p_kw)
    return [str(name) for name in owned["device"].unique()]
