"""The network of a future, before anything is said of its loads: changes in force, checked and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.change_problems import changes_fit, network_holds
from capacity.case.scenarios.drawing import Future, population
from capacity.case.scenarios.flexible_problems import flexible_fits
from capacity.case.scenarios.following import modelled
from capacity.case.scenarios.growing import Mix, mix_of
from capacity.case.scenarios.network import Draft, draft_of, exchange
from capacity.case.scenarios.rederiving import rederived
from capacity.errors import InputError, RequestError
from capacity.tables.case import Case
from capacity.tables.network_change import AddStorage, ManageCharging, NetworkChange
from capacity.tables.scenario import Scenario


@dataclass(frozen=True)
class Staged:
    """A case with the network of a future; its loads are where they will be, at their present power.

    ``origin`` maps load rows that a change split off to the rows they came from; ``base`` is the case before.
    ``managed`` and ``storages`` are still to be laid over these loads.
    """

    base: Case
    case: Case
    origin: Mapping[int, int]
    managed: tuple[ManageCharging, ...] = ()
    storages: tuple[AddStorage, ...] = ()

    @property
    def relieved(self) -> tuple[str, ...]:
        """Transformers with a storage."""
        return tuple(dict.fromkeys(one.transformer_id for one in self.storages))

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


def stage(case: Case, scenario: Scenario, year: int) -> Staged:
    """The network of a future: everything in force by the as-of date of the year."""
    return staged_by(case, scenario, changes_in_force(case, scenario, year))


def changes_in_force(case: Case, scenario: Scenario, year: int) -> tuple[NetworkChange, ...]:
    """The changes that count in a year."""
    until = future_meant(case, scenario, year, 0, 0).until(pd.Timestamp(case.settings.as_of))
    return tuple(
        change
        for change in scenario.changes
        if change.in_service_on is None or pd.Timestamp(change.in_service_on) <= until
    )


def staged_by(case: Case, scenario: Scenario, changes: Sequence[NetworkChange]) -> Staged:
    """The network that changes, and the lasting ones of a scenario, make of a case.

    Raises
    ------
    InputError
        With everything that is wrong with them.
    """
    issues = changes_fit(case, scenario.name, changes)
    if issues:
        raise InputError(issues)
    managed = tuple(one for one in changes if isinstance(one, ManageCharging))
    storages = tuple(one for one in changes if isinstance(one, AddStorage))
    staged = Staged(case, case, {}, managed, storages)
    if len(changes) > len(managed) + len(storages) or scenario.switches or scenario.transformers:
        staged = _rewired(staged, scenario, changes)
    issues = flexible_fits(staged.case, scenario, managed, storages)
    if issues:
        raise InputError(issues)
    return staged


def _rewired(staged: Staged, scenario: Scenario, changes: Sequence[NetworkChange]) -> Staged:
    """With the network that the changes make."""
    case = staged.base
    draft = draft_of(case, changes)
    lay_switches_and_transformers(draft, scenario)
    after = rederived(case, draft.net, draft.transformers)
    if changes:
        issues = network_holds(case, after, scenario.name)
        if issues:
            raise InputError(issues)
    return replace(staged, case=replace(after, customers=_moved_customers(after)), origin=draft.origin)


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


def future_meant(case: Case, scenario: Scenario, year: int, draw: int, seed: int) -> Future:
    """Which future a year and draw of a scenario are.

    Raises
    ------
    RequestError
        The year lies before the case's as-of date.
    """
    base_year = case.settings.as_of.year
    if year < base_year:
        raise RequestError(
            [f"情景“{scenario.name}”：{year} 年早于算例截止日所在的 {base_year} 年，请选择其后的年份"],
            [f"scenario '{scenario.name}': {year} lies before {base_year}, the year of the case; ask for a later one"],
        )
    return Future(base_year, year, draw, seed)
