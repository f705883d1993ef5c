"""The future of a case: which network, which loads, which readings a year of a scenario has in one draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.change_problems import changes_fit, network_holds
from capacity.case.scenarios.drawing import Future, adopters, population
from capacity.case.scenarios.drawn import Rows
from capacity.case.scenarios.following import (
    POWERS,
    Shift,
    factors_at,
    followed,
    modelled,
    scale_of_readings,
    shift_between,
)
from capacity.case.scenarios.growing import Mix, bare_factors, grow, growth_factors, mix_of, rates_of
from capacity.case.scenarios.network import Draft, draft_of, exchange
from capacity.case.scenarios.on_top import DEVICE, add_devices, changed_profiles, energised, points
from capacity.case.scenarios.points import add_point_loads
from capacity.case.scenarios.rederiving import rederived
from capacity.errors import InputError, RequestError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.network_change import NetworkChange
from capacity.tables.scenario import Scenario

Floats = npt.NDArray[np.float64]
CURRENTS = ("i_a_a", "i_b_a", "i_c_a")
NO_FACTORS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Staged:
    """A case with the network of a future; its loads are where they will be, at their present power.

    ``origin`` maps load rows that a change split off to the rows they came from; ``base`` is the case before.
    """

    base: Case
    case: Case
    origin: Mapping[int, int]

    @cached_property
    def before(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Metered loads and generators of the case before."""
        return modelled(self.base.net, self.base.topology), modelled(self.base.net, self.base.topology, "sgen")

    @cached_property
    def loads(self) -> pd.DataFrame:
        """Metered loads where they will be, at their present power."""
        return modelled(self.case.net, self.case.topology)

    @cached_property
    def people(self) -> pd.DataFrame:
        """Who may adopt."""
        return population(self.case)

    @cached_property
    def mix(self) -> Mix:
        """Categories of the customers at each node."""
        return mix_of(self.case)


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
    laid = lay_future(stage(case, scenario, year), scenario, year, draw, seed, demand_factors=demand_factors)
    return replace(laid.case, measurements=readings_after(case.measurements, laid.case.profiles, laid.shift))


def what_was_drawn(case: Case, scenario: Scenario, year: int, draw: int = 0, seed: int = 0) -> pd.DataFrame:
    """What the draw of a future consists of: one row per rate, adopting node, prospect, application and change.

    Returns
    -------
    DataFrame of ``tables.futures.DRAWN``.
    """
    return lay_future(stage(case, scenario, year), scenario, year, draw, seed).drawn


def apply_changes(case: Case, changes: Sequence[NetworkChange]) -> Case:
    """The case after changes of its network alone, whatever their dates; the given case stays as it is.

    Readings follow loads that another transformer supplies afterwards.

    Raises
    ------
    InputError
        Naming every id that the case does not have; also where a change closes a loop that was not there, or leaves
        customers without supply.
    """
    scenario = Scenario(name="changes", title_zh="网络变更", title_en="network changes")
    staged = _staged(case, scenario, changes)
    shift = _shift(staged, staged.case.net)
    net = _rescaled(staged, shift)
    return replace(staged.case, net=net, measurements=readings_after(case.measurements, case.profiles, shift))


def stage(case: Case, scenario: Scenario, year: int) -> Staged:
    """The network of a future: everything in force by the as-of date of the year."""
    return _staged(case, scenario, changes_in_force(case, scenario, year))


def changes_in_force(case: Case, scenario: Scenario, year: int) -> tuple[NetworkChange, ...]:
    """The changes that count in a year."""
    until = _future(case, scenario, year, 0, 0).until(pd.Timestamp(case.settings.as_of))
    return tuple(
        change
        for change in scenario.changes
        if change.in_service_on is None or pd.Timestamp(change.in_service_on) <= until
    )


def _staged(case: Case, scenario: Scenario, changes: Sequence[NetworkChange]) -> Staged:
    if not (changes or scenario.switches or scenario.transformers):
        return Staged(case, case, {})
    issues = changes_fit(case, scenario.name, changes)
    if issues:
        raise InputError(issues)
    draft = draft_of(case, changes)
    lay_switches_and_transformers(draft, scenario)
    staged = rederived(case, draft.net, draft.transformers)
    if changes:
        issues = network_holds(case, staged, scenario.name)
        if issues:
            raise InputError(issues)
    staged = replace(staged, customers=_moved_customers(staged))
    return Staged(case, staged, draft.origin)


def lay_switches_and_transformers(draft: Draft, scenario: Scenario) -> None:
    """The lasting changes of a scenario file."""
    for switch in scenario.switches:
        draft.net.switch.at[draft.at("switch", switch.switch_id), "closed"] = switch.closed
    for change in scenario.transformers:
        if change.rated_kva is not None or change.std_type is not None:
            exchange(draft, change.transformer_id, change.rated_kva, change.std_type)
        if change.in_service is not None:
            draft.net.trafo.at[draft.at("trafo", change.transformer_id), "in_service"] = change.in_service


def _moved_customers(case: Case) -> pd.DataFrame:
    """Customers at nodes that another transformer supplies now."""
    if case.customers.empty:
        return case.customers
    ids = names(case.net.bus, "bus")
    supplier = case.topology.buses["transformer_id"].groupby(ids.to_numpy()).first()
    now = case.customers["node_id"].map(supplier).astype("string")
    return case.customers.assign(transformer_id=now.fillna(case.customers["transformer_id"]))


def lay_future(
    staged: Staged,
    scenario: Scenario,
    year: int,
    draw: int = 0,
    seed: int = 0,
    *,
    demand_factors: Mapping[str, float] = NO_FACTORS,
) -> Laid:
    """Growth, other hours and what comes on top, laid over a staged case; see :func:`future_of`."""
    import copy

    case = staged.case
    future = _future(case, scenario, year, draw, seed)
    net = copy.deepcopy(case.net)
    drawn = Rows()
    rates = rates_of(scenario, future)
    loads, years = staged.loads, float(future.years_ahead)
    grow(net, growth_factors(case, loads, rates, years, staged.mix))
    for (area_class, category), rate in rates.items():
        drawn.add("growth", f"{area_class or '*'}/{category or '*'}", percent=rate)
    profiles, curves = changed_profiles(case, net, scenario, future, drawn)
    shift = _shift(staged, net, bare_factors(case, loads, rates, years))
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
    return Laid(replace(case, profiles=profiles, applications=applications), shift, drawn.frame(case))


def readings_after(readings: pd.DataFrame, profiles: pd.DataFrame, shift: Shift) -> pd.DataFrame:
    """Readings after a shift of load: powers as :func:`following.followed`, phase currents in proportion.

    Parameters
    ----------
    readings : ``measurements`` of the case before.
    profiles : of the case after: those that its loads name.
    """
    touched = set(shift.touched)
    mine = readings["transformer_id"].isin(touched).to_numpy(dtype=bool)
    if not mine.any():
        return readings
    sources = touched | {source for source, to in shift.after if to in touched}
    chosen = readings[readings["transformer_id"].isin(sources)]
    row, ids = pd.factorize(chosen["transformer_id"])
    column, times = pd.factorize(chosen["timestamp"])
    arrays = {}
    for part in POWERS:
        arrays[part] = np.full((len(ids), len(times)), np.nan)
        arrays[part][row, column] = chosen[part].to_numpy(dtype=np.float64, na_value=np.nan)
    table = profiles.set_index(TIMESTAMP) if TIMESTAMP in profiles.columns else profiles
    factors = factors_at(table, shift.profiles, pd.DatetimeIndex(times))
    new = followed(arrays, tuple(str(one) for one in ids), shift, factors)
    back = chosen["transformer_id"].isin(touched).to_numpy(dtype=bool)
    at = (row[back], column[back])
    larger = [
        np.fmax(np.hypot(of["p_kw"][at], np.nan_to_num(of["q_kvar"][at])), of["s_kva"][at]) for of in (new, arrays)
    ]
    ratio = np.divide(larger[0], larger[1], out=np.ones(len(larger[0])), where=larger[1] > 0.0)
    updated = readings.copy()
    for part in POWERS:
        updated.loc[mine, part] = new[part][at]
    for part in CURRENTS:
        updated.loc[mine, part] = readings.loc[mine, part].to_numpy(dtype=np.float64, na_value=np.nan) * ratio
    return updated


def _future(case: Case, scenario: Scenario, year: int, draw: int, seed: int) -> Future:
    base_year = case.settings.as_of.year
    if year < base_year:
        raise RequestError(
            [f"情景“{scenario.name}”：{year} 年早于算例截止日所在的 {base_year} 年，请选择其后的年份"],
            [f"scenario '{scenario.name}': {year} lies before {base_year}, the year of the case; ask for a later one"],
        )
    return Future(base_year, year, draw, seed)


def _shift(staged: Staged, net: Any, bare: Mapping[str, float] = NO_FACTORS) -> Shift:
    """What became of the metered load and generation."""
    topology = staged.case.topology
    loads, generation = staged.before
    return shift_between(
        loads,
        modelled(net, topology),
        (generation, modelled(net, topology, "sgen")),
        staged.origin,
        bare,
    )


def _rescaled(staged: Staged, shift: Shift) -> Any:
    """The staged network with moved loads as large as their old meter saw them, beside those of the new meter."""
    net, base = staged.case.net, staged.base
    if all(source == to for source, to in shift.after):
        return net
    table = base.profiles.set_index(TIMESTAMP) if TIMESTAMP in base.profiles.columns else base.profiles
    known = [name for name in shift.profiles if name in table.columns]
    mean = table[known].mean().reindex(list(shift.profiles)).fillna(1.0).to_numpy(dtype=np.float64)
    scale = scale_of_readings(base.measurements, shift, mean)
    before = modelled(base.net, base.topology)["transformer_id"]
    after = modelled(net, staged.case.topology)["transformer_id"]
    for row, now in after.items():
        was = before.get(staged.origin.get(int(row), int(row)))
        if was is not None and was != now:
            factor = scale.get(str(was), 1.0) / scale.get(str(now), 1.0)
            for part in ("p_mw", "q_mvar"):
                net.load.at[row, part] = float(net.load.at[row, part]) * factor
    return net
