"""The future of a case: which network, which loads, which readings a year of a scenario has in one draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from capacity.case.scenarios.charging import manage_charging
from capacity.case.scenarios.drawing import adopters
from capacity.case.scenarios.drawn import Rows
from capacity.case.scenarios.following import Shift, modelled, scale_of_readings, shift_between
from capacity.case.scenarios.growing import Rates, bare_factors, grow, growth_factors, rates_of
from capacity.case.scenarios.meters import Meters, readings_after
from capacity.case.scenarios.on_top import DEVICE, add_devices, changed_profiles, energised, points
from capacity.case.scenarios.points import add_point_loads
from capacity.case.scenarios.shapes import profiles_of
from capacity.case.scenarios.staging import Staged as Staged
from capacity.case.scenarios.staging import changes_in_force, future_meant, staged_by
from capacity.case.scenarios.staging import stage as stage
from capacity.case.scenarios.storage import with_storages
from capacity.errors import RequestError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.network_change import NetworkChange
from capacity.tables.scenario import Scenario

NO_FACTORS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Laid:
    """A future without its readings: ``case`` holds its network, profiles and applications, and the present readings.

    ``shift`` says how readings follow; ``drawn`` is of ``tables.futures.DRAWN``.
    """

    case: Case
    shift: Shift
    drawn: pd.DataFrame


def future_of(
    case: Case,
    scenario: Scenario,
    year: int,
    draw: int = 0,
    seed: int = 0,
    *,
    demand_factors: Mapping[str, float] = NO_FACTORS,
) -> Case:
    """The case as it would be in a year of a scenario, in one draw; the given case stays as it is.

    The window keeps its calendar: a future shows the case's twelve months as they would be with the demand and the
    network of ``year``. What is dated counts from the as-of date of that year on. Growth compounds over the years
    since the case's as-of date and readings grow with the load below them (see :mod:`following`). What comes on top
    (point loads, prospects, accepted applications that are energised by then, adopters) becomes rows of ``net.load``
    and ``net.sgen`` with ``metered`` False. The same seed and draw always give the same case, and draws are nested:
    what is there in one year is there in the next.

    Parameters
    ----------
    year : calendar year, from that of the case's as-of date on.
    draw : 0 is the central draw, see :mod:`drawing`.
    demand_factors : of applications, by category (the policy's).

    Raises
    ------
    InputError
        Naming every id that the case does not have, and every change that cannot be done.
    RequestError
        The year lies before the case's as-of date.
    """
    staged = stage(case, scenario, year)
    meters = Meters.of(case.measurements, case.measurements["transformer_id"].unique()) if staged.storages else None
    laid = lay_future(staged, scenario, year, draw, seed, demand_factors=demand_factors, meters=meters)
    return replace(laid.case, measurements=readings_after(case.measurements, laid.case.profiles, laid.shift))


def what_was_drawn(case: Case, scenario: Scenario, year: int, draw: int = 0, seed: int = 0) -> pd.DataFrame:
    """What the draw of a future consists of: one row per rate, adopting node, prospect, application and change.

    Returns
    -------
    DataFrame of ``tables.futures.DRAWN``.
    """
    staged = replace(stage(case, scenario, year), storages=())  # they are no part of a draw
    return lay_future(staged, scenario, year, draw, seed).drawn


def apply_changes(case: Case, changes: Sequence[NetworkChange]) -> Case:
    """The case after changes of its network alone, whatever their dates; the given case stays as it is.

    Readings follow loads that another transformer supplies afterwards, and charging that moves to other hours. A
    storage comes on top of the readings, as everything that no meter has seen: load flow and load rates add it.

    Raises
    ------
    InputError
        Naming every id that the case does not have; also where a change closes a loop that was not there, leaves
        customers without supply, or would do nothing.
    """
    scenario = Scenario(name="changes", title_zh="网络变更", title_en="network changes")
    return changed_by(case, scenario, changes)


def changed_by(case: Case, scenario: Scenario, changes: Sequence[NetworkChange]) -> Case:
    """As :func:`apply_changes`, with what a scenario has besides: its switches, its transformers, its devices."""
    import copy

    staged = staged_by(case, scenario, changes)
    net, profiles = staged.case.net, staged.case.profiles
    if staged.managed or staged.storages:
        net, profiles = copy.deepcopy(net), profiles_of(staged.case)
    profiles = manage_charging(staged.case, net, profiles, staged.managed)
    shift = _shift(staged, net, {}, 0.0)
    net = _rescaled(replace(staged, case=replace(staged.case, net=net)), shift)
    readings = readings_after(case.measurements, profiles, shift)
    changed = replace(staged.case, net=net, profiles=profiles, measurements=readings)
    return with_storages(changed, staged.storages, Meters.of(readings, staged.relieved))


def lay_future(
    staged: Staged,
    scenario: Scenario,
    year: int,
    draw: int = 0,
    seed: int = 0,
    *,
    demand_factors: Mapping[str, float] = NO_FACTORS,
    meters: Meters | None = None,
) -> Laid:
    """Growth, other hours and what comes on top, laid over a staged case; see :func:`future_of`.

    Parameters
    ----------
    meters : the present readings, which storages need: they follow what becomes of them.

    Raises
    ------
    RequestError
        There are storages, and readings are not at hand.
    """
    laid = _without_storages(staged, scenario, year, draw, seed, demand_factors)
    if not staged.storages:
        return laid
    if meters is None:
        raise _readings_wanted(staged)
    then = meters.after(laid.shift, laid.case.profiles, staged.relieved)
    return replace(laid, case=with_storages(laid.case, staged.storages, then))


def _readings_wanted(staged: Staged) -> RequestError:
    some = ", ".join(one.storage_id for one in staged.storages)
    return RequestError(
        [f"储能 {some} 须跟随配变量测曲线，此处未提供量测，请改用 capacity run 计算该情景，或去掉储能"],
        [f"the storages {some} follow the readings of their transformers, which are not at hand here; "
         "compute the scenario by capacity run, or leave them out"],
    )  # fmt: skip


def _without_storages(
    staged: Staged, scenario: Scenario, year: int, draw: int, seed: int, demand_factors: Mapping[str, float]
) -> Laid:
    import copy

    case = staged.case
    future = future_meant(case, scenario, year, draw, seed)
    net = copy.deepcopy(case.net)
    drawn = Rows()
    rates = rates_of(scenario, future)
    loads, years = staged.loads, float(future.years_ahead)
    grow(net, growth_factors(case, loads, rates, years, staged.mix))
    for (area_class, category), rate in rates.items():
        drawn.add("growth", f"{area_class or '*'}/{category or '*'}", percent=rate)
    profiles, curves = changed_profiles(case, net, scenario, future, drawn)
    profiles = manage_charging(case, net, profiles, staged.managed)
    shift = _shift(staged, net, rates, years)
    if staged.case is not staged.base:
        net = _rescaled(replace(staged, case=replace(case, net=net)), shift)
    case = replace(case, net=net, profiles=profiles)
    applications, by_then = energised(case, future, demand_factors)
    there = points(case, scenario, future) + by_then
    buses = add_point_loads(net, [point for _, _, point, _ in there])
    for (kind, what, point, percent), bus in zip(there, buses, strict=True):
        if kind:
            drawn.add(kind, what, bus=bus, p_kw=point.p_kw, percent=percent)
    used = add_devices(net, scenario, adopters(staged.people, scenario, future), drawn)
    for change in changes_in_force(staged.base, scenario, year):
        drawn.add("change", change.kind)
    columns = {f"{DEVICE}{name}": curves[name] for name in used}
    if columns:
        profiles = pd.concat([profiles, pd.DataFrame(columns, index=profiles.index)], axis=1)
    profiles = manage_charging(case, net, profiles, staged.managed)
    return Laid(replace(case, profiles=profiles, applications=applications), shift, drawn.frame(case))


def _shift(staged: Staged, net: Any, rates: Rates, years: float) -> Shift:
    """What became of the metered load and generation.

    A transformer counts as bare by what is modelled below it before the changes: one that they empty reads nothing.
    """
    topology = staged.case.topology
    loads, generation = staged.before
    return shift_between(
        loads,
        modelled(net, topology),
        (generation, modelled(net, topology, "sgen")),
        staged.origin,
        bare_factors(staged.base, loads, rates, years),
    )


def _rescaled(staged: Staged, shift: Shift) -> Any:
    """The staged network with moved loads as large as their old meter saw them, beside those of the new meter."""
    net, base = staged.case.net, staged.base
    if all(source == to for source, to in shift.after):
        return net
    table = base.profiles.set_index(TIMESTAMP) if TIMESTAMP in base.profiles.columns else base.profiles
    known = [name for name in shift.profiles if name in table.columns]
    mean = table[known].mean().reindex(list(shift.profiles)).fillna(1.0).to_numpy(dtype=np.float64)
    before = staged.before[0]["transformer_id"]
    supplying = set(before)  # nothing says how a bare transformer's reading compares with a model
    scale = scale_of_readings(base.measurements, shift, mean)
    scale = {name: factor for name, factor in scale.items() if name in supplying}
    after = modelled(net, staged.case.topology)["transformer_id"]
    for row, now in after.items():
        was = before.get(staged.origin.get(int(row), int(row)))
        if was is not None and was != now:
            factor = scale.get(str(was), 1.0) / scale.get(str(now), 1.0)
            for part in ("p_mw", "q_mvar"):
                net.load.at[row, part] = float(net.load.at[row, part]) * factor
    return net
